"""A histogram counts everybody once, where their points are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.report.charts import histogram


def counts(values, of) -> dict[str, int]:
    return {bar.points: bar.count for bar in histogram(values, of).bars}


@pytest.mark.parametrize(
    ("values", "of", "expected"),
    [
        ([0, 2, 2], 2, {"0": 1, "1": 0, "2": 2}),
        ([0.4, 0.6, 1.5], 2, {"0": 1, "1": 1, "2": 1}),
        ([0, 17, 20], 20, {str(k): int(k in (0, 17, 20)) for k in range(21)}),
        ([0, 7, 30], 30, {str(k): int(k in (0, 6, 30)) for k in range(0, 31, 3)}),
        ([3, -1], 2, {"0": 1, "1": 0, "2": 1}),  # extra credit, and what no mark should be
        ([0.5], 0.5, {"0": 0, "0.5": 1}),
        ([0.1 + 0.2], 0.3, {"0": 1, "0.3": 0}),
        ([], 1, {"0": 0, "1": 0}),
        ([0], 0, {"0": 1}),
    ],
)  # fmt: skip
def test_bars(values, of, expected):
    assert counts(values, of) == expected


@given(st.lists(st.floats(0, 500)), st.floats(0, 500))
def test_nobody_is_lost_and_bars_fill_the_picture(values: list[float], of: float):
    found = histogram(values, of)
    assert sum(bar.count for bar in found.bars) == len(values)
    assert 1 <= len(found.bars) <= 25
    assert max(bar.height for bar in found.bars) == (1 if values else 0)
    assert all(0 <= bar.x and bar.x + found.width <= 1 + 1e-9 for bar in found.bars)


def test_the_words_say_what_the_picture_shows():
    assert histogram([0, 2, 2], 2).told == "0 points: 1 student; 2 points: 2 students"
    assert histogram([], 2).told == "no marks yet"
