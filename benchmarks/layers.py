"""The course's layers and losses, written from their formulas, against PyTorch's: forward and backward."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.timing import Row, compare, repeat
from helpers import layers, losses, runtime

ACTIVATIONS = ["ReLU", "LeakyReLU", "Sigmoid", "Tanh", "GELU"]
ELEMENTWISE = ["mse_loss", "l1_loss", "huber_loss", "binary_cross_entropy_with_logits"]


def rows(batch: int = 256, width: int = 256, times: int = 20, pairs: int = 15) -> Iterator[Row]:
    """Each on a batch of rows; the last is a whole perceptron of them with its loss."""
    x = torch.randn(batch, width, device=runtime.device(), requires_grad=True)
    label = torch.randint(width, (batch,), device=x.device)
    for what, ours, theirs in twins(x.detach().sigmoid(), label):
        programs = (repeat(times, there_and_back(program, x)) for program in (ours, theirs))
        yield compare(f"{what}, {batch} x {width}, {times} times", *programs, pairs)


def twins(y: torch.Tensor, label: torch.Tensor) -> Iterator[tuple[str, Callable, Callable]]:
    """Name, ours, theirs: functions of an input of y's shape."""
    yield "Linear", *(perceptron(source, y, depth=1) for source in (layers, nn))
    for name in ACTIVATIONS:
        yield name, getattr(layers, name)(), getattr(nn, name)()
    for name in ("Softmax", "LogSoftmax"):
        yield name, getattr(layers, name)(dim=1), getattr(nn, name)(dim=1)
    for name in ELEMENTWISE:
        yield name, *(_towards(y, getattr(source, name)) for source in (losses, F))
    yield "cross_entropy", *(_towards(label, s.cross_entropy) for s in (losses, F))
    pair = (_towards(label, s.cross_entropy, perceptron(t, y)) for s, t in [(losses, layers), (F, nn)])  # fmt: skip
    yield "three layers and cross_entropy", *pair


def perceptron(source, y: torch.Tensor, depth: int = 3) -> nn.Module:
    """Layers out of `helpers.layers` or `torch.nn`, which start alike."""
    torch.manual_seed(0)
    width = y.shape[1]
    parts = [source.Linear(width, width)]
    for _ in range(depth - 1):
        parts += [source.ReLU(), source.Linear(width, width)]
    return source.Sequential(*parts).to(y.device)


def there_and_back(program: Callable, x: torch.Tensor) -> Callable:
    """A function that computes the program's value and its gradients."""

    def both():
        x.grad = None
        program(x).sum().backward()

    return both


def _towards(target: torch.Tensor, loss: Callable, model: Callable = lambda x: x) -> Callable:
    return lambda x: loss(model(x), target)
