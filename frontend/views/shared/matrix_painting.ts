/** The visible part of a matrix, how far it scrolls, highlighted blocks, headings. */

import type { Rect } from '../../model/types.ts';
import type { Context2D } from './drawing.ts';
import {
  clipTo,
  cssFont,
  fillRoundedRect,
  frameCells,
  paintCenteredText,
  paintOutline,
  paintText,
} from './drawing.ts';
import type { CellValues, Palette } from './grid.ts';
import { makeHeatMap, paintGrid, paintHeatMap, pixelsOf } from './grid.ts';
import { fitMatrix } from './matrix_fit.ts';
import type { CellBlock, MatrixPane, PaneFrame, Panes } from './matrix_viewport.ts';
import { canScroll, matrixRect, visibleBlockRect, visibleCells } from './matrix_viewport.ts';
import { centerOf, clamp, growRect } from './rects.ts';
import { READABLE_CELL } from './text_fit.ts';
import type { ThemeColors } from './theme_colors.ts';

type AnyPaneFrame = PaneFrame<string>;

/** Smaller cells are highlighted as a whole: a frame would be all that is left of them. */
const SMALL_CELL = 6;

/** The output cells that decide on the decimals. */
const MAX_DECISIVE = 1024;

export type PaneValues = CellValues & { quiet?: boolean };

/** Paints numbers on colour, or a heat map of the part in sight. */
export function paintPane(context: Context2D, pane: MatrixPane, values: PaneValues, palette: Palette) {
  const { place, size, rows, cols } = pane;
  if (values.fit.readable && size[0] === size[1]) {
    const grid = { rows, cols, ...values };
    clipTo(context, place, () => paintGrid(context, matrixRect(pane), size[0], grid, palette, place));
    return;
  }
  paintPixels(context, pane, pixelsOf(values, palette.theme));
  paintOutline(context, place, palette.colors.line);
}

/** Paints one pixel a cell of the part in sight, enlarged. */
export function paintPixels(
  context: Context2D,
  pane: MatrixPane,
  pixelAt: (row: number, col: number) => number,
) {
  const { top, left, bottom, right } = visibleCells(pane);
  const bitmap = makeHeatMap(bottom - top, right - left, (row, col) => pixelAt(top + row, left + col));
  paintHeatMap(context, pane.place, bitmap);
}

/** How the cells of an output channel are written. */
export function fitOutput({
  outputs,
  outputMax,
  position,
  cell,
}: Pick<AnyPaneFrame, 'outputs' | 'outputMax' | 'position' | 'cell'>) {
  const data = outputs.get(position.outChannel)?.data.subarray(0, MAX_DECISIVE) ?? [];
  return fitMatrix([outputMax, -outputMax, ...data], cell);
}

/** Paints thin lines under and beside a pane that show which part of the matrix is in sight. */
export function paintScrollExtent(context: Context2D, pane: MatrixPane, colors: ThemeColors) {
  const { x, y, width, height } = pane.place;
  const { top, left, bottom, right } = visibleCells(pane);
  const [down, across] = canScroll(pane);
  const part = (from: number, to: number, count: number, length: number) => {
    const size = Math.max(((to - from) / count) * length, 10);
    return { start: Math.min((from / count) * length, length - size), size };
  };
  const paintBars = (track: Rect, thumb: Partial<Rect>) => {
    fillRoundedRect(context, track, 1.5, colors.soft);
    fillRoundedRect(context, { ...track, ...thumb }, 1.5, colors.muted);
  };
  if (across) {
    const { start, size } = part(left, right, pane.cols, width);
    paintBars({ x, y: y + height + 4, width, height: 3 }, { x: x + start, width: size });
  }
  if (down) {
    const { start, size } = part(top, bottom, pane.rows, height);
    paintBars({ x: x + width + 4, y, width: 3, height }, { y: y + start, height: size });
  }
}

export function paintHighlights(context: Context2D, { panes, highlights, activeCell, colors }: AnyPaneFrame) {
  for (const block of highlights?.related ?? []) paintBlock(context, panes, block, colors, 0.25, 2);
  for (const block of highlights?.self ?? [])
    paintBlock(context, panes, block, colors, 0.15, activeCell?.pinned ? 5 : 3.5);
}

/** Frames a block; small cells are filled, numbers never covered. */
export function paintBlock(
  context: Context2D,
  panes: Panes,
  block: CellBlock,
  { accent }: ThemeColors,
  opacity: number,
  lineWidth: number,
) {
  const rect = visibleBlockRect(panes, block);
  if (!rect) return;
  const side = Math.min(rect.width, rect.height);
  const small = side < SMALL_CELL;
  context.fillStyle = accent;
  if (small && opacity > 0 && Math.max(rect.width, rect.height) < SMALL_CELL) {
    const { x, y, width, height } = growRect(rect, 0.5);
    context.fillRect(x, y, width, height);
    return;
  }
  context.globalAlpha = opacity;
  if (opacity > 0 && side < READABLE_CELL) context.fillRect(rect.x, rect.y, rect.width, rect.height);
  context.globalAlpha = 1;
  frameCells(context, rect, side, accent, small ? 1 : lineWidth);
}

/** Paints the name and size of a pane's matrix over it. minWidth: of the text, where the pane is narrow. */
export function paintPaneHeading(
  context: Context2D,
  { colors, layout }: AnyPaneFrame,
  text: string,
  pane: MatrixPane,
  size: string = `${pane.rows} × ${pane.cols}`,
  minWidth = 104,
) {
  const { x, y, width } = pane.place;
  context.fillStyle = colors.muted;
  const { scale } = layout;
  context.font = cssFont(layout.narrow ? 11 : 13 * scale);
  if (layout.narrow) {
    paintText(context, `${text}  ${size}`, 'left', x, y - 13, layout.width - x - 4);
    return;
  }
  const room = Math.max(width + 28, minWidth * scale);
  const middle = clamp(centerOf(pane.place).x, room / 2, layout.width - room / 2);
  paintCenteredText(context, text, middle, y - (size ? 30 : 14) * scale, room);
  context.font = cssFont(11.5 * scale);
  if (size) paintCenteredText(context, size, middle, y - 13 * scale, room);
}

/** Where a line may end: after a space, a mark, or a Han character. */
const BREAKS = /(?<=[\s，。：])|(?<=\p{Script=Han})(?![，。：])/u;

/** Paints lines of text below the panes, broken where they are too long. */
export function paintFooter(
  context: Context2D,
  { footer, layout, colors, lines }: AnyPaneFrame & { footer: { x: number; y: number }; lines: string[] },
) {
  const [size, height] = layout.narrow ? [12, 17] : [14 * layout.scale, 20 * layout.scale];
  context.fillStyle = colors.text;
  context.font = cssFont(size);
  const room = layout.width - footer.x - 4;
  const broken = lines.flatMap((line) => breakLine(line, (text) => context.measureText(text).width <= room));
  for (const [k, line] of broken.entries())
    paintText(context, line, 'left', footer.x, footer.y + k * height, room);
}

/** fits: whether a text has room in a line. */
export function breakLine(text: string, fits: (text: string) => boolean): string[] {
  const lines = [''];
  for (const part of text.split(BREAKS)) {
    const longer = `${lines.at(-1)}${part}`;
    if (lines.at(-1) === '' || fits(longer.trimEnd())) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map((line) => line.trimEnd());
}
