"""helpers.sanity: a right program passes every check, and each silent bug is caught by the check that is meant for it."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers import sanity
from helpers.data import Batches, digits, sine


class Program:
    """A small training program on the digits, in parts that a bug can replace."""

    lr = 0.1
    loss = staticmethod(F.cross_entropy)

    def __init__(self):
        torch.manual_seed(0)
        self.model = self.make_model()
        self.optimizer = self.make_optimizer()
        X, y, X_test, y_test = self.data()
        generator = torch.Generator().manual_seed(0)
        self.train = Batches(X, y, shuffle=self.shuffle, generator=generator, device="cpu")
        self.test = Batches(X_test, y_test, device="cpu")

    shuffle = True

    def make_model(self):
        return nn.Sequential(
            nn.Flatten(), nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10)
        )  # fmt: skip

    def make_optimizer(self):
        return torch.optim.SGD(self.model.parameters(), self.lr, momentum=0.9)

    def data(self):
        return digits()

    def train_step(self, x, y):
        self.model.train()
        self.optimizer.zero_grad()
        self.loss(self.model(x), y).backward()
        self.optimizer.step()

    @torch.no_grad()
    def predict(self, x):
        self.model.eval()
        return self.model(x)

    def parts(self):
        names = ("model", "loss", "train", "test", "train_step", "predict", "optimizer")
        return {name: getattr(self, name) for name in names}


class Right(Program):
    pass


class RightWithAdam(Program):
    def make_optimizer(self):
        return torch.optim.AdamW(self.model.parameters(), 3e-3)


class RightForRegression(Program):
    """No classes, no batch norm; a sine."""

    loss = staticmethod(F.mse_loss)

    def data(self):
        generator = torch.Generator().manual_seed(0)
        return *sine(400, generator=generator), *sine(100, generator=generator)

    def make_model(self):
        return nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 1))

    def make_optimizer(self):
        return torch.optim.Adam(self.model.parameters(), 1e-2)


class NoZeroGrad(Program):
    def train_step(self, x, y):
        self.model.train()
        self.loss(self.model(x), y).backward()
        self.optimizer.step()


class SoftmaxBeforeCrossEntropy(Program):
    def make_model(self):
        return nn.Sequential(*super().make_model(), nn.Softmax(dim=1))


class LogSoftmaxBeforeCrossEntropy(Program):
    def make_model(self):
        return nn.Sequential(*super().make_model(), nn.LogSoftmax(dim=1))


class NoEvalMode(Program):
    @torch.no_grad()
    def predict(self, x):
        return self.model(x)


class NoEvalModeWithBatchNormAlone(NoEvalMode):
    """Two calls give the same; but the running averages move, and a neighbour in the batch changes the answer."""

    def make_model(self):
        return nn.Sequential(*(m for m in super().make_model() if not isinstance(m, nn.Dropout)))


class HeldOutDataInTraining(Program):
    def data(self):
        X, y, X_test, y_test = digits()
        return torch.cat([X, X_test]), torch.cat([y, y_test]), X_test, y_test


class LabelsShuffledApart(Program):
    def data(self):
        X, y, X_test, y_test = digits()
        return X[torch.randperm(len(X))], y, X_test, y_test


class ShapesBroadcast(RightForRegression):
    """Targets of shape (B,) against predictions of shape (B, 1), in a loss of one's own."""

    loss = staticmethod(lambda prediction, target: ((prediction - target) ** 2).mean())

    def data(self):
        X, y, X_test, y_test = super().data()
        return X, y.squeeze(1), X_test, y_test.squeeze(1)


class LayersInAList(Program):
    def make_model(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = [nn.Linear(64, 64), nn.Linear(64, 64)]
                self.last = nn.Linear(64, 10)

            def forward(self, x):
                x = x.flatten(1)
                for layer in self.layers:
                    x = layer(x).relu()
                return self.last(x)

        return Net()


class SortedAndNotShuffled(Program):
    shuffle = False

    def data(self):
        X, y, X_test, y_test = digits()
        order = y.argsort()
        return X[order], y[order], X_test, y_test


class NotShuffled(Program):
    shuffle = False


class LearningRateTooLarge(Program):
    lr = 100.0


class LearningRateTooSmall(Program):
    lr = 1e-6


class InputsInBytes(Program):
    def data(self):
        X, y, X_test, y_test = digits()
        return X * 255, y, X_test * 255, y_test


class HeldOutDataScaledByThemselves(Program):
    def data(self):
        X, y, X_test, y_test = digits()
        return (X - X.mean()) / X.std(), y, (X_test - X_test.mean()) / X_test.std(), y_test


class HeldOutDataNotScaled(Program):
    def data(self):
        X, y, X_test, y_test = digits()
        return (X - X.mean()) / X.std(), y, X_test, y_test


class DetachInTheMiddle(Program):
    def make_model(self):
        class Detach(nn.Module):
            def forward(self, x):
                return x.detach()

        layers = list(super().make_model())
        return nn.Sequential(*layers[:4], Detach(), *layers[4:])


class OneOfTwoBranchesUnused(Program):
    def make_model(self):
        model = super().make_model()
        model[1].register_parameter("spare", nn.Parameter(torch.ones(3)))
        return model


class GraphCutAtTheEnd(Program):
    """The loss depends on no parameter at all, so that a step would raise; the check says why."""

    loss = staticmethod(lambda prediction, target: F.cross_entropy(prediction.detach(), target))

    def train_step(self, x, y):
        pass


class HeadReplacedAfterwards(Program):
    def make_optimizer(self):
        optimizer = super().make_optimizer()
        self.model[-1] = nn.Linear(64, 10)
        return optimizer


class DeadUnits(Program):
    def make_model(self):
        model = super().make_model()
        nn.init.constant_(model[2].bias, -100.0)
        return model


class WrongNumberOfOutputs(Program):
    """A loss that starts far from log C: the weights of the last layer are far too large."""

    def make_model(self):
        model = super().make_model()
        nn.init.normal_(model[-1].weight, std=5)
        return model


BUGS = {
    NoZeroGrad: ("gradients_start_from_zero", "call optimizer.zero_grad"),
    SoftmaxBeforeCrossEntropy: ("outputs_are_scores", "leave the softmax out"),
    LogSoftmaxBeforeCrossEntropy: ("outputs_are_scores", "take nll_loss"),
    NoEvalMode: ("predictions_repeat", "call model.eval"),
    NoEvalModeWithBatchNormAlone: ("predictions_repeat", "call model.eval"),
    HeldOutDataInTraining: ("train_and_test_share_nothing", "100% of the test examples"),
    LabelsShuffledApart: ("labels_belong_to_inputs", "shuffled apart from inputs"),
    ShapesBroadcast: ("loss_is_a_mean", "do their shapes broadcast"),
    LayersInAList: ("parameters_are_registered", "need nn.ModuleList"),
    SortedAndNotShuffled: ("batches_are_mixed", "shuffle the training data"),
    NotShuffled: ("batches_are_mixed", "shuffle=True"),
    LearningRateTooLarge: ("one_batch_overfits", "far too large"),
    LearningRateTooSmall: ("one_batch_overfits", "far too small"),
    InputsInBytes: ("inputs_are_normalised", "scale them to about 0 and 1"),
    HeldOutDataScaledByThemselves: ("train_and_test_are_scaled_alike", "by the training inputs' numbers"),
    HeldOutDataNotScaled: ("train_and_test_are_scaled_alike", "scale both alike"),
    DetachInTheMiddle: ("gradients_reach_every_parameter", "cut by detach"),
    OneOfTwoBranchesUnused: ("gradients_reach_every_parameter", "No gradient reaches 1.spare"),
    GraphCutAtTheEnd: ("gradients_reach_every_parameter", "No gradient reaches 1.weight, 1.bias, 2.weight and 3 more"),
    HeadReplacedAfterwards: ("updates_change_every_layer", "leave layer 5 where"),
    DeadUnits: ("gradients_reach_every_parameter", "is 0 everywhere"),
    WrongNumberOfOutputs: ("loss_starts_at_chance", "the initial weights small"),
}  # fmt: skip


@pytest.mark.parametrize("program", [Right, RightWithAdam, RightForRegression])
def test_a_right_program_passes_every_check(program):
    table = sanity.check_all(**program().parts())
    assert len(table) == len(sanity.CHECKS)
    assert set(table.values()) == {"passed"}, table


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_the_check_that_is_meant_for_it_catches_the_bug(bug):
    check, sentence = BUGS[bug]
    table = sanity.check_all(**bug().parts())
    assert sentence in table[check], table
    assert sum(outcome != "passed" for outcome in table.values()) <= 3, table  # it points somewhere


def test_a_check_alone_raises_its_finding():
    program = SoftmaxBeforeCrossEntropy()
    with pytest.raises(sanity.SanityError, match="leave the softmax out"):
        sanity.outputs_are_scores(program.model, program.train)


def test_the_checks_put_back_what_they_change():
    program, untouched = Right(), Right()
    torch.manual_seed(3)
    sanity.check_all(**program.parts())
    assert torch.initial_seed() == 3 and program.model.training
    assert not program.optimizer.state_dict()["state"]
    for a, b in zip(program.model.state_dict().values(), untouched.model.state_dict().values(), strict=True):  # fmt: skip
        assert torch.equal(a, b)


def test_only_the_checks_whose_parts_are_there_run_and_a_misspelt_part_is_refused():
    assert sanity.check_all(train=Right().train).keys() == {
        "inputs_are_normalised", "labels_belong_to_inputs", "batches_are_mixed",
    }  # fmt: skip
    with pytest.raises(TypeError, match="No check knows a part called trian"):
        sanity.check_all(trian=Right().train)


def test_a_program_that_stops_is_put_back_too():
    program, untouched = Right(), Right()
    step = program.train_step

    def stops(x, y):
        step(x, y)
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        sanity.check_all(model=program.model, train=program.train, train_step=stops)
    assert torch.equal(program.model[1].weight, untouched.model[1].weight)


# What small changes of the checks must not go unnoticed.


class AnswersInTheInputs(Program):
    """Trained already, or it sees the answers: the loss starts near 0."""

    def make_model(self):
        model = super().make_model()
        X, y, *_ = digits()
        optimizer = torch.optim.Adam(model.parameters(), 1e-2)
        for _ in range(60):
            optimizer.zero_grad()
            F.cross_entropy(model(X), y).backward()
            optimizer.step()
        return model


def test_a_loss_that_starts_near_zero_is_noticed():
    program = AnswersInTheInputs()
    with pytest.raises(sanity.SanityError, match="trained already, or does it see the answers"):
        sanity.loss_starts_at_chance(program.model, program.loss, program.train)


def test_a_sum_is_as_fair_as_a_mean():
    program = Right()
    summed = nn.CrossEntropyLoss(reduction="sum")
    sanity.loss_is_a_mean(program.model.eval(), summed, program.train)


def test_a_bias_before_batch_norm_is_no_finding():
    """Batch norm subtracts the mean, so the bias of layer 1 gets a gradient of 0; its layer is none the worse."""
    program = Right()
    sanity.gradients_reach_every_parameter(program.model, program.loss, program.train)


def test_a_model_in_evaluation_mode_comes_back_in_it():
    program = Right()
    program.model.eval()
    table = sanity.check_all(**program.parts())
    assert set(table.values()) == {"passed"} and not program.model.training


def shared(n_shared: int, n: int = 100):
    """Training and test data of n examples each, of which so many are the same."""
    X = torch.randn(2 * n - n_shared, 3)
    y = torch.zeros(len(X), dtype=torch.long)
    return Batches(X[:n], y[:n], device="cpu"), Batches(
        X[n - n_shared :], y[n - n_shared :], device="cpu"
    )


def test_one_per_cent_of_shared_examples_is_the_most():
    for n_shared in (0, 1):  # of 100
        sanity.train_and_test_share_nothing(*shared(n_shared))
    for n_shared in (2, 5):
        with pytest.raises(sanity.SanityError, match=f"{n_shared}% of the test examples"):
            sanity.train_and_test_share_nothing(*shared(n_shared))


def test_agreement_by_chance_is_no_agreement():
    """With two classes chance alone gives one half, and with one class all."""
    torch.manual_seed(0)
    X = torch.randn(1000, 5)
    for share in (0.5, 0.9):
        y = (torch.rand(1000) < share).long()
        with pytest.raises(sanity.SanityError, match="shuffled apart from inputs"):
            sanity.labels_belong_to_inputs(Batches(X, y, device="cpu"))


def test_weights_that_do_not_move_are_said_first_and_nothing_that_follows():
    class WrongOptimizer(Program):
        def make_optimizer(self):
            return torch.optim.SGD(self.make_model().parameters(), self.lr)

    table = sanity.check_all(**WrongOptimizer().parts())
    found = {check: sentence for check, sentence in table.items() if sentence != "passed"}
    assert found and all("leaves every weight where it was" in s for s in found.values()), table
