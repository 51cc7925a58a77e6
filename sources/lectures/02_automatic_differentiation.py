# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2. Automatic differentiation
#
# **After this chapter you can follow a derivative through a program by hand, write the machine that does it for you, and say why it is cheap enough to train networks with millions of parameters.**
#
# *You need:* Python functions and classes, the derivative of a product and of a composition, matrix products, and chapter 1 (tensors, the multilayer perceptron).

# %% [markdown] tags=["header"]
# *Time:* about 82 minutes, in parts of 45 and 36 with a pause between. Sections titled *Deeper* (1 minutes more) can wait for a second reading.

# %% [markdown]
# **Do you remember?** Answer first, then unfold.
#
# 1. A layer computes $a = \tanh(Wx + b)$ with $x \in \mathbb{R}^4$ and $a \in \mathbb{R}^3$. What is the shape of $W$, and how many parameters has the layer?
#    <details><summary>Answer</summary>$W$ is 3 × 4, one row for each output. With $b \in \mathbb{R}^3$ that makes 12 + 3 = 15 parameters.</details>
# 2. Gradient descent moves parameters $\theta$ by $\theta \leftarrow \theta - \eta \nabla \mathcal{L}(\theta)$. Why the minus sign?
#    <details><summary>Answer</summary>The gradient points to where the loss $\mathcal{L}$ grows fastest. We want it to fall.</details>
# 3. A tensor of shape (5, 1) is added to one of shape (5,). What is the shape of the sum?
#    <details><summary>Answer</summary>(5, 5): broadcasting stretches both. Nothing complains. We will meet broadcasting again, on the way back.</details>

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
import operator
import random
from timeit import timeit

import matplotlib.pyplot as plt
import numpy as np
import sympy
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm.auto import tqdm

from helpers.autodiff import Tensor, Value, draw_graph, topological_order, unbroadcast
from helpers.checks import close, your_turn
from helpers.figures.automatic_differentiation import (
    draw_attempts,
    draw_decay,
    draw_gusts,
    draw_one_box,
    draw_orders,
    draw_quotient_errors,
    draw_softmax,
    draw_throws,
    draw_window,
)
from helpers.plotting import LiveCurves, show_images
from helpers.runtime import seed_everything
from helpers.widgets import explore

torch.set_default_dtype(torch.float64)  # all the digits: this chapter is about exactness
seed_everything(0)

# %% [markdown]
# ## 2.1 First, a throw that learns
#
# We throw a ball. It flies 1.5 seconds, air slows it down, gusts of wind may push it, and it should end in a basket 8 metres away and 3 metres up.
# With which speed, to the right and up, must it leave the hand? With drag there is no formula for the flight, only a program: fifty small steps of physics.

# %%
gravity = 9.81  # m/s²
dt = 0.03  # s
drag = 0.05  # 1/m
calm = [0.0] * 50  # m/s, one gust for each step
basket = (8.0, 3.0)  # m


def fly(right, up, gusts=calm):
    """Where the ball is after each step of 0.03 s, thrown with the speed (right, up) in m/s."""
    x = 0.0
    y = 0.0
    places = []
    for gust in gusts:
        brake = dt * drag * (right * right + up * up) ** 0.5
        right = right - brake * right + gust
        up = up - brake * up - dt * gravity
        x = x + dt * right
        y = y + dt * up
        places.append((x, y))
    return places


# %% [markdown]
# What we want small is the squared distance between the last place and the basket.


# %%
def squared_miss(right, up):
    """Squared distance to the basket at the end of the flight, in m²."""
    x, y = fly(right, up)[-1]
    return (x - basket[0]) ** 2 + (y - basket[1]) ** 2


# %% [markdown]
# Now run this program with numbers of the type `Value`. You will build its engine yourself in section 2.5. A `Value` behaves like a number,
# and it remembers how it was computed. That is enough to ask the finished program: *how does the miss change when I change the throw?*

# %% tags=["nbval-check-output"]
right = Value(3.0)
up = Value(6.0)
miss = squared_miss(right, up)
miss.backward()
operations = [node for node in topological_order(miss) if node.parents]
print(f"missed by {miss.data**0.5:.2f} m, after {len(operations)} operations")
print(f"derivatives: {right.grad:.1f} for right, {up.grad:.1f} for up")
assert len(operations) == 755

# %% [markdown]
# Both derivatives are negative, so a harder throw in either direction brings the ball nearer. We never wrote a derivative.
# The call `miss.backward()` went back through all 755 additions, products and roots, and found them. Now follow the gradient downhill.


# %%
def learn_to_throw(attempts=40, rate=0.15):
    """Gradient descent on the throw; gives back the last throw, its miss in m, and all flights."""
    throw = [3.0, 6.0]
    flights = []
    for _ in range(attempts):
        right = Value(throw[0])
        up = Value(throw[1])
        miss = squared_miss(right, up)
        miss.backward()
        flights.append([(x.data, y.data) for x, y in fly(right, up)])
        throw = [right.data - rate * right.grad, up.data - rate * up.grad]
    return throw, miss.data**0.5, flights


# %% mystnb={"image": {"alt": "Paths of the ball for attempts 1, 2, 3, 5, 9 and 40. The first falls far short, each later one comes nearer, and the last ends in the basket at 8 metres and 3 metres height."}}
throw, distance, flights = learn_to_throw()
draw_attempts(flights, [1, 2, 3, 5, 9, 40], basket)
print(f"speed ({throw[0]:.2f}, {throw[1]:.2f}) m/s misses by {1000 * distance:.2f} mm")
assert distance < 0.001

# %% [markdown]
# *Each attempt uses the derivatives of the one before. The 40th flight (orange) ends in the basket.*
#
# Is it right, or only plausible? Take the air away. Then the sum of the fifty steps can be done on paper:
# the ball ends in the basket exactly for the speed $8 / \tau$ to the right and $3 / \tau + \tfrac12 \cdot 9.81\,(\tau + 0.03)$ up, where $\tau = 1.5$ s is the time of flight.
# What is learned without air must be that, to all digits.

# %% tags=["nbval-check-output"]
drag = 0.0
throw_without_air, _, _ = learn_to_throw()
drag = 0.05
tau = 50 * dt
exact = [8 / tau, 3 / tau + gravity * (tau + dt) / 2]
print("learned", [round(speed, 9) for speed in throw_without_air])
print("exact  ", [round(speed, 9) for speed in exact])
np.testing.assert_allclose(throw_without_air, exact, rtol=0, atol=1e-9)

# %% [markdown]
# Training a neural network is the same thing: the program is longer, the throw has millions of components, and the miss is called a loss.
# One throw for one basket is modest, though. At the end of the chapter a *network* looks at a basket that it has never seen and throws. Until then we take the machine apart.
#
# ## 2.2 Two ways to a derivative that do not scale
#
# **By hand** is no third one: the chain rule through fifty steps fills pages, and the pages are waste paper as soon as somebody changes the program.
#
# ### By differences
#
# The derivative is a limit, so take a small step $h$ and do not go to the limit:
#
# $$ f'(x) \approx \frac{f(x + h) - f(x)}{h}, \qquad\text{with the error}\quad \tfrac{h}{2}\,|f''(x)| + \dots $$
#
# We try it on the squared miss as a function of the speed to the right. The tape knows its slope at 3 m/s, and the second derivative is the slope of the slope.


# %% tags=["claim:autodiff-numerical-differentiation", "nbval-check-output"]
def slope_of_miss(right):
    """The derivative of the squared miss by the speed to the right, from the tape."""
    right = Value(right)
    squared_miss(right, 6.0).backward()
    return right.grad


h = 1e-4
slope = slope_of_miss(3.0)
curvature = (slope_of_miss(3.0 + h) - slope_of_miss(3.0 - h)) / (2 * h)
quotient = (squared_miss(3.0 + h, 6.0) - squared_miss(3.0, 6.0)) / h
error = abs(quotient - slope)
print(f"error {error:.3e}, predicted {h / 2 * curvature:.3e}")
assert abs(error / (h / 2 * curvature) - 1) < 1e-4

# %% [markdown]
# The error is what the formula says, and by the formula a step ten times smaller makes it ten times smaller.
#
# **Predict.** The step $h = 10^{-4}$ has a relative error of about $2 \cdot 10^{-5}$. What relative error has $h = 10^{-15}$: about $10^{-16}$, about $10^{-8}$, or about 1? Decide, then run.


# %%
def quotient_errors(number):
    """Relative errors of the forward and the central quotient, for h = 0.1 to 1e-16."""
    forward = []
    central = []
    for k in range(1, 17):
        h = number(10.0**-k)
        here = squared_miss(number(3), number(6))
        above = squared_miss(number(3) + h, number(6))
        below = squared_miss(number(3) - h, number(6))
        forward.append(abs(float((above - here) / h) / slope - 1))
        central.append(abs(float((above - below) / (2 * h)) / slope - 1))
    return np.array(forward), np.array(central)


# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Relative error of difference quotients against the step h, both axes logarithmic. From right to left each curve falls, reaches a best step, and rises again to 1. Central differences in float64 are best with an error near 1e-10, forward ones near 1e-8, forward ones in float32 near 1e-3."}} tags=["claim:autodiff-numerical-differentiation-roundoff", "predict", "hide-output"]
steps = 10.0 ** -np.arange(1, 17)
f32, _ = quotient_errors(np.float32)
f64, c64 = quotient_errors(np.float64)
curves = {"forward, float32": f32, "forward, float64": f64, "central, float64": c64}
roundoff = np.finfo(float).eps * squared_miss(3.0, 6.0) / steps / abs(slope)
draw_quotient_errors(steps, curves, roundoff)
assert f64.min() < 1e-7 and f64[14] > 0.1 and c64.min() < 1e-9 and f32.min() > 1e-4
assert (f64[9:14] / roundoff[9:14]).max() < 10 and (f64[9:14] / roundoff[9:14]).min() > 0.1

# %% [markdown]
# About 1: with $h = 10^{-15}$ not one digit of the quotient is right. Smaller is better only down to the bottom of the V.
#
# *Relative error against the step. On the right the step is too large (truncation). On the left it is too small (round-off), and the errors rise with the dashed line. At an error of 1 the two values of the miss were rounded to the same number, and the quotient is 0.*
#
# A float64 holds about 16 digits, so $f$ is only known up to a relative error of $\epsilon \approx 2 \cdot 10^{-16}$. The numerator is the difference of two nearly equal numbers.
# It inherits that error, and the division by $h$ blows it up to $\epsilon\,|f| / h$, the dashed line. The **central quotient** $\frac{f(x + h) - f(x - h)}{2h}$ cancels the $h$-term of the truncation, so its best step is larger and its best error smaller.
#
# Move the slider and watch float32 fall apart. Where the step comes near to the distance between neighbouring numbers, all that the computer can see is a few plateaus.


# %%
def single_miss(right):
    """The squared miss, computed in 32 bits, for an array of speeds."""
    with np.errstate(all="ignore"):
        return squared_miss(right, np.float32(6))


def window(k):
    return draw_window(single_miss, 3.0, k, slope)


explore(window, k=range(1, 8), start=5, alt="The squared miss in 32 bits, enlarged by one over h")

# %% [markdown]
# *The squared miss near 3 m/s, computed in 32 bits and enlarged by $1/h$ with $h = 10^{-k}$ m/s. The quotient is the slope of the orange line through two of the points.*
#
# **Your turn (3 minutes).** Write the central quotient for the *second* derivative, $f''(x) \approx \frac{f(x+h) - 2 f(x) + f(x-h)}{h^2}$.
# Its best step is larger than $10^{-8}$: why? Think of what the round-off is divided by.


# %%
def second_derivative(f, x, h=1e-4):
    raise NotImplementedError


with your_turn():
    close(second_derivative(math.sin, 1), -math.sin(1), "sin'' at 1", tol=1e-6)
    close(second_derivative(math.exp, 0), 1.0, "exp'' at 0", tol=1e-6)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def second_derivative(f, x, h=1e-4):
#     return (f(x + h) - 2 * f(x) + f(x - h)) / h**2
# ```
#
# Round-off $\epsilon / h^2$ and truncation $h^2$ balance at $h \approx \epsilon^{1/4} \approx 10^{-4}$: a larger step than for the first derivative.
# </details>

# %% [markdown]
# Round-off is a nuisance, but eight digits are plenty for training. The true trouble is the **price**. A gradient has one component for each of the $P$ parameters, and each needs its own run of the program.

# %% tags=["claim:autodiff-numerical-differentiation-cost", "nbval-check-output"]
inputs = torch.randn(5)
theta = torch.randn(48, requires_grad=True)
runs = []


def loss_of_network(theta):
    """A network with 5 inputs, 8 hidden units and P = 48 parameters, asked to say 1."""
    runs.append("one more")
    hidden = torch.tanh(theta[:40].view(8, 5) @ inputs)
    return (theta[40:] @ hidden - 1) ** 2


start = loss_of_network(theta)
changed = [loss_of_network(theta + 1e-7 * direction) for direction in torch.eye(48)]
by_differences = (torch.stack(changed) - start).detach() / 1e-7
runs_of_differences = len(runs)
runs.clear()
(by_autograd,) = torch.autograd.grad(loss_of_network(theta), theta)
print(f"differences: {runs_of_differences} runs; automatic: {len(runs)} run and one way back")
assert runs_of_differences == 49 and len(runs) == 1
torch.testing.assert_close(by_differences, by_autograd, rtol=1e-5, atol=1e-5)

# %% [markdown] tags=["erratum:err-autodiff-roundoff-is-the-reason"]
# $P + 1$ runs against one run and one way back. With ten million parameters and 20 ms a run, one step of training by differences takes $10^7 \cdot 0.02$ s, more than two days.
# Differences keep one honourable job: **checking** gradients that came from elsewhere.
#
# ### By symbols
#
# A computer algebra system applies the rules to the *formula* and returns a formula. That is exact. But look what happens when a program repeats itself. We iterate the logistic map $u \leftarrow 4\,u\,(1 - u)$, and count operations.
#
# **Predict.** Each iteration adds 3 operations to the program. After six iterations the program has 18. How many operations has the formula of the derivative: about 40, about 200, or about 2 000?

# %% jupyter={"outputs_hidden": true} tags=["claim:autodiff-symbolic-differentiation-swell", "nbval-check-output", "predict", "hide-output"]
symbol = sympy.Symbol("x")
u = symbol
number = Value(0.3)
swollen = []
on_tape = []
for _ in range(6):
    u = 4 * u * (1 - u)
    number = 4 * number * (1 - number)
    swollen.append(sympy.diff(u, symbol).count_ops())
    on_tape.append(sum(bool(node.parents) for node in topological_order(number)))
print("operations of the derivative as a formula", swollen)
print("operations of the program, on a tape     ", on_tape)
assert swollen == [2, 21, 82, 264, 768, 2096]
assert on_tape == [3, 6, 9, 12, 15, 18]

# %% [markdown]
# About 2 000. The formula writes each repeated part again and again, and with every iteration it grows about threefold. The program computes each intermediate result once and gives it a name, so it grows by the same three each time.
# Sharing the common parts of the formula cures most of the swelling (the course's tests count 93 operations instead of 2 096), and sharing is what a program does anyway. So differentiate the *program*.
#
# ## 2.3 Forward: carry the derivative along
#
# Here is the first way to do so. Give each number $a$ a companion, its derivative $\dot a$ by one input, and let every operation update both:
#
# $$ (a, \dot a) + (b, \dot b) = (a + b,\ \dot a + \dot b), \qquad (a, \dot a) \cdot (b, \dot b) = (ab,\ \dot a\, b + a\, \dot b), \qquad (a, \dot a)^n = (a^n,\ n\,a^{n-1}\, \dot a). $$
#
# Such a pair is a **dual number**. The rules are exact, there is no step $h$, and only numbers are kept: no formula swells.


# %%
class Dual:
    """A number and its derivative by one input."""

    def __init__(self, value, slope=0.0):
        self.value = value
        self.slope = slope

    def __add__(self, other):
        other = as_dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = as_dual(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def __pow__(self, n):
        return Dual(self.value**n, n * self.value ** (n - 1) * self.slope)


# %% [markdown]
# A plain number is a dual number with slope 0. A difference is a sum with the negative, and Python asks for the mirrored forms (`2 * a` besides `a * 2`).


# %%
def as_dual(a):
    return a if isinstance(a, Dual) else Dual(a)


Dual.__radd__ = Dual.__add__
Dual.__rmul__ = Dual.__mul__
Dual.__sub__ = lambda a, b: a + (-1) * b
Dual.__rsub__ = lambda a, b: (-1) * a + b

# %% [markdown]
# The same program of the flight now runs with dual numbers, and gives the slope that the tape gave.

# %% tags=["nbval-check-output"]
miss = squared_miss(Dual(3.0, slope=1.0), Dual(6.0))
print(f"dual numbers {miss.slope:.12f}\ntape         {slope:.12f}")
assert math.isclose(miss.slope, slope, rel_tol=1e-12)

# %% [markdown]
# **Your turn (4 minutes).** Teach dual numbers to divide. The quotient rule tells you the slope.


# %%
def divide(a, b):
    """The dual number a / b."""
    raise NotImplementedError


with your_turn():
    ratio = divide(Dual(6.0, 1.0), Dual(3.0, 2.0))
    close(ratio.value, 2.0, "6 / 3")
    hint = "The numerator is a difference: a' b minus a b'."
    close(ratio.slope, -1.0, "the slope of 6 / 3 for slopes 1 and 2", {hint: 5 / 3})

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def divide(a, b):
#     return Dual(a.value / b.value, (a.slope * b.value - a.value * b.slope) / b.value**2)
# ```
# </details>

# %% [markdown]
# **Where beginners fall in.** One pass carries the derivative by *one* input, the one whose slope starts at 1. How does the landing place depend on the wind at each of the fifty moments? That is fifty inputs and fifty passes, as expensive as differences, only exact.
# For a loss of a million parameters we need the opposite direction.
#
# ## 2.4 Backward: one pass for all inputs
#
# Take a function that one can still do in the head,
#
# $$ f(x, y, z) = (x + y)\, z \qquad\text{at}\quad x = -2,\ y = 5,\ z = -4, $$
#
# and draw the program as a **computational graph**: an arrow from each number to what is computed from it. Call the sum $q = x + y$. Left to right is the **forward pass**: $q = 3$, then $f = -12$. The **backward pass** goes from right to left and finds $\partial f / \partial(\text{box})$ for each box.
#
# - It starts with $\partial f / \partial f = 1$.
# - The product $f = qz$ has the derivatives $\partial f / \partial q = z = -4$ and $\partial f / \partial z = q = 3$.
# - The sum $q = x + y$ has $\partial q / \partial x = 1$. The chain rule gives $\partial f / \partial x = \frac{\partial f}{\partial q} \frac{\partial q}{\partial x} = -4 \cdot 1 = -4$, and the same for $y$.
#
# Follow it with the slider, from the first step to the last.

# %% tags=["claim:autodiff-forward-backward-example"]
x = Value(-2, label="x")
y = Value(5, label="y")
z = Value(-4, label="z")
q = x + y
f = q * z
q.label = "q"
f.label = "f"
f.backward()


def backward_step(step):
    return draw_graph(f, done=step).figure


explore(backward_step, step=range(6), start=5, alt="The graph of (x + y) z on the way back")
assert f.data == -12 and (x.grad, y.grad, z.grad) == (-4, -4, 3)

# %% [markdown]
# *Each box holds a name, the operation that made it, its value and, once it is final, its gradient. The orange box is the one that has just become final; it sends its share to the boxes on its left.*
#
# At every box the same thing happens, and it has three names:
#
# $$ \underbrace{\frac{\partial f}{\partial x}}_{\text{downstream}} = \underbrace{\frac{\partial f}{\partial q}}_{\text{upstream}} \cdot \underbrace{\frac{\partial q}{\partial x}}_{\text{local}} $$

# %% mystnb={"image": {"alt": "Left: a box for the product f = q z. From the right comes the upstream gradient v; to the left go v times z towards q and v times q towards z. Right: a number x that is used twice receives the sum v1 + v2 of the gradients of its two uses."}}
draw_one_box()

# %% [markdown]
# *Grey arrows are the way there, orange ones the way back. Left: a product multiplies what arrives by the other factor. Right: a number that is used twice adds what its uses send.*
#
# A box needs to know its own operation (local) and what arrives from the right (upstream). It knows nothing of the rest of the program, and that makes the method modular: a box may be replaced by another that keeps the same rule.

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:autodiff-forward-backward-example", "claim:autodiff-upstream-local-downstream"]
# @title Check it: PyTorch and differences agree, and downstream = local × upstream
leaf = torch.tensor([-2.0, 5.0, -4.0], requires_grad=True)
upstream = []
q_torch = leaf[0] + leaf[1]
q_torch.register_hook(upstream.append)  # called with what arrives at q
(q_torch * leaf[2]).backward()
assert leaf.grad.tolist() == [-4, -4, 3] and leaf.grad[0] == leaf.grad[1] == 1 * upstream[0]
by_differences = []
for direction in torch.eye(3):
    above = leaf.detach() + 1e-5 * direction
    below = leaf.detach() - 1e-5 * direction
    change = (above[0] + above[1]) * above[2] - (below[0] + below[1]) * below[2]
    by_differences.append(change / 2e-5)
torch.testing.assert_close(torch.stack(by_differences), leaf.grad, rtol=0, atol=1e-8)

# %% [markdown]
# **Your turn (3 minutes).** Change one thing: $q = x + 2y$, at the same point. Fill in the three gradients of $f = qz$ with pencil and paper.


# %%
def gradients_by_hand():
    """df/dx, df/dy and df/dz of f = (x + 2 y) z at (-2, 5, -4)."""
    raise NotImplementedError


with your_turn():
    dx, dy, dz = gradients_by_hand()
    close(dx, -4.0, "df/dx")
    close(dy, -8.0, "df/dy", {"That is df/dq, upstream. Multiply by dq/dy = 2.": -4.0})
    close(dz, 8.0, "df/dz", {"q is no longer x + y.": 3.0})

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def gradients_by_hand():
#     return -4, -8, 8
# ```
#
# Upstream at $q$ is still $z = -4$. The local derivatives are 1 and 2, so $x$ gets $-4$ and $y$ gets $-8$. And $z$ gets $q = -2 + 2 \cdot 5 = 8$.
# </details>

# %% [markdown]
# **A number that is used twice.** In $f = xy + x^2$ both terms use $x$. At $x = 3$, $y = 2$ the sum of both gradients must be $y + 2x = 8$.
# To see the parts, cut $x$ into two variables with the same value, one for each term.

# %% tags=["claim:autodiff-fan-out-sums", "nbval-check-output"]
x = Value(3)
y = Value(2)
(x * y + x**2).backward()
first_use = Value(3)
second_use = Value(3)
(first_use * y + second_use**2).backward()
print(f"one x: {x.grad:g}; its two uses: {first_use.grad:g} + {second_use.grad:g}")
assert x.grad == first_use.grad + second_use.grad == 8

# %% [markdown]
# ## 2.5 The engine, in thirty lines
#
# Everything is on the table now. A node holds a number, the nodes that it was computed from (its **parents**), and one local derivative for each parent.


# %%
class Node:
    def __init__(self, data, parents=(), local=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local = local


# %% [markdown]
# An operation computes a number and writes down its local derivatives. It is the only place where calculus happens.


# %%
def add(a, b):
    return Node(a.data + b.data, (a, b), (1.0, 1.0))


def multiply(a, b):
    return Node(a.data * b.data, (a, b), (b.data, a.data))


def exp(a):
    e = math.exp(a.data)
    return Node(e, (a,), (e,))


def tanh(a):
    t = math.tanh(a.data)
    return Node(t, (a,), (1 - t**2,))


# %% [markdown]
# A node may pass its gradient on only when it is complete, that is, after *all* its uses have sent their share. So we need an order in which every node stands after its parents, and walk it from the end.
# Such an order is called **topological**. This function finds one: first all the parents, then the node itself.


# %%
def parents_first(node, order, seen):
    if id(node) not in seen:
        seen.add(id(node))
        for parent in node.parents:
            parents_first(parent, order, seen)
        order.append(node)
    return order


# %% [markdown]
# And the backward pass is the chain rule in two loops: downstream gets local times upstream, added up over all uses.


# %%
def backward(output):
    output.grad = 1.0
    for node in reversed(parents_first(output, [], set())):
        for parent, local in zip(node.parents, node.local, strict=True):
            parent.grad += local * node.grad


# %% [markdown]
# That is the whole machine. Does it work? One example proves little, so we write fifty random programs and run each with our engine and with PyTorch.


# %%
def random_program(seed, numbers, add, multiply, exp, tanh):
    """Ten random operations on a list of numbers; the same seed makes the same program."""
    rng = random.Random(seed)
    for _ in range(10):
        a, b = rng.choices(numbers, k=2)
        results = [add(a, b), multiply(a, b), exp(tanh(a)), tanh(a)]  # no exp of a large number
        numbers = [*numbers, rng.choice(results)]
    return numbers[-1]


# %% tags=["claim:autodiff-autodiff-idea", "nbval-check-output"]
worst = 0.0
for seed in range(50):
    nodes = [Node(0.6), Node(-0.8)]
    backward(random_program(seed, nodes, add, multiply, exp, tanh))
    leaves = [torch.tensor(0.6, requires_grad=True), torch.tensor(-0.8, requires_grad=True)]
    out = random_program(seed, leaves, operator.add, operator.mul, torch.exp, torch.tanh)
    exact = torch.autograd.grad(out, leaves, allow_unused=True, materialize_grads=True)
    for node, gradient in zip(nodes, exact, strict=True):
        worst = max(worst, abs(node.grad - gradient.item()) / max(1, abs(gradient.item())))
print("fifty programs agree to 12 digits:", worst < 1e-12)
assert worst < 1e-12

# %% [markdown]
# Thirty lines of ours agree with PyTorch to twelve digits. `helpers.autodiff.Value` is the same machine with operators (`+`, `*`, ...) and a few more functions.
# One thing in it is better: our `parents_first` calls itself once for each step of the program, and Python by default stops a function that calls itself a thousand times deep. `Value` keeps a list of what is still to be done instead. From here on we use it.
#
# Back to the ball. One pass over the tape gives the derivative of the landing place by *every* gust of wind at once.

# %% mystnb={"image": {"alt": "Bars for fifty moments of the flight: how many millimetres the landing place moves for a gust of 1 metre a second at that moment. The bars fall steadily from 981 at the beginning to 30 at the end."}}
gusts = [Value(0.0) for _ in range(50)]
x, _ = fly(Value(throw[0]), Value(throw[1]), gusts)[-1]
x.backward()
by_gust = [gust.grad for gust in gusts]
draw_gusts(dt * np.arange(50), by_gust)
assert by_gust == sorted(by_gust, reverse=True) and abs(by_gust[-1] - dt) < 1e-12

# %% [markdown]
# *Each bar is one derivative. A gust late in the flight moves the landing place less, since the ball has less time left to be carried away; the last one acts for a single step of 0.03 s, so 1 m/s moves it by 30 mm.*
#
# With dual numbers each bar would be a pass of its own. How much does that cost?


# %%
def all_forward(n):
    """Derivatives of the landing place by the first n gusts: one pass with dual numbers for each."""
    slopes = []
    for i in range(n):
        gusts = [0.0] * 50
        gusts[i] = Dual(0.0, slope=1.0)
        x, _ = fly(throw[0], throw[1], gusts)[-1]
        slopes.append(x.slope)
    return slopes


def all_backward(n):
    """The same by one pass over the tape."""
    gusts = [Value(0.0) for _ in range(n)] + [0.0] * (50 - n)
    x, _ = fly(throw[0], throw[1], gusts)[-1]
    x.backward()
    return [gust.grad for gust in gusts[:n]]


def seconds(derivatives, n):
    return timeit(lambda: derivatives(n), number=5) / 5


# %%
for n in [1, 10, 50]:
    ratio = seconds(all_forward, n) / seconds(all_backward, n)
    print(f"{n} derivatives: forward takes {ratio:.1f} times as long as backward")
np.testing.assert_allclose(all_forward(50), all_backward(50), rtol=1e-12)

# %% [markdown]
# The ratio rises with the number of derivatives, since forward mode pays a pass for each and the tape does not. (The times are your machine's.) Both give the same fifty numbers. For one input and many outputs it is the other way round: then one forward pass gives all.
#
# The tape's price is memory: the way back needs the numbers of the way there, so all of them are kept.

# %% [markdown] tags=["pause"]
# > **A place to pause.** You can build a scalar engine now. The second half makes it fast: vectors, matrices, networks.

# %% [markdown]
# ## 2.6 Vectors: the chain rule is a matrix product
#
# For a function $f : \mathbb{R}^n \to \mathbb{R}$ the **gradient** is the vector of its derivatives, $(\nabla f)_i = \partial f / \partial x_i$.
# For $f : \mathbb{R}^n \to \mathbb{R}^m$ the **Jacobian** $J_f$ is an $m \times n$ matrix, one row for each output: row $i$ is the gradient of $f_i$.
#
# The simplest case is a linear layer, $f(x) = Wx$. Since $\partial f_i / \partial x_j = W_{ij}$, its Jacobian is $W$ itself.
# If $v$ is the upstream gradient, one number for each output, then the downstream gradient is $\sum_i v_i \, \partial f_i / \partial x_j$, that is, $W^\top v$.

# %% tags=["claim:autodiff-linear-layer-jacobian"]
W = torch.randn(3, 5)
x = torch.randn(5, requires_grad=True)
v = torch.randn(3)
jacobian_of = torch.autograd.functional.jacobian
print("shape of the Jacobian", tuple(jacobian_of(lambda x: W @ x, x).shape))
(v @ (W @ x)).backward()
assert torch.equal(jacobian_of(lambda x: W @ x, x), W)
torch.testing.assert_close(x.grad, W.T @ v, rtol=1e-14, atol=1e-14)

# %% [markdown]
# **The chain rule.** For $\phi : \mathbb{R}^n \to \mathbb{R}^m$ followed by $f : \mathbb{R}^m \to \mathbb{R}^k$,
#
# $$ J_{f \circ \phi}(x) = J_f(\phi(x))\; J_\phi(x), \qquad (k \times n) = (k \times m)\,(m \times n). $$

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:autodiff-multivariate-chain-rule"]
# @title Check it: the Jacobian of a composition is the product of the Jacobians
U = torch.randn(5, 4)
V = torch.randn(3, 5)
x = torch.randn(4)


def phi(x):
    return torch.tanh(U @ x)


def after(u):
    return torch.sin(V @ u)


product = jacobian_of(after, phi(x)) @ jacobian_of(phi, x)
torch.testing.assert_close(product, jacobian_of(lambda x: after(phi(x)), x), rtol=0, atol=1e-10)

# %% [markdown]
# A network of ten layers is ten Jacobians and, at the end, the gradient $r$ of the loss by the output, a single row:
#
# $$ \nabla \mathcal{L}^\top = \underbrace{r^\top}_{1 \times n}\, J_{10}\, J_9 \cdots J_2\, J_1, \qquad J_l \in \mathbb{R}^{n \times n}. $$
#
# A matrix product may be computed from either end. The result is the same, the work is not.

# %% mystnb={"image": {"alt": "A row times four squares, twice. Begun at the loss, each product makes a row. Begun at the input, the first three products make squares and only the last a row."}}
draw_orders()

# %% [markdown]
# *Above: from the left, every product makes a row (green). Below: from the right, all products but the last make a full matrix.*
#
# **Predict.** With ten layers and $n = 200$: how many times more multiplications does it take to begin at the input than at the loss? Twice, 20 times, 200 times?

# %% jupyter={"outputs_hidden": true} tags=["claim:autodiff-reverse-versus-forward-order", "nbval-check-output", "predict", "hide-output"]
n = 200
jacobians = [torch.randn(n, n) / n**0.5 for _ in range(10)]  # J_10 to J_1
r = torch.randn(1, n)
from_loss = r
work_from_loss = 0
for J in jacobians:
    work_from_loss += from_loss.shape[0] * n * n
    from_loss = from_loss @ J
from_input = jacobians[-1]
work_from_input = 0
for J in [*jacobians[-2::-1], r]:
    work_from_input += J.shape[0] * n * n
    from_input = J @ from_input
print(f"from the loss {work_from_loss:,}, from the input {work_from_input:,} multiplications")
assert work_from_loss == 10 * n**2 and work_from_input == 9 * n**3 + n**2
torch.testing.assert_close(from_loss, from_input, rtol=1e-10, atol=1e-10)

# %% [markdown]
# About 180 times: nine of the ten products from the right are matrix times matrix.
# Beginning at the input is forward mode: it carries the derivatives by all inputs along. Beginning at the loss is **reverse mode**. A training loss is *one* number, so start there.
#
# And no Jacobian need ever be built. A box must be able to multiply a row by its Jacobian, $v^\top J$, a **vector-Jacobian product** (VJP). Written as a column it is $J^\top v$. For a linear layer that is $W^\top v$; for $\tanh$ it is $v \odot (1 - \tanh^2)$, with $\odot$ the product coordinate by coordinate.
#
# ## 2.7 A tape for arrays
#
# `helpers.autodiff.Tensor` is `Value` with arrays in it. Instead of local derivatives, a node holds its VJP: a function from the upstream gradient to one downstream gradient for each parent. Here is the most important one, $z = Wx$, as section 2.6 derived it for $x$. For the weights, $z_i = \sum_j W_{ij}\, x_j$ says that $\partial \mathcal{L} / \partial W_{ij}$ is upstream $i$ times $x_j$.


# %%
def times(W, x):
    """The node W x, for a matrix and a vector."""

    def vjp(upstream):
        return np.outer(upstream, x.data), W.data.T @ upstream

    return Tensor(W.data @ x.data, parents=(W, x), vjp=vjp)


ours = Tensor([[1, 2, 3], [4, 5, 6]])
finished = Tensor([[1, 2, 3], [4, 5, 6]])
x = Tensor([1, 0, -1])
times(ours, x).tanh().sum().backward()
(finished @ x).tanh().sum().backward()
print(ours.grad.round(4))
np.testing.assert_allclose(ours.grad, finished.grad, rtol=1e-14)

# %% [markdown]
# The way back over this tape is the loop that you know. One thing is new: broadcasting must be undone.
# When a bias $b \in \mathbb{R}^3$ is added to five rows, each $b_j$ is used five times. Gradients of several uses add. So the way back of *stretching* is *summing*.

# %% tags=["nbval-check-output"]
rows = Tensor(np.zeros((5, 3)))
bias = Tensor([1.0, 2.0, 3.0])
(rows + bias).sum().backward()
print("gradient of the bias", bias.grad, "and of the rows", rows.grad.shape)
assert bias.grad.tolist() == unbroadcast(np.ones((5, 3)), (3,)).tolist() == [5, 5, 5]

# %% [markdown]
# **Your turn (4 minutes).** Write the VJP of a product with broadcasting. The output is `a * b` with `a` of shape $(B, n)$ and `b` of shape $(n,)$; upstream has the shape of the output. Return the gradient for `b`.


# %%
def product_vjp_b(upstream, a, b):
    """Downstream gradient for b, of shape (n,)."""
    raise NotImplementedError


with your_turn():
    some_a = np.array([[1, 2], [3, 4]])
    some_b = np.array([5, 6])
    mistakes = {"Multiply by a, which is the local derivative for b.": [2.0, 11.0]}
    mistakes["You took the mean over the rows. Uses add."] = [2.0, 21.0]
    answer = product_vjp_b(np.array([[1, 1], [1, 10]]), some_a, some_b)
    close(answer, [4.0, 42.0], "the gradient for b", mistakes)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def product_vjp_b(upstream, a, b):
#     return (upstream * a).sum(axis=0)
# ```
# </details>

# %% [markdown]
# ## 2.8 Backpropagation in matrices
#
# A multilayer perceptron with $K$ layers, for one example, in columns. Layer $l$ has $n_l$ units:
#
# $$ z_l = W_l\, a_{l-1} + b_l, \qquad a_l = \sigma_l(z_l), \qquad W_l \in \mathbb{R}^{n_l \times n_{l-1}}, \quad a_0 = x . $$
#
# Here $\sigma_l$ is any activation that acts on each coordinate by itself. Write $\delta_l = \partial \mathcal{L} / \partial z_l$ for what arrives at layer $l$. On its way to layer $l - 1$ it meets $W_l^\top$ (section 2.6) and the slope of the activation. At the weights it leaves $\delta_i a_j$ at $W_{ij}$ (section 2.7), at the bias $\delta_i$. That is backpropagation, in four formulas:
#
# $$ \delta_K = \nabla_{a_K} \mathcal{L} \odot \sigma_K'(z_K), \qquad \delta_l = (W_{l+1}^\top\, \delta_{l+1}) \odot \sigma_l'(z_l), \qquad \frac{\partial \mathcal{L}}{\partial W_l} = \delta_l\, a_{l-1}^\top, \qquad \frac{\partial \mathcal{L}}{\partial b_l} = \delta_l . $$

# %%
rng = np.random.default_rng(0)
widths = [5, 7, 6, 4, 3]  # n_0 to n_4: four layers
W = [rng.normal(size=(widths[l + 1], widths[l])) for l in range(4)]
b = [rng.normal(size=(n, 1)) for n in widths[1:]]


def forward_pass(x):
    a = [x]
    for W_l, b_l in zip(W, b, strict=True):
        a.append(np.tanh(W_l @ a[-1] + b_l))
    return a  # a_0 to a_K, columns


# %%
def backward_pass(a, target):
    """Gradients of the loss |a_K - target|² / 2 for all weights and biases; tanh' = 1 - tanh²."""
    dW = []
    db = []
    delta = (a[-1] - target) * (1 - a[-1] ** 2)
    for l in reversed(range(len(W))):  # W[l] leads from a[l] to a[l + 1]
        dW.insert(0, delta @ a[l].T)
        db.insert(0, delta)
        delta = (W[l].T @ delta) * (1 - a[l] ** 2)
    return dW, db


# %% tags=["claim:autodiff-backprop-layer-recursion", "nbval-check-output"]
x = rng.normal(size=(5, 1))
target = rng.normal(size=(3, 1))
dW, db = backward_pass(forward_pass(x), target)
leaves = [torch.tensor(p, requires_grad=True) for p in W + b]
a = torch.tensor(x)
for W_l, b_l in zip(leaves[:4], leaves[4:], strict=True):
    a = torch.tanh(W_l @ a + b_l)
(a - torch.tensor(target)).square().sum().div(2).backward()
print("shapes of the gradients", [d.shape for d in dW])
for ours, leaf in zip(dW + db, leaves, strict=True):
    np.testing.assert_allclose(ours, leaf.grad.numpy(), rtol=0, atol=1e-12, strict=True)

# %% [markdown]
# **Where beginners fall in.** You will meet these formulas with the factors in another order, $\delta_{l+1}^\top W_{l+1} \odot \sigma'(z_l)$, or with $W_l^\top$ in the forward pass.
# Check the shapes, and give every layer another width when you test: a wrong transpose raises an error where the matrix is not square. In the recursion it may raise none: a row times a column broadcasts to a matrix, in silence.

# %% tags=["erratum:err-autodiff-layer-matrix-shape", "erratum:err-autodiff-delta-recursion-orientation", "nbval-check-output"]
W_next = np.ones((3, 4))
delta_next = np.ones((3, 1))
activation_slope = np.ones((4, 1))
print("(δᵀ W) ⊙ σ':", ((delta_next.T @ W_next) * activation_slope).shape)
print("(Wᵀ δ) ⊙ σ':", ((W_next.T @ delta_next) * activation_slope).shape)
try:
    W_next.T @ np.ones((4, 1))
except ValueError:
    print("W.T @ a: the sizes do not match")
assert ((delta_next.T @ W_next) * activation_slope).shape == (4, 4)

# %% [markdown]
# Why carry $\delta_l$ along? Because all earlier layers need the same product of factors. Stored, it is computed once: $K - 1$ products for $K$ layers. Computed anew for each layer, it takes $K (K - 1) / 2$.
#
# **Softmax is not coordinate by coordinate.** A classifier ends in $p = \mathrm{softmax}(z)$, $p_i = e^{z_i} / \sum_j e^{z_j}$. Every probability depends on every score, so the Jacobian is a full matrix,
#
# $$ J_{\mathrm{softmax}} = \mathrm{diag}(p) - p\,p^\top, $$
#
# and the rule with $\odot$ does not apply. With the loss $\mathcal{L} = -\log p_c$ of the right class $c$, the upstream gradient is $-\mathrm{onehot}(c) / p$, and the product becomes very simple:
#
# $$ \nabla_z \mathcal{L} = \big(\mathrm{diag}(p) - p\,p^\top\big)\, \frac{-\mathrm{onehot}(c)}{p} = p - \mathrm{onehot}(c) , $$
#
# what the model says minus the truth. The rule with $\odot$ would treat each $p_i$ as a sigmoid of its own score, with the slope $p_i (1 - p_i)$.

# %% mystnb={"image": {"alt": "Left: the Jacobian of softmax for four classes as a heat map, positive on the diagonal, negative elsewhere. Right: bars of the true gradient and of the rule coordinate by coordinate; they agree in the right class, and the coordinate rule is zero in all other classes."}} tags=["claim:autodiff-softmax-cross-entropy-gradient", "erratum:err-autodiff-elementwise-output-activation"]
z = torch.tensor([2.0, 1.0, 0.0, -1.0])
p = torch.softmax(z, dim=0)
onehot = torch.tensor([0.0, 1.0, 0.0, 0.0])
jacobian = jacobian_of(lambda z: torch.softmax(z, dim=0), z)
exact = jacobian_of(lambda z: -torch.log_softmax(z, dim=0)[1], z)
by_coordinates = -onehot / p * p * (1 - p)  # dL/dp times p (1 - p)
draw_softmax(jacobian.numpy(), exact.numpy(), by_coordinates.numpy())
torch.testing.assert_close(jacobian, torch.diag(p) - torch.outer(p, p))
assert torch.allclose(exact, p - onehot) and torch.allclose(exact - by_coordinates, p - p * onehot)

# %% [markdown]
# *Left: the Jacobian, blue where positive and red where negative. Raising one score raises its own probability and lowers all others. Right: the coordinate rule (orange, hatched) agrees in class 1, the right one, and is off by $p_i$ in every wrong class: it forgets to push the wrong classes down.*
#
# **Long products shrink.** $\delta_1$ is a product of as many factors as there are layers. The slope of the sigmoid is at most 1/4, so a chain of ten sigmoids passes at most $4^{-10}$, less than a millionth.
# In a network the matrices $W_l^\top$ take part, too. PyTorch's `Linear` starts with weights of variance $1 / (3n)$ for $n$ inputs, which shrinks whatever passes by itself. To see what the *activation* does, the same network is started with other variances as well.


# %%
def sizes_of_delta(activation, variance):
    """Size of δ at each of ten layers of width 256, relative to the last; the mean over 8 inputs."""
    n = 256
    a = torch.randn(8, n, requires_grad=True)
    z = []
    for _ in range(10):
        W = torch.randn(n, n) * (variance / n) ** 0.5
        z.append(a @ W.T)
        a = activation(z[-1])
    deltas = torch.autograd.grad((a * torch.randn(8, n)).sum(), z)
    sizes = torch.stack([delta.norm() for delta in deltas])
    return sizes / sizes[-1]


# %% mystnb={"image": {"alt": "Size of delta at each of ten layers relative to the last, logarithmic axis. The sigmoid with variance 1/n falls steepest towards the first layer, below one in a hundred thousand. ReLU with variance 1/(3n) falls to about one in three thousand, ReLU with 1/n to about one in twenty-five, ReLU with 2/n stays level."}} tags=["claim:autodiff-sigmoid-chain-vanishes"]
curves = {
    "sigmoid, 1/n": sizes_of_delta(torch.sigmoid, 1),
    "ReLU, 1/(3n)": sizes_of_delta(torch.relu, 1 / 3),
    "ReLU, 1/n": sizes_of_delta(torch.relu, 1),
    "ReLU, 2/n": sizes_of_delta(torch.relu, 2),
}
draw_decay(curves)
a_layer = {name: (sizes[0] ** (1 / 9)).item() for name, sizes in curves.items()}
print({name: round(factor, 2) for name, factor in a_layer.items()})
assert abs(a_layer["sigmoid, 1/n"] - 0.23) < 0.02 and abs(a_layer["ReLU, 2/n"] - 1) < 0.1
assert abs(a_layer["ReLU, 1/n"] - 0.5**0.5) < 0.08 and a_layer["ReLU, 1/(3n)"] < 0.5

# %% [markdown] tags=["erratum:err-autodiff-relu-was-designed-for-it"]
# *The size of $\delta$ at each layer, relative to the last one; the numbers printed below are the factors a layer.*
#
# ReLU, $\max(0, z)$, has slope 0 or 1. About half of the units pass no gradient, and the others pass it whole, so the mean square of $\delta$ is halved in each layer and multiplied by $n$ times the variance of the weights. That predicts $\sqrt{1/2} \approx 0.71$ a layer for the variance $1/n$,
# $\sqrt{1/6} \approx 0.41$ for PyTorch's, and 1 for $2/n$ (He and others, 2015). The sigmoid's factor is about 0.23 at this start. Rectifiers are older than this problem (Fukushima, 1969), and they cure a part of it; the start does the rest. Chapter 11 has more.
#
# ## 2.9 The same in PyTorch
#
# PyTorch's tensors carry the tape when they are asked to: `requires_grad=True`. After `loss.backward()` every such leaf has a `.grad`.
# The graph is there to be walked: each result knows the operation that made it (`grad_fn`), and that knows where it came from.

# %% tags=["claim:autodiff-computational-graph", "nbval-check-output"]
W = torch.randn(3, 4, requires_grad=True)
b = torch.randn(3, requires_grad=True)
loss = -torch.log_softmax(W @ torch.randn(4) + b, dim=0)[0]
leaves = []


def walk(operation, depth):
    print("  " * depth + operation.name())
    if hasattr(operation, "variable"):
        leaves.append(operation.variable)
    for parent, _ in operation.next_functions:
        if parent is not None:
            walk(parent, depth + 1)


walk(loss.grad_fn, 0)
assert {id(leaf) for leaf in leaves} == {id(W), id(b)}

# %% [markdown]
# The two `AccumulateGrad` at the tips are the leaves $W$ and $b$. They **accumulate**: each call of `backward` adds to `.grad`.
#
# **Predict.** The derivative of $w^2$ at $w = 1$ is 2. What does this cell print?

# %% jupyter={"outputs_hidden": true} tags=["nbval-check-output", "predict", "hide-output"]
w = torch.tensor(1.0, requires_grad=True)
for step in range(3):
    (w**2).backward()
    print(f"after call {step + 1}: {w.grad:g}")
assert w.grad == 6

# %% [markdown]
# It prints 2, 4, 6. That is why a training loop sets the gradients to zero before it goes back. Two more switches cut the tape:
# `x.detach()` is the same number without its history (a constant, from now on), and inside `with torch.no_grad():` nothing is recorded. An update of the parameters belongs in there.

# %% tags=["nbval-check-output"]
w = torch.tensor(3.0, requires_grad=True)
(w * w.detach()).backward()
print(f"the derivative of w · w is 2w = 6, that of w · w.detach() is {w.grad:g}")
with torch.no_grad():
    w -= 0.1 * w.grad
assert w.grad == 3 and math.isclose(w.item(), 2.7) and w.requires_grad

# %% [markdown]
# **A box of your own.** `torch.autograd.Function` is a box: `forward` computes and saves what it will need, `backward` turns upstream into one downstream gradient for each argument of `forward`, in the same order. Here is the sigmoid, whose slope $\sigma\,(1 - \sigma)$ needs nothing but its output. `gradcheck` compares with central differences, in float64.


# %%
class Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, s):
        out = 1 / (1 + torch.exp(-s))
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, upstream):
        (out,) = ctx.saved_tensors
        return upstream * out * (1 - out)


# %% tags=["claim:autodiff-sigmoid-block", "nbval-check-output"]
s = torch.linspace(-6, 6, 241, requires_grad=True)  # s[120] is 0
(one_box,) = torch.autograd.grad(Sigmoid.apply(s).sum(), s)
(four_boxes,) = torch.autograd.grad((1 / (1 + torch.exp(-s))).sum(), s)
print(f"steepest at {s[one_box.argmax()].item():.1f}, slope {one_box.max().item()}")
torch.testing.assert_close(one_box, four_boxes, rtol=1e-12, atol=1e-14)
assert torch.autograd.gradcheck(Sigmoid.apply, s) and one_box.max() == one_box[120] == 0.25

# %% [markdown] jp-MarkdownHeadingCollapsed=true tags=["deeper"]
# ### Deeper: a neuron, box by box
#
# A neuron with two inputs, two weights and a bias $w_2$ computes $1 / (1 + e^{-(w_0 x_0 + w_1 x_1 + w_2)})$. On the tape it is a chain of small boxes, and the gradients can be followed through all of them.

# %% tags=["claim:autodiff-sigmoid-neuron-example", "nbval-check-output", "deeper"]
weights = [Value(number) for number in [2, -3, -3]]
x = [Value(number) for number in [-1, -2]]
total = weights[0] * x[0] + weights[1] * x[1] + weights[2]
neuron = 1 / (1 + (-total).exp())
neuron.backward()
gradients = [round(leaf.grad, 4) for leaf in weights + x]
print(f"output {neuron.data:.4f}, gradients {gradients}")
assert round(neuron.data, 4) == 0.7311
assert gradients == [-0.1966, -0.3932, 0.1966, 0.3932, -0.5898]

# %% [markdown] tags=["deeper"]
# From the right to the left: the gradient is 1 at the end, −0.5344 before the quotient, that times $e^{-1} \approx 0.3679$ before the exponential, and 0.1966 at both products. There each weight gets its input times 0.1966. `draw_graph(neuron)` draws it.

# %% [markdown]
# ## 2.10 Real data: our tape learns to read
#
# Now the tape of section 2.7 trains a network on 1 797 handwritten digits of 8 × 8 pixels, ten classes (Alpaydin and Kaynak, 1998). One fifth is held out.

# %%
X, labels = load_digits(return_X_y=True)
parts = train_test_split(X / 16, labels, test_size=0.2, stratify=labels, random_state=0)
X_train, X_test, labels_train, labels_test = parts
W1 = Tensor(rng.normal(0, 1 / 8, (64, 32)))
b1 = Tensor(np.zeros(32))
W2 = Tensor(rng.normal(0, 1 / 32**0.5, (32, 10)))
b2 = Tensor(np.zeros(10))


def scores(X):
    return (X @ W1 + b1).tanh() @ W2 + b2  # (B, 10), one row an example


def accuracy(X, labels):
    return (scores(Tensor(X)).data.argmax(axis=1) == labels).mean()


# %% [markdown]
# One step of training is what you expect: forget the old gradients, go back, move downhill.


# %%
def descend(loss, parameters, rate):
    for p in parameters:
        p.grad = np.zeros_like(p.data)
    loss.backward()
    for p in parameters:
        p.data = p.data - rate * p.grad


# %% mystnb={"image": {"alt": "Two curves over 400 steps of training: the loss falls from 2.3 to about 0.1, the held-out accuracy rises above 0.95."}}
live = LiveCurves(loss="loss (nats)", accuracy="held-out accuracy")
for step in tqdm(range(401), leave=False):
    batch = rng.integers(len(X_train), size=64)
    log_p = scores(Tensor(X_train[batch])).log_softmax()  # (64, 10)
    loss = -log_p[np.arange(64), labels_train[batch]].mean()  # cross-entropy of the right classes
    descend(loss, [W1, b1, W2, b2], rate=0.5)
    live.add(step, loss=loss.data)
    if step % 40 == 0:
        live.add(step, accuracy=accuracy(X_test, labels_test))
        live.draw()
print(f"held-out accuracy {accuracy(X_test, labels_test):.3f}")
assert accuracy(X_test, labels_test) > 0.90

# %% [markdown]
# *The loss of random batches (left; natural logarithms, so its unit is the nat) and the accuracy on digits never seen in training (right).*
#
# More than nine of ten, with an engine that you could have written yourself. And the way back does not stop at the parameters: it goes on to the pixels.

# %% mystnb={"image": {"alt": "Eight held-out digits with their labels, and below each the gradient of its loss with respect to the pixels: purple and green spots on and beside the strokes."}}
digits = Tensor(X_test[:8])
log_p = scores(digits).log_softmax()
(-log_p[np.arange(8), labels_test[:8]].sum()).backward()
pictures = [X_test[:8].reshape(8, 8, 8), digits.grad.reshape(8, 8, 8)]
titles = [f"a {label}" for label in labels_test[:8]]
show_images(pictures, titles, cmaps=["gray_r", "PRGn"])
plt.show()

# %% [markdown]
# *Above: eight held-out digits. Below: the gradient of the loss by each **pixel**, each picture on its own colour scale. Ink on purple pixels would lower the loss, ink on green ones would raise it. Chapter 7 makes pictures with this gradient, chapter 11 attacks.*
#
# ## 2.11 The network that throws
#
# At the beginning we learned one throw for one basket, and for another basket we would have had to begin again. Now a network learns to *aim*: it is told where the basket is, and answers with a throw.
# Nobody shows it a right throw. Its answer goes through the simulator, the simulator says by how much it missed, and the gradient comes back through fifty steps of physics into the weights. The program of section 2.1 takes arrays as it took numbers, so a whole batch flies at once.

# %%
V1 = Tensor(rng.normal(0, 1 / 2**0.5, (2, 32)))
c1 = Tensor(np.zeros(32))
V2 = Tensor(rng.normal(0, 1 / 32**0.5, (32, 2)))
c2 = Tensor(np.zeros(2))


def aim(baskets):
    """The throws for these baskets, in m/s; (B, 2) -> two arrays (B,)."""
    centred = Tensor((baskets - [7.0, 2.5]) / [2.0, 1.5])
    out = (centred @ V1 + c1).tanh() @ V2 + c2
    return 6 + 4 * out[:, 0], 8 + 4 * out[:, 1]


def squared_misses(baskets):
    """For each basket the squared distance at which the ball ends, in m²; (B,)."""
    x, y = fly(*aim(baskets))[-1]
    return (x - baskets[:, 0]) ** 2 + (y - baskets[:, 1]) ** 2


# %% [markdown]
# The baskets stand anywhere between 4 and 10 m away and 0 and 5 m up, new ones in each batch. A throw **hits** when the ball ends less than 20 cm from the basket. Five hundred baskets are kept for the test.


# %%
def random_baskets(count):
    return rng.uniform([4.0, 0.0], [10.0, 5.0], (count, 2))


def hits(baskets):
    return (np.sqrt(squared_misses(baskets).data) < 0.2).mean()


def flights_to(baskets):
    """x and y of the flights, two arrays (steps, B)."""
    places = fly(*aim(baskets))
    return np.array([x.data for x, _ in places]), np.array([y.data for _, y in places])


test_baskets = random_baskets(500)
hits_before = hits(test_baskets)
flights_before = flights_to(test_baskets[:8])

# %%
for step in tqdm(range(400), leave=False):
    rate = 0.02 if step < 300 else 0.005
    descend(squared_misses(random_baskets(64)).mean(), [V1, c1, V2, c2], rate)
hits_after = hits(test_baskets)
print(f"hits on 500 new baskets: {hits_before:.0%} before, {hits_after:.0%} after training")
assert hits_before < 0.1 and hits_after > 0.8

# %% mystnb={"image": {"alt": "Flights to eight baskets in eight colours. Left, untrained: the flights end far from their baskets. Right, after training: each flight ends in the basket of its colour."}}
panels = {"untrained": flights_before, "after 400 steps": flights_to(test_baskets[:8])}
draw_throws(panels, test_baskets[:8])

# %% [markdown]
# *Eight of the 500 baskets that the network did not see in training, each with the flight to it. One network now throws to all of them, where section 2.1 learned one throw for one basket.*
#
# ## Questions
#
# 1. A program has one input and a thousand outputs. Which mode do you choose for its Jacobian?
#    <details><summary>Answer</summary>Forward mode: one pass with the slope of the single input gives all thousand derivatives. Reverse mode would need a thousand passes.</details>
# 2. Why does `backward` need a topological order, and not just any order from the output to the left?
#    <details><summary>Answer</summary>A node may pass on its gradient only when all its uses have sent theirs. In another order a part would be passed on too early, and what comes later would be lost or be counted twice.</details>
# 3. The sigmoid's box saves its output, not its input. What would a box for $\sin$ have to save?
#    <details><summary>Answer</summary>Its input (or the cosine of it): the local derivative $\cos s$ cannot be had from $\sin s$ alone, which fixes it only up to sign.</details>
# 4. Your training loop forgets to zero the gradients, and the loss is $\theta^2$. What happens?
#    <details><summary>Answer</summary>Each step uses the sum of all gradients so far. That is a ball without friction: it runs through the minimum and comes back, and oscillates instead of settling. No error is raised.</details>
# 5. Gradient checking by central differences with $h = 10^{-6}$ says 30 % relative error in float32. Is the gradient wrong?
#    <details><summary>Answer</summary>You cannot tell: with so small a step round-off alone gives errors of this size in float32 (section 2.2). Check in float64, where a right gradient agrees to about nine digits.</details>
#
# ## Summary
#
# - A **program** is differentiated operation by operation. Each operation knows its local derivative; the chain rule multiplies along paths and adds over paths.
# - **Differences** cost a run for each parameter and lose digits to round-off. **Formulas** swell. **Forward mode** costs a pass for each input. **Reverse mode** costs one pass for all inputs of one output, and the memory of the way there.
# - In vectors, downstream is upstream times the Jacobian, never built. Stretching goes back as summing.
# - For a network: $\delta_l = (W_{l+1}^\top \delta_{l+1}) \odot \sigma_l'(z_l)$. For softmax with cross-entropy: $p - \mathrm{onehot}(c)$.
# - Whatever is a program of such boxes can stand in the middle of a training loop, a simulator too.

# %% [markdown] tags=["proved"]
# **Checked by running code:** 20 statements, 17 of them in this notebook, the others in the course's tests. [Here is the list](../docs/proved/02_automatic_differentiation.md).

# %% [markdown]
# **Read next.** Baydin, Pearlmutter, Radul and Siskind, *Automatic differentiation in machine learning: a survey* (JMLR 2018), for the history and for everything between forward and reverse.
# Griewank and Walther, *Evaluating Derivatives* (SIAM 2008), for memory and checkpoints. Karpathy's *micrograd* is another engine of a hundred lines: compare it with yours.
#
# **Now you.** The exercise is in `exercises/02_automatic_differentiation/`. It ends with a comet whose orbit you find by differentiating *through a solver*.
