"""helpers.training: fit is the plain loop, and what stands around the loop does what it says."""

import math
import random
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from helpers import runtime, training
from helpers.data import Batches
from helpers.metrics import accuracy
from helpers.training import Averages, History, evaluate, fit, supervised

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch):
    monkeypatch.setattr(runtime, "device", lambda: CPU)


def data(n=100):
    """A learnable problem of three classes, (n, 4), whose last batch of 16 is ragged."""
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(n, 4, generator=generator)
    return X, X[:, :3].argmax(1)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))  # fmt: skip


def quiet(model, train, optimizer=None, loss=F.cross_entropy, metrics=None, **options):
    optimizer = optimizer or torch.optim.SGD(model.parameters(), 0.1)
    compute = supervised(loss, **(metrics or {}))
    return fit(model, train, compute, optimizer, progress=False, **options)


def same_weights(a, b):
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


def test_fit_is_the_plain_loop_bit_for_bit():
    X, y = data()
    ours, plain = network(), network()
    torch.manual_seed(5)
    quiet(ours, Batches(X, y, batch_size=16, shuffle=True), epochs=3)
    torch.manual_seed(5)
    optimizer = torch.optim.SGD(plain.parameters(), 0.1)
    for _ in range(3):
        for rows in torch.randperm(len(X)).split(16):
            optimizer.zero_grad()
            F.cross_entropy(plain(X[rows]), y[rows]).backward()
            optimizer.step()
    assert same_weights(ours, plain)


def test_fit_learns_and_its_history_has_a_number_an_epoch_and_a_step():
    X, y = data(400)
    model, optimizer = network(), None
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=20 * 25)
    history = quiet(
        model, Batches(X, y, batch_size=16, shuffle=True), optimizer, epochs=20,
        valid=Batches(X, y), metrics={"accuracy": accuracy}, scheduler=scheduler,
    )  # fmt: skip
    assert set(history.epochs) == {"loss", "accuracy", "valid_loss", "valid_accuracy"}
    assert all(len(values) == 20 for values in history.epochs.values())
    assert all(len(values) == 20 * 25 for values in history.steps.values())
    assert history.epochs["valid_accuracy"][-1] > 0.95 > history.epochs["valid_accuracy"][0]
    rates = history.steps["learning_rate"]
    assert rates[0] == 1e-2 and rates[250] == pytest.approx(
        5e-3
    )  # half the way after half the steps
    assert rates[-1] == pytest.approx(1e-2 / 500)


@pytest.mark.parametrize("batch_size", [7, 16, 100, 1000])
def test_averages_count_each_example_once(batch_size):
    X, y = data()
    model = network()
    batches = DataLoader(TensorDataset(X, y), batch_size)
    got = evaluate(model, batches, supervised(F.cross_entropy, accuracy=accuracy))
    with torch.no_grad():
        model.eval()
        whole = model(X)
    assert got["loss"] == pytest.approx(F.cross_entropy(whole, y).item(), abs=1e-6)
    assert got["accuracy"] == pytest.approx((whole.argmax(1) == y).float().mean().item(), abs=1e-6)


def test_the_training_averages_count_each_example_once_too():
    X, y = data()
    frozen = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(frozen.parameters(), 0.0)  # the weights rest, so the mean is known
    history = quiet(frozen, Batches(X, y, batch_size=16), optimizer, metrics={"a": accuracy})
    whole = frozen(X).detach()
    assert history.epochs["loss"] == pytest.approx([F.cross_entropy(whole, y).item()], abs=1e-6)
    assert history.epochs["a"] == pytest.approx([accuracy(whole, y).item()], abs=1e-6)


def test_evaluation_draws_no_dropout_needs_no_gradient_and_restores_each_modules_mode():
    X, y = data()
    model = network()
    model[1].eval()  # a frozen batch norm stays frozen
    modes = [module.training for module in model.modules()]
    seen = []
    model.register_forward_hook(lambda m, x, out: seen.append((m.training, out.requires_grad)))
    first, second = (evaluate(model, [(X, y)], supervised(F.cross_entropy)) for _ in range(2))
    assert first == second and seen == [(False, False)] * 2
    assert [module.training for module in model.modules()] == modes


def test_fit_trains_in_training_mode_and_restores_the_mode():
    X, y = data()
    model = network().eval()
    seen = []
    model.register_forward_hook(lambda m, x, out: seen.append(m.training))
    quiet(model, [(X, y)], epochs=2, valid=[(X, y)])
    assert seen == [True, False, True, False]
    assert not any(module.training for module in model.modules())


def test_a_failure_restores_the_mode_too():
    model = network().eval()
    with pytest.raises(ZeroDivisionError):
        quiet(model, ((1 / 0, None) for _ in range(1)))
    assert not model.training


def test_clipping_bounds_the_norm_of_all_gradients_together():
    X, y = data()
    model = nn.Linear(4, 3)
    before = [p.detach().clone() for p in model.parameters()]
    quiet(model, [(1000 * X, y)], torch.optim.SGD(model.parameters(), 1.0), clip=0.5)
    moved = [p.detach() - old for p, old in zip(model.parameters(), before, strict=True)]
    length = torch.cat([m.flatten() for m in moved]).norm().item()
    assert length == pytest.approx(0.5, abs=1e-4)


def test_early_stopping_keeps_the_best_epochs_weights():
    X, y = data()
    model = network()
    kept = []
    history = quiet(
        model, Batches(X, y, batch_size=16), torch.optim.SGD(model.parameters(), 1.0), epochs=200, patience=3,
        valid=[(X, torch.randint(3, (100,), generator=torch.Generator().manual_seed(0)))],  # cannot be learned
        after_epoch=lambda history: kept.append([v.clone() for v in model.state_dict().values()]),
    )  # fmt: skip
    losses = history.epochs["valid_loss"]
    best = losses.index(min(losses))
    assert len(losses) == best + 1 + 3 < 200
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), kept[best], strict=True))  # fmt: skip
    assert not torch.equal(kept[best][0], kept[-1][0])


def test_the_best_weights_outlive_a_break(tmp_path):
    X, y = data()
    unlearnable = torch.randint(3, (100,), generator=torch.Generator().manual_seed(0))
    options = dict(valid=[(X, unlearnable)], patience=3, epochs=200, checkpoint=tmp_path / "run.pt")
    whole, again = network(), network()
    first = quiet(whole, Batches(X, y, batch_size=16), **options)
    second = quiet(again, Batches(X, y, batch_size=16), **options, resume=True)
    assert first == second and same_weights(whole, again)
    assert min(first.epochs["valid_loss"]) < first.epochs["valid_loss"][-1]


class Crash(Exception):
    pass


def crash_after(epochs):
    def after_epoch(history):
        if len(history.epochs["loss"]) > epochs:  # so that this epoch's checkpoint is never written
            raise Crash

    return after_epoch


class Jitter(nn.Module):
    """Noise from Python's and NumPy's random numbers, as an augmentation would draw it."""

    def forward(self, x):
        return x + 0.01 * random.random() + 0.01 * np.random.rand() if self.training else x


TRAIN = {
    "batches": lambda X, y, g: Batches(X, y, batch_size=16, shuffle=True),
    "batches with a generator": lambda X, y, g: Batches(X, y, batch_size=16, shuffle=True, generator=g),
    "loader": lambda X, y, g: DataLoader(TensorDataset(X, y), 16, shuffle=True),
    "loader with a generator": lambda X, y, g: DataLoader(TensorDataset(X, y), 16, shuffle=True, generator=g),
    "loader with a sampler": lambda X, y, g: DataLoader(TensorDataset(X, y), 16, sampler=RandomSampler(X, generator=g)),
}  # fmt: skip
SCHEDULE = {
    "none": lambda optimizer: None,
    "one cycle": lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, 42),
    "milestones": lambda optimizer: torch.optim.lr_scheduler.MultiStepLR(optimizer, [10, 30]),
    "warm-up, then cosine": lambda optimizer: torch.optim.lr_scheduler.SequentialLR(
        optimizer,
        [torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5), torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 37)],
        [5],
    ),
}  # fmt: skip
OPTIMIZER = {
    "sgd": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.AdamW(p, 1e-2, amsgrad=True),
}


@pytest.mark.parametrize("kind", TRAIN)
@pytest.mark.parametrize("schedule, optimizer, patience", [("none", "sgd", None), ("one cycle", "adam", 2), ("milestones", "sgd", 3), ("warm-up, then cosine", "adam", None)])  # fmt: skip
def test_a_resumed_run_equals_the_uninterrupted_one_bit_for_bit(
    tmp_path, kind, schedule, optimizer, patience
):
    X, y = data()

    def start(seed):
        runtime.seed_everything(seed)
        model = nn.Sequential(Jitter(), *network())
        runtime.seed_everything(seed)
        optimizer_ = OPTIMIZER[optimizer](model.parameters())
        train = TRAIN[kind](X, y, torch.Generator().manual_seed(seed))
        options = dict(optimizer=optimizer_, scheduler=SCHEDULE[schedule](optimizer_), epochs=6)
        return model, train, options | dict(valid=[(X, y)], patience=patience, clip=1.0)

    model, train, options = start(0)
    history = quiet(model, train, **options)

    other, train, options = start(0)
    path = tmp_path / "run.pt"
    with pytest.raises(Crash):
        quiet(other, train, **options, checkpoint=path, after_epoch=crash_after(3))
    other, train, options = start(99)  # nothing but the file connects this run with the first
    resumed = quiet(other, train, **options, checkpoint=path, resume=True)
    assert resumed == history
    assert same_weights(model, other)


def test_a_run_that_is_complete_is_not_trained_again_and_can_be_prolonged(tmp_path):
    X, y = data()
    path = tmp_path / "run.pt"
    model = network()
    quiet(model, [(X, y)], epochs=2, checkpoint=path)
    weights = [p.clone() for p in model.parameters()]
    again = network()
    history = quiet(again, [(X, y)], epochs=2, checkpoint=path, resume=True)
    assert len(history.steps["loss"]) == 2
    assert all(torch.equal(a, b) for a, b in zip(weights, again.parameters(), strict=True))
    assert len(quiet(again, [(X, y)], epochs=5, checkpoint=path, resume=True).steps["loss"]) == 5


def test_a_crash_while_writing_leaves_the_older_checkpoint(tmp_path, monkeypatch):
    X, y = data()
    path = tmp_path / "run.pt"
    quiet(network(), [(X, y)], checkpoint=path)
    whole = path.read_bytes()

    def half(state, file):
        with open(file, "wb") as f:
            f.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(OSError, match="disk full"):
        quiet(network(), [(X, y)], checkpoint=path, resume=True, epochs=2)
    assert path.read_bytes() == whole


def test_a_checkpoint_of_another_training_is_refused(tmp_path):
    X, y = data()
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scheduler = torch.optim.lr_scheduler.ConstantLR(optimizer)
    quiet(model, [(X, y)], optimizer, scheduler=scheduler, checkpoint=tmp_path / "run.pt")
    with pytest.raises(ValueError, match="holds model, optimizer, scheduler, and this training"):
        quiet(model, [(X, y)], checkpoint=tmp_path / "run.pt", resume=True)


def test_without_a_checkpoint_resume_starts_at_the_beginning(tmp_path):
    X, y = data()
    history = quiet(network(), [(X, y)], checkpoint=tmp_path / "new.pt", resume=True)
    assert len(history.epochs["loss"]) == 1


def test_a_loss_that_is_not_finite_names_the_step_and_leaves_the_weights():
    X, y = data()
    model = network()
    weights = []

    def breaks(prediction, target):
        weights[:] = [p.detach().clone() for p in model.parameters()]
        loss = F.cross_entropy(prediction, target)
        return loss / 0 if len(weights_seen) == 2 else weights_seen.append(0) or loss

    weights_seen = []
    with pytest.raises(FloatingPointError, match="is inf at step 2: try a smaller learning rate"):
        quiet(model, [(X, y)], loss=breaks, epochs=5)
    assert all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))


def test_a_learning_rate_that_is_far_too_large_ends_with_that_sentence():
    X, y = data()
    model = nn.Linear(4, 1)
    with pytest.raises(FloatingPointError, match=r"(inf|nan) at step \d+: try a smaller"):
        optimizer = torch.optim.SGD(model.parameters(), 1e6)
        quiet(model, [(X, y[:, None].float())], optimizer, F.mse_loss, epochs=100)


@pytest.mark.parametrize("own_loss", [F.mse_loss, lambda p, t: (p - t).abs().mean()])
def test_shapes_that_would_broadcast_are_refused(own_loss):
    X, y = data()
    sentence = r"prediction has shape \(100, 1\) and the target \(100,\).*target.unsqueeze\(-1\)"
    with pytest.raises(ValueError, match=sentence):
        quiet(nn.Linear(4, 1), [(X, y.float())], loss=own_loss)
    with pytest.raises(ValueError, match=sentence):
        evaluate(nn.Linear(4, 1), [(X, y.float())], supervised(own_loss))


def test_shapes_that_differ_for_a_reason_pass():
    X, y = data()
    quiet(nn.Linear(4, 3), [(X, y)])  # scores (B, C) against classes (B,)
    quiet(nn.Linear(4, 3), [(X, F.one_hot(y, 3).float())])  # against probabilities (B, C)
    mean_and_log_variance = lambda p, t: F.gaussian_nll_loss(p[:, :1], t, p[:, 1:].exp())  # noqa: E731
    quiet(nn.Linear(4, 2), [(X, y[:, None].float())], loss=mean_and_log_variance)
    quiet(nn.Linear(4, 1), [(X[:1], y[:1].float()[:, None])], loss=F.mse_loss)


@pytest.mark.parametrize("empty", [[], DataLoader(TensorDataset(torch.ones(3, 4), torch.ones(3)), 4, drop_last=True)])  # fmt: skip
def test_an_empty_loader_is_named(empty):
    with pytest.raises(ValueError, match="No batch came out of the data: the loader is empty"):
        quiet(network(), empty)
    with pytest.raises(ValueError, match="No batch came out of the data: the loader is empty"):
        evaluate(network(), empty, supervised(F.cross_entropy))


def test_a_generator_that_has_run_out_is_named():
    X, y = data()
    with pytest.raises(ValueError, match="a generator that has run out"):
        quiet(network(), ((X, y) for _ in range(2)), epochs=2)


@pytest.mark.parametrize(
    "options, sentence",
    [({"patience": 3}, "give fit\\(\\) valid"), ({"resume": True}, "give fit\\(\\) checkpoint")],
)
def test_an_argument_that_lacks_another_is_named(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        quiet(network(), [data()], **options)


def test_a_loss_for_each_example_is_named():
    with pytest.raises(ValueError, match=r"shape \(100,\): take its mean"):
        quiet(network(), [data()], loss=nn.CrossEntropyLoss(reduction="none"))


def test_bfloat16_is_for_a_cuda_gpu_alone():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that there is no GPU here
        on_a_gpu = training._precision(torch.device("cuda"), True)
    assert isinstance(on_a_gpu, torch.autocast)
    assert (on_a_gpu.device, on_a_gpu.fast_dtype) == ("cuda", torch.bfloat16)
    for name, mixed in ("cuda", False), ("cpu", True), ("mps", True):
        assert not isinstance(training._precision(torch.device(name), mixed), torch.autocast)


def test_the_bar_counts_all_steps_and_shows_the_last_numbers(capsys):
    X, y = data()
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    fit(model, Batches(X, y, batch_size=16), supervised(F.cross_entropy), optimizer, epochs=2)
    shown = capsys.readouterr()
    assert "14/14" in shown.out and "loss=" in shown.out and shown.err == ""


def test_a_loader_without_a_length_is_counted_as_it_goes(capsys):
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            return iter(zip(*data(), strict=True))

    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    history = fit(model, DataLoader(Stream(), 16), supervised(F.cross_entropy), optimizer)
    assert len(history.steps["loss"]) == 7 and "7step" in capsys.readouterr().out


def test_the_history_is_plain_and_equal_when_its_numbers_are():
    assert History({"loss": [1.0]}, {}) == History({"loss": [1.0]}, {}) != History()


# What a model is to do with a batch.


def test_compute_may_be_anything_that_gives_a_loss_and_numbers():
    """An autoencoder: the batch is a tensor, the target is the input, and two numbers are reported."""
    X, _ = data()
    model = nn.Linear(4, 4)

    def compute(model, batch):
        out = model(batch)
        return F.mse_loss(out, batch), {
            "size": out.detach().abs().mean(),
            "training": float(model.training),
        }

    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    history = fit(
        model, list(X.split(16)), compute, optimizer, epochs=20, valid=[X], progress=False
    )
    assert history.epochs["loss"][-1] < 0.5 * history.epochs["loss"][0]
    assert (
        history.epochs["training"] == [1.0] * 20 and history.epochs["valid_training"] == [0.0] * 20
    )
    assert set(history.epochs) == {"loss", "size", "training"} | {
        f"valid_{name}" for name in ("loss", "size", "training")
    }


@pytest.mark.parametrize(
    "compute", [F.cross_entropy, nn.CrossEntropyLoss(), lambda m, b: m(b[0]).mean()]
)
def test_a_plain_loss_in_the_place_of_compute_is_named(compute):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(TypeError, match="supervised\\(loss\\)|returns two things"):
        fit(model, [data()], compute, optimizer, progress=False)
    with pytest.raises(TypeError, match="supervised\\(loss\\)|returns two things"):
        evaluate(model, [data()], compute)


def test_a_batch_may_be_a_dictionary():
    X, y = data()
    model = network()

    def compute(model, batch):
        return F.cross_entropy(model(batch["picture"]), batch["class"]), {}

    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    batches = [
        {"name": "first", "picture": X[:60], "class": y[:60]},
        {"picture": X[60:], "class": y[60:]},
    ]
    history = fit(model, batches, compute, optimizer, progress=False)
    assert len(history.steps["loss"]) == 2


def test_metrics_get_no_graph():
    seen = []

    def metric(prediction, target):
        seen.append(prediction.requires_grad)
        return accuracy(prediction, target)

    quiet(network(), [data()], metrics={"accuracy": metric})
    assert seen == [False]


def test_averages_weigh_by_examples_and_take_names_as_they_come():
    averages = Averages()
    averages.add(3, loss=1.0)
    averages.add(1, loss=torch.tensor(5.0), error=2)
    assert averages.result() == {"loss": 2.0, "error": 2.0}
    with pytest.raises(ValueError, match="No batch came out of the data"):
        Averages().result()


# What small changes of the loop must not go unnoticed.


def test_a_validation_loss_that_is_nan_counts_as_no_progress():
    X, y = data()
    model = network()
    values = iter([1.0, math.nan, math.nan, math.nan])

    def compute(model, batch):
        loss = F.cross_entropy(model(batch[0]), batch[1])
        return (loss if model.training else torch.tensor(next(values))), {}

    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    history = fit(
        model, [(X, y)], compute, optimizer, epochs=9, valid=[(X, y)], patience=2, progress=False
    )
    assert len(history.epochs["valid_loss"]) == 3


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_one_example_of_shape_1_1_against_1_passes():
    """(1, 1) against (1,) broadcasts to one number, and that is the right one."""
    X, y = data()
    quiet(nn.Linear(4, 1), [(X[:1], y[:1].float())], loss=F.mse_loss)


def test_scores_with_places_pass_against_classes_with_places():
    """(B, C, n) against (B, n), as in segmentation."""
    X = torch.randn(8, 4, 5)
    y = torch.randint(3, (8, 5))
    history = quiet(nn.Conv1d(4, 3, 1), [(X, y)], metrics={"accuracy": accuracy})
    assert 0 <= history.epochs["accuracy"][0] <= 1


def test_a_resumed_bar_begins_where_the_run_was_broken(tmp_path, capsys):
    X, y = data()
    path = tmp_path / "run.pt"
    batches = Batches(X, y, batch_size=16)
    quiet(network(), batches, checkpoint=path)
    capsys.readouterr()
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    compute = supervised(F.cross_entropy)
    fit(model, batches, compute, optimizer, epochs=2, checkpoint=path, resume=True)
    assert "7/14" in capsys.readouterr().out
