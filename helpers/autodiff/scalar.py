"""A tape for numbers: each Value remembers what it was computed from, and how strongly it depends on it."""

from __future__ import annotations

import math
from typing import Any


class Value:
    """A number in a computational graph.

    Args:
        data: the number.
        parents: the Values that it was computed from; none for a leaf.
        local: for each parent, the local derivative d self / d parent, a number.
        op: the operation, for the drawing.
        label: the name, for the drawing.

    Attributes:
        grad: after `output.backward()`, the derivative d output / d self.
    """

    def __init__(
        self, data: float, parents: tuple = (), local: tuple = (), op: str = "", label: str = ""
    ):
        self.data = float(data)
        self.grad = 0.0
        self.parents, self.local = parents, local
        self.op, self.label = op, label

    def backward(self) -> None:
        """Add d self / d leaf to the `grad` of every leaf that self depends on."""
        order = topological_order(self)
        for node in order:
            if (
                node.parents
            ):  # leaves accumulate over calls, as in PyTorch; what lies between starts anew
                node.grad = 0.0
        self.grad += 1.0
        for node in reversed(order):
            for parent, local in zip(node.parents, node.local, strict=True):
                parent.grad += (
                    local * node.grad
                )  # downstream = local times upstream, summed over all uses

    def __add__(self, other):
        other = _value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other):
        other = _value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data), "×")

    def __truediv__(self, other):
        other = _value(other)
        return Value(
            self.data / other.data, (self, other), (1 / other.data, -self.data / other.data**2), "÷"
        )

    def __pow__(self, exponent: float):
        if not isinstance(exponent, int | float):
            raise TypeError(
                "The exponent must be a plain number: write (b * a.log()).exp() for a ** b."
            )
        return Value(
            self.data**exponent,
            (self,),
            (exponent * self.data ** (exponent - 1) if exponent else 0.0,),
            f"^{exponent:g}",
        )

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,), "−")

    def __sub__(self, other):
        other = _value(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0), "−")

    def __radd__(self, other):
        return _value(other) + self

    def __rmul__(self, other):
        return _value(other) * self

    def __rsub__(self, other):
        return _value(other) - self

    def __rtruediv__(self, other):
        return _value(other) / self

    def exp(self) -> Value:
        """The exponential."""
        e = math.exp(self.data)
        return Value(e, (self,), (e,), "exp")

    def log(self) -> Value:
        """The natural logarithm."""
        return Value(math.log(self.data), (self,), (1 / self.data,), "log")

    def tanh(self) -> Value:
        """The hyperbolic tangent."""
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,), "tanh")

    def sigmoid(self) -> Value:
        """1 / (1 + exp(-self))."""
        s = 0.5 * (
            1 + math.tanh(self.data / 2)
        )  # the same number as 1 / (1 + exp(-x)), without its overflow
        return Value(s, (self,), (s * (1 - s),), "σ")

    def relu(self) -> Value:
        """self where it is positive, else 0; with slope 0 at 0."""
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),), "relu")

    def __repr__(self):
        return (
            f"Value({self.label + '=' if self.label else ''}{self.data:.6g}, grad={self.grad:.6g})"
        )


def topological_order(root: Any) -> list:
    """All nodes that root depends on, root included, each after its parents (depth-first, without recursion).

    Works on anything with `.parents`. A deep graph is no trouble: Python's recursion limit plays no part.
    """
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend(
                (parent, False) for parent in reversed(node.parents)
            )  # the first parent is visited first
    return order


def _value(x) -> Value:
    return x if isinstance(x, Value) else Value(x)
