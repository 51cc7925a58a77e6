"""helpers.optimizers walk step by step where torch.optim's walk, and exchange their states."""

import ast
import copy
import inspect
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers import optimizers
from helpers.optimizers import SGD, Adam, AMSGrad, Momentum, Nesterov, Newton

MACHINE = {"foreach", "fused", "capturable", "differentiable"}  # how torch computes, not what
TWINS = {"SGD": "SGD", "AdaGrad": "Adagrad", "RMSProp": "RMSprop", "Adam": "Adam"}

# Every argument of every twin, alone and together.
CASES = [
    ("SGD", {}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 1e-4, "momentum": 0.5, "maximize": True}),
    ("AdaGrad", {}),
    ("AdaGrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "eps": 1e-3}),
    ("AdaGrad", {"initial_accumulator_value": 0.5, "maximize": True}),
    ("RMSProp", {}),
    ("RMSProp", {"alpha": 0.9, "eps": 1e-3, "momentum": 0.9, "weight_decay": 0.1}),
    ("RMSProp", {"centered": True, "eps": 1e-2}),
    ("RMSProp", {"centered": True, "eps": 1e-2, "momentum": 0.5, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.03, "betas": (0.5, 0.9), "eps": 1e-4, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.03, "amsgrad": True, "betas": (0.9, 0.8)}),
    ("Adam", {"lr": 0.03, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("Adam", {"maximize": True, "weight_decay": 0.1}),
]
named = pytest.mark.parametrize("name, arguments", CASES)


def problem():
    """A small network in float64, the same at every call."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)).double()


def batches(count):
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        x = torch.randn(8, 5, dtype=torch.float64, generator=generator)
        yield x, torch.stack([x.sum(1), x[:, 0] * x[:, 1]], dim=1)


def walk(model, optimizer, data):
    """One step a batch; the parameters after each."""
    trail = []
    for x, y in data:
        optimizer.zero_grad()
        ((model(x) - y) ** 2).mean().backward()
        optimizer.step()
        trail.append(nn.utils.parameters_to_vector(model.parameters()).detach().clone())
    return torch.stack(trail)


def ours(name, params, arguments):
    return getattr(optimizers, name)(params, **arguments)


def theirs(name, params, arguments):
    return getattr(torch.optim, TWINS[name])(params, **arguments)


def same(a, b):
    torch.testing.assert_close(a, b, rtol=0, atol=1e-9)


@named
def test_100_steps_are_torchs(name, arguments):
    trails = []
    for make in ours, theirs:
        model = problem()
        trails.append(walk(model, make(name, model.parameters(), arguments), batches(100)))
    same(*trails)
    assert (trails[0][0] != trails[0][-1]).all()  # and they moved


@named
@pytest.mark.parametrize("first, second", [(ours, theirs), (theirs, ours), (ours, ours)])
@pytest.mark.parametrize("stop", [0, 40])
def test_a_saved_state_goes_on_in_the_twin(name, arguments, first, second, stop):
    model, whole = problem(), problem()
    data = list(batches(80))
    expected = walk(whole, theirs(name, whole.parameters(), arguments), data)
    optimizer = first(name, model.parameters(), arguments)
    for x_y in data[:stop]:
        walk(model, optimizer, [x_y])
    state = pickle.loads(pickle.dumps(optimizer.state_dict()))
    resumed = second(name, model.parameters(), {"lr": 77.0})  # the state brings all arguments back
    resumed.load_state_dict(state)
    same(walk(model, resumed, data[stop:]), expected[stop:])


@named
def test_states_and_groups_have_torchs_names(name, arguments):
    states = []
    for make in ours, theirs:
        model = problem()
        optimizer = make(name, model.parameters(), arguments)
        walk(model, optimizer, batches(3))
        states.append(optimizer.state_dict())
    mine, torchs = states
    assert mine["state"].keys() == torchs["state"].keys()
    for i, state in mine["state"].items():
        assert state.keys() == torchs["state"][i].keys()
        for key, value in state.items():
            torch.testing.assert_close(value, torchs["state"][i][key], rtol=1e-12, atol=1e-12)
    for a, b in zip(mine["param_groups"], torchs["param_groups"], strict=True):
        assert a == {key: value for key, value in b.items() if key not in MACHINE}


@pytest.mark.parametrize("name", TWINS)
def test_arguments_and_defaults_are_torchs(name):
    mine = inspect.signature(getattr(optimizers, name)).parameters
    torchs = inspect.signature(getattr(torch.optim, TWINS[name])).parameters
    assert {n: p.default for n, p in mine.items()} == {
        n: p.default for n, p in torchs.items() if n not in MACHINE
    }
    by_place = [[n for n, p in both.items() if p.kind == p.POSITIONAL_OR_KEYWORD and n not in MACHINE]
                for both in (mine, torchs)]  # fmt: skip
    assert by_place[0] == by_place[1][: len(by_place[0])]


@pytest.mark.parametrize("name", ["SGD", "AdaGrad", "RMSProp", "Adam"])
@given(start=st.floats(-5, 5), curvature=st.floats(0.01, 20), lr=st.floats(1e-4, 0.09))
@settings(max_examples=20, deadline=None)
def test_any_quadratic_and_any_step(name, start, curvature, lr):
    ends = []
    for make in ours, theirs:
        p = torch.tensor([start], dtype=torch.float64, requires_grad=True)
        optimizer = make(name, [p], {"lr": lr})
        for _ in range(20):
            optimizer.zero_grad()
            (curvature * p**2 / 2).sum().backward()
            optimizer.step()
        ends.append(p.detach())
    same(*ends)


def test_amsgrad_is_adam_with_the_flag():
    trails = []
    for make in AMSGrad, lambda p, **a: torch.optim.Adam(p, amsgrad=True, **a):
        model = problem()
        optimizer = make(model.parameters(), lr=0.05, betas=(0.9, 0.5), weight_decay=0.01)
        trails.append(walk(model, optimizer, batches(100)))
    same(*trails)
    model = problem()
    assert (
        walk(model, Adam(model.parameters(), 0.05, (0.9, 0.5)), batches(100)) != trails[0]
    ).any()


@pytest.mark.parametrize("name", [*TWINS, "Momentum"])
def test_groups_schedules_and_idle_parameters(name):
    """Two groups with learning rates of their own under one schedule; a third never gets a gradient."""
    model, idle = problem(), nn.Parameter(torch.ones(2, dtype=torch.float64))
    groups = [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 0.0}]
    optimizer = getattr(optimizers, name)(groups, lr=0.01)
    optimizer.add_param_group({"params": [idle]})
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
    before = copy.deepcopy(model.state_dict())
    rates = []
    for x_y in batches(4):
        walk(model, optimizer, [x_y])
        schedule.step()
        rates.append([group["lr"] for group in optimizer.param_groups])
    assert rates == [[0.01, 0, 0.01], *2 * [pytest.approx([0.001, 0, 0.001])], pytest.approx([1e-4, 0, 1e-4])]  # fmt: skip
    assert (model[0].weight != before["0.weight"]).all()
    assert (model[2].weight == before["2.weight"]).all() and (idle == 1).all()


@pytest.mark.parametrize("name", [*TWINS, "AMSGrad", "Momentum", "Nesterov"])
def test_a_closure_is_called_with_gradients_on(name):
    p = torch.tensor([3.0], requires_grad=True)
    optimizer = getattr(optimizers, name)([p], lr=0.01)
    calls = []

    def closure():
        optimizer.zero_grad()
        loss = (p**2).sum()
        loss.backward()
        calls.append(loss.item())
        return loss

    with torch.no_grad():
        losses = [optimizer.step(closure).item() for _ in range(30)]
    assert losses == calls and len(calls) == 30
    assert losses[0] == 9 and losses[-1] < losses[0]


def test_momentum_is_torchs_while_the_step_is_constant():
    trails = []
    for make in Momentum, torch.optim.SGD:
        model = problem()
        optimizer = make(model.parameters(), lr=0.05, momentum=0.9)
        schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [100], gamma=0.1)
        trail = []
        for x_y in batches(110):
            trail.append(walk(model, optimizer, [x_y])[0])
            schedule.step()
        trails.append(torch.stack(trail))
    same(trails[0][:100], trails[1][:100])
    assert (trails[0][105] - trails[1][105]).abs().max() > 1e-4  # v still holds the large steps


def test_nesterovs_look_ahead_points_are_torchs_iterates():
    A = torch.tensor([[1.0, 0.3], [0.3, 20.0]], dtype=torch.float64)
    start = torch.tensor([3.0, -2.0], dtype=torch.float64)

    def run(make, seen):
        p = start.clone().requires_grad_()
        optimizer = make([p], lr=0.03, momentum=0.9)

        def closure():
            seen.append(p.detach().clone())
            optimizer.zero_grad()
            loss = p @ A @ p / 2
            loss.backward()
            return loss

        for _ in range(100):
            optimizer.step(closure)
        return p.detach(), optimizer

    mine, torchs = [], []
    end, optimizer = run(Nesterov, mine)
    run(lambda p, **a: torch.optim.SGD(p, nesterov=True, **a), torchs)
    same(torch.stack(mine), torch.stack(torchs))
    v = optimizer.state_dict()["state"][0]["velocity"]
    same(end - 0.9 * v, mine[-1] - 0.9 * v - 0.03 * A @ mine[-1])


def test_nesterov_by_its_formulas():
    p = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    optimizer = Nesterov([p], lr=0.1, momentum=0.9)

    def closure():
        optimizer.zero_grad()
        (p**4).sum().backward()

    theta, v = 1.0, 0.0
    for _ in range(50):
        optimizer.step(closure)
        v = 0.9 * v + 0.1 * 4 * (theta - 0.9 * v) ** 3
        theta -= v
        assert p.item() == pytest.approx(theta, abs=1e-12)


@pytest.mark.parametrize("name", ["SGD", "AdaGrad", "RMSProp", "Adam", "AMSGrad", "Momentum", "Nesterov"])  # fmt: skip
def test_senseless_arguments_are_refused(name):
    with pytest.raises(ValueError, match="not negative, and here are -1"):
        getattr(optimizers, name)([torch.ones(1)], lr=-1)


def test_more_senseless_arguments_are_refused():
    with pytest.raises(ValueError, match="positive momentum and no dampening"):
        SGD([torch.ones(1)], nesterov=True)
    with pytest.raises(ValueError, match=r"\[0, 1\), and here are \(0.9, 1.0\)"):
        Adam([torch.ones(1)], betas=(0.9, 1.0))
    with pytest.raises(TypeError, match="momentum"):
        Adam([torch.ones(1)], momentum=0.9)


def test_newton_solves_a_quadratic_in_one_step():
    torch.manual_seed(0)
    root = torch.randn(6, 6, dtype=torch.float64)
    A, b = root @ root.T + torch.eye(6), torch.randn(6, dtype=torch.float64)
    p = torch.randn(2, dtype=torch.float64, requires_grad=True)
    q = torch.randn(2, 2, dtype=torch.float64, requires_grad=True)

    def loss():
        theta = torch.cat([p, q.reshape(-1)])
        return theta @ A @ theta / 2 - b @ theta

    before = loss().detach()
    assert Newton([p, q]).step(loss) == before
    found = torch.cat([p, q.reshape(-1)]).detach()
    torch.testing.assert_close(found, torch.linalg.solve(A, b), rtol=0, atol=1e-10)
    assert p.grad is None and q.grad is None


def test_newton_squares_its_error():
    x = torch.tensor([2.0], dtype=torch.float64, requires_grad=True)
    optimizer = Newton([x])
    errors = []
    for _ in range(4):
        optimizer.step(lambda: (torch.exp(x) - 2 * x).sum())
        errors.append(abs(x.item() - torch.tensor(2.0, dtype=torch.float64).log().item()))
    assert errors == pytest.approx([0.578, 0.139, 9.2e-3, 4.2e-5], rel=0.02)


def test_newton_goes_to_a_saddle():
    p = torch.tensor([3.0, -2.0], dtype=torch.float64, requires_grad=True)
    Newton([p]).step(lambda: p[0] ** 2 - p[1] ** 2)
    assert p.tolist() == [0, 0]


def test_newton_fits_logistic_regression_as_the_equations_say():
    torch.manual_seed(0)
    X = torch.randn(40, 3, dtype=torch.float64)
    y = (X[:, 0] + torch.randn(40, dtype=torch.float64) > 0).double()
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    by_hand = torch.zeros(3, dtype=torch.float64)
    optimizer = Newton([w], lr=0.7, damping=0.1)
    for _ in range(8):
        optimizer.step(lambda: nn.functional.binary_cross_entropy_with_logits(X @ w, y, reduction="sum"))  # fmt: skip
        prob = torch.sigmoid(X @ by_hand)
        hessian = X.T @ ((prob * (1 - prob))[:, None] * X) + 0.1 * torch.eye(3)
        by_hand = by_hand - 0.7 * torch.linalg.solve(hessian, X.T @ (prob - y))
        same(w.detach(), by_hand)


@pytest.mark.parametrize(
    "loss",
    [
        lambda p: p.sum(),  # no curvature at all
        lambda p: p[0] ** 2,  # none along the second axis
        lambda p: (p[0] + p[1] / 3) ** 2,  # none along one direction, up to rounding
        lambda p: (p**2).sum() * float("nan"),
    ],
)
def test_newton_refuses_a_flat_direction(loss):
    p = torch.tensor([0.7, 0.4], dtype=torch.float64, requires_grad=True)
    with pytest.raises(ValueError, match="cannot be inverted.*A positive damping helps"):
        Newton([p]).step(lambda: loss(p))
    assert p.tolist() == [0.7, 0.4]


def test_damped_newton_without_curvature_is_gradient_descent():
    p = torch.tensor([0.7, 0.4], dtype=torch.float64, requires_grad=True)
    Newton([p], damping=10.0).step(lambda: 3 * p.sum())
    same(p.detach(), torch.tensor([0.4, 0.1], dtype=torch.float64))


def test_each_optimizer_is_short():
    for node in ast.parse(inspect.getsource(optimizers)).body:
        if isinstance(node, ast.ClassDef):
            length = node.end_lineno - node.lineno + 1
            assert length < (60 if node.name == "GradientMethod" else 40), node.name


def test_newton_has_a_rate_and_a_damping_for_each_group():
    p = torch.tensor([4.0], dtype=torch.float64, requires_grad=True)
    q = torch.tensor([4.0], dtype=torch.float64, requires_grad=True)
    optimizer = Newton([{"params": [p], "lr": 0.5}, {"params": [q], "damping": 2.0}])
    optimizer.step(lambda: p.square().sum() + q.square().sum())
    assert p.item() == pytest.approx(2.0)  # half of the way
    assert q.item() == pytest.approx(4 - 8 / (2 + 2))
