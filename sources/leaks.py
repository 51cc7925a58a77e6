"""Does a text give away a solution or a hidden test?

The secret is the code between nbgrader's marks, in tokens without comments; what stands in code cells outside the marks is given.
A text leaks where it holds a run of eight tokens of the secret that is not given. Shorter runs are what any two programs share.
"""

import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from nbformat import NotebookNode

from sources.notebooks import read

RUN = 8  # tokens
Run = tuple[str, ...]
MARK = re.compile(r"#+ *(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
_SPACE = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
# Python 3.12 takes f-strings apart.
_FSTRING = {
    getattr(tokenize, f"FSTRING_{end}", None): step for end, step in (("START", 1), ("END", -1))
}


def leaks(solution: NotebookNode, student: NotebookNode) -> list[str]:
    """One complaint for each cell of the student's notebook that gives something away, and for each secret that is none."""
    secret = secret_runs(solution)
    found = [
        f"cell {number} gives away `{' '.join(run)}`"
        for number, cell in enumerate(student.cells, 1)
        for run in _in_cell(secret, cell)[:1]
    ]
    found += [
        f"the notebook's metadata give away `{' '.join(run)}`"
        for run in in_text(secret, _texts(student.metadata))[:1]
    ]
    return found + open_secrets(solution)


def secret_runs(solution: NotebookNode) -> frozenset[Run]:
    """Every run of eight tokens that stands between the marks of the solution's notebook and nowhere outside them."""
    secrets, _ = split(solution)
    return frozenset(run for secret in secrets for run in runs(secret)) - given_runs(solution)


def given_runs(solution: NotebookNode) -> set[Run]:
    """Every run of eight tokens in the code outside the marks."""
    _, given = split(solution)
    return {run for stretch in given for run in runs(stretch)}


def open_secrets(solution: NotebookNode, public: set[Run] = frozenset()) -> list[str]:
    """Complaints about secrets that the code outside the marks, or other public code, already tells: nothing is left to guard."""
    secrets, _ = split(solution)
    guarded = secret_runs(solution) - public
    told = [secret for secret in secrets if len(secret) >= RUN and not guarded & set(runs(secret))]
    return [
        f"the secret that begins with `{' '.join(secret[:RUN])}` stands in given code"
        for secret in told
    ]


def split(solution: NotebookNode) -> tuple[list[list[str]], list[list[str]]]:
    """The tokens of each secret, and those of each stretch of given code."""
    secrets, given = [], []
    for cell in solution.cells:
        if cell.cell_type == "code":
            place = given
            given.append([])
            for token in tokens(cell.source, comments=True):
                mark = MARK.match(token)
                if mark:
                    place = secrets if mark[1] == "BEGIN" else given
                    place.append([])
                elif not token.startswith("#"):
                    place[-1].append(token)
    return secrets, given


def tokens(source: str, comments: bool = False) -> list[str]:
    """The tokens of Python code, an f-string as one, white space left out.

    Raises:
        SyntaxError: it is no Python code.
    """
    try:
        return [
            text
            for kind, text in _whole_fstrings(source)
            if kind not in _SPACE and (comments or kind != tokenize.COMMENT)
        ]
    except tokenize.TokenError as error:
        raise SyntaxError(str(error)) from None


def _whole_fstrings(source: str) -> Iterator[tuple[int, str]]:
    lines, depth, start = source.splitlines(keepends=True), 0, (1, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        step = _FSTRING.get(token.type, 0)
        if step == 1 and depth == 0:
            start = token.start
        depth += step
        if step == -1 and depth == 0:
            yield tokenize.STRING, _between(lines, start, token.end)
        elif depth == 0:
            yield token.type, token.string


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text from one position (line from 1, column from 0) to another."""
    (first, left), (last, right) = start, end
    if first == last:
        return lines[first - 1][left:right]
    return lines[first - 1][left:] + "".join(lines[first : last - 1]) + lines[last - 1][:right]


def runs(sequence: list[str]) -> list[Run]:
    """Every run of eight tokens, in order."""
    return [tuple(sequence[i : i + RUN]) for i in range(len(sequence) - RUN + 1)]


def in_code(secret: frozenset[Run], source: str) -> list[Run]:
    """The secret runs in a piece of code: by tokens, and in its comments by text. What is no code is searched as text."""
    try:
        sequence = tokens(source, comments=True)
    except SyntaxError:
        return in_text(secret, [source])
    comments = "\n".join(token.lstrip("# ") for token in sequence if token.startswith("#"))
    code = [token for token in sequence if not token.startswith("#")]
    return [run for run in runs(code) if run in secret] + in_text(secret, [comments])


# A picture in base64: a line of at least this many such characters is no code, and most of a lecture's bytes.
PICTURE = re.compile(r"[A-Za-z0-9+/]{500,}={0,2}")
WORD = re.compile(r"\w+")


def in_text(secret: frozenset[Run], texts: list[str]) -> list[Run]:
    """The secret runs in texts, whatever white space stands between their tokens."""
    text = PICTURE.sub(" ", "\n\n".join(texts))
    by_word = _by_word(secret)
    possible = [run for word in {"", *WORD.findall(text)} for run in by_word.get(word, [])]
    return [
        run
        for run in sorted(possible)
        if all(token in text for token in run) and re.search(r"\s*".join(map(re.escape, run)), text)
    ]


@lru_cache(maxsize=4)
def _by_word(secret: frozenset[Run]) -> dict[str, list[Run]]:
    """The runs by the longest word inside them: a text that lacks the word, as most do, need not be searched for the run.

    The first and the last token do not count: in a text they can be part of a longer word. "" has the runs without a word.
    """
    index = defaultdict(list)
    for run in secret:
        index[max(WORD.findall(" ".join(run[1:-1])), key=len, default="")].append(run)
    return index


def in_notebook(secret: frozenset[Run], notebook: NotebookNode) -> list[Run]:
    """The secret runs anywhere in a notebook."""
    in_cells = [run for cell in notebook.cells for run in _in_cell(secret, cell)]
    return in_cells + in_text(secret, _texts(notebook.metadata))


def in_file(secret: frozenset[Run], path: Path) -> list[Run]:
    """The secret runs in a file: a notebook, Python code, or any other text. Pictures and the like hold none."""
    if path.suffix == ".ipynb":
        return in_notebook(secret, read(path))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    return in_code(secret, text) if path.suffix == ".py" else in_text(secret, [text])


def _in_cell(secret: frozenset[Run], cell: NotebookNode) -> list[Run]:
    beside = [cell.metadata, cell.get("outputs", []), cell.get("attachments", {})]
    if cell.cell_type == "code":
        return in_text(secret, _texts(beside)) + in_code(secret, cell.source)
    return in_text(secret, [*_texts(beside), cell.source])


def _texts(value) -> list[str]:
    """Every string in a piece of JSON, keys included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value.keys(), *(text for part in value.values() for text in _texts(part))]
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else []
