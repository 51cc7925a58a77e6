"""helpers.losses equal torch.nn.functional in float64, values and gradients, and refuse what would broadcast."""

import inspect
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import losses

REGRESSION = ["mse_loss", "l1_loss", "huber_loss"]
PAIRED = [*REGRESSION, "binary_cross_entropy", "binary_cross_entropy_with_logits"]

seeds = st.integers(0, 10**6)
reductions = st.sampled_from(["mean", "sum", "none"])
shapes = st.lists(st.integers(1, 4), max_size=3).map(tuple)
places = st.sampled_from([(), (5,), (1,), (3, 2), (2, 3, 4)])
scales = st.sampled_from([0.1, 1.0, 10.0, 300.0])  # at 300 a naive exponential of float64 overflows


def same(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def assert_same_loss(name, *inputs, **more):
    """Same value and same gradients; inputs that are floating are differentiated."""
    results = []
    for room in losses, F:
        leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
        loss = getattr(room, name)(*leaves, **more)
        upstream = torch.linspace(1, 2, loss.numel(), dtype=loss.dtype).view_as(loss)
        differentiated = [x for x in leaves if x.requires_grad]
        results.append([loss.detach(), *torch.autograd.grad(loss, differentiated, upstream)])
    for ours, theirs in zip(*results, strict=True):
        same(ours, theirs)


def normal(*shape, scale=1.0):
    return scale * torch.randn(shape, dtype=torch.float64)


@pytest.mark.parametrize("name", REGRESSION)
@given(shape=shapes, reduction=reductions, seed=seeds)
@settings(max_examples=40, deadline=None)
def test_regression_losses(name, shape, reduction, seed):
    torch.manual_seed(seed)
    assert_same_loss(name, normal(*shape, scale=3), normal(*shape), reduction=reduction)


@given(delta=st.floats(0.1, 5), seed=seeds)
@settings(max_examples=20, deadline=None)
def test_huber_bends_at_delta(delta, seed):
    torch.manual_seed(seed)
    x, y = normal(20, scale=3), torch.zeros(20, dtype=torch.float64)
    x[:3] = torch.tensor([delta, -delta, 0.0])
    assert_same_loss("huber_loss", x, y, delta=delta, reduction="none")


@pytest.mark.parametrize("name", REGRESSION)
def test_where_there_is_no_error_the_gradient_is_zero(name):
    x = torch.tensor([1.0, -2.0], dtype=torch.float64)
    assert_same_loss(name, x, x, reduction="none")


@given(shape=shapes, reduction=reductions, hard=st.booleans(), weighted=st.booleans(), seed=seeds)
@settings(max_examples=60, deadline=None)
def test_binary_cross_entropy(shape, reduction, hard, weighted, seed):
    torch.manual_seed(seed)
    p, y = torch.sigmoid(normal(*shape, scale=4)), torch.rand(shape, dtype=torch.float64)
    weight = torch.rand(shape, dtype=torch.float64) if weighted else None
    y = y.round() if hard else y
    assert_same_loss("binary_cross_entropy", p, y, weight=weight, reduction=reduction)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_certainty_costs_at_most_100_and_has_no_nan(dtype):
    p = torch.tensor([0.0, 1.0, 0.0, 1.0, 1e-44, 1e-30], dtype=dtype, requires_grad=True)
    y = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 1.0], dtype=dtype)
    loss = losses.binary_cross_entropy(p, y, reduction="none")
    torch.testing.assert_close(loss, F.binary_cross_entropy(p, y, reduction="none"))
    assert loss.tolist()[:5] == [0, 0, 100, 100, 100]
    (gradient,) = torch.autograd.grad(loss.sum(), p)
    assert gradient.isfinite().all() and gradient.tolist()[2:5] == [0, 0, 0]
    assert gradient[0] == 1 and gradient[1] == -1 and gradient[5] < -1e29


def test_a_probability_beyond_1_is_refused():
    for wrong in 1.5, -0.1, math.nan:
        with pytest.raises(ValueError, match="between 0 and 1.*binary_cross_entropy_with_logits"):
            losses.binary_cross_entropy(torch.tensor([wrong]), torch.tensor([1.0]))


@given(shape=shapes, scale=scales, reduction=reductions, kind=st.integers(0, 3), seed=seeds)
@settings(max_examples=80, deadline=None)
def test_binary_cross_entropy_with_logits(shape, scale, reduction, kind, seed):
    torch.manual_seed(seed)
    x, y = normal(*shape, scale=scale), torch.rand(shape, dtype=torch.float64)
    more = {}
    if kind & 1:
        more["weight"] = torch.rand(shape, dtype=torch.float64)
    if kind & 2:
        more["pos_weight"] = torch.rand(shape[-1:], dtype=torch.float64) * 5
    assert_same_loss("binary_cross_entropy_with_logits", x, y, reduction=reduction, **more)


def test_logits_of_zero_and_huge_ones():
    x = torch.tensor([0.0, -0.0, 1e4, -1e4, 40.0, -40.0], dtype=torch.float64)
    for label in 0.0, 1.0, 0.3:
        y = torch.full_like(x, label)
        assert_same_loss("binary_cross_entropy_with_logits", x, y, reduction="none")


def labels_and_scores(places, classes, scale):
    """Scores (B, C, n_1, ...), for one example (C,); labels (B, n_1, ...)."""
    shape = (places[0], classes, *places[1:]) if places else (classes,)
    return normal(*shape, scale=scale), torch.randint(classes, places)


@given(
    places=places, classes=st.integers(1, 6), scale=scales, reduction=reductions,
    smoothing=st.sampled_from([0.0, 0.1, 1.0]), weighted=st.booleans(), seed=seeds,
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_cross_entropy_of_labels(places, classes, scale, reduction, smoothing, weighted, seed):
    torch.manual_seed(seed)
    scores, labels = labels_and_scores(places, classes, scale)
    weight = torch.rand(classes, dtype=torch.float64) + 0.1 if weighted else None
    more = {"weight": weight, "reduction": reduction, "label_smoothing": smoothing}
    assert_same_loss("cross_entropy", scores, labels, **more)


@given(
    places=places, classes=st.integers(2, 6), reduction=reductions,
    smoothing=st.sampled_from([0.0, 0.1]), weighted=st.booleans(), seed=seeds,
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_cross_entropy_of_probabilities(places, classes, reduction, smoothing, weighted, seed):
    torch.manual_seed(seed)
    scores, _ = labels_and_scores(places, classes, scale=3)
    q = torch.softmax(torch.randn_like(scores), 1 if places else 0)
    weight = torch.rand(classes, dtype=torch.float64) + 0.1 if weighted else None
    more = {"weight": weight, "reduction": reduction, "label_smoothing": smoothing}
    results = []
    for room in losses, F:
        x = scores.clone().requires_grad_()
        loss = room.cross_entropy(x, q, **more)
        results.append([loss.detach(), *torch.autograd.grad(loss.sum(), x)])
    same(*results)


@given(
    places=places, reduction=reductions, normalized=st.booleans(), weighted=st.booleans(), seed=seeds
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_nll_loss(places, reduction, normalized, weighted, seed):
    """Raw scores too: then it falls below 0, and is no likelihood any more."""
    torch.manual_seed(seed)
    scores, labels = labels_and_scores(places, 4, scale=3)
    log_p = torch.log_softmax(scores, 1 if places else 0) if normalized else scores
    weight = torch.rand(4, dtype=torch.float64) + 0.1 if weighted else None
    assert_same_loss("nll_loss", log_p, labels, weight=weight, reduction=reduction)


@pytest.mark.parametrize("ignore_index", [-100, 2])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weight", [None, torch.tensor([1.0, 2, 3], dtype=torch.float64)])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_what_is_ignored_counts_nothing(ignore_index, reduction, weight, smoothing):
    torch.manual_seed(0)
    scores, labels = labels_and_scores((6, 4), 3, scale=2)
    labels[torch.rand(6, 4) < 0.4] = ignore_index
    scores[0, 0, 0], labels[0, 0] = -math.inf, ignore_index  # not even an impossible class
    more = {"weight": weight, "ignore_index": ignore_index, "reduction": reduction}
    results = []
    for room in losses, F:
        x = scores.clone().requires_grad_()
        loss = room.cross_entropy(x, labels, label_smoothing=smoothing, **more)
        results.append([loss.detach(), *torch.autograd.grad(loss.sum(), x)])
    same(*results)
    if not smoothing:
        assert results[0][0].isfinite().all()
        log_p = torch.log_softmax(scores, 1)
        same(losses.nll_loss(log_p, labels, **more), F.nll_loss(log_p, labels, **more))


def test_huge_scores_in_single_precision():
    x = torch.tensor([[200.0, 0, -200], [1000, 0, -1000]], requires_grad=True)
    loss = losses.cross_entropy(x, torch.tensor([2, 2]), reduction="sum")
    assert loss == 400 + 2000
    assert torch.autograd.grad(loss, x)[0].tolist() == [[1, 0, -1], [1, 0, -1]]


def test_a_uniform_prediction_costs_the_logarithm_of_the_classes():
    for classes in 2, 10, 1000:
        loss = losses.cross_entropy(torch.zeros(4, classes), torch.arange(4) % classes)
        assert loss.item() == pytest.approx(math.log(classes), rel=1e-6)


@pytest.mark.parametrize("name", PAIRED)
@pytest.mark.parametrize("shapes", [((5, 1), (5,)), ((5,), (5, 1)), ((5,), ()), ((2, 3), (3, 2))])
def test_shapes_that_would_broadcast_are_refused(name, shapes):
    input, target = (torch.full(shape, 0.5) for shape in shapes)
    with pytest.raises(ValueError) as error:
        getattr(losses, name)(input, target)
    assert all(str(shape) in str(error.value) for shape in shapes)
    assert str(error.value).startswith(name) and str(error.value).count(". ") == 0


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits"])
def test_weights_do_not_stretch_the_loss(name):
    loss, x = getattr(losses, name), torch.full((5, 1), 0.5)
    with pytest.raises(RuntimeError, match="expanded size"):
        loss(x, x, weight=torch.ones(5))
    assert loss(x, x, weight=torch.ones(1), reduction="none").shape == (5, 1)
    if name.endswith("logits"):
        with pytest.raises(RuntimeError, match="expanded size"):
            loss(x, x, pos_weight=torch.ones(5))


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
@pytest.mark.parametrize("scores, labels", [((5, 3), (5, 1)), ((5, 3), (3,)), ((5, 3), (5, 3)), ((3,), (1,)), ((5, 3, 2), (5,))])  # fmt: skip
def test_labels_of_another_shape_are_refused(name, scores, labels):
    sentence = rf"and these labels have shape \({', *'.join(map(str, labels))},?\)"
    with pytest.raises(ValueError, match=sentence):
        getattr(losses, name)(torch.zeros(scores), torch.zeros(labels, dtype=torch.int64))


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_labels_that_are_no_class_are_refused(name):
    loss, scores = getattr(losses, name), torch.zeros(3, 10)
    for wrong in 10, -1:
        with pytest.raises(IndexError, match=f"from 0 to 9 for 10 classes, and here is {wrong}"):
            loss(scores, torch.tensor([0, wrong, 9]))
    with pytest.raises(TypeError, match="whole numbers, torch.int64, and these are torch.float32"):
        loss(scores, torch.tensor([0.0, 1.0, 2.0]))


@pytest.mark.parametrize("name", losses.__all__)
def test_an_unknown_reduction_is_refused(name):
    target = torch.ones(2) if name in PAIRED else torch.tensor(1)
    with pytest.raises(ValueError, match='reduction is "average"'):
        getattr(losses, name)(torch.ones(2), target, reduction="average")


@pytest.mark.parametrize("name", losses.__all__)
def test_arguments_are_torchs(name):
    ours = inspect.signature(getattr(losses, name)).parameters
    theirs = inspect.signature(getattr(F, name)).parameters
    assert [n for n in theirs if n in ours] == [*ours]
    assert all(ours[n].default == theirs[n].default for n in ours)
    source = inspect.getsource(getattr(losses, name))
    assert source.count("\n") < 40
