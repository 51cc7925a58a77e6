"""How long does a notebook take a reader? Worked out from what stands in it, and written into its header by the build."""

import re

from nbformat import NotebookNode

from sources.notebooks import tags

WORDS_A_MINUTE = 180
SECONDS_A_LINE = 5  # of code that is not folded
SECONDS_A_FIGURE = 30
YOUR_TURN = re.compile(r"Your turn\W{0,4}\((\d+) minutes?\)")
QUESTION = re.compile(r"Difficulty \d of 5, about (\d+) minutes")
_NO_PROSE = (
    r"(?s)```.*?```",
    r"(?s)\$\$.*?\$\$",
    r"\$[^$\n]+\$",
    r"`[^`]*`",
    r"<[^>]*>",
    r"\]\([^)]*\)",
)


def words(cell: NotebookNode) -> int:
    """Words of prose in a cell: without code, mathematics and markup."""
    prose = cell.source
    for ignored in _NO_PROSE:
        prose = re.sub(ignored, " ", prose)
    return len(re.findall(r"\w[\w'’-]*", prose))


def minutes(cells: list[NotebookNode]) -> float:
    """Minutes to read these cells, to look at their figures and to solve what they ask."""
    return sum(_seconds(cell) for cell in cells) / 60


def halves(notebook: NotebookNode) -> list[float]:
    """Minutes of the core path, in as many parts as the cells tagged `pause` make."""
    parts: list[list[NotebookNode]] = [[]]
    for cell in notebook.cells:
        if "pause" in tags(cell):
            parts.append([])
        if "deeper" not in tags(cell):
            parts[-1].append(cell)
    return [minutes(part) for part in parts]


def time_of_lecture(notebook: NotebookNode) -> str:
    """The sentence in a lecture's header."""
    parts = [f"{part:.0f}" for part in halves(notebook)]
    total = sum(halves(notebook))
    time = f"*Time:* about {total:.0f} minutes"
    if len(parts) > 1:
        time += f", in parts of {' and '.join(parts)} with a pause between"
    deeper = minutes([cell for cell in notebook.cells if "deeper" in tags(cell)])
    if deeper:
        time += (
            f". Sections titled *Deeper* ({deeper:.0f} minutes more) can wait for a second reading"
        )
    return f"{time}."


def time_of_exercise(notebook: NotebookNode) -> str:
    """The sentence in an exercise's header: the sum of what its questions say."""
    said = [int(number) for number in QUESTION.findall(_text(notebook))]
    return (
        f"*Time:* about {sum(said)} minutes for all {len(said)} questions; each one says its own."
    )


def _text(notebook: NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def _seconds(cell: NotebookNode) -> float:
    if {"header", "proved"} & set(tags(cell)):
        return 0
    if cell.cell_type == "markdown":
        asked = sum(int(number) for number in YOUR_TURN.findall(cell.source))
        return 60 * (words(cell) / WORDS_A_MINUTE + asked)
    shown = 0 if "hide-input" in tags(cell) else lines(cell)
    return SECONDS_A_LINE * shown + SECONDS_A_FIGURE * is_figure(cell)


def lines(cell: NotebookNode) -> int:
    """Lines of code that are not empty."""
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def is_figure(cell: NotebookNode) -> bool:
    """Whether a cell draws: each picture has an alternative text, and a slider says its own."""
    return "mystnb" in cell.metadata or "explore(" in cell.source
