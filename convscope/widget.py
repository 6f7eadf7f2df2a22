"""The stage as a widget: the window that is shown is the same on the page and in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import traitlets

from convscope.cells import (
    Cell,
    Traversal,
    cell_of,
    check_cell,
    check_traversal,
    figure_query,
    first_cell,
    index_of,
    is_drawn,
)
from convscope.client import Scene
from convscope.gradient_ledger import gradient_rows
from convscope.iframe_widget import IframeWidget
from convscope.ledger import as_table, fetch_step, rows_of
from convscope.still_picture import still_picture

_GRIDS: Final = {
    "x": "input", "k": "weight", "y": "output", "p": "tap", "s": "sum", "r": "running", "t": "total",
    "b": "bias", "e": "padding", "u": "upstream", "g": "gradient",
}  # fmt: skip
_PIN: Final = re.compile(r"([a-z])(\d+),(\d+),(\d+)")


class ScopeWidget(IframeWidget):
    """
    A layer under the cell that shows it; `convscope.show` makes it.

    cell: the window that is shown, as the output cell (o, i, j) that it makes; None: before the first. Of
    layers of one dimension i is 0. step: its index among the windows of the output channel. selected: the
    cell that the reader pinned, such as ("input", 0, 3, 4), or None. direction: "forward", or "input",
    "weight" or "bias": the gradient to it; reading: "gather", or "scatter": the gradient to the input as
    stamps. All five may be set and observed.

    In a gradient cell is the cell (c, i, j) of the input's, (o, c, u, v) of the weight's or (o, 0, 0) of the
    bias's that the step makes; of a stamp the input channel and the upstream cell that stamps. Another
    direction begins at its start.
    """

    _scene_id = traitlets.Unicode().tag(sync=True)
    direction = traitlets.Unicode("forward").tag(sync=True)
    reading = traitlets.Unicode("gather").tag(sync=True)
    _moment = traitlets.Dict().tag(sync=True)
    _pin = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    cell = traitlets.Any(None, allow_none=True)
    step = traitlets.Int(None, allow_none=True)
    selected = traitlets.Any(None, allow_none=True)

    def __init__(
        self,
        scene: Scene,
        *,
        direction: str = "forward",
        reading: str = "gather",
        language: str = "",
        theme: str = "",
    ) -> None:
        """
        language, theme: "en" or "zh-CN", "light" or "dark"; else the reader's. Raises ValueError for a
        direction or a reading that the layer does not have.
        """
        self.scene = scene
        self._following = False
        traversal = check_traversal(scene, Traversal(direction, reading))
        moment = {"cell": None, "beat": None}
        super().__init__(
            scene._client,
            language=language,
            theme=theme,
            _scene_id=scene.id,
            _moment=moment,
            **traversal._asdict(),
        )

    def __repr__(self) -> str:
        return f"ScopeWidget({self.scene!r})"

    def play(self) -> None:
        """Let time run, from the beginning where it is at its end."""
        self.send({"type": "play", "view": None})

    def pause(self) -> None:
        """Stop time."""
        self.send({"type": "pause", "view": None})

    def ledger(self) -> Any:
        """
        The sums of the window that is shown: a row for each input channel, with `patch`, `products`,
        `channel_sum` and `running_sum`, then one for the bias, whose running sum is the output. In a gradient
        those of its step: to the input a row for each output channel, to the weight one for each row of the
        output; `gradient_rows` names their columns. A frame of pandas where pandas is installed, else a list.
        Raises ConvscopeError.
        """
        if self._traversal.direction != "forward":
            return as_table(gradient_rows(self.scene, self._traversal, self._shown_cell()))
        return as_table(rows_of(fetch_step(self.scene, self._shown_cell())))

    def edit(self, **changes: Any) -> None:
        """
        Show the scene that `Scene.edit` makes of this one, at the same window; forward where it has no such
        gradient. Raises ConvscopeError.
        """
        self._set_scene(self.scene.edit(**changes))

    def _set_scene(self, scene: Scene) -> None:
        self.scene = scene
        try:
            check_traversal(scene, self._traversal)
        except ValueError:
            self.direction = "forward"
        self._scene_id = scene.id
        self._draw_still()

    def save(self, path: str | Path, **query: str | int) -> None:
        """
        Write the window or the gradient that is shown as a picture: .svg, or .tex for TikZ. query: as
        `Scene.figure` has it. Raises ValueError for another ending and for what is not drawn, the gradient to
        the input as stamps, and ConvscopeError.
        """
        target = Path(path)
        if target.suffix not in (".svg", ".tex"):
            raise ValueError(f"{target.name} ends neither in .svg nor in .tex")
        if not is_drawn(self._traversal):
            raise ValueError("no picture shows the gradient to the input as stamps")
        shown: dict[str, str | int] = figure_query(self._traversal, self._shown_cell())
        form: Any = target.suffix.removeprefix(".")
        target.write_text(self.scene.figure(form, **shown | query), "utf-8")

    def _shown_cell(self) -> Cell:
        return first_cell(self.scene, self._traversal) if self.cell is None else self.cell

    @property
    def _traversal(self) -> Traversal:
        return Traversal(self.direction, self.reading)

    # Moments: `_moment` and `_pin` are the page's, `cell`, `step` and `selected` say the same in Python.

    @contextmanager
    def _telling(self) -> Iterator[None]:
        self._following = True
        try:
            yield
        finally:
            self._following = False

    @traitlets.validate("cell")
    def _check_cell(self, proposal: Any) -> Cell | None:
        given = proposal["value"]
        if given is None:
            return None
        try:
            return check_cell(self.scene, given, self._traversal)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int | None:
        index = proposal["value"]
        if index is not None:
            cell = cell_of(self.scene, self._shown_cell(), index, self._traversal)
            self._check_cell({"value": cell})
        return None if index is None else int(index)

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> tuple[str, int, int, int] | None:
        given = proposal["value"]
        if given is None:
            return None
        grid, *at = given
        if grid not in _GRIDS.values() or len(at) != 3 or any(int(each) < 0 for each in at):
            raise traitlets.TraitError(f"selected is {given!r}, expected such as ('input', 0, 3, 4)")
        return (grid, *(int(each) for each in at))

    @traitlets.validate("direction", "reading")
    def _check_traversal(self, proposal: Any) -> str:
        name = proposal["trait"].name
        try:
            check_traversal(self.scene, self._traversal._replace(**{name: proposal["value"]}))
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
        return str(proposal["value"])

    @traitlets.observe("direction", "reading")
    def _traversal_changed(self, change: Any) -> None:
        """A pinned cell and a moment of one direction may be none of another."""
        # A page that goes to another direction tells both itself.
        if change["name"] != "direction" or self._moment.get("direction") != change["new"]:
            self.selected = None
            self._moment = {"cell": None, "beat": None}
        self._draw_still()

    @traitlets.observe("cell")
    def _cell_changed(self, change: Any) -> None:
        if self._following:
            return
        cell = change["new"]
        self._moment = {"cell": None if cell is None else [*cell], "beat": None}
        self._draw_still()

    @traitlets.observe("step")
    def _step_changed(self, change: Any) -> None:
        if not self._following:
            index = change["new"]
            self.cell = (
                None if index is None else cell_of(self.scene, self._shown_cell(), index, self._traversal)
            )

    @traitlets.observe("_moment")
    def _moment_changed(self, change: Any) -> None:
        cell = change["new"].get("cell")
        if change["new"].get("direction", self.direction) != self.direction:
            # A page that has yet to hear of this direction tells of the one before.
            self._moment = {**change["old"], "direction": self.direction}
            return
        sizes = first_cell(self.scene, self._traversal)
        with self._telling():
            self.cell = None if cell is None or len(cell) != len(sizes) else tuple(cell)
            self.step = None if self.cell is None else index_of(self.scene, self.cell, self._traversal)

    @traitlets.observe("selected")
    def _selected_changed(self, change: Any) -> None:
        if self._following:
            return
        cell = change["new"]
        letters = {grid: letter for letter, grid in _GRIDS.items()}
        self._pin = None if cell is None else letters[cell[0]] + ",".join(map(str, cell[1:]))

    @traitlets.observe("_pin")
    def _pin_changed(self, change: Any) -> None:
        found = _PIN.fullmatch(change["new"] or "")
        with self._telling():
            known = found is not None and found[1] in _GRIDS
            self.selected = (
                (_GRIDS[found[1]], *(int(each) for each in found.groups()[1:])) if found and known else None
            )

    # What the page asks for, and what a notebook keeps.

    def _find_document(self, _: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        own = self._traversal._asdict() if self._traversal.direction != "forward" else {}
        return f"/widget/{self.scene.id}", {"controls": "all"} | own

    def _go_on_with(self, summary: dict[str, Any], view: str) -> None:
        """What the reader has typed into one view is the widget's scene: the others show it too."""
        scene = Scene(self._client, {name: part for name, part in summary.items() if name != "initial"})
        self.send({"type": "edited", "view": view, "scene": scene.id})
        self._set_scene(scene)

    def _still(self) -> str:
        languages = self._languages or "en"
        return still_picture(self.scene, self._shown_cell(), self._still_key, languages, self._traversal)
