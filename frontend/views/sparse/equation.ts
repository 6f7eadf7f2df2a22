/** The row at work as an equation: one input channel's part, the others', the bias. Pure. */

import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import { joinSigned } from '../../model/ledger_text.ts';
import { formatNumber, parsePrinted } from '../../model/numbers.ts';
import type { SparseFrame } from './frame.ts';

type Parts = Pick<
  SparseFrame,
  'step' | 'model' | 'position' | 'channel' | 'channelIndex' | 'transposed' | 't'
>;

/** `this row · X[1] = 77`, `77 (X[1]) + 43 (X[0]) = 120 = Y[0, 1, 1]`; nothing before it is placed. */
export function writeEquation(parts: Parts): string[] {
  const { step, model, position, channel, channelIndex, transposed, t } = parts;
  if (!step || step.index !== position.window || position.place < 1) return [];
  const { cell, lines, bias, output, decimals } = makeLedger(step, ledgerLayerOf(model, position.outChannel));
  const sum = lines[channelIndex]?.sum ?? '';
  const product = t(transposed ? 'sparse.product.transposed' : 'sparse.product', { channel, sum });
  if (lines.length === 1 && !model.summary.shapes.bias) return [`${product} = ${cell}`];
  const rest = parsePrinted(lines.at(-1)?.running ?? '') - parsePrinted(sum);
  const [other] = lines.length === 2 ? lines.filter((_, index) => index !== channelIndex) : [];
  const others = other ? `X[${other.channel}]` : t('sparse.others', { count: lines.length - 1 });
  const terms = [
    `${sum} (X[${channel}])`,
    ...(lines.length > 1 ? [`${formatNumber(rest, decimals)} (${others})`] : []),
    ...(model.summary.shapes.bias ? [`${bias} (${t('ledger.bias')})`] : []),
  ];
  return [t('sparse.part', { product }), `${joinSigned(terms)} = ${output} = ${cell}`];
}
