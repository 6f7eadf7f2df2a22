/** The line at work as an equation: one channel's part, the others', the bias. Pure. */

import type { Translate } from '../../model/i18n.ts';
import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import { joinSigned } from '../../model/ledger_text.ts';
import { formatNumber, parsePrinted } from '../../model/numbers.ts';
import type { FrameRequest } from '../shared/view.ts';

type Parts = Pick<FrameRequest, 'step' | 'model' | 'position' | 'transposed' | 't'> & {
  channel: number;
  channelIndex: number;
};

/** `this row · X[1] = 77`, `77 (X[1]) + 43 (X[0]) = 120 = Y[0, 1, 1]`; nothing before it is placed. */
export function writeEquation(parts: Parts): string[] {
  const { step, model, position, channelIndex, transposed, t } = parts;
  if (!step || step.index !== position.window || position.place < 1) return [];
  const ledger = makeLedger(step, ledgerLayerOf(model, position.outChannel));
  const line = transposed ? 'sparse.product.transposed' : 'sparse.product';
  const isBiased = !!model.summary.shapes.bias;
  return writeParts(t, ledger, { index: channelIndex, letter: 'X', line, part: 'sparse.part', isBiased });
}

interface Part {
  /** Of the channel in the step. */
  index: number;
  /** Of what is read. */
  letter: 'X' | 'dY';
  /** The key of the text that names the line and its sum, and of that which says that it is a part. */
  line: string;
  part: string;
  isBiased: boolean;
}

/** The part of one channel, and, unless that is all, with what the others and the bias add to it. */
export function writeParts(
  t: Translate,
  ledger: Ledger,
  { index, letter, line, part, isBiased }: Part,
): string[] {
  const { cell, lines, bias, output, decimals } = ledger;
  const { sum = '', channel = 0 } = lines[index] ?? {};
  const product = t(line, { channel, sum });
  if (lines.length === 1 && !isBiased) return [`${product} = ${cell}`];
  const rest = parsePrinted(lines.at(-1)?.running ?? '') - parsePrinted(sum);
  const [other] = lines.length === 2 ? lines.filter((_, at) => at !== index) : [];
  const others = other ? `${letter}[${other.channel}]` : t('sparse.others', { count: lines.length - 1 });
  const terms = [
    `${sum} (${letter}[${channel}])`,
    ...(lines.length > 1 ? [`${formatNumber(rest, decimals)} (${others})`] : []),
    ...(isBiased ? [`${bias} (${t('ledger.bias')})`] : []),
  ];
  return [t(part, { product }), `${joinSigned(terms)} = ${output} = ${cell}`];
}
