/** How many taps find no input cell. */

import { windowAt } from './geometry.ts';
import type { SceneModel } from './scene_model.ts';

/**
 * The share of the taps, over all windows, that find no input cell of their own: they fall on the padding,
 * or, in a transposed layer, into the holes. Rows and columns are independent. Returns 0 … 1.
 */

export function emptyTapShare({ summary, taps, plane }: SceneModel): number {
  const [, height, width] = summary.shapes.input;
  const inside = (lines: number[][], before: number, size: number) => {
    const all = lines.flat();
    return all.filter((at) => at >= before && at < before + size).length / all.length;
  };
  const rows = taps.rows.map((_, i) => windowAt(summary, taps, i, 0).rows);
  const cols = taps.cols.map((_, j) => windowAt(summary, taps, 0, j).cols);
  return 1 - inside(rows, plane.top, height) * inside(cols, plane.left, width);
}
