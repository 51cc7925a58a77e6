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
    """Every file below helpers/ that this Python text imports, transitively.

    A name that a package's __init__ takes from a module leads to that module, and not to all that the package offers.
    """
    found: set[Path] = set()
    waiting = _files(_modules(text, "helpers"), root)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.name != "__init__.py":
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
    """The files of these modules and names that stand below helpers/."""
    found = set()
    for name in modules:
        if name.split(".")[0] == "helpers":
            found |= _file(name, root)
    return found


def _file(name: str, root: Path) -> set[Path]:
    """The file of a dotted name: a module, or the module from which a package takes the name."""
    stem = root.joinpath(*name.split("."))
    if stem.with_suffix(".py").exists():
        return {stem.with_suffix(".py")}
    if (stem / "__init__.py").exists():
        return set()  # a package alone: what is used of it has a name of its own
    package, _, attribute = name.rpartition(".")
    face = root.joinpath(*package.split("."), "__init__.py")
    if not face.exists():
        return set()  # a name within a module, which is there already
    for node in ast.walk(ast.parse(face.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == attribute:
                    source = f"{package}.{node.module}" if node.level else f"{node.module}"
                    return _file(source, root) | _file(f"{source}.{alias.name}", root)
    return {face}  # defined in the face itself
