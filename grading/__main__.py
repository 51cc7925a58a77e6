"""grade, or python -m grading: an instructor's evening, one command after the other."""

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import NoReturn

from grading import forks
from grading.sandbox.imports import EARLY
from grading.sandbox.jail import SandboxError, jail

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = "02_automatic_differentiation"
UNREAD = 141  # as of a program that the signal SIGPIPE ended
STOPPED = "Stopped. What is graded is kept: the same command goes on from here."


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run one command.

    Returns:
        0: all is well; 1: something needs a look; 2: the command cannot be done, and says why; 130: it was stopped;
        141: nobody reads what it prints.
    """
    options = _parser(root).parse_args(arguments)
    try:
        if options.command in ("run", "demo"):
            _begin(options)
        from grading import commands  # nbgrader takes two seconds to load: --help need not

        status = getattr(commands, options.command)(options)
        return UNREAD if _nobody_reads() else status
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return 130
    except Exception as problem:
        if isinstance(problem, BrokenPipeError) and _nobody_reads("\n"):
            return UNREAD
        said = _said(problem)
        if not said:
            raise
        print(said, file=sys.stderr)
        return 2


def _nobody_reads(more: str = "") -> bool:
    """Whether what is printed goes nowhere, as in grade run A | head -3: then the rest is dropped without a word."""
    try:
        print(more, end="", flush=True)  # fails again where it failed, but not for a worker's pipe
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _begin(options: argparse.Namespace) -> None:
    """Start what takes its time, beside this process, which now loads nbgrader."""
    forks.begin()
    if getattr(options, "unsandboxed", False) or getattr(options, "scheduler", None):
        return
    with contextlib.suppress(SandboxError):  # the command itself will say it
        jail(EARLY)


def _said(problem: Exception) -> str:
    """What an instructor can mend, in one sentence; empty for an error of this program's own."""
    from sqlalchemy.exc import SQLAlchemyError

    from grading.course import GradingError
    from grading.reasons import clean

    if isinstance(problem, GradingError):
        return str(problem)
    if isinstance(problem, SQLAlchemyError):
        return f"The gradebook cannot be used ({clean(problem)}): grade doctor says why."
    if isinstance(problem, OSError) and problem.filename:
        return f"{problem.filename} cannot be read or written: {problem.strerror}."
    return ""


class _Parser(argparse.ArgumentParser):
    """One that says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; {self.prog} --help explains it.\n")


def _parser(root: Path) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="grade",
        description="Grade a class: collect, run, look at the report, write feedback, export the marks.",
        epilog=f"For example:\n  grade run {EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    adders = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for add in (_collect, _run, _report, _feedback, _export, _doctor, _demo):
        add(adders)
    for command in adders.choices.values():
        command.set_defaults(root=root)
    return parser


def _command(adders, name: str, about: str, example: str) -> argparse.ArgumentParser:
    return adders.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=f"For example:\n  grade {name} {example}".rstrip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,  # who pastes the example needs it whole
    )


def _of_course(command: argparse.ArgumentParser, assignment: bool = True) -> None:
    if assignment:
        name = "its folder's name"
        command.add_argument("assignment", type=_folder, metavar="ASSIGNMENT", help=name)
    course = "the folder with nbgrader_config.py; by default the current one"
    command.add_argument("--course", type=Path, default=Path(), metavar="DIR", help=course)


def _collect(adders) -> None:
    about = "put what a learning platform lets one download where it is graded"
    example = f"{EXAMPLE} submissions.zip --roster roster.csv"
    command = _command(adders, "collect", about, example)
    _of_course(command)
    source = "what Moodle, Canvas or nbgrader's exchange gives; which of them, is found out"
    command.add_argument("source", type=Path, metavar="FOLDER_OR_ZIP", help=source)
    roster = "a table of the class, by which the platform's names become yours"
    command.add_argument("--roster", type=Path, metavar="CSV", help=roster)
    deadline = "when it was due, such as 2031-05-04T23:59+02:00; without a zone it is UTC. It is kept in the gradebook"
    command.add_argument("--deadline", metavar="TIME", help=deadline)


def _run(adders) -> None:
    about = "grade what was handed in and is not graded yet"
    command = _command(adders, "run", about, f"{EXAMPLE} --jobs 4")
    _of_course(command)
    jobs = "how many submissions at once; by default as many as this machine has room for"
    command.add_argument("--jobs", type=_count, metavar="N", help=jobs)
    student = "only this student, graded or not; may be repeated"
    command.add_argument("--student", action="append", default=[], metavar="S", help=student)
    only = "only those of which a limit stopped a cell, or that have no marks yet"
    command.add_argument("--only", choices=["failed"], help=only)
    scheduler = "run them on this Dask cluster, such as tcp://192.0.2.7:8786"
    command.add_argument("--scheduler", metavar="ADDRESS", help=scheduler)
    unsandboxed = "run strangers' code with all that you may do yourself; the report says so"
    command.add_argument("--unsandboxed", action="store_true", help=unsandboxed)


def _report(adders) -> None:
    about = "write the report of the class: a page and a table"
    command = _command(adders, "report", about, f"{EXAMPLE} --open")
    _of_course(command)
    command.add_argument("--open", action="store_true", help="and show it in the browser")


def _feedback(adders) -> None:
    _of_course(_command(adders, "feedback", "write each student's feedback page", EXAMPLE))


def _export(adders) -> None:
    about = "write the marks for a learning platform's gradebook"
    command = _command(adders, "export", about, f"{EXAMPLE} --to moodle --roster roster.csv")
    _of_course(command)
    platforms = ["moodle", "canvas", "csv"]
    command.add_argument("--to", choices=platforms, required=True, help="whose format")
    command.add_argument("--roster", type=Path, metavar="CSV", help="the table given to collect")
    title = "the marks' column; for Canvas as its own export names it, such as 'Chapter 2 (4711)'"
    command.add_argument("--title", metavar="TEXT", help=title)
    where = "the file; by default beside the report"
    command.add_argument("--output", type=Path, metavar="FILE", help=where)


def _doctor(adders) -> None:
    about = "say whether this machine can grade, and what to do where it cannot"
    _of_course(_command(adders, "doctor", about, ""), assignment=False)


def _demo(adders) -> None:
    about = "grade a class of every kind of trouble, in a throw-away course"
    command = _command(adders, "demo", about, EXAMPLE)
    first = "a chapter's folder name; the first one by default"
    command.add_argument("assignment", nargs="?", type=_folder, metavar="ASSIGNMENT", help=first)
    keep = "an empty folder for the course; by default gradebook/demo, made anew each time"
    command.add_argument("--keep", type=Path, metavar="DIR", help=keep)
    command.add_argument("--open", action="store_true", help="show the report in the browser")


def _folder(text: str) -> str:
    """A folder's name as one types it, with the slash that a shell completes it by."""
    return text.rstrip("/") or text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of submissions: give 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
