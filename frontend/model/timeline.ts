/**
 * Time <-> what is shown. Time runs in ticks: tick k occupies (k, k + 1]; at an integer t the ticks 0 … t − 1
 * are over and nothing moves. All that is shown is a function of t.
 */

import type { Granularity } from './types.ts';

export interface Clock {
  outChannels: number;
  /** Of one output channel, or the input cells that stamp it. */
  windows: number;
  /** Those in a row. */
  width: number;
  /** Input channels of one step. */
  channels: number;
  /** Kernel cells. */
  taps: number;
  granularity: Granularity;
}

export interface Position {
  outChannel: number;
  window: number;
  /** 0 … 1, the way from the previous window to this one. */
  slide: number;
  /** Input channels that are wholly added up. */
  channels: number;
  /** The channel at work, or -1 when all work at once or none does. */
  active: number;
  /** Kernel cells multiplied in the active channel(s), the fraction being that of the one at work. */
  products: number;
  /** 0 … 1, the products become their channel's sum. */
  sum: number;
  /** 0 … 1, that joins the running sum. */
  accumulate: number;
  /** 0 … 1. */
  bias: number;
  /** 0 … 1, the value drops into its output cell. */
  place: number;
  /** All channels work at the same time. */
  together: boolean;
}

/** Ticks per second at speed 1. A window a frame (60 Hz) is reached at the highest speed, 16. */
const TICKS_PER_SECOND = { product: 1.8, channel: 0.8, window: 4 };

/** The share of a window's first tick in which the window comes from the one before. */
const SLIDE = { product: 0.4, channel: 0.3, window: 0.35 };

/** From this many ticks a second on, whole ticks are shown: phases would only flicker. */
const FASTEST_PHASES = 24;

/** Up to this many ticks a second numbers fly: beyond it the eye cannot follow them. */
export const FASTEST_FLIGHTS = 8;

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];

export function ticksPerWindow({ granularity, channels, taps }: Clock) {
  if (granularity === 'window') return 1;
  return (granularity === 'channel' ? channels : channels * taps) + 1;
}

/** Of a window's start: how long it takes to come; nothing is multiplied then. */
export function arrival({ granularity }: Clock) {
  return SLIDE[granularity];
}

export function duration(clock: Clock) {
  return clock.outChannels * clock.windows * ticksPerWindow(clock);
}

export function ticksPerSecond(clock: Clock, speed: number) {
  return TICKS_PER_SECOND[clock.granularity] * speed;
}

/** The time to show: whole ticks once they pass too quickly for phases. */
export function displayTime(clock: Clock, t: number, speed: number) {
  return ticksPerSecond(clock, speed) >= FASTEST_PHASES ? Math.floor(t) : t;
}

/** The last time up to t at which nothing moves: a whole tick, or a window that has just come. */
export function restingTime(clock: Clock, t: number) {
  const whole = Math.floor(t);
  const begins = whole % ticksPerWindow(clock) === 0;
  return begins && t === whole + arrival(clock) ? t : whole;
}

export function clampTime(clock: Clock, t: number) {
  return Math.min(Math.max(t, 0), duration(clock));
}

export function positionAt(clock: Clock, t: number): Position {
  const time = clampTime(clock, t);
  const over = Number.isInteger(time) && time > 0;
  const tick = over ? time - 1 : Math.floor(time);
  const progress = over ? 1 : time - tick;
  const perWindow = ticksPerWindow(clock);
  const inWindow = tick % perWindow;
  const index = (tick - inWindow) / perWindow;
  const window = index % clock.windows;
  const place = { outChannel: (index - window) / clock.windows, window };
  if (clock.granularity === 'window') return { ...place, ...wholeWindow(clock, progress) };
  if (inWindow === perWindow - 1) return { ...place, ...placing(clock, progress) };
  if (clock.granularity === 'channel') return { ...place, ...oneChannel(clock, inWindow, progress) };
  return { ...place, ...oneProduct(clock, inWindow, progress) };
}

/** What is complete at a position, and what moves: the same as long as nothing ends or begins. */
export function phaseKey({ products, ...rest }: Position) {
  const parts = Object.values(rest).map((part) => (Number.isInteger(Number(part)) ? part : 'moves'));
  return [Math.floor(products), Math.ceil(products), ...parts].join();
}

const IDLE = {
  slide: 1,
  channels: 0,
  active: -1,
  products: 0,
  sum: 0,
  accumulate: 0,
  bias: 0,
  place: 0,
  together: false,
};

function wholeWindow({ channels, taps }: Clock, p: number) {
  if (p === 1) return { ...IDLE, channels, bias: 1, place: 1, together: true };
  const [slide, multiply, sum, accumulate, bias, place] = phases(p, SLIDE.window, 0.5, 0.62, 0.74, 0.84, 1);
  return { ...IDLE, slide, products: multiply * taps, sum, accumulate, bias, place, together: true };
}

function oneChannel({ taps }: Clock, channel: number, p: number) {
  const [slide, multiply, sum, accumulate] =
    channel === 0 ? phases(p, SLIDE.channel, 0.6, 0.8, 1) : [1, ...phases(p, 0.4, 0.7, 1)];
  return { ...IDLE, slide, channels: channel, active: channel, products: multiply * taps, sum, accumulate };
}

function oneProduct({ taps }: Clock, tick: number, p: number) {
  const tap = tick % taps;
  const channel = (tick - tap) / taps;
  const start = tick === 0 ? SLIDE.product : 0;
  const moving = { ...IDLE, channels: channel, active: channel };
  if (tap < taps - 1) {
    const [slide, multiply] = phases(p, start, 1);
    return { ...moving, slide, products: tap + multiply };
  }
  const [slide, multiply, sum, accumulate] = phases(p, start, 0.6, 0.8, 1);
  return { ...moving, slide, products: tap + multiply, sum, accumulate };
}

function placing({ channels }: Clock, p: number) {
  const [bias, place] = phases(p, 0.35, 1);
  return { ...IDLE, channels, bias, place };
}

/** Progress of consecutive phases that end at `ends`, for progress p of the whole. */
function phases<Ends extends number[]>(p: number, ...ends: Ends) {
  let begin = 0;
  return ends.map((end) => {
    const share = end <= begin ? (p >= end ? 1 : 0) : Math.min(Math.max((p - begin) / (end - begin), 0), 1);
    begin = end;
    return share;
  }) as Ends;
}

/** Slow, fast, slow: 0 … 1 to 0 … 1. */
export function easeInOut(p: number) {
  return p * p * (3 - 2 * p);
}

/** Whether what progresses from 0 to 1 has not begun or is over. */
export function isAtRest(progress: number) {
  return progress === 0 || progress === 1;
}

/** The end of the next tick, or of the one before. */
export function stepTick(clock: Clock, t: number, direction: 1 | -1) {
  return clampTime(clock, direction > 0 ? Math.floor(t) + 1 : Math.ceil(t) - 1);
}

/** The end of the next window, or of the previous one. */
export function stepWindow(clock: Clock, t: number, direction: 1 | -1) {
  const ticks = ticksPerWindow(clock);
  const windows = direction > 0 ? Math.floor(t / ticks) + 1 : Math.ceil(t / ticks) - 1;
  return clampTime(clock, windows * ticks);
}

/** When a window is just placed. */
export function timeOfWindow(clock: Clock, outChannel: number, window: number) {
  return clampTime(clock, (outChannel * clock.windows + window + 1) * ticksPerWindow(clock));
}

/** The same moment on a clock of another granularity. */
export function convertTime(from: Clock, to: Clock, t: number) {
  return clampTime(to, Math.ceil((t / ticksPerWindow(from)) * ticksPerWindow(to)));
}
