# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 1: introduction
#
# Six questions, 20 points, about 165 minutes: from two neurons that you set by hand to a small network that unwinds two spirals.
#
# Write each answer in the place of `raise NotImplementedError()` and run the test below it. A test without an error has passed. One that fails says what it expected, what came, and often why.
# The questions do not need each other, so begin where you like. When your work is graded, more tests run, with other inputs. "The lecture" is chapter 1.
#
# **Handing in.** In JupyterLab, choose *Kernel > Restart Kernel and Run All Cells*, press *Validate*, and submit as your instructor says.
# In Colab, choose *File > Download > Download .ipynb*, see that the file still has its name, `introduction.ipynb`, and hand that file in.

# %% [markdown] tags=["header"]
# *Time:* about 165 minutes for all 6 questions; each one says its own.

# %% cellView="form" jupyter={"source_hidden": true} tags=["setup", "hide-input"]
# @title Set-up: run me first
# The same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: the course itself would have to be fetched
    raise SystemExit("This course is not published, so Colab cannot fetch it: use JupyterLab.")

from helpers.plotting import use_style

use_style()

# What this notebook uses:
import math
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap
from torch import nn
from torch.overrides import TorchFunctionMode

from helpers import runtime
from helpers.checks import (
    begin_exercise,
    close,
    equal,
    only_tensors,
    reason,
    require,
    warnings_to_stdout,
    without,
    your_turn,
)
from helpers.data import two_spirals
from helpers.figures.introduction import draw_roots
from helpers.plotting import BLUE, ORANGE

warnings_to_stdout()  # a warning is no mistake, and must not look like one when it is graded
# What Python says to a slip of the pen, or where a cell above has not been run.
slips = ArithmeticError, AttributeError, LookupError, NameError, RuntimeError, TypeError, ValueError

begin_exercise()  # a test that passes says so


# %%
def random_tensor(*shape, seed):
    """Normal random numbers in float64, the same at each call."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# %% [markdown]
# ## 1. Neurons set by hand  (2 points)
#
# *Difficulty 1 of 5, about 15 minutes. Each of the two networks counts 1 point.*
#
# A network with two hidden neurons and one output is four things: $W_1$ (one row a hidden neuron) and $b_1$ (two numbers), $w_2$ (two numbers, the only row of $W_2$) and $b_2$ (one number). Here it is:


# %%
def step(z):
    return (z >= 0).double()


def two_hidden(X, W1, b1, w2, b2, activation):
    """w2 . activation(W1 x + b1) + b2 for each row x of X (N, d): (N,)."""
    W1, b1, w2, b2 = (torch.as_tensor(part, dtype=torch.float64) for part in (W1, b1, w2, b2))
    shapes = [tuple(part.shape) for part in (W1, b1, w2, b2)]
    assert shapes == [(2, X.shape[1]), (2,), (2,), ()], f"the shapes that came are {shapes}"
    return activation(X @ W1.T + b1) @ w2 + b2


# %% [markdown]
# Choose the weights of two such networks. Return each as `W1, b1, w2, b2`, written as plain lists and numbers.
#
# 1. `exactly_two()`. Three inputs, 0 or 1. All neurons are perceptrons, the last one too: the answer is `step(two_hidden(..., step))`. It is to be 1 when **exactly two** of the inputs are 1.
#    The inputs come from a cheap sensor: each may be off by as much as 0.1, up or down, so keep your lines well away from the corners.
# 2. `xor_of_signs()`. Two inputs, **−1 or 1**. The hidden neurons are ReLUs, and the output has no step: `two_hidden(..., torch.relu)` itself is to be 0 where the inputs are equal and 1 where they differ, exactly.
#
# **Before you write:** which numbers can the sum of three inputs take, and how far can three errors of 0.1 shift it? For which pairs of inputs is $x_1 - x_2$ positive?
#
# <details><summary>Hint 1</summary>Two questions about the sum decide the first one. One of them says yes for two and for three, the other only for three.</details>
# <details><summary>Hint 2</summary>For the second one, draw the four corners and look along the diagonal from (−1, 1) to (1, −1). A hinge is silent on one side of a line.</details>


# %% nbgrader={"grade": false, "grade_id": "by_hand", "locked": false, "schema_version": 3, "solution": true, "task": false}
def exactly_two():
    """W1 (2, 3), b1 (2,), w2 (2,) and b2 of perceptrons that say 1 for exactly two of three."""
    ### BEGIN SOLUTION
    W1 = [[1, 1, 1], [1, 1, 1]]
    return W1, [-1.5, -2.5], [1, -1], -0.5  # at least two, and not at least three
    ### END SOLUTION


def xor_of_signs():
    """W1 (2, 2), b1 (2,), w2 (2,) and b2 of two ReLUs whose sum is 1 where two signs differ, else 0."""
    ### BEGIN SOLUTION
    return [[1, -1], [-1, 1]], [0, 0], [0.5, 0.5], 0  # half of |x1 - x2|
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "by_hand_test_two", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 1: run me
four = "Return four things, W1, b1, w2 and b2: two rows of three weights, two biases, two weights of the output, and one number."
corners = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 3)
with reason((AssertionError, TypeError, ValueError, RuntimeError), four):
    W1, b1, w2, b2 = exactly_two()
    said = step(two_hidden(corners, W1, b1, w2, b2, step))
mistakes = {
    "It says 1 for three, too: that is the majority.": [0, 0, 0, 1, 0, 1, 1, 1],
    "It says 1 for exactly one.": [0, 1, 1, 0, 1, 0, 0, 0],
    "It says 1 for one and for two: not all equal.": [0, 1, 1, 1, 1, 1, 1, 0],
    "It says 1 for at most two: that is a NAND.": [1, 1, 1, 1, 1, 1, 1, 0],
    "It says 0 where it should say 1, and 1 where it should say 0.": [1, 1, 1, 0, 1, 0, 0, 1],
    "It says 0 whatever comes.": 0.0,
    "It says 1 whatever comes.": 1.0,
}
close(
    said,
    [0, 0, 0, 1, 0, 1, 1, 0],
    "the answers to 000, 001, 010, 011, 100, 101, 110, 111 (entries 0 to 7)",
    mistakes,
)

offsets = torch.cartesian_prod(*[torch.tensor([-0.1, 0.0, 0.1], dtype=torch.float64)] * 3)
for corner, right in zip(corners, [0, 0, 0, 1, 0, 1, 1, 0], strict=True):
    said = step(two_hidden(corner + offsets, W1, b1, w2, b2, step))
    wrong = (corner + offsets)[said != right]
    require(
        len(wrong) == 0,
        f"Right at {corner.tolist()}, but not when its inputs are off by up to 0.1, as at "
        f"{[round(number, 1) for number in wrong[:1].flatten().tolist()]}. "
        "A line runs through a corner, or close by: move it to the middle.",
    )

### BEGIN HIDDEN TESTS
for seed in range(5):
    shift = 0.2 * torch.rand(8, 3, generator=torch.Generator().manual_seed(seed)).double() - 0.1
    said = step(two_hidden(corners + shift, W1, b1, w2, b2, step))
    close(said, [0, 0, 0, 1, 0, 1, 1, 0], "the answers to inputs that are off by up to 0.1")
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "by_hand_test_xor", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 1, part 2: run me
four = "Return four things, W1, b1, w2 and b2: two rows of two weights, two biases, two weights of the output, and one number."
signs = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * 2)
with reason((AssertionError, TypeError, ValueError, RuntimeError), four):
    W1, b1, w2, b2 = xor_of_signs()
    out = two_hidden(signs, W1, b1, w2, b2, torch.relu)
mistakes = {
    "Right but for the scale.": [0, 2, 2, 0],
    "It is turned round: it should be 1 where the inputs differ.": [1, 0, 0, 1],
    "Only (1, −1) is seen: the inputs can differ the other way round, too.": [0, 0, 1, 0],
    "Only (−1, 1) is seen: the inputs can differ the other way round, too.": [0, 1, 0, 0],
    "It is always 0. The inputs are −1 and 1 here, not 0 and 1.": 0.0,
    "With these signs the two halves cancel: both must count upwards.": [0, -1, 1, 0],
    "It should be 0 where the inputs are equal, not −1: only the inputs are signs.": [-1, 1, 1, -1],
}
close(out, [0, 1, 1, 0], "the output at (−1, −1), (−1, 1), (1, −1), (1, 1)", mistakes)

### BEGIN HIDDEN TESTS
shuffled = signs[[3, 1, 0, 2, 1]]
close(
    two_hidden(shuffled, W1, b1, w2, b2, torch.relu),
    [0, 1, 0, 1, 1],
    "the output, in another order",
)
### END HIDDEN TESTS

# %% [markdown]
# ## 2. What a network costs  (2 points)
#
# *Difficulty 2 of 5, about 20 minutes. Each function counts 1 point.*
#
# An MLP is described by its widths, for example `[784, 128, 10]`: 784 inputs, one hidden layer of 128 ReLUs, 10 outputs without activation. Count it *exactly*:
#
# 1. `count(widths, bias)` returns `(parameters, operations)`. `bias` says whether the layers have biases, all or none. An operation is one multiplication, one addition, or one ReLU of one number, on the way of **one** example through the network.
#    Nothing is for free and nothing is counted that is not needed: a sum of $n$ numbers takes $n - 1$ additions, and adding the bias takes one more. There are at least two widths. `[5, 3]` has no hidden layer.
# 2. `widest(n_in, n_out, depth, budget)` returns the largest width $w$ such that the network with $n_{in}$ inputs, `depth` $\ge 1$ hidden layers of $w$ units each, $n_{out}$ outputs and biases everywhere has **at most** `budget` parameters. It is 0 if even $w = 1$ is too wide. The budget is at most a million.
#
# **Before you write:** the lecture says that a layer takes $2\, n_{l-1} n_l$ operations. With biases, is that exact? And without? What did it leave out?
#
# <details><summary>Hint 1</summary>Write down one unit with three inputs, as a formula, and count its signs. Then ask which units have a ReLU.</details>
# <details><summary>Hint 2</summary>For the second function you need no formula for w: the number of parameters grows with w, so you can search. Only two of the layers know the inputs and the outputs.</details>


# %% nbgrader={"grade": false, "grade_id": "cost", "locked": false, "schema_version": 3, "solution": true, "task": false}
def count(widths: list[int], bias: bool = True) -> tuple[int, int]:
    """Parameters of an MLP with these widths, and its operations for one example."""
    ### BEGIN SOLUTION
    parameters = operations = 0
    for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
        parameters += n_out * (n_in + bias)
        operations += n_out * (2 * n_in - 1 + bias)  # products, sums, biases
    return parameters, operations + sum(widths[1:-1])  # the hidden units have a ReLU
    ### END SOLUTION


def widest(n_in: int, n_out: int, depth: int, budget: int) -> int:
    """The largest width of `depth` hidden layers with at most `budget` parameters, biases included."""

    ### BEGIN SOLUTION
    def size(w):
        return (n_in + 1) * w + (depth - 1) * (w + 1) * w + (w + 1) * n_out

    w = 0
    while size(w + 1) <= budget:
        w += 1
    return w
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "cost_test_count", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 2: run me
pair = "Return two whole numbers: the parameters, and the operations."
with reason((TypeError, ValueError), pair):
    parameters, operations = count([2, 4, 1], True)
mistakes = {
    "The biases are missing.": 12,
    "The inputs have no bias.": 19,
    "Only the hidden layers' biases are there: the outputs have some, too.": 16,
}
equal(parameters, 17, "the parameters of 2-4-1 with biases", mistakes)
mistakes = {
    "These are multiply-adds: a multiplication and an addition are two operations.": 12,
    "The ReLUs are missing: one for each hidden unit.": 24,
    "One too many: is there an activation behind the last layer, or one addition more than there are terms to add?": 29,
    "The biases are missing among the additions.": 23,
    "There is one addition too many in each sum: n numbers take n − 1, and the bias one more.": 33,
}
equal(operations, 28, "the operations of 2-4-1 with biases", mistakes)

parameters, operations = count([2, 4, 1], False)
mistakes = {"Without biases there are only the weights.": 17}
equal(parameters, 12, "the parameters of 2-4-1 without biases", mistakes)
mistakes = {
    "Without a bias a sum of n products takes n − 1 additions.": 28,
    "The ReLUs are missing: one for each hidden unit, with or without a bias.": 19,
}
equal(operations, 23, "the operations of 2-4-1 without biases", mistakes)
mistakes = {"There is no hidden unit here, hence no ReLU.": [18, 33]}
equal(list(count([5, 3], True)), [18, 30], "the counts of 5-3 with biases", mistakes)

# Two hidden layers, and the parameters as PyTorch counts them.
layers = [nn.Linear(20, 30), nn.ReLU(), nn.Linear(30, 25), nn.ReLU(), nn.Linear(25, 7)]
parameters, operations = count([20, 30, 25, 7], True)
equal(
    parameters,
    sum(p.numel() for p in nn.Sequential(*layers).parameters()),
    "the parameters of 20-30-25-7",
)
mistakes = {
    "Only the first hidden layer's ReLUs were counted: each hidden layer has some.": 3080,
    "Only the last hidden layer's ReLUs were counted: each hidden layer has some.": 3075,
}
equal(operations, 3105, "the operations of 20-30-25-7 with biases", mistakes)

### BEGIN HIDDEN TESTS
for seed in range(12):
    picks = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, 9, (2 + seed % 4,), generator=picks).tolist()
    for bias in (True, False):
        work = 0
        for place, (n, m) in enumerate(zip(sizes, sizes[1:], strict=False)):
            for _ in range(m):
                work += n + (n - 1) + (1 if bias else 0) + (1 if place < len(sizes) - 2 else 0)
        linear = [nn.Linear(n, m, bias) for n, m in zip(sizes, sizes[1:], strict=False)]
        numbers = sum(p.numel() for layer in linear for p in layer.parameters())
        kind = "with" if bias else "without"
        equal(list(count(sizes, bias)), [numbers, work], f"the counts of {sizes}, {kind} biases")
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "cost_test_widest", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 2, part 2: run me
# 2-w-1 has 4 w + 1 parameters: 17 for w = 4, 21 for w = 5.
mistakes = {
    "That network has 21 parameters: too many.": 5,
    "A wider one fits, too.": 3,
    "The biases were left out.": 6,
}
equal(widest(2, 1, 1, 20), 4, "the widest 2-w-1 with at most 20 parameters", mistakes)
mistakes = {"That one fits exactly, and at most means that it may.": 3}
equal(widest(2, 1, 1, 17), 4, "the widest 2-w-1 with at most 17 parameters", mistakes)
mistakes = {"Width 1 takes 5 parameters here, and there are 4.": 1}
equal(widest(2, 1, 1, 4), 0, "the widest 2-w-1 with at most 4 parameters", mistakes)
# 2-w-w-2 has 954 parameters for w = 28, and 1017 for w = 29.
mistakes = {
    "There are two hidden layers, joined by a square of weights.": 199,
    "Two hidden layers are joined by one square of weights: you have two.": 20,
}
equal(widest(2, 2, 2, 1000), 28, "the widest 2-w-w-2 with at most 1000 parameters", mistakes)
# 2-w-w-w-2 has 942 parameters for w = 20, and 1031 for w = 21.
mistakes = {
    "Three hidden layers are joined by two squares of weights: you have three.": 16,
    "Three hidden layers are joined by two squares of weights: you have one.": 28,
}
equal(widest(2, 2, 3, 1000), 20, "the widest 2-w-w-w-2 with at most 1000 parameters", mistakes)

### BEGIN HIDDEN TESTS
for n, m, depth, budget in [(784, 10, 1, 100_000), (784, 10, 3, 10**6), (3, 3, 10, 5000), (50, 2, 4, 40), (1, 1, 1, 10**6)]:  # fmt: skip
    w = widest(n, m, depth, budget)
    sizes = [(n, *[width] * depth, m) for width in (w, w + 1)]
    small, large = (sum((a + 1) * b for a, b in zip(s, s[1:], strict=False)) for s in sizes)
    require(w == 0 or small <= budget, f"For {n}, {m}, {depth}, {budget} your width is too large.")
    require(large > budget, f"For {n}, {m}, {depth}, {budget} your width is too small.")
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Mend four silent bugs  (4 points)
#
# *Difficulty 2 of 5, about 30 minutes. Each function counts 1 point.*
#
# Four small functions of somebody's project. None of them raises an error in the cell below, and all four are wrong, because something is stretched in silence that should not be, or along the wrong axis.


# %%
def broken_standardize(train, new):
    """Pictures (B, C, H, W): each channel of `new`, by the mean and std of that channel in `train`."""
    mean = train.mean(dim=(0, 2, 3))
    std = train.std(dim=(0, 2, 3))
    return (new - mean) / std


def broken_distances(A, B):
    """The distance of each row of A (n, d) from each row of B (m, d): (n, m)."""
    squares = A.square().sum(dim=1) + B.square().sum(dim=1) - 2 * A @ B.T
    return squares.clamp(min=0).sqrt()  # round-off may leave something just below 0


def broken_accuracy(scores, y):
    """The share of examples whose largest score (B, C) stands at the class: y (B,) or (B, 1)."""
    return (scores.argmax(dim=1) == y).double().mean()


def broken_weighted_loss(prediction, target, weight):
    """The weighted mean of squared errors: prediction (B, 1), target (B,), weight (B,)."""
    return (weight * (prediction - target) ** 2).sum() / weight.sum()


picture = torch.tensor([[[[0.0, 2]], [[10, 30]]]], dtype=torch.float64)  # two channels
square = torch.tensor([[0.0, 0], [0, 3], [4, 0]], dtype=torch.float64)  # three corners
perfect = torch.tensor([[1.0], [2], [3]], dtype=torch.float64)
print(
    "means of two standardized channels:", broken_standardize(picture, picture).mean(dim=(0, 2, 3))
)
print("distances of three corners from each other:\n", broken_distances(square, square))
print("accuracy, all right:", broken_accuracy(torch.eye(4), torch.arange(4)[:, None]).item())
print("loss, all right:", broken_weighted_loss(perfect, perfect[:, 0], torch.ones(3)).item())

# %% [markdown]
# Write them so that each does what its docstring says, for all shapes that it names; also where $B$ or $n$ is 1. (`torch.cdist` would hide the bug, so it is refused.)
# No channel is constant. `train` and `new` may have different numbers of pictures, and of rows and columns.
#
# **Before you write:** cover the output above. For each of the four calls, write the shapes that meet, aligned from the right, and say what comes out. Why is the accuracy just 1/4? For which sizes would each of the four raise an error?
#
# <details><summary>Hint 1</summary>In each function one shape lacks an axis of length 1, or has one too many. Find it from the right.</details>
# <details><summary>Hint 2</summary>Reductions have keepdim=True. An index like [:, None] adds an axis of length 1, and reshape can take one away.</details>


# %% nbgrader={"grade": false, "grade_id": "mend", "locked": false, "schema_version": 3, "solution": true, "task": false}
def standardize(train: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    """Pictures (B, C, H, W): each channel of `new`, by the mean and std of that channel in `train`."""
    ### BEGIN SOLUTION
    mean = train.mean(dim=(0, 2, 3), keepdim=True)  # (1, C, 1, 1)
    return (new - mean) / train.std(dim=(0, 2, 3), keepdim=True)
    ### END SOLUTION


def distances(A: torch.Tensor, B: torch.Tensor) -> torch.Tensor:
    """The distance of each row of A (n, d) from each row of B (m, d): (n, m)."""
    ### BEGIN SOLUTION
    lengths = A.square().sum(dim=1, keepdim=True) + B.square().sum(dim=1)  # (n, 1) + (m,)
    return (lengths - 2 * A @ B.T).clamp(min=0).sqrt()
    ### END SOLUTION


def accuracy(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The share of examples whose largest score (B, C) stands at the class: y (B,) or (B, 1)."""
    ### BEGIN SOLUTION
    return (scores.argmax(dim=1) == y.reshape(-1)).double().mean()
    ### END SOLUTION


def weighted_loss(prediction, target, weight) -> torch.Tensor:
    """The weighted mean of squared errors: prediction (B, 1), target (B,), weight (B,)."""
    ### BEGIN SOLUTION
    return (weight * (prediction[:, 0] - target) ** 2).sum() / weight.sum()
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mend_test_standardize", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 3: run me
# One picture of two channels, one row and two columns. The means are 1 and 20.
root = math.sqrt(2)
train = torch.tensor([[[[0.0, 2]], [[10, 30]]]], dtype=torch.float64)
new = torch.tensor([[[[1.0, 5]], [[20, 50]]]], dtype=torch.float64)
want = torch.tensor([[[[0, 4 / root]], [[0, 3 / root]]]], dtype=torch.float64)
mistakes = {
    "Channel 0's mean went to column 0, and channel 1's to column 1: (C,) aligns with the last axis.": [[[[0.0, -1.0606601718]], [[13.435028843, 2.1213203436]]]],
    "These are the mean and std of `new` itself.": [[[[-1 / root, 1 / root]], [[-1 / root, 1 / root]]]],
    "One mean and std for all channels: keep the channels apart.": [[[[-0.6934737641, -0.4014848108]], [[0.6934737641, 2.8833909138]]]],
    "You reduced over the channels: keep them apart, and reduce over pictures, rows and columns.": ((new - train.mean(1, keepdim=True)) / train.std(1, keepdim=True)).tolist(),
    "The mean was not subtracted.": [[[[0.7071067812, 3.5355339059]], [[1.4142135624, 3.5355339059]]]],
    "The std of a single number is undefined: dim=0 alone keeps the places apart, and a channel is all its places.": math.nan,
}  # fmt: skip
shapes = "Shapes do not fit: write that of your mean below (B, C, H, W), aligned from the right."
with reason((RuntimeError, IndexError), shapes):
    got = standardize(train, new)
close(got, want, "the standardized picture", mistakes)
train, new = random_tensor(6, 3, 5, 4, seed=0), random_tensor(2, 3, 7, 9, seed=1)
six = "Right for one picture, and not for six: a channel has one mean and one std over all pictures, and not each picture its own."
with reason((RuntimeError, IndexError), six):
    got = standardize(train, new)
want = new.clone()
for c in range(3):
    want[:, c] = (new[:, c] - train[:, c].mean()) / train[:, c].std()
close(got, want, "two standardized pictures (3, 7, 9), by the channels of six others")

### BEGIN HIDDEN TESTS
for seed, (B, C, H, W) in enumerate([(5, 3, 3, 3), (1, 1, 4, 4), (4, 4, 4, 4), (2, 6, 3, 6)]):
    train, new = 3 + random_tensor(B, C, H, W, seed=seed), random_tensor(B, C, H, W, seed=seed + 9)
    got = standardize(train, new)
    for c in range(C):
        want = (new[:, c] - train[:, c].mean()) / train[:, c].std()
        close(got[:, c], want, f"channel {c} of pictures {(B, C, H, W)}")
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mend_test_distances", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 3, part 2: run me
# The sides of a triangle: 3, 4 and 5.
square = torch.tensor([[0.0, 0], [0, 3], [4, 0]], dtype=torch.float64)
want = torch.tensor([[0.0, 3, 4], [3, 0, 5], [4, 5, 0]], dtype=torch.float64)
shapes = "Shapes do not fit: a column (n, 1) and a row (m,) make a table (n, m)."
with without("cdist"), reason((RuntimeError, IndexError), shapes):
    got = distances(square, square)
mistakes = {
    "The square of each row's length stands in its column only: |a|² belongs to the row.": [[0.0, 4.2426406871, 5.6568542495], [0, 0, 5.6568542495], [0, 4.2426406871, 0]],
    "These are the squares: take the root.": want**2,
    "Only the lengths of A are there, twice: those of B belong to the columns.": [[0.0, 0, 0], [4.2426406871, 0, 4.2426406871], [5.6568542495, 5.6568542495, 0]],
    "Each row was compared with itself alone.": [0.0, 0, 0],
}  # fmt: skip
close(got, want, "the distances of three corners from each other", mistakes)
A, B = square[:2], torch.tensor([[4.0, 3], [0, 0], [0, -1], [-4, 3]], dtype=torch.float64)
want = torch.tensor([[5.0, 0, 1, 5], [4, 3, 4, 4]], dtype=torch.float64)
with without("cdist"), reason((RuntimeError, IndexError), shapes):
    got = distances(A, B)
mistakes = {"Rows belong to A, columns to B: yours is transposed.": want.T}
close(got, want, "the distances of two points from four", mistakes)

### BEGIN HIDDEN TESTS
for seed, (n, m, d) in enumerate([(1, 1, 3), (1, 5, 2), (4, 1, 4), (3, 3, 3), (6, 2, 1)]):
    A, B = random_tensor(n, d, seed=seed), random_tensor(m, d, seed=seed + 9)
    want = [[math.dist(a, b) for b in B.tolist()] for a in A.tolist()]
    close(distances(A, B), want, f"the distances of {n} from {m} points in {d} dimensions")
for seed in range(5):  # round-off may leave something just below 0 under the root
    A = 100 + random_tensor(6, 3, seed=seed)
    want = [[math.dist(a, b) for b in A.tolist()] for a in A.tolist()]
    close(distances(A, A), want, "the distances of six points from themselves", tol=1e-3)
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mend_test_accuracy", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 3, part 3: run me
scores = torch.tensor([[2.0, 1, 0, 0], [0, 3, 1, 0], [1, 0, 5, 0], [4, 0, 0, 1]])  # 0, 1, 2, 0
y = torch.tensor([0, 1, 2, 1])  # three of four are right
mistakes = {
    "Each answer was compared with each class: (B,) against (B, 1) is a table.": 0.3125,
    "That is how many are right: take the share.": 3.0,
    "You looked for the largest score in each column: a row holds the scores of one example.": 0.5,
}
shapes = "Shapes do not fit: y comes as (B,) and as (B, 1), and both must work."
for form in ("(B, 1)", "(B,)"):
    with reason((RuntimeError, IndexError), shapes):
        got = accuracy(scores, y if form == "(B,)" else y[:, None])
    close(got, 0.75, f"the accuracy with y of the shape {form}", mistakes)
with reason((RuntimeError, IndexError), "A batch of one example is a batch: keep its axis."):
    close(accuracy(scores[:1], y[:1, None]), 1.0, "the accuracy on one example")

### BEGIN HIDDEN TESTS
for seed, B in enumerate([1, 2, 3, 50]):
    scores = random_tensor(B, 3, seed=seed)
    y = torch.randint(3, (B,), generator=torch.Generator().manual_seed(seed))
    right = sum(max(range(3), key=s.__getitem__) == c for s, c in zip(scores.tolist(), y.tolist(), strict=True))  # fmt: skip
    for form in (y, y[:, None]):
        close(accuracy(scores, form), right / B, f"the accuracy with y {tuple(form.shape)}")
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mend_test_loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 3, part 4: run me
prediction = torch.tensor([[1.0], [2], [4]], dtype=torch.float64)  # errors 0, 1 and 2
target, weight = torch.tensor([[1.0, 1, 2], [1, 3, 1]], dtype=torch.float64)
mistakes = {
    "Each prediction was compared with each target: (B, 1) minus (B,) is a table.": 9.0,
    "The weights were spread over a table: (B,) times (B, 1).": 5.0,
    "The weights were left out.": 5 / 3,
    "Divide by the sum of the weights, not by their number.": 7 / 3,
    "The weight stands outside the square.": 2.6,
}
with reason(
    (RuntimeError, IndexError),
    "Shapes do not fit: write all three below each other, aligned from the right.",
):
    got = weighted_loss(prediction, target, weight)
close(got, 1.4, "the loss with the errors 0, 1, 2 and the weights 1, 3, 1", mistakes)
with reason(
    (RuntimeError, IndexError, TypeError), "A batch of one example is a batch: keep its axis."
):
    got = weighted_loss(prediction[2:], target[2:], weight[2:])
close(got, 4.0, "the loss of one example with the error 2")

### BEGIN HIDDEN TESTS
for seed, B in enumerate([1, 2, 7]):
    p, t, w = random_tensor(3, B, seed=seed)
    w = w.square() + 0.1
    rows = list(zip(p.tolist(), t.tolist(), w.tolist(), strict=True))
    want = sum(k * (a - b) ** 2 for a, b, k in rows) / sum(k for *_, k in rows)
    close(weighted_loss(p[:, None], t, w), want, f"the loss of {B} examples")
### END HIDDEN TESTS

# %% [markdown]
# ## 4. A hundred networks at once  (3 points)
#
# *Difficulty 3 of 5, about 25 minutes.*
#
# An **ensemble** is $M$ networks of the same shape with different weights. Where its members disagree, one should not trust it. Its parameters are stored together: layer $l$ of all members is one pair of tensors, $W$ of the shape $(M, n_l, n_{l-1})$ and $b$ of the shape $(M, n_l)$.
# `slow_ensemble` takes one member after the other and one example after the other. It is right, and easy to read:


# %%
def slow_ensemble(X, layers, activation=torch.relu):
    """The outputs of all members for all examples, (M, B, n_K); X is (B, n_0), or (M, B, n_0)."""
    members = []
    for m in range(len(layers[0][0])):
        rows = []
        for a in X if X.ndim == 2 else X[m]:
            for l, (W, b) in enumerate(layers, 1):
                a = W[m] @ a + b[m]
                if l < len(layers):  # the last layer has no activation
                    a = activation(a)
            rows.append(a)
        members.append(torch.stack(rows))
    return torch.stack(members)


def random_layers(M, widths, seed):
    """The parameters of M networks with these widths, a pair W (M, n_out, n_in), b (M, n_out) for each layer."""
    sizes = list(zip(widths[:-1], widths[1:], strict=True))
    return [
        (random_tensor(M, m, n, seed=seed + i) / n**0.5, random_tensor(M, m, seed=seed + i + 50))
        for i, (n, m) in enumerate(sizes)
    ]


# %% [markdown]
# Write `ensemble(X, layers)` with the same result and the same two forms of `X`: one batch $(B, n_0)$ for all members, or $(M, B, n_0)$, a batch for each. A loop over the layers is fine.
# Over members and examples there must be none, in no disguise: the number of calls of torch may not grow with $M$ or $B$. Stay with tensors, without NumPy.
#
# **Before you write:** what are the shapes of $X$, $W$ and $b$ in the first layer, aligned from the right? What does `@` make of tensors with three axes? When $M = B$, which wrong sum raises no error?
#
# <details><summary>Hint 1</summary>`@` multiplies the matrices in the last two axes, and broadcasts all axes before them. So both forms of X need the same line.</details>
# <details><summary>Hint 2</summary>The transpose of the last two axes is `.mT`. The bias needs an axis, and there is only one right place for it.</details>


# %% nbgrader={"grade": false, "grade_id": "ensemble", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ensemble(X: torch.Tensor, layers: list[tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
    """The outputs of all members for all examples, (M, B, n_K); X is (B, n_0), or (M, B, n_0)."""
    ### BEGIN SOLUTION
    for l, (W, b) in enumerate(layers):
        X = (torch.relu(X) if l else X) @ W.mT + b.unsqueeze(1)  # (M, B, n_l)
    return X
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "ensemble_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 4: run me
class counting(TorchFunctionMode):
    """Count the calls of torch: `with counting() as seen: answer(x)`, and then `seen.calls`."""

    calls = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.calls += 1
        return func(*args, **(kwargs or {}))


# Two members, two examples, all weights 0: each member says its own bias.
shapes = (
    "Shapes do not fit. Write the shape of each tensor beside it, and align them from the right."
)
quiet = [(torch.zeros(2, 1, 3).double(), torch.tensor([[1.0], [2.0]]).double())]
X = random_tensor(2, 3, seed=0)
pairs = "It does not run through. `layers` is a list of pairs: W, b = layers[0] is the first layer."
with (
    reason((RuntimeError, IndexError), shapes),
    reason((TypeError, ValueError, AttributeError), pairs),
):
    got = ensemble(X, quiet)
mistakes = {
    "The biases went to the examples: b is (M, n), and needs an axis for the examples.": [[[1.0], [2.0]], [[1.0], [2.0]]],
    "The biases are missing.": 0.0,
}  # fmt: skip
close(got, [[[1.0], [1.0]], [[2.0], [2.0]]], "two members that say their biases 1 and 2", mistakes)

# Three members, four examples.
X, layers = random_tensor(4, 5, seed=1), random_layers(3, [5, 6, 2], seed=0)
want = slow_ensemble(X, layers)
with reason((RuntimeError, IndexError), shapes):
    got = ensemble(X, layers)
mistakes = {
    "The ReLU is missing between the layers.": slow_ensemble(X, layers, lambda z: z),
    "The last layer has no activation.": torch.relu(want),
    "That is the mean over the members: return each of them.": want.mean(0),
    "The axes are in another order: members first, then examples.": want.transpose(0, 1),
}
close(got, want, "the outputs (3, 4, 2)", mistakes, tol=1e-10)

# Square weights do not complain when they are turned round.
layers = random_layers(2, [4, 4, 4], seed=3)
turned = [(W.transpose(1, 2), b) for W, b in layers]
X = random_tensor(3, 4, seed=4)
mistakes = {"W is turned round: rows times the transpose of W.": slow_ensemble(X, turned)}
close(ensemble(X, layers), slow_ensemble(X, layers), "the outputs (2, 3, 4)", mistakes, tol=1e-10)

# A batch for each member, and X is left as it was.
X, layers = random_tensor(3, 4, 5, seed=5), random_layers(3, [5, 6, 6, 2], seed=6)
kept, mine = X.clone(), "X may be (M, B, n_0): then each member has a batch of its own."
with reason((RuntimeError, IndexError, ValueError), mine):
    got = ensemble(X, layers)
mistakes = {
    "All members got the batch of the first: each has its own.": slow_ensemble(kept[0], layers),
}
close(got, slow_ensemble(kept, layers), "the outputs for a batch each", mistakes, tol=1e-10)
require(torch.equal(X, kept), "X has changed: it belongs to somebody else.")

# One member, one example; and then many.
X, layers = random_tensor(1, 5, seed=7), random_layers(1, [5, 3, 1], seed=8)
close(ensemble(X, layers), slow_ensemble(X, layers), "the output of one member for one example")
calls = []
for M, B in [(3, 4), (40, 4), (3, 50)]:
    X, layers = random_tensor(B, 5, seed=9), random_layers(M, [5, 3, 1], seed=10)
    with counting() as seen, only_tensors():
        got = ensemble(X, layers)
    mistakes = {"Stay with tensors: yours went through NumPy or plain numbers.": math.nan}
    close(got, slow_ensemble(X, layers), f"the outputs of {M} members", mistakes, tol=1e-10)
    calls.append(seen.calls)
require(
    calls[1] <= calls[0] + 3,
    f"3 members took {calls[0]} calls of torch, and 40 took {calls[1]}: there is a loop over the members.",
)
require(
    calls[2] <= calls[0] + 3,
    f"4 examples took {calls[0]} calls of torch, and 50 took {calls[2]}: there is a loop over the examples.",
)

### BEGIN HIDDEN TESTS
for seed, (M, B, widths) in enumerate(
    [(5, 5, [5, 5, 5]), (1, 6, [3, 4]), (7, 1, [2, 3, 4, 2]), (2, 3, [4, 4, 4, 4, 4]), (6, 6, [6, 1])]
):  # fmt: skip
    layers = random_layers(M, widths, seed=20 * seed)
    for X in (random_tensor(B, widths[0], seed=seed), random_tensor(M, B, widths[0], seed=seed)):
        want = slow_ensemble(X, layers)
        close(ensemble(X, layers), want, f"the outputs of {M} members {widths}", tol=1e-10)
### END HIDDEN TESTS

# %% [markdown]
# And now see what it was worth. Each grey line is a member with random weights; the black one is their mean.

# %% mystnb={"image": {"alt": "A hundred random piecewise linear curves in grey, and their mean in black, over inputs from minus 3 to 3."}}
with your_turn("The same numbers here; the test above asks for more. Compare the two times."):
    X = torch.linspace(-3, 3, 61).double()[:, None]
    layers = random_layers(100, [1, 16, 1], seed=0)
    start = perf_counter()
    with reason(Exception, "First run the test above and make it pass."):
        fast = torch.as_tensor(ensemble(X, layers))
    middle = perf_counter()
    close(fast, slow_ensemble(X, layers), "the outputs of a hundred members", tol=1e-10)
    print(f"ensemble {middle - start:.4f} s, slow_ensemble {perf_counter() - middle:.3f} s")
    fig, ax = plt.subplots()
    ax.plot(X[:, 0], fast[:, :, 0].T, color="0.75", linewidth=0.6)
    ax.plot(X[:, 0], fast.mean(0)[:, 0], color="black", label="mean of 100 members")
    ax.set(xlabel="x", ylabel="output")
    ax.legend()
    plt.show()

# %% [markdown]
# *A hundred networks, 6 100 outputs, in a handful of calls. Towards the edges the members go apart.*

# %% [markdown]
# ## 5. Bumps out of hinges  (4 points)
#
# *Difficulty 3 of 5, about 35 minutes. The network counts 2 points, the knots 2.*
#
# The lecture followed a function with hinges at equally spaced points. It began flat, and behind its last point it ran on with the last slope. Now the points are where *you* want them, and the network is tame on both sides. As in the lecture, a network is


# %%
def one_hidden_layer(x, c, v, b):
    """The sum over i of v_i ReLU(x - c_i), plus b: x (N,), c and v (n,) -> (N,)."""
    return b + torch.relu(x[:, None] - c) @ v


# %% [markdown]
# 1. `hinge_network(knots, values)` returns `c, v, b` such that `one_hidden_layer` takes the given values at the knots, is straight between two neighbours, and is **constant outside**: the first value to the left of all knots, the last value to the right.
#    The $n + 1 \ge 2$ knots ascend, at any distances. Use at most $n + 2$ units. With the values $(0, 1, 0)$ you get a bump.
# 2. `knots_for_root(n)`. Now choose the knots well. The function is $\sqrt{x}$ on $[0, 1]$, with $n$ straight pieces. Equally spaced knots miss it by $1 / (4 \sqrt n)$, because of the steep start: ten times the precision costs a hundred times the units.
#    Return $n + 1$ ascending knots in float64, from 0 to 1 (exactly), with which $n$ chords miss $\sqrt x$ by at most $1 / n^2$, for every $n$ from 1 to 200.
#
# Here is the ruler:


# %%
def misses(knots):
    """How far each chord between neighbouring knots (n + 1,) stays below the root, at most: (n,)."""
    t = torch.linspace(0, 1, 2001, dtype=torch.float64)
    low = knots[:-1, None]
    high = knots[1:, None]
    chord = low.sqrt() + t * (high.sqrt() - low.sqrt())
    return ((low + t * (high - low)).sqrt() - chord).amax(dim=1)


for n in (4, 16, 64):
    equal_pieces = misses(torch.linspace(0, 1, n + 1, dtype=torch.float64))
    print(f"{n:3} equal pieces miss by {equal_pieces.max():.5f}; asked: {1 / n**2:.5f}")

# %% [markdown]
# **Before you write:** between $p^2$ and $q^2$ the root runs from $p$ to $q$. Show on paper that the chord misses it by at most $\dfrac{(q - p)^2}{4\,(p + q)}$. How long may the first piece be, then, if it starts at 0?
#
# <details><summary>Hint 1</summary>For the network: walk from left to right and write down the slope of each piece, also of the two outside. What does a hinge do to the slope?</details>
# <details><summary>Hint 2</summary>For the knots: by the formula, how fast must the first piece shrink as n grows? Bend an equally spaced grid until its first piece shrinks as fast. Look with the ruler which piece is the worst one, for large n too.</details>


# %% nbgrader={"grade": false, "grade_id": "bumps", "locked": false, "schema_version": 3, "solution": true, "task": false}
def hinge_network(knots: torch.Tensor, values: torch.Tensor):
    """c, v (at most n + 2 units) and b of a network through values (n + 1,) at ascending knots (n + 1,), constant outside."""
    ### BEGIN SOLUTION
    outside = torch.zeros(1, dtype=values.dtype)
    slopes = torch.cat([outside, values.diff() / knots.diff(), outside])
    return knots, slopes.diff(), values[0]  # a hinge changes the slope by its v
    ### END SOLUTION


def knots_for_root(n: int) -> torch.Tensor:
    """n + 1 knots from 0 to 1, with which n chords miss the root by at most 1 / n²."""
    ### BEGIN SOLUTION
    return torch.linspace(0, 1, n + 1, dtype=torch.float64) ** 4
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "bumps_test_network", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 5: run me
def run_network(knots, values, x):
    """What the student's network says at x, all in float64."""
    three = "Return three things, c, v and b: as many weights v as places c, and one number."
    fit = "It does not run through: between n + 1 knots lie n pieces, and knots and values are float64."
    k, f, x = (torch.as_tensor(part, dtype=torch.float64) for part in (knots, values, x))
    with reason((TypeError, ValueError, RuntimeError, IndexError), fit):
        network = hinge_network(k.clone(), f.clone())
    with reason((TypeError, ValueError, RuntimeError, AttributeError), three):
        c, v, b = (torch.as_tensor(part, dtype=torch.float64) for part in network)
        out, units = one_hidden_layer(x, c, v, b).detach(), len(c)
    require(
        units <= len(knots) + 1,
        f"{units} units, and {len(knots) + 1} are allowed for {len(knots)} knots.",
    )
    return out


# A lopsided bump: up from 0 to 2 in one, down again in two.
mistakes = {
    "Each slope was added to those before it: a hinge changes the slope, so v is a difference.": [0, 0, 1, 2, 3, 4],
    "The pieces differ in length: divide each rise by its own.": [0, 0, 2 / 3, 4 / 3, 0, -4 / 3],
    "The knots are not equally spaced: take them as they are.": [0, 0, 2 / 3, 4 / 3, 4 / 3, 0],
    "These are steps: it must be straight between the knots.": [0, 0, 0, 2, 2, 0],
    "Rises are no slopes: divide each by the length of its piece.": [0, 0, 1, 2, 0, -2],
}  # fmt: skip
bump = run_network([0.0, 1.0, 3.0], [0.0, 2.0, 0.0], [-1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
close(bump, [0, 0, 1, 2, 1, 0], "the bump at −1, 0, 0.5, 1, 2, 3", mistakes)
mistakes = {
    "Behind the last knot it runs on with the last slope: it must be constant there.": [-1.0, -2.0],
}
behind = run_network([0.0, 1.0, 3.0], [0.0, 2.0, 0.0], [4.0, 5.0])
close(behind, [0.0, 0.0], "the bump behind its last knot, at 4 and 5", mistakes)
mistakes = {
    "It starts from 0: on the left it must have the first value.": [0, 0, -1, -2, -2],
}
line = run_network([1.0, 2.0], [5.0, 3.0], [-9.0, 1.0, 1.5, 2.0, 9.0])
close(line, [5, 5, 4, 3, 3], "the network through (1, 5) and (2, 3) at −9, 1, 1.5, 2, 9", mistakes)

### BEGIN HIDDEN TESTS
for seed, n in enumerate([2, 3, 5, 12, 40]):
    knots = (0.05 + torch.rand(n, generator=torch.Generator().manual_seed(seed))).double().cumsum(0)
    knots, values = (knots - 2).tolist(), random_tensor(n, seed=seed).tolist()
    x = np.linspace(-6, 40, 2000)
    got = run_network(knots, values, x)
    close(got, np.interp(x, knots, values), f"the network through {n} random points")
### END HIDDEN TESTS


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "bumps_test_knots", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 5, part 2: run me
def judge(n):
    """Whether the student's n + 1 knots are knots, and good enough."""
    with reason((TypeError, ValueError, RuntimeError), "Expected n + 1 knots in one tensor."):
        knots = torch.as_tensor(knots_for_root(n)).detach()
    require(
        tuple(knots.shape) == (n + 1,),
        f"Expected {n + 1} knots for n = {n}, but got the shape {tuple(knots.shape)}.",
    )
    require(
        knots.dtype == torch.float64,
        f"Expected float64, but your knots are {knots.dtype}: use dtype=torch.float64.",
    )
    require(
        knots[0] == 0 and knots[-1] == 1 and (knots.diff() > 0).all(),
        f"The knots for n = {n} must ascend from 0 to 1, without a knot twice.",
    )
    missed = misses(knots)
    worst = missed.argmax().item()
    where = (
        "Begin closer to 0: there the root is steepest."
        if worst == 0
        else "That piece is too long: take knots from where the misses are smaller."
    )
    require(
        missed.max() <= 1 / n**2,
        f"For n = {n} piece {worst + 1} misses the root by {missed.max():.3g}; {1 / n**2:.3g} is asked. {where}",
    )


for n in (1, 2, 5, 16, 50, 200):
    judge(n)

### BEGIN HIDDEN TESTS
for n in (3, 4, 7, 10, 25, 33, 64, 99, 128, 177, 199):
    judge(n)
### END HIDDEN TESTS

# %% [markdown]
# Both together: the root by eight pieces, equal ones and yours. **Predict** where yours lie before you look.

# %% mystnb={"image": {"alt": "Left: the square root and two broken lines of eight pieces; with equally spaced knots there is a visible gap near 0, and to the right of 1 both lines are constant. Right: the gaps; the one of the equal pieces rises to 0.09 near 0, the other one has low arches of similar height everywhere."}}
with (
    your_turn("Eight pieces, and hardly a gap."),
    reason(slips, "First run the tests above and make them pass."),
):
    yours = torch.as_tensor(knots_for_root(8))
    even = torch.linspace(0, 1, 9).double()
    judge(8)
    x = torch.linspace(0, 1.2, 1201, dtype=torch.float64)
    lines = [run_network(knots, knots.sqrt(), x) for knots in (even, yours)]
    for knots, line in zip((even, yours), lines, strict=True):
        want = np.interp(x.numpy(), knots.numpy(), knots.sqrt().numpy())
        require(
            np.allclose(line.numpy(), want, atol=1e-6),
            "Your network misses its knots, or is not constant outside: first make the tests above pass.",
        )
    draw_roots(x, lines, {"equal pieces": even, "your pieces": yours})

# %% [markdown]
# *Two networks of the same size (left), and what is missing to the root (right). The places of the kinks make the difference, and a trained network can move its kinks.*

# %% [markdown]
# ## 6. Two spirals on a budget  (5 points)
#
# *Difficulty 4 of 5, about 40 minutes.*
#
# In the lecture an MLP 2-64-64-2 with 4 482 parameters told two spirals apart. You get **200 numbers**. No straight line comes far:


# %%
def spirals(n, seed):
    """n points of two spirals (n, 2) and their classes (n,), the same at each call."""
    return two_spirals(n, generator=torch.Generator().manual_seed(seed))


def share_right(model, X, y):
    """The share of points whose larger score is that of the right class."""
    with torch.no_grad():
        return (model(X).argmax(dim=1) == y).double().mean().item()


def with_one(X):
    return torch.cat([X, torch.ones(len(X), 1)], dim=1)


X, y = spirals(1000, seed=0)
weights = torch.linalg.lstsq(with_one(X), nn.functional.one_hot(y).float()).solution
right = share_right(lambda X: with_one(X) @ weights, *spirals(4000, seed=1))
print(f"the straight line of least squares has {right:.2f} of 4000 fresh points right")

# %% [markdown]
# Write `learn_spirals(X, y)`. It builds a network, trains it on the points $X$ ($N \times 2$, float32) with the classes $y$ ($N$, int64), and returns it: a `torch.nn.Module` on the CPU that maps points ($N \times 2$) to two scores each ($N \times 2$).
#
# - It holds at most 200 numbers: all of its parameters and buffers together. What it has learned is in them; nothing else may be kept, such as the points.
# - On fresh points, more than 98 % are right. The tests call your function with other points, too, turned and with the classes exchanged, and with another seed; so aim for 99 %.
# - It takes a few seconds, not minutes. `torch.nn`, `torch.optim` and `fit` of `helpers.training` are allowed. The only data are `X` and `y`.
#
# **Before you write:** how wide may two hidden layers of equal width be? (If you solved question 2, ask `widest`.) Keep a part of the points for validation while you try, and look at the fresh ones last.
#
# <details><summary>Hint 1</summary>The lecture's loop, with its network made that narrow, falls short with most seeds. Look at its loss: is it still jumping at the end, when the steps are as large and the batches as small as at the start?</details>
# <details><summary>Hint 2</summary>A thousand points fit into one batch. Learning rates that fall towards the end are in torch.optim.lr_scheduler. And ReLU is not the only activation: a narrow network of smooth ones bends better here.</details>


# %% nbgrader={"grade": false, "grade_id": "learn_spirals", "locked": false, "schema_version": 3, "solution": true, "task": false}
def learn_spirals(X: torch.Tensor, y: torch.Tensor) -> nn.Module:
    """A network of at most 200 numbers, trained on points (N, 2) and classes (N,): (N, 2) -> scores (N, 2)."""
    ### BEGIN SOLUTION
    steps = 600
    width = 11
    model = nn.Sequential(
        *(nn.Linear(2, width), nn.Tanh()),
        *(nn.Linear(width, width), nn.Tanh()),
        nn.Linear(width, 2),
    )
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=steps)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "learn_spirals_test", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6: run me
def trained(X, y, X_new, y_new, seed):
    """The student's network, trained on X and y, where it is one as asked for."""
    runtime.seed_everything(seed)
    model = learn_spirals(X.clone(), y.clone())
    require(
        isinstance(model, nn.Module),
        f"Expected a torch.nn.Module, but your function returned {type(model).__name__}.",
    )
    inside = dict(model.named_parameters()) | dict(model.named_buffers())
    numbers = sum(part.numel() for part in inside.values())
    require(numbers <= 200, f"Your network holds {numbers:,} numbers, and 200 are allowed.")
    model.eval()
    with torch.no_grad(), reason(RuntimeError, "Your network takes no points (N, 2) on the CPU."):
        scores = model(X_new)
    require(
        isinstance(scores, torch.Tensor),
        f"Expected the scores in one tensor, but your network returned {type(scores).__name__}.",
    )
    require(
        tuple(scores.shape) == (len(X_new), 2),
        f"Expected two scores for each of {len(X_new)} points, but got the shape {tuple(scores.shape)}.",
    )
    require(torch.isfinite(scores).all(), "Some scores are not finite: the training ran away.")
    others = {name: torch.rand(part.shape).to(part) for name, part in inside.items()}
    known = share_right(lambda X: torch.func.functional_call(model, others, (X,)), X_new, y_new)
    require(
        known < 0.9,
        f"With other numbers in place of its own your network still has {known:.3f} of the fresh points right. "
        "What it has learned must be in its parameters and buffers, and nowhere else.",
    )
    return model


def judge_spirals(X, y, X_new, y_new, seed):
    """How many fresh points the student's network has right, where these are enough."""
    model = trained(X, y, X_new, y_new, seed)
    seen, fresh = share_right(model, X, y), share_right(model, X_new, y_new)
    require(
        fresh >= 0.7,
        f"Only {fresh:.3f} of the fresh points are right, and a straight line has 0.65. "
        "Is there an activation between the layers, and none behind the last one? "
        "(cross_entropy wants scores, not probabilities.) Did the training change the weights?",
    )
    require(
        fresh > 0.98,
        f"{fresh:.3f} of the fresh points are right ({seen:.3f} of those it learned from); more than 0.98 is asked. "
        "Longer training, a learning rate that falls, and other widths or activations may help.",
    )
    return fresh


fresh = judge_spirals(*spirals(1000, seed=0), *spirals(4000, seed=1), seed=0)
print(f"right on fresh points: {fresh:.3f}")

### BEGIN HIDDEN TESTS
turn = torch.tensor([[0.0, 1.0], [-1.0, 0.0]])  # by a quarter of a round
(X, y), (X_new, y_new) = spirals(1000, seed=2), spirals(4000, seed=3)
fresh = judge_spirals(X @ turn, 1 - y, X_new @ turn, 1 - y_new, seed=2)
### END HIDDEN TESTS

# %% [markdown]
# ### The picture
#
# This is the one to show to somebody: what your network believes about the whole plane, and how sure it is. The black line is its boundary.

# %% mystnb={"image": {"alt": "The plane, coloured by the probability of class 1 from blue to orange: two interlocked spiral bands with a black line between them, and the fresh points lying in the bands of their colour."}}
side = 1.5
seed = 0  # change me: how much of the plane to show, and where the training starts


# %%
with (
    your_turn("Two hundred numbers, two spirals."),
    reason(slips, "First run the test above and make it pass."),
):
    fresh = spirals(4000, seed=1)
    model = trained(*spirals(1000, seed=0), *fresh, seed)
    u = torch.linspace(-side, side, 301)
    grid = torch.cartesian_prod(u, u)
    with torch.no_grad():
        belief = model(grid).softmax(dim=1)[:, 1].view(301, 301).T
    points, classes = spirals(600, seed=1)
    fig, ax = plt.subplots(figsize=(6, 4.8))
    shades = LinearSegmentedColormap.from_list("belief", [BLUE, "white", ORANGE])
    u = u.numpy()
    belief = belief.numpy()
    points = points.numpy()  # as matplotlib wants them
    mesh = ax.pcolormesh(u, u, belief, cmap=shades, vmin=0, vmax=1, alpha=0.55, rasterized=True)
    ax.contour(u, u, belief, levels=[0.5], colors="black", linewidths=1.5)
    for c, colour, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
        ax.scatter(*points[(classes == c).numpy()].T, s=9, color=colour, marker=marker)
    fig.colorbar(mesh, label="probability of class 1")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    plt.show()
    require(share_right(model, *fresh) > 0.98, "Your picture so far: now make the test above pass.")


# %% [markdown]
# *Where there are points, it has learned. Where there are none, outside, it is just as sure, and nobody ever told it anything about that place.*
#
# Explore: with how few numbers do you still get 98 %? Set `side` to 5. Train with two values of `seed` and compare the two pictures where they show no points.

# %% [markdown]
# ## For whoever wants more (no points)
#
# Your bumps live on a line. Build one in the plane, by hand: a network with **two** hidden layers of steps that is 1 on the rectangle $[a, b) \times [c, d)$ and 0 elsewhere. Four units of the first layer see the four sides. What must the unit of the second layer ask for?
# Then draw a picture with it: one bump for each pixel of an 8 × 8 digit (`helpers.data.digits`), its grey value as the weight. How many parameters did that take, and how many would it take in ten dimensions? Nobody builds networks like that. Why do they learn pictures all the same?

# %% [markdown]
# ## Two lines for us
#
# Double-click here and fill in. It is not graded; it makes the next edition better.
#
# - Minutes spent:
# - Hardest place:
