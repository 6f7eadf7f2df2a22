/** The number at a place of the sparse matrix, and which cells its row and its column are. Pure. */

import { formatIndex } from '../../model/dimensions.ts';
import { formatExact } from '../../model/numbers.ts';
import { hitTestPane } from '../shared/matrix_viewport.ts';
import { rowEntries, weightsOf } from './entries.ts';
import type { SparseFrame } from './frame.ts';

type Described = Pick<
  SparseFrame,
  'model' | 'panes' | 'transposed' | 'outChannel' | 'channel' | 'names' | 't'
>;

/** `S[5, 12] = 3: row Y[0, 1, 1], column X[0, 3, 0]`; '' beside the matrix. */
export function describePlace(frame: Described, x: number, y: number): string {
  const hit = hitTestPane(frame.panes, x, y);
  if (hit?.name !== 'matrix') return '';
  const { row, col } = hit;
  const { model, transposed, outChannel, channel, names, t } = frame;
  const { dimensions, dtype, shapes } = model.summary;
  const [r, c] = transposed ? [col, row] : [row, col];
  const weightAt = weightsOf(model, outChannel, channel);
  const entries = rowEntries(model, r).filter((entry) => entry.col === c);
  const value = entries.reduce((sum, { u, v }) => sum + weightAt(u, v), 0);
  const cellOf = (name: string, of: number, index: number, width: number) =>
    formatIndex(name, dimensions, [of, Math.floor(index / width), index % width]);
  const output = cellOf(names.output, outChannel, r, shapes.output[2]);
  const input = cellOf(names.input, channel, c, shapes.input[2]);
  const cells = transposed ? { row: input, col: output } : { row: output, col: input };
  const matrix = formatIndex(names.matrix, 2, [row, col]);
  return t('sparse.place', { matrix, value: formatExact(value, dtype), ...cells });
}
