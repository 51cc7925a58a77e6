"""`helpers.training.fit` against a bare loop, and against Lightning's Trainer where that is installed."""

import logging
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.timing import Row, compare
from helpers import runtime
from helpers.data import Batches, mnist
from helpers.training import fit, supervised


def rows(examples: int = 4000, epochs: int = 5, pairs: int = 9) -> Iterator[Row]:
    """A perceptron learns handwritten digits; all compute the same, from the same start, in the same batches."""
    data = mnist(full=False)
    X, y = data.X_train[:examples], data.y_train[:examples]

    def runs(train: Callable, epochs: int) -> Callable:
        return lambda: train(*start(X, y), epochs)

    # Many short runs, because the goal lies near 1.
    programs = runs(train_by_fit, 1), runs(train_by_hand, 1)
    yield compare("fit against a bare loop, an epoch", *programs, 5 * pairs, goal=1.05)
    if find_spec("lightning"):
        # Its start takes long, and shall not decide.
        programs = runs(train_by_fit, epochs), runs(train_by_lightning, epochs)
        yield compare(f"fit against Lightning, {epochs} epochs", *programs, pairs, goal=1.0)


def start(X: torch.Tensor, y: torch.Tensor) -> tuple[nn.Module, Batches]:
    """A new model, the same each time, and its batches; both on the device."""
    torch.manual_seed(0)
    layers = [nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)]
    model = nn.Sequential(nn.Flatten(), *layers).to(runtime.device())
    return model, Batches(X, y, batch_size=64, shuffle=True)


def optimizer_of(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(model.parameters(), lr=1e-3)


def train_by_fit(model: nn.Module, train: Batches, epochs: int) -> nn.Module:
    """The course's loop, with all that it looks after but the bar."""
    options = {"epochs": epochs, "progress": False, "mixed_precision": False}
    fit(model, train, supervised(F.cross_entropy), optimizer_of(model), **options)
    return model


def train_by_hand(model: nn.Module, train: Batches, epochs: int) -> nn.Module:
    """The five lines that everybody writes, and a list of the losses."""
    optimizer, losses = optimizer_of(model), []
    for _ in range(epochs):
        for x, y in train:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return model


def train_by_lightning(model: nn.Module, train: Batches, epochs: int) -> nn.Module:
    """Lightning's Trainer without its bar, its log, its summary and its checkpoints: the fastest that it offers."""
    from lightning import pytorch as lightning

    class Task(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.model = model

        def training_step(self, batch, index):
            x, y = batch
            return F.cross_entropy(self.model(x), y)

        def configure_optimizers(self):
            return optimizer_of(model)

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    off = ["logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its advice on worker processes
        trainer = lightning.Trainer(max_epochs=epochs, devices=1, **dict.fromkeys(off, False))
        trainer.fit(Task(), train)
    return model
