"""Times as nbgrader and Moodle write them."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from grading.intake.times import for_nbgrader, of_moodle, of_nbgrader, of_person, utc, with_zone

NOON = datetime(2026, 3, 1, 12)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 12:00:00.000000 UTC",
        "2026-03-01 12:00:00 UTC\n",
        "2026-03-01T12:00:00Z",
        "2026-03-01 12:00",
        "2026-03-01 13:00:00 Europe/Berlin",
        "2026-03-01T14:00:00+02:00",
        for_nbgrader(NOON),
    ],
)
def test_what_nbgrader_writes(text: str):
    assert of_nbgrader(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        *("", "10", "noon", "2026", "12:00", "2026-03-01", "2026-99-01 12:00", "2026-03-01 12:99"),
        *(
            "2026-03-01 12:00:00 /etc/localtime",
            "2026-03-01 12:00:00 ../../x",
            "2026-03-01 12:00" * 9,
        ),
    ],
)
def test_anything_else_is_not_guessed_at(text: str):
    assert of_nbgrader(text) is None


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sunday, 1 March 2026, 1:00 PM", NOON),
        ("1 July 2026, 2:00 PM", datetime(2026, 7, 1, 12)),
        ("2026-03-01 13:00", NOON),
        ("-", None),
        ("", None),
        ("Sonntag, 1. M\u00e4rz 2026, 13:00", None),
    ],
)
def test_moodle_writes_local_time(in_berlin, text: str, expected: datetime | None):
    assert of_moodle(text) == expected


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("2031-05-04T23:59+02:00", "2031-05-04 23:59 +02:00"),
        ("2031-05-04 23:59", "2031-05-04 23:59 +00:00"),
        ("2031-05-04T23:59:59Z", "2031-05-04 23:59:59 +00:00"),
        ("2031-05-04", "2031-05-04 00:00 +00:00"),
    ],
)
def test_what_a_person_types_is_read_back(text: str, understood: str):
    assert with_zone(of_person(text)) == understood


@pytest.mark.parametrize(
    "text",
    [
        "04.05.2026 23:59",
        "2031-05-04 23:59 CEST",
        "10",
        "23:59",
        "soon",
        "",
        "0001-01-01T00:00+14:00",
    ],
)
def test_a_deadline_is_not_guessed_at(text: str):
    assert of_person(text) is None


def test_a_time_without_a_zone_is_utc():
    assert utc(NOON) == utc(NOON.replace(tzinfo=UTC)) == NOON
    assert utc(NOON.replace(tzinfo=timezone(timedelta(hours=2)))) == NOON - timedelta(hours=2)
