/**
 * The step in words and numbers, as text and as a table, and what happens now.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {Ledger, Line} from '../ledger.js'
 * @import {Model} from '../frame.js'
 * @import {Position} from '../timeline.js'
 */

import { effect, signal } from '@preact/signals-core';
import { layerOf } from '../frame.js';
import { inChannels } from '../geometry.js';
import { ledger, sentence, sentenceParts, signedSum, sumsText, termsText } from '../ledger.js';
import { find, make, setText, unhurried } from './dom.js';
import { stampTelling } from './stamptelling.js';

/** Beyond these the sentence tells the channel sums only, and the table the lines around the one at work. */
const MOST_TERMS = 28;
const MOST_SUMS = 16;
export const MOST_LINES = 8;

/** A step that takes longer to come than this, in milliseconds, is said to be on its way. */
const PATIENCE = 300;

/** @param {State} state @param {Translate} t @param {() => Model|null} model */
export function words(state, t, model) {
  const printed = signal(/** @type {Ledger|null} */ (null));
  const write = writer(t);
  const say = happenings(state);
  const tell = unhurried(() => {
    const [step, stamped, position, layer] = [state.step.peek(), state.stamp.peek(), state.position.peek(), model()];
    if (!position || !layer || !(step ?? stamped)) return;
    const named = layerOf(layer, position.outChannel, inChannels(layer.summary, position.outChannel));
    const shown = step && ledger(step, named);
    const width = layer.summary.shapes.output[2];
    const told = () => stamped && stampTelling(t, stamped, { ...named, width }, position);
    const telling = shown ? stepTelling(t, shown, position) : told();
    if (!telling) return;
    write(telling, position, `${layer.summary.id}/${position.outChannel}`);
    say(telling, position);
    printed.value = shown;
  });
  effect(() => {
    state.step.value;
    state.stamp.value;
    state.position.value;
    tell(state.playing.value);
  });
  waiting(state, t);
  return printed;
}

/** What happens now, also for the ear. @param {State} state */
function happenings(state) {
  const now = find('#now', HTMLElement);
  const live = find('#spoken', HTMLElement);
  /** @param {Telling} telling @param {Position} position */
  return ({ happens, told }, position) => {
    now.dataset.happens = happens;
    if (!now.dataset.asked) setText(now, happens);
    if (!state.playing.peek()) setText(live, position.place > 0 ? told() : happens);
  };
}

/** Says that a step is on its way, and takes it back. @param {State} state @param {Translate} t */
function waiting(state, t) {
  const now = find('#now', HTMLElement);
  const room = find('.ledger', HTMLElement);
  let later = 0;
  effect(() => {
    const missing = state.scene.value !== null && !state.arrived.value && state.error.value === null;
    clearTimeout(later);
    room.setAttribute('aria-busy', String(missing));
    if (missing) later = window.setTimeout(() => now.dataset.asked || setText(now, t('now.loading')), PATIENCE);
  });
}

/**
 * @typedef {{
 *   key: string, happens: string, told: () => string, parts: () => (string|Node)[], heads: string[], rows: () => HTMLElement[],
 * }} Telling
 *   key: changes with what the table shows; parts: of what is told; heads: the columns' names, by text key
 */

const STEP_HEADS = ['ledger.channel', 'ledger.terms', 'ledger.sum', 'ledger.running'];
const MAX_HEADS = ['ledger.channel', 'stage.values', 'stage.max'];
const MEAN_HEADS = ['ledger.channel', 'stage.terms', 'stage.mean'];

/** @param {Translate} t @param {Ledger} printed @param {Position} position @returns {Telling} */
function stepTelling(t, printed, position) {
  const first = firstLine(printed, position);
  const pooled = printed.largest ? MAX_HEADS : MEAN_HEADS;
  return {
    key: `${printed.cell} ${first}`, happens: happening(t, printed, position), told: () => told(printed), parts: () => toldParts(printed),
    heads: isPooled(printed) ? pooled : STEP_HEADS, rows: () => table(t, printed, first),
  };
}

/** @param {Translate} t */
function writer(t) {
  const text = find('#sentence', HTMLElement);
  const body = find('#ledger-lines', HTMLTableSectionElement);
  const heads = [...find('.ledger table', HTMLTableElement).querySelectorAll('thead th')];
  let key = '';
  /** @param {Telling} telling @param {Position} position @param {string} scene */
  return ({ key: shown, parts, heads: names, rows }, position, scene) => {
    const fresh = `${scene} ${shown}`;
    if (fresh !== key) {
      key = fresh;
      text.replaceChildren(...parts());
      heads.forEach((head, k) => {
        const name = names[k];
        if (head instanceof HTMLElement) head.hidden = name === undefined;
        if (name) setText(head, t(name));
      });
      body.replaceChildren(...rows());
    }
    for (const row of body.rows) row.classList.toggle('is-active', row.dataset.line === String(position.active));
  };
}

/** @param {Ledger} printed */
function isPooled({ lines }) {
  return lines[0]?.terms[0]?.w === '';
}

/** Whether all terms stand in the sentence. @param {Ledger} printed */
function isShort(printed) {
  if (isPooled(printed)) return true;
  return printed.whole && printed.lines.reduce((sum, line) => sum + line.terms.length, 0) <= MOST_TERMS;
}

/** @param {Ledger} printed */
function told(printed) {
  if (isShort(printed)) return sentence(printed);
  if (printed.lines.length <= MOST_SUMS) return `${printed.cell} = ${sumsText(printed)}`;
  const sums = printed.lines.map((line) => line.sum);
  return `${printed.cell} = ${signedSum([...sums.slice(0, MOST_SUMS / 2), '…', ...sums.slice(-2), printed.bias])} = ${printed.output}`;
}

/** The same in nodes: a channel's terms are an element, so that each can be pointed at. @param {Ledger} printed @returns {(string|Node)[]} */
function toldParts(printed) {
  if (!isShort(printed)) return [told(printed)];
  return sentenceParts(printed).map((part) => (typeof part === 'string' ? part : marked(make('span', 'terms', termsText(printed, part)), 'tap', part.channel)));
}

/** @param {HTMLElement} element @param {import('../questions.js').Cell['grid']} grid @param {number} channel */
function marked(element, grid, channel) {
  Object.assign(element.dataset, { grid, channel });
  return element;
}

/** @param {Ledger} printed @param {Position} position */
function firstLine(printed, position) {
  const at = position.active >= 0 ? position.active : position.channels - 1;
  return Math.max(0, Math.min(Math.floor(at / MOST_LINES) * MOST_LINES, printed.lines.length - 1));
}

/** @param {Translate} t @param {Ledger} printed @param {number} first */
function table(t, printed, first) {
  const lines = printed.lines.slice(first, first + MOST_LINES).map((line, k) => lineRow(printed, line, first + k));
  if (isPooled(printed)) return lines;
  const last = printed.lines.at(-1)?.channel ?? 0;
  const total = make('tr', 'total');
  const bias = make('td', '', signedSum(['', printed.bias]).trim());
  total.append(heading(t('ledger.bias')), bias, make('td'), marked(make('td', 'number', printed.output), 'total', last));
  return [...lines, total];
}

/** @param {string} text */
export function heading(text) {
  const cell = make('th', '', text);
  cell.setAttribute('scope', 'row');
  return cell;
}

/** @param {Ledger} printed @param {Line} line @param {number} index */
function lineRow(printed, line, index) {
  const row = make('tr');
  row.dataset.line = String(index);
  row.append(
    heading(String(line.channel)),
    marked(make('td', 'terms', termsText(printed, line)), 'tap', line.channel),
    marked(make('td', 'number', line.sum), 'sum', line.channel),
  );
  if (!isPooled(printed)) row.append(marked(make('td', 'number', line.running), 'running', line.channel));
  return row;
}

/** Which of several largest values goes on. @param {Translate} t @param {Ledger} printed */
function tie(t, { largest, lines }) {
  const [line] = lines;
  const times = line?.terms.filter(({ empty, product }) => !empty && product === line.sum).length ?? 0;
  return largest && times > 1 ? t('now.max.tie', { times }) : '';
}

/** @param {Translate} t @param {Ledger} printed @param {Position} position */
function happening(t, printed, position) {
  const { cell } = printed;
  const line = printed.lines[Math.max(position.active, 0)];
  const channel = line?.channel ?? 0;
  const [sum, running] = [line?.sum ?? '', line?.running ?? ''];
  if (position.place > 0) return [t('now.place', { cell, output: printed.output }), tie(t, printed)].join(' ').trim();
  if (position.bias > 0 && !isPooled(printed)) return t('now.bias', { bias: printed.bias, output: printed.output });
  if (position.slide < 1) return t('now.slide', { cell });
  if (isPooled(printed)) {
    if (position.sum === 0 && position.accumulate === 0) return t('now.pool', { channel, sum });
    return printed.largest ? [t('now.max', { sum }), tie(t, printed)].join(' ').trim() : t('now.mean', { sum });
  }
  if (position.active < 0) return t(position.sum > 0 ? 'now.sums' : 'now.multiply.all', { cell });
  if (position.accumulate > 0) return t('now.accumulate', { channel, sum, running });
  if (position.sum > 0) return t('now.sum', { channel, sum });
  return t('now.multiply', { channel });
}
