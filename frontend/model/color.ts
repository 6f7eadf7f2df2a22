/**
 * Value -> colour: one zero-centred diverging scale (blue above zero, orange below: told apart with any
 * colour vision), and the ink that can be read on it.
 */

export type Theme = 'light' | 'dark';

/** 0 … 255. */
export type Rgb = [number, number, number];

/** `stops`: the extremes' and the middle's colours; the tables have STEPS entries from −max to +max. */
export interface ColorScale {
  theme: Theme;
  stops: Rgb[];
  pixels: Uint32Array;
  css: string[];
  ink: string[];
}

const HALF = 127;
const STEPS = 2 * HALF + 1;

/** From −max over 0 to +max. */
const STOPS: Record<Theme, Rgb[]> = {
  light: [
    [166, 76, 6],
    [224, 130, 34],
    [250, 205, 148],
    [248, 249, 251],
    [178, 204, 236],
    [88, 143, 207],
    [24, 83, 158],
  ],
  dark: [
    [255, 190, 112],
    [208, 118, 36],
    [104, 62, 26],
    [32, 36, 44],
    [34, 66, 108],
    [58, 118, 190],
    [150, 198, 255],
  ],
};

const INK = { dark: '#000000', light: '#ffffff' };

const made: Partial<Record<Theme, ColorScale>> = {};

export function colorScale(theme: Theme): ColorScale {
  return (made[theme] ??= makeScale(theme));
}

function makeScale(theme: Theme): ColorScale {
  const stops = STOPS[theme];
  const words = new Uint32Array(STEPS);
  const css = [];
  const ink = [];
  for (let i = 0; i < STEPS; i++) {
    const rgb = between(stops, (i / (STEPS - 1)) * (stops.length - 1));
    words[i] = packPixel(rgb);
    css.push(`rgb(${rgb.join(' ')})`);
    ink.push(textColorOn(rgb));
  }
  return { theme, stops, pixels: words, css, ink };
}

function between(stops: Rgb[], at: number): Rgb {
  const low = Math.min(Math.floor(at), stops.length - 2);
  const share = at - low;
  const [a, b] = [stops[low], stops[low + 1]];
  const mix = (k: 0 | 1 | 2) => Math.round(a[k] * (1 - share) + b[k] * share);
  return [mix(0), mix(1), mix(2)];
}

/** An entry of the scale's tables; a value beyond ±max takes the extreme. */
export function colorIndex(value: number, max: number) {
  if (!(max > 0)) return HALF;
  return HALF + Math.round(Math.min(Math.max(value / max, -1), 1) * HALF);
}

/** One pixel as canvas ImageData stores it on little-endian machines (ABGR). */
export function packPixel([r, g, b]: Rgb) {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/**
 * Colours that are told apart with any colour vision, for things without an order (Paul Tol's muted scheme;
 * its darkest ones are lifted on a dark page).
 */
const CATEGORIES: Record<Theme, Rgb[]> = {
  light: [
    [51, 34, 136],
    [136, 204, 238],
    [68, 170, 153],
    [17, 119, 51],
    [153, 153, 51],
    [221, 204, 119],
    [204, 102, 119],
    [136, 34, 85],
    [170, 68, 153],
  ],
  dark: [
    [124, 112, 226],
    [136, 204, 238],
    [68, 170, 153],
    [38, 140, 72],
    [153, 153, 51],
    [221, 204, 119],
    [204, 102, 119],
    [172, 62, 114],
    [188, 90, 172],
  ],
};

export function categoryColors(theme: Theme) {
  return CATEGORIES[theme];
}

/** The brightness 0 … 1 of a picture's channel in its own tint. */
export function tintPixel(value: number, channel: 0 | 1 | 2) {
  const v = Math.round(Math.min(Math.max(value, 0), 1) * 255);
  const rgb: Rgb = [v >> 3, v >> 3, v >> 3];
  rgb[channel] = v;
  return packPixel(rgb);
}

/** Black or white, whichever stands out more; one of them always reaches 4.5:1. */
export function textColorOn(rgb: Rgb) {
  const l = luminance(rgb);
  return (l + 0.05) / (luminance([0, 0, 0]) + 0.05) >= 1.05 / (l + 0.05) ? INK.dark : INK.light;
}

/** Relative luminance (WCAG 2.2). */
export function luminance(rgb: Rgb) {
  const [r, g, b] = rgb.map((v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The largest magnitude: what ±max of a tensor's scale is. */
export function maxMagnitude(data: ArrayLike<number>) {
  let max = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]);
    if (size > max) max = size;
  }
  return max;
}
