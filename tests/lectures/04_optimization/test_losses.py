"""Chapter 4's first half, and its landscapes: what it claims and proves here rather than in the lecture."""

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


# ------------------------------------------------------------------ losses


@pytest.mark.claim("optimization-squared-error-loss")
def test_squared_error_has_its_gradient_and_the_mean_for_its_best_constant():
    prediction, y = torch.randn(50, requires_grad=True), torch.randn(50)
    (gradient,) = torch.autograd.grad(((prediction - y) ** 2).sum(), prediction)
    torch.testing.assert_close(gradient, 2 * (prediction - y), rtol=0, atol=1e-12)
    constants = torch.linspace(-1, 1, 2001)
    best = constants[((constants[:, None] - y) ** 2).mean(dim=1).argmin()]
    best_absolute = constants[(constants[:, None] - y).abs().mean(dim=1).argmin()]
    assert abs(best - y.mean()) < 1e-3
    assert y.sort().values[24] - 1e-3 <= best_absolute <= y.sort().values[25] + 1e-3  # medians


@pytest.mark.claim("optimization-mse-is-gaussian-likelihood")
@pytest.mark.parametrize("sigma", [0.1, 1.0, 10.0])
def test_the_log_likelihood_of_normal_noise_is_the_sum_of_squares(sigma):
    x = torch.randn(10)
    y = 1.5 * x + 0.5 * torch.randn(10)
    w = torch.linspace(0, 3, 3001)[:, None]
    errors = (y - w * x) ** 2  # (3001, 10)
    log_likelihood = torch.distributions.Normal(w * x, sigma).log_prob(y).sum(dim=1)
    both = torch.stack([log_likelihood, errors.sum(dim=1)])
    slope = torch.cov(both)[0, 1] / torch.cov(both)[1, 1]
    assert abs(torch.corrcoef(both)[0, 1] + 1) < 1e-6
    assert math.isclose(slope, -1 / (2 * sigma**2), rel_tol=1e-6)
    assert abs(w[log_likelihood.argmax()] - (x @ y) / (x @ x)) < 1e-3
    of_one_example = -errors[:, 0] / (2 * sigma**2)  # the sum over i forgotten
    assert abs(w[of_one_example.argmax()] - (x @ y) / (x @ x)) > 0.01


@pytest.mark.claim("optimization-mse-reduction-in-pytorch")
@pytest.mark.parametrize("d", [1, 3, 10])
def test_reductions_of_the_squared_error(d):
    a, b = torch.randn(7, d), torch.randn(7, d)
    total, mean = (F.mse_loss(a, b, reduction=how) for how in ("sum", "mean"))
    assert math.isclose(total, 7 * d * mean) and F.mse_loss(a, b, reduction="none").shape == (7, d)
    assert math.isclose(((a - b) ** 2).sum(dim=1).mean() / mean, d)


@pytest.mark.claim("optimization-binary-cross-entropy")
def test_binary_cross_entropy_has_a_minus():
    p, y = torch.rand(100), torch.randint(2, (100,)).double()
    ours = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
    torch.testing.assert_close(ours, F.binary_cross_entropy(p, y))
    torch.testing.assert_close(ours, F.binary_cross_entropy_with_logits(torch.logit(p), y))


def test_minimizing_it_without_the_minus_learns_the_opposite():
    X = torch.cat([torch.randn(100, 2) + 3, torch.randn(100, 2) - 3])
    y = torch.arange(200).lt(100).double()
    w = torch.zeros(2, requires_grad=True)
    for _ in range(100):
        p = torch.sigmoid(X @ w).clamp(1e-6, 1 - 1e-6)
        wrong = (y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
        (g,) = torch.autograd.grad(wrong, w)
        w = (w - 0.1 * g).detach().requires_grad_()
    assert (((X @ w) > 0) == y.bool()).double().mean() < 0.1


@pytest.mark.claim("optimization-multiclass-cross-entropy")
def test_one_hot_index_and_a_uniform_prediction():
    z, y = torch.randn(20, 10), torch.randint(10, (20,))
    log_p = torch.log_softmax(z, dim=1)
    sums = (F.one_hot(y, 10) * log_p).sum(dim=1)
    assert (sums < 0).all()
    torch.testing.assert_close(-sums, F.nll_loss(log_p, y, reduction="none"))
    torch.testing.assert_close(-sums, F.cross_entropy(z, y, reduction="none"))
    assert abs(F.cross_entropy(torch.zeros(20, 10), y).item() - 2.302585) < 1e-6
    with pytest.raises(IndexError):  # labels run from 0 to C - 1
        F.cross_entropy(z, torch.full((20,), 10))


@pytest.mark.claim("optimization-cross-entropy-on-scores")
def test_a_constant_added_to_all_scores_changes_nothing():
    z, y = torch.randn(20, 5), torch.randint(5, (20,))
    torch.testing.assert_close(F.cross_entropy(z + 7, y), F.cross_entropy(z, y))
    p = torch.softmax(z, dim=1)
    assert (p > 0).all() and torch.allclose(p.sum(dim=1), torch.ones(20))
    assert (torch.log(p) - z).std(dim=1).max() < 1e-6  # equal up to a constant ...
    assert (torch.log(p) / z).std(dim=1).min() > 1e-2  # ... and not proportional


@pytest.mark.claim("optimization-cross-entropy-is-categorical-likelihood")
def test_free_scores_end_at_the_frequencies():
    z, y = torch.randn(30, 4), torch.randint(4, (30,))
    log_likelihood = torch.distributions.Categorical(logits=z).log_prob(y).sum()
    torch.testing.assert_close(F.cross_entropy(z, y, reduction="sum"), -log_likelihood)
    labels = torch.tensor([0] * 50 + [1] * 30 + [2] * 15 + [3] * 5)
    frequencies = labels.bincount() / 100
    scores = descend(lambda z: torch.softmax(z, dim=0) - frequencies, torch.zeros(4), 1.0, 500)
    torch.testing.assert_close(torch.softmax(scores, dim=0), frequencies, rtol=0, atol=1e-3)


@pytest.mark.claim("optimization-cross-entropy-is-score-gap")
def test_the_loss_is_the_gap_to_the_best_score():
    z = 5 * torch.randn(1000, 10)

    def gap(z):
        return torch.logsumexp(z, dim=1) - z.max(dim=1).values

    assert (gap(z) >= 0).all() and gap(z).max() <= math.log(10)
    assert abs(gap(z).mean() - 0.28) < 0.06 and gap(10 * z).mean() < 0.05


@pytest.mark.claim("optimization-cross-entropy-composition")
def test_nll_loss_needs_log_probabilities():
    z, y = torch.randn(20, 5, requires_grad=True), torch.randint(5, (20,))
    by_parts = torch.nn.NLLLoss()(torch.nn.LogSoftmax(dim=1)(z), y)
    torch.testing.assert_close(by_parts, torch.nn.CrossEntropyLoss()(z, y))
    values, optimizer = [], torch.optim.SGD([z], lr=10.0)
    for _ in range(50):
        optimizer.zero_grad()
        loss = F.nll_loss(z, y)  # scores, by mistake
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert values[-1] < -20 and all(b < a for a, b in zip(values, values[1:], strict=False))


@pytest.mark.claim("optimization-cross-entropy-numerical-stability")
def test_where_each_route_falls_off_the_cliff():
    def by_log_of_softmax(s, dtype):
        z = torch.tensor([[s, 0, -s]], dtype=dtype, requires_grad=True)
        loss = -torch.log(torch.softmax(z, dim=1))[0, 2]
        loss.backward()
        return loss.item(), z.grad[0]

    e = torch.exp(torch.tensor([1000.0, 0, -1000], dtype=torch.float32))
    assert (e / e.sum()).isnan().any()
    loss, gradient = by_log_of_softmax(200.0, torch.float32)
    assert loss == math.inf and gradient.isnan().all()
    loss, gradient = by_log_of_softmax(200.0, torch.float64)
    assert loss == 400 and gradient.isfinite().all()
    assert by_log_of_softmax(1000.0, torch.float64)[0] == math.inf
    z = torch.tensor([[200.0, 0, -200]], dtype=torch.float32, requires_grad=True)
    F.cross_entropy(z, torch.tensor([2])).backward()
    assert z.grad.tolist() == [[1, 0, -1]]
    assert F.cross_entropy(z, torch.tensor([2])) == 400


@pytest.mark.claim("optimization-average-loss-objective")
def test_the_gradient_of_the_mean_is_the_mean_of_the_gradients():
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    X, y, weights = torch.randn(20, 4), torch.randint(3, (20,)), list(model.parameters())
    whole = torch.autograd.grad(F.cross_entropy(model(X), y), weights)
    each = [torch.autograd.grad(F.cross_entropy(model(X[i : i + 1]), y[i : i + 1]), weights) for i in range(20)]  # fmt: skip
    for of_the_mean, single in zip(whole, zip(*each, strict=True), strict=True):
        torch.testing.assert_close(of_the_mean, torch.stack(single).mean(dim=0), rtol=0, atol=1e-12)


@pytest.mark.claim("optimization-population-risk-is-the-aim")
def test_an_intermediate_degree_is_best_on_new_points():
    x, new = torch.linspace(-1, 1, 20), 2 * torch.rand(100_000) - 1

    def truth(x):
        return torch.sin(3 * x)

    y, seen = truth(x) + 0.2 * torch.randn(20), truth(new) + 0.2 * torch.randn(100_000)
    training, test = [], []
    for degree in range(1, 16):
        powers = torch.arange(degree + 1)
        w = torch.linalg.lstsq(x[:, None] ** powers, y, driver="gelsd").solution
        training.append(((x[:, None] ** powers @ w - y) ** 2).mean().item())
        test.append(((new[:, None] ** powers @ w - seen) ** 2).mean().item())
    assert all(b <= a + 1e-12 for a, b in zip(training, training[1:], strict=False))
    assert 2 <= test.index(min(test)) + 1 <= 8 and test[-1] > 1.1 * min(test)


# ------------------------------------------------------------------ landscapes


@pytest.mark.claim("optimization-initialisation-and-stopping-matter")
def test_start_and_stop_decide():
    def wells(x):
        return 4 * x * (x**2 - 1)  # of (x² - 1)²

    ends = descend(wells, torch.tensor([-0.1, 0.1]), 0.05, 500)
    torch.testing.assert_close(ends, torch.tensor([-1.0, 1.0]))
    x, new = torch.linspace(-1, 1, 15), torch.linspace(-0.97, 0.97, 200)
    y = torch.sin(3 * x) + 0.5 * torch.randn(15)
    A, B = (torch.special.legendre_polynomial_p(t[:, None], torch.arange(15)) for t in (x, new))
    w, validation, eta = torch.zeros(15), [], 1 / torch.linalg.eigvalsh(A.T @ A).max()
    for _ in range(20_000):
        w = w - eta * A.T @ (A @ w - y)
        validation.append(((B @ w - torch.sin(3 * new)) ** 2).mean())
    validation = torch.stack(validation)
    assert 0 < validation.argmin() < len(validation) - 1
    assert validation.min() < 0.9 * validation[-1]


@pytest.mark.claim("optimization-convexity")
def test_logistic_regression_is_convex_and_a_network_is_not():
    X, y = torch.randn(50, 3), torch.randint(2, (50,)).double()

    def logistic(w):  # (P, 3) -> (P,)
        scores = w @ X.T
        return F.binary_cross_entropy_with_logits(scores, y.expand_as(scores), reduction="none").mean(dim=1)  # fmt: skip

    a, b = 3 * torch.randn(10_000, 3), 3 * torch.randn(10_000, 3)
    assert (logistic((a + b) / 2) - (logistic(a) + logistic(b)) / 2).max() < 1e-12

    def network(w):  # two hidden units, (2,) weights in and out
        hidden = torch.tanh(torch.outer(torch.linspace(-2, 2, 9), w[:2]))
        target = torch.tanh(torch.outer(torch.linspace(-2, 2, 9), torch.tensor([2.0, -0.5])))
        return ((hidden @ w[2:] - target @ torch.tensor([1.0, 3.0])) ** 2).mean()

    w = torch.tensor([2.0, -0.5, 1.0, 3.0])
    swapped = w[[1, 0, 3, 2]]
    assert network(w) == 0 and network(swapped) < 1e-30 and network((w + swapped) / 2) > 0.1


def test_descent_may_end_in_the_worse_minimum():
    ends = descend(lambda x: 4 * x**3 - 4 * x + 0.5, torch.tensor([-1.5, 1.5]), 0.02, 1000)
    height = ends**4 - 2 * ends**2 + ends / 2
    assert height[1] > height[0] + 0.5


@pytest.mark.claim("optimization-saddle-points")
def test_the_hessian_tells_a_saddle_from_a_minimum():
    def f(u):
        return u[0] ** 2 + u[1] ** 4 / 4 - u[1] ** 2 / 2

    def curvatures(*point):
        H = torch.autograd.functional.hessian(f, torch.tensor(point))
        return torch.linalg.eigvalsh(H).tolist()

    assert curvatures(0.0, 0.0) == [-1, 2] and curvatures(0.0, 1.0) == [2, 2]


@pytest.mark.claim("optimization-noise-escapes-saddles")
def test_a_hundred_noisy_walkers_end_in_the_two_minima():
    u = torch.tensor([1.0, 0.0]).repeat(100, 1)
    for _ in range(400):
        g = torch.stack([2 * u[:, 0], u[:, 1] ** 3 - u[:, 1]], dim=1)
        u = u - 0.1 * (g + 0.05 * torch.randn(100, 2))
    assert ((u.abs() - torch.tensor([0.0, 1.0])).abs() < 0.05).all()
    assert 30 <= (u[:, 1] > 0).sum() <= 70 and (3 * u[:, 1] ** 2 - 1).min() > 0


@pytest.mark.parametrize("f", [lambda x: x**3, lambda x: -(x**4)])
def test_a_hessian_without_negative_eigenvalues_does_not_make_a_minimum(f):
    zero = torch.tensor(0.0)
    slope = torch.func.grad(f)
    assert slope(zero) == 0 and torch.func.grad(slope)(zero) >= 0 and f(zero - 0.1) < f(zero)


@pytest.mark.claim("optimization-global-optimum-is-hopeless")
@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_grid_search_errs_like_a_power_of_its_size(d):
    """Worst case over the place of the minimum: half a cell away from the nearest point of the grid."""
    sides = torch.tensor([4.0, 8, 16, 32])
    t = sides**d
    quadratic = d * (1 / (2 * sides)) ** 2
    cone = quadratic.sqrt()
    for error, c in ((quadratic, 2), (cone, 1)):
        slopes = error.log().diff() / t.log().diff()
        torch.testing.assert_close(slopes, torch.full((3,), -c / d))
    nodes = (torch.arange(8) + 0.5) / 8  # the same by search: the corner is the farthest place
    grid = torch.cartesian_prod(*[nodes] * d).reshape(-1, d)
    places = torch.cat([torch.rand(200, d), torch.zeros(1, d)])
    found = torch.cdist(places, grid).min(dim=1).values ** 2
    assert math.isclose(found.max(), quadratic[1], rel_tol=1e-12)


@pytest.mark.claim("optimization-global-optimum-is-hopeless")
@pytest.mark.parametrize("d", [1, 2, 3])
def test_every_design_leaves_a_hole_where_a_smooth_pit_hides(d):
    t, n = 64, {1: 4096, 2: 64, 3: 16}[d]
    side = round(t ** (1 / d))
    ball = math.pi ** (d / 2) / math.gamma(d / 2 + 1)  # volume of the unit ball
    walk, points = torch.rand(d), []
    for _ in range(t):
        points.append(walk)
        walk = walk - 0.1 * 2 * (walk - 0.3)  # descent on a quadratic
    designs = {
        "grid": torch.cartesian_prod(*[(torch.arange(side) + 0.5) / side] * d).reshape(-1, d),
        "random": torch.rand(t, d),
        "sobol": torch.quasirandom.SobolEngine(d, scramble=True, seed=0).draw(t),
        "descent": torch.stack(points),
    }
    places = torch.cartesian_prod(*[torch.linspace(0, 1, n)] * d).reshape(-1, d)
    for queries in designs.values():
        distances = torch.cdist(places, queries.double()).min(dim=1).values
        r, centre = distances.max() + math.sqrt(d) / n, places[distances.argmax()]
        assert r**2 >= (len(queries) * ball) ** (-2 / d)
        hole = distances.max()

        def pit(u, centre=centre, hole=hole):  # once differentiable, and 0 outside the hole
            inside = (1 - ((u - centre) ** 2).sum(dim=-1) / hole**2).clamp(min=0)
            return -(hole**2) / 8 * inside**2

        seen = queries.double().clone().requires_grad_()
        (g,) = torch.autograd.grad(pit(seen).sum(), seen)
        assert pit(seen).abs().max() < 1e-12 and g.abs().max() < 1e-6 and pit(centre) < 0


@pytest.mark.claim("optimization-smoothness-and-noise-assumptions")
def test_smoothness_of_the_logarithm():
    def f(x):
        return torch.log(1 + x**2)

    def slope(x):
        return 2 * x / (1 + x**2)

    x, y = 3 * torch.randn(2, 100_000)

    def holds(beta):
        gradients = (slope(x) - slope(y)).abs() <= beta * (x - y).abs() + 1e-12
        parabola = f(y) <= f(x) + slope(x) * (y - x) + beta / 2 * (y - x) ** 2 + 1e-12
        return gradients.all().item(), parabola.all().item()

    assert holds(2) == (True, True) and holds(1) == (False, False)
    X, t, _ = least_squares()
    w, rows = torch.zeros(3), torch.randint(200, (5000, 8))
    batches = ((X[rows] @ w - t[rows])[..., None] * X[rows]).mean(dim=1)  # (5000, 3)
    error = batches.mean(dim=0) - X.T @ (X @ w - t) / 200
    assert (error.abs() < 4 * batches.std(dim=0) / 5000**0.5).all()


@pytest.mark.claim("optimization-polyak-lojasiewicz")
def test_linear_convergence_without_convexity():
    x = torch.linspace(-10, 10, 200_001)
    x = x[x.abs() > 1e-6]
    loss, slope = x**2 + 3 * torch.sin(x) ** 2, 2 * x + 3 * torch.sin(2 * x)
    constants = slope**2 / 2 / loss
    assert abs(constants.min() - 0.1755) < 1e-3 and abs(x[constants.argmin()].abs() - 2.20) < 0.01
    curvature = 2 + 6 * torch.cos(2 * x)
    assert curvature.min() < 0 and abs(curvature.max() - 8) < 1e-3
    end = descend(lambda x: 2 * x + 3 * torch.sin(2 * x), torch.tensor(3.0), 1 / 8, 10)
    assert end**2 + 3 * torch.sin(end) ** 2 < 1e-30


@pytest.mark.claim("optimization-newton-method")
def test_newton_solves_a_quadratic_in_one_step():
    A = torch.randn(6, 6)
    H, b = A @ A.T + torch.eye(6), torch.randn(6)
    theta = (10 * torch.randn(6)).requires_grad_()
    optimizers.Newton([theta]).step(lambda: theta @ H @ theta / 2 - b @ theta)
    torch.testing.assert_close(theta.detach(), torch.linalg.solve(H, b), rtol=0, atol=1e-10)
    assert 4 * (10**6) ** 2 == 4e12  # bytes of a Hessian for a million parameters in float32


@pytest.mark.claim("optimization-high-dimension-and-gradient-access")
def test_the_size_of_vgg_and_the_price_of_a_full_gradient():
    from torchvision.models import vgg16

    with torch.device("meta"):
        torch.set_default_dtype(torch.float32)
        sizes = [p.numel() for p in vgg16(weights=None).parameters()]
    assert sum(sizes) == 138_357_544 and round(4 * sum(sizes) / 2**20) == 528
    read = 0

    def one_gradient(w, x, y):
        nonlocal read
        read += 1
        return (x @ w - y) * x

    X, y, w = torch.randn(40, 3), torch.randn(40), torch.zeros(3)
    torch.stack([one_gradient(w, X[i], y[i]) for i in range(40)]).mean(dim=0)
    full, read = read, 0
    one_gradient(w, X[7], y[7])
    assert (full, read) == (40, 1)
