"""Two programs timed side by side, and the table of what came out."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import torch


@dataclass(frozen=True)
class Row:
    """One comparison.

    Args:
        what: what was done.
        ours, theirs: the median of the runs, in seconds or in the unit.
        ratio: ours / theirs, the median over the pairs of runs.
        goal: the largest ratio that is good enough; None where there is no goal.
        unit: of what is not a time.
    """

    what: str
    ours: float
    theirs: float
    ratio: float
    goal: float | None = None
    unit: str = ""

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"{self.goal:.2f}"
        met = "" if self.goal is None else "yes" if self.ratio <= self.goal else "no"
        ours, theirs = _measured(self.ours, self.unit), _measured(self.theirs, self.unit)
        return f"{self.what:<56} {ours} {theirs} {self.ratio:>6.2f} {goal:>6} {met:>4}"


HEADER = f"{'what':<56} {'ours':>9} {'theirs':>9} {'ratio':>6} {'goal':>6} {'met':>4}"


def compare(
    what: str, ours: Callable, theirs: Callable, pairs: int, goal: float | None = None
) -> Row:
    """Run two programs in turn, so that whatever else the machine does slows both alike.

    Each runs once unmeasured; then come the pairs, and every other one begins with theirs.
    """
    _seconds(ours), _seconds(theirs)
    times = []
    for i in range(pairs):
        if i % 2:
            slow = _seconds(theirs)
            times.append((_seconds(ours), slow))
        else:
            times.append((_seconds(ours), _seconds(theirs)))
    ratio = median(a / b for a, b in times)
    return Row(what, *(median(column) for column in zip(*times, strict=True)), ratio, goal)


def repeat(times: int, program: Callable) -> Callable:
    """A program that takes too little time to be measured once, so many times over."""

    def many():
        for _ in range(times):
            program()

    return many


def _seconds(program: Callable) -> float:
    start = time.perf_counter()
    program()
    if torch.cuda.is_available():  # a GPU answers before it has finished
        torch.cuda.synchronize()
    return time.perf_counter() - start


def _measured(value: float, unit: str) -> str:
    if unit:
        return f"{value:>5.0f} {unit}"
    return f"{1000 * value:>6.1f} ms" if value < 10 else f"{value:>6.1f} s "
