"""The dense layer, and the way from a picture to the row of numbers that it takes."""

import math

import torch
from torch import nn


class Linear(nn.Module):
    """An affine map of every row: y = x Wᵀ + b, as torch.nn.Linear.

    Args:
        in_features: numbers in a row of the input, n_in.
        out_features: numbers in a row of the output, n_out.
        bias: whether there is a b.
        device, dtype: where and how the parameters are stored; None: as torch's defaults say.

    Shapes: x (..., n_in) -> y (..., n_out); weight (n_out, n_in), bias (n_out,).
    Source: the start is uniform on ±1/√n_in, after LeCun et al., Efficient BackProp (1998).
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True,
        device: torch.device | str | None = None, dtype: torch.dtype | None = None,
    ):  # fmt: skip
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        place = {"device": device, "dtype": dtype}
        self.weight = nn.Parameter(torch.empty(out_features, in_features, **place))
        self.bias = nn.Parameter(torch.empty(out_features, **place)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight, then bias: the numbers of torch.nn.Linear for the same seed."""
        bound = 1 / math.sqrt(max(self.in_features, 1))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[-1] != self.in_features:
            raise ValueError(
                f"This layer takes rows of {self.in_features} numbers, and the input has shape {tuple(x.shape)}."
            )
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Flatten(nn.Module):
    """Several axes laid out as one, in the order of memory, as torch.nn.Flatten.

    Args:
        start_dim, end_dim: the first and the last axis to join; by default all but the batch.

    Shapes: x (B, n_1, ..., n_k) -> y (B, n_1 ··· n_k).
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        start, end = (range(x.ndim)[axis] for axis in (self.start_dim, self.end_dim))
        if start > end:
            raise ValueError(
                f"Axis {start} comes after axis {end}: exchange start_dim and end_dim."
            )
        joined = math.prod(x.shape[start : end + 1])
        return x.reshape(*x.shape[:start], joined, *x.shape[end + 1 :])

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
