/** A layer of one dimension: its signals as bars, the kernel sliding below them. */

import type { View } from '../shared/view.ts';
import { makeCaptions } from '../stage/captions.ts';
import { paintAnimated } from './animated.ts';
import { findCellRects, hitTest } from './cell_rects.ts';
import type { SignalFrame } from './frame.ts';
import { makeFrame } from './frame.ts';
import { paintStatic } from './static.ts';

export const signalView: View<SignalFrame> = {
  makeFrame,
  paintStatic,
  paintAnimated,
  hitTest,
  findCellRects,
  makeCaptions,
};
