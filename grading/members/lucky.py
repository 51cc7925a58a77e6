"""Honest work that looks strange: every point is deserved."""

import copy
import io
import json
import zipfile
from itertools import count

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading.members.paper import Member, Paper, edited, names, with_cells, written

NOISY = '''
def _noisy(answer):
    """The answer, which at its first call warns, prints and plots."""
    import functools, sys, warnings
    import matplotlib.pyplot as plt

    calls = []

    @functools.wraps(answer)
    def noisy(*args, **kwargs):
        if not calls:
            calls.append(1)
            warnings.warn("a warning is no failure")
            print("0.5")
            print("neither is a line of log", file=sys.stderr)
            plt.plot([0, 1])
            plt.show()
        return answer(*args, **kwargs)

    return noisy

'''
MODULE = """
def mine(answer):
    return lambda *args, **kwargs: answer(*args, **kwargs)
"""
THREADS = """
import subprocess, sys, threading
from concurrent.futures import ThreadPoolExecutor
threading.Thread(target=threading.Event().wait, daemon=True).start()
with ThreadPoolExecutor(3) as pool:
    assert list(pool.map(abs, [-1, -2, -3])) == [1, 2, 3]
said = subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True, check=True)
assert said.stdout.strip() == "42"
!echo a shell"""
WORKERS = """
try:
    from torch.utils.data import DataLoader
except ImportError:
    print("no torch here")
else:
    assert len(list(DataLoader(range(8), num_workers=2))) == 8"""
MAGICS = [
    "%%time\ntotal = sum(range(1000))",
    "%timeit -n1 -r1 sum(range(10))\n%matplotlib inline\n%config InlineBackend.figure_formats = ['svg']\n%pip --version",
    "%%capture kept\nprint('not shown')",
]
ASYNC = """
import asyncio
await asyncio.gather(*(asyncio.sleep(0.01) for _ in range(3)))
waiting = asyncio.create_task(asyncio.sleep(600))"""
FILES = """
import csv, pathlib, tempfile
rows = list(csv.reader(open("data/numbers.csv")))
assert rows == [["1", "2"], ["3", "4"]]
pathlib.Path("results").mkdir()
pathlib.Path("results", "best.txt").write_text("7")
assert open("results/best.txt").read() == "7" and not pathlib.Path("../results").exists()
with tempfile.NamedTemporaryFile("w") as file:
    file.write("gone in a moment")"""
UNICODE = """
größe, π, 数 = 3, 3.14159, [1, 2]
assert open("größe 数 🎲.txt", encoding="utf-8").read() == "naïve ☕ λ"
print("ελληνικά العربية 🎲", größe, π, 数)"""


def unusual(paper: Paper) -> list[Member]:
    """Everybody here deserves full marks."""
    perfect, everything = paper.perfect, paper.total

    def member(name: str, about: str, notebook: NotebookNode | bytes, **more) -> Member:
        return paper.member(name, about, everything, notebook, **more)

    def own(name: str, about: str, *cells: str, **files) -> Member:
        return member(name, about, with_cells(perfect, *cells), **files)

    return [
        member("perfect", "The solution.", perfect),
        member("warns_and_plots", "Answers that warn, print and plot.", paper.solved(_noisily)),
        member(
            "own_module",
            "Answers that pass through a module of the student's own.",
            with_cells(paper.solved(_by_module), "from my_tools import mine"),
            files={"my_tools.py": MODULE},
        ),
        member(
            "extra_cells",
            "Cells and a notebook of the student's own; some of them fail.",
            edited(perfect, _scribbled),
            files={"scratch.ipynb": written(new_notebook(cells=[new_code_cell("1 / 0")])).decode()},
        ),
        own("threads_and_processes", "Threads, a shell, and a DataLoader with workers.", THREADS, WORKERS),
        own("magics_and_waiting", "IPython's magics, and a task that never ends.", *MAGICS, ASYNC),
        own("reads_and_writes", "Files, and names of all scripts.", FILES, UNICODE, files={"data/numbers.csv": "1,2\n3,4\n", "größe 数 🎲.txt": "naïve ☕ λ"}),
        member("colab", "As Colab saves it.", as_colab_saves_it(perfect)),
        member("lost_metadata", "A tool took the names of all cells away.", edited(perfect, _strip)),
        member("notepad", "Saved with a byte order mark and Windows' line ends.", _as_notepad(perfect)),
        member("cells_reversed", "The cells stand in the opposite order.", edited(perfect, _reverse)),
        Member("zipped", everything, {"work.zip": _zipped(paper.name, perfect)}, "A zip, and in it a second download."),
    ]  # fmt: skip


def as_colab_saves_it(notebook: NotebookNode) -> NotebookNode:
    """The notebook as Colab writes it: format 4.0, no cell ids but its own metadata, another kernel's name."""
    notebook = copy.deepcopy(notebook)
    notebook.nbformat_minor = 0
    notebook.metadata = nbformat.from_dict(
        {
            "colab": {"provenance": [], "gpuType": "T4"},
            "accelerator": "GPU",
            "kernelspec": {"name": "conda-env-deep-py", "display_name": "Deep"},
            "language_info": {"name": "python"},
            "widgets": {"application/vnd.jupyter.widget-state+json": {}},  # without its state
        }
    )
    for cell in notebook.cells:
        cell.metadata["id"] = cell.pop("id")
        if cell.cell_type == "code":
            cell.metadata["outputId"] = "00000000-0000-0000-0000-000000000000"
    return notebook


def _noisily(question, text: str) -> str:
    return text + "\n" + NOISY + "\n".join(f"{name} = _noisy({name})" for name in names(text))


def _by_module(question, text: str) -> str:
    return text + "\n\n" + "\n".join(f"{name} = mine({name})" for name in names(text))


def _scribbled(notebook: NotebookNode) -> None:
    """A text and two cells that fail behind every third cell."""
    for at in range(len(notebook.cells), 0, -3):
        notebook.cells[at:at] = [
            new_markdown_cell("My own thoughts."),
            new_code_cell("1 / 0"),
            new_code_cell("x = ("),
        ]


def _strip(notebook: NotebookNode) -> None:
    for number, cell in zip(count(), notebook.cells, strict=False):
        cell.metadata, cell.id = NotebookNode(), f"c{number}"


def _reverse(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def _as_notepad(notebook: NotebookNode) -> bytes:
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def _zipped(name: str, notebook: NotebookNode) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"homework/{name.replace('.ipynb', ' (1).ipynb')}", written(notebook))
    return file.getvalue()
