"""What students hand in for the question gradients of chapter 2: see sources/answers.py."""


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
# as "adds, but still breadth first", but
# -        node = waiting.pop(0)
# +        node = waiting.pop()


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
# as "breadth first, each node once", but
# -        node = waiting.pop(0)
# +        node = waiting.pop()


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
