/** What the active cell is computed from, or takes part in. */

import { ledgerLayerOf } from '../../model/ledger.ts';
import { decimalsFor, formatNumber } from '../../model/numbers.ts';
import { findRuns } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, fillRoundedRect, frameCells, paintTextIn } from '../shared/drawing.ts';
import { growRect } from '../shared/rects.ts';
import { columnRect, findCellRects } from './cell_rects.ts';
import { inputScale, inputValue } from './cell_values.ts';
import type { SignalFrame } from './frame.ts';
import { columnsOf } from './static.ts';

/** The narrowest column in which factors are written. */
const FACTORS = 34;
const FACTORS_HEIGHT = 20;
/** How strongly columns without numbers are tinted. */
const TINT = 0.22;

export function paintRelations(context: Context2D, frame: SignalFrame) {
  const { activeCell, relations, colors } = frame;
  if (!activeCell || !relations) return;
  paintInputs(context, frame);
  paintOutputs(context, frame);
  if (relations.biasedOutput === frame.position.outChannel) paintBiasedOutputs(context, frame);
  const { cell, pinned } = activeCell;
  const mark = (rect: Rect) =>
    frameCells(context, growRect(rect, -1), rect.width, colors.accent, pinned ? 4 : 2.5);
  if (relations.weights) findCellRects(frame, { ...cell, grid: 'weight' }).forEach(mark);
  findCellRects(frame, cell).forEach(mark);
}

/** Frames the columns; what has no numbers is tinted too. */
function paintInputs(context: Context2D, frame: SignalFrame) {
  const { relations, rows, colors, model, axis } = frame;
  if (!relations?.inputs) return;
  const { channels, plane } = relations.inputs;
  const { gathered } = model.subject;
  const columns = plane.cols.map((col) => (gathered ? axis.inputAt(col) : col - model.plane.left));
  context.fillStyle = colors.accent;
  for (const { channel, lane } of rows) {
    if (!channels.includes(channel)) continue;
    const numbered = inputScale(frame, lane.plot).fit.readable;
    clipTo(context, columnsOf(frame, lane.plot), () => {
      for (const [first, count] of findRuns(columns)) {
        const column = columnRect(frame, lane.plot, first);
        const run = growRect({ ...column, width: column.width * count }, -1);
        context.globalAlpha = TINT;
        if (!numbered) context.fillRect(run.x, run.y, run.width, run.height);
        context.globalAlpha = 1;
        if (numbered) frameCells(context, run, column.width, colors.accent, 2);
      }
    });
  }
}

/** Frames the output cells, to each of which the bias is added. */
function paintBiasedOutputs(context: Context2D, frame: SignalFrame) {
  const { layout, axis, colors, model } = frame;
  clipTo(context, columnsOf(frame, layout.output), () => {
    for (let col = 0; col < model.summary.shapes.output[2]; col++) {
      const column = columnRect(frame, layout.output, axis.outputAt(col));
      frameCells(context, growRect(column, -1), column.width, colors.accent, 2);
    }
  });
}

/** The output cells that an input cell reaches, each with the factors that carry it there. */
function paintOutputs(context: Context2D, frame: SignalFrame) {
  const { relations, activeCell, model, position, layout, axis, colors } = frame;
  const { channel = 0, col: input = 0 } = activeCell?.cell ?? {};
  if (!relations || relations.outputs.length === 0 || !frame.inChannels.includes(channel)) return;
  const { weight } = ledgerLayerOf(model, position.outChannel, [channel]);
  const value = inputValue(frame, channel, input);
  clipTo(context, columnsOf(frame, layout.output), () => {
    for (const { col, v } of relations.outputs) {
      const column = columnRect(frame, layout.output, axis.outputAt(col));
      frameCells(context, growRect(column, -1), column.width, colors.accent, 2);
      const factor = weight(0, 0, v);
      if (factor === null || layout.cell < FACTORS) continue;
      const format = (number: number) => formatNumber(number, decimalsFor([number], 3));
      const text = `${format(value)}·${format(factor)}`;
      const chip = { ...growRect(column, -3), y: column.y + 3, height: FACTORS_HEIGHT };
      fillRoundedRect(context, chip, 4, colors.paper);
      context.fillStyle = colors.accent;
      context.font = cssFont(Math.min(13, layout.cell / (0.6 * text.length)), 600);
      paintTextIn(context, text, chip, 4);
    }
  });
}
