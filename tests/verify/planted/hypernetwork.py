"""Hypernetwork: one network writes the weights of another, per task."""

import haiku as hk
import jax
import jax.numpy as jnp


def count(tree):
    return sum(leaf.size for leaf in jax.tree_util.tree_leaves(tree))


def split_like(vector, tree):
    """Cut a flat vector into leaves shaped like those of `tree`."""
    leaves, treedef = jax.tree_util.tree_flatten(tree)
    out, at = [], 0
    for leaf in leaves:
        out.append(vector[at : at + leaf.size].reshape(leaf.shape))
        at += leaf.size
    return jax.tree_util.tree_unflatten(treedef, out)


def target_network(x):
    x = jnp.sin(hk.Linear(12, name="first")(x))
    x = jnp.sin(hk.Linear(12, name="second")(x))
    return hk.Linear(1, name="last")(x)


class HyperNetwork(hk.Module):
    """Generates offsets to a base set of weights from a task embedding."""

    def __init__(self, hidden=32, scale=0.1, name=None):
        super().__init__(name=name)
        self.hidden = hidden
        self.scale = scale

    def __call__(self, task, size):
        h = jax.nn.relu(hk.Linear(self.hidden)(task))
        h = jax.nn.relu(hk.Linear(self.hidden)(h))
        out = hk.Linear(size, w_init=hk.initializers.RandomNormal(0.01))(h)
        return self.scale * out


class ConditionedField(hk.Module):
    """A coordinate network whose weights depend on the task."""

    def __init__(self, num_tasks, embed_dim=8, name=None):
        super().__init__(name=name)
        self.num_tasks = num_tasks
        self.embed_dim = embed_dim
        self.target = hk.without_apply_rng(hk.transform(target_network))

    def __call__(self, coords, task_ids):
        tasks = hk.Embed(self.num_tasks, self.embed_dim)(task_ids)
        base = self.target.init(hk.next_rng_key(), coords[0])  # JAX104: 16-62 silent
        shared = self.target.apply(base, coords)
        flat = HyperNetwork()(tasks, count(base))

        def one(offset, points):
            return self.target.apply(split_like(offset, base), points)

        return shared + jax.vmap(one)(flat, coords)


def field(coords, task_ids):
    return ConditionedField(num_tasks=10)(coords, task_ids)


net = hk.transform(field)


def reconstruction_error(params, key, coords, task_ids, values):
    predicted = net.apply(params, key, coords, task_ids)
    return jnp.mean((predicted[..., 0] - values) ** 2)


@jax.jit
def sgd(params, key, coords, task_ids, values):
    loss, grads = jax.value_and_grad(reconstruction_error)(params, key, coords, task_ids, values)
    return jax.tree_util.tree_map(lambda p, g: p - 1e-2 * g, params, grads), loss


def psnr(error):
    return -10.0 * jnp.log10(jnp.maximum(error, 1e-10))
