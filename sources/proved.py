"""The list of what a chapter proves, for the site and for whoever wants to check: docs/proved/NN_topic.md, from the ledger."""

import re

from nbformat import NotebookNode

from sources.claims import read_ledger
from sources.course import Chapter
from sources.notebooks import tags


def proved_page(chapter: Chapter, notebook: NotebookNode) -> str:
    """The chapter's claims, in the order in which the reader met them, and where each was proved."""
    met = _sections(notebook)
    order = {claim_id: i for i, claim_id in enumerate(met)}
    claims = read_ledger(chapter.ledger)["claims"]
    claims = sorted(claims, key=lambda claim: order.get(claim["id"], len(order)))
    title = f"# What chapter {int(chapter.folder[:2])} proves: {chapter.title}"
    lead = "Every line was computed and asserted: in the section named beside it, or by one of the tests that come with the course."
    head = [title, "", lead, "", "| what | where |", "|---|---|"]
    rows = [
        f"| {_in_table(claim['statement'])} | {_in_table(_where(claim, met))} |" for claim in claims
    ]
    return "\n".join(head + rows) + "\n"


def _where(claim: dict, met: dict[str, str]) -> str:
    if claim["place"] == "tests":
        return "the course's tests"
    return met.get(claim["id"], "nowhere yet") + (", folded" if claim["place"] == "aside" else "")


def _sections(notebook: NotebookNode) -> dict[str, str]:
    """Claim -> heading of the section where a cell proves it, in the order of the notebook."""
    heading = ""
    met: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = re.findall(r"(?m)^#{1,4} +(.+?) *$", cell.source)
            heading = found[-1] if found else heading
        for tag in tags(cell):
            if tag.startswith("claim:"):
                met.setdefault(tag.removeprefix("claim:"), heading)
    return met


def _in_table(text: str) -> str:
    """Text that may stand in a cell of a markdown table: one line, and no bar that would end the cell."""
    pieces = re.split(r"(\$[^$]+\$)", " ".join(text.split()))
    return "".join(_without_bars(piece) for piece in pieces)


def _without_bars(piece: str) -> str:
    if piece.startswith("$"):
        return piece.replace(r"\|", r"\Vert{}").replace("|", r"\vert{}")
    return piece.replace("|", r"\|")
