"""The course's optimizers, written from their formulas, against PyTorch's: one step of a perceptron's parameters."""

from collections.abc import Callable, Iterator

import torch
from torch import nn

from benchmarks.timing import Row, compare, repeat
from helpers import optimizers, runtime

# name, our class, torch's class, their arguments
PAIRS = [
    ("SGD", "SGD", "SGD", {}),
    ("SGD with momentum", "SGD", "SGD", {"momentum": 0.9}),
    ("SGD with Nesterov's momentum", "SGD", "SGD", {"momentum": 0.9, "nesterov": True}),
    ("AdaGrad", "AdaGrad", "Adagrad", {}),
    ("RMSProp", "RMSProp", "RMSprop", {}),
    ("Adam", "Adam", "Adam", {}),
    ("AMSGrad", "Adam", "Adam", {"amsgrad": True}),
]


def rows(width: int = 256, times: int = 20, pairs: int = 15) -> Iterator[Row]:
    """The same gradients at every step: the optimizer's own work alone is measured."""
    for what, ours, theirs, arguments in PAIRS:
        classes = getattr(optimizers, ours), getattr(torch.optim, theirs)
        programs = (repeat(times, stepper(kind, width, arguments)) for kind in classes)
        yield compare(f"{what}, three layers of {width}, {times} times", *programs, pairs)


def stepper(kind: type, width: int, arguments: dict) -> Callable:
    """The step of a new optimizer of that kind."""
    layers = [nn.Linear(width, width) for _ in range(3)]
    parameters = list(nn.Sequential(*layers).to(runtime.device()).parameters())
    for p in parameters:
        p.grad = torch.randn_like(p)
    return kind(parameters, lr=1e-3, **arguments).step
