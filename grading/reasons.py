"""Say in one sentence what an autograded notebook earned and what it failed."""

from nbformat import NotebookNode

from grading.scoring import STOPPED, is_test

MESSAGE = 120  # characters: room for an instructor's hint


def reason_of(notebook: NotebookNode) -> str:
    """Which tests failed, grouped by the error; a test is called by its question where its name is `<question>_test`."""
    tests = [cell for cell in notebook.cells if is_test(cell)]
    failed: dict[str, list[str]] = {}  # error -> the tests that it failed
    for test in tests:
        errors = [output for output in test.outputs if output.output_type == "error"]
        if errors:
            name = test.metadata.nbgrader.grade_id.removesuffix("_test")
            failed.setdefault(_said(errors[-1]), []).append(name)
    if not failed:
        return f"passed all {len(tests)} tests{_limits(notebook)}"
    count = sum(map(len, failed.values()))
    return f"failed {count} of {len(tests)} tests{_limits(notebook)}: {_causes(failed)}"


def stopped_by(cell: NotebookNode) -> str:
    """What of our own stopped a cell, or kept it from being run; empty where nothing did."""
    ours = [output.evalue for output in cell.get("outputs", []) if output.get("ename") == STOPPED]
    return ours[-1] if ours else ""


def _limits(notebook: NotebookNode) -> str:
    """Which other cell a limit stopped: what is wrong with the tests after it often follows from that."""
    for number, cell in enumerate(notebook.cells, start=1):
        why = "" if is_test(cell) else stopped_by(cell)
        if why:
            name = cell.metadata.get("nbgrader", {}).get("grade_id") or f"cell {number}"
            return f" ({name}: {clean(why)})"
    return ""


def _causes(failed: dict[str, list[str]]) -> str:
    """The tests by what they failed of; from the third cause on only their names: the rest stands on the feedback page."""
    told = list(failed.items())[:2]
    others = [name for names in list(failed.values())[2:] for name in names]
    causes = [f"{', '.join(names)}: {why}" for why, names in told]
    return "; ".join(causes + [f"and {', '.join(others)}"] * bool(others))


def _said(error: NotebookNode) -> str:
    """An error's first line: for our own what it says, for a student's its name before it."""
    said = error.evalue if error.ename == STOPPED else f"{error.ename} {error.evalue}"
    return clean(said, MESSAGE)


def clean(text: object, length: int = 70) -> str:
    """The first line of a stranger's text, without what would steer a terminal, cut at a word before `length` characters."""
    line = next(iter(str(text).strip().splitlines()), "")
    line = "".join(letter if letter.isprintable() else " " for letter in line).strip()
    if len(line) <= length:
        return line
    whole_words, _, _ = line[: length - 2].rpartition(" ")
    return (whole_words or line[: length - 3]).rstrip(",;: ") + "..."
