"""Guessed inputs: small trees that can be printed, built into arrays, and changed by the search."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

DTYPES = {
    "f16": "float16",
    "bf16": "bfloat16",
    "f32": "float32",
    "f64": "float64",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "u64": "uint64",
    "c64": "complex64",
    "bool": "bool",
}
SHORT = {long: short for short, long in DTYPES.items()}


class Guess:
    """One guessed value."""

    def build(self, seed: int) -> Any:
        """The value; `seed` varies the numbers of arrays."""
        raise NotImplementedError

    def arrays(self) -> Iterator[Array]:
        """The guessed arrays in it."""
        return iter(())

    def source(self, seed: int) -> str:
        """Python that `build` does the same as, with `jax`, `jnp` and `np` imported."""
        raise NotImplementedError


@dataclass
class Array(Guess):
    """An array of `shape`; `sure` says that the shape was written by a person."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    sure: bool = False
    fill: str = ""

    def build(self, seed: int) -> Any:
        import jax.numpy as jnp
        import numpy as np

        draw = np.random.RandomState(seed)
        if self.fill == "ones" or self.dtype == "bool":
            return jnp.asarray(np.ones(self.shape, bool), self.dtype)
        if "int" in self.dtype:
            return jnp.asarray(draw.randint(0, 2, self.shape), self.dtype)
        return jnp.asarray(draw.normal(size=self.shape), self.dtype)

    def arrays(self) -> Iterator[Array]:
        yield self

    def source(self, seed: int) -> str:
        if self.fill == "ones" or self.dtype == "bool":
            return f"jnp.ones({self.shape}, {self.dtype!r})"
        draw = "randint(0, 2, " if "int" in self.dtype else "normal(size="
        drawn = f"np.random.RandomState({seed}).{draw}{self.shape})"
        return f"jnp.asarray({drawn}, {self.dtype!r})"

    def __str__(self) -> str:
        return f"{SHORT.get(self.dtype, self.dtype)}[{','.join(map(str, self.shape))}]"


@dataclass
class Value(Guess):
    """A plain Python value."""

    value: Any

    def build(self, seed: int) -> Any:
        return self.value

    def source(self, seed: int) -> str:
        if callable(self.value) and not isinstance(self.value, type):
            return "lambda *args, **kwargs: args[0]"
        return repr(self.value)

    def __str__(self) -> str:
        return repr(self.value)[:60]


@dataclass
class Key(Guess):
    """A random key; with `count`, that many."""

    count: int = 0

    def build(self, seed: int) -> Any:
        import jax

        key = jax.random.PRNGKey(seed)
        return jax.random.split(key, self.count) if self.count else key

    def source(self, seed: int) -> str:
        key = f"jax.random.PRNGKey({seed})"
        return f"jax.random.split({key}, {self.count})" if self.count else key

    def __str__(self) -> str:
        return f"key[{self.count}]" if self.count else "key"


@dataclass
class Struct(Guess):
    """A dict, tuple, list, or an object with fields (a named tuple made for it)."""

    kind: str
    parts: dict[str, Guess] = field(default_factory=dict)
    maker: Callable[..., Any] | None = None

    def build(self, seed: int) -> Any:
        built = {name: part.build(seed + i) for i, (name, part) in enumerate(self.parts.items())}
        if self.kind == "dict":
            return built
        if self.kind == "fields":
            if self.maker is not None:
                return self.maker(**built)
            return _bag(tuple(built))(*built.values())
        return list(built.values()) if self.kind == "list" else tuple(built.values())

    def arrays(self) -> Iterator[Array]:
        for part in self.parts.values():
            yield from part.arrays()

    def source(self, seed: int) -> str:
        parts = {n: p.source(seed + i) for i, (n, p) in enumerate(self.parts.items())}
        if self.kind == "dict":
            return "{" + ", ".join(f"{n!r}: {p}" for n, p in parts.items()) + "}"
        if self.kind == "fields":
            named = ", ".join(f"{n}={p}" for n, p in parts.items())
            if self.maker is not None:
                return f"flagged.{getattr(self.maker, '__name__', 'fields')}({named})"
            return f"collections.namedtuple('Fields', {list(parts)})({named})"
        inside = ", ".join(parts.values())
        return f"[{inside}]" if self.kind == "list" else f"({inside},)" if inside else "()"

    def __str__(self) -> str:
        inside = ", ".join(
            str(p) if self.kind in ("tuple", "list") else f"{n}: {p}" for n, p in self.parts.items()
        )
        ends = {"tuple": "()", "list": "[]"}.get(self.kind, "{}")
        return f"{ends[0]}{inside}{ends[1]}"


@dataclass
class Made(Guess):
    """A value that only running code can make, such as a core's initial state."""

    text: str
    make: Callable[[], Any]

    def build(self, seed: int) -> Any:
        return self.make()

    def source(self, seed: int) -> str:
        return f"...  # {self.text} of the core, made under the root"

    def __str__(self) -> str:
        return self.text


@dataclass
class Written(Guess):
    """An expression of the file itself, evaluated among its globals anew at each use."""

    text: str
    make: Callable[[], Any]

    def build(self, seed: int) -> Any:
        return self.make()

    def source(self, seed: int) -> str:
        return f"eval({self.text!r}, vars(flagged))"

    def __str__(self) -> str:
        return self.text


class Hole:
    """Stands for the parameters (or state) of whichever transformed function it is given to.

    `watch` fills it by running that function's own `init` with the same inputs. To JAX it is a
    tree without leaves.
    """

    def __init__(self, what: str = "params") -> None:
        self.what = what


@functools.cache
def _register_hole() -> None:
    import jax

    jax.tree_util.register_pytree_node(Hole, lambda h: ((), h.what), lambda what, _: Hole(what))


class Held:
    """A function as part of a tree of arrays, such as a train state's `apply_fn`: no leaf of it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


@functools.cache
def _register_held() -> None:
    import jax

    jax.tree_util.register_pytree_node(
        Held, lambda held: ((), held.function), lambda function, _: Held(function)
    )


@dataclass
class Function(Guess):
    """A function that only running code can name, to stand in a structure of arrays."""

    text: str
    make: Callable[[], Callable[..., Any]]

    def build(self, seed: int) -> Any:
        _register_held()
        return Held(self.make())

    def source(self, seed: int) -> str:
        return f"...  # {self.text}"

    def __str__(self) -> str:
        return self.text


@dataclass
class FromInit(Guess):
    """The parameters or state that the called transformed function's own `init` makes."""

    what: str = "params"

    def build(self, seed: int) -> Any:
        _register_hole()
        return Hole(self.what)

    def source(self, seed: int) -> str:
        return f"...  # the {self.what} that the model's own init makes"

    def __str__(self) -> str:
        return "init()"


_BAGS: dict[tuple[str, ...], Any] = {}


def _bag(names: tuple[str, ...]) -> Any:
    """A named tuple class with the fields `names`, a pytree to JAX."""
    from collections import namedtuple

    if names not in _BAGS:
        _BAGS[names] = namedtuple("Fields", names, rename=True)
    return _BAGS[names]


class _Spell:
    """What `f32` means in `f32[8,28]`."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype

    def __getitem__(self, dims: Any) -> Array:
        shape = dims if isinstance(dims, tuple) else (dims,)
        return Array(tuple(int(d) for d in shape), self.dtype, sure=True)


def inputs_expression(text: str) -> str:
    """The inputs `text` as an expression of Python: `f32[]` is none."""
    scalar = r"\b(" + "|".join(DTYPES) + r")\[\s*\]"
    written = re.sub(scalar, r"\1[()]", text.strip())
    return f"dict({written})"


def parse_inputs(text: str) -> dict[str, Guess]:
    """Read `x=f32[8,28], train=True, obs={'image': f32[4,8]}`.

    Besides the short types, any expression over `jnp`, `np` and `jax` is taken. Raises ValueError.
    Runs only in a worker: the text is the user's own, and may compute.
    """
    import jax
    import jax.numpy as jnp
    import numpy as np

    names: dict[str, Any] = {short: _Spell(long) for short, long in DTYPES.items()}
    names.update(jax=jax, jnp=jnp, np=np, key=Key(), dict=dict)
    try:
        given = eval(inputs_expression(text), names)
    except Exception as error:
        raise ValueError(f"cannot read inputs {text!r}: {error}") from error
    return {name: as_guess(value) for name, value in given.items()}


def as_guess(value: Any) -> Guess:
    """`value`, which may hold guesses inside containers, as one guess."""
    if isinstance(value, Guess):
        return value
    if isinstance(value, dict):
        return Struct("dict", {str(k): as_guess(v) for k, v in value.items()})
    if isinstance(value, (list, tuple)) and any(isinstance(v, (Guess, dict)) for v in value):
        kind = "list" if isinstance(value, list) else "tuple"
        return Struct(kind, {str(i): as_guess(v) for i, v in enumerate(value)})
    return Value(value)


def describe(guesses: dict[str, Guess]) -> str:
    """`x=f32[4,8], train=True`, as `--inputs` reads it back."""
    return ", ".join(f"{name}={guess}" for name, guess in guesses.items())
