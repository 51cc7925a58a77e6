"""Messages for students: compare a value with the right one, and with what common mistakes give."""

import sys
import warnings
from contextlib import contextmanager

import numpy as np
import torch
from torch.autograd import forward_ad
from torch.overrides import TorchFunctionMode

__all__ = [
    "WrongAnswer",
    "begin_exercise",
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
    """Check that `got` equals `want` to a relative and absolute tolerance; both are taken in double precision.

    Args:
        got: what the student's code returned: a tensor, an array, a number, or lists of them.
        want: the right value.
        what: what the value is, as it reads after "Expected", for example "the loss of two equal logits".
        mistakes: sentence about a common mistake -> the value that this mistake gives (a number stands for every entry).
        tol: the tolerance, both relative and absolute.

    Raises:
        WrongAnswer: names what was expected, what came, and the likely mistake.
    """
    want, got = _numbers(want), _as_tensor(got, what)
    if got.shape == want.shape and _same(got, want, tol):
        return
    why = _why(sentence for sentence, value in (mistakes or {}).items() if _same(got, value, tol))
    if got.shape != want.shape:
        form = f"with shape {tuple(want.shape)}" if want.shape else "as one number"
        came = f"shape {tuple(got.shape)}" if got.shape else "one number"
        raise _wrong(f"Expected {what} {form}, but got {came}.", why)
    if not why and (want.isfinite() & ~got.isfinite()).any():
        why = "Something overflowed on the way, or was divided by zero."
    places = (~_near(got, want, tol)).nonzero().tolist()
    differ = [(at, want[tuple(at)].item(), got[tuple(at)].item()) for at in places[:WHOLE]]
    if want.numel() > WHOLE:
        raise _wrong(_entries_differ(what, differ, len(places), want.numel()), why)
    raise _wrong(_expected(what, want.tolist(), got.tolist(), differ), why)


def equal(got, want, what: str, mistakes: dict | None = None) -> None:
    """Check that `got` is exactly `want`: a whole number, a text, or a list of them (a tuple or an array does as well).

    Raises:
        WrongAnswer: names what was expected, what came, and the likely mistake, as in `close`.
    """
    got, want = _plain(_not_none(got, what)), _plain(want)
    if isinstance(want, list) and hasattr(got, "__iter__") and not isinstance(got, str):
        got = [_plain(part) for part in got]
    if got == want:
        return
    why = _why(sentence for sentence, value in (mistakes or {}).items() if got == _plain(value))
    ours, theirs = _entries(want), _entries(got)
    if ours.keys() == theirs.keys():
        differ = [(list(at), ours[at], theirs[at]) for at in ours if ours[at] != theirs[at]]
        if len(ours) > WHOLE:
            raise _wrong(_entries_differ(what, differ, len(differ), len(ours)), why)
    else:
        differ = [([], want, got)]
        if isinstance(want, list) and isinstance(got, list) and len(ours | theirs) > LONG:
            raise _wrong(_lists_differ(what, want, got), why)
    raise _wrong(_expected(what, want, got, differ), why)


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
    except (NotImplementedError, WrongAnswer):
        raise  # not answered yet, which Python counts as a RuntimeError; or said already
    except error as cause:
        raise _wrong(sentence, f"(Python said {type(cause).__name__}: {cause})") from cause


class without(TorchFunctionMode):
    """Refuse torch's own version of what a question asks for: `with without("softmax"): answer(z)`.

    Names are those of the torch functions, however the student reaches them (torch.softmax, F.softmax, z.softmax, nn.Softmax).
    The name "autograd" refuses every tensor that records a graph, or carries a derivative along (forward mode).
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
        if "autograd" in self.names and _is_derived(result):
            raise WrongAnswer(
                "Write it yourself: this question asks for the gradient by hand, and autograd is at work here."
            )
        return result


def _is_derived(result) -> bool:
    """Whether autograd is at work on this tensor: backwards, or forwards as in torch.func.jvp and jacfwd."""
    if not isinstance(result, torch.Tensor):
        return False
    return result.requires_grad or forward_ad.unpack_dual(result).tangent is not None


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


def begin_exercise() -> None:
    """What the set-up cell of every exercise calls: warnings are printed, and a test that has passed says so.

    Outside IPython nothing says so.
    """
    warnings_to_stdout()
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    hooks = shell.events.callbacks["post_run_cell"]
    if not any(getattr(hook, "__name__", "") == _say_passed.__name__ for hook in hooks):
        shell.events.register("post_run_cell", _say_passed)


def _say_passed(result) -> None:
    """After a cell: say that it has passed, if it is a test and no error stopped it."""
    if result.success and result.info.raw_cell.startswith("# @title Test"):
        print("Passed.")


def warnings_to_stdout() -> None:
    """Show warnings as printed text from now on: nbgrader takes what stands on stderr below a test for a failure."""

    def show(message, category, filename, lineno, file=None, line=None):
        print(f"{category.__name__}: {message}")

    warnings.showwarning = show


# A value with at most so many entries is shown whole; of a longer one, the first few entries that differ are. Two lists
# of different form are shown whole while neither is long.
WHOLE, LISTED, LONG = 4, 3, 12


def _as_tensor(got, what: str) -> torch.Tensor:
    got = _not_none(got, what)
    nothing = [list(at) for at, part in _entries(got).items() if part is None]
    if nothing:
        raise WrongAnswer(f"Expected {what}, but entry {nothing[0]} of what came is None.")
    try:
        return _numbers(got)
    except (TypeError, ValueError, RuntimeError):
        raise WrongAnswer(
            f"Expected {what} as a tensor, but your function returned {type(got).__name__}."
        ) from None


def _not_none(got, what: str):
    if got is None:
        raise WrongAnswer(
            f"Expected {what}, but got None: your function returned None (is there a `return`?), or None in this place."
        )
    return got


def _numbers(value) -> torch.Tensor:
    """A value as a tensor in double precision."""
    if isinstance(value, torch.Tensor):
        # A plain tensor: a class of one's own may say of itself that it is near to everything.
        value = torch.Tensor.as_subclass(value, torch.Tensor).detach().cpu()
        return value.to(torch.complex128 if value.is_complex() else torch.float64)
    if isinstance(value, list | tuple):
        if any(isinstance(part, torch.Tensor | list | tuple) for part in value):
            return torch.stack([_numbers(part) for part in value])
    array = np.array(value)
    if array.dtype.kind not in "biufcO":  # a text is no number, though NumPy would read one from it
        raise TypeError
    return torch.from_numpy(array.astype(np.complex128 if array.dtype.kind == "c" else np.float64))


def _plain(value):
    """A value in Python's own numbers, with lists for tuples and arrays."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _entries(value, at: tuple[int, ...] = ()) -> dict[tuple[int, ...], object]:
    """What stands in a list of lists, by its place; anything else is one entry."""
    if not isinstance(value, list | tuple) or not value:
        return {at: value}
    found = {}
    for place, part in enumerate(value):
        found |= _entries(part, (*at, place))
    return found


def _near(a: torch.Tensor, b: torch.Tensor, tol: float) -> torch.Tensor:
    """Which entries of a are those of b to the tolerance; infinity is near to itself, and so is NaN."""
    near = b.isfinite() & ((a - b).abs() <= tol + tol * b.abs())
    return near | (a == b) | (a.isnan() & b.isnan())


def _same(a: torch.Tensor, b, tol: float) -> bool:
    """Whether a is b to the tolerance; one number b stands for all entries of a."""
    b = _numbers(b)
    fits = b.shape == a.shape or (b.shape == () and a.numel() > 0)
    return fits and bool(_near(a, b, tol).all())


def _why(mistakes) -> str:
    """What the value comes of; where more than one mistake gives it, none is called the cause."""
    mistakes = list(mistakes)
    if len(mistakes) > 1:
        return " Or: ".join(["More than one mistake gives this. " + mistakes[0], *mistakes[1:]])
    return "".join(mistakes)


def _wrong(said: str, why: str) -> WrongAnswer:
    return WrongAnswer(f"{said} {why}".strip())


def _expected(what: str, want, got, differ: list) -> str:
    """Both values, whole."""
    ours, theirs = _texts([(want, got)], [pair for _, *pair in differ])[0]
    return f"Expected {what} to be {ours}, but got {theirs}."


def _entries_differ(what: str, differ: list, count: int, of: int) -> str:
    """The first entries that differ: place, the right value, and what came."""
    shown = [pair for _, *pair in differ[:LISTED]]
    said = [
        f"entry {at} should be {ours}, but is {theirs}"
        for (at, *_), (ours, theirs) in zip(differ, _texts(shown, shown))  # noqa: B905  (the first ones)
    ]
    number = "all" if count == of else f"{count} of"
    verb = "differs" if count == 1 else "differ"
    more = ", and so on" if count > LISTED else ""
    return f"Expected {what}, but {number} {of} entries {verb}: {'; '.join(said)}{more}."


def _lists_differ(what: str, want: list, got: list) -> str:
    """Two long lists of different form: their lengths, and the first entry in which they differ."""
    both = min(len(want), len(got))
    at = next((at for at in range(both) if want[at] != got[at]), None)
    said = f"Expected {what} with {len(want)} entries, but got {len(got)}"
    if at is None:
        return f"{said}: the first {both} are right."
    ((ours, theirs),) = _texts([(want[at], got[at])], [(want[at], got[at])])
    return (
        f"{said}: the first that differs is entry [{at}], which should be {ours}, but is {theirs}."
    )


def _texts(pairs: list, differ: list) -> list[tuple[str, str]]:
    """Pairs of values as texts, with as many digits as it takes to see how those that differ do."""
    for digits in range(6, 18):
        if all(_text(ours, digits) != _text(theirs, digits) for ours, theirs in differ):
            return [(_text(ours, digits), _text(theirs, digits)) for ours, theirs in pairs]
    return [(f"{ours!r}", f"{theirs!r}") for ours, theirs in pairs]  # '3' and 3


def _text(value, digits: int) -> str:
    if isinstance(value, list):
        return f"[{', '.join(repr(x) if isinstance(x, str) else _text(x, digits) for x in value)}]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e9:
        return f"{value:.0f}"
    return f"{value:.{digits}g}" if isinstance(value, float | complex) else str(value)
