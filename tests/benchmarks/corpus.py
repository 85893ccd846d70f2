"""The code that is measured: installed packages, and projects made for the purpose."""

from __future__ import annotations

import importlib.util
from pathlib import Path

JAX_CODE = ("haiku", "flax")
OTHER_CODE = ("sphinx", "pip")
"""Packages without JAX, the first one installed is taken."""


def package(name: str) -> Path | None:
    """The folder of an installed package, which is not imported."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def jax_code() -> list[Path]:
    """Haiku's and Flax's own code. Exits if neither is installed."""
    found = [folder for name in JAX_CODE if (folder := package(name)) is not None]
    if not found:
        raise SystemExit("install dm-haiku or flax: their code is what is measured")
    return found


def other_code() -> Path:
    """A package that has nothing to do with JAX."""
    return next(folder for name in OTHER_CODE if (folder := package(name)) is not None)


def lines_in(folders: list[Path]) -> int:
    """Lines of Python below the folders."""
    return sum(
        path.read_bytes().count(b"\n") for folder in folders for path in folder.rglob("*.py")
    )


BLOCK = '''
class Block{index}(hk.Module):
    """A residual block."""

    def __init__(self, width: int, rate: float = 0.1, name: str | None = None):
        super().__init__(name=name)
        self.width = width
        self.rate = rate
        self.layers = [hk.Linear(width) for _ in range(2)]
        self.norm = hk.LayerNorm(-1, True, True)

    def dropout(self, x, train):
        if not train:
            return x
        return hk.dropout(hk.next_rng_key(), self.rate, x)

    def __call__(self, x, train: bool = False):
        h = x
        for layer in self.layers:
            h = jax.nn.gelu(layer(self.norm(h)))
        return x + self.dropout(h, train)


def stack{index}(x, depth: int = 3):
    block = Block{index}(x.shape[-1])
    y = block(x)
    for _ in range(depth):
        y = jax.vmap(functools.partial(block, train=False))(y)
    return jax.lax.map({earlier}, y)


def loss{index}(params, rng, x):
    out = model{index}.apply(params, rng, x)
    return jnp.mean((out - x) ** 2)


model{index} = hk.transform(stack{index})
step{index} = jax.jit(jax.value_and_grad(loss{index}))
'''
HEADER = "import functools\n\nimport haiku as hk\nimport jax\nimport jax.numpy as jnp\n"


def source_of(blocks: int, imports: str = "", earlier: str = "jnp.tanh") -> str:
    """A file of `blocks` modules, each with a function, a pair and a training step."""
    text = HEADER + imports
    for index in range(blocks):
        text += "\n" + BLOCK.format(index=index, earlier=earlier)
        earlier = f"stack{index}"
    return text


LEVELS = 4
"""How deep the imports of a generated project go."""


def generated_project(folder: Path, count: int) -> list[str]:
    """`count` files of about 130 lines: of each four, one imports nothing, the others each from two
    files of the level below."""
    package_folder = folder / "project"
    package_folder.mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    (package_folder / "__init__.py").touch()
    paths = []
    for number in range(count):
        below = [number - 1, (number - 1 + LEVELS) % count] if number % LEVELS else []
        imports = "".join(
            f"from project.net{other} import stack2 as from{other}\n" for other in below
        )
        earlier = f"from{below[-1]}" if below else "jnp.tanh"
        path = package_folder / f"net{number}.py"
        path.write_text(source_of(3, imports, earlier), encoding="utf-8")
        paths.append(str(path))
    return paths
