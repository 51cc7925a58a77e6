"""The checks say what was expected, what came and why; and they let every right answer pass."""

import math
import warnings

import numpy as np
import pytest
import torch

from helpers.checks import (
    WrongAnswer,
    close,
    equal,
    only_tensors,
    reason,
    recording,
    require,
    warnings_to_stdout,
    watch,
    without,
    your_turn,
)


@pytest.mark.parametrize(
    "got",
    [[1.0, 2.0], (1, 2), np.array([1.0, 2.0]), torch.tensor([1.0, 2.0 + 1e-8], requires_grad=True)],
)
def test_close_takes_whatever_is_a_tensor_to_the_tolerance(got):
    close(got, [1.0, 2.0], "two numbers")


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (None, "your function returned None (is there a `return`?), or None in this place."),
        ([1.0, None], "Expected two numbers, but entry [1] of what came is None."),
        ("1, 2", "Expected two numbers as a tensor, but your function returned str."),
        ([1.0, 2.0, 3.0], "Expected two numbers with shape (2,), but got shape (3,)."),
        ([1.0, 2.1], "Expected two numbers to be [1, 2], but got [1, 2.1]."),
        (
            [math.inf, 2.0],
            "but got [inf, 2]. Something overflowed on the way, or was divided by zero.",
        ),
        ([-1.0, -2.0], "but got [-1, -2]. The sign is wrong."),
        ([7.0, 7.0], "but got [7, 7]. Both are seven."),
        ([[1.0, 2.0]], "with shape (2,), but got shape (1, 2). A row."),
    ],
)
def test_close_says_what_came_and_why(got, said):
    mistakes = {"The sign is wrong.": [-1.0, -2.0], "Both are seven.": 7.0, "A row.": [[1.0, 2.0]]}
    with pytest.raises(WrongAnswer) as wrong:
        close(got, [1.0, 2.0], "two numbers", mistakes)
    assert str(wrong.value).endswith(said)


def test_close_holds_to_its_tolerance_and_shows_the_beginning_of_a_long_tensor():
    close(1 + 1e-7, 1.0, "one")
    with pytest.raises(WrongAnswer, match="to be 1, but got 1"):
        close(1 + 1e-7, 1.0, "one", tol=1e-9)
    got = torch.zeros(9)
    got[[4, 7]] = 1.0
    with pytest.raises(
        WrongAnswer, match=r"2 of 9 entries differ: entry \[4\] should be 0, but is 1"
    ):
        close(got, torch.zeros(9), "nine zeros")
    with pytest.raises(WrongAnswer, match="all 9 entries differ: .*, and so on"):
        close(torch.ones(9), torch.zeros(9), "nine zeros")


def test_close_compares_in_double_precision():
    close(np.float64(0.1), 0.1, "a tenth", tol=1e-9)
    close(torch.tensor(0.1, dtype=torch.float64), np.cos(np.arccos(0.1)), "a tenth", tol=1e-9)
    with pytest.raises(WrongAnswer):
        close(0.1 + 3e-9, 0.1, "a tenth", tol=1e-9)


def test_close_wants_the_same_shape_even_where_it_would_broadcast():
    with pytest.raises(WrongAnswer, match=r"with shape \(2, 2\), but got shape \(2,\)"):
        close([1.0, 1.0], torch.ones(2, 2), "ones")
    with pytest.raises(WrongAnswer, match="as one number, but got shape"):
        close([1.0], 1.0, "one")


def test_close_is_relative_for_large_values():
    close(1e12 + 1e3, 1e12, "a large number")
    with pytest.raises(WrongAnswer):
        close(1e12 + 1e7, 1e12, "a large number")


def test_a_mistake_may_be_nan_and_two_of_one_value_are_both_named():
    with pytest.raises(WrongAnswer, match="Nothing was divided"):
        close(math.nan, 1.0, "one", {"Nothing was divided.": math.nan})
    with pytest.raises(WrongAnswer, match="More than one mistake gives this. First. Or: Second."):
        close(2.0, 1.0, "one", {"First.": 2.0, "Second.": 2.0, "Third.": 3.0})


def test_reason_lets_through_what_is_not_answered_yet():
    with pytest.raises(NotImplementedError):
        with reason(RuntimeError, "Something is wrong."):
            raise NotImplementedError


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_forward_mode_is_autograd_too():
    def slope(x):
        return torch.func.jvp(torch.sin, (x,), (torch.ones_like(x),))[1]

    with pytest.raises(WrongAnswer, match="autograd is at work here"), without("autograd"):
        slope(torch.ones(3))


@pytest.mark.parametrize(
    "got", [[1, 2], (1, 2), np.array([1, 2]), torch.tensor([1, 2]), [np.int64(1), torch.tensor(2)]]
)
def test_equal_takes_every_kind_of_list(got):
    equal(got, [1, 2], "the indices")


def test_equal_says_what_came_and_why():
    equal("a word", "a word", "the word")
    with pytest.raises(
        WrongAnswer, match=r"Expected the indices to be \[1, 2\], but got \[1\]. One is missing."
    ):
        equal((1,), [1, 2], "the indices", {"One is missing.": [1]})
    with pytest.raises(WrongAnswer, match="returned None"):
        equal(None, [1, 2], "the indices")


def test_require_and_reason_say_their_sentence():
    require(True, "never said")
    with pytest.raises(WrongAnswer, match=r"^Said\.$"):
        require([], "Said.")
    with pytest.raises(
        WrongAnswer, match=r"^Too large\. \(Python said OverflowError: math range error\)$"
    ):
        with reason(OverflowError, "Too large."):
            math.exp(1000)
    with pytest.raises(KeyError), reason(OverflowError, "Too large."):
        {}["another error is another matter"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: torch.softmax(x, 0),
        lambda x: x.softmax(0),
        lambda x: torch.nn.functional.softmax(x, 0),
        lambda x: torch.nn.Softmax(0)(x),
    ],
)
def test_without_refuses_a_function_however_it_is_reached(answer):
    with pytest.raises(WrongAnswer, match="Write it yourself: `softmax`"), without("softmax"):
        answer(torch.ones(3))
    with without("relu"):
        answer(torch.ones(3))


def by_attribute(x):
    x = x.clone()
    x.requires_grad = True
    return torch.autograd.grad((x * x).sum(), x)


@pytest.mark.parametrize(
    "answer",
    [
        by_attribute,
        lambda x: x.clone().requires_grad_(),
        lambda x: torch.nn.Parameter(x) * 2,
        lambda x: torch.tensor([1.0], requires_grad=True),
        lambda x: torch.func.grad(lambda x: x.sum())(x),
        lambda x: torch.autograd.functional.jacobian(torch.sin, x),
    ],
)
def test_without_autograd_refuses_every_graph(answer):
    with pytest.raises(WrongAnswer, match="autograd is at work here"), without("autograd"):
        answer(torch.ones(3))
    with without("autograd"):
        assert (torch.ones(3).detach() * 2).sum() == 6


@pytest.mark.parametrize(
    "leave",
    [
        lambda x: x.numpy(),
        np.asarray,
        lambda x: x.tolist(),
        lambda x: [float(v) for v in x],
        lambda x: [v.item() for v in x],
    ],
)
def test_what_leaves_torch_is_nan_and_nothing_else_is(leave):
    x = torch.tensor([1.5, 2.5])
    with only_tensors():
        outside, inside, shown, index = leave(x), x * 2, f"{x}", torch.tensor([3]).item()
    assert all(math.isnan(v) for v in outside)
    assert inside.tolist() == [3.0, 5.0] and shown == "tensor([1.5000, 2.5000])" and index == 3


def test_watch_finds_the_largest_tensor():
    p = torch.ones(5)
    with watch() as seen:
        (p[:, None] * p).sum(dim=0)
    assert seen.largest == 25
    with watch() as seen:
        p.chunk(2)
    assert seen.largest == 3


def test_recording_counts_what_is_saved_also_on_the_way_back():
    class Sine(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx, upstream):
            (x,) = ctx.saved_tensors
            with torch.enable_grad():
                return torch.autograd.grad(
                    x.detach().requires_grad_().sin().sum(), x, allow_unused=True
                )

    x = torch.ones(3, requires_grad=True)
    with recording() as saved:
        x.sin().cos()
    assert len(saved) == 2
    y = Sine.apply(x)
    with recording() as saved:
        y.sum().backward()
    assert len(saved) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotImplementedError(), "Your turn"),
        (WrongAnswer("The sign."), "Not yet. The sign."),
        (None, "Well done."),
    ],
)
def test_your_turn_says_how_it_stands(error, said, capsys):
    with your_turn("Well done."):
        if error:
            raise error
    assert capsys.readouterr().out.startswith(said)


def test_your_turn_hides_no_other_error():
    with pytest.raises(ZeroDivisionError), your_turn():
        1 / 0  # noqa: B018


def test_a_warning_is_printed_where_nbgrader_does_not_mind_it(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings_to_stdout()
        warnings.warn("slow", stacklevel=1)
    assert capsys.readouterr() == ("UserWarning: slow\n", "")


def test_a_notebook_shows_the_sentences_alone(capsys):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    result = shell.run_cell(
        "from helpers.checks import require\nrequire(False, 'The sign is wrong.')"
    )
    assert isinstance(result.error_in_exec, AssertionError)
    assert capsys.readouterr().out.strip() == "WrongAnswer: The sign is wrong."


def test_a_tensor_that_says_it_is_right_is_not_believed():
    class Liar(torch.Tensor):
        as_subclass = detach = lambda self, *_: self

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            agrees = func.__name__ in ("allclose", "eq")
            return agrees or super().__torch_function__(func, types, args, kwargs or {})

    with pytest.raises(WrongAnswer, match="to be 1, but got 2"):
        close(torch.tensor(2.0).as_subclass(Liar), 1.0, "it")
