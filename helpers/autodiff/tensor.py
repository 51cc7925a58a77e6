"""A tape for NumPy arrays, with broadcasting: the same idea as Value, and vector-Jacobian products for local derivatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from helpers.autodiff.scalar import topological_order


class Tensor:
    """An array in a computational graph, always float64.

    Args:
        data: the array, or anything that NumPy makes one of.
        parents: the Tensors that it was computed from; none for a leaf.
        vjp: takes the upstream gradient (the shape of data), returns one downstream gradient for each parent (the parent's shape).
        op: the operation, for the drawing.
        label: the name, for the drawing.

    Attributes:
        grad: after `loss.backward()`, d loss / d self, an array of the shape of data.
    """

    __array_ufunc__ = None  # so that `array * tensor` asks Tensor, not NumPy

    def __init__(
        self, data, parents: tuple = (), vjp: Callable | None = None, op: str = "", label: str = ""
    ):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.parents, self.vjp = parents, vjp
        self.op, self.label = op, label

    @property
    def shape(self) -> tuple:
        """The shape of data."""
        return self.data.shape

    def backward(self) -> None:
        """Add d self / d leaf to the `grad` of every leaf that self depends on.

        Raises:
            ValueError: self holds more than one number, so that "the gradient" has no meaning.
        """
        if self.data.size != 1:
            raise ValueError(
                f"backward() starts from one number, and this tensor has shape {self.shape}: take a sum or a mean first."
            )
        order = topological_order(self)
        for node in order:
            if (
                node.parents
            ):  # leaves accumulate over calls, as in PyTorch; what lies between starts anew
                node.grad = np.zeros_like(node.data)
        self.grad = self.grad + 1.0
        for node in reversed(order):
            if node.parents:
                for parent, downstream in zip(node.parents, node.vjp(node.grad), strict=True):
                    parent.grad = parent.grad + downstream

    # Coordinate by coordinate: the local derivative is an array, and broadcasting is undone by a sum.

    def __add__(self, other):
        return _binary(self, other, np.add, lambda g, a, b: (g, g), "+")

    def __sub__(self, other):
        return _binary(self, other, np.subtract, lambda g, a, b: (g, -g), "−")

    def __mul__(self, other):
        return _binary(self, other, np.multiply, lambda g, a, b: (g * b, g * a), "×")

    def __truediv__(self, other):
        return _binary(self, other, np.divide, lambda g, a, b: (g / b, -g * a / b**2), "÷")

    def __radd__(self, other):
        return _tensor(other) + self

    def __rsub__(self, other):
        return _tensor(other) - self

    def __rmul__(self, other):
        return _tensor(other) * self

    def __rtruediv__(self, other):
        return _tensor(other) / self

    def __neg__(self):
        return Tensor(-self.data, (self,), lambda g: (-g,), "−")

    def __pow__(self, exponent: float):
        if not isinstance(exponent, int | float):
            raise TypeError(
                "The exponent must be a plain number: write (b * a.log()).exp() for a ** b."
            )
        slope = exponent * self.data ** (exponent - 1) if exponent else np.zeros_like(self.data)
        return Tensor(self.data**exponent, (self,), lambda g: (g * slope,), f"^{exponent:g}")

    def exp(self) -> Tensor:
        """The exponential of each entry."""
        out = np.exp(self.data)
        return Tensor(out, (self,), lambda g: (g * out,), "exp")

    def log(self) -> Tensor:
        """The natural logarithm of each entry."""
        return Tensor(np.log(self.data), (self,), lambda g: (g / self.data,), "log")

    def tanh(self) -> Tensor:
        """The hyperbolic tangent of each entry."""
        out = np.tanh(self.data)
        return Tensor(out, (self,), lambda g: (g * (1 - out**2),), "tanh")

    def sigmoid(self) -> Tensor:
        """1 / (1 + exp(-self)) of each entry."""
        out = 0.5 * (1 + np.tanh(self.data / 2))
        return Tensor(out, (self,), lambda g: (g * out * (1 - out),), "σ")

    def relu(self) -> Tensor:
        """Each entry where it is positive, else 0; with slope 0 at 0."""
        return Tensor(np.maximum(self.data, 0), (self,), lambda g: (g * (self.data > 0),), "relu")

    # Products, sums and shapes: the local derivative is a Jacobian, and only its product with the upstream is computed.

    def __matmul__(self, other):
        """(..., m, k) @ (k, n) or (..., k, n), and vectors (k,), as NumPy multiplies them."""
        other = _tensor(other)
        return Tensor(
            self.data @ other.data,
            (self, other),
            lambda g: _matmul_vjp(g, self.data, other.data),
            "@",
        )

    def sum(self, axis: int | tuple | None = None, keepdims: bool = False) -> Tensor:
        """The sum over the given axes, or over all of them."""

        def vjp(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return (np.broadcast_to(g, self.shape),)

        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self,), vjp, "sum")

    def mean(self, axis: int | tuple | None = None, keepdims: bool = False) -> Tensor:
        """The mean over the given axes, or over all of them."""
        total = self.sum(axis, keepdims)
        return total / (self.data.size / total.data.size)

    def reshape(self, *shape: int) -> Tensor:
        """The same entries in another shape."""
        return Tensor(
            self.data.reshape(*shape), (self,), lambda g: (g.reshape(self.shape),), "reshape"
        )

    @property
    def T(self) -> Tensor:
        """The array with its axes in reverse order."""
        return Tensor(self.data.T, (self,), lambda g: (g.T,), "T")

    def __getitem__(self, index):
        """Any NumPy index; an entry that is taken twice receives both gradients."""

        def vjp(g):
            downstream = np.zeros_like(self.data)
            np.add.at(downstream, index, g)
            return (downstream,)

        return Tensor(self.data[index], (self,), vjp, "[ ]")

    def log_softmax(self, axis: int = -1) -> Tensor:
        """Logarithm of softmax along an axis, stable for large scores."""
        shifted = self.data - self.data.max(axis=axis, keepdims=True)
        out = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return Tensor(
            out,
            (self,),
            lambda g: (g - np.exp(out) * g.sum(axis=axis, keepdims=True),),
            "log softmax",
        )

    def __len__(self):
        return len(self.data)

    def __repr__(self):
        return f"Tensor({self.label + '=' if self.label else ''}{np.array2string(self.data, precision=4, threshold=8)})"


def unbroadcast(gradient: np.ndarray, shape: tuple) -> np.ndarray:
    """Sum a gradient back to the shape that was broadcast.

    Broadcasting uses one number in many places, and gradients of several uses add.
    """
    gradient = gradient.sum(
        axis=tuple(range(gradient.ndim - len(shape)))
    )  # axes that broadcasting put in front
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=stretched, keepdims=True)


def _tensor(x) -> Tensor:
    return x if isinstance(x, Tensor) else Tensor(x)


def _binary(a: Tensor, b, forward: Callable, vjp: Callable, op: str) -> Tensor:
    b = _tensor(b)

    def summed(g):
        down_a, down_b = vjp(g, a.data, b.data)
        return unbroadcast(down_a, a.shape), unbroadcast(down_b, b.shape)

    return Tensor(forward(a.data, b.data), (a, b), summed, op)


def _matmul_vjp(g: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Downstream gradients of a @ b: g bᵀ and aᵀ g, once vectors are written as matrices."""
    a2, b2 = np.atleast_2d(a), b[:, None] if b.ndim == 1 else b  # a row, a column
    g2 = g[..., None] if b.ndim == 1 else g
    g2 = np.expand_dims(g2, -2) if a.ndim == 1 else g2
    down_a = unbroadcast(g2 @ np.swapaxes(b2, -1, -2), a2.shape)
    down_b = unbroadcast(np.swapaxes(a2, -1, -2) @ g2, b2.shape)
    return down_a.reshape(a.shape), down_b.reshape(b.shape)
