/**
 * (state, size) -> Frame: all that the painters need, and nothing else. Pure.
 *
 * @import {Rect, Step, Summary, Taps, Tensor} from './types.js'
 * @import {Layout, Subject} from './layout.js'
 * @import {Plane, View, Window, Zoom} from './geometry.js'
 * @import {Position} from './timeline.js'
 * @import {Theme} from './color.js'
 * @import {Ledger} from './ledger.js'
 * @import {Answer, Cell} from './questions.js'
 *
 * @typedef {{text: string, muted: string, line: string, paper: string, soft: string, accent: string, onAccent: string}} Inks
 *
 * @typedef {{
 *   summary: Summary, taps: Taps, plane: Plane, subject: Subject,
 *   input: Tensor, weight: Tensor|null, bias: number[], inputMax: number, weightMax: number,
 *   inputLow: number, weightLow: number, rowSources: Int32Array, colSources: Int32Array,
 *   idleRows: number[], idleCols: number[],
 * }} Model
 *   what does not change while a scene is shown; idleRows, idleCols: of the plane, never under any kernel cell
 *
 * @typedef {{
 *   slot: number, channel: number, index: number, active: boolean, products: number, sum: number, accumulate: number,
 * }} Row
 *   index: position in the step, -1: not of this group; products: kernel cells multiplied so far, the last one perhaps
 *   in part; sum, accumulate: 0 … 1
 *
 * @typedef {{
 *   view: 'stage'|'scatter', model: Model, layout: Layout, position: Position, theme: Theme, inks: Inks, tinted: boolean, ratio: number,
 *   first: number, rows: Row[], inChannels: number[], window: Window, target: Window,
 *   step: Step|null, printed: Ledger|null, output: Tensor|null, outputMax: number,
 *   row: number, col: number, placed: number, turn: number, labels: Record<string, string>, still: string, stands?: string, moment?: string,
 *   asked: {cell: Cell, pinned: boolean}|null,
 *   total: Rect, inputView: View, outputView: View, question: {cell: Cell, answer: Answer, pinned: boolean}|null,
 * }} Frame
 *   asked: as the state has it; moment, stands: change with time, stands only where something comes to stand; inputView: of the first visible row; placed: output cells that stand, in raster order; still: changes when anything but the moving parts does
 */

import { magnitude } from './color.js';
import { between, follow, inChannels, kernelSize, plane, sliceOffset, sources, view as viewIn, windowAt } from './geometry.js';
import { layout, inSlot, READABLE, READABLE_DECIMALS } from './layout.js';
import { decimalsFor, format, ledger } from './ledger.js';
import { answer } from './questions.js';
import { isWhole, partOf } from './sketch.js';

/** @param {import('./state.js').Scene} scene @returns {Model} */
export function model({ summary, taps, input, weight, bias }) {
  const { shapes } = summary;
  const cells = plane(summary);
  const [channels, ] = shapes.input;
  const numbers = partOf(input);
  const [inputLow, inputMax] = input.range ?? [low(numbers), magnitude(numbers)];
  const [outChannels, height, width] = shapes.output;
  return {
    // What is painted of a sketch is kept under another name.
    summary: isWhole(input) ? summary : { ...summary, id: `${summary.id}~` }, taps, plane: cells, input, weight,
    bias: bias ? [...bias.data] : [],
    subject: { plane: cells, kernel: kernelSize(summary), channels, output: [height, width], outChannels, weighted: weight !== null, gathered: summary.operation.kind === 'conv_transpose2d', least: leastCell(input, weight) },
    inputMax, inputLow,
    weightMax: weight ? magnitude(weight.data) : 0, weightLow: weight ? low(weight.data) : 0,
    rowSources: sources(taps.rows, (i) => windowAt(summary, taps, i, 0).rows, cells.rows),
    colSources: sources(taps.cols, (j) => windowAt(summary, taps, 0, j).cols, cells.cols),
    idleRows: idle(taps.rows.map((_, i) => windowAt(summary, taps, i, 0).rows), cells.rows),
    idleCols: idle(taps.cols.map((_, j) => windowAt(summary, taps, 0, j).cols), cells.cols),
  };
}

/** @param {Tensor} input @param {Tensor|null} weight */
function leastCell(input, weight) {
  const whole = (/** @type {Tensor|null} */ tensor) => tensor === null || decimalsFor(partOf(tensor), 4) === 0;
  return whole(input) && whole(weight) ? READABLE : READABLE_DECIMALS;
}

/** @param {number[][]} lines @param {number} length */
function idle(lines, length) {
  const seen = new Set(lines.flat());
  return Array.from({ length }, (_, at) => at).filter((at) => !seen.has(at));
}

/** Where kernel cell (u, v) is shown: a flipped kernel stands on its head, so that it lies on the window as it is used. @param {Model} model @param {number} u @param {number} v @returns {[number, number]} */
export function shownAt({ summary, subject }, u, v) {
  return summary.operation.flip ? [subject.kernel[0] - 1 - u, subject.kernel[1] - 1 - v] : [u, v];
}

/** @param {import('./types.js').Numbers} data */
function low(data) {
  let least = 0;
  for (const value of data) if (value < least) least = value;
  return least;
}

/**
 * @param {{
 *   model: Model, position: Position, step: Step|null, output: Tensor|null, outputMax: number, scroll: number|null,
 *   theme: Theme, inks: Inks, tinted: boolean, width: number, height: number, ratio: number, labels: Record<string, string>,
 *   turn: number, zoom: {input: Zoom, output: Zoom}, following: boolean, asked: {cell: Cell, pinned: boolean}|null,
 * }} view
 * @returns {Frame}
 */
export function frame(view) {
  const { model, position, step } = view;
  const { summary, taps, subject } = model;
  const at = layoutOf(subject, view.width, view.height);
  const inputs = inChannels(summary, position.outChannel);
  const first = firstRow(at, subject.channels, inputs, position, view.scroll);
  const [, height, width] = summary.shapes.output;
  const row = Math.floor(position.window / width);
  const col = position.window % width;
  const target = windowAt(summary, taps, row, col);
  const shown = step?.index === position.window ? step : null;
  const views = viewsOf(view, at, target, { rows: [row], cols: [col] });
  const question = view.asked && { ...view.asked, answer: answer(model, view.asked.cell, { row, col }) };
  return {
    ...view, ...views, view: 'stage', layout: at, first, inChannels: inputs, question,
    rows: rows(at, first, inputs, position, subject),
    target,
    total: totalOf(at, subject, first, inputs),
    window: position.slide < 1 && position.window > 0 ? sliding(summary, taps, position, width, target) : target,
    step: shown,
    printed: shown && printedOnStage(shown, model, position.outChannel, inputs, at),
    row, col, placed: Math.min(position.window + (position.place === 1 ? 1 : 0), height * width),
    moment: Object.values(position).join(),
    stands: standing(position),
    still: [
      summary.id, position.outChannel, first, view.turn, view.theme, view.tinted, view.width, view.height, view.ratio, view.outputMax,
      views.inputView.x, views.inputView.y, views.inputView.cell, views.outputView.cell,
    ].join(),
  };
}

/** What of a position has come to stand, and what has begun to move. @param {Position} position */
function standing({ products, ...rest }) {
  const steps = Object.values(rest).map((share) => (Number.isInteger(Number(share)) ? share : 'moves'));
  return [Math.floor(products), Math.ceil(products), ...steps].join();
}

/** Where the output's value comes together: beside the last running sum in sight, or, in pooling, the one box. @param {Layout} at @param {Subject} subject @param {number} first @param {number[]} inputs */
function totalOf(at, subject, first, inputs) {
  const slot = Math.min(Math.max((inputs.at(-1) ?? 0) - first, 0), at.visible - 1);
  return inSlot(at, subject.weighted ? at.total : at.sum, at.narrow && subject.weighted ? at.visible - 1 : slot);
}

/** What of the grids is in sight; while time runs the cells at work stay so. @param {Parameters<typeof frame>[0]} view @param {Layout} at @param {Window} input @param {Window} output */
export function viewsOf({ model, zoom, following }, at, input, output) {
  const { plane, output: size } = model.subject;
  const part = (/** @type {import('./types.js').Rect} */ place, /** @type {number} */ cell, /** @type {number} */ rows, /** @type {number} */ cols, /** @type {Zoom} */ wish, /** @type {[number, number, number, number]} */ need) => {
    const wished = viewIn(place, cell, rows, cols, wish);
    return following && wish.scale > 1 ? viewIn(place, cell, rows, cols, follow(place, wished, wish, ...need)) : wished;
  };
  const ends = (/** @type {number[]} */ line) => {
    const found = line.filter(Number.isFinite);
    return /** @type {[number, number]} */ (found.length ? [Math.min(...found), Math.max(...found) + 1] : [0, 1]);
  };
  return {
    inputView: part(at.input, at.cell, plane.rows, plane.cols, zoom.input, [...ends(input.rows), ...ends(input.cols)]),
    outputView: part(at.output, at.outputCell, size[0], size[1], zoom.output, [...ends(output.rows), ...ends(output.cols)]),
  };
}

/** @type {{subject?: Subject, width?: number, height?: number, at?: Layout}} */
const last = {};

/** The layout changes with the size only. @param {Subject} subject @param {number} width @param {number} height @returns {Layout} */
export function layoutOf(subject, width, height) {
  if (!last.at || last.subject !== subject || last.width !== width || last.height !== height) {
    Object.assign(last, { subject, width, height, at: layout(subject, width, height) });
  }
  return /** @type {Layout} */ (last.at);
}

/** The first visible channel: where the reader scrolled to, or the screenful of the channel at work. @param {Layout} at @param {number} channels @param {number[]} inputs @param {Position} position @param {number|null} scroll */
export function firstRow(at, channels, inputs, position, scroll) {
  const most = channels - at.visible;
  if (most <= 0) return 0;
  if (scroll !== null) return Math.min(Math.max(scroll, 0), most);
  const working = inputs[Math.min(Math.max(position.active, position.channels - 1, 0), inputs.length - 1)] ?? 0;
  const screen = position.together || working === 0 ? (inputs[0] ?? 0) : Math.floor(working / at.visible) * at.visible;
  return Math.min(screen, most);
}

/** @param {Layout} at @param {number} first @param {number[]} inputs @param {Position} position @param {Subject} subject @returns {Row[]} */
export function rows(at, first, inputs, position, subject) {
  const taps = subject.kernel[0] * subject.kernel[1];
  return Array.from({ length: at.visible }, (_, slot) => {
    const channel = first + slot;
    const index = channel - (inputs[0] ?? 0);
    const inGroup = index >= 0 && index < inputs.length;
    const done = inGroup && index < position.channels;
    const working = inGroup && !done && (position.active === -1 || position.active === index);
    return {
      slot, channel, index: inGroup ? index : -1,
      active: inGroup && position.active === index,
      products: done ? taps : working ? position.products : 0,
      sum: done ? 1 : working ? position.sum : 0,
      accumulate: done ? 1 : working ? position.accumulate : 0,
    };
  });
}

/** @param {Summary} summary @param {Taps} taps @param {Position} position @param {number} width @param {Window} target */
function sliding(summary, taps, position, width, target) {
  const from = position.window - 1;
  return between(windowAt(summary, taps, Math.floor(from / width), from % width), target, ease(position.slide));
}

/** Whether what has come so far, 0 … 1, stays so for a while. @param {number} share */
export function isStanding(share) {
  return share === 0 || share === 1;
}

/** @param {number} p */
export function ease(p) {
  return p * p * (3 - 2 * p);
}

/** @type {WeakMap<Step, {sizes: string, printed: Ledger}>} */
const printedSteps = new WeakMap();

/** The step with as many decimals as the cells have room for. @param {Step} step @param {Model} model @param {number} o @param {number[]} inputs @param {Layout} at @returns {Ledger} */
function printedOnStage(step, model, o, inputs, at) {
  const sizes = `${at.kernelCell}/${at.sum.width}`;
  const kept = printedSteps.get(step);
  if (kept?.sizes === sizes) return kept.printed;
  const layer = layerOf(model, o, inputs);
  const values = step.products.flat(2);
  const sums = [step.output, layer.bias, ...step.channel_sums, ...step.running_sums];
  // Terms with decimals may well have a whole sum, which is then written like them.
  const readable = at.kernelCell >= READABLE;
  const wanted = decimalsFor(readable ? [...values, ...sums] : sums, 4);
  const room = readable ? fitting(values, charactersIn(at.kernelCell), wanted) : wanted;
  const decimals = fitting(sums, Math.floor(at.sum.width / 9), room);
  const printed = ledger(step, layer, decimals);
  printedSteps.set(step, { sizes, printed });
  return printed;
}

/** What the ledger asks of a layer. @param {Model} model @param {number} o @param {number[]} inputs */
export function layerOf({ summary, weight, bias }, o, inputs) {
  const kW = kernelSize(summary)[1];
  return {
    outChannel: o, inChannels: inputs, bias: bias[o] ?? 0,
    weight: (/** @type {number} */ c, /** @type {number} */ u, /** @type {number} */ v) =>
      weight ? (weight.data[sliceOffset(summary, o, inputs[c] ?? 0) + u * kW + v] ?? 0) : null,
  };
}

/** The font in a cell, in CSS pixels; whole numbers are short, and can be larger. @param {number} cell @param {boolean} [whole] */
export function fontIn(cell, whole = false) {
  return Math.min(Math.max(cell * 0.36, whole ? cell * 0.56 - 7 : 0, 10), whole ? 48 : 38);
}

/** Tabular figures are about 0.56 em wide, and can be narrowed a little. @param {number} cell */
export function charactersIn(cell) {
  return Math.floor(((cell - 3) / (fontIn(cell) * 0.56)) * 1.15);
}

/** The most decimals, up to `wanted`, with which every value fits into `room` characters. @param {ArrayLike<number>} values @param {number} room @param {number} [wanted] */
export function fitting(values, room, wanted = decimalsFor(values, 4)) {
  let decimals = wanted;
  let [longest, least] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = /** @type {number} */ (values[i]);
    if (value > longest) longest = value;
    if (value < least) least = value;
  }
  const tooLong = () => Math.max(format(longest, decimals).length, format(least, decimals).length) > room;
  while (decimals > 0 && tooLong()) decimals -= 1;
  return decimals;
}
