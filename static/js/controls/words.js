/**
 * The step in words and numbers, as text and as a table, and what happens now.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {Ledger, Line} from '../ledger.js'
 */

import { effect } from '../../vendor/signals-core-1.14.5.js';
import { layerOf } from '../frame.js';
import { inChannels } from '../geometry.js';
import { ledger, lineText, sentence, signedSum, sumsText } from '../ledger.js';
import { find, make, setText } from './dom.js';

/** @import {Model} from '../frame.js' */

/** Beyond these the sentence tells the channel sums only, and the table the lines around the one at work. */
const MOST_TERMS = 28;
const MOST_SUMS = 16;
const MOST_LINES = 8;

/** The words follow at most this often while a scene plays, in milliseconds. */
const PATIENCE = 90;

/** @param {State} state @param {Translate} t @param {() => Model|null} model */
export function words(state, t, model) {
  const write = writer(t);
  let due = 0;
  let later = 0;
  effect(() => {
    const [step, position, playing] = [state.step.value, state.position.value, state.playing.value];
    const layer = model();
    if (!step || !position || !layer) return;
    const inputs = inChannels(layer.summary, position.outChannel);
    const show = () => {
      due = performance.now() + PATIENCE;
      write(ledger(step, layerOf(layer, position.outChannel, inputs)), position, playing);
    };
    clearTimeout(later);
    const wait = due - performance.now();
    if (!playing || wait <= 0) show();
    else later = setTimeout(show, wait);
  });
}

/** @param {Translate} t */
function writer(t) {
  const text = find('#sentence', HTMLElement);
  const now = find('#now', HTMLElement);
  const body = find('#ledger-lines', HTMLTableSectionElement);
  const live = find('#spoken', HTMLElement);
  let key = '';
  /** @param {Ledger} printed @param {import('../timeline.js').Position} position @param {boolean} playing */
  return (printed, position, playing) => {
    setText(now, happening(t, printed, position));
    if (!playing) setText(live, position.place > 0 ? told(printed) : now.textContent ?? '');
    const first = firstLine(printed, position);
    const fresh = `${printed.cell} ${first} ${sumsText(printed)}`;
    if (fresh !== key) {
      key = fresh;
      setText(text, told(printed));
      body.replaceChildren(...table(t, printed, first));
    }
    for (const row of body.rows) row.classList.toggle('is-active', row.dataset.line === String(position.active));
  };
}

/** @param {Ledger} printed */
function told(printed) {
  const terms = printed.lines.reduce((count, line) => count + line.terms.length, 0);
  if (terms <= MOST_TERMS && printed.whole) return sentence(printed);
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
  if (position.place > 0) return t('now.place', { cell, output: printed.output });
  if (position.bias > 0) return t('now.bias', { bias: printed.bias, output: printed.output });
  if (position.slide < 1) return t('now.slide', { cell });
  if (position.active < 0) return t(position.sum > 0 ? 'now.sums' : 'now.multiply.all', { cell });
  const line = printed.lines[position.active];
  const channel = line?.channel ?? 0;
  if (position.accumulate > 0) return t('now.accumulate', { channel, sum: line?.sum ?? '', running: line?.running ?? '' });
  if (position.sum > 0) return t('now.sum', { channel, sum: line?.sum ?? '' });
  return t('now.multiply', { channel });
}
