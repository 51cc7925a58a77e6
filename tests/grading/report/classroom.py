"""A class with every kind of row, some of it hostile."""

from pathlib import Path

from grading import record
from grading.record import Record
from grading.report import Entry
from grading.similar import Pair

HOSTILE = "<img src=x onerror=alert(1)>\u202egnp.exe\x1b[2J\u2066\"'</title></style><script>alert(2)</script>{{ 7 * 7 }}"
QUESTIONS = {"double_test": 2.0, "add_test": 3.0, HOSTILE: 1.0}
NOTHING = Entry("none", "Nobody", None, 6)


def graded(student: str, points: list[float], said: str = "", **facts) -> Entry:
    """An entry with a record; `said` is what each test without points said."""
    of = list(QUESTIONS.items())
    tests = [
        record.Test(name, got, most, "" if got else said)
        for (name, most), got in zip(of, points, strict=True)
    ]
    known = {"seconds": 3.2, "mebibytes": 400.0, "reason": said or "passed all 3 tests"}
    known |= {key: facts.pop(key) for key in [*facts] if key in Record.__dataclass_fields__}
    return Entry(
        student,
        facts.pop("name", student.title()),
        sum(points) - facts.get("penalty", 0),
        6,
        {test.name: (test.points, test.of) for test in tests},
        Record(student, "01_tiny", "key", tests=tests, **known),
        **facts,
    )


def classroom(folder: Path) -> list[Entry]:
    """Nine students; whose page is written has it below the folder."""
    page = folder / "feedback" / "a b#c%41?" / "01_tiny" / "tiny.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("a page")
    return [
        graded("ada", [2, 3, 1], feedback=page),
        graded("bob", [2, 0, 1], "Expected 3, but got 4.", penalty=1.0, late=43_200.0),
        graded("eve", [2, 0, 1], "Expected 3, but got 5.", flags=["assert is patched", HOSTILE], needs_person=True),
        graded(HOSTILE, [0, 0, 0], HOSTILE, name=HOSTILE, notes=[HOSTILE]),
        graded("wait", [2, 3, 0], "no", needs_person=True),
        graded("slow", [2, 3, 1], seconds=4000.0, mebibytes=3000.0),
        graded("old", [2, 3, 1], flags=["looked at"]),
        Entry("half", "Half Saved", None, 6, record=Record("half", "01_tiny", "key", "passed"), needs_person=True),
        NOTHING,
    ]  # fmt: skip


PAIRS = [Pair("ada", "bob", 0.999), Pair("slow", HOSTILE, 0.8)]
