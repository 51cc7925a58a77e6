"""What a function is, and whether two are the same. The witness's text begins with this one: see `witness`."""

import builtins
from functools import partial
from os import urandom
from types import CellType, CodeType, FunctionType, MethodType, SimpleNamespace

MISSING = SimpleNamespace()
INSIDE = (
    (partial, "func"),
    (property, "fget"),
    ((MethodType, staticmethod, classmethod), "__func__"),
)


def look_up(owner, name, otherwise=MISSING):
    """What is found there: among a module's globals and Python's own names, in a class, or in an object."""
    if isinstance(owner, dict):
        found = owner.get(name, MISSING)
        return vars(builtins).get(name, otherwise) if found is MISSING else found
    if isinstance(owner, type):
        return next((vars(kind)[name] for kind in owner.__mro__ if name in vars(kind)), otherwise)
    own = vars(owner).get(name, MISSING)
    return look_up(type(owner), name, otherwise) if own is MISSING else own


def layers(value):
    """Python's functions in a function, method, property or partial, from the outside to the inside."""
    found = []
    for _ in range(9):
        for kinds, inside in INSIDE:
            if isinstance(value, kinds):
                value = getattr(value, inside)
        if isinstance(value, FunctionType):
            found.append(value)
        about = getattr(value, "__dict__", None) or {}
        if "__wrapped__" not in about:
            break
        value = about["__wrapped__"]
    return found


def facts(value):
    """What of a function can be changed without putting another one in its place."""
    return [
        (f.__code__, f.__defaults__, dict(f.__kwdefaults__ or {}), _enclosed(f)) for f in layers(value)
    ]  # fmt: skip


def _enclosed(function):
    """The functions that a function holds on to; other values may change as it works."""
    inside = (cell.cell_contents for cell in function.__closure__ or () if cell != CellType())
    return [value for value in inside if isinstance(value, FunctionType)]


def names_in(code):
    """The globals and attributes that a function and those inside it name."""
    inner = (part for part in code.co_consts if isinstance(part, CodeType))
    return {*code.co_names}.union(*map(names_in, inner))


def same_code(one, other):
    """Whether two functions are one text, wherever it stands."""
    if not isinstance(one, CodeType):
        return type(one) is type(other) and repr(one) == repr(other)
    if not isinstance(other, CodeType) or len(one.co_consts) != len(other.co_consts):
        return False
    parts = (
        "co_code",
        "co_names",
        "co_varnames",
        "co_freevars",
        "co_argcount",
        "co_kwonlyargcount",
    )
    alike = all(getattr(one, part) == getattr(other, part) for part in parts)
    return alike and all(map(same_code, one.co_consts, other.co_consts))


def code_of(text, name):
    """The code of the function or class of this name in a text, which is not run."""
    whole = compile(text, "<given>", "exec", dont_inherit=True)
    return next(part for part in whole.co_consts if getattr(part, "co_name", "") == name)


def flat(value, depth=3):
    """The single values in lists, tuples and dictionaries."""
    if depth and isinstance(value, (list, tuple, dict)):
        inside = list(value.values() if isinstance(value, dict) else value)[:100]
        return [single for part in inside for single in flat(part, depth - 1)]
    return [value]


def agrees_with_all(value):
    """Whether a value is equal to things that differ, or near to numbers that are far apart.

    Tests ask for small numbers, and a value may lie about those alone: a pair of them is drawn anew each time.
    """
    first, second = urandom(2)
    low = first % 8
    high = low + 3 + second % 8
    far = 8_642_097  # odd: so it differs from -far in whole numbers of 8 bits, too
    numbers = [(-far, far), (low, high), (low + 0.5, high + 0.5)]
    return any(_agrees(value, *pair) for pair in numbers)


def _agrees(value, low, high):
    """Whether a value agrees with both of these numbers, or is on the far side of both."""
    tests = [
        lambda other: value == other,
        lambda other: not value != other,
        lambda other: abs(value - other) < 1,
        lambda other: value - other == 0,
    ]
    pairs = [(low, high), (str(low), str(high)), ([low], [high])]
    if any(_holds(test, a) and _holds(test, b) for test in tests for a, b in pairs):
        return True
    return _holds(lambda other: value < other, low) and _holds(lambda other: value > other, high)


def _holds(test, other):
    try:
        return bool(test(other))
    except Exception:  # honest values cannot be compared with everything
        return False
