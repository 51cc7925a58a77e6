"""Cases of what happens to the notebook's cells, and to its file."""

import io
import json
import zipfile

from nbformat import NotebookNode

from tests.grading.cases.paper import (
    FILE,
    NONE,
    RIGHT,
    SETUP,
    TESTS,
    WRONG,
    Case,
    cell_of,
)


def each(change) -> object:
    """An edit of every cell."""
    return lambda whole: [change(cell) for cell in whole.cells]


def tests(change) -> object:
    """An edit of the three test cells."""
    return lambda whole: [change(cell_of(whole, name)) for name in TESTS]


def about(**facts) -> object:
    """An edit of what the test cells say of themselves."""
    return tests(lambda cell: cell.metadata.nbgrader.update(facts))


def without(*names: str) -> object:
    """An edit that deletes cells."""
    return lambda whole: [whole.cells.remove(cell_of(whole, name)) for name in names]


def retyped(cell: NotebookNode, kind: str) -> None:
    """The cell, of another type."""
    cell.cell_type = kind
    cell.pop("outputs", None), cell.pop("execution_count", None)


def own(source: str, **metadata) -> NotebookNode:
    """A student's code cell."""
    cell = {"cell_type": "code", "source": source, "outputs": [], "execution_count": None, "metadata": metadata}  # fmt: skip
    return NotebookNode(cell)


def twice(whole: NotebookNode) -> None:
    whole.cells = [cell for cell in whole.cells for _ in range(2)]


def corrected_later(whole: NotebookNode) -> None:
    """A second answer under the same name."""
    second = json.loads(json.dumps(cell_of(whole, "double")))
    second["source"] = WRONG["double"].replace("double", "doubled")
    whole.cells.append(NotebookNode(second))


def split(whole: NotebookNode) -> None:
    """The answer in two cells of one name, as JupyterLab splits it."""
    cell = cell_of(whole, "double")
    rest = json.loads(json.dumps(cell))
    cell.source, rest["source"] = "# my answer:", cell.source
    whole.cells.insert(whole.cells.index(cell) + 1, NotebookNode(rest))


def merged(whole: NotebookNode) -> None:
    """All answers in one cell, the others deleted."""
    cell_of(whole, "double").source = "\n\n".join(RIGHT[name] for name in ("double", "add", "mean"))
    without("add", "mean")(whole)


def in_the_test(whole: NotebookNode) -> None:
    """An answer written above the test, in the test's cell."""
    cell_of(whole, "double_test").source = WRONG["double"] + "\nassert True"


def named_alike(whole: NotebookNode) -> None:
    for cell in whole.cells:
        cell.metadata = {"nbgrader": {"grade_id": "double"}}


def swapped(whole: NotebookNode) -> None:
    one, other = cell_of(whole, "double_test").metadata.nbgrader, cell_of(whole, "add_test").metadata.nbgrader  # fmt: skip
    one.grade_id, other.grade_id = other.grade_id, one.grade_id


def third_format(whole: NotebookNode) -> None:
    """The notebook as IPython 2 wrote it."""
    sheet = [{**cell, "input": cell.source, "language": "python"} for cell in whole.cells]
    [cell.pop("source") for cell in sheet if cell["cell_type"] == "code"]
    whole.clear()
    whole.update(nbformat=3, nbformat_minor=0, metadata={}, worksheets=[{"cells": sheet}])


def as_lists(whole: NotebookNode) -> None:
    for cell in whole.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)


CELLS = [
    Case("tests deleted", edit=without(*TESTS), says="missing, and put back"),
    Case("tests deleted, wrong answers", NONE, answers=WRONG, edit=without(*TESTS)),
    Case("an answer deleted", (0, 3, 4), edit=without("double"), says="put back without an answer"),
    Case("the set-up deleted", edit=without("setup"), says="missing, and put back"),
    Case("the set-up edited", (2, 0, 0), answers=WRONG | {"double": RIGHT["double"]}, edit=lambda whole: cell_of(whole, "setup").update(source=SETUP.replace("return math", "return True or math")), says="the instructor's text is back"),
    Case("only answers", edit=without("setup", *TESTS)),
    Case("no cells", NONE, edit=lambda whole: whole.update(cells=[])),
    Case("every cell twice", edit=twice),
    Case("a second answer", edit=corrected_later, says="the first answer was graded"),
    Case("a split answer", edit=split),
    Case("all answers in one cell", edit=merged),
    Case("an answer in a new cell", edit=lambda whole: (without("double")(whole), whole.cells.insert(2, own(RIGHT["double"])))),
    Case("an answer in the test's cell", edit=in_the_test, says="the instructor's text is back"),
    Case("answers as text", edit=lambda whole: [retyped(cell_of(whole, name), "markdown") for name in ("double", "add", "mean")], says="of another type"),
    Case("tests as raw cells", edit=tests(lambda cell: retyped(cell, "raw")), says="of another type"),
    Case("all cells as text", edit=each(lambda cell: retyped(cell, "markdown"))),
    Case("the essay as code", edit=lambda whole: cell_of(whole, "essay").update(cell_type="code", outputs=[], execution_count=None)),
    Case("tests emptied", NONE, answers=WRONG, edit=tests(lambda cell: cell.update(source="pass"))),
    Case("tests for more points", NONE, answers=WRONG, edit=lambda whole: [cell_of(whole, name).update(source="100") or cell_of(whole, name).metadata.nbgrader.update(points=100) for name in TESTS]),
    Case("a further test of one's own", NONE, answers=WRONG, edit=lambda whole: whole.cells.append(own("pass", nbgrader={"grade_id": "bonus", "grade": True, "solution": False, "locked": False, "points": 100, "schema_version": 3}))),
    Case("tests that are solutions", edit=about(solution=True, locked=False)),
    Case("tests that are not graded", edit=about(grade=False)),
    Case("points that are no number", edit=about(points="many")),
    Case("negative points", edit=about(points=-5)),
    Case("an older schema", edit=about(schema_version=1)),
    Case("a schema of the future", edit=about(schema_version=99)),
    Case("another checksum", edit=about(checksum="0" * 32)),
    Case("tests renamed", edit=tests(lambda cell: cell.metadata.nbgrader.update(grade_id="renamed"))),
    Case("names swapped", edit=swapped),
    Case("one name for all", edit=named_alike),
    Case("names lost", edit=each(lambda cell: cell.update(metadata={}))),
    Case("names and ids lost", edit=each(lambda cell: (cell.update(metadata={}), cell.pop("id")))),
    Case("metadata of another shape", edit=each(lambda cell: cell.update(metadata={"nbgrader": ["?"]}))),
    Case("tags that skip", NONE, answers=WRONG, edit=tests(lambda cell: cell.metadata.update(tags=["skip-execution"]))),
    Case("tags that allow errors", NONE, answers=WRONG, edit=tests(lambda cell: cell.metadata.update(tags=["raises-exception"]))),
    Case("one id for all", edit=each(lambda cell: cell.update(id="same"))),
    Case("cells in the opposite order", edit=lambda whole: whole.cells.reverse(), says="order is back"),
    Case("tests first", edit=lambda whole: whole.cells.sort(key=lambda cell: not cell.metadata.get("nbgrader", {}).get("grade"))),
    Case("no kernelspec", edit=lambda whole: whole.metadata.clear()),
    Case("an unknown kernelspec", edit=lambda whole: whole.metadata.update(kernelspec={"name": "conda-env-deep-py"})),
    Case("R's kernelspec", edit=lambda whole: whole.metadata.update(kernelspec={"name": "ir", "language": "R"}, language_info={"name": "R"})),
    Case("format 4.0 without ids", edit=lambda whole: (whole.update(nbformat_minor=0), [cell.pop("id", 0) for cell in whole.cells])),
    Case("format 4.9", edit=lambda whole: whole.update(nbformat_minor=9)),
    Case("format 5", edit=lambda whole: whole.update(nbformat=5)),
    Case("format 3", edit=third_format),
    Case("no format", edit=lambda whole: whole.pop("nbformat")),
    Case("texts as lists", edit=as_lists),
    Case("cells of no known type", edit=lambda whole: whole.cells.insert(1, NotebookNode(cell_type="sql", source="select 1", metadata={}))),
    Case("a cell that is none", edit=lambda whole: whole.cells.insert(0, "cell")),
    Case("outputs that are none", edit=each(lambda cell: cell.update(outputs=None))),
    Case("widgets without their state", edit=lambda whole: whole.metadata.update(widgets={"application/vnd.jupyter.widget-state+json": {}})),
]  # fmt: skip


def zipped(*files: tuple[str, bytes]) -> object:
    """Turns the notebook's bytes into a zip with it and these files."""

    def pack(data: bytes) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in ((FILE, data), *files):
                archive.writestr(name, content)
        return file.getvalue()

    return pack


def text(change) -> object:
    """Changes the file's text."""
    return lambda data: change(data.decode()).encode()


DEEP = "/".join("abcdefghijklmnopqrst")
FILES = [
    Case("cut off", NONE, raw=lambda data: data[:-500], says="damaged"),
    Case("a comma too many", NONE, raw=text(lambda t: t.replace('"cells": [', '"cells": [,')), says="damaged"),
    Case("conflict markers", NONE, raw=text(lambda t: f"<<<<<<< HEAD\n{t}\n=======\n{t}\n>>>>>>> theirs\n"), says="git could not merge"),
    Case("a byte order mark", raw=lambda data: b"\xef\xbb\xbf" + data, says="byte order mark"),
    Case("UTF-16", raw=lambda data: data.decode().encode("utf-16"), says="UTF-16"),
    Case("Windows' letters", answers={"essay": "Grüße."}, raw=lambda data: json.dumps(json.loads(data), ensure_ascii=False).encode("cp1252"), says="Windows-1252"),
    Case("Windows' line ends", raw=lambda data: data.replace(b"\n", b"\r\n")),
    Case("zeros behind it", raw=lambda data: data + b"\0" * 4096),
    Case("a web page", NONE, raw=lambda _: b"<!DOCTYPE html><title>Log in</title>", says="is a web page"),
    Case("a PDF", NONE, raw=lambda _: b"%PDF-1.7 ...", says="is a PDF"),
    Case("a zip under its name", NONE, raw=zipped(), says="is a zip"),
    Case("an empty file", NONE, raw=lambda _: b"", says="is empty"),
    Case("zeros", NONE, raw=lambda _: b"\0" * 5000, says="is empty"),
    Case("noise", NONE, raw=lambda _: bytes(range(256)) * 9, says="damaged"),
    Case("a list", NONE, raw=lambda _: b"[]", says="damaged"),
    Case("deep JSON", NONE, raw=lambda _: b"[" * 100_000 + b"]" * 100_000, says="nested"),
    Case("long numbers", raw=text(lambda t: t.replace('"nbformat": 4', f'"nbformat": {"9" * 9000}'))),
    Case("keys twice", raw=text(lambda t: t.replace('"cells": [', '"cells": 5, "cells": [', 1)), says="stand twice"),
    Case("nothing", NONE, path="", says="was handed in"),
    Case("a program", NONE, path="", files={"small.py": "print(1)"}, says="only small.py"),
    Case("a second download", path="small (1).ipynb", says="was taken for"),
    Case("a copy", path="Copy of small.ipynb", says="was taken for"),
    Case("capitals", path="Small.IPYNB", says="was taken for"),
    Case("another name", path="homework.ipynb", says="was taken for"),
    Case("another ending", path="small.ipynb.txt", says="was taken for"),
    Case("a folder within", path="hand/in/small.ipynb", says="was taken for"),
    Case("two to choose from", NONE, path="a.ipynb", files={"b.ipynb": "{}"}, says="several notebooks"),
    Case("too deep", NONE, path=f"{DEEP}/small.ipynb"),
    Case("an old checkpoint", files={".ipynb_checkpoints/small-checkpoint.ipynb": "{}"}),
    Case("a folder of the notebook's name", NONE, path="small.ipynb/data.csv", says="was handed in"),
    Case("a link to another's notebook", NONE, path="", links={FILE: "../../05_0_bystander/01_small/small.ipynb"}, says="a link"),
    Case("a link to a device", NONE, path="", links={FILE: "/dev/zero"}, says="a link"),
    Case("a pipe as the notebook", NONE, path="", pipes=(FILE,), says="hand in"),
    Case("links beside it", links={"passwords": "/etc/passwd", "all": "/", "loop": "."}, says="left out"),
    Case("a pipe beside it", pipes=("data.csv",), says="left out"),
    Case("thousands of files", files={f"data/{number}.txt": "x" for number in range(1500)}, says="more than 1000 files"),
    Case("names of all kinds", files={"-rf": "x", "a\nb": "x", "größe 🎲": "x", "$(reboot)": "x", "x" * 200: "x", "%s{}": "x"}),
    Case("a zip", path="work.zip", raw=zipped(("mine.py", b""))),
    Case("a zip that leads out", path="work.zip", raw=zipped(("../../evil.py", b""), ("/evil.py", b""), ("a/../../evil.py", b"")), says="leads out"),
    Case("a zip bomb", path="work.zip", raw=zipped(("bomb", b"0" * 200_000_000)), says="too large"),
    Case("a damaged zip", NONE, path="work.zip", raw=lambda data: b"PK\x03\x04" + data, says="damaged zip"),
    Case("a folder that would shadow ours", files={"math.py": "1 / 0", "IPython/__init__.py": "1 / 0", "record.json": "{}"}),
    Case("a time that is none", files={"timestamp.txt": "long ago"}),
    Case("a time in noise", files={"timestamp.txt": b"\xff\xfe\x00"}),
    Case("folders of our files' names", files={"record.json/x": "x", ".record.json/x": "x", ".small.ipynb/x": "x", "timestamp.txt/x": "x"}),
]  # fmt: skip
