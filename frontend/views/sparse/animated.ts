/** What time moves in the sparse view: the line at work, the cells it reads and makes. */

import type { Context2D } from '../shared/drawing.ts';
import { paintBlock, paintFooter, paintHighlights, paintPane } from '../shared/matrix_painting.ts';
import type { SparseFrame } from './frame.ts';

export function paintAnimated(context: Context2D, frame: SparseFrame) {
  const { panes, colors, work, filled, strips, sliceGradient } = frame;
  if (filled) paintPane(context, panes[filled], strips[filled].values, frame);
  if (sliceGradient) paintPane(context, panes.gradient, sliceGradient.values, frame);
  for (const { block, opacity } of work) paintBlock(context, panes, block, colors, opacity, 2);
  paintHighlights(context, frame);
  paintFooter(context, frame);
}
