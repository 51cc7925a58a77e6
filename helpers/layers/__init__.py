"""Reference layers, written from tensors up: each takes the arguments of its twin in torch.nn and loads its weights."""

from helpers.layers.activation import (
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    log_softmax,
)
from helpers.layers.container import Sequential
from helpers.layers.dense import Flatten, Linear

__all__ = [
    "GELU",
    "Flatten",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "log_softmax",
]
