"""Batches that live on the device against the DataLoader, which asks for one example after the other."""

from collections.abc import Iterable, Iterator
from functools import partial

import torch
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.timing import Row, compare
from helpers import runtime
from helpers.data import Batches, mnist


def rows(examples: int = 4000, pairs: int = 9) -> Iterator[Row]:
    """One shuffled epoch of handwritten digits in batches of 64, each of them on the device."""
    data = mnist(full=False)
    X, y = data.X_train[:examples], data.y_train[:examples]
    ours = Batches(X, y, batch_size=64, shuffle=True)
    for workers in (0, 2):
        options = {"batch_size": 64, "shuffle": True, "num_workers": workers}
        theirs = DataLoader(TensorDataset(X, y), **options, persistent_workers=workers > 0)
        what = f"Batches against DataLoader with {workers} workers, an epoch"
        yield compare(what, partial(epoch, ours), partial(epoch, theirs), pairs, goal=1 / 3)


def epoch(batches: Iterable) -> torch.Tensor:
    """Take every batch to the device and touch it there."""
    device = runtime.device()
    total = torch.zeros((), device=device)
    for x, y in batches:
        total += x.to(device)[0, 0, 14, 14] + y.to(device)[0]
    return total
