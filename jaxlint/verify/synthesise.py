"""One parameter to one guess: annotation, default, use in the body, name, shapes in the file."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import json
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

from jaxlint.verify import linen
from jaxlint.verify.guesses import Array, FromInit, Function, Guess, Key, Made, Struct, Value
from jaxlint.verify.hints import FileHints, Use
from jaxlint.verify.standins import StandIn

SIZE, BATCH, TIME, SPACE, CHANNELS, VOCAB = 8, 4, 5, 16, 3, 10
SHAPES = {0: (), 1: (BATCH,), 2: (BATCH, SIZE), 3: (BATCH, TIME, SIZE)}
COLLECTIONS = ("batch_stats", "cache", "stats", "counters")
SHAPES[4] = (2, SPACE, SPACE, CHANNELS)
SHAPES[5] = (2, TIME, SPACE, SPACE, CHANNELS)


@dataclass
class Setting:
    """What is known beside the parameter: the file's hints, the ranks that its modules want."""

    hints: FileHints = field(default_factory=FileHints)
    image: bool = False
    """Convolutions over images are called in the function or class."""
    embeds: bool = False
    """An `hk.Embed` is made in the function or class."""
    attends: bool = False
    """Attention is used: inputs have a time axis."""
    described: dict[str, Array] = field(default_factory=dict)
    """Shapes that the docstring gives."""
    constructor: bool = False
    """The parameters are a class's own: sizes rather than data."""
    with_params: bool = False
    """The function takes parameters (and maybe state) of a transformed function."""
    linen: Callable[[], Any] | None = None
    """What makes the file's outermost Flax module, if it has one."""
    dims: dict[str, int] = field(default_factory=dict)
    """Sizes of jaxtyping's dimension names met so far."""


@functools.cache
def _names() -> dict[str, frozenset[str]]:
    text = resources.files("jaxlint.verify").joinpath("data/names.json").read_text()
    data: dict[str, list[str]] = json.loads(text)
    return {kind: frozenset(names) for kind, names in data.items()}


def named(name: str, kind: str) -> bool:
    """Whether `name` (or its last word) is a usual name for `kind` of the name table."""
    bare = name.strip("_").lower()
    return bare in _names()[kind]


def tail(name: str, kind: str) -> bool:
    """Whether one of the last words of `name` says `kind`: `encoder_hidden_size` is a size."""
    words = name.strip("_").lower().split("_")
    return any("_".join(words[i:]) in _names()[kind] for i in range(len(words)))


def guess(parameter: inspect.Parameter, use: Use, setting: Setting) -> Guess:
    """The first guess for `parameter`."""
    name = parameter.name
    if name in setting.described:
        return setting.described[name]
    found = _for_linen(name, use, setting)
    if found is not None:
        return found
    if use.params_of or named(name, "params"):
        return FromInit("params")
    if setting.with_params and name.endswith("state"):
        return FromInit("state")
    annotated = from_annotation(parameter.annotation, name, setting)
    if annotated is not None and not isinstance(annotated, Array):
        return annotated
    if parameter.default is not inspect.Parameter.empty and parameter.default is not None:
        return Value(parameter.default)
    if isinstance(annotated, Array) and annotated.sure:
        return annotated
    if is_array(parameter.annotation) and not keyish(name):
        fill = "ones" if tail(name, "mask") else ""
        return replace(_array(name, use, setting), fill=fill)
    structured = from_use(name, use, setting)
    if structured is not None:
        return structured
    return from_name(name, use, setting)


def _for_linen(name: str, use: Use, setting: Setting) -> Guess | None:
    """What belongs to a Flax model: itself, its variables, a train state."""
    make = setting.linen
    if make is None or setting.constructor:
        return None
    if "apply_fn" in use.attributes:
        parts: dict[str, Guess] = {}
        for part in sorted({*use.attributes, "params"}):
            other = Function("any function", lambda: _identity)
            model = Function("model.apply", lambda: make().apply)
            parts[part] = {"params": FromInit("params"), "apply_fn": model}.get(
                part, FromInit(part) if part in COLLECTIONS else other
            )
        return Struct("fields", parts)
    if use.attributes & {"apply", "init", "init_with_output", "bind"}:
        return Made("the file's model", make)
    if tail(name, "params") and not use.called:
        return FromInit("params")
    if name in ("variables", "vars", *COLLECTIONS):
        return FromInit(name if name in COLLECTIONS else "variables")
    return None


def from_annotation(annotation: Any, name: str, setting: Setting) -> Guess | None:
    """A guess from the annotation; None when it says nothing."""
    if annotation is inspect.Parameter.empty or annotation is Any:
        return None
    if isinstance(annotation, StandIn):
        annotation = annotation.__name__
    typed = _jaxtyped(annotation, setting)
    if typed is not None:
        return typed
    if isinstance(annotation, str):
        return _from_text(annotation, name, setting)
    if annotation is bool:
        return Value(not named(name, "false"))
    if annotation is int:
        return Value(number(name))
    if annotation is float:
        return Value(0.5 if named(name, "rate") else 1.0)
    if annotation is str:
        return Value(name)
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (tuple, list) or "Sequence" in str(origin) or "Iterable" in str(origin):
        return _from_elements(origin, args, name, setting)
    if origin is not None and type(None) in args:
        rest = [a for a in args if a is not type(None)]
        return from_annotation(rest[0], name, setting) if rest else None
    if "Callable" in str(annotation):
        return Value(_identity)
    return _from_class(annotation, name, setting)


def _from_elements(origin: Any, args: tuple[Any, ...], name: str, setting: Setting) -> Guess | None:
    if not args:
        return None
    inner = [a for a in args if a is not ...]
    if inner[0] is int:
        return Value((SIZE, SIZE) if len(inner) == 1 else tuple(SIZE for _ in inner))
    count = 2 if (len(inner) == 1 and (origin is not tuple or ... in args)) else len(inner)
    inner = inner * count if len(inner) == 1 else inner
    parts = {
        str(i): from_annotation(a, name, setting) or Array(SHAPES[2]) for i, a in enumerate(inner)
    }
    return Struct("tuple" if origin is tuple else "list", parts)


def _from_class(annotation: Any, name: str, setting: Setting) -> Guess | None:
    """A NamedTuple, dataclass or Flax module: built from guesses for its fields."""
    if linen.is_module(annotation):
        return _linen_part(annotation, setting)
    fields = getattr(annotation, "_fields", None)
    if fields is None and hasattr(annotation, "__dataclass_fields__"):
        fields = tuple(annotation.__dataclass_fields__)
    if fields is None or not isinstance(annotation, type):
        return None
    types = getattr(annotation, "__annotations__", {})
    parts: dict[str, Guess] = {}
    for part in fields:
        parameter = inspect.Parameter(
            part,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=types.get(part, inspect.Parameter.empty),
        )
        parts[part] = guess(parameter, Use(), setting)
    return Struct("fields", parts, maker=annotation)


def _linen_part(cls: Any, setting: Setting) -> Guess:
    """A module to be a field of another one: any layer will do for the base class."""
    nn = linen.loaded()
    if cls is nn.Module:
        return Made(f"nn.Dense({SIZE})", lambda: nn.Dense(SIZE))
    inner = replace(setting, constructor=True)
    parts = {
        field.name: guess(
            inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, annotation=field.type),
            Use(),
            inner,
        )
        for field in dataclasses.fields(cls)
        if field.init
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    }
    return Struct("fields", parts, maker=cls)


def described(text: str | None, names: list[str], setting: Setting) -> dict[str, Array]:
    """The shapes that a docstring gives for the parameters `names`: `x: [batch, 28, 28]`.

    Dimension words that are alike get the same size.
    """
    out: dict[str, Array] = {}
    opening = re.match(r"\s*(\[[^\[\]\n]*\])", text or "")
    if opening and len(names) == 1:
        text = f"{names[0]}: {text}"
    for name in names:
        found = re.search(
            rf"(?<!\w){re.escape(name)}\b([^\n\[\]();]{{0,60}}?)[\[(]([^\[\]()\n]*)[\])]([^\n]*)",
            text or "",
        )
        if found is None or not re.fullmatch(r"\s*[\w*]*\s*(,\s*[\w* ]+)*,?\s*", found.group(2)):
            continue
        shape = []
        for word in found.group(2).replace(" ", "").strip(",").split(","):
            if word.isdigit():
                shape.append(int(word))
            elif word and not word.startswith("*"):
                fallback = (SIZE, 6, 7, 9)[min(len(setting.dims), 3)]
                shape.append(setting.dims.setdefault(word, dimension(word) or fallback))
        ints = re.search(r"\bint(eger)?s?\b|\bids\b|\btokens?\b", found.group(1) + found.group(3))
        if len(shape) <= 5:
            out[name] = Array(tuple(shape), "int32" if ints else "float32")
    return out


_JAXTYPED = re.compile(
    r"(?:jt\.|jaxtyping\.)?(Float|Int|Bool|UInt|Integer|Num|Real|Shaped|Inexact|Float32|Int32)\w*"
    r"\[\s*[\w.]+\s*,\s*[\"']([^\"']*)[\"']\s*\]"
)


def _jaxtyped(annotation: Any, setting: Setting) -> Array | None:
    """`Float[Array, "batch 28 28 c"]`, as a string or as jaxtyping's own class."""
    dims, kind = getattr(annotation, "dim_str", None), getattr(annotation, "__name__", "")
    if dims is None and isinstance(annotation, str):
        found = _JAXTYPED.search(annotation)
        if found:
            kind, dims = found.group(1), found.group(2)
    if dims is None:
        return None
    shape = []
    for dim in dims.split():
        dim = dim.lstrip("#?_")
        if dim.startswith("*") or dim == "...":
            continue
        if "=" in dim:
            dim = dim.split("=")[1]
        if dim.isdigit():
            shape.append(int(dim))
        else:
            fallback = (BATCH, TIME, SIZE, 6, 7)[min(len(setting.dims), 4)]
            shape.append(setting.dims.setdefault(dim or "_", dimension(dim) or fallback))
    dtype = "int32" if "Int" in kind else "bool" if "Bool" in kind else "float32"
    return Array(tuple(shape), dtype, sure=True)


def dimension(name: str) -> int | None:
    """A usual size for a dimension called `name`."""
    word = name.lower()
    if word in ("b", "batch", "n", "bs", "batch_size"):
        return BATCH
    if word in ("t", "time", "s", "seq", "l", "length", "sequence", "seq_len"):
        return TIME
    if word in ("h", "w", "height", "width"):
        return SPACE
    if word in ("c", "channels", "rgb"):
        return CHANNELS
    if word in ("d", "dim", "features", "f", "d_model"):
        return SIZE
    return None


def _from_text(annotation: str, name: str, setting: Setting) -> Guess | None:
    """An annotation left as text (`from __future__ import annotations`) that did not evaluate."""
    bare = annotation.strip("'\" ")
    simple = {"int": int, "bool": bool, "float": float, "str": str}
    for text, kind in simple.items():
        if bare in (text, f"Optional[{text}]", f"{text} | None"):
            return from_annotation(kind, name, setting)
    if "Callable" in bare:
        return Value(_identity)
    if re.fullmatch(r"(Sequence|Iterable|list|List|tuple|Tuple)\[int(, \.\.\.)?\]", bare):
        return Value((SIZE, SIZE))
    if "PRNGKey" in bare:
        return Key()
    return None


def _identity(*args: Any, **_: Any) -> Any:
    return args[0] if args else None


def number(name: str) -> int:
    """An integer that suits a parameter called `name`."""
    for kind, value in (
        ("heads", 2),
        ("key_size", 4),
        ("batch_size", BATCH),
        ("vocab", VOCAB),
        ("size", SIZE),
        ("count", 2),
    ):
        if tail(name, kind):
            return value
    if name.startswith(("num_", "n_", "max_", "total_")):
        return 2
    return SIZE


def from_use(name: str, use: Use, setting: Setting) -> Guess | None:
    """A guess from what the body does with the parameter."""
    if use.keys:
        return Struct("dict", {k: from_name(k, Use(), setting) for k in sorted(use.keys)})
    if use.attributes:
        return Struct("fields", {k: from_name(k, Use(), setting) for k in sorted(use.attributes)})
    if use.called:
        return Value(_identity)
    if use.unpacked and not named(name, "key"):
        parts = {str(i): from_name(n, Use(), setting) for i, n in enumerate(use.unpacked)}
        return Struct("tuple", parts)
    return None


def is_array(annotation: Any) -> bool:
    """Whether the annotation says array and no more: `jax.Array`, `jnp.ndarray`, `chex.Array`."""
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", None)
    text = text if isinstance(text, str) else ""
    return text.strip("'\"").rpartition(".")[2] in ("Array", "ndarray", "ArrayLike", "DeviceArray")


def keyish(name: str) -> bool:
    """Whether `name` is a random key's."""
    return named(name, "key") or (tail(name, "key") and name.endswith(("key", "rng")))


def from_name(name: str, use: Use, setting: Setting) -> Guess:
    """A guess from the name, the rank the body needs, and the file's literal shapes."""
    if keyish(name):
        return Key()
    if named(name, "true") or named(name, "false"):
        return Value(named(name, "true"))
    if name.startswith(("use_", "is_", "with_", "has_", "should_", "do_")):
        return Value(True)
    if tail(name, "sizes") or (use.iterated and use.sized):
        return Value((SIZE, SIZE))
    if tail(name, "mask"):
        shape = _sized_to(use.rank if use.rank is not None else 2, setting)
        return Array(shape, "float32", fill="ones")
    if named(name, "ambiguous") and not use.sized and not setting.constructor:
        return _array(name, use, setting)
    if name in setting.hints.named and not use.sized:
        shape, dtype = setting.hints.named[name]
        return Array(shape, dtype, sure=False)
    if use.tested and not use.rank and not named(name, "data"):
        return Value(True)
    if named(name, "function") and not use.rank:
        return Value(_identity)
    if named(name, "name"):
        return Value(name)
    if tail(name, "rate") and not use.rank:
        return Value(0.5)
    sizes = ("heads", "key_size", "count", "vocab", "size", "batch_size")
    if (use.sized and not named(name, "data")) or any(tail(name, k) for k in sizes):
        return Value(number(name))
    if name.startswith(("num_", "n_")) and not named(name, "tokens"):
        return Value(number(name))
    return _array(name, use, setting)


def _array(name: str, use: Use, setting: Setting) -> Array:
    if use.integer or _token_ids(name, setting):
        rank = 1 if named(name, "vector") else 2
        shape = SHAPES[use.rank if use.rank is not None and use.rank <= 5 else rank]
        return Array(shape[:2] if len(shape) <= 2 else shape, "int32")
    rank = use.rank if use.rank is not None else -1
    if rank < 0:
        rank = 4 if tail(name, "image") or setting.image else 2
        if setting.attends or named(name, "sequence"):
            rank = 3
        if named(name, "vector"):
            rank = 1
    return Array(_sized_to(min(rank, 5), setting), "float32")


def _token_ids(name: str, setting: Setting) -> bool:
    """Whether `name` is one of integers; a text's where the code embeds what it is given."""
    if named(name, "tokens") or named(name.rpartition("_")[2], "ids"):
        return True
    return setting.embeds and (named(name, "data") or named(name, "text"))


def _sized_to(rank: int, setting: Setting) -> tuple[int, ...]:
    """A shape of `rank`: the one that the file writes, if it writes just one; else the usual."""
    written = {s for s, dtype in setting.hints.shapes if len(s) == rank and dtype == "float32"}
    if len(written) == 1 and rank > 0:
        shape = written.pop()
        size = 1
        for dim in shape:
            size *= dim
        if 0 < size <= 2_000_000:
            return shape
    return SHAPES[rank]
