/**
 * What is shown <-> the query of the address: `?step=0,1,2&beat=1&by=product&pin=x0,3,4&xzoom=8,60.5,61`. Pure.
 *
 * @import {Granularity, Summary} from './types.js'
 * @import {Clock} from './timeline.js'
 * @import {Cell} from './questions.js'
 * @import {ViewName} from './views.js'
 * @import {Zoom} from './geometry.js'
 *
 * @typedef {{outChannel: number, row: number, col: number, beat: number|null}} Moment
 *   beat: those of the window that are over; null: all of them
 *
 * @typedef {{
 *   moment: Moment|null, granularity: Granularity|null, pin: Cell|null, rows: number|null, tinted: boolean|null,
 *   shape: ViewName|null, input: number|null, transposed: boolean, zoom: {input: Zoom|null, output: Zoom|null},
 * }} View
 *   rows: the first visible channel where the reader scrolled; shape: stage or one of the matrices; input: the channel that
 *   the sparse one is of; null, everywhere: as the page sees fit
 */

import { isSum } from './questions.js';
import { beatsPerWindow } from './timeline.js';

const GRANULARITIES = ['product', 'channel', 'window'];
/** Zoomed further than this nothing could be seen. */
const MOST_ZOOM = 1000;

const SHAPES = ['stage', 'scatter', 'matrix', 'sparse'];

/** @type {Record<string, Cell['grid']>} */
const GRIDS = { x: 'input', k: 'weight', y: 'output', p: 'tap', s: 'sum', r: 'running', t: 'total' };

/** @param {Clock} clock @param {number} width  of the output @param {number} time @returns {Moment|null} null: the very start */
export function momentAt(clock, width, time) {
  if (time === 0) return null;
  const perWindow = beatsPerWindow(clock);
  const index = Number.isInteger(time) ? Math.floor((time - 1) / perWindow) : Math.floor(time / perWindow);
  const beat = Math.floor(time) - index * perWindow;
  const window = index % clock.windows;
  return {
    outChannel: (index - window) / clock.windows, row: Math.floor(window / width), col: window % width,
    beat: beat === perWindow ? null : beat,
  };
}

/** The moment on a clock, or the nearest that this clock has. @param {Clock} clock @param {number} width @param {Moment|null} moment */
export function timeOfMoment(clock, width, moment) {
  if (!moment) return 0;
  const perWindow = beatsPerWindow(clock);
  const within = (/** @type {number} */ at, /** @type {number} */ count) => Math.min(Math.max(at, 0), count - 1);
  const window = within(moment.row, clock.windows / width) * width + within(moment.col, width);
  const beat = moment.beat === null ? perWindow : Math.min(moment.beat, perWindow);
  return (within(moment.outChannel, clock.outChannels) * clock.windows + window) * perWindow + beat;
}

/** @param {View} view @param {Granularity} usual  what the page would choose by itself @returns {URLSearchParams} */
export function toQuery({ moment, granularity, pin, rows, tinted, shape, input, transposed, zoom }, usual) {
  const query = new URLSearchParams();
  if (moment) {
    query.set('step', [moment.outChannel, moment.row, moment.col].join());
    if (moment.beat !== null) query.set('beat', String(moment.beat));
  }
  if (granularity && granularity !== usual) query.set('by', granularity);
  if (shape && shape !== 'stage') query.set('view', shape);
  if (input !== null) query.set('input', String(input));
  if (pin) query.set('pin', letterOf(pin) + [pin.channel, pin.row, pin.col].join());
  if (rows !== null) query.set('rows', String(rows));
  if (tinted !== null) query.set('tints', tinted ? '1' : '0');
  if (transposed) query.set('transpose', '1');
  if (zoom.input) query.set('xzoom', zoomText(zoom.input));
  if (zoom.output) query.set('yzoom', zoomText(zoom.output));
  return query;
}

/** How much, and the centre. @param {Zoom} zoom */
function zoomText({ scale, row, col }) {
  return [scale, row, col].map((number) => Math.round(number * 100) / 100).join();
}

/** @param {string|null} text @returns {Zoom|null} */
function zoomOf(text) {
  if (text === null || !/^\d{1,6}(\.\d+)?(,-?\d{1,6}(\.\d+)?){2}$/.test(text)) return null;
  const [scale = 1, row = 0, col = 0] = text.split(',').map(Number);
  return scale > 1 && scale <= MOST_ZOOM ? { scale, row, col } : null;
}

/** @param {Cell} cell */
function letterOf({ grid }) {
  return Object.keys(GRIDS).find((letter) => GRIDS[letter] === grid) ?? 'x';
}

/** What cannot be understood is left out. @param {URLSearchParams} query @returns {View} */
export function fromQuery(query) {
  const step = counts(query.get('step'), 3);
  const beat = counts(query.get('beat'), 1);
  const by = query.get('by') ?? '';
  const shape = query.get('view') ?? '';
  const pin = query.get('pin') ?? '';
  const at = counts(pin.slice(1), 3);
  const grid = GRIDS[pin.slice(0, 1)];
  const tints = query.get('tints');
  return {
    moment: step && { outChannel: step[0] ?? 0, row: step[1] ?? 0, col: step[2] ?? 0, beat: beat?.[0] ?? null },
    granularity: GRANULARITIES.includes(by) ? /** @type {Granularity} */ (by) : null,
    pin: at && grid ? { grid, channel: at[0] ?? 0, row: at[1] ?? 0, col: at[2] ?? 0 } : null,
    rows: counts(query.get('rows'), 1)?.[0] ?? null,
    tinted: tints === '1' ? true : tints === '0' ? false : null,
    shape: SHAPES.includes(shape) ? /** @type {ViewName} */ (shape) : null,
    input: counts(query.get('input'), 1)?.[0] ?? null,
    transposed: query.get('transpose') === '1',
    zoom: { input: zoomOf(query.get('xzoom')), output: zoomOf(query.get('yzoom')) },
  };
}

/** `0,1,2` as whole numbers. @param {string|null} text @param {number} length @returns {number[]|null} */
function counts(text, length) {
  if (text === null || !/^\d{1,9}(,\d{1,9})*$/.test(text)) return null;
  const found = text.split(',').map(Number);
  return found.length === length ? found : null;
}

/** Whether a layer has this cell. @param {Summary} summary @param {Cell} cell */
export function hasCell({ shapes }, cell) {
  const { grid, channel, row, col } = cell;
  if (isSum(cell)) return channel < shapes.input[0] && (shapes.weight !== null || grid !== 'running');
  const [, , height, width] = shapes.weight ?? [0, 0, 0, 0];
  const kernel = [shapes.input[0], height, width];
  const [channels = 0, rows = 0, cols = 0] = grid === 'input' ? shapes.input : grid === 'output' ? shapes.output : kernel;
  return channel < channels && row < rows && col < cols;
}
