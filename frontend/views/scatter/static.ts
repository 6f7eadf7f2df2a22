/** What stands still in the scatter view: headings, input channels, kernel slices, empty places. */

import type { Context2D } from '../shared/drawing.ts';
import { clearCanvas, cssFont, paintText } from '../shared/drawing.ts';
import type { BitmapCache } from '../shared/layered_painter.ts';
import { headingSize, paintHeading, paintHeadings } from '../stage/headings.ts';
import { paintLane } from '../stage/lane.ts';
import { paintOutputPlaces } from '../stage/output.ts';
import { paintPlanes } from '../stage/static.ts';
import type { ScatterFrame } from './frame.ts';

export function paintStatic(context: Context2D, frame: ScatterFrame, bitmaps: BitmapCache) {
  const { layout, stampPlace, colors, t } = frame;
  clearCanvas(context, frame);
  paintHeadings(context, frame, ['input', 'kernel', 'products', 'output']);
  const window = layout.headings.find(({ name }) => name === 'window');
  if (window) paintHeading(context, frame, window, { name: t('scatter.value') });
  if (stampPlace) {
    context.fillStyle = colors.text;
    context.font = cssFont(headingSize(frame), 600);
    paintText(context, t('scatter.stamp'), 'left', stampPlace.x, stampPlace.y - 12);
  }
  paintPlanes(context, frame, bitmaps);
  for (const row of frame.rows) paintLane(context, frame, row);
  paintOutputPlaces(context, frame, bitmaps);
}
