/**
 * What time moves: the window on every channel, products, sums, the value on its way into the output.
 *
 * @import {Frame, Row} from '../frame.js'
 * @import {Rect} from '../types.js'
 * @import {Bitmaps} from './bitmaps.js'
 * @import {Window} from '../geometry.js'
 */

import { level, scale } from '../color.js';
import { charactersIn, ease, fitting, fontIn, shownAt } from '../frame.js';
import { isSolid } from '../geometry.js';
import { inSlot, READABLE } from '../layout.js';
import { format } from '../ledger.js';
import { paintAnswer } from './answer.js';
import { cellBox, heat, paintCell, paintGhost, paintGrid } from './grid.js';
import { centred, font, rounded, within } from './text.js';

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Bitmaps} bitmaps */
export function paintMoving(context, frame, bitmaps) {
  paintPlaced(context, frame, bitmaps);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row);
  if (frame.layout.bars) paintBars(context, frame, frame.layout.bars);
  paintTotal(context, frame);
  if (frame.question) paintAnswer(context, frame, frame.question);
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

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row */
function paintRow(context, frame, row) {
  const { layout: at, inks, printed } = frame;
  const place = inSlot(at, at.input, row.slot);
  const input = inSlot(at, frame.inputView, row.slot);
  within(context, place, () => {
    paintWindow(context, frame, frame.window, input, frame.inputView.cell);
    if (frame.position.slide === 1) paintBorrowed(context, frame, input);
  });
  if (at.loupe) paintLoupe(context, frame, row, input, place);
  const line = printed?.lines[row.index];
  if (!line) return;
  paintProducts(context, frame, row);
  paintTap(context, frame, row, input);
  paintBox(context, frame, inSlot(at, at.sum, row.slot), line.sum, frame.step?.channel_sums[row.index] ?? 0, ease(row.sum), row.active && row.sum > 0);
  if (frame.model.weight) {
    paintArrow(context, frame, row);
    paintBox(context, frame, inSlot(at, at.running, row.slot), line.running, frame.step?.running_sums[row.index] ?? 0, ease(row.accumulate), row.active && row.accumulate > 0);
  }
  if (row.active) {
    context.fillStyle = inks.accent;
    context.fillRect(at.narrow ? 0 : at.input.x - 34, place.y, 3, place.height);
  }
}

/** The window where it really reads: one frame round touching taps, a frame a tap where they are apart. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Window} window @param {Rect} rect @param {number} cell */
function paintWindow(context, { inks }, window, rect, cell) {
  const rows = window.rows.filter((at) => !Number.isNaN(at));
  const cols = window.cols.filter((at) => !Number.isNaN(at));
  if (rows.length === 0 || cols.length === 0) return;
  context.strokeStyle = inks.accent;
  const frameBox = (/** @type {number} */ i, /** @type {number} */ j, /** @type {number} */ height, /** @type {number} */ width) => {
    const grow = cell < 6 ? 1.5 : 0;
    rounded(context, { x: rect.x + j * cell - grow, y: rect.y + i * cell - grow, width: width * cell + 2 * grow, height: height * cell + 2 * grow }, Math.min(4, cell / 4));
    context.stroke();
  };
  context.lineWidth = cell < 6 ? 1.5 : 3;
  if (isSolid(rows) && isSolid(cols)) {
    frameBox(Math.min(...rows), Math.min(...cols), rows.length, cols.length);
    return;
  }
  context.lineWidth = cell < 6 ? 1 : 2.5;
  for (const i of rows) for (const j of cols) frameBox(i, j, 1, 1);
}

/** From each padding cell under the window to the cell whose value it borrows. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} rect */
function paintBorrowed(context, { model, target, inputView: { cell }, inks }, rect) {
  const { plane, rowSources, colSources, summary } = model;
  if (cell < 8 || !['reflect', 'replicate', 'circular'].includes(summary.operation.padding_mode ?? '')) return;
  const centre = (/** @type {number} */ i, /** @type {number} */ j) => ({ x: rect.x + (j + 0.5) * cell, y: rect.y + (i + 0.5) * cell });
  context.strokeStyle = inks.muted;
  context.lineWidth = 1.2;
  for (const i of target.rows) {
    for (const j of target.cols) {
      const [from, to] = [centre(i, j), centre((rowSources[i] ?? -1) + plane.top, (colSources[j] ?? -1) + plane.left)];
      if (Math.hypot(to.x - from.x, to.y - from.y) < 1) continue;
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.quadraticCurveTo((from.x + to.x) / 2 + (to.y - from.y) * 0.2, (from.y + to.y) / 2 - (to.x - from.x) * 0.2, to.x, to.y);
      context.stroke();
      context.beginPath();
      context.arc(to.x, to.y, 2, 0, 7);
      context.stroke();
    }
  }
}

/** The window enlarged. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row @param {Rect} input @param {Rect} place */
function paintLoupe(context, frame, row, input, place) {
  const { layout: at, inks, step, window, inputView } = frame;
  const rect = inSlot(at, at.loupeRect, row.slot);
  const patch = step?.patch[row.index];
  const [rows, cols] = [window.rows.filter(Number.isFinite), window.cols.filter(Number.isFinite)];
  const inside = (/** @type {number} */ y) => Math.min(Math.max(y, place.y), place.y + place.height);
  const right = Math.min(input.x + (Math.max(...cols, 0) + 1) * inputView.cell, place.x + place.width);
  const top = inside(input.y + Math.min(...rows) * inputView.cell);
  const bottom = inside(input.y + (Math.max(...rows) + 1) * inputView.cell);
  context.strokeStyle = inks.accent;
  context.lineWidth = 1;
  if (rows.length > 0 && cols.length > 0) {
    context.globalAlpha = 0.4;
    context.beginPath();
    context.moveTo(right, top);
    context.lineTo(rect.x, rect.y);
    context.moveTo(right, bottom);
    context.lineTo(rect.x, rect.y + rect.height);
    context.stroke();
    context.globalAlpha = 1;
  }
  if (patch) {
    const [kH, kW] = frame.model.subject.kernel;
    const decimals = fitting(patch.flat(), charactersIn(at.kernelCell));
    const value = (/** @type {number} */ i, /** @type {number} */ j) => {
      const [u, v] = shownAt(frame.model, i, j);
      return step.input_rows[u] === null || step.input_cols[v] === null ? null : (patch[u]?.[v] ?? 0);
    };
    paintGrid(context, rect, at.kernelCell, { rows: kH, cols: kW, at: value, max: frame.model.inputMax, decimals }, scale(frame.theme), inks);
  }
  context.strokeStyle = inks.accent;
  context.lineWidth = 2;
  rounded(context, { x: rect.x - 1, y: rect.y - 1, width: rect.width + 2, height: rect.height + 2 }, 4);
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row */
function paintProducts(context, frame, row) {
  const { layout: at, model, step, printed, theme, inks } = frame;
  const rect = inSlot(at, at.products, row.slot);
  const products = step?.products[row.index] ?? [];
  const terms = printed?.lines[row.index]?.terms ?? [];
  const cols = model.subject.kernel[1];
  const palette = scale(theme);
  const max = model.weight ? model.inputMax * model.weightMax : model.inputMax;
  const readable = at.kernelCell >= READABLE;
  context.font = font(fontIn(at.kernelCell));
  const shown = Math.ceil(row.products);
  for (let k = 0; k < shown; k++) {
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

/** In the finest beats: the input cell, the kernel cell and the product at work. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row @param {Rect} input */
function paintTap(context, frame, row, input) {
  const { layout: at, model, window, inks, position } = frame;
  const [kH, kW] = model.subject.kernel;
  const k = Math.ceil(row.products) - 1;
  if (!frame.labels.tap || !row.active || k < 0 || position.products === 0 || row.sum > 0) return;
  const [u, v] = [Math.floor(k / kW), k % kW];
  if (u >= kH) return;
  context.strokeStyle = inks.accent;
  context.lineWidth = 2.5;
  const mark = (/** @type {Rect} */ rect, /** @type {number} */ cell, /** @type {number} */ i, /** @type {number} */ j) => {
    rounded(context, { x: rect.x + j * cell, y: rect.y + i * cell, width: cell, height: cell }, Math.min(4, cell / 4));
    context.stroke();
  };
  const [i, j] = [window.rows[u] ?? NaN, window.cols[v] ?? NaN];
  const { cell } = frame.inputView;
  if (Number.isFinite(i) && Number.isFinite(j)) {
    context.fillStyle = inks.accent;
    context.globalAlpha = 0.25;
    context.fillRect(input.x + j * cell, input.y + i * cell, cell, cell);
    context.globalAlpha = 1;
    mark(input, cell, i, j);
  }
  const shown = shownAt(model, u, v);
  if (at.loupe) mark(inSlot(at, at.loupeRect, row.slot), at.kernelCell, ...shown);
  if (model.weight) mark(inSlot(at, at.kernel, row.slot), at.kernelCell, ...shown);
  mark(inSlot(at, at.products, row.slot), at.kernelCell, ...shown);
}

/** A sum in its box, as far as it has come. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} rect @param {string} text @param {number} value @param {number} share @param {boolean} active */
function paintBox(context, frame, rect, text, value, share, active) {
  if (share === 0) return;
  const palette = scale(frame.theme);
  const at = level(value, frame.outputMax);
  context.globalAlpha = share;
  context.fillStyle = /** @type {string} */ (palette.css[at]);
  rounded(context, rect, 6);
  context.fill();
  context.fillStyle = /** @type {string} */ (palette.ink[at]);
  context.font = font(Math.min(rect.height * 0.48, 26), 600);
  centred(context, text, rect.x + rect.width / 2, rect.y + rect.height / 2, rect.width - 6);
  if (active) {
    context.strokeStyle = frame.inks.accent;
    context.lineWidth = 2.5;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** From a channel's sum, and from the running sum above it, into its running sum. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row */
function paintArrow(context, { layout: at, inks }, row) {
  if (row.accumulate === 0) return;
  const sum = inSlot(at, at.sum, row.slot);
  const running = inSlot(at, at.running, row.slot);
  context.strokeStyle = row.active ? inks.accent : inks.muted;
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 1.5;
  const y = sum.y + sum.height / 2;
  arrow(context, sum.x + sum.width + 3, y, sum.x + sum.width + 3 + (running.x - sum.x - sum.width - 7) * ease(row.accumulate), y);
  if (row.index > 0 && row.slot > 0 && !at.narrow) {
    const x = running.x + running.width / 2;
    arrow(context, x, running.y - at.rowHeight + running.height + 3, x, running.y - 3);
    context.font = font(14);
    centred(context, '+', x + 12, running.y - 14);
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function arrow(context, x0, y0, x1, y1) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 6) return;
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1 - dx * 5, y1 - dy * 5);
  context.stroke();
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1 - dx * 7 - dy * 3.5, y1 - dy * 7 + dx * 3.5);
  context.lineTo(x1 - dx * 7 + dy * 3.5, y1 - dy * 7 - dx * 3.5);
  context.fill();
}

/** All channel sums of the step as bars; the visible ones marked. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} rect */
function paintBars(context, frame, rect) {
  const { step, inks, theme, layout: at, position, inChannels, model, first } = frame;
  const all = model.subject.channels;
  const each = rect.height / all;
  const palette = scale(theme);
  context.fillStyle = inks.soft;
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
  const sums = step?.channel_sums ?? [];
  const max = Math.max(...sums.map(Math.abs), 1e-30);
  const middle = rect.x + rect.width / 2;
  sums.forEach((value, index) => {
    const done = index < position.channels || (position.active < 0 && position.sum > 0) || position.place > 0;
    if (!done) return;
    const length = (value / max) * (rect.width / 2);
    context.fillStyle = /** @type {string} */ (palette.css[level(value, max)]);
    context.fillRect(Math.min(middle, middle + length), rect.y + ((inChannels[index] ?? 0)) * each, Math.max(Math.abs(length), 0.5), Math.max(each - (each > 4 ? 1 : 0), 0.5));
  });
  context.strokeStyle = inks.accent;
  context.lineWidth = 1.5;
  context.strokeRect(rect.x - 1.5, rect.y + first * each - 1, rect.width + 3, at.visible * each + 2);
}

/** + bias = total, and the total's way into its cell. @param {CanvasRenderingContext2D} context @param {Frame} frame */
function paintTotal(context, frame) {
  const { layout: at, inks, printed, position, labels, step, col, row, outputView, model, total } = frame;
  const size = outputView.cell;
  const cell = cellBox(outputView, size, row, col);
  const share = ease(Math.max(position.bias, position.place));
  if (printed && step && share > 0) {
    if (model.weight) {
      context.globalAlpha = share;
      context.fillStyle = inks.muted;
      context.font = font(at.type + 1);
      context.textAlign = 'right';
      context.textBaseline = 'middle';
      const before = at.bars ?? at.running;
      const room = at.narrow ? 200 : total.x - before.x - before.width - 16;
      context.fillText(`${labels.bias ?? ''} ${printed.bias}  =`, total.x - 10, total.y + total.height / 2, room);
      context.globalAlpha = 1;
    }
    paintBox(context, frame, total, printed.output, step.output, share, true);
  }
  if (position.place > 0) {
    if (position.place < 1) paintFlight(context, frame, cell, ease(position.place));
    context.strokeStyle = inks.accent;
    context.lineWidth = size < 6 ? 1.5 : 3;
    const grow = size < 6 ? 1.5 : 0.5;
    within(context, at.output, () => {
      rounded(context, { x: cell.x - grow, y: cell.y - grow, width: cell.width + 2 * grow, height: cell.height + 2 * grow }, Math.min(4, size / 4));
      context.stroke();
    });
  }
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} cell @param {number} share */
function paintFlight(context, { outputView, total, inks, printed, step, theme, outputMax }, cell, share) {
  const from = { x: total.x + total.width, y: total.y + total.height / 2 };
  const to = { x: cell.x + cell.width / 2, y: cell.y + cell.height / 2 };
  const bend = { x: (from.x + to.x) / 2, y: from.y };
  context.strokeStyle = inks.accent;
  context.lineWidth = 2;
  context.globalAlpha = 0.6;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
  context.stroke();
  context.globalAlpha = 1;
  const rest = 1 - share;
  const x = rest * rest * from.x + 2 * rest * share * bend.x + share * share * to.x;
  const y = rest * rest * from.y + 2 * rest * share * bend.y + share * share * to.y;
  const size = Math.max(outputView.cell, READABLE + 4);
  const palette = scale(theme);
  context.font = font(fontIn(size), 600);
  const value = step?.output ?? 0;
  paintCell(context, { x: x - size / 2, y: y - size / 2, width: size, height: size }, value, outputMax, format(value, printed ? decimalsOf(printed.output) : 0), palette);
}

/** @param {string} text */
function decimalsOf(text) {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}
