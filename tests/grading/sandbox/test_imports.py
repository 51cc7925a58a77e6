"""What a warm process imports: what notebooks ask for, and nothing that a student chose."""

import pytest

from grading.sandbox.imports import KERNEL, KNOWN, OPTIMIZERS, wanted


def test_what_is_asked_for_is_imported():
    cells = [
        "import numpy as np\nfrom torch import nn",
        "x = 1",
        "from helpers.checks import close",
    ]
    found = wanted(cells)
    assert {"numpy", "torch", "helpers", "helpers.checks"} <= set(found)
    assert not {"sympy", "torchvision", OPTIMIZERS} & set(found)


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


def test_optimizers_are_prepared_where_they_are_used():
    assert OPTIMIZERS in wanted(["import torch\nstep = torch.optim.SGD"])
    assert OPTIMIZERS not in wanted(["optim = 1"])


def test_nothing_else_can_be_named():
    cells = [
        "import antigravity, mine\nfrom socketserver import ThreadingServer\nimport torch.utils.tensorboard"
    ]
    assert set(wanted(cells)) <= {*KERNEL, *KNOWN}


def test_an_empty_notebook_needs_a_kernel_only():
    assert wanted([]) == KERNEL
