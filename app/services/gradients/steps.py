"""The steps of gradients, as JSON, lines or columns, in pages or whole files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self, TypeVar

import torch
from torch import Tensor

from app.formats.json_encoding import to_json
from app.formats.npz import to_npz
from app.formats.safetensors import TensorSpecs, to_safetensors
from app.limits import Limits
from app.services.pagination import FormsPage, requested_page


class GradientPage(FormsPage):
    """
    Steps of a gradient, of one channel or pair of channels, or of several, counted over all of them: those of
    one are a block.
    """

    __slots__ = ()
    # Row and column of a step, as its gradient calls them, and the channels that it is of.
    axes: ClassVar[tuple[str, str]]
    channels: ClassVar[tuple[str, ...]]

    @abstractmethod
    def check_channels(self) -> None:
        """Raise ConvError for channels that are not there, NoSuchTensor for a layer without a weight."""

    @property
    @abstractmethod
    def envelope(self) -> dict[str, Any]: ...

    @property
    @abstractmethod
    def is_of_one(self) -> bool:
        """Whether the page is of one block."""

    @property
    @abstractmethod
    def block_size(self) -> int:
        """The steps of one block."""

    @property
    @abstractmethod
    def block_width(self) -> int:
        """The steps in a row of its raster."""

    @abstractmethod
    def block(self, k: int, start: int, stop: int) -> Self:
        """Steps start … stop−1 of the k-th block."""

    @property
    @abstractmethod
    def own_specs(self) -> TensorSpecs:
        """Dtype and shape of each column, beside those of places."""

    @abstractmethod
    def own_columns(self, names: Sequence[str]) -> dict[str, Tensor]:
        """Some of them, and perhaps others; of a page of one block."""

    @abstractmethod
    def fields(self) -> dict[str, Any]:
        """What the steps hold, as JSON; of a page of one block."""

    def blocks(self) -> Iterator[Self]:
        """The steps as pages of one block."""
        if self.is_of_one:
            yield self
            return
        at, size = self.start, self.block_size
        while at < self.stop:
            k, first = divmod(at, size)
            block = self.block(k, first, min(size, first + self.stop - at))
            yield block
            at += block.stop - block.start

    @property
    def places(self) -> tuple[str, ...]:
        """The columns that say where a step is, where that does not follow from its row."""
        return () if self.is_of_one else (*self.channels, "index", *self.axes)

    @property
    def column_specs(self) -> TensorSpecs:
        return {
            **self.own_specs,
            **dict.fromkeys(self.places, (torch.int32, (self.stop - self.start,))),
        }

    def made(self, names: Sequence[str]) -> dict[str, Tensor]:
        specs = self.column_specs
        some = [block._with_places(names) for block in self.blocks()]
        if len(some) == 1:
            return {name: some[0][name] for name in names}
        return {
            name: torch.cat([columns[name] for columns in some]) if some else torch.empty(shape, dtype=dtype)
            for name in names
            for dtype, shape in (specs[name],)
        }

    def _with_places(self, names: Sequence[str]) -> dict[str, Tensor]:
        index, width = torch.arange(self.start, self.stop, dtype=torch.int32), self.block_width
        places = dict(zip(("index", *self.axes), (index, index // width, index % width), strict=True))
        places |= {name: torch.full_like(index, getattr(self, name)) for name in self.channels}
        others = [name for name in names if name not in places]
        return places | (self.own_columns(others) if others else {})

    def columns(self) -> dict[str, Tensor]:
        """One row for each step."""
        return self.made(list(self.column_specs))

    @property
    def metadata(self) -> dict[str, str]:
        lists = () if self.is_of_one else ("out_channels",)
        return {"page": to_json({k: v for k, v in self.envelope.items() if k not in lists}).decode()}

    def steps(self, *, named: bool = False) -> list[dict[str, Any]]:
        """The steps as JSON structures; `named`: with their channels, which those of several have always."""
        return [
            step | (block.place if named or not self.is_of_one else {})
            for block in self.blocks()
            for step in block.items(block.block_width, block.fields(), block.axes)
        ]

    def json(self) -> bytes:
        return to_json(self.envelope | {"steps": self.steps()})

    def lines(self) -> bytes:
        return b"".join(to_json(step) + b"\n" for step in self.steps(named=True))

    def safetensors(self) -> memoryview:
        return to_safetensors(self.columns(), self.metadata)

    def npz(self) -> bytes:
        return to_npz(self.columns())


G = TypeVar("G", bound=GradientPage)


def requested_gradients(page: G, stop: int | None, limits: Limits) -> G:
    """
    The page up to `stop` (None: to the last), if there are these steps and one answer may hold one of them.
    Raises ConvError, NoSuchTensor for a layer without a weight, and LimitExceeded.
    """
    page.check_channels()
    return requested_page(page, stop, limits, "no_such_gradients")
