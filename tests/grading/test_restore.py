"""Whatever a student did to the notebook, the instructor's cells are there, and the answers in them."""

import copy
import json

import nbformat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_locked, is_task

from grading.intake.files import LIMITS
from grading.intake.notebook import parse
from grading.restore import ELSEWHERE, Skeleton, restore, skeleton_of
from grading.scoring import is_test
from grading.skeleton import ABOUT
from tests.grading.mutations import damaged_texts, deserved, mutants, written
from tests.grading.skeletons import ASSIGNMENT, IMPORTS, WORKED, Every, answered, every_kind

NAMES = "rules double double_test triple triple_test quadruple_test essay task".split()
TESTS = {"double": ["double_test"], "triple": ["triple_test", "quadruple_test"], "essay": []}


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Every:
    return every_kind(tmp_path_factory.mktemp("every"))


@pytest.fixture(scope="module")
def skeleton(every: Every) -> Skeleton:
    with Gradebook(every.url) as gradebook:
        return skeleton_of(gradebook, ASSIGNMENT, every.release)


@pytest.fixture
def honest(every: Every) -> NotebookNode:
    return copy.deepcopy(every.honest)


def texts(notebook: NotebookNode) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def named(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The named cells, of which no two have one name."""
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    found = {cell.metadata.nbgrader.grade_id: cell for cell in cells}
    assert len(found) == len(cells)
    return found


def at(notebook: NotebookNode, id: str) -> int:
    return [cell.get("id") for cell in notebook.cells].index(id)


def own(source: str, id: str = "own") -> NotebookNode:
    return new_code_cell(source, id=id)


def passed(notebook: NotebookNode) -> set[str]:
    """The tests that pass when the code cells run one after the other, as they do in a kernel."""
    names, good = {}, set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            try:
                exec(compile(cell.source, "<cell>", "exec"), names)
            except Exception:
                continue
            good |= {cell.metadata.nbgrader.grade_id} if is_test(cell) else set()
    return good


def stripped(notebook: NotebookNode, ids: bool = False) -> NotebookNode:
    """Without names; with ids if they are kept."""
    for number, cell in enumerate(notebook.cells):
        cell.metadata = NotebookNode()
        cell.id = cell.id if ids else f"cell-{number}"
    return notebook


def check(notebook: NotebookNode, skeleton: Skeleton) -> None:
    """What holds of every restored notebook."""
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor, notebook.metadata) == (4, 5, ABOUT)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert list(named(notebook)) == NAMES
    theirs = {given.id: given for given in skeleton.cells}
    for cell in notebook.cells:
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None
        given = theirs.get(cell.id)
        assert cell.metadata in ([{}] if given is None else [{}, given.cell().metadata])
        if "nbgrader" in cell.metadata:
            assert cell.cell_type == given.cell_type
        if is_locked(cell):
            assert cell.source == given.source
            assert given.checksum == cell.metadata.nbgrader.checksum == compute_checksum(cell)
    given_code = [given.id for given in skeleton.cells if given.cell_type == "code"]
    assert [id for id in ids if id in given_code] == given_code


def test_the_skeleton_has_the_gradebooks_texts_and_the_releases_order(skeleton: Skeleton):
    assert [given.name for given in skeleton.cells if given.name] == NAMES
    by_name = {given.name: given for given in skeleton.cells}
    test, task, essay = by_name["double_test"], by_name["task"], by_name["essay"]
    assert "double(5) == 10" in test.source and "double(5)" not in test.released
    assert (test.grade, test.solution, test.locked, test.points) == (True, False, True, 2)
    assert "one point each" in task.source and (task.task, task.points) == (True, 2)
    assert (essay.grade, essay.solution, essay.locked, essay.points) == (True, True, False, 4)
    assert "YOUR CODE HERE" in by_name["double"].source
    check(skeleton.notebook(), skeleton)
    assert repr(skeleton) == repr(copy.deepcopy(skeleton))


def test_an_honest_notebook_keeps_everything(skeleton: Skeleton, honest: NotebookNode):
    honest.cells.insert(4, own("helper = 1"))
    honest.cells.append(own(""))
    before = copy.deepcopy(honest)
    restored, notes = restore(honest, skeleton)
    assert notes == [] and honest == before
    check(restored, skeleton)
    hidden = named(restored)["double_test"].source, named(restored)["task"].source
    seen = [text for text in texts(restored) if text[1] not in hidden]
    assert seen == [text for text in texts(honest) if text[1] not in ("assert double(2) == 4", "Draw it.")]  # fmt: skip
    assert restored.cells[0].attachments == honest.cells[0].attachments
    assert passed(restored) == {"double_test", "triple_test", "quadruple_test"}


def test_an_empty_notebook_is_the_instructors(skeleton: Skeleton):
    restored, notes = restore(new_notebook(), skeleton)
    check(restored, skeleton)
    assert passed(restored) == set()
    assert notes == [
        "rules, double_test, triple_test, quadruple_test, task: missing, and put back",
        "double, triple, essay: missing, and put back without an answer",
        "2 of the given code cells were missing: put back",
    ]
    assert determine_grade(named(restored)["essay"]) == (0, 4)  # nbgrader's "No response."


def test_unanswered_and_answered_essays(skeleton: Skeleton, every: Every, honest: NotebookNode):
    assert determine_grade(named(restore(every.release, skeleton)[0])["essay"]) == (0, 4)
    assert determine_grade(named(restore(honest, skeleton)[0])["essay"]) == (None, 4)


def test_edited_tests_points_and_tags(skeleton: Skeleton, honest: NotebookNode):
    test = honest.cells[at(honest, "double_test")]
    test.source = "pass"
    test.metadata.nbgrader |= {"points": 100, "solution": True, "locked": False}
    test.metadata.tags = ["skip-execution", "raises-exception"]
    honest.metadata.kernelspec = {"name": "bash"}
    restored, notes = restore(honest, skeleton)
    check(restored, skeleton)
    assert notes == ["double_test: changed, though not for editing: the instructor's text is back"]


def test_deleted_cells_come_back_in_their_places(skeleton: Skeleton, honest: NotebookNode):
    honest.cells = [
        cell for cell in honest.cells if cell.id not in ("double_test", "imports", "two")
    ]
    restored, notes = restore(honest, skeleton)
    check(restored, skeleton)
    assert at(restored, "imports") == 1 and "two" not in [cell.id for cell in restored.cells]
    assert notes == [
        "double_test: missing, and put back",
        "1 of the given code cells were missing: put back",
    ]
    assert passed(restored) == {"double_test", "triple_test", "quadruple_test"}


def test_a_helper_below_an_answer_runs_before_the_test_that_was_deleted(
    skeleton: Skeleton, honest: NotebookNode
):
    place = at(honest, "double_test")
    honest.cells[place] = own("def twice(x):\n    return x + x")
    honest.cells[at(honest, "double")].source = "def double(x):\n    return twice(x)"
    assert "double_test" in passed(restore(honest, skeleton)[0])


def test_given_code_that_was_deleted_runs_before_what_needs_it(
    skeleton: Skeleton, honest: NotebookNode
):
    honest.cells[at(honest, "imports")] = own("half = math.pi / 2")
    restored, _ = restore(honest, skeleton)
    assert at(restored, "imports") < at(restored, "own")


def test_moved_cells_go_back_and_take_what_followed_them(skeleton: Skeleton, honest: NotebookNode):
    place = at(honest, "triple")
    honest.cells.insert(place + 1, own("follows = 'triple'"))
    moved = honest.cells[place : place + 2]
    del honest.cells[place : place + 2]
    honest.cells = moved + honest.cells
    restored, notes = restore(honest, skeleton)
    check(restored, skeleton)
    assert at(restored, "own") == at(restored, "triple") + 1
    assert notes == ["cells were moved: the instructor's order is back"]


def test_of_doubled_answers_the_first_real_one_counts_and_the_other_still_runs(
    skeleton: Skeleton, every: Every, honest: NotebookNode
):
    place = at(honest, "double")
    stub, second = copy.deepcopy(every.release.cells[place]), copy.deepcopy(honest.cells[place])
    second.source = "def double(x):\n    return 2.0 * x"
    honest.cells[place:place] = [stub]
    honest.cells[place + 2 : place + 2] = [second, copy.deepcopy(stub)]
    restored, notes = restore(honest, skeleton)
    check(restored, skeleton)
    assert named(restored)["double"].source == WORKED["double"]
    assert restored.cells[at(restored, "double") + 1].source == second.source
    assert "NotImplementedError" not in str(texts(restored))
    assert notes == ["double: there more than once: the first answer was graded"]


def test_doubled_tests_are_there_once(skeleton: Skeleton, honest: NotebookNode):
    honest.cells += [copy.deepcopy(honest.cells[at(honest, "double_test")]) for _ in range(2)]
    honest.cells[-1].source = "raise SystemExit"
    restored, _ = restore(honest, skeleton)
    check(restored, skeleton)
    assert len(restored.cells) == len(honest.cells) - 2


def test_a_split_answer_still_runs_whole(skeleton: Skeleton, honest: NotebookNode):
    place = at(honest, "triple")
    rest = copy.deepcopy(honest.cells[place])
    honest.cells[place].source, rest.source = WORKED["triple"].split("\n\n\n")
    honest.cells.insert(place + 1, rest)
    restored, _ = restore(honest, skeleton)
    check(restored, skeleton)
    assert {"triple_test", "quadruple_test"} <= passed(restored)


def test_retyped_cells(skeleton: Skeleton, honest: NotebookNode):
    for id, kind in {"double": "markdown", "triple_test": "raw", "essay": "code", "imports": "raw"}.items():  # fmt: skip
        honest.cells[at(honest, id)].cell_type = kind
    restored, notes = restore(honest, skeleton)
    check(restored, skeleton)
    assert passed(restored) == {"double_test", "triple_test", "quadruple_test"}
    assert named(restored)["essay"].source == WORKED["essay"]
    assert notes == [
        "double, triple_test, essay: of another type than the instructor's, and put back"
    ]


EDITED_IMPORTS = [
    IMPORTS + "\nimport random",
    IMPORTS.replace("1e-9", "1e-6"),
    "import math as m\n\ndef near(a, b):\n    return m.isclose(a, b)\n\nTOLERANCE = None",
]


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("text", EDITED_IMPORTS)
def test_given_code_that_the_student_edited_stays_so(
    skeleton: Skeleton, honest: NotebookNode, text: str, ids: bool
):
    honest.cells[at(honest, "imports")].source = text
    honest = honest if ids else stripped(honest)
    restored, notes = restore(honest, skeleton)
    check(restored, skeleton)
    (cell,) = [cell for cell in restored.cells if cell.cell_type == "code" and "near(a, b)" in cell.source]  # fmt: skip
    assert (cell.source, cell.metadata, cell.id) == (text, {}, "imports")
    assert not any("missing" in note for note in notes)


@pytest.mark.parametrize("text", ["", "  \n", "print('imports deleted')"])
def test_given_code_that_was_emptied_or_replaced_comes_back(
    skeleton: Skeleton, honest: NotebookNode, text: str
):
    for replaced in (own(text), own(text, "imports")):
        honest.cells[at(honest, "imports")] = replaced
        restored, _ = restore(honest, skeleton)
        check(restored, skeleton)
        assert restored.cells[at(restored, "imports")].source == IMPORTS
        assert text in [cell.source for cell in restored.cells]
        honest = copy.deepcopy(restored)


@pytest.mark.parametrize("ids", [True, False])
def test_names_that_a_tool_took_away(skeleton: Skeleton, honest: NotebookNode, ids: bool):
    restored, notes = restore(stripped(honest, ids), skeleton)
    check(restored, skeleton)
    assert {name: named(restored)[name].source for name in WORKED} == WORKED
    assert len(restored.cells) == len(honest.cells)
    (note,) = notes
    assert set(note.partition(":")[0].split(", ")) == set(WORKED)


def test_an_answer_in_a_new_cell_instead_of_the_deleted_one(
    skeleton: Skeleton, honest: NotebookNode
):
    honest.cells[at(honest, "double")] = own("# mine\n" + WORKED["double"])
    restored, notes = restore(honest, skeleton)
    assert named(restored)["double"].source == "# mine\n" + WORKED["double"]
    assert notes == ["double: without its name, and recognised by its place or text"]


def test_a_stub_does_not_come_back_over_an_answer_that_stands_elsewhere(
    skeleton: Skeleton, honest: NotebookNode
):
    both = own(WORKED["double"] + "\n" + WORKED["triple"])
    honest.cells = [both] + [cell for cell in honest.cells if cell.id not in ("double", "triple")]
    restored, notes = restore(honest, skeleton)
    check(restored, skeleton)
    assert named(restored)["double"].source == named(restored)["triple"].source == ELSEWHERE
    assert passed(restored) >= {"double_test"}
    assert "double, triple: missing, but other cells define what is asked for" in notes


def test_one_answer_cell_that_holds_two(skeleton: Skeleton, honest: NotebookNode):
    honest.cells[at(honest, "double")].source += "\n" + WORKED["triple"]
    del honest.cells[at(honest, "triple")]
    assert passed(restore(honest, skeleton)[0]) == {"double_test", "triple_test", "quadruple_test"}


def test_pictures_of_the_students_text_stay_and_nothing_else(
    skeleton: Skeleton, honest: NotebookNode
):
    picture = {"image/png": "iVBORw0KGgo="}
    essay = honest.cells[at(honest, "essay")]
    essay.attachments = {
        "mine.png": picture | {"text/html": "<script>"},
        "other": {"text/html": "x"},
    }
    honest.cells.append(new_markdown_cell("![](attachment:a.png)", attachments={"a.png": picture}))
    restored, _ = restore(honest, skeleton)
    check(restored, skeleton)
    assert named(restored)["essay"].attachments == {"mine.png": picture}
    assert restored.cells[-1].attachments == {"a.png": picture}


def test_notes_are_short(skeleton: Skeleton, every: Every):
    _, notes = restore(new_notebook(), skeleton)
    assert all(len(note) < 200 and "\n" not in note for note in notes)


def refused(every: Every, release: NotebookNode, assignment: str = ASSIGNMENT) -> str:
    with Gradebook(every.url) as gradebook, pytest.raises(ValueError) as refusal:
        skeleton_of(gradebook, assignment, release)
    return str(refusal.value)


def test_an_assignment_that_the_gradebook_lacks(every: Every):
    assert refused(every, every.release, "02_other") == (
        "02_other is not in the gradebook: run nbgrader generate_assignment 02_other --force."
    )


def _drop(cell: NotebookNode, release: NotebookNode) -> None:
    release.cells.remove(cell)


def _twice(cell: NotebookNode, release: NotebookNode) -> None:
    release.cells.append(cell)


@pytest.mark.parametrize(
    "change",
    [
        _drop,
        _twice,
        lambda cell, _: cell.update(source="assert True"),
        lambda cell, _: cell.update(cell_type="markdown"),
        lambda cell, _: cell.metadata.nbgrader.update(points=3),
        lambda cell, _: cell.metadata.nbgrader.update(solution=True),
        lambda cell, _: cell.metadata.nbgrader.update(grade_id="other"),
    ],
)
def test_a_release_that_is_not_the_gradebooks(every: Every, change):
    release = copy.deepcopy(every.release)
    change(release.cells[at(release, "double_test")], release)
    said = refused(every, release)
    assert said.startswith(f"The gradebook and the released notebook of {ASSIGNMENT} disagree on ")
    assert "double_test" in said and said.endswith(f"generate_assignment {ASSIGNMENT} --force.")


HEALTH = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("examples", [100, pytest.param(3000, marks=pytest.mark.long)])
def test_every_mutant_has_the_instructors_cells_and_the_marks_it_deserves(
    every: Every, skeleton: Skeleton, examples: int
):
    @settings(HEALTH, max_examples=examples)
    @given(mutants(every.honest))
    def restored_well(mutant: NotebookNode) -> None:
        before = copy.deepcopy(mutant)
        read, _ = parse(written(mutant).encode(), LIMITS)
        for handed_in in (mutant, read):  # as it is, and as the intake reads it
            restored, notes = restore(handed_in, skeleton)
            check(restored, skeleton)
            assert all(len(note) < 400 for note in notes)
            assert restore(restored, skeleton)[0] == restored
            check_marks(restored, deserved(every.honest, mutant))
        assert mutant == before

    restored_well()


def check_marks(restored: NotebookNode, counts: dict[str, bool | None]) -> None:
    """Whether the tests of what must count pass, and those of what cannot count fail."""
    assert set(counts) == set(WORKED)
    good, cells = passed(restored), named(restored)
    for name, counted in counts.items():
        assert not counted or cells[name].source == WORKED[name]
        assert not counted or good.issuperset(TESTS[name])
        assert counted is not False or good.isdisjoint(TESTS[name])


JUNK_CELLS = st.fixed_dictionaries(
    {"source": st.text(max_size=20) | st.sampled_from([*WORKED.values(), IMPORTS])},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading", "", None, 1]),
        "id": st.none() | st.integers() | st.text(max_size=3) | st.sampled_from(["double", "own"]),
        "metadata": st.none()
        | st.lists(st.none())
        | st.dictionaries(
            st.sampled_from(["nbgrader", "id", "tags"]),
            st.none() | st.fixed_dictionaries({"grade_id": st.sampled_from([*NAMES, None, 1, "x"])}),
        ),
        "attachments": st.none() | st.dictionaries(st.text(max_size=2), st.none() | st.just({"image/png": 1})),
        "outputs": st.none(),
    },
)  # fmt: skip


@settings(HEALTH, max_examples=100)
@given(cells=st.lists(JUNK_CELLS, max_size=8))
@example(cells=[{"source": "double"}])
def test_no_cells_make_it_raise(skeleton: Skeleton, cells: list[dict]):
    restored, _ = restore(NotebookNode(cells=[NotebookNode(cell) for cell in cells]), skeleton)
    check(restored, skeleton)
    assert restore(restored, skeleton)[0] == restored
    for cell in restored.cells:
        assert is_grade(cell) in (True, False) and is_task(cell) in (True, False)


def test_a_large_notebook_takes_no_time_to_speak_of(skeleton: Skeleton):
    """Were texts compared letter by letter, or pair by pair, this would not end."""
    long = "\n".join(f"x{number} = {number}" for number in range(2000))
    cells = [own(long + f"\ny = {number}", f"own-{number}") for number in range(300)]
    restored, _ = restore(new_notebook(cells=cells), skeleton)
    check(restored, skeleton)
    assert len(restored.cells) > 300


def test_damage_is_damage(every: Every):
    """The strategy cuts, drops and repeats; the whole text is only one of what it gives."""
    text = written(every.honest)

    @settings(max_examples=50)
    @given(damaged_texts(text))
    def damaged(damage: str) -> None:
        lengths.add(len(damage) - len(text))
        try:
            json.loads(damage)
        except ValueError:
            lengths.add("broken")

    lengths: set = set()
    damaged()
    assert "broken" in lengths and min(lengths - {"broken"}) < 0 < max(lengths - {"broken"})


def test_what_is_deserved(every: Every):
    assert deserved(every.honest, every.honest) == dict.fromkeys(WORKED, True)
    assert deserved(every.honest, every.release) == {"double": None, "triple": None, "essay": None}
    none = new_notebook(cells=[cell for cell in every.honest.cells if cell.id not in WORKED])
    assert deserved(every.honest, none) == {"double": False, "triple": False, "essay": None}
    assert answered(every.release, WORKED) == every.honest
