/**
 * What stands still while time runs: headings with their scales, input channels, kernel slices, empty places.
 */

import type { ColorScale } from '../../model/color.ts';
import { cellColor, colorScale, pixelColor, textColor, tintPixel } from '../../model/color.ts';
import { weightOffset } from '../../model/geometry.ts';
import { formatNumber } from '../../model/numbers.ts';
import { findRuns } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import type { CellGrid } from '../shared/grid.ts';
import {
  cellBox,
  clipTo,
  cssFont,
  makeHeatMap,
  paintCell,
  paintCenteredText,
  paintEmptyCell,
  paintGrid,
  paintHeatMap,
  paintOutline,
  traceRoundedRect,
} from '../shared/grid.ts';
import { charactersIn, decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelRow, StageFrame } from './frame.ts';
import { displayedTap } from './frame.ts';
import { cachePreviews } from './input_preview.ts';
import { rectInSlot } from './layout.ts';

export function paintStatic(context: CanvasRenderingContext2D, frame: StageFrame, bitmaps: BitmapCache) {
  const { layout, colors } = frame;
  cachePreviews(frame, bitmaps);
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, layout.width, layout.height);
  paintHeadings(context, frame);
  for (const row of frame.rows) paintRow(context, frame, row, bitmaps);
  if (frame.model.weight) paintFrame(context, frame.total, colors.line);
  paintOutputPlace(context, frame);
}

function paintHeadings(context: CanvasRenderingContext2D, frame: StageFrame) {
  const { layout: at, labels, model, position } = frame;
  const y = at.headerY;
  const palette = colorScale(frame.theme);
  paintHeading(context, frame, labels.input ?? '', at.input, y, [model.inputLow, model.inputMax], palette);
  if (at.loupe) paintHeading(context, frame, labels.window ?? '', at.loupeRect, y);
  if (model.weight)
    paintHeading(
      context,
      frame,
      labels.kernel ?? '',
      at.kernel,
      y,
      [model.weightLow, model.weightMax],
      palette,
    );
  const { kind } = model.summary.operation;
  const [values, sum] =
    kind === 'max_pool2d'
      ? [labels.values, labels.max]
      : kind === 'avg_pool2d'
        ? [labels.terms, labels.mean]
        : [labels.products, labels.sum];
  paintHeading(context, frame, values ?? '', at.products, y);
  if (!at.narrow) paintHeading(context, frame, sum ?? '', at.sum, y);
  if (!at.narrow && model.weight) paintHeading(context, frame, labels.running ?? '', at.running, y);
  const low = frame.output?.data.some((value) => value < 0) ? -1 : 0;
  paintHeading(
    context,
    frame,
    `${labels.output ?? ''}[${position.outChannel}]`,
    at.output,
    at.narrow ? at.output.y - 30 - at.stack * 7 : y,
    [low, frame.outputMax],
    palette,
  );
}

/**
 * A column's name, and under it the scale of its numbers with its ends. range: lowest (0 if none is negative)
 * and largest magnitude.
 */
export function paintHeading(
  context: CanvasRenderingContext2D,
  { colors, layout }: StageFrame,
  text: string,
  over: Rect,
  y: number,
  range?: [number, number],
  palette?: ColorScale,
) {
  const [low, max] = range ?? [0, 0];
  const decimals = Number.isInteger(max) ? 0 : decimalsThatFit([max], 4);
  const least = low < 0 ? formatNumber(-max, decimals) : '0';
  const width = layout.narrow ? 36 : 56;
  const small = cssFont(Math.max(layout.type - 3, 10.5));
  context.font = small;
  const room = max === 0 ? 0 : width / 2 + 6 + context.measureText(least).width;
  const x = Math.min(Math.max(over.x + over.width / 2, 34, room), layout.width - (range ? 54 : 40));
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.type);
  paintCenteredText(context, text, x, y);
  if (!palette || max === 0) return;
  const left = x - width / 2;
  const top = y + Math.round(layout.type * 0.92);
  for (let k = 0; k < width; k++) {
    const value = low < 0 ? (k / (width - 1)) * 2 - 1 : k / (width - 1);
    context.fillStyle = cellColor(palette, value, 1);
    context.fillRect(left + k, top, 1, 5);
  }
  paintOutline(context, { x: left, y: top, width, height: 5 }, colors.line);
  context.font = small;
  context.fillStyle = colors.muted;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  context.fillText(least, left - 4, top + 3);
  context.textAlign = 'left';
  context.fillText(formatNumber(max, decimals), left + width + 4, top + 3);
}

function paintRow(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  row: ChannelRow,
  bitmaps: BitmapCache,
) {
  const { layout: at, colors, model } = frame;
  context.globalAlpha = row.index < 0 ? 0.5 : 1;
  const input = rectInSlot(at, at.input, row.slot);
  paintInput(context, frame, row, input, bitmaps);
  context.fillStyle = colors.muted;
  context.font = cssFont(at.type - 1);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText(
    at.narrow ? String(row.channel) : `c=${row.channel}`,
    at.input.x - 7,
    input.y + input.height / 2,
    27,
  );
  context.globalAlpha = 1;
  if (row.index < 0) return;
  if (at.loupe) paintEmptyCells(context, frame, rectInSlot(at, at.loupeRect, row.slot));
  if (model.weight) paintKernel(context, frame, row);
  paintEmptyCells(context, frame, rectInSlot(at, at.products, row.slot));
  paintSigns(context, frame, row.slot);
  for (const rect of model.weight ? [at.sum, at.running] : [at.sum])
    paintFrame(context, rectInSlot(at, rect, row.slot), colors.line);
}

export function paintInput(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  row: ChannelRow,
  place: Rect,
  bitmaps: BitmapCache,
) {
  const { model, theme, colors, inputView } = frame;
  const { plane } = model;
  const palette = colorScale(theme);
  const value = inputAt(model, row.channel);
  const rect = rectInSlot(frame.layout, inputView, row.slot);
  if (inputView.cell >= READABLE_CELL) {
    const decimals = decimalsThatFit(visibleRange(model), charactersIn(inputView.cell));
    const grid = { rows: plane.rows, cols: plane.cols, at: value, max: model.inputMax, decimals };
    clipTo(context, place, () => {
      paintGrid(context, rect, inputView.cell, grid, palette, colors, place);
      paintRing(context, frame, rect);
      paintIdle(context, frame, rect);
    });
    return;
  }
  const tinted = frame.tinted && row.channel < 3;
  const key = `${model.summary.id}/${row.channel}/${tinted ? 'tint' : theme}`;
  const picture = bitmaps.get(key, () =>
    makeHeatMap(plane.rows, plane.cols, (i, j) => {
      const number = value(i, j);
      if (number === null) return 0;
      return tinted ? tintPixel(number, row.channel as 0) : pixelColor(palette, number, model.inputMax);
    }),
  );
  clipTo(
    context,
    place,
    () => {
      paintHeatMap(context, rect, picture);
      paintRing(context, frame, rect);
      paintIdle(context, frame, rect);
      if (plane.top || plane.left) paintOutline(context, inner(model, rect, inputView.cell), colors.line);
    },
    0,
  );
  paintOutline(context, place, colors.line);
}

/** Values that padding borrows are paler than those they come from. */
function paintRing(
  context: CanvasRenderingContext2D,
  { model, colors, inputView: { cell } }: StageFrame,
  rect: Rect,
) {
  if (['zeros', undefined].includes(model.summary.operation.padding_mode)) return;
  const inside = inner(model, rect, cell);
  context.globalAlpha = 0.4;
  context.fillStyle = colors.paper;
  context.beginPath();
  context.rect(rect.x, rect.y, rect.width, rect.height);
  context.rect(inside.x, inside.y, inside.width, inside.height);
  context.fill('evenodd');
  context.globalAlpha = 1;
}

/** Cells that no window ever visits are struck through. */
function paintIdle(
  context: CanvasRenderingContext2D,
  { model, colors, inputView: { cell } }: StageFrame,
  rect: Rect,
) {
  const { idleRows, idleCols, plane } = model;
  const bands = [
    ...findRuns(idleRows).map(([i, height]) => ({
      x: rect.x,
      y: rect.y + i * cell,
      width: plane.cols * cell,
      height: height * cell,
    })),
    ...findRuns(idleCols).map(([j, width]) => ({
      x: rect.x + j * cell,
      y: rect.y,
      width: width * cell,
      height: plane.rows * cell,
    })),
  ];
  context.strokeStyle = colors.muted;
  context.lineWidth = 1;
  for (const band of bands.slice(0, 64)) clipTo(context, band, () => hatch(context, band), 0);
}

function hatch(context: CanvasRenderingContext2D, { x, y, width, height }: Rect) {
  context.beginPath();
  for (let k = -height; k < width; k += 7) {
    context.moveTo(x + k, y + height);
    context.lineTo(x + k + height, y);
  }
  context.stroke();
}

/** Numbers that decide the decimals: all of a small tensor, the ends of a large one. */
function visibleRange({ input, inputMax, inputLow }: SceneModel) {
  return input.data.length <= 4096 ? input.data : [inputMax, inputLow, inputMax / 3];
}

/** The cells inside the padding ring. */
function inner({ plane, summary }: SceneModel, rect: Rect, cell: number): Rect {
  const [, height, width] = summary.shapes.input;
  return {
    x: rect.x + plane.left * cell,
    y: rect.y + plane.top * cell,
    width: width * cell,
    height: height * cell,
  };
}

/** The number at a cell of the padded plane; on the ring the borrowed one. */
function inputAt(model: SceneModel, channel: number) {
  const { plane, input, rowSources, colSources, summary } = model;
  const [, height, width] = summary.shapes.input;
  const offset = channel * height * width;
  return (i: number, j: number) => {
    const row = i - plane.top;
    const col = j - plane.left;
    const inside = row >= 0 && col >= 0 && row < height && col < width;
    const r = inside ? row : (rowSources[i] ?? -1);
    const c = inside ? col : (colSources[j] ?? -1);
    return r < 0 || c < 0 ? null : (input.data[offset + r * width + c] ?? null);
  };
}

export function paintKernel(context: CanvasRenderingContext2D, frame: StageFrame, row: ChannelRow) {
  const { layout: at, model, theme, colors, position } = frame;
  const [rows, cols] = model.subject.kernel;
  const offset = weightOffset(model.summary, position.outChannel, row.channel);
  const data = model.weight?.data ?? [];
  const decimals = decimalsThatFit(data, charactersIn(at.kernelCell));
  const value = (i: number, j: number) => {
    const [u, v] = displayedTap(model, i, j);
    return data[offset + u * cols + v] ?? 0;
  };
  const grid = { rows, cols, at: value, max: model.weightMax, decimals };
  const rect = rectInSlot(at, at.kernel, row.slot);
  if (frame.turn < 1)
    paintTurning(
      context,
      rect,
      at.kernelCell,
      grid,
      (1 - easeInOut(frame.turn)) * Math.PI,
      colorScale(theme),
    );
  else paintGrid(context, rect, at.kernelCell, grid, colorScale(theme), colors);
}

/** The kernel on its way round its middle, numbers upright. angle: still to go. */
function paintTurning(
  context: CanvasRenderingContext2D,
  rect: Rect,
  cell: number,
  grid: CellGrid,
  angle: number,
  palette: ColorScale,
) {
  const gap = cell >= READABLE_CELL ? 1 : 0;
  context.font = cssFont(fontSizeIn(cell, grid.decimals === 0));
  for (let i = 0; i < grid.rows; i++)
    for (let j = 0; j < grid.cols; j++) {
      const value = grid.at(i, j) ?? 0;
      context.save();
      context.translate(rect.x + rect.width / 2, rect.y + rect.height / 2);
      context.rotate(-angle);
      context.translate((j + 0.5) * cell - rect.width / 2, (i + 0.5) * cell - rect.height / 2);
      paintCell(
        context,
        { x: gap - cell / 2, y: gap - cell / 2, width: cell - 2 * gap, height: cell - 2 * gap },
        value,
        grid.max,
        '',
        palette,
      );
      context.rotate(angle);
      context.fillStyle = textColor(palette, value, grid.max);
      if (cell >= READABLE_CELL)
        paintCenteredText(context, formatNumber(value, grid.decimals), 0, 0, cell - 4);
      context.restore();
    }
}

/** Places that wait for numbers. */
export function paintEmptyCells(
  context: CanvasRenderingContext2D,
  { model, layout, colors }: StageFrame,
  rect: Rect,
) {
  if (layout.kernelCell < READABLE_CELL) {
    paintOutline(context, rect, colors.line);
    return;
  }
  const [rows, cols] = model.subject.kernel;
  for (let u = 0; u < rows; u++)
    for (let v = 0; v < cols; v++) paintEmptyCell(context, cellBox(rect, layout.kernelCell, u, v), colors);
}

function paintSigns(
  context: CanvasRenderingContext2D,
  { layout: at, colors, model }: StageFrame,
  slot: number,
) {
  const y = at.signs.y + slot * at.rowHeight;
  context.fillStyle = colors.muted;
  context.font = cssFont(at.narrow ? 14 : 20);
  if (model.weight) paintCenteredText(context, '×', at.signs.times, y);
  paintCenteredText(context, model.weight ? '=' : '→', at.signs.equals, y);
  const largest = model.summary.operation.kind === 'max_pool2d';
  if (largest) context.font = cssFont(13);
  paintCenteredText(context, largest ? 'max' : 'Σ', at.signs.sigma, at.sigmaY + slot * at.rowHeight);
}

function paintFrame(context: CanvasRenderingContext2D, rect: Rect, color: string) {
  context.strokeStyle = color;
  context.lineWidth = 1;
  traceRoundedRect(context, rect, 6);
  context.stroke();
}

/** Bars beside the rows and columns that output_padding adds. */
function paintOutputPadding(
  context: CanvasRenderingContext2D,
  { output, outputCell, narrow, height }: StageFrame['layout'],
  [rows, cols]: [number, number],
  inks: StageFrame['colors'],
) {
  if (rows + cols === 0) return;
  const [right, bottom] = [output.x + output.width, output.y + output.height];
  context.fillStyle = inks.accent;
  if (rows > 0) context.fillRect(output.x - 8, bottom - rows * outputCell + 1, 4, rows * outputCell - 2);
  if (cols > 0) context.fillRect(right - cols * outputCell + 1, bottom + 4, cols * outputCell - 2, 4);
  if (bottom + 26 > height) return;
  context.font = cssFont(narrow ? 11 : 12.5);
  context.textAlign = 'right';
  context.textBaseline = 'top';
  context.fillText('output_padding', right, bottom + 12);
}

export function paintOutputPlace(
  context: CanvasRenderingContext2D,
  { layout: at, colors, model, outputView }: StageFrame,
) {
  const [rows, cols] = model.subject.output;
  for (let k = at.stack; k > 0; k--) {
    const card = { ...at.output, x: at.output.x + k * 7, y: at.output.y - k * 7 };
    context.fillStyle = colors.soft;
    traceRoundedRect(context, card, 3);
    context.fill();
    paintFrame(context, card, colors.line);
  }
  context.fillStyle = colors.paper;
  context.fillRect(at.output.x, at.output.y, at.output.width, at.output.height);
  if (outputView.cell === at.outputCell)
    paintOutputPadding(context, at, model.summary.operation.output_padding ?? [0, 0], colors);
  if (at.outputCell < READABLE_CELL || outputView.cell !== at.outputCell) {
    paintOutline(context, at.output, colors.line);
    return;
  }
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) paintEmptyCell(context, cellBox(at.output, at.outputCell, i, j), colors);
}
