"""python -m grading: an instructor's commands."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run one command; returns its exit status: 0 all well, 1 something needs a look, 2 the command cannot be done."""
    options = _parser().parse_args(arguments)
    from grading.course import GradingError  # nbgrader takes two seconds to load: --help need not
    from grading.demo import demo

    try:
        return demo(root, options.assignment, options.keep)
    except GradingError as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m grading", description="Grade a class.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo", help="grade a small class of every kind of trouble, in a throw-away course"
    )
    demo.add_argument(
        "assignment",
        nargs="?",
        metavar="ASSIGNMENT",
        help="a chapter's folder name, for example 02_automatic_differentiation; the first one by default",
    )
    demo.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="an empty folder for the course; by default gradebook/demo, made anew each time",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
