"""A small pre-activation ResNet for image classification, with rematerialised stages."""

from typing import NamedTuple, Optional, Sequence

import haiku as hk
import jax
import jax.numpy as jnp


class Config(NamedTuple):
    num_classes: int = 10
    channels: Sequence[int] = (8, 16)
    blocks_per_stage: int = 2
    bn_decay: float = 0.9


class Residual(hk.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, channels: int, stride: int, decay: float, name: Optional[str] = None):
        super().__init__(name=name)
        self.channels = channels
        self.stride = stride
        self.decay = decay

    def _norm(self, x, is_training, name):
        norm = hk.BatchNorm(True, True, self.decay, name=name)
        return jax.nn.relu(norm(x, is_training))

    def __call__(self, x, is_training):
        shortcut = x
        out = self._norm(x, is_training, "norm_0")
        if self.stride != 1 or x.shape[-1] != self.channels:
            shortcut = hk.Conv2D(
                self.channels, 1, stride=self.stride, with_bias=False, name="shortcut"
            )(out)
        out = hk.Conv2D(self.channels, 3, stride=self.stride, with_bias=False, name="conv_0")(out)
        out = self._norm(out, is_training, "norm_1")
        out = hk.Conv2D(self.channels, 3, with_bias=False, name="conv_1")(out)
        return out + shortcut


class ResNet(hk.Module):
    def __init__(self, config: Config, remat: bool = True, name: Optional[str] = None):
        super().__init__(name=name)
        self.config = config
        self.remat = remat

    def _stage(self, index: int):
        channels = self.config.channels[index]
        blocks = [
            Residual(
                channels,
                stride=2 if (index > 0 and i == 0) else 1,
                decay=self.config.bn_decay,
                name=f"stage_{index}_block_{i}",
            )
            for i in range(self.config.blocks_per_stage)
        ]

        def run(x, is_training):
            for block in blocks:
                x = block(x, is_training)
            return x

        return run

    def __call__(self, images, is_training):
        x = hk.Conv2D(self.config.channels[0], 3, name="stem")(images)
        for index in range(len(self.config.channels)):
            stage = self._stage(index)
            if self.remat:
                stage = jax.checkpoint(stage, static_argnums=(1,))  # JAX101: 25-67 leak
            x = stage(x, is_training)
        x = jax.nn.relu(x).mean(axis=(1, 2))
        return hk.Linear(self.config.num_classes, w_init=jnp.zeros, name="logits")(x)


def make_forward(config: Config):
    def forward(images, is_training):
        return ResNet(config)(images, is_training)

    return hk.transform_with_state(forward)


network = make_forward(Config())


def loss_fn(params, state, images, labels):
    logits, state = network.apply(params, state, None, images, True)
    one_hot = jax.nn.one_hot(labels, logits.shape[-1])
    loss = -jnp.mean(jnp.sum(one_hot * jax.nn.log_softmax(logits), axis=-1))
    return loss, state


@jax.jit
def train_step(params, state, images, labels, lr):
    (loss, state), grads = jax.value_and_grad(loss_fn, has_aux=True)(params, state, images, labels)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, state, loss
