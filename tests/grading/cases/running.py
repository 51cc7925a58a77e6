"""Cases of what happens while a notebook runs."""

from tests.grading.cases.paper import NONE, Case

LOUD = "def double(x):\n    {0}\n    return 2 * x"


def loudly(line: str, first: str = "") -> dict[str, str]:
    """A right answer that does something besides."""
    return {"double": "\n".join(filter(None, [first, LOUD.format(line)]))}


def spoilt(line: str) -> dict[str, str]:
    """An answer that does this instead of answering."""
    return {"double": f"def double(x):\n    {line}"}


STDERR = [
    Case("a warning", answers=loudly("warnings.warn('careful')", "import warnings")),
    Case("a deprecation", answers=loudly("warnings.warn('old', DeprecationWarning)", "import warnings")),
    Case("a log", answers=loudly("logging.getLogger('mine').error('careful')", "import logging\nlogging.basicConfig(level=0)")),
    Case("a print to stderr", answers=loudly("print('careful', file=sys.stderr)", "import sys")),
    Case("bytes on stderr", answers=loudly("os.write(2, b'careful')", "import os")),
    Case("a progress bar", answers=loudly("list(tqdm(range(20)))", "from tqdm import tqdm")),
    Case("a notebook's progress bar", answers=loudly("list(tqdm(range(20)))", "from tqdm.auto import tqdm")),
    Case("a warning of NumPy", answers=loudly("np.log(np.zeros(2))", "import numpy as np")),
    Case("a process that complains", answers=loudly("subprocess.run('echo careful >&2', shell=True)", "import subprocess")),
    Case("a wrong answer with a warning", (0, 3, 4), answers=spoilt("import warnings; warnings.warn('careful'); return 5"), says="twice two is four"),
]  # fmt: skip

DEAF = "import time\nwhile True:\n    try: time.sleep(1)\n    except KeyboardInterrupt: pass"
DEAF_ANSWER = "def double(x):\n    " + DEAF.replace("\n", "\n    ")
SEGFAULT = "import ctypes; ctypes.string_at(0)"
FORKS = "import os, time\nfor _ in range(%d):\n    if os.fork() == 0:\n        %s\n        time.sleep(60)\n        os._exit(0)\ntime.sleep(5)"
KERNEL = [
    Case("exit() in an answer", (0, 3, 4), answers=spoilt("exit()"), says="ended Python itself"),
    Case("sys.exit in an answer", (0, 3, 4), answers=spoilt("import sys; sys.exit(0)"), says="SystemExit"),
    Case("os._exit in an answer", (0, 3, 4), answers=spoilt("import os; os._exit(0)"), says="ended Python itself"),
    Case("os._exit in an own cell", code="import os; os._exit(1)"),
    Case("exit in the last cell", last="exit()"),
    Case("quit in the first cell", first="quit"),
    Case("a segmentation fault", code=SEGFAULT),
    Case("a segmentation fault in an answer", (2, 3, 0), answers={"mean": f"def mean(numbers):\n    {SEGFAULT}"}),
    Case("abort", code="import os; os.abort()"),
    Case("it kills itself", code="import os; os.kill(os.getpid(), 9)"),
    Case("it kills its parent", code="import os; os.kill(os.getppid(), 9)"),
    Case("it kills all that it can", code="import os\nif os.getpid() == 2: os.kill(-1, 9)  # in the jail; nowhere else"),
    Case("six deaths", (2, 3, 0), answers={"mean": "import os; os._exit(0)"}, edit=lambda whole: whole.cells.__setitem__(slice(6, 7), whole.cells[6:7] * 6), says="stopped 6 times"),
    Case("an answer that never ends", (0, 3, 4), answers=spoilt("while True: pass"), says="stopped after 10 s"),
    Case("an answer that sleeps", (0, 3, 4), answers=spoilt("import time; time.sleep(10**6)"), says="stopped after 10 s"),
    Case("an answer that swallows interrupts", (0, 3, 4), answers={"double": DEAF_ANSWER}, says="did not let itself be interrupted"),
    Case("a cell that swallows interrupts", code=DEAF),
    Case("a cell that stops the kernel", code="import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"),
    Case("a cell that waits for a lock", code="import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"),
    Case("a cell that asks", code="name = input('Your name? ')"),
    Case("a cell with a breakpoint", code="breakpoint()\n%debug"),
    Case("an answer that hoards", (2, 0, 4), answers={"add": "def add(a, b):\n    hoard = []\n    while True: hoard.append(b'1' * 10_000_000)"}, says="1000 MiB of memory"),
    Case("one enormous array", code="import numpy as np\nnp.ones(10**9)"),
    Case("memory in children", code=FORKS % (12, "hoard = b'1' * 100_000_000")),
    Case("memory in a child that left", code="import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; x = b\"1\" * 10**9; time.sleep(60)'], start_new_session=True)\nimport time; time.sleep(3)"),
    Case("shared memory", code="for number in range(9):\n    open(f'/dev/shm/{number}', 'wb').write(b'1' * 100_000_000)"),
    Case("a full disk", code="while True:\n    open('more', 'ab').write(b'1' * 10_000_000)"),
    Case("too many processes", code=FORKS % (70, "pass")),
    Case("too many threads", code="import threading, time\nfor _ in range(300): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"),
    Case("too many open files", code="kept = []\nwhile True: kept.append(open('/dev/null'))"),
    Case("a deep recursion", (0, 3, 4), answers=spoilt("return double(x)")),
    Case("a deeper recursion", code="import sys\nsys.setrecursionlimit(10**9)\ndef deeper(): deeper()\ndeeper()"),
    Case("closed descriptors", code="import os\nos.closerange(0, 2000)"),
    Case("closed sockets", code="for stream in (get_ipython().kernel.shell_stream, get_ipython().kernel.iopub_socket):\n    stream.close()"),
    Case("an error that cannot be shown", (0, 3, 4), answers={"double": "class Odd(Exception):\n    def __str__(self): raise self\ndef double(x):\n    raise Odd"}),
    Case("an error of another kind", (0, 3, 4), answers={"double": "class Odd(BaseException): pass\ndef double(x):\n    raise Odd('odd')"}, says="Odd"),
]  # fmt: skip

SLOW = "import time; time.sleep(9)"
SLOW_CELLS = [
    Case("slow cells at the start", NONE, edit=lambda whole: whole.cells.__setitem__(slice(0, 0), slow_cells(5)), says="40 s were over"),
    Case("slow cells at the end", edit=lambda whole: whole.cells.extend(slow_cells(5))),
    Case("one slow cell", code="import time; time.sleep(4)"),
]  # fmt: skip


def slow_cells(count: int) -> list:
    """Cells of which each keeps the limit."""
    return [{"cell_type": "code", "metadata": {}, "source": SLOW, "outputs": [], "execution_count": None} for _ in range(count)]  # fmt: skip


FLOODS = [
    Case("sixty megabytes printed", code="print('x' * 60_000_000)"),
    Case("half a million lines", code="for number in range(500_000): print(number)"),
    Case("an answer that prints megabytes", answers=loudly("print('x' * 5_000_000)")),
    Case("an answer that prints without end", (0, 3, 4), answers=spoilt("while True: print('x' * 10_000)")),
    Case("a result of megabytes", code="'x' * 40_000_000"),
    Case("a page of megabytes", code="from IPython.display import HTML\nHTML('<p>' * 5_000_000)"),
    Case("thousands of displays", code="for number in range(3000): display(number)"),
    Case("displays that change", code="shown = display('x', display_id=True)\nfor _ in range(2000): shown.update('y' * 1000)"),
    Case("output that is cleared", code="from IPython.display import clear_output\nfor number in range(500):\n    clear_output()\n    print('x' * 10_000)"),
    Case("megabytes on stderr", code="import sys\nprint('x' * 20_000_000, file=sys.stderr)"),
    Case("an error of megabytes", (0, 3, 4), answers=spoilt("raise ValueError('x' * 5_000_000)"), says="ValueError"),
    Case("megabytes from a process", code="!yes | head -c 30000000"),
    Case("outputs saved in the file", edit=lambda whole: whole.cells[1].update(outputs=[{"output_type": "stream", "name": "stdout", "text": "x" * 20_000_000}])),
]  # fmt: skip
