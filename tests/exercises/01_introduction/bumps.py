"""What students hand in for the question bumps of chapter 1: see sources/answers.py."""


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
