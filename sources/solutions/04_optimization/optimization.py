# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 4: optimization
#
# Seven questions, 20 points: from a loss for labels that are only half known to walkers that find their way down from the top of a hill where no gradient points anywhere.
#
# Write each answer in the place of `raise NotImplementedError()` and run the test below it. A test without an error has passed. One that fails says what it expected, what came, and often why.
# The questions do not need each other, so begin where you like. When your work is graded, more tests run, with other inputs. "The lecture" is chapter 4.
#
# **Handing in.** In JupyterLab, choose *Kernel > Restart Kernel and Run All Cells*, press *Validate*, and submit as your instructor says.
# In Colab, choose *File > Download > Download .ipynb*, see that the file still has its name, `optimization.ipynb`, and hand that file in.

# %% [markdown] tags=["header"]
# *Time:* about 200 minutes for all 7 questions; each one says its own.

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
from contextlib import contextmanager

import matplotlib.pyplot as plt
import torch
from torch.overrides import TorchFunctionMode

from helpers.checks import (
    WrongAnswer,
    begin_exercise,
    close,
    equal,
    reason,
    require,
    warnings_to_stdout,
    watch,
    without,
    your_turn,
)
from helpers.figures.optimization import draw_walks
from helpers.plotting import plot_curves

warnings_to_stdout()  # a warning is no mistake, and must not look like one when it is graded

begin_exercise()  # a test that passes says so


# %%
def random_tensor(*shape, seed):
    """Normal random numbers in float64, the same at each call."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# %% [markdown]
# ## 1. A label that is only half known  (2 points)
#
# *Difficulty 2 of 5, about 15 minutes.*
#
# Somebody who labels photographs of mushrooms often cannot say which one it is, but can say which ones it may be. So an example comes not with a class, but with a set $S_b$ of **candidates**, one of which is right.
# What happened is then "one of the candidates", and by the rule of the lecture the loss is minus the logarithm of its probability. With scores $z \in \mathbb{R}^{B \times C}$ and $p_b = \mathrm{softmax}(z_b)$,
#
# $$ \mathcal{L}(z, S) = -\frac{1}{B} \sum_{b=1}^{B} \log \sum_{c \in S_b} p_{b,c} . $$
#
# Write `candidate_loss(z, allowed)`. The mask `allowed` has the shape of $z$ and is True where a class is a candidate; each row has at least one True.
# The loss must be right for every finite $z$ in float64, also where a probability is too small for a float, and so must the gradient that autograd computes from it.
# torch's `softmax`, `log_softmax`, `logsumexp`, `logaddexp` and finished losses are not allowed. `z` and `allowed` stay as they are.
#
# **Before you write:** what is the loss when every class is a candidate? What is it, roughly, for $z = (1000, 0, -1000)$ when the last two classes are the candidates?
#
# <details><summary>Hint 1</summary>Take the logarithm of the quotient on paper. What remains is a difference of two terms of the same kind.</details>
# <details><summary>Hint 2</summary>The two terms run over different sets of scores. Which number did the lecture take out of such a term, and is it the same number for both sets? For the gradient: what does `torch.where` do on the way back with a branch that is infinite?</details>


# %% nbgrader={"grade": false, "grade_id": "candidate_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
def candidate_loss(z: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Mean of -log P(one of the candidates), in nats, from scores z (B, C) and a mask allowed (B, C) of booleans."""

    ### BEGIN SOLUTION
    def log_sum_exp(z):
        top = z.amax(dim=1, keepdim=True)
        return top[:, 0] + (z - top).exp().sum(dim=1).log()

    return (log_sum_exp(z) - log_sum_exp(z.masked_fill(~allowed, -math.inf))).mean()
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "candidate_loss_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 1: run me
# Probabilities 1/8, 2/8, 5/8 with candidates 0 and 2, and 1/8, 3/8, 4/8 with candidate 1.
z = torch.tensor([[1.0, 2.0, 5.0], [1.0, 3.0, 4.0]], dtype=torch.float64).log()
allowed = torch.tensor([[True, False, True], [False, True, False]])
kept, kept_mask = z.clone(), allowed.clone()
want = (math.log(8 / 6) + math.log(8 / 3)) / 2
mistakes = {
    "That is the sum over the batch: divide by B.": 1.2685113255,
    "The sign is turned round: a loss is minus a logarithm.": -0.6342556627,
    "That is the loss in bits: use the natural logarithm.": 0.9150374993,
    "You added up -log p over the candidates, as if all of them were true at once: add the probabilities.": 1.7651372120,
    "You took the mean of -log p over the candidates: add the probabilities, then take the logarithm.": 1.1277759192,
    "You took the mean of the candidates' probabilities: add them, and do not divide.": 0.9808292530,
    "That is the best candidate alone: add the probabilities of all candidates.": 0.7254164411,
    "A score of 0 is not a probability of 0: leave the other classes out of the sum.": 0.3017675109,
    "That is the loss of the other classes: `allowed` is True for the candidates.": 0.9281489952,
    "Your softmax runs over the examples (dim 0): it belongs over the classes.": 0.2283792012,
}
shapes = (
    "Shapes do not fit. A sum over the classes takes their axis away: keep it with keepdim=True."
)
fused = ["softmax", "log_softmax", "logsumexp", "logaddexp", "cross_entropy", "nll_loss"]
with without(*fused), reason(RuntimeError, shapes):
    got = candidate_loss(z, allowed)
close(got, want, "the loss of two examples", mistakes)
require(
    torch.equal(z, kept) and torch.equal(allowed, kept_mask),
    "z or allowed has changed: they belong to somebody else, so compute new tensors.",
)

# Scores that are too far apart for an exponential.
far = "The candidates are far below the best score: take the largest score *of the candidates* out of their sum."
cliff = torch.tensor([[1000.0, 0.0, -1000.0]], dtype=torch.float64)
for candidates, loss in [([0], 0.0), ([0, 1, 2], 0.0), ([1, 2], 1000.0), ([2], 2000.0)]:
    mask = torch.zeros(1, 3, dtype=torch.bool)
    mask[0, candidates] = True
    got = candidate_loss(cliff, mask)
    mistakes = {
        "e^1000 has no room in a float: take the largest score out first.": math.nan,
        far: math.inf,
        "Clipping hides the mistake of a model that is sure: do not clip, take the largest score out.": 27.6310211159,
    }
    close(got, loss, f"the loss for scores 1000, 0, -1000 and candidates {candidates}", mistakes)

got = candidate_loss(
    torch.tensor([[0.0, -1e200, -2e200]], dtype=torch.float64), torch.tensor([[False, True, True]])
)
drowned = "A candidate with a lower score than your mask is drowned by it: only a score of -inf has no weight at all."
mistakes = {drowned: float(got) if 1e8 < float(got) < 1e100 else math.nan}
scores = "scores 0, -1e200, -2e200 and candidates [1, 2] (do not clip)"
close(got, 1e200, f"the loss for {scores}", mistakes)

# Two examples that lie far apart.
z = torch.tensor([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -2000.0]], dtype=torch.float64)
mask = torch.tensor([[False, True, True], [True, False, False]])
got = torch.as_tensor(candidate_loss(z, mask))
if not got.isfinite().all():
    got = torch.full_like(got, math.nan)
mistakes = {
    "Each example needs its own largest score, and you took that of the whole batch: search along dim 1.": math.nan,
}
want = (1000 + math.log(2)) / 2
close(got, want, "the loss of two examples with scores near 1000 and near -1000", mistakes)

# The gradient there: what the model says, minus what it says once it knows the candidates.
z = torch.tensor([[1000.0, 0.0, 0.0]], dtype=torch.float64, requires_grad=True)
loss = candidate_loss(z, torch.tensor([[False, True, True]]))
history = isinstance(loss, torch.Tensor) and loss.requires_grad
require(
    history,
    "Your loss has no history, so nothing could be trained with it: compute with tensors to the end, without tolist, item or detach.",
)
mistakes = {
    "The loss is right and its gradient is not a number: an infinite value that `where` or a mask throws away "
    "still comes back as 0 times infinity. Mask the scores with -inf, before the exponential.": math.nan,
}
(got,) = torch.autograd.grad(loss, z)
if not got.isfinite().all():
    got = torch.full_like(got, math.nan)
close(got, [[1.0, -0.5, -0.5]], "the gradient for scores 1000, 0, 0, candidates 1, 2", mistakes)

### BEGIN HIDDEN TESTS
for seed, scale in enumerate([1.0, 30.0, 3000.0, 1e5]):
    z = (scale * random_tensor(9, 6, seed=seed)).requires_grad_()
    allowed = random_tensor(9, 6, seed=seed + 40) > 0.3
    allowed[torch.arange(9), torch.arange(9) % 6] = True
    inside = torch.logsumexp(z.masked_fill(~allowed, -math.inf), dim=1)
    want = (torch.logsumexp(z, dim=1) - inside).mean()
    with without(*fused):
        got = candidate_loss(z, allowed)
    close(got, want, f"the loss of nine examples with scores of size {scale:g}")
    (slope,) = torch.autograd.grad(want, z)
    close(torch.autograd.grad(got, z)[0], slope, f"the gradient for scores of size {scale:g}")
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Mend a schedule  (2 points)
#
# *Difficulty 2 of 5, about 15 minutes.*
#
# A training of $T$ steps, $t = 0, \dots, T - 1$, should begin gently and end gently. The learning rate $\eta_t$ is to be
#
# - in the first $w$ steps a straight line: $\eta_0$ is a $w$-th part of the peak, each step adds as much again, and step $t = w - 1$ has the whole **peak**;
# - from step $t = w$ on half a wave of the cosine: step $w$ has the whole peak, too, and the last step, $t = T - 1$, has exactly the **floor**;
# - after the end, for $t \ge T$, the floor (somebody trains on).
#
# There may be no warm-up ($w = 0$), nothing but warm-up ($w = T$), or a single step after it ($w = T - 1$; it has the peak). Always $0 \le w \le T$, $T \ge 1$ and $0 \le$ floor $\le$ peak. This is somebody's first version:


# %%
def broken_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * t / warmup
    progress = t / total
    return floor + peak * (1 + math.cos(math.pi * progress)) / 2


steps = range(0, 116, 4)
curves = {"broken": [broken_rate(t, total=100, warmup=20, peak=1.0, floor=0.2) for t in steps]}
plot_curves(steps, curves, "step", "learning rate")
plt.show()

# %% [markdown]
# There are several mistakes in it, some of them in the picture. Find them, and write `learning_rate` so that it does what the list says.
#
# **Before you write:** which step of the broken version learns nothing at all? Which rate does it have at the first step after the warm-up, and what does it do after the end?
#
# <details><summary>Hint 1</summary>Half a wave needs a number that is 0 at its first step and 1 at its last one. How many steps lie between the two?</details>
# <details><summary>Hint 2</summary>The wave moves between peak and floor: their difference is what fades. And when does your number divide by zero?</details>


# %% nbgrader={"grade": false, "grade_id": "learning_rate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def learning_rate(t: int, total: int, warmup: int, peak: float, floor: float) -> float:
    """The learning rate at step t of a training of `total` steps: up in a line, down along a cosine."""
    ### BEGIN SOLUTION
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "learning_rate_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 2: run me
def rates_of(steps, total, warmup):
    """Your rates for these steps, with the peak 0.8 and the floor 0.2."""
    division = "A warm-up of no steps, or a single step after it, leaves nothing to divide by: treat these cases by themselves."
    with reason(ZeroDivisionError, division):
        rates = [learning_rate(t, total, warmup, 0.8, 0.2) for t in steps]
    require(
        None not in rates,
        f"Among the steps {list(steps)} of {total} your function returned None once. Every way through it needs a `return`.",
    )
    return rates


# Nine steps, four of them warm-up.
rates = rates_of(range(9), total=9, warmup=4)
mistakes = {
    "The first step has the rate 0, so it learns nothing: begin with a w-th part.": [
        0,
        0.2,
        0.4,
        0.6,
    ],
    "The warm-up begins at the floor: the list wants a straight line from 0, of which the first step is a w-th part.": [
        0.35,
        0.5,
        0.65,
        0.8,
    ],
    "The peak comes a step too late: divide by w.": [0.16, 0.32, 0.48, 0.64],
}
close(rates[:4], [0.2, 0.4, 0.6, 0.8], "the rates of the four warm-up steps", mistakes)
mistakes = {
    "The floor was added on top of the whole peak: the wave goes between peak and floor.": 1.0,
    "The wave has begun already: its progress must be 0 at the first step after the warm-up.": 0.5520944533,
    "Floor added on top of the whole peak, and a wave that begins at t = 0 instead of t = w: two mistakes.": 0.6694592711,
    "The wave has begun a step too early: its progress must be 0 at step w.": 0.7427050983,
}
close(rates[4], 0.8, "the rate of the first step after the warm-up", mistakes)
mistakes = {
    "The wave never arrives: its progress must be 1 at the last step, T - 1, not at T.": 0.2572949017,
    "The wave ends at 0: let it run between peak and floor.": 0.0,
}
close(rates[8], 0.2, "the rate of the last step", mistakes)
mistakes = {
    "That is a straight line: put the progress into a cosine.": [0.65, 0.5, 0.35],
    "The wave runs down to 0 and is cut off at the floor: let it run between peak and floor.": [
        0.6828427125,
        0.4,
        0.2,
    ],
}
close(rates[5:8], [0.7121320344, 0.5, 0.2878679656], "the rates of steps 5, 6, 7", mistakes)
late = rates_of((9, 12, 500), total=9, warmup=4)
mistakes = {"The training is over: from t = T on, return the floor.": late}
close(late, [0.2, 0.2, 0.2], "the rates after the end", mistakes)

# The edges.
got = rates_of(range(4), total=3, warmup=0)
close(got, [0.8, 0.5, 0.2, 0.2], "the rates of three steps without warm-up")
got = rates_of(range(4), total=4, warmup=4)
close(got, [0.2, 0.4, 0.6, 0.8], "the rates of four steps, all warm-up")
got = rates_of([4], total=4, warmup=4)
close(got, [0.2], "the rate after the end: the floor, also when w = T")
got = rates_of(range(4), total=3, warmup=2)
alone = "A single step is left after the warm-up, and the list gives it the peak."
mistakes = {alone: [0.4, 0.8, 0.2, 0.2]}
what = "the rates of two steps of warm-up, one more, and the end"
close(got, [0.4, 0.8, 0.8, 0.2], what, mistakes)

### BEGIN HIDDEN TESTS
for total, warmup, peak, floor in [
    (100, 10, 3e-4, 3e-5), (50, 0, 1.0, 0.0), (1, 0, 0.5, 0.1), (1, 1, 0.5, 0.1), (30, 29, 2.0, 2.0), (7, 5, 1.0, 0.3),
]:  # fmt: skip
    for t in range(total + 5):
        if t < warmup:
            want = peak / warmup * (t + 1)
        elif t >= total:
            want = floor
        else:
            share = 0.0 if total - 1 == warmup else (t - warmup) / (total - 1 - warmup)
            want = peak - (peak - floor) * math.sin(math.pi * share / 2) ** 2
        close(
            learning_rate(t, total, warmup, peak, floor),
            want,
            f"the rate of step {t} of {total}, {warmup} of them warm-up",
            tol=1e-9,
        )
### END HIDDEN TESTS

# %% mystnb={"image": {"alt": "Learning rate over 115 steps: the broken schedule starts at 0, jumps above the peak's wave after step 20 and ends above its floor before rising again; the mended one rises to 1 at step 19, falls along half a cosine to 0.2 at step 99, and stays there."}}
with your_turn("The schedule is mended."):
    edges = [(0, 100, 20), (40, 100, 20), (99, 100, 20), (115, 100, 20), (1, 2, 1), (2, 2, 2)]
    with reason(Exception, "First make the test above pass."):
        curves["mended"] = [float(learning_rate(t, 100, 20, 1.0, 0.2)) for t in steps]
        got = [learning_rate(*edge, 1.0, 0.2) for edge in edges]
    plot_curves(steps, curves, "step", "learning rate")
    plt.show()
    for (t, total, w), rate, want in zip(
        edges, got, [0.05, 0.8800168, 0.2, 0.2, 1, 0.2], strict=True
    ):
        close(rate, want, f"the rate of step {t} of {total}, {w} of them warm-up")

# %% [markdown]
# ## 3. Two steps of six optimizers, on paper  (3 points)
#
# *Difficulty 3 of 5, about 35 minutes. Momentum and Nesterov count 1 point, the other four 2.*
#
# The loss is the parabola $\frac{c}{2} \theta^2$ with its curvature $c > 0$, so the gradient at $\theta$ is $c\,\theta$. A walker starts at $\theta_0 = x > 0$ with all memory at 0 and takes two steps with $\eta > 0$. Where is it then?
#
# Take a sheet of paper, and **predict** $\theta_2$ for six optimizers. The settings are made for paper, and every $\epsilon$ is 0.
#
# | key | rule | settings |
# |---|---|---|
# | `"momentum"` | $v \leftarrow \gamma v + \eta g$, $\theta \leftarrow \theta - v$ | $\gamma = \frac12$ |
# | `"nesterov"` | the same, with the gradient $g$ taken at $\theta - \gamma v$; $\theta_2$ itself is asked for, not a look-ahead point | $\gamma = \frac12$ |
# | `"adagrad"` | $s \leftarrow s + g^2$, $\theta \leftarrow \theta - \eta\, g / \sqrt{s}$ | |
# | `"rmsprop"` | $s \leftarrow \gamma s + (1 - \gamma) g^2$, $\theta \leftarrow \theta - \eta\, g / \sqrt{s}$ | $\gamma = \frac34$ |
# | `"adam"` | with both bias corrections | $\beta_1 = \frac12$, $\beta_2 = \frac34$ |
# | `"amsgrad"` | as in its paper: the largest $s$ so far in the denominator, and no bias correction at all | $\beta_1 = \frac12$, $\beta_2 = \frac34$ |
#
# Then write your formulas down: `momentum_pair(c, x, eta)` returns a dictionary with the first two keys, `adaptive_four(c, x, eta)` one with the other four. Numbers and `math.sqrt` are enough; tensors and finished optimizers are refused.
#
# **Before you write:** where is each walker after *one* step? For three of the six the first step is exactly $\eta$, whatever $c$ and $x$ are. Which three? What happens to all of the last four answers when $c$ becomes 100 times as large?
#
# <details><summary>Hint 1</summary>Write g₁ = c x and θ₁ first, then g₂, for each rule by itself: the six walkers see different second gradients.</details>
# <details><summary>Hint 2</summary>In RMSProp √(1 − γ) = ½. At Adam's second step the corrections are no longer those of the first. In AMSGrad the first s may be larger than the second: compare them.</details>


# %%
class on_paper(TorchFunctionMode):
    """Refuse tensors, and with them every optimizer."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        raise WrongAnswer("By hand: numbers and math.sqrt, no tensors and no finished optimizer.")


# %% nbgrader={"grade": false, "grade_id": "two_steps", "locked": false, "schema_version": 3, "solution": true, "task": false}
def momentum_pair(c: float, x: float, eta: float) -> dict[str, float]:
    """Where "momentum" and "nesterov" are after two steps from x on the parabola c θ² / 2."""
    ### BEGIN SOLUTION
    v = eta * c * x  # the first velocity, the same for both
    theta = x - v
    return {
        "momentum": theta - (v / 2 + eta * c * theta),
        "nesterov": theta - (v / 2 + eta * c * (theta - v / 2)),
    }
    ### END SOLUTION


def adaptive_four(c: float, x: float, eta: float) -> dict[str, float]:
    """Where "adagrad", "rmsprop", "adam" and "amsgrad" are after two steps from x on the parabola c θ² / 2."""
    ### BEGIN SOLUTION
    near = x - eta
    far = x - 2 * eta  # after a first step of η, and RMSProp's of 2η; c cancels
    m = (x / 2 + near) / 2
    s = (3 / 4 * x**2 + near**2) / 4
    return {
        "adagrad": near - eta * near / math.sqrt(x**2 + near**2),
        "rmsprop": far - eta * far / math.sqrt((3 / 4 * x**2 + far**2) / 4),
        "adam": near - eta * (m / (3 / 4)) / math.sqrt(s / (7 / 16)),
        "amsgrad": near - eta * m / math.sqrt(max(s, x**2 / 4)),
    }
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "two_steps_test_momentum", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 3: run me
def predicted(got, want, what, mistakes):
    """Refuse a wrong prediction without telling the right one."""
    require(
        isinstance(got, int | float), f"{what}: expected a number, but got {type(got).__name__}."
    )
    causes = [cause for cause, value in mistakes.items() if math.isclose(got, value, rel_tol=1e-5)]
    why = " Or: ".join(causes)
    right = math.isclose(got, want, rel_tol=1e-6, abs_tol=1e-9)
    require(right, f"{what} is not {got:.6g}. {why}".strip())


with on_paper():
    got = momentum_pair(c=2.0, x=1.0, eta=0.6)
complete = isinstance(got, dict) and set(got) == {"momentum", "nesterov"}
require(complete, "Expected a dictionary with the keys momentum and nesterov.")
mistakes = {
    "The velocity is missing: that is gradient descent.": 0.04,
    "Your γ is not ½.": -1.04,
    "The velocity was averaged: here the gradient comes in with η, not with (1 − γ) η.": -0.14,
    "The second gradient belongs at θ₁, and you took the first one again.": -2.0,
    "This is Nesterov's answer: momentum takes the gradient where it stands.": 0.16,
}
predicted(got["momentum"], -0.56, "θ₂ of momentum for c = 2, x = 1, η = 0.6", mistakes)
mistakes = {
    "That is momentum: Nesterov takes the gradient at θ − γ v.": -0.56,
    "You looked the wrong way: the next point is θ − v, so look ahead at θ − γ v.": -1.28,
    "That is the look-ahead point θ₂ − γ v₂, which PyTorch calls θ: asked is θ₂.": 0.34,
    "You looked ahead by all of v, not by γ v.": 0.88,
    "Your γ is not ½.": 0.2560000000,
}
predicted(got["nesterov"], 0.16, "θ₂ of Nesterov for c = 2, x = 1, η = 0.6", mistakes)
with on_paper():
    got = momentum_pair(c=0.5, x=3.0, eta=0.8)
fixed = "For c = 2, x = 1, η = 0.6 you were right: which of the three does your formula not use?"
for key, want in [("momentum", 0.48), ("nesterov", 0.72)]:
    predicted(got[key], want, f"θ₂ of {key} for c = 0.5, x = 3, η = 0.8", {fixed: got[key]})

### BEGIN HIDDEN TESTS
for c, x, eta in [(1.0, 2.0, 0.1), (5.0, 0.3, 0.2), (0.5, 4.0, 1.5)]:
    with on_paper():
        got = momentum_pair(c=c, x=x, eta=eta)
    for key in ("momentum", "nesterov"):
        theta, v = x, 0.0
        for _ in range(2):
            at = theta - v / 2 if key == "nesterov" else theta
            v = v / 2 + eta * c * at
            theta -= v
        close(got[key], theta, f"θ₂ of {key} for c = {c:g}, x = {x:g}, η = {eta:g}", tol=1e-9)
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "two_steps_test_adaptive", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 3, part 2: run me
keys = ["adagrad", "rmsprop", "adam", "amsgrad"]
with (
    on_paper(),
    reason(ZeroDivisionError, "Something was divided by zero: every s is positive here."),
):
    got = adaptive_four(c=2.0, x=1.0, eta=0.6)
complete = isinstance(got, dict) and set(got) == set(keys)
require(complete, "Expected a dictionary with the keys adagrad, rmsprop, adam and amsgrad.")
special = {
    "adagrad": {
        "s adds up: the first gradient counts at the second step, too.": -0.2,
        "The root is missing.": 0.5590603558,
        "You took the second gradient at the start: it belongs at θ₁.": -0.0242640687,
    },
    "rmsprop": {
        "γ is the share of the past, ¾, and 1 − γ that of the new square.": -0.0554866041,
        "s starts at 0, so after one step it is (1 − γ) g², and the first step is not η.": 0.1299788959,
        "s was not averaged but added up, as in AdaGrad.": 0.1771656285,
        "The settings are those of a library: here γ = ¾.": 0.8846158199,
    },
    "adam": {
        "The corrections at the second step are 1 − β₁² and 1 − β₂²: you have none, or those of the first.": -0.1660738239,
        "There is no momentum in it: m is a mean, too.": 0.0671798823,
        "β₁ and β₂ are swapped.": -0.1944080793,
        "The settings are those of a library: here β₁ = ½ and β₂ = ¾.": -0.1391451227,
    },
    "amsgrad": {
        "The first s is larger than the second here: the largest so far counts.": -0.1660738239,
        "The paper corrects no bias, and this question neither: you have PyTorch's.": -0.0762351926,
        "That is Adam's answer.": -0.0992302344,
    },
}  # fmt: skip
wants = [0.177165594188, 0.070021096222, -0.099230176603, -0.14]
for key, want in zip(keys, wants, strict=True):
    predicted(got[key], want, f"θ₂ of {key} for c = 2, x = 1, η = 0.6", special[key])
with on_paper():
    far = adaptive_four(c=2.0, x=2.0, eta=5.0)["amsgrad"]
mistakes = {"You kept the first s: here the second is larger, and the largest so far counts.": 2.0}
predicted(far, -0.1132486541, "θ₂ of amsgrad for c = 2, x = 2, η = 5, with θ₁ = −3", mistakes)
steep = adaptive_four(c=200.0, x=1.0, eta=0.6)
for key in keys:
    mistakes = {
        "The curvature should cancel: each of the four divides g by the size of g.": steep[key]
    }
    close(steep[key], got[key], f"θ₂ of {key} when c is 100 times as large", mistakes)

### BEGIN HIDDEN TESTS
for c, x, eta in [(1.0, 2.0, 0.1), (5.0, 0.3, 0.2), (0.5, 4.0, 1.5), (3.0, 1.0, 0.7)]:
    with on_paper():
        got = adaptive_four(c=c, x=x, eta=eta)
    for key in keys:
        theta, m, s, largest = x, 0.0, 0.0, 0.0
        for t in (1, 2):
            g = c * theta
            m = (m + g) / 2 if key in ("adam", "amsgrad") else g
            s = s + g * g if key == "adagrad" else 0.75 * s + 0.25 * g * g
            largest = max(largest, s) if key == "amsgrad" else s
            if key == "adam":
                theta -= eta * (m / (1 - 0.5**t)) / math.sqrt(s / (1 - 0.75**t))
            else:
                theta -= eta * m / math.sqrt(largest)
        close(got[key], theta, f"θ₂ of {key} for c = {c:g}, x = {x:g}, η = {eta:g}", tol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## 4. An optimizer without a learning rate  (3 points)
#
# *Difficulty 2 of 5, about 20 minutes.*
#
# Measure $\theta$ in metres and the loss in seconds. Then the gradient is in seconds per metre, and $\theta - \eta\, g$ only makes sense if $\eta$ carries units. RMSProp divides $g$ by its own size, so its step has no units at all. Zeiler (2012) wanted a step in metres, and found metres in the past: in the moves that were already made.
# **Adadelta** keeps two fading averages, $s$ of the squared gradients and $u$ of the squared moves $\Delta$:
#
# $$ s_{t+1} = \gamma s_t + (1 - \gamma)\, g_t^2, \qquad \Delta_t = \frac{\sqrt{u_t + \epsilon}}{\sqrt{s_{t+1} + \epsilon}}\; g_t, \qquad u_{t+1} = \gamma u_t + (1 - \gamma)\, \Delta_t^2, \qquad \theta_{t+1} = \theta_t - \Delta_t , $$
#
# all coordinate by coordinate. Here $\epsilon$ stands *inside* both roots: without it the first move would be 0, and all others, too. Write one step, `adadelta(theta, g, state, gamma, eps)`. The state is the pair $(s_t, u_t)$ of tensors; return the new point and the new pair. What was handed in stays as it was.
#
# **Before you write:** how long is the first move for $s_0 = u_0 = 0$, $\gamma = 0.9$, $\epsilon = 10^{-6}$ and a gradient of 1? And for a gradient of 1000? Which $u$ does $\Delta_t$ need, the old or the new one?
#
# <details><summary>Hint 1</summary>Write the four formulas in the order in which they can be computed: each one uses only what stands before it.</details>
# <details><summary>Hint 2</summary>New tensors, no `+=`: the caller still holds the old point and the old averages.</details>


# %%
def valley_gradient(p):
    """Of (1 - x)² + 3 (y - x²)², the curved valley of the lecture."""
    x, y = p
    return torch.stack([2 * (x - 1) - 12 * x * (y - x**2), 6 * (y - x**2)])


@contextmanager
def no_optimizers():
    """Refuse finished optimizers, torch's and those of helpers."""

    def refuse(self, *args, **kwargs):
        raise WrongAnswer("Write the formulas yourself: here a finished optimizer is at work.")

    kept = torch.optim.Optimizer.__init__
    torch.optim.Optimizer.__init__ = refuse
    try:
        yield
    finally:
        torch.optim.Optimizer.__init__ = kept


def bowl_gradient(p):
    """Of a bowl with the curvatures 1, 2, 3, ..., one for each coordinate."""
    return torch.arange(1, len(p) + 1, dtype=p.dtype) * p


# %%
def race_with_torch(gradient, start, steps, gamma, eps):
    """The largest distance between your path and torch's."""
    twin = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.Adadelta([twin], lr=1.0, rho=gamma, eps=eps)
    theta = start
    state = (torch.zeros_like(start), torch.zeros_like(start))
    apart = []
    for _ in range(steps):
        twin.grad = gradient(twin.detach().clone())
        optimizer.step()
        with no_optimizers():
            theta, state = adadelta(theta, gradient(theta), state, gamma, eps)
        apart.append((theta - twin).abs().max())
    return torch.stack(apart).max().item()


# %% nbgrader={"grade": false, "grade_id": "adadelta", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    """The next point and the next state (s, u) from the point theta, its gradient g and the state, all tensors of one shape."""
    ### BEGIN SOLUTION
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    return theta - move, (s, gamma * u + (1 - gamma) * move**2)
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "adadelta_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 4: run me
# Made for paper: the new s + ε is 9, and u + ε is 4.
theta, g, s, u = (torch.tensor([v], dtype=torch.float64) for v in (2.0, 4.0, 4.0, 2.0))
given = [t.clone() for t in (theta, g, s, u)]
with no_optimizers():
    got = adadelta(theta, g, (s, u), gamma=0.75, eps=2.0)
pair = isinstance(got, tuple | list) and len(got) == 2 and isinstance(got[1], tuple | list)
require(pair and len(got[1]) == 2, "Expected the new point and the new pair (s, u): theta, (s, u).")
kept = all(torch.equal(a, b) for a, b in zip((theta, g, s, u), given, strict=True))
require(kept, "Something that was handed in has changed: make new tensors, without += or mul_.")
mistakes = {
    "ε stands inside the roots here, and you added it outside.": -0.9396438455,
    "ε belongs into the upper root, too.": 0.1143819168,
    "ε belongs into the lower root, too.": -1.0237157841,
    "You divided by the old s: average first, then divide.": -1.2659863237,
    "You took the new u, but Δ needs the old one: the new one is made from Δ.": -1.0631219449,
    "That is RMSProp: the root of u, the size of past moves, is missing.": 0.6666666667,
    "The roots are missing: sizes, not squares.": 0.2222222222,
    "γ is the share of the past, and 1 − γ that of the new square.": -0.0655911180,
    "You went uphill: subtract the move.": 4.6666666667,
    "That is the move itself: subtract it from theta.": 2.6666666667,
    "The fraction stands on its head: past moves above, gradients below.": -4.0000000000,
}
close(got[0], [-2 / 3], "the new point for θ = 2, g = 4, s = 4, u = 2, γ = ¾, ε = 2", mistakes)
mistakes = {"That is the old s: return the new one.": [4.0]}
close(got[1][0], [7.0], "the new s", mistakes)
mistakes = {
    "u has not changed: let the squared move in, as the third formula says.": [2.0],
    "u is an average of squares: square the move.": [2.1666666667],
    "u averages the squared moves, and you put the squared gradients in.": [5.5000000000],
    "The new square comes in with 1 − γ, as in s.": [8.6111111111],
}
close(got[1][1], [59 / 18], "the new u", mistakes)

# Fifty steps beside torch.optim.Adadelta, with other settings and more coordinates.
start = torch.tensor([-1.3, 0.3], dtype=torch.float64)
courses = {"the valley": (valley_gradient, start), "a bowl": (bowl_gradient, start.repeat(3))}
for course, (gradient, begin) in courses.items():
    apart = race_with_torch(gradient, begin, 50, 0.9, 1e-6)
    require(
        apart < 1e-9,
        f"One step of one number was right, but over 50 steps in {course} your path and that of torch.optim.Adadelta "
        f"are up to {apart:.1g} apart. Use gamma and eps as they are handed in, and treat each coordinate by itself.",
    )

### BEGIN HIDDEN TESTS
for seed, (gamma, eps) in enumerate([(0.9, 1e-6), (0.5, 1e-2), (0.99, 1e-4), (0.0, 1e-3)]):
    A = random_tensor(4, 4, seed=seed)
    apart = race_with_torch(
        lambda p, A=A: A @ A.T @ p, random_tensor(4, seed=seed + 9), 60, gamma, eps
    )
    require(
        apart < 1e-9, f"Your path and torch's are {apart:.1g} apart for γ = {gamma:g}, ε = {eps:g}."
    )
zeros = torch.zeros(2, 3, dtype=torch.float64)
theta, _ = adadelta(random_tensor(2, 3, seed=1), random_tensor(2, 3, seed=2), (zeros, zeros))
require(theta.shape == (2, 3), "A matrix must stay a matrix.")
### END HIDDEN TESTS

# %% [markdown]
# No learning rate, then? Watch how far it gets from $(-1.3, 0.3)$ towards the minimum $(1, 1)$. Which number decides about the first moves, and so is a learning rate in disguise?

# %%
with your_turn("The smaller ε is, the longer it takes until the moves have grown."):
    start = torch.tensor([-1.3, 0.3], dtype=torch.float64)
    kept = start.clone()
    zeros = torch.zeros_like(start)
    sizes = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4)
    with reason(Exception, "First make the test above pass."):
        apart = [race_with_torch(valley_gradient, start, 50, 0.9, eps) for eps in sizes]
        apart += [race_with_torch(bowl_gradient, start.repeat(3), 50, 0.9, 1e-6)]
    require(torch.equal(start, kept), "Your function changes the point that it is handed.")
    require(max(apart) < 1e-9, "This is not Adadelta yet: first make the test above pass.")
    for eps in sizes:
        theta = start
        state = (zeros, zeros)
        for _ in range(500):
            theta, state = adadelta(theta, valley_gradient(theta), state, eps=eps)
        print(f"ε = {eps:g}: after 500 steps at ({theta[0]:.3f}, {theta[1]:.3f})")

# %% [markdown]
# ## 5. Two steps in turn  (3 points)
#
# *Difficulty 4 of 5, about 35 minutes. The two steps count 2 points, the prediction 1.*
#
# On a quadratic with the Hessian $H$ and curvatures from $\mu$ to $\beta$, the best *constant* step of gradient descent is $2 / (\mu + \beta)$, and each step shrinks the worst direction by $\frac{\kappa - 1}{\kappa + 1}$.
# Now allow two steps in turn, $\eta_{\text{long}}, \eta_{\text{short}}, \eta_{\text{long}}, \dots$ No momentum, no memory. The direction with curvature $c$ is multiplied by
#
# $$ q(c) = (1 - \eta_{\text{long}}\, c)\, (1 - \eta_{\text{short}}\, c) $$
#
# in each *pair* of steps. You know $\mu$ and $\beta$, and that between them there may be a direction with any curvature. Which two steps make the largest $\lvert q(c) \rvert$ on $\mu \le c \le \beta$ as small as possible?
#
# One fact helps (Chebyshev): the largest $\lvert q(c) \rvert$ on the interval is smallest when it is reached at **three** places with alternating signs, at both ends and, with the other sign, once between them. (Else bend the parabola a little, and it gets better.) Derive the steps on paper. Then write
#
# - `step_pair(H)`: the two steps, the longer one first, from a symmetric matrix with positive eigenvalues, not all equal;
# - `steps_needed(H, shrink)`: how many single steps, an **even** number, you predict for the distance to the minimum to fall to `shrink` times ($0 < $ `shrink` $ < 1$) what it was, whatever the start and whatever the curvatures in between. Both functions read $H$ by themselves; neither needs the other.
#
# **Before you write:** $q$ is a parabola in $c$ with $q(0) = 1$. Draw one that stays low between $\mu = 1$ and $\beta = 9$. Where does it touch its largest value, and how often? Is $\eta_{\text{long}}$ larger or smaller than $2/\beta$, beyond which a constant step explodes?
#
# <details><summary>Hint 1</summary>A parabola with the same value at both ends is symmetric about the middle of the interval. So where is the third place?</details>
# <details><summary>Hint 2</summary>Put the middle at 0 and the ends at ±1: up to a factor only one parabola goes through +1, −1, +1 there. Its two roots, shifted back, are the curvatures that 1/η must equal. Its value at the place that belongs to c = 0 gives the factor m.</details>


# %% nbgrader={"grade": false, "grade_id": "step_pair", "locked": false, "schema_version": 3, "solution": true, "task": false}
def step_pair(H: torch.Tensor) -> tuple[float, float]:
    """The two steps, the longer one first, whose alternation shrinks all curvatures of H (n, n) best."""
    ### BEGIN SOLUTION
    curvatures = torch.linalg.eigvalsh(H)  # ascending
    middle = (curvatures[-1] + curvatures[0]).item() / 2
    half = (curvatures[-1] - curvatures[0]).item() / 2
    return 1 / (middle - half / math.sqrt(2)), 1 / (middle + half / math.sqrt(2))
    ### END SOLUTION


def steps_needed(H: torch.Tensor, shrink: float) -> int:
    """The even number of steps after which the distance is at most `shrink` times the first one."""
    ### BEGIN SOLUTION
    curvatures = torch.linalg.eigvalsh(H)
    x = ((curvatures[-1] + curvatures[0]) / (curvatures[-1] - curvatures[0])).item()
    pairs = math.log(1 / shrink) / math.log(2 * x**2 - 1)  # 2x² - 1 is 1 / m
    return 2 * math.ceil(pairs)
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "step_pair_test_steps", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 5: run me
# Curvatures 1 and 9, in directions that are not the axes.
H = torch.tensor([[3.88, 3.84], [3.84, 6.12]], dtype=torch.float64)
got = step_pair(H)
pair = isinstance(got, tuple | list) and len(got) == 2
require(pair, "Expected two numbers: return long, short.")
mistakes = {
    "The longer step comes first.": [0.1277395809, 0.4604957132],
    "Those are the curvatures at which q vanishes: a step is one over a curvature.": [2.1715728753, 7.8284271247],
    "That is the best constant step, twice: two different ones do better.": 0.2,
    "These two steps finish the curvatures 1 and 9 at once, but in between, at 5, q is -1.8: it explodes.": [1.0, 1 / 9],
    "The roots of your parabola lie at a quarter and three quarters of the way. At the ends it is then larger than in the middle.": [1 / 3, 1 / 7],
    "You took the diagonal of H for its curvatures: those are the eigenvalues.": [0.2376403037, 0.1726531381],
    "Those are the step and the share of momentum: this question has no memory.": [0.25, 0.25],
}  # fmt: skip
close(list(got), [0.4604957132, 0.1277395809], "the two steps for curvatures from 1 to 9", mistakes)

# Measured: the worst of a thousand curvatures, over one pair of steps.
curvature = torch.linspace(1, 9, 1001, dtype=torch.float64)
after = (1 - got[0] * curvature) * (1 - got[1] * curvature)
close(after.abs().max(), 8 / 17, "the worst factor of one pair, measured", tol=1e-4)

# Three curvatures: 1, 8 and 9. The direction between the ends changes nothing.
H3 = torch.tensor([[8.0, 0.0, 0.0], [0.0, 3.88, 3.84], [0.0, 3.84, 6.12]], dtype=torch.float64)
between = "With three curvatures, 1, 8 and 9, you give other steps than with 1 and 9: only the smallest and the largest one count."
got = list(step_pair(H3))
close(got, [0.4604957132, 0.1277395809], "the two steps for curvatures 1, 8, 9", {between: got})

### BEGIN HIDDEN TESTS
for seed, (low, high) in enumerate([(0.1, 10.0), (2.0, 3.0), (1e-3, 1.0), (50.0, 5000.0)]):
    Q, _ = torch.linalg.qr(random_tensor(5, 5, seed=seed))
    inner = torch.linspace(low, high, 5, dtype=torch.float64)
    H = Q @ torch.diag(inner) @ Q.T
    roots = (low + high) / 2 + (high - low) / 2 * math.cos(math.pi / 4) * torch.tensor(
        [-1.0, 1.0]
    ).double()
    close(
        list(step_pair((H + H.T) / 2)),
        1 / roots,
        f"the two steps for curvatures from {low:g} to {high:g}",
    )
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "step_pair_test_prediction", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 5, part 2: run me
H = torch.tensor([[3.88, 3.84], [3.84, 6.12]], dtype=torch.float64)
mistakes = {
    "That is the number of pairs: each has two steps.": 25,
    "After an odd number of steps half a pair is missing: round the pairs up, then double.": 49,
    "One pair too few: round up.": 48,
    "That is what the best constant step needs.": 83,
    "That is the prediction for the loss, which shrinks with the square of the distance.": 26,
    "That is the number of steps that momentum needs.": 27,
}
equal(steps_needed(H, 1e-8), 50, "the steps to 1e-8 for curvatures from 1 to 9", mistakes)
H3 = torch.tensor([[8.0, 0.0, 0.0], [0.0, 3.88, 3.84], [0.0, 3.84, 6.12]], dtype=torch.float64)
got = steps_needed(H3, 1e-8)
between = (
    "Only the smallest and the largest curvature count: one more between them changes nothing."
)
equal(got, 50, "the steps to 1e-8 for curvatures 1, 8, 9", {between: got})
mistakes = {"That is the answer for 1e-8: use `shrink`.": 50}
equal(steps_needed(H, 1e-3), 20, "the steps to 1e-3 for curvatures from 1 to 9", mistakes)

### BEGIN HIDDEN TESTS
for seed, (low, high, shrink) in enumerate(
    [(0.1, 10.0, 1e-3), (2.0, 3.0, 1e-9), (1e-3, 1.0, 0.1), (1.0, 7.0, 0.9)]
):
    Q, _ = torch.linalg.qr(random_tensor(4, 4, seed=seed))
    H = Q @ torch.diag(torch.linspace(low, high, 4, dtype=torch.float64)) @ Q.T
    m = 1 / math.cosh(2 * math.acosh((high + low) / (high - low)))
    pairs = next(n for n in range(1, 10**6) if m**n <= shrink)
    equal(
        steps_needed((H + H.T) / 2, shrink),
        2 * pairs,
        f"the steps to {shrink:g} for curvatures from {low:g} to {high:g}",
    )
### END HIDDEN TESTS

# %%
curvature = torch.logspace(-2, 0, 200, dtype=torch.float64)
Q, _ = torch.linalg.qr(random_tensor(200, 200, seed=0))
H = Q * curvature @ Q.T
H = (H + H.T) / 2

# %% mystnb={"image": {"alt": "Largest distance over 200 single steps for curvatures from 0.01 to 1, logarithmic: the constant step falls along a straight line, the pair of steps falls almost twice as fast, momentum falls fastest."}}
with your_turn(
    "Two steps in turn do in 100 steps nearly what one needs 200 for, and you foresaw when."
):
    with reason(Exception, "First make the test of the two steps pass."):
        long, short = (float(step) for step in step_pair(H))
    worst = {"constant step": [], "two in turn": [], "momentum": []}
    one, two, heavy, v = (torch.ones_like(curvature) for _ in range(4))
    v = 0 * v
    for step in range(200):
        for name, at in zip(worst, (one, two, heavy), strict=True):
            worst[name].append(at.abs().max().item())
        one = one - 2 / 1.01 * curvature * one
        two = two - (short if step % 2 else long) * curvature * two
        v = (9 / 11) ** 2 * v + 4 / 1.1**2 * curvature * heavy
        heavy = heavy - v
    rows = {name: values[::8] for name, values in worst.items()}
    plot_curves(range(0, 200, 8), rows, "single steps", "worst distance", log="y")
    plt.show()
    require(long > short, "The two steps differ, and the longer one comes first.")
    close(worst["two in turn"][2], 0.92453, "the worst distance after one pair", tol=1e-4)
    arrived = next(n for n in range(0, 200, 2) if worst["two in turn"][n] <= 1e-3)
    with reason(Exception, "First make the test of the prediction pass."):
        predicted = steps_needed(H, 1e-3)
    equal(predicted, arrived, "your prediction of when it is 1e-3")

# %% [markdown]
# ## 6. Newton with a brake  (4 points)
#
# *Difficulty 4 of 5, about 40 minutes.*
#
# Logistic regression has scores $s_i = x_i^\top w$, labels $y_i \in \{0, 1\}$, and with a penalty $\lambda > 0$ the loss
#
# $$ \mathcal{L}(w) = \frac1N \sum_{i=1}^{N} \big[ \log(1 + e^{s_i}) - y_i s_i \big] + \frac\lambda2 \lVert w \rVert^2 . $$
#
# It is convex, so Newton's method should be at home. It is not: far from the minimum the curvature is nearly 0, and a step $H^{-1} \nabla \mathcal{L}$ flies off. So it gets a brake, **backtracking**: with $g = \nabla \mathcal{L}(w)$ and $d = H^{-1} g$ try the step lengths $a = 1, \frac12, \frac14, \dots$ and take the first one with
#
# $$ \mathcal{L}(w - a\, d) \;\le\; \mathcal{L}(w) - \tfrac14\, a\; g^\top d . $$
#
# Write `newton_path(X, y, penalty, start)`: all points $w$ visited, the start first, as a tensor with one row a point. Stop at the first point with $\lVert g \rVert \le 10^{-6}$. From wherever we start you, 50 steps are more than enough: stop then in any case.
#
# - Gradient and Hessian are yours, by formula. Autograd and finished optimizers are refused.
# - No tensor may be as large as $N \times N$. Scores may be as large as a thousand, so compute the loss in a way that survives them.
#
# **Before you write:** what is the derivative of the sigmoid, in terms of $p = \sigma(s)$? For which scores is it largest, and what is left of $H$ when all scores are far from 0?
#
# <details><summary>Hint 1</summary>The gradient of the mean is known from the lecture: what the model says minus the truth, times the input. Differentiate it once more by w: each example adds x xᵀ, times a number.</details>
# <details><summary>Hint 2</summary>Multiply the rows of X by these numbers: a column (N, 1) times (N, d). The penalty has a second derivative, too. And log(1 + e^-s) was a "Your turn" of the lecture: here the sign of s is the other one. torch has it under two names.</details>


# %% nbgrader={"grade": false, "grade_id": "newton_path", "locked": false, "schema_version": 3, "solution": true, "task": false}
def newton_path(
    X: torch.Tensor, y: torch.Tensor, penalty: float, start: torch.Tensor
) -> torch.Tensor:
    """The points that Newton's method with backtracking visits, (steps + 1, d), from X (N, d), y (N,) of zeros and ones, start (d,)."""

    ### BEGIN SOLUTION
    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean() + penalty / 2 * (w @ w)

    path = [start]
    for _ in range(50):
        w = path[-1]
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / len(y) + penalty * w
        if g.norm() <= 1e-6:
            break
        H = X.T @ ((p * (1 - p))[:, None] * X) / len(y) + penalty * torch.eye(len(w), dtype=w.dtype)
        d = torch.linalg.solve(H, g)
        a = 1.0
        while loss(w - a * d) > loss(w) - a / 4 * (g @ d):
            a /= 2
        path.append(w - a * d)
    return torch.stack(path)
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "newton_path_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6: run me
class Patience(TorchFunctionMode):
    """Lets the code inside call torch 20000 times: a brake that never takes hold would run for ever."""

    calls = 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.calls += 1
        require(
            self.calls <= 20_000,
            "You halve a and never come to an end: as a gets shorter, so must the gain that you ask for, a quarter of a gᵀd.",
        )
        return function(*args, **(kwargs or {}))


# Near the minimum: one input, three examples, and each step squares the error.
shapes = "Shapes do not fit. X is (N, d) and y is (N,): make a column of the numbers of the examples, (N, 1), before they meet X."
X, y = torch.tensor([[1.0], [-1.0], [1.0]]).double(), torch.tensor([1.0, 0.0, 1.0]).double()
zero = torch.zeros(1, dtype=torch.float64)
with without("autograd"), no_optimizers(), reason(RuntimeError, shapes):
    path = newton_path(X, y, 0.125, zero)
table = isinstance(path, torch.Tensor) and path.ndim == 2 and path.shape[1] == 1
require(table, "Expected a tensor with one row for each point: torch.stack the points.")
mistakes = {
    "The start is the first row: put it into your list before the first step.": [4 / 3],
    "Every row is the last point, because `w -= ...` changes the tensor that is in your list: write w = w - ...": [
        1.4815465147
    ],
}
close(path[0], [0.0], "the first point of the path", mistakes)
require(
    len(path) > 1,
    "The path has only its start, where the gradient is not small: go on until it is at most 1e-6.",
)
mistakes = {
    "The penalty is missing in the Hessian: its second derivative is λ, in each direction.": [2.0],
    "The curvature of an example is p (1 − p), and yours is p.": [0.8],
    "The curvature of an example is p (1 − p), and yours is 1.": [0.4444444444],
    "That is a step of gradient descent: solve H d = g.": [0.5],
    "The Hessian is a mean over the examples, as the gradient is: divide both by N.": [
        0.5714285714
    ],
    "Gradient and Hessian are means over the examples, and their penalties are not: divide the sums by N.": [
        1.7142857143
    ],
}
close(path[1], [4 / 3], "the first step from w = 0, for λ = 1/8", mistakes)
mistakes = {
    "You stopped too early: the gradient at your last point is longer than 1e-6.": [1.4779150655],
    "The gradient lacks its penalty: add λ w.": [5.9165142307],
}
close(path[-1], [1.4815465147], "where the path for λ = 1/8 ends", mistakes)
mistakes = {
    "You went on too long: at the fourth point the gradient is shorter than 1e-6.": 5,
    "You went on to the end: stop where the gradient is shorter than 1e-6.": 51,
}
equal(len(path), 4, "the number of points of the path for λ = 1/8", mistakes)

# Far away: the full step from -8 would lead to 747.
with without("autograd"), no_optimizers(), Patience():
    path = newton_path(X, y, 1e-3, torch.tensor([-8.0], dtype=torch.float64))
mistakes = {
    "That is the full step, and the loss is far higher there: halve a until the condition holds.": [
        746.6706267647
    ],
    "You accept every point that is lower: the gain must be a quarter of what the slope promises.": [
        86.3338283456
    ],
    "Your condition is stricter than the page: a quarter of what the slope promises is enough.": [
        3.7917285432
    ],
}
close(path[1], [15.5834570864], "the first step from w = −8, for λ = 1/1000", mistakes)
close(path[-1], [5.2451843867], "where the path from w = −8 ends")

# Scores of 800: from here the full step would lead to 1000, and half of it to 100.
path = newton_path(X, y, 1e-3, torch.tensor([-800.0], dtype=torch.float64))
mistakes = {
    "Your loss is infinite here, and inf > inf is never true: e^800 has no room in a float, so compute log(1 + e^s) without it.": [
        1000.0
    ],
}
close(path[1], [100.0], "the first step from w = −800, for λ = 1/1000", mistakes)

# Many examples: the curvatures of the examples need no square matrix.
N, d = 2000, 3
X, w = random_tensor(N, d, seed=0), torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
y = (torch.sigmoid(X @ w) > (torch.arange(N) % 97) / 97).double()
with watch() as seen:
    path = newton_path(X, y, 1e-3, -20 * w)
require(
    seen.largest <= 20 * N * d,
    f"For {N} examples your largest tensor had {seen.largest:,} numbers: multiply the rows of X by a column, "
    "and never build an N × N matrix.",
)
w = path[-1].clone().requires_grad_()
loss = torch.nn.functional.binary_cross_entropy_with_logits(X @ w, y) + 1e-3 / 2 * w.square().sum()
(slope,) = torch.autograd.grad(loss, w)
require(
    slope.norm() <= 1e-6,
    f"On {N} examples autograd finds a gradient of length {slope.norm():.1g} where your path ends: "
    "go on until yours is at most 1e-6, for up to 50 steps.",
)


### BEGIN HIDDEN TESTS
def reference_path(X, y, penalty, w):
    """The same with autograd's Hessian."""

    def loss(w):
        fit = torch.nn.functional.binary_cross_entropy_with_logits(X @ w, y)
        return fit + penalty / 2 * w.square().sum()

    path = [w]
    while len(path) <= 50 and torch.func.grad(loss)(w).norm() > 1e-6:
        g, H = torch.func.grad(loss)(w), torch.autograd.functional.hessian(loss, w)
        d = torch.linalg.inv(H) @ g
        lengths = (0.5**k for k in range(60))
        w = w - d * next(a for a in lengths if loss(w - a * d) <= loss(w) - a / 4 * g @ d)
        path.append(w)
    return torch.stack(path)


for seed, (N, d, penalty, scale) in enumerate(
    [(40, 2, 0.1, 0.0), (200, 5, 1e-3, 10.0), (30, 4, 1.0, 3.0), (7, 1, 0.01, 30.0)]
):
    X, start = random_tensor(N, d, seed=seed), scale * random_tensor(d, seed=seed + 20)
    y = (X[:, 0] + 0.7 * random_tensor(N, seed=seed + 40) > 0).double()
    with without("autograd"), no_optimizers():
        path = newton_path(X, y, penalty=penalty, start=start)
    want = reference_path(X, y, penalty, w=start)
    close(path, want, f"the path for {N} examples with {d} inputs, λ = {penalty:g}", tol=1e-5)
X, y = torch.tensor([[1.0], [-1.0], [1.0]]).double(), torch.tensor([1.0, 0.0, 1.0]).double()
start = torch.tensor([-20.0], dtype=torch.float64)  # the first step has to be halved 14 times
close(
    newton_path(X, y, 1e-6, start), reference_path(X, y, 1e-6, start), "the path from −20", tol=1e-5
)
X, y = random_tensor(20, 2, seed=3), torch.ones(20, dtype=torch.float64)
best = newton_path(X, y, 0.1, torch.zeros(2).double())[-1]
close(newton_path(X, y, 0.1, best), best[None], "the path that starts where it ends")
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Off the top of the hill  (3 points)
#
# *Difficulty 4 of 5, about 40 minutes.*
#
# At the top of a hill, and on a saddle, the gradient is zero and gradient descent stands still. The lecture shook the walker at *every* step. It left the saddle, and then never came to rest. You want both: to leave, and to stop.
#
# Write `escape(gradient, start, generator)`. `gradient(theta)` returns $\nabla \mathcal{L}$ at a float64 tensor $\theta$ of shape (d,); there is no $\mathcal{L}$ and no Hessian. Return a point with $\lVert \nabla \mathcal{L} \rVert \le 10^{-6}$ that is a **minimum**, whatever the start and whatever the luck. Started at a minimum, it returns this one. What you know about the landscape:
#
# - no curvature on the way is larger than 5, so $\eta = 0.2$ is safe;
# - wherever the gradient is zero and there is no minimum, some direction has a curvature of $-\frac12$ or lower. You do not know which direction, and there may be several such places on the way;
# - at a minimum all curvatures are at least $\frac12$, and minima are at least 0.7 away from any other place with zero gradient;
# - a nudge is for places where the walker has come to rest, and its direction is a matter of chance: from the top of a hill another generator may lead to another minimum;
# - you may ask for 3000 gradients at most, and draw random numbers only from the `generator`: `torch.randn(d, generator=generator)`. So the same generator gives the same path.
#
# **Before you write:** you stand where the gradient is zero. You take one random step of length 0.01, and then descend. How does the distance to the place change in each step if it is a minimum, and how if it is a saddle? After how many steps has even an unlucky start, with $10^{-6}$ along the falling direction, grown to 1?
#
# <details><summary>Hint 1</summary>Do not try to tell a saddle from a minimum where you stand. Nudge once, walk on for so many steps, and look at where you came to.</details>
# <details><summary>Hint 2</summary>Two loops. The inner one is plain descent until the gradient is small; but how long must it walk at least after a nudge, before "small" means anything? And which of the two places do you return: the one before the nudge, or the one after it?</details>


# %% nbgrader={"grade": false, "grade_id": "escape", "locked": false, "schema_version": 3, "solution": true, "task": false}
def escape(gradient, start: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A minimum (d,) found by gradient descent from start (d,), with a nudge wherever it comes to rest."""
    ### BEGIN SOLUTION
    eta = 0.2
    patience = 150  # 1.1^150 is more than a million

    def descend(theta, at_least):
        for step in range(1000):
            g = gradient(theta)
            if step >= at_least and g.norm() <= 1e-6:
                break
            theta = theta - eta * g
        return theta

    place = descend(start, at_least=0)
    while True:
        nudge = 0.01 * torch.randn(len(start), generator=generator, dtype=start.dtype)
        after = descend(place + nudge, at_least=patience)
        if (after - place).norm() < 0.5:  # it rolled back: a minimum
            return after
        place = after
    ### END SOLUTION


# %%
def egg_box(theta):
    """Gradient of cos(x) cos(y): a hill at (0, 0), wells around it, saddles between them."""
    x, y = theta
    return -torch.stack([x.sin() * y.cos(), x.cos() * y.sin()])


def two_saddles(theta):
    """Gradient of x⁴/4 - x²/2 + (1 - 2x²) y²/4 + y⁴/2: behind the saddle at (0, 0) there is another one."""
    x, y = theta
    return torch.stack([x**3 - x - x * y**2, (1 - 2 * x**2) * y / 2 + 2 * y**3])


def long_valley(theta):
    """Gradient of √(1 + x²) + tanh(x - 1) y²/2 + y⁴/4: a valley that leads down to a saddle at (0, 0)."""
    x, y = theta
    bend = torch.tanh(x - 1)
    return torch.stack([x / (1 + x**2).sqrt() + (1 - bend**2) * y**2 / 2, bend * y + y**3])


def ridge(theta):
    """Gradient of a saddle in ten dimensions, in which one skew direction leads down, to two minima."""
    along = torch.ones(10, dtype=torch.float64) / math.sqrt(10)
    h = theta @ along
    return theta + (h**3 - 2 * h) * along


def staircase(theta):
    """Gradient of a chain of saddles: each number may fall from 0 to ±1 only when the one before it has fallen, and is held tight until then."""
    before = torch.cat([torch.ones_like(theta[:1]), theta[:-1]])
    wall = 5.3 * torch.exp(-8 * before**2)
    pull = -8 * before * wall * theta**2  # on the one before
    own = (wall - 0.52) * theta + 0.52 * theta**3
    return own + torch.cat([pull[1:], torch.zeros_like(theta[:1])])


# %%
def tight_valley(theta):
    """The long valley, with walls so steep that nothing is left of a nudge when the walker arrives at the saddle."""
    x, y = theta
    bend = torch.tanh(x - 2)
    return torch.stack(
        [x / (1 + x**2).sqrt() + 1.3 * (1 - bend**2) * y**2, (1.9 + 2.6 * bend) * y + y**3]
    )


class BadLuck:
    """Gradient of a saddle at (0, 0) that decides where it falls when it sees your first nudge: nearly at right angles to it."""

    down = None

    def __call__(self, theta):
        away = theta.norm()
        if away == 0:
            return torch.zeros_like(theta)
        if self.down is None:
            share = min(1e-6 / away.item(), 1.0)  # of the nudge, all but a millionth goes uphill
            x, y = theta.detach() / away
            self.down = share * torch.stack([x, y]) + (1 - share**2) ** 0.5 * torch.stack([-y, x])
        h = theta @ self.down
        return 5 * theta + (h**3 / 2 - 5.5 * h) * self.down


# %%
class Guide:
    """A gradient that counts how often it is asked, and remembers where."""

    def __init__(self, gradient):
        self.gradient = gradient
        self.asked = []

    def __call__(self, theta):
        self.asked.append(theta.detach().clone())
        if len(self.asked) > 3000:
            raise WrongAnswer("More than 3000 gradients: your walker does not come to rest.")
        return self.gradient(theta)


def walk(gradient, start, seed):
    """Where an escape from this start ends, and its guide."""
    guide = Guide(gradient)
    start = torch.tensor(start, dtype=torch.float64)
    return escape(guide, start, torch.Generator().manual_seed(seed)), guide


def lowest_curvature(gradient, theta):
    """The smallest eigenvalue of the Hessian at theta."""
    return torch.linalg.eigvalsh(torch.autograd.functional.jacobian(gradient, theta)).min().item()


# %%
places = {
    "a minimum": (egg_box, [math.pi, 0.0]),
    "the top of the egg box": (egg_box, [0.0, 0.0]),
    "a saddle with another one behind it": (two_saddles, [0.0, 0.0]),
    "a long valley that ends in a saddle": (long_valley, [25.0, 0.3]),
    "a longer valley with steep walls": (tight_valley, [280.0, 0.0]),
    "a saddle in ten dimensions": (ridge, [0.0] * 10),
    "the first of five saddles": (staircase, [0.0] * 5),
}
harder = [*places.values(), (staircase, [0.0] * 9), (BadLuck(), [0.0, 0.0])]


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "escape_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 7: run me
for place, (gradient, start) in places.items():
    for seed in range(4):
        end, guide = walk(gradient, start, seed)
        shape = isinstance(end, torch.Tensor) and end.shape == (len(start),)
        require(shape, f"Expected a point of shape ({len(start)},): return theta.")
        slope = gradient(end).norm().item()
        require(
            slope <= 1e-6,
            f"From {place}, seed {seed}: the gradient at your last point has length {slope:.1g}. "
            "Whoever returns must have come to rest, and not have been nudged since.",
        )
        lowest = lowest_curvature(gradient, end)
        require(
            lowest > 0,
            f"From {place}, seed {seed}: you returned a place where the lowest curvature is {lowest:.2f}. "
            "A small gradient does not make a minimum: go on from there until a nudge leads back.",
        )
        if place == "a minimum":
            away = (end - torch.tensor(start, dtype=torch.float64)).norm()
            require(away < 1e-3, "From a minimum your walker ran away: nudge it gently.")
twins = [walk(egg_box, [0.0, 0.0], seed=3)[0] for _ in range(2)]
require(torch.equal(*twins), "The same generator led to two different ends: draw from it alone.")
ends = {tuple(walk(egg_box, [0.0, 0.0], seed)[0].round().tolist()) for seed in range(8)}
require(
    len(ends) > 1,
    "From the top of the hill all of eight seeds led to one and the same well: draw the nudge at random, in all directions.",
)
for seed in range(4):
    saddle = BadLuck()
    end, _ = walk(saddle, [0.0, 0.0], seed)
    require(
        lowest_curvature(saddle, end) > 0,
        "Your nudge had bad luck: only 1e-6 of it pointed down. A moment later the gradient is small, and yet "
        "this is no minimum: walk on for as long as 1e-6 takes to grow to 1, and only then look at the gradient.",
    )

### BEGIN HIDDEN TESTS
for gradient, start in [
    (staircase, [0.0] * 8), (tight_valley, [260.0, 0.5]), (BadLuck(), [0.0, 0.0]),
    (egg_box, [math.pi, math.pi]), (egg_box, [math.pi / 2, math.pi / 2]), (egg_box, [0.0, 1.0]),
    (two_saddles, [0.6, 0.0]), (two_saddles, [0.0, 0.3]), (long_valley, [30.0, 0.0]), (two_saddles, [-1.0, 0.0]), (ridge, [1.0, -1.0] * 5), (ridge, [0.4] * 10),
]:  # fmt: skip
    for seed in range(20, 22):
        end, guide = walk(gradient, start, seed)
        require(gradient(end).norm() <= 1e-6, "The walker is not at rest.")
        require(lowest_curvature(gradient, end) > 0, "That is no minimum.")
### END HIDDEN TESTS

# %% [markdown]
# ### A picture to show
#
# Sixty walkers begin at the very top, each with its own seed. Nothing but the nudge tells them apart.

# %%
walkers = 60  # change me
top = [0.0, 0.0]  # change me: (1.2, 1.2) is near a saddle, and (3.1416, 3.1416) the next hill

# %% mystnb={"image": {"alt": "Map of an egg box with a hill in the middle. Sixty paths leave the top in all directions; each bends towards one of the four wells, and its colour says which; those that leave along a diagonal first run to a saddle and turn there at a right angle."}}
with your_turn("All of them have come to rest in a well."):
    with reason(Exception, "First make the test above pass."):
        walks = [walk(egg_box, top, seed) for seed in range(walkers)]
        ends = [tuple(end.tolist()) for end, _ in walks]
        others = [(gradient, walk(gradient, start, 9)[0]) for gradient, start in harder]
    wells = sorted({(round(x), round(y)) for x, y in ends})
    draw_walks([guide.asked for _, guide in walks], ends, wells)
    tired = sum(egg_box(end).norm().item() > 1e-6 for end, _ in walks)
    require(tired == 0, f"{tired} of {walkers} walkers have not come to rest.")
    stuck = sum(math.cos(x) * math.cos(y) > -0.99 for x, y in ends)
    require(stuck == 0, f"{stuck} of {walkers} walkers are not in a well.")
    require(
        len(wells) > 1 or walkers < 10 or top != [0.0, 0.0],
        "All walkers ended in one well: draw the nudge at random, in all directions.",
    )
    again, _ = walk(egg_box, top, 0)
    require(torch.equal(again, walks[0][0]), "One seed led to two ends: use the generator alone.")
    fine = all(lowest_curvature(gradient, end) > 0 for gradient, end in others)
    fine = fine and torch.dist(others[0][1], torch.tensor([math.pi, 0.0])) < 1e-3
    require(fine, "Here all is well, and in another landscape not: nudge until it leads back.")

# %% [markdown]
# *Light is high. Sixty paths from the top of one hill, coloured by the well in which they end. Where two colours meet there is a ridge; whoever walks along it comes to a saddle, and leaves that one, too.*
#
# Explore: begin at the next hill, or near a saddle. How many gradients does the unluckiest walker need (`len(guide.asked)`), and how does that change with the length of your nudge?

# %% [markdown]
# ## For whoever wants more (no points)
#
# Question 5 took two steps in turn. Take $k$ of them. The best polynomial of degree $k$ with $q(0) = 1$ is a Chebyshev polynomial $T_k$, shifted to the interval from $\mu$ to $\beta$ and divided by its value at 0. Which $k$ steps are these?
# Show that for large $k$ the factor of a single step tends to $\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}$: the rate of the best momentum, without any memory. Then try $k = 64$ and $\kappa = 10\,000$ on a computer, with the steps in ascending, descending and shuffled order. Why does the order matter so much to a float, and not at all to the formula?

# %% [markdown]
# ## Two lines for us
#
# Double-click here and fill in. It is not graded; it makes the next edition better.
#
# - Minutes spent:
# - Hardest place:
