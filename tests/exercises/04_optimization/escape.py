"""What students hand in for the question escape of chapter 4: see sources/answers.py."""


# %% escape | right | nudges in every rest, keeps the point before
def escape(gradient, start, generator):
    rest, theta, quiet = None, start.clone(), 0
    while True:
        g = gradient(theta)
        quiet += 1
        if g.norm() <= 1e-6 and quiet > 200:
            if rest is not None and torch.linalg.norm(theta - rest) < 0.3:
                return theta
            rest = theta.clone()
            kick = torch.randn(len(theta), generator=generator, dtype=torch.float64)
            theta, quiet = theta + 1e-3 * kick / kick.norm(), 0
        else:
            theta = theta - 0.2 * g


# %% escape | right | nudges at once, and a shorter step
def escape(gradient, start, generator):
    theta = start
    while True:
        theta = theta + 0.02 * torch.randn(start.shape, generator=generator, dtype=torch.float64)
        before = theta
        for step in range(500):
            g = gradient(theta)
            if g.norm() < 5e-7 and step > 210:
                break
            theta = theta - 0.15 * g
        if (theta - before).norm() < 0.25:
            return theta


# %% escape | right | measures the lowest curvature along the way by power iteration
def escape(gradient, start, generator):
    theta = start.clone()
    while True:
        g = gradient(theta)
        while g.norm() > 1e-6:
            theta = theta - 0.2 * g
            g = gradient(theta)
        v = torch.randn(len(theta), generator=generator, dtype=torch.float64)
        v = v / v.norm()
        for _ in range(200):
            Hv = (gradient(theta + 1e-4 * v) - g) / 1e-4
            curvature = v @ Hv
            v = 5 * v - Hv
            v = v / v.norm()
        if curvature > -0.1:
            return theta
        side = torch.randint(0, 2, (1,), generator=generator).item() * 2 - 1
        theta = theta + 0.1 * side * v


# %% escape | wrong | gradient descent | A small gradient does not make a minimum
def escape(gradient, start, generator):
    theta = start
    for _ in range(2000):
        g = gradient(theta)
        if g.norm() <= 1e-6:
            break
        theta = theta - 0.2 * g
    return theta


# %% escape | wrong | noise in every step, as in the lecture | must have come to rest
def noisy(gradient, sigma, generator):
    return lambda theta: (
        gradient(theta) + sigma * torch.randn(theta.shape, generator=generator).double()
    )


def escape(gradient, start, generator):
    theta, shaken = start, noisy(gradient, 0.05, generator)
    for _ in range(2000):
        theta = theta - 0.1 * shaken(theta)
    return theta


# %% escape | wrong | noise in every step until the gradient is small | does not come to rest
def escape(gradient, start, generator):
    theta = start
    while True:
        theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
        g = gradient(theta)
        if g.norm() <= 1e-6:
            return theta
        theta = theta - 0.2 * g


# %% escape | wrong | one nudge, at the start | A small gradient does not make a minimum
def escape(gradient, start, generator):
    theta = start + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for _ in range(2500):
        g = gradient(theta)
        if g.norm() <= 1e-6:
            break
        theta = theta - 0.2 * g
    return theta


# %% escape | wrong | nudged once more before it returns | must have come to rest
def escape(gradient, start, generator):
    theta, place = start, None
    while True:
        for step in range(600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and step > 150:
                break
            theta = theta - 0.2 * g
        nudge = 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
        theta = theta + nudge
        if place is not None and (theta - place).norm() < 0.5:
            return theta
        place = theta


# %% escape | wrong | a nudge too small to notice | A small gradient does not make a minimum
def escape(gradient, start, generator):
    theta, place = start, start + 1
    while (theta - place).norm() > 0.5:
        place = theta
        theta = theta + 1e-9 * torch.randn(len(start), generator=generator, dtype=torch.float64)
        g = gradient(theta)
        while g.norm() > 1e-6:
            theta = theta - 0.2 * g
            g = gradient(theta)
    return theta


# %% escape | wrong | a nudge along the first coordinate | A small gradient does not make a minimum
def escape(gradient, start, generator):
    theta, place = start, None
    while True:
        for step in range(600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and (step > 150 or place is None):
                break
            theta = theta - 0.2 * g
        if place is not None and (theta - place).norm() < 0.5:
            return theta
        place = theta
        nudge = torch.zeros(len(start), dtype=torch.float64)
        nudge[0] = 0.01 * torch.randn(1, generator=generator).item()
        theta = theta + nudge


# %% escape | wrong | the same nudge each time | one and the same well
# as "a nudge along the first coordinate", but
# -        nudge = torch.zeros(len(start), dtype=torch.float64)
# -        nudge[0] = 0.01 * torch.randn(1, generator=generator).item()
# -        theta = theta + nudge
# +        theta = theta + 0.01 * torch.arange(1, len(start) + 1, dtype=torch.float64)


# %% escape | wrong | luck of its own | draw from it alone
# as "a nudge along the first coordinate", but
# -        nudge = torch.zeros(len(start), dtype=torch.float64)
# -        nudge[0] = 0.01 * torch.randn(1, generator=generator).item()
# -        theta = theta + nudge
# +        theta = theta + 0.01 * torch.randn(len(start), dtype=torch.float64)


# %% escape | wrong | leaps instead of nudges | your walker ran away
def escape(gradient, start, generator):
    theta = start + 3 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for _ in range(900):
        theta = theta - 0.2 * gradient(theta)
    return theta


# %% escape | wrong | Newton from helpers goes to the saddle | A small gradient does not make a minimum
from helpers.optimizers import Newton


def escape(gradient, start, generator):
    theta = start + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for _ in range(20):
        H = torch.autograd.functional.jacobian(gradient, theta)
        theta = theta - torch.linalg.solve(H, gradient(theta))
    return theta


# %% escape | wrong | returns the length of the gradient | return theta
def escape(gradient, start, generator):
    theta = start + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for _ in range(500):
        theta = theta - 0.2 * gradient(theta)
    return gradient(theta).norm()


# %% escape | wrong | nudges once, where it first comes to rest | go on from there until a nudge leads back
def escape(gradient, start, generator):
    theta = start
    for _ in range(2000):
        g = gradient(theta)
        if g.norm() <= 1e-6:
            break
        theta = theta - 0.2 * g
    theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    for step in range(900):
        g = gradient(theta)
        if g.norm() <= 1e-6 and step > 200:
            break
        theta = theta - 0.2 * g
    return theta


# %% escape | wrong | three nudges, however many it needs | go on from there until a nudge leads back
def escape(gradient, start, generator):
    theta = start
    for _ in range(4):
        for step in range(1600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and (step > 200 or theta is start):
                break
            theta = theta - 0.2 * g
        if _ < 3:
            theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
    return theta


# %% escape | wrong | noise for a thousand steps, then quiet | go on from there until a nudge leads back
def escape(gradient, start, generator):
    theta = start
    for _ in range(1000):
        theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
        theta = theta - 0.2 * gradient(theta)
    for _ in range(1900):
        theta = theta - 0.2 * gradient(theta)
    return theta


# %% escape | wrong | seven nudges, however many it needs | hidden
def escape(gradient, start, generator):
    theta, nudges = start, 0
    while nudges < 8:
        for step in range(1600):
            g = gradient(theta)
            if g.norm() <= 1e-6 and (step > 160 or nudges == 0):
                break
            theta = theta - 0.2 * g
        nudges += 1
        if nudges < 8:
            nudge = torch.randn(len(start), generator=generator, dtype=torch.float64)
            theta = theta + 0.01 * nudge
    return theta


# %% escape | wrong | does not wait after the nudge | bad luck
def escape(gradient, start, generator):
    place = None
    theta = start
    while True:
        g = gradient(theta)
        while g.norm() > 1e-6:
            theta = theta - 0.2 * g
            g = gradient(theta)
        if place is not None and (theta - place).norm() < 0.5:
            return theta
        place = theta
        theta = theta + 0.01 * torch.randn(len(start), generator=generator, dtype=torch.float64)
