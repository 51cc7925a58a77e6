"""What students hand in for the question learn_spirals of chapter 1: see sources/answers.py."""


# %% learn_spirals | right | GELU, 11 and 11, the rate falls like a cosine
def learn_spirals(X, y):
    model = nn.Sequential(
        nn.Linear(2, 11), nn.GELU(), nn.Linear(11, 11), nn.GELU(), nn.Linear(11, 2)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 600)
    for _ in range(600):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
        schedule.step()
    return model


# %% learn_spirals | right | fit of helpers with a narrow network and a falling rate
from helpers import training


def learn_spirals(X, y):
    model = nn.Sequential(nn.Linear(2, 11), nn.Tanh(), nn.Linear(11, 11), nn.Tanh())
    model.append(nn.Linear(11, 2))
    optimizer = torch.optim.AdamW(model.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=600)
    compute = training.supervised(nn.CrossEntropyLoss())
    training.fit(model, [(X, y)], compute, optimizer, epochs=600, scheduler=rate, progress=False)
    return model.cpu()


# %% learn_spirals | right | a class of its own that gets the radius and waves of it besides, prints
class Spirals(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 30)
        self.second = nn.Linear(30, 2)

    def forward(self, X):
        radius = X.norm(dim=1, keepdim=True)
        turned = torch.view_as_complex(X.contiguous()) * torch.exp(-9.42j * radius[:, 0])
        return self.second(
            torch.tanh(self.first(torch.cat([torch.view_as_real(turned), radius], 1)))
        )


def learn_spirals(X, y):
    model = Spirals()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    for step in range(300):
        loss = nn.functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(step, loss.item())
    return model


# %% learn_spirals | right | one network after the other, the best on held-out points is kept
def learn_spirals(X, y):
    rows = torch.randperm(len(X))
    best, model = 0.0, None
    for _ in range(3):
        candidate = nn.Sequential(nn.Linear(2, 11), nn.Tanh(), nn.Linear(11, 11), nn.Tanh())
        candidate.append(nn.Linear(11, 2))
        optimizer = torch.optim.AdamW(candidate.parameters(), lr=0.03)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.01, 600)
        for _ in range(600):
            optimizer.zero_grad()
            nn.functional.cross_entropy(candidate(X[rows[:850]]), y[rows[:850]]).backward()
            optimizer.step()
            schedule.step()
        score = share_right(candidate, X[rows[850:]], y[rows[850:]])
        if score > best:
            best, model = score, candidate
        if best > 0.993:
            break
    return model


# %% learn_spirals | right | float64 inside, and a batch norm with its buffers
class Precise(nn.Module):
    def __init__(self):
        super().__init__()
        layers = nn.Linear(2, 10), nn.Tanh(), nn.Linear(10, 9), nn.Tanh(), nn.BatchNorm1d(9)
        self.net = nn.Sequential(*layers, nn.Linear(9, 2)).double()

    def forward(self, X):
        return self.net(X.double())


def learn_spirals(X, y):
    model = Precise()
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=800)
    for _ in range(800):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
        schedule.step()
    return model


# %% learn_spirals | wrong | the network and the loop of the lecture pasted | holds 4,482 numbers
def train(model, X, y, steps=600, lr=1e-3):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    for _ in range(steps):
        rows = torch.randint(len(X), (64,), device=X.device)
        loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def learn_spirals(X, y):
    layers = [nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2)]
    return train(nn.Sequential(*layers), X, y, steps=20, lr=1e-2)


# %% learn_spirals | wrong | the loop of the lecture with its network made narrow | a learning rate that falls
def learn_spirals(X, y):
    model = nn.Sequential(
        nn.Linear(2, 11), nn.ReLU(), nn.Linear(11, 11), nn.ReLU(), nn.Linear(11, 2)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(1000):
        rows = torch.randint(len(X), (64,))
        loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %% learn_spirals | wrong | fit imported from helpers, its history returned | your function returned History
from helpers.data import Batches
from helpers.training import fit, supervised


def learn_spirals(X, y):
    model = nn.Sequential(
        nn.Linear(2, 11), nn.ReLU(), nn.Linear(11, 11), nn.ReLU(), nn.Linear(11, 2)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    return fit(
        model,
        Batches(X, y, batch_size=64),
        supervised(nn.CrossEntropyLoss()),
        optimizer,
        epochs=1,
        progress=False,
    )


# %% learn_spirals | wrong | a linear model | a straight line has 0.65
def learn_spirals(X, y):
    model = nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
    return model


# %% learn_spirals | wrong | no activation between the layers | Is there an activation between the layers
def learn_spirals(X, y):
    model = nn.Sequential(nn.Linear(2, 11), nn.Linear(11, 11), nn.Linear(11, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(200):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
    return model


# %% learn_spirals | wrong | never trained | Did the training change the weights
def learn_spirals(X, y):
    model = nn.Sequential(
        nn.Linear(2, 11), nn.ReLU(), nn.Linear(11, 11), nn.ReLU(), nn.Linear(11, 2)
    )
    nn.functional.cross_entropy(model(X), y).backward()
    return model


# %% learn_spirals | wrong | stops too early | a learning rate that falls
def learn_spirals(X, y):
    model = nn.Sequential(
        nn.Linear(2, 11), nn.Tanh(), nn.Linear(11, 11), nn.Tanh(), nn.Linear(11, 2)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    for _ in range(120):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
    return model


# %% learn_spirals | wrong | one score | Expected two scores
def learn_spirals(X, y):
    model = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    for _ in range(50):
        optimizer.zero_grad()
        logits = model(X)[:, 0]
        nn.functional.binary_cross_entropy_with_logits(logits, y.float()).backward()
        optimizer.step()
    return model


# %% learn_spirals | wrong | steps far too long | the training ran away
def learn_spirals(X, y):
    model = nn.Sequential(
        nn.Linear(2, 11), nn.ReLU(), nn.Linear(11, 11), nn.ReLU(), nn.Linear(11, 2)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=1e4)
    for _ in range(50):
        optimizer.zero_grad()
        (model(X) - nn.functional.one_hot(y)).square().mean().backward()
        optimizer.step()
    return model


# %% learn_spirals | wrong | wants float64 | takes no points (N, 2)
def learn_spirals(X, y):
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2)).double()
    nn.functional.cross_entropy(model(X.double()), y).backward()
    return model


# %% learn_spirals | wrong | probabilities behind the last layer | cross_entropy wants scores, not probabilities
def learn_spirals(X, y):
    model = nn.Sequential(
        *(nn.Linear(2, 11), nn.ReLU(), nn.Linear(11, 11), nn.ReLU()),
        *(nn.Linear(11, 2), nn.Softmax(dim=1)),
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(300):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
    return model


# %% learn_spirals | wrong | keeps the points and asks the nearest one | and nowhere else
def learn_spirals(X, y):
    class Nearest(nn.Module):
        def forward(self, points):
            return nn.functional.one_hot(y[torch.cdist(points, X).argmin(dim=1)], 2).float()

    return Nearest()


# %% learn_spirals | wrong | keeps the points beside a number that scales the answers | and nowhere else
class Scaled(nn.Module):
    def __init__(self, X, y):
        super().__init__()
        self.scale, self.points, self.classes = nn.Parameter(torch.ones(1)), X, y

    def forward(self, points):
        nearest = torch.cdist(points, self.points).argmin(dim=1)
        return self.scale * nn.functional.one_hot(self.classes[nearest], 2)


def learn_spirals(X, y):
    return Scaled(X, y)


# %% learn_spirals | wrong | keeps the points in buffers that are not saved | holds 3,000 numbers
class Buffered(nn.Module):
    def __init__(self, X, y):
        super().__init__()
        self.register_buffer("points", X, persistent=False)
        self.register_buffer("classes", y, persistent=False)

    def forward(self, points):
        nearest = torch.cdist(points, self.points).argmin(dim=1)
        return nn.functional.one_hot(self.classes[nearest], 2).float()


def learn_spirals(X, y):
    return Buffered(X, y)


# %% learn_spirals | wrong | scores and features in a pair | Expected the scores in one tensor
class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(2, 20), nn.Linear(20, 2)

    def forward(self, X):
        a = torch.tanh(self.first(X))
        return self.last(a), a


def learn_spirals(X, y):
    model = Pair()
    nn.functional.cross_entropy(model(X)[0], y).backward()
    return model


# %% learn_spirals | wrong | the formula of the spirals instead of training | and nowhere else
class Formula(nn.Module):
    def forward(self, X):
        angle = torch.atan2(X[:, 1], X[:, 0]) - 3 * math.pi * X.norm(dim=1)
        return torch.stack([angle.cos(), -angle.cos()], dim=1)


def learn_spirals(X, y):
    return Formula()


# %% learn_spirals | wrong | trains on points that it draws itself | hidden
def learn_spirals(X, y):
    model = nn.Sequential(
        nn.Linear(2, 11), nn.Tanh(), nn.Linear(11, 11), nn.Tanh(), nn.Linear(11, 2)
    )
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=600)
    for _ in range(600):
        points, classes = two_spirals(1000)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(points), classes).backward()
        optimizer.step()
        schedule.step()
    return model
