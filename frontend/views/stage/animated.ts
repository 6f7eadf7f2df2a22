/** What time moves, in two layers: what is finished for a while, and what is moving. */

import { isAtRest } from '../../model/timeline.ts';
import type { Context2D } from '../shared/drawing.ts';
import type { BitmapCache } from '../shared/layered_painter.ts';
import type { ChannelRow } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { paintLedgerNames } from './ledger_frame.ts';
import { paintSums, paintTotal } from './ledger_sums.ts';
import { paintCurrentCell, paintFinishedOutput } from './output.ts';
import { paintPhoneLedger } from './phone_ledger.ts';
import { paintActiveTap, paintDivisor, paintProducts } from './products.ts';
import { paintRelations } from './relation_highlights.ts';
import { paintFunnel, paintRibbon } from './ribbons.ts';
import { paintValuePath } from './value_path.ts';
import { paintWaterfall } from './waterfall.ts';
import { paintLoupe, paintWindows } from './window.ts';

export function paintFinished(context: Context2D, frame: StageFrame, bitmaps: BitmapCache) {
  paintFinishedOutput(context, frame, bitmaps);
  paintLedgerNames(context, frame);
  for (const row of frame.rows) if (row.index >= 0) paintFunnel(context, frame, row);
  if (isAtRest(frame.position.slide)) paintWindowParts(context, frame);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row, true);
  paintTotal(context, frame, true);
  paintWaterfall(context, frame);
}

export function paintAnimated(context: Context2D, frame: StageFrame) {
  if (!isAtRest(frame.position.slide)) paintWindowParts(context, frame);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row, false);
  paintTotal(context, frame, false);
  if (frame.layout.family === 'phone') paintPhoneLedger(context, frame);
  paintCurrentCell(context, frame);
  paintValuePath(context, frame);
  paintRelations(context, frame);
}

/** Paints the windows, and what leads from them to the kernels. */
function paintWindowParts(context: Context2D, frame: StageFrame) {
  for (const row of frame.rows) if (row.index >= 0) paintRibbon(context, frame, row);
  paintWindows(context, frame);
  for (const row of frame.rows) if (row.index >= 0) paintLoupe(context, frame, row);
}

/** Paints what of a lane is finished, or what moves. */
function paintRow(context: Context2D, frame: StageFrame, row: ChannelRow, finished: boolean) {
  const line = frame.ledger?.lines[row.index];
  if (!line) return;
  if (finished) paintDivisor(context, frame, row);
  paintProducts(context, frame, row, finished);
  if (!finished) paintActiveTap(context, frame, row);
  paintSums(context, frame, row, line, finished);
}
