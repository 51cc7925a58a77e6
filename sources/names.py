"""Which names does a piece of code bind at its top, and which does it read?"""

import ast
import builtins


def bound(source: str) -> set[str]:
    """The names that a cell binds at its top level: functions, classes, imports, assignments."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            names |= {n.id for n in ast.walk(node) if _is(n, ast.Store)}
    return names


def read(source: str) -> set[str]:
    """Every name that a cell reads, builtins aside."""
    nodes = ast.walk(ast.parse(source))
    return {node.id for node in nodes if _is(node, ast.Load)} - set(dir(builtins))


def _is(node: ast.AST, context: type) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, context)
