"""Encode-process-decode graph network (interaction network style) for mesh simulation."""

from typing import NamedTuple, Sequence

import haiku as hk
import jax
import jax.numpy as jnp


class Graph(NamedTuple):
    nodes: jnp.ndarray
    edges: jnp.ndarray
    senders: jnp.ndarray
    receivers: jnp.ndarray


def make_mlp(sizes: Sequence[int], name: str):
    return hk.Sequential(
        [hk.nets.MLP(sizes, activation=jax.nn.silu), hk.LayerNorm(-1, True, True)], name=name
    )


class InteractionLayer(hk.Module):
    def __init__(self, latent_size: int, name: str = None):
        super().__init__(name=name)
        self.edge_mlp = make_mlp([latent_size, latent_size], "edge_mlp")
        self.node_mlp = make_mlp([latent_size, latent_size], "node_mlp")

    def update_edge(self, edge, sender, receiver):
        return edge + self.edge_mlp(jnp.concatenate([edge, sender, receiver], axis=-1))

    def update_nodes(self, nodes, received):
        return nodes + self.node_mlp(jnp.concatenate([nodes, received], axis=-1))

    def __call__(self, graph: Graph) -> Graph:
        sent = graph.nodes[graph.senders]
        target = graph.nodes[graph.receivers]
        edges = jax.vmap(self.update_edge)(graph.edges, sent, target)  # JAX103: 17-43 tolerated
        received = jax.ops.segment_sum(edges, graph.receivers, graph.nodes.shape[0])
        return graph._replace(nodes=self.update_nodes(graph.nodes, received), edges=edges)


class Simulator(hk.Module):
    """Predicts the acceleration of each node."""

    def __init__(self, latent_size: int = 16, num_layers: int = 3, out_dim: int = 2, name=None):
        super().__init__(name=name)
        self.latent_size = latent_size
        self.num_layers = num_layers
        self.out_dim = out_dim

    def encode(self, graph: Graph) -> Graph:
        nodes = make_mlp([self.latent_size] * 2, "encode_nodes")(graph.nodes)
        edges = make_mlp([self.latent_size] * 2, "encode_edges")(graph.edges)
        return graph._replace(nodes=nodes, edges=edges)

    def __call__(self, graph: Graph) -> jnp.ndarray:
        graph = self.encode(graph)
        for i in range(self.num_layers):
            graph = InteractionLayer(self.latent_size, name=f"layer_{i}")(graph)
        return hk.nets.MLP([self.latent_size, self.out_dim], name="decode")(graph.nodes)


def net_fn(graph: Graph) -> jnp.ndarray:
    return Simulator()(graph)


network = hk.without_apply_rng(hk.transform(net_fn))


def one_step_loss(params: hk.Params, graph: Graph, accelerations: jnp.ndarray) -> jnp.ndarray:
    predicted = network.apply(params, graph)
    return jnp.mean(jnp.sum((predicted - accelerations) ** 2, axis=-1))


def add_noise(graph: Graph, key: jnp.ndarray, scale: float) -> Graph:
    noise = scale * jax.random.normal(key, graph.nodes.shape)
    return graph._replace(nodes=graph.nodes + noise)


def train_step(params, graph, accelerations, key, lr=1e-3):
    noisy = add_noise(graph, key, 1e-3)
    grads = jax.grad(one_step_loss)(params, noisy, accelerations)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
