/**
 * What the cell that is asked about has to do with the others.
 *
 * @import {Frame, Row} from '../frame.js'
 * @import {Answer, Cell, Reach} from '../questions.js'
 * @import {Rect} from '../types.js'
 */

import { level, scale } from '../color.js';
import { fitting, fontIn, layerOf } from '../frame.js';
import { inChannels } from '../geometry.js';
import { cellRect } from '../hit.js';
import { inSlot, READABLE } from '../layout.js';
import { format } from '../ledger.js';
import { runs } from '../questions.js';
import { centred, font, rounded, within } from './grid.js';

/** Small pictures of the other output channels: their largest side and how many there are at most. */
const SMALL = 54;
const MOST_SMALL = 8;

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {{cell: Cell, answer: Answer, pinned: boolean}} question */
export function paintAnswer(context, frame, { cell, answer, pinned }) {
  for (const row of frame.rows) {
    if (answer.inputs?.channels.includes(row.channel)) paintInputs(context, frame, row, answer.inputs.plane);
  }
  if (answer.outputs.length > 0) paintReach(context, frame, cell, answer.outputs);
  if (answer.weights) mark(context, frame, cellRect(frame, { ...cell, grid: 'weight' }), false);
  mark(context, frame, cellRect(frame, cell), pinned);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Row} row @param {import('../questions.js').Lattice} plane */
function paintInputs(context, { layout: at, inputView, inks }, row, plane) {
  const origin = inSlot(at, inputView, row.slot);
  const size = inputView.cell;
  within(context, inSlot(at, at.input, row.slot), () => {
    context.fillStyle = inks.accent;
    context.strokeStyle = inks.accent;
    context.lineWidth = 1.5;
    for (const [i, height] of runs(plane.rows)) {
      for (const [j, width] of runs(plane.cols)) {
        const rect = { x: origin.x + j * size, y: origin.y + i * size, width: width * size, height: height * size };
        context.globalAlpha = 0.28;
        context.fillRect(rect.x, rect.y, rect.width, rect.height);
        context.globalAlpha = 1;
        if (Math.min(rect.width, rect.height) >= 4) context.strokeRect(rect.x, rect.y, rect.width, rect.height);
      }
    }
  });
}

/** The output cells an input cell reaches: in the channel shown, and small in the others. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Cell} cell @param {Reach[]} reached */
function paintReach(context, frame, cell, reached) {
  const { layout: at, model, outputView, position } = frame;
  const ofGroup = model.summary.shapes.output[0] === 1 ? [0] : groupOutputs(frame, cell.channel);
  if (ofGroup.includes(position.outChannel)) {
    within(context, at.output, () => paintReached(context, frame, outputView, outputView.cell, position.outChannel, cell.channel, reached));
  }
  const others = ofGroup.filter((o) => o !== position.outChannel);
  if (!at.narrow && others.length > 0) paintOthers(context, frame, others.slice(0, MOST_SMALL), cell.channel, reached);
}

/** @param {Frame} frame @param {number} channel */
function groupOutputs({ model }, channel) {
  const count = model.summary.shapes.output[0];
  return Array.from({ length: count }, (_, o) => o).filter((o) => inChannels(model.summary, o).includes(channel));
}

/** Each cell in the colour of the weight that carries the input there. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {{x: number, y: number}} origin @param {number} size @param {number} o @param {number} channel @param {Reach[]} reached */
function paintReached(context, frame, origin, size, o, channel, reached) {
  const { model, theme, inks, question } = frame;
  const [, height, width] = model.summary.shapes.input;
  const value = question?.cell.grid === 'input' ? (model.input.data[(channel * height + question.cell.row) * width + question.cell.col] ?? 0) : 0;
  const palette = scale(theme);
  const layer = layerOf(model, o, [channel]);
  context.lineWidth = 2;
  context.strokeStyle = inks.accent;
  for (const { row, col, u, v } of reached) {
    context.fillStyle = /** @type {string} */ (palette.css[level(layer.weight(0, u, v) ?? model.weightMax, model.weightMax)]);
    const rect = { x: origin.x + col * size, y: origin.y + row * size, width: size, height: size };
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
    if (size >= 5) context.strokeRect(rect.x + 1, rect.y + 1, size - 2, size - 2);
    if (model.weight && size >= READABLE) paintStamp(context, frame, rect, layer.weight(0, u, v) ?? 0, value);
  }
}

/** What an input cell adds to an output cell: itself times the weight. @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect} rect @param {number} weight @param {number} value */
function paintStamp(context, { model, theme }, rect, weight, value) {
  const palette = scale(theme);
  const whole = Number.isInteger(weight) && Number.isInteger(value);
  const text = (/** @type {number} */ number) => format(number, whole ? 0 : fitting([number], 3));
  context.fillStyle = /** @type {string} */ (palette.ink[level(weight, model.weightMax)]);
  context.font = font(Math.min(fontIn(rect.width), 16));
  centred(context, `${text(value)}·${text(weight)}`, rect.x + rect.width / 2, rect.y + rect.height / 2, rect.width - 6);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {number[]} others @param {number} channel @param {Reach[]} reached */
function paintOthers(context, frame, others, channel, reached) {
  const { layout: at, model, inks } = frame;
  const [rows, cols] = model.subject.output;
  const size = Math.min(SMALL / rows, SMALL / cols);
  const [width, height] = [cols * size, rows * size];
  const top = Math.min(at.output.y + at.output.height + 12, at.height - height - 16);
  const step = Math.min(width + 10, (at.width - at.output.x + 60) / others.length);
  const left = Math.min(at.output.x, at.width - others.length * step - 2);
  others.forEach((o, k) => {
    const rect = { x: left + k * step, y: top, width, height };
    context.fillStyle = inks.paper;
    context.fillRect(rect.x - 3, rect.y - 3, width + 6, height + 18);
    within(context, rect, () => paintReached(context, frame, rect, size, o, channel, reached));
    context.strokeStyle = inks.line;
    context.lineWidth = 1;
    context.strokeRect(rect.x - 0.5, rect.y - 0.5, width + 1, height + 1);
    context.fillStyle = inks.muted;
    context.font = font(10.5);
    centred(context, `Y[${o}]`, rect.x + width / 2, rect.y + height + 8, width + 8);
  });
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Rect|null} rect @param {boolean} pinned */
function mark(context, { inks }, rect, pinned) {
  if (!rect) return;
  const grow = rect.width < 6 ? 2 : 0;
  context.strokeStyle = inks.accent;
  context.lineWidth = pinned ? 4 : 2.5;
  rounded(context, { x: rect.x - grow, y: rect.y - grow, width: rect.width + 2 * grow, height: rect.height + 2 * grow }, Math.min(4, rect.width / 4));
  context.stroke();
}
