/**
 * What time moves: the window on every channel, products, sums, the value on its way into the output. Of all that, what
 * has come to stand is painted apart from what is on its way.
 *
 * @import {Frame, Row} from '../frame.js'
 * @import {Rect} from '../types.js'
 * @import {Bitmaps} from '../surface.js'
 */

import { level, scale } from '../color.js';
import { charactersIn, ease, fitting, fontIn, isStanding, shownAt } from '../frame.js';
import { divisorAt } from '../geometry.js';
import { inSlot, READABLE } from '../layout.js';
import { cellBox, centred, font, heat, paintCell, paintGhost, paintGrid, rounded, within } from './grid.js';
import { paintArrow, paintBars, paintBox, paintTotal } from './sums.js';
import { paintBorrowed, paintLoupe, paintTap, paintWindow } from './window.js';

/** What has come to stand. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Bitmaps} bitmaps */
export function paintStanding(context, frame, bitmaps) {
  paintPlaced(context, frame, bitmaps);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row, true);
  if (frame.layout.bars) paintBars(context, frame, frame.layout.bars);
  paintTotal(context, frame, true);
}

/** What is on its way, over what stands. @param {CanvasRenderingContext2D} context @param {Frame} frame */
export function paintMoving(context, frame) {
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row, false);
  paintTotal(context, frame, false);
}

/** The output cells that stand: a part of the finished picture. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Bitmaps} bitmaps */
function paintPlaced(context, frame, bitmaps) {
  const { layout: at, output, placed, model, outputView } = frame;
  if (!output || placed === 0) return;
  const [height, cols] = model.subject.output;
  if (outputView.cell >= READABLE && outputView.cell !== at.outputCell) {
    paintEnlarged(context, frame, output.data);
    return;
  }
  const picture = outputPicture(frame, bitmaps);
  const unit = picture.width / cols;
  const rows = Math.floor(placed / cols);
  const rest = placed % cols;
  context.imageSmoothingEnabled = picture.width > outputView.width && height > outputView.height;
  const blit = (/** @type {number} */ i, /** @type {number} */ lines, /** @type {number} */ width) => context.drawImage(
    picture, 0, i * unit, width * unit, lines * unit,
    outputView.x, outputView.y + i * outputView.cell, width * outputView.cell, lines * outputView.cell,
  );
  within(context, at.output, () => {
    if (rows > 0) blit(0, rows, cols);
    if (rest > 0) blit(rows, 1, rest);
  }, 0);
}

/** Zoomed in until the numbers can be read. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {ArrayLike<number>} data */
function paintEnlarged(context, { layout: at, model, outputView, placed, outputMax, theme, inks }, data) {
  const [rows, cols] = model.subject.output;
  const decimals = fitting([outputMax, -outputMax / 3], charactersIn(outputView.cell));
  const value = (/** @type {number} */ i, /** @type {number} */ j) => (i * cols + j < placed ? (data[i * cols + j] ?? 0) : null);
  const grid = { rows, cols, at: value, max: outputMax, decimals };
  within(context, at.output, () => paintGrid(context, outputView, outputView.cell, grid, scale(theme), inks, at.output));
}

/** @param {Frame} frame @param {Bitmaps} bitmaps */
function outputPicture(frame, bitmaps) {
  const { layout: at, model, position, theme, ratio } = frame;
  const [rows, cols] = model.subject.output;
  const readable = at.outputCell >= READABLE;
  const size = readable ? `${at.outputCell}x${ratio}` : 'heat';
  const key = `${model.summary.id}/Y${position.outChannel}/${theme}/${frame.outputMax}/${size}`;
  return bitmaps.get(key, () => {
    const data = frame.output?.data ?? [];
    const palette = scale(theme);
    const value = (/** @type {number} */ i, /** @type {number} */ j) => data[i * cols + j] ?? 0;
    if (!readable) return heat(rows, cols, (i, j) => /** @type {number} */ (palette.words[level(value(i, j), frame.outputMax)]));
    const canvas = document.createElement('canvas');
    canvas.width = cols * at.outputCell * ratio;
    canvas.height = rows * at.outputCell * ratio;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.scale(ratio, ratio);
    const decimals = fitting(data, charactersIn(at.outputCell));
    paintGrid(context, { x: 0, y: 0, width: at.output.width, height: at.output.height }, at.outputCell, { rows, cols, at: value, max: frame.outputMax, decimals }, palette, frame.inks);
    return canvas;
  });
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row @param {boolean} standing  what stands, or what is on its way */
function paintRow(context, frame, row, standing) {
  const { layout: at, inks, printed, position } = frame;
  const place = inSlot(at, at.input, row.slot);
  const input = inSlot(at, frame.inputView, row.slot);
  if (isStanding(position.slide) === standing) {
    within(context, place, () => {
      paintWindow(context, frame, frame.window, input, frame.inputView.cell);
      if (position.slide === 1) paintBorrowed(context, frame, input);
    });
    if (at.loupe) paintLoupe(context, frame, row, input, place);
  }
  const line = printed?.lines[row.index];
  if (!line) return;
  if (standing) paintDivisor(context, frame, row);
  paintProducts(context, frame, row, standing);
  if (!standing) paintTap(context, frame, row, input);
  if (isStanding(row.sum) === standing) {
    paintBox(context, frame, inSlot(at, at.sum, row.slot), line.sum, frame.step?.channel_sums[row.index] ?? 0, ease(row.sum), row.active && row.sum > 0);
  }
  if (frame.model.weight && isStanding(row.accumulate) === standing) {
    paintArrow(context, frame, row);
    paintBox(context, frame, inSlot(at, at.running, row.slot), line.running, frame.step?.running_sums[row.index] ?? 0, ease(row.accumulate), row.active && row.accumulate > 0);
  }
  if (row.active && standing) {
    context.fillStyle = inks.accent;
    context.fillRect(at.narrow ? 0 : at.input.x - 38, place.y, 3, place.height);
  }
}

/** What average pooling divides each value by, over the arrow to its terms. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row */
function paintDivisor(context, { layout: at, inks, model, row: i, col: j }, row) {
  const divisor = divisorAt(model, i, j);
  if (divisor === null || row.products === 0) return;
  context.fillStyle = inks.text;
  context.font = font(at.type, 600);
  centred(context, `÷ ${divisor}`, at.signs.equals, at.signs.y + row.slot * at.rowHeight - at.type - 6, 44);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row @param {boolean} standing */
function paintProducts(context, frame, row, standing) {
  const { layout: at, model, step, printed, theme, inks } = frame;
  // While one of them is being chosen, the others fade.
  const stood = step?.selected && !isStanding(row.sum) ? 0 : Math.floor(row.products);
  const [begin, end] = standing ? [0, stood] : [stood, Math.ceil(row.products)];
  if (begin === end) return;
  const rect = inSlot(at, at.products, row.slot);
  const products = step?.products[row.index] ?? [];
  const terms = printed?.lines[row.index]?.terms ?? [];
  const cols = model.subject.kernel[1];
  const palette = scale(theme);
  const max = model.weight ? model.inputMax * model.weightMax : model.inputMax;
  const readable = at.kernelCell >= READABLE;
  context.font = font(fontIn(at.kernelCell, printed?.whole));
  for (let k = begin; k < end; k++) {
    const [u, v] = [Math.floor(k / cols), k % cols];
    const box = cellBox(rect, at.kernelCell, ...shownAt(model, u, v));
    const lost = step?.selected && (step.selected[0] !== u || step.selected[1] !== v);
    context.globalAlpha = Math.min(1, row.products - k) * (lost ? 1 - 0.65 * row.sum : 1);
    if (terms[k]?.empty && (!model.weight || model.subject.gathered)) {
      if (readable) paintGhost(context, box, inks);
      continue;
    }
    paintCell(context, box, products[u]?.[v] ?? 0, max, readable ? (terms[k]?.product ?? '') : '', palette);
    if (readable && terms[k]?.empty) paintGhost(context, box, inks);
  }
  context.globalAlpha = 1;
  if (step?.selected && row.sum > 0) paintWinner(context, frame, cellBox(rect, at.kernelCell, ...step.selected));
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} box */
function paintWinner(context, { inks }, box) {
  context.strokeStyle = inks.accent;
  context.lineWidth = 3;
  rounded(context, box, 4);
  context.stroke();
}
