"""`jaxlint catalog check`: measure what the catalog says again, on the installed libraries."""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

from jaxlint.catalog.measure.compare import compare
from jaxlint.catalog.measure.layers import LayerExample, check_layers, examples
from jaxlint.catalog.measure.plan import Cell, cells, sample
from jaxlint.catalog.measure.report import progress, show
from jaxlint.catalog.measure.session import CannotMeasure, Crew
from jaxlint.catalog.measure.update import update

NEEDED = {"jax": "jax", "haiku": "dm-haiku"}
"""Module -> distribution."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command. 0: data and measurement agree; 1: they do not; 2: nothing measured."""
    options = _parser().parse_args(argv)
    missing = [NEEDED[name] for name in NEEDED if find_spec(name) is None]
    if missing:
        return _fail(
            f"{' and '.join(missing)} cannot be imported, and measuring runs them: "
            "pip install 'flake8-jaxlint[verify]'"
        )
    chosen = cells(options.only, options.effect)
    if not chosen:
        asked = " or ".join([*options.only, *options.effect])
        return _fail(f"the catalog has no example of {asked}")
    if options.sample is not None:
        chosen = sample(chosen, options.sample, options.seed)
    try:
        return _check(chosen, options)
    except CannotMeasure as error:
        return _fail(str(error))


def _check(chosen: list[Cell], options: argparse.Namespace) -> int:
    crew = Crew(options.jobs)
    try:
        with progress(len(chosen), sys.stderr) as tell:
            replies = crew.measure(chosen, tell)
    finally:
        crew.close()
    layers = _layers(options)
    result = replace(
        compare(replies, crew.versions),
        layers_measured=len(layers),
        layers=tuple(check_layers(layers)) if layers else (),
    )
    show(result, options.format, sys.stdout)
    if options.update:
        update(replies, crew.versions)
        return 0
    if len(result.refused) == result.measured:
        return _fail("none of the examples runs on the installed versions")
    return 1 if result.disagreements or result.layers else 0


def _layers(options: argparse.Namespace) -> list[LayerExample]:
    """The examples of layers to be measured: none without flax, and none where not asked for."""
    if options.only or options.effect or options.update or find_spec("flax") is None:
        return []
    found = examples()
    if options.sample is None:
        return found
    wanted = min(-(-options.sample // 4), len(found))
    return random.Random(options.seed).sample(found, wanted)


def _fail(message: str) -> int:
    print(f"jaxlint catalog check: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jaxlint catalog check",
        description="Measure again, on the installed jax and haiku, what each effect does under "
        "each transform, and with flax what each layer of Linen does with collections and rng "
        "streams, and compare with the catalog's data. All of it takes some minutes.",
    )
    add = parser.add_argument
    add("only", nargs="*", metavar="TRANSFORM", help="measure only these (jax.vmap)")
    add("--effect", action="append", default=[], metavar="NAME", help="measure only this (rng)")
    add("--sample", type=int, metavar="N", help="N cells drawn at random, and N/4 layers")
    add("--seed", type=int, default=0, help="what --sample draws with (default: 0)")
    add("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    add("--format", choices=("table", "json"), default="table")
    add("--update", action="store_true", help="write what was measured into the data")
    return parser
