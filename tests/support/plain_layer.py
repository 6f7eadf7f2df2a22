"""Layers in plain Python, with room for whatever somebody may get wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

Body = dict[str, Any]
Cell = tuple[int, int, int]


@dataclass(frozen=True)
class PlainLayer:
    """A convolution or pooling of nested lists; the same padding on opposite sides."""

    kind: str
    x: Any
    w: Any
    b: Any
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    kernel: tuple[int, int]

    @classmethod
    def of(cls, body: Body) -> PlainLayer:
        operation, w = body["operation"], body.get("weight", {}).get("data")
        if operation["kind"].endswith("1d"):
            return cls._of_signal(body, operation, w)
        kernel = operation.get("kernel_size") or (len(w[0][0]), len(w[0][0][0]))
        sides = operation["padding"]
        return cls(
            operation["kind"], body["input"]["data"], w, body.get("bias", {}).get("data"),
            tuple(operation["stride"]), (sides["top"], sides["left"]), tuple(operation["dilation"]),
            operation.get("groups", 1), tuple(kernel),
        )  # fmt: skip

    @classmethod
    def _of_signal(cls, body: Body, operation: Body, w: Any) -> PlainLayer:
        """As a layer of height 1."""
        return cls(
            operation["kind"].replace("1d", "2d"), one_row(body["input"]["data"], 1), one_row(w, 2),
            body.get("bias", {}).get("data"), (1, operation["stride"]), (0, operation["padding"]["left"]),
            (1, operation["dilation"]), operation.get("groups", 1),
            (1, operation.get("kernel_size") or len(w[0][0])),
        )  # fmt: skip

    def but(self, **fields: Any) -> PlainLayer:
        return replace(self, **fields)

    @property
    def shape(self) -> Cell:
        sizes = zip(
            (len(self.x[0]), len(self.x[0][0])),
            self.padding,
            self.dilation,
            self.kernel,
            self.stride,
            strict=True,
        )
        if self.kind == "conv_transpose2d":
            rows, cols = ((n - 1) * s - 2 * p + d * (k - 1) + 1 for n, p, d, k, s in sizes)
            return len(self.w[0]) * self.groups, rows, cols
        rows, cols = ((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, p, d, k, s in sizes)
        return (len(self.x) if self.w is None else len(self.w)), rows, cols

    def has(self, cell: Cell) -> bool:
        return all(0 <= at < size for at, size in zip(cell, self.shape, strict=True))

    def channels(self, out_channel: int) -> range:
        """The input channels that an output channel reads."""
        if self.w is None:
            return range(out_channel, out_channel + 1)
        count = len(self.x) // self.groups
        group = out_channel // (self.shape[0] // self.groups)
        return range(group * count, (group + 1) * count)

    def taps(self, cell: Cell) -> list[tuple[int, int, int, int]]:
        """(u, v, row, col) of every kernel cell that reads an input cell."""
        _, i, j = cell
        found = []
        for u in range(self.kernel[0]):
            for v in range(self.kernel[1]):
                row, col = self._source(0, i, u), self._source(1, j, v)
                if row is not None and col is not None:
                    found.append((u, v, row, col))
        return found

    def _source(self, axis: int, at: int, tap: int) -> int | None:
        size = len(self.x[0]) if axis == 0 else len(self.x[0][0])
        stride, padding, dilation = self.stride[axis], self.padding[axis], self.dilation[axis]
        if self.kind == "conv_transpose2d":
            place = at + padding - tap * dilation
            source = place // stride if place % stride == 0 else -1
        else:
            source = at * stride - padding + tap * dilation
        return source if 0 <= source < size else None

    def weight(self, out: int, channel: int, u: int, v: int) -> float:
        within = channel - self.channels(out).start
        if self.kind == "conv_transpose2d":
            return float(self.w[channel][out % len(self.w[0])][u][v])
        return float(self.w[out][within][u][v])

    def sums(self, cell: Cell) -> list[float]:
        """One sum for each channel, without the bias."""
        taps = self.taps(cell)
        return [
            sum(self.x[c][row][col] * self.weight(cell[0], c, u, v) for u, v, row, col in taps)
            for c in self.channels(cell[0])
        ]

    def bias(self, cell: Cell) -> float:
        return float(self.b[cell[0]]) if self.b else 0.0

    def value(self, cell: Cell) -> float:
        read = [self.x[cell[0]][row][col] for _, _, row, col in self.taps(cell)] if self.w is None else []
        if self.kind == "max_pool2d":
            return float(max(read))
        if self.kind == "avg_pool2d":
            return float(sum(read)) / (self.kernel[0] * self.kernel[1])
        return sum(self.sums(cell)) + self.bias(cell)

    def output(self) -> Any:
        channels, rows, cols = self.shape
        return [[[self.value((o, i, j)) for j in range(cols)] for i in range(rows)] for o in range(channels)]

    def inputs(self, cell: Cell) -> set[Cell]:
        """The input cells that an output cell is made of."""
        taps = self.taps(cell)
        return {(c, row, col) for c in self.channels(cell[0]) for _, _, row, col in taps}


def flipped(w: Any) -> Any:
    return [[[row[::-1] for row in plane[::-1]] for plane in planes] for planes in w]


def transposed(w: Any) -> Any:
    return [[[list(col) for col in zip(*plane, strict=True)] for plane in planes] for planes in w]


def one_row(nested: Any, depth: int) -> Any:
    """Lists of a signal, which are `depth` levels down, as planes of one row; None stays."""
    if nested is None:
        return None
    return [nested] if depth == 0 else [one_row(each, depth - 1) for each in nested]
