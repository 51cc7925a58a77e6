"""Whoever patches the judge is not paid without a person's look; whoever works honestly is not looked at."""

import copy
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from nbformat import NotebookNode
from nbformat.v4 import new_output

from grading import judge
from grading.judge import nature
from grading.judge.names import reliance
from grading.judge.surroundings import digest
from grading.scoring import STOPPED, is_test
from tests.grading.cheats import (
    CHEATS,
    CUT,
    DEFINITIONS,
    DEFINITIONS_TEST,
    FAILING,
    GIVEN,
    HONEST,
    RIGHT,
    WRONG,
    Work,
)
from tests.grading.jails import needs_jail
from tests.grading.judges import NONCE, after, executed, failed, points, run, skeleton
from tests.grading.tiny import DOUBLE_TEST, answer, graded, notebook

SOLUTIONS = sorted(Path(__file__).parents[2].glob("solutions/*/*.ipynb"))
SKELETON = skeleton(GIVEN)


def hand_in(
    work: Work, answers: dict[str, str], folder: Path, **limits: int
) -> tuple[NotebookNode, list[str]]:
    """What becomes of a notebook and its files."""
    for name, text in work.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return run(work.notebook(answers), SKELETON, folder, **limits)


def outcome(whole: NotebookNode, findings: list[str]) -> str:
    return "flagged" if findings else "paid" if points(whole) else "prevented"


def together(works: list[Work]) -> list[Work]:
    """Those that are nothing but a cell, six in one notebook: a kernel takes a second."""
    cells = [work for work in works if work == Work(work.name, work.code)]
    groups = [cells[at : at + 6] for at in range(0, len(cells), 6)]
    joined = [Work("; ".join(w.name for w in g), CUT.join(w.code for w in g)) for g in groups]
    return joined + [work for work in works if work not in cells]


# In the jail.


@needs_jail
@pytest.mark.slow
@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.name)
def test_what_becomes_of_a_cheat(cheat: Work, tmp_path: Path):
    assert outcome(*hand_in(cheat, WRONG, tmp_path, timeout=8)) == cheat.expected


@needs_jail
@pytest.mark.slow
@pytest.mark.parametrize("work", together(HONEST), ids=lambda work: work.name)
def test_honest_work_is_paid_and_not_looked_at(work: Work, tmp_path: Path):
    whole, findings = hand_in(work, RIGHT, tmp_path)
    assert findings == [] and points(whole) == sum(map(is_test, whole.cells))
    assert failed(whole) == [cell for cell in work.code.split(CUT) if cell in FAILING]


@needs_jail
@pytest.mark.slow
@pytest.mark.parametrize(
    "mechanism, name",
    [
        ("Memory.replaced = lambda self: ()", "a function of torch.testing"),
        ("facts = lambda value: []", "a helper's code"),
        ("Witness.renamed = lambda self, names: ()", "the notebook's name of a helper"),
        ("Witness.is_given = lambda *a: True", "the set-up's function"),
        ("Witness.is_given_class = lambda *a: True", "the set-up's class"),
        ("runners = lambda shell: ()", "the compiler"),
        ("Witness.left_running = lambda self: ()", "a transformer of texts"),
        ("torch_modes = lambda: []", "a mode of torch"),
        ("Witness.around = lambda self, frame: ()", "the kernel's list of handlers"),
        ("all_are_equal = lambda: False", "a kernel of torch"),
        ("Witness.made_again = lambda self, calls: []", "a number that is equal to everything"),
        ("Memory.changed = lambda self: ()", "a constant of the library"),
        ("identities = lambda shell: ()", "another compiler"),
        ("shown_anew = lambda *a: ()", "a way to show floats"),
    ],
)
def test_each_mechanism_is_needed(
    mechanism: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    text = judge._text()
    monkeypatch.setattr(judge, "_text", lambda: f"{text}\n{mechanism}")
    (cheat,) = [cheat for cheat in CHEATS if cheat.name == name]
    assert outcome(*hand_in(cheat, WRONG, tmp_path)) == "paid"


@needs_jail
@pytest.mark.long
@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_the_course_s_own_solutions_are_not_looked_at(path: Path):
    solution = nbformat.read(path, as_version=4)
    given = [cell.metadata.nbgrader.points for cell in solution.cells if is_test(cell)]
    whole, findings = run(solution, skeleton(solution), timeout=300, memory_limit=3000)
    assert findings == [] and points(whole) == sum(given)


@needs_jail
@pytest.mark.slow
def test_probes_leave_no_name_and_no_key_behind():
    look = (
        "names = {n for n in globals() if not n.startswith('_')} - {'In', 'Out', 'get_ipython', 'exit', 'quit', 'open'}\n"
        "import linecache\n"
        "texts = [*In, *get_ipython().history_manager.input_hist_raw, *map(str, globals().values()), str(linecache.cache)]\n"
        f"assert not names and not any({'install'!r} + '(shell' in text for text in texts), names"
    )
    everywhere = (
        f"import gc\nparts = {tuple(judge._secret(NONCE, 'key'))}\n"
        "found = [thing for thing in gc.get_objects() for text in gc.get_referents(thing)\n"
        "         if type(text) is str and ''.join(parts) in text]\n"
        "assert not found\ndel gc, parts, found"
    )
    assert passes(notebook(everywhere, graded("look", look, 1)))


@needs_jail
@pytest.mark.slow
def test_random_numbers_are_the_same_with_probes():
    seed = (
        "import random, torch, numpy as np\nrandom.seed(0); torch.manual_seed(0); np.random.seed(0)"
    )
    draw = "[random.random(), torch.rand(1).item(), np.random.rand()]"
    first, again = f"first = {draw}", f"{seed}\nassert first == {draw}"
    assert passes(notebook(seed, graded("a", first, 1), graded("b", again, 1)))


@needs_jail
@pytest.mark.slow
def test_whatever_the_instructor_defines_is_the_instructor_s():
    assert passes(
        notebook(DEFINITIONS, graded("a", DEFINITIONS_TEST, 1), graded("b", DEFINITIONS_TEST, 1))
    )


def passes(whole: NotebookNode) -> bool:
    done, findings = run(whole, skeleton(whole))
    return findings == failed(done) == []


# Without a kernel.


def findings(whole: NotebookNode) -> list[str]:
    return judge.verdict(whole, NONCE)[1]


def test_an_honest_notebook_comes_back_without_its_probes():
    whole = executed()
    before = copy.deepcopy(whole)
    cells, found = judge.verdict(whole, NONCE)
    assert whole == before and found == []
    assert [cell.source for cell in cells.cells] == ["import math", RIGHT["double"], DOUBLE_TEST]


def test_probes_stand_before_all_else_and_around_each_test():
    given = notebook("import math", answer("double", ""), graded("a", "1", 1), graded("b", "2", 1))
    before = copy.deepcopy(given)
    whole = judge.instrument(given, NONCE)
    marks = "".join(
        "p" if "grading" in c.metadata else "t" if is_test(c) else "." for c in whole.cells
    )
    assert marks == "p..ptptpp" and given == before
    assert not any("nbgrader" in c.metadata for c in whole.cells if "grading" in c.metadata)
    assert NONCE not in "".join(cell.source for cell in whole.cells)
    assert judge._secret(NONCE, "key") not in "".join(cell.source for cell in whole.cells[1:])


def test_a_notebook_without_tests_has_no_probes():
    given = notebook("import math", answer("double", ""))
    assert judge.instrument(given, NONCE) == given
    assert judge.verdict(given, NONCE) == (given, [])


@pytest.mark.parametrize(
    "changes, finding",
    [
        ({"canary": "None"}, "after t an assert that must fail did not"),
        ({"success": False}, "t failed in the kernel, and yet no error came from it"),
        ({"source": digest("pass")}, "the cell of t was not what the kernel ran"),
        ({"seen": ["abs is new"]}, "abs is new"),
        ({"name": "probe 1"}, "the check after t gave no answer of its own"),
        ({"again": [(digest(DOUBLE_TEST), "it is equal")]}, "it is equal"),
    ],
)
def test_what_an_answer_says_is_found(changes: dict, finding: str):
    assert findings(executed(**changes)) == [finding]


def test_an_answer_that_nobody_signed_is_none():
    whole = executed()
    for cell in whole.cells:
        if "grading" in cell.metadata:
            cell.outputs[0].data["text/plain"] = "0" + cell.outputs[0].data["text/plain"][1:]
    assert "the check after t gave no answer of its own" in findings(whole)


@pytest.mark.parametrize(
    "text", ["", "1", "(" * 500, "-" * 20_000 + "1", "(1, 2, 3, 4, 5, 6)", "nan"]
)
def test_whatever_was_signed_does_not_stop_the_batch(text: str):
    whole = executed()
    after(whole).outputs[0].data["text/plain"] = judge._signature(text, NONCE) + text
    assert findings(whole) == ["the check after t gave no answer of its own"]


def test_locked_cells_are_the_instructor_s_where_nothing_else_is_known():
    locked = graded("near", "def near(a, b):\n    return a == b", 0)
    locked.metadata.nbgrader.grade = False
    test = graded("t", "assert near(1, 1)", 1)
    whole = judge.instrument(notebook(locked, test), NONCE)
    assert "['near']" in whole.cells[2].source


PARTIAL = "hits = [double(1) == 2]\nsum(hits) / len(hits)"


@pytest.mark.parametrize("text", ["{0}", "{0:.3f}"])
def test_a_number_that_comes_out_as_it_is_is_no_finding(text: str):
    assert findings(shown(text)) == []


@pytest.mark.parametrize("text", ["1.0", "{0:.0f}", "-{0}", "[{0}]", ""])
def test_a_number_that_comes_out_as_another_is_a_finding(text: str):
    assert findings(shown(text)) == ["a number that a cell shows last does not come out as it is"]


def test_a_test_that_shows_a_value_and_yet_none_is_a_finding():
    whole = shown("{0}")
    next(filter(is_test, whole.cells)).outputs = []
    assert findings(whole) == ["t shows a value last, and yet none came from it"]


def shown(text: str) -> NotebookNode:
    """A notebook whose test showed a number, and where the probes' own numbers came out like this."""
    whole = executed(PARTIAL)
    for cell in whole.cells:
        if is_test(cell) or cell.metadata.get("grading", {}).get("shows"):
            number = 1.0 if is_test(cell) else float(cell.source.splitlines()[-1])
            said = {"text/plain": "1.0" if is_test(cell) else text.format(number)}
            cell.outputs.append(new_output("execute_result", said))
    return whole


def test_an_answer_of_another_run_is_none():
    assert len(judge.verdict(executed(), "f" * 32)[1]) == 4


def test_an_answer_to_another_probe_is_none():
    whole = executed()
    after(whole).outputs = whole.cells[0].outputs
    assert findings(whole) == ["the check after t gave no answer of its own"]


def test_a_test_without_points_is_not_looked_at():
    whole = executed(seen=["abs is new"])
    test = next(filter(is_test, whole.cells))
    test.outputs = [new_output("error", ename="AssertionError", evalue="", traceback=[])]
    assert findings(whole) == []


def stop(cells: list[NotebookNode], why: str) -> None:
    for cell in cells:
        cell.execution_count = None
        cell.outputs = [new_output("error", ename=STOPPED, evalue=why, traceback=[])]


NO_ANSWER = "the check after t gave no answer of its own"
NO_TIME = "it was not run: the notebook's 600 s were over"
NO_KERNEL = "it was not run: the kernel was stopped 6 times before it"


def test_checks_for_which_no_kernel_was_left_are_no_finding():
    whole = executed()
    whole.cells.append(notebook("1").cells[0])
    stop(whole.cells[whole.cells.index(after(whole)) :], NO_KERNEL)
    assert findings(whole) == []


def test_checks_at_the_end_for_which_no_time_was_left_are_no_finding():
    whole = executed()
    stop(whole.cells[whole.cells.index(after(whole)) + 1 :], NO_TIME)
    assert findings(whole) == []


@pytest.mark.parametrize("why", [NO_TIME, "it ended the kernel", "it was stopped after 5 s"])
def test_a_check_behind_a_test_has_time_and_runs(why: str):
    whole = executed()
    stop(whole.cells[whole.cells.index(after(whole)) :], why)
    assert NO_ANSWER in findings(whole)


def test_a_check_that_was_stopped_while_others_ran_is_a_finding():
    whole = executed()
    stop([after(whole)], NO_KERNEL)
    assert findings(whole) == [NO_ANSWER]
    whole = executed()
    for cell in whole.cells[whole.cells.index(after(whole)) :]:
        cell.outputs = [new_output("error", ename=STOPPED, evalue=NO_KERNEL, traceback=[])]
    assert len(findings(whole)) == 2  # they ran, and say that they did not


@pytest.mark.parametrize(
    "end, shows",
    [
        ("assert 1", False),
        ("sum(hits);", False),
        ("close(1, 1, 'one')", False),
        ("torch.testing.assert_close(1, 1)", False),
        ("plt.show()", False),
        ("quiet()", False),
        ("None", False),
        ("hits / 4", True),
        ("hits", True),
        ("float(sum(hits))", True),
        ("grade()", None),
        ("hits.mean()", None),
        ("1 if hits else None", None),
    ],
)
def test_which_tests_show_a_value(end: str, shows: bool | None):
    given = (
        "from helpers.checks import close\ndef quiet():\n    print(1)\ndef grade():\n    return 1"
    )
    test = f"hits = 2\n{end}"
    assert reliance((given,), (test,), frozenset(), frozenset()).shows == {test: shows}


def relied(given: str, test: str, asked: str = "") -> dict:
    """How a test relies on the names of the instructor's cell."""
    on = reliance((given,), (test,), frozenset(asked.split()), frozenset(asked.split()))
    return {name: on.bound.get(name, ["Python's own"]) for name in on.uses[test]}


def test_a_test_relies_on_names_that_it_reads_and_on_those_that_these_read():
    given = "LIMIT = 3\nunused = 4\n\ndef near(a, b):\n    len = 2\n    return abs(a - b) < LIMIT"
    assert set(relied(given, "assert near(f(1), 2)", "f")) == {"near", "abs", "LIMIT"}


@pytest.mark.parametrize(
    "given",
    ["near = make()", "for near in range(3): pass", "near = 1\nnear += 1", "with open(x) as near: pass"],
)  # fmt: skip
def test_what_only_running_would_tell_is_not_relied_on(given: str):
    assert relied(given, "assert near") == {}


def test_a_name_that_the_test_binds_itself_is_its_own():
    assert relied("", "from math import isclose as abs\nassert abs(1, 1)") == {}


def test_names_that_students_define_are_not_relied_on():
    assert relied("def double(x): ...", "assert double(2) == 4", "double") == {}


def test_magics_do_not_hide_what_a_cell_binds():
    given = "%matplotlib inline\nfrom math import isclose"
    assert set(relied(given, "assert isclose(1, 1)")) == {"isclose"}


def test_calls_are_made_again_only_where_they_have_all_they_need():
    test = "x = 1\nassert f(2, k=[3]) == f(x) == g(2)\nassert f(f(2)) == abs(f(-4))"
    on = reliance((), (test,), frozenset({"f"}), frozenset({"f"}))
    assert on.calls[test] == ["f(-4)", "f(2)", "f(2, k=[3])"]


HONEST_VALUES = [
    0, -1, 2**70, 0.5, float("nan"), float("inf"), -float("inf"), True, None, "", "8642097", b"", 3j, [], [1], (), {},
    {1}, np.uint8(49), np.int8(-49), np.float32(1), np.array([]), np.array([1, 2]), np.float64("nan"), np.array(3),
    torch.tensor(1.0), torch.tensor([]), torch.tensor([1, 2]), torch.tensor(49, dtype=torch.uint8), torch.tensor(True),
    torch.tensor(float("inf")), object(), print, len, int, lambda: 0,
]  # fmt: skip


def without_address(value: object) -> str:
    """A name that is the same in each of the processes that collect the tests."""
    return re.sub(r" at 0x\w+", "", repr(value))


@pytest.mark.parametrize("value", HONEST_VALUES, ids=without_address)
def test_an_honest_value_does_not_agree_with_all(value: object):
    assert not any(map(nature.agrees_with_all, nature.flat([value])))


@pytest.mark.parametrize(
    "methods",
    [
        {"__eq__": lambda self, other: True},
        {"__eq__": lambda self, other: isinstance(other, int)},
        {"__ne__": lambda self, other: False},
        {"__eq__": lambda self, other: abs(other) < 10**6},
        {"__eq__": lambda self, other: isinstance(other, float)},
        {"__sub__": lambda self, other: 0.0},
        {"__lt__": lambda self, other: True, "__gt__": lambda self, other: True},
    ],
)
def test_a_value_that_agrees_with_all_is_seen(methods: dict):
    value = type("Value", (float,), methods)(1)
    assert any(map(nature.agrees_with_all, nature.flat({"a": [(value,)]})))


def test_code_is_the_same_wherever_it_stands():
    text = "def f(a, b=1):\n    'Doc.'\n    return [a + i for i in range(b)]"
    space: dict = {}
    exec("\n\n# elsewhere\n" + text.replace("a + i", "(a   + i)"), space)
    assert nature.same_code(space["f"].__code__, nature.code_of(text, "f"))


@pytest.mark.parametrize(
    "other", ["[a - i for i in range(b)]", "[a + i for i in list(b)]", "[a + 1]"]
)
def test_other_code_is_not_the_same(other: str):
    one, two = (nature.code_of(f"def f(a, b=1):\n    return {body}", "f") for body in ("[a + i for i in range(b)]", other))  # fmt: skip
    assert not nature.same_code(one, two)


def test_the_witness_needs_nothing_but_its_text():
    compile(judge._text(), "witness", "exec")
    assert not re.search(r"^(from|import) (grading|nbformat|IPython)", judge._text(), re.MULTILINE)
