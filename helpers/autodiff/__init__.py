"""Reverse-mode automatic differentiation on a tape: for numbers (Value), for arrays (Tensor), and the graph drawn."""

from helpers.autodiff.graph import draw_graph
from helpers.autodiff.scalar import Value, topological_order
from helpers.autodiff.tensor import Tensor, unbroadcast

__all__ = ["Tensor", "Value", "draw_graph", "topological_order", "unbroadcast"]
