/**
 * The step in words and numbers, as text and as a table, and what happens now.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {Ledger, Line} from '../ledger.js'
 * @import {StampLedger} from '../stampledger.js'
 * @import {Position} from '../timeline.js'
 * @import {Cell} from '../questions.js'
 */

import { effect } from '../../vendor/signals-core-1.14.5.js';
import { layerOf } from '../frame.js';
import { inChannels } from '../geometry.js';
import { fullText, ledger, lineText, sentence, signedSum, sumsText, termPlaces } from '../ledger.js';
import { answer, sameCell } from '../questions.js';
import { stampLedger, stampSentence, sumText } from '../stampledger.js';
import { valueOf } from './cells.js';
import { find, make, setText, unhurried } from './dom.js';

/** @import {Model} from '../frame.js' */

/** Beyond these the sentence tells the channel sums only, and the table the lines around the one at work. */
const MOST_TERMS = 28;
const MOST_SUMS = 16;
const MOST_LINES = 8;

/** @param {State} state @param {Translate} t @param {() => Model|null} model */
export function words(state, t, model) {
  const write = writer(t);
  asked(state, t, model);
  termsUnderPointer(state);
  const tell = unhurried(() => {
    const [step, stamped, position, layer] = [state.step.peek(), state.stamp.peek(), state.position.peek(), model()];
    if (!position || !layer || !(step ?? stamped)) return;
    const named = layerOf(layer, position.outChannel, inChannels(layer.summary, position.outChannel));
    if (stamped) write(stampTelling(t, stampLedger(stamped, { ...named, width: layer.summary.shapes.output[2] }), position), position, state.playing.peek(), layer.summary.id);
    else if (step) write(stepTelling(t, ledger(step, named), position), position, state.playing.peek(), layer.summary.id);
  });
  effect(() => {
    state.step.value;
    state.stamp.value;
    state.position.value;
    tell(state.playing.value);
  });
}

/**
 * @typedef {{
 *   key: string, happens: string, sentence: () => string, heads: string[], rows: () => HTMLElement[],
 * }} Telling
 *   key: changes with what the table shows; heads: its columns' names, by text key
 */

const STEP_HEADS = ['ledger.channel', 'ledger.terms', 'ledger.sum', 'ledger.running'];
const STAMP_HEADS = ['ledger.cell', 'ledger.stamp', 'ledger.adds', 'ledger.now'];

/** @param {Translate} t @param {Ledger} printed @param {Position} position @returns {Telling} */
function stepTelling(t, printed, position) {
  const first = firstLine(printed, position);
  return {
    key: `${printed.cell} ${first}`, happens: happening(t, printed, position), sentence: () => told(printed),
    heads: STEP_HEADS, rows: () => table(t, printed, first),
  };
}

/** @param {Translate} t @param {StampLedger} printed @param {Position} position @returns {Telling} */
function stampTelling(t, printed, position) {
  return {
    key: `stamp ${printed.cell}`, happens: stampHappening(t, printed, position), sentence: () => stampSentence(printed),
    heads: STAMP_HEADS, rows: () => stampTable(printed),
  };
}

/** @param {Translate} t */
function writer(t) {
  const text = find('#sentence', HTMLElement);
  const now = find('#now', HTMLElement);
  const body = find('#ledger-lines', HTMLTableSectionElement);
  const heads = [...find('.ledger table', HTMLTableElement).querySelectorAll('thead th')];
  const live = find('#spoken', HTMLElement);
  let key = '';
  /** @param {Telling} telling @param {Position} position @param {boolean} playing @param {string} scene */
  return ({ key: shown, happens, sentence, heads: names, rows }, position, playing, scene) => {
    if (now.dataset.happens !== happens) {
      now.dataset.happens = happens;
      if (!now.dataset.asked) setText(now, happens);
    }
    if (!playing) setText(live, position.place > 0 ? sentence() : happens);
    const fresh = `${scene} ${shown}`;
    if (fresh !== key) {
      key = fresh;
      setText(text, sentence());
      heads.forEach((head, k) => setText(head, t(names[k] ?? '')));
      body.replaceChildren(...rows());
    }
    for (const row of body.rows) row.classList.toggle('is-active', row.dataset.line === String(position.active));
  };
}

/** @param {StampLedger} printed */
function stampTable({ lines, whole }) {
  return lines.slice(0, MOST_LINES).map((line) => {
    const row = make('tr');
    row.append(heading(line.cell), make('td', '', sumText(line, whole)), make('td', 'number', line.adds), make('td', 'number', line.now));
    return row;
  });
}

/** @param {Translate} t @param {StampLedger} printed @param {Position} position */
function stampHappening(t, { cell, values }, position) {
  if (position.place > 0) return t('scatter.place', { cell });
  if (position.slide < 1) return t('scatter.slide', { cell });
  return t('scatter.multiply', { cell, values });
}

/** The answer takes the place of what happens while a cell is asked about. @param {State} state @param {Translate} t @param {() => Model|null} model */
function asked(state, t, model) {
  const now = find('#now', HTMLElement);
  effect(() => {
    state.outputsKnown.value;
    const [question, shown] = [state.asked.value, model()];
    const text = question && shown ? answerText(state, t, shown, question.cell) : '';
    now.dataset.asked = text;
    setText(now, text ? `${text} ${question?.pinned ? t('ask.pinned') : ''}` : now.dataset.happens ?? '');
    light(state, question?.cell ?? null);
  });
}

/** @param {State} state @param {Translate} t @param {Model} model @param {Cell} cell */
function answerText(state, t, model, cell) {
  const { summary } = model;
  const o = state.outChannel.value;
  const text = (/** @type {number|null|undefined} */ value) => (typeof value === 'number' ? fullText(value, summary.dtype) : '…');
  const value = text(valueOf(state, model, cell));
  const { channel, row, col } = cell;
  const found = answer(model, cell, { row: 0, col: 0 });
  const cellsOf = (found.inputs?.plane.rows.length ?? 0) * (found.inputs?.plane.cols.length ?? 0);
  if (cell.grid === 'output') return t('ask.output', { cell: `Y[${channel}, ${row}, ${col}]`, value, cells: cellsOf, channels: found.inputs?.channels.length ?? 0 });
  if (cell.grid === 'input') {
    const channels = summary.shapes.output[0] / (summary.operation.groups ?? 1);
    return t('ask.input', { cell: `X[${channel}, ${row}, ${col}]`, value, cells: found.outputs.length, channels });
  }
  if (cell.grid === 'weight') return t('ask.weight', { cell: `K[${o}, ${channel}, ${row}, ${col}]`, value, cells: cellsOf, channel });
  const step = state.step.value;
  const index = inChannels(summary, o).indexOf(channel);
  return t('ask.tap', { x: text(step?.patch[index]?.[row]?.[col]), w: value, product: text(step?.products[index]?.[row]?.[col]) });
}

/** Lights the term of the cell in the table. @param {State} state @param {Cell|null} cell */
function light(state, cell) {
  if (!('highlights' in CSS)) return;
  CSS.highlights.delete('asked');
  const step = state.step.peek();
  if (!cell || !step || cell.grid === 'output') return;
  const tap = cell.grid === 'input'
    ? [step.input_rows.indexOf(cell.row), step.input_cols.indexOf(cell.col)]
    : [cell.row, cell.col];
  const row = [...document.querySelectorAll('#ledger-lines tr')].find((line) => line.firstChild?.textContent === String(cell.channel));
  const text = row?.querySelector('.terms')?.firstChild;
  const term = (tap[0] ?? -1) * (step.products[0]?.[0]?.length ?? 1) + (tap[1] ?? -1);
  const place = text && Math.min(tap[0] ?? -1, tap[1] ?? -1) >= 0 ? termPlaces(text.textContent ?? '')[term] : undefined;
  if (!text || !place) return;
  const range = new Range();
  range.setStart(text, place[0]);
  range.setEnd(text, place[1]);
  CSS.highlights.set('asked', new Highlight(range));
}

/** Hovering a term asks about its cells. @param {State} state */
function termsUnderPointer(state) {
  const body = find('#ledger-lines', HTMLElement);
  body.addEventListener('pointermove', (event) => {
    const cell = termUnder(state, event);
    if (!sameCell(cell, state.hover.peek())) state.hover.value = cell;
  });
  body.addEventListener('pointerleave', () => {
    state.hover.value = null;
  });
}

/** @param {State} state @param {PointerEvent} event @returns {Cell|null} */
function termUnder(state, event) {
  const terms = event.target instanceof Element ? event.target.closest('.terms') : null;
  const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const step = state.step.peek();
  if (!terms || !caret || !step || caret.offsetNode.parentNode !== terms) return null;
  const at = termPlaces(caret.offsetNode.textContent ?? '').findIndex(([from, to]) => caret.offset >= from && caret.offset <= to);
  const cols = step.products[0]?.[0]?.length ?? 1;
  const channel = Number(terms.parentElement?.firstChild?.textContent);
  return at < 0 ? null : { grid: 'tap', channel, row: Math.floor(at / cols), col: at % cols };
}

/** @param {Ledger} printed */
function told(printed) {
  const terms = printed.lines.reduce((count, line) => count + line.terms.length, 0);
  if (printed.lines[0]?.terms[0]?.w === '' || (terms <= MOST_TERMS && printed.whole)) return sentence(printed);
  if (printed.lines.length <= MOST_SUMS) return `${printed.cell} = ${sumsText(printed)}`;
  const sums = printed.lines.map((line) => line.sum);
  return `${printed.cell} = ${signedSum([...sums.slice(0, MOST_SUMS / 2), '…', ...sums.slice(-2), printed.bias])} = ${printed.output}`;
}

/** @param {Ledger} printed @param {import('../timeline.js').Position} position */
function firstLine(printed, position) {
  const at = position.active >= 0 ? position.active : position.channels - 1;
  return Math.max(0, Math.min(Math.floor(at / MOST_LINES) * MOST_LINES, printed.lines.length - 1));
}

/** @param {Translate} t @param {Ledger} printed @param {number} first */
function table(t, printed, first) {
  const lines = printed.lines.slice(first, first + MOST_LINES).map((line, k) => lineRow(line, first + k, printed.whole));
  if (printed.lines[0]?.terms[0]?.w === '') return lines;
  const total = make('tr', 'total');
  total.append(heading(t('ledger.bias')), make('td', '', signedSum(['', printed.bias]).trim()), make('td'), make('td', 'number', printed.output));
  return [...lines, total];
}

/** @param {string} text */
function heading(text) {
  const cell = make('th', '', text);
  cell.setAttribute('scope', 'row');
  return cell;
}

/** @param {Line} line @param {number} index @param {boolean} whole */
function lineRow(line, index, whole) {
  const row = make('tr');
  row.dataset.line = String(index);
  row.append(heading(String(line.channel)), make('td', 'terms', lineText(line, whole)), make('td', 'number', line.sum), make('td', 'number', line.running));
  return row;
}

/** @param {Translate} t @param {Ledger} printed @param {import('../timeline.js').Position} position */
function happening(t, printed, position) {
  const cell = printed.cell;
  const line = printed.lines[Math.max(position.active, 0)];
  const channel = line?.channel ?? 0;
  if (position.place > 0) return t('now.place', { cell, output: printed.output });
  if (position.bias > 0 && printed.lines[0]?.terms[0]?.w !== '') return t('now.bias', { bias: printed.bias, output: printed.output });
  if (position.slide < 1) return t('now.slide', { cell });
  if (line?.terms[0]?.w === '') {
    const told = printed.largest ? 'now.max' : 'now.mean';
    return t(position.sum > 0 || position.accumulate > 0 ? told : 'now.pool', { channel, sum: line.sum });
  }
  if (position.active < 0) return t(position.sum > 0 ? 'now.sums' : 'now.multiply.all', { cell });
  if (position.accumulate > 0) return t('now.accumulate', { channel, sum: line?.sum ?? '', running: line?.running ?? '' });
  if (position.sum > 0) return t('now.sum', { channel, sum: line?.sum ?? '' });
  return t('now.multiply', { channel });
}
