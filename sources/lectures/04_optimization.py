# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4. Optimization
#
# **After this chapter you can derive the loss that fits your data, write every optimizer that trains today's networks, and predict how many steps it will need.**
#
# *You need:* gradients and the chain rule (chapter 2), the training loop (chapter 3), the logarithm, and the normal distribution.
# *Time:* two halves of about 50 minutes: losses, then optimizers. There is a place to pause between them.

# %% [markdown] tags=["badge"]
# *This notebook runs in JupyterLab. The course is not published yet, so there is no button here that opens it in Colab.*

# %% [markdown]
# **Do you remember?** Answer first, then unfold.
#
# 1. A classifier has scores $z$, probabilities $p = \mathrm{softmax}(z)$ and the loss $-\log p_y$. What is its gradient with respect to $z$?
#    <details><summary>Answer</summary>$p - \mathrm{onehot}(y)$: what the model says minus the truth (chapter 2). No entry is larger than 1 in size.</details>
# 2. Predictions of shape (64, 1) meet targets of shape (64,) in a squared error. What happens?
#    <details><summary>Answer</summary>Broadcasting makes a (64, 64) table of all pairs. No error is raised, and the model learns to predict the mean.</details>
# 3. You try five learning rates. On which data do you compare them?
#    <details><summary>Answer</summary>On validation data (chapter 3). The test data are for the one setting that you chose in the end.</details>

# %% tags=["setup"]
# Set-up, the same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: the course itself would have to be fetched
    raise SystemExit("This course is not published, so Colab cannot fetch it: use JupyterLab.")

from helpers.plotting import use_style

use_style()

# %%
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from helpers import losses, optimizers
from helpers.checks import close, your_turn
from helpers.data import digits
from helpers.plotting import BLUE, ORANGE, LiveCurves, plot_curves
from helpers.runtime import device, seed_everything
from helpers.widgets import explore

torch.set_default_dtype(torch.float64)  # proofs need all the digits; training will not
torch.set_num_threads(1)  # problems this small gain nothing from a second thread
seed_everything(0)

# %% [markdown]
# ## 4.1 First, a race
#
# Training a network means walking downhill on a landscape, with no view beyond one's feet. Five walkers start at the same point.
# Each knows the gradient under its feet, and nothing else. You will build all five.


# %%
def walk(make, surface, start, steps=80):
    """The points that an optimizer visits on a surface of two variables, (steps, 2)."""
    theta = torch.tensor(start, requires_grad=True)
    optimizer, points = make([theta]), []
    for _ in range(steps):
        points.append(theta.detach().clone())
        optimizer.zero_grad()
        surface(*theta).backward()
        optimizer.step()
    return torch.stack(points)


# %%
walkers = {
    "gradient descent": lambda p: optimizers.SGD(p, lr=0.04),
    "momentum": lambda p: optimizers.Momentum(p, lr=0.04, momentum=0.9),
    "AdaGrad": lambda p: optimizers.AdaGrad(p, lr=0.5),
    "RMSProp": lambda p: optimizers.RMSProp(p, lr=0.05, alpha=0.9),
    "Adam": lambda p: optimizers.Adam(p, lr=0.2),
}
surfaces = {  # name: function, start, borders of the map
    "ravine": (lambda x, y: 0.05 * x**2 + 5 * y**2, [-4.0, 0.9], (-4.5, 1.5, -1, 1)),
    "curved valley": (lambda x, y: (1 - x) ** 2 + 3 * (y - x**2) ** 2, [-1.3, 0.3], (-2, 2, -1, 3)),
    "saddle": (lambda x, y: x**2 + y**4 / 4 - y**2 / 2, [-1.5, 1e-4], (-2, 2, -1.6, 1.6)),
    "two wells": (lambda x, y: x**4 / 4 - x**2 / 2 + x / 8 + y**2, [1.6, 1.2], (-2, 2, -1.6, 1.6)),
}

# %% [markdown]
# **Predict.** Who will be first in the ravine? And will the same one be first everywhere? Every walker keeps its settings on all four maps. Choose one with the slider.


# %%
def race(surface):
    """The walkers' paths on the map of a surface, and how fast each loses height."""
    f, start, (x_from, x_to, y_from, y_to) = surfaces[surface]
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    x, y = torch.linspace(x_from, x_to, 401), torch.linspace(y_from, y_to, 401)
    heights = f(*torch.meshgrid(x, y, indexing="xy"))
    left.contour(x, y, (heights - heights.min()).sqrt(), levels=14, colors="0.8", linewidths=0.8)
    for name, make in walkers.items():
        points = walk(make, f, start)
        left.plot(*points.T, ".-", markersize=4, linewidth=1)
        right.semilogy((f(*points.T) - heights.min()).cummin(dim=0).values, label=name)
    left.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$")
    right.set(xlabel="step", ylabel="least height so far", ylim=(1e-5, 20))
    right.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


explore(race, surface=list(surfaces), alt="Paths of five optimizers, and their heights")

# %% [markdown]
# *Left: paths on the level lines. Right: the least height so far. In the ravine gradient descent creeps; from the saddle they leave after very different times; where there are two wells, four of five stay in the wrong one.*
#
# No walker wins everywhere, so it pays to know what each one does. The second half of the chapter is about them. The first half is about the landscape: *what* should be small?
#
# # First half: losses
#
# ## 4.2 A loss is a belief about noise
#
# For numbers the usual loss is the **squared error** $\ell(\hat y, y) = (\hat y - y)^2$, with gradient $2 (\hat y - y)$. Why the square?
# Suppose that the data are a model plus normal noise, $y_i = f_\theta(x_i) + \xi_i$: the noises $\xi_i \sim \mathcal{N}(0, \sigma^2)$ of the examples are independent of each other, and all have the same $\sigma$. The probability density of *all* the data is a product over the examples:
#
# $$ \prod_{i=1}^N \tfrac{1}{\sqrt{2\pi}\,\sigma} \exp\left( -\frac{(y_i - f_\theta(x_i))^2}{2\sigma^2} \right)
#  = \text{const} \cdot \exp\Big( -\frac{1}{2\sigma^2} \sum_{i=1}^N (y_i - f_\theta(x_i))^2 \Big). $$
#
# **Maximum likelihood** chooses the $\theta$ under which what happened was most probable. Take minus the logarithm: products become sums, and maximal becomes minimal.
# What is left of $\theta$ is the sum of squares, divided by $2\sigma^2$.
#
# **Predict.** Below, three people believe in $\sigma = 0.1$, 1 and 10 and fit the same line $y = w x$. Do they find the same $w$?

# %%
x, w = torch.linspace(-1, 1, 20), torch.linspace(0, 3, 301)  # inputs, candidates for w
y = 1.5 * x + 0.5 * torch.randn(20)
squares = ((y - w[:, None] * x) ** 2).sum(dim=1)  # (301,)
best, normal = squares.argmin(), torch.distributions.Normal
surprise = {s: -normal(w[:, None] * x, s).log_prob(y).sum(dim=1) for s in (0.1, 1, 10)}

# %% mystnb={"image": {"alt": "Left: twenty noisy points and the fitted line through them. Right: negative log-likelihood above its minimum against the slope w, logarithmic axis, for sigma 0.1, 1 and 10: three V-shaped curves of the same form, one above the other, with their minimum at the same w."}} tags=["claim:optimization-mse-is-gaussian-likelihood"]
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.plot(x, y, "o")
left.plot(x, w[best] * x)
left.set(xlabel="x", ylabel="y", title=f"best slope w = {w[best]:.2f}")
above = {f"σ = {s}": (v - v.min() + 1e-6)[::10] for s, v in surprise.items()}
plot_curves(w[::10], above, "slope w", "−log likelihood, shifted", log="y", ax=right)
plt.show()
assert max((v - squares / (2 * s**2)).std() for s, v in surprise.items()) < 1e-9
assert all(v.argmin() == best for v in surprise.values())

# %% [markdown] tags=["erratum:err-optimization-likelihood-lost-sum", "erratum:err-optimization-mse-definition-is-a-sum"]
# *Three beliefs about the size of the noise, one best slope. The belief divides the sum of squares by $2\sigma^2$ and adds a constant, and neither moves the minimum.*
#
# So **least squares is maximum likelihood for normal noise, whatever $\sigma$** (as long as all examples share it). And the sum over $i$ belongs into the exponent: leave it out, and you fit a single example.
# Another belief about the noise gives another loss. Laplace's noise, of density proportional to $e^{-|\xi|}$, expects outliers. It gives the absolute error, whose best constant is the median: an outlier hardly moves it. The best constant for squares is the mean.
#
# **Where beginners fall in.** Textbooks write $\|\hat y - y\|_2^2$ for a vector of $d$ numbers. PyTorch's `MSELoss` averages over *all* $N \cdot d$ entries, so it is the mean of the squared norms divided by $d$. The minimum is the same.
# The gradient is $d$ times smaller, and so is the step that you take with a given learning rate.
#
# **Your turn (3 minutes).** The targets are *counts* $y = 0, 1, 2, \dots$, and you believe in Poisson's law: $\mathbb{P}(y) = \hat y^{\,y} e^{-\hat y} / y!$, where $\hat y > 0$ is the expected count.
# The model puts out a score $s$, and $\hat y = e^s$, which is positive whatever $s$ is. What is the loss? Leave out what does not depend on $s$.


# %%
def poisson_loss(s, y):
    """Minus the log-probability of the count y when exp(s) is expected, without log y!."""
    raise NotImplementedError


with your_turn():
    sign = {"Minus the logarithm: your loss rewards improbable counts.": -1.0}
    close(poisson_loss(torch.tensor(0.0), 3), 1.0, "the loss for the score 0, count 3", sign)
    close(poisson_loss(torch.tensor(1.0), 2), math.e - 2, "the loss for the score 1, count 2")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def poisson_loss(s, y):
#     return torch.exp(s) - y * s
# ```
#
# Its gradient is $e^s - y$, what the model expects minus what came. You will meet this form again and again.
# </details>

# %% [markdown]
# ## 4.3 Two classes: the logistic loss
#
# Now $y$ is 0 or 1, and the model puts out $p$, the probability of class 1. What happened had the probability $p$ if $y = 1$ and $1 - p$ if $y = 0$. Minus the logarithm of it is
#
# $$ \ell(p, y) = -\big[\, y \log p + (1 - y) \log(1 - p) \,\big], $$
#
# the **binary cross-entropy**. The minus in front matters: without it the loss rewards wrong answers, and it has no lower bound.
# At $p = \frac12$ it costs $\log 2 \approx 0.69$ nats to know nothing. To be wrong and sure costs any amount.

# %% mystnb={"image": {"alt": "Loss against the predicted probability p: for y = 1 the curve falls from above 4 at p near 0 to 0 at p = 1; for y = 0 it is the mirror image; they cross at p = 1/2 at the height log 2. A third curve, y = 1 without the minus, falls without bound towards p = 0."}} tags=["claim:optimization-binary-cross-entropy", "erratum:err-autodiff-binary-cross-entropy-sign"]
p = torch.linspace(0.01, 0.99, 29)
cost = {y: -(y * torch.log(p) + (1 - y) * torch.log(1 - p)) for y in (0, 1)}
curves = {"y = 1": cost[1], "y = 0": cost[0], "y = 1, minus forgotten": -cost[1]}
plot_curves(p, curves, "predicted probability p of class 1", "loss (nats)")
plt.show()
torch.testing.assert_close(cost[1], F.binary_cross_entropy(p, torch.ones(29), reduction="none"))
assert math.isclose(cost[1][14], math.log(2)) and (cost[1].diff() < 0).all()

# %% [markdown]
# *The logistic loss. For $y = 1$, $p = 0.9$ it is 0.105. The green line is the first formula without its minus: the more wrong, the better.*
#
# ## 4.4 Many classes: scores, softmax, labels
#
# A network for $C$ classes puts out $C$ **scores** $z \in \mathbb{R}^C$, any numbers. **Softmax** turns them into probabilities,
#
# $$ p_c = \frac{e^{z_c}}{\sum_{j} e^{z_j}}, \qquad\text{that is}\qquad \log p_c = z_c - \log \sum_j e^{z_j}, $$
#
# and the **cross-entropy** is once more minus the log-probability of what happened, $\ell(z, y) = -\log p_y$.
# With the label as a one-hot vector, $y_c = 1$ for the right class and 0 elsewhere, the same number is $-\sum_c y_c \log p_c$: the sum keeps one term.

# %% tags=["claim:optimization-cross-entropy-on-scores", "claim:optimization-multiclass-cross-entropy", "erratum:err-autodiff-multiclass-cross-entropy-sign", "erratum:err-autodiff-label-index-versus-one-hot"]
z, label = torch.tensor([[2.0, 0.5, -1.0], [0.0, 0.0, 0.0]]), torch.tensor([2, 0])
log_p = z - torch.log(torch.exp(z).sum(dim=1, keepdim=True))  # (2, 3)
by_index = -log_p[torch.arange(2), label]
by_onehot = -(F.one_hot(label, num_classes=3) * log_p).sum(dim=1)
by_torch = F.cross_entropy(z, label, reduction="none")
print("ours", by_index.tolist(), "\nPyTorch", by_torch.tolist())
torch.testing.assert_close(torch.stack([by_index, by_onehot]), by_torch.expand(2, 2))

# %% [markdown] tags=["erratum:err-optimization-log-probability-proportional"]
# Conventions that cost an hour each:
#
# - In PyTorch a label is an **index** from 0 to $C - 1$, in int64, and not a one-hot vector. The prediction is a vector. They are not members of the same set.
# - Softmax ignores a constant: $z$ and $z + 7$ have the same $p$. So $\log p_c$ is the score *plus a term that is the same for all classes*. It is not proportional to it. What is proportional is $p_c$ to $e^{z_c}$.
# - `CrossEntropyLoss` is `LogSoftmax` followed by `NLLLoss`. Give it **scores**. Softmax before it makes softmax twice, and training slow. Scores given to `NLLLoss`, which expects log-probabilities, make a loss without lower bound.
#
# How large is the loss? Since $\max_j z_j \le \log \sum_j e^{z_j} \le \max_j z_j + \log C$, it is the **gap** between the best score and the right one, up to $\log C$.
# And a network that knows nothing has loss $\log C$: for ten classes 2.3026. Look for this number in the first line of every training log.
#
# ## 4.5 The cliff
#
# The formula is right, and the computer falls over it. The largest float32 is about $3.4 \cdot 10^{38} \approx e^{88.7}$.
#
# **Predict.** The scores are $(s, 0, -s)$ and the right class is the last: a model that is wrong and sure. The loss is about $2s$. What does the formula give in float32 for $s = 100$, and does float64 help?


# %%
def naive(z, label):
    return -torch.log(torch.exp(z) / torch.exp(z).sum())[label]


def stable(z, label):
    z = z - z.max()  # softmax does not notice, and now no exponential exceeds 1
    return torch.log(torch.exp(z).sum()) - z[label]


# %% tags=["claim:optimization-cross-entropy-numerical-stability"]
def loss_and_slope(loss, s, dtype=torch.float32):
    z = torch.tensor([s, 0, -s], dtype=dtype, requires_grad=True)
    value = loss(z, 2)
    return value.item(), torch.autograd.grad(value, z)[0][0].item()  # slope by the first score


print("(loss, slope)     naive, float32    naive, float64   stable, float32")
for s in (10.0, 100.0, 1000.0):
    in32, in64 = loss_and_slope(naive, s), loss_and_slope(naive, s, torch.float64)
    right = loss_and_slope(stable, s)
    print(f"s = {s:<8g}", *(f"{value:10g}, {slope:<5.3g}" for value, slope in (in32, in64, right)))
assert in32[0] == in64[0] == math.inf and math.isnan(in32[1] + in64[1]) and right == (2000, 1)

# %% [markdown] tags=["erratum:err-optimization-softmax-gradient-explodes"]
# Double precision moves the cliff, it does not remove it. Two things break:
#
# - The loss is **inf**: the right class's probability **underflows** to 0 (float32 has nothing between 0 and $10^{-45}$), and $-\log 0 = \infty$.
# - The slope is **nan**, not a number: $e^s$ **overflows** to inf, and inf / inf has no value. One nan in one example ruins every weight at the next step.
#
# The *true* gradient is harmless: $p - \mathrm{onehot}(y)$, here $(1, 0, -1)$, and never larger than 1 in any entry. The stable function gets it right, because the subtraction of the maximum changes nothing: softmax does not notice it.
# This is the **log-sum-exp trick**. It sits in `log_softmax` and `cross_entropy`, in PyTorch and in `helpers.losses`, which is what you have just written, with batches and checks.

# %%
z, label = 300 * torch.randn(1000, 10), torch.randint(10, (1000,))
one_by_one = torch.stack([stable(row, y) for row, y in zip(z, label, strict=True)]).mean()
finished, by_torch = losses.cross_entropy(z, label), F.cross_entropy(z, label)
print(f"ours {one_by_one:.9f}, finished {finished:.9f}, PyTorch {by_torch:.9f}")
torch.testing.assert_close(torch.stack([one_by_one, finished]), by_torch.expand(2))

# %% [markdown]
# **Your turn (4 minutes).** The two-class loss from a score $s$, with $p = \sigma(s)$ and $y = 1$, is $-\log \sigma(s) = \log(1 + e^{-s})$. For $s = -1000$ the answer is 1000. Write it so that nothing overflows, and so that autograd finds the true gradient at $s = 0$, which is $-\frac12$.
# (`torch.logaddexp(a, b)` is $\log(e^a + e^b)$, with the larger of the two taken out.)


# %%
def logistic_loss(s):
    """log(1 + exp(-s)), for scores s of any size and sign, (N,)."""
    raise NotImplementedError


with your_turn():
    got = logistic_loss(torch.tensor([-1000.0, 0.0, 30.0])) * torch.tensor([1, 1, math.exp(30)])
    close(got, [1000.0, math.log(2), 1.0], "the losses at -1000, 0 and 30 (times exp(30))")
    close(torch.func.grad(logistic_loss)(torch.tensor(0.0)), -0.5, "the gradient at 0 (no kink)")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def logistic_loss(s):
#     return torch.logaddexp(torch.zeros_like(s), -s)
# ```
#
# The 1 is $e^0$, so this is a log-sum-exp of two numbers. For negative $s$ it takes $e^{-s}$ out of the logarithm: $\log(1 + e^{-s}) = -s + \log(1 + e^{s})$.
# Beware of `relu(-s) + log1p(exp(-abs(s)))`. Its values are right, but at $s = 0$ PyTorch gives both kinks the slope 0: the gradient is 0 instead of $-\frac12$, and a model whose scores start at 0 never learns.
# </details>

# %% [markdown]
# ## 4.6 From one example to a data set
#
# Training minimizes the average over the $N$ examples, the **empirical risk**
#
# $$ \mathcal{L}(\theta) = \frac1N \sum_{i=1}^N \ell\big(f_\theta(x_i), y_i\big), \qquad \nabla \mathcal{L}(\theta) = \frac1N \sum_{i=1}^N \nabla \ell\big(f_\theta(x_i), y_i\big). $$
#
# The gradient is the average of the examples' gradients, and the second half lives on that. But the aim is another number, the **population risk** $\mathbb{E}\,[\ell(f_\theta(X), Y)]$ over examples not yet seen.
# An optimizer controls the first only. A polynomial of degree 15 has a smaller training error on 20 points than one of degree 3, and a far larger error on new points. So stop early, validate, and read chapter 3 again.

# %% [markdown] tags=["pause"]
# > **A place to pause.** You can derive a loss from a belief about the data, and compute it without falling off the cliff. The second half walks downhill on it.

# %% [markdown]
# # Second half: optimizers
#
# ## 4.7 Gradient descent, and how far is one step
#
# Every method of this chapter has one shape: a starting point, a rule that makes the next point from the last one and from a memory, and an end.
# So here is the machine, once. The rules come one by one.


# %%
def run(update, gradient, theta, steps, state=0.0, **settings):
    """The points of an iterative method, (steps + 1, ...), from its rule for one step."""
    points = [theta]
    for t in range(steps):
        theta, state = update(theta, gradient, state, t, **settings)
        points.append(theta)
    return torch.stack(points)


def descent(theta, gradient, state, t, eta):
    return theta - eta * gradient(theta), state


# %% [markdown] tags=["erratum:err-optimization-gradient-ascent-sign"]
# That is **gradient descent**, $\theta_{t+1} = \theta_t - \eta \nabla \mathcal{L}(\theta_t)$. The gradient points uphill, hence the minus. With a plus you climb: on $x^2$, fifty steps of 0.1 from 1 lead to $1.2^{50} \approx 9100$.
#
# How large may the **learning rate** $\eta$ be? Look at a parabola, $\frac\beta2 x^2$ with curvature $\beta$. Its gradient is $\beta x$, so each step multiplies $x$ by $1 - \eta\beta$.
#
# **Predict.** What happens for $\eta = 1/(2\beta)$, $1.9/\beta$, $2/\beta$ and $2.1/\beta$?

# %% mystnb={"image": {"alt": "Distance to the minimum over 30 steps, logarithmic axis: for a step of 0.5 / beta it falls steeply, for 1.9 / beta it falls slowly, for 2 / beta it stays level, for 2.1 / beta it rises."}} tags=["claim:optimization-gradient-descent-step"]
beta, factors = 2.0, (0.5, 1.9, 2.0, 2.1)  # curvature 2: the parabola is x²
runs = [run(descent, lambda x: beta * x, torch.tensor(1.0), 30, eta=c / beta) for c in factors]
curves = {f"η = {c} / β": x.abs() for c, x in zip(factors, runs, strict=True)}
plot_curves(range(31), curves, "step", "distance to the minimum", log="y")
plt.show()
formula = (1 - torch.tensor(factors))[:, None] ** torch.arange(31)
torch.testing.assert_close(torch.stack(runs), formula, rtol=1e-12, atol=0)

# %% [markdown]
# *Straight lines: a constant factor a step. Above $2/\beta$ every step overshoots by more than it gains.*
#
# In many dimensions every direction has its own curvature, from $\mu$ (flattest) to $\beta$ (steepest). The steepest one limits $\eta$; the flattest one pays for it. With $\eta = 1/\beta$ its distance shrinks by
#
# $$ 1 - \frac{\mu}{\beta} = 1 - \frac1\kappa \quad\text{a step}, \qquad \kappa = \frac\beta\mu . $$
#
# This $\kappa$ is the **condition number**. It says how hard a problem is.
#
# **Your turn (3 minutes).** How many steps does gradient descent with $\eta = 1/\beta$ need to make the distance along the flattest direction `factor` times smaller, for example $10^{-3}$?


# %%
def steps_needed(kappa, factor=1e-3):
    """The smallest whole number of steps after which (1 - 1/kappa)^steps <= factor."""
    raise NotImplementedError


with your_turn():
    down = {"2^-9 is still larger than 1e-3: round up.": 9}
    close(steps_needed(2), 10, "the steps for kappa = 2", down)
    close(steps_needed(100), 688, "the steps for kappa = 100")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def steps_needed(kappa, factor=1e-3):
#     return math.ceil(math.log(factor) / math.log(1 - 1 / kappa))
# ```
#
# </details>
#
# So for $\eta = 1/\beta$ each digit, a factor of ten, costs about $\log(10)\, \kappa = 2.3\, \kappa$ steps. Deep networks have $\kappa$ in the thousands and more. Section 4.11 brings $\kappa$ down to $\sqrt\kappa$.

# %% [markdown]
# ## 4.8 Where the gradient vanishes
#
# A function is **convex** when the value half way between two points is at most the average of theirs. Then every stationary point is a global minimum, and descent is safe. The losses of 4.2 to 4.5 are convex in the *scores*.
# They are not convex in the weights of a network: swap two hidden units, and you have another point with the same loss, while half way the two units are equal and the network is in general worse.
#
# So where the gradient is zero there may be a minimum, a maximum or a saddle. The **Hessian** $H$, the matrix of second derivatives, tells them apart, most of the time.
#
# - All eigenvalues positive: a local minimum. It need not be the best one. All negative: a local maximum.
# - Positive and negative ones: a **saddle**, down in some directions and up in others.
# - Some zero, and no two of opposite sign: cannot tell. $x^3$ has slope and curvature 0 at 0 and no minimum there. At a minimum no eigenvalue is negative; the reverse does not hold.
#
# **Predict.** The left function has two wells, the right one a saddle at $(0, 0)$ and minima at $(0, \pm 1)$. Where do the two walkers on the left end? And a walker on the right, from $(1, 0)$: with exact gradients, and with a little noise in each?


# %%
def noisy(gradient, sigma):
    """The same gradient with normal noise of standard deviation sigma in each coordinate."""
    return lambda theta: gradient(theta) + sigma * torch.randn(theta.shape)


def saddle(theta):
    return torch.stack([2 * theta[..., 0], theta[..., 1] ** 3 - theta[..., 1]], dim=-1)


# %% tags=["claim:optimization-saddle-points", "claim:optimization-noise-escapes-saddles"]
exact = run(descent, saddle, torch.tensor([1.0, 0.0]), 400, eta=0.1)
shaken = run(descent, noisy(saddle, 0.05), exact[0].repeat(100, 1), 400, eta=0.1)
ends = shaken[-1]  # of (401, 100, 2)
print("exact:", exact[-1].tolist(), " noisy, near (0, 1):", (ends[:, 1] > 0).sum().item(), "%")
assert exact[-1, 1] == 0 and exact[-1, 0] < 1e-12
assert (ends.abs() - torch.tensor([0.0, 1.0])).norm(dim=1).max() < 0.1

# %% mystnb={"image": {"alt": "Left: the curve x\u2074 - 2x\u00b2 + x/2 with a deep well at -1.06 and a shallow one at 0.93; a walker from -1.5 ends in the deep well, one from 1.5 in the shallow one. Right: map of a saddle; an orange line runs straight from (1, 0) into the saddle at the origin, twenty noisy blue paths leave it upwards or downwards to (0, 1) and (0, -1)."}} tags=["erratum:err-introduction-optimisation-is-not-an-issue"]
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.3))
x = torch.linspace(-1.7, 1.7, 200)
left.plot(x, x**4 - 2 * x**2 + x / 2, color="0.6")
for begin, colour, mark in ((-1.5, BLUE, "o"), (1.5, ORANGE, "s")):
    path = run(descent, lambda x: 4 * x**3 - 4 * x + 0.5, torch.tensor(begin), 30, eta=0.03)
    left.plot(path, path**4 - 2 * path**2 + path / 2, color=colour, marker=mark, markersize=5)
left.set(xlabel="x", ylabel="height", title="two wells")
a, b = torch.linspace(-0.4, 1.1, 100), torch.linspace(-1.4, 1.4, 100)[:, None]
right.contour(a, b[:, 0], a**2 + b**4 / 4 - b**2 / 2, levels=12, colors="0.8", linewidths=0.8)
right.plot(*shaken[:, :20].permute(2, 0, 1), color=BLUE, linewidth=0.6, alpha=0.7)
right.plot(*exact.T, color=ORANGE, marker="s", markersize=5)
right.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", title="a saddle, with noise in blue")
plt.show()

# %% [markdown] tags=["erratum:err-optimization-local-minimum-definition", "erratum:err-optimization-global-lower-bound-exponent"]
# *Left: where you start decides where you end. Right: exact gradients stop at the saddle; a noise of 0.05 is enough to fall off it, to either side.*
#
# "Non-convex, but gradient descent solves it" is therefore not a theorem. Descent finds *stationary* points. Noise helps against saddles. That large networks nevertheless train well is an observation about networks: they have many good minima.
#
# There can be no such theorem for all functions. An adversary hides a narrow pit where you did not look. On a cube in $d$ dimensions, $t$ questions leave a hole of radius about $t^{-1/d}$, and a smooth pit in it has a depth of about $t^{-2/d}$
# (smooth functions are flat at their minimum, hence the square; only a sharp cone gives $t^{-1/d}$). So an error $\varepsilon$ costs $\varepsilon^{-d/2}$ questions. For $d = 100$ and $\varepsilon = 0.01$ that is $10^{100}$. Nobody searches; we follow slopes.
#
# **Newton's method** uses the Hessian for the step, too: $\theta_{t+1} = \theta_t - H^{-1} \nabla \mathcal{L}(\theta_t)$. On a quadratic it needs a single step, whatever $\kappa$.
# On other functions the number of right digits doubles with each step, near the end.


# %% tags=["claim:optimization-newton-method"]
x = torch.tensor(2.0, requires_grad=True)
newton, errors = optimizers.Newton([x]), []
for _ in range(5):
    newton.step(lambda: torch.exp(x) - 2 * x)  # minimum at log 2
    errors.append(abs(x.item() - math.log(2)))
print("distance to log 2:", *(f"{e:.1e}" for e in errors))
theta = torch.tensor([1.0, 0.5], requires_grad=True)
optimizers.Newton([theta]).step(lambda: theta[0] ** 2 - theta[1] ** 2)
print("one step on the saddle x² - y²:", theta.tolist())
assert all(new < old**2 for old, new in zip(errors, errors[1:], strict=False))
assert theta.abs().max() < 1e-12

# %% [markdown]
# Why does nobody train networks with it? Newton goes to *any* stationary point, the saddle included. And $H$ has one entry for each *pair* of parameters: for a million parameters 4 TB in float32. VGG-16 has 138 million.
# What survives is the idea that each direction deserves its own step. Section 4.12 does it with one number for each parameter.

# %% [markdown]
# ## 4.9 Stochastic gradients: cheap and noisy
#
# A full gradient reads all $N$ examples for one step. A **mini-batch** of $B$ examples, drawn at random, gives an estimate that is right on average, and its variance is that of one example divided by $B$:
#
# $$ \theta_{t+1} = \theta_t - \eta\, \frac1B \sum_{j=1}^B \nabla \ell_{i_j}(\theta_t), \qquad i_1, \dots, i_B \text{ drawn anew for each } t. $$

# %% [markdown] tags=["erratum:err-optimization-sgd-update-missing-gradient", "erratum:err-optimization-minibatch-index", "erratum:err-optimization-full-batch-listed-as-stochastic", "erratum:err-autodiff-pseudo-code-is-online-sgd"]
# Words: $B = N$ is **batch** gradient descent, and nothing in it is stochastic. $B = 1$ is SGD proper (*online*). Everybody says SGD for all $B < N$. An **epoch** has $\lceil N / B \rceil$ updates.
# A loop that updates after every example is SGD in a fixed order, not gradient descent on the average: shuffle, or sorted data will drag the parameters along. Note the three small things in the formula: a *gradient* is subtracted, not a loss; each $j$ has an example of its own; all gradients are taken at the same $\theta_t$.
#
# What does the noise cost? Take a problem whose answer is known: least squares, solved by the normal equations. We run 100 walkers at once, each with its own luck.

# %%
X = torch.randn(200, 3)
y = X @ torch.tensor([1.0, -2.0, 0.5]) + 0.5 * torch.randn(200)
solution = torch.linalg.solve(X.T @ X, X.T @ y)


def batch_gradient(B):
    """Gradient of the mean of (x·w - y)² / 2 over B examples, drawn anew for each of the R walkers."""

    def gradient(w):  # (R, 3), a walker a row
        rows = torch.randint(200, (len(w), B))
        residual = (X[rows] * w[:, None]).sum(-1) - y[rows]  # (R, B)
        return (residual[..., None] * X[rows]).mean(dim=1)

    return gradient


# %% [markdown]
# **Predict.** Constant step $\eta = 0.04$. Does SGD with $B = 1$ reach the solution, if we only wait long enough? What changes with $B = 10$, and with $\eta / 4$?


# %%
def decreasing(w, gradient, state, t, eta):
    return w - eta / (1 + t / 20) * gradient(w), state


def distance(update, gradient, eta):
    """Root mean square distance to the solution over 100 walkers and 3000 steps, (3001,)."""
    points = run(update, gradient, torch.zeros(100, 3), 3000, eta=eta)
    return (points - solution).square().sum(dim=-1).mean(dim=1).sqrt()


# %% mystnb={"image": {"alt": "Root mean square distance to the least-squares solution over 3000 steps, logarithmic: full batch falls along a straight line and leaves the picture, whose axis is cut at 1e-4; B = 1 with step 0.04 levels off near 0.15, with a quarter of the step near half of it, B = 10 a factor of three lower; with decreasing steps it keeps falling slowly."}} tags=["claim:optimization-stochastic-gradient-descent", "claim:optimization-batch-gradient-descent", "erratum:err-optimization-minibatch-same-result"]
curves = {
    "B = 1, η = 0.04": distance(descent, batch_gradient(1), 0.04),
    "B = 1, η = 0.01": distance(descent, batch_gradient(1), 0.01),
    "B = 10, η = 0.04": distance(descent, batch_gradient(10), 0.04),
    "B = 1, η decreasing": distance(decreasing, batch_gradient(1), 0.1),
    "full batch, η = 0.04": distance(descent, lambda w: (w @ X.T - y) @ X / 200, 0.04),
}
sparse = {name: v[::100] for name, v in curves.items()}
ax = plot_curves(range(0, 3001, 100), sparse, "step", "distance to the solution", log="y")
ax.set_ylim(1e-4, 5)
plt.show()
floor = [v[-500:].square().mean().sqrt() for v in curves.values()]
assert 1.7 < floor[0] / floor[1] < 2.3 and floor[-1] < 1e-8 and floor[3] < floor[2]

# %% [markdown]
# *With a constant step SGD stops getting nearer and hovers: the noise floor. A step four times smaller halves the floor, and takes four times as long to get there. Ten times the batch lowers it by $\sqrt{10}$. Steps that fade like $1/t$ go on and on.*
#
# So mini-batches do **not** arrive at the same point as the full batch, unless the steps fade (so slowly that $\sum_t \eta_t = \infty$, so fast that $\sum_t \eta_t^2 < \infty$), or every example is fitted perfectly so that there is no noise at the end.
#
# ## 4.10 The theorem
#
# What can be promised for SGD on *any* smooth function, convex or not? Two assumptions.
#
# - $\mathcal{L}$ is **$\beta$-smooth**: its gradient changes by at most $\beta$ times the distance. Then a parabola of curvature $\beta$ lies above it: $\mathcal{L}(\theta') \le \mathcal{L}(\theta) + \nabla \mathcal{L}(\theta)^\top (\theta' - \theta) + \frac\beta2 \|\theta' - \theta\|^2$.
# - The noisy gradient $g_t$ is right on average, and $\mathbb{E}\,\|g_t - \nabla \mathcal{L}(\theta_t)\|^2 \le \sigma^2$.
#
# Put $\theta' = \theta_t - \eta g_t$ into the first and take the expectation. With $\eta \le 1/\beta$,
#
# $$ \mathbb{E}\,\mathcal{L}(\theta_{t+1}) \le \mathbb{E}\,\mathcal{L}(\theta_t) - \frac\eta2\, \mathbb{E}\,\|\nabla \mathcal{L}(\theta_t)\|^2 + \frac{\beta \eta^2 \sigma^2}2 . $$
#
# Each step gains by the gradient and loses by the noise. Add up $T$ steps. All losses but the first and last cancel, and their difference is at most $\Delta = \mathcal{L}(\theta_0) - \min \mathcal{L}$:
#
# $$ \frac1T \sum_{t < T} \mathbb{E}\,\|\nabla \mathcal{L}(\theta_t)\|^2 \;\le\; \frac{2 \Delta}{\eta T} + \beta \eta \sigma^2 \;\le\; \frac{2 \beta \Delta}T + \sqrt{\frac{8 \beta \Delta \sigma^2}T}
# \qquad\text{for}\quad \eta = \min\Big( \frac1\beta, \sqrt{\frac{2\Delta}{T \beta \sigma^2}} \Big). $$
#
# The middle says everything: the first term wants large steps, the second small ones. We measure it on $\log(1 + x^2)$, which is not convex and has $\beta = 2$: 500 walkers from $x = 3$, for four horizons $T$.


# %%
def slope_of_log(x):
    return 2 * x / (1 + x**2)  # of log(1 + x²)


def mean_squared_gradient(T, sigma, walkers=500):
    eta = min(1 / beta, math.sqrt(2 * Delta / (T * beta * sigma**2))) if sigma else 1 / beta
    points = run(descent, noisy(slope_of_log, sigma), torch.full((walkers,), 3.0), T - 1, eta=eta)
    return slope_of_log(points).square().mean()


beta, Delta, horizons = 2.0, math.log(10), torch.tensor([10.0, 100, 1000, 10_000])
measured = torch.stack([mean_squared_gradient(int(T), 0.5) for T in horizons])
exact = torch.stack([mean_squared_gradient(int(T), 0.0, walkers=1) for T in horizons])

# %% mystnb={"image": {"alt": "Mean squared gradient against the horizon T from 10 to 10 000, both axes logarithmic. The measured points for SGD lie below their bound by a factor between 2 and 5, both with slope about -1/2 at the end; exact gradients lie below their own bound and fall with slope -1."}} tags=["claim:optimization-sgd-convergence-theorem", "claim:optimization-stationary-rates", "erratum:err-optimization-sgd-theorem-constant"]
bound_exact = 2 * beta * Delta / horizons
bound = bound_exact + (8 * beta * Delta * 0.5**2 / horizons).sqrt()
curves = {"bound, σ = 0.5": bound, "measured, σ = 0.5": measured}
curves |= {"bound, exact gradients": bound_exact, "measured, exact": exact}
plot_curves(horizons, curves, "number of steps T", "mean squared gradient", log="xy")
plt.show()
slope = torch.log10(measured[-1] / measured[1]) / 2
assert (measured < bound).all() and (exact < bound_exact).all() and abs(slope + 0.5) < 0.1

# %% [markdown]
# *The bound holds at every horizon, and the measured curve falls as it says, like $T^{-1/2}$. Exact gradients (below) fall like $1/T$.*
#
# (You will also meet the bound with $4 \beta \Delta / T$ in front. It is true as well, and not sharp. "Variance" of a vector means the expected squared distance to its mean, and the best $\eta$ must know $T$ in advance.)
# Turn it round. A gradient of norm $\varepsilon$ costs about $\beta \Delta / \varepsilon^2$ steps with exact gradients and $\beta \Delta \sigma^2 / \varepsilon^4$ with noise. And convexity is not what makes descent fast: if $\frac12 \|\nabla \mathcal{L}\|^2 \ge \mu (\mathcal{L} - \min \mathcal{L})$ everywhere (Polyak and Łojasiewicz), the loss shrinks by a constant factor a step, bends and all.
#
# **The floor, exactly.** If $\eta$ stays fixed, the term $\beta \eta \sigma^2$ stays: a gradient of about $\sigma \sqrt{\eta \beta}$ remains, however long you wait. On a parabola one can do better than "about".
# There $x_{t+1} = (1 - \eta\beta)\, x_t - \eta \sigma \xi_t$ with unit noise $\xi_t$. Once settled, the variance no longer changes: $v = (1 - \eta\beta)^2 v + \eta^2 \sigma^2$. So the gradient $\beta x$ has root mean square
#
# $$ \beta \sqrt v = \sigma \sqrt{\frac{\eta \beta}{2 - \eta \beta}} . $$

# %% tags=["claim:optimization-constant-step-noise-floor", "erratum:err-optimization-noise-floor-sigma"]
beta, eta, floors = 1.0, 0.05, {}
for sigma in (1.0, 2.0, 4.0):
    points = run(descent, noisy(lambda x: beta * x, sigma), torch.zeros(1000), 600, eta=eta)
    floors[sigma] = (beta * points[200:]).square().mean().sqrt().item()
    theory = sigma * math.sqrt(eta * beta / (2 - eta * beta))
    print(f"σ = {sigma:g}: gradient {floors[sigma]:.3f}, theory {theory:.3f}")
    assert abs(floors[sigma] / theory - 1) < 0.03

# %% [markdown]
# It grows with $\sigma$ itself, not with its root: twice the noise, twice the floor.
#
# ## 4.11 Momentum: a heavy ball rolls faster
#
# In a ravine the gradient points across, not along. **Momentum** (Polyak, 1964) keeps a velocity $v$. Each gradient changes the velocity, and the velocity moves the point:
#
# $$ v_{t+1} = \gamma\, v_t + \eta\, \nabla \mathcal{L}(\theta_t), \qquad \theta_{t+1} = \theta_t - v_{t+1}, \qquad\text{typically } \gamma = 0.9. $$
#
# Across the ravine successive gradients point in opposite directions and cancel in $v$. Along it they agree and add up. **Nesterov's** variant looks ahead: it jumps first, and takes the gradient where it lands.


# %%
def momentum(theta, gradient, v, t, eta, gamma=0.9):
    v = gamma * v + eta * gradient(theta)
    return theta - v, v


def nesterov(theta, gradient, v, t, eta, gamma=0.9):
    v = gamma * v + eta * gradient(theta - gamma * v)
    return theta - v, v


# %% [markdown]
# Our ravine has $\mu = 1$, $\beta = 100$, so $\kappa = 100$. On a quadratic the theory is complete. Let $x_t$ be how far the point is from the minimum along a direction of curvature $c$. Then $x_{t+1} = (1 + \gamma - \eta c)\, x_t - \gamma\, x_{t-1}$,
# so $x_t$ is a sum of powers of the roots of $r^2 - (1 + \gamma - \eta c)\, r + \gamma = 0$, and the larger root in size is the **rate**. The best step for given $\gamma$ is $\eta = 2(1 + \gamma)/(\mu + \beta)$.
#
# **Predict.** Is more momentum always better? Move $\gamma$ from 0 to 0.9.


# %%
mu, beta = 1.0, 100.0
ravine = torch.tensor([mu, beta])


def rate(gamma):
    """Factor a step, by theory, for the best step size: the largest root in size."""
    b = (1 + gamma) * (beta - mu) / (beta + mu)  # |1 + γ - ηc|, the same for c = μ and c = β
    root = b**2 - 4 * gamma
    return math.sqrt(gamma) if root < 0 else (b + math.sqrt(root)) / 2


# %%
def roll(gamma):
    """Path and distance for momentum gamma, beside plain gradient descent and the theory."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    a, b = torch.linspace(-1.1, 1.1, 100), torch.linspace(-5, 5, 100)
    heights = mu * a**2 + beta * b[:, None] ** 2
    left.contour(a, b, heights, levels=[1, 50, 250, 700, 1500], colors="0.8")
    for g, colour, mark in ((0.0, BLUE, "o"), (gamma, ORANGE, "s")):
        setting = {"eta": 2 * (1 + g) / (mu + beta), "gamma": g}
        points = run(momentum, lambda u: ravine * u, torch.ones(2), 150, **setting)
        left.plot(*points[:30].T, color=colour, marker=mark, markersize=3, linewidth=1)
        right.semilogy(points.norm(dim=1), color=colour, label=f"γ = {g:g}: rate {rate(g):.3f}")
        right.semilogy(rate(g) ** torch.arange(151), "--", color=colour, linewidth=1)
    left.set(xlabel=r"$\theta_1$ (flat)", ylabel=r"$\theta_2$ (steep)", title="the first 30 steps")
    left.set(xlim=(-1.1, 1.1), ylim=(-5, 5))
    right.set(xlabel="step", ylabel="distance to the minimum", ylim=(1e-13, 30))
    right.legend(loc="lower left")
    return fig


gammas = [0.0, 0.3, 0.5, 0.6, 0.67, 0.75, 0.9]
explore(roll, gamma=gammas, start=0.67, alt="Momentum in a ravine, and its distance over the steps")

# %% [markdown]
# *Blue: gradient descent. Orange: momentum $\gamma$. Dashed: the predicted rate. Too little momentum zigzags, too much swings for ages. In between there is a best one.*
#
# The best $\gamma$ makes the two roots equal: $\gamma = \big(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\big)^2$, here 0.67, with rate $\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1} \approx 1 - \frac2{\sqrt\kappa}$. Gradient descent at its best ($\gamma = 0$) has $\frac{\kappa - 1}{\kappa + 1} \approx 1 - \frac2\kappa$: a digit costs $1.15\,\kappa$ steps, half of what $\eta = 1/\beta$ needs.
# **Momentum takes the root of the condition number.** Here is the test on a problem with a known answer: least squares with 20 unknowns and chosen $\kappa$. From $\kappa$ alone we predict the number of steps to a millionth of the first distance, counting the rate only.


# %%
def steps_to_a_millionth(kappa, update, **settings):
    """Steps on a least-squares problem whose H = AᵀA has 20 curvatures from 1 / kappa to 1."""
    Q, _ = torch.linalg.qr(torch.randn(20, 20))
    A, solution = torch.logspace(-math.log10(kappa) / 2, 0, 20)[:, None] * Q, torch.randn(20)
    H, start = A.T @ A, solution + Q[0]  # all the error in the flattest direction: the worst case
    points = run(update, lambda w: H @ w - H @ solution, start, int(9 * kappa) + 60, **settings)
    return ((points - solution).norm(dim=1) > 1e-6).nonzero().max().item() + 1


# %% mystnb={"image": {"alt": "Steps to a millionth of the first distance against the condition number from 10 to 3000, both axes logarithmic. Points for gradient descent lie on their dashed line of slope one, from 69 to about 20 700; points for momentum lie about 20 per cent above a line of slope one half, from about 25 to about 460."}} tags=["claim:optimization-momentum"]
kappas, counts, theory = [10, 30, 100, 300, 1000, 3000], [], []
for kappa in kappas:
    root = math.sqrt(kappa)
    best = {"eta": 4 / (1 + 1 / root) ** 2, "gamma": ((root - 1) / (root + 1)) ** 2}
    plain = steps_to_a_millionth(kappa, descent, eta=2 / (1 + 1 / kappa))
    counts.append([plain, steps_to_a_millionth(kappa, momentum, **best)])
    theory.append([math.log(1e-6) / math.log((k - 1) / (k + 1)) for k in (kappa, root)])
counts, theory = torch.tensor(counts), torch.tensor(theory)  # (6, 2)
curves = {"gradient descent": counts[:, 0], "momentum": counts[:, 1]}
ax = plot_curves(kappas, curves, "condition number κ", "steps to a millionth", log="xy")
ax.plot(kappas, theory, "--", color="0.5", linewidth=1)
plt.show()
assert counts[:, 0].tolist() == theory[:, 0].ceil().tolist()
assert ((counts / theory)[:, 1] - 1.2).abs().max() < 0.05

# %% [markdown]
# *Dashed: predicted. Gradient descent needs exactly the predicted number of steps, $6.9\,\kappa$ for six digits, that is $1.15\,\kappa$ a digit. Momentum needs $1.4\sqrt\kappa$ a digit, some 20 % more than its rate says: the two roots are equal, so $x_t = (a + bt)\, r^t$, and the rate does not count the factor $a + bt$. So momentum is $0.83\sqrt\kappa$ times faster.*

# %% [markdown] tags=["erratum:err-optimization-momentum-unrolling-exponent", "erratum:err-optimization-momentum-is-not-an-average"]
# **What the velocity remembers.** Unroll its recursion $k + 1$ times, and it is a fading sum of gradients:
#
# $$ v_{t+1} = \gamma^{k+1}\, v_{t-k} + \eta \sum_{i=0}^{k} \gamma^i\, \nabla \mathcal{L}(\theta_{t-i}) . $$
#
# The exponent is $k + 1$: for $k = 0$ the formula must be the recursion itself.
# It is a sum and *not an average*: the weights $\gamma^i$ add up to $1/(1 - \gamma)$. For $\gamma = 0.9$ a constant gradient is amplified ten times.
# **Where beginners fall in:** they add momentum, keep the learning rate, and have in fact made it ten times larger.
#
# The version that *is* an average has $(1 - \gamma) \nabla \mathcal{L}$ in the place of $\eta \nabla \mathcal{L}$, and $\eta$ in front of $v$. We will need it for Adam.

# %% [markdown]
# ## 4.12 A step for each coordinate
#
# In the ravine the best step for the flat direction is 100 times the one for the steep direction. Why should they share one? If each coordinate had the step $1/\text{curvature}$, one step would do.
# We do not know the curvatures. But we see which coordinates have large gradients. **AdaGrad** (Duchi, Hazan and Singer, 2011) adds up their squares, and divides:
#
# $$ s_{t+1} = s_t + g_t^2, \qquad \theta_{t+1} = \theta_t - \eta\, \frac{g_t}{\sqrt{s_{t+1}} + \varepsilon} \qquad (g_t = \nabla \mathcal{L}(\theta_t), \text{ all coordinate by coordinate}). $$
#
# The first step has the size $\eta$ in every coordinate, whatever the scale of its gradient. But $s$ only grows, so under a constant gradient the steps fade like $1/\sqrt t$.
# **RMSProp** (Hinton, 2012) forgets: it replaces the sum by a fading average, $s_{t+1} = \gamma s_t + (1 - \gamma)\, g_t^2$.


# %%
def adagrad(theta, gradient, s, t, eta, eps=1e-10):
    g = gradient(theta)
    s = s + g**2
    return theta - eta * g / (s.sqrt() + eps), s


def rmsprop(theta, gradient, s, t, eta, gamma=0.9, eps=1e-8):
    g = gradient(theta)
    s = gamma * s + (1 - gamma) * g**2
    return theta - eta * g / (s.sqrt() + eps), s


# %% [markdown]
# **Predict.** A coordinate has the gradient 1 for a thousand steps, and then 0.1. What do the two make of its effective step $\eta / \sqrt{s}$?

# %% mystnb={"image": {"alt": "Effective step, eta over root s, over 2000 steps, logarithmic axis: AdaGrad's falls like one over root t and is hardly changed when the gradient becomes ten times smaller at step 1000; RMSProp's settles at 1, and within 100 steps after the change it is 10."}} tags=["claim:optimization-adagrad", "claim:optimization-rmsprop"]
g, s, average = torch.cat([torch.ones(1000), torch.full((1000,), 0.1)]), 0.0, []
for g_t in g:
    s = 0.9 * s + 0.1 * g_t**2
    average.append(s)
ada, rms = g.square().cumsum(dim=0) ** -0.5, torch.stack(average) ** -0.5
curves = {"AdaGrad": ada[::50], "RMSProp, γ = 0.9": rms[::50]}
plot_curves(range(0, 2000, 50), curves, "step", "effective step (η = 1)", log="y")
plt.show()
torch.testing.assert_close(ada[:1000], torch.arange(1.0, 1001) ** -0.5)
assert rms[1099] / rms[999] > 9.9 and (ada.diff() < 0).all()

# %% [markdown] tags=["erratum:err-optimization-no-manual-tuning", "erratum:err-optimization-epsilon-inside-the-root", "erratum:err-optimization-default-hyperparameters"]
# *RMSProp turns its step up tenfold within a hundred steps. AdaGrad never forgets the large gradients of old.*
#
# **Where beginners fall in.**
#
# - "Adaptive" does not mean that $\eta$ needs no choice. AdaGrad travels about $2 \eta \sqrt t$ in $t$ steps: with $\eta = 0.01$ it moves by 2 in ten thousand steps. If the minimum is 100 away, you wait for 25 million steps.
# - $\varepsilon$ only guards against division by zero. Some texts write $\sqrt{s + \varepsilon}$. PyTorch has it *outside* the root. Inside, $10^{-8}$ acts like $10^{-4}$, and stalls a coordinate with gradient $10^{-6}$: it moves a hundred times less.
# - Defaults differ. Texts and Keras have $\gamma = 0.9$, $\eta = 0.001$ for RMSProp; PyTorch has `alpha=0.99`, `lr=0.01`, and for AdaGrad `eps=1e-10`. Say what you use.
#
# **Adam** (Kingma and Ba, 2015) is averaged momentum over RMSProp: a mean $m$ of gradients, divided by the root of a mean $s$ of their squares,
#
# $$ m_{t+1} = \beta_1 m_t + (1 - \beta_1)\, g_t, \quad s_{t+1} = \beta_2 s_t + (1 - \beta_2)\, g_t^2, \quad
# \theta_{t+1} = \theta_t - \eta\, \frac{\hat m_{t+1}}{\sqrt{\hat s_{t+1}} + \varepsilon}, $$
#
# with $\beta_1 = 0.9$, $\beta_2 = 0.999$. What are the hats? Both means start at 0, so they are too small at first: after $t + 1$ steps with constant $g$, $m_{t+1} = (1 - \beta_1^{t+1})\, g$. So divide by that: $\hat m_{t+1} = m_{t+1} / (1 - \beta_1^{t+1})$, and the same for $s$ with $\beta_2$. This is the **bias correction**. (The paper writes $v$ for our $s$; here $v$ is the velocity.)


# %%
def adam(theta, gradient, state, t, eta, betas=(0.9, 0.999), eps=1e-8, correct=True):
    (m, s), (beta1, beta2), g = state, betas, gradient(theta)
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * g**2
    m_hat = m / (1 - beta1 ** (t + 1)) if correct else m
    s_hat = s / (1 - beta2 ** (t + 1)) if correct else s
    return theta - eta * m_hat / (s_hat.sqrt() + eps), (m, s)


# %% [markdown]
# **Predict.** Gradients of $10^{-4}$, 1 and 1000, $\eta = 0.01$. How long is the first step in each coordinate? And without the correction: shorter or longer?

# %% tags=["claim:optimization-adam-bias-correction"]
g, setting = torch.tensor([1e-4, -1.0, 1000.0]), {"state": (0.0, 0.0), "eta": 0.01}
corrected = run(adam, lambda theta: g, torch.zeros(3), 3, **setting).diff(dim=0)  # (3 steps, 3)
raw = run(adam, lambda theta: g, torch.zeros(3), 3, correct=False, **setting).diff(dim=0)
print("first step / η, corrected:", [f"{x:.3f}" for x in corrected[0] / 0.01])
print("first step, raw / corrected:", [f"{x:.3f}" for x in raw[0] / corrected[0]])
torch.testing.assert_close(corrected, -0.01 * g.sign().expand(3, 3), rtol=2e-4, atol=0)
assert math.isclose(raw[0, 1], 0.01 * 0.1 / math.sqrt(0.001), rel_tol=1e-6)

# %% [markdown]
# Exactly $\eta$, against the gradient, whatever its scale: Adam hardly feels whether you multiply the loss by 1000. Without the correction the first step is $0.1/\sqrt{0.001} \approx 3.16$ times too long (for $10^{-4}$ a little less: there $\varepsilon$ counts), because $s$ starts more slowly than $m$.
#
# **Are ours the same as PyTorch's?** Five rules against `torch.optim` and against the finished ones in `helpers.optimizers`, 100 steps in the curved valley.

# %% tags=["claim:optimization-iterative-structure", "claim:optimization-adam"]
valley, start, _ = surfaces["curved valley"]
gradient = torch.func.grad(lambda theta: valley(*theta))
rules = [  # ours, its settings; names in torch.optim and helpers.optimizers, settings
    (descent, {"eta": 0.01}, "SGD SGD", {"lr": 0.01}),
    (momentum, {"eta": 0.01}, "SGD SGD", {"lr": 0.01, "momentum": 0.9}),
    (adagrad, {"eta": 0.1}, "Adagrad AdaGrad", {"lr": 0.1}),
    (rmsprop, {"eta": 0.01}, "RMSprop RMSProp", {"lr": 0.01, "alpha": 0.9}),
    (adam, {"eta": 0.1, "state": (0.0, 0.0)}, "Adam Adam", {"lr": 0.1}),
]
for rule, setting, names, options in rules:
    ours = run(rule, gradient, torch.tensor(start), 99, **setting)
    for module, name in zip((torch.optim, optimizers), names.split(), strict=True):
        twin = walk(lambda p: getattr(module, name)(p, **options), valley, start, 100)
        torch.testing.assert_close(ours, twin, rtol=0, atol=1e-9)
    print(f"{rule.__name__:10} equals its twins over 100 steps")

# %% [markdown]
# And Nesterov? PyTorch keeps $b \leftarrow \gamma b + g$ and multiplies by the learning rate at the end, so that a change of $\eta$ acts at once; in the formulas above it acts slowly, through $v$. As long as $\eta$ is constant the points agree.
# With `nesterov=True` PyTorch's points are our *look-ahead* points $\theta_t - \gamma v_t$.

# %% tags=["claim:optimization-nesterov", "erratum:err-optimization-momentum-and-nesterov-in-pytorch"]
ours = run(nesterov, gradient, torch.tensor(start), 99, eta=0.01)
look_ahead = ours[1:] + 0.9 * ours.diff(dim=0)  # v is minus the last move
twin = walk(lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True), valley, start, 100)
print(f"largest difference {(look_ahead - twin[1:]).abs().max():.0e}")
torch.testing.assert_close(look_ahead, twin[1:], rtol=0, atol=1e-10)

# %% [markdown]
# **Your turn (4 minutes).** *Weight decay* shrinks the weights a little in each step. Under Adam it matters where. **AdamW** (Loshchilov and Hutter, 2019) does it outside of the averages: first $\theta \leftarrow (1 - \eta\lambda)\, \theta$, then Adam's step. Write it, with `adam` at hand.


# %%
def adamw(theta, gradient, state, t, eta, decay):
    """One step of AdamW from theta, with the gradient taken at the old theta."""
    raise NotImplementedError


with your_turn():
    new = run(adamw, lambda x: 3 * x - 3, torch.tensor(2.0), 2, (0.0, 0.0), eta=0.1, decay=0.5)[-1]
    close(new, 1.6111874, "2 after two steps", {"The decay went through the averages.": 1.8003428})

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def adamw(theta, gradient, state, t, eta, decay):
#     moved, state = adam(theta, gradient, state, t, eta)
#     return moved - eta * decay * theta, state
# ```
#
# Adam's move does not depend on where it starts from, so the shrinking may be added behind it.
# </details>

# %% [markdown]
# ## 4.13 A function on which Adam fails
#
# Adam's memory is short. Reddi, Kale and Kumar (2018) built a trap from it. The losses take turns: $3x$, then $-x$ twice, and so on for ever. So the gradients are 3, −1, −1, whatever $x$ is. The average loss is $\frac x3$. With $x$ kept inside $[-1, 1]$ the best point is therefore $-1$.
#
# **Predict.** $\beta_1 = 0$: no momentum. $\beta_2 = 0.1$: in each step $s$ forgets nine tenths. No bias correction, and $\eta = 0.1/\sqrt t$. Where does Adam go? By how much is the 3 divided, and by how much each −1?


# %%
def trap(keep_largest, steps=30_000, beta2=0.1):
    """Where Adam, or AMSGrad, is after each step of the trap."""
    x, s, largest, path = 0.0, 0.0, 0.0, []
    for t in range(1, steps + 1):
        g = 3.0 if t % 3 == 1 else -1.0
        s = beta2 * s + (1 - beta2) * g**2
        largest = max(largest, s) if keep_largest else s
        step = 0.1 / math.sqrt(t) * g / math.sqrt(largest)
        x = max(-1.0, min(1.0, x - step))
        path.append(x)
    return path


# %% mystnb={"image": {"alt": "Position x over 30 000 steps on a logarithmic axis: Adam climbs to +1, the worst point, and stays; AMSGrad falls to -1, the best point."}} tags=["claim:optimization-amsgrad"]
at = [round(30_000 ** (k / 40)) for k in range(41)]  # steps from 1 to 30 000
paths = {"Adam": trap(False), "AMSGrad": trap(True)}
curves = {name: [path[t - 1] for t in at] for name, path in paths.items()}
plot_curves(at, curves, "step", "x (best: −1)", log="x")
plt.show()
assert paths["Adam"][-1] > 0.99 and paths["AMSGrad"][-1] < -0.99

# %% [markdown] tags=["erratum:err-optimization-amsgrad-replaces-average"]
# *Adam ends at the worst point there is. AMSGrad goes to the best.*
#
# When the 3 comes, $\sqrt s \approx 2.9$, nearly its own size, so it counts 1.05. Then $s$ forgets it: the two −1 are divided by 1.31 and 1.03, and count 0.76 and 0.97. Together they outweigh the 3, and $x$ goes up.
# **AMSGrad** keeps the average $s$, and divides by the root of the *largest* $s$ so far. So the large gradient stays remembered, and effective steps never grow.
# (In PyTorch, `amsgrad=True` divides by the bias corrections as well, so its first steps do grow: after a gradient of 3 the formula without corrections moves $3.16\,\eta$, PyTorch $\eta$.)
# In practice Adam seldom fails like this. But "usually" is the best that can be said.
#
# ## 4.14 Schedules
#
# Large steps are fast, small steps have a low noise floor. So begin large and end small. An *optimizer* makes a step from gradients and memory; changing $\eta$ over time is the job of a **schedule**. The usual one:
#
# - **warm-up**: raise $\eta$ linearly over the first steps, while Adam's averages rest on few gradients and curvatures are largest;
# - **cosine decay**: let it fall to 0 along half a wave.


# %%
def warmup_cosine(t, total=300, warmup=30):
    """Factor of the learning rate at step t: up in a straight line, down along a cosine."""
    if t < warmup:
        return (t + 1) / warmup
    return (1 + math.cos(math.pi * (t - warmup) / (total - warmup))) / 2


# %% [markdown] tags=["erratum:err-optimization-optimizer-tunes-learning-rate"]
# In PyTorch `LambdaLR(optimizer, warmup_cosine)` multiplies `param_groups[0]["lr"]` by this factor whenever you call its `step()`, once after each step of the optimizer. The optimizer itself never touches its learning rate.
#
# ## 4.15 The experiment: equal budgets
#
# A fair comparison gives every optimizer the same network, the same batches, the same number of steps, *and the same number of learning rates to try*.
# Handwritten digits, 8 × 8; 64-128-64-10 units; 300 steps of 64 examples; our own optimizers. Adam runs with and without the schedule, SGD only without, momentum only with: so what the schedule does is shown for Adam alone. We choose learning rates by the training loss alone, so the held-out digits stay untouched.

# %%
torch.set_default_dtype(torch.float32)  # training: half the memory, and every GPU can do it
data = digits()
X_train, X_test = (x.flatten(1).to(device()) for x in (data.X_train, data.X_test))
y_train, y_test = data.y_train.to(device()), data.y_test.to(device())


def network(seed):
    torch.manual_seed(seed)
    layers = [torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 64), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(64, 10)).to(device())


# %%
def train(make, lr, factor, watch=lambda **now: None, seed=0):
    """Train on random batches of 64; `watch` is called in each step. Returns the network."""
    model = network(seed)
    optimizer = make(model.parameters(), lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    for t in range(300):
        rows = torch.randint(len(X_train), (64,)).to(device())
        loss = losses.cross_entropy(model(X_train[rows]), y_train[rows])
        watch(t=t, model=model, loss=loss.item(), lr=schedule.get_last_lr()[0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


@torch.no_grad()
def training_loss(model):
    return losses.cross_entropy(model(X_train), y_train).item()


# %% [markdown]
# **Predict.** How does the final loss depend on the learning rate? Which optimizer is the most forgiving?

# %%
from tqdm.auto import tqdm

makers = {
    "SGD": (optimizers.SGD, lambda t: 1.0),
    "momentum, scheduled": (lambda p, lr: optimizers.SGD(p, lr, momentum=0.9), warmup_cosine),
    "Adam": (optimizers.Adam, lambda t: 1.0),
    "Adam, scheduled": (optimizers.Adam, warmup_cosine),
}
rates = [3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0]
final = {
    name: [training_loss(train(make, lr, factor)) for lr in rates]
    for name, (make, factor) in tqdm(makers.items(), leave=False)
}

# %% mystnb={"image": {"alt": "Training loss after 300 steps against the learning rate from 0.003 to 1, both axes logarithmic, for four methods. Each curve is a U or the left part of one. Scheduled Adam is lowest, below 0.01 at a rate of 0.03, and useless from 0.3 on; SGD needs a rate of 0.3 and stays above 0.03."}}
plot_curves(rates, final, "(peak) learning rate", "training loss after 300 steps (nats)", log="xy")
plt.show()
best_rate = {name: rates[min(range(6), key=lambda i: final[name][i])] for name in final}
good = {name: sum(loss < 0.1 for loss in final[name]) for name in final}
for name, ends in final.items():
    print(f"{name:20} {min(ends):.4f} at rate {best_rate[name]:g}, below 0.1 at {good[name]} rates")
assert good["Adam, scheduled"] == 4 and min(final["Adam, scheduled"]) < 0.1 * min(final["SGD"])

# %% [markdown]
# *Every curve is a U, or the left part of one: too small does not arrive; too large kills the network, which then says the same for every picture, and its loss is $\log 10 \approx 2.3$. The bottoms lie at different places and heights.*
#
# Scheduled Adam is the most forgiving: four of six rates end below 0.1 (Adam alone: three, momentum: two, SGD: one). Its bottom is the lowest, too, some twenty times below SGD's.
# There is no learning rate "for a network": there is one for a network *with an optimizer*. SGD wants ten times Adam's or more. At one common rate of 0.01 Adam would have won, at 0.3 momentum. Now watch the chosen SGD and the chosen Adam once more, on digits they have not seen, and remember where they were.


# %%
def flat(model):
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach()


def accuracy(model):
    return (model(X_test).argmax(dim=1) == y_test).float().mean().item()


def remember(path, live):
    """A function for `train` that keeps every tenth point, and draws."""

    def watch(t, model, loss, lr):
        live.add(t, lr=lr, loss=loss, accuracy=accuracy(model))
        if t % 10 == 0:
            path.append(flat(model))
        if t % 60 == 0:
            live.draw()

    return watch


# %% mystnb={"image": {"alt": "Three curves over 300 steps of scheduled Adam: the learning rate rises in a straight line for 30 steps and falls along a cosine to 0; the loss of random batches falls from 2.3 to nearly 0 within 150 steps; held-out accuracy rises to about 0.98."}}
live = LiveCurves(lr="learning rate", loss="loss (nats)", accuracy="held-out accuracy")
path_adam, (make, factor) = [], makers["Adam, scheduled"]
with_adam = train(make, best_rate["Adam, scheduled"], factor, remember(path_adam, live))
live.draw()
print(f"Adam: {accuracy(with_adam):.3f} of the held-out digits are right")
assert accuracy(with_adam) > 0.96

# %%
path_sgd, (make, factor) = [], makers["SGD"]
with_sgd = train(make, best_rate["SGD"], factor, lambda **now: path_sgd.append(flat(now["model"])))
print(f"SGD:  {accuracy(with_sgd):.3f}")

# %% [markdown]
# *Learning rate, loss of random batches, accuracy on held-out digits. The training losses of the two differ some twenty times, the accuracies by a few per cent: the aim is another number than the one we minimize.*
#
# ## 4.16 A look at the landscape
#
# The network has 17 226 parameters. Through the common start and the two ends goes one plane, and on a plane we can draw a map: we set the network's parameters to each point of a grid and compute the training loss.

# %%
start, paths = path_sgd[0], {"SGD": torch.stack(path_sgd[::10]), "Adam": torch.stack(path_adam)}
ends = torch.stack([flat(with_adam) - start, flat(with_sgd) - start], dim=1)  # (17226, 2)
plane = torch.linalg.qr(ends.cpu()).Q.to(start)
shadows = {name: ((path - start) @ plane).cpu() for name, path in paths.items()}  # (30, 2)
corners, probe = torch.cat([*shadows.values()]), network(0)
lowest, highest = corners.min(dim=0).values - 6, corners.max(dim=0).values + 6


def loss_at(u, v):
    point = start + plane @ torch.tensor([u, v]).to(start)
    torch.nn.utils.vector_to_parameters(point, probe.parameters())
    return training_loss(probe)


a, b = (torch.linspace(lowest[i].item(), highest[i].item(), 31) for i in (0, 1))
heights = torch.tensor([[loss_at(u, v) for u in a.tolist()] for v in b.tolist()])  # (31, 31)

# %% mystnb={"image": {"alt": "Map of the training loss on a plane through the start and the ends of two trainings, in shades of grey on a logarithmic scale. From the common start the path of SGD goes a short way into the valley, that of Adam a much longer one to a deeper place."}}
fig, ax = plt.subplots(figsize=(7, 3.8))
picture = ax.contourf(a, b, heights.log10().clamp(-3, 2), levels=20, cmap="Greys")
fig.colorbar(picture, label="log₁₀ of the training loss")
for (name, path), colour, mark in zip(shadows.items(), (BLUE, ORANGE), "os", strict=True):
    ax.plot(*path.T, color=colour, marker=mark, markersize=4, linewidth=1, label=name)
ax.set(xlabel="direction 1", ylabel="direction 2", aspect="equal")
ax.legend(labelcolor="white")
plt.show()

# %% [markdown]
# *Dark is high. Both walk from the same start, the same batches in the same order, and end in different places. Paths are shadows on the plane: the start and the two ends lie in it, the points between do not. (The last marks are from step 290, ten before the ends.)*
#
# Of 17 226 directions the map shows two. Do not conclude from it that the landscape is a bowl; conclude that there is a way down from the start, and more than one.
#
# ## Questions
#
# 1. You believe that errors are Laplace distributed. Which loss do you minimize, and what is its best constant prediction?
#    <details><summary>Answer</summary>The absolute error, because $-\log$ of a density $\propto e^{-|\xi|}$ is $|\xi|$ plus a constant. The best constant is the median.</details>
# 2. A ten-class network reports a loss of 2.30 after an hour. What do you suspect?
#    <details><summary>Answer</summary>$\log 10 = 2.3026$: it still predicts ten equal probabilities. Learning rate far too small or too large (dead units), or labels that do not belong to the pictures.</details>
# 3. SGD with $\eta = 0.1$ hovers. You may halve $\eta$ or double $B$. What does each do to the floor, and what does it cost?
#    <details><summary>Answer</summary>Both halve the mean squared distance. Half the step takes twice as many steps to get there; twice the batch takes twice the work in each step.</details>
# 4. $\kappa$ grows from 100 to 10 000. How many times more steps do gradient descent and best momentum need?
#    <details><summary>Answer</summary>100 times and 10 times: $\kappa$ and $\sqrt\kappa$.</details>
# 5. A colleague multiplies the loss by 1000 "to make gradients larger". What changes with SGD, what with Adam?
#    <details><summary>Answer</summary>SGD takes steps 1000 times as long, and explodes. Adam divides by the size of the gradients and makes the same steps; only $\varepsilon$ matters less.</details>
#
# ## Summary
#
# - A **loss** is minus the log-probability of what happened. Normal noise gives squares; classes give cross-entropy. Compute it from scores, with the maximum taken out.
# - **Gradient descent** multiplies each direction by $1 - \eta c$ in a step, where $c$ is its curvature. The steepest one limits $\eta$, the flattest one pays: a digit costs $2.3\,\kappa$ steps for $\eta = 1/\beta$, $1.15\,\kappa$ for the best step, and $1.4\sqrt\kappa$ with the best momentum.
# - **SGD** is cheap and has a noise floor, $\sigma\sqrt{\eta\beta/(2 - \eta\beta)}$. Fading steps remove it. The theorem promises small *gradients*, at the speed $T^{-1/2}$, not small losses.
# - **Adam** makes a step of about $\eta$ in every coordinate, whatever its scale. It can fail; AMSGrad's maximum repairs that.
# - Compare optimizers at an equal budget, each at its own best learning rate, and say which had a **schedule**.

# %% [markdown] tags=["proved"]
# ### What you saw proved
#
# Every line below was computed and asserted: in the section named beside it, or by one of the tests that come with the course.
#
# | what | where |
# |---|---|
# | Least squares is maximum likelihood for normal noise, whatever $\sigma$. | 4.2 A loss is a belief about noise |
# | The logistic loss $-[y\log p+(1-y)\log(1-p)]$ costs $\log 2$ at $p=\frac12$ and falls to 0 as the prediction becomes right. | 4.3 Two classes: the logistic loss |
# | On scores $z$ the cross-entropy is $\log\sum_je^{z_j}-z_y$, and a constant added to all scores changes nothing. | 4.4 Many classes: scores, softmax, labels |
# | With a one-hot $y$ the loss $-\sum_cy_c\log p_c$ keeps only the log-probability of the right class; $C$ equal probabilities cost $\log C$. | 4.4 Many classes: scores, softmax, labels |
# | Naive exponentials overflow and underflow, in float64 a little later than in float32; with the maximum subtracted the loss and its gradient are right. | 4.5 The cliff |
# | On a parabola of curvature $\beta$ a step multiplies the distance by $1-\eta\beta$: below $\eta=2/\beta$ it shrinks, above it explodes. | 4.7 Gradient descent, and how far is one step |
# | Gradient descent that starts on the ridge of a saddle ends in the saddle, where the Hessian has a negative eigenvalue. | 4.8 Where the gradient vanishes |
# | A little noise in the gradient makes every one of 100 walkers leave the saddle for a minimum. | 4.8 Where the gradient vanishes |
# | Newton's method solves a quadratic in one step and squares the error near a minimum; on a saddle it goes to the saddle. | 4.8 Where the gradient vanishes |
# | SGD with a constant step hovers at a distance proportional to $\sqrt\eta$; with fading steps it converges. | 4.9 Stochastic gradients: cheap and noisy |
# | Full-batch gradient descent on least squares converges to the solution of the normal equations, by the factor $1-1/\kappa$ a step for $\eta=1/\beta$. | 4.9 Stochastic gradients: cheap and noisy |
# | The mean squared gradient of SGD stays below $\frac{2\beta\Delta}T+\sqrt{8\beta\Delta\sigma^2/T}$ at the horizons 10, 100, 1000 and 10 000. | 4.10 The theorem |
# | The mean squared gradient falls like $1/T$ with exact gradients and like $T^{-1/2}$ with noisy ones and the tuned step. | 4.10 The theorem |
# | On a parabola the gradient of SGD settles at the root mean square $\sigma\sqrt{\eta\beta/(2-\eta\beta)}$. | 4.10 The theorem |
# | Momentum takes the root of the condition number: on least squares, from $\kappa=10$ to 3000, gradient descent needs the predicted number of steps exactly, and momentum some 20 % more than its rate says. | 4.11 Momentum: a heavy ball rolls faster |
# | Under a constant gradient AdaGrad's effective step fades like $\eta/\sqrt t$; the first one is $\eta$ in every coordinate. | 4.12 A step for each coordinate |
# | When gradients become ten times smaller, RMSProp's effective step grows tenfold within a hundred steps, and AdaGrad's does not grow. | 4.12 A step for each coordinate |
# | With bias correction Adam's first step is $\eta\,\mathrm{sign}(g)$; without it $3.16\,\eta$. | 4.12 A step for each coordinate |
# | SGD, momentum, AdaGrad, RMSProp and Adam are one machine, $\theta_{t+1}=\varphi_t(\theta_t,\nabla\mathcal L,\mathrm{state}_t)$, with five rules; each equals PyTorch's over 100 steps. | 4.12 A step for each coordinate |
# | Adam, written from its formulas, equals `torch.optim.Adam`; it hardly notices when the loss is multiplied by 1000. | 4.12 A step for each coordinate |
# | Nesterov's look-ahead points $\theta_t-\gamma v_t$ are the points of PyTorch's `SGD(nesterov=True)`. | 4.12 A step for each coordinate |
# | On a linear problem with a rare large gradient Adam ends at the worst point and AMSGrad at the best. | 4.13 A function on which Adam fails |
# | The squared error $(\hat y-y)^2$ has the gradient $2(\hat y-y)$, and its best constant prediction is the mean. | the course's tests |
# | The gradient of the average loss is the average of the examples' gradients. | the course's tests |
# | `MSELoss` averages over all $N\cdot d$ numbers: it is the mean squared norm divided by $d$. | the course's tests |
# | Minimizing cross-entropy is maximum likelihood for class probabilities $\mathrm{softmax}(z)$: free scores end at the classes' frequencies. | the course's tests |
# | The cross-entropy is the gap between the best score and the right one, up to at most $\log C$. | the course's tests |
# | Cross-entropy is log-softmax followed by `NLLLoss`; raw scores given to `NLLLoss` make a loss without lower bound. | the course's tests |
# | The starting point decides which minimum is reached, and the number of steps how much is overfitted. | the course's tests |
# | Logistic regression passes the midpoint test of convexity on ten thousand pairs; a network with its hidden units swapped fails it. | the course's tests |
# | VGG-16 has 138 357 544 parameters; a full gradient takes $N$ examples' gradients, a stochastic one takes one. | the course's tests |
# | The variance of a mini-batch gradient is that of one example divided by $B$, and an epoch has $\lceil N/B\rceil$ updates. | the course's tests |
# | The training error falls with the degree of a polynomial; the error on new points is smallest at a degree in between. | the course's tests |
# | $\log(1+x^2)$ is 2-smooth: its gradient and the parabola above it obey both inequalities for $\beta=2$, and for $\beta=1$ they fail. | the course's tests |
# | The error of any search for a global minimum falls like a power $t^{-c/d}$ of the number of questions at best: $c=2$ for smooth functions, 1 for Lipschitz ones. | the course's tests |
# | $x^2+3\sin^2x$ is not convex, obeys the Polyak-Łojasiewicz inequality, and gradient descent converges to its minimum by a constant factor a step. | the course's tests |
# | With $\kappa=1000$ the best common step needs more than a thousand steps to $10^{-3}$, and a step $1/\text{curvature}$ for each coordinate needs one. | the course's tests |
# | $v_{t+1}=\gamma^{k+1}v_{t-k}+\eta\sum_{i=0}^k\gamma^i\nabla\mathcal L(\theta_{t-i})$; a constant gradient is amplified $1/(1-\gamma)$ times. | the course's tests |

# %% [markdown]
# **Read next.** Bottou, Curtis and Nocedal, *Optimization Methods for Large-Scale Machine Learning* (SIAM Review 2018), for the theorem and its relatives. Goh, *Why Momentum Really Works* (Distill 2017), for the roots of 4.11, in pictures.
# Kingma and Ba, *Adam* (2015), and Reddi, Kale and Kumar, *On the Convergence of Adam and Beyond* (2018). Li et al., *Visualizing the Loss Landscape of Neural Nets* (2018), for better maps.
#
# **Now you.** The exercise is in `exercises/04_optimization/`. It ends at a saddle, from which you must escape.
