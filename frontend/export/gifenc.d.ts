/** The parts of gifenc that are used; the package has no types of its own. */
declare module 'gifenc' {
  type Palette = number[][];

  interface FrameOptions {
    palette: Palette;
    /** Milliseconds. */
    delay: number;
    /** -1: once, 0: for ever. */
    repeat: number;
    transparent: boolean;
    transparentIndex: number;
    /** 1: the frame stays below the next. */
    dispose: number;
  }

  interface Encoder {
    writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  }

  export function GIFEncoder(): Encoder;
  export function quantize(rgba: Uint8Array | Uint8ClampedArray, maxColors: number): Palette;
  export function applyPalette(rgba: Uint8Array | Uint8ClampedArray, palette: Palette): Uint8Array;
}
