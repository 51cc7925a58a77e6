"""What students hand in for the question adadelta of chapter 4: see sources/answers.py."""


# %% adadelta | right | named averages, powers of a half
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    squares, moves = state
    squares = gamma * squares + (1 - gamma) * g * g
    rms_g = (squares + eps) ** 0.5
    rms_move = (moves + eps) ** 0.5
    delta = -rms_move / rms_g * g
    moves = gamma * moves + (1 - gamma) * delta * delta
    return theta + delta, (squares, moves)


# %% adadelta | right | lerp, and a list
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s = torch.lerp(state[0], g.square(), 1 - gamma)
    step = g * torch.sqrt((state[1] + eps) / (s + eps))
    return [theta - step, [s, torch.lerp(state[1], step.square(), 1 - gamma)]]


# %% adadelta | right | copies, then in place
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    theta, s, u = theta.clone(), state[0].clone(), state[1].clone()
    s.mul_(gamma).addcmul_(g, g, value=1 - gamma)
    move = u.add(eps).sqrt_().div_(s.add(eps).sqrt_()).mul_(g)
    u.mul_(gamma).addcmul_(move, move, value=1 - gamma)
    theta -= move
    print("moved by", move.norm().item())
    return theta, (s, u)


# %% adadelta | wrong | eps outside | you added it outside
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u.sqrt() + eps) / (s.sqrt() + eps) * g
    u = gamma * u + (1 - gamma) * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | no eps above | into the upper root
# as "eps outside", but
# -    move = (u.sqrt() + eps) / (s.sqrt() + eps) * g
# +    move = u.sqrt() / (s + eps).sqrt() * g


# %% adadelta | wrong | no eps below | into the lower root
# as "eps outside", but
# -    move = (u.sqrt() + eps) / (s.sqrt() + eps) * g
# +    move = (u + eps).sqrt() / s.sqrt() * g


# %% adadelta | wrong | no roots | The roots are missing
# as "eps outside", but
# -    move = (u.sqrt() + eps) / (s.sqrt() + eps) * g
# +    move = (u + eps) / (s + eps) * g


# %% adadelta | wrong | no size of past moves | That is RMSProp
# as "eps outside", but
# -    move = (u.sqrt() + eps) / (s.sqrt() + eps) * g
# +    move = g / (s + eps).sqrt()


# %% adadelta | wrong | shares swapped | γ is the share of the past
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = (1 - gamma) * s + gamma * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = (1 - gamma) * u + gamma * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | uphill | You went uphill
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = gamma * u + (1 - gamma) * move**2
    return theta + move, (s, u)


# %% adadelta | wrong | returns the move | That is the move itself
# as "uphill", but
# -    return theta + move, (s, u)
# +    return move, (s, u)


# %% adadelta | wrong | upside down | stands on its head
# as "eps outside", but
# -    move = (u.sqrt() + eps) / (s.sqrt() + eps) * g
# +    move = (s + eps).sqrt() / (u + eps).sqrt() * g


# %% adadelta | wrong | u stays | let the squared move in
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * g**2
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u = u
    return theta - move, (s, u)


# %% adadelta | wrong | u of moves without a square | square the move
# as "u stays", but
# -    u = u
# +    u = gamma * u + (1 - gamma) * move.abs()


# %% adadelta | wrong | u of gradients | you put the squared gradients in
# as "u stays", but
# -    u = u
# +    u = gamma * u + (1 - gamma) * g**2


# %% adadelta | wrong | u adds up | The new square comes in with 1 − γ
# as "u stays", but
# -    u = u
# +    u = gamma * u + move**2


# %% adadelta | wrong | no state | Expected the new point and the new pair
# as "uphill", but
# -    return theta + move, (s, u)
# +    return theta - move


# %% adadelta | wrong | old s returned | That is the old s
# as "uphill", but
# -    return theta + move, (s, u)
# +    return theta - move, (state[0], u)


# %% adadelta | wrong | the example's eps and gamma | as they are handed in
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = 0.75 * s + 0.25 * g**2
    move = (u + 2).sqrt() / (s + 2).sqrt() * g
    u = 0.75 * u + 0.25 * move**2
    return theta - move, (s, u)


# %% adadelta | wrong | old s | average first, then divide
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    return theta - move, (gamma * s + (1 - gamma) * g**2, gamma * u + (1 - gamma) * move**2)


# %% adadelta | wrong | new u | Δ needs the old one
# as "uphill", but
# -    return theta + move, (s, u)
# +    return theta - (u + eps).sqrt() / (s + eps).sqrt() * g, (s, u)


# %% adadelta | wrong | in place | Something that was handed in has changed
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s.mul_(gamma).add_((1 - gamma) * g**2)
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    u.mul_(gamma).add_((1 - gamma) * move**2)
    theta -= move
    return theta, (s, u)


# %% adadelta | wrong | the lecture's rmsprop pasted | Expected the new point and the new pair
def rmsprop(theta, gradient, s, t, eta, gamma=0.9, eps=1e-8):
    g = gradient(theta)
    s = gamma * s + (1 - gamma) * g**2
    return theta - eta * g / (s.sqrt() + eps), s


def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    return rmsprop(theta, lambda theta: g, state[0], 0, 1.0, gamma, eps)


# %% adadelta | wrong | RMSProp from helpers | a finished optimizer is at work
from helpers.optimizers import RMSProp


def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    p = theta.clone().requires_grad_()
    p.grad = g
    RMSProp([p], lr=1.0, alpha=gamma, eps=eps).step()
    return p.detach(), state


# %% adadelta | wrong | torch's own | a finished optimizer is at work
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    p = theta.clone().requires_grad_()
    p.grad = g
    optimizer = torch.optim.Adadelta([p], lr=1.0, rho=gamma, eps=eps)
    optimizer.state[p] = {"step": torch.tensor(0.0), "square_avg": state[0], "acc_delta": state[1]}
    optimizer.step()
    kept = optimizer.state[p]
    return p.detach(), (kept["square_avg"], kept["acc_delta"])


# %% adadelta | wrong | one number for all coordinates | treat each coordinate by itself
def adadelta(theta, g, state, gamma=0.9, eps=1e-6):
    s, u = state
    s = gamma * s + (1 - gamma) * (g @ g)
    move = (u + eps).sqrt() / (s + eps).sqrt() * g
    return theta - move, (s, gamma * u + (1 - gamma) * (move @ move))


# %% adadelta | wrong | only for vectors of two | treat each coordinate by itself
# as "uphill", but
# -    return theta + move, (s, u)
# +    return theta - move.clamp(-20, 20) * (len(g) < 3), (s, u)
