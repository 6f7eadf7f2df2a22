/**
 * What the matrix views share: the part of a matrix that is in sight, how far it scrolls, lit blocks,
 * headings.
 */

import type { ColorScale } from '../../model/color.ts';
import { pixelColor } from '../../model/color.ts';
import type { Rect } from '../../model/types.ts';
import type { ValueAt } from './grid.ts';
import {
  clipTo,
  cssFont,
  makeHeatMap,
  paintCenteredText,
  paintGrid,
  paintHeatMap,
  paintOutline,
  traceRoundedRect,
} from './grid.ts';
import type { CellBlock, Highlights, MatrixPane } from './matrix_viewport.ts';
import { canScroll, matrixRect, visibleBlockRect, visibleCells } from './matrix_viewport.ts';
import { READABLE_CELL } from './text_fit.ts';
import type { ThemeColors } from './theme_colors.ts';

/** Cells below this are lit as a whole: a frame would be all that is left of them. */
const SMALL = 6;

/** Numbers on colour, or a heat map of the part in sight. */
export function paintPane(
  context: CanvasRenderingContext2D,
  pane: MatrixPane,
  grid: { at: ValueAt; max: number; decimals: number },
  scale: ColorScale,
  inks: ThemeColors,
) {
  if (Math.min(...pane.size) >= READABLE_CELL && pane.size[0] === pane.size[1]) {
    clipTo(context, pane.place, () =>
      paintGrid(
        context,
        matrixRect(pane),
        pane.size[0],
        { rows: pane.rows, cols: pane.cols, ...grid },
        scale,
        inks,
        pane.place,
      ),
    );
    return;
  }
  paintPixels(context, pane, (row, col) => {
    const value = grid.at(row, col);
    return value === null ? 0 : pixelColor(scale, value, grid.max);
  });
  paintOutline(context, pane.place, inks.line);
}

/** One pixel a cell of the part in sight, enlarged. */
export function paintPixels(
  context: CanvasRenderingContext2D,
  pane: MatrixPane,
  wordAt: (row: number, col: number) => number,
) {
  const { top, left, bottom, right } = visibleCells(pane);
  paintHeatMap(
    context,
    pane.place,
    makeHeatMap(bottom - top, right - left, (i, j) => wordAt(top + i, left + j)),
  );
}

/** A thin line under and beside a pane: which part of the whole is in sight. */
export function paintScrollExtent(context: CanvasRenderingContext2D, pane: MatrixPane, inks: ThemeColors) {
  const { x, y, width, height } = pane.place;
  const { top, left, bottom, right } = visibleCells(pane);
  const [down, across] = canScroll(pane);
  const bar = (rect: Rect, color: string) => {
    context.fillStyle = color;
    traceRoundedRect(context, rect, 1.5);
    context.fill();
  };
  const part = (from: number, to: number, count: number, length: number) => {
    const size = Math.max(((to - from) / count) * length, 10);
    return { start: Math.min((from / count) * length, length - size), size };
  };
  if (across) {
    const { start, size } = part(left, right, pane.cols, width);
    bar({ x, y: y + height + 4, width, height: 3 }, inks.soft);
    bar({ x: x + start, y: y + height + 4, width: size, height: 3 }, inks.muted);
  }
  if (down) {
    const { start, size } = part(top, bottom, pane.rows, height);
    bar({ x: x + width + 4, y, width: 3, height }, inks.soft);
    bar({ x: x + width + 4, y: y + start, width: 3, height: size }, inks.muted);
  }
}

export function paintHighlights(
  context: CanvasRenderingContext2D,
  panes: Record<string, MatrixPane>,
  { lights, pinned }: { lights: Highlights; pinned: boolean },
  inks: ThemeColors,
) {
  for (const block of lights.related) paintBlock(context, panes, block, inks, 0.25, 2);
  for (const block of lights.self) paintBlock(context, panes, block, inks, 0.15, pinned ? 5 : 3.5);
}

/** Numbers are framed, never covered: they stay readable. */
export function paintBlock(
  context: CanvasRenderingContext2D,
  panes: Record<string, MatrixPane>,
  block: CellBlock,
  inks: ThemeColors,
  fill: number,
  stroke: number,
) {
  const rect = visibleBlockRect(panes, block);
  if (!rect) return;
  const small = Math.min(rect.width, rect.height);
  context.fillStyle = inks.accent;
  context.strokeStyle = inks.accent;
  if (small < SMALL && fill > 0 && Math.max(rect.width, rect.height) < SMALL) {
    context.fillRect(rect.x - 0.5, rect.y - 0.5, rect.width + 1, rect.height + 1);
    return;
  }
  const grow = small < SMALL ? 1.5 : 0;
  context.globalAlpha = fill;
  if (fill > 0 && small < READABLE_CELL) context.fillRect(rect.x, rect.y, rect.width, rect.height);
  context.globalAlpha = 1;
  context.lineWidth = small < SMALL ? 1 : stroke;
  traceRoundedRect(
    context,
    { x: rect.x - grow, y: rect.y - grow, width: rect.width + 2 * grow, height: rect.height + 2 * grow },
    Math.min(4, small / 4),
  );
  context.stroke();
}

/** A pane's name over it and how large the matrix is. least: room for the words, where the pane is narrow. */
export function paintHeading(
  context: CanvasRenderingContext2D,
  { colors, layout }: { colors: ThemeColors; layout: { width: number; narrow: boolean } },
  text: string,
  pane: MatrixPane,
  size: string = `${pane.rows} × ${pane.cols}`,
  least = 104,
) {
  const { x, y, width } = pane.place;
  const room = Math.max(width + 28, least);
  const middle = Math.min(Math.max(x + width / 2, room / 2), layout.width - room / 2);
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.narrow ? 11 : 13);
  if (layout.narrow) {
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(`${text}  ${size}`, x, y - 13, layout.width - x - 4);
    return;
  }
  paintCenteredText(context, text, middle, y - (size ? 30 : 14), room);
  context.font = cssFont(11.5);
  if (size) paintCenteredText(context, size, middle, y - 13, room);
}
