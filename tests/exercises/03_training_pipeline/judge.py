"""What students hand in for the question judge of chapter 3: see sources/answers.py."""

# %% judge | right | counts hits and examples of each class
from collections import Counter


def judge(model, batches):
    modes = {m: m.training for m in model.modules()}
    model.eval()
    loss, n, hits, of_class = 0.0, 0, Counter(), Counter()
    with torch.inference_mode():
        for x, y in batches:
            out = model(x)
            loss += F.cross_entropy(out, y).item() * len(y)
            n += len(y)
            for guess, truth in zip(out.argmax(1).tolist(), y.tolist()):
                of_class[truth] += 1
                hits[truth] += guess == truth
    for m, mode in modes.items():
        m.training = mode
    return {
        "loss": loss / n,
        "accuracy": sum(hits.values()) / n,
        "balanced": sum(hits[c] / of_class[c] for c in of_class) / len(of_class),
    }


# %% judge | right | all scores together at the end
def judge(model, batches):
    training = [m for m in model.modules() if m.training]
    model.eval()
    try:
        with torch.no_grad():
            scores, y = zip(*[(model(a), b) for a, b in batches])
    finally:
        for m in training:
            m.training = True
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(-1) == y).float()
    shares = [float(right[y == c].mean()) for c in range(scores.shape[1]) if (y == c).any()]
    return dict(
        loss=float(F.cross_entropy(scores, y)),
        accuracy=float(right.mean()),
        balanced=float(np.mean(shares)),
    )


# %% judge | right | a confusion matrix, scikit-learn for the shares
@torch.no_grad()
def judge(model, batches):
    from sklearn.metrics import recall_score

    state = [m.training for m in model.modules()]
    total, truth, guesses = 0.0, [], []
    model.eval()
    for x, y in batches:
        scores = model(x)
        total -= scores.log_softmax(1).gather(1, y[:, None]).sum().item()
        truth += y.tolist()
        guesses += scores.argmax(1).tolist()
    for m, s in zip(model.modules(), state):
        m.train(s) if not list(m.children()) else setattr(m, "training", s)
    n = len(truth)
    recalls = recall_score(truth, guesses, labels=sorted(set(truth)), average="macro")
    hits = sum(a == b for a, b in zip(truth, guesses))
    return {"loss": total / n, "accuracy": hits / n, "balanced": float(recalls)}


# %% judge | right | judges a copy
def judge(model, batches):
    twin = copy.deepcopy(model).eval()
    with torch.no_grad():
        results = [(twin(x).log_softmax(dim=1), y) for x, y in batches]
    logs, y = (torch.cat(part) for part in zip(*results))
    guess = logs.argmax(1)
    of_class, hits = torch.bincount(y, minlength=100), torch.bincount(y[guess == y], minlength=100)
    occurs = of_class > 0
    return {
        "loss": F.nll_loss(logs, y).item(),
        "accuracy": hits.sum().item() / len(y),
        "balanced": (hits[occurs] / of_class[occurs]).mean().item(),
    }


# %% judge | wrong | made for four classes | hidden
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    total, n, of_class, hits = 0.0, 0, torch.zeros(4), torch.zeros(4)
    with torch.no_grad():
        for x, y in batches:
            out = model(x)
            total, n = total + len(y) * F.cross_entropy(out, y).item(), n + len(y)
            for c in range(4):
                of_class[c] += (y == c).sum()
                hits[c] += ((y == c) & (out.argmax(1) == c)).sum()
    for m, mode in modes:
        m.training = mode
    occurs = of_class > 0
    balanced = (hits[occurs] / of_class[occurs]).mean().item()
    return {"loss": total / n, "accuracy": hits.sum().item() / n, "balanced": balanced}


# %% judge | wrong | asks nobody | The model was not asked at all
def judge(model, batches):
    return {"loss": math.log(4), "accuracy": 0.25, "balanced": 0.25}


# %% judge | wrong | evaluate of helpers | a mean of the batches' balanced accuracies
from helpers.metrics import accuracy
from helpers.training import evaluate, supervised


def balanced(scores, y):
    hits = (scores.argmax(1) == y).float()
    return torch.stack([hits[y == c].mean() for c in y.unique()]).mean()


def judge(model, batches):
    compute = supervised(F.cross_entropy, accuracy=accuracy, balanced=balanced)
    return evaluate(model, batches, compute, device=torch.device("cpu"))


# %% judge | wrong | the lecture's averages pasted, with the accuracy for both | give each class the same weight
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        outs = [(len(y), model(x), y) for x, y in batches]
    for m, mode in modes:
        m.training = mode
    parts = [
        (n, F.cross_entropy(o, y).item(), (o.argmax(dim=1) == y).float().mean().item())
        for n, o, y in outs
    ]
    N = sum(n for n, *_ in parts)
    accuracy = sum(n * share for n, _, share in parts) / N
    return {"loss": sum(n * v for n, v, _ in parts) / N, "accuracy": accuracy, "balanced": accuracy}


# %% judge | wrong | in train mode | dropout spoils what you measure
def judge(model, batches):
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | with a graph | A graph was recorded
def judge(model, batches):
    model.eval()
    scores, y = zip(*[(model(a), b) for a, b in batches])
    model.train()
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | all batches at once | the batches that the model saw
def judge(model, batches):
    x, y = (torch.cat(part) for part in zip(*batches))
    model.eval()
    with torch.no_grad():
        scores = model(x)
    model.train()
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | the mean of the batches' losses | weight by the number of examples
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, hits, classes = [], [], []
    with torch.no_grad():
        for x, y in batches:
            out = model(x)
            losses.append(F.cross_entropy(out, y).item())
            hits.append((out.argmax(1) == y).float())
            classes.append(y)
    for m, mode in modes:
        m.training = mode
    right, y = torch.cat(hits), torch.cat(classes)
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = sum(losses) / len(losses)
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | running_loss / n_data | The batches' means were added
# as "the mean of the batches' losses", but
# -    loss = sum(losses) / len(losses)
# -    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}
# +    return {"loss": sum(losses) / len(y), "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | the sum of the losses | That is the sum
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, hits, classes = 0, [], []
    with torch.no_grad():
        for x, y in batches:
            out = model(x)
            loss += F.cross_entropy(out, y, reduction="sum").item()
            hits.append((out.argmax(1) == y).float())
            classes.append(y)
    for m, mode in modes:
        m.training = mode
    right, y = torch.cat(hits), torch.cat(classes)
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | the loss of the last batch | That is the last batch alone
# as "the sum of the losses", but
# -    loss, hits, classes = 0, [], []
# +    hits, classes = [], []
# ...
# -            loss += F.cross_entropy(out, y, reduction="sum").item()
# +            loss = F.cross_entropy(out, y).item()


# %% judge | wrong | the mean of the accuracies | the mean of the batches' accuracies
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, truth = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    means = [(s.argmax(1) == t).float().mean().item() for s, t in zip(scores, truth)]
    scores, y = torch.cat(scores), torch.cat(truth)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": sum(means) / len(means), "balanced": balanced}


# %% judge | wrong | the number of right ones | That is the number of right ones
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.sum().item(), "balanced": balanced}


# %% judge | wrong | over all classes, an absent one counts 0 | the classes that occur
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right, C = (scores.argmax(1) == y).float(), scores.shape[1]
    shares = [(right * (y == c)).sum() / max(1, (y == c).sum()) for c in range(C)]
    loss, balanced = F.cross_entropy(scores, y).item(), (sum(shares) / C).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | over all classes, NaN for an absent one | 0 / 0 is NaN
# as "the number of right ones", but
# -    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
# -    loss = F.cross_entropy(scores, y).item()
# -    return {"loss": loss, "accuracy": right.sum().item(), "balanced": balanced}
# +    shares = torch.stack([right[y == c].mean() for c in range(scores.shape[1])])
# +    loss, balanced = F.cross_entropy(scores, y).item(), shares.mean().item()
# +    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | of the predictions | the share of its predictions that are right
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    guess = scores.argmax(1)
    right = (guess == y).float()
    balanced = torch.stack([right[guess == c].mean() for c in guess.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | two counts of different length | No example of class 2 is right here
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = scores.argmax(1) == y
    of_class, hits = torch.bincount(y), torch.bincount(y[right])
    balanced = (hits / of_class)[of_class > 0].mean().item()
    loss, accuracy = F.cross_entropy(scores, y).item(), right.float().mean().item()
    return {"loss": loss, "accuracy": accuracy, "balanced": balanced}


# %% judge | wrong | over the classes that have a right prediction | Class 2 occurs, so it counts
# as "two counts of different length", but
# -    of_class, hits = torch.bincount(y), torch.bincount(y[right])
# -    balanced = (hits / of_class)[of_class > 0].mean().item()
# +    shares = [right[y == c].float().mean() for c in y[right].unique()]
# +    balanced = torch.stack(shares).mean().item()


# %% judge | wrong | tensors | Return plain numbers
# as "the number of right ones", but
# -    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
# -    loss = F.cross_entropy(scores, y).item()
# -    return {"loss": loss, "accuracy": right.sum().item(), "balanced": balanced}
# +    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean()
# +    return {"loss": F.cross_entropy(scores, y), "accuracy": right.mean(), "balanced": balanced}


# %% judge | wrong | stays in eval mode | The model stayed in eval mode
# as "in train mode", but
#  def judge(model, batches):
# +    model.eval()


# %% judge | wrong | train at the end | The frozen part was in eval mode before
def judge(model, batches):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    model.train(was_training)
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | all but the frozen parts to train mode | The model was in eval mode before, and must stay so
def judge(model, batches):
    frozen = [m for m in model.modules() if model.training and not m.training]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    model.train()
    for m in frozen:
        m.eval()
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | gradients off for good | Gradients are switched off for good
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    torch.set_grad_enabled(False)
    scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | evaluation mode for the direct parts alone | hidden
# as "counts hits and examples of each class", but
# -    model.eval()
# +    model.training = False
# +    for part in model.children():
# +        part.training = False
