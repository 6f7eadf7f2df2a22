/**
 * Large grids on the stage: zoom and pan by wheel, drag, fingers and buttons; the list of channels scrolls.
 *
 * @import {State} from '../state.js'
 * @import {Frame} from '../frame.js'
 * @import {AnyFrame} from '../views.js'
 * @import {View, Zoom} from '../geometry.js'
 * @import {Rect} from '../types.js'
 *
 * @typedef {{name: 'input'|'output', place: Rect, view: View}} Grid
 */

import { effect } from '@preact/signals-core';
import { contains, pan, WHOLE, zoomAt } from '../geometry.js';
import { inSlot, READABLE } from '../layout.js';
import { isSheet } from '../views.js';
import { find } from './dom.js';

/** Pixels of the wheel that make a channel, and those that double a cell. */
const WHEEL = 60;
const DOUBLE = 300;

/** How much a press of a button zooms. */
const STEP = 2;

/** Pixels that tell a drag from a click. */
const DRAG = 4;

/** @param {State} state @param {HTMLCanvasElement} canvas @param {() => AnyFrame|null} shown */
export function zoom(state, canvas, shown) {
  const onStage = () => {
    const frame = shown();
    return frame && !isSheet(frame) ? frame : null;
  };
  wheel(state, canvas, onStage);
  fingers(state, canvas, onStage, dragging(state, canvas, onStage));
  buttons(state, canvas, onStage);
}

/** The grid under a point that can be zoomed. @param {Frame} frame @param {number} x @param {number} y @returns {Grid|null} */
function zoomable(frame, x, y) {
  const { layout: at } = frame;
  if (contains(at.output, x, y) && at.outputCell < READABLE) return outputGrid(frame);
  const slot = at.cell < READABLE ? frame.rows.find((row) => contains(inSlot(at, at.input, row.slot), x, y))?.slot : undefined;
  return slot === undefined ? null : inputGrid(frame, slot);
}

/** @param {Frame} frame @param {number} slot @returns {Grid} */
function inputGrid({ layout: at, inputView }, slot) {
  return { name: 'input', place: inSlot(at, at.input, slot), view: inSlot(at, inputView, slot) };
}

/** @param {Frame} frame @returns {Grid} */
function outputGrid({ layout: at, outputView }) {
  return { name: 'output', place: at.output, view: outputView };
}

/** @param {State} state @param {'input'|'output'} name @param {Zoom} to */
function setZoom(state, name, to) {
  state.zoom.value = { ...state.zoom.peek(), [name]: to };
}

/** The reader chooses what is in sight. @param {State} state @param {Frame} frame @param {Grid} grid @param {number} factor @param {number} x @param {number} y */
function zoomBy(state, frame, { name, place, view }, factor, x, y) {
  const scale = view.cell / (name === 'input' ? frame.layout.cell : frame.layout.outputCell);
  state.following.value = false;
  setZoom(state, name, zoomAt(place, view, { scale, row: 0, col: 0 }, factor, x, y));
}

/** @param {State} state @param {HTMLCanvasElement} canvas @param {() => Frame|null} shown */
function wheel(state, canvas, shown) {
  let turned = 0;
  canvas.addEventListener('wheel', (event) => {
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
  }, { passive: false });
}

/** @param {State} state @param {Frame} frame @param {number} first  visible channel */
function scrollTo(state, { model, layout }, first) {
  state.scroll.value = Math.min(Math.max(first, 0), model.subject.channels - layout.visible);
}

/** A zoomed grid moves with the hand; the bars scroll the channels. @param {State} state @param {HTMLCanvasElement} canvas @param {() => Frame|null} shown @returns {{active: () => boolean, stop: () => void}} */
function dragging(state, canvas, shown) {
  /** @type {{x: number, y: number, move: (dx: number, dy: number, y: number) => void}|null} */
  let drag = null;
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

/** @param {State} state @param {Frame} frame @param {PointerEvent} event */
function barsMove(state, frame, event) {
  const { bars, visible } = frame.layout;
  if (!bars || !contains(bars, event.offsetX, event.offsetY)) return null;
  const move = (/** @type {number} */ _dx, /** @type {number} */ _dy, /** @type {number} */ y) => {
    scrollTo(state, frame, Math.floor(((y - bars.y) / bars.height) * frame.model.subject.channels - visible / 2));
  };
  move(0, 0, event.offsetY);
  return move;
}

/** @param {State} state @param {Frame} frame @param {PointerEvent} event */
function gridMove(state, frame, event) {
  const grid = zoomable(frame, event.offsetX, event.offsetY);
  const now = grid && state.zoom.peek()[grid.name];
  if (!now || now.scale === 1) return null;
  return (/** @type {number} */ dx, /** @type {number} */ dy) => {
    state.following.value = false;
    setZoom(state, grid.name, pan(grid.view, now, grid.place, dx, dy));
  };
}

/** Two fingers zoom; what one finger drags does not scroll the page. @param {State} state @param {HTMLCanvasElement} canvas @param {() => Frame|null} shown @param {ReturnType<typeof dragging>} drag */
function fingers(state, canvas, shown, drag) {
  let span = 0;
  canvas.addEventListener('touchstart', (event) => {
    const frame = shown();
    const two = between(event.touches, canvas);
    span = 0;
    if (!frame || !two || !zoomable(frame, two.x, two.y)) return;
    drag.stop();
    event.preventDefault();
    ({ span } = two);
  }, { passive: false });
  canvas.addEventListener('touchmove', (event) => {
    const [frame, two] = [shown(), between(event.touches, canvas)];
    if (drag.active() || span > 0) event.preventDefault();
    const grid = frame && two && span > 0 ? zoomable(frame, two.x, two.y) : null;
    if (!frame || !two || !grid) return;
    state.dragged = true;
    zoomBy(state, frame, grid, two.span / span, two.x, two.y);
    ({ span } = two);
  }, { passive: false });
}

/** The middle between two fingers, and how far apart they are. @param {TouchList} touches @param {HTMLCanvasElement} canvas */
function between(touches, canvas) {
  const [a, b] = touches;
  if (!a || !b || touches.length !== 2) return null;
  const box = canvas.getBoundingClientRect();
  return {
    x: (a.clientX + b.clientX) / 2 - box.left, y: (a.clientY + b.clientY) / 2 - box.top,
    span: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
  };
}

/** Both grids, round the window, which stays in sight. @param {State} state @param {HTMLCanvasElement} canvas @param {() => Frame|null} shown */
function buttons(state, canvas, shown) {
  const room = find('#zoom-room', HTMLElement);
  const press = (/** @type {number} */ factor) => {
    const frame = shown();
    if (!frame) return;
    for (const grid of gridsOf(frame)) {
      const [x, y] = windowIn(frame, grid);
      zoomBy(state, frame, grid, factor, x, y);
    }
    state.following.value = true;
  };
  find('#zoom-in', HTMLButtonElement).onclick = () => press(STEP);
  find('#zoom-out', HTMLButtonElement).onclick = () => press(1 / STEP);
  const out = find('#zoom-out', HTMLButtonElement);
  effect(() => {
    const { input, output } = state.zoom.value;
    out.disabled = input === WHOLE && output === WHOLE;
  });
  // Which grids are heat maps shows when they are laid out.
  const look = () => requestAnimationFrame(() => {
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

/** The grids that are too large for numbers. @param {Frame} frame @returns {Grid[]} */
function gridsOf(frame) {
  const { cell, outputCell } = frame.layout;
  return [cell < READABLE ? inputGrid(frame, 0) : null, outputCell < READABLE ? outputGrid(frame) : null].filter((grid) => grid !== null);
}

/** Where the window's middle is. @param {Frame} frame @param {Grid} grid @returns {[number, number]} */
function windowIn({ target, row, col }, { name, view }) {
  const middle = (/** @type {number[]} */ line) => {
    const found = line.filter(Number.isFinite);
    return found.length ? (Math.min(...found) + Math.max(...found) + 1) / 2 : 0;
  };
  const [i, j] = name === 'input' ? [middle(target.rows), middle(target.cols)] : [row + 0.5, col + 0.5];
  return [view.x + j * view.cell, view.y + i * view.cell];
}
