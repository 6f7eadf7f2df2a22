/** The gradients as one view. */

import { paintAnimated as paintMatrixAnimated } from '../matrix/animated.ts';
import { describePlace as describeMatrixPlace } from '../matrix/place.ts';
import { paintStatic as paintMatrixStatic } from '../matrix/static.ts';
import { scatterView } from '../scatter/view.ts';
import type { Context2D } from '../shared/drawing.ts';
import type { View } from '../shared/view.ts';
import { signalView } from '../signal/view.ts';
import { paintAnimated as paintSparseAnimated } from '../sparse/animated.ts';
import { describePlace as describeSparsePlace } from '../sparse/place.ts';
import { paintStatic as paintSparseStatic } from '../sparse/static.ts';
import { stageView } from '../stage/view.ts';
import { makeCaptions } from './captions.ts';
import type { GradientFrame } from './frame.ts';
import { makeFrame } from './frame.ts';
import { findCellRects, hitTest } from './hit_test.ts';
import type { MatrixInputInner } from './matrix_input.ts';
import { paintContributions } from './matrix_input_painting.ts';
import type { MatrixSumInner } from './matrix_sum.ts';
import { paintSumAnimated } from './sum_animated.ts';
import { paintSumStatic } from './sum_static.ts';

function paintMatrix(context: Context2D, inner: MatrixSumInner | MatrixInputInner) {
  if ('entries' in inner) paintContributions(context, inner);
  else paintMatrixAnimated(context, inner);
}

export const gradientView: View<GradientFrame> = {
  makeFrame,
  paintStatic(context, frame, bitmaps) {
    if (frame.kind === 'sum') return paintSumStatic(context, frame, bitmaps);
    const { inner } = frame;
    if (inner.view === 'matrix') paintMatrixStatic(context, inner);
    else if (inner.view === 'sparse') paintSparseStatic(context, inner);
    else if (inner.view === 'signal') signalView.paintStatic(context, inner, bitmaps);
    else if (inner.view === 'scatter') scatterView.paintStatic(context, inner, bitmaps);
    else stageView.paintStatic(context, inner, bitmaps);
  },
  paintFinished(context, frame, bitmaps) {
    if (frame.kind === 'gather' && frame.inner.view === 'stage')
      stageView.paintFinished?.(context, frame.inner, bitmaps);
  },
  paintAnimated(context, frame) {
    if (frame.kind === 'sum') return paintSumAnimated(context, frame);
    const { inner } = frame;
    if (inner.view === 'sparse') paintSparseAnimated(context, inner);
    else if (inner.view === 'matrix') paintMatrix(context, inner);
    else if (inner.view === 'signal') signalView.paintAnimated(context, inner);
    else if (inner.view === 'scatter') scatterView.paintAnimated(context, inner);
    else stageView.paintAnimated(context, inner);
  },
  hitTest,
  describePlace(frame, x, y, withNumber) {
    const inner = 'inner' in frame ? frame.inner : null;
    if (!inner || !('panes' in inner)) return '';
    return inner.view === 'sparse'
      ? describeSparsePlace(inner, x, y)
      : describeMatrixPlace(inner, x, y, withNumber);
  },
  findCellRects,
  makeCaptions,
};
