"""What both rooms of chapter 4's tests share."""

from contextlib import contextmanager

import torch


@contextmanager
def double_precision():
    """Seeded, and float64 for the time being."""
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def descend(gradient, theta, eta, steps):
    """Where gradient descent is after some steps from theta."""
    for _ in range(steps):
        theta = theta - eta * gradient(theta)
    return theta


def least_squares(n=200, noise=0.5):
    """Inputs (n, 3), targets (n,), and the solution of the normal equations, (3,)."""
    X = torch.randn(n, 3)
    y = X @ torch.tensor([1.0, -2.0, 0.5]) + noise * torch.randn(n)
    return X, y, torch.linalg.solve(X.T @ X, X.T @ y)
