"""The rule that finds a solution in a student's notebook, on single texts."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from sources.leaks import in_code, in_text, open_secrets, secret_runs, tokens

MARKED = "given = 1\n### BEGIN SOLUTION\nif ready:\n    print(f'{answer!r:>{width}} of {len(items)}', end='', flush=True)  # so that it shows\n### END SOLUTION\n"
SECRET = secret_runs(new_notebook(cells=[new_code_cell(MARKED)]))
LINE = "print(f'{answer!r:>{width}} of {len(items)}', end='', flush=True)"


def test_an_f_string_is_one_token_in_every_python():
    assert tokens("x = f'{a!r:>{w}} of {len(b)}' 'c'  # d") == [
        "x",
        "=",
        "f'{a!r:>{w}} of {len(b)}'",
        "'c'",
    ]
    assert tokens('y = f"""{a}\n{b}"""') == ["y", "=", 'f"""{a}\n{b}"""']


@pytest.mark.parametrize(
    "code",
    [LINE, LINE.replace(", ", ",  # why\n"), f"# {LINE}", f"def (\n{LINE}", f"if x:\n  {LINE}"],
)
def test_found_in_code(code: str):
    assert in_code(SECRET, code)


@pytest.mark.parametrize(
    "text",
    [
        f"Write `{LINE}`.",
        LINE.replace(" ", "").replace("}of{", "} of {"),
        LINE.replace(", ", ",\n\n "),
    ],
)
def test_found_in_text(text: str):
    assert in_text(SECRET, [text])


@pytest.mark.parametrize(
    "code",
    [
        "print(answer, flush=True)",
        "given = 1",
        "if ready:\n    print('so that it shows')",
        "",
    ],
)
def test_other_code_is_left_alone(code: str):
    assert not in_code(SECRET, code) and not in_text(SECRET, [code])


def test_what_is_given_is_no_secret():
    shared = new_notebook(cells=[new_code_cell(MARKED), new_code_cell(f"if ready:\n    {LINE}")])
    assert secret_runs(shared) == set() and len(open_secrets(shared)) == 1
    assert open_secrets(new_notebook(cells=[new_code_cell(MARKED)])) == []


def test_a_secret_beside_a_picture_is_found_and_the_picture_is_not_searched():
    secret = ("result", "=", "2", "*", "x", "+", "1", "/")
    picture = "iVBORw0KGgo" + "A" * 600 + "=="
    assert in_text(frozenset({secret}), [f'"{picture}" result = 2 * x + 1 / y "{picture}"']) == [
        secret
    ]
    hidden = ("A" * 600,)
    assert in_text(frozenset({hidden}), [picture]) == []


def test_ends_of_a_secret_that_are_parts_of_longer_words_are_found():
    secret = ("x", "=", "scale", "*", "grad", "+", "1", "/", "y")
    text = "`max = scale*grad + 1 / years`"
    assert in_text(frozenset({secret}), [text]) == [secret]
    assert in_text(frozenset({secret}), [text.replace("scale", "upscale")]) == []
    brackets = tuple("(([-]))+")
    assert in_text(frozenset({brackets}), ["see (([ - ])) +"]) == [brackets]
