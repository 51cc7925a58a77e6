"""The class's failures, grouped by what was said."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest

from grading.pages import one_line
from grading.report.entries import Entry

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Failure:
    """What some tests said, the students who read it, and how often each question said it."""

    message: str
    students: list[Entry]
    questions: dict[str, int]


def failures(entries: list[Entry]) -> list[Failure]:
    """What tests that were run said. Failures that differ in their numbers only are one; the most common come first."""
    groups: dict[str, list[tuple[str, str, Entry]]] = {}
    for entry in entries:
        for test in entry.record.tests if entry.record and not entry.never_ran else []:
            if test.said:
                said = one_line(test.said)
                groups.setdefault(NUMBER.sub("0", said), []).append((said, test.name, entry))
    found = [_failure(group) for group in groups.values()]
    return sorted(found, key=lambda failure: (-len(failure.students), failure.message))


def _failure(group: list[tuple[str, str, Entry]]) -> Failure:
    students = list({entry.student: entry for _, _, entry in group}.values())
    questions = Counter(question for _, question, _ in group)
    return Failure(_common([said for said, _, _ in group]), students, dict(questions.most_common()))


def _common(messages: list[str]) -> str:
    """The messages as one: "…" in the place of each number that is not the same in all."""
    numbers = [set(column) for column in zip(*map(NUMBER.findall, messages), strict=True)]
    between = NUMBER.split(messages[0])
    shown = [next(iter(column)) if len(column) == 1 else "…" for column in numbers]
    return "".join(text + value for text, value in zip_longest(between, shown, fillvalue=""))
