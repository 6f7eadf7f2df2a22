/** The kernel slice of an input channel, at rest or turning. */

import { colorScale, textColor } from '../../model/color.ts';
import { weightOffset } from '../../model/geometry.ts';
import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintCenteredText } from '../shared/drawing.ts';
import type { CellGrid } from '../shared/grid.ts';
import { cellBox, paintCell, paintGrid } from '../shared/grid.ts';
import { centerOf } from '../shared/rects.ts';
import { charactersIn, decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelRow } from './channel_rows.ts';
import { displayedTap } from './channel_rows.ts';
import type { ChannelFrame } from './frame.ts';
import { rectInSlot } from './layout.ts';

export function paintKernel(context: Context2D, frame: ChannelFrame, { slot, channel }: ChannelRow) {
  const { layout, model, position } = frame;
  const [rows, cols] = model.subject.kernel;
  const offset = weightOffset(model.summary, position.outChannel, channel);
  const data = model.weight?.data ?? [];
  const decimals = decimalsThatFit(data, charactersIn(layout.kernelCell));
  const valueAt = (i: number, j: number) => {
    const [u, v] = displayedTap(model, i, j);
    return data[offset + u * cols + v] ?? 0;
  };
  const grid = { rows, cols, valueAt, max: model.weightMax, decimals };
  const rect = rectInSlot(layout, layout.kernel, slot);
  if (frame.kernelTurn < 1) paintTurningKernel(context, frame, rect, grid);
  else paintGrid(context, rect, layout.kernelCell, grid, frame);
}

/** Paints the kernel turning about its center; its numbers stay upright. */
function paintTurningKernel(
  context: Context2D,
  { kernelTurn, layout: { kernelCell: cell }, theme }: ChannelFrame,
  rect: Rect,
  { rows, cols, valueAt, max, decimals }: CellGrid,
) {
  const angle = (1 - easeInOut(kernelTurn)) * Math.PI;
  const center = centerOf(rect);
  context.font = cssFont(fontSizeIn(cell, decimals === 0));
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) {
      const value = valueAt(i, j) ?? 0;
      context.save();
      context.translate(center.x, center.y);
      context.rotate(-angle);
      context.translate((j + 0.5) * cell - rect.width / 2, (i + 0.5) * cell - rect.height / 2);
      paintCell(context, cellBox({ x: -cell / 2, y: -cell / 2 }, cell, 0, 0), value, max, '', theme);
      context.rotate(angle);
      context.fillStyle = textColor(colorScale(theme), value, max);
      if (cell >= READABLE_CELL) paintCenteredText(context, formatNumber(value, decimals), 0, 0, cell - 4);
      context.restore();
    }
}
