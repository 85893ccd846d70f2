"""IMPALA's deep network: a convolutional torso per frame, an LSTM, policy and baseline."""

from typing import Any, NamedTuple, Tuple

import haiku as hk
import jax
import jax.numpy as jnp


class Timestep(NamedTuple):
    frames: jnp.ndarray
    rewards: jnp.ndarray
    starts: jnp.ndarray


class NetOutput(NamedTuple):
    policy_logits: jnp.ndarray
    baseline: jnp.ndarray


class ResidualUnit(hk.Module):
    def __init__(self, channels: int, name: str = None):
        super().__init__(name=name)
        self.channels = channels

    def __call__(self, x: jnp.ndarray) -> jnp.ndarray:
        out = hk.Conv2D(self.channels, 3)(jax.nn.relu(x))
        return x + hk.Conv2D(self.channels, 3)(jax.nn.relu(out))


class Torso(hk.Module):
    """One frame, [height, width, channels], to a vector."""

    def __init__(self, stages: Tuple[int, ...] = (4, 8), name: str = "torso"):
        super().__init__(name=name)
        self.stages = stages

    def __call__(self, frame: jnp.ndarray) -> jnp.ndarray:
        x = frame
        for channels in self.stages:
            x = hk.Conv2D(channels, 3)(x)
            x = hk.max_pool(x, (3, 3, 1), (2, 2, 1), "SAME")
            x = ResidualUnit(channels)(x)
        return jax.nn.relu(hk.Linear(32)(jax.nn.relu(x).reshape(-1)))


class Impala(hk.RNNCore):
    def __init__(self, num_actions: int, use_lstm: bool = True, name: str = "impala"):
        super().__init__(name=name)
        self.num_actions = num_actions
        self.use_lstm = use_lstm
        self.core = hk.ResetCore(hk.LSTM(32))

    def initial_state(self, batch_size: int) -> Any:
        return self.core.initial_state(batch_size)

    def _head(self, x: jnp.ndarray) -> NetOutput:
        logits = hk.Linear(self.num_actions, name="policy")(x)
        baseline = hk.Linear(1, name="baseline")(x)
        return NetOutput(logits, baseline[..., 0])

    def __call__(self, timestep: Timestep, state: Any) -> Tuple[NetOutput, Any]:
        torso = Torso()
        embedded = jax.vmap(torso)(timestep.frames)  # JAX103: 20-35 tolerated
        reward = jnp.clip(timestep.rewards, -1, 1)[:, None]
        features = jnp.concatenate([embedded, reward], axis=-1)
        if self.use_lstm:
            features, state = self.core((features, timestep.starts), state)
        return self._head(features), state


def act(timestep: Timestep, state: Any) -> Tuple[jnp.ndarray, NetOutput, Any]:
    out, state = Impala(num_actions=6)(timestep, state)
    action = jax.random.categorical(hk.next_rng_key(), out.policy_logits)
    return action, out, state


def start(batch_size: int) -> Any:
    return Impala(num_actions=6).initial_state(batch_size)


actor = hk.transform(act)
starter = hk.without_apply_rng(hk.transform(start))


def vtrace_targets(values, rewards, discounts, rhos):
    """The corrected value targets of one trajectory."""
    clipped = jnp.minimum(1.0, rhos)
    following = jnp.concatenate([values[1:], values[-1:]])
    deltas = clipped * (rewards + discounts * following - values)

    def back(acc, step):
        delta, discount, c = step
        acc = delta + discount * c * acc
        return acc, acc

    _, out = jax.lax.scan(back, 0.0, (deltas, discounts, clipped), reverse=True)
    return values + out
