"""MuZero-style model: representation, dynamics and prediction, unrolled along actions."""

import typing as tp

import haiku as hk
import jax
import jax.numpy as jnp


class Prediction(tp.NamedTuple):
    reward: jax.Array
    value: jax.Array
    policy_logits: jax.Array


def scale_hidden(h: jax.Array) -> jax.Array:
    low = h.min(axis=-1, keepdims=True)
    high = h.max(axis=-1, keepdims=True)
    return (h - low) / (high - low + 1e-5)


class Representation(hk.Module):
    def __init__(self, width: int, name: tp.Optional[str] = None):
        super().__init__(name=name)
        self.width = width

    def __call__(self, obs: jax.Array) -> jax.Array:
        h = hk.nets.MLP([2 * self.width, self.width])(obs)
        return scale_hidden(h)


class Dynamics(hk.Module):
    def __init__(self, width: int, num_actions: int, name: tp.Optional[str] = None):
        super().__init__(name=name)
        self.width = width
        self.num_actions = num_actions

    def __call__(self, hidden: jax.Array, action: jax.Array) -> tp.Tuple[jax.Array, jax.Array]:
        one_hot = jax.nn.one_hot(action, self.num_actions)
        x = jnp.concatenate([hidden, one_hot], axis=-1)
        x = jax.nn.relu(hk.Linear(2 * self.width)(x))
        reward = hk.Linear(1, name="reward")(x)[..., 0]
        return scale_hidden(hidden + hk.Linear(self.width)(x)), reward


class MuZeroNet(hk.Module):
    def __init__(self, num_actions: int = 4, width: int = 24, name: str = "muzero"):
        super().__init__(name=name)
        self.representation = Representation(width)
        self.dynamics = Dynamics(width, num_actions)
        self.value_head = hk.nets.MLP([width, 1], name="value_head")
        self.policy_head = hk.nets.MLP([width, num_actions], name="policy_head")

    def predict(self, hidden: jax.Array, reward: jax.Array) -> Prediction:
        value = self.value_head(hidden)[..., 0]
        return Prediction(reward, value, self.policy_head(hidden))

    def initial_inference(self, obs: jax.Array) -> tp.Tuple[jax.Array, Prediction]:
        hidden = self.representation(obs)
        return hidden, self.predict(hidden, jnp.zeros(obs.shape[:-1]))

    def recurrent_inference(self, hidden: jax.Array, action: jax.Array):
        hidden, reward = self.dynamics(hidden, action)
        return hidden, self.predict(hidden, reward)

    def __call__(self, obs: jax.Array, actions: jax.Array) -> tp.Tuple[Prediction, Prediction]:
        """obs [batch, features], actions int [batch, unroll_steps]."""
        hidden, root = self.initial_inference(obs)
        _, rest = jax.lax.scan(self.recurrent_inference, hidden, actions.T)  # JAX101: 19-76 leak
        return root, rest


class Model(tp.NamedTuple):
    init: tp.Callable
    unroll: tp.Callable


def make_model(num_actions: int = 4) -> Model:
    def unroll(obs, actions):
        return MuZeroNet(num_actions)(obs, actions)

    pair = hk.without_apply_rng(hk.transform(unroll))
    return Model(pair.init, pair.apply)


def muzero_loss(model: Model, params, obs, actions, rewards, values):
    root, rest = model.unroll(params, obs, actions)
    reward_loss = jnp.mean((rest.reward - rewards.T) ** 2)
    value_loss = jnp.mean((rest.value - values.T) ** 2) + jnp.mean(root.value**2)
    return reward_loss + 0.25 * value_loss
