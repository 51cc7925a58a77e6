"""Does a lecture keep to its budget, fold what it should, and describe its pictures?"""

import ast
import re

from nbformat import NotebookNode

from sources.cells import GENERATED
from sources.claims import is_assertion
from sources.notebooks import tags, to_text

LONGEST_CELL, MOST_CELLS, MOST_LINES = 25, 60, 350
MOST_LINES_WITH_PAUSE = 450  # in two halves, each complete, with a cell tagged "pause" between
FEWEST_WORDS, MOST_WORDS = 3000, 4500
LARGEST = 2_000_000  # bytes
SHORTEST_ALT = 20  # characters


def over_budget(lecture: NotebookNode) -> list[str]:
    """Complaints about a lecture that is too long, too large, or too short to teach."""
    code = [(n, cell) for n, cell in enumerate(lecture.cells, 1) if cell.cell_type == "code"]
    found = [
        f"cell {n} has {_lines(cell)} lines of code, and {LONGEST_CELL} are allowed"
        for n, cell in code
        if _lines(cell) > LONGEST_CELL
    ]
    paused = any("pause" in tags(cell) for cell in lecture.cells)
    most_lines = MOST_LINES_WITH_PAUSE if paused else MOST_LINES
    amounts = [
        (len(code), MOST_CELLS, "code cells"),
        (sum(_lines(cell) for _, cell in code), most_lines, "lines of code"),
        (words(lecture), MOST_WORDS, "words"),
        (len(to_text(lecture).encode()), LARGEST, "bytes"),
    ]
    found += [
        f"the lecture has {amount:,} {what}, and {most:,} are allowed"
        for amount, most, what in amounts
        if amount > most
    ]
    return found + (
        [f"the lecture has {words(lecture):,} words, and fewer than {FEWEST_WORDS:,} teach little"]
        if words(lecture) < FEWEST_WORDS
        else []
    )


def _lines(cell: NotebookNode) -> int:
    """Lines that are not empty."""
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def words(lecture: NotebookNode) -> int:
    """Words of prose that people wrote: without code, mathematics, markup and the cells that the build writes."""
    prose = "\n".join(
        cell.source
        for cell in lecture.cells
        if cell.cell_type == "markdown" and not GENERATED & set(tags(cell))
    )
    for ignored in (
        r"(?s)```.*?```",
        r"(?s)\$\$.*?\$\$",
        r"\$[^$\n]+\$",
        r"`[^`]*`",
        r"<[^>]*>",
        r"\]\([^)]*\)",
    ):
        prose = re.sub(ignored, " ", prose)
    return len(re.findall(r"\w[\w'’-]*", prose))


def misfolded(lecture: NotebookNode) -> list[str]:
    """Complaints about asides that some reader would see unfolded, and about proofs that stand in the story's way."""
    found = []
    for number, cell in enumerate(lecture.cells, 1):
        if cell.cell_type != "code":
            continue
        folds = _folds(cell)
        if any(folds.values()) or "aside" in tags(cell):
            found += [
                f"cell {number} is folded but lacks {sign}"
                for sign, there in folds.items()
                if not there
            ]
        if "aside" in tags(cell) and not cell.source.startswith("# @title Check it: "):
            found.append(
                f"cell {number} is an aside, so its first line begins with `# @title Check it: `"
            )
        if "aside" not in tags(cell):
            found += [f"cell {number} {reason}" for reason in _in_the_way(cell)]
    return found


def _folds(cell: NotebookNode) -> dict[str, bool]:
    """What folds a cell, in Colab, JupyterLab and on the site."""
    return {
        'cellView="form"': cell.metadata.get("cellView") == "form",
        'jupyter={"source_hidden": true}': cell.metadata.get("jupyter", {}).get("source_hidden")
        is True,
        "the tag hide-input": "hide-input" in tags(cell),
        "`# @title` in its first line": cell.source.startswith("# @title "),
    }


def _in_the_way(cell: NotebookNode) -> list[str]:
    """A cell of the story shows something; it may end in two asserts, and does not consist of them."""
    body = ast.parse(cell.source).body
    asserts = [node for node in ast.walk(ast.Module(body, [])) if is_assertion(node)]
    if body and all(isinstance(node, ast.Assert) for node in body):
        return ["only asserts: show a number or a picture, or fold it"]
    many = f"has {len(asserts)} asserts: two are allowed in the story, so fold it"
    return [many] if len(asserts) > 2 else []


def undescribed(notebook: NotebookNode) -> list[str]:
    """Complaints about pictures that a reader who does not see them would miss."""
    found = []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown":
            found += [
                f"cell {number} shows a picture without alt text"
                for _ in _pictures_without_alt(cell.source)
            ]
            continue
        data = [output.get("data", {}) for output in cell.get("outputs", [])]
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if (
            any(kind.startswith("image/") for bundle in data for kind in bundle)
            and len(alt) <= SHORTEST_ALT
        ):
            found.append(
                f'cell {number} draws a picture, and mystnb={{"image": {{"alt": "..."}}}} does not describe it'
            )
        found += [
            f"cell {number} puts out a picture without alt text"
            for bundle in data
            for _ in _pictures_without_alt(bundle.get("text/html", ""))
        ]
    return found


def _pictures_without_alt(text: str) -> list[str]:
    pictures = re.findall(r"<img\b[^>]*>", text)
    return re.findall(r"!\[\s*\]\(", text) + [
        picture for picture in pictures if not re.search(r"""\balt=(["'])\s*[^"'\s]""", picture)
    ]


def not_run(lecture: NotebookNode) -> list[str]:
    """Complaints about a committed lecture that was not run from top to bottom, did not come through, or shows what no reader needs."""
    code = [
        (number, cell)
        for number, cell in enumerate(lecture.cells, 1)
        if cell.cell_type == "code" and cell.source.strip()
    ]
    found = [
        f"cell {n} was not run in its turn"
        for turn, (n, cell) in enumerate(code, 1)
        if cell.execution_count != turn
    ]
    outputs = [(number, output) for number, cell in code for output in cell.outputs]
    found += [
        f"cell {number} shows an error: {output.ename}"
        for number, output in outputs
        if output.output_type == "error"
    ]
    shown = [
        (number, output.get("text") or output.get("data", {}).get("text/plain", ""))
        for number, output in outputs
    ]
    return found + [
        f"cell {number} shows an address in memory: {text.strip()[:60]}"
        for number, text in shown
        if re.search(r" at 0x[0-9a-f]{6}", text)
    ]
