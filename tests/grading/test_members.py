"""The class is made from the solution's cells, and knows what it deserves."""

import ast
import json
from pathlib import Path

import nbformat
import pytest

from grading.intake.files import LIMITS
from grading.intake.notebook import parse
from grading.members import Member, make_class
from grading.members.hostile import hostile
from grading.members.paper import Paper, read_questions
from tests.grading.tiny import ADD, ADD_TEST, DOUBLE, DOUBLE_TEST, answer, graded, notebook

ROOT = Path(__file__).parents[2]
ONE = notebook(answer("double", DOUBLE), graded("double_test", DOUBLE_TEST, 2))
TWO = notebook(*ONE.cells, answer("add", ADD), graded("add_test", ADD_TEST, 3))
STUBS = [answer(name, f"def {name}(*args):\n    raise NotImplementedError") for name in ("double", "add")]  # fmt: skip
RELEASE = notebook(STUBS[0], TWO.cells[1], STUBS[1], TWO.cells[3])
FULL = """
    perfect warns_and_plots own_module extra_cells threads_and_processes magics_and_waiting reads_and_writes
    colab lost_metadata notepad cells_reversed zipped does_not_stop many_processes output_flood tests_deleted
    cells_retyped writes_elsewhere leaves_processes prints_hidden_tests scripts_in_outputs links_to_elsewhere
""".split()
FIRST_LOST = """
    first_fails first_mistyped never_ending memory_hog kernel_killer steals_the_solution asks_the_network
    raises_hidden_tests
""".split()
NOTHING = "wrong prints_only empty tests_edited broken_file conflict_markers missing_file".split()
FLAGGED = ["empties_the_tests", "patches_a_helper"]


@pytest.fixture
def members() -> dict[str, Member]:
    guarded = [Path("/course/source/tiny.ipynb"), Path("/course/gradebook.db")]
    return {member.name: member for member in make_class(TWO, RELEASE, "tiny.ipynb", guarded)}


def test_a_test_belongs_to_the_answers_before_it():
    first, second = read_questions(TWO)
    assert (list(first.answers), first.tests, first.points) == (["double"], ["double_test"], 2)
    assert (list(second.answers), second.tests, second.points) == (["add"], ["add_test"], 3)


def test_the_class_deserves(members: dict[str, Member]):
    deserved = dict.fromkeys(FULL, 5) | dict.fromkeys(FIRST_LOST, 3) | dict.fromkeys(NOTHING, 0)
    deserved |= dict.fromkeys(FLAGGED, None) | {"every_second": 2}
    assert {name: member.deserves for name, member in members.items()} == deserved
    assert len(members) == 40


def test_an_assignment_of_one_question_has_a_class_too():
    marks = {member.name: member.deserves for member in make_class(ONE, ONE, "tiny.ipynb")}
    assert (marks["perfect"], marks["every_second"], marks["never_ending"]) == (2, 0, 0)
    assert len(marks) == 40


def test_everybody_is_described_and_no_two_hand_in_the_same(members: dict[str, Member]):
    assert all(member.about.endswith(".") for member in members.values())
    handed_in = {json.dumps([sorted((path, data.hex()) for path, data in m.files.items()), m.links]) for m in members.values()}  # fmt: skip
    assert len(handed_in) == len(members)
    assert members["missing_file"].files == {}
    assert list(members["zipped"].files) == ["work.zip"]


def test_the_intake_reads_all_notebooks_but_two(members: dict[str, Member]):
    for name in ("missing_file", "zipped"):
        members.pop(name)
    for name in ("broken_file", "conflict_markers"):
        with pytest.raises(ValueError):
            json.loads(members.pop(name).files["tiny.ipynb"])
    for member in members.values():
        assert len(parse(member.files["tiny.ipynb"], LIMITS)[0].cells) > 1


def test_colab_keeps_no_cell_ids(members: dict[str, Member]):
    raw = json.loads(members["colab"].files["tiny.ipynb"])
    assert raw["nbformat_minor"] == 0
    assert not any("id" in cell for cell in raw["cells"])
    assert all("id" in cell["metadata"] for cell in raw["cells"])


def test_the_thief_would_find_the_solution(members: dict[str, Member], tmp_path: Path):
    """Were the file visible, its answer would be right, and the demonstration would say so."""
    source = tmp_path / "tiny.ipynb"
    nbformat.write(TWO, source)
    for path, right in ((source, True), (tmp_path / "none.ipynb", False)):
        thief = hostile(Paper(TWO, TWO, "tiny.ipynb"), [str(path)])[0]
        cells = json.loads(thief.files["tiny.ipynb"])["cells"]
        names: dict = {}
        exec(cells[0]["source"], names)
        assert (names["double"](2) == 4) == right


CHAPTERS = sorted(path for path in (ROOT / "solutions").glob("*/*.ipynb"))


@pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_every_chapters_assignment_has_a_class(path: Path):
    solution = nbformat.read(path, as_version=4)
    members = {member.name: member for member in make_class(solution, solution, path.name)}
    total = members["perfect"].deserves
    assert len(members) == 40 and total > members["every_second"].deserves > 0
    for cell in json.loads(members["patches_a_helper"].files[path.name])["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            ast.parse(cell["source"])
