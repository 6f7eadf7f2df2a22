/**
 * Where the stage puts its parts, in CSS pixels. Wide: one sentence per row, the output at the right. Narrow (phones):
 * the sentence is folded, the output stands below. Pure.
 *
 * @import {Rect} from './types.js'
 * @import {Plane} from './geometry.js'
 *
 * @typedef {{
 *   plane: Plane, kernel: [number, number], channels: number, output: [number, number], outChannels: number,
 *   weighted: boolean, gathered: boolean, least: number,
 * }} Subject
 *   least: the smallest kernel cell that has room for such numbers; weighted: there is a kernel; gathered: the window's values stand elsewhere than on the input (transposed)
 *
 * @typedef {{
 *   narrow: boolean, width: number, height: number, type: number, cell: number, kernelCell: number, outputCell: number,
 *   loupe: boolean, visible: number, rowTop: number, rowHeight: number,
 *   input: Rect, loupeRect: Rect, kernel: Rect, products: Rect, sum: Rect, running: Rect,
 *   total: Rect, output: Rect, bars: Rect|null,
 *   signs: {times: number, equals: number, sigma: number, y: number}, sigmaY: number, headerY: number, stack: number,
 * }} Layout
 *   type: the size of headings; visible: rows that fit, the rest scrolls; input … running: of the first visible row;
 *   stack: how many output channels show behind the current one
 */

/** The smallest cell that a number is written in, and the smallest one for numbers with decimals. */
export const READABLE = 22;
export const READABLE_DECIMALS = 30;

const NARROW = 800;
const MAX_ROWS = 6;
const STACK = 3;
const STACK_STEP = 7;
const BARS = 34;

/** @param {Subject} subject @param {number} width @param {number} height  of the viewport's part for the stage @returns {Layout} */
export function layout(subject, width, height) {
  return width < NARROW ? narrowLayout(subject, width, height) : wideLayout(subject, width, height);
}

/** @param {Subject} subject @param {number} width @param {number} height @returns {Layout} */
function wideLayout(subject, width, height) {
  const { plane, kernel, channels, output, outChannels, weighted, gathered } = subject;
  const header = 46;
  const gap = 14;
  const rowsHeight = Math.max(height - header, 110);
  const most = Math.min(Math.max(44, height / 7), 112);
  const label = 38;
  const sign = width < 1000 ? 22 : 30;
  const box = Math.min(Math.max(58, Math.min(most * 1.5, width / 17)), 104);
  const type = Math.min(Math.max(height / 44, 13), 18);
  const plus = width < 1000 ? 74 : Math.max(92, type * 7);
  const rest = label + (weighted ? 3 : 2) * sign + 3 * box + 34 + plus + 46;
  const columns = weighted ? 2 : 1;
  const widest = (width - rest - BARS) * (columns === 2 ? 0.2 : 0.3) / kernel[1];
  const least = Math.min(Math.max(kernel[0] * Math.min(subject.least, Math.max(widest, READABLE)), 56), 250) + gap;
  const visible = Math.max(1, Math.min(channels, MAX_ROWS, Math.floor(rowsHeight / least)));
  const rowHeight = rowsHeight / visible;
  const inner = rowHeight - gap;
  const barsWidth = channels > visible ? BARS : 0;
  const fixed = rest + barsWidth;
  const free = width - fixed;
  const kernelCell = Math.floor(Math.min(most, inner / kernel[0], widest));
  const share = (/** @type {boolean} */ loupe) => (free - (columns + (loupe ? 1 : 0)) * kernelCell * kernel[1] - (loupe ? sign / 2 : 0)) * 0.54;
  const cellIn = (/** @type {boolean} */ loupe) => whole(Math.min(most, inner / plane.rows, share(loupe) / plane.cols));
  const loupe = gathered || (weighted && cellIn(false) < READABLE);
  const cell = cellIn(loupe);
  const stack = Math.min(outChannels - 1, STACK);
  const outWidth = free - (columns + (loupe ? 1 : 0)) * kernelCell * kernel[1] - (loupe ? sign / 2 : 0) - cell * plane.cols - stack * STACK_STEP;
  const outputCell = whole(Math.min(most, (rowsHeight - gap - stack * STACK_STEP) / output[0], outWidth / output[1]));
  const used = fixed + columns * kernelCell * kernel[1] + (loupe ? kernelCell * kernel[1] + sign / 2 : 0)
    + cell * plane.cols + outputCell * output[1] + stack * STACK_STEP;
  const air = Math.min(Math.max(width - used, 0) / 7, 54);
  let x = Math.max(0, (width - used - air * 7) / 2);
  const take = (/** @type {number} */ w) => { const at = x; x += w; return at; };
  const middle = header + inner / 2;
  const centred = (/** @type {number} */ at, /** @type {number} */ w, /** @type {number} */ h) => ({ x: at, y: middle - h / 2, width: w, height: h });
  take(label);
  const input = centred(take(cell * plane.cols), cell * plane.cols, cell * plane.rows);
  const loupeRect = centred(loupe ? (take(sign / 2), take(kernelCell * kernel[1])) : x, kernelCell * kernel[1], kernelCell * kernel[0]);
  const times = weighted ? take(sign + air) + (sign + air) / 2 : x;
  const kernelRect = centred(weighted ? take(kernelCell * kernel[1]) : x, kernelCell * kernel[1], kernelCell * kernel[0]);
  const equals = take(sign + air) + (sign + air) / 2;
  const products = centred(take(kernelCell * kernel[1]), kernelCell * kernel[1], kernelCell * kernel[0]);
  const sigma = take(sign + air) + (sign + air) / 2;
  const boxHeight = Math.min(Math.max(30, most * 0.8), inner, 60);
  const sum = centred(take(box), box, boxHeight);
  take(34 + air);
  const running = centred(take(box), box, boxHeight);
  const bars = barsWidth ? { x: take(barsWidth) + 12, y: header, width: barsWidth - 12, height: rowsHeight - gap } : null;
  take(plus);
  const total = { ...running, x: take(box) };
  take(46 + air * 2);
  const outHeight = outputCell * output[0];
  const outY = header + Math.max((rowsHeight - gap - outHeight) / 2, stack * STACK_STEP);
  return {
    narrow: false, width, height, type, cell, kernelCell, outputCell, loupe, visible, rowTop: header, rowHeight,
    input, loupeRect, kernel: kernelRect, products, sum, running,
    total,
    output: { x, y: outY, width: outputCell * output[1], height: outHeight },
    bars,
    signs: { times, equals, sigma, y: middle }, sigmaY: middle, headerY: 13,
    stack,
  };
}

/** @param {Subject} subject @param {number} width @param {number} height @returns {Layout} */
function narrowLayout(subject, width, height) {
  const { plane, kernel, channels, output, outChannels, weighted, gathered } = subject;
  const header = 34;
  const sign = 18;
  const label = 20;
  const free = width - label - 2 * sign;
  const columns = weighted ? 2 : 1;
  const fits = (/** @type {boolean} */ loupe) => {
    const count = columns + (loupe ? 1 : 0);
    const kernelCell = Math.floor(Math.min(36, Math.max((free * 0.6) / (count * kernel[1]), Math.min(READABLE, (free - 72) / (count * kernel[1])))));
    return { kernelCell, cell: whole(Math.min(36, (free - (loupe ? 8 : 0) - count * kernelCell * kernel[1]) / plane.cols, 190 / plane.rows)) };
  };
  const loupe = gathered || (weighted && fits(false).cell < READABLE);
  const { kernelCell, cell } = fits(loupe);
  const blockHeight = Math.max(cell * plane.rows, kernelCell * kernel[0]);
  const boxHeight = 28;
  const rowHeight = blockHeight + boxHeight + 26;
  const visible = Math.max(1, Math.min(channels, MAX_ROWS, Math.floor(Math.max(height, 420) / rowHeight)));
  const barsWidth = channels > visible ? 16 : 0;
  const top = (/** @type {number} */ h) => header + (blockHeight - h) / 2;
  let x = label;
  const take = (/** @type {number} */ w) => { const at = x; x += w; return at; };
  const kernelWidth = kernelCell * kernel[1];
  const kernelHeight = kernelCell * kernel[0];
  const block = (/** @type {number} */ at) => ({ x: at, y: top(kernelHeight), width: kernelWidth, height: kernelHeight });
  const input = { x: take(cell * plane.cols), y: top(cell * plane.rows), width: cell * plane.cols, height: cell * plane.rows };
  const loupeRect = block(loupe ? (take(8), take(kernelWidth)) : x);
  const times = weighted ? take(sign) + sign / 2 : x;
  const kernelRect = block(weighted ? take(kernelWidth) : x);
  const equals = take(sign) + sign / 2;
  const products = block(take(kernelWidth));
  const sumY = header + blockHeight + 8;
  const right = width - barsWidth - 4;
  const box = Math.min(84, (right - 3 * sign) / 3);
  const running = { x: right - box, y: sumY, width: box, height: boxHeight };
  const sum = { x: right - 2 * box - 30, y: sumY, width: box, height: boxHeight };
  const totalY = header + visible * rowHeight + 2;
  const stack = Math.min(outChannels - 1, STACK);
  const outTop = totalY + boxHeight + 46 + stack * STACK_STEP;
  const outputCell = whole(Math.min(40, (width - 20 - stack * STACK_STEP) / output[1], 240 / output[0]));
  const outWidth = outputCell * output[1];
  return {
    narrow: true, width, type: 11, height: outTop + outputCell * output[0] + 44, cell, kernelCell, outputCell, loupe, visible, rowTop: header, rowHeight,
    input, loupeRect, kernel: kernelRect, products, sum, running,
    total: { x: running.x, y: totalY - (visible - 1) * rowHeight, width: box, height: boxHeight },
    output: { x: Math.max(0, (width - outWidth) / 2), y: outTop, width: outWidth, height: outputCell * output[0] },
    bars: barsWidth ? { x: width - 10, y: header, width: 10, height: visible * rowHeight - 20 } : null,
    signs: { times, equals, sigma: sum.x - 14, y: header + blockHeight / 2 }, sigmaY: sumY + boxHeight / 2, headerY: 12,
    stack,
  };
}

/** Whole pixels where a cell has any: thin lines stay even. @param {number} size */
function whole(size) {
  return size >= 4 ? Math.floor(size) : Math.max(size, 0.05);
}

/** A rectangle of the first visible row, moved to another slot. @template {Rect} T @param {Layout} layout @param {T} rect @param {number} slot @returns {T} */
export function inSlot(layout, rect, slot) {
  return inSlotOf(layout.rowHeight, rect, slot);
}

/** @template {Rect} T @param {number} rowHeight @param {T} rect @param {number} slot @returns {T} */
function inSlotOf(rowHeight, rect, slot) {
  return { ...rect, y: rect.y + slot * rowHeight };
}
