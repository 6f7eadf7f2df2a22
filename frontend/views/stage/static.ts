/** What stands still while time runs: headings, planes, kernel slices, empty places, the other filters. */

import type { Context2D } from '../shared/drawing.ts';
import { clearCanvas, cssFont, paintText } from '../shared/drawing.ts';
import type { BitmapCache } from '../shared/layered_painter.ts';
import type { ChannelFrame } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { paintHeadings } from './headings.ts';
import { paintPlane } from './input_plane.ts';
import { paintLane, smallType } from './lane.ts';
import { paintLedgerPlaces } from './ledger_frame.ts';
import { paintOutputPlaces } from './output.ts';
import { paintShelf } from './shelf.ts';
import { hueOf } from './window.ts';

export function paintStatic(context: Context2D, frame: StageFrame, bitmaps: BitmapCache) {
  clearCanvas(context, frame);
  paintHeadings(context, frame);
  paintPlanes(context, frame, bitmaps);
  // Beside a large plane a channel of another group has no lane.
  for (const row of frame.rows) if (row.index >= 0 || !frame.layout.plane) paintLane(context, frame, row);
  paintOutputPlaces(context, frame, bitmaps);
  paintLedgerPlaces(context, frame);
  paintShelf(context, frame);
}

/** Paints all planes; thumbnails have their channels' names. */
export function paintPlanes(context: Context2D, frame: ChannelFrame, bitmaps: BitmapCache) {
  for (const plane of frame.planes) {
    paintPlane(context, frame, plane, bitmaps);
    if (!plane.thumbnail) continue;
    const { place, channel } = plane;
    context.fillStyle = hueOf(frame, channel);
    context.fillRect(place.x, place.y - 4, place.width, channel === frame.planeChannel ? 3 : 2);
    context.font = cssFont(smallType(frame), channel === frame.planeChannel ? 700 : 500);
    const name = frame.t(frame.model.subject.picture ? `stage.channel.rgb${channel}` : 'stage.channel', {
      channel,
    });
    paintText(context, name, 'left', place.x, place.y + place.height + 9, place.width + 6);
  }
}
