"""Work that attacks: what can be prevented has no effect, and the rest is flagged for a person."""

import ast
from collections.abc import Iterator

from grading.members.paper import NONSENSE, Member, Paper, is_answer, names, replaced, with_cells

THIEF = """\
import json, sqlite3
def steal(paths, wanted):
    \"\"\"The solution's text for a cell, from wherever it can be read.\"\"\"
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                for cell in json.load(file)["cells"]:
                    if cell["metadata"].get("nbgrader", {}).get("grade_id") == wanted:
                        return "".join(cell["source"])
        except (OSError, ValueError):
            pass
    return ""
exec(steal(%r, %r) or %r)"""
VANDAL = """\
for path in %r:
    try:
        with open(path, "w") as file:
            file.write("was here")
    except OSError as problem:
        print(problem)"""
ONLINE = """\
import socket
def online():
    for address in [("127.0.0.1", 22), ("192.0.2.1", 80), ("1.1.1.1", 53)]:
        try:
            socket.create_connection(address, timeout=1).close()
            return True
        except OSError:
            pass
    return False
exec(%r if online() else %r)"""
DAEMON = """\
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)  # left by a submission"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    import time
    time.sleep(600)
    os._exit(0)"""
FAREWELL = """\
import atexit, sys
def farewell():
    raise SystemExit("never")
atexit.register(farewell)
sys.excepthook = sys.unraisablehook = None"""
SPY = """

def _spying(answer):
    def spying(*args, **kwargs):
        print(get_ipython().user_ns["In"][-1])
        return answer(*args, **kwargs)
    return spying

"""
TELLTALE = "raise RuntimeError(get_ipython().user_ns['In'][-1])"
SCRIPT = """\
from IPython.display import HTML, SVG, Javascript, Markdown, display
script = "<script>alert(document.domain)</script><img src=x onerror=alert(1)>"
display(HTML(script), SVG(f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>{script}</svg>"))
display(Javascript("alert(1)"), Markdown(script), raw=False)
display({"text/html": script, "text/latex": "$\\\\href{javascript:alert(1)}{x}$" + script}, raw=True)
print(script)"""
JUDGES = (
    "close",
    "equal",
    "require",
)  # of helpers.checks: what calls them does not miss their results
NO_TESTS = """\
get_ipython().input_transformers_post.append(lambda lines: [])"""
NO_ASSERTS = """\
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Drop())"""


def hostile(paper: Paper, guarded: list[str]) -> list[Member]:
    """Members who try to be paid for nothing, to see the solutions, or to do harm.

    Args:
        guarded: paths of the solution, the gradebook and others' work.
    """
    total, left, perfect = paper.total, paper.left, paper.perfect
    nonsense = {text: replaced(text, NONSENSE) for text in paper.first.answers.values()}

    def first(edit) -> object:
        """All is right but the first question's answers, which `edit` makes of their names and texts."""
        ids = {text: name for name, text in paper.first.answers.items()}
        return paper.solved(lambda q, text: edit(ids[text], text) if q is paper.first else text)

    def stolen(name: str, text: str) -> str:
        return THIEF % (guarded, name, nonsense[text])

    def downloaded(name: str, text: str) -> str:
        return ONLINE % (text, nonsense[text])

    def printed(name: str, text: str) -> str:
        return text + SPY + "\n".join(f"{name} = _spying({name})" for name in names(text))

    def own(name: str, about: str, deserves: float | None, *cells: str, **more) -> Member:
        return paper.member(name, about, deserves, with_cells(perfect, *cells), **more)

    patched = _patched(paper)
    return [
        paper.member("steals_the_solution", "The first answers are read from the instructor's files.", left, first(stolen)),
        own("writes_elsewhere", "Overwrites the gradebook and others' work.", total, VANDAL % [guarded]),
        paper.member("asks_the_network", "The first answers are right where there is a network.", left, first(downloaded)),
        own("leaves_processes", "Starts processes that go on, and fails at its end.", total, DAEMON, FAREWELL),
        paper.member("prints_hidden_tests", "Answers print the test that calls them.", total, first(printed)),
        paper.member("raises_hidden_tests", "The first answers raise the test's text as an error.", left, paper.spoilt(TELLTALE)),
        own("scripts_in_outputs", "Outputs with scripts.", total, SCRIPT),
        paper.member("empties_the_tests", "A hook of IPython's empties every cell.", None, with_cells(paper.wrong, NO_TESTS)),
        paper.member("patches_a_helper", "What the tests call does nothing.", None, patched),
        own("links_to_elsewhere", "Links to the system's files, and a pipe.", total, links={"passwords": "/etc/passwd", "solutions": "/"}, pipes=("wait.csv",)),
    ]  # fmt: skip


def _patched(paper: Paper):
    """Right answers, and at the end of the first a name of the tests' stands for nothing; where they use none, no assert runs."""
    name = _helper(paper)
    patch = f"{name} = lambda *args, **kwargs: None" if name else NO_ASSERTS
    last = list(paper.first.answers.values())[-1]
    return paper.solved(lambda question, text: f"{text}\n\n{patch}" if text == last else text)


def _helper(paper: Paper) -> str:
    """A function of the instructor's that a test of the first question calls; empty where none does."""
    called, given = set(), set()
    for cell in filter(lambda cell: cell.cell_type == "code", paper.solution.cells):
        tree = ast.parse(cell.source)
        if cell.metadata.get("nbgrader", {}).get("grade_id") in paper.first.tests:
            called |= {node.func.id for node in ast.walk(tree) if _is_call_by_name(node)}
        elif not is_answer(cell):
            given |= set(names(cell.source)) | set(_imported(tree))
    return min(called & given, key=lambda name: (name not in JUDGES, name), default="")


def _is_call_by_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
