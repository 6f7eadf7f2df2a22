/** Where the thumbnails of the channels stand, below a large plane or beside it. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';

/** A thumbnail's name below it. */
const THUMBNAIL_NAME = 18;
/** The side of a thumbnail of a row, and of one as small as can be met. */
export const ROW_THUMBNAIL = 32;
const LEAST_THUMBNAIL = 24;
/** The height of the name itself. */
const NAME_LINE = 15;
const GAP = 8;
/** Between a plane and the thumbnails below it. */
const BELOW_PLANE = 12;
/** What a thumbnail below a plane needs beside its side. */
export const THUMBNAIL_MARGINS = BELOW_PLANE + NAME_LINE;
const MAX_THUMBNAILS = 12;
/** As many lead to channels before and after the one that is shown. */
const LEAST_COUNT = 3;

/** The height of the row that leads to channels without a lane; 0 where each has one. */
export function thumbnailRow({ channels }: LayoutInput, lineCount: number) {
  return channels > lineCount ? BELOW_PLANE + ROW_THUMBNAIL + THUMBNAIL_NAME : 0;
}

/** Thumbnails of the channels below the plane. */
export function placeThumbnails(channels: number, side: number, plane: Rect, height: number): Rect[] {
  if (side < LEAST_THUMBNAIL || channels < 1) return [];
  const count = Math.min(channels, MAX_THUMBNAILS);
  const perRow = Math.max(1, Math.floor((plane.width + GAP) / (side + GAP)));
  // A contact sheet of many channels has smaller ones.
  const rowCount = Math.ceil(count / Math.max(perRow, LEAST_COUNT));
  const small =
    rowCount === 1
      ? side
      : Math.min(side, (height - plane.y - plane.height - 8) / rowCount - THUMBNAIL_NAME - 4);
  const across = rowCount === 1 ? Math.min(small, (plane.width + GAP) / count - GAP) : small;
  const size = Math.max(Math.min(small, across), LEAST_THUMBNAIL);
  const columns = Math.max(1, Math.floor((plane.width + GAP) / (size + GAP)));
  return Array.from({ length: count }, (_, k) => ({
    x: plane.x + (k % columns) * (size + GAP),
    y: plane.y + plane.height + BELOW_PLANE + Math.floor(k / columns) * (size + THUMBNAIL_NAME + 4),
    width: size,
    height: size,
  })).filter(({ y }) => y + size + NAME_LINE <= height);
}

/** A row of thumbnails below a stacked plane: as many as have room, and no fewer than lead on. */
export function placeRow(channels: number, plane: Rect, width: number): Rect[] {
  const room = Math.floor((width + GAP) / (ROW_THUMBNAIL + GAP));
  const count = Math.min(channels, clamp(room, LEAST_COUNT, MAX_THUMBNAILS));
  const size = clamp((width + GAP) / count - GAP, LEAST_THUMBNAIL, ROW_THUMBNAIL);
  return Array.from({ length: count }, (_, k) => ({
    x: plane.x + k * (size + GAP),
    y: plane.y + plane.height + BELOW_PLANE,
    width: size,
    height: size,
  }));
}

/** Thumbnails beside a stacked plane, where there is room. */
export function placeBeside({ channels }: LayoutInput, plane: Rect, right: number): Rect[] {
  const size = Math.min(right - plane.x - plane.width - 16, 72, (plane.height - 3 * THUMBNAIL_NAME) / 3);
  if (size < 30 || channels < 2) return [];
  const count = Math.min(channels, Math.floor(plane.height / (size + THUMBNAIL_NAME)));
  return Array.from({ length: count }, (_, k) => ({
    x: plane.x + plane.width + 10,
    y: plane.y + k * (size + THUMBNAIL_NAME),
    width: size,
    height: size,
  }));
}
