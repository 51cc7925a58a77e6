"""helpers.layers equal their twins in torch.nn: arguments, weights, outputs and gradients."""

import ast
import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers import layers
from helpers.layers import (
    GELU,
    Flatten,
    LeakyReLU,
    Linear,
    LogSoftmax,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
)

# Zeros, numbers beyond every overflow, and what lies between.
HARD = [0.0, -0.0, 1e-9, -1e-9, 0.3, -0.3, 19.9, 20.1, -20.1, 100, -100, 800.0, -800.0, 1e6, -1e6]

ACTIVATIONS = [
    ("ReLU", ()),
    ("LeakyReLU", ()),
    ("LeakyReLU", (0.2,)),
    ("Sigmoid", ()),
    ("Tanh", ()),
    ("GELU", ()),
    ("GELU", ("tanh",)),
    ("Softmax", (-1,)),
    ("Softmax", (0,)),
    ("LogSoftmax", (1,)),
    ("LogSoftmax", (0,)),
]
LAYERS = [
    *ACTIVATIONS,
    ("Linear", (4, 5)),
    ("Linear", (4, 5, False)),
    ("Flatten", ()),
    ("Flatten", (0, 1)),
]


def same(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def twins(name, arguments):
    """Our layer and torch's, in float64, with the same weights."""
    ours, theirs = getattr(layers, name)(*arguments), getattr(nn, name)(*arguments)
    theirs.load_state_dict(ours.state_dict())
    return ours.double(), theirs.double()


def assert_twins(ours, theirs, x, weights=None):
    """Same output and same gradients of input and parameters, for one random upstream gradient."""
    results = []
    for layer in ours, theirs:
        leaf = x.clone().requires_grad_()
        y = layer(leaf)
        upstream = torch.linspace(-1, 2, y.numel(), dtype=y.dtype).view_as(y)
        gradients = torch.autograd.grad(y, [leaf, *layer.parameters()], upstream)
        results.append([y.detach(), *gradients])
    for a, b in zip(*results, strict=True):
        same(a, b)


@pytest.mark.parametrize("name, arguments", LAYERS)
@given(batch=st.integers(0, 5), scale=st.floats(0.01, 30), seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_outputs_and_gradients_are_torchs(name, arguments, batch, scale, seed):
    if name in ("Softmax", "LogSoftmax") and arguments == (0,):
        batch += 1  # there is no largest of no scores
    torch.manual_seed(seed)
    x = scale * torch.randn(batch, 3, 4, dtype=torch.float64)
    assert_twins(*twins(name, arguments), x)


@pytest.mark.parametrize("name, arguments", ACTIVATIONS)
def test_zero_and_huge_numbers(name, arguments):
    x = torch.tensor([HARD, HARD[::-1]], dtype=torch.float64)
    assert_twins(*twins(name, arguments), x)


@pytest.mark.parametrize("name, arguments", ACTIVATIONS)
def test_single_precision_is_finite_and_close(name, arguments):
    x = torch.tensor([HARD, HARD[::-1]], dtype=torch.float32, requires_grad=True)
    ours, theirs = getattr(layers, name)(*arguments), getattr(nn, name)(*arguments)
    torch.testing.assert_close(ours(x), theirs(x))
    gradients = [torch.autograd.grad(layer(x).sum(), x)[0] for layer in (ours, theirs)]
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype, atol", [(torch.float16, 2e-3), (torch.bfloat16, 2e-2)])
@pytest.mark.parametrize("name, arguments", ACTIVATIONS)
def test_half_precision_does_not_overflow(name, arguments, dtype, atol):
    x = torch.tensor([[-30, -12, -5, -1, 0, 1, 5, 12, 30]], dtype=dtype, requires_grad=True)
    ours, theirs = getattr(layers, name)(*arguments), getattr(nn, name)(*arguments)
    torch.testing.assert_close(ours(x), theirs(x), rtol=0.01, atol=atol)
    gradients = [torch.autograd.grad(layer(x).sum(), x)[0] for layer in (ours, theirs)]
    torch.testing.assert_close(*gradients, rtol=0.01, atol=atol)


@pytest.mark.parametrize("name, arguments", ACTIVATIONS)
def test_a_nan_is_not_hidden(name, arguments):
    x = torch.full((2, 3), float("nan"))
    assert getattr(layers, name)(*arguments)(x).isnan().all()


@pytest.mark.parametrize("name, arguments", LAYERS)
def test_arguments_and_description_are_torchs(name, arguments):
    ours, theirs = getattr(layers, name), getattr(nn, name)
    assert [*inspect.signature(ours).parameters] == [*inspect.signature(theirs).parameters]
    assert repr(ours(*arguments)) == repr(theirs(*arguments))


@pytest.mark.parametrize("make", [ReLU, lambda **more: LeakyReLU(0.2, **more)])
def test_inplace_overwrites_the_input(make):
    x = torch.randn(5, dtype=torch.float64, requires_grad=True)
    z = 2 * x
    y = make(inplace=True)(z)
    assert y.data_ptr() == z.data_ptr()
    expected = make()(2 * x)
    same(y, expected)
    same(torch.autograd.grad(y.sum(), x), torch.autograd.grad(expected.sum(), x))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", [(1, 1), (7, 3), (64, 64), (784, 128), (100, 50)])
def test_linear_starts_with_torchs_numbers(sizes, bias):
    torch.manual_seed(0)
    ours = Linear(*sizes, bias=bias)
    torch.manual_seed(0)
    theirs = nn.Linear(*sizes, bias=bias)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def test_linear_goes_where_it_is_told():
    layer = Linear(3, 2, device="meta", dtype=torch.float16)
    assert {(p.device.type, p.dtype) for p in layer.parameters()} == {("meta", torch.float16)}
    assert list(layer.state_dict()) == ["weight", "bias"]


def test_linear_takes_one_row():
    ours, theirs = twins("Linear", (4, 5))
    assert_twins(ours, theirs, torch.randn(4, dtype=torch.float64))


def test_linear_says_what_it_takes():
    with pytest.raises(ValueError, match=r"rows of 4 numbers, and the input has shape \(2, 3\)"):
        Linear(4, 5)(torch.ones(2, 3))


def test_flatten_refuses_axes_in_the_wrong_order():
    with pytest.raises(ValueError, match="Axis 2 comes after axis 1"):
        Flatten(2, 1)(torch.ones(2, 3, 4))
    with pytest.raises(IndexError):
        Flatten(1, 3)(torch.ones(2, 3, 4))


def test_flatten_does_not_copy():
    x = torch.zeros(2, 3, 4)
    Flatten()(x)[1, 5] = 7
    assert x[1, 1, 1] == 7


def test_gelu_knows_two_formulas():
    with pytest.raises(ValueError, match='approximate is "exact"'):
        GELU("exact")


def mlp(room):
    return room.Sequential(
        room.Flatten(), room.Linear(12, 8), room.ReLU(), room.Linear(8, 8), room.Tanh(), room.Linear(8, 3)
    )  # fmt: skip


def test_a_chain_exchanges_weights_with_torchs():
    ours, theirs = mlp(layers).double(), mlp(nn).double()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    x = torch.randn(6, 3, 4, dtype=torch.float64)
    theirs.load_state_dict(ours.state_dict())
    assert_twins(ours, theirs, x)
    for parameter in theirs.parameters():
        nn.init.normal_(parameter)
    ours.load_state_dict(theirs.state_dict())
    assert_twins(ours, theirs, x)


def test_a_chain_is_a_list_of_layers():
    relu = ReLU()
    chain = Sequential(Linear(2, 2), relu, Linear(2, 2), relu)
    assert len(chain) == len(list(chain)) == 4 and chain[-1] is relu is chain[1]
    x = torch.randn(5, 2)
    same(chain[:2](x), relu(chain[0](x)))
    same(chain(x), relu(chain[2](chain[:2](x))))
    assert list(chain[2:].state_dict()) == ["2.weight", "2.bias"]
    assert Sequential()(x) is x


def test_a_chain_takes_names():
    chain = Sequential({"hidden": Linear(2, 3), "act": Tanh(), "out": Linear(3, 1)})
    assert list(chain.state_dict()) == ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]
    assert chain(torch.ones(4, 2)).shape == (4, 1)


def test_softmax_is_the_exponential_of_its_logarithm():
    x = 100 * torch.randn(50, 7, dtype=torch.float64)
    p = Softmax(1)(x)
    same(p, LogSoftmax(1)(x).exp())
    same(p.sum(1), torch.ones(50, dtype=torch.float64))


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), GELU(), GELU("tanh"), Softmax(-1)])
def test_second_derivatives(layer):
    x = torch.randn(4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(layer, x)


@pytest.mark.parametrize("module", [layers.dense, layers.activation])
def test_layers_are_short_and_use_none_of_torchs(module):
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            assert node.end_lineno - node.lineno < 40, node.name
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            assert not name.startswith(("torch.nn", "nn.functional")), name
            assert name not in ("torch.relu", "torch.sigmoid", "torch.softmax", "torch.flatten")
