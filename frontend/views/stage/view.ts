import type { View } from '../shared/view.ts';
import { paintAnimated, paintFinished } from './animated.ts';
import { makeCaptions } from './captions.ts';
import type { StageFrame } from './frame.ts';
import { makeFrame } from './frame.ts';
import { findCellRects, hitTest } from './hit_test.ts';
import { paintStatic } from './static.ts';

export const stageView: View<StageFrame> = {
  makeFrame,
  paintStatic,
  paintFinished,
  paintAnimated,
  hitTest,
  findCellRects,
  makeCaptions,
};
