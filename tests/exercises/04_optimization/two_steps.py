"""What students hand in for the question two_steps of chapter 4: see sources/answers.py."""


# %% two_steps | right | a loop for each rule, with plain numbers
def momentum_pair(c, x, eta):
    result = {}
    for name, look in [("momentum", 0.0), ("nesterov", 0.5)]:
        theta, v = x, 0.0
        for _ in range(2):
            v = 0.5 * v + eta * c * (theta - look * v)
            theta = theta - v
        result[name] = theta
    return result


def adaptive_four(c, x, eta):
    result = {}
    theta, s = x, 0.0
    for _ in range(2):
        g = c * theta
        s += g * g
        theta -= eta * g / math.sqrt(s)
    result["adagrad"] = theta
    theta, s = x, 0.0
    for _ in range(2):
        g = c * theta
        s = 0.75 * s + 0.25 * g * g
        theta -= eta * g / math.sqrt(s)
    result["rmsprop"] = theta
    theta, m, s = x, 0.0, 0.0
    for t in (1, 2):
        g = c * theta
        m, s = 0.5 * m + 0.5 * g, 0.75 * s + 0.25 * g * g
        theta -= eta * m / (1 - 0.5**t) / math.sqrt(s / (1 - 0.75**t))
    result["adam"] = theta
    theta, m, s, top = x, 0.0, 0.0, 0.0
    for _ in range(2):
        g = c * theta
        m, s = 0.5 * m + 0.5 * g, 0.75 * s + 0.25 * g * g
        top = max(top, s)
        theta -= eta * m / math.sqrt(top)
    result["amsgrad"] = theta
    return result


# %% two_steps | right | multiplied out
def momentum_pair(c, x, eta):
    a = eta * c
    return dict(momentum=x * (1 - 2.5 * a + a * a), nesterov=x * (1 - 2.5 * a + 1.5 * a * a))


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    ams = max(3 * x**2 + 4 * y**2, 4 * x**2) ** 0.5
    return dict(
        adagrad=y * (1 - eta / math.hypot(x, y)),
        rmsprop=r * (1 - 4 * eta / math.sqrt(3 * x**2 + 4 * r**2)),
        adam=y - eta * (x + 2 * y) / 3 / math.sqrt((3 * x**2 + 4 * y**2) / 7),
        amsgrad=y - eta * (x + 2 * y) / ams,
    )


# %% two_steps | right | gradients by name
def momentum_pair(c, x, eta):
    g1 = c * x
    v1 = eta * g1
    theta1 = x - v1
    v2 = 0.5 * v1 + eta * c * theta1
    w2 = 0.5 * v1 + eta * c * (theta1 - 0.5 * v1)
    return {"momentum": theta1 - v2, "nesterov": theta1 - w2}


def adaptive_four(c, x, eta):
    g1 = c * x
    theta1 = x - eta
    g2 = c * theta1
    m1, m2 = 0.5 * g1, 0.25 * g1 + 0.5 * g2
    s1 = 0.25 * g1**2
    s2 = 0.75 * s1 + 0.25 * g2**2
    rms1 = x - 2 * eta
    h2 = c * rms1
    r2 = 0.75 * s1 + 0.25 * h2**2
    return {
        "amsgrad": theta1 - eta * m2 / math.sqrt(s1 if s1 > s2 else s2),
        "adam": theta1 - eta * (m2 / 0.75) / math.sqrt(s2 / 0.4375),
        "rmsprop": rms1 - eta * h2 / math.sqrt(r2),
        "adagrad": theta1 - eta * g2 / math.sqrt(g1**2 + g2**2),
    }


# %% two_steps | part 2/3 | gradient descent for momentum | The velocity is missing
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": (x - v) * (1 - eta * c),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | gamma of the libraries | Your γ is not ½
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# -        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
# +        "momentum": x - v - (0.9 * v + eta * c * (x - v)),
# +        "nesterov": x - v - (0.9 * v + eta * c * (x - v - 0.9 * v)),


# %% two_steps | part 2/3 | gamma of the libraries for Nesterov alone | Your γ is not ½
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# -        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# +        "nesterov": x - v - (0.9 * v + eta * c * (x - v - 0.9 * v)),


# %% two_steps | part 2/3 | velocity averaged | The velocity was averaged
def momentum_pair(c, x, eta):
    result = {}
    for name, look in [("momentum", 0.0), ("nesterov", 0.5)]:
        theta, v = x, 0.0
        for _ in range(2):
            v = 0.5 * v + 0.5 * eta * c * (theta - look * v)
            theta = theta - v
        result[name] = theta
    return result


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | first gradient twice | you took the first one again
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + v),


# %% two_steps | part 2/3 | the two swapped | This is Nesterov's answer
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# -        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v - v / 2)),
# +        "nesterov": x - v - (v / 2 + eta * c * (x - v)),


# %% two_steps | part 2/3 | momentum for both | That is momentum
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# -        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# +        "nesterov": x - v - (v / 2 + eta * c * (x - v)),


# %% two_steps | part 2/3 | looks back | You looked the wrong way
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# -        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# +        "nesterov": x - v - (v / 2 + eta * c * (x - v + v / 2)),


# %% two_steps | part 2/3 | look-ahead point | which PyTorch calls θ
def momentum_pair(c, x, eta):
    v = eta * c * x
    w = v / 2 + eta * c * (x - v - v / 2)
    ahead = x - v - w - w / 2
    return {"momentum": x - v - (v / 2 + eta * c * (x - v)), "nesterov": ahead}


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 2/3 | looks ahead by all of v | You looked ahead by all of v
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# -        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# +        "nesterov": x - v - (v / 2 + eta * c * (x - v - v)),


# %% two_steps | part 2/3 | a list | with the keys momentum and nesterov
# as "look-ahead point", but
# -    w = v / 2 + eta * c * (x - v - v / 2)
# -    ahead = x - v - w - w / 2
# -    return {"momentum": x - v - (v / 2 + eta * c * (x - v)), "nesterov": ahead}
# +    return [x - v - (v / 2 + eta * c * (x - v)), x - v - (v / 2 + eta * c * (x - v - v / 2))]


# %% two_steps | part 2/3 | the example's curvature | which of the three
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + 2 * eta * (x - v)),


# %% two_steps | part 1/3 | AdaGrad forgets | s adds up
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
# +        "adagrad": y - eta * (1 if y > 0 else -1),


# %% two_steps | part 1/3 | no root | The root is missing
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    t = x - eta / (c * x)
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": t - eta * c * t / (c * c * (x * x + t * t)),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | second gradient at the start | You took the second gradient at the start
# as "no root", but
# -    t = x - eta / (c * x)
# ...
# -        "adagrad": t - eta * c * t / (c * c * (x * x + t * t)),
# +        "adagrad": y - eta / math.sqrt(2),


# %% two_steps | part 1/3 | RMSProp's shares swapped | γ is the share of the past
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    t = x - eta / math.sqrt(0.75)
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": t - eta * t / math.sqrt(0.25 * 0.75 * x * x + 0.75 * t * t),
        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | RMSProp's first step is eta | the first step is not η
# as "RMSProp's shares swapped", but
# -    t = x - eta / math.sqrt(0.75)
# ...
# -        "rmsprop": t - eta * t / math.sqrt(0.25 * 0.75 * x * x + 0.75 * t * t),
# +        "rmsprop": y - eta * y / math.sqrt(0.75 * x * x + 0.25 * y * y),


# %% two_steps | part 1/3 | RMSProp adds up | s was not averaged but added up
# as "RMSProp's shares swapped", but
# -    t = x - eta / math.sqrt(0.75)
# ...
# -        "rmsprop": t - eta * t / math.sqrt(0.25 * 0.75 * x * x + 0.75 * t * t),
# +        "rmsprop": y - eta * y / math.sqrt(x * x + y * y),


# %% two_steps | part 1/3 | RMSProp with torch's alpha | The settings are those of a library: here γ
# as "RMSProp's shares swapped", but
# -    t = x - eta / math.sqrt(0.75)
# +    t = x - 10 * eta
# ...
# -        "rmsprop": t - eta * t / math.sqrt(0.25 * 0.75 * x * x + 0.75 * t * t),
# +        "rmsprop": t - eta * t / math.sqrt(0.99 * 0.01 * x * x + 0.01 * t * t),


# %% two_steps | part 1/3 | Adam without corrections | you have none, or those of the first
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
# +        "adam": y - eta * m / math.sqrt(s),


# %% two_steps | part 1/3 | Adam with the first corrections | you have none, or those of the first
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
# +        "adam": y - eta * (m / 0.5) / math.sqrt(s / 0.25),


# %% two_steps | part 1/3 | Adam without momentum | There is no momentum in it
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
# +        "adam": y - eta * y / math.sqrt(s / 0.4375),


# %% two_steps | part 1/3 | Adam's betas swapped | β₁ and β₂ are swapped
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "adam": y - eta * m / 0.75 / math.sqrt(s / 0.4375),
# +        "adam": y - eta * ((0.75 * x + y) / 4 / 0.4375) / math.sqrt((x * x / 2 + y * y) / 2 / 0.75),


# %% two_steps | part 1/3 | Adam with the library's betas | here β₁ = ½ and β₂ = ¾
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    y, r = x - eta, x - 2 * eta
    m, s = (x / 2 + y) / 2, (0.75 * x * x + y * y) / 4
    return {
        "adagrad": y - eta * y / math.sqrt(x * x + y * y),
        "rmsprop": r - eta * r / math.sqrt((0.75 * x * x + r * r) / 4),
        "adam": y
        - eta
        * ((0.09 * x + 0.1 * y) / 0.19)
        / math.sqrt((0.000999 * x * x + 0.001 * y * y) / 0.001999),
        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
    }


# %% two_steps | part 1/3 | AMSGrad without its maximum | the largest so far counts
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
# +        "amsgrad": y - eta * m / math.sqrt(s),


# %% two_steps | part 1/3 | AMSGrad with corrections | you have PyTorch's
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
# +        "amsgrad": y - eta * (m / 0.75) / math.sqrt(max(s, x * x / 4) / 0.4375),


# %% two_steps | part 1/3 | Adam for AMSGrad | That is Adam's answer
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
# +        "amsgrad": y - eta * m / 0.75 / math.sqrt(s / 0.4375),


# %% two_steps | part 1/3 | a curvature left over | The curvature should cancel
# as "no root", but
# -    t = x - eta / (c * x)
# ...
# -        "adagrad": t - eta * c * t / (c * c * (x * x + t * t)),
# +        "adagrad": y - eta * (c / 2) * y / math.sqrt(x * x + y * y),


# %% two_steps | part 1/3 | divides by the old s | every s is positive here
def momentum_pair(c, x, eta):
    v = eta * c * x
    return {
        "momentum": x - v - (v / 2 + eta * c * (x - v)),
        "nesterov": x - v - (v / 2 + eta * c * (x - v - v / 2)),
    }


def adaptive_four(c, x, eta):
    theta, s, s2 = x, 0.0, 0.0
    for _ in range(2):
        theta -= eta * c * theta / math.sqrt(s)
        s += (c * theta) ** 2
    return {"adagrad": theta, "rmsprop": theta, "adam": theta, "amsgrad": theta}


# %% two_steps | part 1/3 | three of four keys | adagrad, rmsprop, adam and amsgrad
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),


# %% two_steps | part 1/3 | AMSGrad remembers the first s alone | You kept the first s
# as "gradient descent for momentum", but
# -        "momentum": (x - v) * (1 - eta * c),
# +        "momentum": x - v - (v / 2 + eta * c * (x - v)),
# ...
# -        "amsgrad": y - eta * m / math.sqrt(max(s, x * x / 4)),
# +        "amsgrad": y - eta * m / math.sqrt(x * x / 4),


# %% two_steps | wrong | the optimizers of helpers | no tensors and no finished optimizer
from helpers import optimizers


def two(make, c, x):
    theta = torch.tensor([x], dtype=torch.float64, requires_grad=True)
    optimizer = make([theta])
    for _ in range(2):
        optimizer.zero_grad()
        (c / 2 * theta**2).sum().backward()
        optimizer.step()
    return theta.item()


def momentum_pair(c, x, eta):
    return {
        "momentum": two(lambda p: optimizers.Momentum(p, eta, 0.5), c, x),
        "nesterov": two(lambda p: optimizers.SGD(p, eta, 0.5, nesterov=True), c, x),
    }


def adaptive_four(c, x, eta):
    return {
        "adagrad": two(lambda p: optimizers.AdaGrad(p, eta), c, x),
        "rmsprop": two(lambda p: optimizers.RMSProp(p, eta, 0.75), c, x),
        "adam": two(lambda p: optimizers.Adam(p, eta, (0.5, 0.75)), c, x),
        "amsgrad": two(lambda p: optimizers.AMSGrad(p, eta, (0.5, 0.75)), c, x),
    }


# %% two_steps | wrong | the lecture's rules pasted, with their settings | Your γ is not ½
def momentum(theta, gradient, v, t, eta, gamma=0.9):
    v = gamma * v + eta * gradient(theta)
    return theta - v, v


def adam(theta, gradient, state, t, eta, betas=(0.9, 0.999), eps=1e-8):
    (m, v), (beta1, beta2), g = state, betas, gradient(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1 ** (t + 1))
    v_hat = v / (1 - beta2 ** (t + 1))
    return theta - eta * m_hat / (v_hat**0.5 + eps), (m, v)


def two(rule, c, x, eta, state):
    for t in range(2):
        x, state = rule(x, lambda theta: c * theta, state, t, eta)
    return x


def momentum_pair(c, x, eta):
    both = two(momentum, c, x, eta, 0.0)
    return {"momentum": both, "nesterov": both}


def adaptive_four(c, x, eta):
    four = ["adagrad", "rmsprop", "adam", "amsgrad"]
    return dict.fromkeys(four, two(adam, c, x, eta, (0.0, 0.0)))
