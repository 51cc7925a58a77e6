"""What the tests rely on, as it was before the student's code. The witness's text goes on with this: see `witness`."""

import sys
from importlib import import_module
from types import ModuleType

from grading.judge.nature import MISSING, code_of, facts, flat, layers, look_up, names_in

OPERATORS = frozenset(
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __bool__ __len__ __contains__ __getattribute__ __getattr__ "
    "__array__ __float__ __int__ __index__ __abs__ __sub__ __rsub__ __call__ __new__ __init__ __instancecheck__".split()
)
# A class's flags: made as the program runs; that, and not closed to changes.
HEAP, CHANGEABLE = 1 << 9, 3 << 8
ALWAYS = ("__import__", "__build_class__", "compile", "exec", "AssertionError")
# Attributes of which the same holds as of the names that `names.HARMLESS` has.
HARMLESS = ("print", "display", "input", "__repr__", "__str__", "__format__")
SILENT = ("warnings", "logging", "ssl")
STARRED = ("numpy", "torch", "math", "operator")
DEEPEST, MOST = 3, 3000  # how far, and to how many places, what a function calls is followed


class Memory:
    """Places where something stands that tests rely on, and what stands there.

    Args:
        watch: what `grading.judge.names` read in the instructor's sources.
    """

    def __init__(self, watch):
        self.places, self._seen, self._named, self._constants = [], set(), set(), {}
        self._attributes = {*watch["attributes"]}
        for path in watch["paths"]:
            self._follow(path)
        self._remember_tensors()
        for name in {*ALWAYS, *watch["names"]}:
            if name in vars(sys.modules["builtins"]):
                self._remember(sys.modules["builtins"], name, "the built-in " + name, DEEPEST)
        self.bound = {n: [self._expected(w) for w in ways] for n, ways in watch["bound"].items()}
        self._stars = {name: self._starred(name) for name in watch["names"]}

    def stars(self, name):
        """What `from numpy import *` and the like put in the place of a built-in function."""
        return self._stars.get(name, ())

    def changed(self):
        """The labels of constants that are others now."""
        for (_, name), (owner, shown, label) in self._constants.items():
            if _shown(look_up(owner, name)) != shown:
                yield label

    def replaced(self):
        """The places where something else stands now, or was changed: their label, what stood there and was known of it, what stands there."""
        for owner, name, value, known, label in self.places:
            now = look_up(owner, name)
            if now is not value or (known and facts(now) != known):
                yield label, value, known, now

    def watch_globals(self, function):
        """Remember what a function finds among its module's names, and not among Python's own."""
        for name in names_in(function.__code__):
            place = function.__globals__
            self._remember(place, name, f"{place['__name__']}.{name}", DEEPEST)

    def _follow(self, path):
        """Remember what stands behind each dot of "module.name.name", and what it calls."""
        value, label = None, ""
        try:
            for part in path.split("."):
                owner, label = value, f"{label}.{part}".lstrip(".")
                if isinstance(owner, (type(None), ModuleType)) and not hasattr(owner, part):
                    import_module(label)
                value = getattr(owner, part) if owner else sys.modules[part]
                if label in sys.modules:
                    self._remember(sys.modules, label, label, DEEPEST)
                if owner:
                    self._remember(owner, part, label, 0)
        except Exception:  # not installed, or made only later
            return
        if path == "torch":
            self._follow("torch.Tensor")

    def _remember(self, owner, name, label, depth):
        """Remember one place, and what the function or class in it relies on."""
        value = look_up(owner, name)
        silent = name in HARMLESS or label.split(".")[0] in SILENT
        if (
            silent
            or value is MISSING
            or (id(owner), name) in self._seen
            or len(self.places) >= MOST
        ):
            return
        self._seen.add((id(owner), name))
        if callable(value) or hasattr(type(value), "__get__") or isinstance(value, ModuleType):
            self.places.append((owner, name, value, facts(value), label))
        for function in layers(value):
            self._read_constants(function)
        if depth < DEEPEST:
            self._look_into(value, label, depth)

    def _look_into(self, value, label, depth):
        if isinstance(value, type) and value.__flags__ & CHANGEABLE == HEAP:
            for name in self._attributes if depth else self._attributes | OPERATORS:
                self._remember(value, name, f"{label}.{name}", depth + 1)
            for name in [name for name, part in vars(value).items() if depth and layers(part)]:
                self._remember(value, name, f"{label}.{name}", depth)
        for function in layers(value):
            self._look_around(function, depth)

    def _look_around(self, function, depth):
        """Remember what a function calls: its globals, and what it takes from modules among them."""
        names = names_in(function.__code__)
        home = str(function.__globals__.get("__name__")).split(".")[0]
        for name in names:
            value = look_up(function.__globals__, name)
            if isinstance(value, ModuleType):
                for part in names & vars(value).keys():
                    self._go_on(value, part, home, depth)
            elif callable(value):
                self._go_on(function.__globals__, name, home, depth)
        self._named |= names

    def _remember_tensors(self):
        """Remember the methods of tensors that the functions name: last, for those that a test names are followed."""
        torch = sys.modules.get("torch")
        for name in self._named if torch else ():
            self._remember(torch.Tensor, name, f"torch.Tensor.{name}", DEEPEST)

    def _read_constants(self, function):
        """Remember how the constants that a function names are shown: tolerances and the like."""
        space = function.__globals__
        for name in filter(str.isupper, names_in(function.__code__) & space.keys()):
            shown = _shown(space[name])
            if shown is not None:
                label = f"{space.get('__name__')}.{name}"
                self._constants[id(space), name] = space, shown, label

    def _go_on(self, owner, name, home, depth):
        """Remember a call; follow it within one package."""
        value = look_up(owner, name)
        inside = str(getattr(value, "__module__", "")).split(".")[0] == home
        around = owner if isinstance(owner, dict) else vars(owner)
        self._remember(
            owner, name, f"{around['__name__']}.{name}", depth + 1 if inside else DEEPEST
        )

    def _starred(self, name):
        """Not `all` and `any`: those of NumPy are true of each generator, and so are the tests that use them."""
        modules = [sys.modules.get(module) for module in STARRED if name not in ("all", "any")]
        return [vars(module)[name] for module in modules if module and name in vars(module)]

    def _expected(self, way):
        """What the instructor's cells bind to a name: an object, a function's code, or how a constant is shown."""
        if "text" in way:
            return code_of(way.get("beside", "") + way["text"], way["name"])
        if "value" in way:
            return way["value"]
        try:
            module = import_module(way["module"])
            return getattr(module, way["attribute"]) if "attribute" in way else module
        except Exception:
            return MISSING


def _shown(value):
    """How a small constant is shown; None for all else."""
    inside = flat(value)
    plain = all(isinstance(single, (str, int, float, type(None))) for single in inside)
    return repr(value) if plain and len(inside) < 100 else None
