"""Submissions that mix right and wrong answers, graded by nbgrader itself: no question disturbs another."""

import shutil
from pathlib import Path

import nbformat
import pytest

from sources.course import Chapter, read_course
from sources.notebooks import read
from sources.release import throw_away_course
from tests.exercises.assignments import Answer, its_tests, read_answers, read_cells

CHAPTERS = [chapter for chapter in read_course().chapters if chapter.solution_source.exists()]


def mixed(answers: list[Answer], questions: list[str], turn: int) -> list[Answer]:
    """An answer to each question, by turns a right one and one that is not, and other ones in each turn."""
    chosen = []
    for place, question in enumerate(questions):
        wanted = (place + turn) % 2 == 0
        fitting = [
            a for a in answers if a.question == question and (a.verdict == "right") == wanted
        ]
        chosen.append(fitting[turn % len(fitting)])
    return chosen


def hand_in(chapter: Chapter, course: Path, student: str, answers: list[Answer]) -> None:
    """Write a student's notebook: the released one, with these answers in their cells."""
    notebook = read(course / "release" / chapter.folder / chapter.exercise.name)
    written = {answer.question: answer.source for answer in answers}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = written.get(name, cell.source)
    place = course / "submitted" / student / chapter.folder
    place.mkdir(parents=True)
    nbformat.write(notebook, place / chapter.exercise.name)


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
def test_nbgrader_gives_mixed_submissions_what_they_deserve(chapter):
    cells = read_cells(chapter)
    questions = [cell.name for cell in cells if cell.kind == "answer"]
    answers = read_answers(Path(__file__).with_name(chapter.folder))
    with throw_away_course() as (api, course):
        shutil.copytree(chapter.solution.parent, course / "source" / chapter.folder)
        assert api.generate_assignment(chapter.folder)["success"]
        for turn in range(3):
            student, chosen = f"student{turn}", mixed(answers, questions, turn)
            hand_in(chapter, course, student, chosen)
            graded = api.autograde(chapter.folder, student)
            assert graded["success"], graded
            with api.gradebook as gradebook:
                submission = gradebook.find_submission_notebook(
                    chapter.topic, chapter.folder, student
                )
                got = {grade.name: grade.score for grade in submission.grades}
            for answer in chosen:
                tests = its_tests(answer.question, cells)
                score, total = (
                    sum(got[test.name] for test in tests),
                    sum(test.points for test in tests),
                )
                assert score == answer.points(total), (
                    f"{student}: {answer.question}, {answer.label}"
                )
