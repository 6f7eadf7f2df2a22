/** The graph on its canvas, and the part of it that is seen. */

import type { ReadonlySignal } from '@preact/signals-core';
import { computed, effect, signal } from '@preact/signals-core';
import type { Translate } from '../../model/i18n.ts';
import type { NetworkState } from '../../state/network.ts';
import type { Wanted } from '../../state/network_tensors.ts';
import { observePixelRatio, observeSize } from '../shared/display.ts';
import type { ThemeColors } from '../shared/theme_colors.ts';
import { NetworkCanvas } from './canvas.ts';
import { chooseLayout } from './choose_layout.ts';
import type { NetworkFrame } from './frame.ts';
import { makeNetworkFrame, wantedOf } from './frame.ts';
import type { GraphHit } from './hit_test.ts';
import { hitGraph } from './hit_test.ts';
import type { GraphLayout } from './layout.ts';
import type { GraphZoom, Size } from './viewport.ts';
import { firstZoom, fitZoom, limitZoom, revealBox, toGraph, zoomAround } from './viewport.ts';

/** Below this width, in CSS pixels, a network goes from top to bottom. */
const NARROW = 600;
/** The height of what stands above the graph, about. */
const BARS = 86;

export class GraphView {
  readonly state: NetworkState;
  readonly canvas: HTMLCanvasElement;
  readonly size: ReadonlySignal<Size>;
  readonly layout: ReadonlySignal<GraphLayout>;
  readonly frame: ReadonlySignal<NetworkFrame>;
  /** null: what the page chooses. */
  readonly chosenZoom = signal<GraphZoom | null>(null);
  readonly zoom: ReadonlySignal<GraphZoom>;
  readonly surface: NetworkCanvas;

  /** room: the element that the canvas fills. */
  constructor(
    state: NetworkState,
    canvas: HTMLCanvasElement,
    room: HTMLElement,
    colors: ReadonlySignal<ThemeColors>,
    t: Translate,
  ) {
    this.state = state;
    this.canvas = canvas;
    this.size = observeSize(room);
    const pixelRatio = observePixelRatio();
    // The window's size, not the canvas's: the graph stays when a node opens beside it.
    const isNarrow = signal(innerWidth < NARROW);
    const screen = { width: innerWidth, height: innerHeight - BARS };
    addEventListener('resize', () => {
      isNarrow.value = innerWidth < NARROW;
    });
    this.layout = computed(() => chooseLayout(state.graph.value, isNarrow.value, screen));
    this.zoom = computed(() => this.chosenZoom.value ?? firstZoom(this.layout.value, this.size.value));
    const link = computed(() => {
      colors.value;
      return getComputedStyle(document.documentElement).getPropertyValue('--link').trim();
    });
    this.frame = computed(() =>
      makeNetworkFrame(state, {
        layout: this.layout.value,
        zoom: this.zoom.value,
        size: this.size.value,
        pixelRatio: pixelRatio.value,
        colors: colors.value,
        link: link.value,
        t,
      }),
    );
    this.surface = new NetworkCanvas(canvas, this.frame);
  }

  zoomBy(factor: number, x = this.size.peek().width / 2, y = this.size.peek().height / 2) {
    this.chosenZoom.value = this.#limited(zoomAround(this.zoom.peek(), this.size.peek(), factor, x, y));
  }

  /** By CSS pixels. */
  panBy(dx: number, dy: number) {
    const { scale, x, y } = this.zoom.peek();
    this.chosenZoom.value = this.#limited({ scale, x: x - dx / scale, y: y - dy / scale });
  }

  fit() {
    this.chosenZoom.value = fitZoom(this.layout.peek(), this.size.peek());
  }

  reveal(node: number) {
    const box = this.layout.peek().nodes[node];
    if (box && this.size.peek().width) {
      const zoom = revealBox(this.zoom.peek(), this.size.peek(), box);
      if (zoom.x !== this.zoom.peek().x || zoom.y !== this.zoom.peek().y) this.chosenZoom.value = zoom;
    }
  }

  /** x, y: on the canvas. */
  hitAt(x: number, y: number): GraphHit | null {
    const place = toGraph(this.zoom.peek(), this.size.peek(), x, y);
    return hitGraph(this.state.graph.peek(), this.layout.peek(), place.x, place.y);
  }

  #limited(zoom: GraphZoom) {
    return limitZoom(zoom, this.layout.peek());
  }
}

/** Loads the pictures of the nodes that are seen, after those that `first` asks for. */
export function loadPictures(view: GraphView, first: () => Wanted[]) {
  const { state } = view;
  effect(() => {
    const wanted = [...first(), ...wantedOf(view.frame.value)];
    const ids = [state.id, ...(state.subtracted ? [state.subtracted] : [])];
    state.tensors.want(wanted.flatMap((each) => ids.map((id) => ({ id, wanted: each }))));
  });
}
