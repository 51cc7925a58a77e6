"""One training loop, `fit`, that the chapters share, and `evaluate`, which measures what was learned.

Both are told by one function what a model is to do with a batch: `compute(model, batch)` returns the loss and a
dictionary of whatever else shall be reported. `supervised` makes it from a loss; other models bring their own.

Read `fit` from top to bottom: it is the plain loop (compute, backward, step) and, around it,
what keeps a longer training safe. The functions below it are its small tools.
"""

from __future__ import annotations

import math
import operator
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import nn

from helpers import checkpoints, runtime

Measure = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Numbers = dict[str, torch.Tensor | float]
Compute = Callable[[nn.Module, Any], tuple[torch.Tensor, Numbers]]
_LOSSES = ("torch.nn.functional", "torch.nn.modules.loss", "helpers.losses")


@dataclass
class History:
    """What a training measured.

    `epochs` holds one number an epoch under "loss" and each metric's name (averages over the epoch, while the
    weights moved) and, with validation data, under "valid_loss" and so on. `steps` holds one number a step
    under "loss" and "learning_rate".
    """

    epochs: dict[str, list[float]] = field(default_factory=dict)
    steps: dict[str, list[float]] = field(default_factory=dict)


def supervised(loss: Measure, **metrics: Measure) -> Compute:
    """What `fit` and `evaluate` do with batches (inputs, targets): predict, and compare with the targets.

    Args:
        loss: f(prediction, target), the mean over a batch.
        metrics: name = f(prediction, target), a mean over a batch.

    Returns:
        compute(model, batch) -> the loss and the metrics by name.

        It raises a ValueError where the shapes of prediction and target would broadcast.

    Example:
        fit(model, train, supervised(nn.CrossEntropyLoss(), accuracy=accuracy), optimizer)
    """

    def compute(model: nn.Module, batch: tuple) -> tuple[torch.Tensor, Numbers]:
        x, y = batch
        prediction = model(x)
        _refuse_broadcasting(prediction, y)
        judged = prediction.detach()
        return loss(prediction, y), {name: f(judged, y) for name, f in metrics.items()}

    return compute


def fit(
    model: nn.Module,
    train: Iterable,
    compute: Compute,
    optimizer: torch.optim.Optimizer,
    *,
    epochs: int = 1,
    valid: Iterable | None = None,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None,
    clip: float | None = None,
    patience: int | None = None,
    checkpoint: str | os.PathLike | None = None,
    resume: bool = False,
    after_epoch: Callable[[History], None] | None = None,
    device: torch.device | None = None,
    mixed_precision: bool = True,
    progress: bool = True,
) -> History:
    """Train a model in place.

    Args:
        model: what is trained; it is moved to the device.
        train: batches of what `compute` takes: a `DataLoader`, `helpers.data.Batches` or any list. A batch is a
            tensor, or tuples, lists and dictionaries of them; the first tensor's length is the number of examples.
        compute: f(model, batch) -> the mean loss of the batch, and other means by name, or {}; for inputs with
            targets, `supervised(loss)`. The batch lies on the device; `model.training` tells learning from judging.
        optimizer: made from the model's parameters.
        epochs: how often to go through `train`, those before a resumed start included.
        valid: batches to measure after each epoch.
        scheduler: changes the learning rate after each step (not after each epoch).
        clip: the largest norm of all gradients together; a longer one is scaled down.
        patience: stop when the validation loss has not fallen for so many epochs, and keep the best epoch's weights.
        checkpoint: a file that is written after each epoch.
        resume: go on from the checkpoint, where there is one, as if there had been no break.
        after_epoch: called with the history, for example to draw it.
        device: where to train; None takes `helpers.runtime.device()`.
        mixed_precision: whether a CUDA GPU computes in bfloat16 where that is safe.
        progress: whether to show a bar.

    Returns:
        The history of the losses and metrics.

    Raises:
        FloatingPointError: the loss is not finite.
        TypeError: `compute` is a plain loss, or does not return a pair.
        ValueError: no batch came, the loss is not one number, or an argument lacks another.
    """
    if patience is not None and valid is None:
        raise ValueError("patience counts epochs by the validation loss: give fit() valid=...")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs the file to go on from: give fit() checkpoint=...")
    device = device or runtime.device()
    model.to(device)
    parts = {"model": model, "optimizer": optimizer}
    parts |= {"scheduler": scheduler} if scheduler else {}
    history, best = History(), None  # best: the weights of the best epoch, with patience
    if resume and os.path.exists(checkpoint):
        saved = checkpoints.load(checkpoint, parts, train, device)
        history, best = History(**saved["history"]), saved["best"]
    start = len(history.epochs.get("loss", []))

    with _modes_kept(model), _bar(train, start, epochs, progress) as bar:
        for _ in range(start, epochs):
            if patience is not None and _epochs_since_best(history) >= patience:
                break
            model.train()
            averages = Averages()
            for batch in train:
                batch = _moved(batch, device)
                with _precision(device, mixed_precision):
                    loss, metrics = _computed(compute, model, batch)
                step_loss = _finite(loss, history)
                optimizer.zero_grad()
                loss.backward()
                if clip is not None:
                    nn.utils.clip_grad_norm_(model.parameters(), clip)
                _note(history.steps, loss=step_loss, learning_rate=optimizer.param_groups[0]["lr"])
                optimizer.step()
                if scheduler:
                    scheduler.step()
                averages.add(_examples(batch), loss=step_loss, **metrics)
                bar.update()

            _note(history.epochs, **averages.result())
            if valid is not None:
                measured = evaluate(model, valid, compute, device=device)
                _note(history.epochs, **{f"valid_{name}": v for name, v in measured.items()})
            bar.set_postfix({name: v[-1] for name, v in history.epochs.items()}, refresh=False)
            if patience is not None and _epochs_since_best(history) == 0:
                best = {name: value.clone() for name, value in model.state_dict().items()}
            if after_epoch:
                after_epoch(history)
            if checkpoint is not None:
                noted = {"history": asdict(history), "best": best}
                checkpoints.save(checkpoint, parts, train, device, noted)

    if best is not None:
        model.load_state_dict(best)
    return history


@torch.no_grad()
def evaluate(
    model: nn.Module, data: Iterable, compute: Compute, *, device: torch.device | None = None
) -> dict[str, float]:
    """Measure a model on all of `data`, in evaluation mode and without gradients; its mode is restored.

    Args:
        model: it is moved to the device.
        data: batches as `fit` takes them, none of them empty; they may differ in size.
        compute: f(model, batch) -> the mean loss of the batch, and other means by name; for inputs with targets,
            `supervised(loss, accuracy=accuracy)`.
        device: where to compute; None takes `helpers.runtime.device()`.

    Returns:
        "loss" and the other names -> the mean over all examples, each counted once.

    Raises:
        TypeError: `compute` is a plain loss, or does not return a pair.
        ValueError: no batch came.
    """
    device = device or runtime.device()
    model.to(device)
    averages = Averages()
    with _modes_kept(model):
        model.eval()
        for batch in data:
            batch = _moved(batch, device)
            loss, metrics = _computed(compute, model, batch)
            averages.add(_examples(batch), loss=loss, **metrics)
    return averages.result()


class Averages:
    """Means over examples, from the means over batches of any size; names may come in different batches."""

    def __init__(self):
        self.sums, self.counts = {}, {}

    def add(self, examples: int, /, **means: torch.Tensor | float) -> None:
        """Take in the means over a batch of so many examples."""
        for name, mean in means.items():
            mean = mean.item() if isinstance(mean, torch.Tensor) else float(mean)
            self.sums[name] = self.sums.get(name, 0.0) + examples * mean
            self.counts[name] = self.counts.get(name, 0) + examples

    def result(self) -> dict[str, float]:
        """name -> the mean over all examples so far.

        Raises:
            ValueError: nothing was added.
        """
        if not any(self.counts.values()):
            raise ValueError(
                "No batch came out of the data: the loader is empty, or it was a generator that has run out."
            )
        return {name: total / self.counts[name] for name, total in self.sums.items()}


def _moved(batch: Any, device: torch.device) -> Any:
    """The batch with every tensor in it on the device; what is no tensor stays what it is."""
    if hasattr(batch, "to"):
        return batch.to(device)
    if isinstance(batch, dict):
        return {name: _moved(part, device) for name, part in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):  # a tuple with names
        return type(batch)(*(_moved(part, device) for part in batch))
    if isinstance(batch, (tuple, list)):
        return type(batch)(_moved(part, device) for part in batch)
    return batch


def _examples(batch: Any) -> int:
    """How many examples a batch holds: the length of the first tensor in it."""
    first = next(_tensors(batch), None)
    if first is None:
        raise ValueError("This batch has no tensor in it, and so no number of examples.")
    return len(first)


def _tensors(batch: Any) -> Iterator[torch.Tensor]:
    if isinstance(batch, torch.Tensor):
        yield batch
    elif isinstance(batch, (dict, tuple, list)):
        for part in batch.values() if isinstance(batch, dict) else batch:
            yield from _tensors(part)


def _computed(compute: Compute, model: nn.Module, batch: Any) -> tuple[torch.Tensor, Numbers]:
    """The loss and the other numbers; what stands in the place of `compute` by mistake is named."""
    if getattr(compute, "__module__", "") in _LOSSES:
        raise TypeError("A loss compares predictions with targets: give fit() supervised(loss).")
    result = compute(model, batch)
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(
            "compute(model, batch) returns two things, the loss and a dictionary of other numbers, which may be "
            f"empty: return loss, {{}}. This one returned {type(result).__name__}."
        )
    return result


def _note(lists: dict[str, list[float]], /, **values: float) -> None:
    for name, value in values.items():
        lists.setdefault(name, []).append(value)


def _refuse_broadcasting(prediction, target: torch.Tensor) -> None:
    """(B, 1) against (B,) would give (B, B) differences in silence."""
    if not isinstance(prediction, torch.Tensor) or prediction.shape == target.shape:
        return
    if prediction.numel() == target.numel() > 1:
        raise ValueError(
            f"The prediction has shape {tuple(prediction.shape)} and the target {tuple(target.shape)}, which "
            "would broadcast against each other: give both one shape, for example by target.unsqueeze(-1)."
        )


def _finite(loss: torch.Tensor, history: History) -> float:
    step = len(history.steps.get("loss", []))
    if loss.numel() != 1:
        raise ValueError(f"The loss has shape {tuple(loss.shape)}: take its mean over the batch.")
    value = loss.item()
    if not math.isfinite(value):
        raise FloatingPointError(
            f"The loss is {value} at step {step}: try a smaller learning rate, and look for a logarithm of 0, "
            "a division by 0 or inputs that are not finite."
        )
    return value


def _precision(device: torch.device, mixed: bool):
    """bfloat16 where a CUDA GPU gains by it; plain arithmetic elsewhere."""
    return (
        torch.autocast("cuda", torch.bfloat16) if mixed and device.type == "cuda" else nullcontext()
    )


@contextmanager
def _modes_kept(model: nn.Module):
    """Give each module its training or evaluation mode back in the end, whatever happens."""
    modes = {module: module.training for module in model.modules()}
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def _bar(train: Iterable, start: int, epochs: int, progress: bool):
    """A progress bar over all steps; on stdout, since what stands on stderr looks like a fault."""
    from tqdm import tqdm

    steps = operator.length_hint(train)  # 0 where a loader does not know its length
    return tqdm(
        total=steps * epochs or None, initial=steps * start, unit="step", file=sys.stdout, disable=not progress
    )  # fmt: skip


def _epochs_since_best(history: History) -> int:
    losses = [math.inf if math.isnan(v) else v for v in history.epochs.get("valid_loss", [])]
    return len(losses) - 1 - losses.index(min(losses)) if losses else 0
