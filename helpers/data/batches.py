"""Batches of data that fit in memory: they live on the device and are cut there, many examples at a time."""

from collections.abc import Callable, Iterator

import torch

from helpers import runtime


class Batches:
    """Tensors with a common first axis, cut into batches anew in each epoch.

    A `DataLoader` asks its data set for one example after the other and stacks them; here one indexing
    operation makes a batch, on the device where it will be used. The last batch holds what is left over.

    Args:
        tensors: (N, ...) each; for example inputs and targets.
        batch_size: the number of examples in a batch.
        shuffle: whether each epoch has an order of its own.
        generator: where the order comes from, on the CPU, so that it is the same on all devices;
            None takes torch's own.
        device: where the batches live; None takes `helpers.runtime.device()`.
        transform: applied to the first tensor's batch as a whole, for example an augmentation.

    Raises:
        ValueError: tensors of different length, or a batch size below one.

    Example:
        for x, y in Batches(X, y, batch_size=64, shuffle=True):
            ...
    """

    def __init__(
        self,
        *tensors: torch.Tensor,
        batch_size: int = 64,
        shuffle: bool = False,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        transform: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ):
        lengths = [len(t) for t in tensors]
        if len(set(lengths)) != 1:
            raise ValueError(f"Batches needs tensors of one length, and got lengths {lengths}.")
        if batch_size < 1:
            raise ValueError(f"A batch holds at least one example, not {batch_size}.")
        self.tensors = [t.to(device or runtime.device()) for t in tensors]
        self.batch_size, self.shuffle = batch_size, shuffle
        self.generator, self.transform = generator, transform

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return -(-len(self.tensors[0]) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        """One epoch: tuples of (B, ...), one entry for each tensor."""
        tensors = self.tensors
        if self.shuffle:
            order = torch.randperm(len(tensors[0]), generator=self.generator)
            batches = (
                [t.index_select(0, rows) for t in tensors]
                for rows in order.to(tensors[0].device).split(self.batch_size)
            )
        else:
            batches = zip(*(t.split(self.batch_size) for t in tensors), strict=True)
        for first, *others in batches:
            yield (self.transform(first) if self.transform else first, *others)
