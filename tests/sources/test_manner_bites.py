"""A lecture that is too long, misfolded, undescribed or not run is noticed."""

from collections.abc import Callable

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sources import manner

FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["aside", "hide-input"]}
DESCRIBED = {"mystnb": {"image": {"alt": "A line that falls from the left to the right."}}}
PROOF = "# @title Check it: one is one\nassert x == x\nassert y == y\nassert z == z"
PICTURE = new_output("display_data", data={"image/png": "aGVsbG8="})


def lecture() -> NotebookNode:
    """A lecture with which nothing is wrong."""
    cells = [
        new_markdown_cell(
            "A sentence of six words, $x + y$. " * 600 + "![a cat](cat.png) `not_a_word`"
        ),
        new_code_cell(
            "x = y = z = 1\nprint(x)\nassert x == y", outputs=[new_output("stream", text="1\n")]
        ),
        new_code_cell(PROOF, metadata=FOLDED),
        new_code_cell("plot()", metadata=DESCRIBED, outputs=[PICTURE]),
    ]
    notebook = new_notebook(cells=cells)
    return numbered(notebook)


def numbered(notebook: NotebookNode) -> NotebookNode:
    for turn, cell in enumerate([cell for cell in notebook.cells if cell.cell_type == "code"], 1):
        cell.execution_count = turn
    return notebook


def complaints(notebook: NotebookNode) -> list[str]:
    return [
        found
        for check in (manner.over_budget, manner.misfolded, manner.undescribed, manner.not_run)
        for found in check(notebook)
    ]


def source(number: int, text: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].update(source=text)


def metadata(number: int, **changed) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].metadata.update(changed)


def output(number: int, new: NotebookNode) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[number].outputs.append(new)


def more(count: int, text: str) -> Callable[[NotebookNode], None]:
    def spoil(notebook: NotebookNode) -> None:
        notebook.cells += [new_code_cell(text) for _ in range(count)]
        numbered(notebook)

    return spoil


SPOILS = {
    "a long cell": (source(1, "x = 1\n" * 26), "cell 2 has 26 lines of code, and 25 are allowed"),
    "many cells": (more(60, "x = 1"), "63 code cells, and 60 are allowed"),
    "many lines": (more(20, "x = 1\n\n" * 20), "408 lines of code, and 350 are allowed"),
    "many words": (source(0, "word " * 4501), "4,501 words, and 4,500 are allowed"),
    "few words": (source(0, "word " * 2999), "2,999 words, and fewer than 3,000"),
    "many bytes": (
        output(1, new_output("stream", text="x" * 2_000_000)),
        "bytes, and 2,000,000 are allowed",
    ),
    "unfolded in Colab": (
        metadata(2, cellView="code"),
        'cell 3 is folded but lacks cellView="form"',
    ),
    "unfolded in JupyterLab": (metadata(2, jupyter={}), "cell 3 is folded but lacks jupyter="),
    "unfolded on the site": (
        metadata(2, tags=["aside"]),
        "cell 3 is folded but lacks the tag hide-input",
    ),
    "folded without a title": (source(2, "assert x == x"), "cell 3 is folded but lacks `# @title`"),
    "an aside with another title": (
        source(2, "# @title Proof"),
        "its first line begins with `# @title Check it: `",
    ),
    "a story cell that is half folded": (
        metadata(1, cellView="form"),
        "cell 2 is folded but lacks",
    ),
    "a story cell of many asserts": (source(1, PROOF + "\nprint(x)"), "cell 2 has 3 asserts"),
    "a story cell that only asserts": (source(1, "assert x == y"), "cell 2 only asserts"),
    "a figure without alt text": (metadata(3, mystnb={}), "cell 4 draws a picture, and mystnb="),
    "a figure with hardly any": (
        metadata(3, mystnb={"image": {"alt": "A falling line."}}),
        "cell 4 draws a picture, and mystnb=",
    ),
    "a picture in the text without alt text": (
        source(0, "word " * 3500 + "![](cat.png)"),
        "cell 1 shows a picture without alt text",
    ),
    "a picture in HTML without alt text": (
        source(0, "word " * 3500 + '<img src="x" alt="">'),
        "cell 1 shows a picture without alt text",
    ),
    "a slider without alt text": (
        output(1, new_output("display_data", data={"text/html": "<img src='x'>"})),
        "cell 2 puts out a picture without alt text",
    ),
    "a cell that was not run": (
        lambda notebook: notebook.cells[2].update(execution_count=None),
        "cell 3 was not run in its turn",
    ),
    "cells run out of order": (
        lambda notebook: notebook.cells[2].update(execution_count=7),
        "cell 3 was not run in its turn",
    ),
    "an error that was committed": (
        output(1, new_output("error", ename="ValueError", evalue="no", traceback=[])),
        "cell 2 shows an error: ValueError",
    ),
    "an address in memory": (
        output(1, new_output("execute_result", data={"text/plain": "<f at 0x7fae610e>"})),
        "cell 2 shows an address in memory",
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


def test_words_are_those_of_the_prose():
    text = "Two words $a b$ and `x y` here, $$c\nd$$ [a link](there.md) <b>bold</b>\n```\ncode here\n```"
    cells = [
        new_markdown_cell(text),
        new_markdown_cell("not these", metadata={"tags": ["proved"]}),
        new_code_cell("nor = these"),
    ]
    assert manner.words(new_notebook(cells=cells)) == len("Two words and here a link bold".split())


def test_a_pause_makes_room_for_a_second_half():
    long = lecture()
    more(20, "x = 1\n\n" * 20)(long)
    long.cells.append(new_markdown_cell("A place to pause.", metadata={"tags": ["pause"]}))
    assert manner.over_budget(long) == []
    more(3, "x = 1\n\n" * 20)(long)
    assert manner.over_budget(long) == ["the lecture has 468 lines of code, and 450 are allowed"]
