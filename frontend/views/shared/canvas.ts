/** The stage's canvas: paints the frame whenever it changes, with the browser's next one. */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect, signal } from '@preact/signals-core';
import type { AnyFrame } from '../registry.ts';
import { LayeredPainter } from './layered_painter.ts';
import type { FrameRequest } from './view.ts';

/** A canvas whose widths follow one another more closely is being dragged, in milliseconds. */
const REST = 200;

/** Pixels that it may then be too wide. */
const SPARE = 512;

export class StageCanvas {
  #request = 0;
  #rest = 0;
  #resolvePainted = () => {};

  readonly canvas: HTMLCanvasElement;
  readonly frame: ReadonlySignal<AnyFrame | null>;
  readonly painter: LayeredPainter;
  readonly held: ReadonlySignal<boolean>;
  /** The layout of the frame that the reader looks at. */
  readonly shownLayout = signal<AnyFrame['layout'] | null>(null);
  /** Resolves with the first frame. */
  readonly painted: Promise<void> = new Promise((resolve) => {
    this.#resolvePainted = resolve;
  });

  /**
   * request: what the frame is made of; null while there is nothing to paint. held: whether the picture
   * stands, whatever the timeline does.
   */
  constructor(
    canvas: HTMLCanvasElement,
    request: ReadonlySignal<FrameRequest | null>,
    frame: ReadonlySignal<AnyFrame | null>,
    held: ReadonlySignal<boolean>,
  ) {
    this.canvas = canvas;
    this.frame = frame;
    this.held = held;
    this.painter = new LayeredPainter([canvas], {
      context: { alpha: false },
      onResize: (frame) => this.#resize(frame),
    });
    effect(() => {
      if (this.held.value || !request.value || this.#request !== 0) return;
      this.#request = requestAnimationFrame(() => {
        this.#request = 0;
        this.paintNow();
      });
    });
  }

  /** The frame that the reader looks at. */
  get lastFrame() {
    return this.painter.last;
  }

  /** Paints now. What the browser's next frame was asked to paint is then there already. */
  paintNow() {
    const frame = this.frame.peek();
    if (!frame || this.held.peek() || !this.painter.paint(frame)) return;
    this.shownLayout.value = frame.layout;
    this.#resolvePainted();
  }

  #resize(frame: AnyFrame) {
    const { dataset, style } = this.canvas;
    const before = style.width;
    dataset.layout = describeLayout(frame);
    style.height = `${frame.layout.height}px`;
    style.width = `${frame.layout.width}px`;
    if (!before || style.width === before) return;
    this.painter.spare = SPARE;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.painter.trim(), REST);
  }
}

/** `rows 94 94 110`: the stage's arrangement, and its cells of input, kernel and output in CSS pixels. */
function describeLayout(frame: AnyFrame) {
  if (!('family' in frame.layout)) return '';
  const { family, cell, kernelCell, outputCell } = frame.layout;
  return [family, ...[cell, kernelCell, outputCell].map((size) => Number(size.toFixed(2)))].join(' ');
}
