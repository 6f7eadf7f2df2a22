/**
 * The stage's grids for keyboard and screen reader: the same cells, a few around the cursor at a time, however large the
 * tensor is. The focused cell is asked about, as if the pointer were on it.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {Model} from '../frame.js'
 * @import {Cell} from '../questions.js'
 * @import {AnyFrame} from '../views.js'
 * @import {Editable} from '../editable.js'
 */

import { effect } from '@preact/signals-core';
import { follow, sliceOffset } from '../geometry.js';
import { inSlot } from '../layout.js';
import { fullText } from '../ledger.js';
import { isSheet } from '../views.js';
import { find, make } from './dom.js';

/** Rows and columns around the cursor that are in the document. */
const SEEN = 5;

/** @typedef {'input'|'weight'|'output'} GridName */

/** @param {State} state @param {Translate} t @param {() => Model|null} model @param {() => AnyFrame|null} frame */
export function cells(state, t, model, frame) {
  for (const name of /** @type {const} */ (['input', 'weight', 'output'])) grid(state, t, model, frame, name);
}

/** @param {State} state @param {Translate} t @param {() => Model|null} model @param {() => AnyFrame|null} frame @param {GridName} name */
function grid(state, t, model, frame, name) {
  const root = find(`#cells-${name}`, HTMLElement);
  /** @type {Cell} */
  let cursor = { grid: name, channel: 0, row: 0, col: 0 };
  const show = () => {
    const shown = model();
    root.hidden = !shown || (name === 'weight' && !shown.weight);
    if (shown && !root.hidden) paint(root, state, t, shown, cursor);
  };
  const go = (/** @type {Cell} */ to) => {
    cursor = to;
    if (document.activeElement === root) {
      state.hover.value = cursor;
      reveal(state, frame(), cursor);
    }
    show();
  };
  root.addEventListener('focus', () => go(cursor));
  root.addEventListener('blur', () => {
    state.hover.value = null;
  });
  root.addEventListener('keydown', (event) => {
    const shown = model();
    const to = shown && moved(shown, cursor, event.key);
    if (to && to.grid === 'output' && to.channel !== cursor.channel) state.chooseOutput(to.channel);
    else if (to) go(to);
    else if (event.key === 'Enter') state.ask(cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  effect(() => {
    state.scene.value;
    state.outputsKnown.value;
    const o = state.outChannel.value;
    const shown = model();
    if (!shown) return;
    const [rows, cols, channels] = size(shown, name);
    cursor = {
      grid: name,
      channel: name === 'output' ? o : Math.min(cursor.channel, channels - 1),
      row: Math.min(cursor.row, rows - 1), col: Math.min(cursor.col, cols - 1),
    };
    if (name === 'output' && document.activeElement === root) state.hover.value = cursor;
    show();
  });
}

/** Rows, columns and channels. @param {Model} model @param {GridName} name @returns {[number, number, number]} */
function size({ summary, subject }, name) {
  const { input, output } = summary.shapes;
  if (name === 'input') return [input[1], input[2], input[0]];
  if (name === 'output') return [output[1], output[2], output[0]];
  return [subject.kernel[0], subject.kernel[1], input[0]];
}

/** Where a key takes the cursor, or null. @param {Model} model @param {Cell} cell @param {string} key @returns {Cell|null} */
function moved(model, cell, key) {
  const [rows, cols, channels] = size(model, /** @type {GridName} */ (cell.grid));
  const inside = (/** @type {number} */ at, /** @type {number} */ count) => Math.min(Math.max(at, 0), count - 1);
  switch (key) {
    case 'ArrowLeft': return { ...cell, col: inside(cell.col - 1, cols) };
    case 'ArrowRight': return { ...cell, col: inside(cell.col + 1, cols) };
    case 'ArrowUp': return { ...cell, row: inside(cell.row - 1, rows) };
    case 'ArrowDown': return { ...cell, row: inside(cell.row + 1, rows) };
    case 'Home': return { ...cell, col: 0 };
    case 'End': return { ...cell, col: cols - 1 };
    case 'PageUp': return { ...cell, channel: inside(cell.channel - 1, channels) };
    case 'PageDown': return { ...cell, channel: inside(cell.channel + 1, channels) };
    default: return null;
  }
}

/** @param {HTMLElement} root @param {State} state @param {Translate} t @param {Model} model @param {Cell} cursor */
function paint(root, state, t, model, cursor) {
  const name = /** @type {GridName} */ (cursor.grid);
  const [rows, cols] = size(model, name);
  root.setAttribute('aria-label', t(`cells.${name}`, { channel: cursor.channel, output: state.outChannel.peek() }));
  root.setAttribute('aria-rowcount', String(rows));
  root.setAttribute('aria-colcount', String(cols));
  const first = (/** @type {number} */ at, /** @type {number} */ count) => Math.max(0, Math.min(at - Math.floor(SEEN / 2), count - SEEN));
  const [top, left] = [first(cursor.row, rows), first(cursor.col, cols)];
  root.replaceChildren(...Array.from({ length: Math.min(SEEN, rows) }, (_, i) => {
    const row = make('div');
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', String(top + i + 1));
    row.append(...Array.from({ length: Math.min(SEEN, cols) }, (__, j) => cellOf(state, model, { ...cursor, row: top + i, col: left + j })));
    return row;
  }));
  root.setAttribute('aria-activedescendant', idOf(cursor));
}

/** @param {Cell} cell */
function idOf({ grid, row, col }) {
  return `cell-${grid}-${row}-${col}`;
}

/** @param {State} state @param {Model} model @param {Cell} cell */
function cellOf(state, model, cell) {
  const value = valueOf(state, model, cell);
  const element = make('span', '', value === null ? '…' : fullText(value, model.summary.dtype));
  element.id = idOf(cell);
  element.setAttribute('role', 'gridcell');
  element.setAttribute('aria-colindex', String(cell.col + 1));
  return element;
}

/** The number in a cell, or null while it is on its way. @param {State} state @param {Model} model @param {Cell} cell @returns {number|null} */
export function valueOf(state, model, { grid, channel, row, col }) {
  const { input, output } = model.summary.shapes;
  if (grid === 'input') return model.input.data[(channel * input[1] + row) * input[2] + col] ?? null;
  if (grid === 'output') return state.scene.peek()?.outputs.get(channel)?.data[row * output[2] + col] ?? null;
  const offset = sliceOffset(model.summary, state.outChannel.peek(), channel);
  return model.weight?.data[offset + row * model.subject.kernel[1] + col] ?? null;
}

/** Brings a cell into sight: its channel among the rows, its place in a zoomed grid. @param {State} state @param {AnyFrame|null} frame @param {Editable} cell */
export function reveal(state, frame, cell) {
  if (!frame || isSheet(frame) || cell.grid === 'bias') return;
  const { layout: at, model, first } = frame;
  const hidden = cell.grid !== 'output' && (cell.channel < first || cell.channel >= first + at.visible);
  if (hidden) state.scroll.value = Math.min(Math.max(cell.channel - Math.floor(at.visible / 2), 0), model.subject.channels - at.visible);
  const name = cell.grid === 'output' ? 'output' : 'input';
  const zoom = state.zoom.peek()[name];
  if (cell.grid === 'weight' || zoom.scale === 1) return;
  const { top, left } = name === 'input' ? model.plane : { top: 0, left: 0 };
  const [row, col] = [cell.row + top, cell.col + left];
  const [place, view] = name === 'input' ? [inSlot(at, at.input, 0), frame.inputView] : [at.output, frame.outputView];
  state.following.value = false;
  state.zoom.value = { ...state.zoom.peek(), [name]: follow(place, view, zoom, row, row + 1, col, col + 1) };
}
