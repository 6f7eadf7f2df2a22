"""The still picture of a step, for readers without scripts: what the stage shows at its moment."""

from __future__ import annotations

from collections.abc import Sequence

from app.lessons.lesson_files import Step
from app.services.figures.colors import Theme
from app.services.figures.drawing import Drawing
from app.services.figures.gradient import weight_gradient_figure
from app.services.figures.gradient_layout import draw_gradient
from app.services.figures.matrix import draw_matrix
from app.services.figures.window import PARTS, OutputCells, Part, Window, WindowFigure
from app.services.figures.window_layout import draw_window
from app.services.gradients.weight_steps import first_in_channel


def draw_step(step: Step, theme: Theme, language: str) -> Drawing:
    """Raises ValueError for what no figure draws."""
    window = Window(*step.cell)
    shown = step.description.direction, step.description.view
    if shown == ("weight", "stage"):
        out_channel, row, col = step.cell
        in_channel = first_in_channel(step.scene, out_channel)
        figure = weight_gradient_figure(step.scene, out_channel, in_channel, row, col, "through")
        return draw_gradient(figure, PARTS, theme, language)
    if shown == ("forward", "matrix"):
        return draw_matrix(step.scene, window, theme, language)
    if shown not in (("forward", "stage"), ("forward", "scatter")):
        raise ValueError(f"step {step.name}: no figure draws {' and '.join(shown)}")
    return draw_window(step_figure(step), step_parts(step), theme, language)


def step_figure(step: Step) -> WindowFigure:
    """The window at the step's moment, with no number that is still to come."""
    cells: OutputCells = "through" if step.has_placed_window else "before"
    return WindowFigure(step.scene, Window(*step.cell), cells, summed=_summed(step), whole_layer=True)


def step_parts(step: Step) -> Sequence[Part]:
    """What is there at this moment."""
    return PARTS if _summed(step) else ("input", "kernel", "output")


def _summed(step: Step) -> int:
    """The channels whose products have been added up: at the usual granularity a tick adds one."""
    channels = step.scene.plan.channels_per_step
    if step.has_placed_window:
        return channels
    is_by_channel = step.description.granularity in (None, "channel")
    return min(step.description.tick or 0, channels) if is_by_channel else 0
