/** The stage: large grids zoom and pan by wheel, drag, fingers and buttons; the list of channels scrolls. */

import { effect } from '@preact/signals-core';
import type { Zoom } from '../model/geometry.ts';
import { containsPoint, UNZOOMED } from '../model/geometry.ts';
import type { Rect } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import type { AppContext } from '../views/app_context.ts';
import { isChannelFrame } from '../views/registry.ts';
import { findElement } from '../views/shared/dom.ts';
import type { GridView } from '../views/shared/zoom.ts';
import { panBy, zoomAtPoint } from '../views/shared/zoom.ts';
import type { ChannelFrame } from '../views/stage/channel_frame.ts';
import { currentOutput } from '../views/stage/channel_frame.ts';
import type { GridPlace } from '../views/stage/grid_places.ts';
import { inputFit } from '../views/stage/input_plane.ts';
import { outputFit } from '../views/stage/output.ts';
import type { DragMove } from './drag.ts';
import { setUpDrag } from './drag.ts';
import { setUpPinch } from './pinch.ts';

/** A grid that is too large for numbers: its place on the stage, and the whole grid's rectangle. */
interface LargeGrid {
  name: 'input' | 'output';
  place: Rect;
  view: GridView;
  scale: number;
}

/** Pixels of the wheel that scroll by a channel. */
const WHEEL_PER_CHANNEL = 60;

/** Pixels of the wheel that double a cell. */
export const WHEEL_PER_DOUBLING = 300;

/** How much a press of a button zooms. */
const BUTTON_FACTOR = 2;

export function setUpPanAndZoom({ state, canvas, shown }: AppContext) {
  const stageFrame = () => {
    const frame = shown();
    return isChannelFrame(frame) ? frame : null;
  };
  const gridUnder = (x: number, y: number) => {
    const frame = stageFrame();
    return frame && findLargeGrid(frame, x, y);
  };
  setUpWheel(state, canvas, stageFrame);
  const drag = setUpDrag(state, canvas, (event) => {
    const frame = stageFrame();
    return frame && beginGridDrag(state, frame, event);
  });
  setUpPinch(
    canvas,
    drag,
    (x, y) => gridUnder(x, y) !== null,
    (factor, x, y) => {
      const grid = gridUnder(x, y);
      state.dragged = true;
      if (grid) zoomBy(state, grid, factor, x, y);
    },
  );
  setUpZoomButtons(state, canvas, stageFrame);
}

function findLargeGrid(frame: ChannelFrame, x: number, y: number): LargeGrid | null {
  const under = ({ place, thumbnail }: GridPlace) => !thumbnail && containsPoint(place, x, y);
  const output = frame.outputPlaces.find(under);
  if (output) return outputGrid(frame, output);
  const plane = frame.planes.find(under);
  return plane ? inputGrid(frame, plane) : null;
}

function inputGrid(frame: ChannelFrame, { place, view }: GridPlace): LargeGrid | null {
  const { cell } = frame.layout;
  return inputFit(frame, cell).readable ? null : { name: 'input', place, view, scale: view.cell / cell };
}

function outputGrid(frame: ChannelFrame, { place, view }: GridPlace): LargeGrid | null {
  const { outputCell } = frame.layout;
  if (outputFit(frame, outputCell).readable) return null;
  return { name: 'output', place, view, scale: view.cell / outputCell };
}

function setZoom(state: AppState, name: LargeGrid['name'], zoom: Zoom) {
  state.following.value = false;
  state.zoom.value = { ...state.zoom.peek(), [name]: zoom };
}

/** The cell under (x, y) stays there. */
function zoomBy(state: AppState, grid: LargeGrid, factor: number, x: number, y: number) {
  const { name, place, view, scale } = grid;
  setZoom(state, name, zoomAtPoint(place, view, { scale, row: 0, col: 0 }, factor, x, y));
}

function setUpWheel(state: AppState, canvas: HTMLCanvasElement, stageFrame: () => ChannelFrame | null) {
  let turned = 0;
  canvas.addEventListener(
    'wheel',
    (event) => {
      const frame = stageFrame();
      const grid = frame && findLargeGrid(frame, event.offsetX, event.offsetY);
      const scrolls = frame && visibleCount(frame) < frame.model.subject.channels;
      if (!frame || !(grid || scrolls)) return;
      event.preventDefault();
      if (grid) {
        zoomBy(state, grid, 2 ** (-event.deltaY / WHEEL_PER_DOUBLING), event.offsetX, event.offsetY);
        return;
      }
      turned += event.deltaY;
      const channels = Math.trunc(turned / WHEEL_PER_CHANNEL);
      turned -= channels * WHEEL_PER_CHANNEL;
      if (channels) scrollToChannel(state, frame, frame.planeChannel + channels);
    },
    { passive: false },
  );
}

/** Channels in sight at a time. */
function visibleCount({ rows }: ChannelFrame) {
  return rows.length;
}

function scrollToChannel(state: AppState, { model }: ChannelFrame, first: number) {
  state.firstChannel.value = Math.min(Math.max(first, 0), model.subject.channels - 1);
}

/** A zoomed grid moves with the pointer. */
function beginGridDrag(state: AppState, frame: ChannelFrame, event: PointerEvent): DragMove | null {
  const grid = findLargeGrid(frame, event.offsetX, event.offsetY);
  const zoom = grid && state.zoom.peek()[grid.name];
  if (!zoom || zoom.scale === 1) return null;
  return (dx, dy) => setZoom(state, grid.name, panBy(grid.view, zoom, grid.place, dx, dy));
}

/** Both grids, round the window, which stays in sight. */
function setUpZoomButtons(state: AppState, canvas: HTMLCanvasElement, stageFrame: () => ChannelFrame | null) {
  const [larger, smaller] = [
    findElement('#zoom-in', HTMLButtonElement),
    findElement('#zoom-out', HTMLButtonElement),
  ];
  const zoom = (factor: number) => {
    const frame = stageFrame();
    if (!frame) return;
    for (const grid of largeGridsOf(frame)) zoomBy(state, grid, factor, ...windowCentre(frame, grid));
    state.following.value = true;
  };
  larger.onclick = () => zoom(BUTTON_FACTOR);
  smaller.onclick = () => zoom(1 / BUTTON_FACTOR);
  effect(() => {
    const { input, output } = state.zoom.value;
    smaller.disabled = input === UNZOOMED && output === UNZOOMED;
  });
  // Which grids are large shows when they are laid out.
  const update = () =>
    requestAnimationFrame(() => {
      const frame = stageFrame();
      findElement('#zoom-controls', HTMLElement).hidden = !frame || largeGridsOf(frame).length === 0;
    });
  effect(() => {
    state.scene.value;
    state.shownView.value;
    state.direction.value;
    requestAnimationFrame(update);
  });
  new ResizeObserver(update).observe(canvas);
}

function largeGridsOf(frame: ChannelFrame): LargeGrid[] {
  const plane = frame.planes.find(({ thumbnail }) => !thumbnail);
  const grids = [plane && inputGrid(frame, plane), outputGrid(frame, currentOutput(frame))];
  return grids.filter((grid) => grid !== null && grid !== undefined);
}

/** The middle of the window, in CSS pixels. */
function windowCentre({ targetWindow, row, col }: ChannelFrame, { name, view }: LargeGrid): [number, number] {
  const middle = (line: number[]) => {
    const inside = line.filter(Number.isFinite);
    return inside.length ? (Math.min(...inside) + Math.max(...inside) + 1) / 2 : 0;
  };
  const [i, j] =
    name === 'input' ? [middle(targetWindow.rows), middle(targetWindow.cols)] : [row + 0.5, col + 0.5];
  return [view.x + j * view.cell, view.y + i * view.cell];
}
