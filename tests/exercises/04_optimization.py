"""What students hand in for chapter 4. A cell's title: question | verdict | label | part of the message that the student must see."""

# ruff: noqa: B905, E731, F841  (students write so)


# %% candidate_loss | right | a loop over the examples
def candidate_loss(z, allowed):
    total = 0
    for row, mask in zip(z, allowed):
        inside = row[mask]
        all_of_them = row.max() + torch.log(torch.exp(row - row.max()).sum())
        some = inside.max() + torch.log(torch.exp(inside - inside.max()).sum())
        total = total + all_of_them - some
    return total / len(z)


# %% candidate_loss | right | adds the logarithm of the mask
def candidate_loss(z, allowed):
    masked = z + allowed.to(z.dtype).log()
    a, b = z.max(1, keepdim=True)[0], masked.max(1, keepdim=True)[0]
    everything = a + (z - a).exp().sum(1, keepdim=True).log()
    return (everything - b - (masked - b).exp().sum(1, keepdim=True).log()).mean()


# %% candidate_loss | right | log-softmax by hand, then the largest candidate out once more
def candidate_loss(z, allowed):
    log_p = z - z.detach().amax(1, keepdim=True)
    log_p = log_p - log_p.exp().sum(1, keepdim=True).log()
    low = torch.full_like(log_p, -1e300)
    chosen = torch.where(allowed, log_p, low)
    best = chosen.detach().max(dim=1).values
    return -(best + torch.exp(chosen - best[:, None]).sum(1).log()).mean()


# %% candidate_loss | wrong | the formula as it stands | no room in a float
def candidate_loss(z, allowed):
    p = z.exp() / z.exp().sum(dim=1, keepdim=True)
    return -(p * allowed).sum(dim=1).log().mean()


# %% candidate_loss | wrong | one maximum for both, as in the lecture | far below the best score
def candidate_loss(z, allowed):
    z = z - z.max(dim=1, keepdim=True).values
    e = z.exp()
    return (e.sum(dim=1).log() - (e * allowed).sum(dim=1).log()).mean()


# %% candidate_loss | wrong | clipped | Clipping hides
def candidate_loss(z, allowed):
    e = (z - z.max(dim=1, keepdim=True).values).exp()
    p = (e * allowed).sum(dim=1) / e.sum(dim=1)
    return -p.clamp(min=1e-12).log().mean()


# %% candidate_loss | wrong | one maximum for the whole batch | its own largest score
def candidate_loss(z, allowed):
    def log_sum_exp(z):
        return z.max() + (z - z.max()).exp().sum(dim=1).log()

    return (log_sum_exp(z) - log_sum_exp(z.masked_fill(~allowed, -math.inf))).mean()


# %% candidate_loss | wrong | where with an infinite branch | its gradient is not a number
def candidate_loss(z, allowed):
    top = z.max(dim=1, keepdim=True).values
    best = z.masked_fill(~allowed, -math.inf).max(dim=1, keepdim=True).values
    inside = torch.where(allowed, (z - best).exp(), 0.0).sum(dim=1, keepdim=True)
    return (top + (z - top).exp().sum(1, keepdim=True).log() - best - inside.log()).mean()


# %% candidate_loss | wrong | sum over the batch | divide by B
def candidate_loss(z, allowed):
    p = z.exp() / z.exp().sum(dim=1, keepdim=True)
    return -(p * allowed).sum(dim=1).log().sum()


# %% candidate_loss | wrong | sign | a loss is minus a logarithm
def candidate_loss(z, allowed):
    p = z.exp() / z.exp().sum(dim=1, keepdim=True)
    return (p * allowed).sum(dim=1).log().mean()


# %% candidate_loss | wrong | bits | natural logarithm
def candidate_loss(z, allowed):
    p = z.exp() / z.exp().sum(dim=1, keepdim=True)
    return -(p * allowed).sum(dim=1).log2().mean()


# %% candidate_loss | wrong | the cross-entropy of helpers with the mask as soft labels | all of them were true at once
from helpers import losses


def candidate_loss(z, allowed):
    return losses.cross_entropy(z, allowed.double())


# %% candidate_loss | wrong | mean of -log p over the candidates | then take the logarithm
def candidate_loss(z, allowed):
    z = z - z.max(dim=1, keepdim=True).values
    log_p = z - z.exp().sum(dim=1, keepdim=True).log()
    return -((log_p * allowed).sum(dim=1) / allowed.sum(dim=1)).mean()


# %% candidate_loss | wrong | mean of the probabilities | add them, and do not divide
def candidate_loss(z, allowed):
    p = z.exp() / z.exp().sum(dim=1, keepdim=True)
    return -((p * allowed).sum(dim=1) / allowed.sum(dim=1)).log().mean()


# %% candidate_loss | wrong | the best candidate, with the lecture's stable loss pasted | add the probabilities of all candidates
def stable(z, label):
    z = z - z.max()
    return torch.log(torch.exp(z).sum()) - z[label]


def candidate_loss(z, allowed):
    best = z.masked_fill(~allowed, -math.inf).argmax(dim=1)
    return torch.stack([stable(row, label) for row, label in zip(z, best)]).mean()


# %% candidate_loss | wrong | scores times mask | A score of 0 is not a probability of 0
def candidate_loss(z, allowed):
    inside = (z * allowed).exp().sum(dim=1)
    return (z.exp().sum(dim=1).log() - inside.log()).mean()


# %% candidate_loss | wrong | mask turned round | the loss of the other classes
def candidate_loss(z, allowed):
    p = z.exp() / z.exp().sum(dim=1, keepdim=True)
    return -(p * ~allowed).sum(dim=1).log().mean()


# %% candidate_loss | wrong | softmax over the batch | over the examples (dim 0)
def candidate_loss(z, allowed):
    p = z.exp() / z.exp().sum(dim=0)
    return -(p * allowed).sum(dim=1).log().mean()


# %% candidate_loss | wrong | no keepdim | Shapes do not fit
def candidate_loss(z, allowed):
    p = z.exp() / z.exp().sum(dim=1)
    return -(p * allowed).sum(dim=1).log().mean()


# %% candidate_loss | wrong | changes z | z or allowed has changed
def candidate_loss(z, allowed):
    z -= z.max(dim=1, keepdim=True).values
    return -((z.exp() * allowed).sum(1) / z.exp().sum(1)).log().mean()


# %% candidate_loss | wrong | detached | has no history
def candidate_loss(z, allowed):
    total = 0.0
    for row, mask in zip(z.tolist(), allowed.tolist()):
        inside = [v for v, m in zip(row, mask) if m]
        lse = [max(v) + math.log(sum(math.exp(u - max(v)) for u in v)) for v in (row, inside)]
        total += lse[0] - lse[1]
    return torch.tensor(total / len(z), dtype=torch.float64)


# %% candidate_loss | wrong | torch's logsumexp | Write it yourself: `logsumexp`
def candidate_loss(z, allowed):
    return (z.logsumexp(1) - z.masked_fill(~allowed, -math.inf).logsumexp(1)).mean()


# %% candidate_loss | wrong | torch's log-softmax | Write it yourself: `log_softmax`
def candidate_loss(z, allowed):
    return -(torch.log_softmax(z, 1).exp() * allowed).sum(1).log().mean()


# %% candidate_loss | wrong | masked with -1e9 | drowned by it
def candidate_loss(z, allowed):
    def log_sum_exp(z):
        top = z.amax(dim=1, keepdim=True)
        return top[:, 0] + (z - top).exp().sum(dim=1).log()

    return (log_sum_exp(z) - log_sum_exp(z.masked_fill(~allowed, -1e9))).mean()


# %% candidate_loss | wrong | never more than 1e4 | for scores 0, -1e10, -2e10
def candidate_loss(z, allowed):
    a = z.clamp(-10_000, 10_000)
    b = a.masked_fill(~allowed, -math.inf)
    m, n = a.amax(1), b.amax(1)
    whole = m + (a - m[:, None]).exp().sum(1).log()
    return (whole - n - (b - n[:, None]).exp().sum(1).log()).mean()


# %% learning_rate | right | cases in another order
def learning_rate(t, total, warmup, peak, floor):
    if t >= total:
        return floor
    if t < warmup:
        return (t + 1) * peak / warmup
    if t == warmup:
        return peak
    angle = math.pi * (t - warmup) / (total - warmup - 1)
    return (peak + floor) / 2 + (peak - floor) / 2 * math.cos(angle)


# %% learning_rate | right | squared cosine of half the angle
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * ((t + 1) / warmup)
    left = total - 1 - t
    if left < 0:
        return floor
    share = left / (total - 1 - warmup) if total - 1 > warmup else 1.0
    return floor + (peak - floor) * math.sin(math.pi * share / 2) ** 2


# %% learning_rate | right | a whole table, with torch
def learning_rate(t, total, warmup, peak, floor):
    up = [peak * (i + 1) / warmup for i in range(warmup)]
    n = total - warmup
    wave = torch.cos(torch.linspace(0, math.pi, n, dtype=torch.float64)) if n else torch.zeros(0)
    down = [floor + (peak - floor) * (1 + w) / 2 for w in wave.tolist()]
    table = up + down
    return table[t] if t < total else floor


# %% learning_rate | wrong | the broken one as it was | so it learns nothing
def learning_rate(t, total, warmup, peak, floor):
    return broken_rate(t, total, warmup, peak, floor)


# %% learning_rate | wrong | the lecture's warm-up and cosine pasted | the wave goes between peak and floor
def warmup_cosine(t, total=300, warmup=30):
    if t < warmup:
        return (t + 1) / warmup
    return (1 + math.cos(math.pi * (t - warmup) / (total - warmup))) / 2


def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * warmup_cosine(t, total, warmup)
    return floor + peak * warmup_cosine(t, total, warmup)


# %% learning_rate | wrong | a torch schedule on an optimizer of helpers | so it learns nothing
from helpers.optimizers import SGD


def learning_rate(t, total, warmup, peak, floor):
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    factor = lambda k: k / warmup if k < warmup else 1.0
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    for _ in range(t):
        optimizer.step()
        schedule.step()
    return schedule.get_last_lr()[0]


# %% learning_rate | wrong | warm-up from the floor | begins at the floor
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return floor + (peak - floor) * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | peak a step late | divide by w.
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / (warmup + 1)
    if t >= total:
        return floor
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | mended the start only | two mistakes
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    return floor + peak * (1 + math.cos(math.pi * t / total)) / 2


# %% learning_rate | wrong | a wave from t = 0 | The wave has begun already
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    return floor + (peak - floor) * (1 + math.cos(math.pi * t / total)) / 2


# %% learning_rate | wrong | the wave begins at w - 1 | a step too early
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup + 1) / (total - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | arrives at T | The wave never arrives
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup) / (total - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | no floor | let it run between peak and floor
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return peak * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | a straight line | into a cosine
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    return peak - (peak - floor) * (t - warmup) / max(total - 1 - warmup, 1)


# %% learning_rate | wrong | cut off at the floor | cut off at the floor
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return max(floor, peak * (1 + math.cos(math.pi * progress)) / 2)


# %% learning_rate | wrong | no end | return the floor
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | nothing comes back after the end | needs a `return`
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t < total:
        progress = (t - warmup) / max(total - 1 - warmup, 1)
        return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | divides by zero after w = T - 1 | nothing to divide by
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup) / (total - 1 - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | the single step gets the floor | the list gives it the peak
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total - 1:
        return floor
    progress = (t - warmup) / (total - 1 - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | the step after the warm-up has the peak, even after the end | also when w = T
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t == warmup:
        return peak
    if t >= total:
        return floor
    progress = (t - warmup) / (total - 1 - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | the example's peak and floor | hidden
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return 0.8 * (t + 1) / warmup
    if t >= total:
        return 0.2
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return 0.5 + 0.3 * math.cos(math.pi * progress)


# %% two_steps | right | a loop for each rule, with plain numbers
def momentum_pair(c, x, eta):
    result = {}
    for name, look in [("momentum", 0.0), ("nesterov", 0.5)]:
        theta, v = x, 0.0
        for _ in range(2):
            v = 0.5 * v + eta * c * (theta - look * v)
            theta = theta - v
        result[name] = theta
    return result


def adaptive_four(c, x, eta):
    result = {}
    theta, s = x, 0.0
    for _ in range(2):
        g = c * theta
        s += g * g
        theta -= eta * g / math.sqrt(s)
    result["adagrad"] = theta
    theta, s = x, 0.0
    for _ in range(2):
        g = c * theta
        s = 0.75 * s + 0.25 * g * g
        theta -= eta * g / math.sqrt(s)
    result["rmsprop"] = theta
    theta, m, s = x, 0.0, 0.0
    for t in (1, 2):
        g = c * theta
        m, s = 0.5 * m + 0.5 * g, 0.75 * s + 0.25 * g * g
        theta -= eta * m / (1 - 0.5**t) / math.sqrt(s / (1 - 0.75**t))
    result["adam"] = theta
    theta, m, s, top = x, 0.0, 0.0, 0.0
    for _ in range(2):
        g = c * theta
        m, s = 0.5 * m + 0.5 * g, 0.75 * s + 0.25 * g * g
        top = max(top, s)
        theta -= eta * m / math.sqrt(top)
    result["amsgrad"] = theta
    return result


# %% two_steps | right | multiplied out
def momentum_pair(c, x, eta):
    a = eta * c
    return dict(momentum=x * (1 - 2.5 * a + a * a), nesterov=x * (1 - 2.5 * a + 1.5 * a * a))


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    ams = max(3 * x**2 + 4 * y**2, 4 * x**2) ** 0.5
    return dict(
        adagrad=y * (1 - eta / math.hypot(x, y)),
        rmsprop=r * (1 - 4 * eta / math.sqrt(3 * x**2 + 4 * r**2)),
        adam=y - eta * (x + 2 * y) / 3 / math.sqrt((3 * x**2 + 4 * y**2) / 7),
        amsgrad=y - eta * (x + 2 * y) / ams,
    )


# %% two_steps | right | gradients by name
def momentum_pair(c, x, eta):
    g1 = c * x
    v1 = eta * g1
    theta1 = x - v1
    v2 = 0.5 * v1 + eta * c * theta1
    w2 = 0.5 * v1 + eta * c * (theta1 - 0.5 * v1)
    return {"momentum": theta1 - v2, "nesterov": theta1 - w2}


def adaptive_four(c, x, eta):
    g1 = c * x
    theta1 = x - eta
    g2 = c * theta1
    m1, m2 = 0.5 * g1, 0.25 * g1 + 0.5 * g2
    s1 = 0.25 * g1**2
    s2 = 0.75 * s1 + 0.25 * g2**2
    rms1 = x - 2 * eta
    h2 = c * rms1
    r2 = 0.75 * s1 + 0.25 * h2**2
    return {
        "amsgrad": theta1 - eta * m2 / math.sqrt(s1 if s1 > s2 else s2),
        "adam": theta1 - eta * (m2 / 0.75) / math.sqrt(s2 / 0.4375),
        "rmsprop": rms1 - eta * h2 / math.sqrt(r2),
        "adagrad": theta1 - eta * g2 / math.sqrt(g1**2 + g2**2),
    }


# %% two_steps | part 2/3 | gradient descent for momentum | The velocity is missing
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": (x - v) * (1 - eta * c),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | gamma of the libraries | Your γ is not ½
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (0.9 * v + eta * c * (x - v)),
        "nesterov": x - v - (0.9 * v + eta * c * (x - v - 0.9 * v)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | gamma of the libraries for Nesterov alone | Your γ is not ½
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (0.9 * v + eta * c * (x - v - 0.9 * v)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | velocity averaged | The velocity was averaged
def momentum_pair(c, x, eta):
    result = {}
    for name, look in [("momentum", 0.0), ("nesterov", 0.5)]:
        theta, v = x, 0.0
        for _ in range(2):
            v = 0.5 * v + 0.5 * eta * c * (theta - look * v)
            theta = theta - v
        result[name] = theta
    return result


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | first gradient twice | you took the first one again
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + v),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | the two swapped | This is Nesterov's answer
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v - v / 2)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | momentum for both | That is momentum
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | looks back | You looked the wrong way
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v + v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | look-ahead point | which PyTorch calls θ
def momentum_pair(c, x, eta):
    v = eta * c * x
    w = v / 2 + eta * c * (x - v - v / 2)
    ahead = x - v - w - w / 2
    return {"momentum": x - v - (v / 2 + eta * c * (x - v)), "nesterov": ahead}


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | looks ahead by all of v | You looked ahead by all of v
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | a list | with the keys momentum and nesterov
def momentum_pair(c, x, eta):
    v = eta * c * x
    return [x - v - (v / 2 + eta * c * (x - v)), x - v - (v / 2 + eta * c * (x - v - v / 2))]


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | the example's curvature | which of the three
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + 2 * eta * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | AdaGrad forgets | s adds up
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * (1 if y > 0 else -1),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | no root | The root is missing
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    t = x - eta / (c * x)
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": t - eta * c * t / (c * c * (x * x + t * t)),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | second gradient at the start | You took the second gradient at the start
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta / math.sqrt(2),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | RMSProp's shares swapped | γ is the share of the past
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    t = x - eta / math.sqrt(0.75)
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": t - eta * t / math.sqrt(0.25 * 0.75 * x * x + 0.75 * t * t),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | RMSProp's first step is eta | the first step is not η
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": y - eta * y / math.sqrt(0.75 * x * x + 0.25 * y * y),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | RMSProp adds up | s was not averaged but added up
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": y - eta * y / math.sqrt(x * x + y * y),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | RMSProp with torch's alpha | The settings are those of a library: here γ
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    t = x - 10 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": t - eta * t / math.sqrt(0.99 * 0.01 * x * x + 0.01 * t * t),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | Adam without corrections | you have none, or those of the first
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / math.sqrt(s),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | Adam with the first corrections | you have none, or those of the first
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * (m / 0.5) / math.sqrt(s / 0.25),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | Adam without momentum | There is no momentum in it
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * y / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | Adam's betas swapped | β₁ and β₂ are swapped
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * ((0.75 * x + y) / 4 / 0.4375) / math.sqrt((x * x / 2 + y * y) / 2 / 0.75),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | Adam with the library's betas | here β₁ = ½ and β₂ = ¾
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y
        - eta
        * ((0.09 * x + 0.1 * y) / 0.19)
        / math.sqrt((0.000999 * x * x + 0.001 * y * y) / 0.001999),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | AMSGrad without its maximum | the largest so far counts
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(s),
    }


# %% two_steps | part 1/3 | AMSGrad with corrections | you have PyTorch's
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * (m / 0.75) / math.sqrt(max(s, x * x / 4) / 0.4375),
    }


# %% two_steps | part 1/3 | Adam for AMSGrad | That is Adam's answer
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
    }


# %% two_steps | part 1/3 | a curvature left over | The curvature should cancel
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * (c / 2) * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | divides by the old s | every s is positive here
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    theta, s, s2 = x, 0.0, 0.0
    for _ in range(2):
        theta -= eta * c * theta / math.sqrt(s)
        s += (c * theta) ** 2
    return {"adagrad": theta, "rmsprop": theta, "adam": theta, "amsgrad": theta}


# %% two_steps | part 1/3 | three of four keys | adagrad, rmsprop, adam and amsgrad
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
    }


# %% two_steps | part 1/3 | AMSGrad remembers the first s alone | You kept the first s
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(x * x / 4),
    }


# %% two_steps | wrong | the optimizers of helpers | no tensors and no finished optimizer
from helpers import optimizers


def two(make, c, x):
    theta = torch.tensor([x], dtype=torch.float64, requires_grad=True)
    optimizer = make([theta])
    for _ in range(2):
        optimizer.zero_grad()
        (c / 2 * theta**2).sum().backward()
        optimizer.step()
    return theta.item()


def momentum_pair(c, x, eta):
    return {
        "momentum": two(lambda p: optimizers.Momentum(p, eta, 0.5), c, x),
        "nesterov": two(lambda p: optimizers.SGD(p, eta, 0.5, nesterov=True), c, x),
    }


def adaptive_four(c, x, eta):
    return {
        "adagrad": two(lambda p: optimizers.AdaGrad(p, eta), c, x),
        "rmsprop": two(lambda p: optimizers.RMSProp(p, eta, 0.75), c, x),
        "adam": two(lambda p: optimizers.Adam(p, eta, (0.5, 0.75)), c, x),
        "amsgrad": two(lambda p: optimizers.AMSGrad(p, eta, (0.5, 0.75)), c, x),
    }


# %% two_steps | wrong | the lecture's rules pasted, with their settings | Your γ is not ½
def momentum(theta, gradient, v, t, eta, gamma=0.9):
    v = gamma * v + eta * gradient(theta)
    return theta - v, v


def adam(theta, gradient, state, t, eta, betas=(0.9, 0.999), eps=1e-8):
    (m, v), (beta1, beta2), g = state, betas, gradient(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1 ** (t + 1))
    v_hat = v / (1 - beta2 ** (t + 1))
    return theta - eta * m_hat / (v_hat**0.5 + eps), (m, v)


def two(rule, c, x, eta, state):
    for t in range(2):
        x, state = rule(x, lambda theta: c * theta, state, t, eta)
    return x


def momentum_pair(c, x, eta):
    both = two(momentum, c, x, eta, 0.0)
    return {"momentum": both, "nesterov": both}


def adaptive_four(c, x, eta):
    four = ["adagrad", "rmsprop", "adam", "amsgrad"]
    return dict.fromkeys(four, two(adam, c, x, eta, (0.0, 0.0)))


# %% adadelta | right | named averages, powers of a half
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    squares, moves = state
    squares = gamma * squares + (1 - gamma) * g * g
    rms_g = (squares + eps) ** 0.5
    rms_move = (moves + eps) ** 0.5
    delta = -rms_move / rms_g * g
    moves = gamma * moves + (1 - gamma) * delta * delta
    return theta + delta, (squares, moves)


# %% adadelta | right | lerp, and a list
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s = torch.lerp(state[0], g.square(), 1 - gamma)
    step = g * torch.sqrt((state[1] + eps) / (s + eps))
    return [theta - step, [s, torch.lerp(state[1], step.square(), 1 - gamma)]]


# %% adadelta | right | copies, then in place
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    theta, s, u = theta.clone(), state[0].clone(), state[1].clone()
    s.mul_(gamma).addcmul_(g, g, value=1 - gamma)
    move = u.add(eps).sqrt_().div_(s.add(eps).sqrt_()).mul_(g)
    u.mul_(gamma).addcmul_(move, move, value=1 - gamma)
    theta -= move
    print("moved by", move.norm().item())
    return theta, (s, u)


# %% adadelta | wrong | eps outside | you added it outside
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u.sqrt() + eps) / (s.sqrt() + eps) * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | no eps above | into the upper root
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = u.sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | no eps below | into the lower root
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / s.sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | no roots | The roots are missing
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps) / (s + eps) * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | no size of past moves | That is RMSProp
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = g / (s + eps).sqrt()
    u = gamma * u + (1 - gamma) * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | shares swapped | γ is the share of the past
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = (1 - gamma) * s + gamma * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = (1 - gamma) * u + gamma * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | uphill | You went uphill
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta + move, (s, u)


# %% adadelta | wrong | returns the move | That is the move itself
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return move, (s, u)


# %% adadelta | wrong | upside down | stands on its head
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (s + eps).sqrt() / (u + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | u stays | let the squared move in
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = u
    return theta - move, (s, u)


# %% adadelta | wrong | u of moves without a square | square the move
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move.abs()
    return theta - move, (s, u)


# %% adadelta | wrong | u of gradients | you put the squared gradients in
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * g**2
    return theta - move, (s, u)


# %% adadelta | wrong | u adds up | The new square comes in with 1 − γ
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + move**2
    return theta - move, (s, u)


# %% adadelta | wrong | no state | Expected the new point and the new pair
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move


# %% adadelta | wrong | old s returned | That is the old s
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move, (state[0], u)


# %% adadelta | wrong | the example's eps and gamma | as they are handed in
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = 0.75 * s + 0.25 * g**2
    move = (u + 2).sqrt() / (s + 2).sqrt() * g
    u = 0.75 * u + 0.25 * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | old s | average first, then divide
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    return theta - move, (gamma * s + (1 - gamma) * g**2, gamma * u + (1 - gamma) * move**2)


# %% adadelta | wrong | new u | Δ needs the old one
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - (u + eps).sqrt() / (s + eps).sqrt() * g, (s, u)


# %% adadelta | wrong | in place | Something that was handed in has changed
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s.mul_(gamma).add_((1 - gamma) * g**2)
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u.mul_(gamma).add_((1 - gamma) * move**2)
    theta -= move
    return theta, (s, u)


# %% adadelta | wrong | the lecture's rmsprop pasted | Expected the new point and the new pair
def rmsprop(theta, gradient, s, t, eta, gamma=0.9, eps=1e-8):
    g = gradient(theta)
    s = gamma * s + (1 - gamma) * g**2
    return theta - eta * g / (s.sqrt() + eps), s


def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    return rmsprop(theta, lambda theta: g, state[0], 0, 1.0, gamma, eps)


# %% adadelta | wrong | RMSProp from helpers | a finished optimizer is at work
from helpers.optimizers import RMSProp


def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    p = theta.clone().requires_grad_()
    p.grad = g
    RMSProp([p], lr=1.0, alpha=gamma, eps=eps).step()
    return p.detach(), state


# %% adadelta | wrong | torch's own | a finished optimizer is at work
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    p = theta.clone().requires_grad_()
    p.grad = g
    optimizer = torch.optim.Adadelta([p], lr=1.0, rho=gamma, eps=eps)
    optimizer.state[p] = {"step": torch.tensor(0.0), "square_avg": state[0], "acc_delta": state[1]}
    optimizer.step()
    kept = optimizer.state[p]
    return p.detach(), (kept["square_avg"], kept["acc_delta"])


# %% adadelta | wrong | one number for all coordinates | treat each coordinate by itself
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * (g @ g)
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    return theta - move, (s, gamma * u + (1 - gamma) * (move @ move))


# %% adadelta | wrong | only for vectors of two | treat each coordinate by itself
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move.clamp(-20, 20) * (len(g) < 3), (s, u)


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
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m + h), 1 / (m - h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 1/3 | curvatures instead of steps | a step is one over a curvature
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return m - h, m + h


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 1/3 | the constant step twice | two different ones do better
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    return 2 / (mu + beta), 2 / (mu + beta)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 1/3 | one over each end | These two steps finish
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    return 1 / mu, 1 / beta


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 1/3 | quarter points | a quarter and three quarters
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / 4
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 1/3 | returns one number | Expected two numbers
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    return 2 / (mu + beta)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 1/3 | never longer than one | hidden
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return min(1, 1 / (m - h)), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 1/3 | the diagonal | You took the diagonal
def step_pair(H):
    mu, beta = H.diagonal().min().item(), H.diagonal().max().item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 1/3 | the mean of all curvatures for the middle | other steps than with 1 and 9
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    m, h = l.mean().item(), (l[-1] - l[0]).item() / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 2/3 | predicts with the mean of all curvatures | one more between them changes nothing
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    x = (2 * l.mean() / (l[-1] - l[0])).item()
    return 2 * math.ceil(-math.log(shrink) / math.log(2 * x * x - 1))


# %% step_pair | part 2/3 | pairs | the number of pairs
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return math.ceil(math.log(shrink) / -math.log(2 * x * x - 1))


# %% step_pair | part 2/3 | doubled, then rounded | half a pair is missing
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return math.ceil(2 * math.log(shrink) / -math.log(2 * x * x - 1))


# %% step_pair | part 2/3 | rounded down | One pair too few
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.floor(math.log(shrink) / -math.log(2 * x * x - 1))


# %% step_pair | part 2/3 | the constant step's number | what the best constant step needs
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    return math.ceil(math.log(shrink) / math.log((kappa - 1) / (kappa + 1)))


# %% step_pair | part 2/3 | for the loss | which shrinks with the square
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(math.log(shrink) / -math.log(2 * x * x - 1) / 2)


# %% step_pair | part 2/3 | for shrink = 1e-8 alone | use `shrink`
def step_pair(H):
    l = torch.linalg.eigvalsh(H)
    mu, beta = l[0].item(), l[-1].item()
    m, h = (beta + mu) / 2, (beta - mu) / math.sqrt(8)
    return 1 / (m - h), 1 / (m + h)


def steps_needed(H, shrink):
    l = torch.linalg.eigvalsh(H)
    kappa = (l[-1] / l[0]).item()
    x = (kappa + 1) / (kappa - 1)
    return 2 * math.ceil(math.log(1e-8) / -math.log(2 * x * x - 1))


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
        q = p
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | 1 as curvature | and yours is 1.
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
        q = torch.ones_like(p)
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | gradient descent, as in the lecture | That is a step of gradient descent
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
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = g, 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | Hessian as a sum | The Hessian is a mean over the examples
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
        H = (X * q[:, None]).T @ X + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


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
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean() + penalty / 2 * (w @ w)

    w, path = start, [start]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / n + penalty * w
        if g.norm() <= 1e-2:
            break
        q = p * (1 - p)
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | fine tolerance | You went on too long
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean() + penalty / 2 * (w @ w)

    w, path = start, [start]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / n + penalty * w
        if g.norm() <= 1e-9:
            break
        q = p * (1 - p)
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | no brake | until the condition holds
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
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | no a in the condition | never come to an end
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
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | any lower point | You accept every point that is lower
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
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) >= loss(w):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | half of the slope | stricter than the page
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
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.5 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | naive loss | Your loss is infinite here
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.log(1 + torch.exp(s)) - y * s).mean() + penalty / 2 * (w @ w)

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


# %% newton_path | wrong | a diagonal matrix | never build an N × N matrix
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
        H = X.T @ torch.diag(q) @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | the last point alone | with one row for each point
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
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return w


# %% newton_path | wrong | without the start | The start is the first row
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
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path[1:])


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
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean() + penalty / 2 * (w @ w)

    w, path = start, [start]
    for _ in range(50):
        p = torch.sigmoid(X @ w)
        g = X.T @ (p - y) / n + penalty * w
        if g.norm() <= 1.0:
            break
        q = p * (1 - p)
        H = (X * q[:, None]).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | rows not weighted as a column | Shapes do not fit
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
        H = (X * q).T @ X / n + penalty * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


# %% newton_path | wrong | only for the example's first penalty's size | hidden
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
        H = (X * q[:, None]).T @ X / n + min(penalty, 0.5) * torch.eye(d, dtype=X.dtype)
        v, a = torch.linalg.solve(H, g), 1.0
        while loss(w - a * v) > loss(w) - 0.25 * a * (g @ v):
            a = a / 2
        w = w - a * v
        path.append(w)
    return torch.stack(path)


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
def newton_path(X, y, penalty, start):
    n, d = X.shape

    def loss(w):
        s = X @ w
        return (torch.nn.functional.softplus(s) - y * s).mean() + penalty / 2 * (w @ w)

    w, path = start, [start]
    for _ in range(5):
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


# %% escape | right | nudges in every rest, keeps the point before
def escape(gradient, start, generator):
    rest, theta, quiet = None, start.clone(), 0
    while True:
        g = gradient(theta)
        quiet += 1
        if g.norm() <= 1e-6 and quiet > 200:
            if rest is not None and torch.linalg.norm(theta - rest) < 0.3:
                return theta
            rest = theta.clone()
            kick = torch.randn(len(theta), generator=generator, dtype=torch.float64)
            theta, quiet = theta + 1e-3 * kick / kick.norm(), 0
        else:
            theta = theta - 0.2 * g


# %% escape | right | nudges at once, and a shorter step
def escape(gradient, start, generator):
    theta = start
    while True:
        theta = theta + 0.02 * torch.randn(start.shape, generator=generator, dtype=torch.float64)
        before = theta
        for step in range(500):
            g = gradient(theta)
            if g.norm() < 5e-7 and step > 210:
                break
            theta = theta - 0.15 * g
        if (theta - before).norm() < 0.25:
            return theta


# %% escape | right | measures the lowest curvature along the way by power iteration
def escape(gradient, start, generator):
    theta = start.clone()
    while True:
        g = gradient(theta)
        while g.norm() > 1e-6:
            theta = theta - 0.2 * g
            g = gradient(theta)
        v = torch.randn(len(theta), generator=generator, dtype=torch.float64)
        v = v / v.norm()
        for _ in range(200):
            Hv = (gradient(theta + 1e-4 * v) - g) / 1e-4
            curvature = v @ Hv
            v = 5 * v - Hv
            v = v / v.norm()
        if curvature > -0.1:
            return theta
        side = torch.randint(0, 2, (1,), generator=generator).item() * 2 - 1
        theta = theta + 0.1 * side * v


# %% escape | wrong | gradient descent | A small gradient does not make a minimum
def escape(gradient, start, generator):
    theta = start
    for _ in range(2000):
        g = gradient(theta)
        if g.norm() <= 1e-6:
            break
        theta = theta - 0.2 * g
    return theta


# %% escape | wrong | noise in every step, as in the lecture | must have come to rest
def noisy(gradient, sigma, generator):
    return lambda theta: (
        gradient(theta) + sigma * torch.randn(theta.shape, generator=generator).double()
    )


def escape(gradient, start, generator):
    theta, shaken = start, noisy(gradient, 0.05, generator)
    for _ in range(2000):
        theta = theta - 0.1 * shaken(theta)
    return theta


# %% escape | wrong | noise in every step until the gradient is small | does not come to rest
def escape(gradient, start, generator):
    theta = start
    while True:
        theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
        g = gradient(theta)
        if g.norm() <= 1e-6:
            return theta
        theta = theta - 0.2 * g


# %% escape | wrong | one nudge, at the start | A small gradient does not make a minimum
def escape(gradient, start, generator):
    theta = start + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for _ in range(2500):
        g = gradient(theta)
        if g.norm() <= 1e-6:
            break
        theta = theta - 0.2 * g
    return theta


# %% escape | wrong | nudged once more before it returns | must have come to rest
def escape(gradient, start, generator):
    theta, place = start, None
    while True:
        for step in range(600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and step > 150:
                break
            theta = theta - 0.2 * g
        nudge = 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
        theta = theta + nudge
        if place is not None and (theta - place).norm() < 0.5:
            return theta
        place = theta


# %% escape | wrong | a nudge too small to notice | A small gradient does not make a minimum
def escape(gradient, start, generator):
    theta, place = start, start + 1
    while (theta - place).norm() > 0.5:
        place = theta
        theta = theta + 1e-9 * torch.randn(len(start), generator=generator, dtype=torch.float64)
        g = gradient(theta)
        while g.norm() > 1e-6:
            theta = theta - 0.2 * g
            g = gradient(theta)
    return theta


# %% escape | wrong | a nudge along the first coordinate | A small gradient does not make a minimum
def escape(gradient, start, generator):
    theta, place = start, None
    while True:
        for step in range(600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and (step > 150 or place is None):
                break
            theta = theta - 0.2 * g
        if place is not None and (theta - place).norm() < 0.5:
            return theta
        place = theta
        nudge = torch.zeros(len(start), dtype=torch.float64)
        nudge[0] = 0.01 * torch.randn(1, generator=generator).item()
        theta = theta + nudge


# %% escape | wrong | the same nudge each time | one and the same well
def escape(gradient, start, generator):
    theta, place = start, None
    while True:
        for step in range(600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and (step > 150 or place is None):
                break
            theta = theta - 0.2 * g
        if place is not None and (theta - place).norm() < 0.5:
            return theta
        place = theta
        theta = theta + 0.01 * torch.arange(1, len(start) + 1, dtype=torch.float64)


# %% escape | wrong | luck of its own | draw from it alone
def escape(gradient, start, generator):
    theta, place = start, None
    while True:
        for step in range(600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and (step > 150 or place is None):
                break
            theta = theta - 0.2 * g
        if place is not None and (theta - place).norm() < 0.5:
            return theta
        place = theta
        theta = theta + 0.01 * torch.randn(len(start), dtype=torch.float64)


# %% escape | wrong | leaps instead of nudges | your walker ran away
def escape(gradient, start, generator):
    theta = start + 3 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for _ in range(900):
        theta = theta - 0.2 * gradient(theta)
    return theta


# %% escape | wrong | Newton from helpers goes to the saddle | A small gradient does not make a minimum
from helpers.optimizers import Newton


def escape(gradient, start, generator):
    theta = start + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for _ in range(20):
        H = torch.autograd.functional.jacobian(gradient, theta)
        theta = theta - torch.linalg.solve(H, gradient(theta))
    return theta


# %% escape | wrong | returns the length of the gradient | return theta
def escape(gradient, start, generator):
    theta = start + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for _ in range(500):
        theta = theta - 0.2 * gradient(theta)
    return gradient(theta).norm()


# %% escape | wrong | nudges once, where it first comes to rest | go on from there until a nudge leads back
def escape(gradient, start, generator):
    theta = start
    for _ in range(2000):
        g = gradient(theta)
        if g.norm() <= 1e-6:
            break
        theta = theta - 0.2 * g
    theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for step in range(900):
        g = gradient(theta)
        if g.norm() <= 1e-6 and step > 200:
            break
        theta = theta - 0.2 * g
    return theta


# %% escape | wrong | three nudges, however many it needs | go on from there until a nudge leads back
def escape(gradient, start, generator):
    theta = start
    for _ in range(4):
        for step in range(1600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and (step > 200 or theta is start):
                break
            theta = theta - 0.2 * g
        if _ < 3:
            theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    return theta


# %% escape | wrong | noise for a thousand steps, then quiet | go on from there until a nudge leads back
def escape(gradient, start, generator):
    theta = start
    for _ in range(1000):
        theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
        theta = theta - 0.2 * gradient(theta)
    for _ in range(1900):
        theta = theta - 0.2 * gradient(theta)
    return theta


# %% escape | wrong | seven nudges, however many it needs | hidden
def escape(gradient, start, generator):
    theta, nudges = start, 0
    while nudges < 8:
        for step in range(1600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and (step > 160 or nudges == 0):
                break
            theta = theta - 0.2 * g
        nudges += 1
        if nudges < 8:
            nudge = torch.randn(len(start), generator=generator, dtype=torch.float64)
            theta = theta + 0.01 * nudge
    return theta


# %% escape | wrong | does not wait after the nudge | bad luck
def escape(gradient, start, generator):
    place = None
    theta = start
    while True:
        g = gradient(theta)
        while g.norm() > 1e-6:
            theta = theta - 0.2 * g
            g = gradient(theta)
        if place is not None and (theta - place).norm() < 0.5:
            return theta
        place = theta
        theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
