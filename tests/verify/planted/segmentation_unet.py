"""U-Net for binary segmentation of medical images, with batch normalisation."""

import haiku as hk
import jax
import jax.numpy as jnp


class DoubleConv(hk.Module):
    def __init__(self, channels, name=None):
        super().__init__(name=name)
        self.channels = channels

    def __call__(self, x, is_training):
        for i in range(2):
            x = hk.Conv2D(self.channels, 3, with_bias=False, name=f"conv_{i}")(x)
            x = hk.BatchNorm(True, True, 0.95, name=f"bn_{i}")(x, is_training)
            x = jax.nn.relu(x)
        return x


class Down(hk.Module):
    def __init__(self, channels, name=None):
        super().__init__(name=name)
        self.channels = channels

    def __call__(self, x, is_training):
        x = hk.max_pool(x, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return DoubleConv(self.channels)(x, is_training)


class Up(hk.Module):
    def __init__(self, channels, name=None):
        super().__init__(name=name)
        self.channels = channels

    def __call__(self, x, skip, is_training):
        x = hk.Conv2DTranspose(self.channels, 2, stride=2)(x)
        x = jnp.concatenate([x, skip], axis=-1)
        return DoubleConv(self.channels)(x, is_training)


class UNet(hk.Module):
    def __init__(self, base=4, depth=2, num_classes=1, name=None):
        super().__init__(name=name)
        self.base = base
        self.depth = depth
        self.num_classes = num_classes

    def __call__(self, images, is_training):
        x = DoubleConv(self.base, name="inc")(images, is_training)
        skips = [x]
        for i in range(self.depth):
            x = Down(self.base * 2 ** (i + 1), name=f"down_{i}")(x, is_training)
            skips.append(x)
        skips.pop()
        for i in reversed(range(self.depth)):
            x = Up(self.base * 2**i, name=f"up_{i}")(x, skips[i], is_training)
        return hk.Conv2D(self.num_classes, 1, name="outc")(x)


def segment(images, is_training=True):
    return UNet()(images, is_training)


segmenter = hk.without_apply_rng(hk.transform(segment))  # JAX106: 34-55 error(ValueError)


def soft_dice(logits, masks, smooth=1.0):
    p = jax.nn.sigmoid(logits)
    overlap = 2.0 * jnp.sum(p * masks, axis=(1, 2, 3)) + smooth
    total = jnp.sum(p + masks, axis=(1, 2, 3)) + smooth
    return 1.0 - jnp.mean(overlap / total)


def objective(params, images, masks):
    logits = segmenter.apply(params, images)
    bce = -jnp.mean(masks * jax.nn.log_sigmoid(logits) + (1 - masks) * jax.nn.log_sigmoid(-logits))
    return soft_dice(logits, masks) + bce


@jax.jit
def step(params, images, masks, lr=1e-3):
    loss, grads = jax.value_and_grad(objective)(params, images, masks)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads), loss
