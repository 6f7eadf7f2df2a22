/**
 * The stage under the pointer: questions, zoom, scrolling; and its tints.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {Frame} from '../frame.js'
 * @import {AnyFrame} from '../views.js'
 * @import {View, Zoom} from '../geometry.js'
 * @import {Rect} from '../types.js'
 */

import { effect } from '../../vendor/signals-core-1.14.5.js';
import { contains, pan, zoomAt } from '../geometry.js';
import { inSlot, READABLE } from '../layout.js';
import { sameCell } from '../questions.js';
import { cellUnder, isSheet } from '../views.js';
import { find } from './dom.js';

/** Pixels of the wheel that make a channel, and those that double a cell. */
const WHEEL = 60;
const DOUBLE = 300;

/** Pixels that tell a drag from a click. */
const DRAG = 4;

/** @param {State} state @param {HTMLCanvasElement} canvas @param {Translate} t @param {() => AnyFrame|null} shown */
export function stage(state, canvas, t, shown) {
  const onStage = () => {
    const frame = shown();
    return frame && !isSheet(frame) ? frame : null;
  };
  tints(state, canvas, t);
  questions(state, canvas, shown);
  wheel(state, canvas, onStage);
  dragging(state, canvas, onStage);
}

/** @param {State} state @param {HTMLCanvasElement} canvas @param {() => AnyFrame|null} shown */
function questions(state, canvas, shown) {
  const under = (/** @type {MouseEvent} */ event) => {
    const frame = shown();
    return frame && cellUnder(frame, event.offsetX, event.offsetY);
  };
  const ask = (/** @type {MouseEvent} */ event) => state.ask(under(event));
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch') return;
    const cell = under(event);
    if (!sameCell(cell, state.hover.peek())) state.hover.value = cell;
  });
  canvas.addEventListener('pointerleave', () => {
    state.hover.value = null;
  });
  canvas.addEventListener('click', (event) => {
    if (state.dragged) return;
    if (/** @type {PointerEvent} */ (event).pointerType === 'touch') state.pin.value = under(event);
    else ask(event);
  });
  canvas.addEventListener('dblclick', ask);
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') state.hover.value = state.pin.value = null;
  });
}

/** The grid under a point that can be zoomed: its place, view and name. @param {Frame} frame @param {number} x @param {number} y @returns {{name: 'input'|'output', place: Rect, view: View}|null} */
function zoomable(frame, x, y) {
  const { layout: at } = frame;
  if (contains(at.output, x, y) && at.outputCell < READABLE) return { name: 'output', place: at.output, view: frame.outputView };
  if (at.cell >= READABLE) return null;
  for (const { slot } of frame.rows) {
    const place = inSlot(at, at.input, slot);
    if (contains(place, x, y)) return { name: 'input', place, view: inSlot(at, frame.inputView, slot) };
  }
  return null;
}

/** @param {State} state @param {'input'|'output'} name @param {Zoom} zoom */
function setZoom(state, name, zoom) {
  state.following.value = false;
  state.zoom.value = { ...state.zoom.peek(), [name]: zoom };
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
      const now = { scale: grid.view.cell / (grid.name === 'input' ? frame.layout.cell : frame.layout.outputCell), row: 0, col: 0 };
      setZoom(state, grid.name, zoomAt(grid.place, grid.view, now, 2 ** (-event.deltaY / DOUBLE), event.offsetX, event.offsetY));
      return;
    }
    if (!frame.layout.bars) return;
    event.preventDefault();
    turned += event.deltaY;
    const rows = Math.trunc(turned / WHEEL);
    turned -= rows * WHEEL;
    if (rows) state.scroll.value = Math.min(Math.max(frame.first + rows, 0), frame.model.subject.channels - frame.layout.visible);
  }, { passive: false });
}

/** A zoomed grid moves with the hand; the bars scroll the channels. @param {State} state @param {HTMLCanvasElement} canvas @param {() => Frame|null} shown */
function dragging(state, canvas, shown) {
  /** @type {{x: number, y: number, move: (dx: number, dy: number, y: number) => void}|null} */
  let drag = null;
  canvas.addEventListener('pointerdown', (event) => {
    state.dragged = false;
    const frame = shown();
    if (!frame || event.button !== 0) return;
    const move = barsMove(state, frame, event) ?? gridMove(state, frame, event);
    if (!move) return;
    drag = { x: event.offsetX, y: event.offsetY, move };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!drag) return;
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    state.dragged ||= Math.hypot(dx, dy) > DRAG;
    if (state.dragged) drag.move(dx, dy, event.offsetY);
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => (drag = null));
}

/** @param {State} state @param {Frame} frame @param {PointerEvent} event */
function barsMove(state, { layout: at, model }, event) {
  const { bars } = at;
  if (!bars || !contains(bars, event.offsetX, event.offsetY)) return null;
  const move = (/** @type {number} */ _dx, /** @type {number} */ _dy, /** @type {number} */ y) => {
    const channel = Math.floor(((y - bars.y) / bars.height) * model.subject.channels - at.visible / 2);
    state.scroll.value = Math.min(Math.max(channel, 0), model.subject.channels - at.visible);
  };
  move(0, 0, event.offsetY);
  return move;
}

/** @param {State} state @param {Frame} frame @param {PointerEvent} event */
function gridMove(state, frame, event) {
  const grid = zoomable(frame, event.offsetX, event.offsetY);
  const zoom = grid && state.zoom.peek()[grid.name];
  if (!zoom || zoom.scale === 1) return null;
  return (/** @type {number} */ dx, /** @type {number} */ dy) => setZoom(state, grid.name, pan(grid.view, zoom, grid.place, dx, dy));
}

/** @param {State} state @param {HTMLCanvasElement} canvas @param {Translate} t */
function tints(state, canvas, t) {
  const box = find('#tints', HTMLInputElement);
  const room = find('#tints-room', HTMLElement);
  box.onchange = () => {
    state.tinted.value = box.checked;
  };
  effect(() => {
    box.checked = state.tinted.value;
  });
  effect(() => {
    const shapes = state.scene.value?.summary.shapes;
    if (!shapes) return;
    room.hidden = shapes.input[0] !== 3 || Math.min(shapes.input[1], shapes.input[2]) < 24;
    canvas.setAttribute('aria-label', t(`${state.shownView.value}.label`, { input: shapes.input.join('×'), output: shapes.output.join('×') }));
  });
}
