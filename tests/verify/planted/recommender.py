"""Two-tower recommender: user and item embeddings with side features."""

from typing import Mapping, NamedTuple

import haiku as hk
import jax
import jax.numpy as jnp


class Catalogue(NamedTuple):
    num_users: int = 100
    num_items: int = 200
    num_genres: int = 12


class UserTower(hk.Module):
    def __init__(self, num_users: int, dim: int, name: str = "user_tower"):
        super().__init__(name=name)
        self.num_users = num_users
        self.dim = dim

    def __call__(self, user_ids: jnp.ndarray, age: jnp.ndarray) -> jnp.ndarray:
        embedded = hk.Embed(self.num_users, self.dim)(user_ids)
        x = jnp.concatenate([embedded, age[..., None] / 100.0], axis=-1)
        return hk.nets.MLP([2 * self.dim, self.dim])(x)


class ItemTower(hk.Module):
    def __init__(self, num_items: int, num_genres: int, dim: int, name: str = "item_tower"):
        super().__init__(name=name)
        self.num_items = num_items
        self.num_genres = num_genres
        self.dim = dim

    def __call__(self, item_ids: jnp.ndarray, genre_ids: jnp.ndarray) -> jnp.ndarray:
        item = hk.Embed(self.num_items, self.dim, name="items")(item_ids)
        genre = hk.Embed(self.num_genres, self.dim, name="genres")(genre_ids)
        return hk.nets.MLP([2 * self.dim, self.dim])(item + genre)


def normalise(x: jnp.ndarray) -> jnp.ndarray:
    return x * jax.lax.rsqrt(jnp.sum(x**2, axis=-1, keepdims=True) + 1e-6)


class TwoTower(hk.Module):
    """Scores every user of the batch against that user's candidate items."""

    def __init__(self, catalogue: Catalogue = Catalogue(), dim: int = 16, name: str = "two_tower"):
        super().__init__(name=name)
        self.users = UserTower(catalogue.num_users, dim)
        self.items = ItemTower(catalogue.num_items, catalogue.num_genres, dim)

    def score_candidates(self, user_vector, candidate_ids, genre_ids):
        vectors = normalise(self.items(candidate_ids, genre_ids))
        return vectors @ user_vector

    def __call__(self, batch: Mapping[str, jnp.ndarray]) -> jnp.ndarray:
        users = normalise(self.users(batch["user_ids"], batch["age"]))
        scores = jax.vmap(self.score_candidates)(  # JAX103: 18-49 tolerated
            users, batch["candidate_ids"], batch["genre_ids"]
        )
        temperature = hk.get_parameter("temperature", (), init=jnp.ones)
        return scores / jnp.maximum(temperature, 1e-2)


def score(batch: Mapping[str, jnp.ndarray]) -> jnp.ndarray:
    return TwoTower()(batch)


recommender = hk.without_apply_rng(hk.transform(score))


def sampled_softmax(params: hk.Params, batch: Mapping[str, jnp.ndarray]) -> jnp.ndarray:
    """The clicked item is the first candidate."""
    logp = jax.nn.log_softmax(recommender.apply(params, batch), axis=-1)
    return -jnp.mean(logp[:, 0])


def recall_at(scores: jnp.ndarray, k: int) -> jnp.ndarray:
    rank = jnp.sum(scores > scores[:, :1], axis=-1)
    return jnp.mean(rank < k)
