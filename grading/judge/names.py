"""What tests rely on: read from the instructor's sources, never from a student's."""

import ast
import builtins
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from grading.scoring import shows_its_value

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Whoever replaces these changes what is shown, and not what is right: people do so to their own ends.
HARMLESS = {"print", "display", "input", "help", "get_ipython"}
QUIET = {"print", "display", "show"}  # their calls have no value
# What has a value or none as it runs, and what always has one.
UNCLEAR = (ast.IfExp, ast.BoolOp, ast.Await, ast.NamedExpr)
NUMBERS = {"float", "int", "bool", "sum", "len", "min", "max", "abs", "round"}


@dataclass(frozen=True)
class Reliance:
    """What one assignment's tests rely on.

    Args:
        bound: what the instructor's cells bind to a name: an import, a function or class, a constant.
        uses: the names that a test reads, by its source; with those that the functions it calls read.
        calls: the calls of answers in a test that can be made again, by its source.
        paths: imported modules and what is reached from them with dots, as "torch.testing.assert_close".
        attributes: all names that stand behind a dot.
        shows: whether a test ends by showing a value, by its source; None where only running it would tell.
    """

    bound: dict[str, list[dict[str, Any]]]
    uses: dict[str, list[str]]
    calls: dict[str, list[str]]
    paths: list[str]
    attributes: list[str]
    shows: dict[str, bool | None]


@cache
def reliance(
    given: tuple[str, ...], tests: tuple[str, ...], asked: frozenset[str], answers: frozenset[str]
) -> Reliance:
    """What these tests rely on; the same for all submissions of an assignment.

    Args:
        given: sources of the instructor's cells that are not tests.
        tests: those of the tests, with hidden ones.
        asked: names that students are to define: whatever stands behind them is right.
        answers: names whose calls can be made again.
    """
    trees = {source: parsed(source) for source in [*given, *tests]}
    bound: dict[str, list[dict[str, Any]]] = {}
    loose = set(asked)
    for tree in trees.values():
        for name, binding in _ways(tree):
            if binding is None:
                loose.add(name)
            elif binding not in bound.setdefault(name, []):
                bound[name].append(binding)
    bound = {name: ways for name, ways in bound.items() if name not in loose}
    reads = {name: set().union(*map(_read_by, ways)) for name, ways in bound.items()}
    known = (bound.keys() | vars(builtins).keys()) - HARMLESS
    read = {test: _closure(_globals(_table(ast.unparse(trees[test]))), reads) for test in tests}
    own = {test: {name for name, _ in bindings(trees[test].body)} for test in tests}
    ways = [way for name in set().union(*read.values()) for way in bound.get(name, ())]
    used = [trees[test] for test in tests] + [_tree(way) for way in ways]
    return Reliance(
        bound=bound,
        uses={test: sorted((read[test] & known) - loose - own[test]) for test in tests},
        calls={test: sorted(_plain_calls(trees[test], answers - bound.keys())) for test in tests},
        paths=sorted(set().union(*(_paths(tree, bound) for tree in used))),
        attributes=sorted(set().union(*map(_attributes, used))),
        shows={test: shows_its_value(test) and _has_value(trees[test], bound) for test in tests},
    )


def parsed(source: str) -> ast.Module:
    """The program of a cell, magics and all; empty where there is none."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError):
        return ast.parse("")


def _ways(tree: ast.Module) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """What a cell binds. With a magic at its head it is compiled as a whole: then calls of what it imports are other code."""
    found = list(bindings(tree.body))
    imports = [name for name, way in found if way and "module" in way and name.isidentifier()]
    beside = f"import {', '.join(imports)}\n"
    for name, way in found:
        yield name, way
        if imports and way and "text" in way:
            yield name, way | {"beside": beside}


def bindings(body: list[ast.stmt]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Names that statements bind in the notebook, and to what; None where only running them would tell."""
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.split(".")[0]
                yield alias.asname or module, {"module": module}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                about = {"module": node.module, "attribute": alias.name}
                yield alias.asname or alias.name, about
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name, _definition(node)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and _is_constant(node):
            yield node.targets[0].id, {"value": repr(node.value.value)}
        else:
            yield from _bound_inside(node)


def _bound_inside(node: ast.stmt) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """What a statement with others in it binds, and what its assignments and loops do."""
    inner = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.stmt)]
    yield from bindings(inner)
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, ast.stmt):
            for name in ast.walk(part):
                if isinstance(name, ast.Name) and not isinstance(name.ctx, ast.Load):
                    yield name.id, None


def _is_constant(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Constant)


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> dict[str, Any]:
    """A function or class as text to compile: without what has to be run first."""
    plain = ast.parse(ast.unparse(node)).body[0]
    plain.decorator_list = []
    about: dict[str, Any] = {"name": node.name, "text": ast.unparse(plain)}
    about["decorated"] = bool(node.decorator_list)
    if isinstance(node, FUNCTIONS):
        about["defaults"] = _defaults(node)
    return about


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str] | None:
    """How Python shows a function's defaults; None where only running it would tell."""
    arguments = node.args
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    try:
        plain = tuple(ast.literal_eval(default) for default in arguments.defaults)
        named = {name.arg: ast.literal_eval(value) for name, value in pairs if value is not None}
    except ValueError:
        return None
    return [repr(plain or None), repr(named or None)]


def _has_value(tree: ast.Module, bound: dict[str, list[dict[str, Any]]]) -> bool | None:
    """Whether the expression that a program ends with has a value."""
    value = tree.body[-1].value
    if not isinstance(value, ast.Call):
        nothing = isinstance(value, ast.Constant) and value.value in (None, ...)
        return None if isinstance(value, UNCLEAR) else not nothing
    if isinstance(value.func, ast.Attribute):
        return False if _is_quiet(value.func.attr) else None
    name = getattr(value.func, "id", "")
    if _is_quiet(name) or any(map(_gives_nothing, bound.get(name, []))):
        return False
    return True if name in NUMBERS and name not in bound else None


def _is_quiet(name: str) -> bool:
    return name.startswith("assert") or name in QUIET


def _gives_nothing(way: dict[str, Any]) -> bool:
    """Whether a function's text says that its calls have no value."""
    text = way.get("text") or (_text_in(**way) if "attribute" in way else "")
    function = next(iter(ast.parse(text).body), None)
    if not isinstance(function, FUNCTIONS) or way.get("decorated") or function.decorator_list:
        return False
    declared = isinstance(function.returns, ast.Constant) and function.returns.value is None
    return declared or not any(isinstance(node, ast.Return) for node in ast.walk(function))


def _text_in(module: str, attribute: str) -> str:
    """A function's text in a module of the course, which is not imported."""
    first, *rest = module.split(".")
    found = PathFinder.find_spec(first)
    places = (found and found.submodule_search_locations) or []
    for path in (Path(place, *rest).with_suffix(".py") for place in places):
        body = ast.parse(path.read_text("utf-8")).body if path.is_file() else []
        texts = (ast.unparse(n) for n in body if isinstance(n, FUNCTIONS) and n.name == attribute)
        return next(texts, "")
    return ""


def _tree(way: dict[str, Any]) -> ast.Module:
    """What binds a name, as a program."""
    if "attribute" in way:
        return ast.parse(f"from {way['module']} import {way['attribute']}")
    return ast.parse(f"import {way['module']}" if "module" in way else way.get("text", ""))


def _attributes(tree: ast.AST) -> set[str]:
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _read_by(way: dict[str, Any]) -> set[str]:
    return _globals(_table(way.get("text", "")))


def _table(text: str) -> symtable.SymbolTable:
    return symtable.symtable(text, "cell", "exec")


def _globals(table: symtable.SymbolTable) -> set[str]:
    """The names that a program looks up in the notebook, and not among a function's own variables."""
    whole = table.get_type() == "module"
    names = {
        s.get_name() for s in table.get_symbols() if s.is_referenced() and (whole or s.is_global())
    }
    return names.union(*map(_globals, table.get_children()))


def _closure(names: set[str], reads: dict[str, set[str]]) -> set[str]:
    """These names, and all that the functions behind them read."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += reads.get(name, ())
    return found


def _paths(tree: ast.AST, bound: dict[str, list[dict[str, Any]]]) -> set[str]:
    """Imports, and the longest chains of dots that begin at an imported name."""
    ways = [way for _, way in bindings(tree.body) if way and "module" in way]
    found = {_path(way) for way in ways}
    for node in ast.walk(tree):
        chain: list[str] = []
        while isinstance(node, ast.Attribute):
            chain.insert(0, node.attr)
            node = node.value
        if chain and isinstance(node, ast.Name):
            ways = [way for way in bound.get(node.id, []) if "module" in way]
            found |= {".".join([_path(way), *chain]) for way in ways}
    return found


def _path(way: dict[str, Any]) -> str:
    return ".".join(filter(None, (way["module"], way.get("attribute"))))


def _plain_calls(tree: ast.AST, answers: set[str]) -> Iterator[str]:
    """Calls of an answer with nothing but constants: they can be made again without harm to the test."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            parts = [*node.args, *(word.value for word in node.keywords)]
            inside = [part for argument in parts for part in ast.walk(argument)]
            if node.func.id in answers and not any(isinstance(p, ast.Name) for p in inside):
                yield ast.unparse(node)
