"""What students hand in for the question mended of chapter 3: see sources/answers.py."""


# %% mended | right | the whole program anew, with nn.Dropout and a sigmoid in the model
class Well:
    def __init__(self, seed=0):
        torch.manual_seed(seed)
        self.model = self.make_model()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

    def make_model(self):
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout())
                self.last = nn.Linear(64, 1)
                nn.init.normal_(self.last.weight, std=0.01)

            def forward(self, x):
                return torch.sigmoid(self.last(self.body(x)).flatten())

        return Model()

    def split(self, X, y):
        n = len(X)
        chosen = torch.zeros(n, dtype=torch.bool)
        chosen[torch.randperm(n)[: n // 4]] = True
        X_train, y_train = X[~chosen], y[~chosen]
        moved = torch.roll(X_train, 1, -1)
        return torch.cat((X_train, moved)), torch.cat((y_train, y_train)), X[chosen], y[chosen]

    def batches(self, X, y):
        order = torch.randperm(len(X))
        X, y = X[order], y[order]
        return list(zip(X.split(50), y.split(50)))

    def loss(self, x, y):
        return F.binary_cross_entropy(self.model(x), y)

    def train_epoch(self, batches):
        self.model.train()
        losses = []
        for x, y in batches:
            loss = self.loss(x, y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses

    def probabilities(self, x):
        self.model.eval()
        with torch.no_grad():
            return self.model(x)


def mended():
    return Well


# %% mended | right | NumPy's order, zeroes after the step, a parameter group added, the loss by hand
def mended():
    class Model(Net):
        def forward(self, x):
            h = torch.relu(self.first(x.flatten(1)))
            if self.training:
                h = 2 * h * (torch.rand_like(h) < 0.5)
            return self.last(h)[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.optimizer.param_groups.clear()
            self.optimizer.add_param_group({"params": list(self.model.parameters())})

        def make_model(self):
            return Model()

        def split(self, X, y):
            order = torch.from_numpy(np.random.default_rng().permutation(len(y)))
            cut = len(y) // 4
            rows = order[cut:].repeat_interleave(2)
            pictures = X[rows].clone()
            pictures[1::2] = pictures[1::2].roll(1, dims=2)
            return pictures, y[rows], X[order[:cut]], y[order[:cut]]

        def batches(self, X, y):
            rows = torch.from_numpy(np.random.default_rng().permutation(len(y)))
            return [(X[r], y[r]) for r in rows.split(50)]

        def loss(self, x, y):
            score = self.model(x)
            return (F.softplus(score) - y * score).mean()

        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.step()
                for p in self.model.parameters():
                    p.grad = None
                losses.append(loss.item())
            return losses

        def probabilities(self, x):
            was = self.model.training
            self.model.eval()
            with torch.inference_mode():
                p = 1 / (1 + torch.exp(-self.model(x)))
            self.model.train(was)
            return p.clone()

    return Mended


# %% mended | right | a DataLoader, the small start before the optimizer, a loop of gradients by hand
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            torch.manual_seed(seed)
            self.model = self.make_model()
            with torch.no_grad():
                self.model.last.weight.normal_(0, 0.01)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            net = Net()
            net.drop = nn.Dropout(0.5)
            net.forward = lambda x: net.last(net.drop(net.first(x.flatten(1)).relu())).squeeze(-1)
            return net

        def split(self, X, y):
            from sklearn.model_selection import train_test_split

            train, test = train_test_split(range(len(y)), test_size=len(y) // 4, random_state=1)
            X_train = torch.cat([X[train], X[train].roll(1, dims=2)])
            return X_train, torch.cat([y[train], y[train]]), X[test], y[test]

        def batches(self, X, y):
            return list(DataLoader(list(zip(X, y)), batch_size=50, shuffle=True))

        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                value = self.loss(x, y)
                parameters = list(self.model.parameters())
                with torch.no_grad():
                    for p, g in zip(parameters, torch.autograd.grad(value, parameters)):
                        p -= 0.2 * g
                losses.append(value.item())
            return losses

        def probabilities(self, x):
            self.model.eval()
            with torch.no_grad():
                return torch.sigmoid(self.model(x))

    return Mended


# %% mended | wrong | the broken one as it was | are in the training part and, perhaps moved by a pixel, in the held-out part
def mended():
    return Program


# %% mended | wrong | the lecture's class Program pasted | keep the methods of Program
def mended():
    class LectureProgram:
        def __init__(self, bug=None, seed=0):
            torch.manual_seed(0)
            self.model, self.loss = Net(), F.cross_entropy
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def train_step(self, x, y):
            self.model.train()
            loss = self.loss(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            return loss.item()

        def predict(self, x):
            self.model.eval()
            with torch.no_grad():
                return self.model(x)

    return LectureProgram


# %% mended | wrong | lets the checks of helpers look, and hands the program back | The optimizer does not train last.weight and last.bias
def mended():
    from helpers import sanity

    program = Program()
    x, y = random_tensor(60, 8, 8, seed=0).float(), torch.ones(60)
    report = sanity.check_all(model=program.model, loss=F.binary_cross_entropy, train=[(x, y)])
    print(report)
    return Program


# %% mended | wrong | an object instead of a class | Expected a class
def mended():
    class Mended(Program):
        pass

    return Mended()


# %% mended | wrong | a new class that mends nothing but the learning rate | The second step depends on the first one's gradient
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.optimizer.param_groups[0]["lr"] = 0.02

    return Mended


# %% mended | wrong | without any zero_grad | The second step depends on the first one's gradient
def mended():
    class Mended(Program):
        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

    return Mended


# %% mended | wrong | no seed | `Mended(seed=0)` must make a program
def mended():
    class Mended(Program):
        def __init__(self):
            super().__init__(0)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

    return Mended


# %% mended | wrong | no last layer of that name | must be called `last`
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            torch.manual_seed(seed)
            self.model = self.make_model()
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            hidden = nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout()
            return nn.Sequential(*hidden, nn.Linear(64, 1), nn.Flatten(0))

    return Mended


# %% mended | wrong | no optimizer | `__init__` makes no `self.optimizer`
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            torch.manual_seed(seed)
            self.model = self.make_model()

        def train_epoch(self, batches):
            optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)
            for x, y in batches:
                optimizer.zero_grad()
                self.loss(x, y).backward()
                optimizer.step()

    return Mended


# %% mended | part 1/6 | held out before doubling, all else as it was | A picture stands beside the label of another one
def mended():
    class Mended(Program):
        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            X_train = torch.cat([X[train], X[train].roll(1, dims=2)])
            return X_train, torch.cat([y[train], y[train]]), X[test], y[test]

    return Mended


# %% mended | part 1/6 | the batches only | The score goes through the sigmoid twice
def mended():
    class Mended(Program):
        def batches(self, X, y):
            order = torch.randperm(len(y))
            return list(zip(X[order].split(50), y[order].split(50)))

    return Mended


# %% mended | part 1/6 | the optimizer only | The second step depends on the first one's gradient
# as "a new class that mends nothing but the learning rate", but
# -            self.optimizer.param_groups[0]["lr"] = 0.02
# +            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)


# %% mended | part 1/6 | the loss only, of probabilities | Two calls of `probabilities` differ
def mended():
    class Mended(Program):
        def loss(self, x, y):
            return F.binary_cross_entropy(self.model(x), y)

    return Mended


# %% mended | part 1/6 | the gradients only | The optimizer does not train last.weight and last.bias
# as "without any zero_grad", but
#              for x, y in batches:
# +                self.optimizer.zero_grad()


# %% mended | part 1/6 | the dropout only | The score goes through the sigmoid twice
def mended():
    class Model(Net):
        def forward(self, x):
            hidden = torch.relu(self.first(x.flatten(1)))
            return torch.sigmoid(self.last(F.dropout(hidden, 0.5, self.training)))[:, 0]

    class Mended(Program):
        def make_model(self):
            return Model()

    return Mended


# %% mended | wrong | mends each bug by leaving something out | The dropout is gone from the training
def mended():
    class Model(Net):
        def forward(self, x):
            return torch.sigmoid(self.last(torch.relu(self.first(x.flatten(1)))))[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            torch.manual_seed(seed)
            self.model = self.make_model()
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            return Model()

        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            return X[train], y[train], X[test], y[test]

        def batches(self, X, y):
            return list(zip(X.split(50), y.split(50)))

        def loss(self, x, y):
            return F.binary_cross_entropy(self.model(x), y, reduction="sum")

        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.zero_grad()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

    return Mended


# %% mended | wrong | another half-right mend in each place | That is the raw score
def mended():
    class Model(Net):
        def forward(self, x):
            return self.last(F.dropout(torch.relu(self.first(x.flatten(1))), 0.5))[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.model.last = nn.Linear(64, 1)
            nn.init.zeros_(self.model.last.weight)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            return Model()

        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            return X[train].repeat(2, 1, 1), y[train].repeat(2), X[test], y[test]

        def batches(self, X, y):
            torch.manual_seed(0)
            order = torch.randperm(len(y))
            return list(zip(X[order].split(50), y[order].split(50)))

    return Mended


# %% mended | wrong | moves what is held out, draws with replacement, forgets train mode | A held-out picture is moved
def mended():
    class Model(Net):
        def __init__(self):
            super().__init__()
            self.drop = nn.Dropout()

        def forward(self, x):
            hidden = self.drop(torch.relu(self.first(x.flatten(1))))
            return torch.sigmoid(torch.sigmoid(self.last(hidden)))[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.old = nn.Linear(64, 1)
            both = [*self.model.parameters(), *self.old.parameters()]
            self.optimizer = torch.optim.SGD(both, lr=0.2)

        def make_model(self):
            return Model()

        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            X = X.clone()
            X[test] = X[test].roll(1, dims=2)
            X_train = torch.cat([X[train], X[train].roll(1, dims=2)])
            return X_train, y[train].repeat(2), X[test], y[test]

        def batches(self, X, y):
            rows = torch.randint(len(y), (len(y),))
            return list(zip(X[rows].split(50), y[rows].split(50)))

        def loss(self, x, y):
            return F.binary_cross_entropy(self.model(x), y)

        def train_epoch(self, batches):
            losses = []
            self.optimizer.zero_grad()
            for x, y in batches:
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

    return Mended


# %% mended | wrong | doubles both parts, takes the first quarter of the labels elsewhere | Held-out pictures are not doubled
def mended():
    class Mended(Program):
        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            parts = [
                (torch.cat([X[r], X[r].roll(1, dims=2)]), y[r].repeat(2)) for r in (train, test)
            ]
            return *parts[0], *parts[1]

        def batches(self, X, y):
            return list(zip(X[torch.randperm(len(X))].split(50), y.split(40)))

        def __init__(self, seed=0):
            super().__init__(seed)
            self.model.last = nn.Linear(64, 1)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

    return Mended


# %% mended | wrong | the first quarter is held out | draw them at random
def mended():
    class Mended(Program):
        def split(self, X, y):
            n = len(y) // 4
            X_train = torch.cat([X[n:], X[n:].roll(1, dims=2)])
            return X_train, y[n:].repeat(2), X[:n], y[:n]

    return Mended


# %% mended | wrong | labels of the training part repeated the other way | The labels are not in step
# as "held out before doubling, all else as it was", but
# -            return X_train, torch.cat([y[train], y[train]]), X[test], y[test]
# +            return X_train, y[train].repeat_interleave(2), X[test], y[test]


# %% mended | part 5/6 | all but the split, which is doubled nowhere | Each training picture is there twice
def mended():
    class Scores(Net):
        def forward(self, x):
            hidden = F.dropout(torch.relu(self.first(x.flatten(1))), 0.5, self.training)
            return self.last(hidden)[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            return Scores()

        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            return X[train], y[train], X[test], y[test]

        def batches(self, X, y):
            return [(X[rows], y[rows]) for rows in torch.randperm(len(y)).split(50)]

        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                loss = self.loss(x, y)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

        def probabilities(self, x):
            return torch.sigmoid(super().probabilities(x))

    return Mended


# %% mended | part 5/6 | the last layer keeps its default start | it was to start with weights of about 0.01
# as "the whole program anew, with nn.Dropout and a sigmoid in the model", but
# -                nn.init.normal_(self.last.weight, std=0.01)
