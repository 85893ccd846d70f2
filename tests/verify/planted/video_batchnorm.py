"""Action recognition: a per-frame CNN with batch normalisation, summed over time."""

import haiku as hk
import jax
import jax.numpy as jnp


class FrameNet(hk.Module):
    def __init__(self, channels=(4, 8), name=None):
        super().__init__(name=name)
        self.channels = channels

    def __call__(self, frame, train):
        """frame: [batch, height, width, 3]"""
        x = frame
        for i, c in enumerate(self.channels):
            x = hk.Conv2D(c, 3, stride=2, with_bias=False, name=f"conv_{i}")(x)
            x = hk.BatchNorm(True, True, 0.9, name=f"bn_{i}")(x, is_training=train)
            x = jax.nn.relu(x)
        return x.mean(axis=(1, 2))


class TemporalPool(hk.Module):
    def __init__(self, decay_init=0.8, name=None):
        super().__init__(name=name)
        self.decay_init = decay_init

    def __call__(self, features):
        """features: [time, batch, size]"""
        decay = hk.get_parameter("decay", (), init=hk.initializers.Constant(self.decay_init))
        steps = features.shape[0]
        weights = jnp.clip(decay, 0.0, 1.0) ** jnp.arange(steps - 1, -1, -1)
        return jnp.tensordot(weights / weights.sum(), features, axes=1)


class ActionNet(hk.Module):
    def __init__(self, num_classes, low_memory=True, name=None):
        super().__init__(name=name)
        self.num_classes = num_classes
        self.low_memory = low_memory

    def __call__(self, video, train):
        """video: [batch, time, height, width, 3]"""
        frames = jnp.swapaxes(video, 0, 1)
        net = FrameNet()
        if self.low_memory:
            _, features = jax.lax.scan(lambda _, f: (None, net(f, train)), None, frames)  # JAX101: 27-89 leak
        else:
            features = hk.BatchApply(lambda f: net(f, train))(frames)
        pooled = TemporalPool()(features)
        return hk.Linear(self.num_classes)(pooled)


def recognise(video, train=True):
    return ActionNet(num_classes=6)(video, train)


model = hk.without_apply_rng(hk.transform_with_state(recognise))


def smoothed_cross_entropy(logits, labels, smoothing=0.1):
    classes = logits.shape[-1]
    target = jax.nn.one_hot(labels, classes) * (1 - smoothing) + smoothing / classes
    return -jnp.mean(jnp.sum(target * jax.nn.log_softmax(logits), axis=-1))


def loss(params, state, video, labels):
    logits, state = model.apply(params, state, video)
    return smoothed_cross_entropy(logits, labels), state


def top_k_accuracy(logits, labels, k=5):
    _, best = jax.lax.top_k(logits, k)
    return jnp.mean(jnp.any(best == labels[:, None], axis=-1))


@jax.jit
def train_step(params, state, momentum, video, labels, lr):
    grads, state = jax.grad(loss, has_aux=True)(params, state, video, labels)
    momentum = jax.tree_util.tree_map(lambda m, g: 0.9 * m + g, momentum, grads)
    params = jax.tree_util.tree_map(lambda p, m: p - lr * m, params, momentum)
    return params, state, momentum
