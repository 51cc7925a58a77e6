"""Where a program runs, how it is seeded, and how large an experiment may be."""

import os
import random

import numpy as np
import torch


def device() -> torch.device:
    """The fastest device of this machine: a CUDA GPU, then Apple's (MPS), then the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def seed_everything(seed: int = 0) -> None:
    """Seed Python, NumPy and torch (on all its devices), so that a run can be repeated."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def scale() -> str:
    """How large the experiments are: "full" on a GPU, else "small"; the environment variable COURSE_SCALE decides where it is set.

    Raises:
        ValueError: COURSE_SCALE is neither "small" nor "full".
    """
    chosen = os.environ.get("COURSE_SCALE") or ("small" if device().type == "cpu" else "full")
    if chosen not in ("small", "full"):
        raise ValueError(
            f'COURSE_SCALE is "{chosen}": set it to "small" or to "full", or leave it out.'
        )
    return chosen
