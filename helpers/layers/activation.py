"""Activations, number by number, and the softmax of scores: no parameters, shapes in = shapes out."""

import math

import torch
from torch import nn


class ReLU(nn.Module):
    """max(x, 0), with slope 0 at 0, as torch.nn.ReLU.

    Args:
        inplace: overwrite the input, to save its memory.

    Shapes: any -> the same.
    Source: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines (2010).
    """

    def __init__(self, inplace: bool = False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        closed = x <= 0  # false for nan, which must not be hidden
        return x.masked_fill_(closed, 0) if self.inplace else x.masked_fill(closed, 0)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class LeakyReLU(nn.Module):
    """x where it is positive, else negative_slope · x, as torch.nn.LeakyReLU: no unit dies.

    Args:
        negative_slope: the slope to the left of 0, and at 0.
        inplace: overwrite the input.

    Shapes: any -> the same.
    Source: Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models (2013).
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False):
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.where(x > 0, x, self.negative_slope * x)
        return x.copy_(y) if self.inplace else y

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}" + ", inplace=True" * self.inplace


class Sigmoid(nn.Module):
    """σ(x) = 1 / (1 + e⁻ˣ), as torch.nn.Sigmoid.

    Written exp(-log(e⁰ + e⁻ˣ)): the quotient's gradient is inf · 0 = nan once e⁻ˣ overflows.

    Shapes: any -> the same, in [0, 1].
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))


class Tanh(nn.Module):
    """(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ), as torch.nn.Tanh.

    For x ≥ 0 written -t / (t + 2) with t = e⁻²ˣ - 1: it neither overflows nor loses digits near 0.
    Below 0, tanh(-x) = -tanh(x).

    Shapes: any -> the same, in [-1, 1].
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sign = torch.where(x < 0, -1, 1)  # not x.sign(): at 0 it, and the slope, would be 0
        t = torch.expm1(-2 * sign * x)
        return -sign * t / (t + 2)


class GELU(nn.Module):
    """x · Φ(x), with the distribution function Φ of the standard normal law, as torch.nn.GELU.

    Args:
        approximate: "none", or "tanh" for the formula that replaces Φ by a tanh.

    Shapes: any -> the same.
    Source: Hendrycks and Gimpel, Gaussian Error Linear Units (2016).
    """

    def __init__(self, approximate: str = "none"):
        super().__init__()
        if approximate not in ("none", "tanh"):
            raise ValueError(f'approximate is "{approximate}": it is either "none" or "tanh".')
        self.approximate = approximate

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.approximate == "tanh":
            return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


def log_softmax(x: torch.Tensor, dim: int) -> torch.Tensor:
    """x - log Σ eˣ along one axis, any shape -> the same, at most 0.

    The largest score is subtracted first. That changes nothing in the formula, no exponential
    overflows any more, and one of them is 1, so that the logarithm is finite.
    """
    x = x - x.amax(dim, keepdim=True).detach()
    return x - x.exp().sum(dim, keepdim=True).log()


class _AlongAxis(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(_AlongAxis):
    """x - log Σ eˣ along one axis, as torch.nn.LogSoftmax: the logarithm of Softmax, without overflow.

    Args:
        dim: the axis of the classes.

    Shapes: any -> the same, at most 0.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return log_softmax(x, self.dim)


class Softmax(_AlongAxis):
    """eˣ / Σ eˣ along one axis, as torch.nn.Softmax: positive numbers with sum 1.

    Args:
        dim: the axis of the classes.

    Shapes: any -> the same, in [0, 1].
    Source: Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs (1990).
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        e = torch.exp(x - x.amax(self.dim, keepdim=True).detach())  # the largest is 1: no overflow
        return e / e.sum(self.dim, keepdim=True)
