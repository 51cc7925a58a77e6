"""Messages for students: compare a value with the right one, and with what common mistakes give."""

import warnings
from contextlib import contextmanager

import torch
from torch.overrides import TorchFunctionMode

__all__ = [
    "WrongAnswer",
    "close",
    "equal",
    "only_tensors",
    "reason",
    "recording",
    "require",
    "warnings_to_stdout",
    "watch",
    "without",
    "your_turn",
]


class WrongAnswer(AssertionError):
    """A check that failed, said in one or two sentences a student can act on."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the sentences alone, without a page about the inside of the checks."""
        return [f"{type(self).__name__}: {self}"]


def close(got, want, what: str, mistakes: dict | None = None, tol: float = 1e-6) -> None:
    """Check that `got` equals `want` to a relative and absolute tolerance.

    Args:
        got: what the student's code returned; anything that `torch.as_tensor` takes.
        want: the right value, a tensor or a number.
        what: what the value is, as it reads after "Expected", for example "the loss of two equal logits".
        mistakes: sentence about a common mistake -> the value that this mistake gives (a number stands for every entry).
        tol: the tolerance, both relative and absolute.

    Raises:
        WrongAnswer: names what was expected, what came, and the likely mistake.
    """
    want, got = torch.as_tensor(want), _as_tensor(got, what)
    if got.shape == want.shape and _same(got, want, tol):
        return
    why = next(
        (sentence for sentence, value in (mistakes or {}).items() if _same(got, value, tol)), ""
    )
    if got.shape != want.shape:
        raise _wrong(
            f"Expected {what} with shape {tuple(want.shape)}, but got shape {tuple(got.shape)}.",
            why,
        )
    if not why and not torch.isfinite(got).all():
        why = "Something overflowed on the way, or was divided by zero."
    raise _wrong(f"Expected {what} to be {_short(want)}, but got {_short(got)}.", why)


def equal(got, want, what: str, mistakes: dict | None = None) -> None:
    """Check that `got` is exactly `want`: a whole number, a text, or a list of them (a tuple or an array does as well).

    Raises:
        WrongAnswer: names what was expected, what came, and the likely mistake, as in `close`.
    """
    got = _not_none(got, what)
    got = got.tolist() if hasattr(got, "tolist") else got
    got = list(got) if isinstance(want, list) and hasattr(got, "__iter__") else got
    if got != want:
        why = next((sentence for sentence, value in (mistakes or {}).items() if got == value), "")
        raise _wrong(f"Expected {what} to be {want}, but got {got}.", why)


def require(condition, sentence: str) -> None:
    """Check a condition.

    Raises:
        WrongAnswer: with this sentence, where the condition does not hold.
    """
    if not condition:
        raise WrongAnswer(sentence)


@contextmanager
def reason(error: type[Exception] | tuple[type[Exception], ...], sentence: str):
    """Say what an error in the student's code means: `with reason(OverflowError, "exp(1000) is too large."): answer(1000)`."""
    try:
        yield
    except NotImplementedError:  # not answered yet; Python counts it as a RuntimeError
        raise
    except error as cause:
        raise _wrong(sentence, f"(Python said {type(cause).__name__}: {cause})") from cause


class without(TorchFunctionMode):
    """Refuse torch's own version of what a question asks for: `with without("softmax"): answer(z)`.

    Names are those of the torch functions, however the student reaches them (torch.softmax, F.softmax, z.softmax, nn.Softmax).
    The name "autograd" refuses every tensor that records a graph.
    """

    def __init__(self, *names: str):
        super().__init__()
        self.names = names

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func.__name__ in self.names:
            raise WrongAnswer(
                f"Write it yourself: `{func.__name__}` is what this question asks you to build."
            )
        result = func(*args, **(kwargs or {}))
        if "autograd" in self.names and isinstance(result, torch.Tensor) and result.requires_grad:
            raise WrongAnswer(
                "Write it yourself: this question asks for the gradient by hand, and autograd is at work here."
            )
        return result


class only_tensors(TorchFunctionMode):
    """Hold an answer to torch: the decimal numbers that leave it, for NumPy, a list or a float, turn into NaN.

    The answer may still print and plot what it likes; a result that was computed outside torch is NaN, which `close` can name.
    """

    exits = ("numpy", "__array__", "__dlpack__", "tolist", "item", "__float__")

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func.__name__ in self.exits and args[0].is_floating_point():
            args = (torch.full_like(args[0], torch.nan, requires_grad=False), *args[1:])
        return func(*args, **(kwargs or {}))


class watch(TorchFunctionMode):
    """Measure the largest tensor that is made: `with watch() as seen: answer(x)`, and then `seen.largest`, how many numbers it has."""

    def __init__(self):
        super().__init__()
        self.largest = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for made in result if isinstance(result, tuple | list) else [result]:
            if isinstance(made, torch.Tensor):
                self.largest = max(self.largest, made.numel())
        return result


@contextmanager
def recording():
    """Count what autograd saves for a way back, inside a `backward` too: `with recording() as saved: ...`, and then `len(saved)`."""
    saved = []

    def note(tensor):
        saved.append(tensor.shape)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        yield saved


@contextmanager
def your_turn(praise: str = "Right."):
    """Around what waits for a student's function, and is not graded: says how it stands, and lets the notebook go on."""
    try:
        yield
    except NotImplementedError:
        print(
            "Your turn: write the function above in the place of `raise NotImplementedError`, and run the cell again."
        )
    except WrongAnswer as answer:
        print(f"Not yet. {answer}")
    else:
        print(praise)


def warnings_to_stdout() -> None:
    """Show warnings as printed text from now on: nbgrader takes what stands on stderr below a test for a failure."""

    def show(message, category, filename, lineno, file=None, line=None):
        print(f"{category.__name__}: {message}")

    warnings.showwarning = show


def _as_tensor(got, what: str) -> torch.Tensor:
    try:
        got = torch.as_tensor(_not_none(got, what))
        # A plain tensor: a class of one's own may say of itself that it is near to everything.
        return torch.Tensor.as_subclass(got, torch.Tensor).detach()
    except (TypeError, ValueError, RuntimeError):
        raise WrongAnswer(
            f"Expected {what} as a tensor, but your function returned {type(got).__name__}."
        ) from None


def _not_none(got, what: str):
    if got is None:
        raise WrongAnswer(f"Expected {what}, but your function returned None. Is there a `return`?")
    return got


def _same(a: torch.Tensor, b, tol: float) -> bool:
    """Whether a is b to the tolerance; one number b stands for all entries of a."""
    b = torch.as_tensor(b).detach()
    return b.shape in ((), a.shape) and torch.allclose(
        a.double(), b.double().expand_as(a), rtol=tol, atol=tol, equal_nan=True
    )


def _wrong(said: str, why: str) -> WrongAnswer:
    return WrongAnswer(f"{said} {why}".strip())


def _short(x: torch.Tensor) -> str:
    """A tensor in a sentence: its first four numbers."""
    if x.numel() == 1:
        return f"{x.item():.6g}"
    numbers = [f"{value:.4g}" for value in x.flatten()[:4].tolist()]
    return f"[{', '.join(numbers)}{', ...' if x.numel() > 4 else ''}]"
