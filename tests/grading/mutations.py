"""What happens to honest notebooks on their way: strategies for hypothesis, and what a notebook deserves afterwards."""

import copy
import json
from collections.abc import Callable
from typing import Any

import nbformat
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from nbformat import NotebookNode

from grading.skeleton import defined, plain

OWN = [  # cells that students add and that harm nobody
    ("code", "print('my own')"),
    ("code", "my_own = 1"),
    ("code", "1 / 0"),
    ("code", "def my_own_helper(:"),
    ("code", ""),
    ("markdown", "My own thoughts."),
    ("raw", "kept for later"),
]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 10**6),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8"), max_size=5),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=3), st.none(), max_size=2),
)
NBGRADER = ["schema_version", "grade", "solution", "locked", "task", "points", "checksum", "grade_id"]  # fmt: skip
TAGS = ["skip-execution", "raises-exception", "remove-cell"]

Change = Callable[[DrawFn, NotebookNode], None]


def mutants(notebook: NotebookNode, most: int = 6) -> SearchStrategy[NotebookNode]:
    """The notebook after one to `most` changes that editors, platforms, slips and cheats make.

    It may be no valid notebook any more, but it is JSON: write it with `written`, not by nbformat.
    """

    @st.composite
    def changed(draw: DrawFn) -> NotebookNode:
        mutant = copy.deepcopy(notebook)
        for change in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=most)):
            change(draw, mutant)
        return mutant

    return changed()


def damaged_texts(text: str) -> SearchStrategy[str]:
    """The text of a file that was cut off, lost a piece, or has a piece twice, at random places."""
    places = st.integers(0, len(text))
    two = st.tuples(places, places).map(sorted)
    return st.one_of(
        places.map(lambda end: text[:end]),
        two.map(lambda ends: text[: ends[0]] + text[ends[1] :]),
        two.map(lambda ends: text[: ends[1]] + text[ends[0] :]),
    )


def written(mutant: NotebookNode) -> str:
    """The mutant's file."""
    return json.dumps(mutant, indent=1)


def deserved(honest: NotebookNode, mutant: NotebookNode) -> dict[str, bool | None]:
    """For each answer of the honest notebook whether it must count in the mutant; None where both are right.

    An answer must count while a cell with its name has its text, no other cell has another text of that name or for the
    same functions, and no given code was edited. It cannot count when no cell defines any of its functions any more.
    """
    answers = [cell for cell in honest.cells if _about(cell).get("nbgrader", {}).get("solution")]
    edited = _given_code_was_edited(honest, mutant)
    given = {name_of(answer): _counts(answer, mutant) for answer in answers}
    return {name: None if counts and edited else counts for name, counts in given.items()}


def _given_code_was_edited(honest: NotebookNode, mutant: NotebookNode) -> bool:
    """Whether a cell has some lines of the instructor's code, and other lines."""
    given = [cell for cell in honest.cells if cell.cell_type == "code" and not name_of(cell)]
    lines = {line for cell in given for line in cell.source.split("\n") if line}
    known = {plain(cell.source) for cell in honest.cells}
    others = [cell.source for cell in mutant.cells if plain(cell.source) not in known]
    return any(not lines.isdisjoint(text.split("\n")) for text in others)


def name_of(cell: NotebookNode) -> Any:
    """The cell's grade_id, whatever it has become."""
    about = cell["metadata"].get("nbgrader") if isinstance(cell.get("metadata"), dict) else None
    return about.get("grade_id") if isinstance(about, dict) else None


def _counts(answer: NotebookNode, mutant: NotebookNode) -> bool | None:
    name, functions = answer.metadata["nbgrader"]["grade_id"], defined(answer.source)
    named = [plain(cell.source) for cell in mutant.cells if name_of(cell) == name]
    rivals = [
        plain(cell.source)
        for cell in mutant.cells
        if functions & defined(cell.source) or name_of(cell) == name
    ]
    if named and set(rivals) == {plain(answer.source)}:
        return True
    return None if rivals or answer.cell_type != "code" else False


def _place(draw: DrawFn, mutant: NotebookNode) -> int:
    return draw(st.integers(0, max(0, len(mutant.cells) - 1)))


def _some(draw: DrawFn, mutant: NotebookNode) -> NotebookNode:
    """One of the cells; a new one where none is left."""
    if not mutant.cells:
        _insert(draw, mutant)
    return mutant.cells[_place(draw, mutant)]


def _about(cell: NotebookNode) -> dict[str, Any]:
    """The cell's metadata, made anew where they were spoilt."""
    if not isinstance(cell.get("metadata"), dict):
        cell["metadata"] = NotebookNode()
    return cell["metadata"]


def _move(draw: DrawFn, mutant: NotebookNode) -> None:
    cell = _some(draw, mutant)
    mutant.cells.remove(cell)
    mutant.cells.insert(_place(draw, mutant), cell)


def _delete(draw: DrawFn, mutant: NotebookNode) -> None:
    mutant.cells.remove(_some(draw, mutant))


def _double(draw: DrawFn, mutant: NotebookNode) -> None:
    mutant.cells.insert(_place(draw, mutant), copy.deepcopy(_some(draw, mutant)))


def _retype(draw: DrawFn, mutant: NotebookNode) -> None:
    cell = _some(draw, mutant)
    cell["cell_type"] = draw(st.sampled_from(["code", "markdown", "raw"]))
    cell.pop("outputs", None), cell.pop("execution_count", None)
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}


def _insert(draw: DrawFn, mutant: NotebookNode) -> None:
    kind, source = draw(st.sampled_from(OWN))
    cell = {"cell_type": kind, "metadata": {}, "source": source, "id": "own"}
    cell |= {"outputs": [], "execution_count": None} if kind == "code" else {}
    mutant.cells.insert(_place(draw, mutant), nbformat.from_dict(cell))


def _split(draw: DrawFn, mutant: NotebookNode) -> None:
    """As JupyterLab does: both halves have the metadata."""
    cell = _some(draw, mutant)
    lines = cell["source"].split("\n")
    at = draw(st.integers(0, len(lines)))
    rest = copy.deepcopy(cell)
    cell["source"], rest["source"] = "\n".join(lines[:at]), "\n".join(lines[at:])
    mutant.cells.insert(mutant.cells.index(cell) + 1, rest)


def _empty(draw: DrawFn, mutant: NotebookNode) -> None:
    _some(draw, mutant)["source"] = draw(st.sampled_from(["", "pass", "# was a test"]))


def _rename(draw: DrawFn, mutant: NotebookNode) -> None:
    """Give a cell another cell's name."""
    names = [name for cell in mutant.cells if isinstance(name := name_of(cell), str)] or ["a"]
    about = _about(_some(draw, mutant))
    about["nbgrader"] = NotebookNode({"grade_id": draw(st.sampled_from(names))})


def _fuzz_nbgrader(draw: DrawFn, mutant: NotebookNode) -> None:
    about = _about(_some(draw, mutant))
    facts = about.get("nbgrader")
    if not isinstance(facts, dict) or draw(st.booleans()):
        about["nbgrader"] = draw(JUNK)
    else:
        facts[draw(st.sampled_from(NBGRADER))] = draw(JUNK)


def _fuzz_metadata(draw: DrawFn, mutant: NotebookNode) -> None:
    cell = _some(draw, mutant)
    if draw(st.booleans()):
        cell["metadata"] = draw(JUNK)
    else:
        _about(cell)["tags"] = draw(st.lists(st.sampled_from(TAGS), max_size=2) | JUNK)


def _fuzz_ids(draw: DrawFn, mutant: NotebookNode) -> None:
    ids = [cell.get("id") for cell in mutant.cells]
    for cell in mutant.cells:
        cell["id"] = draw(st.sampled_from(ids) | JUNK)


def _strip(draw: DrawFn, mutant: NotebookNode) -> None:
    """As tools do that know nothing of nbgrader: the cells' metadata are gone, perhaps the ids too."""
    without_ids = draw(st.booleans())
    for cell in mutant.cells:
        cell["metadata"] = NotebookNode()
        if without_ids:
            cell.pop("id", None)


def _fuzz_notebook(draw: DrawFn, mutant: NotebookNode) -> None:
    about = draw(st.sampled_from(["metadata", "kernelspec", "nbformat_minor"]))
    if about == "kernelspec":
        mutant["metadata"] = NotebookNode({"kernelspec": draw(JUNK)})
    else:
        mutant[about] = draw(JUNK) if about == "metadata" else draw(st.integers(0, 9))


CHANGES: list[Change] = [
    *(_move, _delete, _double, _retype, _insert, _split, _empty, _rename),
    *(_fuzz_nbgrader, _fuzz_metadata, _fuzz_ids, _strip, _fuzz_notebook),
]
