"""Honest notebooks after what editors, platforms, slips and cheats do to them: a class of mutants."""

import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from nbformat import NotebookNode

from tests.grading.cases.batch import Batch, graded, hand_in, new_course, points, wrong
from tests.grading.cases.paper import ALL, ASSIGNMENT, RIGHT, Case, answered
from tests.grading.jails import needs_jail
from tests.grading.mutations import damaged_texts, deserved, mutants, written

POINTS = dict(zip(("double", "add", "mean"), ALL, strict=True))
COLLECT = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def collected(strategy, count: int) -> list:
    """The first different examples of a strategy, always the same ones."""
    found: dict[str, object] = {}

    @settings(COLLECT, max_examples=4 * count)
    @given(strategy)
    def collect(example) -> None:
        if len(found) < count:
            found.setdefault(json.dumps(example), example)

    collect()
    return list(found.values())


@pytest.fixture(
    scope="module",
    params=[pytest.param(40, marks=pytest.mark.slow), pytest.param(160, marks=pytest.mark.long)],
    ids=["some", "many"],
)
def mutated(request, tmp_path_factory: pytest.TempPathFactory):
    """Grade so many mutants and a quarter as many damaged files; with the notebooks of the mutants."""
    course = new_course(tmp_path_factory.mktemp("mutants"), timeout=60, notebook_timeout=120)  # fmt: skip
    honest = answered(course.release(ASSIGNMENT), RIGHT)
    notebooks = collected(mutants(honest), request.param)
    texts = [written(mutant) for mutant in notebooks]
    texts += collected(damaged_texts(written(honest)), request.param // 4)
    everybody = {f"m{number:03}": text.encode() for number, text in enumerate(texts)}
    everybody |= {name: written(honest).encode() for name in ("a_bystander", "m020_bystander", "z_bystander")}  # fmt: skip
    for student, data in everybody.items():
        hand_in(course, student, Case(""), {"small.ipynb": data})
    return graded(course, {}), honest, dict(zip(everybody, notebooks, strict=False)), set(everybody)


@needs_jail
def test_no_mutant_costs_anybody_anything(mutated: tuple[Batch, NotebookNode, dict, set]):
    batch, _, _, everybody = mutated
    assert set(batch.records) == everybody
    assert [sentence for sentence in wrong(batch) if "bystander" in sentence] == []
    assert batch.changed == [] and batch.running == []


@needs_jail
def test_every_mutant_has_a_reason_for_each_point_that_it_lacks(mutated):
    batch, _, _, _ = mutated
    for record in batch.records.values():
        assert not record.flags and len(record.tests) == 3 and record.key
        assert record.reason == "passed all 3 tests" or sum(points(record)) < sum(ALL)
        for test in record.tests:
            assert test.points == test.of or test.said or test.name == "mean_test"
        assert all("Traceback" not in text and len(text) < 400 for text in (record.reason, *record.notes))  # fmt: skip


@needs_jail
def test_answers_that_a_mutant_keeps_have_their_points(mutated):
    """What they deserve is what test_restore.py proves of the notebook alone."""
    batch, honest, notebooks, _ = mutated
    kept = 0
    for student, mutant in notebooks.items():
        given = dict(zip(POINTS, points(batch.records[student]), strict=True))
        for name, counts in deserved(honest, mutant).items():
            if name in POINTS and counts is not None:
                kept += counts
                assert given[name] == (POINTS[name] if counts else 0), (student, name)
    assert kept > len(notebooks)
