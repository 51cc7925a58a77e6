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
# *Time:* two halves of about 40 minutes each, with a place to pause between them.

# %% [markdown] tags=["badge"]
# *This notebook runs in JupyterLab. The course is not published yet, so there is no button here that opens it in Colab.*

# %% [markdown]
# **Do you remember?** Answer first, then unfold.
#
# 1. A layer computes $a = \tanh(Wx + b)$ with $x \in \mathbb{R}^4$ and $a \in \mathbb{R}^3$. What is the shape of $W$, and how many parameters has the layer?
#    <details><summary>Answer</summary>$W$ is 3 × 4, one row for each output. With $b \in \mathbb{R}^3$ that makes 12 + 3 = 15 parameters.</details>
# 2. Gradient descent moves parameters $\theta$ by $\theta \leftarrow \theta - \eta \nabla \mathcal{L}(\theta)$. Why the minus sign?
#    <details><summary>Answer</summary>The gradient points to where the loss $\mathcal{L}$ grows fastest. We want it to fall.</details>
# 3. A tensor of shape (5, 1) is added to one of shape (5,). What is the shape of the sum?
#    <details><summary>Answer</summary>(5, 5): broadcasting stretches both. Nothing complains. We will meet broadcasting again, on the way back.</details>

# %% tags=["setup"]
# Set-up, the same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: the course itself would have to be fetched
    raise SystemExit("This course is not published, so Colab cannot fetch it: use JupyterLab.")

from helpers.plotting import use_style

use_style()

# %%
import math
import operator
import random

import matplotlib.pyplot as plt
import numpy as np
import torch

from helpers.autodiff import Tensor, Value, draw_graph, topological_order, unbroadcast
from helpers.checks import close, your_turn
from helpers.plotting import BLUE, ORANGE, LiveCurves, plot_curves, show_images
from helpers.runtime import seed_everything
from helpers.widgets import explore

torch.set_default_dtype(torch.float64)  # all the digits: this chapter is about exactness
seed_everything(0)

# %% [markdown]
# ## 2.1 First, a throw that learns
#
# We throw a ball. It flies 1.5 seconds, air slows it down, and we want it to end in a basket 8 metres away and 3 metres up.
# With which speed $(v_x, v_y)$ must it leave the hand? With drag there is no formula for the flight, only a program: fifty small steps of physics.

# %%
basket, g, dt, steps = (8.0, 3.0), 9.81, 0.03, 50  # m, m/s², s


def throw(vx, vy, drag):
    """Squared distance to the basket after 50 steps of 0.03 s, and the path."""
    x, y, path = Value(0), Value(0), [(0.0, 0.0)]
    for _ in range(steps):
        speed = (vx * vx + vy * vy) ** 0.5
        vx, vy = vx - dt * drag * speed * vx, vy - dt * (drag * speed * vy + g)
        x, y = x + dt * vx, y + dt * vy
        path.append((x.data, y.data))
    return (x - basket[0]) ** 2 + (y - basket[1]) ** 2, path


# %% [markdown]
# The numbers in it are of a type called `Value`. You will build its engine yourself in section 2.5. A `Value` behaves like a number.
# It also remembers how it was computed. That is enough to ask the finished program: *how does the miss change when I change the throw?*

# %%
vx, vy = Value(3.0), Value(6.0)
miss, path = throw(vx, vy, drag=0.05)
miss.backward()
print(f"missed by {miss.data**0.5:.1f} m")
print(f"d miss² / d vx = {vx.grad:.1f}, d miss² / d vy = {vy.grad:.1f}")
assert len(topological_order(miss)) > 1000  # so many numbers took part

# %% [markdown]
# Both derivatives are negative: throw harder, in both directions. We never wrote a derivative.
# The call `miss.backward()` went back through more than a thousand additions, products and roots, and found them. Now follow the gradient downhill.


# %%
def learn_to_throw(drag, attempts=40, rate=0.15):
    speed, paths = [3.0, 6.0], []
    for _ in range(attempts):
        vx, vy = Value(speed[0]), Value(speed[1])
        miss, path = throw(vx, vy, drag)
        miss.backward()
        speed = [speed[0] - rate * vx.grad, speed[1] - rate * vy.grad]
        paths.append(path)
    return speed, paths, miss.data**0.5


speed, paths, distance = learn_to_throw(drag=0.05)
print(f"speed ({speed[0]:.2f}, {speed[1]:.2f}) m/s misses by {1000 * distance:.2f} mm")
assert distance < 0.001

# %% mystnb={"image": {"alt": "Paths of the ball for attempts 1, 2, 3, 5, 9 and 40. The first falls far short, each later one comes nearer, and the last ends in the basket at 8 metres and 3 metres height."}}
fig, ax = plt.subplots(figsize=(7, 3.2))
for i, shade in {0: "0.75", 1: "0.6", 2: "0.45", 4: "0.3", 8: "0", 39: ORANGE}.items():
    ax.plot(*np.array(paths[i]).T, color=shade, label=f"attempt {i + 1}")
ax.plot(*basket, marker="v", markersize=14, color=BLUE, linestyle="", label="basket")
ax.set(xlabel="distance (m)", ylabel="height (m)")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# *The gradient of a simulator: each attempt uses the derivatives of the one before, and the 40th (orange) ends in the basket.*
#
# Is it right, or only plausible? Take the air away. Then the sum of the fifty steps can be done on paper:
# the ball ends in the basket exactly for $v_x = 8 / \tau$ and $v_y = 3 / \tau + \tfrac12 g\,(\tau + \mathrm{d}t)$, where $\tau = 50\,\mathrm{d}t = 1.5$ s is the time of flight.
# What was learned must be that, to all digits.

# %%
tau = steps * dt
(vx, vy), _, _ = learn_to_throw(drag=0.0)
exact_vx, exact_vy = basket[0] / tau, basket[1] / tau + g * (tau + dt) / 2
print(f"learned ({vx:.9f}, {vy:.9f})\nexact   ({exact_vx:.9f}, {exact_vy:.9f})")
assert abs(vx - exact_vx) < 1e-9 and abs(vy - exact_vy) < 1e-9

# %% [markdown]
# Training a neural network is the same thing. The program is longer, the throw has millions of components, and the miss is called a loss.
# The rest of the chapter takes the machine apart.
#
# ## 2.2 Three ways to a derivative that do not scale
#
# ### By hand
#
# Take the smallest classifier. It has weights $w$, an input $x$, a label $y \in \{0, 1\}$, the probability $p = \sigma(w^\top x)$ with the sigmoid
# $\sigma(z) = 1 / (1 + e^{-z})$, and the loss $\mathcal{L} = -\log p$ for the label 1, $-\log(1 - p)$ for the label 0.
# One page of algebra gives $\nabla_w \mathcal{L} = (p - y)\,x$. The formula is short and right, and it belongs to this one model.
# Put a hidden layer in front and the page is waste paper. For a network of a hundred layers nobody writes the page.


# %% [markdown]
# ### By differences
#
# The derivative is a limit, so take a small step $h$ and do not go to the limit:
#
# $$ f'(x) \approx \frac{f(x + h) - f(x)}{h}, \qquad\text{with the error}\quad \tfrac{h}{2}\,|f''(x)| + \dots $$
#
# We try it on $\sin$ at $x = 1$, where we know the answer, $\cos 1$.

# %% tags=["claim:autodiff-numerical-differentiation", "nbval-check-output"]
h = 1e-4
quotient = (math.sin(1 + h) - math.sin(1)) / h
error = abs(quotient - math.cos(1))
print(f"error {error:.2e}, predicted {h / 2 * math.sin(1):.2e}")
assert abs(error / (h / 2 * math.sin(1)) - 1) < 0.01

# %% [markdown]
# As predicted. A step ten times smaller makes the error ten times smaller.
#
# **Predict.** The step $h = 10^{-4}$ has an error of $4 \cdot 10^{-5}$. What error has $h = 10^{-15}$: about $10^{-16}$, about $10^{-8}$, or about $10^{-2}$? Decide, then run.


# %%
def errors_of_quotients(dtype):
    """Errors of the forward and the central quotient of sin at 1, for h = 0.1 to 1e-16."""
    h, x = np.logspace(-1, -16, 16).astype(dtype), dtype(1)
    forward = (np.sin(x + h) - np.sin(x)) / h
    central = (np.sin(x + h) - np.sin(x - h)) / (2 * h)
    return abs(forward - math.cos(1)).astype(float), abs(central - math.cos(1)).astype(float)


# %% mystnb={"image": {"alt": "Error of difference quotients against the step h, both axes logarithmic. Each curve is a V: from right to left it falls, reaches a best step, and rises again. Central differences in float64 are best with an error near 1e-11, forward ones near 1e-8, forward ones in float32 near 1e-4."}} tags=["claim:autodiff-numerical-differentiation-roundoff"]
h = np.logspace(-1, -16, 16)
(f32, _), (f64, c64) = errors_of_quotients(np.float32), errors_of_quotients(np.float64)
curves = {"forward, float32": f32, "forward, float64": f64, "central, float64": c64}
ax = plot_curves(h, curves, "step h", "error of the derivative", log="xy")
ax.plot(h, np.finfo(float).eps / h, "--", color="0.5", linewidth=1, label="round-off, ε / h")
ax.set_ylim(1e-12, 3)
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
assert f64.argmin() == 7 and f64[7] < 1e-8 and f64[14] > 1e-2  # h[7] is 1e-8, h[14] is 1e-15
assert f32.min() < 5e-4 and c64.min() < 1e-10

# %% [markdown]
# *Every curve is a V. On the right the step is too large (truncation). On the left it is too small (round-off), and the error grows like $\epsilon / h$: the dashed line, for float64. Where a curve is flat at the top, $x + h$ was rounded to $x$, and the quotient is 0.*
#
# A float64 holds about 16 digits, so $f(x)$ is only known up to a relative error of $\epsilon \approx 2 \cdot 10^{-16}$. The numerator is the difference of two nearly equal numbers.
# It inherits that error, and the division by $h$ blows it up. At $h = 10^{-15}$ the error is above one per cent. Truncation $h$ and round-off $\epsilon / h$ balance at $h \approx \sqrt\epsilon \approx 10^{-8}$.
# The **central quotient** $\frac{f(x + h) - f(x - h)}{2h}$ cancels the $h$-term of the error. With it one gets eleven digits.
#
# Move the slider and watch float32 fall apart. Its numbers near 1 stand $2^{-23} \approx 1.2 \cdot 10^{-7}$ apart, so for large $k$ the points are *all* that the computer can see.


# %%
def zoom(k):
    """Sine near 1 in float32, enlarged by 1/h, with the quotient of step h = 10^-k."""
    one, h = np.float32(1), np.float32(10.0**-k)
    u = np.linspace(-1.5, 2.5, 81, dtype=np.float32)  # in units of h
    x, slope = one + u * h, (np.sin(one + h) - np.sin(one)) / h
    fig, ax = plt.subplots(figsize=(6, 3.2))
    ax.plot((x - one) / h, (np.sin(x) - np.sin(one)) / h, ".", label="sin in float32")
    ax.axline((0, 0), slope=slope, color=ORANGE, label=f"quotient: slope {slope:.4f}")
    ax.axline((0, 0), slope=math.cos(1), color="0.4", linestyle="--", label="cos 1 = 0.5403")
    ax.set(xlabel="(x − 1) / h", ylabel="(sin x − sin 1) / h", xlim=(-1.6, 2.6), ylim=(-1.6, 2.6))
    ax.legend(loc="upper left")
    return fig


explore(zoom, k=range(1, 9), start=7, alt="Sine near 1 in float32, enlarged by one over h")

# %% [markdown]
# *Sine near 1, seen through a window of width $4h$. At $k = 7$ a handful of numbers is left: the step that the computer takes is $1.2 \cdot 10^{-7}$, but the quotient (orange) divides by $10^{-7}$. At $k = 8$ one number is left, and the quotient is 0.*
#
# **Your turn (3 minutes).** Write the central quotient for the *second* derivative, $f''(x) \approx \frac{f(x+h) - 2 f(x) + f(x-h)}{h^2}$.
# Its best step is neither $10^{-8}$ nor smaller: why? Think of what the round-off is divided by.


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
# So round-off is a nuisance, but eleven digits are plenty for training: descent with central differences follows the exact one.
# The true trouble is the **price**. A gradient has one component for each of the $P$ parameters, and each needs its own run of the program.

# %%
inputs, theta = torch.randn(5), torch.randn(48, requires_grad=True)
calls = 0


def loss(theta):
    """A network with 5 inputs, 8 hidden units and P = 48 parameters, asked to say 1."""
    global calls
    calls += 1
    hidden = torch.tanh(theta[:40].view(8, 5) @ inputs)
    return (theta[40:] @ hidden - 1) ** 2


# %% tags=["claim:autodiff-numerical-differentiation-cost", "nbval-check-output"]
start, h = loss(theta).item(), 1e-7
by_differences = torch.stack([(loss(theta + h * e) - start) / h for e in torch.eye(48)]).detach()
calls_differences, calls = calls, 0
(by_autograd,) = torch.autograd.grad(loss(theta), theta)
print(f"differences: {calls_differences} runs; automatic: {calls} run and one way back")
assert (calls_differences, calls) == (49, 1)
torch.testing.assert_close(by_differences, by_autograd, rtol=1e-5, atol=1e-5)

# %% [markdown] tags=["erratum:err-autodiff-roundoff-is-the-reason"]
# $P + 1$ runs against one run and one way back. With ten million parameters and 20 ms a run, one step of training by differences takes $10^7 \cdot 0.02$ s, more than two days.
# Differences keep one honourable job: **checking** gradients that came from elsewhere.

# %% [markdown]
# ### By symbols
#
# A computer algebra system applies the rules to the *formula* and returns a formula. That is exact. But look what happens when a program repeats itself. We iterate the logistic map $u \leftarrow 4\,u\,(1 - u)$, starting from $u = x$.

# %%
import sympy

symbol = sympy.Symbol("x")
once = 4 * symbol * (1 - symbol)
print(sympy.diff(once, symbol), "|", sympy.diff(4 * once * (1 - once), symbol))

# %% [markdown]
# The opposite is to differentiate the *program*. It keeps a list of its operations while it runs, a **tape**, and the derivative is computed by walking the tape backwards. Section 2.5 builds one; here we only count its steps.
#
# **Predict.** Each iteration adds 3 operations to the program. After six iterations the program has 18. How many operations has the formula of the derivative?

# %% tags=["claim:autodiff-symbolic-differentiation-swell"]
u, number, counts = symbol, Value(0.3), []
for _ in range(6):
    u, number = 4 * u * (1 - u), 4 * number * (1 - number)
    formula = sympy.diff(u, symbol)
    parts, (rest,) = sympy.cse([formula])  # common parts written once
    shared = sum(part.count_ops() for _, part in parts) + rest.count_ops()
    tape = sum(len(node.parents) for node in topological_order(number))  # steps of the way back
    counts.append((formula.count_ops(), u.count_ops(), shared, tape))
swollen, formulas, shared, tape = map(list, zip(*counts, strict=True))
print("program as a formula", formulas, "\nits derivative", swollen)
assert formulas == [3, 8, 18, 38, 78, 158] and swollen == [2, 21, 82, 264, 768, 2096]
assert shared == [2, 12, 27, 45, 67, 93] and tape == [6, 12, 18, 24, 30, 36]

# %% mystnb={"image": {"alt": "Number of operations against iterations of the logistic map, logarithmic axis: the symbolic derivative rises to 2096 operations after six iterations, the formula itself to 158, the derivative with shared parts to 93, and the tape along a straight line to 36."}}
curves = {"derivative as a formula": swollen, "the formula itself": formulas}
curves |= {"derivative, parts shared": shared, "way back on a tape": tape}
plot_curves(range(1, 7), curves, "iterations of 4u (1 − u)", "operations", log="y")
plt.show()

# %% [markdown]
# *The formula of the derivative (blue) explodes, because it writes each repeated part again and again. Sharing the parts cures most of it. A tape shares from the start: each iteration adds the same number of steps.*
#
# Sharing means: compute each intermediate result once, and give it a name. A program does that anyway. So differentiate the *program*.
#
# ## 2.3 Forward: carry the derivative along
#
# Here is the first way to do so. Give each number a companion, its derivative $\dot a$, and let every operation update both:
#
# $$ (a, \dot a) + (b, \dot b) = (a + b,\ \dot a + \dot b), \qquad (a, \dot a) \cdot (b, \dot b) = (ab,\ \dot a\, b + a\, \dot b), \qquad \sin(a, \dot a) = (\sin a,\ \cos(a)\, \dot a). $$
#
# Such a pair is a **dual number**. The rules are exact, there is no step $h$, and only numbers are kept: no formula swells.


# %%
class Dual:
    """A number and its derivative with respect to one input."""

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)


def sin(a):
    return Dual(math.sin(a.value), math.cos(a.value) * a.slope)


# %% tags=["nbval-check-output"]
x = Dual(1.3, slope=1.0)  # dx / dx = 1
f = x * x * sin(x)
by_formula = 2 * 1.3 * math.sin(1.3) + 1.3**2 * math.cos(1.3)
print(f"dual number {f.slope:.15f}\nformula     {by_formula:.15f}")
assert math.isclose(f.slope, by_formula, rel_tol=1e-15)

# %% [markdown]
# **Your turn (4 minutes).** Teach dual numbers to divide. The quotient rule tells you the slope.


# %%
def divide(a, b):
    """The dual number a / b."""
    raise NotImplementedError


with your_turn():
    quotient = divide(Dual(6.0, 1.0), Dual(3.0, 2.0))
    close(quotient.value, 2.0, "6 / 3")
    hint = "The numerator is a difference: a' b minus a b'."
    close(quotient.slope, -1.0, "the slope of 6 / 3 for slopes 1 and 2", {hint: 5 / 3})

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def divide(a, b):
#     return Dual(a.value / b.value, (a.slope * b.value - a.value * b.slope) / b.value**2)
# ```
# </details>

# %% [markdown]
# **A common trap.** One pass carries the derivative with respect to *one* input, the one whose slope starts at 1.
# A function of $n$ inputs needs $n$ passes. That is as expensive as differences, only exact. For a loss of a million parameters we need the opposite direction.
#
# ## 2.4 Backward: one pass for all inputs
#
# Take a function that one can still do in the head,
#
# $$ f(x, y, z) = (x + y)\, z \qquad\text{at}\quad x = -2,\ y = 5,\ z = -4, $$
#
# and draw the program as a **computational graph**: an arrow from each number to what is computed from it. Call the sum $q = x + y$. Left to right is the **forward pass**: $q = 3$, then $f = -12$.

# %% mystnb={"image": {"alt": "Graph of (x + y) z: boxes x = -2 and y = 5 point to q = 3, a sum; q and z = -4 point to f = -12, a product."}}
x, y, z = Value(-2, label="x"), Value(5, label="y"), Value(-4, label="z")
q = x + y
f = q * z
q.label, f.label = "q", "f"
draw_graph(f)
plt.show()

# %% [markdown]
# *Each box holds a name, the operation that made it, and its value. Grey boxes are the inputs (leaves).*
#
# The **backward pass** goes from right to left and finds $\partial f / \partial(\text{box})$ for each box.
#
# - It starts with $\partial f / \partial f = 1$.
# - The product $f = qz$ has the derivatives $\partial f / \partial q = z = -4$ and $\partial f / \partial z = q = 3$.
# - The sum $q = x + y$ has $\partial q / \partial x = 1$. The chain rule gives $\partial f / \partial x = \frac{\partial f}{\partial q} \frac{\partial q}{\partial x} = -4 \cdot 1 = -4$, and the same for $y$.
#
# At every box the same thing happens. Three names for it:
#
# $$ \underbrace{\frac{\partial f}{\partial x}}_{\text{downstream}} = \underbrace{\frac{\partial f}{\partial q}}_{\text{upstream}} \cdot \underbrace{\frac{\partial q}{\partial x}}_{\text{local}} $$
#
# A box needs to know its own operation (local) and what arrives from the right (upstream). It knows nothing of the rest of the program. That makes the method modular.
#
# Follow it with the slider, from the first step to the last.


# %% tags=["claim:autodiff-forward-backward-example"]
def backward_step(step):
    return draw_graph(f, done=step).figure


f.backward()
explore(backward_step, step=range(6), start=5, alt="The graph of (x + y) z on the way back")
assert (f.data, x.grad, y.grad, z.grad) == (-12, -4, -4, 3)

# %% [markdown]
# *Step by step from the right: the orange box is the one whose gradient is final now; it sends its share to the boxes on its left.*

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:autodiff-forward-backward-example", "claim:autodiff-upstream-local-downstream"]
# @title Check it: PyTorch and differences agree, and downstream = local × upstream
u, upstream = torch.tensor([-2.0, 5.0, -4.0], requires_grad=True), []
q_torch = u[0] + u[1]
q_torch.register_hook(upstream.append)  # called with what arrives at q
(q_torch * u[2]).backward()
assert u.grad.tolist() == [-4, -4, 3] and u.grad[0] == u.grad[1] == 1 * upstream[0]
up, down = [
    torch.stack([(v[0] + v[1]) * v[2] for v in u + h * torch.eye(3)]) for h in (1e-5, -1e-5)
]
torch.testing.assert_close((up - down) / 2e-5, u.grad, rtol=0, atol=1e-8)

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
# **A number that is used twice** gets two gradients. They **add**. In $f = xy + x^2$ both terms use $x$. At $x = 3$, $y = 2$ the sum must be $y + 2x = 8$.
# To see it, cut $x$ into two variables with the same value, one for each term, and look at the two parts.

# %% tags=["claim:autodiff-fan-out-sums", "nbval-check-output"]
x, y = Value(3), Value(2)
(x * y + x**2).backward()
x_left, x_right = Value(3), Value(3)
(x_left * y + x_right**2).backward()
print(f"one x: {x.grad:g}; its two uses: {x_left.grad:g} + {x_right.grad:g}")
assert x.grad == x_left.grad + x_right.grad == 8

# %% [markdown]
# ## 2.5 The engine, in thirty lines
#
# Everything is on the table now. A node holds a number, the nodes that it was computed from (its **parents**), and one local derivative for each parent.


# %%
class Node:
    def __init__(self, data, parents=(), local=()):
        self.data, self.grad = data, 0.0
        self.parents, self.local = parents, local


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
# That is the whole machine. Does it work? One example proves little, so we write fifty random programs and run each with three engines: ours, the finished one of the course, and PyTorch.


# %%
def random_program(rng, numbers, add, multiply, exp, tanh):
    """Ten random operations on a list of numbers; the same seed makes the same program."""
    for _ in range(10):
        a, b = rng.choices(numbers, k=2)
        results = add(a, b), multiply(a, b), exp(tanh(a)), tanh(a)  # no exp of a large number
        numbers = [*numbers, rng.choice(results)]
    return numbers[-1]


methods = operator.add, operator.mul, lambda a: a.exp(), lambda a: a.tanh()

# %% tags=["claim:autodiff-autodiff-idea", "nbval-check-output"]
worst = 0.0
for seed in range(50):
    nodes, values = [Node(0.6), Node(-0.8)], [Value(0.6), Value(-0.8)]
    leaves = [torch.tensor(0.6, requires_grad=True), torch.tensor(-0.8, requires_grad=True)]
    backward(random_program(random.Random(seed), nodes, add, multiply, exp, tanh))
    random_program(random.Random(seed), values, *methods).backward()
    out = random_program(random.Random(seed), leaves, *methods)
    exact = torch.autograd.grad(out, leaves, allow_unused=True, materialize_grads=True)
    for ours, g_exact in zip(nodes + values, exact + exact, strict=True):
        worst = max(worst, abs(ours.grad - g_exact.item()) / max(1, abs(g_exact.item())))
print("fifty programs agree to 12 digits:", worst < 1e-12)
assert worst < 1e-12

# %% [markdown]
# Thirty lines of ours agree with PyTorch to twelve digits. `helpers.autodiff.Value` is the same machine with operators (`+`, `*`, ...) and a few more functions.
# One thing in it is better: our `parents_first` calls itself once for each step of the program, and Python stops a function that calls itself a thousand times deep. `Value` keeps a list of what is still to be done instead. From here on we use it.
#
# **A neuron.** With two inputs, two weights and a bias $w_2$:
#
# $$ f(w, x) = \frac{1}{1 + e^{-(w_0 x_0 + w_1 x_1 + w_2)}} . $$

# %% mystnb={"image": {"alt": "Graph of a sigmoid neuron: three weights and two inputs lead through products, sums, a minus sign, an exponential, plus one and a quotient to the output 0.7311; each box shows its gradient, for instance -0.1966 at w0."}} tags=["claim:autodiff-sigmoid-neuron-example"]
w = [Value(v, label=f"w{i}") for i, v in enumerate([2, -3, -3])]
x = [Value(v, label=f"x{i}") for i, v in enumerate([-1, -2])]
s = w[0] * x[0] + w[1] * x[1] + w[2]
f = 1 / (1 + (-s).exp())
f.backward()
draw_graph(f)
plt.show()
assert round(f.data, 4) == 0.7311
assert [round(v.grad, 4) for v in w + x] == [-0.1966, -0.3932, 0.1966, 0.3932, -0.5898]

# %% [markdown]
# *Follow one path from the right to the left: the gradient is 1 at the end, −0.5344 before the quotient, that times $e^{-1} \approx 0.3679$ before the exponential, and 0.1966 at both products. There each weight gets its input times 0.1966. (The boxes without a name are the two ones of the formula.)*
#
# **Boxes may be big.** Four of these boxes together are the sigmoid. Its derivative has a closed form, $\sigma'(s) = \sigma(s)\,(1 - \sigma(s))$, at most 1/4. So the four can be one box, with one local derivative: `Value.sigmoid()` is that box, and section 2.9 writes it for PyTorch.
# Big boxes are faster, need less memory, and can be more exact than the sum of their parts. PyTorch is a few hundred such boxes and the loop that you have just written.

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
W, x, v = torch.randn(3, 5), torch.randn(5, requires_grad=True), torch.randn(3)
jacobian = torch.autograd.functional.jacobian(lambda x: W @ x, x)
(v @ (W @ x)).backward()
assert torch.equal(jacobian, W)
torch.testing.assert_close(x.grad, W.T @ v, rtol=1e-14, atol=1e-14)


# %% [markdown]
# **The chain rule.** For $g : \mathbb{R}^n \to \mathbb{R}^m$ followed by $f : \mathbb{R}^m \to \mathbb{R}^k$,
#
# $$ J_{f \circ g}(x) = J_f(g(x))\; J_g(x), \qquad (k \times n) = (k \times m)\,(m \times n). $$

# %% tags=["claim:autodiff-multivariate-chain-rule"]
U, V, x = torch.randn(5, 4), torch.randn(3, 5), torch.randn(4)
inner, outer = (lambda x: torch.tanh(U @ x)), (lambda u: torch.sin(V @ u))  # g and f
J = torch.autograd.functional.jacobian
J_f, J_g = J(outer, inner(x)), J(inner, x)
print("shapes", tuple(J_f.shape), "@", tuple(J_g.shape), "=", tuple((J_f @ J_g).shape))
torch.testing.assert_close(J_f @ J_g, J(lambda x: outer(inner(x)), x), rtol=0, atol=1e-10)

# %% [markdown]
# A network of ten layers is ten Jacobians and, at the end, the gradient $r$ of the loss with respect to the output, a single row:
#
# $$ \nabla \mathcal{L}^\top = \underbrace{r^\top}_{1 \times n}\, J_{10}\, J_9 \cdots J_2\, J_1, \qquad J_l \in \mathbb{R}^{n \times n}. $$
#
# A matrix product may be computed from either end. The result is the same, the work is not.
#
# **Predict.** With $n = 200$: how many times more multiplications does it take to begin on the right (at the input) than on the left (at the loss)? Twice, 20 times, 200 times?


# %% tags=["claim:autodiff-reverse-versus-forward-order", "nbval-check-output"]
from itertools import accumulate

n = 200
chain = [torch.randn(1, n)] + [torch.randn(n, n) / n**0.5 for _ in range(10)]
left = list(accumulate(chain, lambda product, J_l: product @ J_l))
right = list(accumulate(reversed(chain), lambda product, J_l: J_l @ product))
work_left = sum(product.numel() * n for product in left[:-1])  # (a × n) @ (n × n)
work_right = sum(J_l.numel() * n for J_l in chain[-2::-1])  # (a × n) @ (n × n), from the right
print(f"from the loss {work_left:,}, from the input {work_right:,} multiplications")
assert work_left == 10 * n**2 and work_right == 9 * n**3 + n**2
torch.testing.assert_close(left[-1], right[-1], rtol=1e-10, atol=1e-10)

# %% [markdown]
# About 180 times. From the left every product is a row times a matrix. From the right nine of ten are matrix times matrix.
# Beginning on the right is forward mode: it carries along the derivatives with respect to all inputs. Beginning on the left is **reverse mode**. A training loss is *one* number, so start there.
# And no Jacobian need ever be built. All that a box must be able to do is multiply a row by its Jacobian, $v^\top J$, a **vector-Jacobian product** (VJP). Written as a column it is $J^\top v$. For a linear layer that is $W^\top v$; for $\tanh$ it is $v \odot (1 - \tanh^2)$, with $\odot$ the product coordinate by coordinate.
#
# Now measure it. The function $f(x) = \sum_i \tanh(Wx)_i$ has $n$ inputs and one output. Forward mode needs a pass for each input, reverse mode one.


# %%
def forward_mode(W, x):
    """Dual numbers: for each input one pass, with slope 1 in that input and 0 elsewhere."""
    slopes = ((1 - np.tanh(W @ x) ** 2) * (W @ e) for e in np.eye(len(x)))
    return np.array([slope.sum() for slope in slopes])


def reverse_mode(W, x):
    """The tape for arrays, which section 2.7 explains."""
    x = Tensor(x)
    (Tensor(W) @ x).tanh().sum().backward()
    return x.grad


# %%
from timeit import timeit

sizes, forward_seconds, reverse_seconds = [2, 8, 32, 128, 512], [], []
for n in sizes:
    W, x = np.random.randn(64, n), np.random.randn(n)
    np.testing.assert_allclose(forward_mode(W, x), reverse_mode(W, x), rtol=0, atol=1e-12)
    forward_seconds.append(timeit(lambda: forward_mode(W, x), number=5) / 5)
    reverse_seconds.append(timeit(lambda: reverse_mode(W, x), number=5) / 5)

# %% mystnb={"image": {"alt": "Seconds for one full gradient against the number of inputs, both axes logarithmic: forward mode rises in proportion to the number of inputs, reverse mode stays almost flat."}}
curves = {"forward: n passes": forward_seconds, "reverse: one pass": reverse_seconds}
plot_curves(sizes, curves, "number of inputs n", "seconds for the full gradient", log="xy")
plt.show()

# %% [markdown]
# *Forward mode (blue) pays for each input, reverse mode (orange) hardly notices. For a function with one input and many outputs it would be the other way round.*
#
# The price of reverse mode is memory: the way back needs the numbers of the way there, so all of them are kept.
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


W, x = Tensor([[1, 2, 3], [4, 5, 6]]), Tensor([1, 0, -1])
times(W, x).tanh().sum().backward()
by_hand, W.grad = W.grad, np.zeros((2, 3))
(W @ x).tanh().sum().backward()
assert np.allclose(by_hand, W.grad, rtol=1e-14) and W.grad.any()

# %% [markdown]
# The way back over this tape is the loop that you know. One thing is new: broadcasting must be undone.
# When a bias $b \in \mathbb{R}^3$ is added to five rows, each $b_j$ is used five times. Gradients of several uses add. So the way back of *stretching* is *summing*.

# %% tags=["nbval-check-output"]
rows, bias = Tensor(np.zeros((5, 3))), Tensor([1.0, 2.0, 3.0])
(rows + bias).sum().backward()
print("gradient of the bias", bias.grad, "and of the rows", rows.grad.shape)
assert (bias.grad == unbroadcast(np.ones((5, 3)), (3,))).all() and bias.grad.tolist() == [5, 5, 5]

# %% [markdown]
# **Your turn (4 minutes).** Write the VJP of a product with broadcasting. The output is `a * b` with `a` of shape $(B, n)$ and `b` of shape $(n,)$; upstream has the shape of the output. Return the gradient for `b`.


# %%
def product_vjp_b(upstream, a, b):
    """Downstream gradient for b, of shape (n,)."""
    raise NotImplementedError


with your_turn():
    a, b, upstream = np.array([[1, 2], [3, 4]]), np.array([5, 6]), np.array([[1, 1], [1, 10]])
    mistakes = {"Multiply by a, which is the local derivative for b.": [2.0, 11.0]}
    mistakes["You took the mean over the rows. Uses add."] = [2.0, 21.0]
    close(product_vjp_b(upstream, a, b), [4.0, 42.0], "the gradient for b", mistakes)

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
W = [rng.normal(size=shape) for shape in zip(widths[1:], widths[:-1], strict=True)]
b = [rng.normal(size=(n, 1)) for n in widths[1:]]


def forward_pass(x):
    a = [x]
    for W_l, b_l in zip(W, b, strict=True):
        a.append(np.tanh(W_l @ a[-1] + b_l))
    return a  # a_0 to a_K, columns


# %%
def backward_pass(a, y):
    """Gradients of the loss |a_K - y|² / 2 for all weights and biases; tanh' = 1 - tanh²."""
    dW, db = [], []
    delta = (a[-1] - y) * (1 - a[-1] ** 2)
    for l in reversed(range(len(W))):  # W[l] leads from a[l] to a[l + 1]
        dW.insert(0, delta @ a[l].T)
        db.insert(0, delta)
        if l:  # nothing lies before layer 1
            delta = (W[l].T @ delta) * (1 - a[l] ** 2)
    return dW, db


# %% tags=["claim:autodiff-backprop-layer-recursion"]
x, y = rng.normal(size=(5, 1)), rng.normal(size=(3, 1))
dW, db = backward_pass(forward_pass(x), y)
leaves = [torch.tensor(p, requires_grad=True) for p in W + b]
a = torch.tensor(x)
for W_l, b_l in zip(leaves[:4], leaves[4:], strict=True):
    a = torch.tanh(W_l @ a + b_l)
((a - torch.tensor(y)) ** 2).sum().div(2).backward()
print("shapes of the gradients", [d.shape for d in dW])
for ours, leaf in zip(dW + db, leaves, strict=True):
    np.testing.assert_allclose(ours, leaf.grad.numpy(), rtol=0, atol=1e-12, strict=True)

# %% [markdown]
# **A common trap.** You will meet these formulas with the factors in another order, $\delta_{l+1}^\top W_{l+1} \odot \sigma'(z_l)$, or with $W_l^\top$ in the forward pass.
# Check the shapes, and give every layer another width when you test: a wrong transpose raises an error only where the matrix is not square. In the recursion it may raise none at all: a row times a column broadcasts to a matrix, in silence.

# %% tags=["erratum:err-autodiff-layer-matrix-shape", "erratum:err-autodiff-delta-recursion-orientation", "nbval-check-output"]
W_next, delta_next, slope = np.ones((3, 4)), np.ones((3, 1)), np.ones((4, 1))
row_times_column, right = (delta_next.T @ W_next) * slope, (W_next.T @ delta_next) * slope
print("(δᵀ W) ⊙ σ':", row_times_column.shape, "  (Wᵀ δ) ⊙ σ':", right.shape)
try:
    W_next.T @ np.ones((4, 1))
except ValueError:
    print("W.T @ a: the sizes do not match")
assert row_times_column.shape == (4, 4) and right.shape == (4, 1) == (W_next.T @ delta_next).shape

# %% [markdown]
# Why carry $\delta_l$ at all? Because all earlier layers need the same product of factors. Stored, it is computed once: $K - 1$ products for $K$ layers. Computed anew for each layer, it takes $K (K - 1) / 2$.

# %% [markdown]
# **Softmax is not coordinate by coordinate.** A classifier ends in $p = \mathrm{softmax}(z)$, $p_c = e^{z_c} / \sum_j e^{z_j}$. Every probability depends on every score, so the Jacobian is a full matrix,
#
# $$ J_{\mathrm{softmax}} = \mathrm{diag}(p) - p\,p^\top, $$
#
# and the rule with $\odot$ does not apply. With the loss $\mathcal{L} = -\log p_y$ of the right class $y$, the upstream gradient is $-\mathrm{onehot}(y) / p$, and the product becomes very simple:
#
# $$ \nabla_z \mathcal{L} = \big(\mathrm{diag}(p) - p\,p^\top\big)\, \frac{-\mathrm{onehot}(y)}{p} = p - \mathrm{onehot}(y) , $$
#
# what the model says minus the truth.

# %% tags=["claim:autodiff-softmax-cross-entropy-gradient"]
z, label = torch.tensor([2.0, 1.0, 0.0, -1.0]), 1
p, onehot = torch.softmax(z, dim=0), torch.eye(4)[label]
jacobian = J(lambda z: torch.softmax(z, dim=0), z)
exact = torch.func.grad(lambda z: -torch.log_softmax(z, dim=0)[label])(z)
torch.testing.assert_close(jacobian, torch.diag(p) - torch.outer(p, p))
torch.testing.assert_close(exact, p - onehot)

# %% [markdown]
# And the rule with $\odot$? It treats each $p_c$ as a sigmoid of its own score, with the slope $p_c (1 - p_c)$. In the right class that happens to agree. In every wrong class $c$ it is off by exactly $p_c$.

# %% tags=["claim:autodiff-softmax-cross-entropy-gradient", "erratum:err-autodiff-elementwise-output-activation"]
by_coordinates = -onehot / p * p * (1 - p)  # dL/dp times p (1 - p)
assert torch.allclose(exact - by_coordinates, p * (1 - onehot))

# %% mystnb={"image": {"alt": "Left: the Jacobian of softmax for four classes as a heat map, positive on the diagonal, negative elsewhere. Right: bars of the true gradient and of the coordinate rule; they agree in the right class, and the coordinate rule is zero in all other classes."}}
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), width_ratios=[1, 1.5])
picture = left.imshow(jacobian.numpy(), cmap="RdBu", vmin=-0.25, vmax=0.25)
fig.colorbar(picture, ax=left)
left.set(xlabel="score", ylabel="probability", xticks=range(4), yticks=range(4))
left.grid(False)
right.bar(np.arange(4) - 0.2, exact.numpy(), 0.4, label="p − onehot(y)")
right.bar(np.arange(4) + 0.2, by_coordinates.numpy(), 0.4, hatch="//", label="coordinate rule")
right.set(xlabel="class (1 is right)", ylabel="gradient of the loss", xticks=range(4))
right.legend()
plt.show()

# %% [markdown]
# *Left: the Jacobian, blue where positive and red where negative. Raising one score raises its own probability and lowers all others. Right: the coordinate rule (orange, hatched) is right in class 1 alone. It forgets to push the wrong classes down.*
#
# **Long products shrink.** $\delta_1$ is a product of as many factors as there are layers. The slope of the sigmoid is at most 1/4, so a chain of ten sigmoids passes at most $4^{-10}$, less than a millionth.


# %%
def gradient_norms(activation, he=False):
    """Norm of the gradient of each layer's weights, first to last, for one random batch."""
    layers, a = [torch.nn.Linear(64, 64) for _ in range(10)], torch.randn(128, 64)
    for layer in layers:
        if he:  # weights of mean 0 and variance 2 / 64
            torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        a = activation(layer(a))
    a.square().mean().backward()
    return [layer.weight.grad.norm().item() for layer in layers]


# %% mystnb={"image": {"alt": "Gradient norm of each of ten layers, logarithmic axis. With sigmoids it falls steeply from the last layer to the first, by more than four powers of ten. With ReLU and PyTorch's default start it falls more slowly. With ReLU and weights of variance 2/n it stays level."}} tags=["claim:autodiff-sigmoid-chain-vanishes"]
start = out = torch.tensor(0.3, requires_grad=True)
for _ in range(10):
    out = torch.sigmoid(out)
out.backward()
sigmoid, relu = gradient_norms(torch.sigmoid), gradient_norms(torch.relu)
he = gradient_norms(torch.relu, he=True)
curves = {"sigmoid, default start": sigmoid, "ReLU, default start": relu, "ReLU, variance 2/n": he}
plot_curves(range(1, 11), curves, "layer", "norm of the weights' gradient", log="y")
plt.show()
assert 0 < start.grad < 0.25**10
assert sigmoid[0] / sigmoid[-1] < 1e-4 and relu[0] / relu[-1] < 0.05 and he[0] / he[-1] > 1e-2

# %% [markdown] tags=["erratum:err-autodiff-relu-was-designed-for-it"]
# *With sigmoids the first layers get almost no signal. ReLU, $\max(0, z)$, alone helps, but not enough. With weights of variance $2/n$ besides ($n$ is the width), all layers learn at a similar pace.*
#
# ReLU has slope 0 or 1, so the factor of at most 1/4 is gone. The weights' own factor stays, and half of the units pass no gradient at all. With variance $1/n$ instead of $2/n$ the mean square of the signal is halved in each layer. Rectifiers are older than this problem (Fukushima, 1969), and they cure only a part of it. Chapter 11 has the rest.


# %% [markdown]
# ## 2.9 The same in PyTorch
#
# PyTorch's tensors carry the tape when they are asked to: `requires_grad=True`. After `loss.backward()` every such leaf has a `.grad`.
# The graph is there to be walked: each result knows the operation that made it (`grad_fn`), and that knows where it came from.

# %% tags=["claim:autodiff-computational-graph"]
W, b = torch.randn(3, 4, requires_grad=True), torch.randn(3, requires_grad=True)
loss = -torch.log_softmax(W @ torch.randn(4) + b, dim=0)[0]
todo, leaves = [(loss.grad_fn, 0)], []
while todo:  # a cycle would never end
    operation, depth = todo.pop()
    print("  " * depth + operation.name())
    leaves += [operation.variable] if hasattr(operation, "variable") else []
    todo += [(parent, depth + 1) for parent, _ in operation.next_functions if parent]
assert {id(leaf) for leaf in leaves} == {id(W), id(b)}

# %% [markdown]
# The two `AccumulateGrad` at the tips are the leaves $W$ and $b$. Nothing else collects a gradient. They **accumulate**: each call of `backward` adds.
#
# **Predict.** What does this cell print?

# %% tags=["nbval-check-output"]
w = torch.tensor(1.0, requires_grad=True)
for step in range(3):
    (w**2).backward()
    print(f"after call {step + 1}: {w.grad:g}")
assert w.grad == 6

# %% [markdown]
# That is why every training loop sets the gradients to zero before it goes back. Two more switches cut the tape:
# `x.detach()` is the same number without its history (a constant, from now on), and inside `with torch.no_grad():` nothing is recorded at all. An update of the parameters belongs in there.

# %%
w = torch.tensor(3.0, requires_grad=True)
(w * w.detach()).backward()
print(f"w · w is 2w = 6, but w · w.detach() is {w.grad:g}")
with torch.no_grad():
    w -= 0.1 * w.grad
assert w.grad == 3 and math.isclose(w.item(), 2.7) and w.requires_grad

# %% [markdown]
# **A box of your own.** `torch.autograd.Function` is a box: `forward` computes and saves what it will need, `backward` turns upstream into downstream: one gradient for each argument of `forward`, in the same order. Here is the sigmoid, which needs nothing but its output. `gradcheck` compares with central differences, in float64.


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


# %% tags=["claim:autodiff-sigmoid-block"]
s = torch.linspace(-6, 6, 241, requires_grad=True)  # s[120] is 0
(slope,) = torch.autograd.grad(Sigmoid.apply(s).sum(), s)
(four_boxes,) = torch.autograd.grad((1 / (1 + torch.exp(-s))).sum(), s)
torch.testing.assert_close(slope, four_boxes, rtol=1e-12, atol=1e-14)
assert torch.autograd.gradcheck(Sigmoid.apply, s) and slope.max() == slope[120] == 0.25

# %% [markdown]
# ## 2.10 The experiment: our tape learns to read
#
# Now the tape of section 2.7 trains a network on real data: 1 797 handwritten digits of 8 × 8 pixels, ten classes (Alpaydin and Kaynak, 1998). One fifth is held out.

# %%
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm.auto import tqdm

X, y = load_digits(return_X_y=True)
parts = train_test_split(X / 16, y, test_size=0.2, stratify=y, random_state=0)
X_train, X_test, y_train, y_test = parts
W1, b1 = Tensor(rng.normal(0, 1 / 8, (64, 32))), Tensor(np.zeros(32))
W2, b2 = Tensor(rng.normal(0, 1 / 32**0.5, (32, 10))), Tensor(np.zeros(10))


# %%
def scores(X):
    return (X @ W1 + b1).tanh() @ W2 + b2  # (B, 10), one row an example


def accuracy(X, y):
    return (scores(Tensor(X)).data.argmax(axis=1) == y).mean()


# %% [markdown]
# Nothing in the loop is new: a batch of 64 digits, the loss (with natural logarithms, so its unit is the *nat*), one way back, a step downhill. The figure is redrawn while it learns.

# %% mystnb={"image": {"alt": "Two curves over 400 steps of training: the loss falls from 2.3 to about 0.1, the held-out accuracy rises above 0.95."}}
live = LiveCurves(loss="loss (nats)", accuracy="held-out accuracy")
for step in tqdm(range(401), leave=False):
    batch = rng.integers(len(X_train), size=64)
    log_p = scores(Tensor(X_train[batch])).log_softmax()  # (64, 10)
    loss = -log_p[np.arange(64), y_train[batch]].mean()  # cross-entropy of the right classes
    for p in (W1, b1, W2, b2):
        p.grad = np.zeros_like(p.data)
    loss.backward()
    for p in (W1, b1, W2, b2):
        p.data -= 0.5 * p.grad
    live.add(step, loss=loss.data)
    if step % 40 == 0:
        live.add(step, accuracy=accuracy(X_test, y_test))
        live.draw()
print(f"held-out accuracy {accuracy(X_test, y_test):.3f}")
assert accuracy(X_test, y_test) > 0.90

# %% [markdown]
# *The loss of random batches (left) and the accuracy on digits never seen in training (right).*
#
# More than nine of ten, with an engine that you could have written yourself. And the way back does not stop at the parameters: it goes on to the pixels.

# %% mystnb={"image": {"alt": "Eight held-out digits, and below each the gradient of its loss with respect to the pixels: purple and green spots on and beside the strokes."}}
digits = Tensor(X_test[:8])
(-scores(digits).log_softmax()[np.arange(8), y_test[:8]].sum()).backward()
show_images([X_test[:8].reshape(8, 8, 8), digits.grad.reshape(8, 8, 8)], cmaps=["gray_r", "PRGn"])
plt.show()

# %% [markdown]
# *Above: eight held-out digits. Below: the gradient of the loss with respect to each **pixel**, each picture on its own colour scale. Ink on purple pixels would lower the loss, ink on green ones would raise it. Chapter 7 makes pictures with this gradient, chapter 11 attacks.*
#
# ## Questions
#
# 1. A program has one input and a thousand outputs. Which mode do you choose for its Jacobian?
#    <details><summary>Answer</summary>Forward mode: one pass with the slope of the single input gives all thousand derivatives. Reverse mode would need a thousand passes.</details>
# 2. Why does `backward` need a topological order, and not just any order from the output to the left?
#    <details><summary>Answer</summary>A node may pass on its gradient only when all its uses have sent theirs. In another order a part would be passed on too early, and what comes later would be lost or be counted twice.</details>
# 3. The sigmoid's box saves its output, not its input. What would a box for $\sin$ have to save?
#    <details><summary>Answer</summary>Its input (or the cosine of it): the local derivative $\cos s$ cannot be had from $\sin s$ alone, which fixes it only up to sign.</details>
# 4. Your training loop forgets to zero the gradients. What happens to the loss?
#    <details><summary>Answer</summary>Each step uses the sum of all gradients so far, and the steps get longer and longer. The loss may fall at first, then it oscillates or explodes. No error is raised.</details>
# 5. Gradient checking by central differences says 0.3 % relative error in float32. Is the gradient wrong?
#    <details><summary>Answer</summary>You cannot tell: in float32 round-off alone gives errors of this size. Check in float64, where a right gradient agrees to about nine digits.</details>
#
# ## Summary
#
# - A **program** is differentiated operation by operation. Each operation knows its local derivative; the chain rule multiplies along paths and adds over paths.
# - **Differences** cost a run for each parameter and lose digits to round-off. **Formulas** swell. **Forward mode** costs a pass for each input. **Reverse mode** costs one pass for all inputs of one output, and the memory of the way there.
# - In vectors, downstream is upstream times the Jacobian, never built. Stretching goes back as summing.
# - For a network: $\delta_l = (W_{l+1}^\top \delta_{l+1}) \odot \sigma_l'(z_l)$. For softmax with cross-entropy: $p - \mathrm{onehot}(y)$.

# %% [markdown] tags=["proved"]
# ### What you saw proved
#
# Every line below was computed and asserted: in the section named beside it, or by one of the tests that come with the course.
#
# | what | where |
# |---|---|
# | The quotient $\frac{f(x+h)-f(x)}{h}$ estimates $f'(x)$ with an error of $\frac h2 \vert{}f''(x)\vert{}$ for small $h$. | By differences |
# | The error of a difference quotient falls with $h$, reaches a minimum, and then grows like $\epsilon/h$. | By differences |
# | Differences need $P+1$ runs of the model for $P$ parameters, reverse mode one run and one way back. | By differences |
# | The formula of a derivative swells when repeated parts are written out; the work on a tape grows linearly with the program. | By symbols |
# | For $(x+y)z$ at $(-2,5,-4)$ the forward pass gives $-12$ and the backward pass $(-4,-4,3)$. | 2.4 Backward: one pass for all inputs |
# | At every node the downstream gradient is the local derivative times the upstream gradient, so a node can be replaced by another with the same rule. | 2.4 Backward: one pass for all inputs, folded |
# | When a variable is used several times, the gradients of its uses are added. | 2.4 Backward: one pass for all inputs |
# | Exact rules applied operation by operation, keeping numbers only, give the gradients of PyTorch on fifty random programs. | 2.5 The engine, in thirty lines |
# | The neuron $1/(1+e^{-(w_0x_0+w_1x_1+w_2)})$ is differentiated through its elementary nodes. | 2.5 The engine, in thirty lines |
# | The Jacobian of $Wx$ is $W$, and the gradient sent back to $x$ is $W^\top$ times the upstream one. | 2.6 Vectors: the chain rule is a matrix product |
# | The Jacobian of a composition is the product of the Jacobians, $J_{f\circ g}(x)=J_f(g(x))\,J_g(x)$. | 2.6 Vectors: the chain rule is a matrix product |
# | For a scalar output a chain of Jacobians costs $n^2$ a layer from the output side, and $n^3$ from the input side. | 2.6 Vectors: the chain rule is a matrix product |
# | $\delta_K=\nabla\mathcal L\odot\sigma_K'(z_K)$, $\delta_l=(W_{l+1}^\top\delta_{l+1})\odot\sigma_l'(z_l)$, $\partial\mathcal L/\partial W_l=\delta_l a_{l-1}^\top$ and $\partial\mathcal L/\partial b_l=\delta_l$. | 2.8 Backpropagation in matrices |
# | Softmax has the full Jacobian $\mathrm{diag}(p)-pp^\top$; with cross-entropy the gradient on the scores is $p-\mathrm{onehot}(y)$. | 2.8 Backpropagation in matrices |
# | A chain of sigmoids shrinks the gradient by a factor of at least 4 in each layer; ReLU with well-scaled weights does not. | 2.8 Backpropagation in matrices |
# | A program is recorded as a directed acyclic graph; following it back from the loss ends in exactly the parameters. | 2.9 The same in PyTorch |
# | The sigmoid can be one node with $\sigma' = \sigma(1-\sigma)$, computed from its output alone; its slope is at most 1/4, at 0. | 2.9 The same in PyTorch |
# | A gradient derived on paper is right for one model only: with one more layer the same formula is wrong, while the line that calls automatic differentiation stays the same. | the course's tests |
# | The Jacobian of a map from $\mathbb R^n$ to $\mathbb R^m$ is $m \times n$; its rows are the gradients of the outputs. | the course's tests |
# | Stored deltas turn $K(K-1)/2$ matrix-vector products into $K-1$. | the course's tests |

# %% [markdown]
# **Read next.** Baydin, Pearlmutter, Radul and Siskind, *Automatic differentiation in machine learning: a survey* (JMLR 2018), for the history and for everything between forward and reverse.
# Griewank and Walther, *Evaluating Derivatives* (SIAM 2008), for memory and checkpoints. Karpathy's *micrograd* is another engine of a hundred lines: compare it with yours.
#
# **Now you.** The exercise is in `exercises/02_automatic_differentiation/`. It ends with a comet whose orbit you find by differentiating *through a solver*.
