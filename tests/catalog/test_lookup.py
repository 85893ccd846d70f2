"""Names to entries: aliases, prefixes, hazards; and what looking up costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jaxlint import catalog


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("jax.vmap", "jax.vmap"),
        ("jax.api.vmap", "jax.vmap"),
        ("jax._src.api.vmap", "jax.vmap"),
        ("jax.remat", "jax.checkpoint"),
        ("jax.ad_checkpoint.checkpoint", "jax.checkpoint"),
        ("jax.experimental.pjit.pjit", "jax.jit"),
        ("jax.experimental.shard_map.shard_map", "jax.shard_map"),
        ("jax._src.lax.control_flow.scan", "jax.lax.scan"),
        ("jax._src.lax.control_flow.loops.while_loop", "jax.lax.while_loop"),
        ("jax.numpy.vectorize", "jax.numpy.vectorize"),
        ("jax._src.numpy.vectorize.vectorize", "jax.numpy.vectorize"),
        ("jax.tree_map", "jax.tree.map"),
        ("jax.tree_util.tree_map", "jax.tree.map"),
        ("jax._src.tree_util.tree_reduce", "jax.tree.reduce"),
        ("haiku._src.stateful.scan", "haiku.scan"),
        ("haiku._src.basic.Linear", "haiku.Linear"),
        ("haiku._src.nets.mlp.MLP", "haiku.nets.MLP"),
        ("haiku._src.initializers.Constant", "haiku.initializers.Constant"),
        ("haiku.experimental.lift_with_state", "haiku.lift_with_state"),
        ("haiku.typing.Params", "haiku.Params"),
    ],
)
def test_every_spelling_leads_to_one_name(spelling: str, canonical: str) -> None:
    assert catalog.resolve(spelling) == canonical
    assert catalog.transform(spelling) is catalog.transform(canonical)
    assert catalog.symbol(spelling) is catalog.symbol(canonical)


@pytest.mark.parametrize(
    "name",
    [
        "mylib.vmap",
        "jax",
        "jax.numpy.sin",
        "haiku._src.base.frame_stack",
        "jax._src.lax.scan_p",
        "",
    ],
)
def test_a_name_not_known_stays_as_it_is(name: str) -> None:
    assert catalog.resolve(name) == name
    assert catalog.transform(name) is None
    assert catalog.symbol(name) is None


def test_a_transform_says_where_its_callables_are() -> None:
    scan = catalog.transform("jax.lax.scan")
    assert scan is not None
    assert (scan.group, scan.form, scan.staging) == ("loop", "call", True)
    (slot,) = scan.callables
    assert (slot.position, slot.keyword) == (0, "f")
    assert [each.text for each in slot.passes] == ["init@1", "row:xs@2"]
    assert scan.replacement == {"haiku": "hk.scan", "linen": "nn.scan"}


def test_a_module_says_when_it_has_which_effect() -> None:
    norm = catalog.symbol("haiku.BatchNorm")
    assert norm is not None
    write = next(effect for effect in norm.effects if effect.kind == "state-write")
    assert (write.when, write.negated, write.argument) == ("is_training", False, "call")
    read = next(effect for effect in norm.effects if effect.when == "test_local_stats")
    assert (read.kind, read.negated, read.has_default, read.default) == (
        "state-read",
        True,
        True,
        False,
    )


def test_hazards_are_by_callable_and_follow_what_a_transform_is_like() -> None:
    assert catalog.hazard("jax.vmap", "rng", "apply") == "silent"
    assert catalog.hazard("jax.api.vmap", "rng", "init") == "tolerated"
    assert catalog.hazard("jax.lax.cond", "state-write-python", "apply", "true_fun") == "tolerated"
    assert catalog.hazard("jax.lax.cond", "state-write-python", "apply", "false_fun") == "silent"
    assert catalog.hazard("jax.lax.cond", "rng", "apply", "no such callable") == catalog.hazard(
        "jax.lax.cond", "rng", "apply"
    )
    assert catalog.hazard("equinox.filter_vmap", "rng", "apply") == "silent"
    assert catalog.hazard("jax.experimental.maps.xmap", "param-create", "init") == "leak"
    assert catalog.hazard("jax.vmap", "no such effect", "init") is None
    assert catalog.hazard("mylib.vmap", "rng", "init") is None


def test_members_are_the_names_right_below_a_module() -> None:
    names = dict(catalog.members("haiku"))
    assert names["Linear"] == "haiku.Linear"
    assert "nets" not in names and "MLP" not in names
    assert dict(catalog.members("jax.lax"))["scan"] == "jax.lax.scan"
    assert dict(catalog.members("jax"))["remat"] == "jax.remat"
    assert not dict(catalog.members("mylib"))


def test_looking_up_imports_nothing_heavy() -> None:
    program = (
        "import sys; from jaxlint import catalog; "
        "catalog.transform('jax.vmap'); catalog.symbol('haiku.Linear'); "
        "catalog.hazard('jax.vmap', 'rng', 'apply'); "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"jax", "haiku", "numpy", "rich", "subprocess", "argparse", "importlib_metadata"}
    assert not heavy & set(done.stdout.split())
