/** The stage as a picture: the painters of the screen draw it on another context. */

import { LruCache } from '../data/lru_cache.ts';
import type { AnyFrame } from '../views/registry.ts';
import { drawingNamed, makeViewFrame } from '../views/registry.ts';
import type { Context2D } from '../views/shared/drawing.ts';
import { cssFont } from '../views/shared/drawing.ts';
import type { BitmapCache, CanvasRoom } from '../views/shared/layered_painter.ts';
import { LayeredPainter } from '../views/shared/layered_painter.ts';
import type { ThemeColors } from '../views/shared/theme_colors.ts';
import type { FrameRequest } from '../views/shared/view.ts';
import { canvasToPng } from './canvas_png.ts';
import { fitLines, wrapLines } from './picture_lines.ts';
import { addPngTexts } from './png_texts.ts';
import { escapeXml, SvgContext } from './svg_context.ts';

/** What the picture says of itself; `lines` stand below the stage. */
export interface PictureText {
  title: string;
  description: string;
  link: string;
  /** Whether title and lines are drawn. */
  drawn: boolean;
  lines: string[];
  /** Says how many of the lines are left out. */
  left: (count: number) => string;
}

/** What the frames of an animation say of themselves: a title above, and below it what each of them shows. */
export interface Caption {
  title: string;
  /** Lines that there is room for below the stage, in type of the usual size. */
  lines: number;
  textOf: (frame: AnyFrame) => string;
}

const MARGIN = 16;
const TITLE = { font: cssFont(18, 700), height: 40 };
const LINE = { size: 14, font: cssFont(14), height: 22 };
/** Lines of text up to which a picture is extended. */
const MAX_LINES = 40;
const SCRATCH = 'scratch';
/**
 * Frames that the browser's encoder may hold: nine in Chromium, and the next. To paint on a canvas that is
 * held costs a copy of it first, which takes longer than what is painted.
 */
const KEPT_FRAMES = 10;

interface Extent {
  width: number;
  height: number;
  top: number;
  lines: string[];
}

/** An SVG file. */
export function makeSvg(request: FrameRequest, text: PictureText): Blob {
  const scratch = canvasContext(1, 1);
  const context = new SvgContext(scratch, `${SCRATCH}-${request.model.summary.id.slice(0, 8)}`);
  const frame = makeViewFrame({ ...request, ratio: 1 });
  const extent = measure(context, frame, text);
  paint(context, { frame, colors: request.colors, text, extent });
  const { width, height } = extent;
  const family = /px (.*)$/.exec(cssFont(10))?.[1] ?? 'sans-serif';
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    ` viewBox="0 0 ${width} ${height}" role="img"`,
    ` font-family="${escapeXml(family)}" style="font-variant-numeric: tabular-nums">`,
    `\n<title>${escapeXml(text.title)}</title>`,
    `\n<desc>${escapeXml(`${text.description} ${text.link}`)}</desc>\n`,
    context.toString(),
    '\n</svg>\n',
  ];
  return new Blob([svg.join('')], { type: 'image/svg+xml' });
}

/**
 * Returns what paints one moment after the other, each on a canvas of the same even sides, as video encoders
 * want. ratio: its pixels for each CSS pixel. isRead: whether its pixels are read before the next moment is
 * painted, and not given to an encoder of the browser, which holds frames for a while. caption: null: the
 * stage alone.
 */
export function makeFramePainter(
  ratio: number,
  isRead: boolean,
  caption: Caption | null,
): (request: FrameRequest) => HTMLCanvasElement {
  const canvases = Array.from({ length: isRead ? 1 : KEPT_FRAMES }, () => document.createElement('canvas'));
  const top = caption ? TITLE.height : MARGIN;
  const below = MARGIN + (caption ? caption.lines * LINE.height : 0);
  const evenSide = (side: number) => 2 * Math.ceil((side * ratio) / 2);
  let room: CanvasRoom = { width: 0, height: 0, left: 0, top: 0, ground: '' };
  let size: { width: number; height: number } | null = null;
  const painter = new LayeredPainter(canvases, {
    context: { willReadFrequently: isRead },
    room: () => room,
  });
  return (request) => {
    const frame = makeViewFrame({ ...request, ratio }, painter.last);
    size ??= sizeOf(frame.layout);
    room = {
      width: evenSide(size.width + 2 * MARGIN),
      height: evenSide(top + size.height + below),
      left: MARGIN * ratio,
      top: top * ratio,
      ground: request.colors.ground,
    };
    if (painter.paint(frame) && caption) {
      painter.context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const place = { ...size, top, colors: request.colors };
      paintCaption(painter.context, place, caption, caption.textOf(frame));
    }
    return painter.context.canvas;
  };
}

/** How many lines texts like this one need below a stage of a width: half a line is left for longer ones. */
export function linesFor(text: string, width: number): number {
  const context = canvasContext(1, 1);
  context.font = LINE.font;
  return 1 + Math.round(context.measureText(text).width / width);
}

function paintCaption(context: Context2D, place: TextPlace, { title, lines: most }: Caption, text: string) {
  const isWider = (line: string, size: number) => {
    context.font = cssFont(size);
    return context.measureText(line).width > place.width;
  };
  const { size, lines } = fitLines(text, isWider, most, LINE.size);
  paintTexts(context, place, { title, lines, size });
}

/** The picture on a canvas; ratio: its pixels for each CSS pixel. */
function paintCanvas(request: FrameRequest, text: PictureText, ratio: number): HTMLCanvasElement {
  const frame = makeViewFrame({ ...request, ratio });
  const extent = measure(canvasContext(1, 1), frame, text);
  const context = canvasContext(Math.round(extent.width * ratio), Math.round(extent.height * ratio));
  context.scale(ratio, ratio);
  paint(context, { frame, colors: request.colors, text, extent });
  return context.canvas;
}

/** A PNG file. */
export async function makePng(request: FrameRequest, text: PictureText, ratio: number): Promise<Blob> {
  const png = await canvasToPng(paintCanvas(request, text, ratio));
  const { title, description, link } = text;
  return addPngTexts(png, { Title: title, Description: description, Source: link });
}

/** Of the stage as it is painted, which may be higher than the window. */
function sizeOf({ width, height }: AnyFrame['layout']) {
  return { width, height: Math.ceil(height) };
}

function measure(context: Context2D, { layout }: AnyFrame, text: PictureText): Extent {
  const { width, height } = sizeOf(layout);
  const outer = width + 2 * MARGIN;
  if (!text.drawn) return { width: outer, height: height + 2 * MARGIN, top: MARGIN, lines: [] };
  context.font = LINE.font;
  const isWider = (line: string) => context.measureText(line).width > width;
  const lines = wrapLines(text.lines, isWider, MAX_LINES, text.left);
  return {
    width: outer,
    height: TITLE.height + height + lines.length * LINE.height + MARGIN,
    top: TITLE.height,
    lines,
  };
}

interface Picture {
  frame: AnyFrame;
  colors: ThemeColors;
  text: PictureText;
  extent: Extent;
}

function paint(context: Context2D, { frame, colors, text, extent }: Picture) {
  context.fillStyle = colors.ground;
  context.fillRect(0, 0, extent.width, extent.height);
  const { top, lines } = extent;
  if (text.drawn) {
    const place = { ...sizeOf(frame.layout), top, colors };
    paintTexts(context, place, { title: text.title, lines, size: LINE.size });
  }
  context.save();
  context.translate(MARGIN, extent.top);
  paintStage(context, frame);
  context.restore();
}

/** The size of the stage, and how far below the upper edge it begins. */
interface TextPlace {
  width: number;
  height: number;
  top: number;
  colors: ThemeColors;
}

/** Paints the title above the stage, and lines of a size of type below it. */
function paintTexts(
  context: Context2D,
  { width, height, top, colors }: TextPlace,
  { title, lines, size }: { title: string; lines: string[]; size: number },
) {
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = colors.text;
  context.font = TITLE.font;
  context.fillText(title, MARGIN, TITLE.height / 2 + 4, width);
  context.font = cssFont(size);
  const lineHeight = (LINE.height * size) / LINE.size;
  const first = top + height + (lineHeight + MARGIN) / 2;
  for (const [k, line] of lines.entries()) context.fillText(line, MARGIN, first + k * lineHeight);
}

function paintStage(context: Context2D, frame: AnyFrame) {
  const view = drawingNamed(frame.view);
  const bitmaps: BitmapCache = new LruCache(16);
  view.paintStatic(context, frame, bitmaps);
  view.paintFinished?.(context, frame, bitmaps);
  view.paintAnimated(context, frame);
}

function canvasContext(width: number, height: number, settings?: CanvasRenderingContext2DSettings) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  return canvas.getContext('2d', settings) as CanvasRenderingContext2D;
}
