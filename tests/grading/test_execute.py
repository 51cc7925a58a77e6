"""What a submission may cost: each limit holds, and the cells that did not break it keep their points."""

import psutil
import pytest
from nbgrader.utils import determine_grade

from grading.execute import ENDLESS, FULL_CELLS, SandboxExecute
from grading.sandbox.jail import jail
from tests.grading.jails import needs_jail
from tests.grading.tiny import graded, notebook

pytestmark = [pytest.mark.slow, needs_jail]  # every test starts a kernel or two


def run(*cells, **limits):
    """The cells after they ran under these limits."""
    whole = notebook(*cells)
    SandboxExecute(**{"timeout": 30, "memory_limit": 800, **limits}).preprocess(whole, {})
    return whole.cells


def error(cell) -> str:
    """What the last error of a cell says; empty where there is none."""
    errors = [output.evalue for output in cell.outputs if output.output_type == "error"]
    return errors[-1] if errors else ""


def points(cell) -> float:
    return determine_grade(cell)[0]


def test_a_cell_that_never_ends_is_interrupted_and_the_kernel_lives_on():
    _, endless, after = run(
        "state = 1",
        graded("a", "state = 2\nwhile True: pass", 1),
        graded("b", "assert state == 2", 1),
        timeout=3,
    )
    assert error(endless) == "it was stopped after 3 s: look for a loop that does not end"
    assert (points(endless), points(after)) == (0, 1)


def test_a_cell_that_swallows_interrupts_is_left_out_of_a_second_run():
    stubborn = (
        "import time\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass"
    )
    _, endless, after = run(
        "state = 1", graded("a", stubborn, 1), graded("b", "assert state == 1", 1), timeout=3
    )
    assert "did not let itself be interrupted" in error(endless)
    assert (points(endless), points(after)) == (0, 1)


HOARD = "hoard = []\nwhile True: hoard.append(b'1' * 10_000_000)"
HOARD_IN_A_CHILD = (
    f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {HOARD!r}], check=True)"
)


@pytest.mark.parametrize("hoard", [HOARD, HOARD_IN_A_CHILD])
def test_memory_is_limited_for_the_kernel_and_its_children_together(hoard: str):
    _, hog, after = run("state = 1", graded("a", hoard, 1), graded("b", "assert state == 1", 1))
    assert error(hog) == "it was stopped because it took more than 800 MiB of memory"
    assert (points(hog), points(after)) == (0, 1)


def test_address_space_alone_is_free():
    (cell,) = run(graded("a", "import mmap\nmap = mmap.mmap(-1, 2**33)", 1))
    assert points(cell) == 1


@pytest.mark.parametrize(
    "end", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)", "exit()"]
)
def test_a_cell_that_ends_the_kernel_costs_its_own_points(end: str):
    before, killer, after = run(
        graded("a", "state = 1", 1), graded("b", end, 1), graded("c", "assert state == 1", 1)
    )
    assert error(killer) == "it ended Python itself: look for exit() or a crash"
    assert [points(cell) for cell in (before, killer, after)] == [1, 0, 1]


def test_a_notebook_is_run_again_only_so_often():
    killer = "import os; os._exit(0)"
    *killers, after = run("state = 1", killer, killer, graded("a", "state", 1), restarts=1)
    assert [error(cell) for cell in killers[1:]] == [
        "it ended Python itself: look for exit() or a crash"
    ] * 2
    assert error(after) == "it was not run: the kernel was stopped 2 times before it"
    assert points(after) == 0


def test_what_a_run_before_said_takes_no_room_of_the_next():
    """A notebook that is run again three times prints what it printed before."""
    killer, full = "import os; os._exit(0)", "print('x' * 800)"
    cells = run(*[full] * (FULL_CELLS // 2), *[killer] * 3, output_limit=1000)
    assert all(cell.outputs[0].text.startswith("xxx") for cell in cells[:-3])


THREADS = """
import threading
gate = threading.Event()
threads = [threading.Thread(target=gate.wait) for _ in range({})]
for thread in threads: thread.start()
gate.set()
"""
CHILDREN = "import subprocess\nfor _ in range({}): subprocess.Popen(['sleep', '60'])\nimport time; time.sleep(5)"


def test_processes_are_limited_and_threads_are_free():
    many, threads = graded("a", CHILDREN.format(30), 1), graded("b", THREADS.format(150), 1)
    few, free = run(many, threads, process_limit=20)
    assert error(few) == "it was stopped because it took more than 20 processes"
    assert (points(few), points(free)) == (0, 1)


def test_a_notebook_has_a_time_limit_of_its_own():
    endless, after = run("while True: pass", graded("a", "1", 1), notebook_timeout=3, timeout=600)
    over = "it was not run: the notebook's 3 s were over"
    assert error(endless) in {
        over,
        *(f"it was stopped after {seconds} s: {ENDLESS}" for seconds in (1, 2, 3)),
    }
    assert error(after) == over
    assert points(after) == 0


def test_a_tag_does_not_skip_a_test():
    test = graded("a", "assert False", 1)
    test.metadata["tags"] = ["skip-execution"]
    assert points(run(test)[0]) == 0


def test_warnings_prints_and_progress_bars_are_no_failure():
    noise = "import sys, warnings\nwarnings.warn('careful')\nprint('50 %', file=sys.stderr)"
    (test,) = run(graded("a", noise, 2))
    assert points(test) == 2
    assert "careful" in test.outputs[0].text  # the student still reads it


@pytest.mark.parametrize(
    ("value", "deserved"), [("0.5", 0.5), ("-1", 0), ("99", 0), ("float('nan')", 0), ("'text'", 2)]
)
def test_only_a_number_from_0_to_the_points_is_partial_credit(value: str, deserved: float):
    (test,) = run(graded("a", value, 2))
    assert points(test) == deserved


def test_what_the_student_displays_in_a_test_is_not_taken_for_the_mark():
    answer = "from IPython.display import display\ndef answer(): display(2)"
    _, test = run(answer, graded("a", "answer()\nassert True", 2))
    assert points(test) == 2


def test_a_flood_of_output_is_cut_and_an_error_in_it_still_counts():
    flood = "for _ in range(3000): print('x' * 1000)\nassert False, 'after the flood'"
    (test,) = run(graded("a", flood, 1), output_limit=10_000)
    assert sum(len(output.get("text", "")) for output in test.outputs) < 11_000
    assert "was left out" in str(test.outputs)
    assert error(test) == "after the flood" and points(test) == 0


def test_no_process_is_left():
    start = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "print(child.pid)"
    )
    (cell,) = run(start, sandbox=False)  # in a sandbox the system sees to it
    pid = int(cell.outputs[0].text)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_who_ends_the_sandbox_costs_no_cell_its_points(monkeypatch: pytest.MonkeyPatch):
    """The warm process is killed when a test's turn comes: the notebook is run again, and nobody is blamed."""
    started = SandboxExecute.preprocess_cell
    ended = []

    def end_once(self, cell, resources, index):
        if index == 1 and not ended:
            ended.append(jail())
            psutil.Process(ended[0].pid).kill()
        return started(self, cell, resources, index)

    monkeypatch.setattr(SandboxExecute, "preprocess_cell", end_once)
    _, test = run("import time", graded("a", "time.sleep(1)", 1))
    assert points(test) == 1 and test.outputs == []
    assert jail() is not ended[0]


def test_figures_are_drawn_as_in_a_notebook():
    _, cell = run(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])", "plt.plot([1, 2])\nplt.show()"
    )
    (picture,) = [output for output in cell.outputs if "image/png" in output.get("data", {})]
    assert picture.data["image/png"].startswith("iVBOR")


def test_a_kernel_cannot_write_to_the_terminal(capfd: pytest.CaptureFixture):
    run("import os\nos.write(1, b'to the terminal'); os.write(2, b'to the terminal')")
    assert capfd.readouterr() == ("", "")
