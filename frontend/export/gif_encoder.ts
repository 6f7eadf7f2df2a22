/** GIF: what has not changed since the frame before is transparent, so that a still frame costs little. */

import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import type { FrameEncoder } from './animation.ts';

/** One entry of a palette is what is transparent. */
const MAX_COLORS = 255;
/** Colors that stay as they are where there are more than fit. */
const MAX_EXACT = 160;
const KEEP = 1;

export function makeGifEncoder(loop: boolean): FrameEncoder {
  const gif = GIFEncoder();
  let previous: Uint32Array | null = null;
  return {
    async add(canvas, seconds) {
      const { width, height } = canvas;
      const pixels = pixelsOf(canvas);
      const changed = changedPixels(pixels, previous);
      const palette = makePalette(countColors(pixels, changed));
      const transparentIndex = palette.colors.length;
      const index = new Uint8Array(pixels.length).fill(transparentIndex);
      let [color, chosen] = [-1, 0];
      for (const k of changed) {
        // Neighbours are mostly of one color.
        if (pixels[k] !== color) {
          color = pixels[k] as number;
          chosen = palette.indexOf.get(color) as number;
        }
        index[k] = chosen;
      }
      gif.writeFrame(index, width, height, {
        palette: [...palette.colors, [0, 0, 0]],
        // Hundredths of a second are what the format has.
        delay: Math.round(seconds * 100) * 10,
        repeat: loop ? 0 : -1,
        transparent: true,
        transparentIndex,
        dispose: KEEP,
      });
      previous = pixels;
    },
    async finish() {
      gif.finish();
      return new Blob([gif.bytes()], { type: 'image/gif' });
    },
    async cancel() {
      previous = null;
    },
  };
}

function pixelsOf(canvas: HTMLCanvasElement) {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return new Uint32Array(data.buffer);
}

/** The places that differ from the frame before; of the first frame all. */
export function changedPixels(pixels: Uint32Array, previous: Uint32Array | null): Uint32Array {
  const places = new Uint32Array(pixels.length);
  let count = 0;
  for (let k = 0; k < pixels.length; k++) if (!previous || pixels[k] !== previous[k]) places[count++] = k;
  return places.subarray(0, count);
}

/** How many of the places have each color, 0xAABBGGRR. */
function countColors(pixels: Uint32Array, places: Uint32Array) {
  const counts = new Map<number, number>();
  let [color, count] = [-1, 0];
  const add = () => count > 0 && counts.set(color, (counts.get(color) ?? 0) + count);
  for (const k of places) {
    if (pixels[k] !== color) {
      add();
      [color, count] = [pixels[k] as number, 0];
    }
    count++;
  }
  add();
  return counts;
}

/**
 * The most frequent colors, which grounds, tints and text are filled with, are as they are: one that differed
 * from frame to frame would leave a trace. Only the others are brought together.
 */
function makePalette(counts: Map<number, number>) {
  const ordered = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  const exact = ordered.length <= MAX_COLORS ? ordered : ordered.slice(0, MAX_EXACT);
  const colors = exact.map((color) => [color & 255, (color >> 8) & 255, (color >> 16) & 255]);
  const indexOf = new Map(exact.map((color, k) => [color, k]));
  const others = ordered.slice(exact.length);
  if (others.length > 0) {
    const bytes = new Uint8Array(Uint32Array.from(others).buffer);
    const palette = quantize(bytes, MAX_COLORS - colors.length);
    applyPalette(bytes, palette).forEach((chosen, k) => {
      indexOf.set(others[k] as number, colors.length + chosen);
    });
    colors.push(...palette);
  }
  return { colors, indexOf };
}
