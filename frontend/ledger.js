/**
 * A step as numbers that add up as printed: what rounding leaves over is shared out, to each number less than a unit of
 * its last decimal.
 *
 * @import {Step} from './types.js'
 *
 * @typedef {{x: string, w: string, product: string, tap: [number, number], empty: boolean}} Term
 * @typedef {{channel: number, terms: Term[], sum: string, running: string}} Line
 * @typedef {{cell: string, lines: Line[], bias: string, output: string, whole: boolean, largest: boolean}} Ledger
 *   largest: max pooling, whose terms are not added up
 */

const MINUS = '\u2212';

/** Significant digits of the largest number in a ledger. */
const DIGITS = 4;

/** Below and above these magnitudes numbers carry an exponent. */
const FIXED = { min: 1e-6, max: 1e12 };

/** @param {number} value @param {number} decimals */
export function format(value, decimals) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size !== 0 && (size >= FIXED.max || (size < FIXED.min && decimals > 6)) ? size.toExponential(3) : size.toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** Decimals that leave `digits` significant ones to the largest of the values; 0 when all are whole. @param {ArrayLike<number>} values @param {number} digits */
export function decimalsFor(values, digits) {
  let whole = true;
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const value = /** @type {number} */ (values[i]);
    whole &&= Number.isInteger(value);
    max = Math.max(max, Math.abs(value));
  }
  if (whole || max === 0) return 0;
  return Math.min(Math.max(digits - 1 - Math.floor(Math.log10(max)), 0), 12);
}

/**
 * Rounds `values` to `decimals` so that they sum to `total` as printed: each is moved by less than one unit of its last
 * decimal (Hamilton's method of largest remainders).
 * @param {number[]} values @param {number} total  already rounded @param {number} decimals @returns {number[]}
 */
export function apportion(values, total, decimals) {
  const unit = 10 ** decimals;
  const target = Math.round(total * unit);
  const scaled = values.map((value) => value * unit);
  if (decimals === 0 && values.every(Number.isInteger)) return values;
  const floors = scaled.map(Math.floor);
  let missing = target - floors.reduce((a, b) => a + b, 0);
  const order = scaled.map((value, i) => ({ i, rest: value - Math.floor(value) })).sort((a, b) => b.rest - a.rest);
  for (let k = 0; missing > 0 && order.length > 0; k++, missing--) bump(floors, order[k % order.length]?.i, 1);
  for (let k = 0; missing < 0 && order.length > 0; k++, missing++) bump(floors, order[order.length - 1 - (k % order.length)]?.i, -1);
  return floors.map((value) => value / unit);
}

/** @param {number[]} values @param {number|undefined} at @param {number} by */
function bump(values, at, by) {
  if (at !== undefined) values[at] = (values[at] ?? 0) + by;
}

/** @param {number} value @param {number} decimals */
function rounded(value, decimals) {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}

/**
 * Every printed number of a step.
 * @param {Step} step
 * @param {{outChannel: number, inChannels: number[], weight: (c: number, u: number, v: number) => number|null, bias: number}} layer
 *   `weight` by position in the step; null where the operation has none
 * @param {number} [decimals]
 * @returns {Ledger}
 */
export function ledger(step, layer, decimals = ledgerDecimals(step, layer.bias)) {
  const output = rounded(step.output, decimals);
  const largest = step.selected !== undefined;
  // Each running sum is rounded as it is, and a channel's sum is what lies between two: so no error gathers.
  let running = 0;
  const lines = step.products.map((products, c) => {
    const before = running;
    running = rounded(step.running_sums[c] ?? 0, decimals);
    const sum = rounded(running - before, decimals);
    const terms = once(() => {
      const flat = products.flat();
      return termsOf(step, layer, c, largest ? flat : apportion(flat, sum, decimals), decimals);
    });
    return {
      channel: layer.inChannels[c] ?? c, sum: format(sum, decimals), running: format(running, decimals),
      // Of many channels few are looked at.
      get terms() { return terms(); },
    };
  });
  return {
    cell: `Y[${layer.outChannel}, ${step.row}, ${step.col}]`,
    lines,
    bias: format(rounded(output - running, decimals), decimals),
    output: format(output, decimals),
    whole: decimals === 0,
    largest,
  };
}

/** @param {Step} step @param {number} bias */
export function ledgerDecimals(step, bias) {
  return decimalsFor([step.output, bias, ...step.channel_sums, ...step.products.flat(2)], DIGITS);
}

/** @template T @param {() => T} make */
function once(make) {
  /** @type {T|undefined} */
  let made;
  return () => (made ??= make());
}

/**
 * @param {Step} step @param {Parameters<typeof ledger>[1]} layer @param {number} c
 * @param {number[]} products @param {number} decimals @returns {Term[]}
 */
function termsOf(step, layer, c, products, decimals) {
  const patch = step.patch[c] ?? [];
  const columns = patch[0]?.length ?? 1;
  const shown = decimalsFor(patch.flat(), DIGITS - 1);
  return products.map((product, k) => {
    const u = Math.floor(k / columns);
    const v = k % columns;
    const weight = layer.weight(c, u, v);
    return {
      x: format(patch[u]?.[v] ?? 0, shown),
      w: weight === null ? '' : format(weight, decimalsFor([weight], DIGITS - 1)),
      product: format(product, decimals),
      tap: /** @type {[number, number]} */ ([u, v]),
      empty: step.input_rows[u] === null || step.input_cols[v] === null,
    };
  });
}

/** A number as a factor: a negative one in brackets. @param {string} text */
function factor(text) {
  return text.startsWith(MINUS) ? `(${text})` : text;
}

/** A term as a sum shows it: the factors when all is whole, the rounded product else. @param {Term} term @param {boolean} whole */
export function termText(term, whole) {
  return whole && term.w !== '' ? `${factor(term.x)}·${factor(term.w)}` : term.product;
}

/** `a + b − c` @param {string[]} terms */
export function signedSum(terms) {
  return terms.reduce((sum, term) => (term.startsWith(MINUS) ? `${sum} ${MINUS} ${term.slice(1)}` : `${sum} + ${term}`));
}

/** `0·0 + 1·1 + 3·2 + 4·3` @param {Line} line @param {boolean} whole */
export function lineText(line, whole) {
  return signedSum(line.terms.map((term) => termText(term, whole)));
}

/** Where each term begins and ends in the text of a sum or a list. @param {string} text @returns {[number, number][]} */
export function termPlaces(text) {
  return [...text.matchAll(/[^\s,]*\d[^\s,]*/g)].map((found) => [found.index, found.index + found[0].length]);
}

/** A channel's terms as they are written: added up, or, in max pooling, those that are there. @param {Ledger} ledger @param {Line} line */
export function termsText({ whole, largest }, line) {
  return largest ? present(line).map((term) => term.product).join(', ') : lineText(line, whole);
}

/** The kernel cell of each term that is written. @param {Ledger} ledger @param {Line} line @returns {[number, number][]} */
export function tapsOf({ largest }, line) {
  return (largest ? present(line) : line.terms).map(({ tap }) => tap);
}

/** @param {Line} line */
function present(line) {
  return line.terms.filter((term) => !term.empty);
}

/**
 * `Y[0, 0, 0] = (0·0 + …) + (…) + 0 = 19 + 37 + 0 = 56`, in parts: text, and the lines whose terms stand between.
 * @param {Ledger} ledger @returns {(string|Line)[]}
 */
export function sentenceParts(ledger) {
  const { cell, lines, bias, largest, output } = ledger;
  const [first] = lines;
  if (largest && first) return [`${cell} = max(`, first, `) = ${output}`];
  if (first?.terms[0]?.w === '') return [`${cell} = `, first, ` = ${output}`];
  const products = lines.flatMap((line, k) => [k === 0 ? '(' : ') + (', line]);
  return [`${cell} = `, ...products, `)${signedSum(['', bias])} = ${sumsText(ledger)}`];
}

/** @param {Ledger} ledger */
export function sentence(ledger) {
  return sentenceParts(ledger).map((part) => (typeof part === 'string' ? part : termsText(ledger, part))).join('');
}

/** `19 + 37 + 0 = 56` @param {Ledger} ledger */
export function sumsText({ lines, bias, output }) {
  return `${signedSum([...lines.map((line) => line.sum), bias])} = ${output}`;
}

/** A float is only as exact as its type; the text that shows all of it. @param {number} value @param {string} dtype */
export function fullText(value, dtype) {
  const text = dtype === 'float32' ? shortestFloat32(value) : String(value);
  return text.replace('-', MINUS);
}

/** The shortest decimal that reads back as the same float32. @param {number} value */
function shortestFloat32(value) {
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(value);
}
