"""Checkpoints: one file that holds all that the next step of a training depends on."""

import os
import random
from collections.abc import Iterable

import numpy as np
import torch


def save(
    path: str | os.PathLike, parts: dict, train: Iterable, device: torch.device, more: dict
) -> None:
    """Write the state of a training; an older file stands until the new one is complete.

    Args:
        path: the file.
        parts: name -> model, optimizer and whatever else has a state_dict.
        train: the batches; the state of the generator that orders them is kept.
        device: the state of its random numbers is kept.
        more: plain numbers, texts, lists, dicts and tensors, kept as they are.
    """
    states = {name: part.state_dict() for name, part in parts.items()}
    unfinished = f"{os.fspath(path)}.part"
    torch.save({"parts": states, "random": _random_states(train, device), **more}, unfinished)
    os.replace(unfinished, path)  # in one piece, so that a crash never leaves half a file


def load(path: str | os.PathLike, parts: dict, train: Iterable, device: torch.device) -> dict:
    """Put the parts and all random numbers back to where they stood, and return what else was kept.

    Raises:
        ValueError: the file holds the state of other parts.
    """
    saved = torch.load(path, map_location="cpu", weights_only=True)
    states = saved.pop("parts")
    if states.keys() != parts.keys():
        raise ValueError(
            f"The checkpoint {path} holds {', '.join(states)}, and this training has {', '.join(parts)}."
        )
    for name, part in parts.items():
        part.load_state_dict(states[name])
    _set_random_states(saved.pop("random"), train, device)
    return saved


def _generators(train: Iterable) -> list[torch.Generator]:
    """Where the order of the examples comes from, if not from torch's own random numbers."""
    owners = (train, getattr(train, "sampler", None))  # a DataLoader may have one in its sampler
    found = [getattr(owner, "generator", None) for owner in owners]
    return [generator for generator in found if generator is not None]


def _random_states(train: Iterable, device: torch.device) -> dict:
    name, keys, *rest = np.random.get_state()
    return {
        "python": random.getstate(),
        "numpy": (name, keys.tolist(), *rest),
        "torch": torch.get_rng_state(),
        "device": _of(device).get_rng_state() if _of(device) else None,
        "order": [generator.get_state() for generator in _generators(train)],
    }


def _set_random_states(states: dict, train: Iterable, device: torch.device) -> None:
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])
    torch.set_rng_state(states["torch"])
    if _of(device) and states["device"] is not None:
        _of(device).set_rng_state(states["device"])
    for generator, state in zip(_generators(train), states["order"], strict=True):
        generator.set_state(state)


def _of(device: torch.device):
    """torch.cuda or torch.mps, which keep the random numbers of their devices; None for the CPU."""
    return {"cuda": torch.cuda, "mps": torch.mps}.get(device.type)
