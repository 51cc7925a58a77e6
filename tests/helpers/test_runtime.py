"""helpers.runtime: the device, the seed, the scale; and helpers is quick to import."""

import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from helpers.runtime import device, scale, seed_everything


@pytest.mark.parametrize(
    "cuda, mps, expected", [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_fastest_device_is_chosen(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert device().type == expected


def test_the_same_seed_gives_the_same_numbers():
    def draw(seed):
        seed_everything(seed)
        return random.random(), np.random.rand(), torch.rand(()).item()

    assert draw(1) == draw(1)
    assert all(a != b for a, b in zip(draw(1), draw(2), strict=True))


def test_scale_follows_the_device_and_the_environment(monkeypatch):
    monkeypatch.delenv("COURSE_SCALE", raising=False)
    monkeypatch.setattr("helpers.runtime.device", lambda: torch.device("cpu"))
    assert scale() == "small"
    monkeypatch.setattr("helpers.runtime.device", lambda: torch.device("cuda"))
    assert scale() == "full"
    monkeypatch.setenv("COURSE_SCALE", "small")
    assert scale() == "small"
    monkeypatch.setenv("COURSE_SCALE", "huge")
    with pytest.raises(ValueError, match='set it to "small" or to "full"'):
        scale()


def test_importing_helpers_imports_nothing_heavy():
    """Under 0.2 s beyond torch: what takes longer is imported where it is used, by figures and by JupyterLab's own process."""
    code = (
        "import pkgutil, sys, torch, numpy; before = set(sys.modules); import helpers\n"
        "names = [module.name for module in pkgutil.walk_packages(helpers.__path__, 'helpers.')]\n"
        "for name in names:\n"
        "    if not name.startswith(('helpers.laboratory', 'helpers.figures')): __import__(name)\n"
        "print({name.split('.')[0] for name in set(sys.modules) - before})"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"matplotlib", "torchvision", "ipywidgets", "IPython", "networkx", "sklearn", "sympy"}
    assert "helpers" in out.stdout and not [name for name in heavy if f"'{name}'" in out.stdout]


def test_an_empty_scale_is_none(monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert scale() == "small"
