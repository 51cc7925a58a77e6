"""What students hand in for the question newton_path of chapter 4: see sources/answers.py."""


# %% newton_path | right | relu and log1p, rows weighted |
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (
            torch.relu(s) + torch.log1p((-torch.abs(s)).exp()) - y * s
        ).mean() + penalty / 2 * w.square().sum()

    w, path = start, [start]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / n + penalty * w
        if g.norm() <= 1e-6:
            break
        q = p * (1 - p)
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | right | signs instead of labels, einsum, Cholesky
def newton_path(X, y, penalty, start):
    sign = 2 * y - 1
    Z = sign[:, None] * X

    def value(w):
        return (
            torch.logaddexp(torch.zeros(len(y), dtype=w.dtype), -(Z @ w)).mean()
            + penalty * w.dot(w) / 2
        )

    path = [start.clone()]
    while len(path) <= 50:
        w = path[-1]
        wrong = 1 / (1 + torch.exp(Z @ w))
        g = -(wrong[:, None] * Z).mean(0) + penalty * w
        if torch.sqrt((g**2).sum()) <= 1e-6:
            break
        H = torch.einsum("n,ni,nj->ij", wrong * (1 - wrong), X, X) / len(y)
        H.diagonal().add_(penalty)
        d = torch.cholesky_solve(g[:, None], torch.linalg.cholesky(H))[:, 0]
        here, slope, k = value(w), (g * d).sum(), 0
        while value(w - d / 2**k) > here - slope / 4 / 2**k:
            k += 1
        path.append(w - d / 2**k)
    return torch.stack(path)


# %% newton_path | right | binary cross-entropy of helpers, inverse, least squares form
from helpers.losses import binary_cross_entropy_with_logits


def newton_path(X, y, penalty, start):
    def loss(w):
        return binary_cross_entropy_with_logits(X @ w, y) + penalty / 2 * (w**2).sum()

    def gradient(w):
        return (torch.sigmoid(X @ w) - y) @ X / len(y) + penalty * w

    path, w = start[None], start
    for _ in range(50):
        g = gradient(w)
        if torch.linalg.vector_norm(g) <= 1e-6:
            return path
        root = torch.sqrt(torch.sigmoid(X @ w) * torch.sigmoid(-X @ w) / len(y))
        R = torch.cat([root[:, None] * X, math.sqrt(penalty) * torch.eye(len(w)).to(X)])
        d = torch.linalg.inv(R.T @ R) @ g
        a = next(
            0.5**k for k in range(100) if loss(w - 0.5**k * d) <= loss(w) - 0.25 * 0.5**k * g @ d
        )
        w = w - a * d
        path = torch.cat([path, w[None]])
    return path


# %% newton_path | wrong | no penalty in the Hessian | The penalty is missing in the Hessian
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean() + penalty / 2 * (w @ w)

    w, path = start, [start]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / n + penalty * w
        if g.norm() <= 1e-6:
            break
        q = p * (1 - p)
        H = (X * q[:, None]).T @ X / n
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | p as curvature | and yours is p.
# as "no penalty in the Hessian", but
# -        q = p * (1 - p)
# -        H = (X * q[:, None]).T @ X / n
# +        q = p
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | 1 as curvature | and yours is 1.
# as "no penalty in the Hessian", but
# -        q = p * (1 - p)
# -        H = (X * q[:, None]).T @ X / n
# +        q = torch.ones_like(p)
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | gradient descent, as in the lecture | That is a step of gradient descent
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# -        v, a = torch.linalg.solve(H, g), 1.0
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
# +        v, a = g, 1.0


# %% newton_path | wrong | Hessian as a sum | The Hessian is a mean over the examples
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | both sums | divide the sums by N
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).sum() + penalty / 2 * (w @ w)

    w, path = start, [start]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) + penalty * w
        if g.norm() <= 1e-6:
            break
        q = p * (1 - p)
        H = (X * q[:, None]).T @ X + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | no penalty in the gradient | The gradient lacks its penalty
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean()

    w, path = start, [start]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / n
        if g.norm() <= 1e-6:
            break
        q = p * (1 - p)
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | coarse tolerance | You stopped too early
# as "no penalty in the Hessian", but
# -        if g.norm() <= 1e-6:
# +        if g.norm() <= 1e-2:
# ...
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | fine tolerance | You went on too long
# as "no penalty in the Hessian", but
# -        if g.norm() <= 1e-6:
# +        if g.norm() <= 1e-9:
# ...
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | no brake | until the condition holds
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
# ...
# -        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
# -            a = a / 2


# %% newton_path | wrong | no a in the condition | never come to an end
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
# ...
# -        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
# +        while loss(w - a * v) > loss(w) - 0.25 * (g @ v):


# %% newton_path | wrong | any lower point | You accept every point that is lower
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
# ...
# -        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
# +        while loss(w - a * v) >= loss(w):


# %% newton_path | wrong | half of the slope | stricter than the page
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
# ...
# -        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
# +        while loss(w - a * v) > loss(w) - 0.5 * a * (g @ v):


# %% newton_path | wrong | naive loss | Your loss is infinite here
# as "relu and log1p, rows weighted", but
# -        return (
# -            torch.relu(s) + torch.log1p((-torch.abs(s)).exp()) - y * s
# -        ).mean() + penalty / 2 * w.square().sum()
# +        return (torch.log(1 + torch.exp(s)) - y * s).mean() + penalty / 2 * (w @ w)


# %% newton_path | wrong | a diagonal matrix | never build an N × N matrix
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = X.T @ torch.diag(q) @ X / n + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | the last point alone | with one row for each point
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
# ...
# -    return torch.stack(path)
# +    return w


# %% newton_path | wrong | without the start | The start is the first row
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
# ...
# -    return torch.stack(path)
# +    return torch.stack(path[1:])


# %% newton_path | wrong | changes the point that is in the list | Every row is the last point
def newton_path(X, y, penalty, start):
    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean() + penalty / 2 * (w @ w)

    w = start.clone()
    path = [w]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / len(y) + penalty * w
        if g.norm() <= 1e-6:
            break
        H = (X * (p * (1 - p))[:, None]).T @ X / len(y) + penalty * torch.eye(len(w)).double()
        d, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * d) > loss(w) - 0.25 * a * (g @ d):
            a = a / 2
        w -= a * d
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | stops by the step's size, as it begins | The path has only its start
# as "no penalty in the Hessian", but
# -        if g.norm() <= 1e-6:
# +        if g.norm() <= 1.0:
# ...
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | rows not weighted as a column | Shapes do not fit
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | only for the example's first penalty's size | hidden
# as "no penalty in the Hessian", but
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + min(penalty, 0.5) * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | never stops | You went on to the end
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean() + penalty / 2 * (w @ w)

    w, path = start, [start]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / n + penalty * w
        if g.norm() <= 0.0:
            break
        q = p * (1 - p)
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v) and a > 1e-3:
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | ten steps at most | for up to 50 steps
# as "no penalty in the Hessian", but
# -    for _ in range(50):
# +    for _ in range(5):
# ...
# -        H = (X * q[:, None]).T @ X / n
# +        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)


# %% newton_path | wrong | Newton from helpers | a finished optimizer is at work
from helpers.optimizers import Newton


def newton_path(X, y, penalty, start):
    w = start.clone()
    w.requires_grad = True
    newton, path = Newton([w]), [start]
    for _ in range(50):
        before = w.detach().clone()
        newton.step(
            lambda: (
                torch.nn.functional.binary_cross_entropy_with_logits(X @ w, y) + penalty / 2 * w @ w
            )
        )
        path.append(w.detach().clone())
        if (path[-1] - before).norm() < 1e-6:
            break
    return torch.stack(path)


# %% newton_path | wrong | autograd's Hessian | gradient by hand
def newton_path(X, y, penalty, start):
    def loss(w):
        return torch.nn.functional.binary_cross_entropy_with_logits(X @ w, y) + penalty / 2 * w @ w

    path = [start]
    for _ in range(50):
        w = path[-1].clone().requires_grad_()
        (g,) = torch.autograd.grad(loss(w), w)
        if g.norm() <= 1e-6:
            break
        d = torch.linalg.solve(torch.autograd.functional.hessian(loss, w), g)
        a = 1.0
        while loss(w - a * d) > loss(w) - a / 4 * g @ d:
            a /= 2
        path.append((w - a * d).detach())
    return torch.stack(path)


# %% newton_path | wrong | gives up after ten halvings | hidden
# as "relu and log1p, rows weighted", but
# -        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
# +        while a > 2**-10 and loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
