"""What students hand in for chapter 2. A cell's title: question | verdict | label | part of the message that the student must see."""

# ruff: noqa: B006, B905  (students write so)


# %% log_add_exp | right | branches and log1p
def log_add_exp(a, b):
    if a.data >= b.data:
        small = math.exp(b.data - a.data)
        return Value(
            a.data + math.log1p(small), parents=(a, b), local=(1 / (1 + small), small / (1 + small))
        )
    small = math.exp(a.data - b.data)
    return Value(
        b.data + math.log1p(small), parents=(a, b), local=(small / (1 + small), 1 / (1 + small))
    )


# %% log_add_exp | right | each local derivative from the result
def log_add_exp(a, b):
    m = max(a.data, b.data)
    total = m + math.log(math.exp(a.data - m) + math.exp(b.data - m))
    return Value(total, (a, b), (math.exp(a.data - total), math.exp(b.data - total)))


# %% log_add_exp | right | numpy and lists
def log_add_exp(a, b):
    import numpy as np

    both = np.array([a.data, b.data])
    weights = np.exp(both - both.max())
    return Value(np.logaddexp(*both), (a, b), list(weights / weights.sum()), label="log-add-exp")


# %% log_add_exp | wrong | put together from the operations of helpers | put together from other operations
def log_add_exp(a, b):
    return (a.exp() + b.exp()).log()


# %% log_add_exp | wrong | stable, and put together from the operations of helpers | put together from other operations
from helpers.autodiff import Value


def log_add_exp(a, b):
    m = max(a.data, b.data)
    return ((a - m).exp() + (b - m).exp()).log() + m


# %% log_add_exp | wrong | the engine of the lecture pasted | your function returned Node
class Node:
    def __init__(self, data, parents=(), local=()):
        self.data, self.grad = data, 0.0
        self.parents, self.local = parents, local


def add(a, b):
    return Node(a.data + b.data, (a, b), (1.0, 1.0))


def exp(a):
    e = math.exp(a.data)
    return Node(e, (a,), (e,))


def log_add_exp(a, b):
    s = add(exp(a), exp(b))
    return Node(math.log(s.data), (s,), (1 / s.data,))


# %% log_add_exp | wrong | the formula as it stands | an exponential has no room in a float
def log_add_exp(a, b):
    ea, eb = math.exp(a.data), math.exp(b.data)
    return Value(math.log(ea + eb), (a, b), (ea / (ea + eb), eb / (ea + eb)))


# %% log_add_exp | wrong | stable forward, naive derivatives | an exponential has no room in a float
def log_add_exp(a, b):
    m = max(a.data, b.data)
    total = m + math.log(math.exp(a.data - m) + math.exp(b.data - m))
    return Value(
        total, (a, b), (1 / (1 + math.exp(b.data - a.data)), 1 / (1 + math.exp(a.data - b.data)))
    )


# %% log_add_exp | wrong | takes out a, whichever is larger | an exponential has no room in a float
def log_add_exp(a, b):
    ratio = math.exp(b.data - a.data)
    return Value(a.data + math.log(1 + ratio), (a, b), (1 / (1 + ratio), ratio / (1 + ratio)))


# %% log_add_exp | wrong | the formula, and the safe way only after an error | hardly a digit left
def log_add_exp(a, b):
    try:
        ea, eb = math.exp(a.data), math.exp(b.data)
        return Value(math.log(ea + eb), (a, b), (ea / (ea + eb), eb / (ea + eb)))
    except (ArithmeticError, ValueError):
        m = max(a.data, b.data)
        total = m + math.log(math.exp(a.data - m) + math.exp(b.data - m))
        return Value(total, (a, b), (math.exp(a.data - total), math.exp(b.data - total)))


# %% log_add_exp | wrong | safe forward, the derivatives after an error | local derivatives of log_add_exp(-744, -744.5)
def log_add_exp(a, b):
    m = max(a.data, b.data)
    total = m + math.log(math.exp(a.data - m) + math.exp(b.data - m))
    try:
        ea, eb = math.exp(a.data), math.exp(b.data)
        local = ea / (ea + eb), eb / (ea + eb)
    except ArithmeticError:
        local = math.exp(a.data - total), math.exp(b.data - total)
    return Value(total, (a, b), local)


# %% log_add_exp | wrong | clips what is too large | Expected the data of log_add_exp(1000, 998)
def log_add_exp(a, b):
    ea, eb = math.exp(min(a.data, 700)), math.exp(min(b.data, 700))
    return Value(math.log(ea + eb), (a, b), (ea / (ea + eb), eb / (ea + eb)))


# %% log_add_exp | wrong | no logarithm | The logarithm is missing
def log_add_exp(a, b):
    ea, eb = math.exp(a.data), math.exp(b.data)
    return Value(ea + eb, (a, b), (ea, eb))


# %% log_add_exp | wrong | the maximum | the larger of the two
def log_add_exp(a, b):
    return Value(max(a.data, b.data), (a, b), (float(a.data > b.data), float(b.data >= a.data)))


# %% log_add_exp | wrong | no exponential | exponentiate first
def log_add_exp(a, b):
    return Value(math.log(a.data + b.data), (a, b), (1 / (a.data + b.data), 1 / (a.data + b.data)))


# %% log_add_exp | wrong | derivatives of the sum | the logarithm has a derivative too
def log_add_exp(a, b):
    m = max(a.data, b.data)
    total = m + math.log(math.exp(a.data - m) + math.exp(b.data - m))
    return Value(total, (a, b), (math.exp(a.data), math.exp(b.data)))


# %% log_add_exp | wrong | derivative of the logarithm alone | multiply by that of e^a
def log_add_exp(a, b):
    total = math.log(math.exp(a.data) + math.exp(b.data))
    return Value(total, (a, b), (math.exp(-total), math.exp(-total)))


# %% log_add_exp | wrong | swapped | the first belongs to a
def log_add_exp(a, b):
    m = max(a.data, b.data)
    total = m + math.log(math.exp(a.data - m) + math.exp(b.data - m))
    return Value(total, (a, b), (math.exp(b.data - total), math.exp(a.data - total)))


# %% log_add_exp | wrong | derivatives of a sum of logarithms | A sum of logarithms
def log_add_exp(a, b):
    m = max(a.data, b.data)
    return Value(m + math.log(math.exp(a.data - m) + math.exp(b.data - m)), (a, b), (1.0, 1.0))


# %% log_add_exp | wrong | returns a number | your function returned float
def log_add_exp(a, b):
    m = max(a.data, b.data)
    return m + math.log(math.exp(a.data - m) + math.exp(b.data - m))


# %% gradients | right | counts the uses that are still to come
def gradients(outputs, seeds, inputs):
    uses, seen, waiting = {}, set(outputs), list(dict.fromkeys(outputs))
    while waiting:
        for parent in waiting.pop().parents:
            uses[parent] = uses.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    total = {node: 0.0 for node in seen}
    for node, seed in zip(outputs, seeds):
        total[node] += seed
    ready = [node for node in seen if uses.get(node, 0) == 0]
    while ready:
        node = ready.pop()
        for parent, share in zip(node.parents, node.vjp(total[node])):
            total[parent] += share
            uses[parent] -= 1
            if uses[parent] == 0:
                ready.append(parent)
    return [total.get(x, 0.0) for x in inputs]


# %% gradients | right | depth first with a list, prints as it goes
def gradients(outputs, seeds, inputs):
    order, state, stack = [], {}, list(outputs)
    while stack:
        node = stack[-1]
        if node in state:
            stack.pop()
            if state[node] == "open":
                state[node] = "done"
                order.append(node)
        else:
            state[node] = "open"
            stack.extend(p for p in node.parents if p not in state)
    print(len(order), "nodes")
    grads = dict.fromkeys(order, 0.0)
    for node, seed in zip(outputs, seeds):
        grads[node] += seed
    for node in order[::-1]:
        if node.parents:
            for parent, part in zip(node.parents, node.vjp(grads[node])):
                grads[parent] += part
    return torch.tensor([grads.get(x, 0.0) for x in inputs], dtype=torch.float64)


# %% gradients | right | one order after the other, without what is known
from collections import defaultdict


def gradients(outputs, seeds, inputs):
    order = []
    known = set()
    for output in outputs:
        for node in topological_order(output):
            if node not in known:
                known.add(node)
                order.append(node)
    upstream = defaultdict(float)
    for output, seed in zip(outputs, seeds):
        upstream[output] += seed
    while order:
        node = order.pop()
        for i, share in enumerate(node.vjp(upstream[node])):
            upstream[node.parents[i]] += share
    return tuple(upstream[x] for x in inputs)


# %% gradients | wrong | the broken one as it was | Only the last share that arrived was kept
def gradients(outputs, seeds, inputs):
    return broken_gradients(outputs, seeds, inputs)


# %% gradients | wrong | adds, but still breadth first | sent its gradient on more than once
def gradients(outputs, seeds, inputs):
    upstream = dict.fromkeys(inputs, 0.0)
    for node, seed in zip(outputs, seeds):
        upstream[node] = upstream.get(node, 0.0) + seed
    waiting = list(outputs)
    while waiting:
        node = waiting.pop(0)
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
            waiting.append(parent)
    return [upstream[x] for x in inputs]


# %% gradients | wrong | adds, with a stack | visited for each of its uses
def gradients(outputs, seeds, inputs):
    upstream = dict.fromkeys(inputs, 0.0)
    for node, seed in zip(outputs, seeds):
        upstream[node] = upstream.get(node, 0.0) + seed
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
            waiting.append(parent)
    return [upstream[x] for x in inputs]


# %% gradients | wrong | breadth first, each node once | before r had sent its share
def gradients(outputs, seeds, inputs):
    upstream = dict.fromkeys(inputs, 0.0)
    for node, seed in zip(outputs, seeds):
        upstream[node] = upstream.get(node, 0.0) + seed
    waiting, seen = list(outputs), set(outputs)
    while waiting:
        node = waiting.pop(0)
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return [upstream[x] for x in inputs]


# %% gradients | wrong | a stack, each node once | before r had sent its share
def gradients(outputs, seeds, inputs):
    upstream = dict.fromkeys(inputs, 0.0)
    for node, seed in zip(outputs, seeds):
        upstream[node] = upstream.get(node, 0.0) + seed
    waiting, seen = list(outputs), set(outputs)
    while waiting:
        node = waiting.pop()
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return [upstream[x] for x in inputs]


# %% gradients | wrong | follows each path by itself | once is enough
def gradients(outputs, seeds, inputs):
    total = {}
    paths = list(zip(outputs, seeds))
    while paths:
        node, gradient = paths.pop()
        total[node] = total.get(node, 0.0) + gradient
        paths.extend(zip(node.parents, node.vjp(gradient)))
    return [total.get(x, 0.0) for x in inputs]


# %% gradients | wrong | one way back for each output | One way back serves all outputs
def gradients(outputs, seeds, inputs):
    result = [0.0] * len(inputs)
    for output, seed in zip(outputs, seeds):
        upstream = {output: seed}
        for node in reversed(topological_order(output)):
            for parent, share in zip(node.parents, node.vjp(upstream[node])):
                upstream[parent] = upstream.get(parent, 0.0) + share
        result = [r + upstream.get(x, 0.0) for r, x in zip(result, inputs)]
    return result


# %% gradients | wrong | the recursive order of the lecture pasted | A function that calls itself cannot follow
def parents_first(node, order, seen):
    if id(node) not in seen:
        seen.add(id(node))
        for parent in node.parents:
            parents_first(parent, order, seen)
        order.append(node)
    return order


def gradients(outputs, seeds, inputs):
    upstream, order, seen = {}, [], set()
    for output, seed in zip(outputs, seeds):
        upstream[output] = upstream.get(output, 0.0) + seed
        parents_first(output, order, seen)
    for node in reversed(order):
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream.get(x, 0.0) for x in inputs]


# %% gradients | wrong | the backward pass of the lecture pasted | no place for a gradient
def parents_first(node, order, seen):
    if id(node) not in seen:
        seen.add(id(node))
        for parent in node.parents:
            parents_first(parent, order, seen)
        order.append(node)
    return order


def backward(output):
    output.grad = 1.0
    for node in reversed(parents_first(output, [], set())):
        for parent, local in zip(node.parents, node.local, strict=True):
            parent.grad += local * node.grad


def gradients(outputs, seeds, inputs):
    for output in outputs:
        backward(output)
    return [x.grad for x in inputs]


# %% gradients | wrong | imports the backward pass from helpers | no place for a gradient
from helpers.autodiff import Value


def gradients(outputs, seeds, inputs):
    for output in outputs:
        Value.backward(output)
    return [x.grad for x in inputs]


# %% gradients | wrong | begins with 1 instead of the seed | The seed was ignored
def gradients(outputs, seeds, inputs):
    upstream = dict.fromkeys(inputs, 0.0) | dict.fromkeys(outputs, 1.0)
    for node in reversed(topological_order(Node(0.0, outputs))[:-1]):
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream[x] for x in inputs]


# %% gradients | wrong | a dictionary as default argument | left over from the call before
def gradients(outputs, seeds, inputs, upstream={}):
    upstream.update(zip(outputs, seeds))
    for node in reversed(topological_order(Node(0.0, outputs))[:-1]):
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream.get(x, 0.0) for x in inputs]


# %% gradients | wrong | a seed only where nothing arrived | The seed of u was lost
def gradients(outputs, seeds, inputs):
    seed_of, upstream = dict(zip(outputs, seeds)), {}
    for node in reversed(topological_order(Node(0.0, outputs))[:-1]):
        gradient = upstream.setdefault(node, seed_of.get(node, 0.0))
        for parent, share in zip(node.parents, node.vjp(gradient)):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream.get(x, 0.0) for x in inputs]


# %% gradients | wrong | the seed replaces what arrived | Only the seed of u came through
def gradients(outputs, seeds, inputs):
    seed_of, upstream = dict(zip(outputs, seeds)), {}
    for node in reversed(topological_order(Node(0.0, outputs))[:-1]):
        if node in seed_of:
            upstream[node] = seed_of[node]
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream.get(x, 0.0) for x in inputs]


# %% gradients | wrong | the seeds in a dictionary, as they came | Only one of the two seeds was used
def gradients(outputs, seeds, inputs):
    upstream = dict(zip(outputs, seeds))
    for node in reversed(topological_order(Node(0.0, outputs))[:-1]):
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream.get(x, 0.0) for x in inputs]


# %% gradients | wrong | the first seed of each output | Only the first of the two seeds was used
def gradients(outputs, seeds, inputs):
    upstream = {}
    for output, seed in zip(outputs, seeds):
        upstream.setdefault(output, seed)
    for node in reversed(topological_order(Node(0.0, outputs))[:-1]):
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream.get(x, 0.0) for x in inputs]


# %% gradients | wrong | looks up an input that nothing reached | The gradient of an input that no output depends on is 0
def gradients(outputs, seeds, inputs):
    upstream = {}
    for node, seed in zip(outputs, seeds):
        upstream[node] = upstream.get(node, 0.0) + seed
    for node in reversed(topological_order(Node(0.0, outputs))[:-1]):
        for parent, share in zip(node.parents, node.vjp(upstream[node])):
            upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream[x] for x in inputs]


# %% gradients | wrong | forgets a gradient once it was passed on | hidden
def gradients(outputs, seeds, inputs):
    upstream = {}
    for node, seed in zip(outputs, seeds):
        upstream[node] = upstream.get(node, 0.0) + seed
    for node in reversed(topological_order(Node(0.0, outputs))[:-1]):
        if node.parents:
            for parent, share in zip(node.parents, node.vjp(upstream.pop(node))):
                upstream[parent] = upstream.get(parent, 0.0) + share
    return [upstream.get(x, 0.0) for x in inputs]


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
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-5 * min(1.0, abs(x[i].item()))
        slope, claimed = (f(x + step) - f(x - step)) / (2 * step[i].item()), gradient[i].item()
        if abs(slope - claimed) > 1e-3 * max(abs(slope), abs(claimed)):
            wrong.append(i)
    return wrong


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


# %% wrong_entries | right | one per cent of the slope for the threshold
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
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-9 * abs(x[i]) if x[i] else 1e-5
        slope = (f(x + step) - f(x - step)) / (2 * step[i].item())
        claimed = gradient[i].item()
        if abs(slope - claimed) > 5e-3 * max(abs(slope), abs(claimed)):
            wrong.append(i)
    return wrong


# %% wrong_entries | wrong | an absolute tolerance | your tolerance is an absolute one
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-5 * abs(x[i]) if x[i] else 1e-5
        slope = (f(x + step) - f(x - step)) / (2 * step[i].item())
        claimed = gradient[i].item()
        if abs(slope - claimed) > 1e-6:
            wrong.append(i)
    return wrong


# %% wrong_entries | wrong | divides by the slope | compare in a way that divides by neither
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-5 * abs(x[i]) if x[i] else 1e-5
        slope = (f(x + step) - f(x - step)) / (2 * step[i].item())
        claimed = gradient[i].item()
        if abs(slope - claimed) / abs(slope) > 5e-3:
            wrong.append(i)
    return wrong


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
def wrong_entries(f, gradient, x):
    h = torch.where(x == 0, 1e-5, 1e-5 * x.abs())
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    error = (slopes - gradient).abs()
    return (
        torch.nonzero(error > 0.02 * torch.maximum(slopes.abs(), gradient.abs())).flatten().tolist()
    )


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
def wrong_entries(f, gradient, x):
    h = torch.where(x == 0, 1e-5, 1e-5 * x.abs())
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    return [i for i in range(len(x)) if slopes[i] != 0 and abs(gradient[i] / slopes[i] - 1) > 1e-3]


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
def wrong_entries(f, gradient, x):
    wrong = []
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = 1e-5 * abs(x[i])
        slope, claimed = (f(x + step) - f(x - step)) / (2 * step[i].item()), gradient[i].item()
        if abs(slope - claimed) > 1e-3 * max(abs(slope), abs(claimed)):
            wrong.append(i)
    return wrong


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
def wrong_entries(f, gradient, x):
    h = 1e-5 * x.abs() + 1e-14
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    error = (slopes - gradient).abs()
    return (
        torch.nonzero(error > 1e-3 * torch.maximum(slopes.abs(), gradient.abs())).flatten().tolist()
    )


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
def wrong_entries(f, gradient, x):
    h = torch.where(x == 0, 1e-5, 1e-5 * x.abs())
    slopes = torch.tensor([f(x + row) - f(x - row) for row in torch.diag(h)], dtype=x.dtype) / (
        2 * h
    )
    error = (slopes - gradient).abs()
    return (
        torch.nonzero(error <= 1e-3 * torch.maximum(slopes.abs(), gradient.abs()))
        .flatten()
        .tolist()
    )


# %% jets | right | Taylor polynomials
def jet_multiply(u, v):
    a, b = (u.value, u.slope, u.curvature / 2), (v.value, v.slope, v.curvature / 2)
    c = [sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(3)]
    return Jet(c[0], c[1], 2 * c[2])


def jet_apply(u, g0, g1, g2):
    step = (u.slope, u.curvature / 2)
    return Jet(g0, g1 * step[0], 2 * (g1 * step[1] + g2 / 2 * step[0] ** 2))


# %% jets | right | dual numbers of dual numbers
class Dual:
    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)


def jet_multiply(u, v):
    outer = Dual(Dual(u[0], u[1]), Dual(u[1], u[2])) * Dual(Dual(v[0], v[1]), Dual(v[1], v[2]))
    return Jet(outer.value.value, outer.value.slope, outer.slope.slope)


def jet_apply(u, g0, g1, g2):
    slope = Dual(g1, g2 * u[1]) * Dual(u[1], u[2])  # d/dx of g'(u) u'
    return Jet(g0, slope.value, slope.slope)


# %% jets | right | the product by squares, plain tuples
def jet_apply(u, g0, g1, g2):
    return g0, g1 * u[1], g1 * u[2] + g2 * u[1] * u[1]


def jet_multiply(u, v):
    plus, minus = ([p + s * q for p, q in zip(u, v)] for s in (1, -1))
    square = [jet_apply(w, w[0] ** 2 / 4, w[0] / 2, 0.5) for w in (plus, minus)]
    return tuple(a - b for a, b in zip(*square))


# %% jets | part 2/3 | no mixed term | The mixed term u' v' is missing
def jet_multiply(u, v):
    return Jet(
        u.value * v.value,
        u.slope * v.value + u.value * v.slope,
        u.curvature * v.value + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope**2 + g1 * u.curvature)


# %% jets | part 2/3 | the mixed term once | comes up twice
def jet_multiply(u, v):
    mixed = u.slope * v.slope
    return Jet(
        u.value * v.value,
        u.slope * v.value + u.value * v.slope,
        u.curvature * v.value + mixed + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope**2 + g1 * u.curvature)


# %% jets | part 2/3 | the product without u v'' | The term u v'' is missing
def jet_multiply(u, v):
    return Jet(
        u.value * v.value,
        u.slope * v.value + u.value * v.slope,
        u.curvature * v.value + 2 * u.slope * v.slope,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope**2 + g1 * u.curvature)


# %% jets | wrong | the product without u'' v, the chain rule without u'' | The term u'' v is missing
def jet_multiply(u, v):
    return Jet(
        u.value * v.value,
        u.slope * v.value + u.value * v.slope,
        2 * u.slope * v.slope + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope**2)


# %% jets | wrong | only the mixed term, and no square | u'' v and u v'' are missing
def jet_multiply(u, v):
    return Jet(u.value * v.value, u.slope * v.value + u.value * v.slope, 2 * u.slope * v.slope)


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope + g1 * u.curvature)


# %% jets | wrong | each part by itself | the product rule has more terms
def jet_multiply(u, v):
    return Jet(u.value * v.value, u.slope * v.slope, u.curvature * v.curvature)


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.curvature)


# %% jets | wrong | u'' v'' for the curvature | Yours is u'' v''
def jet_multiply(u, v):
    return Jet(u.value * v.value, u.slope * v.value + u.value * v.slope, u.curvature * v.curvature)


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope**2 + g1 * u.slope)


# %% jets | wrong | Taylor coefficients for derivatives | not half of it
def jet_multiply(u, v):
    half = (u.curvature * v.value + u.value * v.curvature) / 2 + u.slope * v.slope
    return Jet(u.value * v.value, u.slope * v.value + u.value * v.slope, half)


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.curvature + g1 * u.slope**2)


# %% jets | wrong | the dual numbers of the lecture pasted | your function returned Dual
class Dual:
    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __mul__(self, other):
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)


def jet_multiply(u, v):
    return Dual(u.value, u.slope) * Dual(v.value, v.slope)


def jet_apply(u, g0, g1, g2):
    return Dual(g0, g1 * u.slope)


# %% jets | wrong | imports the engine from helpers | your function returned Value
from helpers.autodiff import Value


def jet_multiply(u, v):
    return Value(u.value) * Value(v.value)


def jet_apply(u, g0, g1, g2):
    return Value(g0, (Value(u.value),), (g1,))


# %% jets | part 1/3 | the chain rule without u'' | where is u''?
def jet_multiply(u, v):
    slope = u.slope * v.value + u.value * v.slope
    return Jet(
        u.value * v.value,
        slope,
        u.curvature * v.value + 2 * u.slope * v.slope + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope**2)


# %% jets | part 1/3 | the inner slope not squared | square it
def jet_multiply(u, v):
    slope = u.slope * v.value + u.value * v.slope
    return Jet(
        u.value * v.value,
        slope,
        u.curvature * v.value + 2 * u.slope * v.slope + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope + g1 * u.curvature)


# %% jets | part 1/3 | g' times the slope, not the curvature | g' meets the curvature u''
def jet_multiply(u, v):
    slope = u.slope * v.value + u.value * v.slope
    return Jet(
        u.value * v.value,
        slope,
        u.curvature * v.value + 2 * u.slope * v.slope + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g2 * u.slope**2 + g1 * u.slope)


# %% jets | part 1/3 | g'' forgotten | g'' is missing
def jet_multiply(u, v):
    slope = u.slope * v.value + u.value * v.slope
    return Jet(
        u.value * v.value,
        slope,
        u.curvature * v.value + 2 * u.slope * v.slope + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1 * u.slope, g1 * u.curvature)


# %% jets | part 1/3 | no inner slope | The slope lacks its inner derivative
def jet_multiply(u, v):
    slope = u.slope * v.value + u.value * v.slope
    return Jet(
        u.value * v.value,
        slope,
        u.curvature * v.value + 2 * u.slope * v.slope + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1, g2 * u.slope**2 + g1 * u.curvature)


# %% jets | part 1/3 | no inner derivative at all | The inner derivatives are missing
def jet_multiply(u, v):
    slope = u.slope * v.value + u.value * v.slope
    return Jet(
        u.value * v.value,
        slope,
        u.curvature * v.value + 2 * u.slope * v.slope + u.value * v.curvature,
    )


def jet_apply(u, g0, g1, g2):
    return Jet(g0, g1, g2)


# %% softmax_vjp | right | row by row; warns, prints and plots
import warnings


def softmax_vjp(p, v, temperature):
    warnings.warn("a loop over the rows is slow", stacklevel=1)
    rows = []
    for q, w in zip(p, v):
        rows.append((q * w - q * torch.dot(q, w)) / temperature)
    plt.plot(rows[0])
    plt.show()
    print("mean of the first row", rows[0].mean().item())
    return torch.stack(rows)


# %% softmax_vjp | right | einsum
def softmax_vjp(p, v, temperature):
    expected = torch.einsum("bc,bc->b", p, v)
    return (p * v - expected[:, None] * p) / temperature


# %% softmax_vjp | right | batched matrix products
def softmax_vjp(p, v, temperature):
    scale = 1.0 / temperature
    inner = torch.bmm(p.unsqueeze(1), v.unsqueeze(2)).reshape(-1, 1)
    return scale * p * v.sub(inner)


# %% softmax_vjp | wrong | the Jacobian of the lecture pasted, row by row | Never build the Jacobian
def softmax_vjp(p, v, temperature):
    return (
        torch.stack([w @ (torch.diag(q) - torch.outer(q, q)) for q, w in zip(p, v)]) / temperature
    )


# %% softmax_vjp | wrong | the Jacobians of the whole batch | Never build the Jacobian
def softmax_vjp(p, v, temperature):
    jacobian = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    return torch.einsum("bc,bcd->bd", v, jacobian) / temperature


# %% softmax_vjp | wrong | autograd on recovered scores | autograd is at work here
def softmax_vjp(p, v, temperature):
    z = (temperature * p.log()).requires_grad_()
    e = (z / temperature).exp()
    (e / e.sum(dim=1, keepdim=True)).backward(v)
    return z.grad


# %% softmax_vjp | wrong | the tape imported from helpers | yours went through NumPy or plain numbers
from helpers.autodiff import Tensor


def softmax_vjp(p, v, temperature):
    z = Tensor(temperature * p.clamp(min=1e-300).log().numpy())
    ((z / temperature).log_softmax().exp() * v.numpy()).sum().backward()
    return torch.tensor(z.grad)


# %% softmax_vjp | wrong | softmax by torch | Write it yourself: `softmax`
def softmax_vjp(p, v, temperature):
    p = torch.softmax(p.log(), dim=1)
    return p * (v - (p * v).sum(1, keepdim=True)) / temperature


# %% softmax_vjp | wrong | through the logarithm | its logarithm is no number
def softmax_vjp(p, v, temperature):
    z = temperature * p.log()
    q = (z / temperature).exp()
    dz = q * (v - (q * v).sum(1, keepdim=True)) / temperature
    return dz * (z / z)


# %% softmax_vjp | wrong | no temperature | The temperature is missing
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(1, keepdim=True))


# %% softmax_vjp | wrong | times the temperature | the derivative of z / T is 1 / T
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(1, keepdim=True)) * temperature


# %% softmax_vjp | wrong | the temperature twice | divided by the temperature twice
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(1, keepdim=True)) / temperature**2


# %% softmax_vjp | wrong | coordinate by coordinate | That is the Jacobian's diagonal
def softmax_vjp(p, v, temperature):
    return p * (1 - p) * v / temperature


# %% softmax_vjp | wrong | only diag(p) | subtract what p pᵀ makes of v
def softmax_vjp(p, v, temperature):
    return p * v / temperature


# %% softmax_vjp | wrong | sum over the batch | You summed over the batch
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(0, keepdim=True)) / temperature


# %% softmax_vjp | wrong | sum over everything | You summed over everything
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum()) / temperature


# %% softmax_vjp | wrong | no p in front | The factor p in front is missing
def softmax_vjp(p, v, temperature):
    return (v - (p * v).sum(1, keepdim=True)) / temperature


# %% softmax_vjp | wrong | sign | The sign is turned round
def softmax_vjp(p, v, temperature):
    return p * ((p * v).sum(1, keepdim=True) - v) / temperature


# %% softmax_vjp | wrong | the sum without its axis | keepdim=True
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(dim=1)) / temperature


# %% softmax_vjp | wrong | in place | p or v has changed
def softmax_vjp(p, v, temperature):
    v -= (p * v).sum(1, keepdim=True)
    v *= p
    return v / temperature


# %% residual_gradients | right | one-hot labels, einsum
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = torch.einsum("bi,ji->bj", X, W1) + b1
    A = Z.clamp(min=0)
    scores = (X + A) @ W2.t() + b2
    scores = scores - scores.max(1, keepdim=True).values
    p = scores.exp() / scores.exp().sum(1, keepdim=True)
    onehot = torch.eye(len(b2), dtype=X.dtype)[y]
    g = (p - onehot) / X.shape[0]
    g_hidden = torch.einsum("bc,cd->bd", g, W2)
    g_z = torch.where(Z > 0, g_hidden, torch.zeros_like(Z))
    out = {"W2": torch.einsum("bc,bd->cd", g, X + A), "b2": g.sum(0)}
    out["W1"], out["b1"] = torch.einsum("bi,bj->ij", g_z, X), g_z.sum(0)
    out["X"] = g_hidden + torch.einsum("bi,ij->bj", g_z, W1)
    return out


# %% residual_gradients | right | example by example
def residual_gradients(X, y, W1, b1, W2, b2):
    total = {
        "W1": torch.zeros_like(W1),
        "b1": torch.zeros_like(b1),
        "W2": torch.zeros_like(W2),
        "b2": torch.zeros_like(b2),
    }
    rows = []
    for x, label in zip(X, y):
        z = W1 @ x + b1
        h = x + torch.relu(z)
        delta = torch.softmax(W2 @ h + b2, dim=0)
        delta[label] = delta[label] - 1
        delta = delta / len(X)
        dh = W2.T @ delta
        dz = dh * (z > 0)
        total["W2"] += torch.outer(delta, h)
        total["b2"] += delta
        total["W1"] += torch.outer(dz, x)
        total["b1"] += dz
        rows.append(dh + W1.T @ dz)
    return {"X": torch.stack(rows), **total}


# %% residual_gradients | right | columns, and the mean at the end; prints
def residual_gradients(X, y, W1, b1, W2, b2):
    x, B = X.T, X.shape[0]
    z = W1 @ x + b1[:, None]
    h = x + z * (z > 0)
    s = W2 @ h + b2[:, None]
    log_p = s - torch.logsumexp(s, dim=0)
    print("loss", -log_p[y, range(B)].mean().item())
    ds = log_p.exp() - torch.nn.functional.one_hot(y, len(b2)).T
    dh = W2.T @ ds
    dz = dh * (z > 0)
    sums = {"X": (dh + W1.T @ dz).T, "W1": dz @ X, "b1": dz.sum(1), "W2": ds @ h.T, "b2": ds.sum(1)}
    return {name: value / B for name, value in sums.items()}


# %% residual_gradients | wrong | the backward pass of the lecture pasted | Expected
def residual_gradients(X, y, W1, b1, W2, b2):
    W, b = [W1, W2], [b1[:, None], b2[:, None]]
    a = [X.T]
    for W_l, b_l in zip(W, b, strict=True):
        a.append(torch.tanh(W_l @ a[-1] + b_l))
    delta = (a[-1] - torch.nn.functional.one_hot(y, len(b2)).T) * (1 - a[-1] ** 2)
    dW, db = [], []
    for l in reversed(range(len(W))):
        dW.insert(0, delta @ a[l].T)
        db.insert(0, delta.sum(1))
        delta = (W[l].T @ delta) * (1 - a[l] ** 2)
    return {"X": delta.T, "W1": dW[0], "b1": db[0], "W2": dW[1], "b2": db[1]}


# %% residual_gradients | wrong | the tape imported from helpers | yours went through NumPy or plain numbers
from helpers.autodiff import Tensor


def residual_gradients(X, y, W1, b1, W2, b2):
    leaves = {
        "X": Tensor(X),
        "W1": Tensor(W1),
        "b1": Tensor(b1),
        "W2": Tensor(W2),
        "b2": Tensor(b2),
    }
    H = leaves["X"] + (leaves["X"] @ leaves["W1"].T + leaves["b1"]).relu()
    scores = H @ leaves["W2"].T + leaves["b2"]
    (-scores.log_softmax()[list(range(len(y))), y.tolist()].mean()).backward()
    return {name: torch.tensor(leaf.grad) for name, leaf in leaves.items()}


# %% residual_gradients | wrong | torch.autograd.grad | autograd is at work here
def residual_gradients(X, y, W1, b1, W2, b2):
    leaves = [t.clone().requires_grad_() for t in (X, W1, b1, W2, b2)]
    loss = residual_loss(leaves[0], y, *leaves[1:])
    return dict(zip(("X", "W1", "b1", "W2", "b2"), torch.autograd.grad(loss, leaves)))


# %% residual_gradients | wrong | torch.func.grad | autograd is at work here
def residual_gradients(X, y, W1, b1, W2, b2):
    names = ("X", "W1", "b1", "W2", "b2")
    return dict(
        zip(names, torch.func.grad(residual_loss, argnums=(0, 2, 3, 4, 5))(X, y, W1, b1, W2, b2))
    )


# %% residual_gradients | wrong | no 1/B | divide by B.
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | 1/B once more for the matrices | You divided by B twice: once is enough
def residual_gradients(X, y, W1, b1, W2, b2):
    B = len(X)
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / B
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {
        "X": dH + dZ @ W1,
        "W1": dZ.T @ X / B,
        "b1": dZ.sum(0),
        "W2": dS.T @ H / B,
        "b2": dS.sum(0),
    }


# %% residual_gradients | wrong | truth minus model | what the model says minus the truth
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.nn.functional.one_hot(y, len(b2)) - torch.softmax(H @ W2.T + b2, dim=1)) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | W2 transposed | It is transposed
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}


# %% residual_gradients | wrong | W1 transposed, which fits | It is transposed
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": X.T @ dZ, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | no ReLU on the way back | The ReLU is missing on the way back
def residual_gradients(X, y, W1, b1, W2, b2):
    H = X + torch.relu(X @ W1.T + b1)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    return {"X": dH + dH @ W1, "W1": dH.T @ X, "b1": dH.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | the mask from H | and you looked at H
def residual_gradients(X, y, W1, b1, W2, b2):
    H = X + torch.relu(X @ W1.T + b1)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (H > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | the mask from X | and you looked at X
def residual_gradients(X, y, W1, b1, W2, b2):
    H = X + torch.relu(X @ W1.T + b1)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (X > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | no skip path | The skip path is missing
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dZ = (dS @ W2) * (Z > 0)
    return {"X": dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | nothing but the skip path | The way through the layer is missing
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | X for H in the second layer | you used X
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ X, "b2": dS.sum(0)}


# %% residual_gradients | wrong | H for X in the first layer | The input of the first layer is X
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ H, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | the layer alone as input of the second | you used ReLU(Z) alone
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {
        "X": dH + dZ @ W1,
        "W1": dZ.T @ X,
        "b1": dZ.sum(0),
        "W2": dS.T @ torch.relu(Z),
        "b2": dS.sum(0),
    }


# %% residual_gradients | wrong | W1 transposed on the way back | W1 is turned round on the way back
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1.T, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | the skip path twice | You took the skip path twice
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": 2 * dH, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | as many classes as y shows | the last class need not occur in y
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y)) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | biases summed over the columns | You summed over the wrong axis
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(1), "W2": dS.T @ H, "b2": dS.sum(1)}


# %% residual_gradients | wrong | biases by a mean | a bias adds up over the rows, without a mean
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.mean(0), "W2": dS.T @ H, "b2": dS.mean(0)}


# %% residual_gradients | wrong | adds to X itself | One of the inputs has changed
def residual_gradients(X, y, W1, b1, W2, b2):
    X0 = X.clone()
    Z = X @ W1.T + b1
    X += torch.relu(Z)
    dS = (torch.softmax(X @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X0, "b1": dZ.sum(0), "W2": dS.T @ X, "b2": dS.sum(0)}


# %% residual_gradients | wrong | returns a tuple | Expected a dictionary
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return dH + dZ @ W1, dZ.T @ X, dZ.sum(0), dS.T @ H, dS.sum(0)


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
        return dM, (dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.forward(M, e)


# %% kepler | wrong | M itself, with the right derivatives | solve the equation
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        ctx.save_for_backward(M, e)
        return M.clone()

    @staticmethod
    def backward(ctx, upstream):
        E, e = ctx.saved_tensors
        dM = upstream / (1 - e * torch.cos(E))
        return dM, (dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | two steps of Newton's method | Expected E at 60 and 90 degrees
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e, steps=2)
        ctx.save_for_backward(E, e)
        return E

    @staticmethod
    def backward(ctx, upstream):
        E, e = ctx.saved_tensors
        dM = upstream / (1 - e * torch.cos(E))
        return dM, (dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | no upstream | The upstream gradient was not used
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E, e)
        return E

    @staticmethod
    def backward(ctx, upstream):
        E, e = ctx.saved_tensors
        dM = 1 / (1 - e * torch.cos(E))
        return dM, (dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | no upstream for e | The upstream gradient was not used
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E, e)
        return E

    @staticmethod
    def backward(ctx, upstream):
        E, e = ctx.saved_tensors
        local = 1 / (1 - e * torch.cos(E))
        return upstream * local, (local * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | sign in the denominator | The sign of e cos E is wrong
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E, e)
        return E

    @staticmethod
    def backward(ctx, upstream):
        E, e = ctx.saved_tensors
        dM = upstream / (1 + e * torch.cos(E))
        return dM, (dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | dM/dE | you need the other way round
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E, e)
        return E

    @staticmethod
    def backward(ctx, upstream):
        E, e = ctx.saved_tensors
        return upstream * (1 - e * torch.cos(E)), (-upstream * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | derivatives at M | The cosine belongs to E
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        ctx.save_for_backward(M, e)
        return solve_kepler(M, e)

    @staticmethod
    def backward(ctx, upstream):
        M, e = ctx.saved_tensors
        dM = upstream / (1 - e * torch.cos(M))
        return dM, (dM * torch.sin(M)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


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
        return dM, (dM * torch.sin(E)).mean()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | the derivative of e sin E alone | That is sin E alone
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E, e)
        return E

    @staticmethod
    def backward(ctx, upstream):
        E, e = ctx.saved_tensors
        return upstream / (1 - e * torch.cos(E)), (upstream * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | sign of the gradient of e | when e grows, E grows
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
        return dM, -(dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | the sum of the gradient of M for e | The factor sin E is missing
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
        return dM, dM.sum()


def kepler(M, e):
    return Kepler.apply(M, e)


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
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E)
        return E

    @staticmethod
    def backward(ctx, upstream):
        (E,) = ctx.saved_tensors
        dM = upstream / (1 - 0.5 * torch.cos(E))
        return dM, (dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | the two gradients in the wrong order | They are swapped
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
        return dM * torch.sin(E), dM.sum()


def kepler(M, e):
    return Kepler.apply(M, e)


# %% kepler | wrong | e as a plain number that was set aside | hidden
class Kepler(torch.autograd.Function):
    @staticmethod
    def forward(ctx, M, e):
        E = solve_kepler(M, e)
        ctx.save_for_backward(E)
        Kepler.e = e.item()  # the one of the last forward, whichever that was
        return E

    @staticmethod
    def backward(ctx, upstream):
        (E,) = ctx.saved_tensors
        dM = upstream / (1 - Kepler.e * torch.cos(E))
        return dM, (dM * torch.sin(E)).sum()


def kepler(M, e):
    return Kepler.apply(M, e)


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
