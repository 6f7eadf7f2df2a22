/** Which headings of the sparse matrix the legend explains. Pure. */

import { isOnHeading } from '../shared/matrix_viewport.ts';
import type { MatrixEntry } from '../shared/view.ts';
import type { SparseFrame } from './frame.ts';

export function findLegendEntry(
  { panes: { kernel, input, output }, layout, transposed }: SparseFrame,
  x: number,
  y: number,
): MatrixEntry | null {
  const strip = transposed ? output : input;
  const isHeading = [kernel, strip].some(({ place }) => isOnHeading(place, layout.scale, 0, { x, y }));
  return isHeading ? 'mark-sparse' : null;
}
