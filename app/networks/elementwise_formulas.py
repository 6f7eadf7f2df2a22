"""Operators that make a cell out of one cell of each operand: their formulas, as text and as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import erf, sqrt
from typing import Any, Final, NamedTuple

import numpy as np

Number = Any


class Parameter(NamedTuple):
    """A number of an operator, under the names that ONNX and torch have for it."""

    attributes: tuple[str, ...]
    default: float


class Formula(NamedTuple):
    """`text`: the names of operands and parameters in braces; they are the arguments of `value`, in order."""

    text: str
    operands: tuple[str, ...]
    value: Callable[..., Number]
    parameters: Mapping[str, Parameter] = {}


def _unary(text: str, value: Callable[..., Number], **parameters: Parameter) -> Formula:
    return Formula(text, ("x",), value, parameters)


def _binary(text: str, value: Callable[..., Number]) -> Formula:
    return Formula(text, ("a", "b"), value)


def _sigmoid(x: Number) -> Number:
    return 1 / (1 + np.exp(-x))


def _softplus(x: Number, β: Number) -> Number:
    return np.logaddexp(0, β * x) / β


_SAME: Final = _unary("{x}", lambda x: x)
_RELU: Final = _unary("max(0, {x})", lambda x: max(0, x))
_LEAKY: Final = _unary(
    "max(0, {x}) + {α}·min(0, {x})",
    lambda x, α: max(0, x) + α * min(0, x),
    α=Parameter(("alpha", "negative_slope"), 0.01),
)
_ELU: Final = _unary(
    "max(0, {x}) + {α}·(exp(min(0, {x})) − 1)",
    lambda x, α: max(0, x) + α * np.expm1(min(0, x)),
    α=Parameter(("alpha",), 1),
)
_SELU: Final = _unary(
    "{γ}·(max(0, {x}) + {α}·(exp(min(0, {x})) − 1))",
    lambda x, α, γ: γ * (max(0, x) + α * np.expm1(min(0, x))),
    α=Parameter(("alpha",), 1.6732632),
    γ=Parameter(("gamma",), 1.050701),
)
_CELU: Final = _unary(
    "max(0, {x}) + min(0, {α}·(exp({x}/{α}) − 1))",
    lambda x, α: max(0, x) + min(0, α * np.expm1(x / α)),
    α=Parameter(("alpha",), 1),
)
_HARD_SIGMOID: Final = _unary(
    "max(0, min(1, {α}·{x} + {β}))",
    lambda x, α, β: max(0, min(1, α * x + β)),
    α=Parameter(("alpha",), 0.2),
    β=Parameter(("beta",), 0.5),
)
_HARD_SWISH: Final = _unary("{x}·max(0, min(1, {x}/6 + 1/2))", lambda x: x * max(0, min(1, x / 6 + 0.5)))
_GELU: Final = _unary("{x}·(1 + erf({x}/√2))/2", lambda x: x * (1 + erf(x / sqrt(2))) / 2)
GELU_TANH: Final = _unary(
    "{x}·(1 + tanh(√(2/π)·({x} + 0.044715·{x}³)))/2",
    lambda x: x * (1 + np.tanh(sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
)
_SOFTPLUS: Final = _unary("ln(1 + exp({β}·{x}))/{β}", _softplus, β=Parameter(("beta",), 1))
_CLAMPED: Final = _unary(
    "min({high}, max({low}, {x}))",
    lambda x, low, high: min(high, max(low, x)),
    low=Parameter(("min_val", "min"), -np.inf),
    high=Parameter(("max_val", "max"), np.inf),
)
BATCH_NORM: Final = Formula(
    "{γ}·({x} − {μ})/√({σ²} + {ε}) + {β}",
    ("x", "γ", "β", "μ", "σ²"),
    lambda x, γ, β, μ, variance, ε: γ * (x - μ) / np.sqrt(variance + ε) + β,
    {"ε": Parameter(("epsilon", "eps"), 1e-5)},
)

FORMULAS: Final[Mapping[str, Formula]] = {
    **dict.fromkeys(("Identity", "Dropout", "Dropout1d", "Dropout2d", "Cast"), _SAME),
    **dict.fromkeys(("Relu", "ReLU"), _RELU),
    **dict.fromkeys(("LeakyRelu", "LeakyReLU"), _LEAKY),
    **dict.fromkeys(("Elu", "ELU"), _ELU),
    "Selu": _SELU,
    "Celu": _CELU,
    **dict.fromkeys(("Clip", "Hardtanh", "ReLU6"), _CLAMPED),
    "Sigmoid": _unary("1/(1 + exp(−{x}))", _sigmoid),
    "Tanh": _unary("tanh({x})", np.tanh),
    "HardSigmoid": _HARD_SIGMOID,
    "Hardsigmoid": _unary("max(0, min(1, {x}/6 + 1/2))", lambda x: max(0, min(1, x / 6 + 0.5))),
    **dict.fromkeys(("HardSwish", "Hardswish"), _HARD_SWISH),
    **dict.fromkeys(("Gelu", "GELU"), _GELU),
    "SiLU": _unary("{x}/(1 + exp(−{x}))", lambda x: x * _sigmoid(x)),
    "Mish": _unary("{x}·tanh(ln(1 + exp({x})))", lambda x: x * np.tanh(_softplus(x, 1))),
    "Softplus": _SOFTPLUS,
    "Softsign": _unary("{x}/(1 + |{x}|)", lambda x: x / (1 + abs(x))),
    "Neg": _unary("−{x}", lambda x: -x),
    "Abs": _unary("|{x}|", abs),
    "Exp": _unary("exp({x})", np.exp),
    "Log": _unary("ln({x})", np.log),
    "Sqrt": _unary("√({x})", np.sqrt),
    "Erf": _unary("erf({x})", erf),
    "Reciprocal": _unary("1/{x}", lambda x: 1 / x),
    "Add": _binary("{a} + {b}", lambda a, b: a + b),
    "Sub": _binary("{a} − {b}", lambda a, b: a - b),
    "Mul": _binary("{a}·{b}", lambda a, b: a * b),
    "Div": _binary("{a}/{b}", lambda a, b: a / b),
    "Pow": _binary("{a}^{b}", lambda a, b: a**b),
    "PRelu": Formula("max(0, {x}) + {s}·min(0, {x})", ("x", "s"), lambda x, s: max(0, x) + s * min(0, x)),
}


def variadic(op: str, count: int) -> Formula | None:
    """Of Sum, Max, Min and Mean, over so many operands."""
    names = tuple("abcdefgh"[i] if count <= 8 else f"x{i + 1}" for i in range(count))
    listed = ", ".join(f"{{{name}}}" for name in names)
    added = " + ".join(f"{{{name}}}" for name in names)
    match op:
        case "Sum":
            return Formula(added, names, lambda *given: sum(given))
        case "Mean":
            return Formula(f"({added})/{count}", names, lambda *given: sum(given) / count)
        case "Max":
            return Formula(f"max({listed})", names, lambda *given: max(given))
        case "Min":
            return Formula(f"min({listed})", names, lambda *given: min(given))
    return None
