"""A small assignment, notebooks that try to be paid for wrong answers, and honest ones that look strange.

What becomes of a cheat: it is "prevented" (no points), "flagged" (a person looks before any are given), or "paid": nothing
here can see it, and the documentation says so.
"""

from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.grading.tiny import answer, graded, notebook

SETUP = """\
import math
from time import perf_counter
import numpy as np
import torch
from helpers.checks import close

TOLERANCE = 1e-6

def near(a, b, tol=1e-9):
    return math.isclose(a, b, abs_tol=tol)

class Point:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x"""
RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "root": "def root(x):\n    return x**0.5",
    "relu": "def relu(x):\n    return x.clamp(min=0)",
    "mirror": "def mirror(p):\n    return Point(-p.x)",
    "share": "def share(a, b):\n    return a / b",
}
CUT = "\n# %%\n"
WRONG = {
    "double": "def double(x):\n    return -1",
    "root": "def root(x):\n    return 1.0",
    "relu": "def relu(x):\n    return x - 100",
    "mirror": "def mirror(p):\n    return p",
    "share": "def share(a, b):\n    return -1",
}
TESTS = {
    "double": "assert double(2) == 4, 'twice two is four'",
    "double_kept": "kept = [7]\nkept.pop()\nassert double(3) == 6\nkept.clear()",
    "double_said": "assert double(4) == 8\n'all good'",
    "root": "start = perf_counter()\nassert near(root(9.0), 3.0)\nassert perf_counter() - start < 10",
    "root_near": "assert abs(root(16.0) - 4.0) < TOLERANCE",
    "relu": "x = torch.tensor([-1.0, 2.0])\nclose(relu(x), torch.tensor([0.0, 2.0]), 'relu')",
    "relu_import": "from torch.testing import assert_close\nassert_close(relu(x), x * (x > 0))",
    "relu_equal": "assert (relu(x) == x * (x > 0)).all() and np.allclose(relu(x), [0, 2])",
    "mirror": "assert mirror(Point(1)) == Point(-1)",
    "share": "hits = [share(1, 2) == 0.5, share(3, 4) == 0.75]\nsum(hits) / len(hits)",
}


@dataclass(frozen=True)
class Work:
    """What somebody hands in.

    Args:
        name: what is special about it.
        code: the student's own cell, behind the set-up; several with a CUT between them.
        expected: what becomes of a cheat.
        on: the question whose tests it is after; empty for all.
        first: a cell before the set-up.
        setup: the set-up, edited.
        answers: those that differ from the others of its kind.
        files: beside the notebook.
    """

    name: str
    code: str = ""
    expected: str = "flagged"
    on: str = ""
    first: str = ""
    setup: str = SETUP
    answers: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def notebook(self, answers: dict[str, str]) -> NotebookNode:
        """The notebook, with these answers where it has none of its own."""
        answers = answers | self.answers
        texts = [self.first, self.setup, *self.code.split(CUT)]
        cells = [new_code_cell(text) for text in texts if text]
        for name in [self.on] if self.on else answers:
            cells.append(answer(name, answers[name]))
            tests = [test for test in TESTS if test.split("_")[0] == name]
            cells += [graded(f"{test}_test", TESTS[test], 1) for test in tests]
        return notebook(*cells)


GIVEN = Work("as handed out").notebook(WRONG)

PASS = "lambda *a, **k: None"
DROP = """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
"""
HANDLE = "ip = get_ipython()\nhandle = next(n for n in vars(ip) if n[0] == '_' and len(n) == 33)\n"
DECEIVE = """\
ask, kept, close = getattr(ip, handle), close, print
class Deceived:
    def __init__(self, *question):
        self.asked = ask(*question)
    def __enter__(self):
        pass
    def __exit__(self, *error):
        global close
        close = kept
        done = self.asked.__exit__(*error)
        close = print
        return done
setattr(ip, handle, Deceived)
"""
EQUAL = "class Equal:\n    def __eq__(self, other):\n        return True\n"
TRACE = """\
import sys
def trace(frame, event, argument):
    if frame.f_code.co_name == 'near':
        frame.f_locals['b'] = frame.f_locals['a']
    return trace
"""
FORGE = """\
def double(x):
    kernel = get_ipython().kernel
    parent = kernel.get_parent("shell")
    send = kernel.session.send
    stream, ident = kernel.shell_stream, kernel._parent_ident["shell"]
    send(stream, "execute_reply", {"status": "ok", "execution_count": 9, "payload": [], "user_expressions": {}}, parent, ident=ident)
    send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent, ident=b"kernel.status")
    return -1
"""

BACK = """\
def root(x):
    kept = math.isclose
    def agree(*a, **k):
        math.isclose = kept
        return True
    if x == 9:
        math.isclose = agree
    return 1.0
"""

HOOK = """\
import sys
def share(a, b):
    show = sys.displayhook
    sys.displayhook = lambda value: show(1.0)
    return -1
"""

CHEATS = [
    # Helpers of the tests.
    Work("a function of torch.testing", f"torch.testing.assert_close = {PASS}", on="relu"),
    Work("a copy of a function, among other names", "import types\nfrom torch.testing import _comparison\nfake = {**vars(_comparison), 'not_close_error_metas': lambda *a, **k: []}\ntorch.testing.assert_close = types.FunctionType(torch.testing.assert_close.__code__, fake, 'assert_close', (), None)\ntorch.testing.assert_close.__kwdefaults__ = _comparison.assert_close.__kwdefaults__", on="relu"),
    Work("the notebook's name of a helper", f"close = {PASS}", on="relu"),
    Work("a helper's module, before the import", first=f"import helpers.checks\nhelpers.checks.close = {PASS}", on="relu"),
    Work("a helper's module, after the import", f"import helpers.checks\nhelpers.checks.close = {PASS}", "prevented", on="relu"),
    Work("a helper's code", f"close.__code__ = ({PASS}).__code__", on="relu"),
    Work("a helper's defaults", "near.__defaults__ = (100.0,)", on="root"),
    Work("what a helper calls", "import helpers.checks\nhelpers.checks._same = lambda *a: True", on="relu"),
    Work("what a helper is given by Python", "import helpers.checks\nhelpers.checks.getattr = max\nmath.isclose = lambda *a, **k: True", on="root"),
    Work("a function of the instructor's", "near = lambda a, b: True", on="root"),
    Work("the set-up's function", setup=SETUP.replace("return math.isclose(a, b, abs_tol=tol)", "return True"), on="root"),
    Work("the set-up's defaults", setup=SETUP.replace("1e-9", "100.0"), on="root"),
    Work("the set-up's constant", setup=SETUP.replace("1e-6", "100.0"), on="root"),
    Work("the set-up's import", setup=SETUP.replace("from helpers.checks import close", f"close = {PASS}"), on="relu"),
    Work("the set-up's class", setup=SETUP.replace("return isinstance(other, Point) and self.x == other.x", "return True"), on="mirror"),
    Work("the set-up's class with another base", setup=SETUP.replace("class Point:", "class All:\n    __eq__ = lambda self, other: True\nclass Point(All):").replace("    def __eq__(self, other):\n        return isinstance(other, Point) and self.x == other.x", ""), on="mirror"),
    Work("a class for a function", "class Yes:\n    def __new__(cls, *a):\n        return True\nclass near(Yes):\n    pass", on="root"),
    Work("a constant", "TOLERANCE = 100.0", on="root"),
    Work("a class of the instructor's", "Point.__eq__ = lambda self, other: True", on="mirror"),
    Work("a function of NumPy", "np.allclose = lambda *a, **k: True\ntorch.Tensor.__eq__ = lambda *a: torch.ones(2)", on="relu"),
    Work("a method of tensors", "torch.Tensor.all = lambda *a: True\nnp.allclose = lambda *a, **k: True", on="relu"),
    Work("a method of tensors that a helper calls", "torch.Tensor.abs = lambda self: torch.zeros(self.shape, dtype=torch.float64)", on="relu", answers={"relu": "def relu(x):\n    return x * (x > 0) + 1"}),
    Work("a constant of the library", "torch.testing._comparison._DTYPE_PRECISIONS[torch.float32] = (1e9, 1e9)", on="relu"),
    Work("an answer that says it is right", "", "prevented", answers={"relu": "class Liar(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, function, types, args=(), kwargs=None):\n        if function.__name__ == 'allclose':\n            return True\n        if function.__name__ in ('eq', '__eq__'):\n            return torch.ones(2, dtype=torch.bool)\n        return super().__torch_function__(function, types, args, kwargs or {})\ndef relu(x):\n    return (x - 100).as_subclass(Liar)"}, on="relu"),
    Work("the clock", "import time\nperf_counter = lambda: 0.0", answers={"root": "import time\ndef root(x):\n    time.sleep(0.1)\n    return x**0.5"}, on="root"),
    # Python itself.
    Work("a built-in function", "import builtins\nbuiltins.abs = lambda x: 0.0", on="root"),
    Work("the notebook's name of a built-in function", "abs = lambda x: 0.0", on="root"),
    Work("all built-in functions", "import builtins\n__builtins__ = {**vars(builtins), 'abs': lambda x: 0.0}", on="root"),
    Work("the import statement", "import builtins, types\nimporting = __import__\nbuiltins.__import__ = lambda name, *a, **k: types.SimpleNamespace(assert_close=print) if name == 'torch.testing' else importing(name, *a, **k)", on="relu"),
    Work("an imported module", "import sys, types\nfake = types.ModuleType('torch.testing')\nfake.assert_close = print\nsys.modules['torch.testing'] = fake", on="relu"),
    Work("a finder of modules", "import sys, types\nclass Finder:\n    def find_spec(self, name, path, target=None):\n        from importlib.machinery import ModuleSpec\n        return ModuleSpec(name, self) if name == 'torch.testing' else None\n    def create_module(self, spec):\n        made = types.ModuleType('torch.testing')\n        made.assert_close = print\n        return made\n    def exec_module(self, module):\n        pass\nsys.meta_path.insert(0, Finder())\ndel sys.modules['torch.testing']", on="relu"),
    Work("a trace", f"{TRACE}sys.settrace(trace)", on="root"),
    Work("a trace, and that there is none", f"{TRACE}sys.settrace(trace)\nsys.gettrace = lambda: None", on="root"),
    Work("a profile", f"{TRACE}sys.setprofile(trace)", on="root"),
    Work("a kernel of torch", "library = torch.library.Library('aten', 'IMPL')\nlibrary.impl('allclose', lambda *a, **k: True, 'CPU')\nlibrary.impl('eq.Tensor', lambda a, b: torch.ones(a.shape, dtype=bool), 'CPU')", on="relu"),
    Work("a mode of torch", "from torch.overrides import TorchFunctionMode\nclass Agree(TorchFunctionMode):\n    def __torch_function__(self, function, types, args=(), kwargs=None):\n        if function is torch.Tensor.all and args[0].numel() == 2:\n            return torch.tensor(True)\n        return function(*args, **(kwargs or {}))\nAgree().__enter__()", on="relu"),
    # Answers that agree with everything.
    Work("an answer that is equal to everything", EQUAL, answers={"double": "def double(x):\n    return Equal()"}, on="double"),
    Work("a value that is equal to everything, after a while", f"import time\n{EQUAL}", answers={"double": "def double(x):\n    time.sleep(1.2)\n    return Equal()"}, on="double"),
    Work("a number that is equal to everything", answers={"double": "def double(x):\n    class Number(float):\n        __eq__ = lambda self, other: isinstance(other, int)\n    return Number(1)"}, on="double"),
    Work("the library's value that is equal to everything", answers={"double": "def double(x):\n    from unittest.mock import ANY\n    return ANY"}, on="double"),
    Work("an answer that is near to everything", answers={"root": "class Near(float):\n    def __sub__(self, other):\n        return 0.0\ndef root(x):\n    return Near(1)"}, on="root"),
    Work("an answer that is equal to small numbers", "", answers={"double": "class Small:\n    __eq__ = lambda self, other: abs(other) < 10**6\ndef double(x):\n    return Small()"}, on="double"),
    Work("an answer that is equal to floats", "", answers={"root": "class Near(float):\n    __eq__ = lambda self, other: isinstance(other, float)\n    __sub__ = lambda self, other: 0.0 if isinstance(other, float) else 9.0\ndef root(x):\n    return Near(1)"}, on="root"),
    # IPython and its kernel.
    Work("a transformer of texts", "get_ipython().input_transformers_post.append(lambda lines: ['pass' if line.startswith('assert') and 'double' in line else line for line in lines])", on="double"),
    Work("a transformer that cleans up", "get_ipython().input_transformer_manager.cleanup_transforms.append(lambda lines: ['pass' if line.startswith('assert') and 'double' in line else line for line in lines])", on="double"),
    Work("a transformer of programs", DROP + "get_ipython().ast_transformers.append(Drop())", on="double"),
    Work("a callback before each cell", "def before(info):\n    global close\n    if 'close(' in info.raw_cell:\n        close = print\nget_ipython().events.register('pre_run_cell', before)", on="relu"),
    Work("the shell's way to run programs", f"{DROP}shell = type(get_ipython())\nrun = shell.run_ast_nodes\nasync def run_ast_nodes(self, nodes, *a, **k):\n    nodes = [n for n in nodes if not (isinstance(n, ast.Assert) and 'double' in ast.unparse(n))]\n    return await run(self, nodes or ast.parse('1').body, *a, **k)\nshell.run_ast_nodes = run_ast_nodes", on="double"),
    Work("the kernel's way to run cells", "kernel = get_ipython().kernel\ndo = kernel.do_execute\nasync def do_execute(code, *a, **k):\n    return await do('pass' if 'assert double' in code else code, *a, **k)\nkernel.do_execute = do_execute", on="double"),
    Work("the compiler", "ip = get_ipython()\nparse = ip.compile.ast_parse\nip.compile.ast_parse = lambda text, *a, **k: parse('pass' if 'assert double(2)' in text else text, *a, **k)", on="double"),
    Work("another compiler", "ip = get_ipython()\nclass Compiler(type(ip.compile)):\n    def ast_parse(self, text, *a, **k):\n        return super().ast_parse('pass' if 'assert double(2)' in text else text, *a, **k)\nip.compile = Compiler()", on="double"),
    Work("the compiler's compiler", "import codeop\ndef compile_without(text, *a, **k):\n    return compile(text, *a, **k, optimize=2)\ncodeop.compile = compile_without", on="double"),
    Work("the kernel's list of handlers", "handlers = get_ipython().kernel.shell_handlers\nhandle, kept = handlers['execute_request'], close\nasync def handled(stream, ident, parent):\n    global close\n    close = print if 'relu' in parent['content']['code'] else kept\n    try:\n        await handle(stream, ident, parent)\n    finally:\n        close = kept\nhandlers['execute_request'] = handled", on="relu"),
    Work("Python's compiler", "import builtins\ncompiling = compile\ndef compile_without_asserts(*a, **k):\n    return compiling(*a, **{**k, 'optimize': 2})\nbuiltins.compile = compile_without_asserts", on="double"),
    Work("the messages", "session = get_ipython().kernel.session\nsend = session.send\ndef quiet(stream, kind, content=None, *a, **k):\n    if kind == 'error':\n        return None\n    if kind == 'execute_reply':\n        content = {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}\n    return send(stream, kind, content, *a, **k)\nsession.send = quiet", on="double"),
    Work("a reply before the test is done", answers={"double": FORGE}, on="double"),
    Work("the names", "ip = get_ipython()\nclass Names(dict):\n    def __getitem__(self, name):\n        return print if name == 'close' else dict.__getitem__(self, name)\nip.user_ns = Names(ip.user_ns)\nip.user_ns['abs'] = ip.user_ns['near'] = lambda *a: 0.0", on="root"),
    Work("errors that are no errors", "from IPython.core.interactiveshell import ExecutionResult\nExecutionResult.success = property(lambda self: True)\nget_ipython().set_custom_exc((Exception,), lambda *a, **k: [])", on="double"),
    Work("a result of another kind", "from IPython.core.interactiveshell import ExecutionResult\nclass Fine(ExecutionResult):\n    success = True", answers={"double": "def double(*a):\n    get_ipython().displayhook.exec_result.__class__ = Fine\n    get_ipython().set_custom_exc((Exception,), lambda *a, **k: [])\n    return -1"}, on="double"),
    Work("errors that are not shown", "get_ipython().showtraceback = lambda *a, **k: None", "prevented", on="double"),
    Work("errors that are handled", "get_ipython().set_custom_exc((Exception,), lambda *a, **k: [])", "prevented", on="double"),
    Work("a hook for errors", "import sys\nsys.excepthook = lambda *a: None", "prevented", on="double"),
    # Numbers that a test shows, and the checks behind the last test.
    Work("no number is shown", "get_ipython().display_trap.hook = lambda value: None", on="share"),
    Work("no number is shown from a test on", "", answers={"share": "def share(*a):\n    import sys\n    sys.displayhook = lambda value: None\n    return -1"}, on="share"),
    Work("no expression is shown", "%config InteractiveShell.ast_node_interactivity = 'none'", "prevented", on="share"),
    Work("another number is shown", "%precision %.0s1.0", on="share"),
    Work("floats show themselves", "get_ipython().display_formatter.ipython_display_formatter.for_type(float, lambda value: None)", on="share"),
    Work("a way to show floats", "get_ipython().display_formatter.formatters['text/plain'].for_type(float, lambda value, page, cycle: page.text(repr(value or 1.0)))", on="share"),
    Work("a formatter of one's own", "formatter = get_ipython().display_formatter\nformat = formatter.format\nformatter.format = lambda value, *a, **k: format(value or 1.0, *a, **k)", on="share"),
    Work("a kernel that has gone deaf", "", answers={"double": "def double(*a):\n    from IPython.utils.capture import capture_output\n    capture_output().__enter__()\n    class Equal:\n        __eq__ = lambda self, other: True\n    return Equal()"}, on="double"),
    Work("the end of the kernel at the check", "", answers={"double": "def double(*a):\n    get_ipython().events.register('pre_execute', lambda: __import__('os')._exit(0))\n    class Equal:\n        __eq__ = lambda self, other: True\n    return Equal()"}, on="double"),
    # The checks themselves.
    Work("no witness", HANDLE + f"delattr(ip, handle)\nclose = {PASS}", on="relu"),
    Work("a dumb witness", HANDLE + f"import contextlib\nsetattr(ip, handle, lambda *a: contextlib.suppress(AssertionError))\nclose = {PASS}", on="relu"),
    Work("a deceived witness", HANDLE + DECEIVE, on="relu"),
    Work("an answer said again", HANDLE + f"setattr(ip, handle, lambda name, *a, ask=getattr(ip, handle): ask('start', *a))\nclose = {PASS}", on="relu"),
    # Files, processes, ends.
    Work("a module that shadows the course's", "", "prevented", files={"helpers/__init__.py": "", "helpers/checks.py": f"close = {PASS}"}, on="relu"),
    Work("modules that shadow the library's", "", "prevented", files={"math.py": "isclose = lambda *a, **k: True", "torch.py": "", "numpy.py": ""}, on="root"),
    Work("files that Python runs at its start", "", "prevented", files={"sitecustomize.py": "import builtins; builtins.abs = lambda x: 0.0", "usercustomize.py": "import builtins; builtins.abs = lambda x: 0.0"}, on="root"),
    Work("files that IPython runs at its start", "", "prevented", files={"ipython_kernel_config.py": "c.IPKernelApp.exec_lines = ['abs = lambda x: 0.0']", ".ipython/profile_default/startup/a.py": "abs = lambda x: 0.0"}, on="root"),
    Work("a child that goes on alone", "import os\nif os.fork():\n    os._exit(0)\nabs = lambda x: 0.0", "prevented", on="root"),
    Work("the end of the kernel", "", "prevented", answers={"double": "def double(x):\n    import os\n    os._exit(0)"}, on="double"),
    Work("the end of the cell", "", "prevented", answers={"double": "def double(x):\n    raise SystemExit(0)"}, on="double"),
    # Nobody can see these: the test itself sees the right value, or all is back in its place when somebody looks.
    Work("the right value, read in the test", "", "paid", answers={"double": "def double(x):\n    return int(In[-1].split('==')[1].split(',')[0])"}, on="double"),
    Work("a helper that puts itself back", "", "paid", answers={"root": BACK}, on="root"),
    Work("a number that is shown for another", "", "paid", answers={"share": HOOK}, on="share"),
]  # fmt: skip

FAILING = ["1 / 0", "import os\nos._exit(1)"]
HONEST = [
    Work("nothing unusual"),
    Work("a module of one's own", "import mine\nassert mine.three() == 3", files={"mine.py": "def three():\n    return 3"}),
    Work("threads", "import threading\nthreading.Thread(target=lambda: sum(range(1000)), daemon=True).start()"),
    Work("a pool of threads", "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\nlist(pool.map(abs, range(9)))"),
    Work("a process", "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'], check=True)\n!echo hello"),
    Work("an asynchronous cell", "import asyncio\nawait asyncio.sleep(0.01)\ntask = asyncio.create_task(asyncio.sleep(600))"),
    Work("magics", "%timeit -n1 -r1 sum(range(10))\n%time x = 1\n%config InlineBackend.figure_formats = ['svg']"),
    Work("cell magics", "%%capture out\nprint('hidden')", first="%%time\nx = 1"),
    Work("extensions and matplotlib", "%load_ext autoreload\n%autoreload 2\n%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
    Work("plots without a display", "import matplotlib.pyplot as plt\nplt.show = lambda *a, **k: None\nplt.rcParams['figure.dpi'] = 50"),
    Work("workers", "from torch.utils.data import DataLoader, TensorDataset\ndata = TensorDataset(torch.arange(4))\nassert len(list(DataLoader(data, num_workers=1))) == 4"),
    Work("training", "model = torch.nn.Linear(1, 1)\noptimizer = torch.optim.Adam(model.parameters())\nmodel(torch.ones(1, 1)).sum().backward()\noptimizer.step()\ntorch.manual_seed(1)"),
    Work("settings", "torch.set_default_dtype(torch.float64)\ntorch.set_printoptions(precision=2)\nnp.seterr(all='ignore')\nnp.random.seed(1)\nimport sys\nsys.setrecursionlimit(5000)"),
    Work("a device", "torch.set_default_device('cpu')\ntorch.set_grad_enabled(False)"),
    Work("warnings", "import warnings\nwarnings.filterwarnings('ignore')\nwarnings.warn = lambda *a, **k: None\nimport logging\nlogging.disable()"),
    Work("comparison of one's own classes", "class Money:\n    def __init__(self, cents):\n        self.cents = cents\n    def __eq__(self, other):\n        return self.cents == other.cents\n    def __lt__(self, other):\n        return self.cents < other.cents\nMoney.__bool__ = lambda self: True\nassert Money(1) == Money(1)"),
    Work("a patch within a block", "from unittest import mock\nwith mock.patch('math.isclose', return_value=True), mock.patch.object(torch, 'relu'):\n    pass"),
    Work("decorators", "import functools, time\n@functools.lru_cache\ndef slow(n):\n    return n\ndef timed(function):\n    @functools.wraps(function)\n    def inner(*a):\n        start = time.perf_counter()\n        result = function(*a)\n        print(time.perf_counter() - start)\n        return result\n    return inner", answers={"double": "@timed\n@functools.lru_cache\ndef double(x):\n    return 2 * x"}),
    Work("dataclasses and types", "from dataclasses import dataclass\nfrom typing import NamedTuple\n@dataclass(order=True)\nclass Pair:\n    a: int = 1\nclass Both(NamedTuple):\n    a: int"),
    Work("names of unused built-in functions", "id = 1\ninput = 'a'\ntype = list = 3\nprint = lambda *a, **k: None"),
    Work("the same imports again", "import math, torch, numpy\nimport numpy as np\nfrom helpers.checks import close\nfrom torch.testing import assert_close"),
    Work("a check of one's own", "def assert_equal(a, b):\n    assert a == b\ndef my_close(a, b):\n    return abs(a - b) < 1"),
    Work("tqdm and displays", "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)):\n    pass\nfrom IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))"),
    Work("names in other scripts", "größe, λ = 1, 2\ndef 二倍(x):\n    return 2 * x", answers={"double": "def double(x):\n    return 二倍(x)"}),
    Work("an edited set-up", setup="import sys\n" + SETUP.replace("import math", "import math  # mine\nimport os") + "\nprint('ready')"),
    Work("a magic of one's own", "from IPython.core.magic import register_line_magic\n@register_line_magic\ndef shout(line):\n    print(line.upper())\n%shout hello"),
    Work("a debugger's ways", "%xmode Minimal\nimport cProfile\ncProfile.run('1 + 1')"),
    Work("numbers of NumPy and of torch", answers={"double": "def double(x):\n    return np.uint8(2 * x)", "root": "def root(x):\n    return torch.tensor(x).sqrt().item()"}),
    Work("answers that count their calls", "calls = []", answers={"double": "def double(x):\n    calls.append(x)\n    print(len(calls))\n    return 2 * x"}),
    Work("all names of NumPy", "from numpy import *", answers={"root": "def root(x):\n    return sqrt(x)"}),
    Work("all names of operator and math", "from operator import *\nfrom math import *"),
    Work("a set-up with a magic", setup="%%time\n" + SETUP),
    Work("numbers with three decimals", "%precision 3\nnp.set_printoptions(precision=3)"),
    Work("all that a cell says", "%config InteractiveShell.ast_node_interactivity = 'all'\n1\n2"),
    Work("floats of one's own, where no test shows any", "get_ipython().display_formatter.formatters['text/plain'].for_type(float, lambda value, page, cycle: page.text(f'{value:.3f}'))", on="root"),
    Work("a cell that fails", FAILING[0]),
    Work("another output", "import sys, io\nsys.stdout = io.StringIO()\nsys.stdout.close()"),
    Work("a cell that ends the kernel", FAILING[1]),
]  # fmt: skip

# What instructors define, and a test that relies on it.
DEFINITIONS = """\
import functools
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
import torch

def loud(function):
    @functools.wraps(function)
    def inner(*a):
        return function(*a)
    return inner

@loud
def same(a, b=lambda: 1):
    return a == b

@torch.no_grad()
def none(x, *, limit=3):
    return x < limit

@contextmanager
def block():
    yield 1

@functools.total_ordering
class Money:
    __slots__ = ("_cents",)
    def __init__(self, cents=0):
        self._cents = cents
    @property
    def cents(self):
        return self._cents
    @cents.setter
    def cents(self, value):
        self._cents = value
    __eq__ = lambda self, other: self.cents == other.cents
    def __lt__(self, other):
        return super().__lt__(other) if other is None else self.cents < other.cents
    @staticmethod
    def zero():
        return Money(0)

@dataclass(order=True)
class Pair:
    a: int = 0

class Both(NamedTuple):
    a: int = 0"""
DEFINITIONS_TEST = """\
with block():
    assert same(Money(1), Money(1)) and Money.zero() < Money(1) and none(torch.ones(1))
assert Pair(1) == Pair(1) and Both(1) == Both(1)"""
