/** Where input planes and outputs are on the stage, and what of them is in sight. Pure. */

import type { KernelWindow, Zoom } from '../../model/geometry.ts';
import type { Rect } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { GridView } from '../shared/zoom.ts';
import { makeGridView, panToShow } from '../shared/zoom.ts';
import type { StageLayout } from './layout.ts';

/** Where a channel's plane, or an output, is on the stage. */
export interface GridPlace {
  channel: number;
  place: Rect;
  /** The whole grid, of which the place shows a part where it is zoomed. */
  view: GridView;
  /** A small picture, that is chosen and not asked. */
  thumbnail: boolean;
}

/** Which channels are in sight, and which of them is open. */
export interface VisibleChannels {
  first: number;
  count: number;
  open: number;
}

export function placePlanes(
  { model, zoom, following }: FrameRequest,
  layout: StageLayout,
  { first, open }: VisibleChannels,
  needed: KernelWindow,
): GridPlace[] {
  const { plane, channels } = model.subject;
  const size: [number, number] = [plane.rows, plane.cols];
  const view = (place: Rect) => gridViewIn(place, layout.cell, size, zoom.input, following ? needed : null);
  const own = layout.lanes.flatMap(({ input }, slot) =>
    input ? [{ channel: first + slot, place: input, view: view(input), thumbnail: false }] : [],
  );
  const large = layout.plane;
  if (large) own.push({ channel: first + open, place: large, view: view(large), thumbnail: false });
  const start = firstThumbnail(first + open, channels, layout.thumbnails.length);
  return [...own, ...layout.thumbnails.map((rect, k) => thumbnailPlace(start + k, rect, size))];
}

/**
 * The channel of the first thumbnail, where not all have one. Rows of them overlap, so that the first and the
 * last of each lead to the rows beside it.
 */
export function firstThumbnail(current: number, channels: number, count: number) {
  const step = Math.max(count - 2, 1);
  return clamp(Math.floor((current - 1) / step) * step, 0, Math.max(channels - count, 0));
}

export function placeOutputs(
  { model, zoom, following, position }: FrameRequest,
  layout: StageLayout,
  { first }: VisibleChannels,
  needed: KernelWindow,
): GridPlace[] {
  const { output: size, outChannels, channels } = model.subject;
  const view = (place: Rect) =>
    gridViewIn(place, layout.outputCell, size, zoom.output, following ? needed : null);
  // Of each lane the output of its own channel; of several the one that corresponds to the one at work.
  const multiplier = Math.max(1, outChannels / channels);
  const lanes = layout.lanes.flatMap(({ output }, slot) => {
    const channel = (first + slot) * multiplier + (position.outChannel % multiplier);
    return output ? [{ channel, place: output, view: view(output), thumbnail: false }] : [];
  });
  if (lanes.length > 0) return lanes;
  const { output, outputThumbnails } = layout;
  const others = otherChannels(position.outChannel, outChannels, outputThumbnails.length);
  return [
    { channel: position.outChannel, place: output, view: view(output), thumbnail: false },
    ...outputThumbnails.slice(0, others.length).map((rect, k) => thumbnailPlace(others[k] ?? 0, rect, size)),
  ];
}

/** The grid as large as the square has room for it. */
function thumbnailPlace(channel: number, room: Rect, [rows, cols]: [number, number]): GridPlace {
  const cell = Math.min(room.width / cols, room.height / rows);
  const place = { x: room.x, y: room.y, width: cols * cell, height: rows * cell };
  return { channel, place, view: { ...place, cell }, thumbnail: true };
}

/** What of a grid is in sight; while time runs that includes the cells at work. */
function gridViewIn(
  place: Rect,
  cell: number,
  [rows, cols]: [number, number],
  zoom: Zoom,
  needed: KernelWindow | null,
): GridView {
  const wanted = makeGridView(place, cell, rows, cols, zoom);
  if (!needed || zoom.scale <= 1) return wanted;
  const shown = panToShow(place, wanted, zoom, [...extent(needed.rows), ...extent(needed.cols)]);
  return makeGridView(place, cell, rows, cols, shown);
}

/** Output channels other than the one at work, the nearest ones. */
export function otherChannels(current: number, total: number, count: number) {
  const first = clamp(current - Math.ceil(count / 2), 0, Math.max(0, total - count - 1));
  return Array.from({ length: count + 1 }, (_, k) => first + k)
    .filter((channel) => channel !== current)
    .slice(0, count);
}

/** The first and one past the last cell of a line, without those that are nowhere. */
function extent(line: number[]): [number, number] {
  const cells = line.filter(Number.isFinite);
  return cells.length ? [Math.min(...cells), Math.max(...cells) + 1] : [0, 1];
}
