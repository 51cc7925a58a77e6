"""What students hand in for the question mend of chapter 1: see sources/answers.py."""


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
# as "the places of a picture kept apart", but
# -    return (new - train.mean(dim=0)) / train.std(dim=0)
# +    mean = train.mean(dim=(2, 3), keepdim=True)
# +    return (new - mean) / train.std(dim=(2, 3), keepdim=True)


# %% mend | part 3/4 | channels as a column of rows | write that of your mean below (B, C, H, W)
# as "the places of a picture kept apart", but
# -    return (new - train.mean(dim=0)) / train.std(dim=0)
# +    mean = train.mean(dim=(0, 2, 3)).reshape(-1, 1, 1, 1, 1)
# +    return torch.cat([new, mean]) / train.std(dim=(0, 2, 3), keepdim=True)


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


# %% mend | part 3/4 | reduces over the channels | You reduced over the channels
# as "view and None", but
# -    C = train.shape[1]
# -    pixels = train.transpose(0, 1).reshape(C, -1)
# -    return (new - pixels.mean(1).view(1, C, 1, 1)) / pixels.std(1).view(1, C, 1, 1)
# +    return (new - train.mean(1, keepdim=True)) / train.std(1, keepdim=True)


# %% mend | part 3/4 | no clamp under the root | hidden
# as "view and None", but
# -    return squares.clamp(min=0).sqrt()
# +    return squares.sqrt()
