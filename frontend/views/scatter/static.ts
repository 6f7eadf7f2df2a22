/** What stands still in the scatter view: headings, input channels, kernel slices, empty places. */

import type { BitmapCache } from '../shared/canvas.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clearCanvas } from '../shared/drawing.ts';
import {
  paintHeading,
  paintInputHeading,
  paintKernelHeading,
  paintOutputHeading,
} from '../stage/headings.ts';
import { paintChannelRow, paintOutputPlace } from '../stage/static.ts';
import type { ScatterFrame } from './frame.ts';

export function paintStatic(context: Context2D, frame: ScatterFrame, bitmaps: BitmapCache) {
  const { layout, valueRect, stampRect, t } = frame;
  clearCanvas(context, frame);
  paintInputHeading(context, frame);
  if (!layout.narrow) paintHeading(context, frame, t('scatter.value'), valueRect);
  paintKernelHeading(context, frame);
  paintHeading(context, frame, t('stage.products'), layout.products);
  if (stampRect) paintHeading(context, frame, t('scatter.stamp'), stampRect);
  paintOutputHeading(context, frame);
  for (const row of frame.rows) paintChannelRow(context, frame, row, bitmaps);
  paintOutputPlace(context, frame);
}
