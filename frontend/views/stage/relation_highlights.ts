/** What the cell that is asked about has to do with the others. */

import { cellColor, colorScale, textColor } from '../../model/color.ts';
import { inputChannelsOf } from '../../model/geometry.ts';
import { ledgerLayerOf } from '../../model/ledger.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { Cell, CellLattice, ReachedOutput, Relations } from '../../model/relations.ts';
import { findRuns } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { clipTo, cssFont, paintCenteredText, traceRoundedRect } from '../shared/grid.ts';
import { decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelRow, StageFrame } from './frame.ts';
import { findCellRect } from './hit_test.ts';
import { rectInSlot } from './layout.ts';

/** Small pictures of the other output channels: their largest side and how many there are at most. */
const SMALL = 54;
const MOST_SMALL = 8;

export function paintRelations(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  { cell, answer, pinned }: { cell: Cell; answer: Relations; pinned: boolean },
) {
  for (const row of frame.rows) {
    if (answer.inputs?.channels.includes(row.channel)) paintInputs(context, frame, row, answer.inputs.plane);
  }
  if (answer.outputs.length > 0) paintReach(context, frame, cell, answer.outputs);
  if (answer.weights) paintMark(context, frame, findCellRect(frame, { ...cell, grid: 'weight' }), false);
  paintMark(context, frame, findCellRect(frame, cell), pinned);
}

function paintInputs(
  context: CanvasRenderingContext2D,
  { layout: at, inputView, colors }: StageFrame,
  row: ChannelRow,
  plane: CellLattice,
) {
  const origin = rectInSlot(at, inputView, row.slot);
  const size = inputView.cell;
  clipTo(context, rectInSlot(at, at.input, row.slot), () => {
    context.fillStyle = colors.accent;
    context.strokeStyle = colors.accent;
    context.lineWidth = 1.5;
    for (const [i, height] of findRuns(plane.rows)) {
      for (const [j, width] of findRuns(plane.cols)) {
        const rect = {
          x: origin.x + j * size,
          y: origin.y + i * size,
          width: width * size,
          height: height * size,
        };
        context.globalAlpha = 0.28;
        context.fillRect(rect.x, rect.y, rect.width, rect.height);
        context.globalAlpha = 1;
        if (Math.min(rect.width, rect.height) >= 4)
          context.strokeRect(rect.x, rect.y, rect.width, rect.height);
      }
    }
  });
}

/** The output cells an input cell reaches: in the channel shown, and small in the others. */
function paintReach(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  cell: Cell,
  reached: ReachedOutput[],
) {
  const { layout: at, model, outputView, position } = frame;
  const ofGroup = model.summary.shapes.output[0] === 1 ? [0] : groupOutputs(frame, cell.channel);
  if (ofGroup.includes(position.outChannel)) {
    clipTo(context, at.output, () =>
      paintReached(context, frame, outputView, outputView.cell, position.outChannel, cell.channel, reached),
    );
  }
  const others = ofGroup.filter((o) => o !== position.outChannel);
  if (!at.narrow && others.length > 0)
    paintOthers(context, frame, others.slice(0, MOST_SMALL), cell.channel, reached);
}

function groupOutputs({ model }: StageFrame, channel: number) {
  const count = model.summary.shapes.output[0];
  return Array.from({ length: count }, (_, o) => o).filter((o) =>
    inputChannelsOf(model.summary, o).includes(channel),
  );
}

/** Each cell in the colour of the weight that carries the input there. */
function paintReached(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  origin: { x: number; y: number },
  size: number,
  o: number,
  channel: number,
  reached: ReachedOutput[],
) {
  const { model, theme, colors, question } = frame;
  const [, height, width] = model.summary.shapes.input;
  const value =
    question?.cell.grid === 'input'
      ? (model.input.data[(channel * height + question.cell.row) * width + question.cell.col] ?? 0)
      : 0;
  const palette = colorScale(theme);
  const layer = ledgerLayerOf(model, o, [channel]);
  context.lineWidth = 2;
  context.strokeStyle = colors.accent;
  for (const { row, col, u, v } of reached) {
    context.fillStyle = cellColor(palette, layer.weight(0, u, v) ?? model.weightMax, model.weightMax);
    const rect = { x: origin.x + col * size, y: origin.y + row * size, width: size, height: size };
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
    if (size >= 5) context.strokeRect(rect.x + 1, rect.y + 1, size - 2, size - 2);
    if (model.weight && size >= READABLE_CELL)
      paintStamp(context, frame, rect, layer.weight(0, u, v) ?? 0, value);
  }
}

/** What an input cell adds to an output cell: itself times the weight. */
function paintStamp(
  context: CanvasRenderingContext2D,
  { model, theme }: StageFrame,
  rect: Rect,
  weight: number,
  value: number,
) {
  const palette = colorScale(theme);
  const whole = Number.isInteger(weight) && Number.isInteger(value);
  const text = (number: number) => formatNumber(number, whole ? 0 : decimalsThatFit([number], 3));
  context.fillStyle = textColor(palette, weight, model.weightMax);
  context.font = cssFont(Math.min(fontSizeIn(rect.width), 16));
  paintCenteredText(
    context,
    `${text(value)}·${text(weight)}`,
    rect.x + rect.width / 2,
    rect.y + rect.height / 2,
    rect.width - 6,
  );
}

function paintOthers(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  others: number[],
  channel: number,
  reached: ReachedOutput[],
) {
  const { layout: at, model, colors } = frame;
  const [rows, cols] = model.subject.output;
  const size = Math.min(SMALL / rows, SMALL / cols);
  const [width, height] = [cols * size, rows * size];
  const top = Math.min(at.output.y + at.output.height + 12, at.height - height - 16);
  const step = Math.min(width + 10, (at.width - at.output.x + 60) / others.length);
  const left = Math.min(at.output.x, at.width - others.length * step - 2);
  others.forEach((o, k) => {
    const rect = { x: left + k * step, y: top, width, height };
    context.fillStyle = colors.paper;
    context.fillRect(rect.x - 3, rect.y - 3, width + 6, height + 18);
    clipTo(context, rect, () => paintReached(context, frame, rect, size, o, channel, reached));
    context.strokeStyle = colors.line;
    context.lineWidth = 1;
    context.strokeRect(rect.x - 0.5, rect.y - 0.5, width + 1, height + 1);
    context.fillStyle = colors.muted;
    context.font = cssFont(10.5);
    paintCenteredText(context, `Y[${o}]`, rect.x + width / 2, rect.y + height + 8, width + 8);
  });
}

function paintMark(
  context: CanvasRenderingContext2D,
  { colors }: StageFrame,
  rect: Rect | null,
  pinned: boolean,
) {
  if (!rect) return;
  const grow = rect.width < 6 ? 2 : 0;
  context.strokeStyle = colors.accent;
  context.lineWidth = pinned ? 4 : 2.5;
  traceRoundedRect(
    context,
    { x: rect.x - grow, y: rect.y - grow, width: rect.width + 2 * grow, height: rect.height + 2 * grow },
    Math.min(4, rect.width / 4),
  );
  context.stroke();
}
