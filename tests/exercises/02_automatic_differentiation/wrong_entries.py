"""What students hand in for the question wrong_entries of chapter 2: see sources/answers.py."""


# %% wrong_entries | right | all steps in a diagonal matrix
def wrong_entries(f, gradient, x):
    h = torch.where(x == 0, 1e-5, 1e-5 * x.abs())
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    error = (slopes - gradient).abs()
    return (
        torch.nonzero(error > 0.003 * torch.maximum(slopes.abs(), gradient.abs()))
        .flatten()
        .tolist()
    )


# %% wrong_entries | right | moves a copy, and the steps that were really taken
def wrong_entries(f, gradient, x):
    found = []
    point = x.clone()
    for i, value in enumerate(x.tolist()):
        h = (abs(value) or 1.0) * sys.float_info.epsilon ** (1 / 3)
        point[i] = up = value + h
        f_up = f(point)
        point[i] = down = value - h
        f_down = f(point)
        point[i] = value
        if not math.isclose((f_up - f_down) / (up - down), gradient[i], rel_tol=2e-3):
            found.append(i)
    return found


import sys


# %% wrong_entries | right | numpy, ratio of the two
def wrong_entries(f, gradient, x):
    import numpy as np

    n, wrong = len(x), set()
    for i in range(n):
        e = np.zeros(n)
        e[i] = 3e-5 * float(x[i]) if x[i] != 0 else 1e-5
        e = torch.from_numpy(e)
        difference, claimed = f(x + e) - f(x - e), 2 * float(e[i]) * float(gradient[i])
        if difference == 0 or claimed == 0:
            wrong |= {i} if difference != claimed else set()
        elif not 0.995 < difference / claimed < 1.005:
            wrong.add(i)
    return sorted(wrong)


# %% wrong_entries | wrong | the central quotient of the lecture pasted, with its step | one step cannot serve both
def wrong_entries(f, gradient, x):
    def central(w, h=1e-5):
        return torch.tensor(
            [(f(w + h * e) - f(w - h * e)) / (2 * h) for e in torch.eye(len(w), dtype=w.dtype)],
            dtype=w.dtype,
        )

    slopes = central(x)
    error = (slopes - gradient).abs()
    return (
        torch.nonzero(error > 1e-3 * torch.maximum(slopes.abs(), gradient.abs())).flatten().tolist()
    )


# %% wrong_entries | wrong | the forward quotient of the lecture pasted, with its step | At x3 the slope is nearly 0
def wrong_entries(f, gradient, x):
    start, h = f(x), 1e-7
    slopes = torch.tensor(
        [(f(x + h * e) - start) / h for e in torch.eye(len(x), dtype=x.dtype)], dtype=x.dtype
    )
    error = (slopes - gradient).abs()
    return (
        torch.nonzero(error > 1e-3 * torch.maximum(slopes.abs(), gradient.abs())).flatten().tolist()
    )


# %% wrong_entries | wrong | the step is at least 1e-5 | Either your step is too long
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-5 * max(1.0, abs(x[i].item()))
        slope, claimed = (f(x + step) - f(x - step)) / (2 * step[i].item()), gradient[i].item()
        if abs(slope - claimed) > 1e-3 * max(abs(slope), abs(claimed)):
            wrong.append(i)
    return wrong


# %% wrong_entries | wrong | the step is at most 1e-5 | Coordinate 2 is about 1e8
# as "the step is at least 1e-5", but
# -        step[i] = 1e-5 * max(1.0, abs(x[i].item()))
# +        step[i] = 1e-5 * min(1.0, abs(x[i].item()))


# %% wrong_entries | wrong | forward quotient with a relative step | Either yours is a forward quotient
def wrong_entries(f, gradient, x):
    start, wrong = f(x), []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-5 * abs(x[i]) if x[i] else 1e-5
        slope, claimed = (f(x + step) - start) / step[i].item(), gradient[i].item()
        if abs(slope - claimed) > 1e-3 * max(abs(slope), abs(claimed)):
            wrong.append(i)
    return wrong


# %% wrong_entries | wrong | one per cent of the slope for the threshold | hidden
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-5 * abs(x[i]) if x[i] else 1e-5
        slope = (f(x + step) - f(x - step)) / (2 * step[i].item())
        claimed = gradient[i].item()
        if abs(slope - claimed) > 0.01 * abs(slope):
            wrong.append(i)
    return wrong


# %% wrong_entries | wrong | a step of a tenth | a large part of x0
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 0.1 * abs(x[i]) if x[i] else 1e-5
        slope = (f(x + step) - f(x - step)) / (2 * step[i].item())
        claimed = gradient[i].item()
        if abs(slope - claimed) > 5e-3 * max(abs(slope), abs(claimed)):
            wrong.append(i)
    return wrong


# %% wrong_entries | wrong | a step of a thousandth of a millionth | so small that it drowns in round-off
# as "a step of a tenth", but
# -        step[i] = 0.1 * abs(x[i]) if x[i] else 1e-5
# +        step[i] = 1e-9 * abs(x[i]) if x[i] else 1e-5


# %% wrong_entries | wrong | an absolute tolerance | your tolerance is an absolute one
# as "one per cent of the slope for the threshold", but
# -        if abs(slope - claimed) > 0.01 * abs(slope):
# +        if abs(slope - claimed) > 1e-6:


# %% wrong_entries | wrong | divides by the slope | compare in a way that divides by neither
# as "one per cent of the slope for the threshold", but
# -        if abs(slope - claimed) > 0.01 * abs(slope):
# +        if abs(slope - claimed) / abs(slope) > 5e-3:


# %% wrong_entries | wrong | zero divided by zero | 0 / 0 is not an error
def wrong_entries(f, gradient, x):
    h = torch.where(x == 0, 1e-5, 1e-5 * x.abs())
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    good = (slopes - gradient).abs() / (slopes.abs() + gradient.abs()) < 1e-3
    return [i for i in range(len(x)) if not good[i]]


# %% wrong_entries | wrong | torch.isclose with its absolute tolerance | an absolute tolerance sees nothing
def wrong_entries(f, gradient, x):
    h = torch.where(x == 0, 1e-5, 1e-5 * x.abs())
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    return torch.nonzero(~torch.isclose(slopes, gradient, rtol=1e-3)).flatten().tolist()


# %% wrong_entries | wrong | tolerance of one per cent | the threshold lies between six digits and 1 %
# as "all steps in a diagonal matrix", but
# -        torch.nonzero(error > 0.003 * torch.maximum(slopes.abs(), gradient.abs()))
# -        .flatten()
# -        .tolist()
# +        torch.nonzero(error > 0.02 * torch.maximum(slopes.abs(), gradient.abs())).flatten().tolist()


# %% wrong_entries | wrong | compares without the sign | You overlooked the wrong sign
def wrong_entries(f, gradient, x):
    h = torch.where(x == 0, 1e-5, 1e-5 * x.abs())
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    error = (slopes.abs() - gradient.abs()).abs()
    return (
        torch.nonzero(error > 1e-3 * torch.maximum(slopes.abs(), gradient.abs())).flatten().tolist()
    )


# %% wrong_entries | wrong | leaves out claims of zero | You overlooked the 0 that was claimed
def wrong_entries(f, gradient, x):
    h = torch.where(x == 0, 1e-5, 1e-5 * x.abs())
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    return [
        i for i in range(len(x)) if gradient[i] != 0 and abs(slopes[i] / gradient[i] - 1) > 1e-3
    ]


# %% wrong_entries | wrong | leaves out slopes of zero | You overlooked the entry that should be 0
# as "torch.isclose with its absolute tolerance", but
# -    return torch.nonzero(~torch.isclose(slopes, gradient, rtol=1e-3)).flatten().tolist()
# +    return [i for i in range(len(x)) if slopes[i] != 0 and abs(gradient[i] / slopes[i] - 1) > 1e-3]


# %% wrong_entries | wrong | moves x itself there and back | is not always x, so work on a copy
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        h = 1e-5 * abs(x[i].item()) or 1e-5
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        down = f(x)
        x[i] += h
        slope, claimed = (up - down) / (2 * h), gradient[i].item()
        if abs(slope - claimed) > 1e-3 * max(abs(slope), abs(claimed)):
            wrong.append(i)
    return wrong


# %% wrong_entries | wrong | four runs for each coordinate | for 5 coordinates 11 runs are allowed
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        e = torch.zeros_like(x)
        e[i] = 1e-4 * abs(x[i]) if x[i] else 1e-4
        slope = (8 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12 * e[i].item())
        if abs(slope - gradient[i].item()) > 1e-3 * max(abs(slope), abs(gradient[i].item())):
            wrong.append(i)
    return wrong


# %% wrong_entries | wrong | a step of zero, as a float | a step that is proportional to it is 0
# as "the step is at least 1e-5", but
# -        step[i] = 1e-5 * max(1.0, abs(x[i].item()))
# +        step[i] = 1e-5 * abs(x[i])


# %% wrong_entries | wrong | a step of zero, as a tensor | a comparison with NaN is never true
def wrong_entries(f, gradient, x):
    h = 1e-5 * x.abs()
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    error = (slopes - gradient).abs()
    return (
        torch.nonzero(error > 1e-3 * torch.maximum(slopes.abs(), gradient.abs())).flatten().tolist()
    )


# %% wrong_entries | wrong | a step of nearly zero | no size to go by
# as "a step of zero, as a tensor", but
# -    h = 1e-5 * x.abs()
# +    h = 1e-5 * x.abs() + 1e-14


# %% wrong_entries | wrong | asks autograd | 'float' object
def wrong_entries(f, gradient, x):
    x = x.clone().requires_grad_()
    f(x).backward()
    return torch.nonzero((x.grad - gradient).abs() > 1e-3 * x.grad.abs()).flatten().tolist()


# %% wrong_entries | wrong | imports the engine from helpers | object has no attribute 'tolist'
from helpers.autodiff import Value


def wrong_entries(f, gradient, x):
    nodes = [Value(v) for v in x.tolist()]
    f(nodes).backward()
    return [
        i for i, node in enumerate(nodes) if abs(node.grad - gradient[i]) > 1e-3 * abs(node.grad)
    ]


# %% wrong_entries | wrong | returns what is right | Expected the wrong entries of a gradient that is right to be []
# as "all steps in a diagonal matrix", but
# -        torch.nonzero(error > 0.003 * torch.maximum(slopes.abs(), gradient.abs()))
# +        torch.nonzero(error <= 1e-3 * torch.maximum(slopes.abs(), gradient.abs()))


# %% wrong_entries | right | half a per cent for the threshold
# as "one per cent of the slope for the threshold", but
# -        if abs(slope - claimed) > 0.01 * abs(slope):
# +        if abs(slope - claimed) > 0.005 * abs(slope):
