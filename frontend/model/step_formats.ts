/**
 * A step or a stamp as text, TeX and JSON, to be copied. Text and TeX have the printed numbers, JSON the full
 * ones. Pure.
 */

import { loadOneDimension } from './dimensions.ts';
import type { Ledger } from './ledger.ts';
import { formatLine, formatSentence, formatSums, isMean, joinSigned, writtenTerms } from './ledger_text.ts';
import { MINUS } from './numbers.ts';
import type { StampLedger } from './stamp_ledger.ts';
import { formatStampSum } from './stamp_ledger.ts';
import type { SceneSummary, Stamp, StepAnswer } from './types.ts';

/** Terms up to which a step is one sentence. */
const MAX_TERMS = 28;

/** summed: what its channels are called, as an index: `o` where a gradient adds up those of the output. */
export function formatStepText(ledger: Ledger, summed: 'c' | 'o' = 'c') {
  const { cell, lines, largest } = ledger;
  const terms = lines.reduce((count, line) => count + line.terms.length, 0);
  if (largest || isMean(ledger) || (terms <= MAX_TERMS && ledger.whole)) return formatSentence(ledger);
  const channels = lines.map(
    (line) => `${summed} = ${line.channel}: ${formatLine(line, ledger.whole)} = ${line.sum}`,
  );
  return [`${cell} = ${formatSums(ledger)}`, ...channels].join('\n');
}

/** A line for each output cell. */
export function formatStampText({ cell, values, lines, whole }: StampLedger) {
  return [
    `${cell} = ${values}`,
    ...lines.map((line) => `${line.cell} = ${formatStampSum(line, whole)} = ${line.after}`),
  ].join('\n');
}

export function formatStepTex(ledger: Ledger) {
  const { cell, lines, bias, output, whole, largest } = ledger;
  const start = `${texCell(cell)} &${texEquals(whole)}`;
  const channels = lines.map((line) => tex(formatLine(line, whole)));
  if (largest && lines[0]) {
    const values = writtenTerms(ledger, lines[0]).map(({ product }) => tex(product));
    return texBlock([`${start} \\max(${values.join(', ')})`, `&= ${tex(output)}`]);
  }
  if (isMean(ledger)) return texBlock([`${start} ${channels[0]}`, `&= ${tex(output)}`]);
  if (channels.length === 1 && !bias) return texBlock([`${start} ${channels[0]}`, `&= ${tex(output)}`]);
  const [first, ...others] = channels.map((line) => `(${line})`);
  return texBlock([
    `${start} ${first}`,
    ...others.map((line) => `&\\quad {}+ ${line}`),
    ...(bias ? [`&\\quad {}${bias.startsWith(MINUS) ? '-' : '+'} ${tex(bias.replace(MINUS, ''))}`] : []),
    `&= ${tex(joinSigned([...lines.map(({ sum }) => sum), ...(bias ? [bias] : [])]))}`,
    `&= ${tex(output)}`,
  ]);
}

export function formatStampTex({ lines, whole }: StampLedger) {
  return texBlock(
    lines.map(
      (line) =>
        `${texCell(line.cell)} &${texEquals(whole)} ${tex(formatStampSum(line, whole))} = ${tex(line.after)}`,
    ),
  );
}

/** An `aligned` block of amsmath. */
export function texBlock(rows: string[]) {
  return `\\begin{aligned}\n${rows.map((row) => `  ${row}`).join(' \\\\\n')}\n\\end{aligned}`;
}

/** `Y[0, 1, 2]` -> `Y_{0,1,2}` */
export function texCell(cell: string) {
  return cell.replaceAll(' ', '').replace('[', '_{').replace(']', '}');
}

function texEquals(whole: boolean) {
  return whole ? '=' : '\\approx';
}

export function tex(text: string) {
  return text
    .replaceAll(MINUS, '-')
    .replaceAll('·', ' \\cdot ')
    .replaceAll('≈', '{\\approx}')
    .replace(
      /(\d)e([+-]?)0*(\d+)/g,
      (_, digit, sign, power) => `${digit} \\times 10^{${sign === '-' ? '-' : ''}${power}}`,
    );
}

/** Every number of a step or a stamp, as the API gives it. */
export async function formatStepJson(
  step: StepAnswer | Stamp,
  { id, dtype, operation, dimensions }: SceneSummary,
  outChannel: number,
  inChannels: number[],
  bias: number,
) {
  const signal = dimensions === 1 ? await loadOneDimension() : null;
  return JSON.stringify(
    {
      scene: id,
      dtype,
      operation: signal ? signal.lowerOperation(operation, dimensions) : operation,
      out_channel: outChannel,
      in_channels: inChannels,
      bias,
      ...(signal ? signal.lowerStep(step) : step),
    },
    null,
    2,
  ).replace(/\[[^[\]{}]*\]/g, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'));
}
