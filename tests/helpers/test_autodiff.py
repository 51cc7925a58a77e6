"""helpers.autodiff agrees with PyTorch in float64, forward and backward."""

import math
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.autodiff import Tensor, Value, topological_order, unbroadcast

numbers = st.floats(-2, 2, allow_subnormal=False)


def gradients_of_torch(f, *arrays):
    """Value and gradients of f, a function of torch tensors that returns one number."""
    leaves = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
    out = f(*leaves)
    out.backward()
    return out.item(), [
        leaf.grad.numpy() if leaf.grad is not None else np.zeros(np.shape(leaf.detach()))
        for leaf in leaves
    ]


def same(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


SCALAR_PROGRAMS = {
    "sums and products": lambda a, b: a * b + a - 3 * b + 2,
    "a number on the left": lambda a, b: (1 - a) + 2 / (b * b + 1) + (-b),
    "quotient": lambda a, b: (a + 1) / (b * b + 1),
    "powers": lambda a, b: (a * a + 1) ** 3 + (b * b + 0.5) ** -0.5 + a**0,
    "exp and log": lambda a, b: (a.exp() + b * b + 1).log(),
    "squashing": lambda a, b: a.tanh() * b.sigmoid() + (a - b).tanh(),
    "relu": lambda a, b: (a * 3 + 0.1).relu() + (b - a).relu(),
    "one variable in four places": lambda a, b: a * a * b + (a * b) * (a + b),
}


@pytest.mark.parametrize("name", SCALAR_PROGRAMS)
@given(a=numbers, b=numbers)
@settings(max_examples=40, deadline=None)
def test_value_agrees_with_torch(name, a, b):
    program = SCALAR_PROGRAMS[name]
    x, y = Value(a), Value(b)
    out = program(x, y)
    out.backward()
    value, (dx, dy) = gradients_of_torch(program, a, b)
    same([out.data, x.grad, y.grad], [value, dx, dy])


def test_sigmoid_of_a_large_number_does_not_overflow():
    assert Value(-1000).sigmoid().data == 0 and Value(1000).sigmoid().data == 1


def test_leaves_accumulate_and_the_nodes_between_start_anew():
    x = Value(3)
    y = x * x
    y.backward()
    y.backward()
    assert x.grad == 12 and y.grad == 1  # two times 2x, as PyTorch's leaves do


def test_a_chain_longer_than_the_recursion_limit():
    x = Value(1)
    y = x
    for _ in range(5 * sys.getrecursionlimit()):
        y = y + 1
    y.backward()
    assert x.grad == 1


def test_each_node_stands_after_its_parents_and_once():
    x = Value(1.5)
    y = x * x
    for _ in range(30):
        y = y + y  # 2 ** 30 paths from x to y, 32 nodes
    order = topological_order(y)
    place = {id(node): i for i, node in enumerate(order)}
    assert len(order) == len(place) == 32
    assert all(place[id(p)] < place[id(node)] for node in order for p in node.parents)
    y.backward()
    assert x.grad == 2**30 * 2 * 1.5


def test_exponent_must_be_a_number():
    for kind in Value, Tensor:
        with pytest.raises(TypeError, match="plain number"):
            kind(2.0) ** kind(3.0)


shapes = st.sampled_from(
    [
        ((3, 4), (3, 4)),
        ((3, 4), (4,)),
        ((3, 1), (1, 4)),
        ((3, 4), ()),
        ((2, 3, 4), (3, 1)),
        ((1,), (5,)),
        ((), ()),
    ]
)
BINARY = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (b * b + 1),
    "from the left": lambda a, b: (1 - a) * (2 / (b * b + 1)) + (3 + a) * (2 * b),
}


@pytest.mark.parametrize("name", BINARY)
@given(shapes=shapes, seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_broadcasting_agrees_with_torch(name, shapes, seed):
    rng = np.random.default_rng(seed)
    arrays = [rng.standard_normal(shape) for shape in shapes]
    weights = rng.standard_normal(np.broadcast_shapes(*shapes))

    def program(a, b, weights):
        return (BINARY[name](a, b) * weights).sum()

    ours = [Tensor(a) for a in (*arrays, weights)]
    out = program(*ours)
    out.backward()
    value, grads = gradients_of_torch(program, *arrays, weights)
    same(out.data, value)
    for tensor, grad in zip(ours, grads, strict=True):
        assert tensor.grad.shape == tensor.data.shape
        same(tensor.grad, grad)


UNARY = {
    "negate": lambda x: -x,
    "power": lambda x: (x * x + 1) ** 1.5,
    "zeroth power": lambda x: x**0,
    "exp": lambda x: x.exp(),
    "log": lambda x: (x * x + 0.1).log(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "relu": lambda x: x.relu(),
    "transpose": lambda x: x.T @ x,
    "reshape": lambda x: x.reshape(2, 6) * 2,
    "log-softmax of rows": lambda x: x.log_softmax(-1),
    "log-softmax of columns": lambda x: x.log_softmax(0),
    "a row": lambda x: x[1],
    "rows, one of them twice": lambda x: x[[0, 2, 2]],
    "one entry of each row": lambda x: x[[0, 1, 2], [3, 0, 0]],
    "a slice": lambda x: x[1:, ::2],
}


@pytest.mark.parametrize("name", UNARY)
def test_each_operation_agrees_with_torch(name):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 4))

    def program(x):
        y = UNARY[name](x)
        return (y * y + 2 * y).sum()

    ours = Tensor(x)
    out = program(ours)
    out.backward()
    value, (grad,) = gradients_of_torch(program, x)
    same(out.data, value)
    same(ours.grad, grad)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2)])
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("method", ["sum", "mean"])
def test_sums_and_means_agree_with_torch(method, axis, keep):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((2, 3, 4))
    ours = Tensor(x)
    out = getattr(ours, method)(axis, keepdims=keep)
    (out**2).sum().backward()
    theirs = torch.tensor(x, requires_grad=True)
    reduced = (
        getattr(theirs, method)(axis, keepdim=keep)
        if axis is not None
        else getattr(theirs, method)()
    )
    (reduced**2).sum().backward()
    if axis is not None:
        assert out.shape == tuple(reduced.shape)
    same(out.data.ravel(), reduced.detach().numpy().ravel())
    same(ours.grad, theirs.grad.numpy())


@pytest.mark.parametrize(
    "a, b",
    [
        ((3, 4), (4, 5)),
        ((4,), (4, 5)),
        ((3, 4), (4,)),
        ((4,), (4,)),
        ((2, 3, 4), (4, 5)),
        ((2, 3, 4), (2, 4, 5)),
        ((2, 3, 4), (4,)),
    ],
)
def test_matrix_products_agree_with_torch(a, b):
    rng = np.random.default_rng(2)
    arrays = rng.standard_normal(a), rng.standard_normal(b)

    def program(a, b):
        return ((a @ b) ** 2).sum()

    ours = [Tensor(x) for x in arrays]
    out = program(*ours)
    out.backward()
    value, grads = gradients_of_torch(program, *arrays)
    same(out.data, value)
    for tensor, grad in zip(ours, grads, strict=True):
        same(tensor.grad, grad)


def test_an_array_on_the_left_asks_the_tensor():
    x = Tensor([1.0, 2.0])
    y = np.array([3.0, 4.0]) * x + np.array([1.0, 1.0])
    assert isinstance(y, Tensor)
    y.sum().backward()
    same(x.grad, [3, 4])


def test_log_softmax_survives_large_scores():
    x = Tensor([[1000.0, 0.0]])
    loss = -x.log_softmax()[0, 1]
    loss.backward()
    same(loss.data, 1000)
    same(x.grad, [[1, -1]])


def test_backward_starts_from_one_number():
    with pytest.raises(ValueError, match=r"shape \(2,\): take a sum or a mean"):
        Tensor([1.0, 2.0]).backward()


@pytest.mark.parametrize(
    "small, large",
    [
        ((), (2, 3)),
        ((3,), (2, 3)),
        ((1, 3), (2, 3)),
        ((2, 1), (2, 3)),
        ((1, 1), (2, 3)),
        ((2, 3), (2, 3)),
    ],
)
def test_unbroadcast_counts_the_uses(small, large):
    uses = unbroadcast(np.ones(large), small)
    assert uses.shape == small
    assert (uses == math.prod(large) / max(math.prod(small), 1)).all()


def test_gradients_of_a_mean_are_not_nan_for_an_empty_sum():
    x = Tensor(np.zeros((0, 3)))
    x.sum().backward()
    assert x.grad.shape == (0, 3)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_relus_slope_at_zero_is_zero_on_both_tapes(zero):
    number = Value(zero)
    number.relu().backward()
    assert number.grad == 0
    array = Tensor(np.array([zero, 1.0, -1.0]))
    array.relu().sum().backward()
    assert array.grad.tolist() == [0, 1, 0]
