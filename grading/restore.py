"""Put the instructor's cells back into a student's notebook, and the student's answers into them."""

from nbformat import NotebookNode

from grading.intake.notebook import take_id
from grading.matching import Handed, Matching, handed, match
from grading.skeleton import (
    Given,
    Skeleton,
    notebook_of,
    plain,
    plain_cell,
    skeleton_of,
)

__all__ = ["Skeleton", "restore", "skeleton_of"]

ELSEWHERE = "# This answer was deleted here. The student's other cells define what it asks for."


def restore(student: NotebookNode, skeleton: Skeleton) -> tuple[NotebookNode, list[str]]:
    """A new notebook of the instructor's cells and the student's answers, and what had to be repaired, in sentences.

    Of the student's notebook only the cells' texts, types, names, ids and pictures are looked at. Each named cell of
    the instructor's is there once, in the instructor's order; so are the nameless code cells, unless
    the student edited them. The student's own cells follow the instructor's cell that they followed.

    Args:
        student: any notebook whose cells have texts; it is left as it is.
    """
    work = _Work([handed(cell) for cell in student.cells], skeleton)
    return notebook_of(work.cells()), work.notes()


class _Work:
    """One notebook that is being restored."""

    def __init__(self, cells: list[Handed], skeleton: Skeleton):
        self.handed, self.given = cells, skeleton.cells
        self.matching: Matching = match(cells, skeleton)
        self.ids = {given.id for given in self.given}
        self.missing = [at for at in range(len(self.given)) if at not in self.matching.places]
        self.written = self._names_written()

    def cells(self) -> list[NotebookNode]:
        """The restored cells. Where a test is missing, it follows the student's own cells; all else that is missing goes before them."""
        own = self._own()
        done, waiting = [], own.pop(-1, [])
        for at, given in enumerate(self.given):
            if at not in self.missing or given.is_test:
                done += waiting
                waiting = []
            done += self._restored(at, given)
            waiting += own.pop(at, [])
        return done + waiting

    def _own(self) -> dict[int, list[NotebookNode]]:
        """The student's own cells, by the place of the instructor's cell that they follow; -1 where there is none."""
        wanted = {place: at for at, place in self.matching.places.items()}
        own: dict[int, list[NotebookNode]] = {}
        after = -1
        for place, cell in enumerate(self.handed):
            if place in wanted:
                after = wanted[place]
            elif place not in self.matching.repeats:
                id = take_id(next(iter(cell.ids), None), self.ids)
                own.setdefault(after, []).append(
                    plain_cell(cell.kind, cell.source, id, cell.attachments)
                )
        return own

    def _restored(self, at: int, given: Given) -> list[NotebookNode]:
        """The instructor's cell; no cell for a nameless text that the student deleted."""
        if at in self.missing:
            return [given.cell(self._stub(given))] if self._comes_back(at) else []
        cell = self.handed[self.matching.places[at]]
        if not _is_written(given, cell):
            return [given.cell()]
        if given.name:
            return [given.cell(cell.source, cell.attachments)]
        pictures = given.attachments | cell.attachments
        return [plain_cell(cell.kind, cell.source, given.id, pictures)]

    def _comes_back(self, at: int) -> bool:
        return bool(self.given[at].name) or self.given[at].cell_type == "code"

    def _stub(self, given: Given) -> str | None:
        """What a missing cell comes back with: not with a stub that would take the place of an answer given elsewhere."""
        return ELSEWHERE if self._answered_elsewhere(given) else None

    def _answered_elsewhere(self, given: Given) -> bool:
        return given.editable and not given.names.isdisjoint(self.written)

    def _names_written(self) -> set[str]:
        """What the student's own cells and answers define."""
        not_written = set(self.matching.repeats)
        for at, place in self.matching.places.items():
            if not _is_written(self.given[at], self.handed[place]):
                not_written.add(place)
        cells = [cell for at, cell in enumerate(self.handed) if at not in not_written]
        return set().union(*(cell.names for cell in cells))

    def notes(self) -> list[str]:
        """What was repaired: one sentence for each sort of repair."""
        sorts = self._about_missing() | self._about_found()
        notes = [f"{_listed(names)}: {what}" for what, names in sorts.items() if names]
        nameless = [at for at in self.missing if self._comes_back(at) and not self.given[at].name]
        if nameless:
            notes.append(f"{len(nameless)} of the given code cells were missing: put back")
        places = [place for _, place in sorted(self.matching.places.items())]
        if places != sorted(places):
            notes.append("cells were moved: the instructor's order is back")
        return notes

    def _about_missing(self) -> dict[str, list[str]]:
        gone = [self.given[at] for at in self.missing]
        answers = {given.name: self._answered_elsewhere(given) for given in gone if given.editable}
        return {
            "missing, and put back": [given.name for given in gone if given.locked],
            "missing, and put back without an answer": [n for n, found in answers.items() if not found],
            "missing, but other cells define what is asked for": [n for n, found in answers.items() if found],
        }  # fmt: skip

    def _about_found(self) -> dict[str, list[str]]:
        pairs = [(self.given[at], self.handed[place]) for at, place in self.matching.places.items()]
        named = [(given, cell) for given, cell in pairs if given.name]
        changed = [given.name for given, cell in named if given.locked and _is_changed(given, cell)]
        retyped = [given.name for given, cell in named if given.cell_type != cell.kind]
        return {
            "changed, though not for editing: the instructor's text is back": changed,
            "there more than once: the first answer was graded": self.matching.doubled,
            "without its name, and recognised by its place or text": self.matching.found,
            "of another type than the instructor's, and put back": retyped,
        }


def _is_changed(given: Given, cell: Handed) -> bool:
    """Whether a locked cell has neither the text that students got nor, restored before, the one with hidden tests."""
    return cell.text not in (given.text, plain(given.source))


def _is_written(given: Given, cell: Handed) -> bool:
    """Whether what counts of a cell is the student's text."""
    return not given.locked and cell.text != given.text


def _listed(names: list[str]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")
