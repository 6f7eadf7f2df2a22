/** What time moves in the sparse view: the row at work, the inputs it reads, the output cells. */

import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintText } from '../shared/drawing.ts';
import { outputDecimals, paintBlock, paintHighlights, paintPane } from '../shared/matrix_painting.ts';
import { makeBlock } from '../shared/matrix_viewport.ts';
import { makeBlocks, rowEntries } from './entries.ts';
import { writeEquation } from './equation.ts';
import type { SparseFrame } from './frame.ts';

/** Between lines of the equation, in CSS pixels. */
const LINE_HEIGHT = 20;

export function paintAnimated(context: Context2D, frame: SparseFrame) {
  const { panes, colors, row, transposed, model } = frame;
  const blocks = makeBlocks(transposed);
  const [, height, width] = model.summary.shapes.input;
  const cells = height * width;
  const line = transposed ? makeBlock('matrix', 0, row, cells, 1) : makeBlock('matrix', row, 0, 1, cells);
  paintFinishedOutput(context, frame);
  paintBlock(context, panes, line, colors, 0, 2);
  for (const { col } of rowEntries(model, row)) paintBlock(context, panes, blocks.input(col), colors, 0.2, 2);
  paintBlock(context, panes, blocks.output(row), colors, 0, 2);
  paintHighlights(context, frame);
  paintEquation(context, frame);
}

function paintEquation(context: Context2D, frame: SparseFrame) {
  const { footer, layout, colors } = frame;
  context.fillStyle = colors.text;
  context.font = cssFont(14);
  for (const [k, line] of writeEquation(frame).entries())
    paintText(context, line, 'left', footer.x, footer.y + k * LINE_HEIGHT, layout.width - footer.x - 4);
}

function paintFinishedOutput(context: Context2D, frame: SparseFrame) {
  const { panes, placedCount, outputs, position, outputMax } = frame;
  const data = outputs.get(position.outChannel)?.data;
  if (!data) return;
  const valueAt = (i: number, j: number) => (i + j < placedCount ? (data[i + j] ?? 0) : null);
  paintPane(context, panes.output, { valueAt, max: outputMax, decimals: outputDecimals(frame) }, frame);
}
