"""Set Transformer: induced set attention and pooling by multi-head attention."""
import haiku as hk
import jax
import jax.numpy as jnp


class MAB(hk.Module):
    """Multi-head attention block: LayerNorm(H + rFF(H)), H = LayerNorm(X + Attn(X, Y, Y))."""

    def __init__(self, dim, num_heads, name=None):
        super().__init__(name=name)
        self.dim = dim
        self.num_heads = num_heads

    def __call__(self, x, y):
        attn = hk.MultiHeadAttention(
            self.num_heads,
            self.dim // self.num_heads,
            w_init=hk.initializers.VarianceScaling(2.0),
            model_size=self.dim,
        )
        h = hk.LayerNorm(-1, True, True)(x + attn(x, y, y))
        ff = hk.Sequential([hk.Linear(self.dim), jax.nn.relu, hk.Linear(self.dim)])
        return hk.LayerNorm(-1, True, True)(h + ff(h))


class ISAB(hk.Module):
    def __init__(self, dim, num_heads, num_inducing, name=None):
        super().__init__(name=name)
        self.dim = dim
        self.num_heads = num_heads
        self.num_inducing = num_inducing

    def __call__(self, x):
        points = hk.get_parameter(
            "inducing", [self.num_inducing, self.dim], init=hk.initializers.RandomNormal()
        )
        induced = jnp.broadcast_to(points, (x.shape[0], self.num_inducing, self.dim))
        h = MAB(self.dim, self.num_heads, name="down")(induced, x)
        return MAB(self.dim, self.num_heads, name="up")(x, h)


class PMA(hk.Module):
    def __init__(self, dim, num_heads, num_seeds, name=None):
        super().__init__(name=name)
        self.dim, self.num_heads, self.num_seeds = dim, num_heads, num_seeds

    def __call__(self, x):
        seeds = hk.get_parameter(
            "seeds", [self.num_seeds, self.dim], init=hk.initializers.RandomNormal()
        )
        seeds = jnp.broadcast_to(seeds, (x.shape[0], self.num_seeds, self.dim))
        return MAB(self.dim, self.num_heads)(seeds, x)


class SetTransformer(hk.Module):
    def __init__(self, output_size, dim=16, num_heads=2, num_inducing=4, depth=2, name=None):
        super().__init__(name=name)
        self.output_size = output_size
        self.dim = dim
        self.num_heads = num_heads
        self.num_inducing = num_inducing
        self.depth = depth

    def encode(self, x):
        x = hk.Linear(self.dim, name="embed")(x)
        for i in range(self.depth):
            x = ISAB(self.dim, self.num_heads, self.num_inducing, name=f"isab_{i}")(x)
        return x

    def pool(self, x):
        pooled = PMA(self.dim, self.num_heads, 1)(x)
        return pooled[:, 0]

    def __call__(self, x):
        x = self.encode(x)
        summary = jax.jit(self.pool)(x)  # JAX101: 19-37 leak
        return hk.Linear(self.output_size, name="head")(summary)


def max_regression(x):
    """Predict the largest element of each set."""
    return SetTransformer(output_size=1)(x)[..., 0]


model = hk.without_apply_rng(hk.transform(max_regression))


def l1(params, sets):
    predicted = model.apply(params, sets)
    return jnp.abs(predicted - sets.max(axis=(1, 2))).mean()
