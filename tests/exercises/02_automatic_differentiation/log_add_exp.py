"""What students hand in for the question log_add_exp of chapter 2: see sources/answers.py."""


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


# %% log_add_exp | wrong | drops the smaller term beyond a threshold of its own | hidden
# as "branches and log1p", but
# -def log_add_exp(a, b):
# +def log_add_exp(a, b):
# +    if a.data - b.data > 20:
# +        return Value(a.data, parents=(a, b), local=(1.0, math.exp(b.data - a.data)))
