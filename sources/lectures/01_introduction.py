# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1. Introduction
#
# **After this chapter you can build a neural network from single neurons, say what it can and cannot express, train it on data, and judge honestly what it has learned.**
#
# *You need:* Python functions, vectors and matrix products, derivatives, mean and variance. No machine learning.
# *Time:* about 105 minutes, in two halves. Half way there is a place to pause.

# %% [markdown] tags=["badge"]
# *This notebook runs in JupyterLab. The course is not published yet, so there is no button here that opens it in Colab.*

# %% [markdown]
# **Are you ready?** Four questions from school and from your first year. Answer first, then unfold.
#
# 1. $W$ is a 3 × 4 matrix and $x \in \mathbb{R}^4$. What is the shape of $Wx$, and does $W^\top x$ exist?
#    <details><summary>Answer</summary>$Wx \in \mathbb{R}^3$. $W^\top$ is 4 × 3 and wants a vector of length 3, so $W^\top x$ does not exist.</details>
# 2. Differentiate $(3x + 1)^2$.
#    <details><summary>Answer</summary>$2\,(3x + 1) \cdot 3 = 18x + 6$, by the chain rule.</details>
# 3. $X$ has mean $\mu$ and variance $\sigma^2$. What is the mean of $X^2$?
#    <details><summary>Answer</summary>$\mu^2 + \sigma^2$, because $\sigma^2 = \mathbb{E}[X^2] - \mu^2$.</details>
# 4. In Python, `a = [1, 2, 3]`, then `b = a` and `b[0] = 9`. What is `a[0]`? And what is `a[1:]`?
#    <details><summary>Answer</summary>9: both names mean the same list. `a[1:]` is `[2, 3]`.</details>

# %% tags=["setup"]
# Set-up, the same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: the course itself would have to be fetched
    raise SystemExit("This course is not published, so Colab cannot fetch it: use JupyterLab.")

from helpers.plotting import use_style

use_style()

# %%
import math
from copy import deepcopy
from itertools import product
from time import perf_counter

import matplotlib.pyplot as plt
import torch
from torch import nn
from tqdm.auto import tqdm

from helpers import runtime
from helpers.checks import close, reason, your_turn
from helpers.data import Gaussians, digits, mnist, photographs, two_spirals
from helpers.plotting import BLUE, ORANGE, LiveCurves, plot_curves
from helpers.pretrained import class_names, imagenet_network, preprocess
from helpers.widgets import explore

device = runtime.device()  # a GPU where there is one
runtime.seed_everything(0)

# %% [markdown]
# ## 1.1 First, a machine that names what it sees
#
# Here is a finished neural network. It was trained on ImageNet, more than a million photographs that people had sorted into a thousand classes.
# Its name is EfficientNet-Lite0. It is small enough for a telephone.

# %%
network, names = imagenet_network().to(device), class_names()
count = sum(p.numel() for p in network.parameters())
print(f"{count:,} numbers inside; it knows {len(names)} classes, such as {names[281]!r}")
assert count == 4_652_008 and len(names) == 1000

# %% [markdown]
# A function that is fixed by 4.7 million numbers, called **parameters**. Nobody chose them. They were *learned*.
# A picture goes in, a thousand probabilities come out:


# %%
def look(picture):
    """Probabilities of the thousand classes, (1000,), for one picture (C, H, W)."""
    with torch.no_grad():  # we only ask, we do not train
        return network(preprocess(picture).to(device)).softmax(1)[0].cpu()


# %% [markdown]
# **Predict.** Below are eight pictures that it has never seen. Which of them will it name right? And what will it say to the astronaut, when "astronaut" is none of its thousand classes?

# %% mystnb={"image": {"alt": "Eight photographs with the network's first answer over each: a cat is called an Egyptian cat, a cup of coffee an espresso, a man with a camera a tripod, a Chinese temple a palace, a rocket a missile, an astronaut a football helmet, the silhouette of a horse a Great Dane, and the moon a nematode."}}
shown = "chelsea coffee camera china rocket astronaut horse moon".split()
pictures, (fig, axes) = photographs(*shown), plt.subplots(2, 4, figsize=(8, 4.2), dpi=80)
for ax, picture in zip(axes.flat, pictures.values(), strict=True):
    probability, best = look(picture).max(0)
    ax.imshow(picture.permute(1, 2, 0).numpy(), cmap="gray")
    ax.set_title(f"{names[best]} {probability:.0%}", fontsize=10)
    ax.set_axis_off()
plt.show()
assert look(pictures["coffee"])[names.index("espresso")] > 0.9

# %% [markdown]
# *What the network says first, and how sure it is.*
#
# Espresso for the coffee, palace for the temple, missile for the rocket: not bad. The cat is an Egyptian cat, though the network gives that less than one half: it knows five kinds of cats, and the others have a share. The photograph with the camera shows mostly the man behind it, for whom it has no word: it names the tripod. Look at the mistakes too. The astronaut, with her helmet, is a football helmet. The silhouette of a horse is a Great Dane, a dog with long legs. The moon is a nematode, a worm.
# A network always answers, also where it knows nothing. It picks the nearest thing among those it was taught. Keep that in mind; section 1.9 comes back to it.
#
# In this course you build every part of such a machine yourself. This chapter starts with one neuron and ends with a network that reads digits.
#
# ## 1.2 What deep learning is, and why now
#
# **Machine learning** means: instead of writing the rule, write a *family* of rules with free parameters, and let data choose the parameters.
# **Deep learning** is the case where the family is a neural network, a long composition of simple functions:
#
# $$ f_\theta = f_K \circ f_{K-1} \circ \dots \circ f_1 . $$
#
# The simple functions are nearly always of two kinds: an affine map $x \mapsto Wx + b$, and a bend of each coordinate, such as $\max(0, x)$. The $W$ and $b$ of all layers together are $\theta$.
#
# What it is *not*: it is no model of the brain, and it does not understand. It is not always the best tool. On a small table of numbers a few decision trees are often better, and faster.
# It shines where the input is raw (pixels, sound, text) and data are plenty. Small versions of its great applications are all in this course: recognizing pictures (chapters 5 and 6), finding things in them (8), language (9 and 10), making pictures (12 to 15), games (16).
#
# The ideas are old.

# %% mystnb={"image": {"alt": "Timeline from 1958 to 2020, one row a milestone: perceptron 1958, limits of the perceptron 1969, neocognitron 1980, backpropagation 1986, LeNet-5 1998, ImageNet 2009, AlexNet 2012, ResNet 2015, Transformer 2017, GPT-3 and diffusion 2020. Five of the ten stand from 2009 on."}}
milestones = {1958: "perceptron (Rosenblatt)", 1969: "its limits: XOR (Minsky, Papert)"}
milestones |= {1980: "neocognitron (Fukushima)", 1986: "backpropagation (Rumelhart et al.)"}
milestones |= {1998: "LeNet-5 reads cheques (LeCun et al.)", 2009: "ImageNet (Deng et al.)"}
milestones |= {2012: "AlexNet wins on ImageNet (Krizhevsky et al.)", 2015: "ResNet (He et al.)"}
milestones |= {2017: "Transformer (Vaswani et al.)", 2020: "GPT-3 (Brown), diffusion (Ho)"}
fig, ax = plt.subplots(figsize=(7.5, 3.4))
for row, (year, what) in enumerate(milestones.items()):
    side, shift = ("left", 1.5) if year < 1990 else ("right", -1.5)
    ax.plot(year, -row, "o", color=BLUE)
    ax.text(year + shift, -row, what, ha=side, va="center", fontsize=10)
ax.set(xlabel="year", yticks=[], xlim=(1952, 2026))
plt.show()

# %% [markdown]
# *Fifty years with five points, then eleven with five. The dates are those of the publications named.*
#
# The perceptron is from 1958, training by gradients from the 1980s. Why did it take until 2012? Four things were missing. First the two that can be plotted.

# %% mystnb={"image": {"alt": "Two plots against the year, vertical axes logarithmic. Left, labelled examples in a data set: Iris 150, MNIST 70 thousand, ImageNet (competition of 2012) 1.3 million, JFT 300 million, LAION 5.9 billion. Right, operations spent on one training: perceptron about a million, LeNet-5 about three million million, AlexNet 5e17, Transformer 2e19, GPT-3 3e23."}}
examples = {"Iris": (1936, 150), "MNIST": (1998, 7e4), "ImageNet 2012": (2012, 1.28e6)}
examples |= {"JFT-300M": (2017, 3e8), "LAION-5B": (2022, 5.85e9)}
work = {"perceptron": (1958, 7e5), "LeNet-5": (1998, 3e12), "AlexNet": (2012, 5e17)}
work |= {"Transformer": (2017, 2.3e19), "GPT-3": (2020, 3.1e23)}
fig, axes = plt.subplots(1, 2, figsize=(8.5, 3.2))
plots = {"examples in the data set": examples, "operations for one training": work}
for ax, (what, points) in zip(axes, plots.items(), strict=True):
    for name, (year, amount) in points.items():
        ax.semilogy(year, amount, "o", color=BLUE)
        ax.text(year - 3, amount, name, ha="right", va="center", fontsize=10)
    ax.set(xlabel="year", ylabel=what, xlim=(1905, 2026))
plt.show()

# %% [markdown]
# *Left: **data**. Sizes as published with the data sets (Fisher 1936; LeCun et al. 1998; Russakovsky et al. 2015; Sun et al. 2017; Schuhmann et al. 2022). ImageNet is older, from 2009: here stands the part of the competition of 2012. Right: **compute**, orders of magnitude (Sevilla et al. 2022; Vaswani et al. 2017; Brown et al. 2020).*
#
# The axes are logarithmic. Between LeNet-5 and GPT-3 lies a factor of a hundred thousand million. Graphics cards made that possible, because the work is matrix products, and these can be done in parallel.
# The third thing is **software**: Theano, then TensorFlow and PyTorch find all derivatives by themselves (chapter 2). The fourth is practice: better activations, better starting values, normalization (chapters 4 to 6).
# Section 1.10 measures the effect of data on a network of our own. The effect of fast matrix products you can measure right now.
#
# ## 1.3 Tensors
#
# Everything in PyTorch is a **tensor**: an array of numbers of one type, with any number of axes. A picture has three: channels, rows, columns. A batch of 64 small colour pictures has four, and the first axis counts the examples.

# %%
cat, batch = pictures["chelsea"], torch.zeros(64, 3, 32, 32)
print("the cat ", tuple(cat.shape), cat.dtype, f"{cat.numel():,} numbers")
print("a batch ", tuple(batch.shape), batch.dtype, f"{batch.numel():,} numbers")
assert cat.shape == (3, 300, 451) and batch.numel() == 196_608

# %% [markdown]
# **Making one.** `torch.tensor(data)` takes the type from the data, or the `dtype` that you name. There is an old constructor with a capital letter, `torch.Tensor`. It always makes 32-bit floats and cannot be told otherwise. Do not use it.

# %% tags=["erratum:err-introduction-tensor-dtype-constructor", "nbval-check-output"]
data = [[1, 0, 2], [3, 2, 3]]
print(torch.tensor(data).dtype, torch.tensor(data, dtype=torch.float64).dtype)
print(torch.Tensor(data).dtype)
try:
    torch.Tensor(data, dtype=torch.int64)
except TypeError:
    print("torch.Tensor takes no dtype")
assert torch.tensor(data).dtype == torch.int64 and torch.Tensor(data).dtype == torch.float32

# %% [markdown]
# **Views and copies.** A new name is no new tensor, and neither is a slice. Both look into the same memory. Only `clone` copies.
#
# **Predict** the three lines.

# %% tags=["claim:introduction-tensors-alias-and-clone", "nbval-check-output"]
x = torch.tensor([1, 2, 3])
same, part, copy = x, x[1:], x.clone()
x[1] = 9
print(same.tolist(), part.tolist(), copy.tolist())
assert same[1] == part[0] == 9 and copy[1] == 2

# %% [markdown]
# **Reshaping.** `x.view(3, 2)` reads the same numbers, in the same order, in rows of two. One size may be left open: `x.view(-1)` is flat. That is *not* the transpose, which moves the axes.
# A view copies nothing, so it fails where the order in memory does not fit. `reshape` copies when it must.

# %% tags=["erratum:err-introduction-view-needs-contiguous", "nbval-check-output"]
x = torch.arange(6).view(2, 3)
print("x", x.tolist(), " view", x.view(3, 2).tolist(), " transpose", x.t().tolist())
try:
    x.t().view(-1)
except RuntimeError:
    print("the transpose has no flat view; reshape gives", x.t().reshape(-1).tolist())
assert x.t().reshape(-1).tolist() == [0, 3, 1, 4, 2, 5] and not torch.equal(x.view(3, 2), x.t())

# %% [markdown]
# **Coordinate by coordinate.** `+`, `*`, `**`, `torch.exp` act on each entry by itself. The sizes need not be equal. They only have to be **broadcastable**: compare the shapes from the right; two sizes fit if they are equal or if one of them is 1 or missing. What is 1 or missing is stretched.
# So `(32, 3) + (3,)` adds a bias to 32 rows. Very convenient, and the most frequent silent bug in deep learning.
#
# **Predict.** A model predicts five numbers, all of them exactly right. The mean squared error must be 0. What does this cell print?

# %% tags=["erratum:err-introduction-matching-sizes-broadcasting", "nbval-check-output"]
targets = torch.arange(5.0)  # shape (5,)
predictions = targets.view(5, 1)  # shape (5, 1), as a layer with one output returns it
difference = predictions - targets
print("mean squared error", (difference**2).mean().item(), "of", tuple(difference.shape))
assert (difference**2).mean() == 4 and torch.equal(predictions[:, 0], targets)

# %% [markdown]
# A column minus a row is a table: every prediction was compared with every target. Nothing complained. A training loop with this line runs, and learns to predict the mean.
# **Write shapes into your comments, and assert them.** Sizes that do not fit, such as (5,) and (4,), do raise an error.
#
# **Matrix product.** `A @ B`, with $(AB)_{ij} = \sum_k A_{ik} B_{kj}$. Do not write the loops yourself:

# %% tags=["claim:introduction-matrix-products"]
A, B = torch.randn(2, 100, 100)
rows, columns, slow = A.tolist(), B.T.tolist(), torch.zeros(100, 100).tolist()
places, start = list(product(range(100), repeat=3)), perf_counter()  # all (i, j, k)
for i, j, k in places:
    slow[i][j] += rows[i][k] * columns[j][k]
middle, fast, end = perf_counter(), A @ B, perf_counter()
print(f"{len(places):,} multiply-adds: loops {middle - start:.3f} s, A @ B {end - middle:.6f} s")
torch.testing.assert_close(fast, torch.tensor(slow), rtol=1e-4, atol=1e-4)
assert len(places) == 100**3

# %% [markdown]
# The same million multiply-adds, the same result, in a small fraction of the time.
#
# **Your turn (4 minutes).** Inputs should have mean 0 and standard deviation 1 in each column, over the examples, as `X.std` computes it (with $N - 1$). Write it without a loop.


# %%
def standardize(X):
    """X (N, d) with each column at mean 0 and standard deviation 1, as X.std has it: with N - 1."""
    raise NotImplementedError


with your_turn():
    X = torch.tensor([[0.0, 10], [2, 30], [4, 20]])
    want = torch.tensor([[-1.0, -1], [0, 1], [1, 0]])
    rows = (X - X.mean(1, keepdim=True)) / X.std(1, keepdim=True)
    mistakes = {"Each example by itself: reduce over the examples, dim=0.": rows}
    mistakes["Give mean and std their dim."] = (X - X.mean()) / X.std()
    mistakes["Divide by N - 1, not by N, as X.std does."] = want * math.sqrt(3 / 2)
    with reason(RuntimeError, "Reduce over the examples, dim=0: one mean for each column, (d,)."):
        close(standardize(X), want, "the standardized columns", mistakes)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def standardize(X):
#     return (X - X.mean(dim=0)) / X.std(dim=0)
# ```
#
# `X.mean(dim=0)` has the shape (d,). It is stretched over the rows: broadcasting as it should be.
# </details>

# %% [markdown]
# ## 1.4 One neuron: the perceptron
#
# A **perceptron** weighs its inputs, adds a bias, and says yes or no:
#
# $$ f(x) = \mathbb{1}\{\, w \cdot x + b \ge 0 \,\}, \qquad x, w \in \mathbb{R}^d . $$


# %%
def perceptron(X, w, b):
    """1 where w . x + b >= 0, else 0: inputs (N, d) and weights (d,) -> (N,)."""
    return (X @ w + b >= 0).long()


# %% [markdown]
# It can compute logic. NAND, "not both", is 1 unless both inputs are 1. Weights $(-2, -2)$ and bias 3 do it:

# %% tags=["claim:introduction-perceptron-nand", "nbval-check-output"]
corners = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
nand = perceptron(corners, torch.tensor([-2.0, -2]), 3)
print("NAND of 00, 01, 10, 11:", nand.tolist())
assert nand.tolist() == [1, 1, 1, 0]

# %% [markdown]
# **Geometry.** $(w \cdot x + b) / \lVert w \rVert$ is the distance of $x$ from the line $w \cdot x + b = 0$, with a sign. So the perceptron asks on which side of a line (in $d$ dimensions: a hyperplane) its input lies. The vector $w$ points to the side of the ones.


# %%
def draw_regions(ax, classify, X, y, low=-1.1, high=1.1):
    """Shade the plane by what classify says, (N, 2) -> (N,), and draw points X (N, 2) of classes y."""
    u = torch.linspace(low, high, 151)
    said = classify(torch.cartesian_prod(u, u)).view(151, 151).T
    ax.contourf(u, u, said, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.25)
    for c, colour, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
        ax.scatter(*X[y == c].T, s=14, color=colour, marker=marker, label=f"class {c}")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))


# %% [markdown]
# Here are points of two classes. Turn $w$ until the line parts them.


# %%
direction = torch.tensor([0.8, 0.6])  # the truth, which a learner does not know
dots = 2 * torch.rand(200, 2) - 1
dots = dots[(dots @ direction).abs() > 0.1]  # a gap of 0.1 on both sides
kinds = (dots @ direction >= 0).long()


def turn(angle):
    """The perceptron whose w points to this angle, in degrees."""
    w = torch.tensor([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    fig, ax = plt.subplots(figsize=(4.6, 3.1))
    draw_regions(ax, lambda points: perceptron(points, w, 0), dots, kinds)
    ax.arrow(0, 0, *(0.5 * w).tolist(), width=0.02, color="black", zorder=3)
    right = (perceptron(dots, w, 0) == kinds).float().mean()
    ax.set_title(f"w at {angle}°: {right:.0%} right")
    return fig


explore(turn, angle=range(0, 360, 40), start=120, alt="Two classes and a perceptron's half-planes")

# %% [markdown]
# *The arrow is $w$. Shading: what the perceptron says. At 40° all are right, at 120° only about half.*
#
# **Learning.** Rosenblatt's rule needs no geometry. Go through the examples, again and again. Where the answer $\hat y$ is right, do nothing. Where it is wrong, add $(y - \hat y)\, x$ to $w$ and $(y - \hat y)$ to $b$.


# %%
def learn(X, y):
    """Rosenblatt's rule until a pass without mistakes: w, b and the number of mistakes on the way."""
    w, b, mistakes, before = torch.zeros(X.shape[1]), 0, 0, -1
    while mistakes > before:  # the last pass made some (-1: there was none yet)
        before = mistakes
        for x, target in zip(X, y, strict=True):
            error = (target - perceptron(x, w, b)).item()  # 0 where right, else 1 or -1
            w, b, mistakes = w + error * x, b + error, mistakes + abs(error)
    return w, b, mistakes


# %% [markdown]
# It stops on every data set that a line can part. Where no line does, as for XOR below, it never ends. A theorem (Novikoff, 1962) says how soon it stops. The bias counts as one more input, which is always 1: let $\lVert x_i \rVert^2 + 1 \le R^2$ for all inputs, and let some $(w, b)$ that parts the classes have the **margin**
#
# $$ m = \min_i \frac{\lvert w \cdot x_i + b \rvert}{\sqrt{\lVert w \rVert^2 + b^2}} > 0 . $$
#
# Then the rule makes at most $(R / m)^2$ mistakes, in any dimension, in any order. Below, a $w$ of length 1 with $b = 0$ parts the points, so $m$ is their smallest distance from the line. With a large $b$ the margin is smaller than that distance, and the bound larger.

# %% tags=["claim:introduction-perceptron-definition"]
w, b, mistakes = learn(dots, kinds)
R, gap = (dots.square().sum(1) + 1).max().sqrt(), (dots @ direction).abs().min()  # b = 0
points = 4 * torch.rand(10_000, 2) - 2
distance = (points @ w + b) / w.norm()
print(f"{mistakes} mistakes, at most {(R / gap) ** 2:.0f} by the theorem; then all right")
assert torch.equal(perceptron(dots, w, b), kinds) and mistakes <= (R / gap) ** 2
assert torch.equal(perceptron(points, w, b) == 1, distance >= 0)

# %% [markdown]
# **Your turn (3 minutes).** Three friends vote, each input is 0 or 1. Choose $w$ and $b$ such that the perceptron says 1 when at least two vote 1.


# %%
def majority():
    """w (a list of three numbers) and b of a perceptron for "at least two of three"."""
    raise NotImplementedError


with your_turn():
    votes = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 3)  # all eight cases
    with reason((TypeError, ValueError, RuntimeError), "Return a list of three weights, and b."):
        w, b = majority()
        said = perceptron(votes, torch.as_tensor(w, dtype=torch.float32), b)
    mistakes = {"It says 1 whatever comes. Is b negative?": torch.ones(8)}
    mistakes["One vote is enough for it: lower b."] = (votes.sum(1) >= 1).float()
    mistakes["It wants all three: raise b."] = (votes.sum(1) == 3).float()
    close(said, (votes.sum(1) >= 2).float(), "the eight answers", mistakes)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def majority():
#     return [1, 1, 1], -2
# ```
#
# The sum of the votes minus 2 is at least 0 from two votes on. Any bias between −2 and −1 (not −1 itself) works.
# </details>

# %% [markdown]
# **What one neuron cannot do.** XOR is 1 when exactly one input is 1. **Predict:** we try all $41^3$ perceptrons with $w_1$, $w_2$ and $b$ in $-20, \dots, 20$. How many of the four rows of the table does the best one get right?

# %% tags=["claim:introduction-perceptron-not-xor", "nbval-check-output"]
grid, xor = torch.arange(-20.0, 21), torch.tensor([0, 1, 1, 0])
triples = torch.cartesian_prod(grid, grid, grid)  # (68921, 3): w1, w2, b
answers = (corners @ triples[:, :2].T + triples[:, 2] >= 0).long()  # (4, 68921)
best = [(answers == table[:, None]).sum(0).max().item() for table in (xor, nand)]
print(f"{len(triples):,} perceptrons; rows right at best: XOR {best[0]}, NAND {best[1]}")
assert best == [3, 4]

# %% [markdown]
# Three of four. A finer grid would not help. XOR asks for four inequalities:
#
# $$ b < 0, \qquad w_1 + b \ge 0, \qquad w_2 + b \ge 0, \qquad w_1 + w_2 + b < 0 . $$
#
# Add the two in the middle: $w_1 + w_2 + 2b \ge 0$. Add the two outer ones: $w_1 + w_2 + 2b < 0$. Both cannot be. In the plane: no line has $(0,1)$ and $(1,0)$ on one side and $(0,0)$ and $(1,1)$ on the other.

# %% [markdown]
# ## 1.5 Layers: the multilayer perceptron
#
# One perceptron fails, but NAND alone can build every logical circuit. So *compose* perceptrons. Four NANDs make an XOR:


# %% tags=["claim:introduction-nand-composition-gives-xor", "nbval-check-output"]
def NAND(p, q):
    return perceptron(torch.stack([p, q], dim=1).float(), torch.tensor([-2.0, -2]), 3)


p, q = corners.T
middle = NAND(p, q)
out = NAND(NAND(p, middle), NAND(q, middle))
print("XOR of 00, 01, 10, 11:", out.tolist())
assert torch.equal(out, xor)

# %% [markdown]
# There is a shorter way, with two neurons in the middle and one at the end: $\mathrm{XOR} = (x_1 \text{ OR } x_2) \text{ AND } (x_1 \text{ NAND } x_2)$. The middle ones are called **hidden**.


# %% mystnb={"image": {"alt": "Left: the four corners of the XOR problem in the plane of inputs; the network shades a diagonal band that holds the two ones. Right: the same corners in the plane of the two hidden neurons, where one line parts the ones from the zeros."}} tags=["claim:introduction-nand-composition-gives-xor"]
def hidden(X):
    """OR and NAND of two inputs, (N, 2) -> (N, 2)."""
    W, b = torch.tensor([[1.0, 1], [-1, -1]]), torch.tensor([-0.5, 1.5])  # one row a neuron
    return (X @ W.T + b >= 0).float()


both = torch.tensor([1.0, 1])  # weights of the last neuron: AND
fig, axes = plt.subplots(1, 2, figsize=(8.4, 3.2))
draw_regions(axes[0], lambda X: perceptron(hidden(X), both, -1.5), corners, xor, -0.5, 1.5)
draw_regions(axes[1], lambda h: perceptron(h, both, -1.5), hidden(corners), xor, -0.5, 1.5)
axes[1].set(xlabel="hidden 1: OR", ylabel="hidden 2: NAND")
plt.show()
assert torch.equal(perceptron(hidden(corners), both, -1.5), xor)

# %% [markdown]
# *Left: no line parts the classes, but two lines make a band. Right: the same four points, as the hidden neurons see them. Both ones have moved to the corner (1, 1), and now one line is enough.*
#
# This is the whole idea of deep learning in one picture: **hidden layers move the data until the last question is easy.**
#
# Two changes make it trainable. The step $\mathbb{1}\{z \ge 0\}$ has slope 0 almost everywhere, so a small change of a weight changes nothing and gives no hint. It is replaced by an **activation** $\sigma$ with a useful slope: $\mathrm{ReLU}(z) = \max(0, z)$, or $\tanh z$. And a layer holds many neurons, one row of a matrix each. The **multilayer perceptron** (MLP):
#
# $$ a_0 = x, \qquad z_l = W_l\, a_{l-1} + b_l, \qquad a_l = \sigma_l(z_l), \qquad W_l \in \mathbb{R}^{n_l \times n_{l-1}}, \quad b_l \in \mathbb{R}^{n_l}, \qquad l = 1, \dots, K . $$
#
# $n_l$ is the **width** of layer $l$. The layers between input and output are hidden. With one of them the network is **shallow**, with more it is **deep**. The last layer often has no activation: its outputs are scores.
#
# In PyTorch an affine layer is `nn.Linear(n_in, n_out)`, and a network is `nn.Sequential`. The formula above is for one example, a column. PyTorch takes a batch, one example a *row*, so there it reads $a W^\top + b$, and the weight is stored as (out, in), just like $W_l$.

# %% tags=["claim:introduction-mlp-in-pytorch"]
layer, rows = nn.Linear(2, 4).double(), torch.randn(32, 2, dtype=torch.float64)
small = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
print(small, "with", sum(p.numel() for p in small.parameters()), "parameters")
assert layer.weight.shape == (4, 2) and sum(p.numel() for p in small.parameters()) == 17
torch.testing.assert_close(layer(rows), rows @ layer.weight.T + layer.bias, rtol=0, atol=1e-12)

# %% [markdown]
# Is `nn.Sequential` really our recursion? Write the recursion as a loop over the layers, and compare.

# %% tags=["claim:introduction-mlp-definition", "claim:introduction-neural-network-is-a-composition"]
layers = nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3)
net = nn.Sequential(*layers).double()
a = x = torch.randn(100, 5, dtype=torch.float64)  # a_0 = x: (100, n_0)
for l, layer in enumerate(net[::2], 1):  # the three affine layers
    z = a @ layer.weight.T + layer.bias
    a = torch.relu(z) if l < 3 else z
    print(f"a_{l} has the shape {tuple(a.shape)}")
assert (a - net(x)).abs().max() < 1e-12

# %% [markdown]
# **What it costs.** A layer from $n_{l-1}$ to $n_l$ units has $n_l\, n_{l-1}$ weights and $n_l$ biases. To run it on one example takes $n_l\, n_{l-1}$ multiply-adds.

# %% tags=["claim:introduction-dense-parameter-count", "erratum:err-introduction-flops-versus-macs", "nbval-check-output"]
from torch.utils.flop_counter import FlopCounterMode

reader = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
with FlopCounterMode(display=False) as counter:
    nn.Linear(100, 50)(torch.randn(1, 100))
print(f"784-128-10 has {sum(p.numel() for p in reader.parameters()):,} parameters")
print(f"a layer from 100 to 50 takes {counter.get_total_flops():,} operations")
assert sum(p.numel() for p in reader.parameters()) == (784 + 1) * 128 + (128 + 1) * 10
assert counter.get_total_flops() == 2 * 100 * 50

# %% [markdown]
# **Where beginners fall in.** Is the cost 5 000 or 10 000? Both are in print. Some count multiply-adds (MACs), some count multiplication and addition as two floating-point operations (FLOPs). Papers often write "FLOPs" and mean MACs. Ask, before you compare. And FLOPS with a capital S is a speed: operations per *second*.
#
# **Your turn (3 minutes).** On paper: how many parameters has an MLP 3-5-5-2, with biases everywhere?


# %%
def parameters_of_3_5_5_2():
    raise NotImplementedError


with your_turn():
    mistakes = {"You left out the biases: one for each unit but the inputs.": 50}
    mistakes["The inputs have no bias."] = 65
    close(parameters_of_3_5_5_2(), 62, "the number of parameters", mistakes)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def parameters_of_3_5_5_2():
#     return (3 + 1) * 5 + (5 + 1) * 5 + (5 + 1) * 2
# ```
#
# 20 + 30 + 12 = 62.
# </details>

# %% [markdown]
# **Why bend at all?** Leave the activations out. **Predict:** what can a stack of three affine layers do that one affine layer cannot?

# %% tags=["claim:introduction-linear-stack-collapses"]
first, second, third = nn.Linear(6, 2).double(), nn.Linear(2, 5).double(), nn.Linear(5, 4).double()
W = third.weight @ second.weight @ first.weight
b = third.weight @ (second.weight @ first.bias + second.bias) + third.bias
x = torch.randn(50, 6, dtype=torch.float64)
print("one matrix", tuple(W.shape), "of rank", torch.linalg.matrix_rank(W).item())
torch.testing.assert_close(third(second(first(x))), x @ W.T + b, rtol=0, atol=1e-12)
assert torch.linalg.matrix_rank(W) <= 2  # the narrowest width

# %% [markdown]
# Nothing. It *is* one affine layer, and a poor one, because everything must pass through two numbers in the middle. Depth without bends is worth nothing.

# %% [markdown] tags=["pause"]
# > **A place to pause.** You can build a network from neurons, by hand and in PyTorch. The second half asks what such a network can express, how it learns, and when to believe it.

# %% [markdown]
# ## 1.6 What a network can express
#
# ### A network of hinges
#
# Take one input, three hidden ReLU units, one output. Each unit is a **hinge**: flat, then a slope. The network adds them up:
#
# $$ y = v_1 \mathrm{ReLU}(x - c_1) + v_2 \mathrm{ReLU}(x - c_2) + v_3 \mathrm{ReLU}(x - c_3) + b . $$
#
# **Predict.** The black curve below has $c = (0, 1, 2)$ and $v = (1, -2, 1.5)$. We change one number, $v_2$, from −2 to −1. Where will the orange curve leave the black one? Will the kinks move?


# %%
def one_hidden_layer(x, c, v, b=0.0, activation=torch.relu):
    """The sum over i of v_i activation(x - c_i), plus b: x (N,), c and v (n,) -> (N,)."""
    return b + activation(x[:, None] - c) @ v  # (N, 1) against (n,): here we want the table


# %% mystnb={"image": {"alt": "Left: three hinges, which begin to rise or fall at 0, 1 and 2. Right: their sum, a zigzag with kinks at 0, 1 and 2, and the sum after one weight was changed: equal up to 1, then with another slope, kinks at the same places."}}
x, c = torch.linspace(-1, 3, 401), torch.tensor([0.0, 1, 2])
v, changed = torch.tensor([1.0, -2, 1.5]), torch.tensor([1.0, -1, 1.5])
fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3), sharex=True)
left.plot(x, torch.relu(x[:, None] - c) * v, label=["first", "second", "third"])
left.set(xlabel="x", ylabel="three hinges, each times its v")
right.plot(x, one_hidden_layer(x, c, v), color="black", label="$v_2 = -2$")
right.plot(x, one_hidden_layer(x, c, changed), "--", color=ORANGE, label="$v_2 = -1$")
right.set(xlabel="x", ylabel="their sum y")
_ = left.legend(), right.legend()
plt.show()
assert ((one_hidden_layer(x, c, v) == one_hidden_layer(x, c, changed)) == (x <= 1)).all()

# %% [markdown]
# *Left: three hinges. Right: their sum. The curves part at $c_2 = 1$. The kinks stay: the $c_i$ place them, the $v_i$ say by how much the slope changes there.*
#
# **Your turn (3 minutes).** Write $|x|$ with two hinges. (A hinge may open to the left: $\mathrm{ReLU}(-x)$.)


# %%
def absolute(x):
    """|x| as a sum of two ReLU units; torch.relu is all you need."""
    raise NotImplementedError


with your_turn():
    x = torch.tensor([-2.0, -0.5, 0, 3])
    mistakes = {"That is x itself: add the second hinge.": x, "Only one side.": torch.relu(x)}
    close(absolute(x), x.abs(), "|x| at -2, -0.5, 0 and 3", mistakes)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def absolute(x):
#     return torch.relu(x) + torch.relu(-x)
# ```
#
# With a minus between them you get $x$.
# </details>

# %% [markdown]
# ### Width: any continuous function on an interval
#
# Now follow a function $f$ with $n$ hidden units. With **steps**: at each of $n$ equally spaced points jump to the value of $f$. With **hinges**: at each point turn to the slope that reaches the next value. No training, just weights by hand.


# %%
def staircase(f, n, low, high):
    """c, v, b of n step units that follow f on [low, high]."""
    c = torch.linspace(low, high, n + 1, dtype=torch.float64)[:-1]
    return c, f(c).diff(prepend=f(c[:1])), f(c[0])


def polyline(f, n, low, high):
    """c, v, b of n hinges that meet f in n + 1 points of [low, high]."""
    ends = torch.linspace(low, high, n + 1, dtype=torch.float64)
    slopes = f(ends).diff() * n / (high - low)
    return ends[:-1], slopes.diff(prepend=torch.zeros(1, dtype=torch.float64)), f(ends[0])


def step(z):
    return (z >= 0).double()


# %% [markdown]
# How good is it? Between two points, $h = 2\pi / n$ apart, sine changes by at most $h$ (its slope is at most 1). So steps are wrong by at most $2\pi / n$. A chord misses a curve by at most $h^2 / 8$ times its second derivative, so hinges are wrong by at most $(2\pi / n)^2 / 8$.

# %% tags=["claim:introduction-universal-approximation"]
around = torch.linspace(0, 2 * math.pi, 5001, dtype=torch.float64)
widths = [2, 3, 4, 6, 8, 12, 16, 24, 32, 100, 1000]


def follow(n):
    """Sine by n steps and by n hinges."""
    c, v, b = staircase(torch.sin, n, 0, 2 * math.pi)
    by_steps = one_hidden_layer(around, c, v, b, step)
    c, v, b = polyline(torch.sin, n, 0, 2 * math.pi)
    return {"steps": by_steps, "hinges": one_hidden_layer(around, c, v, b)}


gaps = [[(y - around.sin()).abs().max().item() for y in follow(n).values()] for n in widths]
print("width 100: steps {:.4f}, hinges {:.6f}".format(*gaps[-2]))
assert all(gap[0] <= 2 * math.pi / n for n, gap in zip(widths, gaps, strict=True))
assert all(gap[1] <= (2 * math.pi / n) ** 2 / 8 for n, gap in zip(widths, gaps, strict=True))


# %%
def widen(n):
    """Sine by n steps and by n hinges, and where they stand among the errors of all widths."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.6, 2.8))
    left.plot(around, around.sin(), color="0.6", linewidth=4, label="sine")
    for name, y in follow(n).items():
        left.plot(around, y, label=name)
    left.set(xlabel="x", ylabel=f"{n} hidden units", ylim=(-1.3, 1.3))
    errors = dict(zip(("steps", "hinges"), zip(*gaps, strict=True), strict=True))
    plot_curves(widths, errors, "width n", "largest error", log="xy", ax=right)
    right.axvline(n, color="0.5", linestyle="--")
    return fig


explore(widen, n=[2, 4, 6, 8, 12, 16, 32], start=8, alt="Sine followed by one hidden layer")

# %% [markdown]
# *Grey: sine. For large $n$ ten times the width makes steps 10 times better, hinges 100 times.*
#
# The general statement is the **universal approximation theorem** (Cybenko 1989; Hornik 1991; Leshno et al. 1993). One hidden layer with a continuous activation that is not a polynomial comes as near as you like to any continuous function *on a bounded closed set*, if it is wide enough. (Steps are not continuous; on an interval our staircase shows that they do it too.)
#
# **Where beginners fall in.** The theorem is often quoted without its fine print. It says nothing outside the set. It does not say how wide, and it does not say that training will find the weights. Here is a network that follows sine well on $[-\pi, \pi]$. **Predict** its largest error between 20 and 100.

# %% tags=["erratum:err-introduction-universal-approximation-domain"]
(c, v, b), misses = staircase(torch.sin, 200, -math.pi, math.pi), []
for low, high in ((-math.pi, math.pi), (20, 100)):
    x = torch.linspace(low, high, 10_001, dtype=torch.float64)
    misses.append((one_hidden_layer(x, c, v, b, step) - x.sin()).abs().max().item())
print("largest error inside {:.3f}, outside {:.3f}".format(*misses))
assert misses[0] < 0.05 and misses[1] > 0.95

# %% [markdown]
# Half of the whole range. Beyond its last step the network is constant, and a constant is wrong by at least 1 for a sine that goes from −1 to 1. No number of units helps on all of $\mathbb{R}$.

# %% [markdown]
# ### Depth: folding
#
# Why deep, when wide is enough? Because some functions need far fewer units when they are composed. Two hinges make a tent, which *folds* the interval $[0, 1]$ in the middle:
#
# $$ t(x) = 2\,\mathrm{ReLU}(x) - 4\,\mathrm{ReLU}(x - \tfrac12) . $$
#
# Put the tent into the tent, and again. Each level costs 2 units. A shallow network with $n$ units has at most $n$ kinks, so at most $n + 1$ straight pieces. **Predict** how many pieces five levels have: 6, 10 or 32?

# %% mystnb={"image": {"alt": "Three plots on the interval from 0 to 1: the tent map, with 2 straight pieces; composed three times, a zigzag of 8 pieces; composed five times, of 32 pieces."}} tags=["claim:introduction-depth-saves-units"]
x, pieces = torch.arange(1025, dtype=torch.float64) / 1024, {}
fig, axes = plt.subplots(1, 3, figsize=(8.4, 2.6), sharey=True)
for ax, k in zip(axes, (1, 3, 5), strict=True):
    y = x
    for _ in range(k):
        y = 2 * torch.relu(y) - 4 * torch.relu(y - 0.5)
    pieces[k] = 1 + (y.diff().diff().abs() > 1e-9).sum().item()  # the slope changes
    ax.plot(x, y)
    ax.set(xlabel="x", title=f"k = {k}, {2 * k} units: {pieces[k]} pieces")
plt.show()
assert pieces == {1: 2, 3: 8, 5: 32}

# %% [markdown]
# *Each level folds once more, and a fold doubles everything that comes after: $2^k$ pieces from $2k$ units.*
#
# A shallow network needs at least 31 units for what the deep one does with 10, and at 20 levels more than a million instead of 40. Real data are no tents, but many properties are built from simple steps in sequence: edges, then corners, then eyes, then faces.
#
# ## 1.7 Learning is descending
#
# So far we set the weights by hand. Nobody can do that for a picture. We need a *measure* of how bad the weights are, and a way downhill.
#
# The **loss** $\ell$ compares an output with the truth. The **empirical risk** is its mean over the $N$ training examples,
#
# $$ \mathcal{L}(\theta) = \frac1N \sum_{i=1}^N \ell\big(f_\theta(x_i), y_i\big) . $$
#
# If $y$ is a real number, this is **regression**, with $\ell = (f_\theta(x) - y)^2$ for example. If it is one of $C$ classes, it is **classification**. Then the network returns $C$ scores $z$, softmax makes probabilities of them, $p_j = e^{z_j} / \sum_i e^{z_i}$, and the loss is the **cross-entropy** $-\log p_y$: small when the right class is likely. With the natural logarithm its unit is the **nat**. Chapter 4 derives both.
#
# The **gradient** $\nabla \mathcal{L}$ points where $\mathcal{L}$ grows fastest. So go against it, in small steps of size $\eta$, the **learning rate**:
#
# $$ \theta \leftarrow \theta - \eta\, \nabla \mathcal{L}(\theta) . $$
#
# Try it where the exact answer is known. The model is $f_\theta(x) = \theta x$ with squared error. Then $\mathcal{L}'(\theta) = \frac2N \sum_i (\theta x_i - y_i)\, x_i$, and $\mathcal{L}' = 0$ gives $\theta^\star = \sum_i x_i y_i / \sum_i x_i^2$.

# %%
x = torch.randn(100, dtype=torch.float64)
y = 3 * x + torch.randn(100, dtype=torch.float64)
theta, exact = 0.0, ((x * y).sum() / (x * x).sum()).item()
for _ in range(100):
    theta = theta - 0.2 * (2 * (theta * x - y) * x).mean().item()
print(f"descended to {theta:.12f}\nexact answer {exact:.12f}")
assert abs(theta - exact) < 1e-9

# %% [markdown]
# Near 3 and not 3, because the targets have noise: this is the best slope for these 100 points.
#
# For a network the gradient comes from `loss.backward()`, and chapter 2 shows how. Here is the complete set of **building blocks** in one step of training, on a batch of handwritten digits.

# %% tags=["claim:introduction-building-blocks"]
from torch.utils.data import DataLoader, TensorDataset

data = digits()  # tensors: pictures (N, 1, 8, 8) and classes (N,)
loader = DataLoader(TensorDataset(data.X_train, data.y_train), batch_size=64)  # data pipeline
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).to(device)  # layers, on the hardware
loss_function = nn.CrossEntropyLoss()  # loss
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)  # gradient descent

X, y = (part.to(device) for part in next(iter(loader)))
before = loss_function(model(X), y)
before.backward()  # automatic differentiation
optimizer.step()
after = loss_function(model(X), y)
print(f"loss on this batch: {before.item():.4f}, after one step {after.item():.4f}")
assert after < before

# %% [markdown]
# Repeat that, each time on another random batch, and you are training. This loop will train everything in this chapter. AdamW is gradient descent that chooses its step for each parameter (chapter 4). `backward` *adds* to the gradients that are there, so `zero_grad` clears those of the step before. `watch`, where there is one, is called with each step and its loss.


# %%
def train(model, X, y, steps=600, lr=1e-3, watch=None):
    """Fit a classifier to inputs X (N, ...) and classes y (N,), by `steps` batches of 64."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    for step in tqdm(range(steps), leave=False, disable=watch is None):
        rows = torch.randint(len(X), (64,), device=X.device)
        loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
        if watch:
            watch(step, loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %% [markdown]
# Two helpers: `mlp(2, 64, 2)` builds a network with these widths, and `accuracy` judges it.


# %%
def mlp(*widths, bend=nn.ReLU):
    """A multilayer perceptron on the device: flatten, then affine layers with bends between them."""
    layers = [nn.Flatten()]
    for n_in, n_out in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(n_in, n_out), bend()]
    return nn.Sequential(*layers[:-1]).to(device)  # scores: no bend behind the last layer


@torch.no_grad()
def accuracy(model, X, y):
    """The fraction of examples whose largest score is that of the right class."""
    return (model(X).argmax(1) == y).float().mean().item()


# %% [markdown]
# **Two spirals.** Two classes, wound around each other. First a linear model, then an MLP 2-64-64-2. Both are judged on fresh points that they were not trained on.

# %%
(X, y), (X_fresh, y_fresh) = ([t.to(device) for t in two_spirals(1000)] for _ in range(2))
linear, model, snapshots = mlp(2, 2), mlp(2, 64, 64, 2), {}


def keep(step, loss):
    if step in (0, 25, 50, 100, 150, 200, 300, 500, 999):
        snapshots[step] = deepcopy(model).cpu()


train(linear, X, y, lr=1e-2)
train(model, X, y, steps=1000, lr=1e-2, watch=keep)
right = [accuracy(m, X_fresh, y_fresh) for m in (linear, model)]
print("on fresh points: linear {:.3f}, MLP {:.3f}".format(*right))
assert right[0] < 0.7 and right[1] > 0.98

# %% [markdown]
# Watch the boundary wind itself up. At step 0 the weights are random.


# %%
def wind(step):
    """What the network says everywhere, after so many steps of training."""
    points, classes = X_fresh[:400].cpu(), y_fresh[:400].cpu()
    fig, ax = plt.subplots(figsize=(4.6, 3.1))
    draw_regions(ax, lambda grid: snapshots[step](grid).argmax(1), points, classes, -1.2, 1.2)
    ax.set_title(f"step {step}: {accuracy(snapshots[step], points, classes):.0%} of these right")
    return fig


explore(wind, step=list(snapshots), start=999, alt="Two spirals and the regions of a network")

# %% [markdown]
# *Shading: what the network says. Points: fresh data. Straight boundaries bend, then wind.*
#
# The network is piecewise linear, like our hinges: the boundary is made of short straight pieces. No one placed them.
#
# ## 1.8 When to believe it
#
# We do not care about the training examples. We care about new ones. The **risk** is the mean loss over *all* data that may come, $\mathbb{E}[\ell(f_\theta(X), Y)]$. It cannot be computed, because nobody has all data. The empirical risk stands in for it. How good a stand-in is it?
#
# Take a case where the truth is known. Two classes are Gaussian clouds with centres $(-1, 0)$ and $(1, 0)$ and variance 1. The fixed rule "class 1 if $x_1 > 0$" errs exactly with probability $p = \Phi(-1) = 0.1587$, where $\Phi(t)$ is the probability that a normal variable of mean 0 and variance 1 is at most $t$. No rule does better on these clouds, so in the code `best_error` is its risk. We estimate that from $N$ examples, 500 times for each $N$. An average of $N$ coin flips with probability $p$ has the standard deviation $\sqrt{p (1 - p) / N}$.

# %% mystnb={"image": {"alt": "Distance between empirical risk and risk against the number of examples, both axes logarithmic: the measured points lie on the straight line of the formula and fall from 0.12 at 10 examples to 0.004 at 10 000."}} tags=["claim:introduction-training-objective"]
clouds, sizes = Gaussians.two(), [10, 100, 1000, 10_000]
risk, measured = clouds.best_error(), []
for N in sizes:
    X, y = clouds.sample(500 * N)
    estimates = ((X[:, 0] > 0) != (y == 1)).double().view(500, N).mean(1)  # 500 empirical risks
    measured.append((estimates - risk).square().mean().sqrt().item())
formula = [math.sqrt(risk * (1 - risk) / N) for N in sizes]
curves = {"measured": measured, "√(p (1 − p) / N)": formula}
plot_curves(sizes, curves, "examples N", "typical distance", log="xy")
plt.show()
assert abs(math.log10(measured[-1] / measured[0]) / 3 + 0.5) < 0.1 and round(risk, 4) == 0.1587

# %% [markdown]
# *A hundred times the examples, ten times the precision.*
#
# That holds for a rule that was fixed *before* looking at the examples. **A rule chosen on them is another matter.** Here are a hundred perceptrons with random weights, and labels that are coin flips. There is nothing to learn. We keep the perceptron that does best on 100 examples. **Predict** its accuracy on these 100, and on fresh ones.

# %% tags=["claim:introduction-ml-pipeline"]
X, y = torch.randn(10_100, 20), torch.randint(2, (10_100,))
right = ((X @ torch.randn(20, 100) > 0).long() == y[:, None]).double()  # (N, 100)
seen, fresh = right[:100].mean(0), right[100:].mean(0)
best = seen.argmax()
print(f"best of a hundred: {seen[best]:.2f} where chosen, {fresh[best]:.3f} on fresh data")
assert seen[best] > 0.56 and abs(fresh[best] - 0.5) < 3 * 0.5 / math.sqrt(10_000)

# %% [markdown]
# Choosing makes any number too good. So the data are cut into three parts, once, before anything else:
#
# | part | for | how often |
# |---|---|---|
# | **training** | fitting the parameters $\theta$ | all the time |
# | **validation** | choosing everything else: width, learning rate, when to stop | often |
# | **test** | the number that you report | once |
#
# And the **pipeline** is: collect and split data, choose a family of models, choose a loss, optimize on the training part, choose on the validation part, and at the very end measure on the test part. An accuracy $A$ on $N$ test examples is known up to about $\pm 1.96 \sqrt{A (1 - A) / N}$, a 95 % interval: a normal variable lies within 1.96 standard deviations of its mean 95 times in 100, and an average of many examples is nearly normal.
#
# **Your turn (3 minutes).** Write that half-width.


# %%
def half_width(A, N):
    """Half the width of the 95 % interval of an accuracy A measured on N examples."""
    raise NotImplementedError


with your_turn():
    mistakes = {"That is the variance: take the root.": 1.96 * 0.9 * 0.1 / 100}
    mistakes["That is one standard deviation. Multiply by 1.96."] = 0.03
    mistakes["That is the whole width: take half of it."] = 0.1176
    with reason(TypeError, "A and N are plain numbers, and math.sqrt takes the root of a number."):
        close(half_width(0.9, 100), 0.0588, "the half-width for 0.9 on 100 examples", mistakes)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def half_width(A, N):
#     return 1.96 * math.sqrt(A * (1 - A) / N)
# ```
#
# On 100 examples 90 % means "between 84 and 96". Halving the interval takes four times the examples.
# </details>

# %% [markdown]
# ## 1.9 Cats or dogs
#
# The classic first task: is there a cat or a dog in the picture? ImageNet has five classes of domestic cats (numbers 281 to 285) and 118 breeds of dogs (151 to 268). So the network of section 1.1 can answer: add up the probabilities of each kind.

# %% tags=["claim:introduction-cats-vs-dogs"]
for name in ("horse", "coffee", "chelsea"):
    p = look(pictures[name])
    print(f"{name:8} cats {p[281:286].sum():.3f}, dogs {p[151:269].sum():.3f}")
assert p[281:286].max() > p[151:269].max() and p[281:286].sum() > 0.85 > 0.5 > p.max()
assert look(pictures["horse"])[151:269].sum() > 0.7

# %% [markdown]
# Chelsea is a cat, and coffee is neither. The horse is a dog, with three quarters in all: the Great Dane of section 1.1 has one, and other breeds have the other two. The network was never taught what a horse's silhouette looks like.
#
# **Train one ourselves.** Our own two classes are 3 and 8, from MNIST, 28 × 28 pixels: as alike as a cat and a small dog. MNIST has 70 000 digits; we take a selection of 5 000 that comes in a Python package. Seven tenths of our two classes are for training, three tenths for the test. Width, steps and learning rate we took as they are and did not compare with others here, so no validation part is needed. The output is two scores.

# %%
parts = mnist(full=False)
X, y = torch.cat([parts.X_train, parts.X_test]), torch.cat([parts.y_train, parts.y_test])
chosen = (y == 3) | (y == 8)
X, y = X[chosen].to(device), (y[chosen] == 8).long().to(device)  # class 1 is the eight
cut = int(0.7 * len(X))  # the pictures come shuffled, so a cut parts them at random
model = train(mlp(784, 128, 2), X[:cut], y[:cut])

# %% tags=["claim:introduction-cats-vs-dogs"]
A, N = accuracy(model, X[cut:], y[cut:]), len(X) - cut
print(f"3 or 8: accuracy {A:.3f} ± {1.96 * math.sqrt(A * (1 - A) / N):.3f} on {N} test pictures")
assert A > 0.96

# %% [markdown]
# ### A warning
#
# A high accuracy says *that* a network is right. It does not say *why*. Let one layer tell squares of 16 × 16 pixels of the cat's photograph from squares of the coffee's. It learns on the left two thirds of each photograph and is tested on the right third, which it has never seen.


# %%
def squares(picture, left, right, n=500, side=16):
    """n random squares of a picture (3, H, W) between two fractions of its width: (n, 3, side, side)."""
    _, height, width = picture.shape
    rows = torch.randint(height - side + 1, (n,))
    columns = torch.randint(int(left * width), int(right * width) - side + 1, (n,))
    pairs = zip(rows, columns, strict=True)
    return torch.stack([picture[:, r : r + side, c : c + side] for r, c in pairs]) / 255


# %%
two, y = [pictures["chelsea"], pictures["coffee"]], torch.arange(1000).to(device) // 500
X = torch.cat([squares(picture, 0, 2 / 3) for picture in two]).to(device)
X_new = torch.cat([squares(picture, 2 / 3, 1) for picture in two]).to(device)
model = train(mlp(3 * 16 * 16, 2), X, y)
print(f"unseen third: {accuracy(model, X_new, y):.2f}")

# %% [markdown]
# Very good. It seems to know fur from china. **Predict** its accuracy on the *same* squares after their colour has been taken away.

# %% mystnb={"image": {"alt": "The photographs of the cat and of the coffee, each with a white line that marks the unseen right third; beside them bars of accuracy: above 0.85 in colour, near one half in grey, where the dashed line of chance lies."}}
grey = X_new.mean(1, keepdim=True).expand(-1, 3, -1, -1)
scores = {"colour": accuracy(model, X_new, y), "grey": accuracy(model, grey, y)}
fig, axes = plt.subplots(1, 3, figsize=(8.5, 2.6), width_ratios=[1.2, 1.2, 1], dpi=80)
for ax, picture in zip(axes, two, strict=False):
    ax.imshow(picture.permute(1, 2, 0).numpy())
    ax.axvline(picture.shape[2] * 2 / 3, color="white", linewidth=3)
    ax.set_axis_off()
axes[2].bar(scores.keys(), scores.values(), color=[ORANGE, "0.5"])
axes[2].axhline(0.5, color="black", linestyle="--", linewidth=1)
axes[2].set(ylabel="accuracy, unseen third", ylim=(0, 1))
plt.show()
assert scores["colour"] > 0.85 and scores["grey"] < 0.6

# %% [markdown]
# *Right of the white lines: never seen. In grey the accuracy falls to chance (dashed).*
#
# Chance here means one answer for everything. It had *used* the colour of the two photographs, not fur and china. Nor does this say that it could have used fur and china: one affine layer on pixels can hardly see them. Between these two photographs colour is enough, and no test set cut from the same photographs would ever have told. A network learns what *separates the data*, not what you had in mind. The horse was a first hint of it.
#
# ## 1.10 The experiment: a network that reads
#
# Now everything together: 1 797 handwritten digits of 8 × 8 pixels (Alpaydin and Kaynak, 1998), ten classes, one fifth held out, an MLP 64-64-10. Again we took width, activation and learning rate as they are and compared no others here, so two parts are enough. An untrained network guesses about one in ten. We want more than 96 %.

# %% mystnb={"image": {"alt": "Two curves over 800 steps of training: the loss falls from 2.3 towards 0, the held-out accuracy rises from about 0.1 to above 0.96."}} tags=["claim:introduction-usual-setup"]
X, y, X_test, y_test = (part.to(device) for part in digits())
X, X_test = 2 * X - 1, 2 * X_test - 1  # from [0, 1] to [-1, 1]: centred inputs learn faster
model = mlp(64, 64, 10, bend=nn.Tanh)
untrained = accuracy(model, X_test, y_test)
live = LiveCurves(loss="loss (nats)", accuracy="held-out accuracy")


def watch(step, loss):
    live.add(step, loss=loss)
    if step % 50 == 0 or step == 799:  # 799 is the last one
        live.add(step, accuracy=accuracy(model, X_test, y_test))
        live.draw()


train(model, X, y, steps=800, lr=5e-3, watch=watch)
print(f"held-out accuracy {untrained:.3f} before, {accuracy(model, X_test, y_test):.3f} after")
assert untrained < 0.25 and accuracy(model, X_test, y_test) > 0.96

# %% [markdown]
# *The loss on random batches (left) and the accuracy on digits never seen in training (right). For curiosity we look at the held-out part all the time; we choose nothing by it.*
#
# **And why now?** Section 1.2 said: data. Train the same network with 50, 200, 800 and 1 400 of the digits, five times each.

# %% mystnb={"image": {"alt": "Held-out accuracy against the number of training digits, logarithmic axis: five grey points and their mean at each of 50, 200, 800 and 1400; the mean rises from about 0.8 over 0.92 to above 0.95."}} tags=["claim:introduction-why-now"]
sizes, table = [50, 200, 800, 1400], torch.zeros(5, 4)
for seed in tqdm(range(5), leave=False):
    for i, N in enumerate(sizes):
        rows = torch.randperm(len(X))[:N].to(device)
        fresh = train(mlp(64, 64, 10, bend=nn.Tanh), X[rows], y[rows], steps=200, lr=5e-3)
        table[seed, i] = accuracy(fresh, X_test, y_test)
mean = table.mean(0)
ax = plot_curves(sizes, {"mean": mean}, "training digits", "held-out accuracy", log="x")
ax.plot(sizes, table.T, ".", color="0.5", zorder=1)
plt.show()
assert mean[0] + 0.05 < mean[1] and mean[1] + 0.01 < min(mean[2], mean[3])

# %% [markdown]
# *Each grey point is one training. More data, better network, with less and less gain.*
#
# The network did not change. Only the data did.
#
# ## Questions
#
# 1. A perceptron has $w = (3, 4)$ and $b = -10$. How far is the origin from its boundary, and what does it say there?
#    <details><summary>Answer</summary>$(0 + 0 - 10) / \sqrt{9 + 16} = -2$: distance 2, on the side of the zeros.</details>
# 2. Someone stacks ten linear layers without activations and is surprised that it is no better than one. Explain in a sentence.
#    <details><summary>Answer</summary>A composition of affine maps is one affine map.</details>
# 3. A ReLU network with one input and one hidden layer is to have 100 straight pieces. How many units does it need at least? How many levels of tents?
#    <details><summary>Answer</summary>99, one for each kink. Seven levels, 14 units, since $2^7 = 128$.</details>
# 4. Your loss is `((model(X) - y) ** 2).mean()`, where the model has one output and `y` has the shape (64,). What is wrong?
#    <details><summary>Answer</summary>`model(X)` has the shape (64, 1), so the difference is (64, 64). Use `model(X)[:, 0]`, or give `y` a second axis.</details>
# 5. Two networks have 94 % and 96 %, each on 100 test examples of its own. Is the second one better?
#    <details><summary>Answer</summary>You cannot tell. The intervals are about ±4.7 and ±3.8 per cent.</details>
#
# ## Summary
#
# - A **neural network** is a composition of affine maps and bends, with parameters that data choose. The ideas are from 1958 to 1998; data, compute and software made them work.
# - **Tensors** have a shape and a type. Slices and views share memory. Broadcasting stretches in silence: (5, 1) minus (5,) is (5, 5).
# - One **perceptron** parts the plane by a line. It can do NAND and not XOR. A **hidden layer** can, because it moves the data first.
# - **Width** approximates any continuous function on a bounded closed set. **Depth** multiplies pieces by folding. Without bends a stack collapses to one layer.
# - **Training** is gradient descent on the empirical risk. What counts is the risk on new data: split first, test once, and ask *what* was learned.

# %% [markdown] tags=["proved"]
# ### What you saw proved
#
# Every line below was computed and asserted: in the section named beside it, or by one of the tests that come with the course.
#
# | what | where |
# |---|---|
# | A second name and a slice share a tensor's memory; `clone` copies it. | 1.3 Tensors |
# | One matrix product does at once what Python's loops do step by step. | 1.3 Tensors |
# | A single perceptron can realise NAND, with $w=(-2,-2)$ and $b=3$. | 1.4 One neuron: the perceptron |
# | A perceptron, $\mathbb 1\{w\cdot x+b\ge0\}$, says on which side of a hyperplane its input lies; on data with margin $m$ and radius $R$, both with the bias counted as an input, its learning rule makes at most $(R/m)^2$ mistakes. | 1.4 One neuron: the perceptron |
# | No single perceptron realises XOR. | 1.4 One neuron: the perceptron |
# | Composed perceptrons do what one cannot: four NANDs give XOR, and so do two hidden neurons and one output. | 1.5 Layers: the multilayer perceptron |
# | `nn.Linear(2, 4)` stores its weight as (out, in) and computes $xW^\top+b$ on a batch; the 2-4-1 network has 17 parameters. | 1.5 Layers: the multilayer perceptron |
# | A multilayer perceptron computes $a_0=x$, $a_l=\sigma_l(W_la_{l-1}+b_l)$ with $W_l\in\mathbb R^{n_l\times n_{l-1}}$. | 1.5 Layers: the multilayer perceptron |
# | A neural network is a composition $f_\theta=f_K\circ\dots\circ f_1$ of affine maps and coordinate-wise bends; bare matrix products give what `nn.Sequential` gives. | 1.5 Layers: the multilayer perceptron |
# | A dense layer from $n_{l-1}$ to $n_l$ units has $n_{l-1}n_l+n_l$ parameters. | 1.5 Layers: the multilayer perceptron |
# | Without activations a stack of affine layers is one affine layer, of rank at most the narrowest width. | 1.5 Layers: the multilayer perceptron |
# | One hidden layer follows a continuous function on an interval as closely as its width allows: $n$ steps follow $\sin$ on $[0,2\pi]$ within $2\pi/n$, $n$ hinges within $(2\pi/n)^2/8$. | Width: any continuous function on an interval |
# | Composing the tent map, 2 units a level, $k$ times gives $2^k$ straight pieces; a shallow network with $n$ units has at most $n+1$. | Depth: folding |
# | Tensors, layers, a loss, automatic differentiation, an optimizer, a data pipeline and a device make one step of training. | 1.7 Learning is descending |
# | The empirical risk $\mathcal{L}(\theta)=\frac1N\sum_i\ell(f_\theta(x_i),y_i)$ stands in for the risk $\mathbb E[\ell(f_\theta(X),Y)]$; for a fixed rule their distance shrinks like $N^{-1/2}$. | 1.8 When to believe it |
# | A model that was chosen on a set looks too good on that set; so data are split into parts for training, for choosing, and for one last measurement. | 1.8 When to believe it |
# | In binary classification a picture goes in and the scores of two classes come out: an ImageNet network finds the cat, a small MLP tells 3 from 8. | 1.9 Cats or dogs |
# | Pairs of inputs and targets, a parametrised model, a differentiable loss, a gradient-based optimizer and a held-out part are enough: an MLP reads digits it has never seen. | 1.10 The experiment: a network that reads |
# | More data make the same network better. | 1.10 The experiment: a network that reads |
# | The target fixes the last layer: one output or $n_K$ outputs for regression, $C$ scores for classification. | the course's tests |
# | A dense layer costs $n_{l-1}n_l$ multiply-adds for each example, which are $2n_{l-1}n_l$ operations. | the course's tests |
# | A tensor has a shape, a number of axes and one type; the first axis usually counts the examples. | the course's tests |
# | Operators and functions act coordinate by coordinate; `@` is the matrix product. | the course's tests |
# | `view` and `unsqueeze` change the shape and never the order, `sum` and `mean` reduce axes. | the course's tests |

# %% [markdown]
# **Read next.** LeCun, Bengio and Hinton, *Deep learning* (Nature 2015), seven pages by three of those who made it. Rosenblatt, *The perceptron* (Psychological Review 1958). Telgarsky, *Benefits of depth in neural networks* (COLT 2016), for the tents.
# Geirhos et al., *Shortcut learning in deep neural networks* (Nature Machine Intelligence 2020), for many more networks that had read the colour.
#
# **Now you.** The exercise is in `exercises/01_introduction/`. It ends with two spirals of your own.
