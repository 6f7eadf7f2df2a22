import type { View } from '../shared/view.ts';
import { paintAnimated } from './animated.ts';
import { makeCaptions } from './captions.ts';
import type { SparseFrame } from './frame.ts';
import { makeFrame } from './frame.ts';
import { findCellRects, hitTest } from './hit_test.ts';
import { findLegendEntry } from './legend_entry.ts';
import { describePlace } from './place.ts';
import { paintStatic } from './static.ts';

export const sparseView: View<SparseFrame> = {
  makeFrame,
  paintStatic,
  paintAnimated,
  hitTest,
  describePlace,
  findLegendEntry,
  findCellRects,
  makeCaptions,
};
