"""All cases, by what goes wrong; and the table of what became of them."""

from pathlib import Path

from tests.grading.cases.batch import Batch, fits
from tests.grading.cases.forms import CELLS, FILES
from tests.grading.cases.harm import HARM, LEAKS, SCRIPTS
from tests.grading.cases.honest import HONEST
from tests.grading.cases.judging import JUDGE, PARTIAL
from tests.grading.cases.paper import Case
from tests.grading.cases.running import FLOODS, KERNEL, SLOW_CELLS, STDERR

# What goes wrong: (what nbgrader 0.9.6 does by itself, the cases).
CLASSES: dict[str, tuple[str, list[Case]]] = {
    "warnings, logs and progress bars in a test": ("counts as failure", STDERR),
    "the kernel dies, is stopped or stops answering": ("ungraded; the batch may hang", KERNEL),
    "a notebook of many slow cells": ("has no limit", SLOW_CELLS),
    "floods of output": ("kept in the database and the feedback", FLOODS),
    "cells deleted, doubled, retyped, renamed, edited": ("a crash, zero, or full points for nothing", CELLS),
    "broken, misnamed and dangerous files": ("a crash or silence", FILES),
    "partial credit": ("the first value displayed counts, whosever it is", PARTIAL),
    "code that changes the judge": ("full points", JUDGE),
    "code that reads, writes or leaves what it should not": ("all of it possible", HARM),
    "hidden tests in the feedback": ("shown", LEAKS),
    "scripts in outputs and answers": ("run in the reader's browser", SCRIPTS),
    "honest but unusual work": ("mostly graded", HONEST),
}  # fmt: skip


def all_cases() -> dict[str, list[Case]]:
    """Every case, by its class."""
    return {name: cases for name, (_, cases) in CLASSES.items()}


def some_cases(each: int) -> dict[str, list[Case]]:
    """So many cases of each class, spread over it; of slow ones only the quick one."""
    chosen = {name: cases[:: max(1, len(cases) // each)][:each] for name, cases in all_cases().items()}  # fmt: skip
    return chosen | {"a notebook of many slow cells": SLOW_CELLS[-1:]}


def write_table(batch: Batch, path: Path) -> None:
    """A row for each class: what nbgrader does by itself, the cases, and what became of them here."""
    lines = ["| what goes wrong | nbgrader 0.9.6 | cases | ours |", "|---|---|---|---|"]
    students = {id(case): student for student, case in batch.cases.items()}
    for name, (alone, cases) in CLASSES.items():
        records = [batch.records[students[id(case)]] for case in cases]
        right = [r for case, r in zip(cases, records, strict=True) if fits(case, r)]
        flagged = sum(bool(record.flags) for record in right)
        ours = f"{len(right)} as deserved" + (f", {flagged} of them flagged" if flagged else "")
        lines.append(f"| {name} | {alone} | {len(cases)} | {ours} |")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
