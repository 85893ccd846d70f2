"""Load forecasting with Monte Carlo dropout for uncertainty."""

from typing import NamedTuple

import haiku as hk
import jax
import jax.numpy as jnp


class Forecast(NamedTuple):
    mean: jnp.ndarray
    stddev: jnp.ndarray


class TemporalBlock(hk.Module):
    """Dilated causal convolution with dropout, residual."""

    def __init__(self, width: int, dilation: int, rate: float, name: str = None):
        super().__init__(name=name)
        self.width = width
        self.dilation = dilation
        self.rate = rate

    def __call__(self, x: jnp.ndarray) -> jnp.ndarray:
        h = hk.Conv1D(self.width, 3, rate=self.dilation, padding=hk.pad.causal)(x)
        h = hk.dropout(hk.next_rng_key(), self.rate, jax.nn.relu(h))
        skip = x if x.shape[-1] == self.width else hk.Conv1D(self.width, 1, name="skip")(x)
        return h + skip


class Forecaster(hk.Module):
    def __init__(self, horizon: int = 24, width: int = 16, rate: float = 0.2, name: str = None):
        super().__init__(name=name)
        self.horizon = horizon
        self.width = width
        self.rate = rate

    def __call__(self, history: jnp.ndarray, calendar: jnp.ndarray) -> Forecast:
        """history [batch, hours], calendar [batch, hours, features]"""
        x = jnp.concatenate([history[..., None], calendar], axis=-1)
        for i in range(3):
            x = TemporalBlock(self.width, 2**i, self.rate, name=f"block_{i}")(x)
        last = x[:, -1]
        mean = hk.Linear(self.horizon, name="mean")(last)
        raw = hk.Linear(self.horizon, name="spread")(last)
        return Forecast(mean, jax.nn.softplus(raw) + 1e-3)


def forecast(history: jnp.ndarray, calendar: jnp.ndarray) -> Forecast:
    return Forecaster()(history, calendar)


stochastic = hk.transform(forecast)
deterministic = hk.without_apply_rng(stochastic)  # JAX107: 17-49 error(ValueError)


def gaussian_nll(out: Forecast, target: jnp.ndarray) -> jnp.ndarray:
    z = (target - out.mean) / out.stddev
    return jnp.mean(0.5 * z**2 + jnp.log(out.stddev))


def training_loss(params: hk.Params, key: jnp.ndarray, history, calendar, target):
    return gaussian_nll(stochastic.apply(params, key, history, calendar), target)


def sample_forecasts(params: hk.Params, key: jnp.ndarray, history, calendar, num_samples=8):
    keys = jax.random.split(key, num_samples)
    return jax.vmap(lambda k: stochastic.apply(params, k, history, calendar).mean)(keys)


def point_forecast(params: hk.Params, history: jnp.ndarray, calendar: jnp.ndarray):
    """The mean forecast, for the dashboard."""
    return deterministic.apply(params, history, calendar).mean


def coverage(samples: jnp.ndarray, target: jnp.ndarray, level: float = 0.9) -> jnp.ndarray:
    low = jnp.quantile(samples, (1 - level) / 2, axis=0)
    high = jnp.quantile(samples, 1 - (1 - level) / 2, axis=0)
    return jnp.mean((target >= low) & (target <= high))


def sharpness(samples: jnp.ndarray) -> jnp.ndarray:
    return jnp.mean(jnp.std(samples, axis=0))
