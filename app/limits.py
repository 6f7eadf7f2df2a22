"""What is too large: every limit, and the checks before anything is allocated."""

from __future__ import annotations

from math import prod
from typing import Final, NamedTuple

from pydantic import BaseModel, Field

from app.conv.errors import CodedError, Message
from app.conv.operation import Plan

MEBI: Final = 1 << 20

_LARGEST: Final = 2**63 - 1
_UNIT_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class Limits(BaseModel):
    """Every bound on what one request, or all of them together, may cost.

    The defaults keep a worker under 2 GiB, and serve a 3x1024x1024 picture with 16 filters of 7x7 with room.
    """

    max_body_bytes: int = Field(64 * MEBI, ge=1024, description="bytes of one request body")
    max_json_bytes: int = Field(32 * MEBI, ge=1024, description="bytes of one request body but a form")
    max_pending_bytes: int = Field(256 * MEBI, ge=1024, description="bytes of all bodies held at a time")
    max_unsent_bytes: int = Field(256 * MEBI, ge=1024, description="bytes of all answers not yet taken")
    max_head_bytes: int = Field(65_536, ge=1024, description="bytes of a request's first line and headers")
    max_headers: int = Field(100, ge=10, description="headers of a request")
    max_json_numbers: int = Field(MEBI, ge=1, description="numbers in one JSON body")
    max_json_containers: int = Field(MEBI // 4, ge=1, description="lists and objects in one JSON body")
    max_json_strings: int = Field(100_000, ge=1, description="keys and other strings in one JSON body")
    max_tensor_elements: int = Field(16 * MEBI, ge=1, description="elements of an input, weight or bias")
    max_output_elements: int = Field(32 * MEBI, ge=1, description="elements of a layer's output")
    max_multiply_adds: int = Field(4096 * MEBI, ge=1, description="multiply-adds of a layer")
    max_answer_numbers: int = Field(MEBI, ge=1, description="numbers in one JSON answer or page of steps")
    max_picture_pixels: int = Field(32 * MEBI, ge=1, description="pixels of an uploaded picture")
    max_network_nodes: int = Field(4096, ge=1, description="nodes of a network, those of subgraphs too")
    max_network_numbers: int = Field(
        64 * MEBI, ge=1, description="numbers on all edges of a network, its parameters among them"
    )
    max_network_bytes: int = Field(
        1024 * MEBI, ge=16 * MEBI, description="bytes of memory that reading and running a network may take"
    )
    network_seconds: float = Field(
        20.0, gt=0, description="seconds that reading and running a network may take"
    )
    network_threads: int = Field(1, ge=1, le=64, description="threads that run a network")
    max_computations: int = Field(2, ge=1, description="large computations at a time")
    max_wait_seconds: float = Field(
        5.0,
        gt=0,
        description="seconds a large computation or a stored file may be waited for before it begins",
    )
    max_seconds: float = Field(30.0, gt=0, description="seconds one request may take")
    max_requests: int = Field(
        512, ge=1, description="requests at a time; those beyond wait for up to a second"
    )
    max_requests_per_client: int = Field(
        128, ge=1, description="requests of one client at a time; those beyond are answered 429"
    )
    max_connections: int = Field(
        8192, ge=16, description="connections at a time; one more closes the one idle for longest"
    )
    head_seconds: float = Field(10.0, gt=0, description="seconds until a request's headers must be there")
    body_seconds: float = Field(
        20.0,
        gt=0,
        description="seconds a body may take to come, or an answer to go, beyond one for each 4 KiB",
    )
    keep_alive_seconds: int = Field(75, ge=1, description="seconds a connection may be idle between requests")


class Rate(NamedTuple):
    """At most so many requests in so many seconds."""

    requests: int
    seconds: int


def parse_rate(text: str) -> Rate:
    """A rate such as 120000/minute. Raises ValueError."""
    requests, _, unit = text.partition("/")
    if unit.strip() not in _UNIT_SECONDS or not requests.strip().isascii() or not requests.strip().isdigit():
        raise ValueError(f"{text!r} is no rate such as 100/minute; units are {', '.join(_UNIT_SECONDS)}")
    return Rate(int(requests), _UNIT_SECONDS[unit.strip()])


class LimitExceeded(CodedError):
    """Something was asked that is over a limit; `limit` is the name of the field of Limits."""

    def __init__(self, what: Message, limit: str, value: float, asked: float) -> None:
        # Integers of more than 64 bits are none to most parsers of JSON; the sentence has all digits.
        self.asked = asked if asked <= _LARGEST else float(asked)
        self.limit = limit
        self.value = value
        super().__init__("limit_exceeded", what=what, asked=asked, limit=limit, value=value)


def check(what: str, limit: str, asked: int, limits: Limits, /, **params: object) -> None:
    """Raise LimitExceeded if `asked` is over the named limit. `what`: the code of a term, with its params."""
    value = getattr(limits, limit)
    if asked > value:
        raise LimitExceeded(Message(what, **params), limit, value, asked)


def check_tensor(name: str, shape: tuple[int, ...], limits: Limits) -> None:
    check("term.tensor_elements", "max_tensor_elements", prod(shape), limits, name=name, shape=shape)


def check_plan(plan: Plan, limits: Limits) -> None:
    """All that working on a layer may allocate or compute."""
    shape = plan.output_shape
    own = plan.own_shape(shape)
    check("term.output_elements", "max_output_elements", prod(shape), limits, shape=own)
    check("term.padded_elements", "max_output_elements", _padded(plan), limits)
    check("term.multiply_adds", "max_multiply_adds", plan.products, limits)
    check("term.tap_numbers", "max_tensor_elements", tap_numbers(plan), limits)


def tap_numbers(plan: Plan) -> int:
    (_, height, width), (kernel_height, kernel_width) = plan.output_shape, plan.kernel_size
    return height * kernel_height + width * kernel_width


def _padded(plan: Plan) -> int:
    """Elements of the tensor that padding, or for a transposed convolution cropping, belongs to."""
    channels, height, width = plan.output_shape if plan.is_transposed else plan.input_shape
    rows, cols = (sum(sides) for sides in plan.padding.sides)
    if not plan.is_transposed:
        # The windows of ceil_mode may hang over far beyond the padding.
        left, right, top, bottom = plan.margins
        rows, cols = max(rows, top + bottom), max(cols, left + right)
    return channels * (height + rows) * (width + cols)
