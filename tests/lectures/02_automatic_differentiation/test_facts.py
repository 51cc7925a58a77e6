"""What chapter 2 claims and proves here rather than in the lecture; and its solved "Your turn"s."""

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True)
def double_precision():
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def logistic_loss(scores, y):
    return torch.nn.functional.binary_cross_entropy_with_logits(scores, y)


@pytest.mark.claim("autodiff-why-gradients-by-hand-fail")
def test_a_gradient_on_paper_is_right_for_one_model_only():
    X, V = torch.randn(50, 5), torch.randn(5, 5)
    y, w = torch.randint(2, (50,)).double(), torch.randn(5, requires_grad=True)
    on_paper = X.T @ (torch.sigmoid(X @ w.detach()) - y) / len(y)  # the mean of (p - y) x
    (small,) = torch.autograd.grad(logistic_loss(X @ w, y), w)
    (deeper,) = torch.autograd.grad(logistic_loss(torch.tanh(X @ V) @ w, y), w)
    torch.testing.assert_close(on_paper, small, rtol=0, atol=1e-12)
    assert (on_paper - deeper).norm() > 0.1 * deeper.norm()


def test_descent_by_central_differences_follows_the_exact_one():
    """The mistake "round-off makes descent fail" is none of 64 bits; the price is 2 p runs."""
    X, y = torch.randn(40, 20), torch.randint(2, (40,)).double()
    runs = 0

    def loss(w):
        nonlocal runs
        runs += 1
        return logistic_loss(X @ w, y)

    def central(w, h=1e-5):
        return torch.stack([(loss(w + h * e) - loss(w - h * e)) / (2 * h) for e in torch.eye(20)])

    exact, approximate = torch.zeros(20, requires_grad=True), torch.zeros(20)
    for _ in range(100):
        (gradient,) = torch.autograd.grad(logistic_loss(X @ exact, y), exact)
        exact = (exact - 0.5 * gradient).detach().requires_grad_()
        approximate = approximate - 0.5 * central(approximate)
    assert exact.norm() > 1 and (exact - approximate).abs().max() < 1e-6
    assert runs == 100 * 2 * 20


@pytest.mark.claim("autodiff-upstream-local-downstream")
def test_a_node_may_be_replaced_by_another_with_the_same_rule():
    class Multiply(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a * b

        @staticmethod
        def backward(ctx, upstream):
            a, b = ctx.saved_tensors
            return upstream * b, upstream * a

    def f(u):
        return Multiply.apply(u[0] + u[1], u[2])

    u = torch.tensor([-2.0, 5.0, -4.0], requires_grad=True)
    (ours,) = torch.autograd.grad(f(u), u)
    (theirs,) = torch.autograd.grad((u[0] + u[1]) * u[2], u)
    assert torch.equal(ours, theirs) and torch.autograd.gradcheck(f, u)


@pytest.mark.claim("autodiff-gradient-jacobian-definitions")
def test_rows_of_the_jacobian_are_gradients_and_columns_are_difference_quotients():
    def f(u):  # R^3 to R^2
        return torch.stack([u[0] * u[1] + torch.sin(u[2]), u[0] ** 2 - torch.exp(u[1] * u[2])])

    u, h = torch.tensor([0.5, -1.0, 2.0], requires_grad=True), 1e-6
    jacobian = torch.autograd.functional.jacobian(f, u)
    rows = torch.stack([torch.autograd.grad(f(u)[i], u)[0] for i in range(2)])
    columns = [(f(u + h * e) - f(u - h * e)) / (2 * h) for e in torch.eye(3)]
    assert jacobian.shape == (2, 3) and torch.equal(jacobian, rows)
    torch.testing.assert_close(jacobian, torch.stack(columns, dim=1).detach(), rtol=0, atol=1e-6)


@pytest.mark.claim("autodiff-backprop-reuses-deltas")
@pytest.mark.parametrize("K", [1, 2, 7, 12])
def test_stored_deltas_make_quadratic_work_linear(K):
    rng = np.random.default_rng(K)
    weights = rng.normal(size=(K, 6, 6))
    slopes, top = rng.uniform(0.2, 1, (K, 6)), rng.normal(size=6)
    products = 0

    def one_layer_back(l, delta):
        nonlocal products
        products += 1
        return (weights[l + 1].T @ delta) * slopes[l]

    stored = [top]
    for l in reversed(range(K - 1)):
        stored.insert(0, one_layer_back(l, stored[0]))
    assert products == K - 1

    products, anew = 0, []
    for target in range(K):
        delta = top
        for l in reversed(range(target, K - 1)):
            delta = one_layer_back(l, delta)
        anew.append(delta)
    assert products == K * (K - 1) // 2
    np.testing.assert_array_equal(stored, anew)


def test_relu_alone_does_not_keep_the_signal():
    """The mistake "ReLU was designed against vanishing": the scale of the weights decides."""

    def second_moments(variance, depth=20, width=1024):
        a, moments, silent = torch.randn(64, width), [], []
        for _ in range(depth):
            z = a @ torch.randn(width, width) * (variance / width) ** 0.5
            a = torch.relu(z)
            moments.append(a.square().mean().item())
            silent.append((z <= 0).double().mean().item())
        return (moments[-1] / moments[0]) ** (1 / (depth - 1)), sum(silent) / depth

    halving, silent = second_moments(1)
    steady, _ = second_moments(2)
    assert abs(halving / 0.5 - 1) < 0.05 and abs(steady - 1) < 0.05 and abs(silent - 0.5) < 0.02


@pytest.mark.claim("autodiff-sigmoid-chain-vanishes")
@pytest.mark.parametrize("start", [-3.0, 0.3, 2.0])
def test_a_chain_of_ten_sigmoids_passes_less_than_a_millionth(start):
    leaf = torch.tensor(start, requires_grad=True)
    out = leaf
    for _ in range(10):
        out = torch.sigmoid(out)
    out.backward()
    assert 0 < leaf.grad <= 0.25**10


@pytest.mark.parametrize("seed", range(5))
def test_relu_s_factor_a_layer_is_the_root_of_half_n_times_the_variance(seed):
    torch.manual_seed(seed)
    for variance, factor in [(1 / 3, 6**-0.5), (1, 0.5**0.5), (2, 1)]:
        a = torch.randn(64, 256, requires_grad=True)
        z = []
        for _ in range(10):
            z.append(a @ (torch.randn(256, 256) * (variance / 256) ** 0.5).T)
            a = torch.relu(z[-1])
        deltas = torch.autograd.grad((a * torch.randn(64, 256)).sum(), z)
        measured = (deltas[0].norm() / deltas[-1].norm()) ** (1 / 9)
        assert abs(measured - factor) < 0.04


@pytest.mark.claim("autodiff-symbolic-differentiation-swell")
def test_shared_parts_cure_most_of_the_swelling():
    import sympy

    symbol = sympy.Symbol("x")
    u = symbol
    for _ in range(6):
        u = 4 * u * (1 - u)
    assert u.count_ops() == 158
    parts, (rest,) = sympy.cse([sympy.diff(u, symbol)])
    assert sum(part.count_ops() for _, part in parts) + rest.count_ops() == 93
