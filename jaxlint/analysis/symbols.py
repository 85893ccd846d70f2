"""Calls of library functions: Python's own, and dispatch to what the catalog knows."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from jaxlint import catalog
from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import PARAM, RNG, STATE_CREATE, STATE_READ, STATE_WRITE, Effect, Step
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.python import IDENTITY, PYTHON
from jaxlint.analysis.values import (
    ARRAY,
    TRACED,
    TRACED_ARRAY,
    UNKNOWN,
    Bound,
    Const,
    Instance,
    OneOf,
    Sequence,
    Symbol,
    Value,
    derived,
    is_own_key,
    key_value,
)

KINDS = {
    "param": PARAM,
    "rng": RNG,
    "state-read": STATE_READ,
    "state-write": STATE_WRITE,
    "state-create": STATE_CREATE,
}
CONTEXTS = {
    "haiku.with_rng": "with-rng",
    "haiku._src.base.new_context": "root",
    "pytest.raises": "raises",
    "contextlib.suppress": "raises",
}


class LibraryCalls(Core):
    """Part of the Interpreter: `call_symbol` calls a function or class of an installed library."""

    def call_symbol(self, name: str, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call the library symbol `name`."""
        handler = self.symbol_calls.get(name)
        if handler is None:
            handler = self.symbol_calls[name] = self._symbol_call(name)
        return handler(args, node, frame)

    def _symbol_call(self, name: str) -> Callable[[Args, ast.expr, Frame], Value]:
        """What a call of the symbol does: settled once for each name."""
        python = PYTHON.get(name)
        if python is not None:
            return lambda args, node, frame: python(self, args, node, frame)
        if name == "jaxlint.lifted":
            return self.lift_by_factory
        options = self.options
        transform = catalog.transform(options.transforms.get(name, name))
        if transform is not None and name in options.transforms:
            transform = replace(transform, name=name, like=transform.name, replacement={})
        if transform is not None:
            return lambda args, node, frame: self.call_transform(transform, args, node, frame)
        if name in options.roots:
            return lambda args, node, frame: self.make_pair(name, args, node, frame)
        if name in options.wrappers or name == IDENTITY:
            return lambda args, node, frame: args.positional[0] if args.positional else UNKNOWN
        kinds = options.effects.get(name)
        if kinds is not None:
            return lambda args, node, frame: self.configured_effects(name, kinds, args, node, frame)
        symbol = catalog.symbol(name)
        if symbol is not None:
            return lambda args, node, frame: self.call_catalog(symbol, args, node, frame)
        if name.startswith("flax."):
            linen = self.linen_call(name)
            if linen is not None:
                return linen
        if name in CONTEXTS:
            return lambda args, node, frame: Symbol(f"{name}()")
        if name in DECORATOR_FACTORIES:
            return lambda args, node, frame: Symbol(IDENTITY)
        if name in IDENTITY_DECORATORS:
            return lambda args, node, frame: (
                args.positional[0] if args.positional else Symbol(IDENTITY)
            )
        if name.startswith("jax.") or name in LOSSES:
            return lambda args, node, frame: self.array_call(name, args, node, frame)
        return lambda args, node, frame: derived(*args.values)

    def configured_effects(
        self, name: str, kinds: tuple[str, ...], args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """The effects that the user's configuration gives to `name`."""
        subject: object = None
        if args.positional and isinstance(args.positional[0], Const):
            subject = ("configured", name, args.positional[0].value)
        for kind in kinds:
            effect = Effect(
                KINDS[kind],
                subject if kind != "rng" else None,
                (Step(node, frame.file, f"calls {name}"), None),
                traced=args.traced,
                name=name,
            )
            self.record(frame, effect)
        return derived(*args.values)

    def array_call(self, name: str, args: Args, node: ast.expr, frame: Frame) -> Value:
        """A function of jax that the catalog does not know as a transform."""
        if name.startswith(("jax.numpy.", "jax.nn.")) or name in LOSSES:
            for value, expression in zip(args.positional, args.nodes, strict=False):
                if expression is not None:
                    self.check_operand(value, expression, frame)
        traced = args.traced
        if name in ARRAY_MAKERS:
            return TRACED_ARRAY if traced else ARRAY
        if name in KEY_MAKERS:
            return key_value(traced, self._is_own(args, frame))
        if name == "jax.random.split":
            return Sequence("tuple", [key_value(traced, self._is_own(args, frame))], True)
        return TRACED if traced else UNKNOWN

    def _is_own(self, args: Args, frame: Frame) -> bool:
        """Whether a key is made from a key or a seed that the caller has not passed in."""
        values, nodes = args.values, [*args.nodes, *args.keyword_nodes.values()]
        if not values or not is_own_key(values[0]):
            return False
        seed = nodes[0] if nodes and isinstance(values[0], Const) else None
        return seed is None or not self.is_passed(seed, frame)

    def context_kind(self, value: Value, node: ast.expr, frame: Frame) -> str | None:
        """What a `with` item does to the analysis: "raises", "with-rng", "root", nothing."""
        if isinstance(value, Symbol) and value.name.endswith("()"):
            return CONTEXTS.get(value.name[:-2])
        if isinstance(value, Sequence) and value.kind == "scoped":
            return "with-rng"  # a contextlib.contextmanager function that yields under hk.with_rng
        if isinstance(value, Instance) and any(
            isinstance(v, Symbol) and v.name == "haiku.with_rng()" for v in value.attrs.values()
        ):
            return "with-rng"  # a context manager of the project around hk.with_rng
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            # unittest: `with self.assertRaises(...)`, in a method of a class with a foreign base.
            method = node.func.attr
            receiver = self.evaluate(node.func.value, frame)
            if method.startswith("assertRaises"):
                cls = receiver.cls if isinstance(receiver, Instance) else None
                if cls is None or self.has_unknown_base(cls):
                    return "raises"
        return None

    def entered(self, value: Value) -> Value:
        """What `with ... as name` binds."""
        if isinstance(value, Sequence) and len(value.items) == 1:
            return value.items[0]  # what a contextlib.contextmanager function yields
        return value if isinstance(value, (Instance, Symbol)) else UNKNOWN

    def container_method(self, value: Value, name: str) -> Value:
        """A method of a list, tuple or dict."""
        return Bound(Symbol(f"container.{name}"), value)


IDENTITY_DECORATORS = frozenset(
    {
        "abc.abstractmethod",
        "typing.overload",
        "typing.final",
        "typing.no_type_check",
        "typing.runtime_checkable",
        "typing_extensions.override",
        "typing.override",
        "jaxtyping.jaxtyped",
        "typeguard.typechecked",
        "beartype.beartype",
        "contextlib.contextmanager",
        "pytest.fixture",
        "chex.assert_max_traces",
        "numba.jit",
    }
)
DECORATOR_FACTORIES = frozenset(
    {
        "absl.testing.parameterized.parameters",
        "absl.testing.parameterized.named_parameters",
        "absl.testing.parameterized.product",
        "pytest.mark.parametrize",
        "pytest.mark.skipif",
        "pytest.mark.slow",
        "unittest.skip",
        "unittest.skipIf",
    }
)
"""Functions whose result, whatever they are given, returns the decorated function."""
ARRAY_MAKERS = frozenset(
    f"jax.numpy.{n}"
    for n in ("ones", "zeros", "full", "array", "asarray", "arange", "linspace", "eye", "ones_like")
) | frozenset(f"jax.random.{n}" for n in ("normal", "uniform", "bernoulli", "randint"))
LOSSES = frozenset(
    f"{module}.{name}"
    for module in ("optax", "optax.losses")
    for name in (
        "softmax_cross_entropy",
        "softmax_cross_entropy_with_integer_labels",
        "sigmoid_binary_cross_entropy",
        "squared_error",
        "l2_loss",
        "huber_loss",
        "log_cosh",
        "cosine_similarity",
        "cosine_distance",
        "hinge_loss",
    )
)
"""Losses of optax: functions of arrays."""
KEY_MAKERS = frozenset({"jax.random.PRNGKey", "jax.random.key", "jax.random.fold_in"})

__all__ = ["LibraryCalls", "OneOf"]
