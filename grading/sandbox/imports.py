"""What a warm process imports before it forks kernels: of the modules that are known to start no thread, those that notebooks ask for."""

import re
from collections.abc import Iterable

KERNEL = (
    "numpy",
    "ipykernel.kernelapp",
    # What a kernel's start would else import: three quarters of what it costs.
    "ipykernel.debugger", "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect",
    "IPython.extensions.storemagic", "tornado.platform.asyncio",
    "IPython.core.pylabtools",
)  # fmt: skip
EARLY = (*KERNEL, "torch")  # before the notebooks of a course on deep learning are read
KNOWN = (
    # Not the backend of notebooks: it finds the kernel that it draws for when it is imported.
    "matplotlib.pyplot", "matplotlib.backends.backend_agg", "torch", "torch.nn", "torchvision", "PIL.Image", "sklearn.datasets", "skimage.data",
    "scipy.special", "sympy", "networkx", "mlxtend.data", "ipywidgets", "tqdm.auto", "helpers",
)  # fmt: skip
# What torch imports only when it is first used so: what a notebook says, and the module. Both bring sympy.
LATE = {"optim": "torch._dynamo", "grad": "torch.fx.experimental.symbolic_shapes"}
FROM = re.compile(r"(?:^|;)\s*from\s+([\w.]+)", re.MULTILINE)
IMPORT = re.compile(
    r"(?:^|;)\s*import\s+([\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+(?:\s+as\s+\w+)?)*)", re.MULTILINE
)


def wanted(sources: Iterable[str]) -> tuple[str, ...]:
    """The modules to import for notebooks with these cells.

    A student can name any, so only known ones are taken; those that are not installed do no harm.
    """
    text = "\n".join(sources)
    listed = [part.split()[0] for names in IMPORT.findall(text) for part in names.split(",")]
    named = {*FROM.findall(text), *listed}
    roots = {name.split(".")[0] for name in named}
    known = [name for name in KNOWN if name.split(".")[0] in roots]
    ours = sorted(name for name in named if name.startswith("helpers."))
    late = [module for word, module in LATE.items() if "torch" in roots and word in text]
    return (*KERNEL, *known, *ours, *late)
