"""What students must not see: hidden tests and mark schemes, as source and in what their programs print."""

import re
from collections.abc import Iterable
from functools import lru_cache

from pygments.lexers import PythonLexer
from pygments.token import Literal

BEGIN = re.compile(
    r"BEGIN (HIDDEN TESTS|MARK SCHEME)"
)  # nbgrader's marks, wherever they stand in a line
END = re.compile(r"END (HIDDEN TESTS|MARK SCHEME)")
SHORTEST = 8  # characters: `close(x,` says nothing yet
RUN = 24  # characters: what is longer is also recognised by a part
BETWEEN = re.compile(
    r"""[\s'"\\\u00ad\u200b-\u200d\u2060]+"""
)  # what a print may add: space, seen or not, and quotes


def split(source: str) -> tuple[str, str]:
    """The visible and the hidden lines of a cell; a region without an end is hidden to the last line."""
    visible, hidden, inside = [], [], False
    for line in source.split("\n"):
        if BEGIN.search(line):
            inside = True
        elif END.search(line):
            inside = False
        else:
            (hidden if inside else visible).append(line)
    return "\n".join(visible), "\n".join(hidden)


class Secrets:
    """Recognise hidden source in other text.

    Args:
        sources: all cells of the notebook. What stands in the visible part of one is no secret. Nor are the texts in quotes:
            they are the instructor's words to the student.
    """

    def __init__(self, sources: Iterable[str]):
        parts = [split(source) for source in sources]
        known = "\n".join(_squashed(visible) for visible, _ in parts)
        pieces = {piece for _, hidden in parts for piece in _pieces(hidden) if piece not in known}
        self._short = {piece for piece in pieces if len(piece) < RUN}
        self._runs = {run for piece in pieces for run in _runs(piece) if run not in known}

    def leak(self, text: str) -> bool:
        """Whether a text repeats hidden source: a line of it without its quoted texts, or 24 characters in a row."""
        text = _squashed(text)
        return any(piece in text for piece in self._short) or not self._runs.isdisjoint(_runs(text))


@lru_cache(maxsize=256)  # a class shares the instructor's cells
def _pieces(source: str) -> list[str]:
    """The code and the comments between line ends and quoted texts, as far as they say something."""
    code = "".join(
        "\n" if kind in Literal.String else value
        for kind, value in PythonLexer().get_tokens(source)
    )
    pieces = map(_squashed, code.split("\n"))
    return [piece for piece in pieces if len(piece) >= SHORTEST]


def _squashed(text: str) -> str:
    return BETWEEN.sub("", text).casefold()


def _runs(text: str) -> set[str]:
    return {text[start : start + RUN] for start in range(len(text) - RUN + 1)}
