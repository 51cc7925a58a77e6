"""Cases of marks that are got without the right answers."""

from tests.grading.cases.paper import FLAGGED, NONE, WRONG, Case


def meaning(*lines: str) -> dict[str, str]:
    """An answer to the last question."""
    return {"mean": "\n    ".join(["def mean(numbers):", *lines])}


PARTIAL = [
    Case("three of four", (2, 3, 3), answers=meaning("return sorted(numbers)[len(numbers) // 2]")),
    Case("one of four", (2, 3, 1), answers=meaning("return 0")),
    Case("none of four", (2, 3, 0), answers=meaning("return float('nan')")),
    Case("no numbers", (2, 3, 0), answers=meaning("return 'two'"), says="TypeError"),
    Case("a number displayed", (2, 3, 1), answers=meaning("display(4.0)", "return 0")),
    Case("a number printed", (2, 3, 1), answers=meaning("print(4.0)", "return 0")),
    Case("a result shown by the answer", (2, 3, 1), answers=meaning("import sys", "sys.displayhook(4.0)", "return 0")),
    Case("a lower result shown by the answer", FLAGGED, answers=meaning("import sys", "sys.displayhook(0.5)", "return 0"), says="see which is its own"),
    Case("rounding shown", (2, 3, 3), code="%precision 1", answers=meaning("return sorted(numbers)[len(numbers) // 2]")),
    Case("a sum of one's own", FLAGGED, code="sum = lambda numbers: 4", answers=meaning("return 0")),
    Case("a float of one's own", FLAGGED, code="float = lambda number: 4.0", answers=meaning("return 0")),
    Case("a float that is too large", FLAGGED, code="float = lambda number: 400.0", answers=meaning("return 0"), says="no number from 0 to 4"),
    Case("a way to show numbers", FLAGGED, code="get_ipython().display_formatter.formatters['text/plain'].for_type(float, lambda number, page, cycle: page.text('4.0'))", answers=meaning("return 0")),
    Case("a number to be near to", (2, 3, 0), answers=meaning("return type('Any', (), {'__float__': lambda self: 1 / 0})()")),
]  # fmt: skip

DROP = """\
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Drop())"""
RUN = """\
run = get_ipython().run_cell_async
async def run_cell_async(code, *args, **kwargs):
    return await run("pass" if "assert" in code else code, *args, **kwargs)
get_ipython().run_cell_async = run_cell_async"""
SEND = """\
session = get_ipython().kernel.session
send = session.send
def quiet(stream, kind, content=None, *args, **kwargs):
    if kind == "error":
        return None
    if kind == "execute_reply":
        content = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
    return send(stream, kind, content, *args, **kwargs)
session.send = quiet"""
EQUAL = "class Equal:\n    def __eq__(self, other): return True\n    def __mul__(self, other): return self\ndef double(x):\n    return Equal()"
BEFORE = "def before(info):\n    global near\n    near = lambda *numbers: True\nget_ipython().events.register('pre_run_cell', before)"
TRACE = "import sys\ndef trace(frame, event, argument):\n    if frame.f_code.co_name == 'near': frame.f_locals['tol'] = 10**9\n    return trace\nsys.settrace(trace)"
JUDGE = [
    Case("a helper's name", FLAGGED, code="near = lambda *numbers: True", answers=WRONG),
    Case("a helper's code", FLAGGED, code="near.__code__ = (lambda a, b, tol=1: True).__code__", answers=WRONG),
    Case("a helper's defaults", FLAGGED, code="near.__defaults__ = (10.0**9,)", answers=WRONG),
    Case("a helper's constant", FLAGGED, code="TOLERANCE = 10.0**9", answers=WRONG),
    Case("what a helper calls", FLAGGED, code="math.isclose = lambda *numbers, **k: True", answers=WRONG),
    Case("a helper, patched by an answer", FLAGGED, answers=WRONG | {"add": "def add(a, b):\n    global near\n    near = lambda *numbers: True\n    return 0"}),
    Case("a transformer of programs", FLAGGED, code=DROP, answers=WRONG),
    Case("a transformer of texts", FLAGGED, code="get_ipython().input_transformers_post.append(lambda lines: [])", answers=WRONG),
    Case("a transformer that cleans up", FLAGGED, code="get_ipython().input_transformer_manager.cleanup_transforms.append(lambda lines: ['pass'] if 'assert' in ''.join(lines) else lines)", answers=WRONG),
    Case("a callback before each cell", FLAGGED, code=BEFORE, answers=WRONG),
    Case("IPython's way to run cells", NONE, code=RUN, answers=WRONG),
    Case("the kernel's messages", FLAGGED, code=SEND, answers=WRONG),
    Case("an answer that is equal to everything", FLAGGED, answers={"double": EQUAL}),
    Case("the library's value that is equal to everything", FLAGGED, answers={"double": "from unittest import mock\nclass Any(type(mock.ANY)):\n    __rmul__ = lambda *a: 0\ndef double(x):\n    return mock.ANY"}),
    Case("a trace", FLAGGED, code=TRACE, answers=WRONG),
    Case("modules replaced before the set-up", FLAGGED, first="import math\nmath.isclose = lambda *numbers, **k: True", answers=WRONG),
    Case("a module in another's place", FLAGGED, first="import sys, types\nsys.modules['math'] = types.SimpleNamespace(isclose=lambda *numbers, **k: True)", answers=WRONG),
    Case("modules that shadow the library's", NONE, answers=WRONG, files={"math.py": "isclose = lambda *numbers, **k: True", "assert.py": ""}),
    Case("a start-up file", NONE, answers=WRONG, files={".ipython/profile_default/startup/a.py": "near = lambda *a: True", "sitecustomize.py": "1 / 0", "ipython_kernel_config.py": "c.IPKernelApp.exec_lines = ['near = print']"}),
    Case("errors that are not shown", NONE, code="get_ipython().showtraceback = lambda *a, **k: None", answers=WRONG),
    Case("errors that are handled", NONE, code="get_ipython().set_custom_exc((Exception,), lambda *a, **k: [])", answers=WRONG),
    Case("a child that goes on alone", NONE, code="import os\nif os.fork():\n    os._exit(0)\nnear = lambda *a: True", answers=WRONG),
    Case("answers that end the cell", NONE, answers={name: f"def {name}(*a):\n    raise SystemExit(0)" for name in WRONG}),
    Case("answers that interrupt", NONE, answers={name: f"def {name}(*a):\n    raise KeyboardInterrupt" for name in WRONG}),
]  # fmt: skip
