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
  /** Cells with numbers outside the window: paler, their text still 4.5 : 1. */
  quietCss: string[];
  quietText: string[];
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

/**
 * The hue of each input channel's rail, frame and ledger line; a channel is always named or numbered too,
 * since six hues cannot be told apart by all. A picture's channels have their own.
 */
const CHANNEL_HUES: Record<Theme, string[]> = {
  light: ['#00796b', '#6a3fb5', '#7a6400', '#8a4310', '#2f6fa8', '#4d5b66'],
  dark: ['#4fc3b4', '#b79af0', '#d6bd3e', '#e39a63', '#7db8ea', '#a9b6c0'],
};
const PICTURE_HUES: Record<Theme, string[]> = {
  light: ['#b3302a', '#2e7d32', '#2c5fb8'],
  dark: ['#ff8f86', '#7fd18b', '#8ab4ff'],
};

export function channelHue(theme: Theme, channel: number, picture = false): string {
  const hues = (picture ? PICTURE_HUES : CHANNEL_HUES)[theme];
  return hues[channel % hues.length] ?? '';
}

/** How far towards the page the cells outside the window go, and the share of the scale beside numbers. */
const QUIET = 0.5;
const NUMBERED_SHARE = 0.75;
const PAGE: Record<Theme, Rgb> = { light: [255, 255, 255], dark: [20, 22, 27] };

const QUIET_INK: Record<Theme, Rgb> = { light: [71, 80, 95], dark: [190, 198, 210] };

const SCALES: Partial<Record<Theme, ColorScale>> = {};

function parseColors(text: string): Rgb[] {
  return text
    .split(' ')
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb);
}

/** Made when a theme is first shown. */
export function colorScale(theme: Theme): ColorScale {
  SCALES[theme] ??= makeColorScale(theme);
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
  const mix = (rgb: Rgb): Rgb => {
    const part = (k: 0 | 1 | 2) => Math.round(rgb[k] * (1 - QUIET) + PAGE[theme][k] * QUIET);
    return [part(0), part(1), part(2)];
  };
  const quiet = colors.map(mix);
  return {
    theme,
    pixels: Uint32Array.from(colors, packPixel),
    css: colors.map((rgb) => `rgb(${rgb.join(' ')})`),
    text: colors.map(textColorOn),
    quietCss: quiet.map((rgb) => `rgb(${rgb.join(' ')})`),
    quietText: quiet.map((rgb) => quietTextOn(theme, rgb)),
  };
}

/** Grey, as much darker or lighter as it takes to be read; black or white where nothing else can be. */
function quietTextOn(theme: Theme, rgb: Rgb) {
  const [ink, full] = [QUIET_INK[theme], textColorOn(rgb)];
  const end = full === '#000000' ? 0 : 255;
  for (let share = 0; share < 1; share += 1 / 16) {
    const mixed = ink.map((part) => Math.round(part + (end - part) * share)) as Rgb;
    if (contrastOf(mixed, rgb) >= 4.8) return `rgb(${mixed.join(' ')})`;
  }
  return full;
}

/** The contrast of two colours (WCAG 2.2): 1 … 21. */
export function contrastOf(one: Rgb, other: Rgb) {
  const [a, b] = [luminance(one) + 0.05, luminance(other) + 0.05];
  return Math.max(a, b) / Math.min(a, b);
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

/** The entry for a cell with a number: of the scale only the inner part, on which text can be read. */
export function numberedIndex(value: number, max: number) {
  return HALF + Math.round((colorIndex(value, max) - HALF) * NUMBERED_SHARE);
}

/** The fill of a cell. */
export function cellColor(scale: ColorScale, value: number, max: number): string {
  return scale.css[colorIndex(value, max)] ?? '';
}

/** The fill of a cell with a number. */
export function numberedColor(scale: ColorScale, value: number, max: number): string {
  return scale.css[numberedIndex(value, max)] ?? '';
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
