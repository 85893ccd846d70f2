"""Neural contextual bandit: Thompson sampling by a noisy last layer."""

import functools

import haiku as hk
import jax
import jax.numpy as jnp


class NoisyLinear(hk.Module):
    """A linear layer whose weights are drawn from a learned Gaussian."""

    def __init__(self, output_size, sigma0=0.5, name=None):
        super().__init__(name=name)
        self.output_size = output_size
        self.sigma0 = sigma0

    def __call__(self, x):
        shape = (x.shape[-1], self.output_size)
        bound = 1.0 / jnp.sqrt(x.shape[-1])
        mu = hk.get_parameter("mu", shape, init=hk.initializers.RandomUniform(-0.1, 0.1))
        sigma = hk.get_parameter("sigma", shape, init=hk.initializers.Constant(self.sigma0))
        noise = jax.random.normal(hk.next_rng_key(), shape)
        return x @ (mu + bound * sigma * noise)


class RewardModel(hk.Module):
    def __init__(self, num_arms, hidden=32, name=None):
        super().__init__(name=name)
        self.torso = hk.nets.MLP([hidden, hidden], activate_final=True)
        self.last = NoisyLinear(num_arms)

    def __call__(self, context):
        return self.last(self.torso(context))


def thompson_actions(contexts, num_arms):
    model = RewardModel(num_arms)

    def choose(context):
        rewards = model(context)
        return jnp.argmax(rewards), rewards

    actions, rewards = jax.vmap(choose)(contexts)  # JAX102: 24-40 silent
    return actions, rewards


def build_policy(num_arms=5):
    return hk.transform(functools.partial(thompson_actions, num_arms=num_arms))


policy = build_policy()


def pick(rewards, actions):
    return jnp.take_along_axis(rewards, actions[:, None], axis=-1)[:, 0]


def regression_loss(params, key, contexts, actions, observed):
    _, predicted = policy.apply(params, key, contexts)
    return jnp.mean((pick(predicted, actions) - observed) ** 2)


@jax.jit
def learn(params, key, contexts, actions, observed, lr=1e-2):
    grads = jax.grad(regression_loss)(params, key, contexts, actions, observed)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)


class ReplayBuffer:
    """Keeps the last `capacity` interactions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.rows = []

    def add(self, context, action, reward):
        self.rows.append((context, action, reward))
        self.rows = self.rows[-self.capacity :]

    def all(self):
        contexts, actions, rewards = zip(*self.rows)
        return jnp.stack(contexts), jnp.array(actions), jnp.array(rewards)


def cumulative_regret(best, obtained):
    return jnp.cumsum(best - obtained)
