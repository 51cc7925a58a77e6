"""Answers that are edits of others are written out, or their author is told what is wrong."""

import pytest

from sources.answers import AnswerError, read_cells, read_file

RULE = """# %% slope | right | by the rule
def slope(x):
    y = 2 * x

    return y
"""


def edit(*lines: str) -> str:
    body = "\n".join(lines)
    return f'{RULE}\n\n# %% slope | wrong | other | said\n# as "by the rule", but\n{body}\n'


def test_an_edit_is_written_out():
    text = edit(
        "# -    y = 2 * x", "# +    y = x", "# ...", "#", "#      return y", "# +    # done"
    )
    (_, base), (title, source) = read_file(text, "slope.py")
    assert title == "slope | wrong | other | said"
    assert source == "def slope(x):\n    y = x\n\n    return y\n    # done\n"
    assert base in RULE


def test_whole_answers_stay_as_they_are(tmp_path):
    (tmp_path / "slope.py").write_text(f'"""Answers."""\n\n\n{RULE}')
    (tmp_path / "area.py").write_text("# %% area | right | one\narea = 1\n")
    assert [title for title, _ in read_cells(tmp_path)] == [
        "area | right | one",
        "slope | right | by the rule",
    ]
    assert read_cells(tmp_path)[0][1] == "area = 1\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (edit("# -    y = 3 * x", "# +    y = x"), "stand 0 times in the other"),
        (edit("# +    y = x"), "times in the other"),
        (edit("y = 3"), "begins with `# -`"),
        (
            edit("# -    y = 2 * x").replace('as "by the rule"', 'as "by chance"'),
            'is called "by chance"',
        ),
    ],
)
def test_an_edit_that_does_not_fit_is_named(text, said):
    with pytest.raises(AnswerError, match=said) as found:
        read_file(text, "slope.py")
    assert str(found.value).startswith("slope.py: slope | wrong | other")
