/**
 * What stands still while time runs: headings with their scales, input channels, kernel slices, empty places.
 *
 * @import {Frame, Model, Row} from '../frame.js'
 * @import {Rect} from '../types.js'
 * @import {Bitmaps} from '../surface.js'
 * @import {Scale} from '../color.js'
 */

import { level, scale, tint } from '../color.js';
import { charactersIn, ease, fitting, fontIn, shownAt } from '../frame.js';
import { sliceOffset } from '../geometry.js';
import { inSlot, READABLE } from '../layout.js';
import { format } from '../ledger.js';
import { runs } from '../questions.js';
import { cellBox, centred, font, heat, outline, paintCell, paintGhost, paintGrid, paintHeat, rounded, within } from './grid.js';

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Bitmaps} bitmaps */
export function paintStill(context, frame, bitmaps) {
  const { layout, inks } = frame;
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, layout.width, layout.height);
  paintHeadings(context, frame);
  for (const row of frame.rows) paintRow(context, frame, row, bitmaps);
  if (frame.model.weight) box(context, frame.total, inks.line);
  paintOutputPlace(context, frame);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame */
function paintHeadings(context, frame) {
  const { layout: at, labels, model, position } = frame;
  const y = at.headerY;
  const palette = scale(frame.theme);
  heading(context, frame, labels.input ?? '', at.input, y, [model.inputLow, model.inputMax], palette);
  if (at.loupe) heading(context, frame, labels.window ?? '', at.loupeRect, y);
  if (model.weight) heading(context, frame, labels.kernel ?? '', at.kernel, y, [model.weightLow, model.weightMax], palette);
  const { kind } = model.summary.operation;
  const [values, sum] = kind === 'max_pool2d' ? [labels.values, labels.max] : kind === 'avg_pool2d' ? [labels.terms, labels.mean] : [labels.products, labels.sum];
  heading(context, frame, values ?? '', at.products, y);
  if (!at.narrow) heading(context, frame, sum ?? '', at.sum, y);
  if (!at.narrow && model.weight) heading(context, frame, labels.running ?? '', at.running, y);
  const low = frame.output?.data.some((value) => value < 0) ? -1 : 0;
  heading(context, frame, `${labels.output ?? ''}[${position.outChannel}]`, at.output, at.narrow ? at.output.y - 30 - at.stack * 7 : y, [low, frame.outputMax], palette);
}

/**
 * A column's name, and under it the scale of its numbers with its ends.
 * @param {CanvasRenderingContext2D} context @param {Frame} frame @param {string} text @param {Rect} over @param {number} y
 * @param {[number, number]} [range]  lowest (0 if none is negative) and largest magnitude @param {Scale} [palette]
 */
export function heading(context, { inks, layout }, text, over, y, range, palette) {
  const [low, max] = range ?? [0, 0];
  const decimals = Number.isInteger(max) ? 0 : fitting([max], 4);
  const least = low < 0 ? format(-max, decimals) : '0';
  const width = layout.narrow ? 36 : 56;
  const small = font(Math.max(layout.type - 3, 10.5));
  context.font = small;
  const room = max === 0 ? 0 : width / 2 + 6 + context.measureText(least).width;
  const x = Math.min(Math.max(over.x + over.width / 2, 34, room), layout.width - (range ? 54 : 40));
  context.fillStyle = inks.muted;
  context.font = font(layout.type);
  centred(context, text, x, y);
  if (!palette || max === 0) return;
  const left = x - width / 2;
  const top = y + Math.round(layout.type * 0.92);
  for (let k = 0; k < width; k++) {
    const value = low < 0 ? (k / (width - 1)) * 2 - 1 : k / (width - 1);
    context.fillStyle = /** @type {string} */ (palette.css[level(value, 1)]);
    context.fillRect(left + k, top, 1, 5);
  }
  outline(context, { x: left, y: top, width, height: 5 }, inks.line);
  context.font = small;
  context.fillStyle = inks.muted;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  context.fillText(least, left - 4, top + 3);
  context.textAlign = 'left';
  context.fillText(format(max, decimals), left + width + 4, top + 3);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row @param {Bitmaps} bitmaps */
function paintRow(context, frame, row, bitmaps) {
  const { layout: at, inks, model } = frame;
  context.globalAlpha = row.index < 0 ? 0.5 : 1;
  const input = inSlot(at, at.input, row.slot);
  paintInput(context, frame, row, input, bitmaps);
  context.fillStyle = inks.muted;
  context.font = font(at.type - 1);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText(at.narrow ? String(row.channel) : `c=${row.channel}`, at.input.x - 7, input.y + input.height / 2, 27);
  context.globalAlpha = 1;
  if (row.index < 0) return;
  if (at.loupe) places(context, frame, inSlot(at, at.loupeRect, row.slot));
  if (model.weight) paintKernel(context, frame, row);
  places(context, frame, inSlot(at, at.products, row.slot));
  paintSigns(context, frame, row.slot);
  for (const rect of model.weight ? [at.sum, at.running] : [at.sum]) box(context, inSlot(at, rect, row.slot), inks.line);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row @param {Rect} place @param {Bitmaps} bitmaps */
export function paintInput(context, frame, row, place, bitmaps) {
  const { model, theme, inks, inputView } = frame;
  const { plane } = model;
  const palette = scale(theme);
  const value = inputAt(model, row.channel);
  const rect = inSlot(frame.layout, inputView, row.slot);
  if (inputView.cell >= READABLE) {
    const decimals = fitting(visibleRange(model), charactersIn(inputView.cell));
    const grid = { rows: plane.rows, cols: plane.cols, at: value, max: model.inputMax, decimals };
    within(context, place, () => {
      paintGrid(context, rect, inputView.cell, grid, palette, inks, place);
      paintRing(context, frame, rect);
      paintIdle(context, frame, rect);
    });
    return;
  }
  const tinted = frame.tinted && row.channel < 3;
  const key = `${model.summary.id}/${row.channel}/${tinted ? 'tint' : theme}`;
  const picture = bitmaps.get(key, () => heat(plane.rows, plane.cols, (i, j) => {
    const number = value(i, j);
    if (number === null) return 0;
    return tinted ? tint(number, /** @type {0} */ (row.channel)) : /** @type {number} */ (palette.words[level(number, model.inputMax)]);
  }));
  within(context, place, () => {
    paintHeat(context, rect, picture);
    paintRing(context, frame, rect);
    paintIdle(context, frame, rect);
    if (plane.top || plane.left) outline(context, inner(model, rect, inputView.cell), inks.line);
  }, 0);
  outline(context, place, inks.line);
}

/** Values that padding borrows are paler than those they come from. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} rect */
function paintRing(context, { model, inks, inputView: { cell } }, rect) {
  if (['zeros', undefined].includes(model.summary.operation.padding_mode)) return;
  const inside = inner(model, rect, cell);
  context.globalAlpha = 0.4;
  context.fillStyle = inks.paper;
  context.beginPath();
  context.rect(rect.x, rect.y, rect.width, rect.height);
  context.rect(inside.x, inside.y, inside.width, inside.height);
  context.fill('evenodd');
  context.globalAlpha = 1;
}

/** Cells that no window ever visits are struck through. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} rect */
function paintIdle(context, { model, inks, inputView: { cell } }, rect) {
  const { idleRows, idleCols, plane } = model;
  const bands = [
    ...runs(idleRows).map(([i, height]) => ({ x: rect.x, y: rect.y + i * cell, width: plane.cols * cell, height: height * cell })),
    ...runs(idleCols).map(([j, width]) => ({ x: rect.x + j * cell, y: rect.y, width: width * cell, height: plane.rows * cell })),
  ];
  context.strokeStyle = inks.muted;
  context.lineWidth = 1;
  for (const band of bands.slice(0, 64)) within(context, band, () => hatch(context, band), 0);
}

/** @param {CanvasRenderingContext2D} context @param {Rect} rect */
function hatch(context, { x, y, width, height }) {
  context.beginPath();
  for (let k = -height; k < width; k += 7) {
    context.moveTo(x + k, y + height);
    context.lineTo(x + k + height, y);
  }
  context.stroke();
}

/** Numbers that decide the decimals: all of a small tensor, the ends of a large one. @param {Model} model */
function visibleRange({ input, inputMax, inputLow }) {
  return input.data.length <= 4096 ? input.data : [inputMax, inputLow, inputMax / 3];
}

/** The cells inside the padding ring. @param {Model} model @param {Rect} rect @param {number} cell @returns {Rect} */
function inner({ plane, summary }, rect, cell) {
  const [, height, width] = summary.shapes.input;
  return { x: rect.x + plane.left * cell, y: rect.y + plane.top * cell, width: width * cell, height: height * cell };
}

/** The number at a cell of the padded plane; on the ring the borrowed one. @param {Model} model @param {number} channel */
function inputAt(model, channel) {
  const { plane, input, rowSources, colSources, summary } = model;
  const [, height, width] = summary.shapes.input;
  const offset = channel * height * width;
  /** @param {number} i @param {number} j */
  return (i, j) => {
    const row = i - plane.top;
    const col = j - plane.left;
    const inside = row >= 0 && col >= 0 && row < height && col < width;
    const r = inside ? row : (rowSources[i] ?? -1);
    const c = inside ? col : (colSources[j] ?? -1);
    return r < 0 || c < 0 ? null : (input.data[offset + r * width + c] ?? null);
  };
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row */
export function paintKernel(context, frame, row) {
  const { layout: at, model, theme, inks, position } = frame;
  const [rows, cols] = model.subject.kernel;
  const offset = sliceOffset(model.summary, position.outChannel, row.channel);
  const data = model.weight?.data ?? [];
  const decimals = fitting(data, charactersIn(at.kernelCell));
  const value = (/** @type {number} */ i, /** @type {number} */ j) => {
    const [u, v] = shownAt(model, i, j);
    return data[offset + u * cols + v] ?? 0;
  };
  const grid = { rows, cols, at: value, max: model.weightMax, decimals };
  const rect = inSlot(at, at.kernel, row.slot);
  if (frame.turn < 1) paintTurning(context, rect, at.kernelCell, grid, (1 - ease(frame.turn)) * Math.PI, scale(theme));
  else paintGrid(context, rect, at.kernelCell, grid, scale(theme), inks);
}

/** The kernel on its way round its middle, numbers upright. @param {CanvasRenderingContext2D} context @param {Rect} rect @param {number} cell @param {import('./grid.js').Grid} grid @param {number} angle  still to go @param {Scale} palette */
function paintTurning(context, rect, cell, grid, angle, palette) {
  const gap = cell >= READABLE ? 1 : 0;
  context.font = font(fontIn(cell, grid.decimals === 0));
  for (let i = 0; i < grid.rows; i++) for (let j = 0; j < grid.cols; j++) {
    const value = grid.at(i, j) ?? 0;
    context.save();
    context.translate(rect.x + rect.width / 2, rect.y + rect.height / 2);
    context.rotate(-angle);
    context.translate((j + 0.5) * cell - rect.width / 2, (i + 0.5) * cell - rect.height / 2);
    paintCell(context, { x: gap - cell / 2, y: gap - cell / 2, width: cell - 2 * gap, height: cell - 2 * gap }, value, grid.max, '', palette);
    context.rotate(angle);
    context.fillStyle = /** @type {string} */ (palette.ink[level(value, grid.max)]);
    if (cell >= READABLE) centred(context, format(value, grid.decimals), 0, 0, cell - 4);
    context.restore();
  }
}

/** Places that wait for numbers. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} rect */
export function places(context, { model, layout, inks }, rect) {
  if (layout.kernelCell < READABLE) {
    outline(context, rect, inks.line);
    return;
  }
  const [rows, cols] = model.subject.kernel;
  for (let u = 0; u < rows; u++) for (let v = 0; v < cols; v++) paintGhost(context, cellBox(rect, layout.kernelCell, u, v), inks);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {number} slot */
function paintSigns(context, { layout: at, inks, model }, slot) {
  const y = at.signs.y + slot * at.rowHeight;
  context.fillStyle = inks.muted;
  context.font = font(at.narrow ? 14 : 20);
  if (model.weight) centred(context, '×', at.signs.times, y);
  centred(context, model.weight ? '=' : '→', at.signs.equals, y);
  const largest = model.summary.operation.kind === 'max_pool2d';
  if (largest) context.font = font(13);
  centred(context, largest ? 'max' : 'Σ', at.signs.sigma, at.sigmaY + slot * at.rowHeight);
}

/** @param {CanvasRenderingContext2D} context @param {Rect} rect @param {string} color */
function box(context, rect, color) {
  context.strokeStyle = color;
  context.lineWidth = 1;
  rounded(context, rect, 6);
  context.stroke();
}

/** Bars beside the rows and columns that output_padding adds. @param {CanvasRenderingContext2D} context @param {Frame['layout']} at @param {[number, number]} extra @param {Frame['inks']} inks */
function paintOutputPadding(context, { output, outputCell, narrow, height }, [rows, cols], inks) {
  if (rows + cols === 0) return;
  const [right, bottom] = [output.x + output.width, output.y + output.height];
  context.fillStyle = inks.accent;
  if (rows > 0) context.fillRect(output.x - 8, bottom - rows * outputCell + 1, 4, rows * outputCell - 2);
  if (cols > 0) context.fillRect(right - cols * outputCell + 1, bottom + 4, cols * outputCell - 2, 4);
  if (bottom + 26 > height) return;
  context.font = font(narrow ? 11 : 12.5);
  context.textAlign = 'right';
  context.textBaseline = 'top';
  context.fillText('output_padding', right, bottom + 12);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame */
export function paintOutputPlace(context, { layout: at, inks, model, outputView }) {
  const [rows, cols] = model.subject.output;
  for (let k = at.stack; k > 0; k--) {
    const card = { ...at.output, x: at.output.x + k * 7, y: at.output.y - k * 7 };
    context.fillStyle = inks.soft;
    rounded(context, card, 3);
    context.fill();
    box(context, card, inks.line);
  }
  context.fillStyle = inks.paper;
  context.fillRect(at.output.x, at.output.y, at.output.width, at.output.height);
  if (outputView.cell === at.outputCell) paintOutputPadding(context, at, model.summary.operation.output_padding ?? [0, 0], inks);
  if (at.outputCell < READABLE || outputView.cell !== at.outputCell) {
    outline(context, at.output, inks.line);
    return;
  }
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) paintGhost(context, cellBox(at.output, at.outputCell, i, j), inks);
}
