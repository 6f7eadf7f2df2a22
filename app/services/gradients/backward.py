"""Everything that flows back through a layer at once, and gradient descent; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any, Literal

from torch import Tensor

from app.conv.adjoint import adjoint
from app.conv.correlate import output
from app.conv.errors import ConvError
from app.conv.gradients import bias_gradient, gradients
from app.conv.losses import Loss, cross_entropy, squared_error
from app.conv.one_dimension import lift
from app.formats.json_encoding import to_array, to_json
from app.limits import Limits, check
from app.scenes.scene import Scene, make_scene
from app.services.requests.models import AnyLoss, DescentBody, SquaredError
from app.services.scene_builder import data_or_random
from app.services.summary import shapes


def gradient_scene(scene: Scene, limits: Limits) -> Scene:
    """The layer whose output is the gradient to the input. Raises ConvError where there is none."""
    operation, input, weight = adjoint(scene.plan, scene.weight, scene.given_upstream)
    return make_scene(operation, scene.own(input), scene.own(weight), None, limits)


LossFunction = Callable[[Tensor], Loss]
Trained = Literal["weight", "bias"]
# Passes over the layer in one step: the output, and the gradient to the weight.
_PASSES = 2


def bias_gradient_structure(scene: Scene) -> dict[str, Any]:
    """The sums of the upstream's planes, which are the gradient to the bias, as a JSON structure."""
    sums = to_array(bias_gradient(scene.given_upstream))
    return {"upstream_sums": sums, "gradient": sums}


def check_gradients(scene: Scene, limits: Limits) -> int:
    """How many numbers the gradients and what they are of hold. Raises LimitExceeded for too many."""
    plan = scene.plan
    numbers = prod(plan.input_shape) + 2 * prod(plan.output_shape) + plan.parameters
    check("term.answer_numbers", "max_answer_numbers", numbers, limits)
    return numbers


def gradients_json(scene: Scene, loss: AnyLoss | None, limits: Limits) -> bytes:
    """Output, upstream, loss and gradients. Raises ConvError where a sum leaves the range of the dtype."""
    plan = scene.plan
    outputs = output(plan, scene.input, scene.weight, scene.bias)
    known = None if loss is None else _loss_function(loss, scene, limits)(outputs)
    upstream = scene.given_upstream if known is None else known.upstream
    of_loss = gradients(plan, scene.taps, scene.input, scene.weight, upstream)
    return to_json(
        {
            "shapes": shapes(plan),
            **_arrays(scene, output=outputs, upstream=upstream),
            "loss": None if known is None else known.value,
            **_arrays(scene, **of_loss._asdict()),
        }
    )


def _arrays(scene: Scene, **tensors: Tensor | None) -> dict[str, Any]:
    return {name: None if tensor is None else to_array(scene.own(tensor)) for name, tensor in tensors.items()}


def _loss_function(loss: AnyLoss, scene: Scene, limits: Limits) -> LossFunction:
    """The loss of an output of the scene's layer; its target is made once."""
    if isinstance(loss, SquaredError):
        operation = scene.plan.operation
        target = data_or_random(loss.target, "target", operation, scene.dtype, limits, "/loss/target")
        of_own = partial(squared_error, target=target)
    else:
        of_own = partial(cross_entropy, target=loss.target)

    def loss_of(outputs: Tensor) -> Loss:
        value, upstream = of_own(scene.own(outputs))
        return Loss(value, lift(scene.plan.dimensions, upstream))

    return loss_of


def check_descent(scene: Scene, body: DescentBody, limits: Limits) -> int:
    """
    How many multiply-adds a descent takes, about. Raises ConvError for what cannot be trained, and
    LimitExceeded for too much work.
    """
    check_gradients(scene, limits)
    if scene.dtype == "int32":
        raise ConvError("descent_needs_floats", "/dtype", dtype=scene.dtype)
    for index, name in enumerate(body.train):
        if name not in scene.tensors:
            raise ConvError("nothing_to_train", f"/train/{index}", name=name)
    work = _PASSES * body.steps * scene.plan.products
    check("term.descent_multiply_adds", "max_multiply_adds", work, limits, steps=body.steps)
    return work


def descent_json(scene: Scene, body: DescentBody, limits: Limits) -> bytes:
    """
    The losses before each step and after the last, what was trained, and the upstream that it gets in the
    end. A step after which a number leaves the range of the dtype is not taken: it is `diverged_at`, and the
    losses end before it.
    """
    parameters = {"weight": scene.weight, "bias": scene.bias}
    losses, diverged_at = list[float](), None
    loss_of = _loss_function(body.loss, scene, limits)
    loss, upstream = _evaluated(scene, parameters, loss_of)
    losses.append(loss)
    for step in range(body.steps):
        try:
            moved = _moved(scene, parameters, upstream, body.train, body.learning_rate)
            loss, upstream = _evaluated(scene, moved, loss_of)
        except ConvError as error:
            if error.message.code != "float_overflow":
                raise
            diverged_at = step
            break
        parameters = moved
        losses.append(loss)
    trained = _arrays(scene, **parameters, upstream=upstream)
    return to_json({"losses": losses, **trained, "diverged_at": diverged_at})


def _evaluated(scene: Scene, parameters: dict[str, Tensor | None], loss_of: LossFunction) -> Loss:
    return loss_of(output(scene.plan, scene.input, parameters["weight"], parameters["bias"]))


def _moved(
    scene: Scene,
    parameters: dict[str, Tensor | None],
    upstream: Tensor,
    train: Sequence[Trained],
    learning_rate: float,
) -> dict[str, Tensor | None]:
    """The parameters one step down the gradient."""
    of_loss = gradients(scene.plan, scene.taps, scene.input, parameters["weight"], upstream, train)
    moved = dict(parameters)
    for name in train:
        parameter, gradient = parameters[name], getattr(of_loss, name)
        assert parameter is not None  # it was checked before
        moved[name] = parameter - learning_rate * gradient
    return moved
