"""Hidden source is found again in what programs print, and the instructor's words are none of it."""

import json

import pytest

from grading.feedback.hidden import Secrets, split

TEST = """# What everybody sees.
assert double(2) == 4
### BEGIN HIDDEN TESTS
# A quagga is no zebra.
for zebra in range(987654, 987660):
    close(double(zebra), 2 * zebra, "the double of a number with six digits")
### END HIDDEN TESTS
assert double(0) == 0"""
VISIBLE, HIDDEN = split(TEST)


def test_the_marks_part_a_cell():
    assert VISIBLE == "# What everybody sees.\nassert double(2) == 4\nassert double(0) == 0"
    assert HIDDEN.startswith("# A quagga") and HIDDEN.endswith('digits")')


@pytest.mark.parametrize(
    ("source", "visible"),
    [
        ("a\n### BEGIN HIDDEN TESTS\nb", "a"),  # without an end: to the last line
        ("a\n    #BEGIN HIDDEN TESTS\nb\n  # END HIDDEN TESTS here\nc", "a\nc"),
        ("a\n=== BEGIN MARK SCHEME ===\nb\n=== END MARK SCHEME ===\nc", "a\nc"),
        ("### BEGIN HIDDEN TESTS\nb\n### BEGIN HIDDEN TESTS\nc\n### END HIDDEN TESTS\nd", "d"),
        ("a\nb", "a\nb"),
        ("", ""),
    ],
)
def test_every_region_is_cut(source: str, visible: str):
    assert split(source)[0] == visible


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(["def double(x):\n    return 2 * x", TEST])


LEAKS = {
    "as it stands": HIDDEN,
    "with the whole cell": TEST,
    "as a repr": repr(TEST),
    "as a repr of a repr": repr(repr(TEST)),
    "as JSON": json.dumps({"In": [TEST]}),
    "in a list, as In is": str(["", "x = 1", TEST]),
    "one line": "for zebra in range(987654, 987660):",
    "a comment": "# A quagga is no zebra.",
    "half a line": "for zebra in range(987654, 98",
    "the end of a line": "zebra in range(987654, 987660):",
    "without spaces": HIDDEN.replace(" ", ""),
    "a letter on each line": "\n".join(HIDDEN),
    "letters apart": " ".join(HIDDEN),
    "invisible characters between": "\u200b".join(HIDDEN),
    "in capitals": HIDDEN.upper(),
    "numbered, as a traceback": "      4 # A quagga\n----> 5 for zebra in range(987654, 987660):",
    "among much else": "x" * 9000 + HIDDEN + "y" * 9000,
}


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS.keys())
def test_a_leak(secrets: Secrets, text: str):
    assert secrets.leak(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Expected the double of a number with six digits to be 1975308, but got 3.",  # the instructor's words
        VISIBLE,
        "def double(x):\n    return 2 * x",
        "NameError: name 'double' is not defined",
        "for x in range(10): close(x)",
        "987654",
    ],
)
def test_no_leak(secrets: Secrets, text: str):
    assert not secrets.leak(text)


def test_what_is_also_visible_is_no_secret():
    again = "### BEGIN HIDDEN TESTS\nassert double(2) == 4\n### END HIDDEN TESTS"
    assert Secrets([again]).leak("assert double(2) == 4")
    assert not Secrets([again, "assert double(2) == 4"]).leak("assert double(2) == 4")
