/**
 * The scatter reading: the input cell, its products with the kernel, and the stamp on its way onto the
 * output.
 */

import { colorScale } from '../../model/color.ts';
import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import {
  cellBox,
  clipTo,
  cssFont,
  paintCell,
  paintCenteredText,
  paintEmptyCell,
  paintGrid,
  traceRoundedRect,
} from '../shared/grid.ts';
import { charactersIn, decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelRow } from '../stage/frame.ts';
import { rectInSlot } from '../stage/layout.ts';
import { paintRelations } from '../stage/relation_highlights.ts';
import { paintEmptyCells, paintHeading, paintInput, paintKernel, paintOutputPlace } from '../stage/static.ts';
import { paintWindow } from '../stage/window.ts';
import type { ScatterFrame } from './frame.ts';
import { firstStampIndex } from './frame.ts';

/** The share of a stamp's way after which it lies on the output, and the sums are told. */
const ARRIVED = 0.6;

export function paintStatic(context: CanvasRenderingContext2D, frame: ScatterFrame, bitmaps: BitmapCache) {
  const { layout: at, colors, rows } = frame;
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, at.width, at.height);
  paintHeadings(context, frame);
  for (const row of rows) paintRowStill(context, frame, row, bitmaps);
  paintOutputPlace(context, frame);
}

function paintHeadings(context: CanvasRenderingContext2D, frame: ScatterFrame) {
  const { layout: at, labels, model, position, valueRect, stampRect } = frame;
  const palette = colorScale(frame.theme);
  const y = at.headerY;
  paintHeading(context, frame, labels.input ?? '', at.input, y, [model.inputLow, model.inputMax], palette);
  if (!at.narrow) paintHeading(context, frame, labels['scatter.value'] ?? '', valueRect, y);
  paintHeading(
    context,
    frame,
    labels.kernel ?? '',
    at.kernel,
    y,
    [model.weightLow, model.weightMax],
    palette,
  );
  paintHeading(context, frame, labels.products ?? '', at.products, y);
  if (stampRect) paintHeading(context, frame, labels['scatter.stamp'] ?? '', stampRect, y);
  const low = frame.output?.data.some((value) => value < 0) ? -1 : 0;
  paintHeading(
    context,
    frame,
    `${labels.output ?? ''}[${position.outChannel}]`,
    at.output,
    at.narrow ? at.output.y - 30 - at.stack * 7 : y,
    [low, frame.outputMax],
    palette,
  );
}

function paintRowStill(
  context: CanvasRenderingContext2D,
  frame: ScatterFrame,
  row: ChannelRow,
  bitmaps: BitmapCache,
) {
  const { layout: at, colors } = frame;
  const input = rectInSlot(at, at.input, row.slot);
  context.globalAlpha = row.index < 0 ? 0.5 : 1;
  paintInput(context, frame, row, input, bitmaps);
  context.fillStyle = colors.muted;
  context.font = cssFont(at.type - 1);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText(
    at.narrow ? String(row.channel) : `c=${row.channel}`,
    at.input.x - 7,
    input.y + input.height / 2,
  );
  context.globalAlpha = 1;
  if (row.index < 0) return;
  paintKernel(context, frame, row);
  paintEmptyCells(context, frame, rectInSlot(at, at.products, row.slot));
  context.fillStyle = colors.muted;
  context.font = cssFont(at.narrow ? 14 : 20);
  paintCenteredText(context, '×', at.signs.times, at.signs.y + row.slot * at.rowHeight);
  paintCenteredText(context, '=', at.signs.equals, at.signs.y + row.slot * at.rowHeight);
}

export function paintAnimated(context: CanvasRenderingContext2D, frame: ScatterFrame) {
  paintPlane(context, frame);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row);
  paintStamp(context, frame);
  if (frame.question) paintRelations(context, frame, frame.question);
}

/** The output as it stands; cells that wait for their first stamp are left open. */
function paintPlane(context: CanvasRenderingContext2D, frame: ScatterFrame) {
  const { layout: at, model, outputView, plane, position, outputMax, theme, colors } = frame;
  if (!plane) return;
  const [rows, cols] = model.subject.output;
  const stamped = position.window + (position.place === 1 ? 1 : 0);
  const value = (i: number, j: number) => {
    const first = firstStampIndex(model, i, j);
    return first < stamped || first === Infinity ? (plane[i * cols + j] ?? 0) : null;
  };
  const decimals = decimalsOn(frame, outputView.cell);
  clipTo(context, at.output, () =>
    paintGrid(
      context,
      outputView,
      outputView.cell,
      { rows, cols, at: value, max: outputMax, decimals },
      colorScale(theme),
      colors,
      at.output,
    ),
  );
}

/** As many decimals as the output's numbers have room for. */
function decimalsOn({ output, outputMax }: ScatterFrame, cell: number) {
  const decisive = output && output.data.length <= 4096 ? output.data : [outputMax, -outputMax / 3];
  return decimalsThatFit(decisive, charactersIn(cell));
}

function paintRow(context: CanvasRenderingContext2D, frame: ScatterFrame, row: ChannelRow) {
  const { layout: at, colors, inputView, window, stamp, model, theme } = frame;
  const place = rectInSlot(at, at.input, row.slot);
  clipTo(context, place, () =>
    paintWindow(context, frame, window, rectInSlot(at, inputView, row.slot), inputView.cell),
  );
  if (row.active) {
    context.fillStyle = colors.accent;
    context.fillRect(at.narrow ? 0 : at.input.x - 34, place.y, 3, place.height);
  }
  if (!stamp) return;
  paintValue(context, frame, row);
  const cols = model.subject.kernel[1];
  const products = stamp.products[row.index] ?? [];
  const rect = rectInSlot(at, at.products, row.slot);
  const readable = at.kernelCell >= READABLE_CELL;
  const decimals = decimalsThatFit(products.flat(), charactersIn(at.kernelCell));
  context.font = cssFont(fontSizeIn(at.kernelCell, decimals === 0));
  for (let k = 0; k < Math.ceil(row.products); k++) {
    const [u, v] = [Math.floor(k / cols), k % cols];
    const value = products[u]?.[v] ?? 0;
    context.globalAlpha = Math.min(1, row.products - k);
    const box = cellBox(rect, at.kernelCell, u, v);
    paintCell(
      context,
      box,
      value,
      model.inputMax * model.weightMax,
      readable ? formatNumber(value, decimals) : '',
      colorScale(theme),
    );
    if (readable && isCropped(frame, u, v)) paintEmptyCell(context, box, colors);
  }
  context.globalAlpha = 1;
}

function isCropped({ landing }: ScatterFrame, u: number, v: number) {
  return Number.isNaN(landing.rows[u]) || Number.isNaN(landing.cols[v]);
}

/** The number that scales the kernel, and lines to it from its cell. */
function paintValue(context: CanvasRenderingContext2D, frame: ScatterFrame, row: ChannelRow) {
  const { layout: at, colors, inputView, row: i, col: j, model, theme, stamp, valueRect, position } = frame;
  const rect = rectInSlot(at, valueRect, row.slot);
  const value = stamp?.values[row.index] ?? 0;
  if (position.slide === 1) {
    const from = rectInSlot(
      at,
      {
        x: inputView.x + (j + 1) * inputView.cell,
        y: inputView.y + (i + 0.5) * inputView.cell,
        width: 0,
        height: 0,
      },
      row.slot,
    );
    context.strokeStyle = colors.accent;
    context.lineWidth = 1;
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(Math.min(from.x, at.input.x + at.input.width), from.y);
    context.lineTo(rect.x - 2, rect.y + rect.height / 2);
    context.stroke();
    context.globalAlpha = 1;
  }
  const decimals = decimalsThatFit([value], charactersIn(rect.width));
  context.font = cssFont(fontSizeIn(rect.width, decimals === 0));
  paintCell(context, rect, value, model.inputMax, formatNumber(value, decimals), colorScale(theme));
  context.strokeStyle = colors.accent;
  context.lineWidth = 2;
  traceRoundedRect(
    context,
    { x: rect.x - 1, y: rect.y - 1, width: rect.width + 2, height: rect.height + 2 },
    4,
  );
  context.stroke();
}

/** The channels' stamps added up, on their way, and what they are added to. */
function paintStamp(context: CanvasRenderingContext2D, frame: ScatterFrame) {
  const { layout: at, model, stamp, position, stampRect, colors, theme, outputMax } = frame;
  const share = Math.max(position.bias, position.place);
  if (!stamp || share === 0) return;
  const [kH, kW] = model.subject.kernel;
  const decimals = decimalsThatFit(stamp.sums.flat(), charactersIn(at.kernelCell));
  if (stampRect) {
    context.globalAlpha = easeInOut(share);
    const grid = {
      rows: kH,
      cols: kW,
      at: (u: number, v: number) => stamp.sums[u]?.[v] ?? 0,
      max: outputMax,
      decimals,
    };
    paintGrid(context, stampRect, at.kernelCell, grid, colorScale(theme), colors);
    context.globalAlpha = 1;
  }
  const way = easeInOut(Math.min(position.place / ARRIVED, 1));
  if (position.place === 0) return;
  clipTo(context, { x: 0, y: 0, width: at.width, height: at.height }, () => {
    for (let u = 0; u < kH; u++)
      for (let v = 0; v < kW; v++) if (!isCropped(frame, u, v)) paintStampCell(context, frame, u, v, way);
  });
}

/** way: 0 … 1. */
function paintStampCell(
  context: CanvasRenderingContext2D,
  frame: ScatterFrame,
  u: number,
  v: number,
  way: number,
) {
  const {
    layout: at,
    outputView,
    landing,
    stamp,
    stampRect,
    colors,
    theme,
    outputMax,
    position,
    plane,
    model,
  } = frame;
  const [i, j] = [landing.rows[u] ?? 0, landing.cols[v] ?? 0];
  const last = Math.min(Math.max((frame.inChannels.at(-1) ?? 0) - frame.first, 0), at.visible - 1);
  const from = cellBox(stampRect ?? rectInSlot(at, at.products, last), at.kernelCell, u, v);
  const to = cellBox(outputView, outputView.cell, i, j);
  const between = (a: number, b: number) => a + (b - a) * way;
  const box = {
    x: between(from.x, to.x),
    y: between(from.y, to.y),
    width: between(from.width, to.width),
    height: between(from.height, to.height),
  };
  const frameIt = () => {
    context.strokeStyle = colors.accent;
    context.lineWidth = box.width < 6 ? 1 : 2.5;
    traceRoundedRect(context, box, Math.min(4, box.width / 4));
    context.stroke();
  };
  if (position.place === 1) return frameIt();
  const added = stamp?.sums[u]?.[v] ?? 0;
  const before = plane?.[i * model.subject.output[1] + j] ?? 0;
  const decimals = decimalsOn(frame, outputView.cell);
  const sum = way === 1 && firstStampIndex(model, i, j) < position.window;
  const text = sum
    ? `${formatNumber(before, decimals)}${added < 0 ? '' : '+'}${formatNumber(added, decimals)}`
    : formatNumber(added, decimals);
  context.font = cssFont(
    sum ? Math.min(fontSizeIn(box.width, false) * 0.85, 26) : fontSizeIn(box.width, decimals === 0),
    sum ? 600 : 400,
  );
  paintCell(
    context,
    box,
    sum ? before + added : added,
    outputMax,
    box.width >= READABLE_CELL ? text : '',
    colorScale(theme),
  );
  frameIt();
}
