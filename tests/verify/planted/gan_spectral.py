"""GAN whose discriminator is constrained by spectral normalisation."""

from typing import NamedTuple

import haiku as hk
import jax
import jax.numpy as jnp


class Generator(hk.Module):
    def __init__(self, channels=(16, 8), out_channels=1, name="generator"):
        super().__init__(name=name)
        self.channels = channels
        self.out_channels = out_channels

    def __call__(self, z):
        x = hk.Linear(7 * 7 * self.channels[0])(z)
        x = jax.nn.relu(x.reshape(-1, 7, 7, self.channels[0]))
        x = jax.nn.relu(hk.Conv2DTranspose(self.channels[1], 4, stride=2)(x))
        return jnp.tanh(hk.Conv2DTranspose(self.out_channels, 4, stride=2)(x))


class SNLinear(hk.Module):
    def __init__(self, size, name=None):
        super().__init__(name=name)
        self.size = size

    def __call__(self, x, update_stats):
        w = hk.get_parameter("w", (x.shape[-1], self.size), init=hk.initializers.Orthogonal())
        w = hk.SpectralNorm(name="sn")(w, update_stats=update_stats)
        return x @ w


class Discriminator(hk.Module):
    def __init__(self, channels=(8, 16), name="discriminator"):
        super().__init__(name=name)
        self.channels = channels

    def __call__(self, images, update_stats):
        x = images
        for c in self.channels:
            x = jax.nn.leaky_relu(hk.Conv2D(c, 4, stride=2)(x), 0.2)
        x = x.reshape(x.shape[0], -1)
        x = jax.nn.leaky_relu(SNLinear(32, name="hidden")(x, update_stats), 0.2)
        return SNLinear(1, name="out")(x, update_stats)[:, 0]


gen = hk.without_apply_rng(hk.transform(lambda z: Generator()(z)))
disc = hk.transform_with_state(lambda images, update: Discriminator()(images, update))


class GANState(NamedTuple):
    gen_params: hk.Params
    disc_params: hk.Params
    disc_state: hk.State


def hinge_d(real, fake):
    return jnp.mean(jax.nn.relu(1.0 - real)) + jnp.mean(jax.nn.relu(1.0 + fake))


def disc_loss(disc_params, disc_state, gen_params, images, z):
    fake = gen.apply(gen_params, z)
    both = jnp.concatenate([images, fake], axis=0)
    scores, disc_state = disc.apply(disc_params, disc_state, None, both, True)
    real_scores, fake_scores = jnp.split(scores, 2)
    return hinge_d(real_scores, fake_scores), disc_state


def gen_loss(gen_params, disc_params, disc_state, z):
    fake = gen.apply(gen_params, z)
    scores, _ = disc.apply(disc_params, disc_state, fake, False)  # JAX109: 17-65 error(ValueError)
    return -jnp.mean(scores)


def train_step(state: GANState, images, z, lr=2e-4) -> GANState:
    d_grads, disc_state = jax.grad(disc_loss, has_aux=True)(
        state.disc_params, state.disc_state, state.gen_params, images, z
    )
    g_grads = jax.grad(gen_loss)(state.gen_params, state.disc_params, disc_state, z)

    def descend(params, grads):
        return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)

    return GANState(
        descend(state.gen_params, g_grads), descend(state.disc_params, d_grads), disc_state
    )
