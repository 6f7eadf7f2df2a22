/**
 * The sparse matrix: one colour a weight, blank where there is none; the input over it, the output beside it.
 *
 * @import {SparseFrame} from '../sparse.js'
 * @import {Rgb} from '../color.js'
 * @import {Entry} from '../sparse.js'
 */

import { categories, inkOn, level, pack, scale } from '../color.js';
import { charactersIn, fitting, fontIn } from '../frame.js';
import { sliceOffset } from '../geometry.js';
import { READABLE } from '../layout.js';
import { format } from '../ledger.js';
import { block, sightOf } from '../panes.js';
import { entriesOf, outputsSeen } from '../sparse.js';
import { cellBox, centred, font, outline, rounded } from './grid.js';
import { paintBlock, paintExtent, paintHeading, paintLights, paintPane, paintWords } from './panes.js';

/** So many output cells decide how many decimals there is room for. */
const DECIDING = 1024;

/** @param {CanvasRenderingContext2D} context @param {SparseFrame} frame */
export function paintStill(context, frame) {
  const { layout, inks, model, panes, channel, theme } = frame;
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, layout.width, layout.height);
  paintSlice(context, frame);
  paintMatrix(context, frame);
  const offset = channel * model.summary.shapes.input[1] * model.summary.shapes.input[2];
  const decimals = fitting([model.inputMax, model.inputLow, ...(model.input.data.length <= 4096 ? model.input.data : [model.inputMax / 3])], charactersIn(frame.cell));
  paintPane(context, panes.input, { at: (i, j) => model.input.data[offset + i + j] ?? 0, max: model.inputMax, decimals }, scale(theme), inks);
  outline(context, panes.output.place, inks.line);
  paintExtent(context, panes.matrix, inks);
  paintHeadings(context, frame);
}

/** @param {CanvasRenderingContext2D} context @param {SparseFrame} frame */
function paintHeadings(context, frame) {
  const { panes, labels, position, channel, layout, transposed, inks } = frame;
  paintHeading(context, frame, `${labels['sparse.kernel']}`, panes.kernel, `o=${position.outChannel}, c=${channel}`);
  const [above, beside] = transposed ? [panes.output, panes.input] : [panes.input, panes.output];
  const names = [`${labels.input}[${channel}]`, `${labels.output}[${position.outChannel}]`];
  const [over, right] = transposed ? names.reverse() : names;
  paintHeading(context, frame, `${over}  ·  ${labels['sparse.matrix']} ${panes.matrix.rows} × ${panes.matrix.cols}`, above, '', 240);
  if (layout.narrow) return;
  context.fillStyle = inks.muted;
  context.font = font(13);
  const { x, width } = beside.place;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(right ?? '', x, beside.place.y - 14, Math.max(layout.width - x, width));
}

/** The weight in (u, v): its colour. Few weights have one each, many take theirs by value. @param {SparseFrame} frame @returns {(u: number, v: number) => Rgb} */
function colors({ model, theme, position, channel }) {
  const [kH, kW] = model.subject.kernel;
  const own = categories(theme);
  if (kH * kW <= own.length) return (u, v) => /** @type {Rgb} */ (own[u * kW + v]);
  const value = weights(model, position.outChannel, channel);
  const palette = scale(theme);
  return (u, v) => {
    const word = /** @type {number} */ (palette.words[level(value(u, v), model.weightMax)]);
    return [word & 255, (word >> 8) & 255, (word >> 16) & 255];
  };
}

/** @param {import('../frame.js').Model} model @param {number} o @param {number} channel @returns {(u: number, v: number) => number} */
function weights({ summary, subject, weight }, o, channel) {
  const offset = sliceOffset(summary, o, channel);
  return (u, v) => weight?.data[offset + u * subject.kernel[1] + v] ?? 0;
}

/** The kernel slice: what each colour stands for. @param {CanvasRenderingContext2D} context @param {SparseFrame} frame */
function paintSlice(context, frame) {
  const { panes, model, position, channel } = frame;
  const value = weights(model, position.outChannel, channel);
  const color = colors(frame);
  const [size] = panes.kernel.size;
  const decimals = fitting(model.weight?.data ?? [], charactersIn(size));
  for (let u = 0; u < panes.kernel.rows; u++) {
    for (let v = 0; v < panes.kernel.cols; v++) {
      paintWeight(context, cellBox(panes.kernel.place, size, u, v), color(u, v), size >= READABLE ? format(value(u, v), decimals) : '', size);
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {import('../types.js').Rect} box @param {Rgb} rgb @param {string} text @param {number} size */
function paintWeight(context, box, rgb, text, size) {
  context.fillStyle = `rgb(${rgb.join(' ')})`;
  rounded(context, box, 3);
  context.fill();
  if (!text) return;
  context.fillStyle = inkOn(rgb);
  context.font = font(fontIn(size));
  centred(context, text, box.x + box.width / 2, box.y + box.height / 2, box.width - 2);
}

/** The entries in sight, found output cell by output cell. @param {SparseFrame} frame @param {(row: number, col: number, entries: Entry[]) => void} visit */
function eachEntry({ model, panes, transposed }, visit) {
  const seen = sightOf(panes.matrix);
  const [first, end] = outputsSeen(panes, transposed);
  const [low, high] = transposed ? [seen.top, seen.bottom] : [seen.left, seen.right];
  for (let r = first; r < end; r++) {
    const inSight = entriesOf(model, r).filter(({ col }) => col >= low && col < high);
    for (const entry of inSight) {
      const shared = model.summary.operation.padding_mode === 'zeros' ? [entry] : inSight.filter(({ col }) => col === entry.col);
      if (shared[0] === entry) visit(transposed ? entry.col : r, transposed ? r : entry.col, shared);
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {SparseFrame} frame */
function paintMatrix(context, frame) {
  const { panes, model, position, channel, cell, inks } = frame;
  const { matrix } = panes;
  const color = colors(frame);
  const { top, left, bottom, right } = sightOf(matrix);
  if (cell >= READABLE) {
    const value = weights(model, position.outChannel, channel);
    const decimals = fitting(model.weight?.data ?? [], charactersIn(cell));
    paintLines(context, frame);
    eachEntry(frame, (row, col, entries) => {
      const sum = entries.reduce((total, { u, v }) => total + value(u, v), 0);
      paintWeight(context, cellBox(matrix.place, cell, row - top, col - left), mixed(entries.map(({ u, v }) => color(u, v))), format(sum, decimals), cell);
    });
  } else {
    const words = new Uint32Array((bottom - top) * (right - left));
    eachEntry(frame, (row, col, entries) => {
      words[(row - top) * (right - left) + col - left] = pack(mixed(entries.map(({ u, v }) => color(u, v))));
    });
    paintLines(context, frame);
    paintWords(context, matrix, (row, col) => /** @type {number} */ (words[(row - top) * (right - left) + col - left]));
  }
  outline(context, matrix.place, inks.line);
}

/** A cell that several weights reach, as borrowing padding does, has their mean colour. @param {Rgb[]} colors @returns {Rgb} */
function mixed(colors) {
  const mean = (/** @type {0|1|2} */ k) => Math.round(colors.reduce((sum, color) => sum + color[k], 0) / colors.length);
  return [mean(0), mean(1), mean(2)];
}

/** Where a row of the input, or of the output, ends. @param {CanvasRenderingContext2D} context @param {SparseFrame} frame */
function paintLines(context, { panes: { matrix }, model, transposed, cell, inks }) {
  const { input, output } = model.summary.shapes;
  const [down, across] = transposed ? [input[2], output[2]] : [output[2], input[2]];
  const { x, y, width, height } = matrix.place;
  const { top, left, bottom, right } = sightOf(matrix);
  context.fillStyle = inks.line;
  if (down * cell >= 12) for (let row = Math.ceil(top / down) * down; row < bottom; row += down) context.fillRect(x, y + (row - top) * cell - 0.5, width, 1);
  if (across * cell >= 12) for (let col = Math.ceil(left / across) * across; col < right; col += across) context.fillRect(x + (col - left) * cell - 0.5, y, 1, height);
}

/** @param {CanvasRenderingContext2D} context @param {SparseFrame} frame */
export function paintMoving(context, frame) {
  const { panes, inks, row, transposed, model, question } = frame;
  paintPlaced(context, frame);
  const [, height, width] = model.summary.shapes.input;
  const line = transposed ? block('matrix', 0, row, height * width, 1) : block('matrix', row, 0, 1, height * width);
  paintBlock(context, panes, line, inks, 0, 2);
  for (const { col } of entriesOf(model, row)) paintBlock(context, panes, transposed ? block('input', col, 0) : block('input', 0, col), inks, 0.2, 2);
  paintBlock(context, panes, transposed ? block('output', 0, row) : block('output', row, 0), inks, 0, 2);
  if (question) paintLights(context, panes, question, inks);
}

/** The output cells that stand. @param {CanvasRenderingContext2D} context @param {SparseFrame} frame */
function paintPlaced(context, { panes, placed, outputs, position, outputMax, theme, inks, cell }) {
  const data = outputs.get(position.outChannel)?.data;
  if (!data) return;
  const decimals = fitting([outputMax, -outputMax, ...data.subarray(0, DECIDING)], charactersIn(cell));
  paintPane(context, panes.output, { at: (i, j) => (i + j < placed ? (data[i + j] ?? 0) : null), max: outputMax, decimals }, scale(theme), inks);
}
