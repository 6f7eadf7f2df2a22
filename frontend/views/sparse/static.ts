/** What stands still in the sparse view: the kernel slice, the matrix, the input; one colour a weight. */

import type { Rgb } from '../../model/color.ts';
import { categoryColors, colorScale, packPixel, pixelColor, textColorOn } from '../../model/color.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  clearCanvas,
  cssFont,
  fillRoundedRect,
  paintOutline,
  paintText,
  paintTextIn,
} from '../shared/drawing.ts';
import { cellBox } from '../shared/grid.ts';
import { fitMatrix } from '../shared/matrix_fit.ts';
import { paintPane, paintPaneHeading, paintPixels, paintScrollExtent } from '../shared/matrix_painting.ts';
import { visibleCells, writeSlice } from '../shared/matrix_viewport.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { writeNumber } from '../shared/text_fit.ts';
import type { SparseEntry } from './entries.ts';
import { visitEntries, weightsOf } from './entries.ts';
import type { SparseFrame } from './frame.ts';

/** Lines between rows of the input, or of the output, are at least this far apart. */
const MIN_LINE_DISTANCE = 12;

export function paintStatic(context: Context2D, frame: SparseFrame) {
  const { colors, panes } = frame;
  clearCanvas(context, frame);
  paintSlice(context, frame);
  paintMatrix(context, frame);
  paintStrips(context, frame);
  if (!frame.still) paintScrollExtent(context, panes.matrix, colors);
  paintHeadings(context, frame);
}

/** Paints the strips that stand still. */
function paintStrips(context: Context2D, frame: SparseFrame) {
  const { panes, strips, filled, colors } = frame;
  for (const name of ['input', 'output'] as const)
    if (name === filled) paintOutline(context, panes[name].place, colors.line);
    else paintPane(context, panes[name], strips[name].values, frame);
}

function paintHeadings(context: Context2D, frame: SparseFrame) {
  const { panes, outChannel, channel, layout, transposed, colors, strips, sliceGradient, t } = frame;
  paintPaneHeading(context, frame, t('sparse.kernel'), panes.kernel, `o=${outChannel}, c=${channel}`);
  if (sliceGradient) paintPaneHeading(context, frame, sliceGradient.name, panes.gradient, '');
  const input = { pane: panes.input, name: strips.input.name };
  const output = { pane: panes.output, name: strips.output.name };
  const [above, beside] = transposed ? [output, input] : [input, output];
  const slice = frame.still ? writeSlice(panes.matrix) : '';
  const matrix = `${t('sparse.matrix')} ${panes.matrix.rows} × ${panes.matrix.cols} ${slice}`.trimEnd();
  paintPaneHeading(context, frame, `${above.name}  ·  ${matrix}`, above.pane, '', 240);
  if (layout.narrow) return;
  const { x, y, width } = beside.pane.place;
  context.fillStyle = colors.muted;
  context.font = cssFont(13 * layout.scale);
  paintText(context, beside.name, 'left', x, y - 14 * layout.scale, Math.max(layout.width - x, width));
}

/** Looks up the colour of each weight: few weights have one each, many take theirs by value. */
function weightColors({ model, theme, outChannel, channel }: SparseFrame): (u: number, v: number) => Rgb {
  const [kH, kW] = model.subject.kernel;
  const categories = categoryColors(theme);
  if (kH * kW <= categories.length) return (u, v) => categories[u * kW + v] ?? [0, 0, 0];
  const weightAt = weightsOf(model, outChannel, channel);
  const scale = colorScale(theme);
  return (u, v) => {
    const pixel = pixelColor(scale, weightAt(u, v), model.weightMax);
    return [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  };
}

function paintSlice(context: Context2D, frame: SparseFrame) {
  const { panes, model, outChannel, channel } = frame;
  const { place, size, rows, cols } = panes.kernel;
  const [cell] = size;
  const weightAt = weightsOf(model, outChannel, channel);
  const colorOf = weightColors(frame);
  const fit = fitMatrix(model.weight?.data ?? [], cell);
  for (let u = 0; u < rows; u++) {
    for (let v = 0; v < cols; v++) {
      const text = fit.readable ? writeNumber(weightAt(u, v), fit) : '';
      paintWeight(context, cellBox(place, cell, u, v), colorOf(u, v), text, fit.font);
    }
  }
}

function paintWeight(context: Context2D, box: Rect, rgb: Rgb, text: string, font: number) {
  fillRoundedRect(context, box, 3, `rgb(${rgb.join(' ')})`);
  if (!text) return;
  context.fillStyle = textColorOn(rgb);
  context.font = cssFont(font);
  paintTextIn(context, text, box, 2);
}

function paintMatrix(context: Context2D, frame: SparseFrame) {
  paintLines(context, frame);
  const colorOf = weightColors(frame);
  const mixedColor = (entries: SparseEntry[]) => mixColors(entries.map(({ u, v }) => colorOf(u, v)));
  const fit = fitMatrix(frame.model.weight?.data ?? [], frame.cell);
  if (fit.readable) paintEntries(context, frame, mixedColor, fit);
  else paintEntryPixels(context, frame, mixedColor);
  paintOutline(context, frame.panes.matrix.place, frame.colors.line);
}

function paintEntries(
  context: Context2D,
  frame: SparseFrame,
  colorOf: (entries: SparseEntry[]) => Rgb,
  fit: NumberFit,
) {
  const { panes, model, outChannel, channel, cell } = frame;
  const { top, left, place } = panes.matrix;
  const weightAt = weightsOf(model, outChannel, channel);
  visitEntries(frame, (row, col, entries) => {
    const sum = entries.reduce((total, { u, v }) => total + weightAt(u, v), 0);
    const box = cellBox(place, cell, row - top, col - left);
    paintWeight(context, box, colorOf(entries), writeNumber(sum, fit), fit.font);
  });
}

function paintEntryPixels(context: Context2D, frame: SparseFrame, colorOf: (entries: SparseEntry[]) => Rgb) {
  const { matrix } = frame.panes;
  const { top, left, bottom, right } = visibleCells(matrix);
  const width = right - left;
  const pixels = new Uint32Array((bottom - top) * width);
  visitEntries(frame, (row, col, entries) => {
    pixels[(row - top) * width + col - left] = packPixel(colorOf(entries));
  });
  paintPixels(context, matrix, (row, col) => pixels[(row - top) * width + col - left] ?? 0);
}

/** A cell that several weights reach, as borrowing padding does, has their mean colour. */
function mixColors(colors: Rgb[]): Rgb {
  const mean = (k: 0 | 1 | 2) => Math.round(colors.reduce((sum, color) => sum + color[k], 0) / colors.length);
  return [mean(0), mean(1), mean(2)];
}

/** Paints lines where a row of the input, or of the output, ends. */
function paintLines(context: Context2D, { panes: { matrix }, model, transposed, cell, colors }: SparseFrame) {
  const { input, output } = model.summary.shapes;
  const [down, across] = transposed ? [input[2], output[2]] : [output[2], input[2]];
  const { x, y, width, height } = matrix.place;
  const { top, left, bottom, right } = visibleCells(matrix);
  context.fillStyle = colors.line;
  if (down * cell >= MIN_LINE_DISTANCE)
    for (let row = Math.ceil(top / down) * down; row < bottom; row += down)
      context.fillRect(x, y + (row - top) * cell - 0.5, width, 1);
  if (across * cell >= MIN_LINE_DISTANCE)
    for (let col = Math.ceil(left / across) * across; col < right; col += across)
      context.fillRect(x + (col - left) * cell - 0.5, y, 1, height);
}
