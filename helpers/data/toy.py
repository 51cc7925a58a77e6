"""Small problems whose truth is known: made in a moment, drawn in a plane, seeded by a generator.

Each function takes the number of examples and a `torch.Generator` (None takes torch's own) and returns
inputs (n, d) in float32 and targets: classes (n,) in int64, or values (n, 1) in float32.
"""

import math
from dataclasses import dataclass

import torch


def two_spirals(
    n: int = 1000,
    half_turns: float = 3,
    noise: float = 0.03,
    generator: torch.Generator | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Two spirals wound around each other, (n, 2) within about [-1, 1]; no straight line parts them."""
    y = torch.arange(n) % 2
    # the root makes the points equally dense along the spiral's arm
    radius = torch.rand(n, generator=generator).sqrt()
    angle = math.pi * (half_turns * radius + y)
    X = radius[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
    return X + noise * torch.randn(n, 2, generator=generator), y


def two_circles(
    n: int = 1000, noise: float = 0.08, generator: torch.Generator | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """A circle of radius 1/2 (class 0) inside one of radius 1 (class 1), (n, 2)."""
    y = torch.arange(n) % 2
    angle = 2 * math.pi * torch.rand(n, generator=generator)
    X = (1 + y[:, None]) / 2 * torch.stack([angle.cos(), angle.sin()], 1)
    return X + noise * torch.randn(n, 2, generator=generator), y


def xor(
    n: int = 400, noise: float = 0.15, generator: torch.Generator | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Clouds around the corners of the unit square, (n, 2); the class is the exclusive or of the corner's coordinates."""
    corner = torch.arange(n)[:, None] // torch.tensor([1, 2]) % 2
    return corner + noise * torch.randn(n, 2, generator=generator), corner.sum(1) % 2


def sine(
    n: int = 200, noise: float = 0.1, generator: torch.Generator | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Regression: sin(x) with Gaussian noise at points x uniform in [-pi, pi], (n, 1); no fit has a mean square below noise**2."""
    x = math.pi * (2 * torch.rand(n, 1, generator=generator) - 1)
    return x, x.sin() + noise * torch.randn(n, 1, generator=generator)


@dataclass
class Gaussians:
    """Classes that are round Gaussian clouds of equal weight, so that density and best classifier are known.

    Args:
        means: the centres of the classes, (C, d).
        std: the standard deviation along each axis, the same for all.
    """

    means: torch.Tensor
    std: float = 1.0

    @classmethod
    def two(cls, distance: float = 2.0, dimension: int = 2) -> "Gaussians":
        """Two unit clouds whose centres lie `distance` apart on the first axis."""
        means = torch.zeros(2, dimension)
        means[:, 0] = torch.tensor([-distance / 2, distance / 2])
        return cls(means)

    @classmethod
    def ring(cls, classes: int = 3, radius: float = 3.0, std: float = 1.0) -> "Gaussians":
        """Clouds whose centres lie evenly on a circle in the plane."""
        angle = 2 * math.pi * torch.arange(classes) / classes
        return cls(radius * torch.stack([angle.cos(), angle.sin()], 1), std)

    def sample(
        self, n: int, generator: torch.Generator | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw n examples: X (n, d) and classes y (n,), as many of each class as n allows."""
        y = torch.arange(n) % len(self.means)
        noise = torch.randn(n, self.means.shape[1], generator=generator, dtype=self.means.dtype)
        return self.means[y] + self.std * noise, y

    def log_densities(self, X: torch.Tensor) -> torch.Tensor:
        """The logarithm of each class's weight times its density at X (n, d), in nats: (n, C)."""
        classes, d = self.means.shape
        squares = ((X[:, None] - self.means) / self.std).square().sum(-1)
        normalizer = d / 2 * math.log(2 * math.pi) + d * math.log(self.std)
        return -squares / 2 - normalizer - math.log(classes)

    def log_density(self, X: torch.Tensor) -> torch.Tensor:
        """The logarithm of the density of the mixture at X (n, d), in nats: (n,)."""
        return self.log_densities(X).logsumexp(1)

    def posterior(self, X: torch.Tensor) -> torch.Tensor:
        """The probability of each class given X (n, d): (n, C). Its largest entry is the best answer that there is."""
        return self.log_densities(X).softmax(1)

    def best_error(self) -> float:
        """The error rate of the best classifier of two classes: Phi(-distance / (2 std)).

        Raises:
            ValueError: there are more than two classes, for which no such formula holds.
        """
        if len(self.means) != 2:
            raise ValueError(f"best_error() knows two classes, not {len(self.means)}.")
        distance = (self.means[0] - self.means[1]).norm().item()
        return math.erfc(distance / (2 * self.std) / math.sqrt(2)) / 2
