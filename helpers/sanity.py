"""Checks for a training program that runs without an error and learns badly: each knows one family of silent bugs.

A check is a function of the program's parts. It returns nothing when all is well, and raises a `SanityError`
whose one sentence names the likely bug. `check_all` runs every check whose parts it is given:

    model, loss    the network, and f(prediction, target), the mean over a batch
    train, test    batches (inputs, targets), as they are fed to the model
    train_step     f(x, y): one update of the model on one batch, as the program does it
    predict        f(x): the prediction for a batch, as the program makes it when it evaluates
    optimizer      so that `check_all` puts its state back, too

The checks train the model; `check_all` puts its weights back after each of them.
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Iterable
from contextlib import contextmanager

import torch
from torch import nn

Loader = Iterable[tuple[torch.Tensor, torch.Tensor]]
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Step = Callable[[torch.Tensor, torch.Tensor], object]


class SanityError(AssertionError):
    """A finding: one sentence about what is wrong and where it usually comes from."""


# The model and its loss


def loss_starts_at_chance(model: nn.Module, loss: Loss, train: Loader) -> None:
    """Before training, a classifier of C classes knows nothing: its cross-entropy is about log C."""
    x, y = _batch(model, train)
    prediction = model(x).detach()
    if not _is_classification(prediction, y):
        return
    start, chance = loss(prediction, y).item(), math.log(prediction.shape[1])
    story = f"The untrained loss is {start:.2f} and log({prediction.shape[1]}) is {chance:.2f}: "
    _require(
        start > 0.75 * chance,
        story + "is the model trained already, or does it see the answers?",
    )
    _require(
        start < 1.25 * chance,
        story
        + "are the inputs scaled to about 1, the initial weights small, and is the number of outputs that of "
        "the classes?",
    )


def outputs_are_scores(model: nn.Module, train: Loader) -> None:
    """Cross-entropy applies the softmax itself, so a classifier returns raw scores."""
    x, y = _batch(model, train)
    prediction = model(x).detach()
    if not _is_classification(prediction, y):
        return
    ones = torch.ones_like(prediction.sum(1))
    is_probability = (prediction >= 0).all() and torch.allclose(prediction.sum(1), ones, atol=1e-3)
    is_logarithm = torch.allclose(prediction.exp().sum(1), ones, atol=1e-3)
    _require(
        not is_probability,
        "The model's outputs are probabilities already: cross-entropy takes raw scores, so leave the softmax out.",
    )
    _require(
        not is_logarithm,
        "The model's outputs are log-probabilities already: take nll_loss, or leave the log-softmax out.",
    )


def loss_is_a_mean(model: nn.Module, loss: Loss, train: Loader) -> None:
    """The loss of a batch is the mean (or the sum) of the losses of its examples."""
    x, y = _batch(model, train)
    prediction = model(x).detach()
    whole = loss(prediction, y)
    singles = torch.stack([loss(p[None], t[None]) for p, t in zip(prediction, y, strict=True)])
    is_fair = any(torch.allclose(whole, total, rtol=1e-3) for total in (singles.mean(), singles.sum()))  # fmt: skip
    _require(
        is_fair,
        f"The loss of a batch is {whole.item():.3g} and the mean over its examples {singles.mean().item():.3g}: with "
        f"prediction {tuple(prediction.shape)} and target {tuple(y.shape)}, do their shapes broadcast?",
    )


def parameters_are_registered(model: nn.Module, loss: Loss, train: Loader) -> None:
    """Every trainable tensor that the loss depends on is one of model.parameters()."""
    x, y = _batch(model, train)
    known = {id(p) for p in model.parameters()}
    lost = [leaf for leaf in _leaves(loss(model(x), y)) if id(leaf) not in known]
    _require(
        not lost,
        f"{len(lost)} tensors are used and not in model.parameters(), so no optimizer trains them: layers "
        "in a Python list need nn.ModuleList, and single tensors nn.Parameter.",
    )


def gradients_reach_every_parameter(model: nn.Module, loss: Loss, train: Loader) -> None:
    """One backward pass gives each parameter a gradient, and no layer one that is all 0."""
    x, y = _batch(model, train)
    model.zero_grad(set_to_none=True)
    value = loss(model(x), y)
    if value.requires_grad:
        value.backward()
    missing = [name for name, p in model.named_parameters() if p.requires_grad and p.grad is None]
    zero = [
        name
        for name, own in _layers(model)
        if not any(p.grad.any() for p in own if p.grad is not None)
    ]
    model.zero_grad(set_to_none=True)
    _require(
        not missing,
        f"No gradient reaches {_some(missing)}: is the graph cut by detach(), no_grad(), .data or a tensor made "
        "anew, or does forward() not use the layer?",
    )
    _require(
        not zero,
        f"The gradient of {_some(zero)} is 0 everywhere: are all its ReLUs dead, or a factor behind it 0?",
    )


# The training step. Where it moves nothing, all its checks say that and no more: what else they see follows from it.

_AT_REST = (
    "The training step leaves every weight where it was: was the optimizer made from the parameters of another model, "
    "or of this one before it was made anew, and does it step?"
)


def updates_change_every_layer(model: nn.Module, train_step: Step, train: Loader) -> None:
    """Three steps move each layer that is to be trained (a bias before batch norm may rest: it has no effect)."""
    x, y = _batch(model, train)
    before = _weights(model)
    for _ in range(3):
        train_step(x, y)
    _require(_moved(model, before), _AT_REST)
    still = [
        name for name, own in _layers(model) if all(torch.equal(p, before[id(p)]) for p in own)
    ]
    _require(
        not still,
        f"Three steps leave {_some(still)} where it was: was the optimizer made before the layer was put in, "
        "or does no gradient arrive?",
    )


def gradients_start_from_zero(model: nn.Module, train_step: Step, train: Loader) -> None:
    """The same step from the same weights has the same gradient, whatever the step before."""
    x, y = _batch(model, train)
    with _put_back(model):
        before = _weights(model)
        for _ in range(3):
            train_step(x, y)
        _require(_moved(model, before), _AT_REST)
    model.zero_grad(set_to_none=True)
    found = []
    for _ in range(2):
        with _put_back(model):
            train_step(x, y)
            found.append([None if p.grad is None else p.grad.clone() for p in model.parameters()])
    pairs = [(a, b) for a, b in zip(*found, strict=True) if a is not None and b is not None]
    _require(
        all(torch.allclose(a, b, rtol=1e-3, atol=1e-7) for a, b in pairs),
        "The second step's gradient holds the first one's, too: call optimizer.zero_grad() in each step.",
    )


def one_batch_overfits(
    model: nn.Module, loss: Loss, train_step: Step, train: Loader, steps: int = 200
) -> None:
    """A program that works learns one batch by heart: its loss falls below a tenth of what it was."""
    x, y = _batch(model, train, most=32)
    before, start = _weights(model), loss(model(x).detach(), y).item()
    for _ in range(steps):
        train_step(x, y)
    end = loss(model(x).detach(), y).item()
    _require(_moved(model, before), _AT_REST)
    story = f"After {steps} steps on one batch the loss went from {start:.3g} to {end:.3g}: "
    _require(math.isfinite(end) and end < start, story + "the learning rate is far too large.")
    _require(end < 0.9 * start, story + "is the learning rate far too small, or the graph cut?")
    _require(
        end < 0.1 * start,
        story
        + "is the learning rate right, and does the loss fit the outputs (no softmax before it)?",
    )


# What the model is judged by


def predictions_repeat(model: nn.Module, predict: Callable, test: Loader) -> None:
    """Evaluation has no chance in it, leaves the model alone, and treats each example by itself."""
    x, _ = _batch(model, test)
    model.train()
    before = copy.deepcopy(model.state_dict())
    first, second, fewer = predict(x), predict(x), predict(x[:2])
    _require(
        torch.equal(first, second)
        and torch.allclose(first[:2], fewer, rtol=1e-3, atol=1e-4)
        and all(torch.equal(value, before[name]) for name, value in model.state_dict().items()),
        "Two evaluations of one example differ, or change the model: call model.eval() before evaluating.",
    )


def train_and_test_share_nothing(train: Loader, test: Loader) -> None:
    """At most one test example in a hundred stands in the training data, too (real data have twins)."""
    seen = {example.tobytes() for example in _whole(train)[0].numpy()}
    again = [example.tobytes() in seen for example in _whole(test)[0].numpy()]
    share = sum(again) / len(again)
    _require(
        share <= 0.01,
        f"{share:.0%} of the test examples are training examples, too: split before anything else, and once.",
    )


# The data


def inputs_are_normalised(train: Loader) -> None:
    """Inputs have a mean near 0 and a standard deviation near 1, to a factor of a few."""
    x = _whole(train)[0]
    mean, std = x.mean().item(), x.std().item()
    _require(
        abs(mean) < 2 and 0.1 < std < 3,
        f"The inputs have mean {mean:.3g} and standard deviation {std:.3g}: scale them to about 0 and 1.",
    )


def train_and_test_are_scaled_alike(train: Loader, test: Loader) -> None:
    """The test data are scaled by the training data's numbers, so their own mean is near 0 and never just 0."""
    x, x_test = _whole(train)[0], _whole(test)[0]
    mean, std = x_test.mean().abs().item(), x_test.std().item()
    _require(
        not (mean < 1e-5 and abs(std - 1) < 1e-3),
        "The test inputs have mean 0 and deviation 1 exactly: scale them by the training inputs' numbers.",
    )
    ratio = std / x.std().item()
    _require(
        0.5 < ratio < 2,
        f"The test inputs spread {ratio:.2g} times as much as the training inputs: scale both alike.",
    )


def labels_belong_to_inputs(train: Loader) -> None:
    """An example's nearest neighbour has its label more often than chance has it (or a value near its own)."""
    x, y = _whole(train, most=1000)
    distances = torch.cdist(x.flatten(1), x.flatten(1)).fill_diagonal_(math.inf)
    neighbour = y[distances.argmin(1)]
    if y.is_floating_point():
        found = torch.corrcoef(torch.stack([y.flatten(), neighbour.flatten()]))[0, 1].item()
        chance, error = 0.0, 1 / math.sqrt(len(y))
    else:
        found = (y == neighbour).float().mean().item()
        chance = (y.bincount() / len(y)).square().sum().item()
        error = math.sqrt(chance * (1 - chance) / len(y))
    _require(
        found > chance + 4 * error,
        f"Neighbours agree with {found:.2f} where chance gives {chance:.2f}: were labels shuffled apart from inputs?",
    )


def batches_are_mixed(train: Loader) -> None:
    """Examples come in an order of their own in each epoch, and not one class after the other."""
    (x, y), (again, _) = _whole(train), _whole(train)
    if not y.is_floating_point():
        chance = (y.bincount() / len(y)).square().sum().item()
        same = (y[1:] == y[:-1]).float().mean().item()
        _require(
            same < (1 + chance) / 2,
            f"{same:.0%} of the examples follow one of their own class: shuffle the training data.",
        )
    _require(
        not torch.equal(x, again),
        "Two epochs have the same order: give the training loader shuffle=True.",
    )


CHECKS = [
    loss_starts_at_chance, outputs_are_scores, loss_is_a_mean, parameters_are_registered,
    gradients_reach_every_parameter, updates_change_every_layer, gradients_start_from_zero,
    one_batch_overfits, predictions_repeat, train_and_test_share_nothing, inputs_are_normalised,
    train_and_test_are_scaled_alike, labels_belong_to_inputs, batches_are_mixed,
]  # fmt: skip


def check_all(**parts) -> dict[str, str]:
    """Run every check whose parts are given, on an untrained model; what they change is put back.

    Args:
        parts: model, loss, train, test, train_step, predict, optimizer, as far as there are any.

    Returns:
        name of the check -> "passed", or the sentence that names the likely bug. A sentence is said once: a check
        that comes to the same one as a check before it is left out.

    Raises:
        TypeError: a part that no check knows.
    """
    wanted = {check: _needs(check) for check in CHECKS}
    unknown = parts.keys() - set().union(*wanted.values()) - {"optimizer"}
    if unknown:
        raise TypeError(f"No check knows a part called {_some(sorted(unknown))}.")
    table = {}
    for check, needs in wanted.items():
        if needs <= parts.keys():
            outcome = _outcome(check, parts)
            if outcome == "passed" or outcome not in table.values():
                table[check.__name__] = outcome
    return table


def _needs(check: Callable) -> set[str]:
    parameters = inspect.signature(check).parameters.values()
    return {p.name for p in parameters if p.default is inspect.Parameter.empty}


def _outcome(check: Callable, parts: dict) -> str:
    with _put_back(parts.get("model"), parts.get("optimizer")):
        try:
            check(**{name: parts[name] for name in _needs(check)})
        except SanityError as finding:
            return str(finding)
    return "passed"


@contextmanager
def _put_back(model: nn.Module | None, optimizer: torch.optim.Optimizer | None = None):
    """Give weights, modes, the optimizer's memory and the random numbers back as they were."""
    parts = [part for part in (model, optimizer) if part is not None]
    states = [copy.deepcopy(part.state_dict()) for part in parts]
    modes = {module: module.training for module in model.modules()} if model else {}
    try:
        with torch.random.fork_rng():
            torch.manual_seed(0)  # two runs draw the same dropout masks
            yield
    finally:
        for part, state in zip(parts, states, strict=True):
            part.load_state_dict(state)
        for module, mode in modes.items():
            module.training = mode


def _weights(model: nn.Module) -> dict[int, torch.Tensor]:
    """Copies of all parameters, by their identity: a layer that is exchanged has weights of its own."""
    return {id(p): p.detach().clone() for p in model.parameters()}


def _moved(model: nn.Module, before: dict[int, torch.Tensor]) -> bool:
    return any(not torch.equal(p, before[id(p)]) for p in model.parameters())


def _require(holds: bool | torch.Tensor, sentence: str) -> None:
    if not holds:
        raise SanityError(sentence)


def _batch(model: nn.Module, loader: Loader, most: int = 256) -> tuple[torch.Tensor, torch.Tensor]:
    """The first examples, on the model's device."""
    device = next(model.parameters(), torch.empty(0)).device
    x, y = next(iter(loader))
    return x[:most].to(device), y[:most].to(device)


def _whole(loader: Loader, most: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """All examples of a loader (or the first ones), on the CPU."""
    x, y = (torch.cat(parts).cpu() for parts in zip(*loader, strict=True))
    return x[:most], y[:most]


def _is_classification(prediction: torch.Tensor, y: torch.Tensor) -> bool:
    return prediction.ndim > 1 and not y.is_floating_point()


def _layers(model: nn.Module) -> list[tuple[str, list[nn.Parameter]]]:
    """The modules with trainable parameters of their own, by name."""
    own = {
        name: [p for p in module.parameters(recurse=False) if p.requires_grad]
        for name, module in model.named_modules()
    }
    return [
        (f"layer {name}" if name else "the model itself", parameters)
        for name, parameters in own.items()
        if parameters
    ]


def _leaves(loss: torch.Tensor) -> list[torch.Tensor]:
    """The trainable tensors at the ends of the loss's graph."""
    nodes, seen, leaves = [loss.grad_fn], set(), []
    while nodes:
        node = nodes.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves.append(node.variable)
        nodes += [parent for parent, _ in node.next_functions]
    return leaves


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
