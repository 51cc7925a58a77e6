"""Do the links of notebooks and pages lead somewhere? Links to other hosts are left alone: the tests work without a network."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from sources.notebooks import read

_NOT_TEXT = re.compile(r"(?ms)^(```|~~~).*?^\1|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$")
_LINKS = re.compile(
    r"""\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)|\b(?:href|src)=["']([^"']+)["']""", re.M
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)


def broken_links(root: Path, pages: list[Path]) -> list[str]:
    """One complaint for each relative link of these notebooks and markdown pages that leads to no file or heading below `root`."""
    found = []
    for page in pages:
        for link in _links(_text(page)):
            reason = _why_broken(root, page, link)
            if reason:
                found.append(f"{page.relative_to(root)} links to {link}: {reason}")
    return found


def pages(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    """The pages that match, those of hidden folders aside."""
    found = {path for pattern in patterns for path in root.glob(pattern)}
    return sorted(
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    )


def _text(page: Path) -> str:
    """The markdown of a page, or of the text cells of a notebook."""
    if page.suffix == ".ipynb":
        return "\n\n".join(cell.source for cell in read(page).cells if cell.cell_type == "markdown")
    return page.read_text(encoding="utf-8")


def _links(text: str) -> Iterator[str]:
    for match in _LINKS.finditer(_NOT_TEXT.sub(" ", text)):
        link = next(filter(None, match.groups()))
        if not _ELSEWHERE.match(link):
            yield link


def _why_broken(root: Path, page: Path, link: str) -> str:
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(root.resolve()):
        return "that is outside the course"
    if not target.exists():
        return "there is no such file"
    if anchor and target.suffix in (".md", ".ipynb") and anchor not in _anchors(_text(target)):
        return "there is no such heading"
    return ""


def _anchors(text: str) -> set[str]:
    """The names under which GitHub and JupyterLab reach the headings, and explicit anchors."""
    headings = re.findall(r"(?m)^#{1,6} +(.+?) *#* *$", re.sub(r"(?ms)^```.*?^```", "", text))
    github = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    jupyter = {heading.replace(" ", "-") for heading in headings}
    return github | jupyter | set(re.findall(r"""\b(?:id|name)=["']([^"']+)["']""", text))
