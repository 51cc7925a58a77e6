"""What a lecture is made of: its text and every file of helpers that it imports, directly or through another."""

import ast
import hashlib
from pathlib import Path


def digest(text: str, root: Path) -> str:
    """A short name for the text of a lecture together with the helpers that it imports."""
    summary = hashlib.sha256(text.encode())
    for path in sorted(imported(text, root)):
        summary.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return summary.hexdigest()[:16]


def imported(text: str, root: Path) -> set[Path]:
    """Every file below helpers/ that this Python text imports, transitively."""
    found: set[Path] = set()
    waiting = _files(_modules(text, "helpers"), root)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            package = ".".join(path.relative_to(root).with_suffix("").parts[:-1])
            waiting |= _files(_modules(path.read_text(encoding="utf-8"), package), root)
    return found


def _modules(text: str, package: str) -> set[str]:
    """The dotted names that a text imports; `package` is where its relative imports begin."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = (
                package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            )
            module = ".".join([*base, *filter(None, [node.module])])
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def _files(modules: set[str], root: Path) -> set[Path]:
    """The files of these modules that stand below helpers/, with the packages that they lie in."""
    found = set()
    for module in modules:
        parts = module.split(".")
        if parts[0] == "helpers":
            for depth in range(1, len(parts) + 1):
                stem = root.joinpath(*parts[:depth])
                found |= {
                    path
                    for path in (stem / "__init__.py", stem.with_suffix(".py"))
                    if path.exists()
                }
    return found
