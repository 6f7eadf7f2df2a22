/** GIF: what has not changed since the frame before is transparent, so that a still frame costs little. */

import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import type { FrameEncoder } from './animation.ts';

/** One entry of a palette is what is transparent. */
const MAX_COLORS = 255;
const KEEP = 1;

export function makeGifEncoder(loop: boolean): FrameEncoder {
  const gif = GIFEncoder();
  let previous: Uint32Array | null = null;
  return {
    async add(canvas, seconds) {
      const { width, height } = canvas;
      const pixels = pixelsOf(canvas);
      const changed = changedPixels(pixels, previous);
      const bytes = bytesOf(pixels, changed);
      const palette = changed.length > 0 ? quantize(bytes, MAX_COLORS) : [[0, 0, 0]];
      const transparentIndex = palette.length;
      const index = new Uint8Array(pixels.length).fill(transparentIndex);
      const colors = changed.length > 0 ? applyPalette(bytes, palette) : [];
      for (let k = 0; k < changed.length; k++) index[changed[k] as number] = colors[k] as number;
      gif.writeFrame(index, width, height, {
        palette: [...palette, [0, 0, 0]],
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

function bytesOf(pixels: Uint32Array, places: Uint32Array) {
  // With a function, `Uint32Array.from` takes longer than all else of a frame.
  const chosen = new Uint32Array(places.length);
  for (let k = 0; k < places.length; k++) chosen[k] = pixels[places[k] as number] as number;
  return new Uint8Array(chosen.buffer);
}
