/** What stands still of a gradient to the weight or the bias: headings, planes, empty places. */

import { ownShape } from '../../model/dimensions.ts';
import { weightIndex } from '../../model/geometry.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clearCanvas, cssFont, paintCenteredText, paintOutline } from '../shared/drawing.ts';
import type { CellGrid } from '../shared/grid.ts';
import {
  cellBox,
  makeHeatMap,
  paintEmptyGrid,
  paintGhostCell,
  paintGrid,
  paintHeatMap,
  pixelsOf,
} from '../shared/grid.ts';
import type { BitmapCache } from '../shared/layered_painter.ts';
import { clamp } from '../shared/rects.ts';
import { readableCell } from '../shared/text_fit.ts';
import type { HeadingText } from '../stage/heading_lines.ts';
import { formatShape, paintHeadingText } from '../stage/headings.ts';
import type { SumFrame } from './sum_frame.ts';
import { gradientSize, hueOf, inputGrid, upstreamGrid } from './sum_grids.ts';
import type { SumHeading } from './sum_layout.ts';

export function paintSumStatic(context: Context2D, frame: SumFrame, bitmaps: BitmapCache) {
  const { layout, model, outChannel, inChannel } = frame;
  clearCanvas(context, frame);
  for (const heading of layout.headings) paintHeading(context, frame, heading);
  if (layout.input) paintInput(context, frame, layout.input, bitmaps);
  paintGrid(context, layout.upstream, layout.cell, upstreamGrid(frame), frame);
  outlineHue(context, frame, layout.upstream, outChannel);
  if (layout.input) outlineHue(context, frame, layout.input, inChannel);
  if (layout.products) paintPlaces(context, frame, layout.products, layout.cell, model.subject.output);
  paintPlaces(context, frame, layout.gradient, layout.outputCell, gradientSize(frame));
  paintSign(context, frame, '×', layout.times);
  paintSign(context, frame, '=', layout.equals);
}

export function headingOf(frame: SumFrame, name: SumHeading['name']): HeadingText {
  const { t, model, outChannel, inChannel, moment } = frame;
  const [, height, width] = model.summary.shapes.input;
  const own = (shape: readonly number[]) => formatShape(ownShape(model.summary.dimensions, shape));
  const size = own(model.subject.output);
  switch (name) {
    case 'input':
      return { name: `X[${inChannel}]`, detail: own([height, width]) };
    case 'upstream':
      return { name: `dY[${outChannel}]`, detail: `∂L/∂Y[${outChannel}] ${size}`, shape: size };
    case 'products':
      return { name: t('gradient.stage.products'), detail: 'x · dy' };
    case 'sums':
      return { name: t('gradient.rows'), detail: '' };
    case 'gradient':
      if (moment.direction === 'bias') {
        const shape = `(${model.subject.outChannels},)`;
        return { name: 'db', detail: `∂L/∂b ${shape}`, shape };
      }
      return {
        name: `dK[${weightIndex(model.summary, outChannel, inChannel).join(', ')}]`,
        detail: `∂L/∂K ${own(model.subject.kernel)}`,
        shape: own(model.subject.kernel),
      };
  }
}

function paintHeading(context: Context2D, frame: SumFrame, place: SumHeading) {
  const { colors, layout } = frame;
  const width = Math.min(place.width, layout.width - place.x);
  const text = headingOf(frame, place.name);
  paintHeadingText(context, colors, { ...place, width }, text, clamp(14 * layout.spacing.scale, 12, 19));
}

function paintSign(
  context: Context2D,
  { colors, layout }: SumFrame,
  sign: string,
  at: { x: number; y: number } | null,
) {
  if (!at) return;
  context.fillStyle = colors.text;
  context.font = cssFont(clamp(layout.spacing.sign * 0.75, 14, 24));
  paintCenteredText(context, sign, at.x, at.y);
}

function outlineHue(context: Context2D, frame: SumFrame, rect: Rect, channel: number) {
  context.fillStyle = hueOf(frame, channel);
  context.fillRect(rect.x, rect.y + rect.height + 3, rect.width, 3);
}

/** Paints the places of numbers to come. */
function paintPlaces(
  context: Context2D,
  { colors }: SumFrame,
  rect: Rect,
  cell: number,
  [rows, cols]: readonly [number, number],
) {
  if (cell < readableCell(1)) paintOutline(context, rect, colors.line);
  else paintEmptyGrid(context, rect, cell, [rows, cols], colors);
}

function paintInput(context: Context2D, frame: SumFrame, rect: Rect, bitmaps: BitmapCache) {
  const { model, layout, colors, theme, inChannel } = frame;
  const grid = inputGrid(frame, true);
  if (grid.fit.readable) {
    paintGrid(context, rect, layout.cell, grid, frame);
    paintPadding(context, frame, rect, grid);
    return;
  }
  context.fillStyle = colors.soft;
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
  const bitmap = bitmaps.get(`${model.summary.id}/X${inChannel}/${theme}`, () =>
    makeHeatMap(grid.rows, grid.cols, pixelsOf(grid, theme)),
  );
  paintHeatMap(context, rect, bitmap);
  paintOutline(context, rect, colors.line);
}

/** Paints zeros where padding is, which counts in convolutions. */
function paintPadding(context: Context2D, frame: SumFrame, rect: Rect, grid: CellGrid) {
  const { colors, layout } = frame;
  context.font = cssFont(grid.fit.font);
  for (let i = 0; i < grid.rows; i++)
    for (let j = 0; j < grid.cols; j++)
      if (grid.valueAt(i, j) === null) paintGhostCell(context, cellBox(rect, layout.cell, i, j), '0', colors);
}
