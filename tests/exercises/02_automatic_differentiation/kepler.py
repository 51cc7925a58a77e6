"""What students hand in for the question kepler of chapter 2: see sources/answers.py."""


# %% kepler | right | forward and setup_context, the gradient of e unsummed: torch sums what was stretched
class Orbit(torch.autograd.Function):
    @staticmethod
    def forward(M, e):
        return solve_kepler(M, e, steps=30)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[1], output)

    @staticmethod
    def backward(ctx, upstream):
        e, E = ctx.saved_tensors
        slope = 1 / (1 - e * E.cos())
        return upstream * slope, upstream * slope * E.sin()


def kepler(M, e):
    return Orbit.apply(M, e)


# %% kepler | right | saves the two local derivatives
def kepler(M, e):
    return Anomaly.apply(M, e)


class Anomaly(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        radius = 1 - e * torch.cos(E)
        ctx.save_for_backward(radius.reciprocal(), torch.sin(E) / radius)
        return E

    @staticmethod
    def backward(ctx, upstream):
        dM, de = ctx.saved_tensors
        return dM * upstream, torch.dot(de, upstream)


# %% kepler | right | bisection for the solver; warns
import warnings


class Bisected(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        low, high = M - 1, M + 1  # |E - M| = e |sin E| < 1
        for _ in range(60):
            middle = (low + high) / 2
            below = middle - e * torch.sin(middle) < M
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        ctx.E, ctx.e = middle.detach(), e.detach()
        warnings.warn("bisection is slow", stacklevel=1)
        return middle

    @staticmethod
    def backward(ctx, upstream):
        share = torch.div(upstream, 1 - ctx.e * torch.cos(ctx.E))
        return share, torch.sum(share * torch.sin(ctx.E))


def kepler(M, e):
    return 1.0 * Bisected.apply(M, e)


# %% kepler | wrong | the solver as it stands | the steps of the solver are in the graph
def kepler(M, e):
    return solve_kepler(M, e)


# %% kepler | wrong | the solver without a graph | Your E has no history
def kepler(M, e):
    with torch.no_grad():
        return solve_kepler(M, e)


# %% kepler | wrong | one step of Newton's method with a graph | No operation is your own
def kepler(M, e):
    E = solve_kepler(M.detach(), e.detach())
    return E - (E - e * torch.sin(E) - M) / (1 - e * torch.cos(E)).detach()


# %% kepler | wrong | goes back through the solver | runs the solver again
class Unrolled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        ctx.save_for_backward(M, e)
        return solve_kepler(M, e)

    @staticmethod
    def backward(ctx, upstream):
        with torch.enable_grad():
            M, e = (t.detach().requires_grad_() for t in ctx.saved_tensors)
            return torch.autograd.grad(solve_kepler(M, e), (M, e), upstream)


def kepler(M, e):
    return Unrolled.apply(M, e)


# %% kepler | wrong | solves once more on the way back | runs the solver again
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        ctx.save_for_backward(M, e)
        return solve_kepler(M, e)

    @staticmethod
    def backward(ctx, upstream):
        M, e = ctx.saved_tensors
        E = solve_kepler(M, e)
        dM = upstream / (1 - e * torch.cos(E))
        return dM, (dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | a gradient for M alone | one gradient for each argument
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E, e)
        return E

    @staticmethod
    def backward(ctx, upstream):
        E, e = ctx.saved_tensors
        dM = upstream / (1 - e * torch.cos(E))
        return dM


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | forward called by its name | it calls `forward`, with a ctx besides
# as "a gradient for M alone", but
# -        return dM
# +        return dM, (dM * torch.sin(E)).sum()
# ...
# -    return Kepler.apply(M, e)
# +    return Kepler.forward(M, e)


# %% kepler | wrong | M itself, with the right derivatives | solve the equation
# as "solves once more on the way back", but
# -        return solve_kepler(M, e)
# +        return M.clone()
# ...
# -        M, e = ctx.saved_tensors
# -        E = solve_kepler(M, e)
# +        E, e = ctx.saved_tensors


# %% kepler | wrong | two steps of Newton's method | Expected E at 60 and 90 degrees
# as "a gradient for M alone", but
# -        E = solve_kepler(M, e)
# +        E = solve_kepler(M, e, steps=2)
# ...
# -        return dM
# +        return dM, (dM * torch.sin(E)).sum()


# %% kepler | wrong | no upstream | The upstream gradient was not used
# as "a gradient for M alone", but
# -        dM = upstream / (1 - e * torch.cos(E))
# -        return dM
# +        dM = 1 / (1 - e * torch.cos(E))
# +        return dM, (dM * torch.sin(E)).sum()


# %% kepler | wrong | no upstream for e | The upstream gradient was not used
# as "a gradient for M alone", but
# -        dM = upstream / (1 - e * torch.cos(E))
# -        return dM
# +        local = 1 / (1 - e * torch.cos(E))
# +        return upstream * local, (local * torch.sin(E)).sum()


# %% kepler | wrong | sign in the denominator | The sign of e cos E is wrong
# as "a gradient for M alone", but
# -        dM = upstream / (1 - e * torch.cos(E))
# -        return dM
# +        dM = upstream / (1 + e * torch.cos(E))
# +        return dM, (dM * torch.sin(E)).sum()


# %% kepler | wrong | dM/dE | you need the other way round
# as "a gradient for M alone", but
# -        dM = upstream / (1 - e * torch.cos(E))
# -        return dM
# +        return upstream * (1 - e * torch.cos(E)), (-upstream * torch.sin(E)).sum()


# %% kepler | wrong | derivatives at M | The cosine belongs to E
# as "solves once more on the way back", but
# -        E = solve_kepler(M, e)
# -        dM = upstream / (1 - e * torch.cos(E))
# -        return dM, (dM * torch.sin(E)).sum()
# +        dM = upstream / (1 - e * torch.cos(M))
# +        return dM, (dM * torch.sin(M)).sum()


# %% kepler | wrong | passes upstream on for M | E depends on M also through e sin E
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E)
        return E

    @staticmethod
    def backward(ctx, upstream):
        (E,) = ctx.saved_tensors
        return upstream, (upstream * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | mean instead of sum | You took the mean
# as "a gradient for M alone", but
# -        return dM
# +        return dM, (dM * torch.sin(E)).mean()


# %% kepler | wrong | the derivative of e sin E alone | That is sin E alone
# as "a gradient for M alone", but
# -        dM = upstream / (1 - e * torch.cos(E))
# -        return dM
# +        return upstream / (1 - e * torch.cos(E)), (upstream * torch.sin(E)).sum()


# %% kepler | wrong | sign of the gradient of e | when e grows, E grows
# as "a gradient for M alone", but
# -        return dM
# +        return dM, -(dM * torch.sin(E)).sum()


# %% kepler | wrong | the sum of the gradient of M for e | The factor sin E is missing
# as "a gradient for M alone", but
# -        return dM
# +        return dM, dM.sum()


# %% kepler | wrong | the sine at M | The sine belongs to E
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E, M, e)
        return E

    @staticmethod
    def backward(ctx, upstream):
        E, M, e = ctx.saved_tensors
        dM = upstream / (1 - e * torch.cos(E))
        return dM, (dM * torch.sin(M)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | the example's e = 1/2 written into the way back | gradcheck
# as "passes upstream on for M", but
# -        return upstream, (upstream * torch.sin(E)).sum()
# +        dM = upstream / (1 - 0.5 * torch.cos(E))
# +        return dM, (dM * torch.sin(E)).sum()


# %% kepler | wrong | the two gradients in the wrong order | They are swapped
# as "a gradient for M alone", but
# -        return dM
# +        return dM * torch.sin(E), dM.sum()


# %% kepler | wrong | e as a plain number that was set aside | hidden
# as "passes upstream on for M", but
#          ctx.save_for_backward(E)
# +        Kepler.e = e.item()  # the one of the last forward, whichever that was
# ...
# -        return upstream, (upstream * torch.sin(E)).sum()
# +        dM = upstream / (1 - Kepler.e * torch.cos(E))
# +        return dM, (dM * torch.sin(E)).sum()


# %% kepler | wrong | the sigmoid of the lecture pasted | Expected E at 60 and 90 degrees
class Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, s):
        out = 1 / (1 + torch.exp(-s))
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, upstream):
        (out,) = ctx.saved_tensors
        return upstream * out * (1 - out)


def kepler(M, e):
    return Sigmoid.apply(M + e * torch.sin(M))


# %% kepler | wrong | the tape imported from helpers | Your E has no history
import numpy as np

from helpers.autodiff import Tensor


def kepler(M, e):
    m, eccentricity = Tensor(M.detach().numpy()), Tensor(e.item())
    E = np.array(m.data)
    for _ in range(30):
        E = E - (E - eccentricity.data * np.sin(E) - m.data) / (1 - eccentricity.data * np.cos(E))
    return torch.tensor(E)
