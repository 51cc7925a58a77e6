"""Detect a patched judge: the student's code and the tests run in one kernel.

Probes look on around each test (`witness`), and what they say is judged here, outside the kernel. Whoever knows these
files can get past them; what can be seen is a finding for a person, and honest work gives none.
"""

import ast
import copy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from grading.judge.names import Reliance, reliance
from grading.judge.surroundings import digest
from grading.pages import one_line
from grading.scoring import STOPPED, is_test, number_of, results_of, score
from grading.skeleton import Skeleton, defined

START, RESULTS = "start", "results"
# What runs in the kernel, in this order.
TEXTS = ("nature.py", "memory.py", "surroundings.py", "witness.py")
SIGNED, LONGEST = 32, 50_000  # characters of a signature, and of what is signed
# What `grading.execute` says of cells that had no turn.
NOT_RUN = "it was not run: "
NO_KERNEL = NOT_RUN + "the kernel was stopped"
MOST = 10  # findings: a person who has read these looks at the notebook


def instrument(
    notebook: NotebookNode, nonce: str, skeleton: Skeleton | None = None
) -> NotebookNode:
    """A copy of the notebook with probes: before all else, around each test, and behind the last one.

    Args:
        notebook: restored, not yet run.
        nonce: characters that no other run has, and that the kernel is not told.
        skeleton: the instructor's cells; without it only the locked ones are known to be the instructor's.
    """
    whole = copy.deepcopy(notebook)
    if not any(map(is_test, whole.cells)):
        return whole
    on, done, last = _reliance(whole, skeleton), [], 0
    for before, after in pairwise([None, *whole.cells, None]):
        tests = [cell.source for cell in (before, after) if cell and is_test(cell)]
        if tests:
            names = sorted({name for test in tests for name in on.uses[test]})
            shows = any(on.shows[test] is not False for test in tests)
            probe = _probe(nonce, f"probe {len(done)}", names, shows=shows)
            if before and is_test(before) and on.shows[before.source]:
                probe.metadata.grading.due = True
            done.append(probe)
            last = len(done)
        done += [after] if after else []
    calls = [(digest(test), call) for test, texts in on.calls.items() for call in texts]
    done.insert(last, _probe(nonce, RESULTS, [], calls))
    whole.cells = [_start(nonce, on), *done]
    return whole


def verdict(executed: NotebookNode, nonce: str) -> tuple[NotebookNode, list[str]]:
    """The executed notebook without the probes, and what a person must look at, in sentences.

    Only tests that gave points matter, and for them what was said before the first cell, around them, and at the end.

    Args:
        executed: what became of an instrumented notebook.
        nonce: the one that it was instrumented with.
    """
    whole, cells = copy.deepcopy(executed), executed.cells
    whole.cells = [cell for cell in whole.cells if not _name(cell)]
    paid = [at for at, cell in enumerate(cells) if is_test(cell) and score(cell).points > 0]
    if not paid or not any(map(_name, cells)):
        return whole, []
    findings: dict[str, None] = {}  # in order, each once
    ends = [at for at, cell in enumerate(cells) if _name(cell) in (START, RESULTS)]
    for at in sorted({*ends, *(at + step for at in paid for step in (-1, 1))}):
        findings |= dict.fromkeys(_findings(cells, at, paid, nonce))
    return whole, list(findings)[:MOST]


def _findings(cells: list[NotebookNode], at: int, paid: list[int], nonce: str) -> Iterator[str]:
    """What one probe says of the tests that gave points."""
    cell, before = cells[at], cells[at - 1]
    answer = _answer(cell, nonce)
    if answer is None:
        if not _had_no_turn(cells, at, at - 1 in paid):
            yield f"the check {_place(cells, at)} gave no answer of its own"
        return
    if not _shows_its_number(cell, nonce):
        yield "a number that a cell shows last does not come out as it is"
    if answer.canary != _secret(nonce, "challenge", _name(cell)):
        yield f"{_place(cells, at)} an assert that must fail did not"
    yield from answer.seen
    tests = {digest(cells[test].source) for test in paid}
    yield from (sentence for test, sentence in answer.again if test in tests)
    if at - 1 in paid and before.source.strip():
        if answer.source != digest(before.source):
            yield f"the cell of {_test(before)} was not what the kernel ran"
        elif not answer.success:
            yield f"{_test(before)} failed in the kernel, and yet no error came from it"
        elif cell.metadata.grading.get("due") and not any("data" in o for o in before.outputs):
            yield f"{_test(before)} shows a value last, and yet none came from it"


@dataclass(frozen=True)
class _Answer:
    """What the witness says at a probe, as it says it."""

    name: str
    canary: str
    seen: list[str]
    again: list[tuple[str, str]]
    source: str
    success: bool


def _answer(probe: NotebookNode, nonce: str) -> _Answer | None:
    """The answer to a probe that is signed for it; None where there is none."""
    for output in probe.outputs:
        said = str(output.get("data", {}).get("text/plain", ""))
        signature, text = said[:SIGNED], said[SIGNED:]
        if signature == _signature(text, nonce):
            answer = _read(text)
            return answer if answer and answer.name == _name(probe) else None
    return None


def _read(text: str) -> _Answer | None:
    """What was signed: whoever took the witness apart can sign anything."""
    try:
        name, canary, seen, again, source, success = ast.literal_eval(text[:LONGEST])
        said = [one_line(str(sentence), 200) for sentence in seen]
        calls = [(str(test), one_line(str(sentence), 200)) for test, sentence in again]
    except Exception:  # also a recursion that is too deep
        return None
    return _Answer(name, canary, said, calls, source, success)


def _signature(text: str, nonce: str) -> str:
    key = _secret(nonce, "key").encode()
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), key=key, digest_size=SIGNED // 2).hexdigest()  # fmt: skip


def _secret(nonce: str, *purpose: str) -> str:
    """What only this run's probes know."""
    return hashlib.blake2b(" ".join(purpose).encode(), key=nonce.encode(), digest_size=16).hexdigest()  # fmt: skip


def _start(nonce: str, on: Reliance) -> NotebookNode:
    """The first cell: it brings the witness, with built-in functions of its own, and no name is left behind."""
    names = sorted({name for used in on.uses.values() for name in used})
    watch = {"bound": on.bound, "paths": on.paths, "attributes": on.attributes, "names": names}
    facts = [_secret(nonce, "key"), _handle(nonce), watch]
    text = "\n".join([_text(), f"install(shell, *{facts!r})"])
    space = "{'shell': get_ipython(), '__name__': 'witness', '__builtins__': dict(vars(__import__('builtins')))}"
    cell = _probe(nonce, START, [])
    cell.source = f"exec({text!r}, {space})\n{cell.source}"
    return cell


def _probe(
    nonce: str, name: str, names: list[str], calls: Any = (), shows: bool = False
) -> NotebookNode:
    """A cell that asks the witness, by way of an assert that fails; and shows a number, as a test beside it does."""
    challenge = _secret(nonce, "challenge", name)
    ask = f"get_ipython().{_handle(nonce)}({name!r}, {names!r}, {calls!r}, {shows})"
    source = f"with {ask}:\n    assert False, {challenge!r}"
    source += f"\n{_number(nonce, name)}" if shows else ""
    return new_code_cell(source, metadata={"grading": {"probe": name, "shows": shows}})


def _number(nonce: str, name: str) -> float:
    """What a probe shows: it reads the same with any number of decimals, but with none."""
    return int(_secret(nonce, "number", name)[:3], 16) + 0.5


def _handle(nonce: str) -> str:
    return "_" + _secret(nonce, "handle")


@cache
def _text() -> str:
    """The witness as one program: its files without what they import of each other."""
    folder = Path(__file__).parent
    whole = "\n".join((folder / name).read_text("utf-8") for name in TEXTS)
    return re.sub(r"^from grading\.[^(\n]*(\([^)]*\))?\n", "", whole, flags=re.MULTILINE)


def _reliance(notebook: NotebookNode, skeleton: Skeleton | None) -> Reliance:
    """What the tests rely on, by the instructor's cells."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    about = [(cell.source, cell.metadata.get("nbgrader", {})) for cell in code]
    tests = tuple(cell.source for cell in code if is_test(cell))
    if skeleton is None:
        answers = frozenset().union(*(defined(s) for s, facts in about if facts.get("solution")))
        locked = (source for source, facts in about if facts.get("locked"))
        return reliance(tuple(s for s in locked if s not in tests), tests, frozenset(), answers)
    cells = [cell for cell in skeleton.cells if cell.cell_type == "code"]
    given = tuple(cell.source for cell in cells if not cell.editable and not cell.is_test)
    asked = frozenset().union(*(cell.names for cell in cells if cell.editable))
    return reliance(given, tests, asked, asked)


def _name(cell: NotebookNode) -> str:
    """Of a probe; empty for other cells."""
    return cell.metadata.get("grading", {}).get("probe", "")


def _had_no_turn(cells: list[NotebookNode], at: int, is_due: bool) -> bool:
    """Whether a probe was not run, nor anything behind it: for lack of time, or of kernels where it was due."""
    why = NO_KERNEL if is_due else NOT_RUN
    code = [cell for cell in cells[at:] if cell.cell_type == "code"]
    return _says(cells[at], why) and all(_says(later, NOT_RUN) for later in code)


def _says(cell: NotebookNode, why: str) -> bool:
    """Whether a cell has nothing but the word of `grading.execute` that it was not run."""
    said = [(output.get("ename"), str(output.get("evalue"))) for output in cell.outputs]
    alone = len(said) == 1 and cell.execution_count is None
    return alone and said[0][0] == STOPPED and said[0][1].startswith(why)


def _shows_its_number(probe: NotebookNode, nonce: str) -> bool:
    """Whether the number came out that a probe shows, if it does."""
    shown = [number_of(result) for result in results_of(probe)]
    return not probe.metadata.grading.get("shows") or shown == [_number(nonce, _name(probe))]


def _place(cells: list[NotebookNode], at: int) -> str:
    """Where a probe stands, for a person."""
    if _name(cells[at]) == START:
        return "before the first cell"
    beside = [("after", cells[at - 1])] + [("before", cell) for cell in cells[at + 1 : at + 2]]
    return next((f"{side} {_test(c)}" for side, c in beside if is_test(c)), "after the last test")


def _test(cell: NotebookNode) -> str:
    return cell.metadata.nbgrader.grade_id
