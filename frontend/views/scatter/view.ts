import type { View } from '../shared/view.ts';
import { makeCaptions } from '../stage/captions.ts';
import { paintAnimated } from './animated.ts';
import type { ScatterFrame } from './frame.ts';
import { makeFrame } from './frame.ts';
import { findCellRects, hitTest } from './hit_test.ts';
import { paintStatic } from './static.ts';

export const scatterView: View<ScatterFrame> = {
  makeFrame,
  paintStatic,
  paintAnimated,
  hitTest,
  findCellRects,
  makeCaptions,
};
