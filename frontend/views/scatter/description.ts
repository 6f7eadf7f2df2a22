/** A stamp as a sentence, as a table, and what happens at this time. Pure. */

import type { Translate } from '../../model/i18n.ts';
import type { StampLedger } from '../../model/stamp_ledger.ts';
import { formatStampSentence, formatStampSum } from '../../model/stamp_ledger.ts';
import type { Position } from '../../model/timeline.ts';
import type { Description } from '../shared/description.ts';
import { makeRows } from '../shared/description.ts';

export function describeStamp(t: Translate, ledger: StampLedger, position: Position): Description {
  const { cell, lines, whole } = ledger;
  return {
    key: `stamp ${cell}`,
    moment: describeMoment(t, ledger, position),
    sentence: () => formatStampSentence(ledger),
    parts: () => [formatStampSentence(ledger)],
    headings: ['ledger.cell', 'ledger.stamp', 'ledger.adds', 'ledger.now'],
    rows: (range) =>
      makeRows(
        lines,
        range,
        (line) => ({
          heading: line.cell,
          cells: [
            { text: formatStampSum(line, whole), kind: 'terms' },
            { text: line.added, kind: 'number' },
            { text: line.after, kind: 'number' },
          ],
        }),
        (from, to) => ({ heading: `${from.cell} – ${to.cell}`, cells: [{ text: t('ledger.skipped') }] }),
      ),
    workingLine: 0,
    activeLine: -1,
  };
}

function describeMoment(t: Translate, { cell, values }: StampLedger, position: Position) {
  if (position.place > 0) return t('scatter.place', { cell });
  if (position.slide < 1) return t('scatter.slide', { cell });
  return t('scatter.multiply', { cell, values });
}
