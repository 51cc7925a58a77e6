"""Run code in the jail, in tests; and whether this machine can build one."""

import os

import pytest

from grading.execute import SandboxExecute
from grading.sandbox import bubblewrap
from tests.grading.tiny import notebook

WHY_NOT = bubblewrap.why_not()
# Where namespaces are missing the tests are skipped, and say why; on CI they fail.
needs_jail = pytest.mark.skipif(bool(WHY_NOT) and not os.environ.get("CI"), reason=WHY_NOT)

# Gives a program `attempt(call)`: what a call returns, or the name of its error.
TRY = (
    "import errno, os\n"
    "def attempt(call):\n"
    "    try: return call() or 'done'\n"
    "    except OSError as problem: return errno.errorcode[problem.errno]\n"
)


def run(*cells, folder=None, **limits):
    """The cells after they ran in the jail, in a copy of this folder."""
    whole = notebook(*cells)
    resources = {"metadata": {"path": str(folder)}} if folder else {}
    SandboxExecute(**{"timeout": 60, "memory_limit": 800, **limits}).preprocess(whole, resources)
    return whole.cells


def said(cell) -> str:
    """What a cell printed, or its last error."""
    texts = [output.get("text") or f"{output.ename}: {output.evalue}" for output in cell.outputs]
    return "".join(texts).strip()


def inside(code: str, **options) -> str:
    """What this code prints in the jail."""
    return said(run(code, **options)[-1])
