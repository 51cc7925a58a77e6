"""What chapter 1 claims and proves here rather than in the lecture."""

import math

import pytest
import torch
from scipy.optimize import linprog
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from helpers.data import digits


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.mark.claim("introduction-output-spaces")
def test_the_target_fixes_the_last_layer():
    trunk, x = nn.Sequential(nn.Linear(5, 16), nn.ReLU()), torch.randn(7, 5)
    heads = {size: nn.Linear(16, size) for size in (1, 3, 10)}  # a number, a vector, ten classes
    shapes = [tuple(head(trunk(x)).shape) for head in heads.values()]
    assert shapes == [(7, 1), (7, 3), (7, 10)]
    torch.testing.assert_close(heads[10](trunk(x)).softmax(1).sum(1), torch.ones(7))


@pytest.mark.claim("introduction-mlp-definition")
def test_every_layer_of_the_recursion_has_its_shape():
    widths = [5, 8, 6, 3]
    a = torch.randn(5, 1, dtype=torch.float64)  # one example, a column, as in the formula
    for n_in, n_out in zip(widths, widths[1:], strict=False):
        layer = nn.Linear(n_in, n_out).double()
        z = layer.weight @ a + layer.bias[:, None]
        torch.testing.assert_close(z.T, layer(a.T), rtol=0, atol=1e-12)
        a = torch.relu(z)
        assert layer.weight.shape == (n_out, n_in) and a.shape == (n_out, 1)


@pytest.mark.claim("introduction-dense-parameter-count")
def test_a_dense_layer_has_a_weight_for_each_pair_and_a_bias_for_each_output():
    for n_in, n_out in [(784, 128), *torch.randint(1, 300, (20, 2)).tolist()]:
        count = sum(p.numel() for p in nn.Linear(n_in, n_out).parameters())
        assert count == n_in * n_out + n_out
    assert 784 * 128 + 128 == 100_480


@pytest.mark.claim("introduction-perceptron-not-xor")
@pytest.mark.parametrize("table, possible", [([1, 1, 1, 0], True), ([0, 1, 1, 0], False)])
def test_a_linear_program_parts_nand_and_not_xor(table, possible):
    corners = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    signs = 2 * torch.tensor(table)[:, None] - 1
    rows = -signs * torch.cat([corners, torch.ones(4, 1)], dim=1)  # w . x + b beyond 1 or -1
    program = linprog([0, 0, 0], A_ub=rows.numpy(), b_ub=[-1] * 4, bounds=(None, None))
    assert (program.status == 0) == possible


def mistakes_of_the_rule(X, y):
    """How often Rosenblatt's rule errs before a pass without mistakes, on inputs whose last column is 1."""
    w, mistakes, before = torch.zeros(X.shape[1]), 0, -1
    while mistakes > before:
        before = mistakes
        for x, target in zip(X, y, strict=True):
            error = target - (x @ w >= 0).float()
            w, mistakes = w + error * x, mistakes + abs(error.item())
    return mistakes


@pytest.mark.claim("introduction-perceptron-definition")
def test_the_margin_of_the_theorem_counts_the_bias():
    X, y = torch.tensor([[10.0, 1], [12, 1]]), torch.tensor([0.0, 1])
    between = torch.tensor([1.0, -11])  # w and b: the boundary at 11, at distance 1 from both
    score, R = (X @ between).abs().min(), X.norm(dim=1).max()
    distance, margin = score / between[:1].norm(), score / between.norm()
    assert (R / distance) ** 2 < mistakes_of_the_rule(X, y) <= (R / margin) ** 2


class Counted(float):
    """A number that counts the multiplications and additions made with numbers of its kind."""

    products = sums = 0

    def __mul__(self, other):
        Counted.products += 1
        return Counted(float(self) * float(other))

    def __add__(self, other):
        Counted.sums += 1
        return Counted(float(self) + float(other))


@pytest.mark.claim("introduction-dense-flops")
def test_a_dense_layer_multiplies_and_adds_once_for_each_weight():
    layer, x, out = nn.Linear(100, 50).double(), torch.randn(100, dtype=torch.float64), []
    for row, bias in zip(layer.weight.tolist(), layer.bias.tolist(), strict=True):
        total = Counted(bias)
        for w, x_k in zip(row, x.tolist(), strict=True):
            total = total + Counted(w) * x_k
        out.append(float(total))
    torch.testing.assert_close(torch.tensor(out, dtype=torch.float64), layer(x))
    assert Counted.products == Counted.sums == 100 * 50


@pytest.mark.claim("introduction-dense-flops")
@pytest.mark.parametrize("N", [1, 8])
def test_pytorch_counts_two_operations_for_a_multiply_add(N):
    with FlopCounterMode(display=False) as counter:
        nn.Linear(100, 50)(torch.randn(N, 100))
    assert counter.get_total_flops() == 2 * N * 100 * 50


@pytest.mark.claim("introduction-linear-stack-collapses")
def test_only_bends_move_midpoints():
    linear = [nn.Linear(6, 2), nn.Linear(2, 5), nn.Linear(5, 4)]
    straight = nn.Sequential(*linear).double()
    bent = nn.Sequential(linear[0], nn.ReLU(), linear[1], nn.ReLU(), linear[2])

    def misses(f):
        x, y = torch.randn(2, 100, 6, dtype=torch.float64)
        return (f((x + y) / 2) - (f(x) + f(y)) / 2).abs().max()

    assert misses(straight) < 1e-12 and misses(bent) > 1e-3


@pytest.mark.claim("introduction-universal-approximation")
@pytest.mark.parametrize("n", [10, 100, 1000])
def test_steps_and_hinges_keep_their_bounds(n):
    x = torch.linspace(0, 2 * math.pi, 5001, dtype=torch.float64)
    ends = torch.linspace(0, 2 * math.pi, n + 1, dtype=torch.float64)
    values, h = ends.sin(), 2 * math.pi / n
    jumps = values[:-1].diff(prepend=torch.zeros(1, dtype=torch.float64))
    turns = (values.diff() / h).diff(prepend=torch.zeros(1, dtype=torch.float64))
    away = x[:, None] - ends[:-1]
    assert ((away >= 0).double() @ jumps - x.sin()).abs().max() <= h
    assert (torch.relu(away) @ turns - x.sin()).abs().max() <= h**2 / 8 + 1e-12


@pytest.mark.claim("introduction-depth-saves-units")
@pytest.mark.parametrize("n", [1, 5, 31])
def test_a_shallow_network_has_at_most_one_piece_more_than_units(n):
    net = nn.Sequential(nn.Linear(1, n), nn.ReLU(), nn.Linear(n, 1)).double()
    nn.init.uniform_(net[0].weight, 0.5, 1)  # so that the kinks, at -b / w, stand in the window
    x = torch.linspace(-3, 3, 20_001, dtype=torch.float64).requires_grad_()
    (slopes,) = torch.autograd.grad(net(x[:, None]).sum(), x)
    pieces = 1 + (slopes.diff().abs() > 1e-12).sum().item()
    assert n / 2 < pieces - 1 <= n


@pytest.mark.claim("introduction-nand-composition-gives-xor")
def test_a_small_network_learns_xor():
    X, y = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), torch.tensor([0.0, 1, 1, 0])
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(500):
        loss = nn.functional.binary_cross_entropy_with_logits(net(X)[:, 0], y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 1e-2 and torch.equal(net(X)[:, 0] > 0, y > 0)


@pytest.mark.claim("introduction-ml-pipeline")
def test_a_split_is_disjoint_and_covers_everything():
    parts = torch.randperm(1797).split([1078, 359, 360])  # 60, 20 and 20 per cent
    assert [round(len(part) / 1797, 2) for part in parts] == [0.6, 0.2, 0.2]
    assert torch.equal(torch.cat(parts).sort().values, torch.arange(1797))


def accuracies(split, sizes, seeds=10, steps=200):
    """Held-out accuracies of many digit readers, trained at once: (sizes, seeds).

    Each seed has an order of the examples and its starting weights; size n learns from the first n.
    """
    X, X_test = split.X_train.flatten(1), split.X_test.flatten(1)
    order = torch.stack([torch.randperm(len(X)) for _ in range(seeds)])
    start = [torch.randn(seeds, 64, 64) / 8, torch.randn(seeds, 64, 10) / 8]
    start += [torch.zeros(seeds, 1, 64), torch.zeros(seeds, 1, 10)]
    result = []
    for n in sizes:
        W1, W2, b1, b2 = weights = [p.clone().requires_grad_() for p in start]
        optimizer = torch.optim.Adam(weights, lr=5e-3)
        for _ in range(steps):
            rows = order.gather(1, torch.randint(n, (seeds, 64)))
            scores = torch.relu(X[rows] @ W1 + b1) @ W2 + b2
            loss = nn.functional.cross_entropy(scores.flatten(0, 1), split.y_train[rows].flatten())
            optimizer.zero_grad()
            (seeds * loss).backward()
            optimizer.step()
        said = (torch.relu(X_test @ W1 + b1) @ W2 + b2).argmax(2)
        result.append((said == split.y_test).double().mean(1))
    return torch.stack(result)


@pytest.mark.slow
@pytest.mark.claim("introduction-why-now")
def test_accuracy_grows_with_the_number_of_examples():
    mean = accuracies(digits(), [50, 200, 800, 1400]).mean(1)
    assert (mean.diff() > 0).all() and mean[0] < 0.9 < mean[1] and mean[3] > 0.96


@pytest.mark.claim("introduction-tensors-are-arrays")
def test_a_tensor_has_a_shape_and_one_type():
    rows = [[1, 0, 2], [3, 2, 3]]
    x = torch.tensor(rows)
    assert (x.shape, x.ndim, x.dtype) == ((2, 3), 2, torch.int64)
    assert torch.Tensor(rows).dtype == torch.float32
    assert torch.Tensor(3).shape == (3,) and torch.tensor(3).shape == ()
    batch = torch.zeros(64, 3, 32, 32)
    assert batch.shape[0] == 64 and batch.numel() == 196_608


@pytest.mark.claim("introduction-tensors-alias-and-clone")
def test_names_and_slices_share_memory():
    x = torch.arange(4)
    place = x.untyped_storage().data_ptr()
    y = x
    assert y.untyped_storage().data_ptr() == x[1:].untyped_storage().data_ptr() == place
    assert x.clone().untyped_storage().data_ptr() != place
    y[0] = 9
    assert x[0] == 9


@pytest.mark.claim("introduction-tensors-coordinatewise")
def test_operators_act_on_coordinates_and_at_is_the_matrix_product():
    A = torch.randn(2, 3, dtype=torch.float64)
    for i in range(2):
        for j in range(3):
            assert (A * A)[i, j] == A[i, j] ** 2
            assert math.isclose(A.exp()[i, j], math.exp(A[i, j]), rel_tol=1e-15)
        for k in range(2):
            assert math.isclose((A @ A.T)[i, k], sum(A[i, j] * A[k, j] for j in range(3)))
    with pytest.raises(RuntimeError):
        A @ A
    with pytest.raises(RuntimeError):
        torch.ones(5) + torch.ones(4)


@pytest.mark.claim("introduction-tensors-reshape-reduce")
def test_views_change_the_shape_and_never_the_order():
    x = torch.arange(6.0).view(2, 3)
    assert x.view(1, 3, -1).shape == (1, 3, 2) and x.view(-1).shape == (6,)
    assert x.unsqueeze(0).shape == (1, 2, 3)
    with pytest.raises(RuntimeError):
        x.t().view(-1)
    assert x.t().reshape(-1).tolist() == [0, 3, 1, 4, 2, 5]
    assert x.mean(dim=0).tolist() == [(0 + 3) / 2, (1 + 4) / 2, (2 + 5) / 2] and x.sum() == 15
