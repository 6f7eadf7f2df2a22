/**
 * A stamp as numbers and sentences: what each output cell under it was, what is added, what it is now. Pure.
 *
 * @import {Stamped} from './stamps.js'
 *
 * @typedef {{cell: string, before: string, terms: {x: string, w: string, product: string}[], adds: string, now: string}} StampLine
 * @typedef {{cell: string, values: string, lines: StampLine[], whole: boolean}} StampLedger
 *   lines: of the output cells that are not cropped
 */

import { decimalsFor, format, signedSum } from './ledger.js';

const MINUS = '\u2212';
const DIGITS = 4;

/** Beyond these a sentence would not be read. */
const MOST_TERMS = 6;
const MOST_LINES = 6;

/**
 * @param {Stamped} stamped
 * @param {{outChannel: number, inChannels: number[], width: number, weight: (c: number, u: number, v: number) => number|null}} layer
 *   width: of the output; `weight` by position in the stamp
 * @returns {StampLedger}
 */
export function stampLedger({ stamp, before, after }, { outChannel, inChannels, width, weight }) {
  const { output_rows, output_cols, values, products, sums, row, col } = stamp;
  const places = output_rows.flatMap((i, u) => output_cols.flatMap((j, v) => (i === null || j === null ? [] : [{ i, j, u, v }])));
  const numbers = places.flatMap(({ i, j, u, v }) => [before[i * width + j] ?? 0, after[i * width + j] ?? 0, ...products.map((slice) => slice[u]?.[v] ?? 0)]);
  const decimals = decimalsFor(numbers, DIGITS);
  const factor = (/** @type {number} */ value) => format(value, decimalsFor([value], DIGITS - 1));
  return {
    cell: `X[${inChannels.length === 1 ? inChannels[0] : ':'}, ${row}, ${col}]`,
    values: values.length === 1 ? factor(values[0] ?? 0) : `(${values.map(factor).join(', ')})`,
    whole: decimals === 0,
    lines: places.map(({ i, j, u, v }) => ({
      cell: `Y[${outChannel}, ${i}, ${j}]`,
      before: format(before[i * width + j] ?? 0, decimals),
      terms: values.map((value, c) => ({ x: factor(value), w: factor(weight(c, u, v) ?? 0), product: format(products[c]?.[u]?.[v] ?? 0, decimals) })),
      adds: format(sums[u]?.[v] ?? 0, decimals),
      now: format(after[i * width + j] ?? 0, decimals),
    })),
  };
}

/** `2·(−1) + 3·4`, or the products where they are rounded. @param {StampLine} line @param {boolean} whole */
function addsText({ terms }, whole) {
  const factor = (/** @type {string} */ text) => (text.startsWith(MINUS) ? `(${text})` : text);
  return signedSum(terms.map(({ x, w, product }) => (whole ? `${factor(x)}·${factor(w)}` : product)));
}

/** `4 + 3·0`, `1 + (3·2 + 2·1)` @param {StampLine} line @param {boolean} whole */
export function sumText(line, whole) {
  const adds = addsText(line, whole);
  return line.terms.length > 1 ? `${line.before} + (${adds})` : signedSum([line.before, adds]);
}

/** A line for each output cell, for elsewhere. @param {StampLedger} ledger */
export function stampText({ cell, values, lines, whole }) {
  return [`${cell} = ${values}`, ...lines.map((line) => `${line.cell} = ${sumText(line, whole)} = ${line.now}`)].join('\n');
}

/** An `aligned` block of amsmath. @param {StampLedger} ledger */
export function stampTex({ lines, whole }) {
  const tex = (/** @type {string} */ text) => text.replaceAll(MINUS, '-').replaceAll('·', ' \\cdot ');
  const rows = lines.map((line) => `  Y_{${line.cell.slice(2, -1).replaceAll(' ', '')}} &${whole ? '=' : '\\approx'} ${tex(sumText(line, whole))} = ${tex(line.now)}`);
  return `\\begin{aligned}\n${rows.join(' \\\\\n')}\n\\end{aligned}`;
}

/** `X[0, 1, 1] = 3: Y[0, 1, 1] = 4 + 3·0 = 4; …`, the terms as long as there are few. @param {StampLedger} ledger */
export function stampSentence({ cell, values, lines, whole }) {
  const terms = lines.reduce((count, line) => count + line.terms.length, 0);
  const sum = (/** @type {StampLine} */ line) => (terms <= MOST_TERMS ? sumText(line, whole) : signedSum([line.before, line.adds]));
  const told = lines.slice(0, MOST_LINES).map((line) => `${line.cell} = ${sum(line)} = ${line.now}`);
  return `${cell} = ${values}: ${[...told, ...(lines.length > MOST_LINES ? ['…'] : [])].join('; ')}`;
}
