"""Recurrent state-space model (Dreamer-like): deterministic GRU plus stochastic latent."""

import dataclasses
from typing import Dict, Tuple

import haiku as hk
import jax
import jax.numpy as jnp

State = Dict[str, jnp.ndarray]


@dataclasses.dataclass(frozen=True)
class RSSMConfig:
    deter: int = 32
    stoch: int = 8
    hidden: int = 32
    min_std: float = 0.1
    obs_embed: int = 16
    num_ensemble: int = 3


class RSSM(hk.Module):
    def __init__(self, config: RSSMConfig, name="rssm"):
        super().__init__(name=name)
        self.config = config
        self.cell = hk.GRU(config.deter)

    def initial(self, batch_size: int) -> State:
        c = self.config
        return {
            "deter": jnp.zeros((batch_size, c.deter)),
            "stoch": jnp.zeros((batch_size, c.stoch)),
            "mean": jnp.zeros((batch_size, c.stoch)),
            "std": jnp.ones((batch_size, c.stoch)),
        }

    def _stats(self, x: jnp.ndarray, name: str) -> Tuple[jnp.ndarray, jnp.ndarray]:
        h = jax.nn.elu(hk.Linear(self.config.hidden, name=f"{name}_hidden")(x))
        out = hk.Linear(2 * self.config.stoch, name=f"{name}_out")(h)
        mean, std = jnp.split(out, 2, axis=-1)
        return mean, jax.nn.softplus(std) + self.config.min_std

    def _sample(self, mean, std):
        return mean + std * jax.random.normal(hk.next_rng_key(), mean.shape)

    def imagine(self, state: State, action: jnp.ndarray) -> State:
        x = jnp.concatenate([state["stoch"], action], axis=-1)
        x = jax.nn.elu(hk.Linear(self.config.hidden, name="img_in")(x))
        _, deter = self.cell(x, state["deter"])
        mean, std = self._stats(deter, "prior")
        stoch = jax.vmap(self._sample)(mean, std)  # JAX102: 17-39 silent
        return {"deter": deter, "stoch": stoch, "mean": mean, "std": std}

    def observe(self, state: State, action: jnp.ndarray, embed: jnp.ndarray):
        prior = self.imagine(state, action)
        mean, std = self._stats(jnp.concatenate([prior["deter"], embed], -1), "posterior")
        post = {"deter": prior["deter"], "stoch": self._sample(mean, std), "mean": mean, "std": std}
        return post, prior


class WorldModel(hk.Module):
    def __init__(self, config: RSSMConfig = RSSMConfig(), name="world_model"):
        super().__init__(name=name)
        self.config = config
        self.rssm = RSSM(config)

    def __call__(self, observations, actions):
        """Both time major: [time, batch, ...]."""
        embed = hk.nets.MLP([32, self.config.obs_embed], name="encoder")(observations)
        decoder = hk.nets.MLP([32, observations.shape[-1]], name="decoder")
        state = self.rssm.initial(actions.shape[1])
        losses = []
        for t in range(actions.shape[0]):
            state, prior = self.rssm.observe(state, actions[t], embed[t])
            features = jnp.concatenate([state["deter"], state["stoch"]], axis=-1)
            error = jnp.mean((decoder(features) - observations[t]) ** 2)
            losses.append(error + gaussian_kl(state, prior).mean())
        return sum(losses) / len(losses)


def gaussian_kl(p: State, q: State) -> jnp.ndarray:
    var_ratio = (p["std"] / q["std"]) ** 2
    distance = ((p["mean"] - q["mean"]) / q["std"]) ** 2
    return 0.5 * jnp.sum(var_ratio + distance - 1 - jnp.log(var_ratio), axis=-1)


world_model_loss = hk.transform(lambda obs, actions: WorldModel()(obs, actions))
