"""Where the flagged line sits in its file, and which functions lead to it, by name."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from jaxlint.verify.hints import call_name

Def = ast.FunctionDef | ast.AsyncFunctionDef
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass
class Outline:
    """A file's definitions: qualified name -> node, and which names each one's body uses."""

    tree: ast.Module
    defs: dict[str, Named] = field(default_factory=dict)
    used: dict[str, set[str]] = field(default_factory=dict)
    made: dict[str, set[str]] = field(default_factory=dict)
    """Module-level variable -> the names that its values are made of."""

    def at_line(self, line: int) -> list[str]:
        """Qualified names of the definitions around `line`, outermost first (decorators count)."""
        out = []
        for name, node in self.defs.items():
            first = min(n.lineno for n in (node, *node.decorator_list))
            if first <= line <= (node.end_lineno or 0):
                out.append(name)
        return sorted(out, key=lambda n: n.count("."))

    def node_at(self, line: int) -> ast.AST | None:
        """The function or lambda that starts at `line` (as `co_firstlineno` counts)."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
                if line in (first, node.lineno):
                    return node
        return None

    def reaching(self, line: int) -> list[str]:
        """Definitions that lead to `line` by name, nearest first; those around it come first."""
        return self.leading_to(*self.start(line))

    def start(self, line: int) -> tuple[set[str], list[str]]:
        """The names by which the code at `line` is met, and the definitions around it."""
        around = self.at_line(line)
        found = list(reversed(around))
        wanted = {name.rpartition(".")[2] for name in around if not _dunder(name)}
        wanted |= {name.rpartition(".")[0] for name in around if _dunder(name)}
        if not around:
            wanted = assigned_at(self.tree, line)
        return wanted, found

    def leading_to(self, names: set[str], found: list[str] | None = None) -> list[str]:
        """`found`, then the definitions that use one of `names`, or use one that does."""
        return self.lead(names, found)[0]

    def lead(self, names: set[str], found: list[str] | None = None) -> tuple[list[str], set[str]]:
        """What `leading_to` gives, and all names, variables included, by which `names` are met."""
        wanted, found = set(names), list(found or [])
        seen = set(found)
        for _ in range(8):
            wanted |= {variable for variable, uses in self.made.items() if uses & wanted}
            more = [
                name for name, names in self.used.items() if name not in seen and names & wanted
            ]
            if not more:
                break
            found += more
            seen.update(more)
            for name in more:
                owner = name.rpartition(".")[0]
                wanted.add(name.rpartition(".")[2] if not _dunder(name) else owner)
                if owner and isinstance(self.defs.get(owner), ast.ClassDef):
                    wanted.add(owner.rpartition(".")[2])
        return found, wanted

    def calls(self, node: ast.AST) -> set[str]:
        """The last names of what `node` calls, itself or through the file's own definitions."""
        found: set[str] = set()
        agenda, seen = [node], {id(node)}
        while agenda:
            inner = list(ast.walk(agenda.pop()))
            found |= {call_name(n) for n in inner if isinstance(n, ast.Call)}
            used = {getattr(n, "id", getattr(n, "attr", None)) for n in inner}
            for name, definition in self.defs.items():
                if name.rpartition(".")[2] in used and id(definition) not in seen:
                    seen.add(id(definition))
                    agenda.append(definition)
        return found


def assigned_at(tree: ast.Module, line: int) -> set[str]:
    """The names that the module-level statement at `line` binds."""
    out: set[str] = set()
    for stmt in tree.body:
        if isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if stmt.lineno <= line <= (stmt.end_lineno or 0):
            for node in ast.walk(stmt):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    out.add(node.id)
    return out


def _dunder(name: str) -> bool:
    return name.rpartition(".")[2].startswith("__")


def outline(tree: ast.Module) -> Outline:
    """The outline of a parsed file."""
    out = Outline(tree)

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{prefix}{child.name}"
                while name in out.defs:
                    name += "'"
                out.defs[name] = child
                out.used[name] = _names(child)
                visit(child, name + ".")
            else:
                visit(child, prefix)

    visit(tree, "")
    for stmt in tree.body:
        if isinstance(stmt, (ast.Assign, ast.AnnAssign)):
            for name in _names(stmt):
                if any(isinstance(n, ast.Name) and n.id == name for n in _targets(stmt)):
                    out.made.setdefault(name, set()).update(_names(stmt) - {name})
    return out


def _targets(stmt: ast.Assign | ast.AnnAssign) -> list[ast.AST]:
    """The names and tuples of names that `stmt` binds, and what is in them."""
    targets = stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target]
    return [node for target in targets for node in ast.walk(target)]


def _names(node: ast.AST) -> set[str]:
    names = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            names.add(inner.id)
        elif isinstance(inner, ast.Attribute):
            names.add(inner.attr)
    return names


def entries(tree: ast.Module) -> list[tuple[str, ast.AST]]:
    """What a person would run: the main guard, then functions without required arguments."""
    out: list[tuple[str, ast.AST]] = []
    for node in tree.body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            out.append(("__main__", node))
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    for function in functions:
        fixture = any("fixture" in ast.unparse(d) for d in function.decorator_list)
        if not required(function) and not fixture:
            out.append((function.name, function))
        elif function.name == "main" and required(function) == 1:
            out.append(("main", function))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _tests(node):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name.startswith("test"):
                    out.append((f"{node.name}.{method.name}", method))
    return out


def _tests(node: ast.ClassDef) -> bool:
    """Whether a class holds tests, by pytest's or unittest's custom."""
    return node.name.startswith("Test") or any("TestCase" in ast.unparse(b) for b in node.bases)


def required(node: Def) -> int:
    """How many arguments a call of `node` must give."""
    args = node.args
    positional = len(args.posonlyargs) + len(args.args) - len(args.defaults)
    return positional + sum(1 for d in args.kw_defaults if d is None)
