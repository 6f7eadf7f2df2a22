/**
 * Large grids on the stage: zoom and pan by wheel, drag, fingers and buttons; the list of channels scrolls.
 */

import { effect } from '@preact/signals-core';
import type { Zoom } from '../model/geometry.ts';
import { containsPoint, UNZOOMED } from '../model/geometry.ts';
import type { Rect } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import type { AnyFrame } from '../views/registry.ts';
import { isMatrixFrame } from '../views/registry.ts';
import { findElement } from '../views/shared/dom.ts';
import { READABLE_CELL } from '../views/shared/text_fit.ts';
import type { GridView } from '../views/shared/zoom.ts';
import { panBy, zoomAtPoint } from '../views/shared/zoom.ts';
import type { StageFrame } from '../views/stage/frame.ts';
import { rectInSlot } from '../views/stage/layout.ts';

interface Grid {
  name: 'input' | 'output';
  place: Rect;
  view: GridView;
}

/** Pixels of the wheel that make a channel, and those that double a cell. */
const WHEEL = 60;
const DOUBLE = 300;

/** How much a press of a button zooms. */
const STEP = 2;

/** Pixels that tell a drag from a click. */
const DRAG = 4;

export function setUpPanAndZoom(state: AppState, canvas: HTMLCanvasElement, shown: () => AnyFrame | null) {
  const onStage = () => {
    const frame = shown();
    return frame && !isMatrixFrame(frame) ? frame : null;
  };
  setUpWheel(state, canvas, onStage);
  setUpPinch(state, canvas, onStage, setUpDragging(state, canvas, onStage));
  setUpZoomButtons(state, canvas, onStage);
}

/** The grid under a point that can be zoomed. */
function zoomable(frame: StageFrame, x: number, y: number): Grid | null {
  const { layout: at } = frame;
  if (containsPoint(at.output, x, y) && at.outputCell < READABLE_CELL) return outputGrid(frame);
  const slot =
    at.cell < READABLE_CELL
      ? frame.rows.find((row) => containsPoint(rectInSlot(at, at.input, row.slot), x, y))?.slot
      : undefined;
  return slot === undefined ? null : inputGrid(frame, slot);
}

function inputGrid({ layout: at, inputView }: StageFrame, slot: number): Grid {
  return { name: 'input', place: rectInSlot(at, at.input, slot), view: rectInSlot(at, inputView, slot) };
}

function outputGrid({ layout: at, outputView }: StageFrame): Grid {
  return { name: 'output', place: at.output, view: outputView };
}

function setZoom(state: AppState, name: 'input' | 'output', to: Zoom) {
  state.zoom.value = { ...state.zoom.peek(), [name]: to };
}

/** The reader chooses what is in sight. */
function zoomBy(
  state: AppState,
  frame: StageFrame,
  { name, place, view }: Grid,
  factor: number,
  x: number,
  y: number,
) {
  const scale = view.cell / (name === 'input' ? frame.layout.cell : frame.layout.outputCell);
  state.following.value = false;
  setZoom(state, name, zoomAtPoint(place, view, { scale, row: 0, col: 0 }, factor, x, y));
}

function setUpWheel(state: AppState, canvas: HTMLCanvasElement, shown: () => StageFrame | null) {
  let turned = 0;
  canvas.addEventListener(
    'wheel',
    (event) => {
      const frame = shown();
      if (!frame) return;
      const grid = zoomable(frame, event.offsetX, event.offsetY);
      if (grid) {
        event.preventDefault();
        zoomBy(state, frame, grid, 2 ** (-event.deltaY / DOUBLE), event.offsetX, event.offsetY);
        return;
      }
      if (!frame.layout.bars) return;
      event.preventDefault();
      turned += event.deltaY;
      const rows = Math.trunc(turned / WHEEL);
      turned -= rows * WHEEL;
      if (rows) scrollTo(state, frame, frame.first + rows);
    },
    { passive: false },
  );
}

/** first: visible channel. */
function scrollTo(state: AppState, { model, layout }: StageFrame, first: number) {
  state.firstChannel.value = Math.min(Math.max(first, 0), model.subject.channels - layout.visible);
}

/** A zoomed grid moves with the hand; the bars scroll the channels. */
function setUpDragging(
  state: AppState,
  canvas: HTMLCanvasElement,
  shown: () => StageFrame | null,
): { active: () => boolean; stop: () => void } {
  let drag: { x: number; y: number; move: (dx: number, dy: number, y: number) => void } | null = null;
  const stop = () => (drag = null);
  canvas.addEventListener('pointerdown', (event) => {
    state.dragged = false;
    const frame = shown();
    if (!frame || event.button !== 0 || !event.isPrimary) return;
    const move = barsMove(state, frame, event) ?? gridMove(state, frame, event);
    if (!move) return;
    drag = { x: event.offsetX, y: event.offsetY, move };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!drag || !event.isPrimary) return;
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    state.dragged ||= Math.hypot(dx, dy) > DRAG;
    if (state.dragged) drag.move(dx, dy, event.offsetY);
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, stop);
  return { active: () => drag !== null, stop };
}

function barsMove(state: AppState, frame: StageFrame, event: PointerEvent) {
  const { bars, visible } = frame.layout;
  if (!bars || !containsPoint(bars, event.offsetX, event.offsetY)) return null;
  const move = (_dx: number, _dy: number, y: number) => {
    scrollTo(
      state,
      frame,
      Math.floor(((y - bars.y) / bars.height) * frame.model.subject.channels - visible / 2),
    );
  };
  move(0, 0, event.offsetY);
  return move;
}

function gridMove(state: AppState, frame: StageFrame, event: PointerEvent) {
  const grid = zoomable(frame, event.offsetX, event.offsetY);
  const now = grid && state.zoom.peek()[grid.name];
  if (!now || now.scale === 1) return null;
  return (dx: number, dy: number) => {
    state.following.value = false;
    setZoom(state, grid.name, panBy(grid.view, now, grid.place, dx, dy));
  };
}

/** Two fingers zoom; what one finger drags does not scroll the page. */
function setUpPinch(
  state: AppState,
  canvas: HTMLCanvasElement,
  shown: () => StageFrame | null,
  drag: ReturnType<typeof setUpDragging>,
) {
  let span = 0;
  canvas.addEventListener(
    'touchstart',
    (event) => {
      const frame = shown();
      const two = between(event.touches, canvas);
      span = 0;
      if (!frame || !two || !zoomable(frame, two.x, two.y)) return;
      drag.stop();
      event.preventDefault();
      ({ span } = two);
    },
    { passive: false },
  );
  canvas.addEventListener(
    'touchmove',
    (event) => {
      const [frame, two] = [shown(), between(event.touches, canvas)];
      if (drag.active() || span > 0) event.preventDefault();
      const grid = frame && two && span > 0 ? zoomable(frame, two.x, two.y) : null;
      if (!frame || !two || !grid) return;
      state.dragged = true;
      zoomBy(state, frame, grid, two.span / span, two.x, two.y);
      ({ span } = two);
    },
    { passive: false },
  );
}

/** The middle between two fingers, and how far apart they are. */
function between(touches: TouchList, canvas: HTMLCanvasElement) {
  const [a, b] = touches;
  if (!a || !b || touches.length !== 2) return null;
  const box = canvas.getBoundingClientRect();
  return {
    x: (a.clientX + b.clientX) / 2 - box.left,
    y: (a.clientY + b.clientY) / 2 - box.top,
    span: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
  };
}

/** Both grids, round the window, which stays in sight. */
function setUpZoomButtons(state: AppState, canvas: HTMLCanvasElement, shown: () => StageFrame | null) {
  const room = findElement('#zoom-room', HTMLElement);
  const press = (factor: number) => {
    const frame = shown();
    if (!frame) return;
    for (const grid of gridsOf(frame)) {
      const [x, y] = windowIn(frame, grid);
      zoomBy(state, frame, grid, factor, x, y);
    }
    state.following.value = true;
  };
  findElement('#zoom-in', HTMLButtonElement).onclick = () => press(STEP);
  findElement('#zoom-out', HTMLButtonElement).onclick = () => press(1 / STEP);
  const out = findElement('#zoom-out', HTMLButtonElement);
  effect(() => {
    const { input, output } = state.zoom.value;
    out.disabled = input === UNZOOMED && output === UNZOOMED;
  });
  // Which grids are heat maps shows when they are laid out.
  const look = () =>
    requestAnimationFrame(() => {
      const frame = shown();
      room.hidden = !frame || gridsOf(frame).length === 0;
    });
  effect(() => {
    state.scene.value;
    state.shownView.value;
    requestAnimationFrame(look);
  });
  new ResizeObserver(look).observe(canvas);
}

/** The grids that are too large for numbers. */
function gridsOf(frame: StageFrame): Grid[] {
  const { cell, outputCell } = frame.layout;
  return [
    cell < READABLE_CELL ? inputGrid(frame, 0) : null,
    outputCell < READABLE_CELL ? outputGrid(frame) : null,
  ].filter((grid) => grid !== null);
}

/** Where the window's middle is. */
function windowIn({ target, row, col }: StageFrame, { name, view }: Grid): [number, number] {
  const middle = (line: number[]) => {
    const found = line.filter(Number.isFinite);
    return found.length ? (Math.min(...found) + Math.max(...found) + 1) / 2 : 0;
  };
  const [i, j] = name === 'input' ? [middle(target.rows), middle(target.cols)] : [row + 0.5, col + 0.5];
  return [view.x + j * view.cell, view.y + i * view.cell];
}
