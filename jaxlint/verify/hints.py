"""What a file says about its inputs: literal shapes, and how a function uses each parameter."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

MAKERS = {"ones": 0, "zeros": 0, "empty": 0, "full": 0, "ShapeDtypeStruct": 0}
DRAWERS = {"normal": 1, "uniform": 1, "randint": 1, "bernoulli": 2, "truncated_normal": 3}
ARRAY_ATTRIBUTES = {
    "shape", "dtype", "ndim", "size", "T", "at", "reshape", "astype", "mean", "sum", "max", "min",
    "std", "var", "transpose", "ravel", "flatten", "squeeze", "swapaxes", "argmax", "argmin",
    "copy",
    "dot", "item", "tolist", "any", "all", "cumsum", "prod", "repeat", "real", "imag", "clip",
    "conj", "round", "sort", "take", "trace", "block_until_ready", "nbytes", "itemsize", "mT",
}  # fmt: skip
MODULE_RANKS = {
    "Conv1D": 3, "Conv2D": 4, "Conv3D": 5, "Conv2DTranspose": 4, "Conv1DTranspose": 3,
    "MaxPool": 4, "AvgPool": 4, "max_pool": 4, "avg_pool": 4, "DepthwiseConv2D": 4,
    "ResNet18": 4, "ResNet34": 4, "ResNet50": 4, "ResNet101": 4, "MobileNetV1": 4,
    "MultiHeadAttention": 3, "SeparableDepthwiseConv2D": 4,
}  # fmt: skip


@dataclass
class FileHints:
    """Literal shapes of a file: by the name they were assigned to or passed as, and all of them."""

    named: dict[str, tuple[tuple[int, ...], str]] = field(default_factory=dict)
    shapes: list[tuple[tuple[int, ...], str]] = field(default_factory=list)
    calls: dict[str, list[str]] = field(default_factory=dict)
    """Every name called in the file."""


@dataclass
class Use:
    """How one function's body uses one of its parameters."""

    attributes: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    unpacked: list[str] = field(default_factory=list)
    """Names that the parameter is unpacked into."""
    rank: int | None = None
    called: bool = False
    sized: bool = False
    """Used as a size, as in `hk.Linear(size)` or `range(size)`."""
    iterated: bool = False
    tested: bool = False
    """Used as a condition."""
    integer: bool = False
    params_of: list[ast.Call] = field(default_factory=list)
    """`net.apply(param, ...)` calls that take it as the parameters."""
    indices: set[int] = field(default_factory=set)


def literal_shape(
    node: ast.AST | None, known: dict[str, int] | None = None
) -> tuple[int, ...] | None:
    """The shape that `node` writes, `known` giving module-level integer constants."""
    known = known or {}

    def number(part: ast.AST) -> int | None:
        if isinstance(part, ast.Constant) and isinstance(part.value, int):
            return part.value
        if isinstance(part, ast.Name):
            return known.get(part.id)
        return None

    if isinstance(node, (ast.Tuple, ast.List)):
        dims = [number(e) for e in node.elts]
        return None if any(d is None for d in dims) else tuple(d for d in dims if d is not None)
    one = number(node) if node is not None else None
    return None if one is None else (one,)


def call_name(node: ast.Call) -> str:
    """The last part of the called name: `ones` of `jnp.ones(...)`."""
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def constants(tree: ast.Module) -> dict[str, int]:
    """Module-level `NAME = 12`."""
    out = {}
    for stmt in tree.body:
        if isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Constant):
            for target in stmt.targets:
                if isinstance(target, ast.Name) and type(stmt.value.value) is int:
                    out[target.id] = stmt.value.value
    return out


def file_hints(tree: ast.Module) -> FileHints:
    """The literal shapes of the file."""
    hints = FileHints()
    known = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            hints.calls.setdefault(call_name(node), [])
            made = made_array(node, known)
            if made is not None:
                hints.shapes.append(made)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = made_array(node.value, known)
            if made is not None:
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        hints.named.setdefault(target.id, made)
    return hints


def made_array(node: ast.Call, known: dict[str, int]) -> tuple[tuple[int, ...], str] | None:
    """(shape, dtype) of `jnp.ones((8, 784))` and the like."""
    name = call_name(node)
    place = MAKERS.get(name, DRAWERS.get(name))
    if place is None:
        return None
    arg = node.args[place] if len(node.args) > place else None
    for keyword in node.keywords:
        if keyword.arg == "shape":
            arg = keyword.value
    shape = literal_shape(arg, known)
    if shape is None:
        return None
    text = ast.unparse(node)
    dtype = "int32" if "int" in text else "bool" if "bool" in text else "float32"
    return shape, dtype


def uses(function: ast.AST, names: list[str]) -> dict[str, Use]:
    """How the body of `function` uses each of the parameters `names`."""
    out = {name: Use() for name in names}
    for node in ast.walk(function):
        _attribute(node, out)
        _unpacking(node, out)
        _conditions(node, out)
        if isinstance(node, ast.Call):
            _arguments(node, out)
    return out


def _named(node: ast.AST, out: dict[str, Use]) -> Use | None:
    return out.get(node.id) if isinstance(node, ast.Name) else None


def _attribute(node: ast.AST, out: dict[str, Use]) -> None:
    if isinstance(node, ast.Attribute):
        use = _named(node.value, out)
        if use is not None and node.attr not in ARRAY_ATTRIBUTES:
            use.attributes.add(node.attr)
    elif isinstance(node, ast.Subscript):
        use = _named(node.value, out)
        if use is not None and isinstance(node.slice, ast.Constant):
            if isinstance(node.slice.value, str):
                use.keys.add(node.slice.value)
            elif isinstance(node.slice.value, int):
                use.indices.add(node.slice.value)
        if use is not None and isinstance(node.slice, ast.Tuple):
            plain = [e for e in node.slice.elts if not _is_new_axis(e)]
            if not any(isinstance(e, ast.Constant) and e.value is ... for e in plain):
                use.rank = max(use.rank or 0, len(plain))
        shape = node.value
        if isinstance(shape, ast.Attribute) and shape.attr == "shape":
            use = _named(shape.value, out)
            index = node.slice
            if use is not None and isinstance(index, ast.Constant) and isinstance(index.value, int):
                use.rank = max(use.rank or 0, index.value + 1)


def _is_new_axis(node: ast.AST) -> bool:
    return (isinstance(node, ast.Constant) and node.value is None) or (
        isinstance(node, ast.Attribute) and node.attr == "newaxis"
    )


def _unpacking(node: ast.AST, out: dict[str, Use]) -> None:
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return
    target, value = node.targets[0], node.value
    if isinstance(target, (ast.Tuple, ast.List)):
        count = len(target.elts)
        use = _named(value, out)
        if use is not None:
            use.unpacked = [getattr(e, "id", f"part{i}") for i, e in enumerate(target.elts)]
        if isinstance(value, ast.Attribute) and value.attr == "shape":
            use = _named(value.value, out)
            if use is not None and not any(isinstance(e, ast.Starred) for e in target.elts):
                use.rank = count


def _conditions(node: ast.AST, out: dict[str, Use]) -> None:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        test = node.test
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test = test.operand
        parts = test.values if isinstance(test, ast.BoolOp) else [test]
        for part in parts:
            use = _named(part, out)
            if use is not None:
                use.tested = True
    if isinstance(node, (ast.For, ast.comprehension)):
        use = _named(node.iter, out)
        if use is not None:
            use.iterated = True


def _arguments(node: ast.Call, out: dict[str, Use]) -> None:
    use = _named(node.func, out)
    if use is not None:
        use.called = True
    name = call_name(node)
    if name == "enumerate" and node.args:
        use = _named(node.args[0], out)
        if use is not None:
            use.iterated = True
    if name in ("one_hot",) and node.args:
        use = _named(node.args[0], out)
        if use is not None:
            use.integer = True
    if name == "einsum" and node.args and isinstance(node.args[0], ast.Constant):
        inputs = str(node.args[0].value).split("->")[0].split(",")
        for letters, arg in zip(inputs, node.args[1:], strict=False):
            use = _named(arg, out)
            if use is not None and "." not in letters:
                use.rank = len(letters.strip())
    sizes = name == "range" or (name[:1].isupper() and name not in ("ShapeDtypeStruct",))
    for arg in [*node.args, *(k.value for k in node.keywords)]:
        use = _named(arg, out)
        if use is not None and sizes:
            use.sized = True
    if (node.args and name in ("apply", "apply_fn")) or name.endswith("_apply"):
        use = _named(node.args[0], out) if node.args else None
        if use is not None:
            use.params_of.append(node)
    inner = node.func.func if isinstance(node.func, ast.Call) else None
    if isinstance(node.func, ast.Call):
        inner_name = call_name(node.func)
        rank = MODULE_RANKS.get(inner_name)
        use = _named(node.args[0], out) if node.args else None
        if use is not None and rank is not None:
            use.rank = rank
        if use is not None and inner_name == "Embed":
            use.integer = True
    del inner
