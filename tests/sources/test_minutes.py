"""The time to read is what stands in the notebook."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from sources.minutes import halves, minutes, time_of_exercise, time_of_lecture, words

PICTURE = {"mystnb": {"image": {"alt": "a line"}}}


def text(source: str, *tags: str):
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def test_words_are_those_of_the_prose():
    source = "Two words $a b$ and `x y` here, $$c\nd$$ [a link](there.md) <b>bold</b>\n```\ncode here\n```"
    assert words(text(source)) == len("Two words and here a link bold".split())


def test_a_minute_is_180_words_or_12_lines_or_two_figures():
    assert minutes([text("word " * 180)]) == 1
    assert minutes([new_code_cell("x = 1\n\n" * 12)]) == 1
    assert minutes([new_code_cell("", metadata=PICTURE)] * 2) == 1
    assert minutes([text("**Your turn (3 minutes).**"), text("**Your turn** (1 minute).")]) > 4


def test_what_is_folded_takes_no_time():
    folded = {"tags": ["hide-input"]}
    assert minutes([new_code_cell("x = 1\n" * 12, metadata=folded)]) == 0


def test_a_pause_makes_halves_and_deeper_sections_come_on_top():
    cells = [text("word " * 360), text("", "pause"), text("word " * 540)]
    cells.append(text("word " * 180, "deeper"))
    lecture = new_notebook(cells=cells)
    assert halves(lecture) == [2, 3]
    said = time_of_lecture(lecture)
    assert "about 5 minutes, in parts of 2 and 3 with a pause" in said
    assert "(1 minutes more)" in said


def test_an_exercise_takes_what_its_questions_say():
    cells = [
        text("*Difficulty 1 of 5, about 10 minutes.*"),
        text("*Difficulty 4 of 5, about 25 minutes.*"),
    ]
    assert "about 35 minutes for all 2 questions" in time_of_exercise(new_notebook(cells=cells))
