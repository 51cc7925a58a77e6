"""The report of a class: one page that needs nothing else, and the same as a table."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

from grading import pages, tables
from grading.report.charts import Histogram, histogram
from grading.report.entries import Entry
from grading.report.failures import failures
from grading.similar import Pair

GIB = 1024  # MiB


def write_report(
    entries: Sequence[Entry],
    title: str,
    path_html: Path,
    path_csv: Path,
    similar: Iterable[Pair] = (),
) -> None:
    """Write the page and the table, each whole or not at all.

    Args:
        entries: one for each student, in the order of the tables.
        title: the assignment, as people call it.
        path_html: the page; links to students' pages are relative to it.
        path_csv: the table, for a spreadsheet.
        similar: submissions that look alike, a hint for a person.
    """
    page = pages.render("report.html", **_facts(entries, title, path_html.parent, similar))
    pages.write(page, path_html)
    tables.write_csv(path_csv, _rows(entries), encoding="utf-8-sig")


def _facts(entries: Sequence[Entry], title: str, folder: Path, similar: Iterable[Pair]) -> dict:
    """What the template shows, in its order."""
    marks = [entry.final for entry in entries if entry.final is not None]
    of = max((entry.of for entry in entries), default=0.0)
    graded = [entry for entry in entries if entry.record]
    by_name = {entry.student: entry for entry in entries}
    return {
        "title": title,
        "of": of,
        "entries": entries,
        "marks": marks,
        "mean": mean(marks) if marks else None,
        "median": median(marks) if marks else None,
        "histogram": histogram(marks, of),
        "questions": _questions(entries),
        "waiting": [entry for entry in entries if entry.needs_person],
        "missing": [
            entry
            for entry in entries
            if entry.mark is None and not (entry.needs_person or entry.handed_in)
        ],  # fmt: skip
        "unrun": [entry for entry in graded if entry.never_ran],
        "stopped": [entry for entry in graded if entry.stopped],
        "unsandboxed": [entry for entry in graded if not entry.record.sandboxed],
        "failures": failures(list(entries)),
        "flagged": [entry for entry in graded if entry.record.flags],
        "noted": [entry for entry in graded if entry.record.notes],
        "similar": [(pair, by_name[pair.a], by_name[pair.b]) for pair in similar],
        "slowest": _largest(graded, "seconds"),
        "hungriest": _largest(graded, "mebibytes"),
        "costs": _costs(graded),
        "link": lambda entry: _link(entry, folder),
        "duration": duration,
        "memory": memory,
    }


def _questions(entries: Sequence[Entry]) -> list[tuple[str, float, float | None, Histogram]]:
    """Each question's name, points, mean and histogram, in the notebook's order. Who waits for a person counts in none."""
    found = []
    for name in _names(entries):
        having = [entry for entry in entries if name in entry.questions]
        of = having[0].questions[name][1]
        points = [entry.questions[name][0] for entry in having if not entry.needs_person]
        found.append((name, of, mean(points) if points else None, histogram(points, of)))
    return found


def _names(entries: Sequence[Entry]) -> list[str]:
    """The questions' names. Who knows their order, by a record, comes first."""
    knowing_first = sorted(entries, key=lambda entry: entry.record is None)
    return list(dict.fromkeys(name for entry in knowing_first for name in entry.questions))


def _largest(graded: Sequence[Entry], cost: str) -> list[Entry]:
    return sorted(graded, key=lambda entry: -getattr(entry.record, cost))[:5]


def _costs(graded: Sequence[Entry]) -> dict[str, float] | None:
    """Seconds and MiB of the usual submission and the most of any; None for an empty class."""
    if not graded:
        return None
    seconds = [entry.record.seconds for entry in graded]
    mebibytes = [entry.record.mebibytes for entry in graded]
    return {
        "all_seconds": sum(seconds),
        "seconds": median(seconds),
        "most_seconds": max(seconds),
        "mebibytes": median(mebibytes),
        "most_mebibytes": max(mebibytes),
    }


def _link(entry: Entry, folder: Path) -> str:
    """The way from the report to a student's page, as a browser writes it; empty where there is no page."""
    if entry.feedback is None:
        return ""
    way = os.path.relpath(entry.feedback.resolve(), folder.resolve())
    return quote(Path(way).as_posix())


def duration(seconds: float) -> str:
    """Seconds for people: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min, 3 days."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < 48 else f"{hours // 24} days"


def memory(mebibytes: float) -> str:
    """MiB for people: 312 MiB, 1.4 GiB."""
    return f"{mebibytes / GIB:.1f} GiB" if mebibytes >= GIB else f"{mebibytes:.0f} MiB"


def _rows(entries: Sequence[Entry]) -> Iterable[list]:
    """The table: a header, and a row for each student."""
    names = _names(entries)
    yield [
        *(
            "student",
            "name",
            "mark",
            "of",
            *names,
            "hours late",
            "late penalty",
            "needs a person",
            "reason",
        ),
        *("findings", "notes", "seconds", "MiB", "sandboxed"),
    ]
    for entry in entries:
        points = [entry.questions.get(name, (None, 0))[0] for name in names]
        yield [entry.student, entry.name, entry.mark, entry.of, *points, *_rest(entry)]


def _rest(entry: Entry) -> list:
    """The columns after the questions."""
    known = entry.record
    own = [round(entry.late / 3600, 2), entry.penalty, entry.needs_person, entry.reason]
    if known is None:
        return [*own, None, None, None, None, None]
    texts = ["; ".join(known.flags), "; ".join(known.notes)]
    return [*own, *texts, known.seconds, known.mebibytes, known.sandboxed]
