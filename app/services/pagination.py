"""Pages: a range of items, cut to what one answer may hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal, Self, TypeVar
from urllib.parse import urlencode

from torch import Tensor

from app.conv.errors import item_range
from app.formats.safetensors import TensorSpecs
from app.limits import Limits, check
from app.scenes.scene import Scene
from app.services.summary import scene_url

# Every channel, one after the other.
ALL: Final = "all"
Channel = int | Literal["all"]
# One item a line; all in one; columns, as safetensors or .npz.
StepFormat = Literal["json", "jsonl", "safetensors", "zip"]
# Numbers in one piece of a stream, after a first piece of one item.
_NUMBERS_PER_PIECE: Final = 100_000


class Page(ABC):
    """Items start … stop−1 of a scene; the request asked for items up to `requested_stop`."""

    __slots__ = ()
    # The URL below that of the scene.
    name: ClassVar[str]

    scene: Scene
    start: int
    stop: int
    requested_stop: int

    @property
    @abstractmethod
    def total(self) -> int:
        """The number of items that there are."""

    @property
    @abstractmethod
    def place(self) -> dict[str, Any]:
        """The query parameters that say what the items are of."""

    @property
    @abstractmethod
    def numbers_per_item(self) -> int:
        """How many numbers one item holds, the basis of the size of a page."""

    @property
    def numbers(self) -> int:
        return (self.stop - self.start) * self.numbers_per_item

    @property
    def extra_query(self) -> dict[str, str]:
        """Further query parameters of the URL of the rest."""
        return {}

    @property
    def next(self) -> str | None:
        """The URL of the rest, or None."""
        if self.stop >= self.requested_stop:
            return None
        query = {**self.place, "start": self.stop, "stop": self.requested_stop}
        return f"{scene_url(self.scene)}/{self.name}?{urlencode(query | self.extra_query, safe=',')}"

    @property
    def range(self) -> dict[str, Any]:
        """What an answer says about the range beside its items."""
        return {"start": self.start, "stop": self.stop, "total": self.total, "next": self.next}

    def moved(self, start: int, stop: int) -> Self:
        """The same of other items."""
        return _moved(self, start=start, stop=stop)

    def take(self, items: int) -> Self:
        """The first `items` items at most."""
        return _moved(self, stop=min(self.stop, self.start + items))

    def take_numbers(self, numbers: int) -> Self:
        """As many items as `numbers` numbers hold, but one at least."""
        return self.take(max(1, numbers // self.numbers_per_item))

    def pieces(self) -> Iterator[Self]:
        """The page in pieces: first one item, so that something can be sent at once, then many at a time."""
        rest, numbers = self, 1
        while rest.start < self.stop:
            piece = rest.take_numbers(numbers)
            yield piece
            rest, numbers = _moved(rest, start=piece.stop), _NUMBERS_PER_PIECE

    def items(
        self, width: int, fields: Mapping[str, Sequence[Any]], axes: tuple[str, str] = ("row", "col")
    ) -> list[dict[str, Any]]:
        """
        The items as JSON structures: the index of each in a raster of this width, its place there, and its
        value of each field.
        """
        return [
            {"index": index, axes[0]: index // width, axes[1]: index % width}
            | {name: values[k] for name, values in fields.items()}
            for k, index in enumerate(range(self.start, self.stop))
        ]


P = TypeVar("P", bound=Page)


def _moved(page: P, **bounds: int) -> P:
    """The page with other bounds; every page is a dataclass."""
    return replace(page, **bounds)  # type: ignore[type-var]


class FormsPage(Page):
    """
    Items that are answered as JSON, as lines and as columns; `parts` are those that an item holds, `form` the
    format that the URL of the rest asks for.
    """

    __slots__ = ()
    parts: tuple[str, ...]
    form: StepFormat | None

    @property
    def extra_query(self) -> dict[str, str]:
        form = {} if self.form is None else {"format": self.form}
        return {"include": ",".join(self.parts), **form}

    @property
    def envelope_numbers(self) -> int:
        """Numbers in lists that a JSON answer holds beside its items."""
        return 0

    def json_page(self, limits: Limits) -> Self:
        """As many items as one JSON answer may hold beside its envelope. Raises LimitExceeded for none."""
        envelope = self.envelope_numbers
        check("term.answer_numbers", "max_answer_numbers", envelope + self.numbers_per_item, limits)
        return self.take_numbers(limits.max_answer_numbers - envelope)

    @property
    def cost(self) -> int:
        """Numbers touched by making the page, about."""
        return self.numbers

    @abstractmethod
    def json(self) -> bytes: ...

    @abstractmethod
    def lines(self) -> bytes:
        """One item a line."""

    @abstractmethod
    def safetensors(self) -> memoryview: ...

    @abstractmethod
    def npz(self) -> bytes:
        """The columns as a .npz archive."""

    # Columns that are made with no sums; all others come out of one ledger.
    without_sums: ClassVar[frozenset[str]]

    @property
    @abstractmethod
    def column_specs(self) -> TensorSpecs:
        """Dtype and shape of each column."""

    @property
    @abstractmethod
    def metadata(self) -> dict[str, str]:
        """What a safetensors file says beside its columns: the envelope, but no list over all channels."""

    @abstractmethod
    def numbers_behind(self, column: str) -> int:
        """How many numbers a row of a column is computed from, about."""

    @abstractmethod
    def made(self, names: Sequence[str]) -> dict[str, Tensor]:
        """Some of the columns, with no more work than these take."""


F = TypeVar("F", bound=FormsPage)


def requested_page(page: F, stop: int | None, limits: Limits, code: str) -> F:
    """
    The page up to `stop` (None: to the last). Raises ConvError with this code for items that are not there,
    and LimitExceeded where one answer cannot hold one of them.
    """
    stop = page.total if stop is None else stop
    item_range(page.start, stop, page.total, code)
    check("term.step_numbers", "max_answer_numbers", page.numbers_per_item, limits)
    return _moved(page, stop=stop, requested_stop=stop)


@dataclass(frozen=True, slots=True)
class OutChannelPage(Page):
    """Items of one output channel, or, counted over all of them, of ALL."""

    scene: Scene
    out_channel: Channel
    start: int
    stop: int
    requested_stop: int

    @property
    def place(self) -> dict[str, Any]:
        return {"out_channel": self.out_channel}

    @property
    def envelope(self) -> dict[str, Any]:
        """What an answer says about the page beside its items; of all output channels lists."""
        plan, bias = self.scene.plan, self.scene.bias
        if self.out_channel == ALL:
            channels = range(plan.output_shape[0])
            in_channels: list[Any] = [list(plan.in_channels(channel)) for channel in channels]
            biases: Any = [0] * len(channels) if bias is None else bias.numpy()
        else:
            in_channels = list(plan.in_channels(self.out_channel))
            biases = 0 if bias is None else bias.numpy()[self.out_channel]
        return {
            "scene": self.scene.id,
            "out_channel": self.out_channel,
            "in_channels": in_channels,
            "bias": biases,
            **self.range,
        }
