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


def runners(shell):
    """The methods of IPython and its kernel, which run the cells and say what came of them."""
    parts = (shell, shell.kernel, shell.compile, shell.display_pub, shell.displayhook, shell.events, shell.kernel.session)  # fmt: skip
    for part in parts:
        kinds = [k for k in type(part).__mro__ if str(k.__module__).startswith(RUNNERS)]
        for name in {name for kind in kinds for name, value in vars(kind).items() if layers(value)}:
            value = look_up(part, name)
            yield part, name, value, facts(value)
