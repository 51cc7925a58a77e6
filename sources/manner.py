"""Does a lecture keep to its budget, fold what it should, answer what it asks, and describe its pictures?"""

import ast
import re

from nbformat import NotebookNode

from sources.cells import GENERATED
from sources.claims import is_assertion
from sources.minutes import halves, is_figure, words
from sources.notebooks import tags, to_text

MOST_CELLS = 60
FEWEST_WORDS = 2000
MOST_WORDS = 4000
FEWEST_FIGURES = 6
MOST_FIGURES = 12
MOST_SLIDERS = 3
MOST_MINUTES = 75
MOST_MINUTES_WITH_PAUSE = 100  # in two halves, each complete, with a cell tagged "pause" between
LARGEST = 2_000_000  # bytes
SHORTEST_ALT = 20  # characters


def over_budget(lecture: NotebookNode) -> list[str]:
    """Complaints about a lecture that is too long, too large, or too short to teach. *Deeper* sections have no budget of words."""
    core = [cell for cell in lecture.cells if "deeper" not in tags(cell)]
    code = [cell for cell in lecture.cells if cell.cell_type == "code"]
    figures = sum(map(is_figure, code))
    told = core_words(lecture)
    parts = halves(lecture)
    amounts = [
        (len(code), MOST_CELLS, "code cells"),
        (told, MOST_WORDS, "words outside *Deeper*"),
        (figures, MOST_FIGURES, "figures"),
        (sum("explore(" in cell.source for cell in core), MOST_SLIDERS, "sliders"),
        (round(sum(parts)), _most_minutes(parts), "minutes"),
        (len(to_text(lecture).encode()), LARGEST, "bytes"),
    ]
    found = [
        f"the lecture has {amount:,} {what}, and {most:,} are allowed"
        for amount, most, what in amounts
        if amount > most
    ]
    if told < FEWEST_WORDS:
        found.append(
            f"the lecture has {told:,} words, and fewer than {FEWEST_WORDS:,} teach little"
        )
    if figures < FEWEST_FIGURES:
        found.append(f"the lecture has {figures} figures, and {FEWEST_FIGURES} are asked")
    return found


def _most_minutes(parts: list[float]) -> int:
    return MOST_MINUTES_WITH_PAUSE if len(parts) > 1 else MOST_MINUTES


def core_words(lecture: NotebookNode) -> int:
    """Words of prose that people wrote, outside *Deeper* sections and the cells that the build writes."""
    left_out = GENERATED | {"deeper"}
    prose = [cell for cell in lecture.cells if cell.cell_type == "markdown"]
    return sum(words(cell) for cell in prose if not left_out & set(tags(cell)))


def misplaced(notebook: NotebookNode) -> list[str]:
    """Complaints about a first screen that is not the course: title, header, set-up with all imports; nothing else before."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = []
    if not notebook.cells[0].source.startswith("# ") or "header" not in tags(notebook.cells[1]):
        found.append("the notebook begins with its title and the cell tagged header")
    if not code or "setup" not in tags(code[0]):
        found.append("the first code cell is the one tagged setup")
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and not {"setup"} & set(tags(cell)) and _imports_first(cell):
            found.append(f"cell {number} begins with imports, which belong into the set-up")
        if "deeper" in tags(cell) and re.search(r"(?m)(?<!\A)^#{1,3} ", cell.source):
            found.append(
                f"cell {number} of a *Deeper* section ends it in its middle: give the next heading a cell of its own"
            )
    return found


def _imports_first(cell: NotebookNode) -> bool:
    if "nbgrader" in cell.metadata:
        return False
    body = ast.parse(cell.source).body
    return bool(body) and isinstance(body[0], ast.Import | ast.ImportFrom)


def unanswered(lecture: NotebookNode) -> list[str]:
    """Complaints about predictions that the text below does not answer, or whose result stands open."""
    found = []
    for number, cell in enumerate(lecture.cells, 1):
        if "predict" not in tags(cell):
            continue
        below = lecture.cells[number : number + 1]
        answers = [
            c for c in below if c.cell_type == "markdown" and re.match(r"[^#*<\s|]|\*\*", c.source)
        ]
        if not answers:
            found.append(f"cell {number} asks for a prediction, and no sentence below it answers")
        hidden = cell.metadata.get("jupyter", {}).get("outputs_hidden") is True
        if not hidden or "hide-output" not in tags(cell):
            found.append(f"cell {number} asks for a prediction, and shows the result at once")
    return found


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
        if "setup" in tags(cell):
            continue
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
