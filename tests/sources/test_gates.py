"""The gates, over every notebook of the course."""

import pytest

from sources import gates
from sources.course import read_course

COURSE = read_course()


def by_name(chapter):
    return chapter.folder


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=by_name)
def test_the_lecture_is_what_its_source_builds(chapter):
    assert gates.lecture_in_step(COURSE, chapter) == []


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=by_name)
def test_the_solution_is_what_its_source_builds(chapter):
    assert gates.solution_in_step(COURSE, chapter) == []


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=by_name)
def test_the_exercise_is_what_nbgrader_makes_of_the_solution(chapter):
    assert gates.exercise_in_step(chapter) == []


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=by_name)
def test_the_exercise_gives_nothing_away(chapter):
    assert gates.nothing_leaks(chapter) == []


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=by_name)
def test_the_exercise_stops_where_the_students_work_is_missing(chapter):
    assert gates.stops_where_it_must(chapter) == []


def test_every_notebook_belongs_to_a_chapter():
    assert gates.strays(COURSE) == []
