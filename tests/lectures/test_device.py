"""The lectures train on `helpers.runtime.device()`: shown on a pretended device, without a GPU."""

import matplotlib.pyplot as plt
import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from sources.course import ROOT
from sources.notebooks import from_text, tags
from tests.chapters import CHAPTERS, one_now
from tests.devices import another_device, is_there

TRAINING = [c for c in CHAPTERS if "torch.optim" in c.lecture_source.read_text(encoding="utf-8")]


@pytest.fixture
def as_in_a_notebook(monkeypatch):
    """The lecture's folder, one still frame a slider, and no default of its own left behind."""
    monkeypatch.chdir(ROOT / "lectures")
    monkeypatch.setenv("COURSE_EXPLORE", "static")
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: None)
    before = torch.get_default_dtype(), torch.get_num_threads(), dict(plt.rcParams)
    yield
    torch.set_default_dtype(before[0])
    torch.set_num_threads(before[1])
    plt.rcParams.update(before[2])
    plt.close("all")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("chapter", one_now(TRAINING))
def test_training_cells_train_on_the_device(chapter, as_in_a_notebook):
    """Proofs stay on the CPU: in float64, or in a cell tagged `proof`. All others train on the device.

    A cell that mixes the devices, or draws from the other one without `.cpu()`, raises.
    """
    steps, space = {True: set(), False: set()}, {"__name__": "__main__"}
    cells = from_text(chapter.lecture_source.read_text(encoding="utf-8")).cells
    current = None

    def note(optimizer, args, kwargs):
        parameter = optimizer.param_groups[0]["params"][0]
        if is_there(parameter) or parameter.dtype != torch.float64:
            steps[is_there(parameter)].add(current)

    hook = register_optimizer_step_pre_hook(note)
    try:
        with another_device():
            for current, cell in enumerate(cells, 1):
                if cell.cell_type == "code":
                    exec(compile(cell.source, f"<{chapter.folder}, cell {current}>", "exec"), space)
                    plt.close("all")
    finally:
        hook.remove()
    proofs = {
        n for n, cell in enumerate(cells, 1) if ":" in str(tags(cell)) or "proof" in tags(cell)
    }
    assert steps[True], "no cell trains on the device"
    assert steps[False] - proofs == set(), "these cells train on the CPU"
