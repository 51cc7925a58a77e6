"""What students hand in for the question jets of chapter 2: see sources/answers.py."""


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
# as "no mixed term", but
#  def jet_multiply(u, v):
# +    mixed = u.slope * v.slope
# ...
# -        u.curvature * v.value + u.value * v.curvature,
# +        u.curvature * v.value + mixed + u.value * v.curvature,


# %% jets | part 2/3 | the product without u v'' | The term u v'' is missing
# as "no mixed term", but
# -        u.curvature * v.value + u.value * v.curvature,
# +        u.curvature * v.value + 2 * u.slope * v.slope,


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
# as "the chain rule without u''", but
# -    return Jet(g0, g1 * u.slope, g2 * u.slope**2)
# +    return Jet(g0, g1 * u.slope, g2 * u.slope + g1 * u.curvature)


# %% jets | part 1/3 | g' times the slope, not the curvature | g' meets the curvature u''
# as "the chain rule without u''", but
# -    return Jet(g0, g1 * u.slope, g2 * u.slope**2)
# +    return Jet(g0, g1 * u.slope, g2 * u.slope**2 + g1 * u.slope)


# %% jets | part 1/3 | g'' forgotten | g'' is missing
# as "the chain rule without u''", but
# -    return Jet(g0, g1 * u.slope, g2 * u.slope**2)
# +    return Jet(g0, g1 * u.slope, g1 * u.curvature)


# %% jets | part 1/3 | no inner slope | The slope lacks its inner derivative
# as "the chain rule without u''", but
# -    return Jet(g0, g1 * u.slope, g2 * u.slope**2)
# +    return Jet(g0, g1, g2 * u.slope**2 + g1 * u.curvature)


# %% jets | part 1/3 | no inner derivative at all | The inner derivatives are missing
# as "the chain rule without u''", but
# -    return Jet(g0, g1 * u.slope, g2 * u.slope**2)
# +    return Jet(g0, g1, g2)
