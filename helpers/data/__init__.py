"""Data, ready to use: pictures, toy distributions with a known truth, and batches that live on the device.

What it comes from, and under which licence, stands in data/README.md.
"""

from helpers.data.batches import Batches
from helpers.data.images import Split, cifar10, digits, fashion_mnist, mnist, photographs
from helpers.data.toy import Gaussians, sine, two_circles, two_spirals, xor

__all__ = [
    "Batches",
    "Gaussians",
    "Split",
    "cifar10",
    "digits",
    "fashion_mnist",
    "mnist",
    "photographs",
    "sine",
    "two_circles",
    "two_spirals",
    "xor",
]
