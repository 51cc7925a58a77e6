"""Cases of honest work that looks strange."""

from tests.grading.cases.paper import RIGHT, Case

MODULE = {"mine.py": "def three():\n    return 3\n"}
PACKAGE = {"tools/__init__.py": "from .inner import three\n", "tools/inner.py": "def three():\n    return 3\n"}  # fmt: skip
RESULT = "def double(x):\n    return {0}"
POOL = """\
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(abs, [-1, -2]) == [1, 2]"""
LOADER = """\
try:
    from torch.utils.data import DataLoader
    assert len(list(DataLoader(range(4), num_workers=2))) == 4
except ImportError:
    pass"""
COLAB = {"colab": {"provenance": [], "gpuType": "T4"}, "accelerator": "GPU", "kernelspec": {"name": "python3"}}  # fmt: skip
SQL = (
    "import sqlite3\nwith sqlite3.connect('my.db') as book:\n    book.execute('create table a (b)')"
)


def answers(text: str) -> dict[str, str]:
    """Another text of the first answer."""
    return {"double": text}


HONEST = [
    Case("nothing unusual"),
    Case("a module of one's own", code="import mine\nassert mine.three() == 3", files=MODULE),
    Case("a package of one's own", code="import tools\nassert tools.three() == 3", files=PACKAGE),
    Case("an answer in a module", answers=answers("from answers import double"), files={"answers.py": RIGHT["double"]}),
    Case("a program that is run", code="%run mine.py\nassert three() == 3", files=MODULE),
    Case("a module that is loaded again", code="%load_ext autoreload\n%autoreload 2\nimport mine", files=MODULE),
    Case("cells that fail", code="1 / 0", first="x = (", last="assert False"),
    Case("more notebooks", files={"scratch.ipynb": "{}", "old/scratch (1).ipynb": "no notebook"}),
    Case("threads", code="import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\nthreading.Thread(target=sum, args=([1],)).start()"),
    Case("a pool of threads", code="from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\nassert list(pool.map(abs, [-1])) == [1]"),
    Case("processes", code=POOL),
    Case("workers that load data", code=LOADER),
    Case("a program started", code="import subprocess, sys\nassert subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout == '1\\n'\n!echo hello"),
    Case("magics", code="%timeit -n1 -r1 sum(range(9))\n%time x = 1\n%matplotlib inline\n%config InlineBackend.figure_formats = ['svg']\n%pip --version"),
    Case("cell magics", first="%%time\nx = 1", code="%%capture kept\nprint('hidden')", last="%%bash\necho hello"),
    Case("a cell in another language", code="%%html\n<b>bold</b>", last="%%latex\n$x$"),
    Case("plots", code="import matplotlib.pyplot as plt\nfor _ in range(3):\n    plt.plot([1, 2])\n    plt.show()\nplt.figure()"),
    Case("a plot in an answer", answers=answers("import matplotlib.pyplot as plt\ndef double(x):\n    plt.plot([x])\n    plt.show()\n    return 2 * x")),
    Case("waiting", code="import asyncio\nawait asyncio.sleep(0.01)\ntask = asyncio.create_task(asyncio.sleep(600))"),
    Case("an answer that waits", answers=answers("import asyncio\nasync def slowly(x):\n    await asyncio.sleep(0.01)\n    return 2 * x\ndef double(x):\n    import threading\n    found = []\n    thread = threading.Thread(target=lambda: found.append(asyncio.run(slowly(x))))\n    thread.start(), thread.join()\n    return found[0]")),
    Case("files", code="import os\nassert open('data/a.csv').read() == '1,2'\nos.makedirs('out')\nopen('out/b.txt', 'w').write('x')\nassert os.listdir('out') == ['b.txt']", files={"data/a.csv": "1,2"}),
    Case("a database", code=SQL),
    Case("a temporary file", code="import tempfile\nwith tempfile.TemporaryDirectory() as folder:\n    open(folder + '/x', 'w').write('x')"),
    Case("another folder", code="import os, sys\nos.makedirs('work', exist_ok=True)\nos.chdir('work')\nsys.path.append('..')"),
    Case("letters of all scripts", code="größe, π, 数 = 1, 2, 3\nprint('ελληνικά العربية 🎲', größe)\nassert open('größe 🎲.txt', encoding='utf-8').read() == '☕'", answers={"essay": "数 🎲 العربية"}, files={"größe 🎲.txt": "☕"}),
    Case("a slow cell", code="import time; time.sleep(3)"),
    Case("Colab", edit=lambda whole: (whole.update(metadata=COLAB, nbformat_minor=0), [cell.metadata.update(id=cell.pop("id", "x"), outputId="x") for cell in whole.cells])),
    Case("another kernel's name", edit=lambda whole: whole.metadata.update(kernelspec={"name": "deep", "display_name": "Deep"})),
    Case("a device", code="try:\n    import torch\n    torch.set_default_device('cuda' if torch.cuda.is_available() else 'cpu')\nexcept ImportError: pass"),
    Case("a lambda", answers=answers("double = lambda x: 2 * x")),
    Case("a decorator", answers=answers("import functools\n@functools.cache\ndef double(x):\n    return 2 * x")),
    Case("a class", answers=answers("class Doubler:\n    def __call__(self, x):\n        return 2 * x\ndouble = Doubler()")),
    Case("a result of NumPy", answers=answers("import numpy as np\n" + RESULT.format("np.int64(2) * x"))),
    Case("a result of torch", answers=answers("def double(x):\n    import torch\n    return 2 * torch.tensor(x)")),
    Case("another library", answers=answers("from fractions import Fraction\n" + RESULT.format("Fraction(2) * x"))),
    Case("annotations", answers=answers("from __future__ import annotations\ndef double(x: Number) -> Number:\n    return 2 * x")),
    Case("settings", code="import sys, random, warnings, logging\nsys.setrecursionlimit(5000)\nrandom.seed(1)\nwarnings.filterwarnings('error')\nlogging.basicConfig(level=0)"),
    Case("a print of one's own", code="import builtins\nprinted = print\ndef print(*args, **kwargs):\n    printed('>', *args, **kwargs)"),
    Case("a trace that was taken back", code="import sys\nsys.settrace(lambda *a: None)\nsys.settrace(None)"),
    Case("names of one's own", code="x = right = numbers = 5\ndef helper(a, b):\n    return near(a, b)\nassert helper(1, 1)"),
    Case("a class that compares", code="class Money:\n    def __init__(self, cents): self.cents = cents\n    def __eq__(self, other): return self.cents == other.cents\nassert Money(1) == Money(1)"),
    Case("widgets", code="import ipywidgets\nipywidgets.IntSlider()\n@ipywidgets.interact(x=3)\ndef show(x):\n    print(x)"),
    Case("displays of one's own", code="class Shown:\n    def _repr_html_(self): return '<b>shown</b>'\nShown()"),
    Case("a large file", code="assert len(open('data.bin', 'rb').read()) == 10_000_000", files={"data.bin": b"x" * 10_000_000}),
    Case("many cells", edit=lambda whole: whole.cells.extend({"cell_type": "code", "metadata": {}, "source": f"x{number} = {number}", "outputs": [], "execution_count": None} for number in range(200))),
    Case("answers run in another order", first="answer = lambda: double(3)", last="assert answer() == 6"),
    Case("a help page", code="help(near)\nnear?\nsum??"),
    Case("a profile", code="%prun sum(range(9))\n%%timeit\nsum(range(9))", last="%who\n%whos"),
    Case("an assert helper that wraps", code="def checked(*numbers):\n    return near(*numbers)"),
    Case("a test tried out", code="assert near(1, 1 + 1e-12)", last="assert double(2) == 4\nadd(1, 2)\nmean([1, 2, 3])"),
]  # fmt: skip
