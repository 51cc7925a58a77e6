"""The step of nbgrader's autograding that runs a submission, with limits: no submission can stop the batch."""

import math
import subprocess
import time
from contextlib import contextmanager
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution
from traitlets import Integer, default

from grading.memory import FamilyWatch

STOPPED = "Stopped"  # the name of the error in a cell that broke a limit or was not run


class LimitedExecute(Execute):
    """Run a submission under limits of time and memory; a cell that breaks one fails, the others keep what they earn.

    A cell that is too slow is interrupted. One that ends the kernel, takes too much memory or does not let itself be
    interrupted fails, and the notebook is run again without it in a new kernel. What stopped a cell is
    written where the student and the instructor read it: as the cell's error.
    """

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

    @default("timeout")
    def _timeout_default(self) -> int:
        return 60

    @default("shutdown_kernel")
    def _shutdown_kernel_default(self) -> str:
        return "immediate"  # nobody waits for a stranger's farewell

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        """Run the notebook's code cells, in place.

        Raises:
            RuntimeError: not even an empty kernel starts within the limits.
        """
        self._deadline = time.monotonic() + self.notebook_timeout
        self._left_out: set[int] = set()  # cells that stopped a kernel
        self._reached: set[int] = set()  # cells that have their result
        for cell in nb.cells:
            cell.metadata.pop("tags", None)  # a student's skip-execution would be a test passed
        for _ in range(1 + self.restarts):
            if self._run_once(nb, resources):
                break
        self._settle(nb)
        return nb, resources

    def _run_once(self, nb: NotebookNode, resources: Any) -> bool:
        """Run the notebook without the cells left out; True when its kernel lived to the end."""
        self._current = None
        try:
            super().preprocess(nb, resources)
        except (DeadKernelError, CellTimeoutError) as problem:
            if self._current is None:
                raise RuntimeError("its kernel did not start within the limits") from problem
            nb.cells[self._current].outputs.append(_stopped(self._why(problem)))
            self._left_out.add(self._current)
            return False
        return True

    def _why(self, problem: Exception) -> str:
        if self._watch.exceeded:
            return f"it was stopped because it took more than {self.memory_limit} MiB of memory"
        if isinstance(problem, CellTimeoutError):
            return "it was stopped because it did not let itself be interrupted"
        return "it ended the kernel"

    @contextmanager
    def setup_kernel(self, **kwargs: Any):
        """Start a kernel that cannot write to the terminal, watched; no process of it is left afterwards."""
        silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with super().setup_kernel(**silence, **kwargs):
            with FamilyWatch(self.km.provisioner.pid, self.memory_limit * 2**20) as self._watch:
                yield

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Run one cell, unless it stopped a kernel before or the notebook's time is up."""
        if index in self._left_out or self._time_left() <= 0:
            return cell, resources
        self._current, self._written = index, 0
        left = max(1, math.ceil(self._time_left()))  # 0 would be no limit for nbclient
        seconds = min(self.timeout, left)
        self.timeout_func = lambda cell: seconds
        self.error_on_timeout = _error(f"it was stopped after {seconds} s")
        done = super().preprocess_cell(cell, resources, index)
        self._reached.add(index)
        return done

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Record an error that the outputs lack; and take `exit()`, which ends the kernel a moment later, for what it is."""
        super().on_cell_executed(**kwargs)
        payloads = kwargs["execute_reply"]["content"].get("payload", [])
        if any(payload.get("source") == "ask_exit" for payload in payloads):
            raise DeadKernelError("the cell called exit()")

    def output(
        self, outs: list[NotebookNode], msg: dict, display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keep an output while the cell has room for it. (`on_cell_executed` puts an error back that had none.)"""
        self._written += len(str(msg["content"]))
        if self._written <= self.output_limit:
            return super().output(outs, msg, display_id, cell_index)
        note = f"[output beyond {self.output_limit} characters was dropped]\n"
        if not any(output.get("text") == note for output in outs):
            outs.append(new_output("stream", name="stdout", text=note))
        return None

    def _time_left(self) -> float:
        return self._deadline - time.monotonic()

    def _settle(self, nb: NotebookNode) -> None:
        """Cells that no run reached fail and say why; test cells are all or nothing."""
        why = "it was not run: " + (
            f"the notebook's {self.notebook_timeout} s were over"
            if self._time_left() <= 0
            else f"the kernel was stopped {len(self._left_out)} times before it"
        )
        for index, cell in enumerate(nb.cells):
            if cell.cell_type == "code" and index not in self._reached | self._left_out:
                cell.outputs = [_stopped(why)]
            if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
                _all_or_nothing(cell)


def _all_or_nothing(test: NotebookNode) -> None:
    """Leave nbgrader nothing but errors to judge by: it takes a warning for a failure, and a displayed value for the mark."""
    for output in test.outputs:
        if output.output_type == "stream":
            output.name = "stdout"
        elif output.output_type == "execute_result":
            output.output_type = "display_data"
            output.pop("execution_count", None)


def _error(why: str) -> dict[str, Any]:
    return {"ename": STOPPED, "evalue": why, "traceback": [f"{STOPPED}: {why}"]}


def _stopped(why: str) -> NotebookNode:
    return new_output("error", **_error(why))
