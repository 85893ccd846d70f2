"""Linen's own versions of the transforms, over module classes and over functions of a module."""

from __future__ import annotations

import ast

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import Effect, built_since
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import LiftedClass, LiftedFunction, LinenModule
from jaxlint.analysis.observations import LinenLiftedSite
from jaxlint.analysis.transforms import traced
from jaxlint.analysis.values import (
    UNKNOWN,
    Class,
    Function,
    Partial,
    Sequence,
    Symbol,
    Value,
    derived,
    now,
    options,
    union,
)
from jaxlint.catalog.linen_types import LinenSymbol

CHOOSES = frozenset({"flax.linen.cond", "flax.linen.switch"})
WITH_GRADIENT = frozenset({"flax.linen.value_and_grad", "flax.linen.vjp", "flax.linen.jvp"})


class LinenTransforms(Core):
    """Part of the Interpreter: `nn.vmap`, `nn.scan`, `nn.remat`, `nn.cond` and the others."""

    def call_linen_transform(
        self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call one of Linen's transforms."""
        if symbol.form != "wrap":
            return self._run_now(symbol, args, node, frame)
        slot = symbol.callables[0]
        callee = args.get(slot.position, slot.keyword)
        keywords = {k: v for k, v in args.keywords.items() if k != slot.keyword}
        for index, value in enumerate(args.positional):
            if index != slot.position and index < len(symbol.arguments):
                keywords.setdefault(symbol.arguments[index].name, value)
        if callee is None:
            if args.open or (args.open_keywords and not args.keywords):
                return UNKNOWN
            return Partial(Symbol(symbol.name), [], keywords)
        if self.builds_modules(callee):
            return LiftedClass(symbol, callee, node, frame, keywords, args.open_keywords)
        if isinstance(callee, LinenModule) or not self.is_known_callable(callee):
            return UNKNOWN
        if args.open_keywords:
            keywords["**"] = UNKNOWN
        callee_node = args.node(slot.position, slot.keyword)
        return LiftedFunction(symbol, callee, callee_node, node, frame, keywords)

    def builds_modules(self, value: Value) -> bool:
        """Whether calling the value builds a Linen module: a class, or a partial of one."""
        if isinstance(value, Class):
            return self.linen_base(value) is not None
        if isinstance(value, Partial):
            return self.builds_modules(value.function)
        if isinstance(value, LiftedClass):
            return True
        if isinstance(value, Symbol):
            symbol = self.linen_symbol(value.name)
            return symbol is not None and symbol.kind == "module"
        return False

    def construct_lifted(
        self, lifted: LiftedClass, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`nn.vmap(Block, ...)(features)`: a module whose methods are lifted."""
        made = self.call_value(lifted.cls, args, node, frame)
        for option in options(made):
            if isinstance(option, LinenModule):
                option.lifting = lifted
        return made

    def call_lifted_method(
        self, module: LinenModule, function: Function, args: Args, node: ast.AST, frame: Frame
    ) -> Value:
        """A method of a lifted class's module."""
        lifted = module.lifting
        if lifted is None or not self._is_lifted(lifted, function.name):
            return self.call_function(function, args, node, frame, module)
        value, effects, draws = self.collect(
            frame, lambda: self.call_function(function, args, node, frame, module)
        )
        self._observe_class(lifted, module, effects)
        self.merge(frame, [e.but(lifted=True) for e in effects], draws)
        return value

    def call_lifted_layer(
        self, module: LinenModule, layer: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """The call of a layer of Linen's own, built by a lifted class."""
        value, effects, draws = self.collect(
            frame, lambda: self.run_layer(layer, module, args, node, frame)
        )
        if module.lifting is not None:
            self._observe_class(module.lifting, module, effects)
        self.merge(frame, [e.but(lifted=True) for e in effects], draws)
        return value

    def _is_lifted(self, lifted: LiftedClass, name: str) -> bool:
        methods = lifted.keywords.get("methods")
        meant = self.filter_of(methods) if methods is not None else None
        if methods is None or meant is None:
            return name == "__call__"
        return meant.has(name)

    def _observe_class(
        self, lifted: LiftedClass, module: LinenModule, effects: list[Effect]
    ) -> None:
        layer: Value = lifted
        while isinstance(layer, LiftedClass):
            self._observe(
                layer.symbol,
                module.name,
                effects,
                layer.keywords,
                layer.open_keywords,
                layer.node,
                layer.frame,
            )
            layer = layer.cls

    def apply_lifted_function(
        self, value: LiftedFunction, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call `nn.vmap(fn, ...)`: its first argument is the module."""
        value.applied = True
        return self._run_lifted(
            value.symbol, value.callee, value.callee_node, args, value.keywords, value.node, frame
        )

    def _run_now(self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`nn.cond(...)`, `nn.while_loop(...)`: the callables run here."""
        results: list[Value] = []
        keywords = dict(args.keywords)
        if args.open_keywords:
            keywords["**"] = UNKNOWN
        for slot in symbol.callables:
            for callee, callee_node in self.callables_in(slot, symbol.callables, args):
                if not self.is_known_callable(callee):
                    continue
                inputs = self.passed_on(slot, args)
                results.append(
                    self._run_lifted(symbol, callee, callee_node, inputs, keywords, node, frame)
                )
        if symbol.name in CHOOSES:
            return union(results) if results else UNKNOWN
        if symbol.name in WITH_GRADIENT and results:
            return Sequence("tuple", [results[0], UNKNOWN])
        return derived(*args.values)

    def _run_lifted(
        self,
        symbol: LinenSymbol,
        callee: Value,
        callee_node: ast.expr | None,
        args: Args,
        keywords: dict[str, Value],
        node: ast.expr,
        frame: Frame,
    ) -> Value:
        positional = [traced(self._inside(v)) for v in args.positional]
        inputs = Args(
            positional,
            args.keywords,
            args.open,
            args.open_keywords,
            args.rest,
            args.nodes,
            args.keyword_nodes,
        )
        start = now()
        value, effects, draws = self.collect(
            frame, lambda: self.call_value(callee, inputs, node, frame)
        )
        effects = [built_since(e, start) for e in effects]
        self._observe(
            symbol,
            self.callee_text(callee, callee_node, frame),
            effects,
            {k: v for k, v in keywords.items() if k != "**"},
            "**" in keywords,
            node,
            frame,
            is_function=True,
        )
        changes: dict[str, bool] = {"lifted": True}
        if symbol.name in CHOOSES:
            changes["conditional"] = True
        self.merge(frame, [e.but(**changes) for e in effects], draws)
        return value

    def _inside(self, value: Value) -> Value:
        if isinstance(value, LinenModule):
            return self.standing_for(value)
        if isinstance(value, Sequence) and value.kind == "tuple":
            return Sequence(value.kind, [self._inside(v) for v in value.items], value.open)
        return value

    def _observe(
        self,
        symbol: LinenSymbol,
        callee: str,
        effects: list[Effect],
        keywords: dict[str, Value],
        open_keywords: bool,
        node: ast.expr,
        frame: Frame,
        is_function: bool = False,
    ) -> None:
        if self.flow.expected or self.flow.caught:
            return
        run = self.flow.linen
        self.observe(
            LinenLiftedSite(
                node,
                frame.file,
                frame,
                symbol=symbol,
                callee=callee,
                effects=effects,
                keywords=keywords,
                open_keywords=open_keywords,
                phase=self.flow.phase,
                is_function=is_function,
                streams=run.streams if run is not None and run.mode == "apply" else None,
            )
        )
