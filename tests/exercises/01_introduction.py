"""What students hand in for chapter 1. A cell's title: question | verdict | label | part of the message that the student must see."""

# ruff: noqa: B905  (students write so)


# %% by_hand | right | at least two without three; hinges along the diagonal
def exactly_two():
    return [[2, 2, 2], [-1, -1, -1]], [-3, 2.5], [1, 1], -1.5


def xor_of_signs():
    return [[0.5, -0.5], [-0.5, 0.5]], [0, 0], [1, 1], 0


# %% by_hand | right | tensors; a tent over the sum
def exactly_two():
    W = torch.ones(2, 3)
    return W, torch.tensor([-2.5, -1.5]), torch.tensor([-2.0, 1.0]), torch.tensor(-0.5)


def xor_of_signs():
    return torch.ones(2, 2), torch.tensor([2.0, 0.0]), torch.tensor([0.5, -1.0]), 0.0


# %% by_hand | right | not less than two and not three, prints; counts down from 1
def exactly_two():
    W = np.array([[-1, -1, -1], [1, 1, 1]])
    b, v, c = np.array([1.5, -2.5]), (-1, -1), 0.5
    print("lines at 1.5 and 2.5")
    return W, b, v, c


def xor_of_signs():
    return [[1, 1], [-1, -1]], [-1, -1], [-1, -1], 1


# %% by_hand | wrong | the lecture's majority and its XOR pasted | that is the majority
def majority():
    return [1, 1, 1], -2


def exactly_two():
    w, b = majority()
    return [w, w], [b + 0.5, b + 0.5], [1, 1], -1


def xor_of_signs():
    return [[1.0, 1], [-2, -2]], [-1.0, 3], [1.0, 1], -2


# %% by_hand | wrong | lines through the corners, as in the lecture; one case only | A line runs through a corner
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-2, -3], [1, -1], -1


def xor_of_signs():
    return [[1, -1], [0, 0]], [0, 0], [0.5, 0], 0


# %% by_hand | wrong | layers from helpers, untrained | Return four things
from helpers.layers import Linear, ReLU, Sequential


def exactly_two():
    return Sequential(Linear(3, 2), ReLU(), Linear(2, 1))


def xor_of_signs():
    return Sequential(Linear(2, 2), ReLU(), Linear(2, 1))


# %% by_hand | wrong | exactly one; forgets the half | Right but for the scale
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-0.5, -1.5], [1, -1], -0.5


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [1, 1], 0


# %% by_hand | wrong | not all equal; equal instead of different | It is turned round: it should be 1
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-0.5, -2.5], [1, -1], -0.5


def xor_of_signs():
    return [[1, 1], [-1, -1]], [0, 0], [0.5, 0.5], 0


# %% by_hand | wrong | at most two; weights for inputs 0 and 1 | not 0 and 1
def exactly_two():
    return [[-1, -1, -1], [0, 0, 0]], [2.5, 1], [1, 0], -0.5


def xor_of_signs():
    return [[1, 1], [1, 1]], [0, -1], [1, -2], 0


# %% by_hand | wrong | not exactly two; signs of v differ | both must count upwards
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.5, -2.5], [-1, 1], 0.5


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [0.5, -0.5], 0


# %% by_hand | wrong | always 0; the other case only | It says 0 whatever comes
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.5, -2.5], [1, -1], -1.5


def xor_of_signs():
    return [[-1, 1], [1, 1]], [0, 0], [0.5, 0], 0


# %% by_hand | wrong | two of three with a line too many; signs instead of 0 and 1 | not −1
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.5, -2.5], [1, -1], 0


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [1, 1], -1


# %% by_hand | wrong | always 1; weights of the output as a matrix | It says 1 whatever comes
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.5, -2.5], [1, -1], 0


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [[0.5, 0.5]], 0


# %% by_hand | part 1/2 | a line close to the corners | move it to the middle
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.9, -2.9], [1, -1], -0.5


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [0.5, 0.5], 0


# %% by_hand | wrong | one row of weights; the bias of the output in a list | the shapes that came are [(3,), (2,), (2,), ()]
def exactly_two():
    return [1, 1, 1], [-1.5, -2.5], [1, -1], -0.5


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [0.5, 0.5], [0]


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


# %% cost | wrong | a ReLU on every layer; one too narrow | The last layer has no activation
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
def count(widths, bias=True):
    weights = sum(a * b for a, b in zip(widths, widths[1:]))
    return weights + bias * sum(widths[1:]), 2 * weights + sum(widths[1:-1])


def widest(n_in, n_out, depth, budget):
    w = 0
    while (w + 1) * (n_in + 1) + (depth - 1) * (w + 2) * (w + 1) + (w + 2) * n_out <= budget:
        w += 1
    return w


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


# %% mend | right | view and None
def standardize(train, new):
    C = train.shape[1]
    pixels = train.transpose(0, 1).reshape(C, -1)
    return (new - pixels.mean(1).view(1, C, 1, 1)) / pixels.std(1).view(1, C, 1, 1)


def distances(A, B):
    squares = A.square().sum(dim=1)[:, None] + B.square().sum(dim=1)[None, :] - 2 * A @ B.T
    return squares.clamp(min=0).sqrt()


def accuracy(scores, y):
    if y.ndim == 2:
        y = y[:, 0]
    return (scores.argmax(dim=1) == y).double().mean()


def weighted_loss(prediction, target, weight):
    return (weight[:, None] * (prediction - target[:, None]) ** 2).sum() / weight.sum()


# %% mend | right | moves the axes; differences of rows; squeezes one axis
def standardize(train, new):
    mean, std = train.mean(dim=(0, 2, 3)), train.std(dim=(0, 2, 3))
    return ((new.permute(0, 2, 3, 1) - mean) / std).permute(0, 3, 1, 2)


def distances(A, B):
    return (A.unsqueeze(1) - B.unsqueeze(0)).pow(2).sum(-1).sqrt()


def accuracy(scores, y):
    predicted = scores.argmax(dim=1, keepdim=True)
    return torch.mean((predicted == y.view(-1, 1)).double())


def weighted_loss(prediction, target, weight):
    error = prediction.squeeze(1) - target
    return weight @ error**2 / weight.sum()


# %% mend | right | loops, slow but right, prints and warns
import warnings


def standardize(train, new):
    warnings.warn("a loop over the channels", stacklevel=1)
    channels = []
    for c in range(new.shape[1]):
        channels.append((new[:, c] - train[:, c].mean()) / train[:, c].std())
    return torch.stack(channels, dim=1)


def distances(A, B):
    print(A.shape, B.shape)
    return torch.tensor([[torch.linalg.vector_norm(a - b).item() for b in B] for a in A]).double()


def accuracy(scores, y):
    right = 0
    for row, c in zip(scores, y.flatten().tolist()):
        right += int(row.argmax().item() == c)
    return right / len(scores)


def weighted_loss(prediction, target, weight):
    return torch.nn.functional.mse_loss(
        prediction.flatten() * weight.sqrt(), target * weight.sqrt(), reduction="sum"
    ) / sum(weight)


# %% mend | wrong | the broken ones as they were | Channel 0's mean went to column 0
def standardize(train, new):
    return broken_standardize(train, new)


def distances(A, B):
    return broken_distances(A, B)


def accuracy(scores, y):
    return broken_accuracy(scores, y)


def weighted_loss(prediction, target, weight):
    return broken_weighted_loss(prediction, target, weight)


# %% mend | wrong | functions of the lecture pasted | One mean and std for all channels
def standardize(train, new):
    X = train.flatten()  # the lecture's, for one long column
    return (new - X.mean(dim=0)) / X.std(dim=0)


def distances(A, B):
    return (A - B) ** 2 @ torch.ones(B.shape[1], dtype=B.dtype)


def accuracy(scores, y):
    return (scores.argmax(1) == y).float().mean().item()


def weighted_loss(prediction, target, weight):
    return ((prediction[:, 0] - target) ** 2).mean()


# %% mend | wrong | accuracy imported from helpers, the rest transposed or counted | Each answer was compared with each class
from helpers.metrics import accuracy


def standardize(train, new):
    return (new - new.mean(dim=(0, 2, 3), keepdim=True)) / new.std(dim=(0, 2, 3), keepdim=True)


def distances(A, B):
    lengths = A.square().sum(dim=1) + B.square().sum(dim=1)[:, None]
    return (lengths - 2 * B @ A.T).clamp(min=0).sqrt()


def weighted_loss(prediction, target, weight):
    return (weight * (prediction[:, 0] - target) ** 2).mean()


# %% mend | wrong | divides without subtracting, cdist, counts, a weight without its sum | Write it yourself: `cdist`
def standardize(train, new):
    return new / train.std(dim=(0, 2, 3), keepdim=True)


def distances(A, B):
    return torch.cdist(A, B)


def accuracy(scores, y):
    return (scores.argmax(dim=1) == y.flatten()).double().sum()


def weighted_loss(prediction, target, weight):
    return (weight * (prediction[:, 0] - target) ** 2).sum()


# %% mend | wrong | keepdim in the wrong places | The weight stands outside the square
def standardize(train, new):
    mean, std = train.mean(dim=(0, 2, 3)), train.std(dim=(0, 2, 3))
    return (new - mean[:, None]) / std[:, None]


def distances(A, B):
    lengths = A.square().sum(dim=1, keepdim=True) + A.square().sum(dim=1, keepdim=True)
    return (lengths - 2 * A @ B.T).clamp(min=0).sqrt()


def accuracy(scores, y):
    return (scores.argmax(dim=0) == y.flatten()).double().mean()


def weighted_loss(prediction, target, weight):
    return (weight * (prediction[:, 0] - target)).square().sum() / weight.sum()


# %% mend | wrong | forgets the root, takes away an axis that is not there | y comes as (B,) and as (B, 1)
def standardize(train, new):
    mean = train.mean(dim=(0, 2, 3)).view(1, -1)
    return (new - mean) / train.std(dim=(0, 2, 3)).view(1, -1)


def distances(A, B):
    return A.square().sum(1, keepdim=True) + B.square().sum(1) - 2 * A @ B.T


def accuracy(scores, y):
    return (scores.argmax(dim=1) == y[:, 0]).double().mean()


def weighted_loss(prediction, target, weight):
    return (weight * (prediction - target[:, None]) ** 2).sum() / weight.sum()


# %% mend | wrong | one axis of the statistics is missing; the diagonal; every squeeze that there is | A batch of one example
def standardize(train, new):
    mean = train.mean(dim=(2, 3), keepdim=True)
    return (new - mean) / train.std(dim=(2, 3), keepdim=True)


def distances(A, B):
    return (A - B).square().sum(dim=1).sqrt()


def accuracy(scores, y):
    return (scores.squeeze().argmax(dim=1) == y.squeeze()).double().mean()


def weighted_loss(prediction, target, weight):
    rows = zip(prediction.squeeze(), target, weight)
    return sum(w * (p - t) ** 2 for p, t, w in rows) / weight.sum()


# %% mend | wrong | adds and removes axes without looking | write all three below each other
def standardize(train, new):
    return (new - train.mean(dim=(0, 2, 3))[None, :, None]) / train.std(dim=0)


def distances(A, B):
    lengths = A.square().sum(dim=1)[:, None] + B.square().sum(dim=1)
    return (lengths - 2 * A @ B).clamp(min=0).sqrt()


def accuracy(scores, y):
    return (scores.argmax(dim=1, keepdim=True) == y.flatten()).double().mean()


def weighted_loss(prediction, target, weight):
    return torch.dot(weight, (prediction - target) ** 2) / weight.sum()


# %% mend | part 3/4 | the places of a picture kept apart | dim=0 alone keeps the places apart
def standardize(train, new):
    return (new - train.mean(dim=0)) / train.std(dim=0)


def distances(A, B):
    lengths = A.square().sum(dim=1, keepdim=True) + B.square().sum(dim=1)
    return (lengths - 2 * A @ B.T).clamp(min=0).sqrt()


def accuracy(scores, y):
    return (scores.argmax(dim=1) == y.reshape(-1)).double().mean()


def weighted_loss(prediction, target, weight):
    return (weight * (prediction[:, 0] - target) ** 2).sum() / weight.sum()


# %% mend | part 3/4 | each picture by itself | and not each picture its own
def standardize(train, new):
    mean = train.mean(dim=(2, 3), keepdim=True)
    return (new - mean) / train.std(dim=(2, 3), keepdim=True)


def distances(A, B):
    lengths = A.square().sum(dim=1, keepdim=True) + B.square().sum(dim=1)
    return (lengths - 2 * A @ B.T).clamp(min=0).sqrt()


def accuracy(scores, y):
    return (scores.argmax(dim=1) == y.reshape(-1)).double().mean()


def weighted_loss(prediction, target, weight):
    return (weight * (prediction[:, 0] - target) ** 2).sum() / weight.sum()


# %% mend | part 3/4 | channels as a column of rows | write that of your mean below (B, C, H, W)
def standardize(train, new):
    mean = train.mean(dim=(0, 2, 3)).reshape(-1, 1, 1, 1, 1)
    return torch.cat([new, mean]) / train.std(dim=(0, 2, 3), keepdim=True)


def distances(A, B):
    lengths = A.square().sum(dim=1, keepdim=True) + B.square().sum(dim=1)
    return (lengths - 2 * A @ B.T).clamp(min=0).sqrt()


def accuracy(scores, y):
    return (scores.argmax(dim=1) == y.reshape(-1)).double().mean()


def weighted_loss(prediction, target, weight):
    return (weight * (prediction[:, 0] - target) ** 2).sum() / weight.sum()


# %% mend | part 3/4 | each row with itself | Each row was compared with itself
def standardize(train, new):
    mean = train.mean(dim=(0, 2, 3), keepdim=True)
    return (new - mean) / train.std(dim=(0, 2, 3), keepdim=True)


def distances(A, B):
    return (A - B).square().sum(dim=1).sqrt()


def accuracy(scores, y):
    return (scores.argmax(dim=1) == y.reshape(-1)).double().mean()


def weighted_loss(prediction, target, weight):
    return (weight * (prediction[:, 0] - target) ** 2).sum() / weight.sum()


# %% ensemble | right | einsum with an ellipsis
def ensemble(X, layers):
    a = X
    for l, (W, b) in enumerate(layers, start=1):
        a = torch.einsum("...bi,moi->mbo" if a.ndim == 2 else "mbi,moi->mbo", a, W) + b[:, None, :]
        if l < len(layers):
            a = a.clamp(min=0)
    return a


# %% ensemble | right | baddbmm on an expanded batch
def ensemble(X, layers):
    M = layers[0][0].shape[0]
    a = X.expand(M, -1, -1) if X.dim() == 2 else X
    *hidden, last = layers
    for W, b in hidden:
        a = torch.relu(torch.baddbmm(b[:, None], a, W.mT))
    W, b = last
    return torch.baddbmm(b[:, None], a, W.mT)


# %% ensemble | right | vmap over the members, prints
def ensemble(X, layers):
    def one(X, *flat):
        for i in range(0, len(flat), 2):
            X = torch.nn.functional.linear(X, flat[i], flat[i + 1])
            if i + 2 < len(flat):
                X = torch.nn.functional.relu(X)
        return X

    flat = [part for layer in layers for part in layer]
    print("vmap over", len(flat[0]), "members")
    dims = (None if X.ndim == 2 else 0, *[0] * len(flat))
    return torch.func.vmap(one, in_dims=dims)(X, *flat)


# %% ensemble | right | columns instead of rows
def ensemble(X, layers):
    a = X.transpose(-1, -2)  # (n, B)
    for l, (W, b) in enumerate(layers):
        a = torch.matmul(W, a).add(b.unsqueeze(-1))
        a = a * (a > 0) if l + 1 < len(layers) else a
    return a.transpose(-1, -2)


# %% ensemble | wrong | the slow one as it is | there is a loop over the members
def ensemble(X, layers):
    return slow_ensemble(X, layers)


# %% ensemble | wrong | the loop over layers of the lecture pasted, once for each member | there is a loop over the members
def ensemble(X, layers):
    outputs = []
    for m in range(len(layers[0][0])):
        a = X if X.ndim == 2 else X[m]
        for l, (W, b) in enumerate(layers, 1):
            z = a @ W[m].T + b[m]
            a = torch.relu(z) if l < len(layers) else z
        outputs.append(a)
    return torch.stack(outputs)


# %% ensemble | wrong | a list of networks from helpers | there is a loop over the members
from helpers.layers import Linear, ReLU, Sequential


def ensemble(X, layers):
    outputs = []
    for m in range(len(layers[0][0])):
        parts = []
        for W, b in layers:
            layer = Linear(W.shape[2], W.shape[1], dtype=torch.float64)
            layer.load_state_dict({"weight": W[m], "bias": b[m]})
            parts += [layer, ReLU()]
        with torch.no_grad():
            outputs.append(Sequential(*parts[:-1])(X if X.ndim == 2 else X[m]))
    return torch.stack(outputs)


# %% ensemble | wrong | one example after the other | there is a loop over the examples
def ensemble(X, layers):
    rows = []
    for i in range(X.shape[-2]):
        a = X[..., i, :].unsqueeze(-1)  # (n, 1) or (M, n, 1)
        for l, (W, b) in enumerate(layers, 1):
            a = W @ a + b.unsqueeze(-1)
            a = torch.relu(a) if l < len(layers) else a
        rows.append(a.squeeze(-1))
    return torch.stack(rows, dim=1)


# %% ensemble | wrong | the bias without its axis | The biases went to the examples
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | no biases | The biases are missing
def ensemble(X, layers):
    for l, (W, _) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2)
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | no activation | The ReLU is missing between the layers
def ensemble(X, layers):
    for W, b in layers:
        X = X @ W.transpose(-1, -2) + b[:, None]
    return X


# %% ensemble | wrong | an activation at the end | The last layer has no activation
def ensemble(X, layers):
    for W, b in layers:
        X = torch.relu(X @ W.transpose(-1, -2) + b[:, None])
    return X


# %% ensemble | wrong | the mean of the members | return each of them
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X.mean(0) if l > 1 else X


# %% ensemble | wrong | examples first | members first, then examples
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X.transpose(0, 1) if l > 1 else X


# %% ensemble | wrong | W as it stands where it fits | W is turned round
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        W = W if W.shape[-2] == X.shape[-1] else W.transpose(-1, -2)
        X = X @ W + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | W.T as for a matrix | align them from the right
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.permute(2, 1, 0) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | einsum for one batch only | then each member has a batch of its own
def ensemble(X, layers):
    (W, b), *others = layers
    a = torch.einsum("bi,moi->mbo", X, W) + b[:, None]
    for W, b in others:
        a = torch.einsum("mbi,moi->mbo", torch.relu(a), W) + b[:, None]
    return a


# %% ensemble | wrong | the first batch for all | All members got the batch of the first
def ensemble(X, layers):
    X = X if X.ndim == 2 else X[0]
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | ReLU in place, on X too | X has changed
def ensemble(X, layers):
    M = len(layers[0][0])
    a = X if X.ndim == 3 else X.repeat(M, 1, 1)
    for l, (W, b) in enumerate(layers, 1):
        new = a @ W.mT + b[:, None]
        a.zero_()  # free the memory
        a = new.relu_() if l < len(layers) else new
    return a


# %% ensemble | wrong | through NumPy | Stay with tensors
def ensemble(X, layers):
    a = X.numpy()
    for l, (W, b) in enumerate(layers, 1):
        a = a @ W.numpy().transpose(0, 2, 1) + b.numpy()[:, None]
        a = np.maximum(a, 0) if l < len(layers) else a
    return torch.from_numpy(a)


# %% ensemble | wrong | squeezes the result | Expected the output of one member for one example
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X.squeeze() if X.numel() == 1 else X


# %% ensemble | wrong | takes the list of layers for one pair | `layers` is a list of pairs
def ensemble(X, layers):
    W, b = layers
    return torch.relu(X @ W.mT + b.unsqueeze(1))


# %% bumps | right | adds up slopes in a loop; powers of 5
def hinge_network(knots, values):
    c, v, slope = [], [], 0.0
    for i in range(len(knots)):
        if i + 1 < len(knots):
            new = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        else:
            new = 0.0
        c.append(knots[i])
        v.append(new - slope)
        slope = new
    return torch.tensor(c), torch.tensor(v), values[0]


def knots_for_root(n):
    return torch.tensor([(i / n) ** 5 for i in range(n + 1)], dtype=torch.float64)


# %% bumps | right | a sum of bumps; each piece as long as it may be, then stretched
def hinge_network(knots, values):
    n = len(knots) - 1
    v = torch.zeros(n + 1, dtype=torch.float64)
    for i in range(n):
        s = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        v[i] += s
        v[i + 1] -= s
    return knots, v, float(values[0])


def knots_for_root(n):
    if n == 1:
        return torch.tensor([0.0, 1.0], dtype=torch.float64)
    low, high = 1e-9, 1.0  # the error of each piece, by halving
    for _ in range(80):
        e = math.sqrt(low * high)
        q, roots = 0.0, [0.0]
        for _ in range(n):  # (r - q)² = 4 e (q + r)
            q = q + 2 * e + 2 * math.sqrt(e * e + 2 * e * q)
            roots.append(q)
        low, high = (low, e) if q > 1 else (e, high)
    return (torch.tensor(roots, dtype=torch.float64) / roots[-1]) ** 2


# %% bumps | right | solves for the weights, warns; powers of a cosine-free grid
import warnings


def hinge_network(knots, values):
    c = torch.cat([knots, knots[:1] - 1])  # one unit that is not needed
    table = torch.relu(knots[1:, None] - knots[:-1])
    v = torch.linalg.solve_triangular(table, (values[1:] - values[0])[:, None], upper=False)[:, 0]
    warnings.warn("a triangular system", stacklevel=1)
    return c, torch.cat([v, -v.sum().view(1), torch.zeros(1).double()]), values[0]


def knots_for_root(n):
    i = torch.arange(n + 1).double()
    return (i / n) ** 4.5


# %% bumps | right | plain lists; knots from NumPy
def hinge_network(knots, values):
    n = len(knots) - 1
    slopes = [(values[i + 1] - values[i]) / (knots[i + 1] - knots[i]) for i in range(n)]
    slopes = [0.0] + [float(slope) for slope in slopes] + [0.0]
    return knots.tolist(), [slopes[i + 1] - slopes[i] for i in range(n + 1)], float(values[0])


def knots_for_root(n):
    return np.linspace(0, 1, n + 1) ** 4


# %% bumps | wrong | the polyline of the lecture pasted; equal pieces | it must be constant there
def polyline(f, n, low, high):
    ends = torch.linspace(low, high, n + 1, dtype=torch.float64)
    slopes = f(ends).diff() * n / (high - low)
    return ends[:-1], slopes.diff(prepend=torch.zeros(1, dtype=torch.float64)), f(ends[0])


def hinge_network(knots, values):
    slopes = values.diff() / knots.diff()
    return knots[:-1], slopes.diff(prepend=torch.zeros(1, dtype=torch.float64)), values[0]


def knots_for_root(n):
    return torch.linspace(0, 1, n + 1, dtype=torch.float64)


# %% bumps | wrong | the staircase of the lecture; the squares | Begin closer to 0
def hinge_network(knots, values):
    c = knots
    return c, values.diff(prepend=values[:1]), values[0]


def knots_for_root(n):
    return torch.linspace(0, 1, n + 1, dtype=torch.float64) ** 2


# %% bumps | wrong | a network from helpers; a list of floats in float32 | Return three things
from helpers.layers import Linear, ReLU, Sequential


def hinge_network(knots, values):
    return Sequential(Linear(1, len(knots)), ReLU(), Linear(len(knots), 1))


def knots_for_root(n):
    return torch.linspace(0, 1, n + 1) ** 4


# %% bumps | wrong | slopes as weights; too many near 0 | take knots from where the misses are smaller
def hinge_network(knots, values):
    zero = torch.zeros(1, dtype=torch.float64)
    return knots, torch.cat([values.diff() / knots.diff(), zero]), values[0]


def knots_for_root(n):
    return torch.linspace(0, 1, n + 1, dtype=torch.float64) ** 10


# %% bumps | wrong | equal lengths taken for granted; 0 is missing | must ascend from 0 to 1
def hinge_network(knots, values):
    zero = torch.zeros(1, dtype=torch.float64)
    length = (knots[-1] - knots[0]) / (len(knots) - 1)
    slopes = torch.cat([zero, values.diff() / length, zero])
    return knots, slopes.diff(), values[0]


def knots_for_root(n):
    return (torch.arange(1, n + 2, dtype=torch.float64) / (n + 1)) ** 4


# %% bumps | wrong | an equal grid of its own; too many knots | The knots are not equally spaced
def hinge_network(knots, values):
    n = len(knots) - 1
    even = torch.linspace(knots[0].item(), knots[-1].item(), n + 1, dtype=torch.float64)
    zero = torch.zeros(1, dtype=torch.float64)
    slopes = torch.cat([zero, values.diff() / (even[1] - even[0]), zero])
    return even, slopes.diff(), values[0]


def knots_for_root(n):
    return torch.linspace(0, 1, 4 * n + 1, dtype=torch.float64) ** 4


# %% bumps | wrong | starts from 0; n knots | It starts from 0
def hinge_network(knots, values):
    zero = torch.zeros(1, dtype=torch.float64)
    return knots, torch.cat([zero, values.diff() / knots.diff(), zero]).diff(), 0.0


def knots_for_root(n):
    return torch.linspace(0, 1, n, dtype=torch.float64) ** 4


# %% bumps | wrong | three units for each bump; returns a function | units, and
def hinge_network(knots, values):
    c, v = [], []
    for i in range(len(knots) - 1):
        s = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        c += [knots[i], knots[i + 1], knots[i]]
        v += [s / 2, -s, s / 2]
    return torch.tensor(c), torch.tensor(v), values[0]


def knots_for_root(n):
    return lambda i: (i / n) ** 4


# %% bumps | wrong | rises instead of slopes; powers of 3 | Rises are no slopes
def hinge_network(knots, values):
    zero = torch.zeros(1, dtype=torch.float64)
    return knots, torch.cat([zero, values.diff(), zero]).diff(), values[0]


def knots_for_root(n):
    return torch.linspace(0, 1, n + 1, dtype=torch.float64) ** 3


# %% bumps | wrong | one step at each knot by two steep hinges; knots by halving | These are steps
def hinge_network(knots, values):
    jumps = values.diff()
    c = torch.stack([knots[1:] - 1e-9, knots[1:]], 1).flatten()
    v = torch.stack([jumps, -jumps], 1).flatten() * 1e9
    return c, v, values[0]


def knots_for_root(n):
    return torch.cat([torch.zeros(1), 0.5 ** torch.arange(n - 1, -1, -1)]).double()


# %% bumps | part 2/4 | a slope for each knot instead of each piece | between n + 1 knots lie n pieces
def hinge_network(knots, values):
    zero = torch.zeros(1, dtype=torch.float64)
    slopes = torch.cat([zero, values.diff() / knots, zero])
    return knots, slopes.diff(), values[0]


def knots_for_root(n):
    return torch.linspace(0, 1, n + 1, dtype=torch.float64) ** 4


# %% bumps | part 2/4 | a slip of the pen inside the answer | has no attribute 'dif'
def hinge_network(knots, values):
    return knots, values.dif() / knots.diff(), values[0]


def knots_for_root(n):
    return torch.linspace(0, 1, n + 1, dtype=torch.float64) ** 4


# %% bumps | part 2/4 | powers of 6 | That piece is too long
def hinge_network(knots, values):
    zero = torch.zeros(1, dtype=torch.float64)
    slopes = torch.cat([zero, values.diff() / knots.diff(), zero])
    return knots, slopes.diff(), values[0]


def knots_for_root(n):
    return torch.linspace(0, 1, n + 1, dtype=torch.float64) ** 6


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
