"""Blame: which call passed an impure callable to a function that transforms its argument."""

from __future__ import annotations

import ast

from jaxlint import catalog
from jaxlint.analysis.arguments import PASSABLE, Parameters
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import Effect, Step
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.observations import RawSite
from jaxlint.analysis.values import UNKNOWN, Instance, Symbol, Value


def enclosing(frame: Frame) -> list[Frame]:
    """The calls, over or not, in whose scope the function of `frame` was defined."""
    found: list[Frame] = []
    env = frame.env.parent
    while env is not None:
        if env.frame is not None and env.frame not in found:
            found.append(env.frame)
        env = env.parent
    return found


def callable_in(node: ast.expr | None) -> ast.expr | None:
    """The callable that an expression wraps: `f` in `functools.partial(f, 1)` or `jax.jit(f)`."""
    while isinstance(node, ast.Call) and node.args and not isinstance(node.args[0], ast.Starred):
        node = node.args[0]
    return node


def root_name(node: ast.expr | None) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _needs_context(dotted: str) -> bool:
    """Whether the library name can be called only while a transformed function or module runs."""
    symbol = catalog.symbol(catalog.resolve(dotted))
    if symbol is not None:
        return symbol.kind in ("module", "effect", "lifted", "lift", "context", "guard")
    return dotted.startswith("flax.linen.") and catalog.linen(dotted) is not None


class Blame(Core):
    """Part of the Interpreter: where a finding belongs."""

    def callee_text(self, callee: Value, node: ast.expr | None, frame: Frame) -> str:
        """The callee as the message names it."""
        if node is not None and not isinstance(node, ast.Lambda):
            return frame.file.text(node)
        name = self.name_of(callee, frame)
        return "a lambda" if name == "<lambda>" else name

    def blame(self, site: RawSite, callee_node: ast.expr | None) -> None:
        """Move the observation to the call that passed the impure callable in, if one did."""
        site.entry = self.entry
        moved = 0
        frame, node = site.frame, callee_node
        while moved < 8:
            owner = self._supplier(site, node, frame)
            if owner is None or owner.call is None or owner.caller is None:
                return
            if not isinstance(owner.call, ast.Call) and id(owner.call) not in self.decorators:
                return
            if self._uses_library(owner):
                return
            site.prefix.insert(
                0,
                Step(
                    site.node,
                    site.file,
                    f"{site.transform.name} traces it" if moved == 0 else "passes it on",
                ),
            )
            caller, call = owner.caller, owner.call
            name = root_name(callable_in(node))
            value = owner.env.names.get(name) if name is not None else None
            site.node, site.frame, site.file = call, caller, caller.file
            site.in_loop = False
            node = self._argument_of(owner, name)
            frame = caller
            if node is not None:
                site.callee = self.callee_text(value or UNKNOWN, node, caller)
            elif value is not None:
                site.callee = self.name_of(value, caller)
            moved += 1

    def _uses_library(self, owner: Frame) -> bool:
        """Whether the function that was given the callable is itself Haiku's or Flax's user.

        It is a module's method, or calls the library: then its transform is the wrong one there.
        """
        receiver = owner.receiver
        if isinstance(receiver, Instance) and receiver.cls is not None:
            if self.haiku_base(receiver.cls) or self.linen_base(receiver.cls):
                return True
        if owner.function is None:
            return False
        for node in ast.walk(owner.function.node):
            if isinstance(node, ast.Call):
                name = root_name(node.func)
                value = self.lookup(name, owner.env, owner) if name is not None else None
                if isinstance(value, Symbol):
                    rest = ast.unparse(node.func).removeprefix(name or "")
                    if _needs_context(value.name + rest):
                        return True
        return False

    def _supplier(self, site: RawSite, node: ast.expr | None, frame: Frame) -> Frame | None:
        inner = callable_in(node)
        owner = self.passed_frame(inner, frame) if inner is not None else None
        if owner is not None and inner is not node:
            given = owner.env.names.get(root_name(inner) or "")
            owner = owner if isinstance(given, PASSABLE) else None  # `self.made_from(x)`
        if owner is not None or site.prefix:
            return owner
        # The callee is a local function that calls what the caller passed.
        active = [*frame.ancestors(), *enclosing(frame)]
        owners = [self._supplier_of(effect, active) for effect in site.effects]
        return owners[0] if owners and None not in owners else None

    def _supplier_of(self, effect: Effect, active: list[Frame]) -> Frame | None:
        """The running call that received the impure callable, through any calls further in."""
        for step in effect.steps():
            owner = step.passed
            name = root_name(step.node.func) if isinstance(step.node, ast.Call) else None
            value = owner.env.names.get(name) if owner is not None and name is not None else None
            for _ in range(8):
                if owner is None or owner in active:
                    break
                if owner.caller is None:
                    return None
                node = callable_in(self._argument_of(owner, name))
                name = root_name(node)
                owner = self.passed_frame(node, owner.caller)
            if owner is not None and owner in active:
                return owner  # type: ignore[no-any-return]
            # Passed on through a partial or a container: the same object among what was passed.
            if isinstance(value, PASSABLE):
                for frame in active:
                    if any(frame.env.names.get(n) is value for n in frame.passed):
                        return frame
        return None

    def _argument_of(self, owner: Frame, name: str | None) -> ast.expr | None:
        """The expression by which the caller of `owner` gave its parameter `name`."""
        call, function = owner.call, owner.function
        if not isinstance(call, ast.Call) or function is None or name is None:
            return None
        names = Parameters(function.node.args).names
        if name in names:
            index = names.index(name) - (owner.receiver is not None)
            before = call.args[: index + 1]
            if 0 <= index < len(before) and not any(isinstance(a, ast.Starred) for a in before):
                return call.args[index]
        return next((k.value for k in call.keywords if k.arg == name), None)
