/**
 * A stamp of the scatter reading in words and numbers.
 *
 * @import {Translate} from '../i18n.js'
 * @import {Position} from '../timeline.js'
 * @import {StampLedger} from '../stampledger.js'
 * @import {Stamped} from '../stamps.js'
 * @import {Telling} from './words.js'
 */

import { stampLedger, stampSentence, sumText } from '../stampledger.js';
import { make } from './dom.js';
import { heading, MOST_LINES } from './words.js';

const STAMP_HEADS = ['ledger.cell', 'ledger.stamp', 'ledger.adds', 'ledger.now'];

/** @param {Translate} t @param {Stamped} stamped @param {Parameters<typeof stampLedger>[1]} layer @param {Position} position @returns {Telling} */
export function stampTelling(t, stamped, layer, position) {
  const printed = stampLedger(stamped, layer);
  const told = () => stampSentence(printed);
  return {
    key: `stamp ${printed.cell}`, happens: stampHappening(t, printed, position), told, parts: () => [told()],
    heads: STAMP_HEADS, rows: () => stampTable(printed),
  };
}

/** @param {StampLedger} printed */
function stampTable({ lines, whole }) {
  return lines.slice(0, MOST_LINES).map((line) => {
    const row = make('tr');
    row.append(heading(line.cell), make('td', 'terms', sumText(line, whole)), make('td', 'number', line.adds), make('td', 'number', line.now));
    return row;
  });
}

/** @param {Translate} t @param {StampLedger} printed @param {Position} position */
function stampHappening(t, { cell, values }, position) {
  if (position.place > 0) return t('scatter.place', { cell });
  if (position.slide < 1) return t('scatter.slide', { cell });
  return t('scatter.multiply', { cell, values });
}
