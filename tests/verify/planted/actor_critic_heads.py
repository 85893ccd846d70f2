"""PPO agent whose torso normalises observations with running statistics; several heads."""

import collections
import functools

import haiku as hk
import jax
import jax.numpy as jnp

Heads = collections.namedtuple("Heads", "policy value dynamics")


class RunningNormaliser(hk.Module):
    def __init__(self, decay=0.99, name=None):
        super().__init__(name=name)
        self.decay = decay

    def __call__(self, x):
        mean = hk.ExponentialMovingAverage(self.decay, name="mean")
        second = hk.ExponentialMovingAverage(self.decay, name="second")
        mu = mean(x.mean(0))
        var = second((x**2).mean(0)) - mu**2
        return (x - mu) / jnp.sqrt(jnp.maximum(var, 1e-2))


class AgentNet(hk.Module):
    def __init__(self, num_actions, width=32, name="agent"):
        super().__init__(name=name)
        self.num_actions = num_actions
        self.width = width

    def __call__(self, obs):
        x = RunningNormaliser()(obs)
        x = hk.nets.MLP([self.width, self.width], activate_final=True, name="torso")(x)
        policy = hk.Linear(self.num_actions, name="policy_head")(x)
        value = hk.Linear(1, name="value_head")(x)[..., 0]
        dynamics = hk.Linear(obs.shape[-1], name="dynamics_head")(x)
        return Heads(policy, value, dynamics)


class Agent:
    """The functions that the actors and the learner share."""

    def __init__(self, num_actions, clip=0.2, discount=0.99):
        self.num_actions = num_actions
        self.clip = clip
        self.discount = discount
        net = hk.transform_with_state(lambda obs: AgentNet(num_actions)(obs))
        self.net = hk.without_apply_rng(net)

    def act(self, params, state, key, obs):
        heads, state = self.net.apply(params, state, obs)
        action = jax.random.categorical(key, heads.policy)
        return action, state

    def evaluate(self, params, state, obs):
        heads = self.net.apply(params, state, obs)  # JAX108: 17-51 error(AttributeError)
        return jnp.argmax(heads.policy, axis=-1)

    def loss(self, params, state, obs, actions, advantages, old_logp):
        heads, state = self.net.apply(params, state, obs)
        logp = jax.nn.log_softmax(heads.policy)
        logp = jnp.take_along_axis(logp, actions[:, None], axis=-1)[:, 0]
        ratio = jnp.exp(logp - old_logp)
        clipped = jnp.clip(ratio, 1 - self.clip, 1 + self.clip)
        policy_loss = -jnp.minimum(ratio * advantages, clipped * advantages).mean()
        value_loss = jnp.mean((heads.value - advantages) ** 2)
        return policy_loss + 0.5 * value_loss, state

    @functools.partial(jax.jit, static_argnums=0)
    def update(self, params, state, batch, lr):
        grads, state = jax.grad(self.loss, has_aux=True)(params, state, *batch)
        return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads), state


def generalised_advantages(rewards, values, discount, lam):
    """Along time, backwards; plain arrays only."""

    def back(acc, inputs):
        reward, value, following = inputs
        delta = reward + discount * following - value
        acc = delta + discount * lam * acc
        return acc, acc

    following = jnp.append(values[1:], 0.0)
    _, out = jax.lax.scan(back, 0.0, (rewards, values, following), reverse=True)
    return out
