"""Where two notebooks differ in what people write: code, text and metadata; outputs, time stamps and ids of cells aside."""

from nbformat import NotebookNode

STAMPS = ("execution", "ExecuteTime", "lines_to_next_cell")
OWN = (
    "course",
    "language_info",
    "jupytext",
)  # what the build notes for itself, the kernel's version, and how JupyterLab saved it


def differences(one: NotebookNode, other: NotebookNode) -> list[str]:
    """One line for each difference; no line where the two say the same."""
    found = []
    if _without(one.metadata, OWN) != _without(other.metadata, OWN):
        found.append("the notebook's metadata differ")
    if len(one.cells) != len(other.cells):
        found.append(f"there are {len(one.cells)} cells instead of {len(other.cells)}")
    for number, (a, b) in enumerate(zip(one.cells, other.cells, strict=False), 1):
        parts = [
            ("kind", a.cell_type, b.cell_type),
            ("text", a.source, b.source),
            ("metadata", _without(a.metadata, STAMPS), _without(b.metadata, STAMPS)),
        ]
        found += [
            f"cell {number} differs in its {part}: {_begin(a)}" for part, x, y in parts if x != y
        ]
    return found


def _without(metadata: dict, names: tuple[str, ...]) -> dict:
    return {key: value for key, value in metadata.items() if key not in names}


def _begin(cell: NotebookNode) -> str:
    """The first line of a cell, to find it by."""
    return repr((cell.source.splitlines() or ["(empty)"])[0][:60])
