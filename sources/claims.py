"""Is every claim of a chapter's ledger proved where the ledger says, and every mistake set right?"""

import ast
from pathlib import Path

import yaml
from nbformat import NotebookNode

from sources.course import Chapter, Course
from sources.notebooks import read, tags

PLACES = ("story", "aside", "tests")
FIELDS = {"claims": ("id", "statement", "check", "place"), "mistakes": ("id", "wrong", "right")}


def read_ledger(path: Path) -> dict[str, list[dict]]:
    """The claims and the mistakes of a chapter."""
    ledger = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {kind: ledger.get(kind) or [] for kind in FIELDS}


def unproved(chapter: Chapter) -> list[str]:
    """Complaints about the ledger itself, about claims that nothing proves, and about tags that name no entry of it."""
    ledger, lecture = read_ledger(chapter.ledger), read(chapter.lecture)
    found = _malformed(ledger)
    if found:
        return found
    marked = marked_tests(chapter.root)
    found = [
        reason for claim in ledger["claims"] if (reason := _why_unproved(claim, lecture, marked))
    ]
    tagged = {tag for cell in lecture.cells for tag in tags(cell)}
    found += [
        f"no cell carries erratum:{mistake['id']}"
        for mistake in ledger["mistakes"]
        if f"erratum:{mistake['id']}" not in tagged
    ]
    known = {f"claim:{claim['id']}" for claim in ledger["claims"]} | {
        f"erratum:{mistake['id']}" for mistake in ledger["mistakes"]
    }
    strangers = sorted(tag for tag in tagged - known if tag.startswith(("claim:", "erratum:")))
    return found + [f"a cell carries {tag}, and the ledger has no such entry" for tag in strangers]


def unknown_marks(course: Course) -> list[str]:
    """Complaints about tests marked with a claim that stands in no chapter's ledger."""
    known = {
        claim["id"]
        for chapter in course.chapters
        if chapter.ledger.exists()
        for claim in read_ledger(chapter.ledger)["claims"]
    }
    return [
        f"a test is marked with the claim {name}, and no ledger has it"
        for name in sorted(marked_tests(course.root).keys() - known)
    ]


def _malformed(ledger: dict[str, list[dict]]) -> list[str]:
    found, seen = [], set()
    for kind, fields in FIELDS.items():
        for entry in ledger[kind]:
            name = entry.get("id", "without an id")
            found += [
                f"the entry {name} lacks its {field}"
                for field in fields
                if not str(entry.get(field) or "").strip()
            ]
            if entry.get("place", "story") not in PLACES:
                found.append(
                    f"the claim {name} has the place {entry['place']}, which is none of {', '.join(PLACES)}"
                )
            if name in seen:
                found.append(f"the ledger has two entries {name}")
            seen.add(name)
    return found


def _why_unproved(
    claim: dict, lecture: NotebookNode, marked: dict[str, list[ast.FunctionDef]]
) -> str:
    """Why the claim is not proved in its place, or nothing."""
    name, place = claim["id"], claim["place"]
    if place == "tests":
        proofs = [test for test in marked.get(name, []) if _asserts(test)]
        return "" if proofs else f"no test that asserts anything is marked with the claim {name}"
    cells = [
        cell
        for cell in lecture.cells
        if f"claim:{name}" in tags(cell) and ("aside" in tags(cell)) == (place == "aside")
    ]
    proofs = [
        cell for cell in cells if cell.cell_type == "code" and _asserts(ast.parse(cell.source))
    ]
    if proofs:
        return ""
    return f"no {'folded' if place == 'aside' else 'open'} cell with an assert carries claim:{name}, whose place is {place}"


def _asserts(tree: ast.AST) -> bool:
    """Whether a piece of code asserts something that may fail."""
    return any(is_assertion(node) for node in ast.walk(tree))


def is_assertion(node: ast.AST) -> bool:
    """`assert` of something that is no constant; torch.testing.assert_close and its kin; pytest.raises."""
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).split(".")[-1]
        return name.startswith("assert_") or name in ("raises", "warns")
    return False


def marked_tests(root: Path) -> dict[str, list[ast.FunctionDef]]:
    """Claim -> the test functions below tests/lectures that are marked with it."""
    marked: dict[str, list[ast.FunctionDef]] = {}
    for path in sorted((root / "tests" / "lectures").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for name in _marks(node):
                    marked.setdefault(name, []).append(node)
    return marked


def _marks(function: ast.FunctionDef) -> list[str]:
    calls = [decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call)]
    return [
        ast.literal_eval(call.args[0])
        for call in calls
        if ast.unparse(call.func) == "pytest.mark.claim"
    ]
