/**
 * Questions and the ledger: the answer in words, in the place of what happens now; terms, sums and the stage's cells
 * light one another.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {Model} from '../frame.js'
 * @import {Ledger} from '../ledger.js'
 * @import {Answer, Cell} from '../questions.js'
 * @import {Step} from '../types.js'
 */

import { effect } from '@preact/signals-core';
import { inChannels } from '../geometry.js';
import { fullText, tapsOf, termPlaces } from '../ledger.js';
import { answer, isSum, sameCell } from '../questions.js';
import { valueOf } from './cells.js';
import { find, setText } from './dom.js';

/** @param {State} state @param {Translate} t @param {() => Model|null} model */
export function answers(state, t, model) {
  const now = find('#now', HTMLElement);
  effect(() => {
    state.outputsKnown.value;
    const [question, shown] = [state.asked.value, model()];
    const text = question && shown ? answerText(state, t, shown, question.cell) : '';
    now.dataset.asked = text;
    const note = question?.pinned ? ` ${t('ask.pinned')}` : '';
    setText(now, text ? text + note : now.dataset.happens ?? '');
  });
}

/** @param {State} state @param {Translate} t @param {Model} model @param {Cell} cell */
function answerText(state, t, model, cell) {
  const o = state.outChannel.value;
  if (isSum(cell)) return sumText(state, t, model, cell, o);
  if (cell.grid === 'tap') return tapText(state, t, model, cell, o);
  const found = answer(model, cell, { row: 0, col: 0 });
  const value = numberText(model, valueOf(state, model, cell));
  const name = nameOf(cell, o);
  if (cell.grid === 'input') return reachText(t, model, found, name, value);
  const cells = (found.inputs?.plane.rows.length ?? 0) * (found.inputs?.plane.cols.length ?? 0);
  if (cell.grid === 'weight') return t('ask.weight', { cell: name, value, cells, channel: cell.channel });
  const channels = found.inputs?.channels.length ?? 0;
  return t(channels === 1 ? 'ask.output.one' : 'ask.output', { cell: name, value, cells, channels });
}

/** `Y[0, 1, 2]` @param {Cell} cell @param {number} o  the output channel shown */
function nameOf({ grid, channel, row, col }, o) {
  if (grid === 'weight') return `K[${o}, ${channel}, ${row}, ${col}]`;
  return `${grid === 'input' ? 'X' : 'Y'}[${channel}, ${row}, ${col}]`;
}

/** All of a number's digits. @param {Model} model @param {number|null|undefined} value */
function numberText({ summary }, value) {
  return typeof value === 'number' ? fullText(value, summary.dtype) : '…';
}

/** @param {Translate} t @param {Model} model @param {Answer} found @param {string} cell @param {string} value */
function reachText(t, { summary, weight }, found, cell, value) {
  const channels = weight ? summary.shapes.output[0] / (summary.operation.groups ?? 1) : 1;
  return t(channels === 1 ? 'ask.input.one' : 'ask.input', { cell, value, cells: found.outputs.length, channels });
}

/** @param {State} state @param {Translate} t @param {Model} model @param {Cell} cell @param {number} o */
function tapText(state, t, model, { channel, row, col }, o) {
  const step = state.step.value;
  const index = inChannels(model.summary, o).indexOf(channel);
  const x = numberText(model, step?.patch[index]?.[row]?.[col]);
  const product = numberText(model, step?.products[index]?.[row]?.[col]);
  if (!model.weight) return product === x ? x : `${x} → ${product}`;
  return t('ask.tap', { x, product, w: numberText(model, valueOf(state, model, { grid: 'weight', channel, row, col })) });
}

/** A sum without rounding. @param {State} state @param {Translate} t @param {Model} model @param {Cell} cell @param {number} o */
function sumText(state, t, model, { grid, channel }, o) {
  const step = state.step.value;
  const index = inChannels(model.summary, o).indexOf(channel);
  const { kind } = model.summary.operation;
  if (!model.weight) return t(kind === 'max_pool2d' ? 'now.max' : 'now.mean', { sum: numberText(model, step?.output) });
  if (grid === 'total') {
    const output = nameOf({ grid: 'output', channel: o, row: step?.row ?? 0, col: step?.col ?? 0 }, o);
    return t('ask.total', { output, value: numberText(model, step?.output) });
  }
  const sums = grid === 'sum' ? step?.channel_sums : step?.running_sums;
  return t(`ask.${grid}`, { channel, value: numberText(model, sums?.[index]) });
}

/** @param {State} state @param {{value: Ledger|null, peek: () => Ledger|null}} printed  what the ledger shows */
export function terms(state, printed) {
  const room = find('.ledger', HTMLElement);
  const ask = (/** @type {MouseEvent} */ event) => {
    const cell = cellUnder(printed.peek(), event);
    if (!sameCell(cell, state.hover.peek())) state.hover.value = cell;
  };
  room.addEventListener('pointermove', ask);
  room.addEventListener('pointerleave', () => {
    state.hover.value = null;
  });
  room.addEventListener('click', (event) => {
    if (/** @type {PointerEvent} */ (event).pointerType === 'touch') state.pin.value = cellUnder(printed.peek(), event);
  });
  if (!('highlights' in CSS)) return;
  effect(() => {
    const cell = state.asked.value?.cell ?? null;
    light(room, placesOf(room, printed.value, state.step.value, cell));
  });
}

/** The term or the sum under the pointer. @param {Ledger|null} printed @param {MouseEvent} event @returns {Cell|null} */
function cellUnder(printed, event) {
  const holder = event.target instanceof Element ? event.target.closest('[data-grid]') : null;
  if (!(holder instanceof HTMLElement) || !printed) return null;
  const { grid, channel: text } = holder.dataset;
  const channel = Number(text);
  if (grid !== 'tap') return { grid: /** @type {Cell['grid']} */ (grid), channel, row: 0, col: 0 };
  const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const line = printed.lines.find((found) => found.channel === channel);
  if (!line || caret?.offsetNode.parentNode !== holder) return null;
  const at = termPlaces(caret.offsetNode.textContent ?? '').findIndex(([from, to]) => caret.offset >= from && caret.offset <= to);
  const tap = tapsOf(printed, line)[at];
  return tap ? { grid, channel, row: tap[0], col: tap[1] } : null;
}

/** Where the ledger says what the cell is. @param {HTMLElement} room @param {Ledger|null} printed @param {Step|null} step @param {Cell|null} cell @returns {Range[]} */
function placesOf(room, printed, step, cell) {
  if (!cell || !step || !printed) return [];
  const of = (/** @type {string} */ grid) => [...room.querySelectorAll(`[data-grid="${grid}"][data-channel="${cell.channel}"]`)];
  if (isSum(cell)) return of(cell.grid).map((holder) => rangeIn(holder.firstChild, 0, holder.textContent?.length ?? 0)).filter((range) => range !== null);
  const tap = tapOf(step, cell);
  const line = printed.lines.find(({ channel }) => channel === cell.channel);
  const at = tap && line ? tapsOf(printed, line).findIndex(([u, v]) => u === tap[0] && v === tap[1]) : -1;
  if (at < 0) return [];
  return of('tap').map(({ firstChild: text }) => {
    const place = termPlaces(text?.textContent ?? '')[at];
    return place ? rangeIn(text, ...place) : null;
  }).filter((range) => range !== null);
}

/** The kernel cell through which the step shown has to do with a cell. @param {Step} step @param {Cell} cell @returns {[number, number]|null} */
function tapOf(step, { grid, row, col }) {
  if (grid === 'output') return null;
  const [u, v] = grid === 'input' ? [step.input_rows.indexOf(row), step.input_cols.indexOf(col)] : [row, col];
  return u < 0 || v < 0 ? null : [u, v];
}

/** @param {Node|null} text @param {number} start @param {number} end */
function rangeIn(text, start, end) {
  if (!text) return null;
  const range = new Range();
  range.setStart(text, start);
  range.setEnd(text, end);
  return range;
}

/** @param {HTMLElement} room @param {Range[]} ranges */
function light(room, ranges) {
  room.classList.toggle('is-asked', ranges.length > 0);
  if (ranges.length === 0) CSS.highlights.delete('asked');
  else CSS.highlights.set('asked', new Highlight(...ranges));
}
