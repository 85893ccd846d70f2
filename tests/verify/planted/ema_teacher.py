"""Self-distillation with centring (DINO-like): the centre is a moving average in Haiku state."""

import haiku as hk
import jax
import jax.numpy as jnp


class Projection(hk.Module):
    def __init__(self, output_size: int, hidden: int = 32, name: str = "projection"):
        super().__init__(name=name)
        self.output_size = output_size
        self.hidden = hidden

    def __call__(self, x):
        x = hk.nets.MLP([self.hidden, self.hidden], activation=jax.nn.gelu)(x)
        x = x / (jnp.linalg.norm(x, axis=-1, keepdims=True) + 1e-6)
        return hk.Linear(self.output_size, with_bias=False)(x)


class Centre(hk.Module):
    """Subtracts a running mean of everything seen."""

    def __init__(self, decay: float = 0.9, name: str = "centre"):
        super().__init__(name=name)
        self.decay = decay

    def __call__(self, outputs):
        average = hk.ExponentialMovingAverage(self.decay, zero_debias=False)
        mean = average(jnp.mean(outputs, axis=0))
        return outputs - mean


class Distiller(hk.Module):
    def __init__(self, output_size: int = 24, student_t=0.1, teacher_t=0.04, name="distiller"):
        super().__init__(name=name)
        self.backbone = hk.nets.MLP([32, 16], name="backbone")
        self.projection = Projection(output_size)
        self.centre = Centre()
        self.student_t = student_t
        self.teacher_t = teacher_t

    def student(self, views):
        return jax.nn.log_softmax(self.projection(self.backbone(views)) / self.student_t)

    def teacher(self, views):
        outputs = jax.lax.stop_gradient(self.projection(self.backbone(views)))
        return jax.nn.softmax(self.centre(outputs) / self.teacher_t)

    def __call__(self, global_view, local_view):
        log_p = self.student(local_view)
        q = jax.jit(self.teacher)(global_view)  # JAX101: 13-34 leak
        return -jnp.mean(jnp.sum(q * log_p, axis=-1))


def distil(global_view, local_view):
    return Distiller()(global_view, local_view)


distiller = hk.without_apply_rng(hk.transform_with_state(distil))


def teacher_step(params, teacher_params, momentum):
    """The teacher's weights follow the student's."""
    return jax.tree_util.tree_map(
        lambda t, s: momentum * t + (1.0 - momentum) * s, teacher_params, params
    )


def momentum_schedule(step, total, base=0.996):
    return 1.0 - (1.0 - base) * (jnp.cos(jnp.pi * step / total) + 1.0) / 2.0


def train_step(params, state, global_view, local_view, lr=1e-3):
    grads, state = jax.grad(distiller.apply, has_aux=True)(params, state, global_view, local_view)
    params = jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
    return params, state


def collapse(outputs):
    """Near zero when every image gets the same code."""
    return jnp.mean(jnp.std(outputs, axis=0))
