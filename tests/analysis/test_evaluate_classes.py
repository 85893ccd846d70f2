"""The evaluator on classes: methods, super, properties, dataclasses, containers of modules."""

from __future__ import annotations

import pytest
from snippets import Case, Files, check_twins, params

MODULES = [
    Case(
        "a module built in the body",
        """
def net(x):
    return jax.lax.map(lambda v: HOLE(v), x)
""",
        flagged="hk.Linear(3)",
        silent="hk.Flatten()",
    ),
    Case(
        "a module called as a function",
        """
class Encoder(hk.Module):
    def __call__(self, v):
        return HOLE(v)


def net(x):
    return jax.lax.map(Encoder(), x)
""",
    ),
    Case(
        "a bound method",
        """
class Encoder(hk.Module):
    def encode(self, v):
        return HOLE(v)

    def __call__(self, x):
        return jax.lax.map(self.encode, x)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "a method of a plain class",
        """
class Encoder:
    def __init__(self, layer):
        self.layer = layer

    def encode(self, v):
        return self.layer(v)


def net(x):
    return jax.lax.map(Encoder(HOLE).encode, x)
""",
    ),
    Case(
        "an attribute that is changed later",
        """
class Encoder(hk.Module):
    def __init__(self):
        super().__init__()
        self.layer = pure

    def __call__(self, x):
        return jax.lax.map(self.layer, x)


def net(x):
    encoder = Encoder()
    encoder.layer = HOLE
    return encoder(x)
""",
    ),
    Case(
        "a class attribute",
        """
class Encoder(hk.Module):
    layers = (pure, HOLE)

    def __call__(self, x):
        return jax.lax.map(self.layers[1], x)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "modules in a list on self",
        """
class Stack(hk.Module):
    def __init__(self):
        super().__init__()
        self.layers = [hk.Flatten() for _ in range(2)]
        self.layers.append(HOLE)

    def __call__(self, x):
        for layer in self.layers:
            x = jax.lax.map(layer, x)
        return x


def net(x):
    return Stack()(x)
""",
        flagged="hk.Linear(3)",
        silent="hk.Flatten()",
    ),
    Case(
        "hk.Sequential",
        """
def net(x):
    return jax.lax.map(hk.Sequential([jax.nn.relu, HOLE]), x)
""",
        flagged="hk.Linear(3)",
        silent="hk.Flatten()",
    ),
    Case(
        "hk.to_module",
        """
def net(x):
    return jax.lax.map(hk.to_module(HOLE)("layer"), x)
""",
    ),
    Case(
        "a subclass of a library module",
        """
class Mine(HOLE):
    pass


def net(x):
    return jax.lax.map(Mine(4), x)
""",
        flagged="hk.Linear",
        silent="hk.Flatten",
    ),
    Case(
        "a module nobody builds in this file",
        """
class Encoder(hk.Module):
    def __call__(self, x):
        return jax.lax.map(HOLE, x)


def net(x):
    return x
""",
    ),
    Case(
        "an object described by its annotation",
        """
class Layer(hk.Module):
    def __call__(self, v):
        return HOLE(v)


class Encoder(hk.Module):
    def __init__(self, layer: Layer):
        super().__init__()
        self.layer = layer

    def __call__(self, x):
        return jax.lax.map(self.layer, x)


def net(x):
    return x
""",
    ),
]

INHERITANCE = [
    Case(
        "an inherited method",
        """
class Base(hk.Module):
    def __call__(self, x):
        return jax.lax.map(self.step, x)


class Encoder(Base):
    def step(self, v):
        return HOLE(v)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "an overridden method",
        """
class Base(hk.Module):
    def step(self, v):
        return impure(v)

    def encode(self, x):
        return jax.lax.map(self.step, x)


class Encoder(Base):
    def HOLE(self, v):
        return pure(v)


def net(x):
    return Encoder().encode(x)
""",
        flagged="other",
        silent="step",
    ),
    Case(
        "super",
        """
class Base(hk.Module):
    def __call__(self, v):
        return HOLE(v)


class Encoder(Base):
    def __call__(self, x):
        return jax.lax.map(super().__call__, x)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "super with arguments, in a nested function",
        """
class Base(hk.Module):
    def step(self, v):
        return HOLE(v)


class Encoder(Base):
    def step(self, v):
        return v

    def __call__(self, x):
        def one(v):
            return super(Encoder, self).step(v)

        return jax.lax.map(one, x)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "the next class of the MRO is a sibling",
        """
class Base(hk.Module):
    def step(self, v):
        return v


class Left(Base):
    def step(self, v):
        return super().step(v)


class Right(Base):
    def step(self, v):
        return HOLE(v)


class Both(Left, Right):
    def __call__(self, x):
        return jax.lax.map(self.step, x)


def net(x):
    return Both()(x)
""",
    ),
    Case(
        "an abstract method: the subclasses decide",
        """
class Base(hk.Module, abc.ABC):
    @abc.abstractmethod
    def step(self, v):
        ...

    def __call__(self, x):
        return jax.lax.map(self.step, x)


class Encoder(Base):
    def step(self, v):
        return HOLE(v)


def net(x):
    return x
""",
    ),
    Case(
        "a mixin",
        """
class Mapped:
    def mapped(self, x):
        return jax.lax.map(self.step, x)


class Encoder(Mapped, hk.Module):
    def step(self, v):
        return HOLE(v)


def net(x):
    return Encoder().mapped(x)
""",
    ),
    Case(
        "a class that is no module of Haiku's",
        """
class Module:
    def __call__(self, v):
        return v


class Encoder(HOLE):
    def __call__(self, x):
        return x


encoder = Encoder()


def net(x):
    return encoder(x)
""",
        flagged="hk.Module",
        silent="Module",
        codes=("JAX105",),
        at="Encoder(",
    ),
]

SPECIAL = [
    Case(
        "a property that has the effect",
        """
class Encoder(hk.Module):
    @property
    def scale(self):
        return HOLE(1.0)

    def __call__(self, x):
        return jax.lax.map(lambda v: v * self.scale, x)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "a property that gives the callable",
        """
class Encoder(hk.Module):
    @functools.cached_property
    def layer(self):
        return HOLE

    def __call__(self, x):
        return jax.lax.map(self.layer, x)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "static and class methods",
        """
class Encoder(hk.Module):
    @staticmethod
    def step(v):
        return HOLE(v)

    @classmethod
    def make(cls):
        return cls()

    def __call__(self, x):
        return jax.lax.map(self.step, x)


def net(x):
    return Encoder.make()(x)
""",
    ),
    Case(
        "__getitem__",
        """
class Layers:
    def __getitem__(self, index):
        return HOLE


def net(x):
    return jax.lax.map(Layers()[0], x)
""",
    ),
    Case(
        "getattr with a constant name",
        """
class Layers:
    step = staticmethod(HOLE)


def net(x):
    return jax.lax.map(getattr(Layers(), "step"), x)
""",
    ),
    Case(
        "a dataclass",
        """
@dataclasses.dataclass
class Settings:
    scale: float = 1.0
    layer: typing.Callable = pure


def net(x):
    return jax.lax.map(Settings(2.0, HOLE).layer, x)
""",
    ),
    Case(
        "the default of a dataclass field",
        """
@dataclasses.dataclass(frozen=True)
class Settings:
    layer: typing.Callable = HOLE


def net(x):
    return jax.lax.map(Settings().layer, x)
""",
    ),
    Case(
        "a module that is a dataclass",
        """
@dataclasses.dataclass
class Encoder(hk.Module):
    deep: bool = False

    def __call__(self, x):
        return jax.lax.map(impure if self.deep else pure, x)


def net(x):
    return Encoder(deep=HOLE)(x)
""",
        flagged="True",
        silent="False",
    ),
    Case(
        "__post_init__ and default_factory",
        """
@dataclasses.dataclass
class Encoder(hk.Module):
    layers: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        super().__post_init__()
        self.layers.append(HOLE)

    def __call__(self, x):
        return jax.lax.map(self.layers[0], x)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "dataclasses.replace",
        """
@dataclasses.dataclass
class Settings:
    scale: float
    layer: typing.Callable


def net(x):
    settings = dataclasses.replace(Settings(2.0, pure), layer=HOLE)
    return jax.lax.map(settings.layer, x)
""",
    ),
    Case(
        "typing.NamedTuple, by name and unpacked",
        """
class Layers(typing.NamedTuple):
    first: typing.Callable
    second: typing.Callable


def net(x):
    layers = Layers(pure, second=HOLE)
    _, f = layers
    return jax.lax.map(f, x) + jax.vmap(layers.first)(x)
""",
    ),
    Case(
        "collections.namedtuple",
        """
Layers = collections.namedtuple("Layers", ["first", "second"])


def net(x):
    return jax.lax.map(Layers(pure, HOLE).second, x)
""",
    ),
    Case(
        "a dict whose items are read as attributes",
        """
class Nets(dict):
    __getattr__ = dict.__getitem__


def net(x):
    nets = Nets(head=HOLE, tail=pure)
    return jax.lax.map(nets.head, jax.lax.map(nets["tail"], x))
""",
    ),
    Case(
        "a dict that is its own __dict__",
        """
class Bag(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self


def net(x):
    bag = Bag(tail=pure)
    bag.head = HOLE
    return jax.lax.map(bag["head"], jax.lax.map(bag.tail, x))
""",
    ),
    Case(
        "a dict with a method, made of pairs",
        """
class Layers(collections.OrderedDict):
    def over(self, x):
        for layer in self.values():
            x = jax.lax.map(layer, x)
        return x


def net(x):
    return Layers([("tail", pure), ("head", HOLE)]).over(x)
""",
    ),
]

CASES = [*MODULES, *INHERITANCE, *SPECIAL]


@pytest.mark.parametrize("case", params(CASES))
def test_classes(case: Case, empty: Files) -> None:
    check_twins(case, empty)
