"""Find the instructor's cells in a student's notebook, whatever happened to names, ids, types and order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

from grading.intake.notebook import pictures
from grading.skeleton import Given, Skeleton, defined, plain

KINDS = ("code", "markdown", "raw")


@dataclass(frozen=True)
class Handed:
    """A student's cell: what can be trusted to be there, whatever a file holds."""

    kind: str
    source: str
    name: str = ""
    ids: tuple[str, ...] = ()
    attachments: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The source without what editors change by themselves."""
        return plain(self.source)

    @cached_property
    def names(self) -> frozenset[str]:
        """What the cell defines when it runs."""
        return defined(self.source) if self.kind == "code" else frozenset()

    @cached_property
    def lines(self) -> frozenset[str]:
        """The lines of the text."""
        return frozenset(self.text.split("\n")) - {""}


@dataclass
class Matching:
    """Which of the student's cells stands for which of the instructor's, both by their place.

    Args:
        places: the student's cell, by the instructor's.
        doubled: names that several cells have.
        found: answers that had lost their name.
        repeats: the student's cells that only repeat what the instructor wrote.
    """

    places: dict[int, int] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    repeats: set[int] = field(default_factory=set)


def handed(cell: NotebookNode) -> Handed:
    """Read a student's cell. Nothing of it but its source has to be well formed."""
    kind, metadata = cell.get("cell_type"), cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    about = metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else ""
    return Handed(
        kind if kind in KINDS[:2] else "raw",
        cell["source"],
        name if isinstance(name, str) else "",
        tuple(id for id in (cell.get("id"), metadata.get("id")) if isinstance(id, str)),
        pictures(cell.get("attachments")),
    )


def match(cells: list[Handed], skeleton: Skeleton) -> Matching:
    """Match by name, then by id, then by text, then by what stands between the same neighbours."""
    return _Matcher(cells, skeleton).match()


Rule = Callable[[list[Given], list[Handed]], list[tuple[int, int]]]  # pairs of places in both lists


class _Matcher:
    """The rules that find cells, the surest first; each sees what the earlier ones left."""

    def __init__(self, cells: list[Handed], skeleton: Skeleton):
        self.cells, self.given = cells, skeleton.cells
        self.done = Matching()
        self.free = set(range(len(cells)))

    def match(self) -> Matching:
        self._by_name()
        self._by_id()
        self._by_text()
        for rule in (_fitting, _as_many):
            self._between_neighbours(rule)
        stubs = {given.text for given in self.given if given.editable} - {""}
        self._repeat(place for place in self.free if self.cells[place].text in stubs)
        return self.done

    def _take(self, wanted: int, place: int) -> None:
        self.done.places[wanted] = place
        self.free.discard(place)

    def _repeat(self, places: Iterable[int]) -> None:
        repeats = set(places)
        self.done.repeats |= repeats
        self.free -= repeats

    def _missing(self) -> Iterator[tuple[int, Given]]:
        return (
            (wanted, given)
            for wanted, given in enumerate(self.given)
            if wanted not in self.done.places
        )

    def _by_name(self) -> None:
        """Of several cells with one name, the first that holds an answer; the others are the student's own."""
        named: dict[str, list[int]] = {}
        for place, cell in enumerate(self.cells):
            named.setdefault(cell.name, []).append(place)
        for wanted, given in self._missing():
            places = named.get(given.name, []) if given.name else []
            if places:
                self._take(wanted, min(places, key=lambda at, given=given: self._rank(at, given)))
            if given.locked:
                self._repeat(self.free.intersection(places))
            elif len(places) > 1:
                self.done.doubled.append(given.name)

    def _rank(self, place: int, given: Given) -> tuple[bool, bool]:
        cell = self.cells[place]
        unanswered = given.editable and cell.text in ("", given.text)
        return unanswered, given.editable and cell.kind != given.cell_type

    def _by_id(self) -> None:
        ids: dict[str, int] = {}
        for place in sorted(self.free, reverse=True):
            ids |= dict.fromkeys(self.cells[place].ids, place)
        for wanted, given in self._missing():
            place = ids.get(given.id)
            if place in self.free and self._may_be(given, self.cells[place]):
                self._recognise(wanted, place)

    def _may_be(self, given: Given, cell: Handed) -> bool:
        """A nameless cell of the instructor's that is emptied, replaced or retyped is not there any more."""
        edited = given.lines & cell.lines or given.names & cell.names
        return bool(
            given.name or cell.text == given.text or (edited and cell.kind == given.cell_type)
        )

    def _by_text(self) -> None:
        """Cells in which nothing is to be written; equal ones in their order."""
        texts: dict[str, list[int]] = {}
        for place in sorted(self.free, reverse=True):
            texts.setdefault(self.cells[place].text, []).append(place)
        for wanted, given in self._missing():
            places = texts.get(given.text, [])
            if places and not given.editable:
                self._take(wanted, places.pop())

    def _between_neighbours(self, rule: Rule) -> None:
        """Apply a rule to each run of missing cells, and the free cells between the run's neighbours."""
        run: list[int] = []
        start = 0
        for wanted in range(len(self.given) + 1):
            end = self.done.places.get(wanted, len(self.cells))
            if wanted < len(self.given) and wanted not in self.done.places:
                run.append(wanted)
                continue
            gap = [p for p in range(start, end) if p in self.free and self.cells[p].text]
            given, cells = [self.given[w] for w in run], [self.cells[p] for p in gap]
            for at, chosen in rule(given, cells) if run else ():
                self._recognise(run[at], gap[chosen])
            run, start = [], end + 1

    def _recognise(self, wanted: int, place: int) -> None:
        """Take a cell that does not have the name."""
        self._take(wanted, place)
        if self.given[wanted].editable:
            self.done.found.append(self.given[wanted].name)


def _fitting(run: list[Given], gap: list[Handed]) -> list[tuple[int, int]]:
    """Cells that fit what is missing, in the same order."""
    pairs, start = [], 0
    for at, given in enumerate(run):
        fit = next((p for p in range(start, len(gap)) if _fits(given, gap[p])), None)
        if fit is not None:
            pairs.append((at, fit))
            start = fit + 1
    return pairs


def _fits(given: Given, cell: Handed) -> bool:
    """An answer defines what it has to; a nameless cell that was edited has half its lines, or defines the same."""
    if given.locked or given.cell_type != "code" or cell.kind != "code":
        return False
    if given.editable:
        return not given.names.isdisjoint(cell.names)
    same = len(given.lines & cell.lines)
    return 2 * same >= len(given.lines) > 0 or bool(given.names) and given.names <= cell.names


def _as_many(run: list[Given], gap: list[Handed]) -> list[tuple[int, int]]:
    """Where as many cells of the same types stand as are missing, the answers are where they were."""
    if [given.cell_type for given in run] != [cell.kind for cell in gap]:
        return []
    return [(at, at) for at, given in enumerate(run) if given.editable]
