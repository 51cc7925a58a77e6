"""EfficientNet-Lite0 and its convolution, which pads as TensorFlow does."""

import pytest
import torch
from torch import nn

from helpers.models.efficientnet_lite0 import EfficientNetLite0, SameConv2d


def padded_by_hand(layer, x):
    """The convolution over a picture with explicit zeros, for the shapes below."""
    size, kernel, stride = x.shape[-1], layer.kernel_size[0], layer.stride[0]
    out = -(-size // stride)
    total = max((out - 1) * stride + kernel - size, 0)
    left = total // 2
    canvas = torch.zeros(*x.shape[:2], size + total, size + total)
    canvas[:, :, left : left + size, left : left + size] = x
    return nn.functional.conv2d(canvas, layer.weight, layer.bias, layer.stride)


@pytest.mark.parametrize("size", [7, 8, 9])
@pytest.mark.parametrize("kernel, stride", [(1, 1), (3, 1), (5, 1), (3, 2), (5, 2), (1, 2)])
def test_same_padding_keeps_ceil_of_size_over_stride(size, kernel, stride):
    torch.manual_seed(0)
    layer = SameConv2d(2, 3, kernel, stride)
    x = torch.randn(1, 2, size, size)
    assert layer(x).shape[-2:] == (-(-size // stride),) * 2
    torch.testing.assert_close(layer(x), padded_by_hand(layer, x))


def test_same_padding_puts_the_odd_pixel_right_and_below():
    layer = SameConv2d(1, 1, 3, stride=2, bias=False)
    nn.init.ones_(layer.weight)
    assert layer(torch.ones(1, 1, 4, 4))[0, 0].tolist() == [[9, 6], [6, 4]]
    assert layer(torch.ones(1, 1, 4, 5))[0, 0].tolist() == [[6, 9, 6], [4, 6, 4]]


def test_a_network_with_random_weights_trains_on_other_classes():
    torch.manual_seed(0)
    network = EfficientNetLite0(classes=3)
    scores = network(torch.randn(2, 3, 64, 64))
    scores.sum().backward()
    assert scores.shape == (2, 3)
    assert all(p.grad is not None for p in network.parameters())
