"""The losses of the course as functions, with torch.nn.functional's names and arguments, written from their formulas.

Two tensors that are compared number by number must have one shape: (5, 1) against (5,) would
broadcast to 25 differences, raise nothing, and train towards the mean.
"""

import math

import torch

from helpers.layers.activation import log_softmax

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "nll_loss",
]


def mse_loss(input: torch.Tensor, target: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
    """Squared error (input - target)²: the negative log-likelihood of Gaussian noise, up to scale and constant.

    Args:
        input, target: predictions and what they should be, one shape, any.
        reduction: "mean" over all numbers (not over the rows), "sum", or "none".

    Returns:
        One number, or with "none" the shape of input.

    Raises:
        ValueError: the shapes differ, or there is no such reduction.
    """
    _one_shape("mse_loss", input, target)
    return _reduce((input - target) ** 2, reduction)


def l1_loss(input: torch.Tensor, target: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
    """Absolute error |input - target|: its best constant is the median, not the mean.

    Arguments, result and errors as in `mse_loss`.
    """
    _one_shape("l1_loss", input, target)
    return _reduce((input - target).abs(), reduction)


def huber_loss(
    input: torch.Tensor, target: torch.Tensor, reduction: str = "mean", delta: float = 1.0
) -> torch.Tensor:
    """Half the squared error up to delta, and from there on the tangent: a far point pulls with force delta at most.

    Arguments, result and errors as in `mse_loss`. Source: Huber, Robust Estimation of a Location Parameter (1964).
    """
    _one_shape("huber_loss", input, target)
    error = (input - target).abs()
    return _reduce(
        torch.where(error <= delta, error**2 / 2, delta * (error - delta / 2)), reduction
    )


def binary_cross_entropy(
    input: torch.Tensor,
    target: torch.Tensor,
    weight: torch.Tensor | None = None,
    reduction: str = "mean",
) -> torch.Tensor:
    """-[y log p + (1 - y) log(1 - p)] for probabilities p of class 1, in nats.

    As in torch no logarithm falls below -100: certainty of the wrong class costs 100, not inf.
    Its gradient is then 0; scores and `binary_cross_entropy_with_logits` have no such wall.

    Args:
        input: probabilities p, any shape.
        target: y, 0 or 1 or between, a floating tensor of the same shape.
        weight: what each number counts; it expands to the shape of input, and never beyond.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or a probability lies outside [0, 1] (looked at on the CPU alone).
    """
    _one_shape("binary_cross_entropy", input, target)
    if input.device.type == "cpu" and not ((input >= 0) & (input <= 1)).all():
        raise ValueError(
            "binary_cross_entropy takes probabilities, between 0 and 1, and some of these lie outside: "
            "give scores to binary_cross_entropy_with_logits."
        )
    loss = -(target * _log(input) + (1 - target) * _log(1 - input))
    return _reduce(loss if weight is None else weight.expand_as(loss) * loss, reduction)


def binary_cross_entropy_with_logits(
    input: torch.Tensor,
    target: torch.Tensor,
    weight: torch.Tensor | None = None,
    reduction: str = "mean",
    pos_weight: torch.Tensor | None = None,
) -> torch.Tensor:
    """Binary cross-entropy of the probability σ(x), from the score x, in nats: y log(1 + e⁻ˣ) + (1 - y) [x + log(1 + e⁻ˣ)].

    Args:
        input: scores x, any shape.
        target: y, 0 or 1 or between, a floating tensor of the same shape.
        weight: what each number counts; it expands to the shape of input, and never beyond.
        reduction: "mean", "sum" or "none".
        pos_weight: how many times an example of class 1 counts; it expands likewise.

    Raises:
        ValueError: the shapes differ, or there is no such reduction.
    """
    _one_shape("binary_cross_entropy_with_logits", input, target)
    softplus = torch.logaddexp(torch.zeros_like(input), -input)  # log(1 + e⁻ˣ), without overflow
    positive = target if pos_weight is None else pos_weight.expand_as(target) * target
    loss = positive * softplus + (1 - target) * (input + softplus)
    return _reduce(loss if weight is None else weight.expand_as(loss) * loss, reduction)


def nll_loss(
    input: torch.Tensor,
    target: torch.Tensor,
    weight: torch.Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> torch.Tensor:
    """Minus the log-probability of the right class, in nats.

    Args:
        input: log-probabilities, (B, C), or (C,) for one example, or (B, C, n_1, ...) with a label at every place.
        target: labels 0 to C - 1, int64, the shape of input without C.
        weight: what each class counts, (C,).
        ignore_index: the label of places that count nothing, such as padding.
        reduction: "mean" divides by the sum of the weights that count; "sum"; "none".

    Raises:
        ValueError: the shapes do not go together, or there is no such reduction.
        TypeError: the labels are not int64.
        IndexError: a label is no class (on the CPU; a GPU stops with an assert of its own).
    """
    return _of_labels(_costs(input, weight), target, weight, ignore_index, reduction)


def cross_entropy(
    input: torch.Tensor,
    target: torch.Tensor,
    weight: torch.Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> torch.Tensor:
    """Log-softmax of scores, then `nll_loss`: log Σ eˣ minus the score of the right class, in nats.

    Args:
        input: scores, (B, C), (C,) or (B, C, n_1, ...).
        target: labels as in `nll_loss`; or probabilities of the classes, floating, the shape of input.
        weight, ignore_index, reduction: as in `nll_loss`; with probabilities nothing is ignored,
            and "mean" divides by the number of labels that they replace.
        label_smoothing: the share of each label that is spread evenly over the C classes.

    Raises:
        ValueError, TypeError, IndexError: as in `nll_loss`.
    """
    costs = _costs(log_softmax(input, 1 if input.ndim > 1 else 0), weight)
    if label_smoothing:
        even = costs.mean(-1, keepdim=True)  # the cost of a label that is 1 / C of every class
        costs = (1 - label_smoothing) * costs + label_smoothing * even
    if target.is_floating_point() and target.shape == input.shape:
        loss = (_classes_last(target) * costs).sum(-1)
        return _reduce(loss, reduction)
    return _of_labels(costs, target, weight, ignore_index, reduction)


def _costs(log_p: torch.Tensor, weight: torch.Tensor | None) -> torch.Tensor:
    """What each class would cost if it were the right one, (B, ..., C)."""
    costs = -_classes_last(log_p)
    return costs if weight is None else weight * costs


def _classes_last(x: torch.Tensor) -> torch.Tensor:
    return x.movedim(1, -1) if x.ndim > 2 else x


def _of_labels(
    costs: torch.Tensor,
    target: torch.Tensor,
    weight: torch.Tensor | None,
    ignore_index: int,
    reduction: str,
) -> torch.Tensor:
    *places, _ = costs.shape
    if list(target.shape) != places:
        raise ValueError(
            f"Labels have the shape of the scores without their classes, {tuple(places)}, "
            f"and these labels have shape {tuple(target.shape)}."
        )
    if target.dtype != torch.int64:
        raise TypeError(f"Labels are whole numbers, torch.int64, and these are {target.dtype}.")
    ignored = target == ignore_index
    label = target.masked_fill(ignored, 0)
    loss = _of_right_class(costs, label).masked_fill(ignored, 0)
    if reduction == "mean":
        return loss.sum() / (~ignored if weight is None else ~ignored * weight[label]).sum()
    return _reduce(loss, reduction)


def _of_right_class(costs: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    try:
        return costs.gather(-1, label.unsqueeze(-1)).squeeze(-1)
    except RuntimeError:
        classes = costs.shape[-1]
        wrong = label[(label < 0) | (label >= classes)]
        raise IndexError(
            f"Labels run from 0 to {classes - 1} for {classes} classes, and here is {wrong[0]}."
        ) from None


def _log(p: torch.Tensor) -> torch.Tensor:
    """log p, but -100 from e⁻¹⁰⁰ on down; masked on both sides, so that 0 has gradient 0 and not nan."""
    tiny = p < math.exp(-100)
    return p.masked_fill(tiny, 1).log().masked_fill(tiny, -100)


def _one_shape(name: str, input: torch.Tensor, target: torch.Tensor) -> None:
    if input.shape != target.shape:
        raise ValueError(
            f"{name} compares number by number, and input {tuple(input.shape)} and target "
            f"{tuple(target.shape)} have different shapes: reshape one of them."
        )


def _reduce(loss: torch.Tensor, reduction: str) -> torch.Tensor:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f'reduction is "{reduction}": it is "mean", "sum" or "none".')
    return loss if reduction == "none" else getattr(loss, reduction)()
