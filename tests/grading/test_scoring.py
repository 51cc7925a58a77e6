"""What a test cell gives: all, nothing, or the one number that the test itself shows; and nbgrader sees the same."""

import copy
import math

import nbclient
import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat.v4 import new_output
from nbgrader.utils import determine_grade, is_grade

from grading import scoring
from grading.scoring import Score, is_test, normalize, score
from tests.grading.tiny import answer, graded, notebook

PARTIAL = "hits = 3\nhits / 4"  # a test that shows a number
PLAIN = "assert True"


def result(text):
    """A value that was displayed; the text may be anything, as a forged message's may."""
    facts = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
    return nbformat.from_dict(facts | {"data": {"text/plain": text}})


def stream(text: str, name: str = "stderr"):
    return new_output("stream", name=name, text=text)


def error(ename: str, evalue: str):
    return new_output("error", ename=ename, evalue=evalue, traceback=[f"{ename}: {evalue}"])


def shown(text: str):
    return new_output("display_data", {"text/plain": text})


def ran(source: str, *outputs, points: float = 2):
    cell = graded("a_test", source, points)
    cell.outputs = copy.deepcopy([*outputs])
    return cell


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [stream("UserWarning: careful")],
        [stream("50 %"), shown("1"), stream("0.5", "stdout")],
        [result("0.5")],  # displayed by the student's code: the test ends with an assert
        [result("-1"), result("99")],
    ],
)
def test_what_is_no_error_is_no_failure(outputs):
    assert score(ran(PLAIN, *outputs)) == Score(2.0)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("0.75", 0.75), ("0", 0.0), ("2", 2.0), ("-0.0", 0.0), ("1e-3", 0.001), (["1.5"], 1.5),
        ("np.float64(0.25)", 0.25), ("np.int64(1)", 1.0), ("tensor(0.5000, dtype=torch.float64)", 0.5),
    ],
)  # fmt: skip
def test_a_number_that_the_test_shows_is_its_points(text, points: float):
    assert score(ran(PARTIAL, result(text))) == Score(points, partial=True)


@pytest.mark.parametrize(
    "text",
    ["True", "None", "'0.5'", "well done", "", "[0.5]", "tensor([0.5])", "1j", ["1", "2"], 1],
)
def test_what_is_no_number_is_no_partial_credit(text):
    assert score(ran(PARTIAL, result(text))) == Score(2.0)


def test_a_result_without_text_is_no_number():
    picture = new_output("execute_result", {"image/png": "AAAA"}, execution_count=1)
    assert score(ran(PARTIAL, picture)) == Score(2.0)


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "-0.5", "2.001", "1e400", "np.float64(nan)"]
)
def test_a_number_that_cannot_be_the_mark_gives_nothing_and_calls_a_person(text: str):
    given = score(ran(PARTIAL, result(text)))
    assert given.points == 0 and not given.partial
    assert given.finding.startswith("a_test displayed ")
    assert given.finding.endswith(", which is no number from 0 to 2")


@pytest.mark.parametrize(
    "source", [PARTIAL + ";", PARTIAL + ";  # quiet", "x = 0.5", "for x in [1]:\n    x"]
)
def test_only_a_last_expression_shows_the_mark(source: str):
    assert score(ran(source, result("0.5"))) == Score(2.0)


def test_of_several_numbers_the_last_is_the_tests_own():
    assert score(ran(PARTIAL, result("2"), shown("1"), result("0.5"))) == Score(0.5, partial=True)
    assert score(ran(PARTIAL, result("0.5"), result("text"))) == Score(2.0)


def test_a_higher_number_after_a_lower_one_calls_a_person():
    given = score(ran(PARTIAL, result("0.5"), result("2")))
    assert given.points == 2
    assert given.finding == "a_test displayed 0.5 and later 2: see which is its own"


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ([error("AssertionError", "one and two are three")], "AssertionError: one and two are three"),
        ([error("AssertionError", "")], "AssertionError"),
        ([error("KeyError", "first"), error("ValueError", "last\nline")], "ValueError: last"),
        ([error("E", "\x1b[31mred\x1b[0m and \u202eturned")], "E: red and turned"),
        ([error(scoring.STOPPED, "it was not run")], "it was not run"),
        ([result("2"), error("E", "x" * 2000)], "E: " + "x" * 996 + "…"),
    ],
)  # fmt: skip
def test_an_error_gives_nothing_and_speaks(outputs, said: str):
    assert score(ran(PARTIAL, *outputs)) == Score(0.0, said)


def test_an_error_that_quotes_the_hidden_test_does_not_speak():
    hidden = "quagga = sum(range(987654, 987660))\n    assert double(quagga) == 5925942"
    source = f"assert double(1) == 2\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    assert score(ran(source, error("ValueError", hidden))).said == "ValueError"
    assert score(ran(source, error("E", "no double(1) == 2"))).said == "E: no double(1) == 2"


def test_a_malformed_error_is_an_error():
    assert score(ran(PLAIN, nbformat.from_dict({"output_type": "error"}))) == Score(0.0)


def test_which_cells_are_tests():
    essay = answer("essay", "text")
    essay.metadata.nbgrader |= {"grade": True, "points": 2}
    assert [is_test(cell) for cell in (ran(PLAIN), answer("a", ""), essay)] == [True, False, False]
    assert not is_test(notebook("1").cells[0])


TEXTS = st.one_of(
    st.floats().map(repr),
    st.integers(-3, 5).map(str),
    st.sampled_from(
        ["True", "nan", "'1'", "np.float64(1.5)", "tensor(0.5)", "", "1_0", "٢", " 1 "]
    ),
    st.text(max_size=5),
    st.lists(st.sampled_from(["0.5", "1", "x"]), max_size=2),
    st.sampled_from([None, 1, 0.5, {"a": 1}]),
)
OUTPUTS = st.one_of(
    TEXTS.map(result),
    TEXTS.map(lambda text: nbformat.from_dict({"output_type": "display_data", "data": {"text/plain": text}})),
    st.builds(stream, st.text(max_size=5), st.sampled_from(["stdout", "stderr"])),
    st.builds(error, st.sampled_from(["E", scoring.STOPPED]), st.text(max_size=5)),
    st.just(new_output("execute_result", {"image/png": "AAAA"}, execution_count=1)),
)  # fmt: skip
SOURCES = st.sampled_from([PARTIAL, PARTIAL + ";", PLAIN, "", "def f(:"])


@given(SOURCES, st.lists(OUTPUTS, max_size=5), st.sampled_from([0, 0.5, 1, 2, 3.5]))
@example(PARTIAL, [stream("a"), result("0.5"), result("1.5"), stream("b")], 2)
@example(PARTIAL, [result("3"), stream("a")], 2)
def test_nbgrader_gives_the_same_points_after_normalize(source: str, outputs, points: float):
    cell = ran(source, *outputs, points=points)
    given = score(cell)
    assert 0 <= given.points <= points and math.isfinite(given.points)
    normalize(cell)
    assert determine_grade(cell) == (given.points, points)
    assert score(cell) == given
    once = copy.deepcopy(cell)
    normalize(cell)
    assert cell == once
    numbers = [out for out in cell.outputs if out.output_type == "execute_result"]
    assert len(numbers) == given.partial


def test_normalize_leaves_what_people_read():
    cell = ran(PARTIAL, stream("careful"), result("2"), shown("a"), result("0.5"))
    normalize(cell)
    kinds = [output.output_type for output in cell.outputs]
    assert kinds == ["stream", "display_data", "display_data", "execute_result"]
    assert cell.outputs[0].text == "careful" and cell.outputs[1].data == {"text/plain": "2"}
    whole = notebook(cell)
    whole.nbformat_minor = 5
    nbformat.validate(whole)


def test_normalize_shows_a_person_what_was_wrong_with_the_number():
    cell = ran(PARTIAL, result("nan"))
    normalize(cell)
    assert cell.outputs[0].data == {"text/plain": "nan"}
    assert cell.outputs[1].evalue == "a_test displayed nan, which is no number from 0 to 2"


RUNS = [  # what a kernel makes of a test of 2 points, and what it gives
    ("0.5", 0.5),
    ("0.5;", 2),
    ("0.5  # a comment", 0.5),
    ("score = 0.5", 2),
    ("score = 0.5\nscore", 0.5),
    ("1 == 1", 2),
    ("None", 2),
    ("print(0.5)", 2),
    ("display(0.5)", 2),
    ("%timeit -n1 -r1 1\n1.5", 1.5),
    ("%%time\n1.5", 1.5),
    ("import numpy as np\nnp.float64(1.25)", 1.25),
    ("float('nan')", 0),
    ("-1", 0),
    ("3", 0),
    ("import sys\nsys.displayhook(0.25)\n0.5", 0.5),
    ("import sys\nsys.displayhook(0.25)\nassert True", 2),
    ("import warnings\nwarnings.warn('careful')", 2),
    ("raise ValueError('0.5')", 0),
    ("if True:\n    0.5", 2),
    ("await __import__('asyncio').sleep(0, 0.5)", 0.5),
]


@pytest.mark.slow
def test_what_a_kernel_really_shows():
    whole = notebook(*(graded(f"t{number}", source, 2) for number, (source, _) in enumerate(RUNS)))
    nbclient.NotebookClient(whole, allow_errors=True, timeout=60).execute()
    given = {cell.source: score(cell).points for cell in whole.cells}
    assert given == dict(RUNS)
    for cell in whole.cells:
        normalize(cell)
    assert {
        cell.source: determine_grade(cell)[0] for cell in whole.cells if is_grade(cell)
    } == given
