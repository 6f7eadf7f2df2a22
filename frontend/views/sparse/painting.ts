/**
 * The sparse matrix: one colour a weight, blank where there is none; the input over it, the output beside it.
 */

import type { Rgb } from '../../model/color.ts';
import { categoryColors, colorScale, packPixel, pixelColor, textColorOn } from '../../model/color.ts';
import { weightOffset } from '../../model/geometry.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { cellBox, cssFont, paintCenteredText, paintOutline, traceRoundedRect } from '../shared/grid.ts';
import {
  paintBlock,
  paintHeading,
  paintHighlights,
  paintPane,
  paintPixels,
  paintScrollExtent,
} from '../shared/matrix_painting.ts';
import { makeBlock, visibleCells } from '../shared/matrix_viewport.ts';
import { charactersIn, decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { SparseEntry, SparseFrame } from './frame.ts';
import { rowEntries, visibleOutputs } from './frame.ts';

/** So many output cells decide how many decimals there is room for. */
const DECIDING = 1024;

export function paintStatic(context: CanvasRenderingContext2D, frame: SparseFrame) {
  const { layout, colors, model, panes, channel, theme } = frame;
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, layout.width, layout.height);
  paintSlice(context, frame);
  paintMatrix(context, frame);
  const offset = channel * model.summary.shapes.input[1] * model.summary.shapes.input[2];
  const decimals = decimalsThatFit(
    [
      model.inputMax,
      model.inputLow,
      ...(model.input.data.length <= 4096 ? model.input.data : [model.inputMax / 3]),
    ],
    charactersIn(frame.cell),
  );
  paintPane(
    context,
    panes.input,
    { at: (i, j) => model.input.data[offset + i + j] ?? 0, max: model.inputMax, decimals },
    colorScale(theme),
    colors,
  );
  paintOutline(context, panes.output.place, colors.line);
  paintScrollExtent(context, panes.matrix, colors);
  paintHeadings(context, frame);
}

function paintHeadings(context: CanvasRenderingContext2D, frame: SparseFrame) {
  const { panes, labels, position, channel, layout, transposed, colors } = frame;
  paintHeading(
    context,
    frame,
    `${labels['sparse.kernel']}`,
    panes.kernel,
    `o=${position.outChannel}, c=${channel}`,
  );
  const [above, beside] = transposed ? [panes.output, panes.input] : [panes.input, panes.output];
  const names = [`${labels.input}[${channel}]`, `${labels.output}[${position.outChannel}]`];
  const [over, right] = transposed ? names.reverse() : names;
  paintHeading(
    context,
    frame,
    `${over}  ·  ${labels['sparse.matrix']} ${panes.matrix.rows} × ${panes.matrix.cols}`,
    above,
    '',
    240,
  );
  if (layout.narrow) return;
  context.fillStyle = colors.muted;
  context.font = cssFont(13);
  const { x, width } = beside.place;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(right ?? '', x, beside.place.y - 14, Math.max(layout.width - x, width));
}

/** The weight in (u, v): its colour. Few weights have one each, many take theirs by value. */
function weightColors({ model, theme, position, channel }: SparseFrame): (u: number, v: number) => Rgb {
  const [kH, kW] = model.subject.kernel;
  const own = categoryColors(theme);
  if (kH * kW <= own.length) return (u, v) => own[u * kW + v] ?? [0, 0, 0];
  const value = weights(model, position.outChannel, channel);
  const palette = colorScale(theme);
  return (u, v) => {
    const word = pixelColor(palette, value(u, v), model.weightMax);
    return [word & 255, (word >> 8) & 255, (word >> 16) & 255];
  };
}

function weights(
  { summary, subject, weight }: SceneModel,
  o: number,
  channel: number,
): (u: number, v: number) => number {
  const offset = weightOffset(summary, o, channel);
  return (u, v) => weight?.data[offset + u * subject.kernel[1] + v] ?? 0;
}

/** The kernel slice: what each colour stands for. */
function paintSlice(context: CanvasRenderingContext2D, frame: SparseFrame) {
  const { panes, model, position, channel } = frame;
  const value = weights(model, position.outChannel, channel);
  const color = weightColors(frame);
  const [size] = panes.kernel.size;
  const decimals = decimalsThatFit(model.weight?.data ?? [], charactersIn(size));
  for (let u = 0; u < panes.kernel.rows; u++) {
    for (let v = 0; v < panes.kernel.cols; v++) {
      paintWeight(
        context,
        cellBox(panes.kernel.place, size, u, v),
        color(u, v),
        size >= READABLE_CELL ? formatNumber(value(u, v), decimals) : '',
        size,
      );
    }
  }
}

function paintWeight(context: CanvasRenderingContext2D, box: Rect, rgb: Rgb, text: string, size: number) {
  context.fillStyle = `rgb(${rgb.join(' ')})`;
  traceRoundedRect(context, box, 3);
  context.fill();
  if (!text) return;
  context.fillStyle = textColorOn(rgb);
  context.font = cssFont(fontSizeIn(size));
  paintCenteredText(context, text, box.x + box.width / 2, box.y + box.height / 2, box.width - 2);
}

/** The entries in sight, found output cell by output cell. */
function eachEntry(
  { model, panes, transposed }: SparseFrame,
  visit: (row: number, col: number, entries: SparseEntry[]) => void,
) {
  const seen = visibleCells(panes.matrix);
  const [first, end] = visibleOutputs(panes, transposed);
  const [low, high] = transposed ? [seen.top, seen.bottom] : [seen.left, seen.right];
  for (let r = first; r < end; r++) {
    const inSight = rowEntries(model, r).filter(({ col }) => col >= low && col < high);
    for (const entry of inSight) {
      const shared =
        model.summary.operation.padding_mode === 'zeros'
          ? [entry]
          : inSight.filter(({ col }) => col === entry.col);
      if (shared[0] === entry) visit(transposed ? entry.col : r, transposed ? r : entry.col, shared);
    }
  }
}

function paintMatrix(context: CanvasRenderingContext2D, frame: SparseFrame) {
  const { panes, model, position, channel, cell, colors } = frame;
  const { matrix } = panes;
  const color = weightColors(frame);
  const { top, left, bottom, right } = visibleCells(matrix);
  if (cell >= READABLE_CELL) {
    const value = weights(model, position.outChannel, channel);
    const decimals = decimalsThatFit(model.weight?.data ?? [], charactersIn(cell));
    paintLines(context, frame);
    eachEntry(frame, (row, col, entries) => {
      const sum = entries.reduce((total, { u, v }) => total + value(u, v), 0);
      paintWeight(
        context,
        cellBox(matrix.place, cell, row - top, col - left),
        mixed(entries.map(({ u, v }) => color(u, v))),
        formatNumber(sum, decimals),
        cell,
      );
    });
  } else {
    const words = new Uint32Array((bottom - top) * (right - left));
    eachEntry(frame, (row, col, entries) => {
      words[(row - top) * (right - left) + col - left] = packPixel(
        mixed(entries.map(({ u, v }) => color(u, v))),
      );
    });
    paintLines(context, frame);
    paintPixels(context, matrix, (row, col) => words[(row - top) * (right - left) + col - left] ?? 0);
  }
  paintOutline(context, matrix.place, colors.line);
}

/** A cell that several weights reach, as borrowing padding does, has their mean colour. */
function mixed(colors: Rgb[]): Rgb {
  const mean = (k: 0 | 1 | 2) => Math.round(colors.reduce((sum, color) => sum + color[k], 0) / colors.length);
  return [mean(0), mean(1), mean(2)];
}

/** Where a row of the input, or of the output, ends. */
function paintLines(
  context: CanvasRenderingContext2D,
  { panes: { matrix }, model, transposed, cell, colors }: SparseFrame,
) {
  const { input, output } = model.summary.shapes;
  const [down, across] = transposed ? [input[2], output[2]] : [output[2], input[2]];
  const { x, y, width, height } = matrix.place;
  const { top, left, bottom, right } = visibleCells(matrix);
  context.fillStyle = colors.line;
  if (down * cell >= 12)
    for (let row = Math.ceil(top / down) * down; row < bottom; row += down)
      context.fillRect(x, y + (row - top) * cell - 0.5, width, 1);
  if (across * cell >= 12)
    for (let col = Math.ceil(left / across) * across; col < right; col += across)
      context.fillRect(x + (col - left) * cell - 0.5, y, 1, height);
}

export function paintAnimated(context: CanvasRenderingContext2D, frame: SparseFrame) {
  const { panes, colors, row, transposed, model, question } = frame;
  paintPlaced(context, frame);
  const [, height, width] = model.summary.shapes.input;
  const line = transposed
    ? makeBlock('matrix', 0, row, height * width, 1)
    : makeBlock('matrix', row, 0, 1, height * width);
  paintBlock(context, panes, line, colors, 0, 2);
  for (const { col } of rowEntries(model, row))
    paintBlock(
      context,
      panes,
      transposed ? makeBlock('input', col, 0) : makeBlock('input', 0, col),
      colors,
      0.2,
      2,
    );
  paintBlock(
    context,
    panes,
    transposed ? makeBlock('output', 0, row) : makeBlock('output', row, 0),
    colors,
    0,
    2,
  );
  if (question) paintHighlights(context, panes, question, colors);
}

/** The output cells that stand. */
function paintPlaced(
  context: CanvasRenderingContext2D,
  { panes, placedCount, outputs, position, outputMax, theme, colors, cell }: SparseFrame,
) {
  const data = outputs.get(position.outChannel)?.data;
  if (!data) return;
  const decimals = decimalsThatFit(
    [outputMax, -outputMax, ...data.subarray(0, DECIDING)],
    charactersIn(cell),
  );
  paintPane(
    context,
    panes.output,
    { at: (i, j) => (i + j < placedCount ? (data[i + j] ?? 0) : null), max: outputMax, decimals },
    colorScale(theme),
    colors,
  );
}
