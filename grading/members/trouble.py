"""Work that goes wrong: it never ends, breaks the kernel, or comes as a broken file."""

import copy

from nbformat import NotebookNode

from grading.members.paper import (
    Member,
    Paper,
    edited,
    is_marked,
    with_cells,
    written,
)

NEVER_ENDING = "while True: pass"
DEAF = "import time\nwhile True:\n    try: time.sleep(1)\n    except KeyboardInterrupt: pass"
MEMORY_HOG = "hoard = []\n    while True: hoard.append(b'1' * 20_000_000)"
KERNEL_KILLER = "import os; os._exit(1)"
MANY = "import os, time\nfor _ in range(80):\n    if os.fork() == 0:\n        time.sleep(60)\n        os._exit(0)\ntime.sleep(2)"
FLOOD = "for _ in range(300):\n    print('flood ' * 2000)"
TAGS = ["skip-execution", "raises-exception"]
CONFLICT = b"<<<<<<< HEAD\n%b=======\n%b>>>>>>> theirs\n"


def troubled(paper: Paper) -> list[Member]:
    """What their tests reach counts, and no more."""
    total, left, perfect = paper.total, paper.left, paper.perfect
    text = written(perfect)
    member = paper.member
    return [
        member("never_ending", "The first answers never end.", left, paper.spoilt(NEVER_ENDING)),
        member("does_not_stop", "A cell cannot be interrupted.", total, with_cells(perfect, DEAF)),
        member("memory_hog", "The first answers take all memory.", left, paper.spoilt(MEMORY_HOG)),
        member("kernel_killer", "The first answers end the kernel.", left, paper.spoilt(KERNEL_KILLER)),
        member("many_processes", "A cell starts too many processes.", total, with_cells(perfect, MANY)),
        member("output_flood", "A cell prints millions of letters.", total, with_cells(perfect, FLOOD)),
        member("tests_deleted", "The tests are gone.", total, edited(perfect, _without_tests)),
        member("cells_retyped", "Every cell is there twice, and the second is of another type.", total, edited(perfect, _double)),
        member("tests_edited", "Wrong answers; empty tests with tags that skip them, for a hundred times the points.", 0.0, edited(paper.wrong, _cheapen)),
        member("broken_file", "Cut off in the middle.", 0.0, text[: len(text) // 2]),
        member("conflict_markers", "git could not merge it.", 0.0, CONFLICT % (text, text)),
        Member("missing_file", 0.0, {}, "Nothing was handed in."),
    ]  # fmt: skip


def _without_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not is_marked(cell)]


def _double(notebook: NotebookNode) -> None:
    doubled = [copy.deepcopy(cell) for cell in notebook.cells for _ in range(2)]
    for cell in doubled[1::2]:
        if cell.cell_type == "code":
            cell.cell_type = "raw"
            cell.pop("outputs"), cell.pop("execution_count")
    notebook.cells = doubled


def _cheapen(notebook: NotebookNode) -> None:
    for cell in filter(is_marked, notebook.cells):
        cell.source, cell.metadata.tags = "pass", TAGS
        cell.metadata.nbgrader.points *= 100
