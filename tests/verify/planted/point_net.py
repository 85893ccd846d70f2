"""PointNet for part classification, with an input transform network (T-Net)."""

import haiku as hk
import jax
import jax.numpy as jnp


def conv_bn_relu(channels, points, is_training, decay, name):
    x = hk.Linear(channels, with_bias=False, name=f"{name}_linear")(points)
    x = hk.BatchNorm(True, True, decay, name=f"{name}_bn")(x, is_training)
    return jax.nn.relu(x)


class TNet(hk.Module):
    """Predicts a k x k alignment of one cloud, [points, k]."""

    def __init__(self, k, decay=0.9, name=None):
        super().__init__(name=name)
        self.k = k
        self.decay = decay

    def __call__(self, cloud, is_training):
        x = conv_bn_relu(16, cloud, is_training, self.decay, "a")
        x = conv_bn_relu(32, x, is_training, self.decay, "b")
        x = x.max(axis=0)
        x = jax.nn.relu(hk.Linear(16)(x))
        flat = hk.Linear(self.k * self.k, w_init=jnp.zeros)(x)
        return flat.reshape(self.k, self.k) + jnp.eye(self.k)


class PointNet(hk.Module):
    def __init__(self, num_classes, decay=0.9, dropout=0.3, name=None):
        super().__init__(name=name)
        self.num_classes = num_classes
        self.decay = decay
        self.dropout = dropout

    def __call__(self, clouds, is_training):
        align = TNet(clouds.shape[-1], self.decay)

        def aligned(cloud):
            matrix = align(cloud, is_training)
            return cloud @ matrix, matrix

        points, matrices = jax.vmap(aligned)(clouds)  # JAX101: 28-45 leak
        x = conv_bn_relu(16, points, is_training, self.decay, "local")
        x = conv_bn_relu(32, x, is_training, self.decay, "global")
        x = x.max(axis=1)
        if is_training:
            x = hk.dropout(hk.next_rng_key(), self.dropout, x)
        return hk.Linear(self.num_classes)(x), matrices


def forward(clouds, is_training=True):
    """clouds: [batch, points, 3]."""
    return PointNet(num_classes=8)(clouds, is_training)


pointnet = hk.transform_with_state(forward)


def orthogonality(matrices):
    k = matrices.shape[-1]
    product = jnp.einsum("bij,bkj->bik", matrices, matrices)
    return jnp.mean(jnp.sum((product - jnp.eye(k)) ** 2, axis=(1, 2)))


def loss_fn(params, state, rng, clouds, labels, weight=1e-3):
    (logits, matrices), state = pointnet.apply(params, state, rng, clouds)
    logp = jax.nn.log_softmax(logits)
    nll = -jnp.mean(jnp.take_along_axis(logp, labels[:, None], axis=-1))
    return nll + weight * orthogonality(matrices), state


def jitter(rng, clouds, sigma=0.01, clip=0.05):
    noise = sigma * jax.random.normal(rng, clouds.shape)
    return clouds + jnp.clip(noise, -clip, clip)


def train_step(params, state, rng, clouds, labels, lr):
    rng_jitter, rng_net = jax.random.split(rng)
    grads, state = jax.grad(loss_fn, has_aux=True)(
        params, state, rng_net, jitter(rng_jitter, clouds), labels
    )
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads), state
