"""Chapter 4's optimizers: what the chapter claims and proves here rather than in the lecture, and mistakes that it sets right in words."""

import math

import pytest
import torch
import torch.nn.functional as F

from helpers import optimizers
from tests.lectures.descents import descend, double_precision, least_squares


@pytest.fixture(autouse=True)
def precise():
    with double_precision():
        yield


# ------------------------------------------------------------------ gradient descent, exact and stochastic


@pytest.mark.claim("optimization-gradient-descent-step")
def test_the_largest_curvature_limits_the_step():
    t = torch.arange(21)
    x = torch.stack([descend(lambda x: 2 * x, torch.tensor(3.0), 0.05, int(k)) for k in t])
    torch.testing.assert_close(x, 3 * (1 - 2 * 0.05) ** t, rtol=0, atol=1e-12)
    curvature = torch.tensor([1.0, 10.0])
    steep = [descend(lambda u: curvature * u, torch.ones(2), c / 10, 50)[1].abs() for c in (1.9, 2, 2.1)]  # fmt: skip
    assert steep[0] < 0.01 and abs(steep[1] - 1) < 1e-9 and steep[2] > 100


def test_ascent_climbs():
    up = descend(lambda x: -2 * x, 1.0, 0.1, 50)
    down = descend(lambda x: 2 * x, 1.0, 0.1, 50)
    assert abs(up - 9100) < 10 and abs(down - 1.4e-5) < 1e-6


@pytest.mark.claim("optimization-batch-gradient-descent")
def test_full_batch_rate_and_limit():
    X, y, solution = least_squares()
    H, w, losses = X.T @ X / 200, torch.zeros(3), []
    eta = 1.9 / torch.linalg.eigvalsh(H).max()
    for _ in range(400):
        losses.append(((X @ w - y) ** 2).mean())
        w = w - eta * (H @ w - X.T @ y / 200)
    assert (torch.stack(losses).diff() <= 1e-12).all()
    torch.testing.assert_close(w, solution, rtol=0, atol=1e-8)
    curvature = torch.logspace(-2, 0, 10)  # kappa = 100, beta = 1
    early, late = (
        descend(lambda u: curvature * u, torch.ones(10), 1.0, k).norm() for k in (500, 1000)
    )
    assert abs((late / early).log() / 500 / math.log(1 - 1 / 100) - 1) < 0.02


def test_full_batches_have_no_luck_and_a_loop_over_samples_does_not_arrive():
    X, y, solution = least_squares()
    order = torch.randperm(200)
    one = descend(lambda w: X.T @ (X @ w - y) / 200, torch.zeros(3), 0.3, 300)
    two = descend(lambda w: X[order].T @ (X[order] @ w - y[order]) / 200, torch.zeros(3), 0.3, 300)
    assert (one - two).abs().max() < 1e-6 and (one - solution).norm() < 1e-10
    distances = []
    for eta in (0.05, 0.0125):
        w = torch.zeros(3)
        for i in list(range(200)) * 30:  # the double loop, an update after each sample
            w = w - eta * (X[i] @ w - y[i]) * X[i]
        distances.append((w - solution).norm().item())
    assert distances[0] > 1e-2 and distances[1] < distances[0]


def test_a_step_along_the_loss_instead_of_its_gradient_runs_away():
    away = [descend(lambda x: x**2 + 1, 0.0, 0.1, steps) for steps in (10, 20)]
    assert away[0] < -1 and away[1] < -900
    assert abs(descend(lambda x: 2 * x, 3.0, 0.1, 200)) < 1e-12


@pytest.mark.claim("optimization-stochastic-gradient-descent")
def test_single_gradients_are_unbiased_and_fading_steps_arrive():
    X, y, solution = least_squares()
    w = torch.randn(3)
    each = (X @ w - y)[:, None] * X
    torch.testing.assert_close(each.mean(dim=0), X.T @ (X @ w - y) / 200, rtol=0, atol=1e-12)
    walkers = torch.zeros(20, 3)
    for t in range(20_000):
        i = torch.randint(200, (20,))
        walkers = walkers - 2 / (t + 20) * ((X[i] * walkers).sum(dim=1) - y[i])[:, None] * X[i]
    distance = (walkers - solution).norm(dim=1).square().mean().sqrt()
    assert distance < 1e-2 * math.sqrt(5)  # distance falls like t^-1/2: 1e-2 after 100 000 steps


def test_sorted_labels_need_shuffling():
    X = torch.cat([torch.randn(100, 2) + 1, torch.randn(100, 2) - 1])
    y = torch.arange(200).lt(100).double()

    def trained(order):
        w, b = torch.zeros(2), torch.zeros(())
        for i in order:
            error = torch.sigmoid(X[i] @ w + b) - y[i]
            w, b = w - 0.5 * error * X[i], b - 0.5 * error
        return F.binary_cross_entropy_with_logits(X @ w + b, y)

    in_order = list(range(200)) * 5
    shuffled = torch.cat([torch.randperm(200) for _ in range(5)]).tolist()
    assert trained(in_order) > trained(shuffled)


@pytest.mark.claim("optimization-mini-batch-gradient-descent")
def test_variance_and_updates_of_mini_batches():
    X, y, _ = least_squares()
    each = (X @ torch.ones(3) - y)[:, None] * X  # the gradients of the examples, at one place
    sizes = 2 ** torch.arange(8)
    variances = torch.stack([each[torch.randint(200, (4000, int(b)))].mean(dim=1).var(dim=0).sum() for b in sizes])  # fmt: skip
    x = sizes.log2() - 3.5
    slope = (x * variances.log2()).sum() / (x**2).sum()
    assert abs(slope + 1) < 0.05
    same_sample = each[torch.randint(200, (4000,))].var(dim=0).sum()  # one index used b times
    assert abs(same_sample / variances[0] - 1) < 0.1
    for n, b in [(10, 1), (10, 3), (10, 5), (10, 10), (10, 11), (7, 2), (7, 7), (100, 32), (64, 32), (1, 4)]:  # fmt: skip
        loader = torch.utils.data.DataLoader(torch.arange(n), batch_size=b)
        assert len(loader) == math.ceil(n / b)


@pytest.mark.claim("optimization-mini-batch-gradient-descent")
def test_half_the_step_or_twice_the_batch_halves_the_floor():
    X, y, solution = least_squares()

    def floor(eta, b, walkers=400, steps=600):
        w, total = solution.repeat(walkers, 1), 0.0
        for t in range(steps):
            i = torch.randint(200, (walkers, b))
            error = (X[i] * w[:, None]).sum(dim=-1) - y[i]
            w = w - eta * (error[..., None] * X[i]).mean(dim=1)
            total += (w - solution).square().sum(dim=1).mean() * (t >= steps // 2)
        return total / (steps // 2)

    start = floor(0.04, 2)
    assert abs(floor(0.02, 2) / start - 0.5) < 0.075 and abs(floor(0.04, 4) / start - 0.5) < 0.075


def walk_on_the_logarithm(T, sigma, eta, walkers):
    """Mean over t and walkers, and smallest over t, of the squared gradient of log(1 + x²) from x = 3."""
    x, squares = torch.full((walkers,), 3.0), []
    for _ in range(T):
        g = 2 * x / (1 + x**2)
        squares.append((g**2).mean())
        x = x - eta * (g + sigma * torch.randn(walkers))
    squares = torch.stack(squares)
    return squares.mean(), squares.cummin(dim=0).values


@pytest.mark.claim("optimization-sgd-convergence-theorem")
@pytest.mark.claim("optimization-stationary-rates")
def test_bounds_of_the_theorem():
    beta, delta, sigma = 2, math.log(10), 0.5
    measured = []
    for T, expected in ((10, 0.51), (100, 0.16), (1000, 0.049), (10_000, 0.015)):
        eta = min(1 / beta, math.sqrt(2 * delta / (T * beta * sigma**2)))
        mean, _ = walk_on_the_logarithm(T, sigma, eta, 500)
        assert mean < 2 * beta * delta / T + math.sqrt(8 * beta * delta * sigma**2 / T)
        assert abs(mean / expected - 1) < 0.1
        measured.append(mean.log10())
    assert abs((measured[-1] - measured[1]) / 2 + 0.5) < 0.1
    _, smallest = walk_on_the_logarithm(10_000, 0, 1 / beta, 1)
    assert (smallest * torch.arange(1, 10_001) < 2 * beta * delta).all()


@pytest.mark.claim("optimization-learning-rate-questions")
def test_one_step_for_all_coordinates_is_slow():
    curvature, start = torch.tensor([1.0, 1000.0]), torch.ones(2)

    def distance(eta, steps):
        return descend(lambda u: curvature * u, start, eta, steps).norm() / start.norm()

    assert distance(2 / 1001, 1000) > 1e-3 and distance(1 / curvature, 1) == 0
    losses = [distance(eta, 200).item() for eta in torch.logspace(-5, -2.5, 11)]
    best = losses.index(min(losses))
    assert 0 < best < 10 and losses[0] > 1.1 * losses[best] and losses[-1] > 1e6


# ------------------------------------------------------------------ momentum and adaptive steps


@pytest.mark.claim("optimization-momentum")
def test_the_numbers_of_steps_in_a_ravine():
    curvature = torch.tensor([1.0, 100.0])

    def steps(eta, gamma):
        u, v = torch.ones(2), torch.zeros(2)
        for t in range(10_000):
            if u.norm() <= 1e-6 * math.sqrt(2):
                return t
            v = gamma * v + eta * curvature * u
            u = u - v
        raise AssertionError("never arrived")

    assert steps(2 / 101, 0) == 691 and steps(4 / 121, (9 / 11) ** 2) == 93


def test_momentum_of_pytorch_when_the_rate_changes():
    """The same points while the learning rate stays, other ones when it falls during the run."""

    def run(make, change):
        theta = torch.ones(2, requires_grad=True)
        optimizer = make([theta])
        for t in range(100):
            if t == 50 and change:
                optimizer.param_groups[0]["lr"] /= 10
            optimizer.zero_grad()
            (torch.tensor([1.0, 10.0]) * theta**2).sum().backward()
            optimizer.step()
        return theta.detach()

    twins = [
        lambda p: optimizers.Momentum(p, lr=1e-3, momentum=0.9),
        lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9),
    ]
    same, other = ([run(make, change) for make in twins] for change in (False, True))
    assert (same[0] - same[1]).abs().max() < 1e-8 and (other[0] - other[1]).abs().max() > 1e-3


@pytest.mark.claim("optimization-momentum-unrolled")
def test_momentum_is_a_fading_sum():
    g, gamma, eta, v = torch.randn(20), 0.9, 0.1, [torch.tensor(0.0)]
    for g_t in g:
        v.append(gamma * v[-1] + eta * g_t)
    for t in range(20):
        for k in range(t + 1):
            recent = eta * sum(gamma**i * g[t - i] for i in range(k + 1))
            assert abs(gamma ** (k + 1) * v[t - k] + recent - v[t + 1]) < 1e-12
    assert abs(gamma**4 * v[9 - 4] + eta * sum(gamma**i * g[9 - i] for i in range(5)) - v[10]) > 1e-3  # fmt: skip
    steady = 0.0
    for _ in range(300):
        steady = gamma * steady + eta
    assert math.isclose(steady, eta / (1 - gamma), rel_tol=1e-9)


@pytest.mark.claim("optimization-nesterov")
def test_nesterov_is_faster_than_descent():
    curvature, root = torch.tensor([1.0, 100.0]), 10
    u, v, gamma = torch.ones(2), torch.zeros(2), (root - 1) / (root + 1)
    for _ in range(691 // 3):
        v = gamma * v + curvature / 100 * (u - gamma * v)
        u = u - v
    assert u.norm() < 1e-6 * math.sqrt(2)


def one_step(make, gradient):
    """How far an optimizer moves a parameter in its first step."""
    theta = torch.zeros_like(torch.as_tensor(gradient)).requires_grad_()
    theta.grad = torch.as_tensor(gradient)
    make([theta]).step()
    return theta.detach().abs()


@pytest.mark.claim("optimization-adagrad")
def test_adagrad_and_the_place_of_epsilon():
    g = torch.randn(100, 5)
    theta = torch.zeros(5, requires_grad=True)
    optimizer, ours, s = torch.optim.Adagrad([theta], lr=0.01), torch.zeros(5), 0
    for g_t in g:
        theta.grad = g_t
        optimizer.step()
        s = s + g_t**2
        ours = ours - 0.01 * g_t / (s + 1e-8).sqrt()
    assert (theta - ours).abs().max() < 1e-6

    def torch_step(size):
        return one_step(lambda p: torch.optim.Adagrad(p, lr=0.01, eps=1e-8), torch.tensor(size))

    for size, outside, inside in ((1e-4, 0.01000, 0.00707), (1e-6, 0.0099, 0.0001)):
        assert abs(torch_step(size) - outside) < 1e-5
        assert abs(0.01 * size / math.sqrt(size**2 + 1e-8) - inside) < 1e-5
    sizes = torch.tensor([0.01, 1.0, 1e6])
    assert (0.01 * sizes / (sizes**2 + 1e-8).sqrt() - 0.01).abs().max() < 1e-6


def test_adagrad_still_needs_a_rate():
    def left(eta, steps):
        x, s = 0.0, 0.0
        for _ in range(steps):
            g = x - 100
            s += g * g
            x -= eta * g / math.sqrt(s)
        return abs(x - 100)

    assert left(0.01, 10_000) > 90 and left(10, 10_000) < 1e-3


@pytest.mark.claim("optimization-rmsprop")
def test_rmsprop_equals_pytorch():
    g = torch.randn(100, 5)
    theta = torch.zeros(5, requires_grad=True)
    optimizer, ours, s = torch.optim.RMSprop([theta], lr=0.001, alpha=0.9), torch.zeros(5), 0
    for g_t in g:
        theta.grad = g_t
        optimizer.step()
        s = 0.9 * s + 0.1 * g_t**2
        ours = ours - 0.001 * g_t / (s + 1e-8).sqrt()
    assert (theta - ours).abs().max() < 1e-6


def test_defaults_of_pytorch():
    theta = [torch.zeros(1, requires_grad=True)]
    rmsprop, adagrad = torch.optim.RMSprop(theta).defaults, torch.optim.Adagrad(theta).defaults
    assert (rmsprop["alpha"], rmsprop["lr"], adagrad["eps"]) == (0.99, 0.01, 1e-10)


@pytest.mark.claim("optimization-iterative-structure")
@pytest.mark.claim("optimization-adam")
def test_adam_does_not_feel_the_scale_of_the_loss():
    """One machine: a rule, a state, T steps; and with Adam's rule the points of torch.optim.Adam."""

    def adam(theta, g, state, t, eta=0.01):
        m, v = 0.9 * state[0] + 0.1 * g, 0.999 * state[1] + 0.001 * g**2
        m_hat, v_hat = m / (1 - 0.9 ** (t + 1)), v / (1 - 0.999 ** (t + 1))
        return theta - eta * m_hat / (v_hat.sqrt() + 1e-8), (m, v)

    def gradient(u):
        return torch.stack(
            [-2 * (1 - u[0]) - 12 * u[0] * (u[1] - u[0] ** 2), 6 * (u[1] - u[0] ** 2)]
        )

    def run(rule, state, T, scale=1.0):
        theta, points = torch.tensor([-1.3, 0.3]), []
        for t in range(T):
            theta, state = rule(theta, scale * gradient(theta), state, t)
            points.append(theta)
        return torch.stack(points)

    theta, twin = torch.tensor([-1.3, 0.3], requires_grad=True), []
    optimizer = torch.optim.Adam([theta], lr=0.01)
    for _ in range(200):
        theta.grad = gradient(theta.detach())
        optimizer.step()
        twin.append(theta.detach().clone())
    ours = run(adam, (0.0, 0.0), 200)
    torch.testing.assert_close(ours, torch.stack(twin), rtol=0, atol=1e-8)
    assert (run(adam, (0.0, 0.0), 200, scale=1000.0) - ours).abs().max() < 1e-4


@pytest.mark.claim("optimization-adam-bias-correction")
def test_bias_correction_is_exact_for_a_constant_gradient():
    m = 0.0
    for t in range(50):
        m = 0.9 * m + 0.1 * 3.0
        assert math.isclose(m, (1 - 0.9 ** (t + 1)) * 3.0) and math.isclose(m / (1 - 0.9 ** (t + 1)), 3.0)  # fmt: skip


@pytest.mark.claim("optimization-amsgrad")
def test_the_maximum_never_falls_and_pytorch_corrects_it():
    v, largest, root, roots = 0.0, 0.0, [], []
    for t in range(300):
        v = 0.99 * v + 0.01 * (9.0 if t % 50 == 0 else 0.01)
        largest = max(largest, v)
        root.append(v**0.5)
        roots.append(largest**0.5)
    assert (torch.tensor(roots).diff() >= 0).all() and (torch.tensor(root).diff() < 0).any()

    first = one_step(lambda p: torch.optim.Adam(p, lr=0.1, amsgrad=True), torch.tensor(3.0))
    by_the_paper = 0.1 * (0.1 * 3) / math.sqrt(0.001 * 9)
    assert abs(first - 0.1) < 1e-6 and abs(by_the_paper - 0.316) < 1e-3
    theta, moves = torch.zeros(1, requires_grad=True), []
    optimizer = torch.optim.Adam([theta], lr=0.1, betas=(0.0, 0.999), amsgrad=True)
    for g in (3.0, 0.1, 0.1, 0.1):  # effective step: the move over the gradient
        before, theta.grad = theta.item(), torch.tensor([g])
        optimizer.step()
        moves.append((before - theta.item()) / g)
    assert all(b > a for a, b in zip(moves, moves[1:], strict=False))  # the first ones grow


def test_an_optimizer_leaves_the_rate_alone():
    theta = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.5)
    theta.grad = torch.ones(1)
    for _ in range(1000):
        optimizer.step()
    assert optimizer.param_groups[0]["lr"] == 0.5
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1)
    optimizer.step()
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.05)


@pytest.mark.claim("optimization-constant-step-noise-floor")
def test_the_floor_doubles_with_the_noise():
    x, floors = torch.zeros(3, 2000), torch.zeros(3)
    sigma, eta = torch.tensor([1.0, 2.0, 4.0]), 0.05
    for t in range(500):
        x = x - eta * (x + sigma[:, None] * torch.randn(3, 2000))
        floors += x.square().mean(dim=1) * (t >= 200) / 300
    torch.testing.assert_close(
        floors.sqrt(), torch.tensor([0.160, 0.320, 0.641]), rtol=0.03, atol=0
    )
