# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 3: the training pipeline
#
# Six questions, 20 points: from a data set that mirrors pictures and masks together to a program with six silent bugs, which you bring back to life.
#
# Write each answer in the place of `raise NotImplementedError()` and run the test below it. A test without an error has passed. One that fails says what it expected, what came, and often why.
# The questions do not need each other, so begin where you like. When your work is graded, more tests run, with other inputs. "The lecture" is chapter 3.
#
# **Handing in.** In JupyterLab, choose *Kernel > Restart Kernel and Run All Cells*, press *Validate*, and submit as your instructor says.
# In Colab, choose *File > Download > Download .ipynb*, see that the file still has its name, `training_pipeline.ipynb`, and hand that file in.

# %% [markdown] tags=["header"]
# *Time:* about 150 minutes for all 6 questions; each one says its own.

# %% cellView="form" jupyter={"source_hidden": true} tags=["setup", "hide-input"]
# @title Set-up: run me first
# The same in every notebook. On your own machine it only sets the style of the figures.
import sys

if "google.colab" in sys.modules:  # in Colab: the course itself would have to be fetched
    raise SystemExit("This course is not published, so Colab cannot fetch it: use JupyterLab.")

from helpers.plotting import use_style

use_style()

# What this notebook uses:
import copy
import itertools
import math
import pickle
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from helpers import runtime
from helpers.checks import (
    begin_exercise,
    close,
    equal,
    reason,
    require,
    warnings_to_stdout,
    your_turn,
)
from helpers.data import digits
from helpers.plotting import BLUE, ORANGE, show_images

warnings_to_stdout()  # a warning is no mistake, and must not look like one when it is graded

begin_exercise()  # a test that passes says so


# %%
def random_tensor(*shape, seed):
    """Normal random numbers in float64, the same at each call."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# %% [markdown]
# ## 1. Mirror both  (2 points)
#
# *Difficulty 1 of 5, about 15 minutes.*
#
# To learn where in a picture a thing is, a network needs pairs: a picture, and a **mask** that gives each pixel's class. Here is such a scene. Imagine that reading one from the disk takes long.


# %%
def read_scene(i):
    """Scene i, read from the disk: the picture (24, 32, 3) in bytes, the mask (24, 32) with a class for each pixel, 0 to 2."""
    rng = np.random.default_rng(i)
    rows, columns = np.mgrid[:24, :32]
    mask = np.zeros((24, 32), dtype=np.uint8)
    for kind in (1, 2):  # two discs
        row = rng.uniform(5, 19)
        column = rng.uniform(5, 27)
        mask[(rows - row) ** 2 + (columns - column) ** 2 < 25] = kind
    colours = rng.integers(60, 256, size=(3, 3))
    return (colours[mask] - rng.integers(0, 40, size=(24, 32, 1))).astype(np.uint8), mask


# %% [markdown]
# Write `scenes(load, n, mirror)`. It returns a `Dataset` of `n` scenes, an object of a class of your own (define it inside the function, or above it in the same cell). `load(i)` gives scene `i` as a pair of arrays, as `read_scene` does, of any height and width.
#
# - Entry `i`, for `i` from 0 to `n - 1`, is a pair of tensors: the picture, `(3, H, W)`, float32, from 0 to 1, and the mask, `(H, W)`, int64, with the classes as they are. Beyond the last scene comes an `IndexError`, so that a plain `for` ends (`load` itself would not complain).
# - A scene is loaded when it is asked for, once for each access, and never before.
# - With `mirror=True` a coin is thrown **at each access**: in half of the cases picture and mask are mirrored, left to right, **together**. With `mirror=False` never.
#
# **Before you write:** the lecture's `Pictures` applies its transform to the picture. What would a network learn from the mirrored picture and the mask as it was?
#
# <details><summary>Hint 1</summary>One coin, two uses. Where in the life of the data set must it be thrown?</details>
# <details><summary>Hint 2</summary>After the conversion, width is the last axis of both tensors. Before it, it is not. (And PyTorch does not take over an array that NumPy reads backwards.)</details>


# %% nbgrader={"grade": false, "grade_id": "scenes", "locked": false, "schema_version": 3, "solution": true, "task": false}
def scenes(load, n: int, mirror: bool) -> Dataset:
    """A data set of n pairs (picture (3, H, W), mask (H, W)), loaded when asked for, and mirrored together by a coin if mirror is True."""

    ### BEGIN SOLUTION
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if not 0 <= i < n:
                raise IndexError(f"There are {n} scenes, and no number {i}.")
            picture, mask = (torch.tensor(array) for array in load(i))
            picture = picture.permute(2, 0, 1) / 255
            mask = mask.long()
            if mirror and torch.rand(()) < 0.5:
                return picture.flip(-1), mask.flip(-1)
            return picture, mask

    return Scenes()
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "scenes_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 1: run me
# A picture of 2 x 3 pixels, and its mask. Scene i has 10 i added to the mask.
tiny = [[[255, 51, 0], [0, 0, 0], [102, 0, 0]], [[0, 0, 255], [0, 204, 0], [0, 0, 0]]]
loaded = []


def load_scene(i):
    loaded.append(i)
    mask = np.array([[2, 0, 0], [0, 1, 3]], dtype=np.uint8) + np.uint8(10 * i)
    return np.array(tiny, dtype=np.uint8), mask


runtime.seed_everything(0)
some = scenes(load_scene, 6, mirror=False)
require(
    not isinstance(some, type), "That is the class: return an object of it, as in `return S()`."
)
require(isinstance(some, Dataset), f"Expected a Dataset, but got {type(some).__name__}.")
equal(len(some), 6, "the number of scenes")
early = "Nobody has asked for a scene yet: load it in `__getitem__`."
equal(loaded, [], "the scenes that are loaded when the data set is made", {early: [*range(6)]})
backwards = "PyTorch does not take an array that NumPy reads backwards: mirror the tensor."


def entry(i):
    """Entry i of the data set, which must be a pair."""
    with reason(ValueError, backwards):
        pair = some[i]
    require(
        isinstance(pair, tuple | list) and len(pair) == 2,
        f"Expected a pair, picture and mask, but `__getitem__` returned {type(pair).__name__}.",
    )
    return pair


picture, mask = entry(2)
equal(loaded, [2], "the scenes that are loaded for some[2]", {"Load each only once.": [2, 2]})
want = torch.tensor([[[1, 0, 0.4], [0, 0, 0]], [[0.2, 0, 0], [0, 0.8, 0]], [[0, 0, 0], [1, 0, 0]]])
turned = torch.tensor(
    [[[0.4, 0, 1], [0, 0, 0]], [[0, 0, 0.2], [0, 0.8, 0]], [[0, 0, 0], [0, 0, 1]]]
)
never = "With mirror=False nothing is ever mirrored, and here something was."
mixed = torch.tensor([[[1, 0.2, 0], [0, 0, 0]], [[0.4, 0, 0], [0, 0, 1]], [[0, 0.8, 0], [0, 0, 0]]])
mistakes = {
    "A byte goes up to 255: divide by it.": 255 * want,
    "A reshape only cuts the numbers anew: the colours' axis must be moved.": mixed,
    never: turned,
}
close(picture, want, "the picture of some[2]", mistakes)
want_mask = torch.tensor([[22, 20, 20], [20, 21, 23]])
mistakes = {"A mask holds classes, not brightness: leave its numbers alone.": want_mask / 255}
close(mask, want_mask, "the mask of some[2]", mistakes)
kinds = [str(picture.dtype), str(mask.dtype)]
equal(kinds, ["torch.float32", "torch.int64"], "the kinds of numbers in picture and mask")
length = len(list(itertools.islice(iter(some), 9)))
endless = "A plain `for` goes on until `__getitem__` raises an IndexError."
equal(length, 6, "the number of scenes that a plain for sees", {endless: 9})

again = [entry(2)[0] for _ in range(20)]
require(all(torch.equal(other, picture) for other in again), never)

# The coin: 200 accesses to one scene.
turned_mask = torch.tensor([[20, 20, 22], [23, 21, 20]])
upside_down = torch.tensor([[20, 21, 23], [22, 20, 20]])
some, flags = scenes(load_scene, 6, mirror=True), []
for _ in range(200):
    picture, mask = entry(2)
    mistakes = {"That is upside down: left and right change places.": upside_down}
    mask_is_turned = torch.equal(mask, turned_mask)
    close(mask, turned_mask if mask_is_turned else want_mask, "the mask", mistakes)
    picture_is_turned = picture.shape == (3, 2, 3) and torch.allclose(picture, turned)
    require(
        mask_is_turned == picture_is_turned,
        f"The picture is {'' if picture_is_turned else 'not '}mirrored, "
        f"and its mask is {'' if mask_is_turned else 'not '}mirrored. One coin decides for both.",
    )
    close(picture, turned if picture_is_turned else want, "the picture")
    flags.append(picture_is_turned)
times = sum(flags)
mistakes = {
    "All were mirrored: throw a coin at each access, and not when the data set is made.": 200,
    "Nothing was mirrored: is the coin thrown at each access, and `mirror` used?": 0,
}
if not 60 <= times <= 140:
    equal(times, "about 100", "the number of mirrored ones in 200 accesses", mistakes)
changes = sum(a != b for a, b in itertools.pairwise(flags))
require(
    60 <= changes <= 140,
    f"In 200 accesses it changed {changes} times between mirrored and not, and a coin changes about 100 times: leave it to chance.",
)

### BEGIN HIDDEN TESTS
torch.manual_seed(1)
plain, both = scenes(read_scene, 40, mirror=False), scenes(read_scene, 40, mirror=True)
straight, changed = 0, 0
for (picture, mask), (other, other_mask), i in zip(plain, both, range(40), strict=True):
    raw, raw_mask = read_scene(i)
    close(picture, np.moveaxis(raw, 2, 0).astype(np.float32) / 255, f"picture {i}")
    close(mask, raw_mask.astype(np.int64), f"mask {i}")
    same = torch.equal(other, picture) and torch.equal(other_mask, mask)
    mirrored = torch.equal(other, picture.flip(2)) and torch.equal(other_mask, mask.flip(1))
    require(same or mirrored, f"scene {i} is neither the plain nor the mirrored one")
    straight, changed = straight + same, changed + mirrored
require(straight >= 5 and changed >= 5, f"{straight} plain and {changed} mirrored ones of 40")
pictures, masks = next(iter(DataLoader(both, batch_size=8, shuffle=True)))
equal([*pictures.shape, *masks.shape], [8, 3, 24, 32, 8, 24, 32], "the shapes of a batch")
for beyond in (40, 41):
    try:
        both[beyond]
    except IndexError:
        continue
    require(False, "An index beyond the last scene must raise an IndexError.")
### END HIDDEN TESTS

# %% mystnb={"image": {"alt": "Six accesses to one scene with two coloured discs, and below each the mask. Where the picture is mirrored, the mask is, too."}}
with your_turn("Six accesses to scene 3. Each mask fits its picture."):
    with reason(Exception, "First make the test above pass."):
        views = scenes(read_scene, 4, mirror=True)
        pairs = [views[3] for _ in range(40)]
        X = torch.stack([picture for picture, _ in pairs])
        M = torch.stack([mask for _, mask in pairs])
    shapes = [tuple(X.shape[1:]), tuple(M.shape[1:])]
    equal(shapes, [(3, 24, 32), (24, 32)], "the shapes of picture and mask")
    show_images([X[:6].clamp(0, 1).permute(0, 2, 3, 1).numpy(), M[:6].numpy()])
    plt.show()
    picture, mask = read_scene(3)
    # Each row's sum of brightness times class: it cannot tell left from right, if both are turned.
    sums = (X * M[:, None]).sum(dim=3)
    want = (picture / 255.0 * mask[:, :, None]).sum(axis=1)
    fits = [np.allclose(of_one.T, want, atol=1e-3) for of_one in sums.numpy()]
    require(
        all(fits),
        f"{40 - sum(fits)} of 40 pairs are wrong: a mask does not fit its picture, or one of the two is not as on the disk.",
    )
    turned = sum(not np.array_equal(other, mask) for other in M.numpy())
    require(0 < turned < 40, f"{turned} of 40 are mirrored: throw a coin at each access.")

# %% [markdown]
# ## 2. Sentences of different length  (3 points)
#
# *Difficulty 2 of 5, about 15 minutes.*
#
# A program is to say of each word in a sentence what it is (noun, verb, ...). An example is a pair of int64 tensors of equal length, `(words, tags)`, and sentences differ in length. To make a batch of them, fill the short ones up.
#
# Write `collate(sentences)` for a list of $B \ge 1$ such pairs. It returns four tensors:
#
# 1. the words, $(B, T)$, int64, each sentence from the left, filled up with 0. $T$ is the length of the longest sentence **in this batch**;
# 2. the tags, $(B, T)$, int64, filled up with −100. This is the class that `F.cross_entropy` leaves out of its mean (its argument `ignore_index`);
# 3. the lengths, $(B,)$, int64;
# 4. the mask, $(B, T)$, bool: true where there is a word, false where it was filled up.
#
# The order of the sentences stays. Word 0 and tag 0 are a word and a tag like any other. A sentence may be empty, and if all are, then $T = 0$.
#
# **Before you write:** why is `words != 0` no mask? What would happen if the tags were filled up with 0?
#
# <details><summary>Hint 1</summary>Make the full tensors first, then write each sentence into its row. What does a slice do whose length is 0?</details>
# <details><summary>Hint 2</summary>The mask compares the places 0, 1, ..., T − 1 with the lengths. With the right two shapes this is one comparison.</details>


# %% nbgrader={"grade": false, "grade_id": "collate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def collate(
    sentences: list[tuple[torch.Tensor, torch.Tensor]],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Words (B, T), tags (B, T), lengths (B,) and mask (B, T) of a batch of pairs (words (n,), tags (n,))."""
    ### BEGIN SOLUTION
    lengths = torch.tensor([len(words) for words, _ in sentences])
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    all_words = torch.zeros(mask.shape, dtype=torch.int64)
    all_tags = torch.full(mask.shape, -100)
    for row, (words, tags) in enumerate(sentences):
        all_words[row, : len(words)] = words
        all_tags[row, : len(tags)] = tags
    return all_words, all_tags, lengths, mask
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "collate_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 2: run me
pairs = [([5, 0, 7], [1, 0, 2]), ([3], [2]), ([], []), ([4, 9], [0, 1])]
sentences = [tuple(torch.tensor(part, dtype=torch.int64) for part in pair) for pair in pairs]
with reason(
    (RuntimeError, ValueError),
    "The sentences differ in length (one is even empty), and tensors of different length make no batch: fill them up.",
):
    got = collate(sentences)
require(isinstance(got, tuple | list), f"Expected four tensors, but got {type(got).__name__}.")
equal(len(got), 4, "the number of tensors that come back")
kinds = [type(part).__name__ for part in got]
equal(kinds, 4 * ["Tensor"], "the types of what comes back")
words, tags, lengths, mask = got
want = torch.tensor([[5, 0, 7], [3, 0, 0], [0, 0, 0], [4, 9, 0]])
mistakes = {
    "Fill up to the longest sentence of the batch; you cut to the shortest.": torch.zeros(4, 0),
    "Words are filled up with 0, tags with -100.": [
        [5, 0, 7],
        [3, *2 * [-100]],
        3 * [-100],
        [4, 9, -100],
    ],  # fmt: skip
    "A sentence stands at the left of its row.": [[5, 0, 7], [0, 0, 3], [0, 0, 0], [0, 4, 9]],
    "The order of the sentences stays.": [[5, 0, 7], [4, 9, 0], [3, 0, 0], [0, 0, 0]],
    "It is turned round: a row for each sentence.": want.t(),
    "The empty sentence is missing: it has a row, too.": [[5, 0, 7], [3, 0, 0], [4, 9, 0]],
}
close(words, want, "the words", mistakes)
mistakes = {
    "Tag 0 is a tag. Fill up with -100, which the loss leaves out.": [[1, 0, 2], [2, 0, 0], [0, 0, 0], [0, 1, 0]],
    "You replaced real zeros, too: word 0 and tag 0 may occur in a sentence.": [[1, -100, 2], [2, -100, -100], 3 * [-100], [0, 1, -100]],
    "You replaced real zeros, too: tag 0 may occur in a sentence.": [[1, -100, 2], [2, -100, -100], 3 * [-100], [-100, 1, -100]],
}  # fmt: skip
want = torch.tensor([[1, 0, 2], [2, -100, -100], [-100, -100, -100], [0, 1, -100]])
close(tags, want, "the tags", mistakes)
mistakes = {"You counted the words that are not 0: word 0 is a word.": [2, 1, 0, 2]}
close(lengths, torch.tensor([3, 1, 0, 2]), "the lengths", mistakes)
mistakes = {
    "Word 0 is a word: the mask follows from the lengths.": [[1, 0, 1], [1, 0, 0], [0, 0, 0], [1, 1, 0]],
    "It is the wrong way round: true where there is a word.": [[0, 0, 0], [0, 1, 1], [1, 1, 1], [0, 0, 1]],
    "A place is real while its number is smaller than the length; yours goes one too far.": [[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]],
}  # fmt: skip
close(mask, torch.tensor([[1, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 0]]), "the mask", mistakes)
kinds = [str(tensor.dtype).split(".")[1] for tensor in got]
equal(kinds, ["int64", "int64", "int64", "bool"], "the kinds of numbers")

# Another batch has another T, and one of nothing but empty sentences has none.
mistakes = {"T is the longest length of this batch, not that of another one.": [1, 3]}
equal([*collate(sentences[1:2])[0].shape], [1, 1], "the shape of a batch with one word", mistakes)
with reason(Exception, "All sentences of this batch are empty, so T is 0."):
    got = collate(sentences[2:3] * 2)
shapes = [list(tensor.shape) for tensor in got]
equal(shapes, [[2, 0], [2, 0], [2], [2, 0]], "the four shapes for two empty sentences")
kinds = [str(tensor.dtype).split(".")[1] for tensor in got]
equal(kinds, ["int64", "int64", "int64", "bool"], "the kinds of numbers for two empty sentences")

### BEGIN HIDDEN TESTS
for seed in range(8):
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(0 if seed % 2 else 1, 9, (1 + 2 * seed,), generator=generator).tolist()
    batch = [torch.randint(0, 5, (2, size), generator=generator).unbind() for size in sizes]
    kept = [(words.clone(), tags.clone()) for words, tags in batch]
    words, tags, lengths, mask = next(
        iter(DataLoader(batch, batch_size=len(batch), collate_fn=collate))
    )
    equal(lengths.tolist(), sizes, "the lengths")
    equal(list(words.shape), [len(sizes), max(sizes)], "the shape of the words")
    for row, (ours, theirs) in enumerate(kept):
        size = sizes[row]
        equal(words[row].tolist(), ours.tolist() + (max(sizes) - size) * [0], "a row of words")
        equal(tags[row].tolist(), theirs.tolist() + (max(sizes) - size) * [-100], "a row of tags")
        equal(mask[row].tolist(), size * [True] + (max(sizes) - size) * [False], "a row of mask")
        require(torch.equal(batch[row][0], ours), "a sentence was changed")
### END HIDDEN TESTS

# %% [markdown]
# ## 3. A batch that does not fit  (3 points)
#
# *Difficulty 3 of 5, about 25 minutes.*
#
# The batch that you want does not fit into the memory of your machine. So it comes in $k$ small parts, **micro-batches**. Each goes forward and backward by itself, their gradients add up in `.grad`, and only then comes one step. This is *gradient accumulation*.
#
# Write `train_epoch(model, batches, loss, optimizer, k)`. It goes through `batches` once, in train mode. Each $k$ micro-batches in a row make a group, and each group makes **one step, the same as if its examples had come in one batch**: with the gradient of the mean over all examples of the group.
#
# - Micro-batches may differ in size. The last group may have fewer than $k$ of them; it makes its step, too.
# - `batches` gives pairs `(x, y)`. It may be a generator: it can be gone through once, and has no `len`. (You may put all of it into a list: the inputs are small.) `loss(prediction, y)` is the mean over the examples given to it.
# - The model never sees more than one micro-batch at a time, and each goes backward before the next one goes forward. Otherwise no memory is saved.
# - Gradients left over from before the call play no part. Some parameters may be frozen, without a gradient.
# - Return the mean loss over all examples of the epoch, each measured when the model saw it, as a plain number.
#
# (With batch normalization the two ways would differ, since it looks at the batch itself. There is none here.)
#
# **Before you write:** a group has micro-batches of 3 and 1 examples. What is the gradient of the group's mean, in terms of the gradients of the two means?
#
# <details><summary>Hint 1</summary>The lecture's formula for averages over ragged batches holds for gradients, too: they are averages.</details>
# <details><summary>Hint 2</summary>You need the size of the group before the last micro-batch has gone forward, or you divide before the step. The inputs are small; what needs memory is the graph.</details>


# %% nbgrader={"grade": false, "grade_id": "train_epoch", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_epoch(model: nn.Module, batches, loss, optimizer, k: int) -> float:
    """Train for one epoch, a step for each k micro-batches (x, y) together; returns the mean loss of an example."""
    ### BEGIN SOLUTION
    model.train()
    batches = iter(batches)
    total = 0.0
    examples = 0
    while True:
        group = list(itertools.islice(batches, k))
        if not group:
            return total / examples
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            share = len(y) / size * loss(model(x), y)
            share.backward()
            total += size * share.item()
        optimizer.step()
        examples += size
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "train_epoch_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 3: run me
class Constant(nn.Module):
    """Predicts one number w for every input, and watches how it is used. A frozen number is there, too."""

    def __init__(self):
        super().__init__()
        self.w, self.frozen = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1), False)
        self.w.grad = torch.full((1,), 100.0)  # left over from somewhere
        self.forwards, self.backwards, self.waiting, self.largest = 0, 0, 0, 0
        self.modes, self.steps = set(), 0

    def forward(self, x):
        prediction = self.w * torch.ones_like(x) + self.frozen
        self.forwards, self.largest = self.forwards + 1, max(self.largest, len(x))
        self.waiting = max(self.waiting, self.forwards - self.backwards)
        self.modes.add(self.training)
        if prediction.requires_grad:
            prediction.register_hook(self.count)
        return prediction

    def count(self, gradient):
        self.backwards += 1

    def count_step(self, *_):
        self.steps += 1


perhaps = {
    "generator": "`batches` may be a generator: it has no length, and no batch number 0.",
    "NoneType": "Perhaps this: a frozen parameter has no gradient, so its `.grad` is None.",
}


def trained(*targets, k=2):
    """The model and what was returned, for micro-batches with these targets; a step of 0.5 goes to the targets' mean."""
    model = Constant().eval()
    optimizer = torch.optim.SGD([model.w], lr=0.5)
    optimizer.register_step_post_hook(model.count_step)
    batches = ((torch.ones(len(y)), torch.tensor(y)) for y in targets)
    try:
        return model, train_epoch(model, batches, F.mse_loss, optimizer, k)
    except (AttributeError, TypeError) as error:
        for word, why in perhaps.items():
            require(word not in str(error), f"{why} (Python said {type(error).__name__}: {error})")
        raise


# One group of 3 + 1 examples with the targets 1, 2, 3 and 10. Their mean is 4.
model, got = trained([1.0, 2.0, 3.0], [10.0])
mistakes = {
    "A gradient from before the call was in it: set it to zero first.": -46.0,
    "Weight each micro-batch by its number of examples: you took the mean of the two means.": 6.0,
    "You added the gradients of the two means: the step is that of a mean over the group.": 12.0,
    "Only the last micro-batch counts: there is a step, or a zero_grad, after each of them.": 10.0,
    "Only the last micro-batch counts: zero_grad comes once a group, not before each backward.": 2.5,
    "You added the gradients of all examples: divide by how many the group has.": 16.0,
    "No step was made, or the gradient was thrown away before it.": 0.0,
}
close(model.w, [4.0], "w after one group", mistakes)
close(model.frozen, [0.0], "the frozen parameter")
mistakes = {"The example in the small micro-batch counts as three: weight by size.": 157 / 3}
mistakes |= {"A mean over a batch is given: multiply by its size before you add.": 314 / 12}
close(got, 28.5, "the mean loss of one group", mistakes)
require(model.modes == {True}, "The model was in eval mode: switch it to train mode first.")
require(
    model.largest == 3,
    f"The model saw {model.largest} examples at once, and the largest micro-batch has 3: that would not fit.",
)
require(
    model.waiting == 1,
    f"{model.waiting} micro-batches were waiting for their backward at one time. "
    "Each keeps its whole graph in memory: go backward at once, the gradients add up by themselves.",
)
require(
    not isinstance(got, torch.Tensor),
    "Return a plain number, by `.item()`: a tensor may drag its graph along.",
)

# Two groups; the second has only one micro-batch, with the targets 20 and 22.
model, got = trained([1.0, 2.0, 3.0], [10.0], [20.0, 22.0])
mistakes = {
    "The last, smaller group made no step.": 4.0,
    "The last group has one micro-batch: divide by what is in the group, not by k.": 12.5,
    "The gradient of the first group was still there in the second.": 25.0,
}
close(model.w, [21.0], "w after two groups", mistakes)
mistakes = {
    "That is the mean of the groups' means: weight by the number of examples.": 159.25,
    "That is the loss of the last group: the epoch had more.": 290.0,
}  # fmt: skip
close(got, 694 / 6, "the mean loss of the epoch", mistakes, tol=1e-5)
mistakes = {
    "Each group makes one step, and nothing else does: Adam moves on a gradient of zero, too.": 3
}
equal(model.steps, 2, "the number of steps for two groups", mistakes)
model, got = trained([1.0, 3.0], [5.0], k=1)
close(model.w, [5.0], "w for k = 1, after two micro-batches")
model, got = trained([1.0, 3.0], [8.0], k=5)
close(model.w, [4.0], "w for k = 5, when only two micro-batches come")

### BEGIN HIDDEN TESTS
for seed, (k, sizes) in enumerate(
    [(3, [4, 4, 4, 4]), (2, [5, 1, 3, 2, 7]), (4, [2, 6]), (1, [3, 3])]
):
    X, y = random_tensor(sum(sizes), 6, seed=seed), torch.arange(sum(sizes)) % 3
    parts = list(zip(X.split(sizes), y.split(sizes), strict=True))
    groups = [parts[i : i + k] for i in range(0, len(parts), k)]
    torch.manual_seed(seed)
    ours = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double()
    ours[0].bias.requires_grad_(False)
    theirs = copy.deepcopy(ours).eval()
    optimizer, total = torch.optim.Adam(ours.parameters(), lr=0.05), 0.0
    for group in groups:  # the batch that does not fit
        whole_x, whole_y = (torch.cat(part) for part in zip(*group, strict=True))
        value = F.cross_entropy(ours(whole_x), whole_y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        total += len(whole_y) * value.item()
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.05)
    F.cross_entropy(theirs(X), y).backward()
    got = train_epoch(theirs, iter(parts), F.cross_entropy, optimizer, k)
    close(got, total / len(y), "the mean loss", tol=1e-9)
    for name, right in ours.state_dict().items():
        close(theirs.state_dict()[name], right, f"{name} after an epoch", tol=1e-7)
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Judge fairly  (3 points)
#
# *Difficulty 2 of 5, about 20 minutes.*
#
# Of 1 000 mails ten are fraud. A program that calls none of them fraud has an accuracy of 99 %. The **balanced accuracy** is not fooled: for each class take the share of *its* examples that are right, then the mean over the classes. Here it is 50 %.
#
# Write `judge(model, batches)`. For all examples together, it returns a dictionary with the keys `"loss"` (the mean cross-entropy), `"accuracy"` and `"balanced"`.
#
# - `batches` gives pairs `(x, y)` of any sizes: scores `model(x)` are $(B, C)$, classes `y` are $(B,)$. A class that does not occur in `y` at all plays no part in the balanced accuracy. It may be missing in one batch and occur in another.
# - Judge in eval mode, and let no graph be recorded. The model sees each batch once, and no two batches at once.
# - Afterwards **every** module is in the mode in which it was before: parts of a model may be in eval mode while the rest is in train mode (somebody froze them).
# - The values are plain numbers.
#
# **Before you write:** two machines have each measured the balanced accuracy on a part of the data. Can you put the two numbers together? What would they have to send you?
#
# <details><summary>Hint 1</summary>Only numbers that add up over the batches can be put together. Which ones are these, for a class?</details>
# <details><summary>Hint 2</summary>`model.train()` switches all parts. Before you change anything, write down the mode of each part; `model.modules()` has them all.</details>


# %% nbgrader={"grade": false, "grade_id": "judge", "locked": false, "schema_version": 3, "solution": true, "task": false}
def judge(model: nn.Module, batches) -> dict[str, float]:
    """The mean loss, the accuracy and the balanced accuracy of a classifier, over all examples of batches (x (B, ...), y (B,))."""
    ### BEGIN SOLUTION
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    total = 0.0
    classes = []
    hits = []
    with torch.no_grad():
        for x, y in batches:
            scores = model(x)
            total += F.cross_entropy(scores, y, reduction="sum").item()
            classes.append(y)
            hits.append((scores.argmax(dim=1) == y).double())
    for module, mode in modes:
        module.training = mode
    y = torch.cat(classes)
    right = torch.cat(hits)
    shares = [right[y == c].mean() for c in y.unique()]
    return {
        "loss": total / len(y),
        "accuracy": right.mean().item(),
        "balanced": torch.stack(shares).mean().item(),
    }
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "judge_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 4: run me
asked = []  # for each batch: its size, whether dropout was on, whether a graph was recorded


class Witness(nn.Module):
    """Returns its inputs as scores, after dropout, and notes how it was asked. One of its parts is frozen in eval mode."""

    def __init__(self):
        super().__init__()
        self.noise, self.frozen = nn.Dropout(0.9), nn.Dropout(0.9).eval()

    def forward(self, x):
        asked.append((len(x), self.training or self.noise.training, torch.is_grad_enabled()))
        return self.frozen(self.noise(x))


# The score is at the class that the model chooses: 0 1 1 1 | 2 2 0. Class 3 does not occur.
chosen, y = torch.tensor([0, 1, 1, 1, 2, 2, 0]), torch.tensor([0, 0, 1, 1, 0, 2, 0])
x = F.one_hot(chosen, 4) * torch.tensor([1.0, 2, 3, 1, 4, 1, 2])[:, None]
model = Witness()
torch.manual_seed(0)
with torch.enable_grad():  # whatever happens inside, afterwards it is as before
    got = judge(model, ((a, b) for a, b in zip(x.split(4), y.split(4), strict=True)))
    still_on = torch.is_grad_enabled()
require(isinstance(got, dict), f"Expected a dictionary, but got {type(got).__name__}.")
equal(sorted(got), ["accuracy", "balanced", "loss"], "the keys, sorted")
require(asked, "The model was not asked at all.")
sizes, train_modes, recorded = zip(*asked, strict=True)
require(not any(train_modes), "The model was in train mode: dropout spoils what you measure.")
require(not any(recorded), "A graph was recorded: nobody will go backward, so say no_grad.")
require(still_on, "Gradients are switched off for good: use `with torch.no_grad():`.")
equal(sizes, (4, 3), "the batches that the model saw")
mistakes = {
    "That is the mean of the batches' means: weight by the number of examples.": 1.3522307,
    "The batches' means were added and divided by the number of examples.": 0.3863516,
    "That is the sum: divide by the number of examples.": 9.1052082,
    "That is the last batch alone.": 1.7126374,
}
close(got["loss"], F.cross_entropy(x, y), "the loss", mistakes, tol=1e-5)
mistakes = {
    "That is the mean of the batches' accuracies: weight by the number of examples.": 17 / 24,
    "That is the number of right ones: divide by the number of examples.": 5.0,
}
close(got["accuracy"], 5 / 7, "the accuracy", mistakes)
mistakes = {
    "That is the accuracy: give each class the same weight.": 5 / 7,
    "The mean goes over the classes that occur; class 3 has no example.": 0.625,
    "Class 3 has no example, and 0 / 0 is NaN: leave such a class out.": math.nan,
    "That is a mean of the batches' balanced accuracies: count for each class over all batches.": 0.75,
    "That is, for each class, the share of its predictions that are right; take the share of its examples.": 13 / 18,
}  # fmt: skip
close(got["balanced"], 2.5 / 3, "the balanced accuracy", mistakes)
require(
    not any(isinstance(value, torch.Tensor) for value in got.values()),
    "Return plain numbers, by `.item()`.",
)

# The modes are what they were, whatever they were.
modes_after = [module.training for module in model.modules()]
mistakes = {
    "The model stayed in eval mode: the training would go on without dropout.": [False] * 3,
    "The frozen part was in eval mode before, and must be so again.": [True] * 3,
}
equal(
    modes_after, [True, True, False], "the training modes of model, noise and frozen part", mistakes
)
model.eval()
judge(model, [(x, y)])
mistakes = {"The model was in eval mode before, and must stay so.": [True] * 3}
modes_after = [module.training for module in model.modules()]
equal(modes_after, [False] * 3, "the training modes of a model in eval mode", mistakes)

# Now the only example of class 2 is wrong.
x[5] = torch.tensor([1.0, 0, 0, 0])
with reason(Exception, "No example of class 2 is right here: its share is 0, and no error."):
    got = judge(model, [(x, y)])
mistakes = {"Class 2 occurs, so it counts, with a share of 0.": 0.75}
close(got["balanced"], 0.5, "the balanced accuracy without a right one in class 2", mistakes)

### BEGIN HIDDEN TESTS
for seed, sizes in enumerate([[7], [5, 5, 1], [1, 2, 3, 4], [16, 16, 9]]):
    torch.manual_seed(seed)
    n = sum(sizes)
    X, y = random_tensor(n, 5, seed=seed), torch.randint(0, 4, (n,)) * (seed + 1)
    net = nn.Sequential(
        nn.Linear(5, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 20)
    ).double()
    net[1].eval()
    net = nn.Sequential(net)  # a part of a part has a mode, too
    state = copy.deepcopy(net.state_dict())
    got = judge(net, list(zip(X.split(sizes), y.split(sizes), strict=True)))
    modes = [module.training for module in net.modules()]
    equal(modes, [True, True, True, False, True, True, True], "the modes")
    require(all(torch.equal(v, state[k]) for k, v in net.state_dict().items()), "it has changed")
    scores = net.eval()(X)
    right = (scores.argmax(1) == y).double()
    close(got["loss"], F.cross_entropy(scores, y), "the loss", tol=1e-5)
    close(got["accuracy"], right.mean(), "the accuracy", tol=1e-5)
    want = np.mean([right[y == c].mean().item() for c in set(y.tolist())])
    close(got["balanced"], want, "the balanced accuracy", tol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## 5. Stop anywhere, resume exactly  (3 points)
#
# *Difficulty 3 of 5, about 30 minutes.*
#
# The lecture's `fit` writes its checkpoints between two epochs. A machine that may be taken from you at any moment asks for more: stop after **any step**, also in the middle of an epoch. Read this training, and ask of each line of `step`: what does it depend on?


# %%
def warm_up(step):
    """The factor of the learning rate: it rises over 20 steps, and then falls slowly."""
    return min((step + 1) / 20, math.sqrt(20 / (step + 1)))


# %%
class Training:
    """A training that makes one step at a time, on 40 examples in batches of 8."""

    def __init__(self, seed):
        torch.manual_seed(seed)
        self.X = random_tensor(40, 6, seed=1).float()
        self.y = torch.arange(40) % 3
        self.model = nn.Sequential(
            nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3)
        )
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.02)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, warm_up)
        self.shuffler = torch.Generator().manual_seed(seed)
        self.to_come = []  # the examples of this epoch that no step has used yet
        self.losses = []

    def step(self):
        if not self.to_come:
            self.to_come = torch.randperm(40, generator=self.shuffler).tolist()
        rows = self.to_come[:8]
        self.to_come = self.to_come[8:]
        loss = F.cross_entropy(self.model(self.X[rows]), self.y[rows])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        self.losses.append(loss.item())


# %%
def after(steps, seed=0):
    """A training that has made so many steps."""
    training = Training(seed)
    for _ in range(steps):
        training.step()
    return training


# %% [markdown]
# Write `save(training, path)` and `load(training, path)`.
#
# - `load` brings *any* other `Training`, made with another seed and perhaps already some steps old, to where the saved one stood. From there on both do the same, **bit for bit**, and `losses` is the saved one's, too.
# - The file can be read by `torch.load(path, weights_only=True)`: it holds only tensors, numbers, texts, and lists and dictionaries of them.
# - Saving leaves the training as it is.
#
# **Before you write:** the lecture names four things that belong into a checkpoint between two epochs. What else is needed in the middle of one? And how many different random generators are at work here?
#
# <details><summary>Hint 1</summary>Go through the attributes of `Training` one by one: can this one change in a step? Then look for what changes in a step without being an attribute.</details>
# <details><summary>Hint 2</summary>Model, optimizer and schedule have `state_dict` and `load_state_dict`, generators `get_state` and `set_state`. Dropout draws from the generator that belongs to all of torch (`torch.get_rng_state`).</details>


# %% nbgrader={"grade": false, "grade_id": "save_and_load", "locked": false, "schema_version": 3, "solution": true, "task": false}
def save(training: Training, path) -> None:
    """Write all that the next steps of the training depend on into one file."""
    ### BEGIN SOLUTION
    parts = {"model": training.model, "optimizer": training.optimizer}
    parts |= {"scheduler": training.scheduler}
    state = {name: part.state_dict() for name, part in parts.items()}
    state |= {"to_come": training.to_come, "losses": training.losses}
    state |= {"shuffler": training.shuffler.get_state(), "torch": torch.get_rng_state()}
    torch.save(state, path)
    ### END SOLUTION


def load(training: Training, path) -> None:
    """Bring a training to where the saved one stood."""
    ### BEGIN SOLUTION
    state = torch.load(path, weights_only=True)
    training.model.load_state_dict(state["model"])
    training.optimizer.load_state_dict(state["optimizer"])
    training.scheduler.load_state_dict(state["scheduler"])
    training.to_come = state["to_come"]
    training.losses = state["losses"]
    training.shuffler.set_state(state["shuffler"])
    torch.set_rng_state(state["torch"])
    ### END SOLUTION


# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "save_and_load_test", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 5: run me
def rates_inputs_losses(training, steps):
    """What the next steps do: their learning rates, the numbers of their examples, their losses."""
    rates, inputs, seen = [], [], []
    hook = training.model.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    for _ in range(steps):
        rates.append(training.optimizer.param_groups[0]["lr"])
        training.step()
    hook.remove()
    for batch in seen:
        inputs.append([(training.X == row).all(dim=1).nonzero().item() for row in batch])
    return rates, inputs, training.losses[-steps:]


# The uninterrupted training: 13 steps, then two more in the third epoch, and six in later ones.
whole = after(13)
answers = whole.model.eval()(whole.X).detach()
weights = [p.detach().clone() for p in whole.model.parameters()]
whole.model.train()
rates, inputs, losses = rates_inputs_losses(whole, 8)

only = "Keep only tensors, numbers, texts, lists and dictionaries, such as state_dict() gives."
misfits = (pickle.UnpicklingError, LookupError, RuntimeError, TypeError, ValueError)
with TemporaryDirectory() as folder:
    path = Path(folder, "training.pt")
    first = after(13)
    with reason((pickle.PicklingError, pickle.UnpicklingError), only):
        save(first, path)
        require(path.exists(), "`save` wrote no file at `path`.")
        torch.load(path, weights_only=True)
    going_on = rates_inputs_losses(first, 8)
    second = after(3, seed=1)
    with reason(misfits, "What was saved does not fit what is loaded."):
        load(second, path)
require(
    going_on[2] == losses,
    "Saving has changed the training: it goes on with other losses than one that was not saved.",
)
require(
    all(torch.equal(a, b) for a, b in zip(second.model.parameters(), weights, strict=True)),
    "After loading, the weights differ. `load` has to change the training that it is given, not another one.",
)
modes = second.model.training
predicted = second.model.eval()(second.X).detach()
second.model.train(modes)
require(
    torch.equal(predicted, answers),
    "The parameters are right, and in eval mode the model answers differently. "
    "Batch normalization has a memory that is no parameter: state_dict() holds it.",
)
equal(len(second.losses), 13, "the number of losses after loading")
got_rates, got_inputs, got_losses = rates_inputs_losses(second, 8)
require(
    got_inputs[:2] == inputs[:2],
    "The next two steps use other examples than those of the saved training: what decided about them?",
)
require(
    got_inputs == inputs,
    "The rest of this epoch has the right examples, and the next epoch has another order.",
)
require(
    got_rates[0] == rates[0],
    f"The first learning rate after loading is {got_rates[0]:.5f}, and not {rates[0]:.5f}. "
    "Where does a step find its rate?",
)
require(
    got_rates == rates,
    f"The learning rates go on as {got_rates[1]:.5f}, {got_rates[2]:.5f}, and not as "
    f"{rates[1]:.5f}, {rates[2]:.5f}. What decides how the rate goes on?",
)
require(
    got_losses[0] == losses[0],
    "The first step has the right weights and examples, and another loss: which line of `step` can give two results?",
)
require(
    got_losses == losses,
    "The first loss is right, and a later one differs, so the step between them does: what does it use besides the gradient?",
)

### BEGIN HIDDEN TESTS
for seed, steps in [(2, 0), (3, 5), (4, 1), (5, 27)]:
    whole = after(steps, seed)
    expected = rates_inputs_losses(whole, 12)
    with TemporaryDirectory() as folder:
        path = Path(folder, "training.pt")
        save(after(steps, seed), path)
        second = after(33 - steps, seed + 10)
        load(second, path)
        equal(list(rates_inputs_losses(second, 12)), list(expected), "twelve more steps")
        load(second, path)  # the same file once more
    equal(list(rates_inputs_losses(second, 12)), list(expected), "the same steps once more")
    equal(second.losses, whole.losses, "all losses")
### END HIDDEN TESTS

# %% mystnb={"image": {"alt": "Training loss over 120 steps: a grey line for the uninterrupted run, and on it blue dots up to step 53 and orange dots behind it, which lie exactly on the line."}}
with your_turn("Interrupted after step 53, in the middle of an epoch. Nobody can tell."):
    with reason(Exception, "First make the test above pass."), TemporaryDirectory() as folder:
        save(after(53), Path(folder, "training.pt"))
        resumed = Training(seed=99)
        load(resumed, Path(folder, "training.pt"))
        for _ in range(67):
            resumed.step()
    n = len(resumed.losses)
    whole = after(120)
    require(n == 120, f"After 53 + 67 steps there are {n} losses: `load` must bring them back.")
    plt.plot(range(1, 121), whole.losses, color="0.7", label="never interrupted")
    plt.plot(range(1, 54), resumed.losses[:53], ".", color=BLUE, label="before the break")
    plt.plot(range(54, 121), resumed.losses[53:], ".", color=ORANGE, label="after it")
    plt.gca().set(xlabel="step", ylabel="training loss (nats)")
    plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    plt.show()
    states = [training.model.state_dict().values() for training in (resumed, whole)]
    same = all(torch.equal(a, b) for a, b in zip(*states, strict=True))
    require(
        same and resumed.losses == whole.losses,
        "The training behind the break is another one: the test above says more.",
    )

# %% [markdown]
# ## 6. Six silent bugs  (6 points)
#
# *Difficulty 4 of 5, about 45 minutes. Each bug counts 1 point.*
#
# Here is a program that somebody wrote to tell even digits from odd ones. What its docstrings say is right. What its code does is not: it has **six bugs**, in `Net` and in `Program`; some methods have none, one has two. None of them raises an error. You have met their relatives in the lecture's zoo.


# %%
class Net(nn.Module):
    """Pictures (B, 8, 8) to one number each, (B,). Half of the hidden units are dropped while it trains."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(64, 64)
        self.last = nn.Linear(64, 1)

    def forward(self, x):
        hidden = F.dropout(torch.relu(self.first(x.flatten(1))), p=0.5)
        return torch.sigmoid(self.last(hidden))[:, 0]


# %%
class Preparation:
    """Pictures and labels on their way to the program."""

    def split(self, X, y):
        """X_train, y_train, X_test, y_test. Of n pictures (n, 8, 8), n // 4 are held out at random, to judge by. Each of the
        others is there twice: as it is, and moved to the right by a pixel."""
        X = torch.cat([X, X.roll(1, dims=2)])
        y = torch.cat([y, y])
        order = torch.randperm(len(y))
        test = order[: len(y) // 4]
        train = order[len(y) // 4 :]
        return X[train], y[train], X[test], y[test]

    def batches(self, X, y):
        """One epoch: a list of pairs (pictures, their labels), 50 in each and the rest in the last, in a new order at each call."""
        pictures = X[torch.randperm(len(X))]
        labels = y[torch.randperm(len(y))]
        return list(zip(pictures.split(50), labels.split(50), strict=True))


# %%
class Learning(Preparation):
    """What happens to `self.model`, with `self.optimizer`."""

    def loss(self, x, y):
        """The mean of -log p over a batch, where p is the probability that the model gives to the truth."""
        return F.binary_cross_entropy_with_logits(self.model(x), y)

    def train_epoch(self, batches):
        """One step of plain gradient descent for each batch; returns the losses."""
        self.model.train()
        self.optimizer.zero_grad()
        losses = []
        for x, y in batches:
            loss = self.loss(x, y)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses

    def probabilities(self, x):
        """The probability of being even, (B,), as the program judges: the same at each call."""
        self.model.eval()
        with torch.no_grad():
            return self.model(x)


# %%
class Program(Learning):
    """Learns whether a digit is even: y is 1.0 for yes, 0.0 for no."""

    def __init__(self, seed=0):
        """Make self.model, whose last layer starts small (weights of about 0.01), and self.optimizer, which trains all of it."""
        torch.manual_seed(seed)
        self.model = self.make_model()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)
        self.model.last = nn.Linear(64, 1)
        nn.init.normal_(self.model.last.weight, std=0.01)

    def make_model(self):
        return Net()


# %% [markdown]
# Write `mended()`. It returns a class with the same methods, the same arguments, and the bugs gone: what the docstrings say is then true. The simplest way is a class that inherits:
#
# ```python
# def mended():
#     class Mended(Program):
#         def batches(self, X, y):
#             ...  # written anew
#     return Mended
# ```
#
# A model of your own is made by `make_model`; its last layer must be called `last`. Do not mend by leaving out: the doubled pictures, the shuffling, the dropout, the small start stay. The rate of the dropout, the learning rate and the kind of optimizer are no bugs, and no test looks at them: keep them, or choose your own.
# There is a test for each bug. They do not need each other, so you may mend one after the other. Look for the bug before you read its test.
#
# **Before you write:** which of the six would "overfit one batch" find? Which one can make the result look *better* than it is?
#
# <details><summary>Hint 1</summary>Two of the six are in the data, two in the model and its loss, two in what the optimizer gets and when.</details>
# <details><summary>Hint 2</summary>Ask of each method: what does this line do at the second call? Who has seen this picture before? Which of the two modes does this function know of? To whom belongs this parameter?</details>


# %% nbgrader={"grade": false, "grade_id": "mended", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mended() -> type:
    """A class like Program, without its six bugs."""

    ### BEGIN SOLUTION
    class Scores(Net):
        def forward(self, x):
            hidden = torch.relu(self.first(x.flatten(1)))
            return self.last(F.dropout(hidden, p=0.5, training=self.training)).squeeze(1)

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            return Scores()

        def split(self, X, y):
            test, train = torch.randperm(len(y)).tensor_split([len(y) // 4])
            X_train = torch.cat([X[train], X[train].roll(1, dims=2)])
            return X_train, y[train].repeat(2), X[test], y[test]

        def batches(self, X, y):
            return [(X[rows], y[rows]) for rows in torch.randperm(len(y)).split(50)]

        def train_epoch(self, batches):
            return [loss for batch in batches for loss in super(Mended, self).train_epoch([batch])]

        def probabilities(self, x):
            return super().probabilities(x).sigmoid()

    return Mended
    ### END SOLUTION


# %%
def started(seed=0):
    """A program of the class that `mended` returns."""
    made = mended()
    require(isinstance(made, type), "Expected a class: `return Mended`, without parentheses.")
    names = ["make_model", "split", "batches", "loss", "train_epoch", "probabilities"]
    missing = [name for name in names if not hasattr(made, name)]
    require(not missing, f"The class has no {', '.join(missing)}: keep the methods of Program.")
    with reason(Exception, "`Mended(seed=0)` must make a program, as `Program(seed=0)` does."):
        program = made(seed=seed)
    for name in ("model", "optimizer"):
        require(hasattr(program, name), f"`__init__` makes no `self.{name}`.")
    require(hasattr(program.model, "last"), "The model's last layer must be called `last`.")
    return program


def weights_of(program):
    return torch.cat([p.detach().flatten() for p in program.model.parameters()])


def some_batch(seed, n=30):
    """Pictures (n, 8, 8) and labels (n,)."""
    x = random_tensor(n, 8, 8, seed=seed).float()
    return x, (x[:, 0, 0] > 0).float()


# %% [markdown]
# **What is held out.**

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mended_test_split", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6: run me
# Picture i is the number i + 1 in column 2, so that we know it again. Its label is i + 1, too.
X = torch.zeros(20, 8, 8)
X[:, :, 2] = torch.arange(1.0, 21)[:, None]
X_train, y_train, X_test, y_test = started().split(X, torch.arange(1.0, 21))
train, test = (part.amax(dim=(1, 2)).tolist() for part in (X_train, X_test))
require(
    not set(train) & set(test),
    f"{len(set(train) & set(test))} pictures are in the training part and, perhaps moved by a pixel, in the held-out part.",
)
mistakes = {"Held-out pictures are not doubled: judge by the real ones.": 10}
equal(len(test), 5, "the number of held-out pictures, of 20", mistakes)
require(bool((X_test[:, :, 2] > 0).all()), "A held-out picture is moved: judge by the real ones.")
mistakes = {"Each training picture is there twice: as it is, and moved.": 15}
equal(len(train), 30, "the number of training pictures", mistakes)
at = sorted((picture, int(x[0].argmax())) for picture, x in zip(train, X_train, strict=True))
want = [(float(i), column) for i in range(1, 21) if float(i) not in test for column in (2, 3)]
require(at == want, "Each training picture is there as it is and moved, not twice the same.")
require(train == y_train.tolist() and test == y_test.tolist(), "The labels are not in step.")
ends = [[*range(1, 6)], [*range(16, 21)]]
require(sorted(test) not in ends, "The held-out ones are those at one end: draw them at random.")
### BEGIN HIDDEN TESTS
program = started(3)
for n in (8, 41, 100):
    X = torch.arange(1.0, n + 1)[:, None, None] * torch.eye(8)[4]
    X = X.expand(n, 8, 8)
    X_train, y_train, X_test, y_test = program.split(X, torch.arange(1.0, n + 1))
    train, test = X_train.amax(dim=(1, 2)), X_test.amax(dim=(1, 2))
    equal([len(test), len(train)], [n // 4, 2 * (n - n // 4)], "the sizes")
    require(not set(train.tolist()) & set(test.tolist()), "a picture is in both parts")
    require(torch.equal(train, y_train) and torch.equal(test, y_test), "labels out of step")
    held_out = sorted(y_test.tolist())
    ends = [[*range(1, n // 4 + 1)], [*range(n - n // 4 + 1, n + 1)]]
    require(n == 8 or held_out not in ends, "what is held out stands at one end")
### END HIDDEN TESTS

# %% [markdown]
# **The batches.**

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mended_test_batches", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6, part 2: run me
X, y = torch.arange(120.0)[:, None, None].expand(120, 8, 8), torch.arange(120.0)
program = started()
first, second = (list(program.batches(X, y)) for _ in range(2))
equal([len(labels) for _, labels in first], [50, 50, 20], "the sizes of the batches of 120")
require(
    all(torch.equal(x[:, 0, 0], labels) for x, labels in first),
    "A picture stands beside the label of another one: one order for both.",
)
first, second = (torch.cat([labels for _, labels in epoch]) for epoch in (first, second))
require(torch.equal(first.sort().values, y), "Some pictures are missing, and others come twice.")
require(not torch.equal(first, y), "The examples are not shuffled at all.")
require(not torch.equal(first, second), "Two calls give the same order.")
### BEGIN HIDDEN TESTS
for n in (49, 50, 151):
    X, y = some_batch(n, n)
    epoch = started(n).batches(X, y)
    equal([len(x) for x, _ in epoch], [len(part) for part in y.split(50)], "the sizes")
    want = {(x[1, 1].item(), label.item()) for x, label in zip(X, y, strict=True)}
    got = {
        (a[1, 1].item(), b.item()) for x, labels in epoch for a, b in zip(x, labels, strict=True)
    }
    require(got == want, "the pairs are others")
### END HIDDEN TESTS

# %% [markdown]
# **What the optimizer trains.**

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mended_test_optimizer", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6, part 3: run me
program = started()
owned = {id(p) for group in program.optimizer.param_groups for p in group["params"]}
forgotten = [name for name, p in program.model.named_parameters() if id(p) not in owned]
require(
    not forgotten,
    f"The optimizer does not train {' and '.join(forgotten)}. "
    "It holds the parameters that the model had when the optimizer was made.",
)
require(len(owned) == len(list(program.model.parameters())), "It trains others besides.")
largest = program.model.last.weight.abs().max().item()
require(
    largest < 0.06,
    f"The last layer has a weight of {largest:.2f}, and it was to start with weights of about 0.01.",
)
require(largest > 0, "The last layer starts with 0: about 0.01 was asked for.")
### BEGIN HIDDEN TESTS
program = started(7)
before = {name: p.detach().clone() for name, p in program.model.named_parameters()}
program.train_epoch([some_batch(1), some_batch(2)])
still = [name for name, p in program.model.named_parameters() if torch.equal(p, before[name])]
require(not still, f"{still} did not move")
require(0.003 < started(8).model.last.weight.std().item() < 0.03, "the start is not small")
### END HIDDEN TESTS

# %% [markdown]
# **The loss.**

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mended_test_loss", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6, part 4: run me
# A last layer that says -2 of every picture: the probability of being even is 1 / (1 + e^2) = 0.11920.
program, x = started(), some_batch(0)[0][:4]
with torch.no_grad():
    program.model.last.weight.zero_()
    program.model.last.bias.fill_(-2.0)
mistakes = {
    "That is the raw score: if the model returns it now, `probabilities` must know.": -2.0,
    "It went through the sigmoid twice on its way.": 0.5297655,
}
p = program.probabilities(x)
close(p, 4 * [0.1192029], "the probabilities for a score of -2", mistakes, tol=1e-5)
program.model.eval()
mistakes = {
    "The score goes through the sigmoid twice: once in the model, once in the loss.": 0.7247230,
    "That is the sum over the batch: the mean was asked for.": 2.5077120,
}
y = torch.tensor([1.0, 0.0, 0.0, 0.0])
close(program.loss(x, y), 0.6269280, "the loss when one of the four is even", mistakes, tol=1e-5)
### BEGIN HIDDEN TESTS
for seed in range(3):
    program, (x, y) = started(seed), some_batch(seed, 20)
    with torch.no_grad():
        nn.init.normal_(program.model.last.weight)
    torch.manual_seed(seed)
    p = program.probabilities(x)
    program.model.eval()
    torch.manual_seed(seed)
    close(
        program.loss(x, y), torch.where(y == 1, p, 1 - p).log().mean().neg(), "the loss", tol=1e-3
    )
    with torch.no_grad():
        program.model.last.weight.zero_()
        program.model.last.bias.fill_(seed - 1.0)
    want = [1 / (1 + math.exp(1 - seed))] * 20
    close(program.probabilities(x), want, "the probabilities for one score", tol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# **The step.**

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mended_test_step", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6, part 5: run me
# Two batches in one epoch must do what two epochs of one batch do.
together, apart = started(), started()
start = weights_of(together)
torch.manual_seed(0)
losses = together.train_epoch([some_batch(1), some_batch(2)])
torch.manual_seed(0)
for seed in (1, 2):
    for p in apart.model.parameters():
        p.grad = None
    apart.train_epoch([some_batch(seed)])
equal(len(losses), 2, "the number of losses of two batches")
require(
    not torch.equal(weights_of(together), start),
    "Nothing moves: the gradient is thrown away between backward and step, or there is no step.",
)
require(
    torch.allclose(weights_of(together), weights_of(apart), atol=1e-6),
    "The second step depends on the first one's gradient: it was still there, and the new one was added.",
)
### BEGIN HIDDEN TESTS
for seed in range(3):
    together, apart = started(seed), started(seed)
    batches = [some_batch(10 * seed + i, 16) for i in range(5)]
    torch.manual_seed(seed)
    together.train_epoch(batches)
    torch.manual_seed(seed)
    for batch in batches:
        for p in apart.model.parameters():
            p.grad = None
        apart.train_epoch([batch])
    close(weights_of(together), weights_of(apart), "the weights after five batches", tol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# **What it judges by.**

# %% cellView="form" jupyter={"source_hidden": true} nbgrader={"grade": true, "grade_id": "mended_test_judging", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false} tags=["hide-input"]
# @title Test 6, part 6: run me
program, (x, y) = started(), some_batch(0)
with torch.no_grad():
    nn.init.normal_(program.model.last.weight)
torch.manual_seed(0)
first, second = program.probabilities(x), program.probabilities(x)
require(
    torch.equal(first, second),
    "Two calls of `probabilities` differ, in eval mode, too: something in the model does not know the modes.",
)
program.model.train()
losses = {program.loss(x, y).item() for _ in range(4)}
require(len(losses) == 4, "The dropout is gone from the training, too: there it has to stay.")
program.probabilities(x)
modes = []
program.model.register_forward_pre_hook(lambda model, _: modes.append(model.training))
program.train_epoch([(x, y)])
require(modes == [True], "After judging, `train_epoch` goes on in eval mode.")
### BEGIN HIDDEN TESTS
for seed in range(3):
    program, (x, y) = started(seed), some_batch(seed, 40)
    program.train_epoch([(x, y)])
    p = program.probabilities(x)
    require(torch.allclose(program.probabilities(x[:3]), p[:3], atol=1e-5), "it looks at the batch")
    require(not p.requires_grad, "a graph is recorded")
    program.model.train()
    with torch.no_grad():
        nn.init.normal_(program.model.last.weight)
        spread = torch.stack([program.loss(x, y) for _ in range(20)]).std()
    require(spread > 1e-3, "no dropout in the training")
### END HIDDEN TESTS

# %% [markdown]
# ### Both at work
#
# Now let both learn. To judge both fairly, 360 digits are set apart that neither program ever gets, not even for its own split. Each one also says how good it believes itself to be.


# %%
def career(program, epochs=40):
    """The losses of all steps, the accuracy that the program measures itself, and the true one."""
    pictures, labels, new_pictures, new_labels = digits()
    even = (1.0 - labels % 2).float()
    new_even = (1.0 - new_labels % 2).float()
    with reason(Exception, "An error in a method: first make the six tests above pass."):
        *train, X_test, y_test = program.split(pictures[:, 0], even)
        losses = []
        for _ in range(epochs):
            losses += program.train_epoch(program.batches(*train))
        parts = [(X_test, y_test), (new_pictures[:, 0], new_even)]
        judged = [(torch.as_tensor(program.probabilities(x)), y) for x, y in parts]
    require(
        all(p.shape == y.shape for p, y in judged),
        "`probabilities` returns something else than one number for each picture, (B,).",
    )
    require(
        all(((p >= 0) & (p <= 1)).all() for p, _ in judged),
        "`probabilities` returns numbers below 0 or above 1: these are raw scores.",
    )
    return losses, *[((p > 0.5) == (y > 0.5)).float().mean().item() for p, y in judged]


# %% mystnb={"image": {"alt": "Two loss curves over the steps of 40 epochs: the broken program's stays near 0.7, the mended one's falls from 0.69 to about 0.1."}}
with your_turn("It learns. The six tests say whether it is well."):
    fig, ax = plt.subplots(figsize=(7, 3.2))
    for name, program, colour in [("broken", Program(), ORANGE), ("mended", started(), BLUE)]:
        losses, claimed, true = career(program)
        ax.plot(losses, color=colour, linewidth=1, label=f"{name}: {true:.1%} right")
        print(f"{name}: says {claimed:.1%} of itself, and the truth is {true:.1%}")
    ax.set(xlabel="step", ylabel="training loss (nats)", ylim=(0, 1.2))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    plt.show()
    require(true > 0.75, "The mended program does not learn well yet: which test still fails?")

# %% [markdown]
# *The broken program (orange) does not learn at all, the mended one (blue) does. The legend says how many new digits each one gets right.*
#
# Explore: let your class inherit one method less, and what was wrong in it is back. (If you moved the sigmoid from the model into `probabilities`, take out `make_model` and `probabilities` together.) Which bugs would you have noticed from this picture alone?
# The leak in `split` is not among them. It lets the program judge itself by pictures that it has seen, moved by a pixel, and yet here it is too small to see: with some 360 pictures, what a program says of itself is off by about one per cent by chance alone. Only the test finds it.

# %% [markdown]
# ## For whoever wants more (no points)
#
# A **learning-rate range test** finds a rate in one short run: begin at $10^{-6}$, multiply the rate by a constant after each step so that it reaches 10 after some 200 steps, and stop when the loss is four times its smallest value so far. Draw the loss over the rate, with a logarithmic axis.
# Write `rate_test(model, batches, loss)` so that it leaves the model as it found it. Where on the curve is the rate that the lecture's search in factors of three would take? What changes when you double the batch size?

# %% [markdown]
# ## Two lines for us
#
# Double-click here and fill in. It is not graded; it makes the next edition better.
#
# - Minutes spent:
# - Hardest place:
