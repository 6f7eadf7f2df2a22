/**
 * Time <-> what is shown. Time runs in beats: beat b occupies (b, b + 1]; at an integer t the beats 0 … t − 1 are over
 * and nothing moves. All that the stage shows is a function of t, so back is as good as forward.
 *
 * @import {Granularity} from './types.js'
 *
 * @typedef {{outChannels: number, windows: number, width: number, channels: number, taps: number, granularity: Granularity}} Clock
 *   windows: of one output channel, or the input cells that stamp it; width: those in a row; channels: input channels of
 *   one step; taps: kernel cells.
 *
 * @typedef {{
 *   outChannel: number, window: number, slide: number, channels: number, active: number, products: number,
 *   sum: number, accumulate: number, bias: number, place: number, together: boolean,
 * }} Position
 *   slide: 0 … 1, the way from the previous window to this one;
 *   channels: input channels that are wholly added up;
 *   active: the channel at work, or -1 when all work at once or none does;
 *   products: kernel cells multiplied in the active channel(s), the fraction being that of the one at work;
 *   sum: 0 … 1, the products become their channel's sum; accumulate: 0 … 1, that joins the running sum;
 *   bias: 0 … 1; place: 0 … 1, the value drops into its output cell; together: all channels work at the same time
 */

/** Beats per second at speed 1. A window a frame (60 Hz) is reached at the highest speed, 16. */
const PACE = { product: 1.8, channel: 0.8, window: 4 };

/** From this many beats a second on, whole beats are shown: phases would only flicker. */
const BLUR = 24;

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];

/** @param {Clock} clock */
export function beatsPerWindow({ granularity, channels, taps }) {
  if (granularity === 'window') return 1;
  return (granularity === 'channel' ? channels : channels * taps) + 1;
}

/** @param {Clock} clock */
export function duration(clock) {
  return clock.outChannels * clock.windows * beatsPerWindow(clock);
}

/** @param {Clock} clock @param {number} speed  beats per second */
export function pace(clock, speed) {
  return PACE[clock.granularity] * speed;
}

/** The time to show: whole beats once they pass too quickly for phases. @param {Clock} clock @param {number} t @param {number} speed */
export function shownTime(clock, t, speed) {
  return pace(clock, speed) >= BLUR ? Math.floor(t) : t;
}

/** @param {Clock} clock @param {number} t */
export function clamp(clock, t) {
  return Math.min(Math.max(t, 0), duration(clock));
}

/** @param {Clock} clock @param {number} t @returns {Position} */
export function position(clock, t) {
  const time = clamp(clock, t);
  const over = Number.isInteger(time) && time > 0;
  const beat = over ? time - 1 : Math.floor(time);
  const progress = over ? 1 : time - beat;
  const perWindow = beatsPerWindow(clock);
  const inWindow = beat % perWindow;
  const index = (beat - inWindow) / perWindow;
  const window = index % clock.windows;
  const place = { outChannel: (index - window) / clock.windows, window };
  if (clock.granularity === 'window') return { ...place, ...wholeWindow(clock, progress) };
  if (inWindow === perWindow - 1) return { ...place, ...placing(clock, progress) };
  if (clock.granularity === 'channel') return { ...place, ...oneChannel(clock, inWindow, progress) };
  return { ...place, ...oneProduct(clock, inWindow, progress) };
}

/** @param {Clock} clock @param {number} p */
function wholeWindow({ channels, taps }, p) {
  const [slide, multiply, sum, accumulate, bias, place] = phases(p, 0.35, 0.5, 0.62, 0.74, 0.84, 1);
  if (p === 1) return { ...IDLE, channels, active: -1, bias: 1, place: 1, together: true };
  return { slide, channels: 0, active: -1, products: multiply * taps, sum, accumulate, bias, place, together: true };
}

/** @param {Clock} clock @param {number} channel @param {number} p */
function oneChannel({ taps }, channel, p) {
  const [slide, multiply, sum, accumulate] = channel === 0 ? phases(p, 0.3, 0.6, 0.8, 1) : [1, ...phases(p, 0.4, 0.7, 1)];
  return { ...IDLE, slide, channels: channel, active: channel, products: multiply * taps, sum, accumulate };
}

/** @param {Clock} clock @param {number} beat @param {number} p */
function oneProduct({ taps }, beat, p) {
  const tap = beat % taps;
  const channel = (beat - tap) / taps;
  const last = tap === taps - 1;
  const begins = beat === 0 ? 0.4 : 0;
  const ends = last ? 0.6 : 1;
  const [slide, multiply, sum, accumulate] = phases(p, begins, ends, last ? 0.8 : 1, last ? 1 : 1);
  return {
    ...IDLE,
    slide,
    channels: channel,
    active: channel,
    products: tap + multiply,
    sum: last ? sum : 0,
    accumulate: last ? accumulate : 0,
  };
}

/** @param {Clock} clock @param {number} p */
function placing({ channels }, p) {
  const [bias, place] = phases(p, 0.35, 1);
  return { ...IDLE, channels, active: -1, bias, place };
}

const IDLE = { slide: 1, channels: 0, active: -1, products: 0, sum: 0, accumulate: 0, bias: 0, place: 0, together: false };

/** Progress of consecutive phases that end at `ends`, for progress p of the whole. @param {number} p @param {...number} ends */
function phases(p, ...ends) {
  let begin = 0;
  return ends.map((end) => {
    const share = end <= begin ? (p >= end ? 1 : 0) : Math.min(Math.max((p - begin) / (end - begin), 0), 1);
    begin = end;
    return share;
  });
}

/** Whether the window of this position is done. @param {Position} position */
export function isPlaced(position) {
  return position.place === 1;
}

/** The end of the next beat, or the next earlier one. @param {Clock} clock @param {number} t @param {1|-1} direction */
export function step(clock, t, direction) {
  return clamp(clock, direction > 0 ? Math.floor(t) + 1 : Math.ceil(t) - 1);
}

/** The end of the next window, or of the previous one. @param {Clock} clock @param {number} t @param {1|-1} direction */
export function stepWindow(clock, t, direction) {
  const beats = beatsPerWindow(clock);
  const windows = direction > 0 ? Math.floor(t / beats) + 1 : Math.ceil(t / beats) - 1;
  return clamp(clock, windows * beats);
}

/** When a window is just placed. @param {Clock} clock @param {number} outChannel @param {number} window */
export function timeOf(clock, outChannel, window) {
  return clamp(clock, (outChannel * clock.windows + window + 1) * beatsPerWindow(clock));
}

/** The same moment on a clock of another granularity. @param {Clock} from @param {Clock} to @param {number} t */
export function regrain(from, to, t) {
  return clamp(to, Math.ceil((t / beatsPerWindow(from)) * beatsPerWindow(to)));
}
