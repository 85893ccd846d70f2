"""Distil several task-specific policies into one student with a shared torso."""

from typing import Dict, NamedTuple, Sequence

import haiku as hk
import jax
import jax.numpy as jnp


class Hyper(NamedTuple):
    hidden: Sequence[int] = (32, 32)
    num_actions: int = 6
    temperature: float = 0.5
    entropy_bonus: float = 1e-2


HYPER = Hyper()

# shared by all students
TORSO = hk.nets.MLP(HYPER.hidden, activate_final=True, name="shared_torso")  # JAX105: 9-76 error(ValueError)


class TaskHead(hk.Module):
    """One policy and one value per task."""

    def __init__(self, num_actions: int, name: str = "task_head"):
        super().__init__(name=name)
        self.num_actions = num_actions

    def __call__(self, features: jnp.ndarray) -> Dict[str, jnp.ndarray]:
        hidden = jax.nn.relu(hk.Linear(16)(features))
        return {
            "logits": hk.Linear(self.num_actions, name="policy")(hidden),
            "value": hk.Linear(1, name="value")(hidden)[..., 0],
        }


def student(observations: jnp.ndarray, task: str) -> Dict[str, jnp.ndarray]:
    features = TORSO(observations)
    return TaskHead(HYPER.num_actions, name=f"{task}_head")(features)


def teacher(observations: jnp.ndarray) -> jnp.ndarray:
    net = hk.nets.MLP([64, 64, HYPER.num_actions], name="teacher")
    return net(observations)


student_net = hk.without_apply_rng(hk.transform(student))
teacher_net = hk.without_apply_rng(hk.transform(teacher))


def kl(target_logits: jnp.ndarray, logits: jnp.ndarray, temperature: float) -> jnp.ndarray:
    target = jax.nn.softmax(target_logits / temperature)
    log_target = jax.nn.log_softmax(target_logits / temperature)
    return jnp.sum(target * (log_target - jax.nn.log_softmax(logits)), axis=-1)


def entropy(logits: jnp.ndarray) -> jnp.ndarray:
    logp = jax.nn.log_softmax(logits)
    return -jnp.sum(jnp.exp(logp) * logp, axis=-1)


def distillation_loss(params, teacher_params, observations, task):
    out = student_net.apply(params, observations, task)
    target = jax.lax.stop_gradient(teacher_net.apply(teacher_params, observations))
    loss = kl(target, out["logits"], HYPER.temperature)
    return jnp.mean(loss - HYPER.entropy_bonus * entropy(out["logits"]))


def merge(trees: Sequence[hk.Params]) -> hk.Params:
    """Parameters of all tasks in one structure; shared ones come from the first."""
    merged: hk.Params = {}
    for tree in trees:
        for name, leaves in tree.items():
            merged.setdefault(name, leaves)
    return merged


def step(params, teacher_params, observations, task, lr=1e-3):
    grads = jax.grad(distillation_loss)(params, teacher_params, observations, task)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
