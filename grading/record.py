"""What is known of a graded submission besides its marks: it lies in the graded folder, beside the notebook."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "record.json"


@dataclass(frozen=True)
class Test:
    """One test cell of one submission: what it earned of so many points, and what it said when it failed.

    Args:
        name: the cell's grade_id.
        points: what the test gives; a person's mark in the gradebook goes before it.
        of: what it gives at most.
        said: the last error's first line, in the instructor's words; empty for a test that passed.
    """

    __test__ = False  # for pytest: this is none of its own

    name: str
    points: float
    of: float
    said: str = ""


@dataclass(frozen=True)
class Record:
    """One graded submission.

    Args:
        student, assignment: nbgrader's names.
        key: a hash of all that the marks depend on: the submission, the assignment, the limits.
        reason: the row's sentence: what was failed, or why nothing could be graded.
        tests: in the notebook's order.
        flags: findings that a person must look at; while there are any, the points are kept out.
        notes: what was repaired or left out at intake, in sentences.
        stopped: a limit stopped a cell, or it was not reached.
        seconds, mebibytes: time of the run and the most memory that it held.
        sandboxed: False when somebody typed the flag that runs submissions outside the jail.
    """

    student: str
    assignment: str
    key: str
    reason: str
    tests: list[Test] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: bool = False
    seconds: float = 0.0
    mebibytes: float = 0.0
    sandboxed: bool = True


def write(record: Record, folder: Path) -> None:
    """Put the record into a graded folder, whole or not at all."""
    unfinished = folder / f".{FILE}"
    unfinished.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    os.replace(unfinished, folder / FILE)


def read(folder: Path) -> Record | None:
    """The record of a graded folder; None where there is none that can be read: such a submission is graded again."""
    try:
        facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Record(**{**facts, "tests": [Test(**test) for test in facts["tests"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None
