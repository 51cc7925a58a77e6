"""What students hand in for the question cost of chapter 1: see sources/answers.py."""


# %% cost | right | unit by unit; a search by halves
def count(widths, bias=True):
    parameters = operations = 0
    last = len(widths) - 1
    for l in range(1, len(widths)):
        for _ in range(widths[l]):
            parameters += widths[l - 1] + (1 if bias else 0)
            operations += widths[l - 1] + widths[l - 1] - 1
            if bias:
                operations += 1
            if l < last:
                operations += 1
    return parameters, operations


def widest(n_in, n_out, depth, budget):
    def parameters(w):
        sizes = [n_in] + depth * [w] + [n_out]
        return sum(a * b + b for a, b in zip(sizes, sizes[1:]))

    low, high = 0, budget + 1
    while high - low > 1:
        middle = (low + high) // 2
        if parameters(middle) <= budget:
            low = middle
        else:
            high = middle
    return low


# %% cost | right | the operations from the parameters; the root of the quadratic
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    units = sum(widths[1:])
    operations = 2 * weights + (0 if bias else -units) + units - widths[-1]
    return [weights + bias * units, operations]


def widest(n_in, n_out, depth, budget):
    a, b, c = depth - 1, n_in + depth + n_out, n_out - budget
    if a + b + c > 0:
        return 0
    if a == 0:
        return -c // b
    return (-b + math.isqrt(b * b - 4 * a * c)) // (2 * a)


# %% cost | right | torch counts the parameters; numpy returns the width
def count(widths, bias=True):
    layers = [nn.Linear(a, b, bias=bias, device="meta") for a, b in zip(widths, widths[1:])]
    parameters = sum(p.numel() for layer in layers for p in layer.parameters())
    operations = sum(layer.out_features * (2 * layer.in_features - 1) for layer in layers)
    operations += bias * sum(layer.out_features for layer in layers)
    return parameters, operations + sum(layer.out_features for layer in layers[:-1])


def widest(n_in, n_out, depth, budget):
    w = np.arange(0, 1_000_001, dtype=np.int64)
    size = w * (n_in + 1) + (depth - 1) * w * (w + 1) + n_out * (w + 1)
    size[0] = 0
    return np.flatnonzero(size <= budget)[-1]


# %% cost | wrong | the formulas of the lecture pasted | The ReLUs are missing
def count(widths, bias=True):
    parameters = sum((a + 1) * b for a, b in zip(widths, widths[1:]))
    return parameters, sum(2 * a * b for a, b in zip(widths, widths[1:]))


def widest(n_in, n_out, depth, budget):
    return (budget - n_out) // (n_in + n_out + 1)


# %% cost | wrong | layers from helpers counted by torch, one number | Return two whole numbers
from helpers.layers import Linear


def count(widths, bias=True):
    layers = [Linear(a, b, bias=bias) for a, b in zip(widths, widths[1:])]
    return sum(p.numel() for layer in layers for p in layer.parameters())


def widest(n_in, n_out, depth, budget):
    w = 1
    while count([n_in] + [w] * depth + [n_out]) <= budget:
        w += 1
    return w


# %% cost | wrong | no biases anywhere | The biases are missing
def count(widths, bias=True):
    return sum(a * b for a, b in zip(widths, widths[1:])), 0


def widest(n_in, n_out, depth, budget):
    w = 0
    while (w + 1) * (n_in + n_out) + (depth - 1) * (w + 1) ** 2 <= budget:
        w += 1
    return w


# %% cost | wrong | a bias for the inputs; less instead of at most | The inputs have no bias
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    return weights + sum(widths), 2 * weights


def widest(n_in, n_out, depth, budget):
    w = 0
    while (w + 1) * (n_in + 1) + (depth - 1) * (w + 2) * (w + 1) + (w + 2) * n_out < budget:
        w += 1
    return w


# %% cost | wrong | no bias for the outputs; at least one unit | the outputs have some
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    return weights + sum(widths[1:-1]), 2 * weights


def widest(n_in, n_out, depth, budget):
    w = 1
    while (w + 1) * (n_in + 1) + (depth - 1) * (w + 2) * (w + 1) + (w + 2) * n_out <= budget:
        w += 1
    return w


# %% cost | wrong | multiply-adds; one too wide | These are multiply-adds
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    return weights + bias * sum(widths[1:]), weights


def widest(n_in, n_out, depth, budget):
    w = 0
    while w * (n_in + 1) + (depth - 1) * (w + 1) * w + (w + 1) * n_out <= budget:
        w += 1
    return w


# %% cost | wrong | a ReLU on every layer; one too narrow | One too many
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    return weights + bias * sum(widths[1:]), 2 * weights + sum(widths[1:])


def widest(n_in, n_out, depth, budget):
    w = 0
    while (w + 2) * (n_in + 1) + (depth - 1) * (w + 3) * (w + 2) + (w + 3) * n_out <= budget:
        w += 1
    return w


# %% cost | wrong | biases not added; one square too many | The biases are missing among the additions
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    operations = sum((2 * a - 1) * b for a, b in zip(widths, widths[1:])) + sum(widths[1:-1])
    return weights + bias * sum(widths[1:]), operations


def widest(n_in, n_out, depth, budget):
    w = 0
    squares = depth if depth > 1 else 0
    while (w + 1) * (n_in + 1) + squares * (w + 2) * (w + 1) + (w + 2) * n_out <= budget:
        w += 1
    return w


# %% cost | wrong | n additions for n numbers; the budget in each layer | one addition too many
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    hidden = sum(widths[1:-1])
    return weights + bias * sum(widths[1:]), 2 * weights + bias * sum(widths[1:]) + hidden


def widest(n_in, n_out, depth, budget):
    return budget // (n_in + 1)


# %% cost | part 1/2 | the flag has no effect | Without biases there are only the weights
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    return weights + sum(widths[1:]), 2 * weights + sum(widths[1:-1])


def widest(n_in, n_out, depth, budget):
    w = 0
    while (w + 1) * (n_in + 1) + (depth - 1) * (w + 2) * (w + 1) + (w + 2) * n_out <= budget:
        w += 1
    return w


# %% cost | part 1/2 | 2 in out also without biases | takes n − 1 additions
# as "the flag has no effect", but
# -    return weights + sum(widths[1:]), 2 * weights + sum(widths[1:-1])
# +    return weights + bias * sum(widths[1:]), 2 * weights + sum(widths[1:-1])


# %% cost | wrong | the ReLU counted only together with a bias; one hidden layer whatever is asked | with or without a bias
def count(widths, bias=True):
    weights, units = sum(a * b for a, b in zip(widths, widths[1:])), sum(widths[1:])
    hidden = units - widths[-1]
    return weights + bias * units, 2 * weights - (not bias) * units + bias * hidden


def widest(n_in, n_out, depth, budget):
    return max(0, (budget - n_out) // (n_in + n_out + 1))


# %% cost | part 1/2 | the first layer always has a ReLU | There is no hidden unit here
def count(widths, bias=True):
    weights, units = sum(a * b for a, b in zip(widths, widths[1:])), sum(widths[1:])
    hidden = widths[1] + sum(widths[2:-1])
    return weights + bias * units, 2 * weights - (not bias) * units + hidden


def widest(n_in, n_out, depth, budget):
    def parameters(w):
        return (n_in + 1) * w + (depth - 1) * (w + 1) * w + (w + 1) * n_out

    return max([w for w in range(1, 400_000) if parameters(w) <= budget] + [0])


# %% cost | wrong | the ReLUs of the first hidden layer; a square for each hidden layer but the only one | Only the first hidden layer's ReLUs
def count(widths, bias=True):
    weights, units = sum(a * b for a, b in zip(widths, widths[1:])), sum(widths[1:])
    hidden = widths[1] if len(widths) > 2 else 0
    return weights + bias * units, 2 * weights - (not bias) * units + hidden


def widest(n_in, n_out, depth, budget):
    squares = {1: 0, 2: 1}.get(depth, depth)
    w = 0
    while (w + 1) * (n_in + 1) + squares * (w + 2) * (w + 1) + (w + 2) * n_out <= budget:
        w += 1
    return w


# %% cost | wrong | the ReLUs of the last hidden layer; one square whatever the depth | you have one
def count(widths, bias=True):
    weights, units = sum(a * b for a, b in zip(widths, widths[1:])), sum(widths[1:])
    hidden = widths[-2] if len(widths) > 2 else 0
    return weights + bias * units, 2 * weights - (not bias) * units + hidden


def widest(n_in, n_out, depth, budget):
    w = 0
    while (w + 1) * (n_in + 1) + (depth > 1) * (w + 2) * (w + 1) + (w + 2) * n_out <= budget:
        w += 1
    return w
