"""What chapter 3 claims and proves here rather than in the lecture."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

from helpers.data import Batches, digits


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def two_layers(n_in=64, n_out=10):
    return nn.Sequential(nn.Flatten(), nn.Linear(n_in, 64), nn.ReLU(), nn.Linear(64, n_out))


class Numbers(Dataset):
    """Number i of 100, from a NumPy array."""

    numbers = np.arange(100)

    def __len__(self):
        return len(self.numbers)

    def __getitem__(self, i):
        return self.numbers[i]


@pytest.mark.claim("training-pipeline-dataset-protocol")
def test_a_data_set_ends_a_plain_for_loop_with_an_index_error():
    assert list(Numbers()) == list(range(100))
    with pytest.raises(IndexError):
        Numbers()[100]


@pytest.mark.claim("training-pipeline-dataloader-services")
def test_without_shuffle_every_epoch_has_the_order_of_the_data():
    loader = DataLoader(TensorDataset(torch.arange(1000)), batch_size=64)
    for _ in range(2):
        assert torch.cat([x for (x,) in loader]).tolist() == list(range(1000))


@pytest.mark.slow
@pytest.mark.claim("training-pipeline-dataloader-services")
def test_workers_bring_the_same_examples():
    data = TensorDataset(torch.arange(100), torch.arange(100) ** 2)

    def seen(**workers):
        loader = DataLoader(data, batch_size=30, shuffle=True, **workers)
        return sorted((int(i), int(s)) for x, y in loader for i, s in zip(x, y, strict=True))

    # "spawn": a fork of a process with threads is deprecated since Python 3.12
    workers = {"num_workers": 2, "multiprocessing_context": "spawn"}
    assert seen() == seen(**workers) == [(i, i**2) for i in range(100)]


@pytest.mark.claim("training-pipeline-transforms-compose")
def test_numbers_come_before_their_normalization():
    from torchvision.transforms import v2

    picture = torch.randint(256, (3, 300, 260), dtype=torch.uint8)
    normalize, to_numbers = (
        v2.Normalize([0.5] * 3, [0.5] * 3),
        v2.ToDtype(torch.float32, scale=True),
    )
    with pytest.raises(TypeError):
        v2.Compose([v2.ToImage(), normalize, to_numbers])(picture)
    ready = v2.Compose([v2.ToImage(), v2.CenterCrop(224), to_numbers, normalize])(picture)
    by_hand = (picture[:, 38:262, 18:242] / 255 - 0.5) / 0.5
    torch.testing.assert_close(torch.as_tensor(ready), by_hand, rtol=0, atol=1e-6)


@pytest.mark.claim("training-pipeline-transforms-are-lazy")
@pytest.mark.parametrize("name, changes", [("RandomHorizontalFlip", True), ("CenterCrop", False)])
def test_only_random_transforms_change_from_access_to_access(name, changes):
    from torchvision.transforms import v2

    transform = v2.CenterCrop(8) if name == "CenterCrop" else v2.RandomHorizontalFlip()
    pictures = torch.rand(50, 1, 12, 12)

    class Transformed(Dataset):
        def __len__(self):
            return 50

        def __getitem__(self, i):
            return transform(pictures[i])

    data = Transformed()
    assert any(not torch.equal(data[i], data[i]) for i in range(50)) == changes


class Written(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 4), nn.Linear(4, 1)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))


@pytest.mark.claim("training-pipeline-sequential-models")
def test_a_chain_equals_the_class():
    chain, written, x = (
        nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)),
        Written(),
        torch.randn(7, 2),
    )
    written.first.load_state_dict(chain[0].state_dict())
    written.second.load_state_dict(chain[2].state_dict())
    assert torch.equal(chain(x), written(x)) and chain[0] is next(chain.children())


@pytest.mark.claim("training-pipeline-module-class")
def test_super_comes_first_and_the_call_runs_hooks():
    class Forgetful(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(2, 2)

    with pytest.raises(AttributeError, match="before Module.__init__"):
        Forgetful()
    model, calls = Written(), []
    model.register_forward_hook(lambda *_: calls.append(1))
    model.forward(torch.ones(1, 2))
    assert calls == []
    model(torch.ones(1, 2))
    assert calls == [1]


@pytest.mark.claim("training-pipeline-module-random-initialisation")
def test_new_layers_are_random_and_a_seed_repeats_them():
    assert not torch.equal(nn.Linear(100, 50).weight, nn.Linear(100, 50).weight)
    weights = []
    for _ in range(2):
        torch.manual_seed(7)
        weights.append(nn.Linear(100, 50).weight.detach())
    assert torch.equal(*weights) and weights[0].abs().max() <= 0.1
    assert abs(weights[0].std().item() / (0.1 / 3**0.5) - 1) < 0.05


def iterate(order, forward, optimizer):
    """One iteration, with zero_grad in one of four places."""
    if order == "first":
        optimizer.zero_grad()
    loss = forward()
    if order == "before backward":
        optimizer.zero_grad()
    loss.backward()
    if order == "between":
        optimizer.zero_grad()
    optimizer.step()
    if order == "last":
        optimizer.zero_grad()


def weights_after(order, steps=20):
    torch.manual_seed(0)
    X, y, *_ = digits()
    model = two_layers()
    start = copy.deepcopy(model.state_dict())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for rows in torch.arange(50 * steps).split(50):
        iterate(order, lambda rows=rows: F.cross_entropy(model(X[rows]), y[rows]), optimizer)
    return start, model.state_dict()


def same(a, b):
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.claim("training-pipeline-training-loop")
def test_zero_grad_may_stand_anywhere_but_between_backward_and_step():
    start, first = weights_after("first")
    assert not same(start, first)
    for order in ("before backward", "last"):
        assert same(first, weights_after(order)[1])
    assert same(*weights_after("between"))


@pytest.mark.claim("training-pipeline-training-loop")
def test_a_step_between_forward_and_backward_is_refused():
    model = two_layers()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    F.cross_entropy(model(torch.randn(5, 64)), torch.arange(5)).backward()
    loss = F.cross_entropy(model(torch.randn(5, 64)), torch.arange(5))
    optimizer.step()
    with pytest.raises(RuntimeError, match="inplace operation"):
        loss.backward()


@pytest.mark.claim("training-pipeline-training-loop")
def test_the_loop_learns_the_training_digits():
    X, y, *_ = digits()
    model = two_layers()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(12):
        for x_batch, y_batch in Batches(X, y, shuffle=True, device="cpu"):
            loss = F.cross_entropy(model(x_batch), y_batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert (model(X).argmax(1) == y).float().mean() >= 0.95


@pytest.mark.claim("training-pipeline-zero-grad-is-needed")
def test_two_backward_passes_double_the_gradient():
    model, x = two_layers(), torch.randn(5, 64)
    gradients = []
    for _ in range(2):
        model(x).square().mean().backward()
        gradients.append([p.grad.clone() for p in model.parameters()])
    assert all(torch.equal(2 * once, twice) for once, twice in zip(*gradients, strict=True))


@pytest.mark.claim("training-pipeline-devices")
def test_devices_do_not_mix():
    x, layer = torch.ones(2, 4), nn.Linear(4, 3)
    assert x.to("cpu") is x and x.to("meta").device.type == "meta" and x.device.type == "cpu"
    assert layer.to("meta") is layer and layer.weight.device.type == "meta"
    with pytest.raises(RuntimeError):
        x + x.to("meta")
    with pytest.raises(RuntimeError):
        layer(x)


@pytest.mark.claim("training-pipeline-train-and-eval-modes")
def test_batch_norm_looks_at_the_batch_in_train_mode_only():
    norm, x = nn.BatchNorm1d(4), torch.randn(8, 4)
    assert not torch.allclose(norm(x)[0], norm(x[:4])[0], atol=1e-3)
    norm.eval()
    torch.testing.assert_close(norm(x)[0], norm(x[:4])[0])


@pytest.mark.claim("training-pipeline-no-grad-at-test")
def test_no_grad_changes_no_number_and_keeps_no_graph():
    model, x = two_layers(), torch.randn(5, 64)
    with torch.no_grad():
        silent = model(x)
    assert not silent.requires_grad and silent.grad_fn is None and torch.equal(silent, model(x))
    with pytest.raises(RuntimeError):
        silent.sum().backward()


@pytest.mark.claim("training-pipeline-metrics-accumulation")
def test_accuracies_weighted_by_batch_size_make_the_whole():
    model, (X, y, *_) = two_layers(), digits()
    right = sum((model(x).argmax(1) == t).sum().item() for x, t in Batches(X, y, device="cpu"))
    assert right / len(y) == pytest.approx((model(X).argmax(1) == y).float().mean().item())
    loss = F.cross_entropy(model(X), y)
    assert type(loss.item()) is float and loss.requires_grad


@pytest.mark.claim("training-pipeline-optimizer-interface")
def test_step_reads_grad_and_leaves_alone_what_has_none():
    p, idle = nn.Parameter(torch.randn(5)), nn.Parameter(torch.randn(5))
    before, untouched = p.detach().clone(), idle.detach().clone()
    optimizer = torch.optim.SGD([p, idle], lr=0.1, momentum=0.9)
    p.grad = torch.randn(5)
    optimizer.step()
    torch.testing.assert_close(p.detach(), before - 0.1 * p.grad, rtol=2e-7, atol=1e-7)
    assert "momentum_buffer" in optimizer.state[p] and torch.equal(idle, untouched)


@pytest.mark.claim("training-pipeline-optimizer-interface")
@pytest.mark.parametrize(
    "name, rate", [("SGD", 1e-3), ("Adagrad", 1e-2), ("RMSprop", 1e-2), ("Adam", 1e-3)]
)
def test_default_learning_rates(name, rate):
    p = [nn.Parameter(torch.zeros(1))]
    assert getattr(torch.optim, name)(p).defaults["lr"] == rate


@pytest.mark.parametrize("name", ["Adam", "Adagrad"])
def test_not_every_optimizer_has_momentum(name):
    with pytest.raises(TypeError):
        getattr(torch.optim, name)([nn.Parameter(torch.zeros(1))], momentum=0.9)


@pytest.mark.claim("training-pipeline-detach-and-numpy")
def test_detach_cuts_the_graph_and_shares_the_memory():
    x = torch.tensor(3.0, requires_grad=True)
    (x * x.detach()).backward()
    assert x.grad == 3 and not x.detach().requires_grad
    with pytest.raises(RuntimeError):
        x.numpy()
    y = torch.ones(3)
    y.numpy()[1] = 5
    assert y.tolist() == [1, 5, 1]


def test_mse_of_equal_shapes_is_one_number_and_of_others_another():
    """The mistake "the output must have size (N, 1)": both shapes do, if the two agree."""
    a, b = torch.randn(8), torch.randn(8)
    flat, column = F.mse_loss(a, b), F.mse_loss(a[:, None], b[:, None])
    with pytest.warns(UserWarning, match="target size"):
        mixed = F.mse_loss(a[:, None], b)
    assert flat == column and abs(mixed - flat) > 0.01


@pytest.mark.claim("training-pipeline-loss-target-formats")
def test_classes_are_counted_from_zero():
    with pytest.raises(IndexError):
        F.cross_entropy(torch.zeros(1, 10), torch.tensor([10]))


@pytest.mark.claim("training-pipeline-loss-target-formats")
def test_softmax_twice_slows_learning():
    X, y, *_ = digits()

    def trained(*end):
        torch.manual_seed(0)
        model = two_layers().append(nn.Sequential(*end))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for x, t in list(Batches(X, y, device="cpu")) * 5:
            optimizer.zero_grad()
            F.cross_entropy(model(x), t).backward()
            optimizer.step()
        return (model(X).argmax(1) == y).float().mean().item()

    assert trained() > 0.85 and trained() - trained(nn.Softmax(dim=1)) > 0.1
