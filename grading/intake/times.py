"""When something was handed in: times without a zone are UTC, as in nbgrader's gradebook."""

import re
from datetime import UTC, datetime

from dateutil import parser
from nbgrader.utils import parse_utc

# What nbgrader's exchange writes, zone included. Anything else would be guessed at: "10" is a day of this month.
WRITTEN = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?( ?[\w+:-]+(/[\w+-]+)*)?")


def utc(time: datetime) -> datetime:
    """The time in UTC, without a zone."""
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def of_person(text: str) -> datetime | None:
    """The time that somebody typed, by ISO 8601 with its date; None where it would have to be guessed at."""
    try:
        time = datetime.fromisoformat(text.strip())
        utc(time)  # the first and the last years have no UTC
    except (ValueError, OverflowError):
        return None
    return time


def with_zone(time: datetime) -> str:
    """The time as a person checks it, such as "2031-05-04 23:59 +02:00"."""
    zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
    whole = zoned.isoformat(" ", "seconds" if time.second else "minutes")
    return f"{whole[:-6]} {whole[-6:]}"


def of_nbgrader(text: str) -> datetime | None:
    """The time in a timestamp.txt, or in the name of a folder of the exchange; None where it is none."""
    text = text.strip()
    if len(text) > 80 or not WRITTEN.fullmatch(text):
        return None
    try:
        return utc(parse_utc(text))
    except (ValueError, OverflowError):
        return None


def of_moodle(text: str) -> datetime | None:
    """The time in Moodle's grading worksheet, such as "Sunday, 1 March 2026, 10:05 PM": this machine's local time."""
    if not re.search(r"\d{4}", text):
        return None
    try:
        return utc(parser.parse(text).astimezone())
    except (ValueError, OverflowError):
        return None


def for_nbgrader(time: datetime) -> str:
    """The text of a timestamp.txt."""
    return f"{time:%Y-%m-%d %H:%M:%S.%f} UTC"
