"""Run a lecture, and leave in it what a page without a kernel can show."""

import os
import re
import tempfile
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from sources.course import CourseError

WIDGET = "application/vnd.jupyter.widget-view+json"
LIVE = re.compile(r"[^\n\r]*\r(?!\n)")  # what a progress bar wrote before it wrote the line anew
LONGEST = 600  # seconds a cell
# Python's own notation. A warning that announces a removal is an error; the exception is what
# Jupyter's own kernel says at its start under Python 3.12.
REMOVALS = ",".join((
    "error::DeprecationWarning",
    "error::FutureWarning",
    "ignore:There is no current event loop:DeprecationWarning",
))  # fmt: skip


def execute(notebook: NotebookNode, folder: Path, root: Path) -> None:
    """Execute every cell in place, in a fresh kernel that works in `folder` and imports the helpers of `root`.

    Raises:
        CourseError: a cell fails, with the cell and the error; or the kernel dies.
    """
    with tempfile.TemporaryDirectory() as settings:
        client = NotebookClient(
            notebook,
            timeout=LONGEST,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
        )
        client.extra_arguments = ["--log-level=ERROR"]
        try:
            client.execute(env=_environment(root, settings))
        except CellExecutionError as error:
            raise CourseError(_complaint(notebook, f"{error.ename}: {error.evalue}")) from None
        except (CellTimeoutError, DeadKernelError) as error:
            raise CourseError(_complaint(notebook, str(error).splitlines()[0])) from None
    tidy(notebook)


def _environment(root: Path, settings: str) -> dict[str, str]:
    """The kernel's environment: nothing of the author's own settings reaches the pictures, and what announces a removal is an error."""
    own = ("MPLBACKEND", "MATPLOTLIBRC", "COLUMNS")
    environment = {name: value for name, value in os.environ.items() if name not in own}
    path = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    return environment | {
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONWARNINGS": REMOVALS,
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),  # steady on a busy machine
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": settings,
        "COURSE_EXPLORE": "static",
    }


def _complaint(notebook: NotebookNode, error: str) -> str:
    """The cell that was running, and its error: the last one that has begun."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    begun = [cell for cell in code if cell.execution_count or cell.outputs]
    source = begun[-1].source if begun else "(no cell had begun)"
    return f"This cell failed:\n\n{source}\n\n{error}"


def tidy(notebook: NotebookNode) -> None:
    """Keep what every reader sees the same way: no dead widgets, whole streams, and the figures' alternative text."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # time stamps
        if cell.cell_type != "code":
            continue
        cell.outputs = _merged(output for output in cell.outputs if not _is_dead_widget(output))
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET, None)
            if alt and "image/png" in output.get("data", {}):
                output.metadata.setdefault("image/png", {}).setdefault("alt", alt)


def _is_dead_widget(output: NotebookNode) -> bool:
    """A widget that has nothing to show without its kernel, but its own name."""
    data = output.get("data", {})
    nameless = re.match(r"[A-Z]\w+\(", data.get("text/plain", "A("))  # such as VBox(children=...
    return WIDGET in data and set(data) <= {WIDGET, "text/plain"} and bool(nameless)


def _merged(outputs) -> list[NotebookNode]:
    """Consecutive pieces of one stream as one, with each line as the last carriage return left it."""
    merged: list[NotebookNode] = []
    for output in outputs:
        stream = output.get("name") if output.output_type == "stream" else None
        if stream and merged and merged[-1].get("name") == stream:
            merged[-1].text += output.text
        else:
            merged.append(output)
    for output in merged:
        if output.output_type == "stream":
            output.text = LIVE.sub("", output.text)
    return merged
