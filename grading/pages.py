"""HTML pages that a browser only shows: strangers' text is inert, nothing runs, nothing is fetched."""

import os
import re
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

# What steers a terminal or turns the direction of text, and what no file can hold (lone surrogates).
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
TERMINAL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and movements
    r"|\x1b\][^\x07\x1b]*(\x07|\x1b\\)?"  # titles and links
)


def inert(text: str) -> str:
    """A stranger's text without what would steer a terminal or the direction of writing; line ends and tabs stay."""
    text = TERMINAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return STEERING.sub(" ", text)


def one_line(text: object, length: int = 300) -> str:
    """A stranger's text as one line of at most so many characters."""
    line = " ".join(inert(str(text)).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def number(value: float) -> str:
    """A number for people: two decimals at most, and no zeros that say nothing."""
    return f"{round(value, 2) + 0.0:.12g}"


def render(template: str, **facts: object) -> str:
    """The page that a template of this package makes of the facts. Text in them is escaped and made inert."""
    return _environment.get_template(template).render(**facts)


def write(text: str, path: Path) -> None:
    """Put a text into a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text(text, encoding="utf-8", newline="")
    os.replace(unfinished, path)


def _shown(value: object) -> object:
    """What jinja2 puts into a page for a value: our own HTML (Markup) stays Markup, and is made inert too."""
    return type(value)(inert(value)) if isinstance(value, str) else value


_environment = Environment(
    loader=PackageLoader("grading"),
    autoescape=True,
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(number=number, one_line=one_line)
