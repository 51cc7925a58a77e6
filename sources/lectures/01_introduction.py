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

# %% [markdown] tags=["header"]
# *Time:* about 77 minutes, in parts of 36 and 41 with a pause between. Sections titled *Deeper* (2 minutes more) can wait for a second reading.

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
from copy import deepcopy
from time import perf_counter

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.flop_counter import FlopCounterMode
from tqdm.auto import tqdm

from helpers import runtime
from helpers.checks import close, reason, your_turn
from helpers.data import Gaussians, digits, photographs, two_spirals
from helpers.figures.introduction import (
    draw_folds,
    draw_half_planes,
    draw_hinges,
    draw_history,
    draw_photographs,
    draw_shortcut,
    draw_spirals,
    draw_two_views,
    draw_width,
    draw_winding,
    draw_xor,
)
from helpers.plotting import LiveCurves
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
network = imagenet_network().to(device)
names = class_names()
count = sum(p.numel() for p in network.parameters())
print(f"{count:,} numbers inside; it knows {len(names)} classes, such as {names[281]!r}")
assert count == 4_652_008 and len(names) == 1000

# %% [markdown]
# The network is a function that is fixed by 4.7 million numbers, its **parameters**. Nobody chose them: they were *learned*.
# A picture goes in, a thousand numbers come out, one for each class, at least 0 and 1 in sum. (`softmax` makes them so; section 1.7 has its formula.)


# %%
def look(picture):
    """Probabilities of the thousand classes, (1000,), for one picture (C, H, W)."""
    with torch.no_grad():  # we only ask, we do not train
        return network(preprocess(picture).to(device)).softmax(1)[0].cpu()


# %% [markdown]
# **Predict.** Below are eight pictures that it has never seen. Which of them will it name right? And what will it say to the astronaut, when "astronaut" is none of its thousand classes?

# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Eight photographs with the network's first answer over each: a cat is called an Egyptian cat, a cup of coffee an espresso, a man with a camera a tripod, a Chinese temple a palace, a rocket a missile, an astronaut a football helmet, the silhouette of a horse a Great Dane, and the moon a nematode."}} tags=["predict", "hide-output"]
pictures = photographs(
    "chelsea", "coffee", "camera", "china", "rocket", "astronaut", "horse", "moon"
)
titles = []
for picture in pictures.values():
    probability, best = look(picture).max(0)
    titles.append(f"{names[best]} {probability:.0%}")
draw_photographs(list(pictures.values()), titles)
assert look(pictures["coffee"])[names.index("espresso")] > 0.9

# %% [markdown]
# Espresso for the coffee, palace for the temple, missile for the rocket: not bad. The astronaut, with her helmet, is a football helmet, the silhouette of a horse is a Great Dane, and the moon is a nematode, a worm.
#
# *What the network says first, and how sure it is.*
#
# The cat is an Egyptian cat, though the network gives that less than one half: it knows five kinds of cats, and the others have a share.
# This network always answers, also where it knows nothing: the probabilities of its thousand classes sum to 1, whatever the picture shows. Section 1.9 comes back to that.
#
# In this course you build every part of such a machine yourself. This chapter asks one question about it: *how complicated an answer can a network give?* One neuron can hardly do anything. A few dozen of them wind themselves around any pattern, and that is their power and their danger.
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
# It shines where the input is raw (pixels, sound, text) and data are plenty. This course has small versions of its great applications: recognizing pictures (chapters 5 and 6), finding things in them (8), language (9 and 10), making pictures (12 to 15), games (16).
#
# The ideas are old.

# %% mystnb={"image": {"alt": "Above, a timeline of ten ideas from the perceptron of 1958 to GPT-3 in 2020. Below, on the same years with a logarithmic vertical axis: operations of one training, from about a million for the perceptron to 3e23 for GPT-3, and examples in a data set, from 70 thousand for MNIST to 5.9 billion for LAION."}}
draw_history()

# %% [markdown]
# *Above: ideas, by the year of the publication. Below: what one training cost and how many examples there were, orders of magnitude; only the vertical axis is logarithmic (LeCun et al. 1998; Russakovsky et al. 2015; Vaswani et al. 2017; Brown et al. 2020; Schuhmann et al. 2022; Sevilla et al. 2022).*
#
# The perceptron is from 1958, and training by gradients from the 1960s (Widrow and Hoff 1960; Amari 1967); in the 1980s backpropagation made it popular for networks with hidden layers. Several things grew together before AlexNet in 2012, and a plot does not say which of them was decisive: **data**, **compute** (graphics cards multiply matrices in parallel), and **practice** (activations, starting values, normalization: chapters 4 to 6).
# Software that finds derivatives by itself, such as Theano (2010), TensorFlow (2015) and PyTorch (2016), made it everybody's tool. Section 1.10 measures the effect of data on a network of our own.
#
# ## 1.3 Tensors
#
# Everything in PyTorch is a **tensor**: an array of numbers of one type, with any number of axes. A picture has three: channels, rows, columns. A batch of 64 small colour pictures has four, and the first axis counts the examples.

# %%
cat = pictures["chelsea"]
batch = torch.zeros(64, 3, 32, 32)
print("the cat ", tuple(cat.shape), cat.dtype, f"{cat.numel():,} numbers")
print("a batch ", tuple(batch.shape), batch.dtype, f"{batch.numel():,} numbers")
assert cat.shape == (3, 300, 451) and batch.numel() == 196_608

# %% [markdown]
# **Making one.** `torch.tensor(data)` takes the type from the data, or the `dtype` that you name. There is an old constructor with a capital letter, `torch.Tensor`. It ignores the type of the data, makes floats of the default type (32 bits, unless `torch.set_default_dtype` changed that), and takes no `dtype`. Do not use it.

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
# **Views and copies.** A new name is no new tensor. A slice is a new tensor that looks into the same memory. `clone` copies, and so does indexing with a list or a mask.
#
# **Predict** the four lists: what do they hold after the middle entry of `x` was changed?

# %% jupyter={"outputs_hidden": true} tags=["claim:introduction-tensors-alias-and-clone", "nbval-check-output", "predict", "hide-output"]
x = torch.tensor([1, 2, 3])
same = x
part = x[1:]
copy = x.clone()
chosen = x[[1, 2]]
x[1] = 9
print(same.tolist(), part.tolist(), copy.tolist(), chosen.tolist())
assert same[1] == part[0] == 9 and copy[1] == chosen[0] == 2

# %% [markdown]
# The name and the slice see the 9; the clone and the list of places kept the 2.
#
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

# %% jupyter={"outputs_hidden": true} tags=["erratum:err-introduction-matching-sizes-broadcasting", "nbval-check-output", "predict", "hide-output"]
targets = torch.arange(5.0)  # shape (5,)
predictions = targets.view(5, 1)  # shape (5, 1), as a layer with one output returns it
difference = predictions - targets
print("mean squared error", (difference**2).mean().item(), "of", tuple(difference.shape))
assert (difference**2).mean() == 4 and torch.equal(predictions[:, 0], targets)

# %% [markdown]
# It prints 4, for predictions that are all right: a column minus a row is a table, so every prediction was compared with every target. Nothing complained.
# **Write shapes into your comments, and assert them.** Sizes that do not fit, such as (5,) and (4,), do raise an error.
#
# **Matrix product.** `A @ B`, with $(AB)_{ij} = \sum_k A_{ik} B_{kj}$. Do not write the loops yourself:

# %% tags=["claim:introduction-matrix-products"]
A = torch.randn(100, 100)
B = torch.randn(100, 100)
rows = A.tolist()
columns = B.T.tolist()
start = perf_counter()
slow = []
for row in rows:
    for column in columns:
        slow.append(sum(map(float.__mul__, row, column)))  # 100 multiply-adds
middle = perf_counter()
fast = A @ B
end = perf_counter()
print(f"a million multiply-adds: loops {middle - start:.3f} s, A @ B {end - middle:.6f} s")
torch.testing.assert_close(fast, torch.tensor(slow).view(100, 100), rtol=1e-4, atol=1e-4)

# %% [markdown]
#
# **Your turn (4 minutes).** Inputs should have mean 0 and standard deviation 1 in each column, over the examples, as `X.std` computes it (with $N - 1$). No loop.


# %%
def standardize(X):
    """X (N, d) with each column at mean 0 and standard deviation 1, as X.std has it: with N - 1."""
    raise NotImplementedError


with your_turn():
    X = torch.tensor([[0.0, 10], [2, 30], [4, 20]])
    want = torch.tensor([[-1.0, -1], [0, 1], [1, 0]])
    by_rows = (X - X.mean(1, keepdim=True)) / X.std(1, keepdim=True)
    mistakes = {"Each example by itself: reduce over the examples, dim=0.": by_rows}
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
# ## 1.4 One neuron, and a straight walk
#
# A **perceptron** weighs its inputs, adds a bias, and says yes (1) or no (0):
#
# $$ f(x) = \begin{cases} 1 & \text{if } w \cdot x + b \ge 0 , \\ 0 & \text{otherwise,} \end{cases} \qquad x, w \in \mathbb{R}^d . $$


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
#
# Now the problem of this chapter: two classes of points, wound around each other. Take a straight walk from the left to the right, and ask at each place which class is there.

# %% mystnb={"image": {"alt": "Points of two classes form two spirals wound around each other. A dashed horizontal line, the walk, passes through arms of both classes in turn."}}
X_spirals, y_spirals = two_spirals(1000)
draw_spirals(X_spirals, y_spirals)

# %% [markdown]
# *On the walk the right answer changes again and again. How often can the answer of a perceptron change?*
#
# Turn $w$ with the slider. On the left are points that a line parts, on the right the spirals.


# %%
direction = torch.tensor([0.8, 0.6])  # the truth, which a learner does not know
dots = 2 * torch.rand(200, 2) - 1
dots = dots[(dots @ direction).abs() > 0.1]  # a gap of 0.1 on both sides
kinds = (dots @ direction >= 0).long()
problems = {"one line": (dots, kinds), "two spirals": (X_spirals, y_spirals)}


def turn(angle):
    """The perceptron whose w points to this angle, in degrees."""
    w = torch.tensor([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    return draw_half_planes(w, lambda points: perceptron(points, w, 0), problems)


explore(turn, angle=range(0, 360, 40), start=120, alt="Two problems and a perceptron's half-planes")

# %% [markdown]
# *The arrow is $w$, the shading what the perceptron says. At 40° all points on the left are right. On the spirals no angle gets far.*
#
# The reason is one line of algebra. On a walk $x = p + t\,q$ the weighted sum is $w \cdot p + b + t\,(w \cdot q)$: a straight function of $t$, which has one zero or none (or is 0 all along). So **the answer of one neuron changes at most once along any straight walk**, and the spirals ask for at least five changes.

# %% [markdown] jp-MarkdownHeadingCollapsed=true tags=["deeper"]
# ### Deeper: how a perceptron learns
#
# Rosenblatt's rule needs no geometry. Go through the examples, again and again. Where the answer $\hat y$ is right, do nothing. Where it is wrong, add $(y - \hat y)\, x$ to $w$ and $(y - \hat y)$ to $b$.


# %% tags=["deeper"]
def learn(X, y):
    """Rosenblatt's rule until a pass without mistakes: w, b and the number of mistakes on the way."""
    w = torch.zeros(X.shape[1])
    b = 0
    mistakes = 0
    before = -1
    while mistakes > before:  # the last pass made some
        before = mistakes
        for x, target in zip(X, y, strict=True):
            error = (target - perceptron(x, w, b)).item()  # 0 where right, else 1 or -1
            w = w + error * x
            b = b + error
            mistakes = mistakes + abs(error)
    return w, b, mistakes


# %% [markdown] tags=["deeper"]
# It stops on every data set that a line can part; where no line does, it never ends. A theorem (Novikoff, 1962) says how soon it stops. The bias counts as one more input, which is always 1: let $\lVert x_i \rVert^2 + 1 \le R^2$ for all inputs, and let some $(w, b)$ that parts the classes have the **margin**
#
# $$ m = \min_i \frac{\lvert w \cdot x_i + b \rvert}{\sqrt{\lVert w \rVert^2 + b^2}} > 0 . $$
#
# Then the rule makes at most $(R / m)^2$ mistakes, in any dimension, in any order. Below, a $w$ of length 1 with $b = 0$ parts the points, so $m$ is their smallest distance from the line.

# %% tags=["claim:introduction-perceptron-definition", "deeper"]
w, b, mistakes = learn(dots, kinds)
R = (dots.square().sum(1) + 1).max().sqrt()
margin = (dots @ direction).abs().min()  # b = 0
points = 4 * torch.rand(10_000, 2) - 2
distance = (points @ w + b) / w.norm()
print(f"{mistakes} mistakes, at most {(R / margin) ** 2:.0f} by the theorem; then all right")
assert torch.equal(perceptron(dots, w, b), kinds) and mistakes <= (R / margin) ** 2
assert torch.equal(perceptron(points, w, b) == 1, distance >= 0)

# %% [markdown]
# ### One neuron cannot do XOR
#
# **Your turn (3 minutes).** Three friends vote, each input is 0 or 1. Choose $w$ and $b$ such that the perceptron says 1 when at least two vote 1.


# %%
def majority():
    """w (a list of three numbers) and b of a perceptron for "at least two of three"."""
    raise NotImplementedError


with your_turn():
    votes = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 3)  # all eight cases
    with reason((TypeError, ValueError, RuntimeError), "Return a list of three weights, and b."):
        answer = majority()
        said = perceptron(votes, torch.tensor(answer[0], dtype=torch.float32), answer[1])
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
# XOR is 1 when exactly one input is 1. **Predict:** we try all $41^3$ perceptrons with $w_1$, $w_2$ and $b$ in $-20, \dots, 20$. How many of the four rows of the table does the best one get right?

# %% jupyter={"outputs_hidden": true} tags=["claim:introduction-perceptron-not-xor", "nbval-check-output", "predict", "hide-output"]
grid = torch.arange(-20.0, 21)
triples = torch.cartesian_prod(grid, grid, grid)  # (68921, 3): w1, w2, b
answers = (corners @ triples[:, :2].T + triples[:, 2] >= 0).long()  # (4, 68921)
xor = torch.tensor([0, 1, 1, 0])
best_xor = (answers == xor[:, None]).sum(0).max().item()
best_nand = (answers == nand[:, None]).sum(0).max().item()
print(f"{len(triples):,} perceptrons; rows right at best: XOR {best_xor}, NAND {best_nand}")
assert best_xor == 3 and best_nand == 4

# %% [markdown]
# Three of four, and a finer grid would not help. XOR asks for four inequalities:
#
# $$ b < 0, \qquad w_1 + b \ge 0, \qquad w_2 + b \ge 0, \qquad w_1 + w_2 + b < 0 . $$
#
# Add the two in the middle: $w_1 + w_2 + 2b \ge 0$. Add the two outer ones: $w_1 + w_2 + 2b < 0$. Both cannot be.

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


# %% mystnb={"image": {"alt": "Left: the network as a graph, two inputs, the hidden neurons OR and NAND, and AND at the end, with its weights and biases. Middle: the four corners in the plane of inputs; the network shades a diagonal band that holds the two ones. Right: the same corners in the plane of the two hidden neurons, where one line parts the ones from the zeros."}} tags=["claim:introduction-nand-composition-gives-xor"]
def hidden(X):
    """OR and NAND of two inputs, (N, 2) -> (N, 2)."""
    W = torch.tensor([[1.0, 1], [-1, -1]])  # one row a neuron
    b = torch.tensor([-0.5, 1.5])
    return (X @ W.T + b >= 0).float()


def last(h):
    """AND of the two hidden neurons, (N, 2) -> (N,)."""
    return perceptron(h, torch.tensor([1.0, 1]), -1.5)


draw_xor(hidden, last, corners, xor)
assert torch.equal(last(hidden(corners)), xor)

# %% [markdown]
# *Left: the network, a weight on each arrow, a bias below each neuron. Middle: no line parts the classes, but two lines make a band. Right: the same four points, as the hidden neurons see them. Both ones have moved to the corner (1, 1), and now one line is enough.*
#
# The walk from corner to corner sees two changes now: two hidden neurons have bought one more than a single neuron can give.
# This picture comes back at the end of the chapter: **hidden layers move the data until the last question is easy.**
#
# Two changes make it trainable. The step $\mathbb{1}\{z \ge 0\}$ has slope 0 almost everywhere, so a small change of a weight changes nothing and gives no hint. It is replaced by an **activation** $\sigma$ with a useful slope: $\mathrm{ReLU}(z) = \max(0, z)$, or $\tanh z$. And a layer holds many neurons, one row of a matrix each. The **multilayer perceptron** (MLP):
#
# $$ a_0 = x, \qquad z_l = W_l\, a_{l-1} + b_l, \qquad a_l = \sigma_l(z_l), \qquad W_l \in \mathbb{R}^{n_l \times n_{l-1}}, \quad b_l \in \mathbb{R}^{n_l}, \qquad l = 1, \dots, K . $$
#
# $n_l$ is the **width** of layer $l$. The layers between input and output are hidden. With one of them the network is **shallow**, with more it is **deep**. The last layer often has no activation: its outputs are scores.
#
# In PyTorch an affine layer is `nn.Linear(n_in, n_out)`, and a network is `nn.Sequential`. The formula above is for one example, a column. PyTorch takes a batch, one example a *row*, so there it reads $a W^\top + b$, and the weight is stored as (out, in), just like $W_l$.

# %% tags=["claim:introduction-mlp-in-pytorch"]
layer = nn.Linear(2, 4).double()
rows = torch.randn(32, 2, dtype=torch.float64)
small = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
print(small, "with", sum(p.numel() for p in small.parameters()), "parameters")
assert layer.weight.shape == (4, 2) and sum(p.numel() for p in small.parameters()) == 17
torch.testing.assert_close(layer(rows), rows @ layer.weight.T + layer.bias, rtol=0, atol=1e-12)

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:introduction-mlp-definition", "claim:introduction-neural-network-is-a-composition"]
# @title Check it: nn.Sequential is the recursion
layers = [nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3)]
net = nn.Sequential(*layers).double()
x = torch.randn(100, 5, dtype=torch.float64)  # a_0 = x: (100, n_0)
a = x
for l, layer in enumerate(net[::2], 1):  # the three affine layers
    z = a @ layer.weight.T + layer.bias
    a = torch.relu(z) if l < 3 else z
assert (a - net(x)).abs().max() < 1e-12

# %% [markdown]
# **What it costs.** A layer from $n_{l-1}$ to $n_l$ units has $n_l\, n_{l-1}$ weights and $n_l$ biases. To run it on one example takes $n_l\, n_{l-1}$ multiply-adds.

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:introduction-dense-parameter-count", "erratum:err-introduction-flops-versus-macs"]
# @title Check it: parameters of 784-128-10, and two operations for a multiply-add
reader = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
with FlopCounterMode(display=False) as counter:
    nn.Linear(100, 50)(torch.randn(1, 100))
assert sum(p.numel() for p in reader.parameters()) == (784 + 1) * 128 + (128 + 1) * 10
assert counter.get_total_flops() == 2 * 100 * 50

# %% [markdown]
# **Where beginners fall in.** Is the cost of a layer from 100 to 50 units 5 000 or 10 000? Both are in print. Some count multiply-adds (MACs), some count multiplication and addition as two floating-point operations (FLOPs), and papers often write "FLOPs" and mean MACs. FLOPS with a capital S is a speed: operations per *second*.
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

# %% jupyter={"outputs_hidden": true} tags=["claim:introduction-linear-stack-collapses", "predict", "hide-output"]
first = nn.Linear(6, 2).double()
second = nn.Linear(2, 5).double()
third = nn.Linear(5, 4).double()
W = third.weight @ second.weight @ first.weight
b = third.weight @ (second.weight @ first.bias + second.bias) + third.bias
x = torch.randn(50, 6, dtype=torch.float64)
print("one matrix", tuple(W.shape), "of rank", torch.linalg.matrix_rank(W).item())
torch.testing.assert_close(third(second(first(x))), x @ W.T + b, rtol=0, atol=1e-12)
assert torch.linalg.matrix_rank(W) <= 2  # the narrowest width

# %% [markdown]
# Nothing. It *is* one affine layer, and of rank 2 only, because everything must pass through two numbers in the middle. Without bends no depth can make the answer change a second time on a straight walk.

# %% [markdown] tags=["pause"]
# > **A place to pause.** You can build a network from neurons, by hand and in PyTorch. The second half asks what such a network can express, how it learns, and when to believe it.

# %% [markdown]
# ## 1.6 Each hidden unit buys a bend
#
# Along a straight walk a network has one input, the place on the walk. So look at networks of one input.
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


# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Left: three hinges, which begin to rise or fall at 0, 1 and 2. Right: their sum, a zigzag with kinks at 0, 1 and 2, and the sum after one weight was changed: equal up to 1, then with another slope, kinks at the same places."}} tags=["predict", "hide-output"]
x = torch.linspace(-1, 3, 401)
c = torch.tensor([0.0, 1, 2])
v = torch.tensor([1.0, -2, 1.5])
changed = torch.tensor([1.0, -1, 1.5])
before = one_hidden_layer(x, c, v)
after = one_hidden_layer(x, c, changed)
draw_hinges(x, torch.relu(x[:, None] - c) * v, before, after)
assert ((before == after) == (x <= 1)).all()

# %% [markdown]
# The curves part at $c_2 = 1$, and the kinks stay: the $c_i$ place them, the $v_i$ say by how much the slope changes there.
#
# *Left: three hinges. Right: their sum, before and after the change.*
#
# So $n$ hinges make a polyline of at most $n + 1$ pieces. Each piece crosses a given height at most once: **with $n$ hidden ReLU units in one layer the answer changes at most $n + 1$ times along a straight walk.**
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
# Now follow a function $f$ with $n$ hinges: at each of $n$ equally spaced points turn to the slope that reaches the next value. No training, just weights by hand.


# %%
def polyline(f, n, low, high):
    """c, v, b of n hinges that meet f in n + 1 points of [low, high]."""
    ends = torch.linspace(low, high, n + 1, dtype=torch.float64)
    slopes = f(ends).diff() * n / (high - low)
    return ends[:-1], slopes.diff(prepend=torch.zeros(1, dtype=torch.float64)), f(ends[0])


# %% [markdown]
# How good is it? A chord misses a curve by at most $h^2 / 8$ times its largest second derivative, where $h$ is the distance of its ends. For sine on $[0, 2\pi]$ that is $(2\pi / n)^2 / 8$.

# %% tags=["claim:introduction-universal-approximation"]
around = torch.linspace(0, 2 * math.pi, 5001, dtype=torch.float64)


def follow(n):
    """Sine by n hinges."""
    c, v, b = polyline(torch.sin, n, 0, 2 * math.pi)
    return one_hidden_layer(around, c, v, b)


widths = [2, 4, 6, 8, 12, 16, 32, 100, 1000]
errors = [(follow(n) - around.sin()).abs().max().item() for n in widths]
print(f"largest error of 100 hinges: {errors[-2]:.6f}")
assert all(error <= (2 * math.pi / n) ** 2 / 8 for n, error in zip(widths, errors, strict=True))


# %%
def widen(n):
    """Sine by n hinges, and where n stands among the errors of all widths."""
    ends = torch.linspace(0, 2 * math.pi, n + 1)
    return draw_width(around, around.sin(), follow(n), (ends, ends.sin()), widths, errors, n)


explore(widen, n=widths[:-2], start=8, alt="Sine followed by one hidden layer")

# %% [markdown]
# *Grey: sine. Orange: the network, with a dot at each kink. For large $n$ ten times the width makes the error a hundred times smaller.*
#
# The general statement is the **universal approximation theorem** (Cybenko 1989; Hornik 1991; Leshno et al. 1993). One hidden layer with a continuous activation that is not a polynomial comes as near as you like to any continuous function *on a bounded closed set*, if it is wide enough.
#
# **Where beginners fall in.** The theorem is often quoted without its fine print. It says nothing outside the set. It does not say how wide, and it does not say that training will find the weights. Here is a network that follows sine well on $[-\pi, \pi]$. **Predict:** is its largest error between 20 and 100 about 0.1, about 1, or much more?

# %% jupyter={"outputs_hidden": true} tags=["erratum:err-introduction-universal-approximation-domain", "nbval-check-output", "predict", "hide-output"]
c, v, b = polyline(torch.sin, 200, -math.pi, math.pi)
misses = []
for low, high in [(-math.pi, math.pi), (20, 100)]:
    x = torch.linspace(low, high, 10_001, dtype=torch.float64)
    misses.append((one_hidden_layer(x, c, v, b) - x.sin()).abs().max().item())
print(f"largest error inside {misses[0]:.4f}, outside {misses[1]:.0f}")
assert misses[0] < 0.001 and misses[1] > 90

# %% [markdown]
# Much more, and the farther the worse: beyond its last kink a network of finitely many hinges is straight, and a line follows no sine for long. (With the sine itself as activation it could. The theorem promises nothing there, and forbids nothing.)

# %% [markdown]
# ### Depth: folding
#
# Why deep, when wide is enough? Because some functions need far fewer units when they are composed. Two hinges make a tent, which *folds* the interval $[0, 1]$ in the middle:
#
# $$ t(x) = 2\,\mathrm{ReLU}(x) - 4\,\mathrm{ReLU}(x - \tfrac12) . $$
#
# Put the tent into the tent, and again. Each level costs 2 units. **Predict:** how often does the result of five levels cross the height one half: 6, 10 or 32 times?

# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Three plots on the interval from 0 to 1 with a dashed line at one half: the tent, which crosses the line twice; three levels, a zigzag that crosses it 8 times; five levels, 32 times."}} tags=["claim:introduction-depth-saves-units", "predict", "hide-output"]
x = torch.arange(1025, dtype=torch.float64) / 1024
curves = {}
y = x
for level in range(1, 6):
    y = 2 * torch.relu(y) - 4 * torch.relu(y - 0.5)
    curves[level] = y
draw_folds(x, {level: curves[level] for level in (1, 3, 5)})
crossings = [((y[:-1] - 0.501) * (y[1:] - 0.501) < 0).sum().item() for y in curves.values()]
pieces = [1 + (y.diff().diff().abs() > 1e-9).sum().item() for y in curves.values()]
assert crossings == pieces == [2, 4, 8, 16, 32]

# %% [markdown]
# 32 times. Each level folds once more, and a fold doubles everything that comes after: $2^k$ straight pieces from $2k$ units, and each crosses one half.
#
# *The tent put into itself, and the height one half (dashed).*
#
# One hidden layer needs at least 31 units for what the deep network does with 10, and at 20 levels more than a million instead of 40. So **width buys changes one by one, depth can double them.** Real data are no tents; whether depth helps on them is a matter of experiments, which chapter 6 makes.
#
# ## 1.7 Learning is descending
#
# So far we set the weights by hand. Nobody can do that for a picture. We need a *measure* of how bad the weights are, and a way downhill.
#
# The **loss** $\ell$ compares an output with the truth. The **empirical risk** is its mean over the $N$ training examples,
#
# $$ \mathcal{L}(\theta) = \frac1N \sum_{i=1}^N \ell\big(f_\theta(x_i), y_i\big) . $$
#
# If $y$ is a real number, this is **regression**, with $\ell = (f_\theta(x) - y)^2$ for example. If it is one of $C$ classes, it is **classification**. Then the network returns $C$ scores $s$, **softmax** makes probabilities of them, $p_j = e^{s_j} / \sum_i e^{s_i}$, and the loss is the **cross-entropy** $-\log p_y$: small when the right class is likely. With the natural logarithm its unit is the **nat**. Chapter 4 derives both.
#
# The **gradient** $\nabla \mathcal{L}$ points where $\mathcal{L}$ grows fastest. So go against it, in small steps of size $\eta$, the **learning rate**:
#
# $$ \theta \leftarrow \theta - \eta\, \nabla \mathcal{L}(\theta) . $$
#
# Where the exact answer is known: the model is $f_\theta(x) = \theta x$ with squared error. Then $\mathcal{L}'(\theta) = \frac2N \sum_i (\theta x_i - y_i)\, x_i$, and $\mathcal{L}' = 0$ gives $\theta^\star = \sum_i x_i y_i / \sum_i x_i^2$.

# %%
x = torch.randn(100, dtype=torch.float64)
y = 3 * x + torch.randn(100, dtype=torch.float64)
theta = 0.0
exact = ((x * y).sum() / (x * x).sum()).item()
for _ in range(100):
    theta = theta - 0.2 * (2 * (theta * x - y) * x).mean().item()
print(f"descended to {theta:.12f}\nexact answer {exact:.12f}")
assert abs(theta - exact) < 1e-9

# %% [markdown]
# For a network the gradient comes from `loss.backward()`, and chapter 2 shows how. Here are all **building blocks** in one step of training, on a batch of handwritten digits.

# %% tags=["claim:introduction-building-blocks"]
data = digits()  # tensors: pictures (N, 1, 8, 8) and classes (N,)
loader = DataLoader(TensorDataset(data.X_train, data.y_train), batch_size=64)  # data pipeline
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).to(device)  # layers, on the hardware
loss_function = nn.CrossEntropyLoss()  # loss
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)  # gradient descent

X, y = next(iter(loader))
X = X.to(device)
y = y.to(device)
before = loss_function(model(X), y)
before.backward()  # automatic differentiation
optimizer.step()
after = loss_function(model(X), y)
print(f"loss on this batch: {before.item():.4f}, after one step {after.item():.4f}")
assert after < before

# %% [markdown]
# Repeat that, each time on another random batch, and you are training. This loop trains everything in this chapter. AdamW is gradient descent that chooses its step for each parameter (chapter 4). `backward` *adds* to the gradients that are there, so `zero_grad` clears those of the step before. `watch`, where there is one, is called with each step and its loss.


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
# **The spirals.** First a linear model, then an MLP 2-64-64-2. Both are judged on fresh points that they were not trained on.

# %%
X = X_spirals.to(device)
y = y_spirals.to(device)
X_fresh, y_fresh = (part.to(device) for part in two_spirals(1000))
linear = train(mlp(2, 2), X, y, lr=1e-2)
model = mlp(2, 64, 64, 2)
snapshots = {}


def keep(step, loss):
    if step in (0, 25, 50, 100, 150, 200, 300, 500, 999):
        snapshots[step] = deepcopy(model).cpu()


train(model, X, y, steps=1000, lr=1e-2, watch=keep)
right_linear = accuracy(linear, X_fresh, y_fresh)
right_mlp = accuracy(model, X_fresh, y_fresh)
print(f"right on fresh points: linear {right_linear:.3f}, MLP {right_mlp:.3f}")
assert right_linear < 0.7 and right_mlp > 0.98

# %% [markdown]
# Watch the boundary wind itself up.


# %%
def wind(step):
    """What the network says everywhere, after so many steps of training."""
    snapshot = snapshots[step]
    points = X_fresh[:400].cpu()
    return draw_winding(lambda grid: snapshot(grid).argmax(1), points, y_fresh[:400].cpu(), step)


explore(wind, step=list(snapshots), start=999, alt="Two spirals and the regions of a network")

# %% [markdown]
# *Shading: what the network says. Points: fresh data. Straight boundaries bend, then wind.*
#
# Now walk through both models, and look at the spirals as the last hidden layer of the MLP holds them: 64 numbers for each point, of which we draw the distance from the last layer's boundary and the direction across it in which the points spread most.

# %% mystnb={"image": {"alt": "Left: the spirals with the regions of the trained network and the walk. Right: the same points as the last hidden layer holds them; a vertical line, the boundary of the last layer, has one class on each side."}}
walk = torch.stack([torch.linspace(-1.15, 1.15, 2301), torch.zeros(2301)], dim=1)
trained = deepcopy(model).cpu()
with torch.no_grad():
    held = trained[:-1](X_fresh.cpu())  # (N, 64)
    difference = trained[-1].weight[1] - trained[-1].weight[0]
    along = (trained(X_fresh.cpu()) @ torch.tensor([-1.0, 1])) / difference.norm()
    across = held - torch.outer(held @ difference, difference) / difference.square().sum()
    spread = torch.pca_lowrank(across, q=1)[2][:, 0]
draw_two_views(
    lambda grid: trained(grid).argmax(1), X_fresh.cpu(), y_fresh.cpu(), along, across @ spread
)
changes = [(m.cpu()(walk).argmax(1).diff() != 0).sum().item() for m in (linear, trained)]
print(f"changes on the walk: linear {changes[0]}, MLP {changes[1]}")
assert changes[0] <= 1 and changes[1] >= 5

# %% [markdown]
# *Left: the inputs, with the walk. Right: the same points after the hidden layers. What was wound up lies on two sides of one line.*
#
# That is the picture of XOR again, and nobody placed a weight: the hidden layers have moved the data until one neuron can finish.

# %% [markdown]
# ## 1.8 When to believe it
#
# We do not care about the training examples. We care about new ones. The **risk** is the mean loss over *all* data that may come, $\mathbb{E}[\ell(f_\theta(X), Y)]$. It cannot be computed, because nobody has all data. The empirical risk stands in for it. How good a stand-in is it?
#
# Take a case where the truth is known. Two equally likely classes are Gaussian clouds with centres $(-1, 0)$ and $(1, 0)$ and variance 1. The fixed rule "class 1 if $x_1 > 0$" errs exactly with probability $p = \Phi(-1) = 0.1587$, where $\Phi(t)$ is the probability that a normal variable of mean 0 and variance 1 is at most $t$. We estimate that from $N$ examples, 500 times for each $N$. An average of $N$ coin flips with probability $p$ has the standard deviation $\sqrt{p (1 - p) / N}$.

# %% tags=["claim:introduction-training-objective"]
clouds = Gaussians.two()
risk = clouds.best_error()  # of this very rule
for N in [10, 100, 1000, 10_000]:
    X, y = clouds.sample(500 * N)
    wrong = ((X[:, 0] > 0) != (y == 1)).double().view(500, N)
    off = (wrong.mean(1) - risk).square().mean().sqrt().item()
    formula = math.sqrt(risk * (1 - risk) / N)
    print(f"N = {N:6,}: typically {off:.4f} off, by the formula {formula:.4f}")
    assert abs(off / formula - 1) < 0.2
assert round(risk, 4) == 0.1587

# %% [markdown]
# The formula holds: a hundred times the examples, ten times the precision.
#
# That holds for a rule that was fixed *before* looking at the examples. **A rule chosen on them is another matter.** Here are a hundred perceptrons with random weights, and labels that are coin flips. There is nothing to learn. We keep the perceptron that does best on 100 examples. **Predict:** what is its accuracy on these 100, and what on fresh ones?

# %% jupyter={"outputs_hidden": true} tags=["claim:introduction-ml-pipeline", "predict", "hide-output"]
X = torch.randn(10_100, 20)
y = torch.randint(2, (10_100,))
answers = (X @ torch.randn(20, 100) > 0).long()  # (N, 100): a column for each perceptron
right = (answers == y[:, None]).double()
where_chosen = right[:100].mean(0)
on_fresh = right[100:].mean(0)
best = where_chosen.argmax()
print(
    f"best of a hundred: {where_chosen[best]:.2f} where chosen, {on_fresh[best]:.3f} on fresh data"
)
assert where_chosen[best] > 0.56 and abs(on_fresh[best] - 0.5) < 3 * 0.5 / math.sqrt(10_000)

# %% [markdown]
# About 0.6 where it was chosen, one half on fresh data. The best of many tries is too good on the data that chose it. So the data are cut into three parts, once, before anything else:
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
# ## 1.9 Cats, dogs, and what was really learned
#
# The classic first task: is there a cat or a dog in the picture? ImageNet has five classes of domestic cats (numbers 281 to 285) and 118 breeds of dogs (151 to 268). So the network of section 1.1 can answer: add up the probabilities of each kind.

# %% tags=["claim:introduction-cats-vs-dogs"]
for name in ["horse", "coffee", "chelsea"]:
    p = look(pictures[name])
    print(f"{name:8} cats {p[281:286].sum():.3f}, dogs {p[151:269].sum():.3f}")
assert p[281:286].sum() > 0.85 and p[151:269].sum() < 0.05  # chelsea, the last one
assert look(pictures["horse"])[151:269].sum() > 0.7

# %% [markdown]
# Chelsea is a cat, and coffee is neither. The horse is a dog, with three quarters in all: the Great Dane of section 1.1 has one, and other breeds have the other two.
#
# A high accuracy says *that* a network is right. It does not say *why*. Let one affine layer tell squares of 16 × 16 pixels of the cat's photograph from squares of the coffee's. Each photograph is cut into eight strips: it learns on every second one and is tested on those between, which it has never seen.


# %%
def squares(picture, strips, n=500, side=16):
    """n random squares of a picture (3, H, W) from these eighths of its width: (n, 3, side, side)."""
    _, height, width = picture.shape
    found = []
    for _ in range(n):
        strip = strips[torch.randint(len(strips), (1,)).item()]
        row = torch.randint(height - side + 1, (1,)).item()
        column = strip * (width // 8) + torch.randint(width // 8 - side + 1, (1,)).item()
        found.append(picture[:, row : row + side, column : column + side])
    return torch.stack(found) / 255


def grey(X):
    """The same squares without colour."""
    return X.mean(1, keepdim=True).expand(-1, 3, -1, -1)


# %% [markdown]
# In colour it gets more than three quarters right, as if it knew fur from china. **Predict:** what is its accuracy on the *same* squares when their colour has been taken away? And if it *learns* in grey? And with nothing but the three means of red, green and blue?

# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "The photographs of the cat and of the coffee with every second strip shaded as unseen; beside them bars of accuracy over three seeds: above three quarters in colour and from the three colour means alone, at one half for grey pictures, and a little above one half when trained in grey."}} tags=["predict", "hide-output"]
two = [pictures["chelsea"], pictures["coffee"]]
y = torch.arange(1000).to(device) // 500
shares = {"in colour": [], "shown in grey": [], "trained in grey": [], "three means": []}
for seed in range(3):
    runtime.seed_everything(seed)
    X = torch.cat([squares(picture, [0, 2, 4, 6]) for picture in two]).to(device)
    X_new = torch.cat([squares(picture, [1, 3, 5, 7]) for picture in two]).to(device)
    in_colour = train(mlp(768, 2), X, y)
    in_grey = train(mlp(768, 2), grey(X), y)
    by_means = train(mlp(3, 2), X.mean((2, 3)), y, lr=1e-2)
    shares["in colour"].append(accuracy(in_colour, X_new, y))
    shares["shown in grey"].append(accuracy(in_colour, grey(X_new), y))
    shares["trained in grey"].append(accuracy(in_grey, grey(X_new), y))
    shares["three means"].append(accuracy(by_means, X_new.mean((2, 3)), y))
draw_shortcut(two, shares)
assert min(shares["in colour"]) > 0.7 and max(shares["shown in grey"]) < 0.55
assert min(shares["three means"]) > 0.7 and max(shares["trained in grey"]) < 0.68

# %% [markdown]
# In grey it guesses: one half. Learning in grey hardly helps this layer, and three numbers that know nothing of fur do about as well as all 768.
#
# *Shaded: strips that were not learned from. Bars: means over three seeds (dots); dashed: chance.*
#
# So colour was what it used, and colour was enough. A test set cut from the same two photographs does not tell: it shares the shortcut. A network learns what *separates the data*, not what you had in mind (Geirhos et al., 2020).

# %% [markdown]
# ## 1.10 The experiment: a network that reads
#
# Now everything together, with the pipeline of section 1.8: 1 797 handwritten digits of 8 × 8 pixels (Alpaydin and Kaynak, 1998), ten classes. One fifth is the test part. Of the rest, 300 digits are the validation part, which chooses the learning rate of an MLP 64-64-10. An untrained network guesses about one in ten. We want more than 95 %.

# %% tags=["claim:introduction-usual-setup"]
runtime.seed_everything(0)
X, y, X_test, y_test = (part.to(device) for part in digits())
X = 2 * X - 1  # from [0, 1] to [-1, 1]
X_test = 2 * X_test - 1
rates = [5e-4, 5e-3, 5e-2]
chosen_by = {}
for lr in rates:
    candidate = train(mlp(64, 64, 10), X[300:], y[300:], steps=400, lr=lr)
    chosen_by[lr] = accuracy(candidate, X[:300], y[:300])
best_rate = max(rates, key=chosen_by.get)
print({lr: round(share, 3) for lr, share in chosen_by.items()}, "so the rate is", best_rate)

# %% mystnb={"image": {"alt": "Two curves over 800 steps of training: the loss falls from 2.3 towards 0, the accuracy on the validation part rises from about 0.1 to above 0.95."}} tags=["claim:introduction-usual-setup"]
reader = mlp(64, 64, 10)
untrained = accuracy(reader, X_test, y_test)
live = LiveCurves(loss="loss (nats)", accuracy="validation accuracy")


def watch(step, loss):
    live.add(step, loss=loss)
    if step % 50 == 0 or step == 799:  # 799 is the last one
        live.add(step, accuracy=accuracy(reader, X[:300], y[:300]))
        live.draw()


train(reader, X[300:], y[300:], steps=800, lr=best_rate, watch=watch)
A = accuracy(reader, X_test, y_test)
half = 1.96 * math.sqrt(A * (1 - A) / len(X_test))
print(f"test accuracy {untrained:.3f} before, {A:.3f} ± {half:.3f} after")
assert untrained < 0.3 and A > 0.95

# %% [markdown]
# *The loss on random batches (left) and the accuracy on the validation part (right). The test part was opened once, in the last lines.*
#
# **And why now?** Section 1.2 said: data, too. Train the same network with 50, 200 and 800 of the digits, five times each.

# %% tags=["claim:introduction-why-now"]
sizes = [50, 200, 800]
table = torch.zeros(5, 3)
for seed in tqdm(range(5), leave=False):
    for i, N in enumerate(sizes):
        rows = torch.randperm(len(X))[:N].to(device)
        fresh = train(mlp(64, 64, 10), X[rows], y[rows], steps=200, lr=5e-3)
        table[seed, i] = accuracy(fresh, X_test, y_test)
for i, N in enumerate(sizes):
    print(
        f"{N:3} digits: accuracy {table[:, i].mean():.3f}, from {table[:, i].min():.3f} to {table[:, i].max():.3f}"
    )
assert (table[:, 0] < table[:, 1]).all() and (table[:, 1] < table[:, 2]).all()

# %% [markdown]
# In each of the five repetitions more digits made the same network better, and the gain shrinks. The network did not change, only the data did.

# %% [markdown]
# ## Questions
#
# 1. A perceptron has $w = (3, 4)$ and $b = -10$. How far is the origin from its boundary, and what does it say there?
#    <details><summary>Answer</summary>$(0 + 0 - 10) / \sqrt{9 + 16} = -2$: distance 2, on the side of the zeros.</details>
# 2. Someone stacks ten linear layers without activations and is surprised that it is no better than one. Explain in a sentence.
#    <details><summary>Answer</summary>A composition of affine maps is one affine map.</details>
# 3. A ReLU network with one input and one hidden layer is to have 100 straight pieces. How many units does it need at least? How many levels of tents have as many?
#    <details><summary>Answer</summary>99, one for each kink. Seven levels, 14 units, since $2^7 = 128$.</details>
# 4. Your loss is `((model(X) - y) ** 2).mean()`, where the model has one output and `y` has the shape (64,). What is wrong?
#    <details><summary>Answer</summary>`model(X)` has the shape (64, 1), so the difference is (64, 64). Use `model(X)[:, 0]`, or give `y` a second axis.</details>
# 5. Two networks have 94 % and 96 %, each on 100 test examples of its own. Is the second one better?
#    <details><summary>Answer</summary>You cannot tell. The intervals are about ±4.7 and ±3.8 per cent.</details>
#
# ## Summary
#
# - A **neural network** is a composition of affine maps and bends, with parameters that data choose.
# - **Tensors**: slices and views share memory, and broadcasting stretches in silence.
# - Along a straight walk the answer of one **perceptron** changes at most once. Each hidden unit of one layer buys at most one change more, and levels of folds can double them. Without bends nothing is bought.
# - **Width** approximates any continuous function on a bounded closed set; outside it nothing is promised.
# - **Training** is gradient descent on the empirical risk. It finds hidden layers that move the data until one neuron can finish.
# - What counts is the risk on new data: split first, test once, and ask *what* was learned.

# %% [markdown] tags=["proved"]
# **Checked by running code:** 24 statements, 19 of them in this notebook, the others in the course's tests. [Here is the list](../docs/proved/01_introduction.md).

# %% [markdown]
# **Read next.** LeCun, Bengio and Hinton, *Deep learning* (Nature 2015), nine pages by three of those who made it. Rosenblatt, *The perceptron* (Psychological Review 1958). Telgarsky, *Benefits of depth in neural networks* (COLT 2016), for the tents.
# Geirhos et al., *Shortcut learning in deep neural networks* (Nature Machine Intelligence 2020), for many more networks that had read the colour.
#
# **Now you.** The exercise is in `exercises/01_introduction/`. It ends with two spirals of your own.
