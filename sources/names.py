"""Which names does a piece of code bind at its top, and which does it read?"""

import ast
import builtins
import symtable


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
    """The names that a cell, or a function in it, takes from outside; builtins aside."""
    names: set[str] = set()
    tables = [symtable.symtable(source, "<cell>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        is_top = table.get_type() == "module"
        symbols = [symbol for symbol in table.get_symbols() if symbol.is_referenced()]
        names |= {symbol.get_name() for symbol in symbols if is_top or symbol.is_global()}
    return names - set(dir(builtins))


def _is(node: ast.AST, context: type) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, context)
