"""Neural ODE classifier: the hidden state flows along a learned vector field."""

import haiku as hk
import jax
import jax.numpy as jnp
from jax.experimental.ode import odeint


class VectorField(hk.Module):
    """dh/dt = f(h, t), time appended to the state."""

    def __init__(self, width, depth=2, name=None):
        super().__init__(name=name)
        self.width = width
        self.depth = depth

    def __call__(self, h, t):
        t_column = jnp.broadcast_to(t, h.shape[:-1] + (1,))
        out = jnp.concatenate([h, t_column], axis=-1)
        for i in range(self.depth):
            out = jnp.tanh(hk.Linear(self.width, name=f"hidden_{i}")(out))
        return hk.Linear(h.shape[-1], w_init=hk.initializers.RandomNormal(0.1), name="out")(out)


class ODEBlock(hk.Module):
    def __init__(self, field, t1=1.0, rtol=1e-4, atol=1e-4, name=None):
        super().__init__(name=name)
        self.field = field
        self.t1 = t1
        self.rtol = rtol
        self.atol = atol

    def __call__(self, h0):
        times = jnp.array([0.0, self.t1])
        trajectory = odeint(self.field, h0, times, rtol=self.rtol, atol=self.atol)  # JAX101: 22-83 leak
        return trajectory[-1]


class EulerBlock(hk.Module):
    """A fixed-step alternative, for comparison; unrolled in Python."""

    def __init__(self, field, steps=4, t1=1.0, name=None):
        super().__init__(name=name)
        self.field = field
        self.steps = steps
        self.dt = t1 / steps

    def __call__(self, h):
        for i in range(self.steps):
            h = h + self.dt * self.field(h, i * self.dt)
        return h


class ODENet(hk.Module):
    def __init__(self, num_classes, hidden=16, adaptive=True, name=None):
        super().__init__(name=name)
        self.num_classes = num_classes
        self.hidden = hidden
        self.adaptive = adaptive

    def __call__(self, x):
        h = hk.Linear(self.hidden, name="lift")(x)
        field = VectorField(self.hidden)
        block = ODEBlock(field) if self.adaptive else EulerBlock(field)
        h = block(h)
        return hk.Linear(self.num_classes, name="classify")(h)


def build(num_classes=3, adaptive=True):
    def net(x):
        return ODENet(num_classes, adaptive=adaptive)(x)

    return hk.without_apply_rng(hk.transform(net))


adaptive_net = build()


def objective(params, x, labels):
    logits = adaptive_net.apply(params, x)
    return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(labels.shape[0]), labels])


def weight_decay(params, amount=1e-4):
    return amount * sum(jnp.sum(p**2) for p in jax.tree_util.tree_leaves(params))


def regularised(params, x, labels):
    return objective(params, x, labels) + weight_decay(params)
