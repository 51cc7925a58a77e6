"""What a reader sees folded: set-up, asides, tests, predicted outputs and *Deeper* sections, in JupyterLab, in Colab and on the site."""

import re

from nbformat import NotebookNode

from sources.notebooks import tags

DEEPER = re.compile(r"^(#+) Deeper: ")
HEADING = re.compile(r"^(#+) ")


def fold(notebook: NotebookNode) -> None:
    """Write into each cell's metadata what folds it; what an author folded already stays."""
    _mark_deeper(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            _fold_heading(cell)
        elif "predict" in tags(cell):
            _hide_output(cell)
        if cell.cell_type == "code" and _is_plumbing(cell):
            _hide_source(cell)


def _is_plumbing(cell: NotebookNode) -> bool:
    """The set-up, an aside, or the test of a question."""
    nbgrader = cell.metadata.get("nbgrader", {})
    is_test = nbgrader.get("grade", False) and not nbgrader.get("solution", False)
    return is_test or bool({"setup", "aside"} & set(tags(cell)))


def _hide_source(cell: NotebookNode) -> None:
    cell.metadata["cellView"] = "form"  # Colab
    cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
    _tag(cell, "hide-input")  # the site


def _hide_output(cell: NotebookNode) -> None:
    cell.metadata["collapsed"] = True  # JupyterLab writes both, Colab's files know this one
    cell.metadata.setdefault("jupyter", {})["outputs_hidden"] = True
    _tag(cell, "hide-output")  # the site


def _fold_heading(cell: NotebookNode) -> None:
    if DEEPER.match(cell.source):
        cell.metadata["jp-MarkdownHeadingCollapsed"] = True


def _mark_deeper(notebook: NotebookNode) -> None:
    """Tag the cells of each section whose heading begins with "Deeper: ", up to the next heading of its rank."""
    rank = 0  # of the heading of the section that we are in; 0 where that is not *Deeper*
    for cell in notebook.cells:
        heading = HEADING.match(cell.source) if cell.cell_type == "markdown" else None
        deeper = DEEPER.match(cell.source) if heading else None
        if deeper:
            rank = len(deeper[1])
        elif rank and (heading and len(heading[1]) <= rank or "pause" in tags(cell)):
            rank = 0
        _untag(cell, "deeper")
        if rank:
            _tag(cell, "deeper")


def _tag(cell: NotebookNode, tag: str) -> None:
    if tag not in tags(cell):
        cell.metadata["tags"] = [*tags(cell), tag]


def _untag(cell: NotebookNode, tag: str) -> None:
    if tag in tags(cell):
        cell.metadata["tags"] = [kept for kept in tags(cell) if kept != tag]
