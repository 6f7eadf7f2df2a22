/**
 * A step as text, TeX and JSON, for elsewhere. Text and TeX hold the printed numbers, JSON the full ones.
 * Pure.
 */

import type { Ledger, LedgerLine } from './ledger.ts';
import { formatLine, formatSentence, formatSums, formatTerm, joinSigned } from './ledger.ts';
import type { SceneSummary, Stamp, StepAnswer } from './types.ts';

const MINUS = '\u2212';

/** Terms up to which everything stands in one sentence. */
const MOST_TERMS = 28;

export function formatStepText(ledger: Ledger) {
  const { cell, lines, largest } = ledger;
  const terms = lines.reduce((count, line) => count + line.terms.length, 0);
  if (largest || (terms <= MOST_TERMS && ledger.whole)) return formatSentence(ledger);
  const channels = lines.map(
    (line) => `c = ${line.channel}: ${formatLine(line, ledger.whole)} = ${line.sum}`,
  );
  return [`${cell} = ${formatSums(ledger)}`, ...channels].join('\n');
}

/** An `aligned` block of amsmath, to stand in a formula. */
export function formatStepTex(ledger: Ledger) {
  const { cell, lines, bias, output, whole, largest } = ledger;
  const name = cell.replace(
    /^(\w+)\[(.*)\]$/,
    (_, letter, index) => `${letter}_{${index.replaceAll(' ', '')}}`,
  );
  const equals = whole ? '=' : '\\approx';
  const channels = lines.map((line) => texLine(line, ledger));
  if (largest || lines[0]?.terms[0]?.w === '') {
    const inner = largest ? `\\max(${present(lines[0])})` : (channels[0] ?? '');
    return block([`${name} &${equals} ${inner}`, `&= ${tex(output)}`]);
  }
  const [first, ...others] = channels.map((line) => `(${line})`);
  const sums = joinSigned([...lines.map(({ sum }) => sum), bias]);
  return block([
    `${name} &${equals} ${first}`,
    ...others.map((line) => `&\\quad {}+ ${line}`),
    `&\\quad {}${bias.startsWith(MINUS) ? '-' : '+'} ${tex(bias.replace(MINUS, ''))}`,
    `&= ${tex(sums)}`,
    `&= ${tex(output)}`,
  ]);
}

function block(rows: string[]) {
  return `\\begin{aligned}\n${rows.map((row) => `  ${row}`).join(' \\\\\n')}\n\\end{aligned}`;
}

function texLine({ terms }: LedgerLine, { whole }: Ledger) {
  return tex(joinSigned(terms.map((term) => formatTerm(term, whole))));
}

function present(line: LedgerLine | undefined) {
  return (
    line?.terms
      .filter(({ empty }) => !empty)
      .map(({ product }) => tex(product))
      .join(', ') ?? ''
  );
}

function tex(text: string) {
  return text
    .replaceAll(MINUS, '-')
    .replaceAll('·', ' \\cdot ')
    .replace(
      /(\d)e([+-]?)0*(\d+)/g,
      (_, digit, sign, power) => `${digit} \\times 10^{${sign === '-' ? '-' : ''}${power}}`,
    );
}

/** Every number of the step, or of the stamp, as the API gives it. */
export function formatStepJson(
  step: StepAnswer | Stamp,
  summary: SceneSummary,
  outChannel: number,
  inChannels: number[],
  bias: number,
) {
  const { id, dtype, operation } = summary;
  return JSON.stringify(
    { scene: id, dtype, operation, out_channel: outChannel, in_channels: inChannels, bias, ...step },
    null,
    2,
  ).replace(/\[[^[\]{}]*\]/g, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'));
}
