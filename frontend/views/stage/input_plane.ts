/** An input channel with its padding, as numbers or as a picture, and the preview of one that is loading. */

import { packPixel, tintPixel } from '../../model/color.ts';
import type { KernelWindow } from '../../model/geometry.ts';
import { paddingGhost } from '../../model/geometry.ts';
import { hasAllNumbers } from '../../model/numbers.ts';
import { findRuns } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, paintOutline } from '../shared/drawing.ts';
import type { CellGrid, ValueAt } from '../shared/grid.ts';
import {
  cellBox,
  FAINT,
  makeHeatMap,
  paintEmptyCell,
  paintGhostCell,
  paintGrid,
  paintHeatMap,
  pixelsOf,
} from '../shared/grid.ts';
import type { BitmapCache } from '../shared/layered_painter.ts';
import { cellRect } from '../shared/rects.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { fitTensor } from '../shared/text_fit.ts';
import type { ChannelFrame } from './channel_frame.ts';
import type { GridPlace } from './grid_places.ts';

/** Idle rows and columns that are struck through at most. */
const MAX_BANDS = 64;

/** Whether a plane shows all channels of a picture at once. */
export function isComposite({ model, layout }: ChannelFrame, { thumbnail }: GridPlace) {
  return model.subject.picture && layout.plane !== null && !thumbnail;
}

export function inputFit({ model }: ChannelFrame, cell: number): NumberFit {
  return fitTensor(model.input.data, model.inputLow, model.inputMax, cell);
}

/** Whether a plane's numbers are written in its cells. */
export function hasNumbers(frame: ChannelFrame, { view, thumbnail }: GridPlace) {
  return !thumbnail && hasAllNumbers(frame.model.input) && inputFit(frame, view.cell).readable;
}

/** Whether the filter at work reads a plane. */
function isRead(frame: ChannelFrame, plane: GridPlace) {
  const { inChannels, model } = frame;
  return inChannels.includes(plane.channel) || model.subject.perChannel || isComposite(frame, plane);
}

/** Paints a plane as it is outside the window. */
export function paintPlane(context: Context2D, frame: ChannelFrame, plane: GridPlace, bitmaps: BitmapCache) {
  const { model, colors } = frame;
  const { place, view, channel } = plane;
  const fit = inputFit(frame, view.cell);
  const faint = !isRead(frame, plane);
  if (hasNumbers(frame, plane)) {
    clipTo(context, place, () => {
      const grid = { ...planeGrid(model, channel, fit, true), faint };
      paintGrid(context, view, view.cell, grid, frame, place);
      paintPaddingCells(context, frame, view, fit);
      paintIdleCells(context, frame, view);
    });
    return;
  }
  const paint = () => {
    // Where padding is, the ground shows.
    context.fillStyle = colors.soft;
    context.fillRect(place.x, place.y, place.width, place.height);
    paintHeatMap(context, view, planeBitmap(frame, plane, bitmaps));
    paintBorrowedRing(context, frame, view);
    if (!plane.thumbnail) paintIdleCells(context, frame, view);
    const { top, left } = model.plane;
    if ((top || left) && !plane.thumbnail) paintOutline(context, insidePadding(model, view), colors.line);
  };
  context.globalAlpha = faint ? FAINT : 1;
  clipTo(context, place, paint, 0);
  context.globalAlpha = 1;
  paintOutline(context, place, colors.line);
}

/** Paints the cells under the window in full colour. */
export function paintWindowCells(
  context: Context2D,
  frame: ChannelFrame,
  plane: GridPlace,
  window: KernelWindow,
) {
  const { view, place, channel } = plane;
  const fit = inputFit(frame, view.cell);
  if (!fit.readable || !hasAllNumbers(frame.model.input)) return;
  const grid = planeGrid(frame.model, channel, fit, false);
  for (const [row, rows] of runsOf(window.rows))
    for (const [col, cols] of runsOf(window.cols)) {
      const rect = cellRect(view, view.cell, row, col, rows, cols);
      clipTo(
        context,
        rect,
        () => {
          paintGrid(context, view, view.cell, grid, frame, overlapOf(rect, place));
          paintPaddingCells(context, frame, view, fit, overlapOf(rect, place));
        },
        0,
      );
    }
}

/** The part of a rectangle that is inside another. */
function overlapOf(rect: Rect, place: Rect): Rect {
  const x = Math.max(rect.x, place.x);
  const y = Math.max(rect.y, place.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(rect.x + rect.width, place.x + place.width) - x),
    height: Math.max(0, Math.min(rect.y + rect.height, place.y + place.height) - y),
  };
}

/** Runs of neighbouring lines of a window, which may be between cells. */
function runsOf(line: number[]): [number, number][] {
  const sorted = line.filter(Number.isFinite).sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const position of sorted) {
    const last = runs.at(-1);
    if (last && Math.abs(last[0] + last[1] - position) < 1e-6) last[1] += 1;
    else runs.push([position, 1]);
  }
  return runs;
}

function planeGrid(model: SceneModel, channel: number, fit: NumberFit, quiet: boolean): CellGrid {
  const { plane, inputMax: max } = model;
  return { rows: plane.rows, cols: plane.cols, valueAt: inputValues(model, channel), max, fit, quiet };
}

function planeBitmap(frame: ChannelFrame, plane: GridPlace, bitmaps: BitmapCache) {
  const { model, theme, tinted } = frame;
  const { channel } = plane;
  const composite = isComposite(frame, plane);
  const tints = !composite && tinted && channel < 3;
  const name = composite ? 'picture' : `${channel}/${tints ? 'tint' : theme}`;
  return bitmaps.get(`${model.summary.id}/X/${name}`, () => {
    const { rows, cols, valuesOf } = hasAllNumbers(model.input)
      ? { ...model.plane, valuesOf: (c: number) => inputValues(model, c) }
      : previewPlane(model);
    const valueAt = valuesOf(channel);
    if (composite) return makeHeatMap(rows, cols, compositePixels([0, 1, 2].map(valuesOf)));
    if (!tints) return makeHeatMap(rows, cols, pixelsOf({ valueAt, max: model.inputMax }, theme));
    return makeHeatMap(rows, cols, (row, col) => {
      const value = valueAt(row, col);
      return value === null ? 0 : tintPixel(value, channel as 0 | 1 | 2);
    });
  });
}

function compositePixels(channels: ValueAt[]) {
  return (row: number, col: number) => {
    const [red = null, green = null, blue = null] = channels.map((valueAt) => valueAt(row, col));
    if (red === null) return 0;
    const byte = (value: number | null) => Math.round(Math.min(Math.max(value ?? 0, 0), 1) * 255);
    return packPixel([byte(red), byte(green), byte(blue)]);
  };
}

/** The number at a cell of the padded plane; on the ring the borrowed one, null for zero padding. */
export function inputValues(model: SceneModel, channel: number): ValueAt {
  const { plane, input, rowSources, colSources, summary } = model;
  const [, height, width] = summary.shapes.input;
  const offset = channel * height * width;
  return (i, j) => {
    const [row, col] = [i - plane.top, j - plane.left];
    const inside = row >= 0 && col >= 0 && row < height && col < width;
    const sourceRow = inside ? row : (rowSources[i] ?? -1);
    const sourceCol = inside ? col : (colSources[j] ?? -1);
    if (sourceRow < 0 || sourceCol < 0 || (inside && !isInputCell(model, i, j))) return null;
    return input.data[offset + sourceRow * width + sourceCol] ?? null;
  };
}

/** Every n-th number of the padded plane, while the others are loading. */
function previewPlane({ plane, input, summary }: SceneModel) {
  const { every = 1, shape = [], data = [] } = input.preview ?? {};
  const [, height = 1, width = 1] = shape;
  const [, inputHeight, inputWidth] = summary.shapes.input;
  const sources = (count: number, padding: number, size: number) =>
    Array.from({ length: Math.ceil(count / every) }, (_, k) => {
      const position = k * every + (every >> 1) - padding;
      return position < 0 || position >= size ? -1 : Math.floor(position / every);
    });
  const rows = sources(plane.rows, plane.top, inputHeight);
  const cols = sources(plane.cols, plane.left, inputWidth);
  const valuesOf =
    (channel: number): ValueAt =>
    (i, j) => {
      const [row = -1, col = -1] = [rows[i], cols[j]];
      return row < 0 || col < 0 ? null : (data[(channel * height + row) * width + col] ?? 0);
    };
  return { rows: rows.length, cols: cols.length, valuesOf };
}

function borrows({ summary }: SceneModel) {
  return !['zeros', undefined].includes(summary.operation.padding_mode);
}

/** Makes values that padding borrows paler than those they come from. */
function paintBorrowedRing(context: Context2D, { model, colors }: ChannelFrame, rect: Rect) {
  if (!borrows(model)) return;
  const inside = insidePadding(model, rect);
  context.globalAlpha = 0.4;
  context.fillStyle = colors.paper;
  context.beginPath();
  context.rect(rect.x, rect.y, rect.width, rect.height);
  context.rect(inside.x, inside.y, inside.width, inside.height);
  context.fill('evenodd');
  context.globalAlpha = 1;
}

/** Paints the ring, under the window too: grey zeros, borrowed numbers; nothing where padding has no say. */
function paintPaddingCells(
  context: Context2D,
  { model, colors }: ChannelFrame,
  rect: Rect & { cell: number },
  fit: NumberFit,
  clip: Rect = rect,
) {
  const { plane, summary, spread } = model;
  const [, height, width] = summary.shapes.input;
  const spreads = spread[0] > 1 || spread[1] > 1;
  if (plane.rows === height && plane.cols === width && !spreads) return;
  const ghost = paddingGhost(model.summary);
  context.font = cssFont(fit.font);
  for (let i = 0; i < plane.rows; i++) {
    const edge = i < plane.top || i >= plane.top + height;
    for (let j = 0; j < plane.cols; j++) {
      if (!spreads && !edge && j === plane.left) j += width;
      if (j >= plane.cols) break;
      if (spreads && isInputCell(model, i, j)) continue;
      const box = cellBox(rect, rect.cell, i, j);
      if (!touches(box, clip)) continue;
      if (borrows(model)) {
        context.strokeStyle = colors.line;
        context.lineWidth = 1;
        context.strokeRect(box.x + 1.5, box.y + 1.5, box.width - 3, box.height - 3);
        continue;
      }
      if (ghost === null) paintEmptyCell(context, box, colors);
      else paintGhostCell(context, box, ghost, colors);
    }
  }
}

/** Whether a cell of the plane is the input's own, neither padding nor a zero between. */
function isInputCell({ plane, spread, summary }: SceneModel, i: number, j: number) {
  const [, height, width] = summary.shapes.input;
  const [row, col] = [i - plane.top, j - plane.left];
  const inside = row >= 0 && col >= 0 && row < height && col < width;
  return inside && row % spread[0] === 0 && col % spread[1] === 0;
}

function touches(one: Rect, other: Rect) {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

function insidePadding({ plane, summary }: SceneModel, rect: Rect): Rect {
  const [, height, width] = summary.shapes.input;
  return cellRect(rect, rect.width / plane.cols, plane.top, plane.left, height, width);
}

/** Strikes through the cells that no window ever visits. */
function paintIdleCells(
  context: Context2D,
  { model: { idleRows, idleCols, plane }, colors }: ChannelFrame,
  rect: Rect & { cell: number },
) {
  const bands = [
    ...findRuns(idleRows).map(([row, count]) => cellRect(rect, rect.cell, row, 0, count, plane.cols)),
    ...findRuns(idleCols).map(([col, count]) => cellRect(rect, rect.cell, 0, col, plane.rows, count)),
  ];
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  for (const band of bands.slice(0, MAX_BANDS)) clipTo(context, band, () => hatch(context, band), 0);
}

export function hatch(context: Context2D, { x, y, width, height }: Rect) {
  context.beginPath();
  for (let k = -height; k < width; k += 7) {
    context.moveTo(x + k, y + height);
    context.lineTo(x + k + height, y);
  }
  context.stroke();
}
