/**
 * Heat maps of inputs whose numbers are on their way, kept under the names that painters/still.js looks for.
 */

import { hasAllNumbers } from '../../data/input_preview.ts';
import type { Theme } from '../../model/color.ts';
import { colorScale, pixelColor, tintPixel } from '../../model/color.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import { makeHeatMap } from '../shared/grid.ts';

/** Of the channels in sight. */
export function cachePreviews(
  {
    model,
    theme,
    tinted,
    rows,
  }: { model: SceneModel; theme: Theme; tinted: boolean; rows: { channel: number }[] },
  bitmaps: BitmapCache,
) {
  const {
    plane,
    input: { preview },
    summary,
  } = model;
  if (!preview || hasAllNumbers(model.input)) return;
  const {
    every,
    shape: [, height = 1, width = 1],
  } = preview;
  const [, inputHeight, inputWidth] = summary.shapes.input;
  /** For each pixel the row or column of the sketch, -1: padding. */
  const places = (count: number, before: number, size: number) =>
    Int32Array.from({ length: Math.ceil(count / every) }, (_, k) => {
      const place = k * every + (every >> 1) - before;
      return place < 0 || place >= size ? -1 : Math.floor(place / every);
    });
  const [below, beside] = [
    places(plane.rows, plane.top, inputHeight),
    places(plane.cols, plane.left, inputWidth),
  ];
  const palette = colorScale(theme);
  for (const { channel } of rows) {
    const tints = tinted && channel < 3;
    bitmaps.get(`${summary.id}/${channel}/${tints ? 'tint' : theme}`, () =>
      makeHeatMap(below.length, beside.length, (i, j) => {
        const row = below[i] ?? -1;
        const col = beside[j] ?? -1;
        if (row < 0 || col < 0) return 0;
        const value = preview.data[(channel * height + row) * width + col] ?? 0;
        return tints ? tintPixel(value, channel as 0 | 1 | 2) : pixelColor(palette, value, model.inputMax);
      }),
    );
  }
}
