"""Metrics: what is reported and not trained by."""

import torch

from helpers.metrics import accuracy


def test_accuracy_is_the_share_of_largest_scores_at_their_class():
    scores = torch.tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    assert accuracy(scores, torch.tensor([1, 0, 0, 0])).item() == 0.75


def test_accuracy_counts_places_too():
    scores = torch.zeros(2, 3, 4)  # (B, C, n)
    scores[:, 1] = 1
    classes = torch.ones(2, 4, dtype=torch.long)
    classes[0, 0] = 2
    assert accuracy(scores, classes).item() == 7 / 8
