"""What students hand in for the question candidate_loss of chapter 4: see sources/answers.py."""


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


# %% candidate_loss | wrong | never more than 1e4 | for scores 0, -1e200, -2e200
def candidate_loss(z, allowed):
    a = z.clamp(-10_000, 10_000)
    b = a.masked_fill(~allowed, -math.inf)
    m, n = a.amax(1), b.amax(1)
    whole = m + (a - m[:, None]).exp().sum(1).log()
    return (whole - n - (b - n[:, None]).exp().sum(1).log()).mean()


# %% candidate_loss | wrong | a mask of -1e12 | A candidate with a lower score than your mask
def candidate_loss(z, allowed):
    masked = torch.where(allowed, z, -1e12)
    a, b = z.max(1, keepdim=True)[0], masked.max(1, keepdim=True)[0]
    everything = a + (z - a).exp().sum(1, keepdim=True).log()
    return (everything - b - (masked - b).exp().sum(1, keepdim=True).log()).mean()
