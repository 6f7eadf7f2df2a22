/** The stage: large grids zoom and pan by wheel, drag, fingers and buttons; the list of channels scrolls. */

import { effect } from '@preact/signals-core';
import type { Zoom } from '../model/geometry.ts';
import { containsPoint, UNZOOMED } from '../model/geometry.ts';
import type { Rect } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import type { AppContext } from '../views/app_context.ts';
import { isMatrixFrame } from '../views/registry.ts';
import { findElement } from '../views/shared/dom.ts';
import { READABLE_CELL } from '../views/shared/text_fit.ts';
import type { GridView } from '../views/shared/zoom.ts';
import { panBy, zoomAtPoint } from '../views/shared/zoom.ts';
import type { ChannelFrame } from '../views/stage/channel_frame.ts';
import { rectInSlot } from '../views/stage/layout.ts';
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
    return frame && !isMatrixFrame(frame) ? frame : null;
  };
  const gridUnder = (x: number, y: number) => {
    const frame = stageFrame();
    return frame && findLargeGrid(frame, x, y);
  };
  setUpWheel(state, canvas, stageFrame);
  const drag = setUpDrag(state, canvas, (event) => {
    const frame = stageFrame();
    return frame && (beginBarsDrag(state, frame, event) ?? beginGridDrag(state, frame, event));
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
  const { layout, rows } = frame;
  if (containsPoint(layout.output, x, y)) return outputGrid(frame);
  const row = rows.find(({ slot }) => containsPoint(rectInSlot(layout, layout.input, slot), x, y));
  return row ? inputGrid(frame, row.slot) : null;
}

function inputGrid({ layout, inputView }: ChannelFrame, slot: number): LargeGrid | null {
  if (layout.cell >= READABLE_CELL) return null;
  return {
    name: 'input',
    place: rectInSlot(layout, layout.input, slot),
    view: rectInSlot(layout, inputView, slot),
    scale: inputView.cell / layout.cell,
  };
}

function outputGrid({ layout, outputView }: ChannelFrame): LargeGrid | null {
  if (layout.outputCell >= READABLE_CELL) return null;
  const scale = outputView.cell / layout.outputCell;
  return { name: 'output', place: layout.output, view: outputView, scale };
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
      if (!frame || !(grid || frame.layout.bars)) return;
      event.preventDefault();
      if (grid) {
        zoomBy(state, grid, 2 ** (-event.deltaY / WHEEL_PER_DOUBLING), event.offsetX, event.offsetY);
        return;
      }
      turned += event.deltaY;
      const channels = Math.trunc(turned / WHEEL_PER_CHANNEL);
      turned -= channels * WHEEL_PER_CHANNEL;
      if (channels) scrollToChannel(state, frame, frame.firstChannel + channels);
    },
    { passive: false },
  );
}

function scrollToChannel(state: AppState, { model, layout }: ChannelFrame, first: number) {
  state.firstChannel.value = Math.min(Math.max(first, 0), model.subject.channels - layout.visibleRows);
}

/** The bars scroll the channels. */
function beginBarsDrag(state: AppState, frame: ChannelFrame, event: PointerEvent): DragMove | null {
  const { bars, visibleRows } = frame.layout;
  if (!bars || !containsPoint(bars, event.offsetX, event.offsetY)) return null;
  const scroll = (y: number) => {
    const share = (y - bars.y) / bars.height;
    scrollToChannel(state, frame, Math.floor(share * frame.model.subject.channels - visibleRows / 2));
  };
  scroll(event.offsetY);
  return (_dx, _dy, y) => scroll(y);
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
    requestAnimationFrame(update);
  });
  new ResizeObserver(update).observe(canvas);
}

function largeGridsOf(frame: ChannelFrame): LargeGrid[] {
  return [inputGrid(frame, 0), outputGrid(frame)].filter((grid) => grid !== null);
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
