"""tests/devices.py refuses what a GPU refuses and passes what it passes; fit, the batches and the checks keep to the device."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from helpers import runtime, sanity
from helpers.data import Batches
from helpers.metrics import accuracy
from helpers.runtime import device
from helpers.training import evaluate, fit, supervised
from tests.devices import OTHER, OtherDeviceError, another_device, is_there

X = torch.randn(100, 4, generator=torch.Generator().manual_seed(0))
Y = X[:, :3].argmax(1)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 3))  # fmt: skip


def test_the_device_is_another_one_also_where_it_was_imported_by_name():
    before = device()
    with another_device() as there:
        assert device() == runtime.device() == there == OTHER
    assert device() == before != OTHER


MADE_THERE = {
    "moved": lambda there: X.to(there),
    "moved by name": lambda there: X.to(device=there),
    "moved to where another one is": lambda there: X.to(torch.ones(1, device=there)),
    "made of numbers": lambda there: torch.tensor([1.0, 2.0], device=there),
    "zeros": lambda there: torch.zeros(2, device=there),
    "random": lambda there: torch.randn(2, device=there),
    "like another": lambda there: torch.zeros_like(X.to(there)),
    "on the device of another": lambda there: torch.arange(3, device=X.to(there).device),
    "a view": lambda there: X.to(there)[1:].T,
    "a result": lambda there: X.to(there).double().exp().sum(1),
    "times a number": lambda there: X.to(there) * torch.tensor(2.0),
    "rows by indices of the CPU": lambda there: X.to(there)[torch.tensor([1, 2])],
    "copied into": lambda there: torch.zeros(100, 4, device=there).copy_(X),
    "a layer's weight": lambda there: nn.Linear(4, 2).to(there).weight,
}


@pytest.mark.parametrize("make", MADE_THERE.values(), ids=MADE_THERE)
def test_made_there(make):
    with another_device() as there:
        x = make(there)
        assert is_there(x) and x.device == there


MADE_HERE = {
    "without a device": lambda there: torch.zeros(2),
    "moved back": lambda there: X.to(there).cpu(),
    "moved back by to": lambda there: X.to(there).to("cpu"),
    "moved back by name": lambda there: X.to(there).to(device=torch.device("cpu")),
    "moved to where another one is": lambda there: X.to(there).to(X),
    "copied into": lambda there: torch.zeros(100, 4).copy_(X.to(there)),
    "never moved": lambda there: X + 1,
}


@pytest.mark.parametrize("make", MADE_HERE.values(), ids=MADE_HERE)
def test_made_here(make):
    with another_device() as there:
        x = make(there)
        assert not is_there(x) and x.device.type == "cpu"
        assert isinstance(x.numpy(), np.ndarray)


REFUSED = {
    "model there, data here": lambda there: network().to(there)(X),
    "model here, data there": lambda there: network()(X.to(there)),
    "targets here": lambda there: F.cross_entropy(network().to(there)(X.to(there)), Y),
    "a sum": lambda there: X.to(there) + torch.ones(4),
    "indices there": lambda there: X[torch.arange(3, device=there)],
    "a mask made here": lambda there: torch.where(torch.ones(100, 4) > 0, X.to(there), X.to(there)),
    "to NumPy": lambda there: X.to(there).numpy(),
    "to NumPy by its own function": lambda there: np.asarray(X.to(there)),
    "a generator here": lambda there: torch.randn(3, generator=torch.Generator(), device=there),
}


@pytest.mark.parametrize("mix", REFUSED.values(), ids=REFUSED)
def test_refused(mix):
    with another_device() as there, pytest.raises(OtherDeviceError):
        mix(there)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW", "RMSprop"])
@pytest.mark.parametrize(
    "batches", [lambda: Batches(X, Y, batch_size=16, shuffle=True), lambda: DataLoader(TensorDataset(X, Y), 16, shuffle=True)],
    ids=["batches", "loader"],
)  # fmt: skip
def test_fit_and_evaluate_keep_to_the_device(tmp_path, batches, optimizer):
    compute = supervised(F.cross_entropy, accuracy=accuracy)
    with another_device():
        model = network()
        optimizer = getattr(torch.optim, optimizer)(model.parameters(), 1e-2)
        for epochs in (1, 2):
            history = fit(
                model, batches(), compute, optimizer, epochs=epochs, valid=batches(), clip=1.0, patience=9,
                checkpoint=tmp_path / "run.pt", resume=True, progress=False,
            )  # fmt: skip
        assert len(history.epochs["valid_accuracy"]) == 2
        assert all(is_there(value) for value in model.state_dict().values())
        assert all(is_there(p.grad) for p in model.parameters())
        assert evaluate(model, batches(), compute)["accuracy"] > 0.3


def test_the_sanity_checks_keep_to_the_device():
    with another_device() as there:
        model = network().to(there)
        optimizer = torch.optim.AdamW(model.parameters(), 3e-2)

        def train_step(x, y):
            model.train()
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()

        def predict(x):
            model.eval()
            return model(x)

        train = Batches(X[:64], Y[:64], batch_size=32, shuffle=True)
        table = sanity.check_all(
            model=model, loss=F.cross_entropy, train=train, test=Batches(X[64:], Y[64:]),
            train_step=train_step, predict=predict, optimizer=optimizer,
        )  # fmt: skip
        assert set(table.values()) == {"passed"}, table
