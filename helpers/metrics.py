"""How good a prediction is, in numbers that people read: what is not trained by, but reported."""

import torch


def accuracy(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The share of examples whose largest score (B, C, ...) stands at the class (B, ...)."""
    return (prediction.argmax(1) == target).float().mean()
