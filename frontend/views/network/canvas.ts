/** The canvas of a network: paints the frame whenever it changes, with the browser's next one. */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect } from '@preact/signals-core';
import { paintMarks } from './animated.ts';
import type { NetworkFrame } from './frame.ts';
import { NodeBitmaps } from './node_bitmaps.ts';
import { paintNetwork } from './static.ts';

export class NetworkCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #frame: ReadonlySignal<NetworkFrame>;
  readonly #bitmaps = new NodeBitmaps();
  #request = 0;

  constructor(canvas: HTMLCanvasElement, frame: ReadonlySignal<NetworkFrame>) {
    this.#canvas = canvas;
    this.#frame = frame;
    effect(() => {
      frame.value;
      this.#paintSoon();
    });
  }

  #paintSoon() {
    if (this.#request === 0) this.#request = requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    const frame = this.#frame.peek();
    const { size, pixelRatio } = frame;
    if (size.width === 0 || size.height === 0) return;
    const [width, height] = [Math.round(size.width * pixelRatio), Math.round(size.height * pixelRatio)];
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const context = this.#canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    const more = paintNetwork(context, frame, this.#bitmaps);
    paintMarks(context, frame);
    if (more) this.#paintSoon();
  }
}
