"""How learning platforms name what they let one download, and what that says of whose it is."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from grading.intake.files import Entry

# Moodle: folders "Ada Lovelace_4711_assignsubmission_file_/", or the same as the beginning of each file's name.
# A name holds no "_": Moodle replaces it, so no student's file can pass for another's folder.
MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_[a-z]+(_(?P<rest>.*))?$")
# Canvas: "lovelaceada_LATE_4711_815_tiny.ipynb": the student, late or not, their number, the file's number and name.
CANVAS = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+|(?<=anon_)\w{5})_\d+_(?P<rest>.+)$"
)
# nbgrader's exchange: "ada+01_tiny+2026-03-01 23:59:59.000000 UTC+aB3dE5gH7jK9", the end at random.
INBOUND = re.compile(
    r"(?P<account>.+?)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d.*?)(\+[\w=-]{12})?$"
)


@dataclass(frozen=True)
class Handed:
    """One hand-in, as a download has it. What the layout does not say is empty.

    Args:
        origin: where it lies in the download.
        name: the student's, as the platform writes it.
        lms_id: the platform's number of the student.
        participant: the platform's number of the student in this assignment.
        account: nbgrader's name of the student.
        time: when it was handed in, as nbgrader writes it.
        late: whether the platform says so.
    """

    origin: str
    name: str = ""
    lms_id: str = ""
    participant: str = ""
    account: str = ""
    time: str = ""
    late: bool = False


@dataclass
class Layout:
    """What was found in a download: its hand-ins with their files, and the files that belong to none."""

    platform: str
    handed: dict[Handed, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    others: list[Entry] = field(default_factory=list)


Place = tuple[int, Handed, str]  # folders above the student's, whose it is, its path in there
Reader = Callable[[list[str], str], Place | None]


def moodle(parts: list[str], assignment: str) -> Place | None:
    """Moodle's "Download all submissions", in folders or not."""
    for level, part in enumerate(parts):
        if found := MOODLE.match(part):
            rest = [found["rest"]] if found["rest"] else []
            name, number = found["name"], found["number"]
            whose = Handed(f"{name}_{number}", name, participant=number)
            path = "/".join(rest + parts[level + 1 :])
            return (level, whose, path) if path else None
    return None


def canvas(parts: list[str], assignment: str) -> Place | None:
    """Canvas's "Download Submissions"."""
    if not (found := CANVAS.match(parts[-1])):
        return None
    name, number = found["name"].removeprefix("LATE_"), found["number"]
    late = name != found["name"] or bool(found["late"])  # where names are hidden, LATE comes first
    origin = f"{name}{'_LATE' * late}_{number}"
    return len(parts) - 1, Handed(origin, name, lms_id=number, late=late), found["rest"]


def inbound(parts: list[str], assignment: str) -> Place | None:
    """nbgrader's exchange, as students hand in there."""
    for level, part in enumerate(parts[:-1]):
        found = INBOUND.match(part)
        if found and found["assignment"] == assignment:
            whose = Handed(part, account=found["account"], time=found["time"])
            return level, whose, "/".join(parts[level + 1 :])
    return None


def submitted(parts: list[str], assignment: str) -> Place | None:
    """nbgrader's folder submitted/: STUDENT/ASSIGNMENT/."""
    if assignment not in parts[1:-1]:
        return None
    at = parts.index(assignment, 1)
    whose = Handed("/".join(parts[at - 1 : at + 1]), account=parts[at - 1])
    return at - 1, whose, "/".join(parts[at + 1 :])


PLATFORMS: dict[str, Reader] = {
    "Moodle": moodle,
    "Canvas": canvas,
    "nbgrader's exchange": inbound,
    "nbgrader's submitted folder": submitted,
}


def find_layout(entries: list[Entry], assignment: str) -> Layout | None:
    """Sort the files of a download by hand-in; None where nothing looks like one.

    The layout is the one that fits highest in the tree, then the one that fits most: a student names what lies
    in the own folder, but not what lies above it, and so cannot pass for another.
    """
    places = {
        platform: [read(entry.path.split("/"), assignment) for entry in entries]
        for platform, read in PLATFORMS.items()
    }
    fits = Counter(
        (platform, place[0]) for platform, read in places.items() for place in read if place
    )
    if not fits:
        return None
    platform, level = min(fits, key=lambda fit: (fit[1], -fits[fit]))
    layout = Layout(platform)
    for entry, place in zip(entries, places[platform], strict=True):
        if place and place[0] == level:
            layout.handed[place[1]].append(Entry(place[2], entry.size, entry.read, entry.fault))
        else:
            layout.others.append(entry)
    return layout


def tops(entries: list[Entry]) -> list[str]:
    """The highest names in which these files lie."""
    return sorted({entry.path.split("/")[0] or entry.path for entry in entries})
