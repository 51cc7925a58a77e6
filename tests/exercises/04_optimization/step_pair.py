"""What students hand in for the question step_pair of chapter 4: see sources/answers.py."""


# %% step_pair | right | half of the interval over root two |
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | right | roots of the cosine, and the measured factor
def step_pair(H):
    mu, *_, beta = torch.linalg.eigvalsh(H).tolist()
    angles = [3 * math.pi / 4, math.pi / 4]
    return [1 / ((mu + beta) / 2 + (beta - mu) / 2 * math.cos(a)) for a in angles]


def steps_needed(H, shrink):
    mu, *_, beta = torch.linalg.eigvalsh(H).tolist()
    long, short = step_pair(H)
    factor = abs((1 - long * mu) * (1 - short * mu))
    pairs = 0
    while factor**pairs > shrink:
        pairs += 1
    return 2 * pairs


# %% step_pair | right | sum and product of the two steps
def step_pair(H):
    values = torch.linalg.eigvals(H).real
    a, b = values.min(), values.max()
    total, product = a + b, (a * a + 6 * a * b + b * b) / 8
    root = torch.sqrt(total**2 / 4 - product)
    return torch.stack([1 / (total / 2 - root), 1 / (total / 2 + root)]).unbind()


def steps_needed(H, shrink):
    values = torch.linalg.eigvalsh(H)
    x = (values[-1] + values[0]) / (values[-1] - values[0])
    pairs = math.log(1 / shrink) / math.log(math.cosh(2 * math.acosh(x)))
    return 2 * int(math.ceil(pairs))


# %% step_pair | part 1/3 | short first | The longer step comes first
# as "half of the interval over root two", but
# -    return 1 / (m - h), 1 / (m + h)
# +    return 1 / (m + h), 1 / (m - h)


# %% step_pair | part 1/3 | curvatures instead of steps | a step is one over a curvature
# as "half of the interval over root two", but
# -    return 1 / (m - h), 1 / (m + h)
# +    return m - h, m + h


# %% step_pair | part 1/3 | the constant step twice | two different ones do better
# as "half of the interval over root two", but
# -    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
# -    return 1 / (m - h), 1 / (m + h)
# +    return 2 / (mu + beta), 2 / (mu + beta)


# %% step_pair | part 1/3 | one over each end | These two steps finish
# as "half of the interval over root two", but
# -    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
# -    return 1 / (m - h), 1 / (m + h)
# +    return 1 / mu, 1 / beta


# %% step_pair | part 1/3 | quarter points | a quarter and three quarters
# as "half of the interval over root two", but
# -    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
# +    m, h = (beta + mu) / 2, (beta - mu) / 4


# %% step_pair | part 1/3 | returns one number | Expected two numbers
# as "half of the interval over root two", but
# -    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
# -    return 1 / (m - h), 1 / (m + h)
# +    return 2 / (mu + beta)


# %% step_pair | part 1/3 | never longer than one | hidden
# as "half of the interval over root two", but
# -    return 1 / (m - h), 1 / (m + h)
# +    return min(1, 1 / (m - h)), 1 / (m + h)


# %% step_pair | part 1/3 | the diagonal | You took the diagonal
# as "half of the interval over root two", but
# -    l = torch.linalg.eigvalsh(H)
# -    mu, beta = l[0].item(), l[-1].item()
# +    mu, beta = H.diagonal().min().item(), H.diagonal().max().item()


# %% step_pair | part 1/3 | the mean of all curvatures for the middle | other steps than with 1 and 9
# as "half of the interval over root two", but
# -    mu, beta = l[0].item(), l[-1].item()
# -    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
# +    m, h = l.mean().item(), (l[-1] - l[0]).item() / math.sqrt(8)


# %% step_pair | part 2/3 | predicts with the mean of all curvatures | one more between them changes nothing
# as "half of the interval over root two", but
# -    kappa = (l[-1] / l[0]).item()
# -    x = (kappa + 1) / (kappa - 1)
# +    x = (2 * l.mean() / (l[-1] - l[0])).item()


# %% step_pair | part 2/3 | pairs | the number of pairs
# as "half of the interval over root two", but
# -    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))
# +    return math.ceil(math.log(shrink) / -math.log(2 * x * x - 1))


# %% step_pair | part 2/3 | doubled, then rounded | half a pair is missing
# as "half of the interval over root two", but
# -    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))
# +    return math.ceil(2 * math.log(shrink) / -math.log(2 * x * x - 1))


# %% step_pair | part 2/3 | rounded down | One pair too few
# as "half of the interval over root two", but
# -    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))
# +    return 2 * math.floor(math.log(shrink) / -math.log(2 * x * x - 1))


# %% step_pair | part 2/3 | the constant step's number | what the best constant step needs
# as "half of the interval over root two", but
# -    x = (kappa + 1) / (kappa - 1)
# -    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))
# +    return math.ceil(math.log(shrink) / math.log((kappa - 1) / (kappa + 1)))


# %% step_pair | part 2/3 | for the loss | which shrinks with the square
# as "half of the interval over root two", but
# -    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))
# +    return 2 * math.ceil(math.log(shrink) / -math.log(2 * x * x - 1) / 2)


# %% step_pair | part 2/3 | for shrink = 1e-8 alone | use `shrink`
# as "half of the interval over root two", but
# -    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))
# +    return 2 * math.ceil(math.log(1e-8) / -math.log(2 * x * x - 1))


# %% step_pair | wrong | the lecture's best momentum pasted | this question has no memory
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    root = math.sqrt(beta / mu)
    best = {"eta": 4 / beta / (1 + 1 / root) ** 2, "gamma": ((root - 1) / (root + 1)) ** 2}
    return best["eta"], best["gamma"]


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    root = math.sqrt(kappa)
    return math.ceil(math.log(shrink) / math.log((root - 1) / (root + 1)))


# %% step_pair | wrong | tries constant steps with SGD from helpers | two different ones do better
from helpers.optimizers import SGD


def worst_after(H, eta, steps):
    theta = torch.linalg.eigh(H).eigenvectors.clone().requires_grad_()
    optimizer = SGD([theta], lr=eta)
    for _ in range(steps):
        optimizer.zero_grad()
        ((theta * (H @ theta)).sum() / 2).backward()
        optimizer.step()
    return theta.detach().norm(dim=0).max().item()


def step_pair(H):
    best = min((worst_after(H, k / 100, 2), k / 100) for k in range(1, 40))[1]
    return best, best


def steps_needed(H, shrink):
    eta = step_pair(H)[0]
    return next(n for n in range(1, 200) if worst_after(H, eta, n) <= shrink)
