"""Draws a network from its inputs to its outputs, in columns that wrap as lines of text do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal, get_args

from torch import Tensor

from app.i18n.languages import figure_texts
from app.i18n.plurals import fill_in
from app.services.figures.colors import PALETTES, Theme, scale_colors
from app.services.figures.drawing import GAP, Box, Drawing, Line, Sheet, Text, Tile, text_width, wrap
from app.services.figures.numbers import Number
from app.services.networks.figure_columns import Columns, GraphNode, arrange, graph_nodes
from app.services.networks.figure_rows import LANE_HEIGHT, WIDTH, Place, lay_rows, routes
from app.services.networks.figure_tiles import TileGrid, most_cells, sampling, tile_cells, tile_grid
from app.store.network_store import StoredNetwork

NetworkPart = Literal["pictures", "shapes", "counts"]
NETWORK_PARTS: Final[tuple[NetworkPart, ...]] = get_args(NetworkPart)
# Nodes that are drawn; the rest is named.
MAX_NODES: Final = 400
_MARGIN: Final = 20.0
_PADDING: Final = 9.0
_ROOM: Final = WIDTH - 2 * _PADDING
_TYPE: Final = 13.0
_SMALL: Final = 11.0
_LINE: Final = 16.0
_PICTURE_HEIGHT: Final = 90.0
# Of more nodes the pictures are lower.
_MANY: Final = 40
_LOW_PICTURE_HEIGHT: Final = 48.0
_LEAST_WIDTH: Final = 400.0


def draw_network(
    network: StoredNetwork,
    tensor_of: Callable[[str], Tensor],
    parts: Sequence[NetworkPart],
    theme: Theme,
    language: str,
    cells: int,
) -> Drawing:
    """
    The drawing of a network in one of LANGUAGES. tensor_of: the numbers on an edge; cells: how many the
    pictures of channels may have together.
    """
    return _Layout(network, tensor_of, parts, theme, language, cells).draw()


class _Layout:
    def __init__(
        self,
        network: StoredNetwork,
        tensor_of: Callable[[str], Tensor],
        parts: Sequence[NetworkPart],
        theme: Theme,
        language: str,
        cells: int,
    ) -> None:
        self.network, self.tensor_of, self.parts, self.language = network, tensor_of, parts, language
        self.palette = PALETTES[theme]
        self.scale = scale_colors(self.palette, GAP)
        self.texts = figure_texts(language)
        self.nodes = graph_nodes(network, MAX_NODES)
        self.columns: Columns = arrange(self.nodes)
        high = _PICTURE_HEIGHT if len(self.nodes) <= _MANY else _LOW_PICTURE_HEIGHT
        self.grids = [self._grid(node, high) for node in self.nodes]
        shown = [grid for grid in self.grids if grid is not None]
        self.most = most_cells(shown, cells)
        if self.most is None:
            self.grids = [None] * len(self.nodes)
        self.has_gaps = self.is_sampled = self.is_shortened = False

    def _grid(self, node: GraphNode, height: float) -> TileGrid | None:
        if "pictures" not in self.parts or not node.outputs:
            return None
        edge = node.outputs[0]
        kept = self.network.tensors.get(edge.name)
        return None if kept is None else tile_grid(edge.shape, _ROOM, height)

    def say(self, key: str, **params: object) -> str:
        return fill_in(self.texts[f"network.{key}"], self.language, params)

    def draw(self) -> Drawing:
        nodes = self.network.nodes
        totals = {
            "parameters": self.network.parameters,
            "work": sum(node.multiply_adds for node in nodes),
        }
        title = self.say("summary", nodes=len(nodes))
        written = {name: f"{count:,}" for name, count in totals.items()}
        summary = f"{title}: {self.say('totals', **written)}"
        self.drawing = Drawing(summary, self.say("description"), self.palette.paper)
        self._text(_MARGIN, _MARGIN + 15, title, 17, bold=True)
        runs = _filled(self.texts["network.totals"], totals)
        self.drawing.texts.append(Text(_MARGIN, _MARGIN + 35, runs, _TYPE, self.palette.muted))
        bottom = self._draw_graph(_MARGIN + 52)
        widest = max(text_width(title, 17), text_width("".join(map(_read, runs)), _TYPE))
        self.drawing.width = max(self.drawing.width, widest + 2 * _MARGIN, _LEAST_WIDTH)
        self.drawing.height = self._draw_notes(bottom) + _MARGIN
        return self.drawing

    def _draw_graph(self, top: float) -> float:
        """The y below it."""
        items = self.columns.items
        heights = [[LANE_HEIGHT if i.node is None else self._height(i.node) for i in each] for each in items]
        rows = lay_rows(self.columns, heights, _MARGIN, top)
        for points, arrow, level in routes(self.columns, rows):
            self.drawing.lines.append(Line(points, self.palette.muted, 1.2, arrow, level))
        for column, places in zip(items, rows.places, strict=True):
            for item, place in zip(column, places, strict=True):
                if item.node is not None:
                    self._draw_node(item.node, place)
        self.drawing.width = rows.width
        return rows.bottom

    def _height(self, index: int) -> float:
        node, grid = self.nodes[index], self.grids[index]
        lines = 1 + ("shapes" in self.parts)
        if "counts" in self.parts:
            lines += bool(node.parameters) + bool(node.multiply_adds)
        picture = 0.0
        if grid is not None:
            picture = grid.size[1] + 8 + (_LINE - 2 if grid.shown < grid.channels else 0)
        return _PADDING + _LINE + lines * _LINE + picture + _PADDING / 2

    def _draw_node(self, index: int, box: Place) -> None:
        node, grid, palette = self.nodes[index], self.grids[index], self.palette
        self.drawing.boxes.append(
            Box(box.x, box.y, WIDTH, box.height, palette.paper, palette.line, 1.2, radius=6)
        )
        x, y = box.x + _PADDING, box.y + _PADDING + 9
        title, second = (node.op, node.name) if node.op is not None else (node.name, self.say("input"))
        self._text(x, y, self._shortened(title, _TYPE), _TYPE, bold=True)
        y += _LINE
        self._text(x, y, self._shortened(second, _SMALL), _SMALL, muted=True)
        if grid is not None:
            y += 8
            self._draw_sheet(node, grid, x, y)
            y += grid.size[1]
            if grid.shown < grid.channels:
                y += _LINE - 2
                part = self.say("channels", shown=grid.shown, channels=grid.channels)
                self._text(x, y, part, 9.5, muted=True)
        if "shapes" in self.parts:
            y += _LINE
            self._draw_shape(node, x, y)
        if "counts" in self.parts:
            for key, count in (("parameters", node.parameters), ("work", node.multiply_adds)):
                if count:
                    y += _LINE
                    self._draw_count(self.say(key), count, x, y)

    def _draw_sheet(self, node: GraphNode, grid: TileGrid, x: float, y: float) -> None:
        assert self.most is not None
        every = sampling(grid, self.most)
        self.is_sampled |= every != (1, 1)
        cells = tile_cells(self.tensor_of(node.outputs[0].name), grid, every)
        self.has_gaps |= bool((cells == GAP).any())
        tiles = []
        for i, plane in enumerate(cells):
            left, top = grid.corner(i)
            tiles.append(Tile(x + left, y + top, grid.width, grid.height, plane))
        self.drawing.sheets.append(Sheet(x, y, *grid.size, tiles, self.scale))

    def _draw_shape(self, node: GraphNode, x: float, y: float) -> None:
        shape = node.outputs[0].shape if node.outputs else None
        runs: list[str | Number] = ["?"] if shape is None else []
        for i, length in enumerate(shape or ()):
            runs += [*([" × "] if i else []), Number(str(length), str(length))]
        if shape == ():
            runs = [self.say("scalar")]
        size = _fitting(_SMALL + 0.5, "".join(map(_read, runs)), _ROOM)
        self.drawing.texts.append(Text(x, y, runs, size, self.palette.text, bold=True))

    def _draw_count(self, label: str, count: int, x: float, y: float) -> None:
        """The label at the left, the number at the right."""
        number = Number(f"{count:,}", str(count))
        size = _fitting(_SMALL, f"{label}  {number.text}", _ROOM)
        self._text(x, y, label, size, muted=True)
        end = x + _ROOM
        self.drawing.texts.append(Text(end, y, [number], size, self.palette.text, "end"))

    def _text(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, muted: bool = False
    ) -> None:
        color = self.palette.muted if muted else self.palette.text
        self.drawing.texts.append(Text(x, y, [text], size, color, bold=bold))

    def _shortened(self, text: str, size: float) -> str:
        """A name is a stranger's; of a long one the end says most."""
        clean = "".join(letter if letter.isprintable() else "?" for letter in text)
        if text_width(clean, size) <= _ROOM:
            return clean
        self.is_shortened = True
        kept = clean[-200:]
        while text_width(f"…{kept}", size) > _ROOM:
            kept = kept[1:]
        return f"…{kept}"

    def _draw_notes(self, y: float) -> float:
        """What the colours mean, and what is not drawn; the y below."""
        y += 12
        for note in self._notes():
            for line in wrap(note, _SMALL, self.drawing.width - 2 * _MARGIN):
                y += _SMALL + 5
                self._text(_MARGIN, y, line, _SMALL, muted=True)
        return y

    def _notes(self) -> list[str]:
        total = len(self.network.nodes)
        said = {
            "note.nodes": total > MAX_NODES,
            "note.edges": self.columns.skipped > 0,
            "note.noPictures": self.most is None,
            "note.scale": any(grid is not None for grid in self.grids),
            "note.sampled": self.is_sampled,
            "note.gaps": self.has_gaps,
            "note.shortened": self.is_shortened,
        }
        params = {"drawn": MAX_NODES, "nodes": total, "edges": self.columns.skipped}
        return [self.say(key, **params) for key, is_so in said.items() if is_so]


def _filled(text: str, counts: dict[str, int]) -> list[str | Number]:
    """A text with numbers in place of its parameters."""
    parts = re.split(r"\{(\w+)\}", text)
    numbers = {name: Number(f"{count:,}", str(count)) for name, count in counts.items()}
    return [numbers[part] if i % 2 else part for i, part in enumerate(parts) if part]


def _read(run: str | Number) -> str:
    return run if isinstance(run, str) else run.text


def _fitting(size: float, text: str, room: float) -> float:
    """A size of type in which a text has room."""
    return round(min(size, size * room / max(text_width(text, size), 1)), 2)
