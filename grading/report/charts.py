"""Histograms as numbers that a template draws."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from grading.pages import number

BARS = 24  # more points than that share a bar between some


@dataclass(frozen=True)
class Bar:
    """How many students have about so many points. Its place: x and height, parts of the picture's width and height."""

    points: str
    count: int
    x: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """The bars of one question, their common width (part of the picture's), and what a reader who sees no picture is told."""

    bars: list[Bar]
    width: float
    told: str


def histogram(values: Iterable[float], of: float) -> Histogram:
    """Count points from 0 to `of`, each bar around a whole number of points, or of a tenth of them where they are many.

    Args:
        values: each student's points; what is above `of` counts as `of`.
        of: the points that the question gives.
    """
    step = 1.0 if of <= BARS else of / 10
    last = math.ceil(of / step - 1e-9)
    counts = [0] * (last + 1)
    for value in values:
        counts[min(last, max(0, math.floor(value / step + 0.5)))] += 1
    highest, wide = max([*counts, 1]), 1 / len(counts)
    bars = [
        Bar(number(min(k * step, of)), count, k * wide, count / highest)
        for k, count in enumerate(counts)
    ]
    return Histogram(bars, wide, _told(bars))


def _told(bars: list[Bar]) -> str:
    """The counts in words, for screen readers."""
    parts = [
        f"{bar.points} points: {bar.count} {'student' if bar.count == 1 else 'students'}"
        for bar in bars
        if bar.count
    ]
    return "; ".join(parts) or "no marks yet"
