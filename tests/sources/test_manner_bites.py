"""A lecture that is too long, misplaced, misfolded, unanswered, undescribed or not run is noticed."""

from collections.abc import Callable

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sources import manner

FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["aside", "hide-input"]}
SET_UP = FOLDED | {"tags": ["setup", "hide-input"]}
HIDDEN = {"jupyter": {"outputs_hidden": True}, "tags": ["predict", "hide-output"]}
DESCRIBED = {"mystnb": {"image": {"alt": "A line that falls from the left to the right."}}}
PROOF = "# @title Check it: one is one\nassert x == x\nassert y == y\nassert z == z"
PICTURE = new_output("display_data", data={"image/png": "aGVsbG8="})
PROSE = 2  # the number of the cell of prose, from 0; the code follows it


def lecture() -> NotebookNode:
    """A lecture with which nothing is wrong."""
    cells = [
        new_markdown_cell("# 1. A lecture"),
        new_markdown_cell("*Time*", metadata={"tags": ["header"]}),
        new_markdown_cell(
            "A sentence of six words, $x + y$. " * 400 + "![a cat](cat.png) `not_a_word`"
        ),
        new_code_cell("# @title Set-up: run me first\nimport math", metadata=SET_UP),
        new_code_cell(
            "x = y = z = 1\nprint(x)\nassert x == y", outputs=[new_output("stream", text="1\n")]
        ),
        new_code_cell(PROOF, metadata=FOLDED),
        new_code_cell("print(x + 1)", metadata=HIDDEN, outputs=[new_output("stream", text="2\n")]),
        new_markdown_cell("It is two."),
    ]
    cells += [new_code_cell("plot()", metadata=DESCRIBED, outputs=[PICTURE]) for _ in range(6)]
    return numbered(new_notebook(cells=cells))


def numbered(notebook: NotebookNode) -> NotebookNode:
    for turn, cell in enumerate([cell for cell in notebook.cells if cell.cell_type == "code"], 1):
        cell.execution_count = turn
    return notebook


CHECKS = (
    manner.over_budget,
    manner.misplaced,
    manner.misfolded,
    manner.unanswered,
    manner.undescribed,
    manner.not_run,
)


def complaints(notebook: NotebookNode) -> list[str]:
    return [found for check in CHECKS for found in check(notebook)]


def source(number: int, text: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].update(source=text)


def metadata(number: int, **changed) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].metadata.update(changed)


def output(number: int, new: NotebookNode) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].outputs.append(new)


def more(count: int, text: str, **metadata) -> Callable[[NotebookNode], None]:
    def spoil(notebook: NotebookNode) -> None:
        notebook.cells += [new_code_cell(text, metadata=metadata) for _ in range(count)]
        numbered(notebook)

    return spoil


SPOILS = {
    "many cells": (more(60, "x = 1"), "70 code cells, and 60 are allowed"),
    "many words": (source(2, "word " * 4001), "words outside *Deeper*, and 4,000 are allowed"),
    "few words": (source(2, "word " * 1900), "words, and fewer than 2,000"),
    "many minutes": (
        source(2, "word " * 2400 + "**Your turn** (70 minutes)"),
        "minutes, and 75 are allowed",
    ),
    "many figures": (
        more(7, "plot()", **DESCRIBED),
        "13 figures, and 12 are allowed",
    ),
    "few figures": (lambda notebook: notebook.cells.pop(), "5 figures, and 6 are asked"),
    "many sliders": (more(4, "explore(draw)"), "4 sliders, and 3 are allowed"),
    "many bytes": (
        output(4, new_output("stream", text="x" * 2_000_000)),
        "bytes, and 2,000,000 are allowed",
    ),
    "plumbing first": (
        lambda notebook: notebook.cells.insert(0, notebook.cells.pop(3)),
        "begins with its title",
    ),
    "no set-up": (metadata(3, tags=["hide-input"]), "the first code cell is the one tagged setup"),
    "imports in the story": (source(4, "import math\nprint(x)"), "cell 5 begins with imports"),
    "a Deeper section that ends in a cell's middle": (
        lambda notebook: notebook.cells.append(
            new_markdown_cell("The end.\n\n## 1.3 More", metadata={"tags": ["deeper"]})
        ),
        "cell 15 of a *Deeper* section ends it in its middle",
    ),
    "a prediction without an answer": (
        source(7, "*The caption of a figure.*"),
        "no sentence below",
    ),
    "a prediction before a heading": (source(7, "## 1.2 More"), "no sentence below it answers"),
    "a prediction that is open": (
        metadata(6, jupyter={}),
        "cell 7 asks for a prediction, and shows the result at once",
    ),
    "unfolded in Colab": (
        metadata(5, cellView="code"),
        'cell 6 is folded but lacks cellView="form"',
    ),
    "unfolded in JupyterLab": (metadata(5, jupyter={}), "cell 6 is folded but lacks jupyter="),
    "unfolded on the site": (
        metadata(5, tags=["aside"]),
        "cell 6 is folded but lacks the tag hide-input",
    ),
    "folded without a title": (source(5, "assert x == x"), "cell 6 is folded but lacks `# @title`"),
    "an aside with another title": (
        source(5, "# @title Proof"),
        "its first line begins with `# @title Check it: `",
    ),
    "a story cell that is half folded": (
        metadata(4, cellView="form"),
        "cell 5 is folded but lacks",
    ),
    "a story cell of many asserts": (source(4, PROOF + "\nprint(x)"), "cell 5 has 3 asserts"),
    "a story cell that only asserts": (source(4, "assert x == y"), "cell 5 only asserts"),
    "a figure without alt text": (metadata(8, mystnb={}), "cell 9 draws a picture, and mystnb="),
    "a figure with hardly any": (
        metadata(8, mystnb={"image": {"alt": "A falling line."}}),
        "cell 9 draws a picture, and mystnb=",
    ),
    "a picture in the text without alt text": (
        source(2, "word " * 3500 + "![](cat.png)"),
        "cell 3 shows a picture without alt text",
    ),
    "a picture in HTML without alt text": (
        source(2, "word " * 3500 + '<img src="x" alt="">'),
        "cell 3 shows a picture without alt text",
    ),
    "a slider without alt text": (
        output(4, new_output("display_data", data={"text/html": "<img src='x'>"})),
        "cell 5 puts out a picture without alt text",
    ),
    "a cell that was not run": (
        lambda notebook: notebook.cells[5].update(execution_count=None),
        "cell 6 was not run in its turn",
    ),
    "cells run out of order": (
        lambda notebook: notebook.cells[5].update(execution_count=7),
        "cell 6 was not run in its turn",
    ),
    "an error that was committed": (
        output(4, new_output("error", ename="ValueError", evalue="no", traceback=[])),
        "cell 5 shows an error: ValueError",
    ),
    "an address in memory": (
        output(4, new_output("execute_result", data={"text/plain": "<f at 0x7fae610e>"})),
        "cell 5 shows an address in memory",
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoilt_lecture_is_noticed(name: str):
    spoil, message = SPOILS[name]
    notebook = lecture()
    spoil(notebook)
    assert any(message in complaint for complaint in complaints(notebook)), complaints(notebook)


def test_the_lecture_itself_is_well():
    assert complaints(lecture()) == []


def test_a_pause_makes_room_for_a_second_half():
    long = lecture()
    long.cells[PROSE].source += "**Your turn** (70 minutes)"
    assert manner.over_budget(long) != []
    long.cells.append(new_markdown_cell("A place to pause.", metadata={"tags": ["pause"]}))
    assert manner.over_budget(long) == []


def test_deeper_sections_have_no_budget_of_words():
    long = lecture()
    long.cells.append(new_markdown_cell("word " * 4000, metadata={"tags": ["deeper"]}))
    assert manner.over_budget(long) == []
    assert manner.core_words(long) < 4000
