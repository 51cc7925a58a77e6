"""A second device without a GPU: shows whether a program puts its model and its data on `helpers.runtime.device()`.

Inside `another_device()`, `runtime.device()` is a pretended device, called "meta". What is made on it or moved to it
is computed on the CPU as usual, and marked; a computation that takes marked and unmarked tensors together is refused,
as a GPU refuses it.
"""

from __future__ import annotations

import contextlib
from unittest.mock import patch

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from helpers import runtime

OTHER, CPU = torch.device("meta"), torch.device("cpu")
aten = torch.ops.aten


class OtherDeviceError(RuntimeError):
    """A computation mixes the devices, or a tensor goes from the other one to NumPy without cpu()."""


@contextlib.contextmanager
def another_device():
    """Make `helpers.runtime.device()` another device than the CPU for a while, in every module that imported it."""
    code = runtime.device.__code__
    runtime.device.__code__ = (lambda: torch.device("meta")).__code__
    try:
        with patch.object(torch.Tensor, "_reduce_ex_internal", _pickled), _Calls(), _Operations():
            yield OTHER
    finally:
        runtime.device.__code__ = code


def is_there(x: torch.Tensor) -> bool:
    """Whether this tensor lives on the other device; its views share the mark with their storage."""
    try:
        return getattr(x.untyped_storage(), "is_there", False)
    except NotImplementedError:  # inside torch.func a tensor is a wrapper without storage
        return False


class _Operations(TorchDispatchMode):
    """Sees every operation, those of the backward pass and of the optimizers too."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        device = kwargs.get("device")
        if device == OTHER:
            kwargs["device"] = CPU
            if kwargs.get("generator") is not None:
                raise OtherDeviceError("A generator of the CPU draws on the other device.")
        kind = operation.overloadpacket
        there = any(is_there(t) for t in _tensors((args, kwargs)))
        if kind not in (aten.copy_, aten._to_copy):
            _refuse_a_mixture(kind, args, kwargs)
        out = operation(*args, **kwargs)
        if device == OTHER or (device is None and there and kind is not aten.copy_):
            for tensor in _tensors(out):
                with contextlib.suppress(NotImplementedError):  # a wrapper of torch.func
                    tensor.untyped_storage().is_there = True
        return out


class _Calls(TorchFunctionMode):
    """Sees what Python asks of a tensor: where it lives, and the ways to the CPU and to NumPy."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        x = args[0] if args else None
        if function == torch.Tensor.to and isinstance(args[-1], torch.Tensor) and len(args) == 2:
            like = args[1]
            args = (x, OTHER if is_there(like) else CPU, like.dtype)
        if function in (torch.tensor, torch.as_tensor) and kwargs.get("device") == OTHER:
            return function(*args, **kwargs | {"device": CPU}).to(OTHER)
        if not isinstance(x, torch.Tensor) or not is_there(x):
            return function(*args, **kwargs)
        if function == torch.Tensor.device.__get__:
            return OTHER
        if function in (torch.Tensor.numpy, torch.Tensor.__array__):
            raise OtherDeviceError("NumPy cannot read a tensor of the other device: call cpu() first.")  # fmt: skip
        if function == torch.Tensor.cpu:
            return x.to(CPU, copy=True)
        target = kwargs.get("device", args[1] if len(args) > 1 else None)
        if function == torch.Tensor.to and target in (CPU, "cpu"):
            kwargs["copy"] = True  # torch sees no difference; so it is made to move
        return function(*args, **kwargs)


def _refuse_a_mixture(kind, args, kwargs) -> None:
    tensors = _tensors((args, kwargs))
    if kind in (aten.index, aten.index_put_) and is_there(args[0]):
        tensors = [args[0], *args[2:3]]  # indices may come from the CPU
    there = [tuple(t.shape) for t in tensors if is_there(t)]
    here = [tuple(t.shape) for t in tensors if not is_there(t) and t.ndim]  # so may single numbers
    if there and here:
        raise OtherDeviceError(
            f"{kind} takes tensors from two devices: shapes {there} from the other one and {here} from the CPU."
        )


_reduced = torch.Tensor._reduce_ex_internal


def _pickled(x: torch.Tensor, protocol: int):
    """What torch.save writes of a tensor: with its numbers, although it says that it lives on "meta"."""
    with torch._C.DisableTorchFunction():
        return _reduced(x, protocol)


def _tensors(x) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(x) if isinstance(leaf, torch.Tensor)]
