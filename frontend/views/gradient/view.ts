/** The gradients as one view. */

import { scatterView } from '../scatter/view.ts';
import type { View } from '../shared/view.ts';
import { stageView } from '../stage/view.ts';
import { makeCaptions } from './captions.ts';
import type { GradientFrame } from './frame.ts';
import { makeFrame } from './frame.ts';
import { findCellRects, hitTest } from './hit_test.ts';
import { paintSumAnimated } from './sum_animated.ts';
import { paintSumStatic } from './sum_static.ts';

export const gradientView: View<GradientFrame> = {
  makeFrame,
  paintStatic(context, frame, bitmaps) {
    if (frame.kind === 'sum') paintSumStatic(context, frame, bitmaps);
    else if (frame.kind === 'scatter') scatterView.paintStatic(context, frame.inner, bitmaps);
    else stageView.paintStatic(context, frame.inner, bitmaps);
  },
  paintFinished(context, frame, bitmaps) {
    if (frame.kind === 'gather') stageView.paintFinished?.(context, frame.inner, bitmaps);
  },
  paintAnimated(context, frame) {
    if (frame.kind === 'sum') paintSumAnimated(context, frame);
    else if (frame.kind === 'scatter') scatterView.paintAnimated(context, frame.inner);
    else stageView.paintAnimated(context, frame.inner);
  },
  hitTest,
  findCellRects,
  makeCaptions,
};
