/**
 * Value -> colour: one zero-centred diverging scale (blue above zero, orange below: told apart with any
 * colour vision), and the text colour that can be read on it.
 */

export type Theme = 'light' | 'dark';

/** 0 … 255. */
export type Rgb = [number, number, number];

/** Tables of STEPS entries from −max to +max. */
export interface ColorScale {
  theme: Theme;
  pixels: Uint32Array;
  css: string[];
  text: string[];
}

const HALF = 127;
const STEPS = 2 * HALF + 1;

/** From −max over 0 to +max. */
const STOPS: Record<Theme, Rgb[]> = {
  light: parseColors('a64c06 e08222 facd94 f8f9fb b2ccec 588fcf 18539e'),
  dark: parseColors('ffbe70 d07624 683e1a 20242c 22426c 3a76be 96c6ff'),
};

/**
 * Colours that are told apart with any colour vision, for things without an order (Paul Tol's muted scheme;
 * its darkest ones are lifted on a dark page).
 */
const CATEGORIES: Record<Theme, Rgb[]> = {
  light: parseColors('332288 88ccee 44aa99 117733 999933 ddcc77 cc6677 882255 aa4499'),
  dark: parseColors('7c70e2 88ccee 44aa99 268c48 999933 ddcc77 cc6677 ac3e72 bc5aac'),
};

const SCALES: Record<Theme, ColorScale> = { light: makeColorScale('light'), dark: makeColorScale('dark') };

function parseColors(text: string): Rgb[] {
  return text
    .split(' ')
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb);
}

export function colorScale(theme: Theme): ColorScale {
  return SCALES[theme];
}

export function categoryColors(theme: Theme) {
  return CATEGORIES[theme];
}

function makeColorScale(theme: Theme): ColorScale {
  const stops = STOPS[theme];
  const colors = Array.from({ length: STEPS }, (_, i) =>
    interpolateStops(stops, (i / (STEPS - 1)) * (stops.length - 1)),
  );
  return {
    theme,
    pixels: Uint32Array.from(colors, packPixel),
    css: colors.map((rgb) => `rgb(${rgb.join(' ')})`),
    text: colors.map(textColorOn),
  };
}

function interpolateStops(stops: Rgb[], position: number): Rgb {
  const low = Math.min(Math.floor(position), stops.length - 2);
  const share = position - low;
  const [a, b] = stops.slice(low, low + 2) as [Rgb, Rgb];
  const mix = (k: 0 | 1 | 2) => Math.round(a[k] * (1 - share) + b[k] * share);
  return [mix(0), mix(1), mix(2)];
}

/** An entry of the scale's tables; a value beyond ±max takes the extreme. */
export function colorIndex(value: number, max: number) {
  if (!(max > 0)) return HALF;
  return HALF + Math.round(Math.min(Math.max(value / max, -1), 1) * HALF);
}

/** The fill of a cell. */
export function cellColor(scale: ColorScale, value: number, max: number): string {
  return scale.css[colorIndex(value, max)] ?? '';
}

/** The colour of text on a cell. */
export function textColor(scale: ColorScale, value: number, max: number): string {
  return scale.text[colorIndex(value, max)] ?? '';
}

/** The pixel of a cell in a heat map. */
export function pixelColor(scale: ColorScale, value: number, max: number): number {
  return scale.pixels[colorIndex(value, max)] ?? 0;
}

/** One pixel as canvas ImageData stores it on little-endian machines (ABGR). */
export function packPixel([r, g, b]: Rgb) {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
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
  return (l + 0.05) / 0.05 >= 1.05 / (l + 0.05) ? '#000000' : '#ffffff';
}

/** Relative luminance (WCAG 2.2). */
export function luminance(rgb: Rgb) {
  const linear = (v: number) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
}

/** The largest magnitude: what ±max of a tensor's scale is. */
export function maxMagnitude(data: ArrayLike<number>) {
  let max = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i] ?? 0);
    if (size > max) max = size;
  }
  return max;
}
