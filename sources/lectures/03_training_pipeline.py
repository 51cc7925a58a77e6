# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 3. The training pipeline
#
# **After this chapter you can write a training program that you have reason to trust: you know each of its parts, you judge it on data that it has not seen, you can stop and resume it, and you find the bugs that raise no error.**
#
# *You need:* chapter 1 (tensors, the multilayer perceptron), chapter 2 (`backward`, and where gradients come from), Python classes.
# *Time:* two halves of about 55 minutes. Half way there is a place to pause.

# %% [markdown] tags=["badge"]
# *This notebook runs in JupyterLab. The course is not published yet, so there is no button here that opens it in Colab.*

# %% [markdown]
# **Do you remember?** Answer first, then unfold.
#
# 1. A network maps 784 pixels to 128 hidden units and those to 10 scores, with biases. How many parameters has it?
#    <details><summary>Answer</summary>784 · 128 + 128 in the first layer, 128 · 10 + 10 in the second: 101 770.</details>
# 2. At $w = 1$ you call `(w**2).backward()` twice. What is `w.grad`?
#    <details><summary>Answer</summary>4. Each call adds $2w = 2$. Gradients accumulate until somebody sets them to zero.</details>
# 3. A classifier gives ten equal scores. What is its loss $-\log p_y$, with $p = \mathrm{softmax}(z)$?
#    <details><summary>Answer</summary>Every class has $p = 1/10$, so the loss is $\log 10 \approx 2.303$ nats, whatever the label. Remember this number.</details>

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
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

from helpers import runtime, sanity
from helpers.checks import close, equal, your_turn
from helpers.data import Batches, mnist, photographs, sine
from helpers.plotting import BLUE, ORANGE, LiveCurves, plot_curves, show_images
from helpers.training import accuracy, evaluate, fit
from helpers.widgets import explore

device = runtime.device()  # a GPU where there is one, else the CPU
runtime.seed_everything(0)

# %% [markdown]
# ## 3.1 First, the whole program
#
# Every training program in this course has the same six parts. **Data** are examples, each an input $x$ and a target $y$. A **loader** cuts them into batches.
# A **model** turns inputs into scores. A **loss** says how bad the scores are. An **optimizer** moves the parameters. And a **picture** shows us whether it works.
#
# Here they are, for 4 000 handwritten digits of 28 × 28 pixels (LeCun and others, 1998). Another 1 000 are held out to judge by.


# %%
def mlp(dropout=0.0):
    """784 pixels, 128 hidden units, 10 scores. (Dropout is the subject of section 3.6.)"""
    hidden = nn.Linear(784, 128), nn.ReLU(), nn.Dropout(dropout)
    return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(128, 10)).to(device)


X_train, y_train, X_test, y_test = mnist(full=False)  # data
loader = DataLoader(TensorDataset(X_train, y_train), batch_size=64, shuffle=True)
model = mlp()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
print("training pictures", tuple(X_train.shape), " classes", tuple(y_train.shape))

# %% [markdown]
# One **epoch** shows every example once. For each batch, five lines do the work: forward, loss, zero, backward, step. We will take them apart one by one.


# %%
def train(model, batches, optimizer, epochs=1, loss_function=F.cross_entropy):
    """The bare loop: trains in place, and returns the loss of each step."""
    losses, home = [], next(model.parameters()).device
    model.train()
    for _ in range(epochs):
        for x, y in batches:
            loss = loss_function(model(x.to(home)), y.to(home))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% tags=["claim:training-pipeline-pipeline-order"]
losses = train(model, loader, optimizer, epochs=8)
predicted = model(X_test.to(device)).argmax(dim=1).cpu()
held_out = (predicted == y_test).float().mean().item()
print(f"{held_out:.1%} of 1 000 digits that it has never seen are right")
assert held_out > 0.9 and sum(losses[-63:]) < 0.5 * sum(losses[:63])  # 63: one epoch

# %% mystnb={"image": {"alt": "Training loss of each batch over 504 steps: it starts near 2.3, falls below 0.5 within the first 63 steps, and goes on falling slowly and noisily below 0.2."}}
plt.plot(losses, linewidth=1)
plt.axhline(math.log(10), color="0.5", linestyle="--")
plt.gca().set(xlabel="step (one batch of 64)", ylabel="training loss (nats)", ylim=(0, 2.5))
plt.show()

# %% [markdown]
# *The loss begins at log 10 (dashed), as for a program that guesses, and falls.* Where does the program still fail? Look at the errors. Always look at the errors.

# %% mystnb={"image": {"alt": "Ten held-out digits that the network got wrong, most of them badly written, each with its label and the wrong guess."}}
wrong = (predicted != y_test).nonzero()[:10, 0]
show_images([X_test[wrong, 0].numpy()], [f"{y_test[i]}, says {predicted[i]}" for i in wrong])
plt.gcf().set_size_inches(11, 1.6)

# %% [markdown]
# *Ten of its mistakes: the true class, and what the network says.*
#
# It works, and it fits on a page. The rest of the chapter asks of each line: what does it do, how does it break, and how would you notice?
#
# ## 3.2 Data: from an example to a batch
#
# ### A data set answers two questions
#
# *How many examples are there?* and *which is number $i$?* That is all PyTorch asks of a `Dataset`: the methods `__len__` and `__getitem__`.
# Ours holds NumPy arrays of bytes, as pictures come from files. A **transform** turns the raw picture into what the model wants.


# %%
class Pictures(Dataset):
    """Pictures and their labels; `transform` is applied to a picture when it is asked for."""

    def __init__(self, pictures, labels, transform=torch.tensor):
        self.pictures, self.labels, self.transform = pictures, labels, transform

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, i):
        return self.transform(self.pictures[i]), self.labels[i]


# %% tags=["claim:training-pipeline-dataset-protocol"]
raw = (255 * X_train[:, 0]).byte().numpy()  # (4000, 28, 28), bytes
digits = Pictures(raw, y_train.numpy())
batch, labels = next(iter(DataLoader(digits, batch_size=8)))
print(f"{len(digits)} examples; number 3 is a {digits[3][1]}; a batch is {tuple(batch.shape)}")
assert len(digits) == 4000 and batch.shape == (8, 28, 28) and labels[3] == y_train[3]
assert torch.equal(digits[3][0], torch.tensor(raw[3])) and torch.equal(batch[3], digits[3][0])

# %% [markdown]
# We count from 0. What ends a plain `for picture, label in digits` is the `IndexError` that NumPy raises beyond the last example.
#
# ### Transforms
#
# Photographs are bytes, of any size, with the colour last. A network wants numbers of size about 1, a fixed shape and the colour first: $(C, H, W)$. `torchvision.transforms.v2` holds the steps, and `Compose` makes them one function.
# Cut the middle out, divide by 255, then subtract a mean and divide by a standard deviation, channel by channel. Our cat is stored colour first, so we first put the colour last, as a file would give it. (Mean and deviation below are of the ImageNet photographs.)

# %% tags=["claim:training-pipeline-transforms-compose"]
from torchvision.transforms import v2

cat = photographs("chelsea")["chelsea"][:, :, 60:320].permute(1, 2, 0).numpy()  # as a file has it
mean, std = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])
to_numbers = [v2.ToImage(), v2.CenterCrop(224), v2.ToDtype(torch.float32, scale=True)]
small = v2.Compose(to_numbers)(cat)
ready = v2.Compose([*to_numbers, v2.Normalize(mean.tolist(), std.tolist())])(cat)
print(f"{cat.dtype} {cat.shape} becomes {ready.dtype} {tuple(ready.shape)}")
assert ready.shape == (3, 224, 224) and 0 <= small.min() < small.max() <= 1
assert torch.allclose(ready, (small - mean[:, None, None]) / std[:, None, None], atol=1e-6)

# %% [markdown]
# When does a transform run? Not when the data set is made, and not once: **each time** an example is asked for. So a *random* transform shows another picture in every epoch. That is data augmentation.
#
# **Predict.** We make the data set and ask for example 0 six times. How often does the transform run, and how many different cats do we get?

# %% mystnb={"image": {"alt": "Six versions of the same photograph of a cat, cut out at random, some mirrored."}} tags=["claim:training-pipeline-transforms-are-lazy", "erratum:err-training-pipeline-transform-before-accessing"]
crop = v2.RandomResizedCrop(128, scale=(0.2, 1))
view = v2.Compose([v2.ToImage(), crop, v2.RandomHorizontalFlip()])
runs = []  # one entry for each run of the transform
cats = Pictures([cat], ["cat"], lambda picture: runs.append(1) or view(picture))
runs_before, views = len(runs), [cats[0][0] for _ in range(6)]
show_images([[v.permute(1, 2, 0).numpy() for v in views]])
plt.gcf().set_size_inches(9, 1.6)
assert runs_before == 0 and len(runs) == 6 and not torch.equal(views[0], views[1])

# %% [markdown]
# *Six accesses to the same index, six cats.* The price is paid at each access too: in every epoch.
# **A trap:** a mirrored cat is a cat. A mirrored 3 is not a 3. And the held-out pictures get no random transform at all.
#
# ### The loader
#
# A `DataLoader` adds three services to a data set: it makes **batches**, it **shuffles**, and with `num_workers=2` two other processes fetch examples while the model computes. You use it in a `for` loop.

# %% tags=["claim:training-pipeline-dataloader-services", "erratum:err-training-pipeline-dataloader-is-not-an-iterator"]
thousand = DataLoader(TensorDataset(torch.arange(1000)), batch_size=64, shuffle=True)
first, second = ([numbers for (numbers,) in thousand] for _ in range(2))  # two epochs
print(len(thousand), "batches, the last of", len(first[-1]))
try:
    next(thousand)
except TypeError as error:
    print("next(loader):", error)
assert len(thousand) == 16 and len(first[-1]) == 40 and not torch.equal(first[0], second[0])
assert all(torch.cat(e).sort().values.equal(torch.arange(1000)) for e in (first, second))

# %% [markdown]
# Every example came once in each epoch, in a new order. The last batch is **ragged**: 1 000 is no multiple of 64. Section 3.6 shows the harm that this can do.
# A loader is an *iterable*, like a list, not an iterator: each `for` starts a new epoch. For a single batch, say `next(iter(loader))`.


# %% [markdown]
# How do eight examples become one batch? A function does it, `collate_fn`. The default one stacks tensors of equal shape. Photographs differ in size, so it gives up, and we write our own: cut all to one size.


# %%
album = list(photographs("chelsea", "coffee", "astronaut").values())  # a list is a data set, too
cut_and_stack = {"collate_fn": lambda pictures: torch.stack([p[:, :300, :400] for p in pictures])}
batch = next(iter(DataLoader(album, batch_size=3, **cut_and_stack)))
print([tuple(picture.shape) for picture in album], "become", tuple(batch.shape))

# %% [markdown]
# ### When the data fit in memory
#
# The loader asks the data set for one example after the other, in Python, and stacks them. For photographs on a disk nothing else is possible. For 4 000 digits it is a waste: the tensor is already there, and one indexing operation cuts out 64 rows.
# `helpers.data.Batches` does that, on the device. Both make 63 batches an epoch. The first asks the data set 4 000 times for them, the second cuts 63 times.


# %%
from timeit import repeat

calls, fast = [], Batches(X_train, y_train, batch_size=64, shuffle=True)
one_by_one = Pictures(X_train, y_train, lambda picture: calls.append(1) or picture)
slow = DataLoader(one_by_one, batch_size=64, shuffle=True)
assert len(list(slow)) == len(list(fast)) == 63 and len(calls) == 4000
seconds = [min(repeat(lambda way=way: list(way), number=1, repeat=5)) for way in (fast, slow)]

# %% mystnb={"image": {"alt": "Two horizontal bars: microseconds an example for the DataLoader and for Batches; the second is several times shorter."}}
plt.figure(figsize=(7, 1.6))
plt.barh(["Batches", "DataLoader"], 250 * np.array(seconds), color=[ORANGE, BLUE])
plt.xlabel("µs an example, without any training (an epoch has 4 000)")
plt.show()

# %% [markdown]
# *Measured on the machine that ran this notebook. For a small network this bill matters, and on a GPU, which trains faster still, it matters more.*
# Workers do not help here. They cost, too: each picture is sent from one process to another. They help where fetching an example is slow, as it is for a file that must be read and decoded. (On macOS and Windows a worker must be able to *import* the data set's class, so put it into a file, not into a notebook.)
#
# ## 3.3 The model
#
# ### Modules
#
# Any chain of layers is a model, with `nn.Sequential`. For anything else write a class: **extend** `nn.Module`, call `super().__init__()`, make the layers there, and say in `forward` what happens to the input. Then call the *instance* like a function.
# This one has two inputs: $f(x, y) = y + \exp\left(\mathrm{mean}_j\,(Wx + b)_j\right)$.


# %% tags=["claim:training-pipeline-module-class"]
class Shifted(nn.Module):
    def __init__(self, n_in=10, n_hidden=100):
        super().__init__()  # must come first: it prepares the lists of parameters
        self.lin = nn.Linear(n_in, n_hidden)

    def forward(self, x, y):
        return y + torch.exp(self.lin(x).mean(dim=1))


shifted = Shifted()
out, parameters = shifted(torch.randn(8, 10), torch.randn(8)), list(shifted.parameters())
print("output", tuple(out.shape), " parameters", [tuple(p.shape) for p in parameters])
assert out.shape == (8,) and sum(p.numel() for p in parameters) == 10 * 100 + 100

# %% [markdown]
# Why `model(x)` and not `model.forward(x)`? The call does a little more: it runs hooks that others have hung on the model (chapter 7 looks inside networks that way).
#
# **Modules nest.** A module that is an attribute of another belongs to it, and its parameters are found recursively.
#
# **Predict.** `nested` has one attribute, a chain of four layers. How many *children* has it? And how many parameters are found when the same layers stand in a Python list?


# %% tags=["claim:training-pipeline-module-hierarchy", "erratum:err-training-pipeline-children-are-only-direct"]
class Listed(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


chain = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2), nn.ReLU())
nested = Listed(chain)
children, modules = len(list(nested.children())), len(list(nested.modules()))
found = [len(list(Listed(kind(chain)).parameters())) for kind in (list, nn.ModuleList)]
print(f"children {children}, modules {modules}; parameters found in list, ModuleList: {found}")
assert (children, modules) == (1, 6) and found == [0, 4]

# %% [markdown]
# `children()` yields the direct parts only, `modules()` all of them and the model itself. A plain list hides its layers from both. The optimizer never hears of them, and nothing complains. It is our first silent bug; section 3.9 collects ten.
#
# **Your turn (3 minutes).** How many numbers will training change? A parameter with `requires_grad=False` is frozen and does not count.


# %%
def trainable(model):
    """The number of trainable numbers in a model."""
    raise NotImplementedError


with your_turn():
    mistakes = {"A tensor p holds p.numel() numbers.": 4, "Leave out what is frozen.": 92}
    small = nn.Sequential(nn.Linear(2, 6).requires_grad_(False), nn.Linear(6, 8), nn.Linear(8, 2))
    equal(trainable(small), 74, "the number with a frozen first layer", mistakes)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def trainable(model):
#     return sum(p.numel() for p in model.parameters() if p.requires_grad)
# ```
# </details>

# %% [markdown]
# ### Gradients arrive by themselves
#
# Layers start with random weights, a linear one with uniform numbers in $\pm 1/\sqrt{n_\mathrm{in}}$. You never write the backward pass. But whose method is `backward`? Not the model's: the graph belongs to the **loss**, a tensor.

# %% tags=["claim:training-pipeline-backward-is-automatic", "erratum:err-training-pipeline-backward-belongs-to-the-tensor"]
nested.unused = nn.Linear(3, 3)  # a layer that the loss does not depend on
before = [p.grad for p in nested.parameters()]
loss = nested(torch.randn(5, 4)).square().mean()
loss.backward()
print("gradients:", {name: p.grad is not None for name, p in nested.named_parameters()})
assert before == [None] * 6 and chain[0].weight.grad.shape == (8, 4)
assert nested.unused.weight.grad is None and not hasattr(nested, "backward")

# %% [markdown]
# ### Devices
#
# Model and data must live on the same device. One asymmetry bites: for a module `.to(device)` works **in place**, for a tensor it returns **another** tensor. So write `x = x.to(device)`. A forgotten `x =` leaves the tensor where it was, and the next operation complains of two devices. We show it with PyTorch's device "meta", which every machine has: its tensors have shapes and no numbers.

# %% tags=["erratum:err-training-pipeline-to-device-returns-a-copy", "nbval-check-output"]
x, layer = torch.ones(2, 4), nn.Linear(4, 3)
_ = x.to("meta"), layer.to("meta")  # both results are thrown away
print("the tensor is on", x.device, "- the module is on", layer.weight.device)
assert x.device.type == "cpu" and layer.weight.device.type == "meta"

# %% [markdown]
# **Out of the graph.** To plot or store a result, cut it from the graph: `x.detach()`. That is *not* a copy. It is the same memory, and so is the NumPy array made of it. Write `x.detach().clone()` for a copy of your own, and `x.detach().cpu().numpy()` on a GPU.

# %% tags=["erratum:err-training-pipeline-detach-does-not-clone", "erratum:err-training-pipeline-numpy-conversion-conditions"]
x = torch.ones(3, requires_grad=True)
x.detach().numpy()[0] = 7  # x.numpy() would raise an error: x is in a graph
print("written into the array, changed in x:", x.tolist())
assert x.tolist() == [7, 1, 1]

# %% [markdown]
# ## 3.4 The loss: shapes that lie
#
# For classes, PyTorch's `cross_entropy` takes raw scores $(B, C)$ and either classes $(B,)$, counted from 0, or a matrix of probabilities $(B, C)$. The softmax is **inside**. If your model ends in a softmax already, it is applied twice.

# %% tags=["claim:training-pipeline-loss-target-formats", "erratum:err-training-pipeline-nllloss-needs-log-probabilities"]
scores, y = 5 * torch.randn(8, 10, dtype=torch.float64), torch.arange(8)
by_class, by_matrix = F.cross_entropy(scores, y), F.cross_entropy(scores, torch.eye(10)[y].double())
softmax_twice = F.cross_entropy(scores.softmax(dim=1), y)
print(f"classes {by_class:.4f} = matrix {by_matrix:.4f}; softmax twice {softmax_twice:.4f}")
raw = [F.nll_loss(k * scores.abs(), y).item() for k in (1, 10, 100)]  # every score positive
print("nll_loss of positive raw scores, times 1, 10 and 100:", *np.round(raw, 1))
assert abs(by_class - by_matrix) < 1e-6 < by_class - softmax_twice and raw[2] < raw[1] < raw[0]
torch.testing.assert_close(F.nll_loss(scores.log_softmax(dim=1), y), by_class)

# %% [markdown]
# `nll_loss` wants log-probabilities: it only picks the entry of the right class and changes the sign. On raw scores it has no minimum: where the right class has a positive score, as here, ten times the scores make it ten times as negative, without end. `log_softmax` first makes it equal to the cross-entropy.
#
# Why does the softmax that is applied twice look *better* here? These scores are random and large, so they are sure of wrong classes, and cross-entropy punishes that. The first softmax hides it: it squeezes all scores into 0 to 1, and the loss comes out near $\log 10$, whatever the model says. For a trained model the same squeeze makes a good loss look bad.
#
# For numbers, the loss is the mean of squares. Here lies the worst trap of all. Models return $(B, 1)$; targets often come as $(B,)$. Their difference exists: it has shape $(B, B)$, each prediction against *every* target.
#
# **Predict.** What does a model learn that must be close to all targets at once?


# %%
x, y = sine(200, generator=torch.Generator().manual_seed(0))  # (200, 1) both
grid = torch.linspace(-3, 3, 50)[:, None]


def fit_sine(target, steps=300):
    """What is predicted on the grid, and R², the share of the variance that is explained."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    train(net, [(x, target)], optimizer, steps, lambda out, y: ((out - y) ** 2).mean())
    unexplained = ((net(x) - y) ** 2).mean() / y.var(correction=0)  # an offset counts as an error
    return net(grid).detach(), 1 - unexplained.item()


# %% mystnb={"image": {"alt": "Points along a sine wave. The curve fitted with equal shapes follows them; the one fitted with shapes (B, 1) against (B,) is a flat line near zero, the mean of all targets."}} tags=["proof", "claim:training-pipeline-shape-bugs", "erratum:err-training-pipeline-mse-shape-advice"]
(right, r2_right), (flat, r2_flat) = fit_sine(y), fit_sine(y[:, 0])
plt.plot(x, y, ".", color="0.7", label="data")
plt.plot(grid, right, color=BLUE, label=f"(B, 1) − (B, 1): R² = {r2_right:.2f}")
plt.plot(grid, flat, "--", color=ORANGE, label=f"(B, 1) − (B,): R² = {r2_flat:z.2f}")
plt.gca().set(xlabel="x", ylabel="y")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
assert (torch.ones(5, 1) - torch.ones(5)).shape == (5, 5) and r2_right > 0.9 and abs(r2_flat) < 0.1

# %% [markdown]
# *The mean of all targets. It is the best answer to the wrong question.* `nn.MSELoss` at least warns; a difference written by hand does not. Both shapes are fine, $(B,)$ and $(B, 1)$, as long as **prediction and target agree**. Print shapes. The course's `fit` refuses such a pair.
#
# ## 3.5 Five lines, in order
#
# Forward, loss, zero, backward, step. `optimizer.step()` does not look at the loss: it reads what stands in `.grad`. And `backward` **adds** to `.grad`. So forget to zero it, and you step along the *sum* of all gradients so far.
# We take the simplest loss, $x^2$, from $x = 1$ with steps of 0.1.


# %%
def minimize(zero, steps=60):
    x, path = torch.tensor(1.0, requires_grad=True, dtype=torch.float64), []
    optimizer = torch.optim.SGD([x], lr=0.1)
    for _ in range(steps):
        if zero:
            optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        path.append(x.item())
    return path


# %% mystnb={"image": {"alt": "x over 60 steps: with zero_grad it falls to 0 at once, without it swings between minus one and one and never comes to rest."}} tags=["claim:training-pipeline-zero-grad-is-needed"]
curves = {"with zero_grad": minimize(True), "without": minimize(False)}
plot_curves(range(1, 61), curves, "step", "x")
late = np.abs(minimize(False, steps=300)[-20:]).max()
assert abs(curves["with zero_grad"][-1]) < 2e-6 and 0.9 < late < 1.1

# %% [markdown]
# *Without zeroing, the sum of gradients acts like a velocity without friction: $x$ swings for ever.* (Momentum, in chapter 4, is this idea with friction.)
#
# Where exactly you zero does not matter, as long as it is not between `backward` and `step`. There it throws the gradient away, and nothing ever moves.

# %% [markdown] tags=["erratum:err-training-pipeline-optimizer-constructor"]
# **The optimizer** gets the parameters and its settings. All share `params` and `lr`; the rest differs. SGD and RMSprop take a `momentum`. Adam has `betas` instead, and `Adam(..., momentum=0.9)` raises a `TypeError`, as Adagrad does. Defaults are no recommendations: SGD's 0.001 is far too small here, as you will see in a moment.

# %% [markdown]
# ### The most important number
#
# is the learning rate $\eta$. We train for four epochs with plain SGD, $\theta \leftarrow \theta - \eta\, \nabla \mathcal{L}$, at nine rates.
#
# **Predict.** Over which range does it work: a factor of 3, of 30, or of 300?

# %%
rates, runs = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10], {}
test = Batches(X_test, y_test, batch_size=50)  # `evaluate`, below, is explained in section 3.6
for rate in rates:
    torch.manual_seed(0)
    model = mlp()
    losses = train(model, fast, torch.optim.SGD(model.parameters(), lr=rate), epochs=4)
    runs[rate] = losses, evaluate(model, test, {"accuracy": accuracy})["accuracy"]
assert runs[0.001][1] < 0.5 and runs[10][1] < 0.3
assert min(runs[rate][1] for rate in (0.03, 0.1, 0.3, 1)) > 0.75


# %%
def at_rate(rate):
    fig, ax = plt.subplots(figsize=(7, 3))
    for eta, colour in {0.1: "0.8", rate: ORANGE}.items():
        ax.plot(runs[eta][0], color=colour, linewidth=1.2, label=f"η = {eta}")
    ax.set(xlabel="step", ylabel="training loss (nats)", ylim=(0, 4))
    ax.legend(loc="upper right", title=f"held-out accuracy {runs[rate][1]:.2f}")
    return fig


explore(at_rate, rate=rates, start=0.3, alt="Training loss at one learning rate, beside 0.1")

# %% [markdown]
# *Move the slider. Too small: a straight line that would get there next week. Right: steep, then flat. Too large: jumps, and then hardly any learning. At η = 3 the loss stays a little below log 10, at η = 10 about at log 10 or above.*
#
# Between 0.03 and 1 all goes well: a factor of about 30. So search rates in factors of three, from the side where it breaks. A good rate is often a third of the smallest one that fails.
#
# ### First, overfit one batch
#
# Before any long run: take **one** batch and train on nothing else. A healthy program learns 64 pictures by heart in seconds. If it does not, the bug is not in the data, and more training will not help.

# %%
torch.manual_seed(0)
model, one_batch = mlp(), [(X_train[:64], y_train[:64])]
by_heart = train(model, one_batch, torch.optim.Adam(model.parameters(), lr=1e-2), epochs=60)
print(f"loss at step 1: {by_heart[0]:.2f} (log 10 = 2.30), at step 60: {by_heart[-1]:.4f}")
assert abs(by_heart[0] - math.log(10)) < 0.3 and by_heart[-1] < 0.01

# %% [markdown]
# Two tests in one. The first loss is near $\log 10$: the untrained model knows nothing and claims nothing. The last is near zero: gradients flow, the optimizer owns the parameters, the loss fits the scores.
#
# ## 3.6 To judge
#
# ### Two modes
#
# Some layers behave differently while they learn. **Dropout** (chapter 11) switches off random units, batch normalization (chapter 5) uses the statistics of the batch. `model.train()` and `model.eval()` switch the whole model. Here is what one picture is told, three hundred times.

# %% mystnb={"image": {"alt": "Histogram of the probability that a network with dropout gives to the right class of one picture. In train mode 300 predictions spread widely; in eval mode all fall on one line."}} tags=["claim:training-pipeline-train-and-eval-modes"]
model, i, told = mlp(dropout=0.5), wrong[0], {}
train(model, fast, torch.optim.SGD(model.parameters(), lr=0.1), epochs=2)
for mode in (model.train, model.eval):
    mode()
    with torch.no_grad():  # no graph, no memory for it
        scores = model(X_test[i].expand(300, 1, 28, 28).to(device))
    told[mode.__name__] = scores.softmax(dim=1)[:, y_test[i]].cpu().numpy()
plt.hist(told["train"], bins=30, color=BLUE, label="model.train()")
plt.axvline(told["eval"][0], color=ORANGE, linewidth=3, label="model.eval()")
plt.gca().set(xlabel="probability of the right class", ylabel="predictions (of 300)")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
assert told["eval"].std() < 1e-5 < 1e-2 < told["train"].std()

# %% [markdown]
# *In train mode each call draws other units: 300 opinions. In eval mode there is one.* Judge with `model.eval()`, then go back with `model.train()`.
# The other switch, `torch.no_grad()`, changes no number: it saves the memory of the graph. The two are independent, and testing wants both.
#
# ### Averages
#
# `loss.item()` is a plain number, already the **mean over its batch**. To get the mean over a set of $N$ examples from batches of sizes $n_b$, weight them:
#
# $$ \bar{\mathcal{L}} = \frac{1}{N} \sum_b n_b\, \mathcal{L}_b, \qquad N = \sum_b n_b . $$
#
# This problem has an exact answer: the loss of all 1 000 held-out pictures in one batch. To make the harm visible we sort them, so that the ragged last batch holds the 40 hardest.

# %% tags=["claim:training-pipeline-metrics-accumulation", "erratum:err-training-pipeline-running-loss-normalisation"]
scores, y = model(X_test.to(device)).detach().cpu().double(), y_test
order = F.cross_entropy(scores, y, reduction="none").argsort()  # easy first
exact = F.cross_entropy(scores, y).item()
parts = [(len(b), F.cross_entropy(scores[b], y[b]).item()) for b in order.split(64)]
weighted = sum(n * mean for n, mean in parts) / 1000
mean_of_means, sum_over_n = (sum(mean for _, mean in parts) / k for k in (len(parts), 1000))
print(f"{exact=:.4f}, {weighted=:.4f}, {mean_of_means=:.4f}, {sum_over_n=:.4f}")
assert abs(weighted - exact) < 1e-9 and mean_of_means > 1.05 * exact and exact > 50 * sum_over_n

# %% [markdown]
# The mean of means gives an example in the last batch a weight of 1/40 instead of 1/64. With a random last batch that is noise, with a sorted set it is a wrong result. Dividing the sum of means by $N$ is common too, and makes any loss look splendid: it is too small by about the batch size.
#
# **Your turn (3 minutes).** Two machines have each measured the accuracy on a part of the data. Put them together: from pairs (number of examples, accuracy) compute the accuracy on all.


# %%
def overall(parts):
    """The accuracy on all data, from pairs (number of examples, accuracy)."""
    raise NotImplementedError


with your_turn():
    mistakes = {"Weight each part by its size.": 0.75, "Divide by the number of examples.": 250}
    close(overall([(300, 0.5), (100, 1.0)]), 0.625, "the accuracy on 400", mistakes)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def overall(parts):
#     return sum(n * share for n, share in parts) / sum(n for n, _ in parts)
# ```
# </details>

# %% [markdown]
# ### On data that it has not seen
#
# We give the network only 200 pictures and train for a long time. After each epoch we store loss and accuracy, on the 200 and on the held-out 1 000.

# %% tags=["claim:training-pipeline-test-set-and-curves", "erratum:err-training-pipeline-test-function-uses-training-data"]
torch.manual_seed(0)
few = Batches(X_train[:200], y_train[:200], batch_size=50, shuffle=True)
measures = {"loss (nats)": F.cross_entropy, "accuracy": accuracy}
model, history = mlp(), []
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for _ in range(50):
    train(model, few, optimizer)
    history.append([evaluate(model, part, measures) for part in (few, test)])
at_home, abroad = (part["accuracy"] for part in history[-1])
print(f"accuracy: training {at_home:.3f}, held-out {abroad:.3f}")
assert at_home == 1 and abroad < 0.97 and len(history) == 50

# %% mystnb={"image": {"alt": "Left: training loss falls to zero over 50 epochs, held-out loss falls, reaches a minimum and then rises slowly. Right: training accuracy reaches 1, held-out accuracy stays near 0.8."}}
fig, axes = plt.subplots(1, 2, figsize=(9, 3))
for name, ax in zip(measures, axes, strict=True):
    curves = [[part[name] for part in epoch] for epoch in history]  # (50, 2)
    ax.plot(range(1, 51), curves, label=["training", "held-out"])
    ax.set(xlabel="epoch", ylabel=name, ylim=(0, None))
axes[1].legend(loc="lower right")
plt.show()

# %% [markdown]
# *Left: the training loss (blue) goes to zero; the held-out loss (orange) turns and rises. Right: 200 of 200 by heart, and far fewer of the others.* The gap is **overfitting**.
# If the test function loops over the training loader, a slip of one word, it reports 100 %. Nothing complains.
#
# Here is another slip of one letter. A notebook remembers every variable, also those of the cell before.


# %% tags=["erratum:err-training-pipeline-output-versus-outputs"]
outputs = model(X_train[:50].to(device))  # left over from training
right = 0
for x, y in test:
    output = model(x)
    right += (outputs.argmax(dim=1) == y).sum().item()
print(f"misspelt: {right / 1000:.3f}, right: {abroad:.3f}")
assert right / 1000 < 0.2 < 0.7 < abroad

# %% [markdown]
# `output` is computed and never used. In a script that would be a `NameError`, here it is a result near chance. Use one name, and restart the kernel before you believe a number.

# %% [markdown] tags=["pause"]
# > **A place to pause.** You can write and judge a whole training program now. The second half makes it safe: a finished loop, seeds, checkpoints, and the zoo of silent bugs.

# %% [markdown]
# ## 3.7 The finished loop
#
# `helpers.training.fit` is our loop, with what longer trainings need around it. Open the file: `fit` is one function, from top to bottom. It returns a history: lists of numbers, `history.steps` with one for each step, `history.epochs` with one for each epoch. It is the same loop, and we prove it: same seed, same weights, to the last bit.


# %%
cpu = torch.device("cpu")


def start(seed=0):
    torch.manual_seed(seed)
    model, batches = mlp().to(cpu), Batches(X_train, y_train, shuffle=True, device=cpu)
    return model, batches, torch.optim.Adam(model.parameters(), lr=3e-3)


def run(model, batches, optimizer, **settings):
    done = fit(model, batches, F.cross_entropy, optimizer, device=cpu, progress=False, **settings)
    return done.steps["loss"], model.state_dict()["1.weight"]


# %% tags=["proof"]
model, batches, optimizer = start()
losses = train(model, batches, optimizer, epochs=2)
losses_fit, weights = run(*start(), epochs=2)
print("largest difference of weights:", (model[1].weight - weights).abs().max().item())
assert losses == losses_fit and torch.equal(model[1].weight, weights)
assert losses != run(*start(seed=1), epochs=2)[0]

# %% [markdown]
# **Seeds.** The initial weights and the order of the examples are random numbers. `runtime.seed_everything(0)` fixes them all (Python, NumPy, PyTorch), and then a run on a CPU repeats bit for bit. A GPU adds in another order and may differ in the last digits.
# A seed makes a run *repeatable*. It does not make its result *true*: report several seeds, and the spread.
#
# **Three parts of the data.** *Training* data move the weights. *Validation* data choose: the rate, the number of epochs. *Test* data judge, once, at the end. Validation and test data are *held out*: no step sees them. (So far we had one held-out part for both, and looked at it to choose a rate in section 3.5: what it says of the chosen one is a little too good.)
#
# **Early stopping** ends a training when the validation loss has not fallen for some epochs (`patience`), and gives back the best epoch's weights. The validation data are then part of the training: they chose the weights. So take them from the training data, and leave the test data alone until the end. (In the last line, `argmin` counts from 0, and five epochs without progress follow: + 6.)

# %%
torch.manual_seed(0)
model, valid = mlp(), Batches(X_train[3000:], y_train[3000:], batch_size=500)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
settings = {"epochs": 200, "valid": valid, "patience": 5, "progress": False}
curve = fit(model, few, F.cross_entropy, optimizer, **settings).epochs["valid_loss"]
kept = evaluate(model, valid, {"loss": F.cross_entropy})["loss"]
print(f"stopped after {len(curve)} of 200 epochs; kept epoch {1 + np.argmin(curve)}: {kept:.3f}")
assert len(curve) == np.argmin(curve) + 6 < 100 and math.isclose(kept, min(curve), rel_tol=1e-4)

# %% [markdown]
# **Checkpoints.** A long training dies one night. What must be on the disk, so that the resumed run is the *same* run? The weights are not enough. The optimizer has a memory (Adam's averages), the schedule (a plan by which the learning rate changes from step to step) a position, the random generator a state. `state_dict()` gives each part as a dictionary of tensors; `torch.save` writes it.
# We train for four epochs, stop another run after two and resume it. Then we do the same by hand without Adam's memory: once with the weights and the random state, once with the weights alone.


# %% tags=["proof"]
from pathlib import Path
from tempfile import TemporaryDirectory

whole, weights = run(*start(), epochs=4)
with TemporaryDirectory() as folder:
    file, half = Path(folder, "training.pt"), start()
    run(*half, epochs=2, checkpoint=file)
    chance, by_hand = torch.get_rng_state(), []
    resumed, weights_resumed = run(*start(), epochs=4, checkpoint=file, resume=True)
for state in (torch.manual_seed(1).get_state(), chance):  # another state, and that at the break
    model, batches, optimizer = start()
    model.load_state_dict(half[0].state_dict())
    torch.set_rng_state(state)
    by_hand.append(run(model, batches, optimizer, epochs=2)[0])  # two epochs are 126 steps
assert resumed == whole and torch.equal(weights, weights_resumed) and whole[126:] not in by_hand

# %% mystnb={"image": {"alt": "Difference of the training loss from the uninterrupted run, over steps 127 to 252: exactly zero for the resumed run, small wiggles that begin at zero with the weights and the random state, and jumps of up to several tenths with the weights only."}}
names = ["weights only", "weights and random state", "resumed by fit"]
curves = np.array([*by_hand, resumed[126:]]).T - np.array(whole[126:])[:, None]
plt.plot(range(127, 253), curves, label=names, linewidth=1.2)
plt.gca().set(xlabel="step", ylabel="loss − loss of the whole run")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
assert by_hand[1][0] == whole[126] != by_hand[0][0]

# %% [markdown]
# *Zero, exactly (green): nobody can tell that there was a break. With the random state (orange) the batches are the same ones, and the first loss is, too; then Adam, which starts without memory, goes another way. With the weights alone (blue) the batches come in another order as well: it is another run.*
#
# Three times 101 770 numbers of 4 bytes, weights and Adam's two averages, make about 1.2 MB: that is the size of this checkpoint. Load such a file with `torch.load(file, weights_only=True)`: without it a file from a stranger may run any program.
#
# `fit` also clips gradients (`clip=1.0` scales them down if their norm is larger), steps a schedule, and stops with a clear sentence when the loss is not finite or shapes would broadcast.
#
# ## 3.8 How large a batch?
#
# The gradient of a batch is an **estimate** of the gradient on all the data. How good? Let $g_i$ be the gradient of example $i$, $g$ their mean over all $N$, and $\sigma^2 = \frac1N \sum_i \lVert g_i - g \rVert^2$. A batch of $B$ different examples, drawn at random, has the gradient $g_B$, the mean of its $B$ values $g_i$. Then
#
# $$ \mathbb{E}\, \lVert g_B - g \rVert^2 = \frac{\sigma^2}{B} \cdot \frac{N - B}{N - 1}. $$
#
# The last factor is near 1 for small batches, and 0 for $B = N$. So the error falls like $1 / \sqrt{B}$: **four times the work for half the noise**. A linear classifier lets us measure it, since chapter 2 gave us its gradient for each example, $(p - \mathrm{onehot}(y))\, x^\top$. (Here the scores are $XW$ with the pictures as rows, so the code has the transpose, $x\, (p - \mathrm{onehot}(y))^\top$: the same numbers, and the same length.) We measure in units of the whole gradient: divided by $\lVert g \rVert$, it has length 1, and $\sigma$ says how many times larger the noise of one example is.

# %%
X, onehot, W = X_train[:1000].flatten(1), F.one_hot(y_train[:1000], 10), torch.zeros(784, 10)
for _ in range(20):  # some steps of descent, so that the examples disagree
    W -= 0.5 * X.T @ ((X @ W).softmax(dim=1) - onehot) / 1000
errors = (X @ W).softmax(dim=1) - onehot  # (N, 10)
G = (X[:, :, None] * errors[:, None, :]).flatten(1)  # (N, 7840): one gradient an example
G /= G.mean(dim=0).norm()  # in units of the whole gradient's length
sizes, clouds, g = [1, 4, 16, 64, 256, 1000], {}, G.mean(dim=0)
for B in sizes:
    rows = torch.rand(200, 1000).argsort(dim=1)[:, :B]  # 200 batches of B different examples
    clouds[B] = torch.zeros(200, 1000).scatter_(1, rows, 1 / B) @ G  # means of B rows

# %%
noise = [(clouds[B] - g).square().sum(dim=1).mean().sqrt().item() for B in sizes]
sigma = (G - g).square().sum(dim=1).mean().sqrt().item()
theory = [sigma * math.sqrt((1000 - B) / 999 / B) for B in sizes]
print("measured", np.round(noise, 2), "\ntheory  ", np.round(theory, 2))
assert np.allclose(noise, theory, rtol=0.2, atol=1e-4)

# %%
sideways = G - torch.outer(G @ g, g)  # at right angles to g; pca_lowrank: how they spread most
plane = torch.stack([g, torch.pca_lowrank(sideways, q=1)[2][:, 0]])  # g, and the widest direction


def gradients_of(B):
    fig, ax = plt.subplots(figsize=(7, 3.4))
    ax.plot(*(clouds[B] @ plane.T).T.numpy(), ".", label=f"200 batches of {B}")
    ax.plot([0, 1], [0, 0], "o-", color=ORANGE, markevery=[1], label="gradient on all data")
    ax.set(xlabel="along the gradient", ylabel="across it", xlim=(-3.5, 4.5), ylim=(-8, 8))
    ax.set_title(f"error in all directions {noise[sizes.index(B)]:.2f} (the gradient: length 1)")
    ax.legend(loc="upper left")
    return fig


explore(
    gradients_of, B=sizes, start=16, alt="Gradients of random batches around that on all the data"
)

# %% [markdown]
# *Each point is the gradient of one batch. We see two directions of 7 840: along the whole gradient, and the one across it in which the examples differ most. The error in the title counts the other 7 838 too, so it is larger than the cloud. At $B = 1$ and $4$ some points lie outside the picture.*
#
# *At $B = 1$ nearly all points go forwards, but most go further sideways. From $B = 4$ on hardly one goes backwards, although at $B = 4$ the error is about 14 times the gradient's length: it is spread over thousands of directions, and little of it falls on the one that counts. Forwards, more or less, is all that a step needs. At $B = N$ nothing is left to chance.*
#
# Large batches waste work on precision that one small step cannot use. Very small ones waste the hardware, which multiplies 64 rows in little more time than one. Between 32 and 256 is a good start.
#
# ## 3.9 A zoo of bugs that raise nothing
#
# A crash is a gift: it says where. These ten bugs say nothing. The program runs, the loss often falls, and the result is a little worse than it might be, or much better than it is.
#
# Here is a healthy program in its parts. Each bug below is a function that spoils one of them.


# %%
class Program:
    """A training program in parts; a bug is a function that spoils one."""

    def __init__(self, bug=lambda program: None):
        torch.manual_seed(0)
        self.X, self.y, self.shuffle = X_train[:1000], y_train[:1000], True
        self.model, self.loss = mlp(dropout=0.5), F.cross_entropy
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)
        bug(self)
        self.train = Batches(self.X, self.y, batch_size=50, shuffle=self.shuffle)
        self.test = Batches(X_test, y_test, batch_size=500)

    def train_step(self, x, y):
        return train(self.model, [(x, y)], self.optimizer, loss_function=self.loss)[0]

    def predict(self, x):
        return self.model.eval()(x).detach()


# %% [markdown]
# Four bugs in the step, the model's end, and the loss:


# %%
def no_zero_grad(program):
    program.optimizer.zero_grad = lambda: None


def wrong_optimizer(program):
    program.model = mlp(dropout=0.5)  # the model was made anew, the optimizer was not


def softmax_twice(program):
    program.model.append(nn.Softmax(dim=1))


def softmax_over_the_batch(program):
    program.loss = lambda scores, y: F.nll_loss(scores.log_softmax(dim=0), y)


# %% [markdown]
# Two in the model, and one in how it is asked:


# %%
def layer_in_a_list(program):
    program.model[1] = Listed([program.model[1]])
    program.optimizer = torch.optim.SGD(program.model.parameters(), lr=0.2)


def weights_of_zero(program):
    for p in program.model.parameters():
        nn.init.zeros_(p)


def no_eval_mode(program):
    program.predict = lambda x: program.model.train()(x).detach()


# %% [markdown]
# And three in the data:


# %%
def labels_shuffled(program):
    program.y = program.y[torch.randperm(1000)]


def sorted_by_class(program):
    order = program.y.argsort()
    program.X, program.y, program.shuffle = program.X[order], program.y[order], False


def test_data_in_training(program):
    program.X, program.y = torch.cat([program.X, X_test]), torch.cat([program.y, y_test])


zoo = [no_zero_grad, wrong_optimizer, softmax_twice, softmax_over_the_batch, layer_in_a_list]
zoo += [weights_of_zero, no_eval_mode, labels_shuffled, sorted_by_class, test_data_in_training]

# %% [markdown]
# **Predict.** For each of the ten: does the training loss tell you? And the held-out accuracy?


# %%
def outcome(program, epochs=15):
    losses = [program.train_step(x, y) for _ in range(epochs) for x, y in program.train]
    return losses, np.mean([accuracy(program.predict(x), y).item() for x, y in program.test])


healthy, healthy_accuracy = outcome(Program())
results = {bug.__name__: outcome(Program(bug)) for bug in zoo}
fooled = [name for name, (_, share) in results.items() if share > healthy_accuracy - 0.09]
print(f"healthy {healthy_accuracy:.2f}; hard to see in the result:", ", ".join(fooled))
assert {"softmax_over_the_batch", "no_eval_mode", "test_data_in_training"} <= set(fooled)
assert results["test_data_in_training"][1] > healthy_accuracy > 0.84

# %% mystnb={"image": {"alt": "Ten small plots of training loss over 300 steps, each with the healthy curve in grey and a bug's in orange. Without zero_grad it jumps, at times beyond 5; with the wrong optimizer, or weights of zero, it stays at 2.3; softmax twice falls slowly; with no eval mode, or test data in training, it looks healthy. Held-out accuracies run from about 0.1 to 0.98."}}
fig, axes = plt.subplots(2, 5, figsize=(12, 5.2), sharex=True, sharey=True)
fig.supxlabel("step")
fig.supylabel("training loss (nats)")
for n, (name, (losses, share)) in enumerate(results.items()):
    ax = axes.flat[n]
    ax.plot(healthy, color="0.75", linewidth=1)
    ax.plot(losses, color=ORANGE, linewidth=1)
    ax.set_title(f"{n + 1}  {name.replace('_', ' ')}\nheld-out {share:.2f}")
    ax.set(ylim=(0, 5), xlim=(0, 300))

# %% [markdown]
# *Grey: the healthy program. Orange: with the bug. Above each: the held-out accuracy.* "Hard to see in the result" meant: at most 0.09 below the healthy accuracy, or above it. Without the healthy program beside it, who would miss so little? Read the symptoms.
#
# - **1** jumps and never settles. **2** and **6** do not leave log 10: no step reaches the weights, or no gradient reaches the first layer.
# - **3** creeps. Scores between 0 and 1 can never be sure: the loss cannot fall below $\log(1 + 9/e) \approx 1.46$.
# - **4** starts too high, at the logarithm of the batch size instead of $\log 10$. **5** learns with a random first layer, so it looks merely weak.
# - **8** learns next to nothing, and that by heart: there is no rule to find. **9** forgets one class while it learns the next.
# - **7** and **10** have perfect curves. The first is measured too badly, the second too well: it has seen the answers.
#
# ### The battery
#
# `helpers.sanity` holds checks, each a short function that you can read. `check_all` runs them on an *untrained* program, in seconds.


# %%
def report(program):
    parts = "model loss optimizer train test train_step predict".split()
    return sanity.check_all(**{part: getattr(program, part) for part in parts})


reports = {bug.__name__: report(Program(bug)) for bug in zoo}
found = {bug: {check for check in r if r[check] != "passed"} for bug, r in reports.items()}
assert set(report(Program()).values()) == {"passed"} and all(found.values())

# %%
from IPython.display import Markdown, display

table = ["| check | " + " | ".join(map(str, range(1, 11))) + " |", "|---" * 11 + "|"]
for check in reports["no_zero_grad"]:
    row = ["●" if check in found[name] else "" for name in found]
    table.append(f"| {check.replace('_', ' ')} | {' | '.join(row)} |")
display(Markdown("\n".join(table)))

# %% [markdown]
# The columns are the bugs, numbered as in the figure. The healthy program passes every check, and each bug is found by at least one. (Two rows stay empty. Which bug of your own would fill them? Here is one: bytes that nobody divided by 255. Type it into a new cell.)
#
# ```python
# def not_scaled(program):
#     program.X = 255 * program.X
#
#
# report(Program(not_scaled))
# ```
#
# And the checks say what to do:

# %%
for name in ("layer_in_a_list", "no_eval_mode", "sorted_by_class"):
    print(f"{name}:", *(reports[name][check] for check in found[name] - {"one_batch_overfits"}))
assert sum("one_batch_overfits" in checks for checks in found.values()) == 6

# %% [markdown]
# One habit, *overfit one batch*, finds six of the ten: all those in the step, the model and the loss. It cannot find a bug in the data or in the judging. For those, look at the data, and be suspicious of good news.
#
# **Your turn (4 minutes).** A check of your own. Two examples in a batch must not know of each other: the scores of example 0 may depend on input 0 only. (A careless `reshape` mixes them.) Use the gradient: return the indices of all inputs that have an influence on the scores of example `i`.


# %%
def influences(model, x, i):
    """The indices j such that the scores of example i depend on x[j]; x is (B, n)."""
    raise NotImplementedError


with your_turn():
    x, mixing = torch.randn(4, 6), lambda x: x.reshape(6, 4).T  # should be x itself
    equal(influences(nn.Linear(6, 2), x, 2), [2], "what example 2 of a linear layer depends on")
    equal(influences(mixing, x, 0), [0, 1, 2, 3], "what row 0 of a careless reshape depends on")
    why = {"Their plain sum is always 0.": [], "Old gradients are in x.grad: copy x.": [0, 1, 2, 3]}
    equal(influences(lambda x: torch.cat([x, -x], 1), x, 1), [1], "inputs of opposite scores", why)

# %% [markdown]
# <details><summary>Solution</summary>
#
# ```python
# def influences(model, x, i):
#     x = x.clone().requires_grad_()
#     scores = model(x)[i]
#     weights = torch.randn(scores.shape, generator=torch.Generator().manual_seed(0))
#     (gradient,) = torch.autograd.grad((weights * scores).sum(), x)
#     return [j for j in range(len(x)) if gradient[j].abs().sum() > 0]
# ```
#
# Why the weights? The plain sum of the scores can be constant although each score depends on $x$. After a softmax it is always 1, and its gradient is 0. With fixed random weights no such accident happens.
# </details>

# %% [markdown]
# ## 3.10 Two experiments
#
# ### One with a known answer
#
# Before you believe an instrument, measure something that you know. For linear regression, minimizing $\frac1N \lVert Xw - y \rVert^2$, the best $w$ is the solution of a linear system, and `torch.linalg.lstsq` has it to all digits. Does `fit` find it?
#
# **Predict.** Once with all 200 examples in each step, once with batches of 20, at the same constant rate. Which one arrives? (An epoch of the first is one step, of the second ten.)

# %%
torch.manual_seed(0)
X = torch.randn(200, 5, dtype=torch.float64)
y = X @ torch.ones(5, 1, dtype=X.dtype) + 0.5 * torch.randn(200, 1, dtype=X.dtype)
exact = torch.linalg.lstsq(X, y).solution[:, 0]


def distances(B):
    """Distance from the exact solution after each of 200 epochs with batches of B."""
    line, found = nn.Linear(5, 1, bias=False, dtype=X.dtype), []
    data = Batches(X, y, batch_size=B, shuffle=True, device=cpu)
    settings = {"epochs": 200, "device": cpu, "progress": False}
    settings["after_epoch"] = lambda _: found.append((line.weight[0] - exact).norm().item())
    fit(line, data, F.mse_loss, torch.optim.SGD(line.parameters(), lr=0.05), **settings)
    return found


# %% mystnb={"image": {"alt": "Distance to the exact least-squares solution over 200 epochs, logarithmic axis: with the full batch a straight line down to about 1e-7, with batches of 20 a quick fall and then noise around one hundredth."}}
all_at_once, in_parts = distances(200), distances(20)
plt.plot(range(1, 201), np.transpose([all_at_once, in_parts]), label=["batches of 200", "of 20"])
plt.gca().set(xlabel="epoch", ylabel="distance to the exact w", yscale="log")
plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
assert all_at_once[-1] < 1e-5 and 1e-3 < in_parts[-1] < 0.3

# %% [markdown]
# *The full batch (blue) goes to the exact solution, by the same factor in each epoch. Batches of 20 (orange) make ten steps an epoch, come near much sooner, and then hover: the noise of section 3.8 never ends. Unless the rate falls, as it will below.* Chapter 4 predicts this floor.
#
# ### One on real data
#
# Now all of it together: the digits, a schedule that warms up and then falls to zero (`OneCycleLR`), clipping, and curves that grow while it learns. On a machine with a GPU and a network, `mnist()` loads all 70 000. The target: more than 93 % of the held-out digits.

# %% mystnb={"image": {"alt": "Two curves over ten epochs: the training loss falls to about 0.01, the share of held-out digits that are wrong from 0.13 to below 0.06."}}
runtime.seed_everything(0)
X_train, y_train, X_test, y_test = mnist()
training, test = Batches(X_train, y_train, shuffle=True), Batches(X_test, y_test, batch_size=500)
model = mlp()
optimizer = torch.optim.Adam(model.parameters())
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=10 * len(training))
live = LiveCurves(loss="training loss (nats)", error="held-out error")


def draw(history):
    loss, share = (history.epochs[name][-1] for name in ("loss", "valid_accuracy"))
    live.add(len(history.steps["loss"]), loss=loss, error=1 - share)
    live.draw()


settings = {"epochs": 10, "valid": test, "metrics": {"accuracy": accuracy}, "after_epoch": draw}
settings |= {"scheduler": schedule, "clip": 1.0}
share = fit(model, training, F.cross_entropy, optimizer, **settings).epochs["valid_accuracy"][-1]
print(f"held-out accuracy {share:.3f}")
assert share > 0.93

# %% [markdown]
# *Training loss and the share of wrong held-out digits, after each epoch. The held-out digits are only drawn here: nothing is chosen by them.*
#
# Is it better than section 3.1? Perhaps. With the 1 000 held-out pictures that come with the course, one standard error is $\sqrt{0.95 \cdot 0.05 / 1000} \approx 0.007$: do not believe a difference of one per cent from one run. (With the 10 000 of the full set it is 0.002.)
#
# ## Questions
#
# 1. The first loss of your ten-class classifier is 7.9. What do you look at?
#    <details><summary>Answer</summary>It should be near log 10 = 2.3. The untrained model is sure of wrong things: inputs that are not scaled (bytes up to 255), or initial weights that are too large.</details>
# 2. Your training accuracy is 99 %, the held-out accuracy 99.5 %. Congratulations?
#    <details><summary>Answer</summary>Look for a leak first: examples of the test data in the training data, or a test function that reads the training loader. (Dropout or augmentation can explain a small gap: they make the training examples harder.)</details>
# 3. Why does `fit` save the state of the random generator?
#    <details><summary>Answer</summary>The order of the batches and the dropout masks come from it. Without it, the resumed run sees other batches, and its weights differ.</details>
# 4. You double the batch size, and keep the number of epochs. What happens to the number of steps, and to the noise of each?
#    <details><summary>Answer</summary>Half as many steps. The noise of each falls by a factor of √2 only. So the same learning rate usually gets less far: raise the rate, or train for more epochs.</details>
# 5. Loss and accuracy look fine, but each evaluation gives a slightly different accuracy. Which bug is it?
#    <details><summary>Answer</summary>The model is still in train mode: dropout draws new units at each call (or batch normalization follows the batch). Call `model.eval()` before the test.</details>
#
# ## Summary
#
# - A **Dataset** answers *how many* and *which*; transforms run at each access; a **loader** batches, shuffles, collates. Data that fit in memory are faster without it.
# - A **module** owns what is an attribute, recursively. A Python list hides layers. `backward` belongs to the loss.
# - **Five lines**: forward, loss, zero, backward, step. Prediction and target have one shape; cross-entropy takes raw scores.
# - **First** look at the initial loss, then overfit one batch, then search the rate in factors of three.
# - **Judge** in eval mode, without gradients, on other data, with averages weighted by the batch size.
# - A **checkpoint** holds model, optimizer, schedule and random state: then the resumed run is the same run.
# - **When a project fails** (the first attempt usually does): start from something that works, reproduce a result, change one thing at a time.

# %% [markdown] tags=["proved"]
# ### What you saw proved
#
# Every line below was computed and asserted: in the section named beside it, or by one of the tests that come with the course.
#
# | what | where |
# |---|---|
# | Data, loader, model, loss, optimizer and picture make a whole training program, and it learns to read digits. | 3.1 First, the whole program |
# | A data set is a class with `__len__` (how many examples) and `__getitem__` (example number i, counted from 0). | A data set answers two questions |
# | `v2.Compose` chains transforms: image tensor, centre crop, numbers in [0, 1], then (x − mean) / std for each channel. | Transforms |
# | A transform runs each time an example is asked for, so random transforms are data augmentation. | Transforms |
# | A loader makes batches (the last one holds the rest), shuffles anew in each epoch, and shows every example once an epoch. | The loader |
# | A model extends `nn.Module`, calls `super().__init__()`, makes its layers there, and says in `forward` what happens. | Modules |
# | Modules nest and their parameters are found recursively; layers in a plain Python list are not found. | Modules |
# | `loss.backward()` fills the `.grad` of every parameter that the loss depends on; no backward pass is written by hand. | Gradients arrive by themselves |
# | `cross_entropy` takes scores (B, C) and either classes (B,) or a matrix of probabilities (B, C); a softmax before it changes the value. | 3.4 The loss: shapes that lie |
# | Predictions (B, 1) against targets (B,) broadcast to (B, B) in silence, and train towards the mean of the targets. | 3.4 The loss: shapes that lie |
# | Gradients accumulate: without zeroing, descent on $x^2$ swings for ever where the correct loop converges. | 3.5 Five lines, in order |
# | `model.train()` and `model.eval()` switch the layers that behave differently in the two phases, such as dropout. | Two modes |
# | The mean over all examples is the mean over the batches, each weighted by its size. | Averages |
# | A network of which 200 digits are known by heart is far from perfect on digits that it has not seen. | On data that it has not seen |
# | `nn.Sequential` makes a model of any chain of layers, equal to the class that one would write for it. | the course's tests |
# | A new linear layer has random weights, uniform in $\pm 1/\sqrt{n_\mathrm{in}}$; a seed repeats them. | the course's tests |
# | One iteration is forward, loss, zero, backward, step. Zeroing anywhere but between backward and step gives the same weights; there, nothing moves. | the course's tests |
# | Model and data must be on one device; `.to` moves a module in place and returns another tensor for a tensor. | the course's tests |
# | Inside `torch.no_grad()` no graph is recorded; the predictions are the same numbers. | the course's tests |
# | An optimizer is built from parameters and settings; `step()` reads `.grad`, updates its own state and then the parameters. | the course's tests |
# | `x.detach()` is cut from the graph, and `numpy()` works only on what is cut. | the course's tests |

# %% [markdown]
# **Read next.** Smith, *Cyclical learning rates for training neural networks* (WACV 2017), for the search of a rate. McCandlish and others, *An empirical model of large-batch training* (2018), for the size of a batch. Goyal and others, *Accurate, large minibatch SGD* (2017), for how rate and batch size belong together. Karpathy, *A recipe for training neural networks* (2019), for habits.
#
# **Now you.** The exercise is in `exercises/03_training_pipeline/`. Six silent bugs wait there, in other clothes than these.
