/**
 * Sums in their boxes, the arrows between them, the bias, and the value on its way into its cell.
 *
 * @import {Frame, Row} from '../frame.js'
 * @import {Rect} from '../types.js'
 */

import { level, scale } from '../color.js';
import { ease, fontIn, isStanding } from '../frame.js';
import { inSlot, READABLE } from '../layout.js';
import { format } from '../ledger.js';
import { cellBox, centred, font, paintCell, rounded, within } from './grid.js';

/** A sum in its box, as far as it has come. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} rect @param {string} text @param {number} value @param {number} share @param {boolean} active */
export function paintBox(context, frame, rect, text, value, share, active) {
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
export function paintArrow(context, { layout: at, inks }, row) {
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
export function paintBars(context, frame, rect) {
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

/** + bias = total, and the total's way into its cell. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {boolean} standing */
export function paintTotal(context, frame, standing) {
  const { printed, position, step, total } = frame;
  const share = Math.max(position.bias, position.place);
  if (standing && printed && frame.model.weight) paintBias(context, frame, printed.bias);
  if (printed && step && share > 0 && isStanding(share) === standing) paintBox(context, frame, total, printed.output, step.output, ease(share), true);
  if (position.place > 0 && isStanding(position.place) === standing) paintPlacing(context, frame, position.place);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {string} bias */
function paintBias(context, { layout: at, inks, labels, total }, bias) {
  const before = at.bars ?? at.running;
  const room = at.narrow ? 200 : total.x - before.x - before.width - 16;
  context.fillStyle = inks.muted;
  context.font = font(at.type + 1);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText(`${labels.bias ?? ''} ${bias}  =`, total.x - 10, total.y + total.height / 2, room);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {number} place */
function paintPlacing(context, frame, place) {
  const { layout: at, inks, col, row, outputView } = frame;
  const { cell: size } = outputView;
  const cell = cellBox(outputView, size, row, col);
  if (place < 1) paintFlight(context, frame, cell, ease(place));
  context.strokeStyle = inks.accent;
  context.lineWidth = size < 6 ? 1.5 : 3;
  const grow = size < 6 ? 1.5 : 0.5;
  within(context, at.output, () => {
    rounded(context, { x: cell.x - grow, y: cell.y - grow, width: cell.width + 2 * grow, height: cell.height + 2 * grow }, Math.min(4, size / 4));
    context.stroke();
  });
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
