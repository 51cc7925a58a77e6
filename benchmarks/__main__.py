"""`python -m benchmarks`: one table, a ratio a line. Below 1 the course's own is faster."""

from importlib.util import find_spec

import torch

from benchmarks import data, grading, layers, optimizers, training
from benchmarks.timing import HEADER
from helpers import runtime


def main() -> None:
    """Measure everything and print each row as it comes; about six minutes, five of them for grading."""
    torch.set_num_threads(1)  # with more, whatever else the machine does decides
    print(f"PyTorch {torch.__version__} on {runtime.device()}, one thread of the CPU")
    print(HEADER)
    for topic in (training, data, layers, optimizers, grading):
        for row in topic.rows():
            print(row, flush=True)
    if not find_spec("lightning"):
        print("Lightning is not installed here: `make benchmark` fetches it for itself alone.")


if __name__ == "__main__":
    main()
