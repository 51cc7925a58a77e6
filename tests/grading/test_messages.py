"""What a kernel may say: a student's code can send any message, as large and as odd as it likes."""

from functools import partial

import nbformat
import pytest

from grading import pool, worker
from grading.execute import FULL_CELLS, SandboxExecute
from tests.grading.jails import needs_jail
from tests.grading.tiny import graded, notebook

pytestmark = [pytest.mark.slow, needs_jail]

TEST = graded("a", "assert True", 1)
SEND = (
    "kernel = get_ipython().kernel\n"
    "def send(kind, content, socket=kernel.iopub_socket, **more):\n"
    "    kernel.session.send(socket, kind, content, parent=kernel.get_parent(), ident=b'x', **more)\n"
)
FLOODS = {
    "widgets": "import ipywidgets\nw = [ipywidgets.Text(value='y' * 2**20) for _ in range(20)]",
    "updates": "hs = [display('x', display_id=True) for _ in range(5)]\nfor h in hs: h.update('y' * 2**22)",
    "one update of many": "hs = [display('x', display_id='same') for _ in range(500)]\nhs[0].update('y' * 100_000)",
    "a long name": "raise type('E' * 2**22, (Exception,), {})('x')",
    "a long state": SEND + "send('status', {'execution_state': 'b' * 2**22, 'execution_count': 'z' * 2**22})",
    "questions": SEND + "send('x', {}, kernel.stdin_socket, buffers=[bytes(2**22)] * 4)",
}  # fmt: skip
ODD = {
    "a number for a text": "class A:\n    def _repr_mimebundle_(self, **k): return {'text/plain': 5}\nA()",
    "no traceback": "class X(Exception):\n    def _render_traceback_(self): return None\nraise X",
    "no state": SEND + "send('status', {})",
    "a list": SEND + "send('display_data', [])",
    "no output": SEND + "send('stream', {})",
    "no signature": "get_ipython().kernel.iopub_socket.send_multipart([b'x'])",
    "another's signature": "get_ipython().kernel.session.key = b'x'",
    "no payload": "get_ipython().payload_manager._payload = ['x']",
    "half a letter": SEND + "send('stream', b'{\"name\": \"stdout\", \"text\": \"\\\\ud83d\"}')",
    "no count": SEND + "send('execute_input', {'execution_count': 'x', 'code': ''})",
}  # fmt: skip
BOMB = (  # 20 MiB on the wire, thirty times as much as Python's lists
    SEND + "send('status', b'{\"execution_state\":\"busy\",\"x\":[' + b','.join([b'[0]'] * 12 * 2**20) + b']}')"
)  # fmt: skip


def run(*cells, **limits) -> nbformat.NotebookNode:
    whole = notebook(*cells)
    SandboxExecute(**{"timeout": 30, "memory_limit": 1500, **limits}).preprocess(whole, {})
    return whole


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_no_flood_is_kept_and_what_comes_after_it_counts(flood: str):
    whole = run(flood, TEST, output_limit=50_000)
    assert len(nbformat.writes(whole)) < 150_000
    assert whole.cells[-1].outputs == [] and "widgets" not in whole.metadata


@pytest.mark.parametrize("end", ["", ", flush=True"], ids=["one message", "two messages"])
def test_many_full_cells_are_cut_but_never_a_test(end: str):
    """The kernel sends what is printed in one message or in more, as its clock has it."""
    limit, size = 1000, 700  # characters; a message is more than its text
    full = f"print('x' * {size}{end})\nprint()"
    shown = graded("b", f"print('y' * {size}{end})\n1", 1)
    whole = run(*[full] * (FULL_CELLS * limit // size), shown, output_limit=limit)
    texts = ["".join(o.get("text", "") for o in cell.outputs) for cell in whole.cells]
    assert sum(text.count("x") for text in texts) <= FULL_CELLS * limit
    assert texts[-2] == f"[output beyond the notebook's {FULL_CELLS * limit} characters was left out; that costs no points]\n"  # fmt: skip
    assert texts[-1].startswith("yyy")
    assert [o.data["text/plain"] for o in whole.cells[-1].outputs if "data" in o] == ["1.0"]


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_what_is_no_output_is_dropped(odd: str):
    whole = run(odd, TEST)
    nbformat.validate(whole)
    assert whole.cells[-1].outputs == []


def test_a_worker_that_a_kernel_fills_ends_alone():
    """Its other submissions have their outcome; one that fills every worker has none."""
    bomb, honest = (worker.Task(nbformat.writes(notebook(code, TEST)).encode()) for code in (BOMB, "1"))  # fmt: skip
    tasks = [("first", honest), ("bomb", bomb), ("last", honest)]
    results = dict(pool.run_all(tasks, worker.run, partial(pool.local_pool, 1), 1))
    assert isinstance(results["first"], worker.Outcome) and isinstance(results["last"], worker.Outcome)  # fmt: skip
    assert isinstance(results["bomb"], Exception)
