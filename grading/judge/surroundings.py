"""What runs a notebook's cells and could change them. A part of the witness's text: see `witness`."""

import sys
from hashlib import blake2b

from grading.judge.nature import agrees_with_all, facts, layers, look_up

RUNNERS = ("IPython", "ipykernel", "jupyter_client", "codeop")


def digest(text):
    """What a cell's text is known by."""
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def tools():
    """What watches each line or call, by Python's own means (3.12 and later)."""
    monitoring = getattr(sys, "monitoring", None)
    return [monitoring.get_tool(number) for number in range(6)] if monitoring else []


def torch_modes():
    """What stands between torch's functions and those who call them."""
    torch = sys.modules.get("torch")
    count = torch._C._len_torch_function_stack() if torch else 0
    return [torch._C._get_function_stack_at(at) for at in range(count)]


def all_are_equal():
    """Whether values or tensors are equal that are not."""
    torch = sys.modules.get("torch")
    if torch is None:
        return any(map(agrees_with_all, (7, 0.5, "7", [7])))
    one, other = torch.tensor([7.0], device="cpu"), torch.tensor([8.0], device="cpu")
    wrong = torch.equal(one, other) or torch.allclose(one, other) or bool(one == other)
    return wrong or any(map(agrees_with_all, (7, 0.5, "7", [7])))


def parts(shell):
    """What runs the cells and says what came of them: IPython's objects, and the class of a cell's result."""
    display = shell.display_formatter
    return (
        *(shell, shell.kernel, shell.kernel.session, shell.compile, shell.events),
        *(shell.display_pub, shell.displayhook, shell.display_trap, display),
        *(display.ipython_display_formatter, display.formatters["text/plain"]),
        sys.modules["IPython.core.interactiveshell"].ExecutionResult,
    )


def runners(shell):
    """The methods of these parts; of the result, which a person's error is read from, all that is in it."""
    for part in parts(shell):
        result = isinstance(part, type)
        kinds = part.__mro__ if result else type(part).__mro__
        kinds = [kind for kind in kinds if str(kind.__module__).startswith(RUNNERS)]
        found = {name for kind in kinds for name, value in vars(kind).items() if result or layers(value)}  # fmt: skip
        for name in found | {"__getattribute__", "__setattr__"} if result else found:
            value = look_up(part, name)
            yield part, name, value, facts(value)


def shown_anew(shell, is_own):
    """The numbers that the student's code shows in a way of its own, by their type."""
    display = shell.display_formatter
    for formatter in (display.ipython_display_formatter, display.formatters["text/plain"]):
        for kind, show in formatter.type_printers.items():
            library = str(kind.__module__).split(".")[0]
            if (kind in (bool, int, float) or library in ("numpy", "torch")) and is_own(show):
                yield kind.__name__
        if any(map(is_own, formatter.singleton_printers.values())):
            yield "single value"
