/**
 * What is shown <-> the query of the address: `?step=0,1,2&beat=1&by=product&pin=x0,3,4&xzoom=8,60.5,61`.
 * Pure.
 */

import type { Zoom } from '../model/geometry.ts';
import { inputChannelsOf, makePlane } from '../model/geometry.ts';
import { DIRECTIONS, gradientClock, indexOfPair, pairAt } from '../model/gradients/direction.ts';
import type { Cell } from '../model/relations.ts';
import { isSumCell } from '../model/relations.ts';
import type { Clock } from '../model/timeline.ts';
import { ticksPerWindow } from '../model/timeline.ts';
import type { Direction, Granularity, Reading, SceneSummary, ViewName } from '../model/types.ts';

/** null: all of them. */
export interface Moment {
  outChannel: number;
  /** Of the gradient to the weight. */
  inChannel?: number;
  row: number;
  col: number;
  /** Those of the window that are over. */
  tick: number | null;
}

/** null, everywhere: as the page sees fit. */
export interface UrlState {
  moment: Moment | null;
  direction: Direction;
  reading: Reading;
  granularity: Granularity | null;
  pin: Cell | null;
  /** The first visible channel where the reader scrolled. */
  rows: number | null;
  tinted: boolean | null;
  /** Stage or one of the matrices. */
  shape: ViewName | null;
  /** The channel that the sparse one is of. */
  input: number | null;
  transposed: boolean;
  zoom: { input: Zoom | null; output: Zoom | null };
}

const GRANULARITIES = ['product', 'channel', 'window'];
/** Zoomed further than this nothing could be seen. */
const MOST_ZOOM = 1000;

const SHAPES = ['stage', 'scatter', 'matrix', 'sparse'];

const GRIDS: Record<string, Cell['grid']> = {
  x: 'input',
  k: 'weight',
  y: 'output',
  p: 'tap',
  s: 'sum',
  r: 'running',
  t: 'total',
  b: 'bias',
  u: 'upstream',
  g: 'gradient',
  e: 'padding',
};

/** width: of the output. A tick under way counts as over. Returns null: the very start. */
export function momentAt(clock: Clock, width: number, time: number): Moment | null {
  if (time === 0) return null;
  const perWindow = ticksPerWindow(clock);
  const ticks = Math.ceil(time);
  const index = Math.floor((ticks - 1) / perWindow);
  const beat = ticks - index * perWindow;
  const window = index % clock.windows;
  return {
    outChannel: (index - window) / clock.windows,
    row: Math.floor(window / width),
    col: window % width,
    tick: beat === perWindow ? null : beat,
  };
}

/** The moment on a clock, or the nearest that this clock has. */
export function timeOfMoment(clock: Clock, width: number, moment: Moment | null) {
  if (!moment) return 0;
  const perWindow = ticksPerWindow(clock);
  const within = (at: number, count: number) => Math.min(Math.max(at, 0), count - 1);
  const window = within(moment.row, clock.windows / width) * width + within(moment.col, width);
  const beat = moment.tick === null ? perWindow : Math.min(moment.tick, perWindow);
  return (within(moment.outChannel, clock.outChannels) * clock.windows + window) * perWindow + beat;
}

/** An address's moment as the clock counts it: the weight has pairs for channels; Infinity: none of them. */
export function clockMoment(
  summary: SceneSummary,
  direction: Direction,
  moment: Moment | null,
): Moment | null {
  if (!moment || direction !== 'weight') return moment;
  const { outChannel, inChannel = 0 } = moment;
  const isPair = inputChannelsOf(summary, outChannel).includes(inChannel);
  return { ...moment, outChannel: isPair ? indexOfPair(summary, outChannel, inChannel) : Infinity };
}

/** A moment of the clock as the address has it. */
export function addressMoment(
  summary: SceneSummary,
  direction: Direction,
  moment: Moment | null,
): Moment | null {
  if (!moment || direction !== 'weight') return moment;
  const [outChannel, inChannel] = pairAt(summary, moment.outChannel);
  return { ...moment, outChannel, inChannel };
}

/** A moment's step as the address has it. */
export function stepOf({ outChannel, inChannel, row, col }: Moment): number[] {
  return [outChannel, ...(inChannel === undefined ? [] : [inChannel]), row, col];
}

/** usual: what the page would choose by itself. */
export function encodeQuery(
  { moment, direction, reading, granularity, pin, rows, tinted, shape, input, transposed, zoom }: UrlState,
  usual: Granularity,
): URLSearchParams {
  const query = new URLSearchParams();
  if (moment) {
    query.set('step', stepOf(moment).join());
    if (moment.tick !== null) query.set('beat', String(moment.tick));
  }
  if (direction !== 'forward') query.set('direction', direction);
  if (direction === 'input' && reading === 'scatter') query.set('reading', reading);
  if (granularity && granularity !== usual) query.set('by', granularity);
  if (shape && shape !== 'stage') query.set('view', shape);
  if (input !== null) query.set('input', String(input));
  if (pin) query.set('pin', pinText(pin));
  if (rows !== null) query.set('rows', String(rows));
  if (tinted !== null) query.set('tints', tinted ? '1' : '0');
  if (transposed) query.set('transpose', '1');
  if (zoom.input) query.set('xzoom', zoomText(zoom.input));
  if (zoom.output) query.set('yzoom', zoomText(zoom.output));
  return query;
}

/** How much, and the centre. */
function zoomText({ scale, row, col }: Zoom) {
  return [scale, row, col].map((number) => Math.round(number * 100) / 100).join();
}

function zoomOf(text: string | null): Zoom | null {
  if (text === null || !/^\d{1,6}(\.\d+)?(,-?\d{1,6}(\.\d+)?){2}$/.test(text)) return null;
  const [scale = 1, row = 0, col = 0] = text.split(',').map(Number);
  return scale > 1 && scale <= MOST_ZOOM ? { scale, row, col } : null;
}

/** A cell as the address has it: `x0,3,4`. */
export function pinText(cell: Cell) {
  return letterOf(cell) + [cell.channel, cell.row, cell.col].join();
}

/** null: it is none. */
export function parsePin(text: string): Cell | null {
  const at = counts(text.slice(1), 3);
  const grid = GRIDS[text.slice(0, 1)];
  return at && grid ? { grid, channel: at[0] ?? 0, row: at[1] ?? 0, col: at[2] ?? 0 } : null;
}

function letterOf({ grid }: Cell) {
  return Object.keys(GRIDS).find((letter) => GRIDS[letter] === grid) ?? 'x';
}

/** What cannot be understood is left out. */
export function parseQuery(query: URLSearchParams): UrlState {
  const wanted = query.get('direction') as Direction | null;
  const direction = wanted && DIRECTIONS.includes(wanted) ? wanted : 'forward';
  const pair = direction === 'weight' ? counts(query.get('step'), 4) : null;
  const step = pair?.toSpliced(1, 1) ?? counts(query.get('step'), 3);
  const beat = counts(query.get('beat'), 1);
  const by = query.get('by') ?? '';
  const shape = query.get('view') ?? '';
  const tints = query.get('tints');
  return {
    moment: step && {
      outChannel: step[0] ?? 0,
      row: step[1] ?? 0,
      col: step[2] ?? 0,
      tick: beat?.[0] ?? null,
      ...(pair && { inChannel: pair[1] ?? 0 }),
    },
    direction,
    reading: query.get('reading') === 'scatter' ? 'scatter' : 'gather',
    granularity: GRANULARITIES.includes(by) ? (by as Granularity) : null,
    pin: parsePin(query.get('pin') ?? ''),
    rows: counts(query.get('rows'), 1)?.[0] ?? null,
    tinted: tints === '1' ? true : tints === '0' ? false : null,
    shape: SHAPES.includes(shape) ? (shape as ViewName) : null,
    input: counts(query.get('input'), 1)?.[0] ?? null,
    transposed: query.get('transpose') === '1',
    zoom: { input: zoomOf(query.get('xzoom')), output: zoomOf(query.get('yzoom')) },
  };
}

/** `0,1,2` as whole numbers. */
function counts(text: string | null, length: number): number[] | null {
  if (text === null || !/^\d{1,9}(,\d{1,9})*$/.test(text)) return null;
  const numbers = text.split(',').map(Number);
  return numbers.length === length ? numbers : null;
}

/** Whether a layer has this cell, in the direction that is looked at. */
export function hasCell(summary: SceneSummary, cell: Cell, direction: Direction = 'forward') {
  const { shapes } = summary;
  const { grid, channel, row, col } = cell;
  if (grid === 'gradient') return direction !== 'forward' && hasGradientCell(summary, cell, direction);
  if (grid === 'padding') return channel < shapes.input[0] && isPadding(summary, row, col);
  if (grid === 'bias') return shapes.bias !== null && channel < shapes.output[0];
  // To the input, a step adds up output channels.
  const summed = direction === 'input' ? shapes.output[0] : shapes.input[0];
  if (isSumCell(cell)) return channel < summed && (shapes.weight !== null || grid !== 'running');
  const [, , height, width] = shapes.weight ?? [0, 0, 0, 0];
  const kernel = [summed, height, width];
  // To the weight, each cell of the upstream makes a product.
  const isOfOutput = grid === 'output' || grid === 'upstream' || (grid === 'tap' && direction === 'weight');
  const [channels = 0, rows = 0, cols = 0] =
    grid === 'input' ? shapes.input : isOfOutput ? shapes.output : kernel;
  return channel < channels && row < rows && col < cols;
}

/** Gathered, time runs through the very cells of a gradient. */
function hasGradientCell(
  summary: SceneSummary,
  { channel, row, col }: Cell,
  direction: Exclude<Direction, 'forward'>,
) {
  const { outChannels, windows, width } = gradientClock(summary, direction, 'gather', 'window');
  return channel < outChannels && row < windows / width && col < width;
}

/** Whether a cell of the padded plane lies outside the input. */
function isPadding(summary: SceneSummary, row: number, col: number) {
  const [, height, width] = summary.shapes.input;
  const { rows, cols, top, left } = makePlane(summary);
  const inside = row >= top && row < top + height && col >= left && col < left + width;
  return !inside && row < rows && col < cols;
}
