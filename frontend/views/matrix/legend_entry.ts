/** Which headings, labels and signs of a matrix product the legend explains. Pure. */

import { isOnHeading } from '../shared/matrix_viewport.ts';
import type { MatrixEntry } from '../shared/view.ts';
import { labelRoom } from './layout.ts';
import type { ProductFrame } from './product_frame.ts';

/** How far from the middle of a sign a press still means it, in CSS pixels. */
const REACH = 14;

export function findLegendEntry(
  { panes, signs, layout }: Pick<ProductFrame, 'panes' | 'signs' | 'layout'>,
  x: number,
  y: number,
): MatrixEntry | null {
  const { above, beside } = labelRoom(layout);
  const isLabel = [panes.left, panes.right, panes.product].some(({ place }) => {
    const isBeside = x < place.x && x >= place.x - beside && y >= place.y && y < place.y + place.height;
    return isBeside || isOnHeading(place, layout.scale, above, { x, y });
  });
  const isSign = Math.hypot(x - signs.times.x, y - signs.times.y) <= REACH * layout.scale;
  return isLabel || isSign ? 'word-product' : null;
}
