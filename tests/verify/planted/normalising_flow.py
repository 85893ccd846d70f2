"""Continuous and coupling flows for density estimation of 2-d data."""

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np


class Conditioner(hk.Module):
    def __init__(self, out_size, hidden=(32, 32), name=None):
        super().__init__(name=name)
        self.out_size = out_size
        self.hidden = hidden

    def __call__(self, x):
        x = hk.nets.MLP(self.hidden, activate_final=True, activation=jnp.tanh)(x)
        init = hk.initializers.VarianceScaling(0.01)
        return hk.Linear(self.out_size, w_init=init)(x)


class AffineCoupling(hk.Module):
    """y = x on the mask, x * exp(s) + t elsewhere."""

    def __init__(self, mask, name=None):
        super().__init__(name=name)
        self.mask = mask

    def __call__(self, x):
        dim = x.shape[-1]
        s, t = jnp.split(Conditioner(2 * dim)(x * self.mask), 2, axis=-1)
        s = jnp.tanh(s) * (1 - self.mask)
        t = t * (1 - self.mask)
        return x * jnp.exp(s) + t, jnp.sum(s, axis=-1)


class PlanarResidual(hk.Module):
    """A residual layer; its log-determinant comes from the Jacobian itself."""

    def __init__(self, scale=0.1, name=None):
        super().__init__(name=name)
        self.scale = scale

    def transform_point(self, point):
        return point + self.scale * Conditioner(point.shape[-1], name="residual")(point)

    def __call__(self, x):
        y = self.transform_point(x)
        jac = jax.jacfwd(self.transform_point)  # JAX103: 15-47 tolerated
        logdets = [jnp.linalg.slogdet(jac(row))[1] for row in x]
        return y, jnp.stack(logdets)


def standard_normal(z):
    return -0.5 * jnp.sum(z**2 + np.log(2 * np.pi), axis=-1)


class Flow(hk.Module):
    def __init__(self, num_layers=4, residual=True, name="flow"):
        super().__init__(name=name)
        self.num_layers = num_layers
        self.residual = residual

    def layers(self, dim):
        mask = (np.arange(dim) % 2).astype(np.float32)
        for i in range(self.num_layers):
            yield AffineCoupling(mask if i % 2 else 1 - mask, name=f"coupling_{i}")
        if self.residual:
            yield PlanarResidual()

    def log_prob(self, x):
        total = jnp.zeros(x.shape[:-1])
        for layer in self.layers(x.shape[-1]):
            x, logdet = layer(x)
            total = total + logdet
        return standard_normal(x) + total


flow = hk.without_apply_rng(hk.transform(lambda x: Flow().log_prob(x)))


def nll(params, batch):
    return -jnp.mean(flow.apply(params, batch))
