"""Containers: how layers are put together, without numbers of their own."""

from collections.abc import Iterator

import torch
from torch import nn


class Sequential(nn.Module):
    """Layers one after the other: the composition f_K ∘ ··· ∘ f_1, as torch.nn.Sequential.

    Args:
        layers: the layers, first to last; or one dictionary, name -> layer.

    Shapes: what the first layer takes -> what the last one gives.
    """

    def __init__(self, *layers: nn.Module | dict):
        super().__init__()
        named = layers[0].items() if layers and isinstance(layers[0], dict) else enumerate(layers)
        for name, layer in named:
            self.add_module(str(name), layer)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self:
            x = layer(x)
        return x

    def __iter__(self) -> Iterator[nn.Module]:
        # Not self.children(), which names a layer only once even where it stands twice.
        return iter(self._modules.values())

    def __len__(self) -> int:
        return len(self._modules)

    def __getitem__(self, index: int | slice) -> nn.Module:
        if isinstance(index, slice):
            return Sequential(dict(list(self._modules.items())[index]))
        return list(self)[index]
