"""EfficientNet-Lite0: depthwise convolutions and residual blocks, small enough for a telephone."""

import math

import torch
from torch import nn
from torch.nn import functional as F

# The stages of EfficientNet-B0 (Tan and Le, 2019, table 1): how many blocks, kernel, stride of the
# first block, factor by which a block widens its input, channels in and out.
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]


class SameConv2d(nn.Conv2d):
    """A convolution whose output has ceil(size / stride) pixels, padded as TensorFlow does.

    The padding depends on the input's size; where it is odd, the greater half stands right and below.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C_in, H, W) -> (B, C_out, ceil(H / stride), ceil(W / stride))."""
        padding = []
        for size, kernel, stride in zip(
            x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True
        ):
            total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
            padding += [total // 2, total - total // 2]
        return super().forward(F.pad(x, padding))


def convolution(
    c_in: int, c_out: int, kernel: int = 1, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """Convolution without a bias, then batch normalization with the eps of the trained weights."""
    return nn.Sequential(
        SameConv2d(c_in, c_out, kernel, stride, groups=groups, bias=False),
        nn.BatchNorm2d(c_out, eps=1e-3),
    )


class InvertedResidual(nn.Module):
    """Widen by a 1x1 convolution, look around in each channel by itself, narrow again (Sandler et al., 2018).

    Where size and channels stay, the input is added: a residual block with its wide part inside.
    """

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int, widen: int):
        super().__init__()
        wide = widen * c_in
        self.expand = nn.Identity()
        if widen > 1:
            self.expand = nn.Sequential(*convolution(c_in, wide), nn.ReLU6())
        self.depthwise = nn.Sequential(*convolution(wide, wide, kernel, stride, wide), nn.ReLU6())
        self.project = convolution(wide, c_out)  # linear: a ReLU would lose what is narrow
        self.residual = stride == 1 and c_in == c_out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, c_in, H, W) -> (B, c_out, ceil(H / stride), ceil(W / stride))."""
        y = self.expand(x)  # (B, wide, H, W)
        y = self.depthwise(y)  # (B, wide, H / stride, W / stride)
        y = self.project(y)  # (B, c_out, H / stride, W / stride)
        return x + y if self.residual else y


class EfficientNetLite0(nn.Module):
    """EfficientNet-B0 without squeeze-and-excitation and with ReLU6, for small devices; 4.65 million parameters.

    `blocks[i]` is the i-th of 16 inverted residual blocks. Sizes are rounded up.

    Args:
        classes: the number of scores.
    """

    def __init__(self, classes: int = 1000):
        super().__init__()
        self.stem = nn.Sequential(*convolution(3, 32, 3, stride=2), nn.ReLU6())
        blocks = []
        for repeats, kernel, stride, widen, c_in, c_out in STAGES:
            blocks.append(InvertedResidual(c_in, c_out, kernel, stride, widen))
            for _ in range(repeats - 1):
                blocks.append(InvertedResidual(c_out, c_out, kernel, 1, widen))
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(*convolution(320, 1280), nn.ReLU6())
        self.classifier = nn.Linear(1280, classes)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Pictures (B, 3, H, W) -> the head's maps before pooling, (B, 1280, H / 32, W / 32)."""
        x = self.stem(x)  # (B, 32, H / 2, W / 2)
        x = self.blocks(x)  # (B, 320, H / 32, W / 32)
        return self.head(x)  # (B, 1280, H / 32, W / 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pictures (B, 3, H, W) with values in [-1, 1] -> scores, (B, classes)."""
        x = self.features(x)  # (B, 1280, H / 32, W / 32)
        x = x.mean((2, 3))  # (B, 1280)
        return self.classifier(x)  # (B, classes)
