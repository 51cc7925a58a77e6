"""The benchmarks run, and compare what can be compared. How fast anything is, no test says."""

from importlib.util import find_spec

import pytest
import torch

from benchmarks import data, grading, layers, optimizers, training
from benchmarks.timing import HEADER, Row, compare
from tests.grading.jails import needs_jail
from tests.lab import ROOT


@pytest.fixture
def lightning(monkeypatch):
    """Lightning, where `make benchmark` has fetched it."""
    monkeypatch.syspath_prepend(str(ROOT / "build/benchmark"))
    return bool(find_spec("lightning"))


@pytest.mark.slow
def test_training(lightning):
    found = list(training.rows(examples=70, epochs=1, pairs=2))
    assert [row.goal for row in found] == [1.05, 1.0][: 1 + lightning]
    assert all(row.ours > 0 and row.theirs > 0 for row in found)


@pytest.mark.slow
def test_all_loops_train_the_same_weights(lightning):
    X, y = torch.rand(130, 1, 28, 28), torch.arange(130) % 10
    ways = [training.train_by_fit, training.train_by_hand]
    ways += [training.train_by_lightning] * lightning
    models = [train(*training.start(X, y), 2) for train in ways]
    before = training.start(X, y)[0].state_dict()
    for model in models:
        torch.testing.assert_close(model.state_dict(), models[0].state_dict(), rtol=0, atol=0)
        assert not torch.equal(model.state_dict()["1.weight"], before["1.weight"])


@pytest.mark.slow
def test_data():
    without, with_two = data.rows(examples=130, pairs=1)
    assert "0 workers" in without.what and "2 workers" in with_two.what
    assert without.goal == with_two.goal == pytest.approx(1 / 3)


def test_layers_and_losses():
    names = [row.what.split(",")[0] for row in layers.rows(batch=3, width=5, times=1, pairs=1)]
    assert len(names) == len(set(names)) == 14


def test_twins_compute_the_same():
    x, label = torch.randn(4, 6, requires_grad=True), torch.tensor([0, 2, 5, 1])
    for what, ours, theirs in layers.twins(x.detach().sigmoid(), label):
        torch.testing.assert_close(ours(x), theirs(x), msg=what)
        torch.testing.assert_close(gradient(ours, x), gradient(theirs, x), msg=what)


def gradient(program, x: torch.Tensor) -> torch.Tensor:
    layers.there_and_back(program, x)()
    return x.grad


def test_optimizers():
    found = list(optimizers.rows(width=4, times=1, pairs=1))
    assert len(found) == len(optimizers.PAIRS)


def test_a_row_says_whether_the_goal_is_met():
    verdicts = [str(Row("x", 0.1, 0.1, ratio, 1.05)).split()[-1] for ratio in (1.05, 1.06)]
    assert verdicts == ["yes", "no"]
    assert len(str(Row("x", 0.1, 0.1, 1.0))) == len(HEADER)


def test_programs_take_turns():
    """Each once unmeasured, and then in pairs whose order changes."""
    calls = []
    row = compare("turns", lambda: calls.append("o"), lambda: calls.append("t"), pairs=3)
    assert "".join(calls) == "ot" + "ot" + "to" + "ot"
    assert row.ratio > 0


@needs_jail
@pytest.mark.slow
def test_grading():
    """Both commands give full marks, or there would be nothing to compare; and a wrong answer is noticed."""
    right = grading.trivial_assignment()
    ours = grading.run(right, 2, grading.SANDBOXED, grading.grade())
    theirs = grading.run(right, 2, grading.STOCK, grading.nbgrader())
    assert min(*ours, *theirs) > 0
    right.cells[-1].source = "assert double(2) == 5"
    with pytest.raises(RuntimeError, match="0 of 1 have full marks"):
        grading.run(right, 1, grading.SANDBOXED, grading.grade())
