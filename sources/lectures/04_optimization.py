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
# **After this chapter you can derive the loss that fits your data, write the optimizers that train today's networks, and say what decides how many steps they need.**
#
# *You need:* gradients and the chain rule (chapter 2), the training loop (chapter 3), the logarithm, and the normal distribution.

# %% [markdown] tags=["header"]
# *Time:* about 63 minutes, in parts of 23 and 40 with a pause between. Sections titled *Deeper* (8 minutes more) can wait for a second reading.

# %% [markdown]
# **Do you remember?** Answer first, then unfold.
#
# 1. A classifier has scores $z$, probabilities $p = \mathrm{softmax}(z)$ and the loss $-\log p_y$. What is its gradient with respect to $z$?
#    <details><summary>Answer</summary>$p - \mathrm{onehot}(y)$: what the model says minus the truth (chapter 2). No entry is larger than 1 in size.</details>
# 2. Predictions of shape (64, 1) meet targets of shape (64,) in a squared error. What happens?
#    <details><summary>Answer</summary>Broadcasting makes a (64, 64) table of all pairs. No error is raised, and the model learns to predict the mean.</details>
# 3. You try five learning rates. On which data do you compare them?
#    <details><summary>Answer</summary>On validation data (chapter 3). The test data are for the one setting that you chose in the end.</details>

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

import torch
import torch.nn.functional as F
from tqdm.auto import tqdm

from helpers import losses, optimizers
from helpers.checks import close, your_turn
from helpers.data import digits
from helpers.figures.optimization import (
    draw_beliefs,
    draw_descent,
    draw_floor,
    draw_momentum,
    draw_parabola_above,
    draw_race,
    draw_rates,
    draw_root,
    draw_saddle,
    draw_surprise,
    draw_turned,
)
from helpers.runtime import device, seed_everything
from helpers.widgets import explore

torch.set_num_threads(1)  # problems this small gain nothing from a second thread
seed_everything(0)

# %% [markdown]
# ## 4.1 First, a race
#
# Five optimizers train the same network: 64-64-10 units, handwritten digits of 8 × 8 pixels, 200 steps of 64 digits, learning rate 0.01. All five are in `helpers.optimizers`, and you will understand each of them at the end. The digits fall into three parts: for training, for validation, and for the test.

# %%
data = digits()
X = data.X_train.flatten(1).to(device())
y = data.y_train.to(device())
X_validation = X[:300]
y_validation = y[:300]
X_train = X[300:]
y_train = y[300:]
X_test = data.X_test.flatten(1).to(device())
y_test = data.y_test.to(device())


def constant(t):
    return 1.0


# %%
def train(make, lr, seed, factor=constant):
    """A network after 200 steps; `factor` says by how much the learning rate is multiplied at step t."""
    torch.manual_seed(seed)
    layers = [torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)]
    model = torch.nn.Sequential(*layers).to(device())
    optimizer = make(model.parameters(), lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    for _ in range(200):
        rows = torch.randint(len(X_train), (64,)).to(device())
        loss = losses.cross_entropy(model(X_train[rows]), y_train[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


@torch.no_grad()
def loss_on(X, y, model):
    return losses.cross_entropy(model(X), y).item()


# %% [markdown]
# **Predict.** Who will be last: plain SGD, SGD with momentum, AdaGrad, RMSProp or Adam? And by how much: a few per cent, or a factor?


# %%
def sgd_with_momentum(parameters, lr):
    return optimizers.SGD(parameters, lr, momentum=0.9)


runners = {
    "SGD": optimizers.SGD,
    "SGD, momentum": sgd_with_momentum,
    "AdaGrad": optimizers.AdaGrad,
    "RMSProp": optimizers.RMSProp,
    "Adam": optimizers.Adam,
}

# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Loss on the test digits for five optimizers and three starts each, logarithmic axis. SGD stays near 2.2, momentum and AdaGrad near 0.45, RMSProp and Adam near 0.1."}} tags=["predict", "hide-output"]
first_race = {}
for name, make in tqdm(runners.items(), leave=False):
    first_race[name] = [loss_on(X_test, y_test, train(make, 0.01, seed)) for seed in range(3)]
draw_race(first_race, line=math.log(10))
assert min(first_race["SGD"]) > 10 * max(first_race["Adam"])

# %% [markdown]
# SGD is last, and its loss is more than ten times Adam's: it has hardly left the dotted line, $\log 10$, the loss of a network that knows nothing (section 4.3).
#
# *Test loss at the learning rate 0.01; a dot for each of three starts.*
#
# Is SGD a bad optimizer, then? Or was the race unfair? To answer, we must know what a step does. At the end of the chapter the race is run again.
# But first: *what* should be small? The first half is about the loss, the second about the way down.
#
# # First half: losses
#
# ## 4.2 A loss is a belief about noise
#
# For numbers the usual loss is the **squared error** $\ell(\hat y, y) = (\hat y - y)^2$, with gradient $2 (\hat y - y)$. Why the square?
# Suppose that the data are a model plus normal noise, $y_i = f_\theta(x_i) + \xi_i$: the noises $\xi_i \sim \mathcal{N}(0, \sigma^2)$ are independent, and all have the same $\sigma$. The probability density of *all* the data is a product over the examples:
#
# $$ \prod_{i=1}^N \tfrac{1}{\sqrt{2\pi}\,\sigma} \exp\left( -\frac{(y_i - f_\theta(x_i))^2}{2\sigma^2} \right)
#  = \text{const} \cdot \exp\Big( -\frac{1}{2\sigma^2} \sum_{i=1}^N (y_i - f_\theta(x_i))^2 \Big). $$
#
# **Maximum likelihood** chooses the $\theta$ under which what happened was most probable. Take minus the logarithm: products become sums, and maximal becomes minimal.
# What is left of $\theta$ is the sum of squares, divided by $2\sigma^2$.
#
# **Predict.** Below, three people believe in $\sigma = 0.3$, 0.5 and 1 and fit the same line $y = w x$. Do they find the same $w$?

# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Left: twenty noisy points, the fitted line, and bells along it that show the belief about the noise. Right: negative log-likelihood above its minimum against the slope w, for sigma 0.3, 0.5 and 1: three parabolas of different steepness with their minimum at the same w."}} tags=["claim:optimization-mse-is-gaussian-likelihood", "predict", "hide-output"]
x = torch.linspace(-1, 1, 20)
y_line = 1.5 * x + 0.5 * torch.randn(20)
w = torch.linspace(0, 3, 301)  # candidates for the slope
squares = ((y_line - w[:, None] * x) ** 2).sum(dim=1)  # (301,)
surprise = {}
for sigma in [0.3, 0.5, 1.0]:
    belief = torch.distributions.Normal(w[:, None] * x, sigma)
    surprise[sigma] = -belief.log_prob(y_line).sum(dim=1)
draw_beliefs(x, y_line, w, surprise, w[squares.argmin()].item())
assert all((v - squares / (2 * s**2)).std() < 1e-3 for s, v in surprise.items())
assert all(v.argmin() == squares.argmin() for v in surprise.values())

# %% [markdown] tags=["erratum:err-optimization-likelihood-lost-sum", "erratum:err-optimization-mse-definition-is-a-sum"]
# They do. The belief divides the sum of squares by $2\sigma^2$ and adds a constant, and neither moves the minimum.
#
# *Left: data, a line, and what the belief $\sigma = 0.5$ expects around it. Right: minus the log-likelihood of each slope; the dotted line is the least-squares slope.*
#
# So **least squares is maximum likelihood for normal noise, whatever $\sigma$**, as long as all examples share it. The sum over $i$ belongs into the exponent: leave it out, and you fit a single example.
# Another belief about the noise gives another loss. Laplace's noise, of density proportional to $e^{-|\xi|}$, expects outliers, and gives the absolute error.
#
# **Where beginners fall in.** Textbooks write $\|\hat y - y\|_2^2$ for a vector of $d$ numbers. PyTorch's `MSELoss` averages over *all* $N \cdot d$ entries, so it is the mean of the squared norms divided by $d$. The minimum is the same,
# the gradient is $d$ times smaller, and so is the step of gradient descent at a given learning rate.
#
# **Your turn (3 minutes).** The targets are *counts* $y = 0, 1, 2, \dots$, and you believe in Poisson's law: $\mathbb{P}(y) = \hat y^{\,y} e^{-\hat y} / y!$, where $\hat y > 0$ is the expected count.
# The model puts out a score $z$, and $\hat y = e^z$, which is positive whatever $z$ is. What is the loss? Leave out what does not depend on $z$.


# %%
def poisson_loss(z, y):
    """Minus the log-probability of the count y when exp(z) is expected, without log y!."""
    raise NotImplementedError


with your_turn():
    sign = {"Minus the logarithm: your loss rewards improbable counts.": -1.0}
    close(poisson_loss(torch.tensor(0.0), 3), 1.0, "the loss for the score 0, count 3", sign)
    close(poisson_loss(torch.tensor(1.0), 2), math.e - 2, "the loss for the score 1, count 2")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def poisson_loss(z, y):
#     return torch.exp(z) - y * z
# ```
#
# Its gradient is $e^z - y$, what the model expects minus what came. You will meet this form again and again.
# </details>

# %% [markdown]
# ## 4.3 Classes: minus the logarithm of what happened
#
# Two classes first: $y$ is 0 or 1, and the model puts out $p$, the probability of class 1. What happened had the probability $p$ if $y = 1$ and $1 - p$ if $y = 0$. Minus the logarithm of it is
#
# $$ \ell(p, y) = -\big[\, y \log p + (1 - y) \log(1 - p) \,\big], $$
#
# the **binary cross-entropy**. The minus in front matters: without it the loss rewards wrong answers, and it has no lower bound.

# %% mystnb={"image": {"alt": "Loss against the probability p of class 1: if the truth is class 1 the curve falls from above 4 at p near 0 to 0 at p = 1; if it is class 0 it is the mirror image; they cross at p = 1/2 at the height log 2."}} tags=["claim:optimization-binary-cross-entropy", "erratum:err-autodiff-binary-cross-entropy-sign"]
p = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
if_one = -torch.log(p)
if_zero = -torch.log(1 - p)
draw_surprise(p, if_one, if_zero)
ones = torch.ones(99, dtype=torch.float64)
torch.testing.assert_close(if_one, F.binary_cross_entropy(p, ones, reduction="none"))
assert math.isclose(if_one[49], math.log(2)) and (if_one.diff() < 0).all()

# %% [markdown]
# *To know nothing costs $\log 2 \approx 0.69$ nats. To be wrong and sure costs any amount.*
#
# For $C$ classes a network puts out $C$ **scores** $z \in \mathbb{R}^C$, any numbers. **Softmax** turns them into probabilities,
#
# $$ p_c = \frac{e^{z_c}}{\sum_{j} e^{z_j}}, \qquad\text{that is}\qquad \log p_c = z_c - \log \sum_j e^{z_j}, $$
#
# and the **cross-entropy** is once more minus the log-probability of what happened, $\ell(z, y) = -\log p_y$.
# With the label as a one-hot vector, $y_c = 1$ for the right class and 0 elsewhere, the same number is $-\sum_c y_c \log p_c$: the sum keeps one term.

# %% tags=["claim:optimization-cross-entropy-on-scores", "claim:optimization-multiclass-cross-entropy", "erratum:err-autodiff-multiclass-cross-entropy-sign", "erratum:err-autodiff-label-index-versus-one-hot", "nbval-check-output"]
z = torch.tensor([[2.0, 0.5, -1.0], [0.0, 0.0, 0.0]])
label = torch.tensor([2, 0])
log_p = z - torch.log(torch.exp(z).sum(dim=1, keepdim=True))  # (2, 3)
by_index = -log_p[torch.arange(2), label]
by_onehot = -(F.one_hot(label, num_classes=3) * log_p).sum(dim=1)
by_torch = F.cross_entropy(z, label, reduction="none")
print("ours", [f"{value:.4f}" for value in by_index], "and the second is log 3")
torch.testing.assert_close(torch.stack([by_index, by_onehot]), by_torch.expand(2, 2))
assert math.isclose(by_index[1], math.log(3), rel_tol=1e-6)

# %% [markdown] tags=["erratum:err-optimization-log-probability-proportional"]
# A network that knows nothing has the loss $\log C$: for ten classes 2.3026, the dotted line of the race. Look for this number in the first line of a training log.
#
# Two conventions cost beginners an hour each. In PyTorch a label is an **index** from 0 to $C - 1$, in int64, while the prediction is a vector of scores. And `CrossEntropyLoss` contains the softmax: give it **scores**. (Softmax ignores a constant: $z$ and $z + 7$ have the same $p$, so $\log p_c$ is the score *plus a term that is the same for all classes*, not proportional to it.)
#
# ## 4.4 The cliff
#
# The formula is right, and the computer falls over it. The largest float32 is about $3.4 \cdot 10^{38} \approx e^{88.7}$.
#
# **Predict.** The scores are $(a, 0, -a)$ and the right class is the last: a model that is wrong and sure. The loss is about $2a$. What does the formula give in float32 for $a = 100$, and does float64 help?


# %%
def naive(z, label):
    return -torch.log(torch.exp(z) / torch.exp(z).sum())[label]


def stable(z, label):
    z = z - z.max()  # softmax does not notice, and now no exponential exceeds 1
    return torch.log(torch.exp(z).sum()) - z[label]


def loss_and_slope(loss, a, dtype=torch.float32):
    z = torch.tensor([a, 0, -a], dtype=dtype, requires_grad=True)
    value = loss(z, 2)
    (gradient,) = torch.autograd.grad(value, z)
    return value.item(), gradient[0].item()  # slope by the first score


# %% jupyter={"outputs_hidden": true} tags=["claim:optimization-cross-entropy-numerical-stability", "nbval-check-output", "predict", "hide-output"]
for a in [10.0, 100.0, 1000.0]:
    in32 = loss_and_slope(naive, a)
    in64 = loss_and_slope(naive, a, torch.float64)
    right = loss_and_slope(stable, a)
    print(f"a = {a:<6g} naive {in32} in 32 bits, {in64} in 64; stable {right}")
assert in32[0] == in64[0] == math.inf and math.isnan(in32[1] + in64[1])
assert right == (2000, 1)

# %% [markdown] tags=["erratum:err-optimization-softmax-gradient-explodes"]
# In float32 the loss at $a = 100$ is inf and the slope is nan. In float64 both are still right there, and break at 1000: double precision moves the cliff, it does not remove it.
#
# Where exactly? The slope is lost first: in float32 it is nan from about $a = 45$, where the *square* of the sum of exponentials, which the way back of the quotient needs, exceeds the largest number. From about $a = 52$ the right class's probability underflows to 0, and the loss is $-\log 0 = \infty$. One nan in one example ruins every weight at the next step.
#
# The *true* gradient is harmless: $p - \mathrm{onehot}(y)$, here $(1, 0, -1)$, and never larger than 1 in any entry. The stable function gets it right: the subtraction of the maximum changes nothing that softmax notices.
# This is the **log-sum-exp trick**. It sits in `log_softmax` and `cross_entropy`, in PyTorch and in `helpers.losses`.

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:optimization-cross-entropy-numerical-stability"]
# @title Check it: where the naive formula breaks, and that the stable one equals PyTorch's
assert math.isnan(loss_and_slope(naive, 46.0)[1]) and not math.isnan(loss_and_slope(naive, 44.0)[1])
assert math.isinf(loss_and_slope(naive, 53.0)[0]) and not math.isinf(loss_and_slope(naive, 50.0)[0])
z = 300 * torch.randn(100, 10)
label = torch.randint(10, (100,))
one_by_one = torch.stack([stable(row, y) for row, y in zip(z, label, strict=True)]).mean()
torch.testing.assert_close(one_by_one, F.cross_entropy(z, label))
torch.testing.assert_close(losses.cross_entropy(z, label), F.cross_entropy(z, label))

# %% [markdown]
# **Your turn (4 minutes).** The two-class loss from a score $z$, with $p = 1 / (1 + e^{-z})$ and $y = 1$, is $\log(1 + e^{-z})$. For $z = -1000$ the answer is 1000. Write it so that nothing overflows, and so that autograd finds the true gradient at $z = 0$, which is $-\frac12$.
# (`torch.logaddexp(a, b)` is $\log(e^a + e^b)$, with the larger of the two taken out.)


# %%
def logistic_loss(z):
    """log(1 + exp(-z)), for scores z of any size and sign, (N,)."""
    raise NotImplementedError


with your_turn():
    got = logistic_loss(torch.tensor([-1000.0, 0.0, 30.0])) * torch.tensor([1, 1, math.exp(30)])
    close(got, [1000.0, math.log(2), 1.0], "the losses at -1000, 0 and 30 (times exp(30))")
    close(torch.func.grad(logistic_loss)(torch.tensor(0.0)), -0.5, "the gradient at 0 (no kink)")

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def logistic_loss(z):
#     return torch.logaddexp(torch.zeros_like(z), -z)
# ```
#
# The 1 is $e^0$, so this is a log-sum-exp of two numbers. For negative $z$ it takes $e^{-z}$ out of the logarithm: $\log(1 + e^{-z}) = -z + \log(1 + e^{z})$.
# Beware of `relu(-z) + log1p(exp(-abs(z)))`. Its values are right, but at $z = 0$ PyTorch gives both kinks the slope 0: the gradient is 0 instead of $-\frac12$.
# </details>

# %% [markdown] tags=["pause"]
# > **A place to pause.** You can derive a loss from a belief about the data, and compute it without falling off the cliff. The second half walks downhill on it.

# %% [markdown]
# # Second half: the way down
#
# ## 4.5 How far is one step?
#
# Training minimizes the average $\mathcal{L}(\theta)$ of the loss over the $N$ training examples. Every method of this chapter has one shape: a starting point, a rule that makes the next point from the last one and from a memory, and an end. So here is the machine, once. The rules come one by one.


# %%
def run(update, gradient, theta, steps, memory=0.0, **settings):
    """The points of an iterative method, (steps + 1, ...), from its rule for one step."""
    points = [theta]
    for t in range(steps):
        theta, memory = update(theta, gradient, memory, t, **settings)
        points.append(theta)
    return torch.stack(points)


def descent(theta, gradient, memory, t, eta):
    return theta - eta * gradient(theta), memory


# %% [markdown] tags=["erratum:err-optimization-gradient-ascent-sign"]
# That is **gradient descent**, $\theta_{t+1} = \theta_t - \eta \nabla \mathcal{L}(\theta_t)$. The gradient points uphill, hence the minus. With a plus you climb.
#
# How large may the **learning rate** $\eta$ be? Along a direction of curvature $c$ the loss is a parabola, $\frac c2 x^2$, with the gradient $c\,x$. So each step multiplies $x$ by $1 - \eta c$.
# A ravine has two curvatures, $\mu$ along it (flat) and $\beta$ across it (steep). Ours has $\mu = 1$ and $\beta = 25$.
#
# **Predict.** What happens for $\eta = 0.5/\beta$, $1.9/\beta$, $2/\beta$ and $2.1/\beta$? Move the slider.

# %% tags=["claim:optimization-gradient-descent-step"]
curvatures = torch.tensor([1.0, 25.0])  # μ and β
start = torch.tensor([10.0, 1.5])


def ravine_gradient(theta):
    return curvatures * theta


def descend(factor):
    return draw_descent(run(descent, ravine_gradient, start, 60, eta=factor / 25), factor)


explore(
    descend, factor=[0.25, 0.5, 1, 1.5, 1.9, 2, 2.1], start=1.9, alt="Gradient descent in a ravine"
)
points = run(descent, ravine_gradient, start, 60, eta=1.9 / 25)
formula = start * (1 - 1.9 / 25 * curvatures) ** torch.arange(61)[:, None]
torch.testing.assert_close(points, formula, rtol=1e-4, atol=1e-4)

# %% [markdown]
# *The ravine as a landscape and as a map, and the distance over the steps. Small steps creep along. At $1.9/\beta$ the path zigzags across and still gets nearer, at $2/\beta$ it zigzags for ever, and at $2.1/\beta$ it is thrown out.*
#
# The steepest direction limits $\eta$, and the flattest one pays for it. With $\eta = 1/\beta$ its distance shrinks by
#
# $$ 1 - \frac{\mu}{\beta} = 1 - \frac1\kappa \quad\text{a step}, \qquad \kappa = \frac\beta\mu . $$
#
# This $\kappa$ is the **condition number**. It says how hard a ravine is.
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
# So for $\eta = 1/\beta$ each digit, a factor of ten, costs about $\log(10)\, \kappa = 2.3\, \kappa$ steps.
#
# ## 4.6 Beyond parabolas
#
# The loss of a network is no parabola, but a parabola can lie *above* it. If the gradient changes by at most $\beta$ times the distance (the loss is **$\beta$-smooth**), then
#
# $$ \mathcal{L}(\theta') \le \mathcal{L}(\theta) + \nabla \mathcal{L}(\theta)^\top (\theta' - \theta) + \tfrac\beta2 \|\theta' - \theta\|^2 . $$


# %% mystnb={"image": {"alt": "The curve log(1 + x squared) and a dashed parabola that touches it at x = 1 and lies above it elsewhere. An arrow leads from the point to the place below the parabola's bottom; there the loss is even lower than the bottom."}}
def bowl(x):
    return torch.log(1 + x**2)


def slope_of_bowl(x):
    return 2 * x / (1 + x**2)


draw_parabola_above(bowl, slope_of_bowl, at=1.0, beta=2.0)

# %% [markdown]
# *The parabola of curvature $\beta$ touches the loss where you are. The step $\eta = 1/\beta$ goes to its bottom, and the loss is at most as high as that: the step gains at least $\|\nabla \mathcal{L}\|^2 / (2\beta)$.*
#
# So with $\eta = 1/\beta$ the loss never rises. A loss that is never negative cannot fall for ever, so the gradient must become small. That is all that is promised: a point where the **gradient vanishes**. It may be a minimum, a maximum or a saddle. The **Hessian** $H$, the matrix of second derivatives, tells them apart, most of the time:
# all eigenvalues positive, a local minimum (not necessarily the best); positive and negative ones, a **saddle**, down in some directions and up in others; some zero and no two of opposite sign, then $H$ alone cannot tell.
#
# **Predict.** The function below has a saddle at $(0, 0)$ and minima at $(0, \pm 1)$. A walker starts on its ridge, at $(1, 0)$. Where does it end with exact gradients? And with a little noise in each?


# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Left: a saddle as a landscape, with an orange path that runs along the ridge into the saddle. Right: the map; the orange path ends at the origin, twenty noisy blue paths leave it upwards or downwards to (0, 1) and (0, -1)."}} tags=["claim:optimization-saddle-points", "claim:optimization-noise-escapes-saddles", "erratum:err-introduction-optimisation-is-not-an-issue", "predict", "hide-output"]
def noisy(gradient, sigma):
    """The same gradient with normal noise of standard deviation sigma in each coordinate."""
    return lambda theta: gradient(theta) + sigma * torch.randn(theta.shape)


def saddle_gradient(theta):
    return torch.stack([2 * theta[..., 0], theta[..., 1] ** 3 - theta[..., 1]], dim=-1)


exact = run(descent, saddle_gradient, torch.tensor([1.0, 0.0]), 400, eta=0.1)
shaken = run(descent, noisy(saddle_gradient, 0.05), exact[0].repeat(100, 1), 400, eta=0.1)
draw_saddle(exact, shaken)
assert exact[-1, 1] == 0 and exact[-1, 0] < 1e-6
assert (shaken[-1].abs() - torch.tensor([0.0, 1.0])).norm(dim=1).max() < 0.1

# %% [markdown] tags=["erratum:err-optimization-local-minimum-definition"]
# With exact gradients it ends in the saddle, with noise every one of a hundred walkers ends near a minimum: a noise of 0.05 is enough to fall off the ridge, to either side.
#
# *Orange: exact gradients. Blue: twenty noisy walks.*
#
# "Non-convex, but gradient descent solves it" is therefore no theorem. That large networks nevertheless train well is an observation about networks.
#
# ## 4.7 Stochastic gradients: cheap and noisy
#
# Noise comes by itself. A full gradient reads all $N$ examples for one step. A **mini-batch** of $B$ examples, drawn at random, gives an estimate that is right on average, and its variance is that of one example divided by $B$:
#
# $$ \theta_{t+1} = \theta_t - \eta\, \frac1B \sum_{j=1}^B \nabla \ell_{i_j}(\theta_t), \qquad i_1, \dots, i_B \text{ drawn anew for each } t. $$

# %% [markdown] tags=["erratum:err-optimization-sgd-update-missing-gradient", "erratum:err-optimization-minibatch-index", "erratum:err-optimization-full-batch-listed-as-stochastic", "erratum:err-autodiff-pseudo-code-is-online-sgd"]
# $B = N$ is **batch** gradient descent, and nothing in it is stochastic. $B = 1$ is SGD proper (*online*), and people say SGD for all $B < N$. An **epoch** has $\lceil N / B \rceil$ updates.
# Three small things in the formula: a *gradient* is subtracted, not a loss; each $j$ has an example of its own; all gradients are taken at the same $\theta_t$. A loop that updates after every example in a fixed order is another method: shuffle, or sorted data drag the parameters along.
#
# What does the noise cost? Take least squares, whose solution is known from the normal equations. We run 100 walkers at once, each with its own luck.

# %%
A = torch.randn(200, 3, dtype=torch.float64)
targets = A @ torch.tensor([1.0, -2.0, 0.5]).double() + 0.5 * torch.randn(200, dtype=torch.float64)
solution = torch.linalg.solve(A.T @ A, A.T @ targets)


def batch_gradient(B):
    """Gradient of the mean of (a·w - target)² / 2 over B examples, drawn anew for each of the R walkers."""

    def gradient(w):  # (R, 3), a walker a row
        rows = torch.randint(200, (len(w), B))
        residual = (A[rows] * w[:, None]).sum(-1) - targets[rows]  # (R, B)
        return (residual[..., None] * A[rows]).mean(dim=1)

    return gradient


def full_gradient(w):
    return (w @ A.T - targets) @ A / 200


# %% [markdown]
# **Predict.** Constant step $\eta = 0.04$. Does SGD with $B = 1$ reach the solution, if we only wait long enough? What changes with $B = 10$, and with $\eta / 4$?


# %%
def fading(w, gradient, memory, t, eta):
    return w - eta / (1 + t / 20) * gradient(w), memory


def distance(update, gradient, eta):
    """Root mean square distance to the solution over 100 walkers and 3000 steps, (3001,)."""
    points = run(update, gradient, torch.zeros(100, 3, dtype=torch.float64), 3000, eta=eta)
    return (points - solution).square().sum(dim=-1).mean(dim=1).sqrt()


# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Root mean square distance to the least-squares solution over 3000 steps, logarithmic: full batch falls steeply and leaves the picture; B = 1 with step 0.04 levels off near 0.15, with a quarter of the step near half of it, B = 10 a factor of three lower; with fading steps it keeps falling slowly."}} tags=["claim:optimization-stochastic-gradient-descent", "claim:optimization-batch-gradient-descent", "erratum:err-optimization-minibatch-same-result", "predict", "hide-output"]
curves = {
    "B = 1, η = 0.04": distance(descent, batch_gradient(1), 0.04),
    "B = 1, η = 0.01": distance(descent, batch_gradient(1), 0.01),
    "B = 10, η = 0.04": distance(descent, batch_gradient(10), 0.04),
    "B = 1, η fading": distance(fading, batch_gradient(1), 0.1),
    "full batch, η = 0.04": distance(descent, full_gradient, 0.04),
}
draw_floor(curves)
floors = {name: curve[-500:].square().mean().sqrt() for name, curve in curves.items()}
assert 1.7 < floors["B = 1, η = 0.04"] / floors["B = 1, η = 0.01"] < 2.3
assert floors["full batch, η = 0.04"] < 1e-8 and floors["B = 1, η fading"] < 0.05

# %% [markdown]
# It does not. With a constant step SGD stops getting nearer and hovers: the **noise floor**. A step four times smaller halves the floor, and takes about four times as long to get there; ten times the batch lowers it by about $\sqrt{10}$.
#
# *Distance to the solution, logarithmic. Steps that fade like $1/t$ go on and on, and the full batch has no floor.*
#
# So mini-batches do **not** arrive at the same point as the full batch, unless the steps fade, or every example is fitted perfectly so that there is no noise at the end. On a parabola of curvature $c$ the floor has a formula. With unit noise $\xi_t$ times $\sigma$ in the gradient, $x_{t+1} = (1 - \eta c)\, x_t - \eta \sigma \xi_t$. Once settled, the variance $V$ no longer changes: $V = (1 - \eta c)^2\, V + \eta^2 \sigma^2$. So the gradient $c\,x$ has root mean square
#
# $$ c \sqrt V = \sigma \sqrt{\frac{\eta c}{2 - \eta c}} . $$

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:optimization-constant-step-noise-floor", "erratum:err-optimization-noise-floor-sigma"]
# @title Check it: the floor grows with σ itself
for sigma in [1.0, 2.0, 4.0]:
    points = run(descent, noisy(lambda x: x, sigma), torch.zeros(1000), 600, eta=0.05)
    floor = points[200:].square().mean().sqrt().item()
    assert abs(floor / (sigma * math.sqrt(0.05 / 1.95)) - 1) < 0.03

# %% [markdown] jp-MarkdownHeadingCollapsed=true tags=["deeper"]
# ### Deeper: what can be promised for SGD
#
# Let $\mathcal{L}$ be $\beta$-smooth, and let the noisy gradient $g_t$ be right on average with $\mathbb{E}\,\|g_t - \nabla \mathcal{L}(\theta_t)\|^2 \le \sigma^2$. Put the step $-\eta g_t$ into the parabola of section 4.6 and take the expectation. With $\eta \le 1/\beta$,
#
# $$ \mathbb{E}\,\mathcal{L}(\theta_{t+1}) \le \mathbb{E}\,\mathcal{L}(\theta_t) - \frac\eta2\, \mathbb{E}\,\|\nabla \mathcal{L}(\theta_t)\|^2 + \frac{\beta \eta^2 \sigma^2}2 . $$
#
# Each step gains by the gradient and loses by the noise. Add up $T$ steps. All losses but the first and last cancel, and their difference is at most $\Delta = \mathcal{L}(\theta_0) - \min \mathcal{L}$:
#
# $$ \frac1T \sum_{t < T} \mathbb{E}\,\|\nabla \mathcal{L}(\theta_t)\|^2 \;\le\; \frac{2 \Delta}{\eta T} + \beta \eta \sigma^2 \;\le\; \frac{2 \beta \Delta}T + \sqrt{\frac{8 \beta \Delta \sigma^2}T}
# \qquad\text{for}\quad \eta = \min\Big( \frac1\beta, \sqrt{\frac{2\Delta}{T \beta \sigma^2}} \Big). $$
#
# If $\eta$ stays fixed, the middle leaves a mean squared gradient of *at most* $\beta \eta \sigma^2$. We measure on $\log(1 + x^2)$, which is not convex and has $\beta = 2$: 500 walkers from $x = 3$.


# %% tags=["deeper"]
def mean_squared_gradient(T, sigma, walkers=500):
    eta = 1 / 2
    if sigma:
        eta = min(eta, math.sqrt(2 * math.log(10) / (T * 2 * sigma**2)))
    first = torch.full((walkers,), 3.0)
    points = run(descent, noisy(slope_of_bowl, sigma), first, T - 1, eta=eta)
    return slope_of_bowl(points).square().mean().item()


# %% tags=["claim:optimization-sgd-convergence-theorem", "claim:optimization-stationary-rates", "erratum:err-optimization-sgd-theorem-constant", "deeper"]
measured = []
for T in [10, 100, 1000, 10_000]:
    bound_exact = 2 * 2 * math.log(10) / T
    bound = bound_exact + math.sqrt(8 * 2 * math.log(10) * 0.5**2 / T)
    measured.append(mean_squared_gradient(T, 0.5))
    exact = mean_squared_gradient(T, 0.0, walkers=1)
    print(
        f"T = {T:6,}: noisy {measured[-1]:.4f} (bound {bound:.4f}), exact {exact:.5f} (bound {bound_exact:.5f})"
    )
    assert measured[-1] < bound and exact < bound_exact
assert abs(math.log10(measured[3] / measured[1]) / 2 + 0.5) < 0.1  # like the root of 1 / T

# %% [markdown] tags=["erratum:err-optimization-global-lower-bound-exponent", "deeper"]
# (You will also meet the bound with $4 \beta \Delta / T$ in front. It is true as well, and not sharp.) The theorem promises small *gradients*, not small losses, and no method can promise more for all smooth functions: an adversary hides a narrow pit where you did not look. On a cube in $d$ dimensions, $t$ questions leave a hole of radius about $t^{-1/d}$, and a smooth pit in it has a depth of about $t^{-2/d}$
# (smooth functions are flat at their minimum, hence the square; a sharp cone gives $t^{-1/d}$). For $d = 100$ and an error of 0.01 that is $10^{100}$ questions.

# %% [markdown] jp-MarkdownHeadingCollapsed=true tags=["deeper"]
# ### Deeper: Newton's method
#
# Newton's method uses the Hessian for the step, too: $\theta_{t+1} = \theta_t - H^{-1} \nabla \mathcal{L}(\theta_t)$. On a quadratic it needs a single step, whatever $\kappa$. On other functions the number of right digits about doubles with each step, near the end. And it goes to *any* stationary point, the saddle included.

# %% tags=["claim:optimization-newton-method", "deeper"]
x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
newton = optimizers.Newton([x])
errors = []
for _ in range(5):
    newton.step(lambda: torch.exp(x) - 2 * x)  # minimum at log 2
    errors.append(abs(x.item() - math.log(2)))
print("distance to log 2:", *(f"{e:.1e}" for e in errors))
theta = torch.tensor([1.0, 0.5], dtype=torch.float64, requires_grad=True)
optimizers.Newton([theta]).step(lambda: theta[0] ** 2 - theta[1] ** 2)
print("one step on the saddle x² - y²:", theta.tolist())
assert all(new < old**2 for old, new in zip(errors[:-1], errors[1:], strict=True))
assert theta.abs().max() < 1e-12

# %% [markdown] tags=["deeper"]
# $H$ has one entry for each *pair* of parameters: for a million parameters 4 TB in float32. What survives in practice is the idea that each direction deserves its own step, which section 4.9 takes up with one number for each parameter.

# %% [markdown]
# ## 4.8 Momentum: a heavy ball rolls faster
#
# In a ravine the gradient points across more than along. **Momentum** (Polyak, 1964) keeps a velocity $v$. Each gradient changes the velocity, and the velocity moves the point:
#
# $$ v_{t+1} = \gamma\, v_t + \eta\, \nabla \mathcal{L}(\theta_t), \qquad \theta_{t+1} = \theta_t - v_{t+1}, \qquad\text{typically } \gamma = 0.9. $$
#
# Across the ravine successive gradients point in opposite directions and cancel in $v$. Along it they agree and add up: a constant gradient is amplified $1/(1 - \gamma)$ times, for $\gamma = 0.9$ ten times.


# %%
def momentum(theta, gradient, v, t, eta, gamma=0.9):
    v = gamma * v + eta * gradient(theta)
    return theta - v, v


# %% [markdown]
# Along a direction of curvature $c$ the distance obeys $x_{t+1} = (1 + \gamma - \eta c)\, x_t - \gamma\, x_{t-1}$,
# so $x_t$ is a sum of powers of the roots of $r^2 - (1 + \gamma - \eta c)\, r + \gamma = 0$, and the larger root in size is the **rate**. The best step for given $\gamma$ is $\eta = 2(1 + \gamma)/(\mu + \beta)$.
#
# **Predict.** Is more momentum always better? Move $\gamma$ from 0 to 0.9.


# %%
def rate(gamma):
    """Factor a step, by theory, for the best step size: the largest root in size."""
    b = (1 + gamma) * (25 - 1) / (25 + 1)  # |1 + γ - ηc|, the same for c = μ and c = β
    under_root = b**2 - 4 * gamma
    if under_root < 0:
        return math.sqrt(gamma)
    return (b + math.sqrt(under_root)) / 2


def roll(gamma):
    """Path and distance for momentum gamma, beside plain gradient descent and the theory."""
    runs = {}
    for g in [0.0, gamma]:
        settings = {"eta": 2 * (1 + g) / (25 + 1), "gamma": g}
        runs[g] = run(momentum, ravine_gradient, start, 100, **settings)
    return draw_momentum(runs, {g: rate(g) for g in runs})


explore(roll, gamma=[0.1, 0.2, 0.3, 0.44, 0.6, 0.75, 0.9], start=0.44, alt="Momentum in a ravine")

# %% [markdown]
# *Blue: gradient descent at its best step. Orange: momentum $\gamma$. Dashed: the predicted factor a step. Little momentum still zigzags, much of it swings for ages. In between there is a best one.*
#
# More is not always better. The best $\gamma$ makes the two roots equal: $\gamma = \big(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\big)^2$, here 0.44, with rate $\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1} \approx 1 - \frac2{\sqrt\kappa}$. Gradient descent at its best has $\frac{\kappa - 1}{\kappa + 1} \approx 1 - \frac2\kappa$.
# **Momentum takes the root of the condition number.** We count it, on problems with 20 curvatures from $1/\kappa$ to 1. A walker starts at distance 1 along each of the 20 directions, and the slowest of them counts. (The directions do not mix, so no other start at distance 1 is slower.)


# %%
def steps_to_a_millionth(kappa, eta, gamma):
    """Steps until the slowest of 20 directions is at a millionth of its first distance."""
    c = torch.logspace(-math.log10(kappa), 0, 20, dtype=torch.float64)
    first = torch.ones(20, dtype=torch.float64)
    points = run(momentum, lambda x: c * x, first, int(9 * kappa) + 60, eta=eta, gamma=gamma)
    far = points.abs().max(dim=1).values > 1e-6
    return far.nonzero().max().item() + 1


# %% mystnb={"image": {"alt": "Steps to a millionth of the first distance against the condition number from 10 to 3000, both axes logarithmic. Points for gradient descent lie on their dashed line of slope one, from 69 to about 20 700; points for momentum lie 30 to 50 per cent above a line of slope one half, from 27 to 571."}} tags=["claim:optimization-momentum"]
kappas = [10, 30, 100, 300, 1000, 3000]
counts = {"gradient descent": [], "momentum": []}
theory = {"gradient descent": [], "momentum": []}
for kappa in kappas:
    root = math.sqrt(kappa)
    best_gamma = ((root - 1) / (root + 1)) ** 2
    counts["gradient descent"].append(steps_to_a_millionth(kappa, 2 / (1 + 1 / kappa), 0.0))
    counts["momentum"].append(steps_to_a_millionth(kappa, 4 / (1 + 1 / root) ** 2, best_gamma))
    theory["gradient descent"].append(math.log(1e-6) / math.log((kappa - 1) / (kappa + 1)))
    theory["momentum"].append(math.log(1e-6) / math.log((root - 1) / (root + 1)))
draw_root(kappas, counts, theory)
assert counts["gradient descent"] == [math.ceil(steps) for steps in theory["gradient descent"]]
ratios = [n / steps for n, steps in zip(counts["momentum"], theory["momentum"], strict=True)]
assert all(1.25 < ratio < 1.55 for ratio in ratios) and counts["momentum"][-1] == 571

# %% [markdown] tags=["erratum:err-optimization-momentum-unrolling-exponent", "erratum:err-optimization-momentum-is-not-an-average"]
# *Dashed: the number of steps by the rate alone. Gradient descent needs exactly that. Momentum needs 30 to 50 % more: the two roots are equal, so $x_t = (a + bt)\, r^t$, and the rate does not count the factor $a + bt$.*
#
# For $\kappa = 3000$ these are 571 steps instead of 20 724. **Where beginners fall in:** they add momentum 0.9, keep the learning rate, and have in fact made it ten times larger. Unrolled, the velocity is a fading *sum* of gradients,
#
# $$ v_{t+1} = \gamma^{k+1}\, v_{t-k} + \eta \sum_{i=0}^{k} \gamma^i\, \nabla \mathcal{L}(\theta_{t-i}) , $$
#
# and *not an average*: its weights $\gamma^i$ add up to $1/(1 - \gamma)$. (The exponent is $k + 1$: for $k = 0$ the formula is the recursion itself.)

# %% [markdown] jp-MarkdownHeadingCollapsed=true tags=["deeper"]
# ### Deeper: Nesterov's look ahead, and PyTorch's conventions
#
# **Nesterov's** variant jumps first, and takes the gradient where it lands, at $\theta_t - \gamma v_t$. PyTorch keeps $b \leftarrow \gamma b + g$ and multiplies by the learning rate at the end, so that a change of $\eta$ acts at once; in the formulas above it acts slowly, through $v$. As long as $\eta$ is constant the points agree, and with `nesterov=True` PyTorch's points are our *look-ahead* points.


# %% tags=["claim:optimization-nesterov", "erratum:err-optimization-momentum-and-nesterov-in-pytorch", "deeper"]
def nesterov(theta, gradient, v, t, eta, gamma=0.9):
    v = gamma * v + eta * gradient(theta - gamma * v)
    return theta - v, v


def walk(make, gradient, start, steps=100):
    """The points of one of PyTorch's optimizers, (steps + 1, ...)."""
    theta = start.clone().requires_grad_()
    optimizer = make([theta])
    points = [start]
    for _ in range(steps):
        theta.grad = gradient(theta.detach())
        optimizer.step()
        points.append(theta.detach().clone())
    return torch.stack(points)


twin = walk(lambda p: torch.optim.SGD(p, 0.01, 0.9, nesterov=True), ravine_gradient, start)
ours = run(nesterov, ravine_gradient, start, 100, eta=0.01)
look_ahead = ours[1:] + 0.9 * ours.diff(dim=0)  # v is minus the last move
print(f"largest difference {(look_ahead - twin[1:]).abs().max():.0e}")
torch.testing.assert_close(look_ahead, twin[1:], rtol=0, atol=1e-4)

# %% [markdown]
# ## 4.9 A step for each coordinate
#
# In the ravine the best step for the flat direction is 25 times the one for the steep direction. Why should they share one? We do not know the curvatures, but we see which coordinates have large gradients. **AdaGrad** (Duchi, Hazan and Singer, 2011) adds up their squares in $q$, and divides:
#
# $$ q_{t+1} = q_t + g_t^2, \qquad \theta_{t+1} = \theta_t - \eta\, \frac{g_t}{\sqrt{q_{t+1}} + \varepsilon} \qquad (g_t = \nabla \mathcal{L}(\theta_t), \text{ all coordinate by coordinate}). $$
#
# The first step has the size $\eta$ in every coordinate, whatever the scale of its gradient. But $q$ only grows, so under a constant gradient the steps fade like $1/\sqrt t$.
# **RMSProp** (Hinton, 2012) forgets: it replaces the sum by a fading average, $q_{t+1} = \rho\, q_t + (1 - \rho)\, g_t^2$.
#
# **Adam** (Kingma and Ba, 2015) takes a fading average $m$ of the gradients, too:
#
# $$ m_{t+1} = \rho_1 m_t + (1 - \rho_1)\, g_t, \quad q_{t+1} = \rho_2\, q_t + (1 - \rho_2)\, g_t^2, \quad
# \theta_{t+1} = \theta_t - \eta\, \frac{\hat m_{t+1}}{\sqrt{\hat q_{t+1}} + \varepsilon}, $$
#
# with $\rho_1 = 0.9$ and $\rho_2 = 0.999$ (PyTorch's `betas`). What are the hats? Both averages start at 0, so they are too small at first: after $t + 1$ steps with constant $g$, $m_{t+1} = (1 - \rho_1^{t+1})\, g$. So divide by that: $\hat m_{t+1} = m_{t+1} / (1 - \rho_1^{t+1})$, and the same for $q$ with $\rho_2$. This is the **bias correction**.


# %%
def adagrad(theta, gradient, q, t, eta, eps=1e-10):
    g = gradient(theta)
    q = q + g**2
    return theta - eta * g / (q.sqrt() + eps), q


def rmsprop(theta, gradient, q, t, eta, rho=0.9, eps=1e-8):
    g = gradient(theta)
    q = rho * q + (1 - rho) * g**2
    return theta - eta * g / (q.sqrt() + eps), q


def adam(theta, gradient, averages, t, eta, rho1=0.9, rho2=0.999, eps=1e-8):
    g = gradient(theta)
    m, q = averages
    m = rho1 * m + (1 - rho1) * g
    q = rho2 * q + (1 - rho2) * g**2
    m_hat = m / (1 - rho1 ** (t + 1))
    q_hat = q / (1 - rho2 ** (t + 1))
    return theta - eta * m_hat / (q_hat.sqrt() + eps), (m, q)


# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:optimization-iterative-structure", "claim:optimization-adam"]
# @title Check it: all five rules equal PyTorch's, and Adam hardly notices the scale of the loss
first = start.double()
wide = curvatures.double()
twins = [
    (descent, {"eta": 0.01}, lambda p: torch.optim.SGD(p, 0.01)),
    (momentum, {"eta": 0.01}, lambda p: torch.optim.SGD(p, 0.01, 0.9)),
    (adagrad, {"eta": 0.1}, lambda p: torch.optim.Adagrad(p, 0.1)),
    (rmsprop, {"eta": 0.01}, lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9)),
    (adam, {"eta": 0.1, "memory": (0.0, 0.0)}, lambda p: torch.optim.Adam(p, 0.1)),
]
for rule, settings, make in twins:
    ours = run(rule, lambda theta: wide * theta, first, 100, **settings)
    twin = walk(make, lambda theta: wide * theta, first)
    torch.testing.assert_close(ours, twin, rtol=0, atol=1e-9)
scaled = run(adam, lambda theta: 1000 * wide * theta, first, 100, memory=(0.0, 0.0), eta=0.1)
torch.testing.assert_close(scaled, ours, rtol=0, atol=1e-6)

# %% [markdown]
# **Predict.** How long is a step of Adam with $\eta = 0.01$, in units of $\eta$, when the gradient is always 1000? When it is always $10^{-4}$? And when it is pure noise, of mean 0?

# %% jupyter={"outputs_hidden": true} tags=["claim:optimization-adam-bias-correction", "nbval-check-output", "predict", "hide-output"]
settings = {"memory": (0.0, 0.0), "eta": 0.01}
for name, gradient in {"always 1000": 1000.0, "always 0.0001": 1e-4}.items():
    points = run(adam, lambda theta, g=gradient: torch.tensor([g]), torch.zeros(1), 100, **settings)
    print(
        f"{name:14} first step {points[1].item() / -0.01:.2f} η, last {(points[-2] - points[-1]).item() / 0.01:.2f} η"
    )
noise = run(adam, lambda theta: torch.randn(10_000), torch.zeros(10_000), 1000, **settings)
typical = (noise[-1] - noise[-2]).square().mean().sqrt().item() / 0.01
print(f"pure noise     typically {typical:.2f} η")
assert abs(points[1].item() + 0.01) < 1e-4 and 0.2 < typical < 0.26

# %% [markdown]
# One $\eta$ for both constant gradients, already in the first step (without the correction it would be $0.1 / \sqrt{0.001} \approx 3.16$ times that), and about a quarter of $\eta$ for noise, which cancels in $m$. So Adam's step is about $\eta$ where the sign of the gradient is steady, whatever its scale.
#
# Does that cure ravines? **Predict.** Adam walks through our ravine, and through the same ravine turned by 45 degrees. Gradient descent would not notice the turn. Does Adam?

# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Left: the ravine along the axes; Adam's path leads to the minimum, a star, in a smooth bend. Right: the same ravine turned by 45 degrees; Adam's path swings across the ravine and is still on its way."}} tags=["predict", "hide-output"]
turn = torch.tensor([[1.0, -1.0], [1.0, 1.0]]) / math.sqrt(2)
along_axes = torch.diag(curvatures)
turned = turn @ along_axes @ turn.T
far = torch.tensor([9.0, 3.5])
paths = {}
for name, hessian, first in [
    ("along the axes", along_axes, far),
    ("turned by 45°", turned, turn @ far),
]:
    points = run(adam, lambda theta, H=hessian: H @ theta, first, 60, memory=(0.0, 0.0), eta=0.3)
    paths[name] = (hessian, points)
draw_turned(paths)
losses_at_end = [(points[-1] @ H @ points[-1] / 2).item() for H, points in paths.values()]
print("loss after 60 steps:", [f"{value:.3f}" for value in losses_at_end])
assert losses_at_end[1] > 5 * losses_at_end[0]

# %% [markdown]
# It does, at this rate: a number for each coordinate helps where the ravine lies along the coordinates, and helps less where it does not. (With three times the rate the difference is gone here, so how much it matters depends on the rate, too.)
#
# *Adam with $\eta = 0.3$ in the same ravine, straight and turned; the star is the minimum.*
#
# **Your turn (4 minutes).** *Weight decay* shrinks the weights a little in each step. Under Adam it matters where. **AdamW** (Loshchilov and Hutter, 2019) does it outside of the averages: first $\theta \leftarrow (1 - \eta\lambda)\, \theta$, then Adam's step. Write it, with `adam` at hand.


# %%
def adamw(theta, gradient, averages, t, eta, decay):
    """One step of AdamW from theta, with the gradient taken at the old theta."""
    raise NotImplementedError


with your_turn():
    new = run(adamw, lambda x: 3 * x - 3, torch.tensor(2.0), 2, (0.0, 0.0), eta=0.1, decay=0.5)[-1]
    close(new, 1.6111874, "2 after two steps", {"The decay went through the averages.": 1.8003428})

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def adamw(theta, gradient, averages, t, eta, decay):
#     moved, averages = adam(theta, gradient, averages, t, eta)
#     return moved - eta * decay * theta, averages
# ```
#
# Adam's move does not depend on where it starts from, so the shrinking may be added behind it.
# </details>

# %% [markdown] tags=["erratum:err-optimization-no-manual-tuning", "erratum:err-optimization-epsilon-inside-the-root", "erratum:err-optimization-default-hyperparameters"]
# **Where beginners fall in.** "Adaptive" does not mean that $\eta$ needs no choice: AdaGrad travels about $2 \eta \sqrt t$ in $t$ steps under a constant gradient, so with $\eta = 0.01$ it moves by 2 in ten thousand steps. And say which defaults you use: texts and Keras have $\rho = 0.9$, $\eta = 0.001$ for RMSProp, PyTorch has `alpha=0.99`, `lr=0.01`.
# ($\varepsilon$ guards against division by zero. PyTorch has it *outside* the root; inside, $10^{-8}$ would act like $10^{-4}$.)

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:optimization-adagrad", "claim:optimization-rmsprop"]
# @title Check it: AdaGrad's steps fade, RMSProp's recover when gradients become ten times smaller
g = torch.cat([torch.ones(1000), torch.full((1000,), 0.1)])
adagrad_steps = g.square().cumsum(dim=0) ** -0.5
q = 0.0
averages = []
for g_t in g:
    q = 0.9 * q + 0.1 * g_t**2
    averages.append(q)
rmsprop_steps = torch.stack(averages) ** -0.5
torch.testing.assert_close(adagrad_steps[:1000], torch.arange(1.0, 1001) ** -0.5)
assert rmsprop_steps[1099] / rmsprop_steps[999] > 9.9 and (adagrad_steps.diff() < 0).all()

# %% [markdown] jp-MarkdownHeadingCollapsed=true tags=["deeper"]
# ### Deeper: a function on which Adam fails
#
# Adam's memory is short. Reddi, Kale and Kumar (2018) built a trap from it. The losses take turns: $3x$, then $-x$ twice, and so on for ever, so the gradients are 3, −1, −1, whatever $x$ is. The average loss is $\frac x3$. With $x$ kept inside $[-1, 1]$ the best point is therefore $-1$. Let $\rho_1 = 0$, $\rho_2 = 0.1$ and $\eta = 0.1/\sqrt t$, without bias correction.


# %% tags=["deeper"]
def trap(keep_largest, steps=30_000, rho2=0.1):
    """Where Adam, or AMSGrad, is at the end of the trap."""
    x = 0.0
    q = 0.0
    largest = 0.0
    for t in range(1, steps + 1):
        g = 3.0 if t % 3 == 1 else -1.0
        q = rho2 * q + (1 - rho2) * g**2
        largest = max(largest, q) if keep_largest else q
        x = x - 0.1 / math.sqrt(t) * g / math.sqrt(largest)
        x = max(-1.0, min(1.0, x))
    return x


# %% tags=["claim:optimization-amsgrad", "deeper"]
print(f"Adam ends at {trap(keep_largest=False):.3f}, AMSGrad at {trap(keep_largest=True):.3f}")
assert trap(keep_largest=False) > 0.99 and trap(keep_largest=True) < -0.99

# %% [markdown] tags=["erratum:err-optimization-amsgrad-replaces-average", "deeper"]
# Adam ends at the worst point, AMSGrad at the best. When the 3 comes, $\sqrt q \approx 2.9$, nearly its own size, so it counts 1.05. Then $q$ forgets it: the two −1 are divided by 1.31 and 1.03, and count 0.76 and 0.97. Together they outweigh the 3, and $x$ goes up.
# **AMSGrad** keeps the average $q$, and divides by the root of the *largest* $q$ so far, so the large gradient stays remembered.

# %% [markdown]
# ## 4.10 Schedules
#
# Large steps are fast, small steps have a low noise floor (4.7). So begin large and end small. An *optimizer* makes a step from gradients and memory; changing $\eta$ over time is the job of a **schedule**. The usual one raises $\eta$ in a straight line over the first steps (**warm-up**), while the averages rest on few gradients, and lets it fall to 0 along half a wave (**cosine decay**).


# %%
def warmup_cosine(t, total=200, warmup=20):
    """Factor of the learning rate at step t: up in a straight line, down along a cosine."""
    if t < warmup:
        return (t + 1) / warmup
    return (1 + math.cos(math.pi * (t - warmup) / (total - warmup))) / 2


# %% [markdown] tags=["erratum:err-optimization-optimizer-tunes-learning-rate"]
# In PyTorch `LambdaLR(optimizer, warmup_cosine)` multiplies `param_groups[0]["lr"]` by this factor whenever you call its `step()`, as `train` does since section 4.1. The optimizer itself never touches its learning rate.
#
# ## 4.11 The race, run again
#
# Now the race can be made fair. One learning rate does not mean one step: momentum alone makes it ten times larger, and Adam steps by about the rate in every coordinate. So every method gets the same number of learning rates to try, on three starts, with and without the schedule. We choose by the loss on the **validation** digits.
#
# **Predict.** How does the loss depend on the learning rate? Where will SGD's best rate be: near Adam's, or far above?

# %% jupyter={"outputs_hidden": true} mystnb={"image": {"alt": "Three panels, SGD, SGD with momentum, and Adam: loss on the validation digits against the learning rate from 0.01 to 1, both axes logarithmic, constant and scheduled, three starts each. SGD's curves fall until the rate 1. Momentum has its bottom between 0.1 and 0.3, Adam between 0.01 and 0.1, and both rise steeply at larger rates."}} tags=["predict", "hide-output"]
rates = [0.01, 0.03, 0.1, 0.3, 1.0]
schedules = {"constant": constant, "scheduled": warmup_cosine}
table = {}
for name in ["SGD", "SGD, momentum", "Adam"]:
    for kind, factor in schedules.items():
        rows = []
        for lr in tqdm(rates, leave=False):
            models = [train(runners[name], lr, seed, factor) for seed in range(3)]
            rows.append([loss_on(X_validation, y_validation, model) for model in models])
        table[name, kind] = torch.tensor(rows)  # (rates, starts)
draw_rates(rates, table)
best_rate = {setting: rates[rows.mean(dim=1).argmin()] for setting, rows in table.items()}
assert best_rate["SGD", "constant"] >= 10 * best_rate["Adam", "constant"]

# %% [markdown]
# Far above: at least ten times Adam's. There is no learning rate "for a network"; there is one for a network *with an optimizer*. Too small a rate does not arrive, too large a one destroys the network.
#
# *Validation loss after 200 steps; a mark for each start, lines for their means.*
#
# Each method now runs at its own best rate, and meets the test digits for the first time.

# %% mystnb={"image": {"alt": "Test losses: in grey the first race with SGD near 2.2; in blue the second race at each method's best rate, constant and scheduled: all of them lie near 0.1."}}
second_race = {}
for (name, kind), lr in best_rate.items():
    models = [train(runners[name], lr, seed, schedules[kind]) for seed in range(3)]
    second_race[f"{name}, {kind}"] = [loss_on(X_test, y_test, model) for model in models]
before = {name: first_race[name] for name in ["SGD", "Adam"]}
draw_race(second_race, before=before, line=math.log(10))
mean_sgd = sum(second_race["SGD, constant"]) / 3
mean_adam = sum(second_race["Adam, constant"]) / 3
print(
    f"plain SGD: {sum(first_race['SGD']) / 3:.2f} at rate 0.01, {mean_sgd:.2f} at its own best rate"
)
assert mean_sgd < 0.1 * min(first_race["SGD"]) and mean_sgd < 2.5 * mean_adam

# %% [markdown]
# *Grey: the first race, all at the rate 0.01. Blue: the second, each at its own rate.*
#
# The first race was unfair. At its own rate plain SGD has less than a tenth of its first loss, and what is left between the methods is of the size of the differences between the starts, so three starts do not say who wins. What Adam is good for can be read from the figure before: on this network it is as good at the rate 0.01 that one tries first.
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
# - **Gradient descent** multiplies each direction by $1 - \eta c$ in a step, where $c$ is its curvature. The steepest one limits $\eta$, the flattest one pays: $2.3\,\kappa$ steps a digit for $\eta = 1/\beta$.
# - **SGD** is cheap and has a noise floor; smaller steps, larger batches and schedules lower it. Noise also leads away from saddles.
# - **Momentum** takes the root of the condition number. **Adam** makes a step of about $\eta$ in every coordinate whose gradient keeps its sign, whatever its scale.
# - Compare optimizers each at its own best learning rate, chosen on validation data, over several starts.

# %% [markdown] tags=["proved"]
# **Checked by running code:** 38 statements, 22 of them in this notebook, the others in the course's tests. [Here is the list](../docs/proved/04_optimization.md).

# %% [markdown]
# **Read next.** Bottou, Curtis and Nocedal, *Optimization Methods for Large-Scale Machine Learning* (SIAM Review 2018), for the theorem and its relatives. Goh, *Why Momentum Really Works* (Distill 2017), for the roots of 4.8, in pictures.
# Kingma and Ba, *Adam* (2015), and Reddi, Kale and Kumar, *On the Convergence of Adam and Beyond* (2018). Li et al., *Visualizing the Loss Landscape of Neural Nets* (2018), for better maps.
#
# **Now you.** The exercise is in `exercises/04_optimization/`. It ends at a saddle, from which you must escape.
