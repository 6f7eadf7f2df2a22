/** A stamp of the scatter reading in words and numbers. */

import type { Translate } from '../model/i18n.ts';
import type { StampLedger } from '../model/stamp_ledger.ts';
import { formatStampSentence, formatStampSum, makeStampLedger } from '../model/stamp_ledger.ts';
import type { Position } from '../model/timeline.ts';
import type { AppliedStamp } from '../model/types.ts';
import { makeElement } from '../views/shared/dom.ts';
import type { StepDescription } from './step_description.ts';
import { MAX_LINES, makeRowHeading } from './step_description.ts';

const STAMP_HEADS = ['ledger.cell', 'ledger.stamp', 'ledger.adds', 'ledger.now'];

export function describeStamp(
  t: Translate,
  stamped: AppliedStamp,
  layer: Parameters<typeof makeStampLedger>[1],
  position: Position,
): StepDescription {
  const printed = makeStampLedger(stamped, layer);
  const told = () => formatStampSentence(printed);
  return {
    key: `stamp ${printed.cell}`,
    happens: describeStampMoment(t, printed, position),
    told,
    parts: () => [told()],
    heads: STAMP_HEADS,
    rows: () => stampTable(printed),
  };
}

function stampTable({ lines, whole }: StampLedger) {
  return lines.slice(0, MAX_LINES).map((line) => {
    const row = makeElement('tr');
    row.append(
      makeRowHeading(line.cell),
      makeElement('td', 'terms', formatStampSum(line, whole)),
      makeElement('td', 'number', line.added),
      makeElement('td', 'number', line.after),
    );
    return row;
  });
}

function describeStampMoment(t: Translate, { cell, values }: StampLedger, position: Position) {
  if (position.place > 0) return t('scatter.place', { cell });
  if (position.slide < 1) return t('scatter.slide', { cell });
  return t('scatter.multiply', { cell, values });
}
