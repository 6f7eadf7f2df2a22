/**
 * A step as text, TeX and JSON, for elsewhere. Text and TeX hold the printed numbers, JSON the full ones. Pure.
 *
 * @import {Ledger, Line} from './ledger.js'
 * @import {Step, Summary} from './types.js'
 */

import { lineText, sentence, signedSum, sumsText, termText } from './ledger.js';

const MINUS = '\u2212';

/** Terms up to which everything stands in one sentence. */
const MOST_TERMS = 28;

/** @param {Ledger} ledger */
export function asText(ledger) {
  const { cell, lines, largest } = ledger;
  const terms = lines.reduce((count, line) => count + line.terms.length, 0);
  if (largest || (terms <= MOST_TERMS && ledger.whole)) return sentence(ledger);
  const channels = lines.map((line) => `c = ${line.channel}: ${lineText(line, ledger.whole)} = ${line.sum}`);
  return [`${cell} = ${sumsText(ledger)}`, ...channels].join('\n');
}

/** An `aligned` block of amsmath, to stand in a formula. @param {Ledger} ledger */
export function asTex(ledger) {
  const { cell, lines, bias, output, whole, largest } = ledger;
  const name = cell.replace(/^(\w+)\[(.*)\]$/, (_, letter, index) => `${letter}_{${index.replaceAll(' ', '')}}`);
  const equals = whole ? '=' : '\\approx';
  const channels = lines.map((line) => texLine(line, ledger));
  if (largest || lines[0]?.terms[0]?.w === '') {
    const inner = largest ? `\\max(${present(lines[0])})` : (channels[0] ?? '');
    return block([`${name} &${equals} ${inner}`, `&= ${tex(output)}`]);
  }
  const [first, ...others] = channels.map((line) => `(${line})`);
  const sums = signedSum([...lines.map(({ sum }) => sum), bias]);
  return block([
    `${name} &${equals} ${first}`,
    ...others.map((line) => `&\\quad {}+ ${line}`),
    `&\\quad {}${bias.startsWith(MINUS) ? '-' : '+'} ${tex(bias.replace(MINUS, ''))}`,
    `&= ${tex(sums)}`,
    `&= ${tex(output)}`,
  ]);
}

/** @param {string[]} rows */
function block(rows) {
  return `\\begin{aligned}\n${rows.map((row) => `  ${row}`).join(' \\\\\n')}\n\\end{aligned}`;
}

/** @param {Line} line @param {Ledger} ledger */
function texLine({ terms }, { whole }) {
  return tex(signedSum(terms.map((term) => termText(term, whole))));
}

/** @param {Line|undefined} line */
function present(line) {
  return line?.terms.filter(({ empty }) => !empty).map(({ product }) => tex(product)).join(', ') ?? '';
}

/** @param {string} text */
function tex(text) {
  return text.replaceAll(MINUS, '-').replaceAll('·', ' \\cdot ').replace(/(\d)e([+-]?)0*(\d+)/g, (_, digit, sign, power) => `${digit} \\times 10^{${sign === '-' ? '-' : ''}${power}}`);
}

/** Every number of the step, or of the stamp, as the API gives it. @param {Step|import('./types.js').Stamp} step @param {Summary} summary @param {number} outChannel @param {number[]} inChannels @param {number} bias */
export function asJson(step, summary, outChannel, inChannels, bias) {
  const { id, dtype, operation } = summary;
  return JSON.stringify({ scene: id, dtype, operation, out_channel: outChannel, in_channels: inChannels, bias, ...step }, null, 2)
    .replace(/\[[^[\]{}]*\]/g, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'));
}
