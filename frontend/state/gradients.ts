/** What the page knows of the gradients of the scene shown: the upstream, steps and planes as they arrive. */

import type { ReadonlySignal, Signal } from '@preact/signals-core';
import { computed, effect, signal, untracked } from '@preact/signals-core';
import type { GradientStampPages, InputGradientPages, WeightGradientPages } from '../data/gradient_pages.ts';
import {
  fetchBiasGradient,
  makeGradientStampPages,
  makeInputGradientPages,
  makeWeightGradientPages,
} from '../data/gradient_pages.ts';
import { loadGradientPlanes } from '../data/gradient_planes.ts';
import { LruCache } from '../data/lru_cache.ts';
import { PageCache } from '../data/page_cache.ts';
import { maxMagnitude } from '../model/color.ts';
import { pairAt, zerosBetween } from '../model/gradients/direction.ts';
import type { GradientMoment } from '../model/gradients/moment.ts';
import type { Direction, NumberArray, Reading, SceneSummary, Tensor } from '../model/types.ts';
import type { AppState } from './app_state.ts';
import type { GradientSteps } from './gradient_steps.ts';
import type { Scene } from './scene.ts';

/** Scenes whose gradients are kept for undo and redo. */
const SCENES_KEPT = 8;

/** Pages that are asked for at once, so that few are put out of the cache by others. */
const MOST_PAGES = 16;

interface GradientData {
  upstream: Signal<Tensor | null>;
  inputSteps: InputGradientPages;
  stamps: GradientStampPages;
  weightSteps: WeightGradientPages;
  bias: PageCache<'bias', NumberArray>;
  /** Of the input by input channel, of the weight by output channel. */
  planes: { input: PageCache<number, Tensor>; weight: PageCache<number, Tensor> };
}

export class GradientState implements GradientSteps {
  readonly state: AppState;
  readonly #kept: LruCache<string, GradientData> = new LruCache(SCENES_KEPT);
  readonly upstream: ReadonlySignal<Tensor | null>;
  readonly moment: ReadonlySignal<GradientMoment | null>;
  readonly isLoaded: ReadonlySignal<boolean>;

  constructor(state: AppState) {
    this.state = state;
    this.upstream = computed(() => this.#shown()?.upstream.value ?? null);
    this.moment = computed(() => this.#makeMoment());
    this.isLoaded = computed(() => {
      const { step, stamp, weightStep, biasGradient } = this.moment.value ?? {};
      return !!(step ?? stamp ?? weightStep ?? biasGradient);
    });
    effect(() => {
      const [scene, channel] = [state.scene.value, state.outChannel.value];
      const direction = state.direction.value;
      if (scene && direction !== 'forward')
        untracked(() => this.#loadPlanes(scene.summary, direction, channel));
    });
  }

  async load(scene: Scene, channel: number, window: number) {
    const { direction, reading } = this.state;
    const data = this.#dataOf(scene.summary);
    const way = direction.peek() === 'forward' ? this.state.wantedDirection.peek() : direction.peek();
    const { stamps } = data;
    await Promise.all([
      this.#loadUpstream(scene.summary, data),
      this.#loadPlanes(scene.summary, way, channel),
      this.#stepsOf(data, way, reading.peek())?.load(channel, window),
      ...this.#cellsReading(scene, way, window).map((index) => stamps.load(channel, index)),
    ]);
  }

  /** Loads what upstream cells give to input channels, a page after the other, as long as they are shown. */
  async loadContributions(channels: number[], first: number, end: number) {
    const { scene } = this.state;
    const shown = scene.peek();
    if (!shown || !this.#addsContributions(this.state.direction.peek())) return;
    const { stamps } = this.#dataOf(shown.summary);
    const starts = Array.from(
      { length: Math.ceil((end - first) / stamps.source.size) + 1 },
      (_, k) => first + k * stamps.source.size,
    );
    const pages = channels.flatMap((channel) =>
      starts.map((index) => [channel, Math.min(index, end - 1)] as const),
    );
    for (const [channel, index] of pages.slice(0, MOST_PAGES))
      if (scene.peek() === shown) await stamps.load(channel, index);
  }

  /** Whether the entries of a matrix are added up: those that read one cell of the input. */
  #addsContributions(direction: Direction) {
    return direction === 'input' && this.state.shownView.value === 'matrix';
  }

  /** The upstream cells that give to input cell `window`, where they are added up. */
  #cellsReading({ taps, summary }: Scene, direction: Direction, window: number): number[] {
    if (!this.#addsContributions(direction) || this.state.reading.peek() === 'scatter') return [];
    const [width, outWidth] = [summary.shapes.input[2], summary.shapes.output[2]];
    const linesOf = (table: number[][], source: number) =>
      table.flatMap((line, index) => (line.includes(source) ? [index] : []));
    const cols = linesOf(taps.cols, window % width);
    return linesOf(taps.rows, Math.floor(window / width)).flatMap((row) =>
      cols.map((col) => row * outWidth + col),
    );
  }

  #stepsOf(data: GradientData, direction: Direction, reading: Reading) {
    if (direction === 'input') return reading === 'scatter' ? data.stamps : data.inputSteps;
    return direction === 'weight' ? data.weightSteps : null;
  }

  async #loadUpstream(summary: SceneSummary, { upstream }: GradientData) {
    if (upstream.peek()) return;
    const { shapes } = summary;
    const given = shapes.upstream && (await this.state.api.tensor(summary, 'upstream'));
    upstream.value = given ?? makeOnes(shapes.output);
  }

  async #loadPlanes(summary: SceneSummary, direction: Direction, channel: number) {
    const { api } = this.state;
    const { planes, bias } = this.#dataOf(summary);
    if (direction === 'bias') await bias.load('bias', () => fetchBiasGradient(api, summary.id));
    if (direction === 'input') await loadGradientPlanes(api, summary, 'grad_input', planes.input, channel);
    if (direction !== 'weight') return;
    const [outChannel] = pairAt(summary, channel);
    await loadGradientPlanes(api, summary, 'grad_weight', planes.weight, outChannel);
  }

  #shown(): GradientData | null {
    const scene = this.state.scene.value;
    if (!scene || this.state.direction.value === 'forward') return null;
    const data = this.#dataOf(scene.summary);
    if (!data.upstream.value)
      untracked(() =>
        this.#loadUpstream(scene.summary, data).catch((error) => this.state.reportError(error)),
      );
    return data;
  }

  #makeMoment(): GradientMoment | null {
    const { state } = this;
    const [data, direction, reading] = [this.#shown(), state.direction.value, state.reading.value];
    const upstream = data?.upstream.value;
    if (!data || !upstream || direction === 'forward') return null;
    const [channel, window] = [state.outChannel.value, state.window.value];
    const planes = data.planes[direction === 'weight' ? 'weight' : 'input'];
    planes.version;
    const scatters = direction === 'input' && reading === 'scatter';
    return {
      direction,
      reading,
      upstream,
      upstreamMax: maxMagnitude(upstream.data),
      step: direction === 'input' && !scatters ? data.inputSteps.get(channel, window) : null,
      stamp: scatters ? data.stamps.get(channel, window) : null,
      weightStep: direction === 'weight' ? data.weightSteps.get(channel, window) : null,
      biasGradient: direction === 'bias' ? (data.bias.get('bias') ?? null) : null,
      planes,
      planeMax: Math.max(0, ...[...planes.values()].map(({ range }) => range?.[1] ?? 0)),
      contributions: this.#addsContributions(direction) ? this.#contributionsOf(data, channel, window) : null,
    };
  }

  /** Asks for those of the moment, if they are not there. */
  #contributionsOf({ stamps }: GradientData, channel: number, window: number) {
    const scene = this.state.scene.peek();
    if (scene)
      untracked(() => {
        for (const index of this.#cellsReading(scene, 'input', window)) stamps.load(channel, index);
      });
    return {
      loaded: stamps.pages.version,
      stampOf: (inChannel: number, index: number) => {
        const page = stamps.pageOf(inChannel, index);
        return page?.stamps[index - page.start] ?? null;
      },
    };
  }

  #dataOf(summary: SceneSummary): GradientData {
    const report = (error: unknown) => this.state.reportError(error);
    const { api } = this.state;
    return this.#kept.get(summary.id, () => ({
      upstream: signal(null),
      inputSteps: makeInputGradientPages(api, summary, zerosBetween(summary), report),
      stamps: makeGradientStampPages(api, summary, report),
      weightSteps: makeWeightGradientPages(api, summary, report),
      bias: new PageCache(1, report),
      planes: { input: new PageCache(Infinity, report), weight: new PageCache(Infinity, report) },
    }));
  }
}

function makeOnes(shape: number[]): Tensor {
  return { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1) };
}
