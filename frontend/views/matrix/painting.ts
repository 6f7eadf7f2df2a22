/**
 * The matrix product: kernel rows, unrolled windows, the products of the row and the column at work, what has
 * come out.
 */

import type { ColorScale } from '../../model/color.ts';
import { cellColor, colorScale, pixelColor } from '../../model/color.ts';
import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import {
  cellBox,
  clipTo,
  cssFont,
  paintCell,
  paintCenteredText,
  paintEmptyCell,
  traceRoundedRect,
} from '../shared/grid.ts';
import {
  paintBlock,
  paintHeading,
  paintHighlights,
  paintPane,
  paintPixels,
  paintScrollExtent,
} from '../shared/matrix_painting.ts';
import { makeBlock, visibleBlockRect, visibleCells } from '../shared/matrix_viewport.ts';
import { charactersIn, decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { MatrixFrame } from './frame.ts';
import { inputIndexOf, isPointwise, productProgress, weightIndexOf } from './frame.ts';

/** So many output cells decide how many decimals there is room for. */
const DECIDING = 1024;

export function paintStatic(context: CanvasRenderingContext2D, frame: MatrixFrame) {
  const { layout, colors, model, product, panes, cell, theme } = frame;
  const palette = colorScale(theme);
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, layout.width, layout.height);
  const decimals = (data: ArrayLike<number>, low: number, max: number) =>
    decimalsThatFit(data.length <= 4096 ? data : [max, low, max / 3], charactersIn(cell));
  const weights = model.weight?.data ?? [];
  const weightAt = weightIndexOf(model, product);
  const inputAt = inputIndexOf(model, product);
  const read = (index: number) => (index < 0 ? null : (model.input.data[index] ?? null));
  paintPane(
    context,
    panes.kernel,
    {
      at: (r, k) => weights[weightAt(r, k)] ?? 0,
      max: model.weightMax,
      decimals: decimals(weights, model.weightLow, model.weightMax),
    },
    palette,
    colors,
  );
  paintPane(
    context,
    panes.columns,
    {
      at: (k, n) => read(inputAt(k, n)),
      max: model.inputMax,
      decimals: decimals(model.input.data, model.inputLow, model.inputMax),
    },
    palette,
    colors,
  );
  paintFinishedChannels(context, frame);
  paintProductsPlace(context, frame);
  for (const pane of Object.values(panes))
    if (pane !== panes.products) paintScrollExtent(context, pane, colors);
  paintLabels(context, frame);
}

/** The rows of output channels that are done; the others wait. */
function paintFinishedChannels(context: CanvasRenderingContext2D, frame: MatrixFrame) {
  const { panes, product, outputs, outputMax, position, colors, theme } = frame;
  const value = (r: number, n: number) => {
    const o = product.outputs[r] ?? 0;
    return o < position.outChannel ? (outputs.get(o)?.data[n] ?? null) : null;
  };
  paintPane(
    context,
    panes.product,
    { at: value, max: outputMax, decimals: outputDecimals(frame) },
    colorScale(theme),
    colors,
  );
}

function outputDecimals({ outputs, outputMax, position, cell }: MatrixFrame) {
  return decimalsThatFit(
    [outputMax, -outputMax, ...(outputs.get(position.outChannel)?.data.subarray(0, DECIDING) ?? [])],
    charactersIn(cell),
  );
}

function paintProductsPlace(context: CanvasRenderingContext2D, { panes, colors, cell }: MatrixFrame) {
  const { place, size } = panes.products;
  if (cell < READABLE_CELL) return;
  const { top, bottom } = visibleCells(panes.products);
  for (let k = top; k < bottom; k++)
    paintEmptyCell(
      context,
      { x: place.x + 1, y: place.y + (k - top) * size[0] + 1, width: size[1] - 2, height: size[0] - 2 },
      colors,
    );
}

/** Headings, signs and the rows' output channels. */
function paintLabels(context: CanvasRenderingContext2D, frame: MatrixFrame) {
  const { panes, labels, signs, colors, product, layout, cell, model } = frame;
  paintHeading(context, frame, labels['matrix.kernel'] ?? '', panes.kernel);
  paintHeading(
    context,
    frame,
    (isPointwise(model) ? labels['matrix.pixels'] : labels['matrix.columns']) ?? '',
    panes.columns,
  );
  if (!layout.narrow) paintHeading(context, frame, labels['matrix.products'] ?? '', panes.products, '');
  paintHeading(context, frame, labels['matrix.product'] ?? '', panes.product);
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.narrow ? 14 : 20);
  paintCenteredText(context, '@', signs.times.x, signs.times.y);
  context.font = cssFont(layout.narrow ? 14 : 17);
  paintCenteredText(
    context,
    layout.narrow ? '=' : model.summary.shapes.bias ? 'Σ + b =' : 'Σ =',
    signs.equals.x,
    signs.equals.y,
  );
  if (cell < 10) return;
  context.font = cssFont(layout.narrow ? 10 : 12);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const pane of layout.narrow ? [panes.kernel, panes.product] : [panes.kernel]) {
    const { top, bottom } = visibleCells(pane);
    for (let r = top; r < bottom; r++) {
      const text = layout.narrow ? String(product.outputs[r]) : `o=${product.outputs[r]}`;
      if (!layout.narrow || pane === panes.kernel)
        context.fillText(text, pane.place.x - 5, pane.place.y + (r - top + 0.5) * cell);
    }
  }
}

export function paintAnimated(context: CanvasRenderingContext2D, frame: MatrixFrame) {
  const { panes, colors, row, window, product } = frame;
  paintPlaced(context, frame);
  paintWorking(context, frame);
  paintProducts(context, frame);
  paintBlock(context, panes, makeBlock('kernel', row, 0, 1, product.depth), colors, 0, 3);
  paintColumn(context, frame);
  if (frame.position.place > 0) paintBlock(context, panes, makeBlock('product', row, window), colors, 0, 3);
  if (frame.question) paintHighlights(context, panes, frame.question, colors);
}

/** The output channel at work, as far as it has come. */
function paintPlaced(context: CanvasRenderingContext2D, frame: MatrixFrame) {
  const { panes, row, placedCount, position, outputs, outputMax, theme, cell, printed, step } = frame;
  const rect = visibleBlockRect(panes, makeBlock('product', row, 0, 1, placedCount));
  const data = outputs.get(position.outChannel)?.data;
  const palette = colorScale(theme);
  if (rect && data) {
    const first = panes.product.left;
    if (cell < READABLE_CELL) {
      const line = { ...panes.product, rows: 1, top: 0, cols: placedCount, place: rect };
      paintPixels(context, line, (_, n) => pixelColor(palette, data[n] ?? 0, outputMax));
    } else {
      const decimals = outputDecimals(frame);
      context.font = cssFont(fontSizeIn(cell));
      const count = Math.round(rect.width / cell);
      for (let j = 0; j < count; j++)
        paintCell(
          context,
          cellBox(rect, cell, 0, j),
          data[first + j] ?? 0,
          outputMax,
          formatNumber(data[first + j] ?? 0, decimals),
          palette,
        );
    }
  }
  const now = visibleBlockRect(panes, makeBlock('product', row, position.window));
  if (!now || !step || !printed || position.place === 0 || position.place === 1 || cell < READABLE_CELL)
    return;
  context.globalAlpha = easeInOut(position.place);
  context.font = cssFont(fontSizeIn(cell), 600);
  paintCell(context, cellBox(now, cell, 0, 0), step.output, outputMax, printed.output, palette);
  context.globalAlpha = 1;
}

/** The column of the window, on its way from the one before. */
function paintColumn(
  context: CanvasRenderingContext2D,
  { panes, colors, window, product, position, cell }: MatrixFrame,
) {
  const to = visibleBlockRect(panes, makeBlock('columns', 0, window, product.depth, 1));
  const from =
    window > 0 ? visibleBlockRect(panes, makeBlock('columns', 0, window - 1, product.depth, 1)) : null;
  if (!to) return;
  const x = from ? from.x + (to.x - from.x) * easeInOut(position.slide) : to.x;
  context.strokeStyle = colors.accent;
  context.lineWidth = cell < 6 ? 1.5 : 3;
  traceRoundedRect(context, { ...to, x }, Math.min(4, cell / 4));
  context.stroke();
}

/** The rows of the unrolled windows, and the kernel's columns, that are being multiplied. */
function paintWorking(
  context: CanvasRenderingContext2D,
  { panes, colors, product, position, row, window, granularity }: MatrixFrame,
) {
  const { active, products } = position;
  if (active < 0 || products === 0) return;
  const taps = granularity === 'product' ? 1 : product.taps;
  const k = active * product.taps + (granularity === 'product' ? Math.ceil(products) - 1 : 0);
  for (const at of [makeBlock('kernel', row, k, 1, taps), makeBlock('columns', k, window, taps, 1)])
    paintBlock(context, panes, at, colors, 0.22, 1.5);
}

/** The row times the column, cell by cell, in the numbers that add up as printed. */
function paintProducts(context: CanvasRenderingContext2D, frame: MatrixFrame) {
  const { panes, step, printed, product, position, model, theme, cell } = frame;
  if (!step || !printed) return;
  const pane = panes.products;
  const { top, bottom } = visibleCells(pane);
  const palette = colorScale(theme);
  const max = model.inputMax * model.weightMax;
  const [height, width] = pane.size;
  context.font = cssFont(fontSizeIn(cell));
  clipTo(context, pane.place, () => {
    for (let k = top; k < bottom; k++) {
      const share = position.place > 0 ? 1 : productProgress(product, position, k);
      if (share === 0) continue;
      const c = Math.floor(k / product.taps);
      const tap = k - c * product.taps;
      const value = step.products[k] ?? 0;
      context.globalAlpha = share;
      paintProduct(
        context,
        { x: pane.place.x, y: pane.place.y + (k - top) * height, width, height },
        value,
        max,
        printed.lines[c]?.terms[tap]?.product ?? '',
        palette,
        cell,
      );
    }
    context.globalAlpha = 1;
  });
}

function paintProduct(
  context: CanvasRenderingContext2D,
  rect: Rect,
  value: number,
  max: number,
  text: string,
  palette: ColorScale,
  cell: number,
) {
  if (cell >= READABLE_CELL) {
    paintCell(
      context,
      { x: rect.x + 1, y: rect.y + 1, width: rect.width - 2, height: rect.height - 2 },
      value,
      max,
      text,
      palette,
    );
    return;
  }
  context.fillStyle = cellColor(palette, value, max);
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
}
