"""Lifted transforms: the library's own versions, which thread effects to the root."""

from __future__ import annotations

import ast
from collections.abc import Callable

from jaxlint import catalog
from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import Effect, built_since
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.haiku import short
from jaxlint.analysis.observations import LiftedSite
from jaxlint.analysis.transformed import (
    Lifted,
)
from jaxlint.analysis.values import (
    UNKNOWN,
    Partial,
    Sequence,
    Symbol,
    Value,
    derived,
    now,
    union,
)
from jaxlint.catalog import Symbol as CatalogSymbol

MADE_ANYWHERE = frozenset({"haiku.vmap", "haiku.dynamic_unroll"})
"""Lifted transforms that may be made outside a root (measured, dm-haiku 0.0.17): `hk.vmap(f)` is
refused when it is called there, `hk.dynamic_unroll` runs."""


OLD_VMAP = "require_split_rng"
"""The attribute of hk.vmap by which a program opts out of giving split_rng."""


class LiftedTransforms(Core):
    """Part of the Interpreter: `hk.vmap(f)`, `hk.scan(f, ...)`, `hk.layer_stack(n)(f)`."""

    def call_lifted(self, symbol: CatalogSymbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.vmap(f, ...)`, `hk.scan(f, ...)`: effects go through to the root."""
        if symbol.name not in MADE_ANYWHERE and symbol.form != "factory":
            self.construct_effect(node, frame, f"uses {short(symbol.name)}")
        if symbol.form == "factory":
            return Partial(Symbol("jaxlint.lifted"), [Symbol(symbol.name)], dict(args.keywords))
        if symbol.form == "wrap":
            slot = symbol.callables[0]
            callee = args.get(slot.position, slot.keyword)
            if callee is None:
                if args.open or (args.open_keywords and not args.keywords):
                    return UNKNOWN
                return Partial(Symbol(symbol.name), [], dict(args.keywords))
            if not self.is_known_callable(callee):
                return derived(callee)
            callee_node = args.node(slot.position, slot.keyword)
            keywords = {k: v for k, v in args.keywords.items() if k != slot.keyword}
            for index, name in enumerate(symbol.arguments):
                if 0 < index < len(args.positional):
                    keywords.setdefault(name, args.positional[index])
            if args.open_keywords:
                keywords["**"] = UNKNOWN
            made = Lifted(symbol, callee, callee_node, node, frame, keywords)
            self.deferred_calls.append((made, frame, self.flow.copy()))
            return made
        branches: list[tuple[str, list[Effect]]] = []
        results: list[Value] = []
        texts: list[str] = []
        before, created = set(self.flow.existing), set(self.flow.existing)
        for slot in symbol.callables:
            for callee, callee_node in self.callables_in(slot, symbol.callables, args):
                if not self.is_known_callable(callee):
                    branches.append(("?", []))
                    continue
                inputs = self.passed_on(slot, args)
                run = self._runner(callee, inputs, node, frame)
                self.flow.existing, start = set(before), now()
                value, effects, draws = self.collect(frame, run)
                effects = [built_since(e, start) for e in effects]
                created |= self.flow.existing
                branches.append((slot.keyword or "", effects))
                texts.append(self.callee_text(callee, callee_node, frame))
                results.append(value)
                self.merge(frame, [e.but(lifted=True) for e in effects], draws)
        self.flow.existing = created
        is_open = args.open_keywords or args.open
        text = ", ".join(texts)
        self._observe_lifted(symbol, text, branches, args.keywords, is_open, node, frame)
        if symbol.name in ("haiku.cond", "haiku.switch", "haiku.eval_shape"):
            return union(results) if results else UNKNOWN
        return derived(*args.values)

    def _runner(
        self, callee: Value, inputs: Args, node: ast.expr, frame: Frame
    ) -> Callable[[], Value]:
        return lambda: self.given_here(lambda: self.call_value(callee, inputs, node, frame))

    def lift_by_factory(self, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.layer_stack(n)(f)`: the symbol, then the callable."""
        if len(args.positional) < 2 or not self.is_known_callable(args.positional[1]):
            return UNKNOWN
        head, callee = args.positional[:2]
        symbol = catalog.symbol(head.name) if isinstance(head, Symbol) else None
        if symbol is None:
            return UNKNOWN
        made = Lifted(symbol, callee, args.node(1, None), node, frame, dict(args.keywords))
        self.deferred_calls.append((made, frame, self.flow.copy()))
        return made

    def apply_lifted(self, value: Lifted, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call `hk.vmap(f)`."""
        value.applied = True
        if value.symbol.name in MADE_ANYWHERE or value.symbol.form == "factory":
            here = isinstance(node, ast.Call) and node.func is value.node
            place = value.node if here else node
            self.construct_effect(place, frame, f"uses {short(value.symbol.name)}")
        run = self._runner(value.callee, args, value.node, frame)
        result, effects, draws = self.collect(frame, run)
        effects = [e.but(lifted=True) for e in effects]
        keywords = {k: v for k, v in value.keywords.items() if k != "**"}
        callee = self.callee_text(value.callee, value.callee_node, value.frame)
        self._observe_lifted(
            value.symbol,
            callee,
            [("", effects)],
            keywords,
            "**" in value.keywords,
            value.node,
            value.frame,
        )
        self.merge(frame, effects, draws)
        if value.symbol.name == "haiku.value_and_grad":
            return Sequence("tuple", [result, UNKNOWN])
        if value.symbol.name == "haiku.grad":
            return UNKNOWN
        return result

    def _lets_vmap_be_old(
        self, symbol: CatalogSymbol, keywords: dict[str, Value], frame: Frame
    ) -> bool:
        """Whether a file in reach says `hk.vmap.require_split_rng = False`."""
        if symbol.name != "haiku.vmap" or "split_rng" in keywords:
            return False
        file, project = frame.file, self.project
        if project.reaches(file.path, file.source, OLD_VMAP):
            return True
        return any(OLD_VMAP in (project.text(p) or "") for p in project.package_files(file.path))

    def _observe_lifted(
        self,
        symbol: CatalogSymbol,
        callee: str,
        branches: list[tuple[str, list[Effect]]],
        keywords: dict[str, Value],
        open_keywords: bool,
        node: ast.expr,
        frame: Frame,
    ) -> None:
        self.observe(
            LiftedSite(
                node,
                frame.file,
                frame,
                symbol=symbol,
                callee=callee,
                branches=branches,
                keywords=keywords,
                open_keywords=open_keywords,
                phase=self.flow.phase,
                context=self.flow.context,
                old_vmap=self._lets_vmap_be_old(symbol, keywords, frame),
            )
        )
