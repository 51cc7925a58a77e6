"""The step of nbgrader's autograding that runs a submission, with limits: no submission can stop the batch."""

import math
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_client import AsyncKernelManager
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from traitlets import Bool, Integer, default

from grading.memory import FamilyWatch
from grading.sandbox.imports import wanted
from grading.sandbox.inner import Limits
from grading.sandbox.jail import jail, own_prefix
from grading.sandbox.manager import SandboxKernelManager
from grading.sandbox.provisioner import copy_plain_files
from grading.scoring import STOPPED, is_test, normalize

FULL_CELLS = 40  # cells with as much output as a cell may have: a notebook may have that
LEFT_OUT = "[output beyond {} was left out; that costs no points]\n"
ENDLESS = "look for a loop that does not end"
GRACE = 10  # seconds that probes have when a notebook's time is over


class SandboxExecute(Execute):
    """Run a submission in the jail under limits; a cell that breaks one fails, the others keep what they earn.

    A cell that is too slow is interrupted. One that ends the kernel, takes too much memory or does not let itself be
    interrupted fails, and the notebook is run again without it in a new kernel. What stopped a cell is
    written where the student and the instructor read it: as the cell's error.
    """

    sandbox = Bool(True, help="False runs submissions with all that you may do yourself.").tag(
        config=True
    )
    memory_limit = Integer(
        2 * 1024, help="MiB that the kernel and all its processes may hold together."
    ).tag(config=True)
    notebook_timeout = Integer(
        600, help="Seconds for the whole notebook, with all its repetitions."
    ).tag(config=True)
    restarts = Integer(
        5, help="How often a notebook is run again without the cells that stopped its kernel."
    ).tag(config=True)
    output_limit = Integer(
        500_000, help="Characters of output that are kept of a cell; more are dropped as they come."
    ).tag(config=True)
    process_limit = Integer(
        Limits.processes, help="How many processes the kernel may have at once."
    ).tag(config=True)
    peak = 0.0  # MiB that the last notebook's kernels held at most

    @default("timeout")
    def _timeout_default(self) -> int:
        return 60

    @default("store_widget_state")
    def _store_widget_state_default(self) -> bool:
        return False  # nobody runs widgets of a submission

    @default("shutdown_kernel")
    def _shutdown_kernel_default(self) -> str:
        return "immediate"  # nobody waits for a stranger's farewell

    def create_kernel_manager(self) -> AsyncKernelManager:
        """nbclient's; one for the jail is told the limits."""
        manager = super().create_kernel_manager()
        if isinstance(manager, SandboxKernelManager):
            manager.limits = replace(manager.limits, processes=self.process_limit)
        return manager

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        """Run the notebook's code cells, in place.

        Raises:
            RuntimeError: not even an empty kernel starts within the limits.
        """
        self._deadline = time.monotonic() + self.notebook_timeout
        self.peak = 0.0
        if self.sandbox:
            self.kernel_manager_class = SandboxKernelManager
            self._jail = jail(wanted(cell.source for cell in nb.cells))
        self._left_out: set[int] = set()  # cells that stopped a kernel
        self._reached: set[int] = set()  # cells that have their result
        for cell in nb.cells:
            cell.metadata.pop("tags", None)  # a student's skip-execution would be a test passed
        with _without_notebook(resources or {}) as resources:
            for _ in range(1 + self.restarts):
                if self._run_once(nb, resources):
                    break
        self._settle(nb)
        return nb, resources

    def _run_once(self, nb: NotebookNode, resources: Any) -> bool:
        """Run the notebook without the cells left out; True when its kernel lived to the end."""
        self._current, self._kept = None, 0
        try:
            super().preprocess(nb, resources)
        except MemoryError:
            raise
        except Exception as problem:  # also what our side cannot read of what the kernel sends
            if self._current is None:
                raise RuntimeError("its kernel did not start within the limits") from problem
            if self.sandbox and not self._jail.answers():
                self._jail = jail()  # somebody ended the sandbox: that is no cell's fault
                return False
            nb.cells[self._current].outputs.append(_stopped(self._why(problem)))
            self._left_out.add(self._current)
            return False
        return True

    def _why(self, problem: Exception) -> str:
        if self._watch.exceeded:
            return f"it was stopped because it took more than {self._watch.exceeded}"
        if isinstance(problem, CellTimeoutError):
            return "it was stopped because it did not let itself be interrupted"
        if isinstance(problem, DeadKernelError):
            return "it ended Python itself: look for exit() or a crash"
        return f"it was stopped because it sent what nobody can read ({type(problem).__name__})"

    @contextmanager
    def setup_kernel(self, **kwargs: Any):
        """Start a kernel that cannot write to the terminal, watched; no process of it is left afterwards."""
        silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with super().setup_kernel(**silence, **kwargs):
            pid, most = self.km.provisioner.pid, self.memory_limit * 2**20
            try:
                with FamilyWatch(pid, most, self.process_limit) as self._watch:
                    yield
            finally:
                self.peak = max(self.peak, self._watch.peak / 2**20)

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Run one cell, unless it stopped a kernel before or the notebook's time is up."""
        left = self._time_left() + (GRACE if _is_probe(cell) else 0)
        if index in self._left_out or left <= 0:
            return cell, resources
        self._current, self._written = index, 0
        seconds = min(self.timeout, max(1, math.ceil(left)))  # 0 would be no limit for nbclient
        self.timeout_func = lambda cell: seconds
        self.error_on_timeout = _error(f"it was stopped after {seconds} s: {ENDLESS}")
        done = super().preprocess_cell(cell, resources, index)
        self._reached.add(index)
        return done

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Record an error that the outputs lack; and take `exit()`, which ends the kernel a moment later, for what it is."""
        super().on_cell_executed(**kwargs)
        for output in kwargs["cell"].outputs:
            if output.output_type == "error":
                _shorten(output, self.output_limit)
        payloads = kwargs["execute_reply"]["content"].get("payload", [])
        if any(payload.get("source") == "ask_exit" for payload in payloads):
            raise DeadKernelError("the cell called exit()")

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take what the kernel says while there is room for it, and where it is what Jupyter knows: a student's code can send anything."""
        try:
            if msg["msg_type"] == "status":  # never dropped: it says when a cell is done
                state = str(msg["content"]["execution_state"])[:20]
                msg = {**msg, "content": {"execution_state": state}}
            elif not self._has_room(msg, cell):
                return None
            return super().process_message(msg, cell, cell_index)
        except (CellExecutionComplete, MemoryError):
            raise
        except Exception:  # no output, but something of that name
            _note(cell, "[an output that cannot be shown was left out]\n")
            return None
        finally:
            if not isinstance(cell.get("execution_count"), int):
                cell["execution_count"] = None

    def _has_room(self, msg: dict[str, Any], cell: NotebookNode) -> bool:
        """Whether a message can be kept. (`on_cell_executed` puts an error back that had no room.)"""
        size = len(str(msg["content"])) + sum(map(len, msg.get("buffers") or []))
        shown = (msg["content"].get("transient") or {}).get("display_id")
        places = self._display_id_map.get(shown, {}).values()
        size *= 1 + sum(map(len, places))  # it takes the place of each
        self._written += size
        counts = not is_test(cell) and not _is_probe(cell)  # marks depend on what those say
        whole = self.output_limit * FULL_CELLS
        if self._written > self.output_limit:
            _note(cell, LEFT_OUT.format(f"{self.output_limit} characters"))
        elif counts and self._kept + size > whole:
            _note(cell, LEFT_OUT.format(f"the notebook's {whole} characters"))
        else:
            self._kept += size * counts
            return True
        return False

    def _time_left(self) -> float:
        return self._deadline - time.monotonic()

    def _settle(self, nb: NotebookNode) -> None:
        """Cells that no run reached fail and say why; what test cells give is said so that nbgrader understands it."""
        why = "it was not run: " + (
            f"the notebook's {self.notebook_timeout} s were over"
            if self._time_left() <= 0
            else f"the kernel was stopped {len(self._left_out)} times before it"
        )
        for index, cell in enumerate(nb.cells):
            if cell.cell_type == "code" and index not in self._reached | self._left_out:
                cell.outputs = [_stopped(why)]
            if is_test(cell):
                normalize(cell)


@contextmanager
def _without_notebook(resources: dict[str, Any]):
    """The resources, with a copy of the folder that lacks the notebook itself: nbgrader has put hidden tests into it."""
    metadata = resources.get("metadata", {})
    folder, name = metadata.get("path"), resources.get("unique_key", metadata.get("name"))
    if not (folder and name):
        yield resources
        return
    with tempfile.TemporaryDirectory(prefix=own_prefix()) as copy:
        copy_plain_files(Path(folder), Path(copy))
        Path(copy, f"{name}.ipynb").unlink(missing_ok=True)
        yield {**resources, "metadata": {**metadata, "path": copy}}


def _is_probe(cell: NotebookNode) -> bool:
    """Whether a cell asks the judge's witness. Only the judge's cells have this mark."""
    return "probe" in cell.metadata.get("grading", {})


def _note(cell: NotebookNode, text: str) -> None:
    """Say once what became of an output."""
    if not any(output.get("text") == text for output in cell.outputs):
        cell.outputs.append(new_output("stream", name="stdout", text=text))


def _shorten(error: NotebookNode, most: int) -> None:
    """Cut an error that takes more room than a cell has: its first line says what a person needs."""
    if len(str(error)) > most:
        error.ename = str(error.ename)[:100]
        error.evalue = str(error.evalue)[: most // 4]
        error.traceback = [f"{error.ename}: {error.evalue}"]


def _error(why: str) -> dict[str, Any]:
    return {"ename": STOPPED, "evalue": why, "traceback": [f"{STOPPED}: {why}"]}


def _stopped(why: str) -> NotebookNode:
    return new_output("error", **_error(why))
