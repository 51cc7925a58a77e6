"""What students hand in for the question train_epoch of chapter 3: see sources/answers.py."""


# %% train_epoch | right | adds sums, and divides the gradients before the step
def train_epoch(model, batches, loss, optimizer, k):
    def step():
        for p in model.parameters():
            if p.grad is not None:
                p.grad /= waiting
        optimizer.step()
        optimizer.zero_grad()

    model.train()
    optimizer.zero_grad()
    total, examples, waiting = 0.0, 0, 0
    for i, (x, y) in enumerate(batches):
        value = loss(model(x), y) * len(y)
        value.backward()
        total, examples, waiting = total + value.item(), examples + len(y), waiting + len(y)
        if (i + 1) % k == 0:
            step()
            waiting = 0
    if waiting:
        step()
    return total / examples


# %% train_epoch | right | everything in a list first, prints
def train_epoch(model, batches, loss, optimizer, k):
    batches = list(batches)
    losses = []
    model.train()
    for start in range(0, len(batches), k):
        group = batches[start : start + k]
        n = sum(len(x) for x, _ in group)
        model.zero_grad()
        for x, y in group:
            out = loss(model(x), y)
            losses += [out.item()] * len(x)
            (out * (len(x) / n)).backward()
        optimizer.step()
        print("step with", n, "examples")
    return sum(losses) / len(losses)


# %% train_epoch | right | gradients by autograd.grad, collected by hand
def train_epoch(model, batches, loss, optimizer, k):
    model.train(True)
    parameters = [p for p in model.parameters() if p.requires_grad]
    sums, inside, everything, count = None, 0, 0.0, 0

    def flush():
        for p, g in zip(parameters, sums):
            p.grad = g / inside
        optimizer.step()

    for number, (x, y) in enumerate(batches, start=1):
        value = loss(model(x), y)
        new = [len(y) * g for g in torch.autograd.grad(value, parameters)]
        sums = new if sums is None else [a + b for a, b in zip(sums, new)]
        inside += len(y)
        count += len(y)
        everything += float(value.detach()) * len(y)
        if number % k == 0:
            flush()
            sums, inside = None, 0
    if sums is not None:
        flush()
    return everything / count


# %% train_epoch | wrong | the lecture's loop pasted | there is a step, or a zero_grad, after each of them
def train_epoch(model, batches, loss, optimizer, k):
    losses = []
    model.train()
    for x, y in batches:
        value = loss(model(x), y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return sum(losses) / len(losses)


# %% train_epoch | wrong | fit of helpers | there is a step, or a zero_grad, after each of them
from helpers.training import fit, supervised


def train_epoch(model, batches, loss, optimizer, k):
    cpu = torch.device("cpu")
    history = fit(model, batches, supervised(loss), optimizer, device=cpu, progress=False)
    return history.epochs["loss"][-1]


# %% train_epoch | wrong | divides by k, the usual recipe | you took the mean of the two means
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    total = n = 0
    for i, (x, y) in enumerate(batches, 1):
        value = loss(model(x), y)
        (value / k).backward()
        total, n = total + len(y) * value.item(), n + len(y)
        if i % k == 0:
            optimizer.step()
            optimizer.zero_grad()
    return total / n


# %% train_epoch | wrong | adds the gradients of the means | You added the gradients of the two means
# as "divides by k, the usual recipe", but
# -        (value / k).backward()
# +        value.backward()


# %% train_epoch | wrong | adds the gradients of all examples | divide by how many the group has
# as "divides by k, the usual recipe", but
# -        value = loss(model(x), y)
# -        (value / k).backward()
# -        total, n = total + len(y) * value.item(), n + len(y)
# +        value = loss(model(x), y) * len(y)
# +        value.backward()
# +        total, n = total + value.item(), n + len(y)


# %% train_epoch | wrong | does not zero what was there | A gradient from before the call
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.step()
        optimizer.zero_grad()
        examples += size
    return total / examples


# %% train_epoch | wrong | zeroes before each backward | not before each backward
# as "does not zero what was there", but
#              value = loss(model(x), y)
# +            optimizer.zero_grad()
# ...
# -        optimizer.zero_grad()


# %% train_epoch | wrong | zeroes between backward and step | thrown away before it
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.zero_grad()
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | zeroes only once | The gradient of the first group was still there
# as "does not zero what was there", but
#      model.train()
# +    optimizer.zero_grad()
# ...
# -        optimizer.zero_grad()


# %% train_epoch | wrong | scales the learning rate instead of the gradient, which Adam does not mind | hidden
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    rate = optimizer.param_groups[0]["lr"]
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = len(y) * loss(model(x), y)
            value.backward()
            total += value.item()
        optimizer.param_groups[0]["lr"] = rate / size
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | one more step at the end, on gradients of zero | Each group makes one step
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        examples += size
    optimizer.step()
    return total / examples


# %% train_epoch | wrong | one large batch after all | that would not fit
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        x, y = (torch.cat(part) for part in zip(*group))
        value = loss(model(x), y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        total, examples = total + len(y) * value.item(), examples + len(y)
    return total / examples


# %% train_epoch | wrong | adds the losses, one backward for all | the gradients add up by themselves
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        value = sum(len(y) * loss(model(x), y) for x, y in group) / size
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        total, examples = total + size * value.item(), examples + size
    return total / examples


# %% train_epoch | wrong | asks a generator for its length | it has no length
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    for i in range(len(batches) // k):
        optimizer.step()
    return 0.0


# %% train_epoch | wrong | divides every gradient, also that of the frozen parameter | a frozen parameter has no gradient
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    total, examples, waiting = 0.0, 0, 0
    for i, (x, y) in enumerate(batches):
        value = loss(model(x), y) * len(y)
        value.backward()
        total, examples, waiting = total + value.item(), examples + len(y), waiting + len(y)
        if (i + 1) % k == 0:
            for p in model.parameters():
                p.grad /= waiting
            optimizer.step()
            optimizer.zero_grad()
            waiting = 0
    return total / examples


# %% train_epoch | wrong | divides every gradient by a method | a frozen parameter has no gradient
# as "divides every gradient, also that of the frozen parameter", but
# -                p.grad /= waiting
# +                p.grad.div_(waiting)


# %% train_epoch | wrong | a slip that has to do with neither | 'int' object is not callable
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    return sum(k(batch) for batch in batches)


# %% train_epoch | wrong | the last group is forgotten | The last, smaller group made no step
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    group, total, n = [], 0.0, 0
    for pair in batches:
        group.append(pair)
        if len(group) == k:
            size = sum(len(y) for _, y in group)
            for x, y in group:
                value = loss(model(x), y)
                (value * len(y) / size).backward()
                total, n = total + len(y) * value.item(), n + len(y)
            optimizer.step()
            optimizer.zero_grad()
            group = []
    return total / n


# %% train_epoch | wrong | the last group divided by k | divide by what is in the group, not by k
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size * len(group) / k).backward()
            total += len(y) * value.item()
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | no train mode | The model was in eval mode
# as "the last group divided by k", but
# -    model.train()
# ...
# -            (value * len(y) / size * len(group) / k).backward()
# +            (value * len(y) / size).backward()


# %% train_epoch | wrong | the mean of the means | counts as three: weight by size
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, values = iter(batches), []
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            values.append(value.item())
        optimizer.step()
    return sum(values) / len(values)


# %% train_epoch | wrong | running_loss / n_data | multiply by its size before you add
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, running_loss, n_data = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            running_loss += value.item()
        optimizer.step()
        n_data += size
    return running_loss / n_data


# %% train_epoch | wrong | the mean of the groups' means | the mean of the groups' means
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, means = iter(batches), []
    while group := list(itertools.islice(batches, k)):
        size, mean = sum(len(y) for _, y in group), 0.0
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y) * len(y) / size
            value.backward()
            mean += value.item()
        optimizer.step()
        means.append(mean)
    return sum(means) / len(means)


# %% train_epoch | wrong | the loss of the last group | That is the loss of the last group
# as "the mean of the groups' means", but
# -    batches, means = iter(batches), []
# +    batches = iter(batches)
# ...
# -        means.append(mean)
# -    return sum(means) / len(means)
# +    return mean


# %% train_epoch | wrong | returns a tensor | Return a plain number
# as "the last group divided by k", but
# -            (value * len(y) / size * len(group) / k).backward()
# -            total += len(y) * value.item()
# +            (value * len(y) / size).backward()
# +            total = total + len(y) * value
