/** Lines, rectangles and text on a canvas. */

import type { Rect } from '../../model/types.ts';
import { centerOf, growRect } from './rects.ts';
import type { ThemeColors } from './theme_colors.ts';

/** What painters use of a canvas's context: a picture may be drawn on another kind. */
export type Context2D = Pick<
  CanvasRenderingContext2D,
  | 'arc'
  | 'beginPath'
  | 'bezierCurveTo'
  | 'clip'
  | 'drawImage'
  | 'fill'
  | 'fillRect'
  | 'fillStyle'
  | 'fillText'
  | 'font'
  | 'globalAlpha'
  | 'imageSmoothingEnabled'
  | 'imageSmoothingQuality'
  | 'lineTo'
  | 'lineWidth'
  | 'measureText'
  | 'moveTo'
  | 'quadraticCurveTo'
  | 'rect'
  | 'restore'
  | 'rotate'
  | 'roundRect'
  | 'save'
  | 'scale'
  | 'setLineDash'
  | 'stroke'
  | 'strokeRect'
  | 'strokeStyle'
  | 'textAlign'
  | 'textBaseline'
  | 'translate'
>;

const FAMILY =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans SC", "Noto Sans CJK SC", ' +
  '"PingFang SC", "Microsoft YaHei", sans-serif';

/** size: CSS pixels. */
export function cssFont(size: number, weight = 400) {
  return `${weight} ${size}px ${FAMILY}`;
}

/** Paints centered text, narrowed to `maxWidth`. */
export function paintCenteredText(context: Context2D, text: string, x: number, y: number, maxWidth?: number) {
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x, y + 0.5, maxWidth);
}

export function paintTextIn(context: Context2D, text: string, rect: Rect, padding: number) {
  const { x, y } = centerOf(rect);
  paintCenteredText(context, text, x, y, rect.width - padding);
}

/** Paints text on a middle line, to the left or right of x. */
export function paintText(
  context: Context2D,
  text: string,
  align: 'left' | 'right',
  x: number,
  y: number,
  maxWidth?: number,
) {
  context.textAlign = align;
  context.textBaseline = 'middle';
  context.fillText(text, x, y, maxWidth);
}

export function traceRoundedRect(context: Context2D, { x, y, width, height }: Rect, radius: number) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

export function fillRoundedRect(context: Context2D, rect: Rect, radius: number, color: string) {
  context.fillStyle = color;
  traceRoundedRect(context, rect, radius);
  context.fill();
}

export function strokeRoundedRect(
  context: Context2D,
  rect: Rect,
  radius: number,
  color: string,
  lineWidth: number,
) {
  context.strokeStyle = color;
  context.lineWidth = lineWidth;
  traceRoundedRect(context, rect, radius);
  context.stroke();
}

/** Fills with the soft ground; forced colours have none, so that a line marks the place. */
export function fillSoft(
  context: Context2D,
  rect: Rect,
  radius: number,
  { soft, paper, line }: Pick<ThemeColors, 'soft' | 'paper' | 'line'>,
) {
  fillRoundedRect(context, rect, radius, soft);
  if (soft === paper) strokeRoundedRect(context, growRect(rect, -1.5), radius, line, 1);
}

/** Frames a cell or a block of cells of this size; the frame of small cells stands a little apart. */
export function frameCells(
  context: Context2D,
  rect: Rect,
  cell: number,
  color: string,
  lineWidth: number,
  gap = cell < 6 ? 1.5 : 0,
) {
  strokeRoundedRect(context, growRect(rect, gap), Math.min(4, cell / 4), color, lineWidth);
}

export function strokeLine(context: Context2D, x0: number, y0: number, x1: number, y1: number) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** Strokes the line from point to point. */
export function strokePoints(context: Context2D, points: readonly { x: number; y: number }[]) {
  context.beginPath();
  for (const [k, { x, y }] of points.entries()) k === 0 ? context.moveTo(x, y) : context.lineTo(x, y);
  context.stroke();
}

export function paintOutline(context: Context2D, { x, y, width, height }: Rect, color: string) {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.strokeRect(Math.round(x) - 0.5, Math.round(y) - 0.5, Math.round(width) + 1, Math.round(height) + 1);
}

export function clearCanvas(
  context: Context2D,
  { layout, colors }: { layout: { width: number; height: number }; colors: { ground: string } },
) {
  context.fillStyle = colors.ground;
  context.fillRect(0, 0, layout.width, layout.height);
}

/** Paints inside a rectangle only; `margin`: how far lines may stand out. */
export function clipTo(context: Context2D, rect: Rect, paint: () => void, margin = 2) {
  const { x, y, width, height } = growRect(rect, margin);
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  paint();
  context.restore();
}
