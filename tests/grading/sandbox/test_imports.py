"""What a warm process imports: what notebooks ask for, and nothing that a student chose."""

import subprocess
import sys

import pytest

from grading.sandbox.imports import KERNEL, KNOWN, LATE, wanted


def test_what_is_asked_for_is_imported():
    cells = [
        "import numpy as np\nfrom torch import nn",
        "x = 1",
        "from helpers.checks import close",
    ]
    found = wanted(cells)
    assert {"numpy", "torch", "helpers", "helpers.checks"} <= set(found)
    assert not {"sympy", "torchvision", *LATE.values()} & set(found)


@pytest.mark.parametrize(
    "line",
    [
        "import random, numpy as np, torch; x = 1",
        "x = 1; import torch",
        "    import torch as t, math",
    ],
)
def test_however_it_is_written(line: str):
    assert "torch" in wanted([line])


@pytest.mark.parametrize("word", LATE)
def test_what_torch_imports_late_is_prepared_where_it_is_used(word: str):
    assert LATE[word] in wanted([f"import torch\nx = torch.{word}"])
    assert LATE[word] not in wanted([f"{word} = 1"])


@pytest.mark.parametrize(
    ("word", "use"),
    [
        ("optim", "torch.optim.SGD([torch.ones(1, requires_grad=True)])"),
        ("grad", "x = torch.ones(2, requires_grad=True); torch.autograd.grad(x * x, x, torch.ones(2))"),
    ],
)  # fmt: skip
def test_torch_still_imports_it_late(word: str, use: str):
    """Else it is imported for nothing."""
    said = f"import sys, torch; before = {LATE[word]!r} in sys.modules; {use}; print(before, {LATE[word]!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_nothing_else_can_be_named():
    cells = [
        "import antigravity, mine\nfrom socketserver import ThreadingServer\nimport torch.utils.tensorboard"
    ]
    assert set(wanted(cells)) <= {*KERNEL, *KNOWN}


def test_an_empty_notebook_needs_a_kernel_only():
    assert wanted([]) == KERNEL
