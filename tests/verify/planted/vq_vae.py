"""VQ-VAE with a codebook trained by exponential moving averages."""

import haiku as hk
import jax
import jax.numpy as jnp


class EMACodebook(hk.Module):
    """Nearest-neighbour quantisation of single vectors; keeps cluster statistics in state."""

    def __init__(self, num_codes, code_size, decay=0.99, epsilon=1e-5, name=None):
        super().__init__(name=name)
        self.num_codes = num_codes
        self.code_size = code_size
        self.decay = decay
        self.epsilon = epsilon

    def _statistics(self):
        init = hk.initializers.VarianceScaling(1.0)
        codes = hk.get_state("codes", (self.num_codes, self.code_size), init=init)
        counts = hk.get_state("counts", (self.num_codes,), init=jnp.zeros)
        sums = hk.get_state("sums", (self.num_codes, self.code_size), init=jnp.zeros)
        return codes, counts, sums

    def _update(self, counts, sums, encodings, flat):
        counts = self.decay * counts + (1 - self.decay) * encodings.sum(0)
        sums = self.decay * sums + (1 - self.decay) * encodings.T @ flat
        total = counts.sum()
        smooth = (counts + self.epsilon) / (total + self.num_codes * self.epsilon) * total
        hk.set_state("counts", counts)
        hk.set_state("sums", sums)
        hk.set_state("codes", sums / smooth[:, None])

    def __call__(self, latents, is_training):
        codes, counts, sums = self._statistics()
        flat = latents.reshape(-1, self.code_size)
        distances = (flat**2).sum(1, keepdims=True) - 2 * flat @ codes.T + (codes**2).sum(1)[None]
        index = jnp.argmin(distances, axis=1)
        encodings = jax.nn.one_hot(index, self.num_codes)
        if is_training:
            self._update(counts, sums, encodings, flat)
        quantised = (encodings @ codes).reshape(latents.shape)
        loss = jnp.mean((jax.lax.stop_gradient(quantised) - latents) ** 2)
        return latents + jax.lax.stop_gradient(quantised - latents), loss


class VQVAE(hk.Module):
    def __init__(self, width=16, num_codes=32, code_size=8, name=None):
        super().__init__(name=name)
        self.encoder = hk.Sequential(
            [
                hk.Conv2D(width, 4, stride=2),
                jax.nn.relu,
                hk.Conv2D(width, 4, stride=2),
                jax.nn.relu,
                hk.Conv2D(code_size, 1),
            ]
        )
        self.decoder = hk.Sequential(
            [
                hk.Conv2DTranspose(width, 4, stride=2),
                jax.nn.relu,
                hk.Conv2DTranspose(3, 4, stride=2),
            ]
        )
        self.codebook = EMACodebook(num_codes, code_size)

    def __call__(self, images, is_training):
        latents = self.encoder(images)

        def quantise_one(latent):
            return self.codebook(latent, is_training)

        quantised, commitment = jax.vmap(quantise_one)(latents)  # JAX101: 33-55 leak
        reconstruction = self.decoder(quantised)
        return reconstruction, commitment.mean()


def forward(images, is_training=True):
    return VQVAE()(images, is_training)


model = hk.without_apply_rng(hk.transform_with_state(forward))


def loss_fn(params, state, images, beta=0.25):
    (reconstruction, commitment), state = model.apply(params, state, images)
    return jnp.mean((reconstruction - images) ** 2) + beta * commitment, state


def step(params, state, images, learning_rate=1e-3):
    grads, state = jax.grad(loss_fn, has_aux=True)(params, state, images)
    new = jax.tree_util.tree_map(lambda p, g: p - learning_rate * g, params, grads)
    return new, state
