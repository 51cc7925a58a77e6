# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 2: automatic differentiation
#
# Seven questions, 20 points: from one new box of the engine to a comet whose orbit you find by differentiating *through a solver*.
#
# Write each answer in the place of `raise NotImplementedError()` and run the test below it. A test without an error has passed. One that fails says what it expected, what came, and often why.
# The questions do not need each other, so begin where you like. When your work is graded, more tests run, with other inputs. "The lecture" is chapter 2.
#
# **Handing in.** In JupyterLab, choose *Kernel > Restart Kernel and Run All Cells*, press *Validate*, and submit as your instructor says.
# In Colab, choose *File > Download > Download .ipynb*, see that the file still has its name, `automatic_differentiation.ipynb`, and hand that file in.

# %% [markdown] tags=["header"]
# *Time:* about 171 minutes for all 7 questions; each one says its own.

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
from typing import NamedTuple

import matplotlib.pyplot as plt
import torch

from helpers.autodiff import Value, topological_order
from helpers.checks import (
    begin_exercise,
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

warnings_to_stdout()  # a warning is no mistake, and must not look like one when it is graded

begin_exercise()  # a test that passes says so


# %%
def random_tensor(*shape, seed):
    """Normal random numbers in float64, the same at each call."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# %% [markdown]
# ## 1. A new box for the engine  (2 points)
#
# *Difficulty 1 of 5, about 12 minutes.*
#
# The finished engine of the lecture, `helpers.autodiff.Value`, has no operation for
#
# $$ f(a, b) = \log(e^a + e^b) , $$
#
# which adds two probabilities that are only known by their logarithms. Give it one. An operation is a function that returns a node with its number, its parents, and one local derivative for each parent.
# The square, for example, would be
#
# ```python
# def square(a):
#     return Value(a.data**2, parents=(a,), local=(2 * a.data,))
# ```
#
# Write `log_add_exp(a, b)` as **one** node with the parents `(a, b)`. It must be right for every pair of finite numbers, also where $e^a$ is too large for a float or too small to be seen.
#
# **Before you write:** what is $f(1000, 1000)$? What are the two local derivatives there, and what is their sum, at any $a$ and $b$?
#
# <details><summary>Hint 1</summary>Take the larger of the two numbers out of the logarithm. What is left to exponentiate is never positive.</details>
# <details><summary>Hint 2</summary>Write each local derivative so that it depends on a − b alone. That function is the sigmoid. It, too, may only exponentiate what is not positive.</details>


# %% nbgrader={"grade": false, "grade_id": "log_add_exp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def log_add_exp(a: Value, b: Value) -> Value:
    """log(e^a + e^b) as a single node with the parents (a, b)."""
    ### BEGIN SOLUTION
    share = 0.5 * (1 + math.tanh((a.data - b.data) / 2))  # e^a / (e^a + e^b), the sigmoid of a - b
    total = max(a.data, b.data) + math.log1p(math.exp(-abs(a.data - b.data)))
    return Value(total, (a, b), (share, 1 - share), "log+exp")
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "log_add_exp_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 1: run me
# e^(log 3) + e^0 = 4, and the first of the two terms is three quarters of it.
a, b = Value(math.log(3)), Value(0.0)
out = log_add_exp(a, b)
require(
    isinstance(out, Value),
    f"Expected a Value, but your function returned {type(out).__name__}.",
)
mistakes = {
    "The logarithm is missing.": 4.0,
    "That is the larger of the two: the smaller one counts too.": math.log(3),
    "That is the logarithm of a + b: exponentiate first.": math.log(math.log(3)),
}
close(out.data, math.log(4), "the data of log_add_exp(log 3, 0)", mistakes)
require(
    tuple(out.parents) == (a, b),
    "Expected one node with the parents (a, b), but yours was put together from other operations. "
    "Compute with the numbers a.data and b.data, and write the local derivatives down yourself.",
)
mistakes = {
    "These are the derivatives of e^a + e^b: the logarithm has a derivative too.": [3.0, 1.0],
    "That is the derivative of the logarithm alone: multiply by that of e^a.": [0.25, 0.25],
    "You swapped them: the first belongs to a.": [0.25, 0.75],
    "A sum of logarithms has such derivatives, not the logarithm of a sum.": [1.0, 1.0],
}
close(out.local, [0.75, 0.25], "the local derivatives of log_add_exp at (log 3, 0)", mistakes)

# Inside a program: the box must work with the engine's own way back.
x = Value(2.0)
log_add_exp(x, x * x).backward()
close(
    x.grad,
    (math.exp(2) + 4 * math.exp(4)) / (math.exp(2) + math.exp(4)),
    "the derivative of log(e^x + e^(x²)) at x = 2",
)

# Numbers that are too large or too small for an exponential, and what their difference must give.
for left, right in [(1000.0, 998.0), (998.0, 1000.0), (-1000.0, -998.0), (-800.0, 800.0)]:
    with reason(
        (ArithmeticError, ValueError),
        f"At ({left:g}, {right:g}) an exponential has no room in a float: "
        "only e to the power of a negative number is safe.",
    ):
        out = log_add_exp(Value(left), Value(right))
    pair = torch.tensor([left, right], dtype=torch.float64)
    here = f"of log_add_exp({left:g}, {right:g})"
    close(out.data, torch.logsumexp(pair, dim=0), f"the data {here}")
    close(out.local, torch.softmax(pair, dim=0), f"the local derivatives {here}")

# Here the exponentials still fit into a float, but with hardly a digit.
few_digits = "e^-744 has hardly a digit left: do it the safe way always, not after an error only."
out = log_add_exp(Value(-744.0), Value(-744.5))
mistakes = {few_digits: math.log(math.exp(-744.0) + math.exp(-744.5))}
close(out.data, -743.5259230, "the data of log_add_exp(-744, -744.5)", mistakes, tol=1e-9)
mistakes = {few_digits: [2 / 3, 1 / 3]}
want = [0.6224593312, 0.3775406688]
close(out.local, want, "the local derivatives of log_add_exp(-744, -744.5)", mistakes)

### BEGIN HIDDEN TESTS
for seed in range(20):
    start = (10.0 ** (seed % 4) * random_tensor(2, seed=seed)).requires_grad_()
    want = torch.logaddexp(start[0] * start[1], start[1].tanh()) * start[0]
    p, q = Value(start[0].item()), Value(start[1].item())
    got = log_add_exp(p * q, q.tanh()) * p
    got.backward()
    close(got.data, want, "a program with log_add_exp in it")
    close(
        [p.grad, q.grad],
        torch.autograd.grad(want, start)[0],
        "the gradient of a program with log_add_exp in it",
    )
for gap in (18.0, 22.0, 25.0):  # the smaller term counts as long as a float can hold it
    got = log_add_exp(Value(0.0), Value(-gap)).data / math.log1p(math.exp(-gap))
    close(got, 1.0, f"the data of log_add_exp(0, -{gap:g}), in units of the right ones", tol=1e-3)
both = Value(700.0)
log_add_exp(both, both).backward()
close(both.grad, 1.0, "the derivative of log(e^x + e^x) at 700")
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Mend a backward pass  (3 points)
#
# *Difficulty 3 of 5, about 30 minutes.*
#
# Here is another engine, in another style. A node keeps no gradient. It has a rule, `node.vjp(upstream)`, that returns one downstream gradient for each parent, and it counts how often it was asked.


# %%
class Node:
    """A number, the nodes that it was computed from, and the rule that sends a gradient back to them."""

    __slots__ = ("value", "parents", "calls", "_rule")  # no place for a gradient

    def __init__(self, value, parents=(), rule=lambda upstream: ()):
        self.value = value
        self.parents = tuple(parents)
        self._rule = rule
        self.calls = 0

    def vjp(self, upstream):
        """One downstream gradient for each parent."""
        self.calls += 1
        return self._rule(upstream)


def plus(a, b):
    return Node(a.value + b.value, (a, b), lambda upstream: (upstream, upstream))


def times(a, b):
    return Node(
        a.value * b.value, (a, b), lambda upstream: (upstream * b.value, upstream * a.value)
    )


# %% [markdown]
# The function `gradients(outputs, seeds, inputs)` is to return, for each input $x_j$, the sum $\sum_i s_i \, \partial y_i / \partial x_j$ over all outputs $y_i$, where $s_i$ is the seed of output $i$.
# This is somebody's first version. It runs, and it is wrong.


# %%
def broken_gradients(outputs, seeds, inputs):
    upstream = dict(zip(outputs, seeds, strict=True))
    waiting = list(outputs)
    while waiting:
        node = waiting.pop(0)
        for parent, share in zip(node.parents, node.vjp(upstream[node]), strict=True):
            upstream[parent] = share
            waiting.append(parent)
    return [upstream[x] for x in inputs]


x = Node(3.0)
y = plus(times(x, x), x)  # x² + x, with the derivative 2x + 1 = 7
print(broken_gradients([y], [1.0], [x]))

# %% [markdown]
# There are several mistakes in it. Find them, and write `gradients` so that
#
# - every gradient is right: also of a node that is used several times, of an output that other outputs were computed from, of an output that is listed twice (its seeds add), and of an input that no output depends on (it gets 0);
# - the rule of each node is asked **at most once**, however the graph looks;
# - nodes are left as they are, and a chain of 5 000 nodes is no trouble.
#
# You may use `topological_order(root)` of `helpers.autodiff`: it works on anything that has `.parents`, and does not call itself.
#
# **Before you write:** take $q = x \cdot x$, $r = q \cdot q$, $y = q + r$. In which order does the broken version visit the nodes? At which moment may $q$ send its gradient on?
#
# <details><summary>Hint 1</summary>Two separate loops: first find an order, then walk it. What is the smallest node that has all outputs as its parents?</details>
# <details><summary>Hint 2</summary>A dictionary of your own holds the gradients. Everything that arrives in it is added, the seeds too, and what never arrived counts as 0.</details>


# %% nbgrader={"grade": false, "grade_id": "gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gradients(outputs: list[Node], seeds: list[float], inputs: list[Node]) -> list[float]:
    """For each input, the sum over the outputs of seed times d output / d input."""
    ### BEGIN SOLUTION
    upstream = dict.fromkeys(inputs, 0.0)
    for node, seed in zip(outputs, seeds, strict=True):
        upstream[node] = upstream.get(node, 0.0) + seed
    above = Node(0.0, outputs)  # one more node, above all outputs: a single root
    for node in reversed(topological_order(above)[:-1]):
        for parent, share in zip(node.parents, node.vjp(upstream[node]), strict=True):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream[x] for x in inputs]
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "gradients_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 2: run me
# One output, and an input that is used three times: x² + x at 3.
x = Node(3.0)
y = plus(times(x, x), x)
with reason(
    AttributeError,
    "A Node has value, parents and vjp, and no place for a gradient: keep a dictionary of your own.",
):
    got = gradients([y], [1.0], [x])
mistakes = {
    "Only the last share that arrived was kept: gradients of several uses add.": [3.0],
}
close(got, [7.0], "the gradient of x² + x at 3", mistakes)
mistakes = {
    "The seed was ignored: the way back starts with it.": [7.0],
    "Something was left over from the call before: begin with an empty dictionary.": [83.0],
}
close(gradients([y], [10.0], [x]), [70.0], "the gradient of x² + x at 3 with the seed 10", mistakes)

# A node that is used at two distances from the end: q + q² with q = x², at 2: (1 + 2q) 2x = 36.
for turned in (False, True):
    x = Node(2.0)
    q = times(x, x)
    r = times(q, q)
    got = gradients([plus(r, q) if turned else plus(q, r)], [1.0], [x])
    mistakes = {
        "q sent its gradient on before r had sent its share to q.": [4.0],
        "q sent its gradient on more than once, and each time all of it.": [76.0],
        "q was visited for each of its uses, and each time sent on all of it.": [108.0],
    }
    sum_name = "q² + q" if turned else "q + q²"
    close(got, [36.0], f"the gradient of {sum_name} with q = x² at 2", mistakes)
    require(
        q.calls == r.calls == 1,
        f"The rules of q and r were asked {q.calls} and {r.calls} times: once is enough.",
    )

# Two outputs, one of them computed from the other: u = x y and v = u², at (3, 2).
for swapped in (False, True):
    x, y, unused = Node(3.0), Node(2.0), Node(1.0)
    u = times(x, y)
    v = times(u, u)
    outputs, seeds = ([v, u], [1.0, 5.0]) if swapped else ([u, v], [5.0, 1.0])
    mistakes = {
        "The seed of u was lost: u is an output and lies on the way of v.": [24.0, 36.0],
        "Only the seed of u came through: what v sends to u must be added to it.": [10.0, 15.0],
    }
    got = gradients(outputs, seeds, [x, y])
    close(got, [34.0, 51.0], "the gradients of 5 u + v for x and y", mistakes)
    require(
        u.calls == v.calls == 1,
        f"The rules of u and v were asked {u.calls} and {v.calls} times. "
        "One way back serves all outputs together.",
    )
mistakes = {
    "Only one of the two seeds was used: they add.": [4.0],
    "Only the first of the two seeds was used: they add.": [2.0],
}
got = gradients([u, u], [1.0, 2.0], [x])
close(got, [6.0], "the gradient of an output listed twice, with the seeds 1 and 2", mistakes)
with reason(KeyError, "The gradient of an input that no output depends on is 0."):
    got = gradients([u], [1.0], [x, unused])
close(got, [2.0, 0.0], "the gradients of x y for x and for an unused z")

# A long chain.
x = end = Node(1.0)
for _ in range(5_000):
    end = plus(end, Node(1.0))
with reason(
    RecursionError,
    "A function that calls itself cannot follow 5 000 nodes: keep a list of what is to be done.",
):
    close(gradients([end], [1.0], [x]), [1.0], "the gradient along a chain of 5 000 sums")

### BEGIN HIDDEN TESTS
for seed in range(10):
    numbers = random_tensor(3, seed=seed).requires_grad_()
    nodes, tensors = [Node(v.item()) for v in numbers], list(numbers)
    picks = torch.randint(
        0, 10_000, (24, 3), generator=torch.Generator().manual_seed(seed)
    ).tolist()
    for i, j, kind in picks:
        i, j, make, twin = (
            i % len(nodes),
            j % len(nodes),
            *((times, torch.mul) if kind % 2 and len(nodes) < 9 else (plus, torch.add)),
        )
        nodes.append(make(nodes[i], nodes[j]))
        tensors.append(twin(tensors[i], tensors[j]))
    which = [
        20,
        26,
        12,
        26,
        1,
    ]  # an interior node, the last one, one that is listed twice, and a leaf
    total = sum(weight * tensors[k] for weight, k in enumerate(which, 1))
    want = torch.autograd.grad(
        total, [numbers, tensors[5], tensors[12]], allow_unused=True, materialize_grads=True
    )
    got = gradients(
        [nodes[k] for k in which], [1.0, 2.0, 3.0, 4.0, 5.0], nodes[:3] + [nodes[5], nodes[12]]
    )
    close(
        got,
        torch.cat([part.reshape(-1) for part in want]),
        "the gradients of a random program with five outputs",
    )
    require(
        max(node.calls for node in nodes if node.parents) == 1,
        "The rule of a node in a random program was asked more than once.",
    )
alone = Node(4.0)
close(
    gradients([alone], [3.0], [alone, alone]),
    [3.0, 3.0],
    "the gradient of an output that is itself the input",
)
layers = [Node(1.0)]
for _ in range(60):
    layers.append(plus(layers[-1], layers[-1]))
close(
    gradients([layers[-1]], [1.0], [layers[0]]),
    [2.0**60],
    "the gradient of a number that is doubled 60 times",
)
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Which entry is wrong?  (3 points)
#
# *Difficulty 4 of 5, about 35 minutes.*
#
# Somebody hands you a program $f : \mathbb{R}^n \to \mathbb{R}$, a point $x$ and a gradient $g$ that they derived by hand. Find the entries of $g$ that are wrong.
# The program is compiled: it returns a plain Python number, so autograd cannot look inside. You can only run it.
#
# The coordinates have very different sizes. One is a wavelength in metres ($x_i \approx 10^{-6}$), another a distance in metres ($x_i \approx 10^8$), and $f$ changes by a sensible amount when $x_i$ changes by a sensible fraction of itself. The value of $f$ itself may be a thousand times larger than its changes.
#
# Write `wrong_entries(f, gradient, x)`: the list of all $i$, in ascending order, whose $g_i$ is wrong.
#
# - Right entries are right to six digits, and wrong ones are off by 1 % or more of the true slope. So put your threshold in between, well away from both.
# - A true slope of 0 occurs only where $f$ does not look at $x_i$ at all. There 0 is right, and every other claim is wrong.
# - $f$ may run at most $2n + 1$ times, and $x$ and $g$ stay as they are, to the last bit.
# - Where $x_i = 0$ there is no size to go by: there, steps of about $10^{-5}$ are right.
#
# **Before you write:** the lecture's V-shaped curve was drawn for $x = 1$. Where does the bottom of the V lie for $x_i = 10^{-6}$? Where, for $x_i = 10^8$? An error of 1 % in $g_i \approx 10^{-8}$: how large is it in absolute terms?
#
# <details><summary>Hint 1</summary>Both the step and the comparison must be relative: the step to the coordinate, the error to the derivative.</details>
# <details><summary>Hint 2</summary>A forward quotient errs by half the step times the second derivative. That is more than 1 % where the slope nearly vanishes. And what is 0 compared with 0?</details>


# %% nbgrader={"grade": false, "grade_id": "wrong_entries", "locked": false, "schema_version": 3, "solution": true, "task": false}
def wrong_entries(f, gradient: torch.Tensor, x: torch.Tensor) -> list[int]:
    """The indices i whose gradient[i] is wrong, by 1 % or more; f maps a float64 tensor (n,) to a float, gradient and x are (n,)."""
    ### BEGIN SOLUTION
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-5 * abs(x[i]) if x[i] else 1e-5
        slope = (f(x + step) - f(x - step)) / (2 * step[i].item())
        claimed = gradient[i].item()
        if abs(slope - claimed) > 1e-3 * max(abs(slope), abs(claimed)):
            wrong.append(i)
    return wrong
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "wrong_entries_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 3: run me
sizes = [1e-6, 1.0, 1e8, 1.0, 1.0]
x = torch.tensor([8e-6, 0.7, -0.3e8, math.pi / 2 - 3e-5, 0.4], dtype=torch.float64)
right = torch.tensor(
    [math.cos(v / s) / s for v, s in zip(x.tolist(), sizes, strict=True)], dtype=torch.float64
)
right[4] = 0.0  # the program does not look at this coordinate
runs = 0


def program(x):
    """1000 + sin(x0 / 1e-6) + sin(x1) + sin(x2 / 1e8) + sin(x3), and no x4."""
    global runs
    runs += 1
    return 1000 + sum(math.sin(v / s) for v, s in zip(x.tolist()[:4], sizes, strict=False))


# No false alarm.
kept, kept_gradient = x.clone(), right.clone()
mistakes = {
    "Coordinate 0 is tiny and its slope is huge. Either your step is too long (what is right at 1, "
    "or a large part of x0, jumps over waves there), or your tolerance is an absolute one.": [0],
    "Coordinate 0 is about 1e-5 and coordinate 2 about 1e8: one step cannot serve both.": [0, 2],
    "One step cannot serve x0, about 1e-5, and x2, about 1e8. At x3 the slope is nearly 0, and a "
    "forward quotient errs by more than that.": [0, 2, 3],
    "Coordinate 3 has nearly no slope. Either yours is a forward quotient, which errs by more than "
    "that, or your step is so small that it drowns in round-off.": [3],
    "Coordinate 2 is about 1e8: a step that is right at 1 drowns in round-off there.": [2],
    "Coordinate 4 has the slope 0, and 0 is claimed: 0 / 0 is not an error.": [4],
}
with reason(
    ZeroDivisionError,
    "A slope or a claim may be 0, as at coordinate 4: compare in a way that divides by neither.",
):
    got = wrong_entries(program, right, x)
equal(got, [], "the wrong entries of a gradient that is right", mistakes)
require(runs <= 11, f"The program ran {runs} times, and for 5 coordinates 11 runs are allowed.")
require(
    torch.equal(x, kept) and torch.equal(right, kept_gradient),
    "x or the gradient has changed: (x + h) - h is not always x, so work on a copy.",
)

# An error of 1.1 % in one entry, small or large.
for i in range(4):
    claimed = right.clone()
    claimed[i] *= 1.011 if i % 2 else 0.989
    small = "an absolute tolerance sees nothing where the derivative itself is small."
    between = "the threshold lies between six digits and 1 %."
    mistakes = {f"You overlooked it: {small if right[i].abs() < 1e-3 else between}": []}
    got = wrong_entries(program, claimed, x)
    equal(got, [i], f"the wrong entries when entry {i}, {right[i]:.3g}, is off by 1.1 %", mistakes)

# A sign, a forgotten entry, and one that should be 0.
claimed = right.clone()
claimed[1], claimed[2], claimed[4] = -claimed[1], 0.0, 1e-3
mistakes = {
    "You overlooked the wrong sign: compare the numbers, not their sizes.": [2, 4],
    "You overlooked the 0 that was claimed for entry 2.": [1, 4],
    "You overlooked the entry that should be 0.": [1, 2],
}
got = wrong_entries(program, claimed, x)
equal(got, [1, 2, 4], "the wrong entries when 1 has the wrong sign, 2 is 0, 4 is not", mistakes)

# A coordinate that is exactly 0.
x[1], right[1] = 0.0, 1.0
claimed = right.clone()
claimed[1] = 1.011
mistakes = {"x1 is 0 here, and gives no size to go by: so small a step drowns in round-off.": [1]}
with reason(ZeroDivisionError, "x1 is 0 here: a step that is proportional to it is 0, too."):
    got = wrong_entries(program, right, x)
equal(got, [], "the wrong entries of a right gradient at x1 = 0", mistakes)
mistakes = {"x1 is 0 here, your quotient 0 / 0, and a comparison with NaN is never true.": []}
got = wrong_entries(program, claimed, x)
equal(got, [1], "the wrong entries when entry 1 is off by 1.1 %, at x1 = 0", mistakes)

### BEGIN HIDDEN TESTS
for seed in range(5):
    scale = (
        10.0 ** torch.randint(-7, 8, (8,), generator=torch.Generator().manual_seed(seed)).double()
    )
    point = random_tensor(8, seed=seed)

    def coupled(x, scale=scale):
        u = x / scale
        return (500 * (1 + 0.01 * u[0] * u[1]) + torch.sin(u).sum() + torch.exp(0.3 * u[7])).item()

    slopes = torch.cos(point)
    slopes[0] += 5 * point[1]
    slopes[1] += 5 * point[0]
    slopes[7] += 0.3 * torch.exp(0.3 * point[7])
    true, where, before = slopes / scale, scale * point, (scale * point).clone()
    equal(
        wrong_entries(coupled, true, where),
        [],
        "the wrong entries of a right gradient of a random program",
    )
    false = true.clone()
    false[[seed, seed + 3]] *= torch.tensor([1.011, 0.989], dtype=torch.float64)
    equal(
        wrong_entries(coupled, false, where),
        [seed, seed + 3],
        "the wrong entries of a random program, two of them off by 1.1 %",
    )
    require(torch.equal(where, before), "x has changed.")
    off = true.clone()
    off[[seed, seed + 3]] *= torch.tensor([1.01, 0.99], dtype=torch.float64)
    equal(
        wrong_entries(coupled, off, where),
        [seed, seed + 3],
        "the wrong entries of a random program, two of them off by exactly 1 %",
    )
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Jets: carry the second derivative along  (3 points)
#
# *Difficulty 2 of 5, about 12 minutes. The product counts 1 point, the chain rule 2.*
#
# The dual numbers of the lecture carry a value and a slope. The next step is a **jet** $(u, u', u'')$: value, slope and curvature with respect to one input $x$. The input itself is the jet $(x, 1, 0)$.


# %%
class Jet(NamedTuple):
    """A number with its first and second derivative with respect to the input."""

    value: float
    slope: float
    curvature: float


def jet_add(u, v):
    return Jet(u.value + v.value, u.slope + v.slope, u.curvature + v.curvature)


# %% [markdown]
# Two rules are missing. Derive each on paper first, by differentiating twice:
#
# - `jet_multiply(u, v)`, the jet of the product $u \cdot v$;
# - `jet_apply(u, g0, g1, g2)`, the jet of $g(u)$, when a function $g$ is applied to $u$. The three numbers are $g$, $g'$ and $g''$ at `u.value`: for the exponential all three are $e^{u}$, for the sine they are $\sin u$, $\cos u$ and $-\sin u$.
#
# **Before you write:** what is the second derivative of $x \cdot x$? Which term of your product rule makes the 2? And what is $\frac{\mathrm{d}^2}{\mathrm{d}x^2} e^{x^2}$ at $x = 0$?
#
# <details><summary>Hint 1</summary>Differentiate u v once: two terms. Differentiate each of them again, and count.</details>
# <details><summary>Hint 2</summary>The first derivative of g(u) is itself a product. Both of its factors depend on x.</details>


# %% nbgrader={"grade": false, "grade_id": "jets", "locked": false, "schema_version": 3, "solution": true, "task": false}
def jet_multiply(u: Jet, v: Jet) -> Jet:
    """The jet of the product u v."""
    ### BEGIN SOLUTION
    slope = u.slope * v.value + u.value * v.slope
    curvature = u.curvature * v.value + 2 * u.slope * v.slope + u.value * v.curvature
    return Jet(u.value * v.value, slope, curvature)
    ### END SOLUTION


def jet_apply(u: Jet, g0: float, g1: float, g2: float) -> Jet:
    """The jet of g(u), from g0 = g(u.value) and the first and second derivative of g there."""
    ### BEGIN SOLUTION
    return Jet(g0, g1 * u.slope, g2 * u.slope**2 + g1 * u.curvature)
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "jets_test_product", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 4: run me
# Six different numbers, so that every term shows.
mistakes = {
    "The mixed term u' v' is missing in the curvature.": [14, 43, 61],
    "The mixed term u' v' comes up twice in the curvature.": [14, 43, 94],
    "Each part was multiplied by itself, but the product rule has more terms.": [14, 33, 65],
    "The third part is the curvature, not half of it.": [14, 43, 63.5],
    "The term u v'' is missing in the curvature.": [14, 43, 101],
    "The term u'' v is missing in the curvature.": [14, 43, 92],
    "You have 2 u' v' in the curvature, but u'' v and u v'' are missing.": [14, 43, 66],
    "The curvature is u'' v, u' v' twice, and u v''. Yours is u'' v''.": [14, 43, 65],
}
got = jet_multiply(Jet(2.0, 3.0, 5.0), Jet(7.0, 11.0, 13.0))
close(got, [14.0, 43.0, 127.0], "the product of the jets (2, 3, 5) and (7, 11, 13)", mistakes)
close(jet_multiply(Jet(3.0, 1.0, 0.0), Jet(3.0, 1.0, 0.0)), [9.0, 6.0, 2.0], "the jet of x² at 3")

### BEGIN HIDDEN TESTS
for t in (-1.3, 0.4, 2.0):
    first, second = Jet(math.sin(t), math.cos(t), -math.sin(t)), Jet(t**3, 3 * t**2, 6 * t)
    want = [
        math.sin(t) * t**3,
        math.cos(t) * t**3 + 3 * t**2 * math.sin(t),
        (6 * t - t**3) * math.sin(t) + 6 * t**2 * math.cos(t),
    ]
    close(jet_multiply(first, second), want, "the jet of sin(t) t³")
    close(jet_multiply(second, first), want, "the jet of t³ sin(t)")
### END HIDDEN TESTS

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "jets_test_chain", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 4, part 2: run me
# A function of something that bends.
mistakes = {
    "The slope u' changes with x too: where is u''?": [7, 33, 117],
    "The slope u' enters twice, once for each differentiation: square it.": [7, 33, 94],
    "g'' meets the slope of u, and g' its curvature: you have g'' u''.": [7, 33, 65],
    "g' meets the curvature u'', not the slope.": [7, 33, 150],
    "g'' is missing: g' changes too when u moves.": [7, 33, 55],
    "The slope lacks its inner derivative u'.": [7, 11, 172],
    "The inner derivatives are missing.": [7, 11, 13],
}
got = jet_apply(Jet(2.0, 3.0, 5.0), 7.0, 11.0, 13.0)
close(got, [7.0, 33.0, 172.0], "g with the derivatives 7, 11, 13, applied to (2, 3, 5)", mistakes)
# The exponential of x² at 1: 2e and 6e.
got = jet_apply(Jet(1.0, 2.0, 2.0), math.e, math.e, math.e)
close(got, [math.e, 2 * math.e, 6 * math.e], "the jet of exp(x²) at 1")

### BEGIN HIDDEN TESTS
for t in (-0.7, 0.2, 1.9):
    inner = Jet(math.exp(t), math.exp(t), math.exp(t))
    s, c = math.sin(inner.value), math.cos(inner.value)
    close(
        jet_apply(inner, s, c, -s),
        [s, c * inner.value, c * inner.value - s * inner.value**2],
        "the jet of sin(exp(t))",
    )
    square = Jet(t * t + 1, 2 * t, 2.0)
    root = math.sqrt(square.value)
    close(
        jet_apply(square, root, 0.5 / root, -0.25 / root**3),
        [root, t / root, 1 / root**3],
        "the jet of the root of t² + 1",
    )
### END HIDDEN TESTS

# %% [markdown]
# Slope and curvature are all that **Newton's method** needs to find a minimum: $x \leftarrow x - f'(x) / f''(x)$. Here is $f(x) = x^2 + e^x$. Watch the slope: how many of its digits vanish in each step?

# %%
with your_turn("The number of zeros doubles with each step: Newton's method, out of two rules."):
    x = 2.0
    with reason(Exception, "First run the tests above and make them pass."):
        for step in range(6):
            variable = Jet(x, 1.0, 0.0)
            exponential = Jet(*jet_apply(variable, math.exp(x), math.exp(x), math.exp(x)))
            f = jet_add(Jet(*jet_multiply(variable, variable)), exponential)
            print(f"step {step}: x = {x:+.15f}, slope {f.slope:+.1e}")
            x -= f.slope / f.curvature
    require(abs(f.slope) < 1e-9, "The slope does not go to 0: first make the tests above pass.")

# %% [markdown]
# ## 5. A vocabulary of 50 000 words  (2 points)
#
# *Difficulty 2 of 5, about 12 minutes.*
#
# A language model turns scores $z \in \mathbb{R}^{B \times C}$ into probabilities, in each row $p = \mathrm{softmax}(z / T)$ with a **temperature** $T > 0$: a small one makes the model sure of itself, a large one makes it bold.
# For one row with $C = 50\,000$ words, the Jacobian of this map has $2.5 \cdot 10^9$ entries, 20 GB. Nobody builds it.
#
# Write `softmax_vjp(p, v, temperature)`: the vector-Jacobian product $v_b^\top\, \partial p_b / \partial z_b$ of each row $b$, from the probabilities $p$ and the upstream gradient $v$, both $B \times C$.
# No tensor on the way may be larger than a few times $B \times C$. Write the formula with tensors, without autograd. Some of the probabilities may be exactly 0.
#
# **Before you write:** take the Jacobian of softmax from the lecture, multiply it by $v^\top$ from the left on paper, and only then think of code. What do the entries of each row of the result add up to?
#
# <details><summary>Hint 1</summary>The Jacobian is the difference of two simple matrices. What does each of them make of v?</details>
# <details><summary>Hint 2</summary>A row times a column is one number, here one for each example of the batch. And T enters by the chain rule, once.</details>


# %% nbgrader={"grade": false, "grade_id": "softmax_vjp", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_vjp(p: torch.Tensor, v: torch.Tensor, temperature: float) -> torch.Tensor:
    """The upstream gradient v (B, C) times the Jacobian of p = softmax(z / temperature), row by row: (B, C)."""
    ### BEGIN SOLUTION
    mean = (p * v).sum(dim=1, keepdim=True)  # (B, 1), what the model expects of v
    return p * (v - mean) / temperature
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "softmax_vjp_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 5: run me
# By hand, with tensors: two rows of three words.
p = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]], dtype=torch.float64)
v = torch.tensor([[1.0, 0.0, 0.0], [1.0, 2.0, 3.0]], dtype=torch.float64)
want = torch.tensor([[0.125, -0.0625, -0.0625], [-0.08, -0.06, 0.14]], dtype=torch.float64)
diagonal = [[0.125, 0.0, 0.0], [0.045, 0.16, 0.315]]
no_outer = [[0.25, 0.0, 0.0], [0.05, 0.2, 1.05]]
over_batch = [[0.1, -0.05, -0.2625], [0.02, 0.16, 0.315]]
over_all = [[-0.525, -0.3875, -0.3875], [-0.105, -0.11, -0.035]]
no_factor = [[0.25, -0.25, -0.25], [-0.8, -0.3, 0.2]]
p_kept, v_kept = p.clone(), v.clone()
shapes = "Shapes do not fit. A sum over the words takes their axis away, if not with keepdim=True."
with without("autograd", "softmax", "log_softmax"), reason(RuntimeError, shapes):
    got = softmax_vjp(p, v, 2.0)
mistakes = {
    "The temperature is missing: z is divided by it before the softmax.": 2 * want,
    "You multiplied by the temperature: the derivative of z / T is 1 / T.": 4 * want,
    "You divided by the temperature twice.": want / 2,
    "That is the Jacobian's diagonal: every probability depends on every score.": diagonal,
    "That is diag(p) alone: subtract what p pᵀ makes of v.": no_outer,
    "You summed over the batch (dim 0): each row has its own sum, over the words.": over_batch,
    "You summed over everything: each row has its own sum, over the words.": over_all,
    "The factor p in front is missing.": no_factor,
    "The sign is turned round.": -want,
}
close(got, want, "the product for two rows at temperature 2", mistakes)
kept = torch.equal(p, p_kept) and torch.equal(v, v_kept)
require(kept, "p or v has changed: they belong to somebody else, so compute new tensors.")
with only_tensors():
    got = softmax_vjp(p, v, 2.0)
mistakes = {"Stay with tensors: yours went through NumPy or plain numbers.": math.nan}
close(got, want, "the product for two rows at temperature 2", mistakes)

# A model that is sure of itself.
p = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64)
v = torch.tensor([[3.0, 8.0, -2.0]], dtype=torch.float64)
mistakes = {"A probability may be 0, and its logarithm is no number: work with p itself.": math.nan}
got = softmax_vjp(p, v, 0.5)
close(got, [[0.0, 0.0, 0.0]], "the product where p is exactly (1, 0, 0)", mistakes)

# Many words, little memory.
B, C = 3, 2000
p, v = torch.softmax(random_tensor(B, C, seed=0), dim=1), random_tensor(B, C, seed=1)
with watch() as seen:
    softmax_vjp(p, v, 1.0)
require(
    seen.largest <= 10 * B * C,
    f"For {B} rows of {C} words your largest tensor had {seen.largest:,} numbers, and {B * C:,} "
    "are enough. Never build the Jacobian, not even of one row.",
)

### BEGIN HIDDEN TESTS
for seed, (B, C, T) in enumerate(
    [(1, 2, 1.0), (4, 3, 0.3), (3, 7, 5.0), (5, 5, 2.0), (2, 5000, 0.7)]
):
    z = (3 * random_tensor(B, C, seed=seed)).requires_grad_()
    v = random_tensor(B, C, seed=seed + 50)
    p = torch.softmax(z / T, dim=1)
    (want,) = torch.autograd.grad(p, z, v)
    with without("autograd", "softmax", "log_softmax"), watch() as seen:
        got = softmax_vjp(p.detach(), v, T)
    close(got, want, f"the product for {B} rows of {C} words at temperature {T:g}", tol=1e-10)
    require(
        seen.largest <= 10 * B * C,
        f"For {B} rows of {C} words your largest tensor had {seen.largest:,} numbers.",
    )
### END HIDDEN TESTS

# %% [markdown]
# ## 6. Backpropagation through a residual block  (4 points)
#
# *Difficulty 4 of 5, about 40 minutes.*
#
# A batch of $B$ examples with $d$ features, one a **row** of $X \in \mathbb{R}^{B \times d}$, passes a residual block (chapter 6 is full of them) and a classifier with $C$ classes:
#
# $$ Z = X W_1^\top + b_1, \qquad H = X + \mathrm{ReLU}(Z), \qquad S = H W_2^\top + b_2, \qquad \mathcal{L} = -\frac{1}{B} \sum_{i=1}^{B} \log \mathrm{softmax}(S_i)_{y_i} , $$
#
# with $W_1 \in \mathbb{R}^{d \times d}$, $b_1 \in \mathbb{R}^d$, $W_2 \in \mathbb{R}^{C \times d}$, $b_2 \in \mathbb{R}^C$ and the right classes $y \in \{0, \dots, C - 1\}^B$. As a program:


# %%
def residual_loss(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1  # (B, d)
    H = X + torch.relu(Z)  # (B, d), the skip path and the layer
    return torch.nn.functional.cross_entropy(H @ W2.T + b2, y)


# %% [markdown]
# The lecture went back through one example, in columns, with tanh and a squared loss. Now it is a batch, in rows, with a ReLU, cross-entropy and a skip path.
# Write `residual_gradients(X, y, W1, b1, W2, b2)`. It returns a dictionary with the keys `"X"`, `"W1"`, `"b1"`, `"W2"` and `"b2"`: the gradient of $\mathcal{L}$ for each, with its shape.
# Use tensors and matrix products, without autograd and without NumPy. `torch.softmax` is allowed. Where an entry of $Z$ is 0, take 0 for the slope of ReLU, as PyTorch does. The result must equal autograd's in float64 to 12 digits.
#
# **Before you write:** beside each formula above, write the shape of every gradient on the way back. Along how many ways does $X$ reach the loss?
#
# <details><summary>Hint 1</summary>Begin with the gradient for the scores S: the lecture has it for one example. Here the loss is a mean.</details>
# <details><summary>Hint 2</summary>For W2 the shapes leave only one way to multiply. W1 is square, and so its shape tells nothing: write Z with indices, Z_ij = Σ_k X_ik (W1)_jk + (b1)_j, and differentiate. A bias was stretched over the rows, so its gradient is a sum over them. What arrives at H goes two ways, and both meet again at X.</details>


# %% nbgrader={"grade": false, "grade_id": "residual_gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
def residual_gradients(X, y, W1, b1, W2, b2) -> dict[str, torch.Tensor]:
    """The gradients of residual_loss for X (B, d), W1 (d, d), b1 (d,), W2 (C, d) and b2 (C,), in a dictionary."""
    ### BEGIN SOLUTION
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = torch.softmax(H @ W2.T + b2, dim=1)
    dS[torch.arange(len(y)), y] -= 1
    dS = dS / len(y)  # (B, C), the loss is a mean
    dH = dS @ W2  # (B, d)
    dZ = dH * (Z > 0)
    return {
        "X": dH + dZ @ W1,
        "W1": dZ.T @ X,
        "b1": dZ.sum(dim=0),
        "W2": dS.T @ H,
        "b2": dS.sum(dim=0),
    }
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "residual_gradients_test", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6: run me
B, d, C = 3, 4, 5
names, y = ["X", "W1", "b1", "W2", "b2"], torch.tensor([3, 0, 2])
shapes = [(B, d), (d, d), (d,), (C, d), (C,)]
block = {
    n: random_tensor(*shape, seed=i) for i, (n, shape) in enumerate(zip(names, shapes, strict=True))
}
block["X"][0] = 0.0
block["b1"][0] = 0.0  # so that one entry of Z is exactly 0
given = {name: tensor.clone() for name, tensor in block.items()}


def autograd(loss, **more):
    """The gradients of a loss for the whole block, and for what else is named."""
    leaves = {n: t.clone().requires_grad_() for n, t in (block | more).items()}
    slopes = torch.autograd.grad(loss(**leaves), list(leaves.values()), allow_unused=True)
    return dict(zip(leaves, slopes, strict=True))


def but(value, back):
    """A tensor with this value, and the gradients of another one."""
    return value.detach() + back - back.detach()


def with_a_slip(
    X, W1, b1, W2, b2, on_S=0.0, on_Z=0.0, gate=None, skip=1, layer_1=None, layer_2=None
):
    """The loss. What is named, the way back takes for something else."""
    Z = X @ W1.T
    Z = (Z if layer_1 is None else but(Z, layer_1(X, W1))) + b1 + on_Z
    H = but(X, skip * X) + but(torch.relu(Z), (Z > 0 if gate is None else gate) * Z)
    S = H @ W2.T
    S = (S if layer_2 is None else but(S, layer_2(W2))) + b2 + on_S
    return torch.nn.functional.cross_entropy(S, y)


def slip(**slips):
    return autograd(lambda **leaves: with_a_slip(**leaves, **slips))


X = block["X"]
Z = X @ block["W1"].T + block["b1"]
R = torch.relu(Z)
at_zero = slip(gate=Z >= 0)
p = torch.softmax((X + R) @ block["W2"].T + block["b2"], dim=1)
onehot = torch.nn.functional.one_hot(y, C).double()
right = autograd(lambda **leaves: residual_loss(y=y, **leaves))
open_gate, gate_of_H, gate_of_X = slip(gate=1.0), slip(gate=X + R > 0), slip(gate=X > 0)
no_skip, no_layer = slip(skip=0), slip(layer_1=lambda X, W1: X.detach() @ W1.T)
turned, from_H = slip(layer_1=lambda X, W1: X @ W1), slip(layer_1=lambda _, W1: (X + R) @ W1.T)
from_X, from_R = slip(layer_2=lambda W2: X @ W2.T), slip(layer_2=lambda W2: R @ W2.T)
arrives = autograd(with_a_slip, on_S=torch.zeros(B, C).double(), on_Z=torch.zeros(B, d).double())
special = {
    "b2": {
        "You summed over the wrong axis: a bias is used in each row.": arrives["on_S"].sum(1),
        "All of p - onehot is divided by B, and you divided the onehot alone.": (
            p - onehot / B
        ).sum(0),
    },
    "b1": {"You summed over the wrong axis: a bias is used in each row.": arrives["on_Z"].sum(1)},
    "W2": {
        "The input of the second layer is H: you used X.": from_X["W2"],
        "The input of the second layer is H: you used ReLU(Z) alone.": from_R["W2"],
    },
    "W1": {"The input of the first layer is X: you used H.": from_H["W1"]},
    "X": {
        "The skip path is missing: X reaches the loss also without the layer.": no_skip["X"],
        "The way through the layer is missing: X reaches the loss on two ways.": no_layer["X"],
        "You took the skip path twice: the other way leads through the layer.": 2 * no_layer["X"],
        "W1 is turned round on the way back: it is square, so the shapes do not tell.": turned["X"],
    },
}
shapes = "Shapes do not fit. Mind, too, that the last class need not occur in y: tell `one_hot` that there are C."
with without("autograd"), reason(RuntimeError, shapes):
    got = residual_gradients(y=y, **given)
complete = isinstance(got, dict) and set(got) == set(names)
require(complete, "Expected a dictionary with the keys X, W1, b1, W2 and b2.")
for name in ["b2", "W2", "b1", "W1", "X"]:  # from the loss to the input
    exact = right[name]
    mean = "a bias adds up over the rows, without a mean." if "b" in name else "once is enough."
    mistakes = special.get(name, {}) | {
        "The loss is a mean over the batch: divide by B.": B * exact,
        f"You divided by B twice: {mean}": exact / B,
        "The sign is turned round: what the model says minus the truth.": -exact,
        "It is transposed: the gradient has the shape of the matrix.": exact.t(),
        "The ReLU is missing on the way back: it closes where Z is not positive.": open_gate[name],
        "The ReLU closes where Z is not positive, and you looked at H.": gate_of_H[name],
        "Where Z is exactly 0 the slope of ReLU is 0, and you took 1.": at_zero[name],
        "The ReLU closes where Z is not positive, and you looked at X.": gate_of_X[name],
    }
    close(got[name], exact, f"the gradient of {name}", mistakes, tol=1e-12)
kept = all(torch.equal(given[name], block[name]) for name in names)
require(kept, "One of the inputs has changed: compute new tensors.")
with only_tensors():
    got = residual_gradients(y=y, **given)
mistakes = {"Stay with tensors: yours went through NumPy or plain numbers.": math.nan}
close(got["W1"], right["W1"], "the gradient of W1", mistakes)

### BEGIN HIDDEN TESTS
for seed, (B, d, C) in enumerate([(1, 3, 2), (4, 4, 4), (7, 2, 3), (16, 10, 6), (2, 5, 1)]):
    y = torch.randint(C, (B,), generator=torch.Generator().manual_seed(seed))
    shapes = [(B, d), (d, d), (d,), (C, d), (C,)]
    block = {
        n: random_tensor(*shape, seed=9 * seed + i)
        for i, (n, shape) in enumerate(zip(names, shapes, strict=True))
    }
    block["X"][0] = 0.0
    block["b1"][0] = 0.0
    right = autograd(lambda **leaves: residual_loss(y=y, **leaves))
    with without("autograd"), only_tensors():
        got = residual_gradients(y=y, **block)
    for name, exact in right.items():
        close(got[name], exact, f"the gradient of {name} for B, d, C = {B}, {d}, {C}", tol=1e-12)
### END HIDDEN TESTS

# %% [markdown]
# ## 7. A comet: differentiate through a solver  (3 points)
#
# *Difficulty 4 of 5, about 30 minutes.*
#
# A comet runs around the sun on an ellipse. Its **mean anomaly** $M$ is the time since it was closest to the sun, as an angle ($2\pi$ a round). Its **eccentric anomaly** $E$ is the angle that tells where it is. The two are tied by Kepler's equation, with the **eccentricity** $0 \le e < 1$ of the ellipse:
#
# $$ E - e \sin E = M . $$
#
# Nobody can solve it for $E$ with a formula. Newton's method does it in a few steps, for a whole vector $M$ at once:


# %%
def solve_kepler(M, e, steps=20):
    """E with E - e sin E = M, for each entry of M (n,), by Newton's method; e is a tensor without axes."""
    solve_kepler.runs += 1  # for the tests
    E = M + 0.85 * e * torch.sign(torch.sin(M))
    for _ in range(steps):
        E = E - (E - e * torch.sin(E) - M) / (1 - e * torch.cos(E))
    return E


solve_kepler.runs = 0


def recorded(tensor):
    """All operations that autograd recorded on the way to this tensor."""
    found = set()
    waiting = [tensor.grad_fn]
    while waiting:
        operation = waiting.pop()
        if operation is not None and operation not in found:
            found.add(operation)
            waiting.extend(parent for parent, _ in operation.next_functions)
    return found


M = torch.linspace(0.1, 6, 5, dtype=torch.float64, requires_grad=True)
e = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
print(f"20 steps leave {len(recorded(solve_kepler(M, e)))} operations in the graph")

# %% [markdown]
# All these operations are kept for the way back, and all they can tell is how the *iteration* depends on $M$ and $e$. But the solution knows nothing of the way by which it was found: the equation itself says how $E$ changes.
# This is an **implicit derivative**: $E(M, e)$ makes the equation true for all $M$ and $e$, so both of its sides have the same derivative by $M$, and by $e$. The chain rule turns that into an equation for the derivative of $E$. (An example with another equation: $u^2 = M$ gives $2u\, \frac{\partial u}{\partial M} = 1$, so $\frac{\partial u}{\partial M} = \frac{1}{2u}$.)
#
# Write `kepler(M, e)`. It returns the same numbers as `solve_kepler`, through a `torch.autograd.Function` of your own, defined in your cell (inside `kepler` or above it). Its `forward` calls the solver; inside a `forward` nothing is recorded.
# Its `backward` returns one gradient for each argument of `forward`, in the same order, and must not run the solver again: derive on paper what it needs. The one number $e$ is used for every entry of $M$, so its gradient is a sum over $n$ uses. (A `backward` that returns all $n$ shares for $e$ is right, too: PyTorch adds them up.)
#
# **Before you write:** for which $E$ does the comet's position depend most strongly on $M$, near the sun or far away? What are $\partial E / \partial M$ and $\partial E / \partial e$ for $e = 0$?
#
# <details><summary>Hint 1</summary>Take E as a function of M and e, and differentiate both sides of Kepler's equation, once by M and once by e. Then solve for the derivative.</details>
# <details><summary>Hint 2</summary>Both derivatives have the same denominator, and need E, not M: save it in forward.</details>


# %% nbgrader={"grade": false, "grade_id": "kepler", "locked": false, "schema_version": 3, "solution": true, "task": false}
def kepler(M: torch.Tensor, e: torch.Tensor) -> torch.Tensor:
    """The eccentric anomaly E (n,) for the mean anomaly M (n,) and the eccentricity e (no axes), as a single operation of the graph."""

    ### BEGIN SOLUTION
    class Kepler(torch.autograd.Function):
        @staticmethod
        def forward(ctx, M, e):
            E = solve_kepler(M, e)
            ctx.save_for_backward(E, e)
            return E

        @staticmethod
        def backward(ctx, upstream):
            E, e = ctx.saved_tensors
            dM = upstream / (1 - e * torch.cos(E))
            return dM, (dM * torch.sin(E)).sum()

    return Kepler.apply(M, e)
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "kepler_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 7: run me
# Two places where everything is known: E = 60° and E = 90°, on an ellipse with e = 1/2.
want = torch.tensor([math.pi / 3, math.pi / 2], dtype=torch.float64)
e = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
M = (want - 0.5 * torch.sin(want)).requires_grad_()
with reason(
    TypeError, "Call your Function's `apply(M, e)`: it calls `forward`, with a ctx besides."
):
    E = kepler(M, e)
close(E, want, "E at 60 and 90 degrees", {"That is M: solve the equation.": M}, tol=1e-9)
require(
    E.grad_fn is not None,
    "Your E has no history: it was detached, or your Function's `apply` was not called.",
)
require(
    len(recorded(E)) <= 12,
    f"Autograd recorded {len(recorded(E))} operations: the steps of the solver are in the graph. "
    "Call the solver in the `forward` of a torch.autograd.Function, where nothing is recorded.",
)
own = [op for op in recorded(E) if isinstance(op, torch.autograd.function.BackwardCFunction)]
require(own, "No operation is your own: write a torch.autograd.Function, and call its `apply`.")
runs = solve_kepler.runs
number = "`backward` returns one gradient for each argument of `forward`: for M, and then for e."
with recording() as saved, reason(RuntimeError, number):
    E.backward(torch.tensor([1.0, 10.0], dtype=torch.float64))
mistakes = {
    "The upstream gradient was not used: downstream is upstream times local.": [4 / 3, 1.0],
    "The sign of e cos E is wrong: differentiate E − e sin E once more.": [0.8, 10.0],
    "That is dM/dE: you need the other way round.": [0.75, 10.0],
    "The cosine belongs to E, and you took it of M.": [1.6909651076, 13.1529237849],
    "E depends on M also through e sin E.": [1.0, 10.0],
    "They are swapped: backward's order is that of forward's arguments.": [2 / math.sqrt(3), 10.0],
}
close(M.grad, [4 / 3, 10.0], "the gradient for M, with the upstream gradient (1, 10)", mistakes)
de = 2 / math.sqrt(3) + 10
mistakes = {
    "The upstream gradient was not used: downstream is upstream times local.": de - 9,
    "You took the mean: a number that is used twice gets the sum of two gradients.": de / 2,
    "That is sin E alone: on the left of the equation E changes, too.": math.sqrt(3) / 2 + 10,
    "The sign is wrong: when e grows, E grows.": -de,
    "The factor sin E is missing.": 4 / 3 + 10,
    "The sine belongs to E, and you took it of M.": 9.5442156685,
}
close(e.grad, de, "the gradient for e, with the upstream gradient (1, 10)", mistakes)
require(
    not saved and solve_kepler.runs == runs,
    "Your way back runs the solver again. Save E in `forward`, and use what the equation says.",
)

# PyTorch's own judge, on a long ellipse.
M = torch.linspace(-3, 9, 12, dtype=torch.float64, requires_grad=True)
e = torch.tensor(0.8, dtype=torch.float64, requires_grad=True)
require(
    torch.autograd.gradcheck(kepler, (M, e), raise_exception=False),
    "torch.autograd.gradcheck, central differences, finds other gradients for e = 0.8.",
)

### BEGIN HIDDEN TESTS
for seed, eccentricity in enumerate([0.0, 0.3, 0.7, 0.95]):
    M = (4 * random_tensor(9, seed=seed)).requires_grad_()
    e = torch.tensor(eccentricity, dtype=torch.float64, requires_grad=True)
    weights = random_tensor(9, seed=seed + 10)
    E, unrolled = kepler(M, e), solve_kepler(M, e)
    close(E, unrolled, f"E for e = {eccentricity:g}", tol=1e-9)
    want = torch.autograd.grad(unrolled, (M, e), weights)
    runs = solve_kepler.runs
    with recording() as saved:
        E.backward(weights)
    close(M.grad, want[0], f"the gradient for M at e = {eccentricity:g}", tol=1e-8)
    close(e.grad, want[1], f"the gradient for e at e = {eccentricity:g}", tol=1e-8)
    require(
        len(recorded(E)) <= 12 and not saved and solve_kepler.runs == runs,
        "The steps of the solver are in the graph or in the way back.",
    )
first, second = (
    torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (0.2, 0.6)
)
two = kepler(M, first) * kepler(M, second)  # two orbits in one program
both = torch.autograd.grad(two.sum(), (first, second))
unrolled = solve_kepler(M, first) * solve_kepler(M, second)
want = torch.autograd.grad(unrolled.sum(), (first, second))
close(torch.stack(both), torch.stack(want), "the gradients for two eccentricities", tol=1e-8)
(only_e,) = torch.autograd.grad(kepler(M.detach(), e).sum(), e)
close(
    only_e,
    torch.autograd.grad(solve_kepler(M, e).sum(), e)[0],
    "the gradient for e when M is a constant",
    tol=1e-8,
)
### END HIDDEN TESTS

# %% [markdown]
# ### The orbit
#
# Now let it work. Comet Encke (2P) comes back every 3.30 years on an ellipse with $e = 0.848$. We pretend not to know that. What we have are 30 positions from the 19 months after its passage near the sun, each off by a few hundredths of an astronomical unit (AU, the distance from the sun to the earth).
# Kepler's third law gives the ellipse its size: a half axis of $P^{2/3}$ AU for a period of $P$ years.


# %%
first = 0.02
last = 1.6  # change me: years after the passage near the sun
count = 30  # change me: how many positions


def positions(t, period, e, solver):
    """Places (n, 2) in AU, with the sun at the origin, t years after the passage near the sun."""
    E = solver(2 * math.pi * t / period, e)
    return period ** (2 / 3) * torch.stack(
        [torch.cos(E) - e, torch.sqrt(1 - e**2) * torch.sin(E)], dim=1
    )


t = torch.linspace(first, last, count, dtype=torch.float64)
period, e = torch.tensor([3.30, 0.848], dtype=torch.float64)
seen_at = positions(t, period, e, solve_kepler) + 0.03 * random_tensor(count, 2, seed=3)


# %%
def find_orbit(solver, steps=400, rate=0.02):
    """Period and eccentricity at each step of a descent on the mean squared distance."""
    start = [math.log(2.0), math.log(0.2 / 0.8)]  # 2 years and 0.2
    raw = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    history = []
    for _ in range(steps):
        period = raw[0].exp()
        e = torch.sigmoid(raw[1])  # whatever raw is: period > 0 and 0 < e < 1
        history.append((period.item(), e.item()))
        loss = (positions(t, period, e, solver) - seen_at).square().sum(dim=1).mean()
        (gradient,) = torch.autograd.grad(loss, raw)
        with torch.no_grad():
            raw -= rate * gradient
    return history


# %% mystnb={"image": {"alt": "The sun, thirty noisy positions of a comet, and ellipses: the first guess is small and round, later ones stretch step by step, and the last one, long and narrow, runs through the positions."}}
with your_turn("The comet is found."):
    with reason(Exception, "First run the test above and make it pass."):
        history = find_orbit(kepler)
    fig, ax = plt.subplots(figsize=(7, 4))
    for step, shade in [(0, "0.8"), (10, "0.65"), (30, "0.5"), (80, "0.3"), (399, "C1")]:
        period, e = torch.tensor(history[step], dtype=torch.float64)
        dates = torch.linspace(0, 1, 400, dtype=torch.float64) * period
        orbit = positions(dates, period, e, solve_kepler)
        ax.plot(*orbit.T, color=shade, label=f"step {step}: {period:.2f} years, e = {e:.3f}")
    ax.plot(*seen_at.T, "o", markersize=4, color="C0", label="positions seen")
    ax.plot(0, 0, "*", markersize=14, color="C5", label="sun")
    ax.set(xlabel="x (AU)", ylabel="y (AU)", aspect="equal")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    plt.show()
    found = abs(history[-1][0] - 3.30) < 0.3  # years
    require(found, "The descent does not find the comet: first make the test above pass.")

# %% [markdown]
# *Thirty positions (blue) from half of a round, and the ellipse found by descent through the solver (orange). The grey ellipses were tried on the way, at the steps that the legend names.*
#
# Explore: change `first`, `last` and `count` two cells further up, and run both cells. With how small a `count` is the period still found to 1 %? What happens when all positions come from the far end of the ellipse, say from 1.4 to 1.9 years?

# %% [markdown]
# ## For whoever wants more (no points)
#
# What you did for Kepler's equation works for every solver. Let $z^\star(\theta)$ solve $z = g(z, \theta)$ with $z \in \mathbb{R}^n$ and a function $g$ given as a PyTorch program. Write `fixed_point(g, z0, theta)` as a `torch.autograd.Function`:
# `forward` iterates $z \leftarrow g(z, \theta)$ until nothing moves. In `backward`, show first that the upstream gradient $v$ must be replaced by the solution $w$ of $w^\top = v^\top + w^\top\, \partial g / \partial z$,
# and that this is a fixed point too, which vector-Jacobian products of $g$ alone can iterate. Networks built this way are called deep equilibrium models: as deep as you like, with the memory of a single layer.

# %% [markdown]
# ## Two lines for us
#
# Double-click here and fill in. It is not graded; it makes the next edition better.
#
# - Minutes spent:
# - Hardest place:
