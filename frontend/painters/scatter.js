/**
 * The scatter reading: the input cell, its products with the kernel, and the stamp on its way onto the output.
 *
 * @import {ScatterFrame} from '../scatter.js'
 * @import {Row} from '../frame.js'
 * @import {Bitmaps} from '../surface.js'
 */

import { scale } from '../color.js';
import { charactersIn, ease, fitting, fontIn } from '../frame.js';
import { inSlot, READABLE } from '../layout.js';
import { format } from '../ledger.js';
import { firstStamp } from '../scatter.js';
import { paintAnswer } from './answer.js';
import { cellBox, centred, font, paintCell, paintGhost, paintGrid, rounded, within } from './grid.js';
import { heading, paintInput, paintKernel, paintOutputPlace, places } from './still.js';
import { paintWindow } from './window.js';

/** The share of a stamp's way after which it lies on the output, and the sums are told. */
const ARRIVED = 0.6;

/** @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame @param {Bitmaps} bitmaps */
export function paintStill(context, frame, bitmaps) {
  const { layout: at, inks, rows } = frame;
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, at.width, at.height);
  paintHeadings(context, frame);
  for (const row of rows) paintRowStill(context, frame, row, bitmaps);
  paintOutputPlace(context, frame);
}

/** @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame */
function paintHeadings(context, frame) {
  const { layout: at, labels, model, position, valueRect, stampRect } = frame;
  const palette = scale(frame.theme);
  const y = at.headerY;
  heading(context, frame, labels.input ?? '', at.input, y, [model.inputLow, model.inputMax], palette);
  if (!at.narrow) heading(context, frame, labels['scatter.value'] ?? '', valueRect, y);
  heading(context, frame, labels.kernel ?? '', at.kernel, y, [model.weightLow, model.weightMax], palette);
  heading(context, frame, labels.products ?? '', at.products, y);
  if (stampRect) heading(context, frame, labels['scatter.stamp'] ?? '', stampRect, y);
  const low = frame.output?.data.some((value) => value < 0) ? -1 : 0;
  heading(context, frame, `${labels.output ?? ''}[${position.outChannel}]`, at.output, at.narrow ? at.output.y - 30 - at.stack * 7 : y, [low, frame.outputMax], palette);
}

/** @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame @param {Row} row @param {Bitmaps} bitmaps */
function paintRowStill(context, frame, row, bitmaps) {
  const { layout: at, inks } = frame;
  const input = inSlot(at, at.input, row.slot);
  context.globalAlpha = row.index < 0 ? 0.5 : 1;
  paintInput(context, frame, row, input, bitmaps);
  context.fillStyle = inks.muted;
  context.font = font(at.type - 1);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText(at.narrow ? String(row.channel) : `c=${row.channel}`, at.input.x - 7, input.y + input.height / 2);
  context.globalAlpha = 1;
  if (row.index < 0) return;
  paintKernel(context, frame, row);
  places(context, frame, inSlot(at, at.products, row.slot));
  context.fillStyle = inks.muted;
  context.font = font(at.narrow ? 14 : 20);
  centred(context, '×', at.signs.times, at.signs.y + row.slot * at.rowHeight);
  centred(context, '=', at.signs.equals, at.signs.y + row.slot * at.rowHeight);
}

/** @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame */
export function paintMoving(context, frame) {
  paintPlane(context, frame);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row);
  paintStamp(context, frame);
  if (frame.question) paintAnswer(context, frame, frame.question);
}

/** The output as it stands; cells that wait for their first stamp are left open. @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame */
function paintPlane(context, frame) {
  const { layout: at, model, outputView, plane, position, outputMax, theme, inks } = frame;
  if (!plane) return;
  const [rows, cols] = model.subject.output;
  const stamped = position.window + (position.place === 1 ? 1 : 0);
  const value = (/** @type {number} */ i, /** @type {number} */ j) => {
    const first = firstStamp(model, i, j);
    return first < stamped || first === Infinity ? (plane[i * cols + j] ?? 0) : null;
  };
  const decimals = decimalsOn(frame, outputView.cell);
  within(context, at.output, () => paintGrid(context, outputView, outputView.cell, { rows, cols, at: value, max: outputMax, decimals }, scale(theme), inks, at.output));
}

/** As many decimals as the output's numbers have room for. @param {ScatterFrame} frame @param {number} cell */
function decimalsOn({ output, outputMax }, cell) {
  const decisive = output && output.data.length <= 4096 ? output.data : [outputMax, -outputMax / 3];
  return fitting(decisive, charactersIn(cell));
}

/** @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame @param {Row} row */
function paintRow(context, frame, row) {
  const { layout: at, inks, inputView, window, stamp, model, theme } = frame;
  const place = inSlot(at, at.input, row.slot);
  within(context, place, () => paintWindow(context, frame, window, inSlot(at, inputView, row.slot), inputView.cell));
  if (row.active) {
    context.fillStyle = inks.accent;
    context.fillRect(at.narrow ? 0 : at.input.x - 34, place.y, 3, place.height);
  }
  if (!stamp) return;
  paintValue(context, frame, row);
  const cols = model.subject.kernel[1];
  const products = stamp.products[row.index] ?? [];
  const rect = inSlot(at, at.products, row.slot);
  const readable = at.kernelCell >= READABLE;
  const decimals = fitting(products.flat(), charactersIn(at.kernelCell));
  context.font = font(fontIn(at.kernelCell, decimals === 0));
  for (let k = 0; k < Math.ceil(row.products); k++) {
    const [u, v] = [Math.floor(k / cols), k % cols];
    const value = products[u]?.[v] ?? 0;
    context.globalAlpha = Math.min(1, row.products - k);
    const box = cellBox(rect, at.kernelCell, u, v);
    paintCell(context, box, value, model.inputMax * model.weightMax, readable ? format(value, decimals) : '', scale(theme));
    if (readable && isCropped(frame, u, v)) paintGhost(context, box, inks);
  }
  context.globalAlpha = 1;
}

/** @param {ScatterFrame} frame @param {number} u @param {number} v */
function isCropped({ landing }, u, v) {
  return Number.isNaN(landing.rows[u]) || Number.isNaN(landing.cols[v]);
}

/** The number that scales the kernel, and lines to it from its cell. @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame @param {Row} row */
function paintValue(context, frame, row) {
  const { layout: at, inks, inputView, row: i, col: j, model, theme, stamp, valueRect, position } = frame;
  const rect = inSlot(at, valueRect, row.slot);
  const value = stamp?.values[row.index] ?? 0;
  if (position.slide === 1) {
    const from = inSlot(at, { x: inputView.x + (j + 1) * inputView.cell, y: inputView.y + (i + 0.5) * inputView.cell, width: 0, height: 0 }, row.slot);
    context.strokeStyle = inks.accent;
    context.lineWidth = 1;
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(Math.min(from.x, at.input.x + at.input.width), from.y);
    context.lineTo(rect.x - 2, rect.y + rect.height / 2);
    context.stroke();
    context.globalAlpha = 1;
  }
  const decimals = fitting([value], charactersIn(rect.width));
  context.font = font(fontIn(rect.width, decimals === 0));
  paintCell(context, rect, value, model.inputMax, format(value, decimals), scale(theme));
  context.strokeStyle = inks.accent;
  context.lineWidth = 2;
  rounded(context, { x: rect.x - 1, y: rect.y - 1, width: rect.width + 2, height: rect.height + 2 }, 4);
  context.stroke();
}

/** The channels' stamps added up, on their way, and what they are added to. @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame */
function paintStamp(context, frame) {
  const { layout: at, model, stamp, position, stampRect, inks, theme, outputMax } = frame;
  const share = Math.max(position.bias, position.place);
  if (!stamp || share === 0) return;
  const [kH, kW] = model.subject.kernel;
  const decimals = fitting(stamp.sums.flat(), charactersIn(at.kernelCell));
  if (stampRect) {
    context.globalAlpha = ease(share);
    const grid = { rows: kH, cols: kW, at: (/** @type {number} */ u, /** @type {number} */ v) => stamp.sums[u]?.[v] ?? 0, max: outputMax, decimals };
    paintGrid(context, stampRect, at.kernelCell, grid, scale(theme), inks);
    context.globalAlpha = 1;
  }
  const way = ease(Math.min(position.place / ARRIVED, 1));
  if (position.place === 0) return;
  within(context, { x: 0, y: 0, width: at.width, height: at.height }, () => {
    for (let u = 0; u < kH; u++) for (let v = 0; v < kW; v++) if (!isCropped(frame, u, v)) paintStampCell(context, frame, u, v, way);
  });
}

/** @param {CanvasRenderingContext2D} context @param {ScatterFrame} frame @param {number} u @param {number} v @param {number} way  0 … 1 */
function paintStampCell(context, frame, u, v, way) {
  const { layout: at, outputView, landing, stamp, stampRect, inks, theme, outputMax, position, plane, model } = frame;
  const [i, j] = [landing.rows[u] ?? 0, landing.cols[v] ?? 0];
  const last = Math.min(Math.max((frame.inChannels.at(-1) ?? 0) - frame.first, 0), at.visible - 1);
  const from = cellBox(stampRect ?? inSlot(at, at.products, last), at.kernelCell, u, v);
  const to = cellBox(outputView, outputView.cell, i, j);
  const between = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * way;
  const box = { x: between(from.x, to.x), y: between(from.y, to.y), width: between(from.width, to.width), height: between(from.height, to.height) };
  const frameIt = () => {
    context.strokeStyle = inks.accent;
    context.lineWidth = box.width < 6 ? 1 : 2.5;
    rounded(context, box, Math.min(4, box.width / 4));
    context.stroke();
  };
  if (position.place === 1) return frameIt();
  const added = stamp?.sums[u]?.[v] ?? 0;
  const before = plane?.[i * model.subject.output[1] + j] ?? 0;
  const decimals = decimalsOn(frame, outputView.cell);
  const sum = way === 1 && firstStamp(model, i, j) < position.window;
  const text = sum ? `${format(before, decimals)}${added < 0 ? '' : '+'}${format(added, decimals)}` : format(added, decimals);
  context.font = font(sum ? Math.min(fontIn(box.width, false) * 0.85, 26) : fontIn(box.width, decimals === 0), sum ? 600 : 400);
  paintCell(context, box, sum ? before + added : added, outputMax, box.width >= READABLE ? text : '', scale(theme));
  frameIt();
}
