/**
 * The application's state, as signals, and the actions that change it.
 *
 * @import {Summary, Taps, Tensor, Granularity} from './types.js'
 * @import {Api} from './api.js'
 * @import {Clock} from './timeline.js'
 * @import {Theme} from './color.js'
 * @import {Cell} from './questions.js'
 * @import {Zoom} from './geometry.js'
 * @import {ViewName} from './views.js'
 * @import {Sight} from './panes.js'
 *
 * @typedef {{
 *   summary: Summary, taps: Taps, input: Tensor, weight: Tensor|null, bias: Tensor|null, steps: Steps, stamps: Stamps|null,
 *   outputs: Map<number, Tensor>,
 * }} Scene
 *   stamps: once they are looked at; outputs: by output channel, as far as they are loaded
 */

import { batch, computed, effect, signal } from '@preact/signals-core';
import { magnitude } from './color.js';
import { inChannels, kernelSize, WHOLE } from './geometry.js';
import { sameCell } from './questions.js';
import { inputOf, isWhole, partOf, wholeOf } from './sketch.js';
import { Stamps } from './stamps.js';
import { Steps } from './steps.js';
import * as timeline from './timeline.js';

/** Seconds in which `flip` turns the kernel. */
const TURN = 0.9;

/** Windows from which on a whole window is the better beat to begin with. */
const MANY_WINDOWS = 300;

export class State {
  /** @param {Api} api */
  constructor(api) {
    this.api = api;
    this.scene = signal(/** @type {Scene|null} */ (null));
    this.error = signal(/** @type {{status: number, detail: string}|null} */ (null));
    this.time = signal(0);
    this.playing = signal(false);
    this.speed = signal(1);
    this.granularity = signal(/** @type {Granularity} */ ('channel'));
    this.theme = signal(/** @type {Theme} */ ('light'));
    this.tinted = signal(false);
    this.still = signal(false);
    /** How far a kernel that `flip` turns has come: 0 … 1, 1 at rest. */
    this.turn = signal(1);
    /** First visible channel row, or null: follow the animation. */
    this.scroll = signal(/** @type {number|null} */ (null));
    /** The cell under the pointer or the cell cursor, and the one whose question stays. */
    this.hover = signal(/** @type {Cell|null} */ (null));
    this.pin = signal(/** @type {Cell|null} */ (null));
    this.zoom = signal(/** @type {{input: Zoom, output: Zoom}} */ ({ input: WHOLE, output: WHOLE }));
    /** How the layer is shown, as far as there is such a picture of it. */
    this.view = signal(/** @type {ViewName} */ ('stage'));
    this.chosenView = computed(() => (this.scene.value ? viewFor(this.scene.value.summary, this.view.value) : 'stage'));
    /** Whether all numbers are there: only the stage can be shown without. */
    this.whole = computed(() => this.scene.value === null || isWhole(this.scene.value.input));
    this.shownView = computed(() => (this.whole.value ? this.chosenView.value : 'stage'));
    /** What of a matrix is in sight, and of which input channel the sparse one is, as far as the reader chose. */
    this.sight = signal(/** @type {Sight} */ ({ key: '', cell: null, at: {} }));
    this.inChannel = signal(0);
    this.transposed = signal(false);
    /** Whether what is in sight follows the window; the reader's own panning ends that until time runs again. */
    this.following = signal(true);
    /** Whether the press that ends now was a drag, and so no click. */
    this.dragged = false;
    /** Whether the last two presses met the same cell: quick taps on neighbours are no double tap. */
    this.doubled = false;
    this.asked = computed(() => {
      const cell = this.hover.value ?? this.pin.value;
      return cell && { cell, pinned: sameCell(cell, this.pin.value) };
    });
    /** Counts what arrived late (steps, outputs), so that what waits for them looks again. */
    this.arrivals = signal(0);
    /** Counts the output channels that have arrived. */
    this.outputsKnown = signal(0);

    this.clock = computed(() => (this.scene.value ? clockOf(this.scene.value.summary, this.granularity.value, this.view.value) : null));
    this.shownTime = computed(() => {
      const clock = this.clock.value;
      if (!clock) return 0;
      const whole = this.still.value ? Math.floor(this.time.value) : this.time.value;
      return this.playing.value ? timeline.shownTime(clock, whole, this.speed.value) : whole;
    });
    this.position = computed(() => (this.clock.value ? timeline.position(this.clock.value, this.shownTime.value) : null));
    this.outChannel = computed(() => this.position.value?.outChannel ?? 0);
    this.window = computed(() => this.position.value?.window ?? 0);
    this.step = computed(() => {
      this.arrivals.value;
      if (this.chosenView.value === 'scatter') return null;
      return this.scene.value?.steps.get(this.outChannel.value, this.window.value) ?? null;
    });
    /** In the scatter reading: the input cell's stamp in place of a window's step. */
    this.stamp = computed(() => {
      this.arrivals.value;
      if (this.shownView.value !== 'scatter') return null;
      return this.stamps()?.get(this.outChannel.value, this.window.value) ?? null;
    });
    /** Whether what the moment shows is there. */
    this.arrived = computed(() => (this.step.value ?? this.stamp.value) !== null);
    /** The largest magnitude of the output channels seen so far. */
    this.outputMax = signal(0);
    /** The last moment that was there, and the one that was asked for when a request failed. */
    this.lastGood = 0;
    this.wanted = /** @type {number|null} */ (null);
    effect(() => {
      if (this.arrived.value) this.lastGood = this.time.value;
    });
  }

  /** @param {string} id */
  async open(id) {
    const { api } = this;
    try {
      const [summary, taps] = await Promise.all([api.scene(id), api.taps(id)]);
      const tensor = (/** @type {'input'|'weight'|'bias'} */ name) => (summary.shapes[name] ? api.tensor(id, name) : Promise.resolve(null));
      const [input, weight, bias] = await Promise.all([inputOf(api, summary), tensor('weight'), tensor('bias')]);
      const lazy = this.lazy(summary);
      batch(() => {
        this.lastGood = 0;
        this.scene.value = { summary, taps, input, weight, bias, ...lazy };
        this.granularity.value = usualGranularity(summary);
        this.tinted.value = isPicture(input);
        this.time.value = 0;
        this.outputMax.value = 0;
        this.hover.value = this.pin.value = null;
        this.zoom.value = { input: WHOLE, output: WHOLE };
        this.scroll.value = null;
        this.error.value = null;
      });
      this.loadOutput(0);
      this.sharpen();
    } catch (error) {
      this.fail(error);
    }
  }

  /** In place of a sketch all numbers of the input. */
  async sharpen() {
    const scene = this.scene.peek();
    if (!scene || isWhole(scene.input)) return;
    try {
      const input = await wholeOf(this.api, scene.summary, scene.input);
      const now = this.scene.peek();
      if (now?.summary.id === scene.summary.id) this.scene.value = { ...now, input };
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {number} outChannel */
  async loadOutput(outChannel) {
    const scene = this.scene.peek();
    if (!scene || scene.outputs.has(outChannel)) return;
    try {
      const output = await this.api.tensor(scene.summary.id, 'output', { channel: outChannel });
      scene.outputs.set(outChannel, output);
      batch(() => {
        this.outputMax.value = Math.max(this.outputMax.peek(), magnitude(output.data));
        this.arrivals.value += 1;
        this.outputsKnown.value += 1;
      });
    } catch (error) {
      this.fail(error);
    }
  }

  /** What of a scene is fetched when it is looked at. @param {Summary} summary @returns {Pick<Scene, 'steps'|'stamps'|'outputs'>} */
  lazy(summary) {
    return { steps: new Steps(this.api, summary, () => this.haveArrived(), (error) => this.fail(error)), stamps: null, outputs: new Map() };
  }

  /** Those of the scene, or of another one. @returns {Stamps|null} */
  stamps(scene = this.scene.peek()) {
    if (!scene) return null;
    scene.stamps ??= new Stamps(this.api, scene.summary, () => this.haveArrived(), (error) => this.fail(error));
    return scene.stamps;
  }

  haveArrived() {
    batch(() => {
      this.arrivals.value += 1;
      if (this.error.peek()) this.#recover();
    });
  }

  /** The last good picture stays. @param {unknown} error */
  fail(error) {
    const { status = -1, message = String(error) } = /** @type {{status?: number, message?: string}} */ (error);
    batch(() => {
      this.playing.value = false;
      this.error.value = { status, detail: message };
      if (this.arrived.peek() || !this.scene.peek()) return;
      this.wanted = this.time.peek();
      this.time.value = this.lastGood;
    });
  }

  /** Asks once more for what failed. @param {string} id  of the scene to begin with, if there is none yet */
  async retry(id) {
    if (!this.scene.peek()) return this.open(id);
    batch(() => {
      if (this.wanted !== null) this.time.value = this.wanted;
      this.arrivals.value += 1;
      this.#recover();
    });
  }

  #recover() {
    this.error.value = null;
    this.wanted = null;
    this.loadOutput(this.outChannel.peek());
    this.sharpen();
  }

  /** The next frame of playing. @param {number} seconds */
  advance(seconds) {
    const clock = this.clock.peek();
    if (!clock || !this.arrived.peek()) return;
    const end = timeline.duration(clock);
    const time = this.time.peek() + seconds * timeline.pace(clock, this.speed.peek());
    batch(() => {
      this.time.value = Math.min(time, end);
      if (time >= end) this.playing.value = false;
    });
  }

  /** The next frame of a kernel that turns. @param {number} seconds */
  advanceTurn(seconds) {
    this.turn.value = Math.min(this.turn.peek() + seconds / TURN, 1);
  }

  togglePlay() {
    const clock = this.clock.peek();
    if (!clock) return;
    batch(() => {
      if (!this.playing.peek() && this.time.peek() >= timeline.duration(clock)) this.time.value = 0;
      this.playing.value = !this.playing.peek();
      this.scroll.value = null;
      this.following.value = true;
    });
  }

  /** Stops and shows the moment `to` computes. @param {(clock: Clock, time: number) => number} to */
  jump(to) {
    const clock = this.clock.peek();
    if (!clock) return;
    batch(() => {
      this.playing.value = false;
      this.time.value = timeline.clamp(clock, to(clock, this.time.peek()));
      this.scroll.value = null;
      this.following.value = true;
    });
  }

  /** @param {1|-1} direction */
  stepBeat(direction) {
    this.jump((clock, time) => timeline.step(clock, time, direction));
  }

  /** @param {1|-1} direction */
  stepWindow(direction) {
    this.jump((clock, time) => timeline.stepWindow(clock, time, direction));
  }

  /** The window just placed. @param {number} outChannel @param {number} window */
  seek(outChannel, window) {
    this.jump((clock) => timeline.timeOf(clock, outChannel, window));
  }

  /** A cell's question stays; an output cell, or one that stamps, also takes the timeline there. @param {Cell|null} cell */
  ask(cell) {
    batch(() => {
      this.pin.value = cell;
      const scatters = this.shownView.peek() === 'scatter';
      if (cell?.grid !== (scatters ? 'input' : 'output')) return;
      const width = this.clock.peek()?.width ?? 1;
      this.seek(scatters ? this.outChannel.peek() : cell.channel, cell.row * width + cell.col);
    });
  }

  /** The same output channel in another view; where time runs over other cells, the same share of them. @param {ViewName} view */
  chooseView(view) {
    const before = this.clock.peek();
    const time = this.time.peek();
    batch(() => {
      this.view.value = view;
      const clock = this.clock.value;
      if (!before || !clock || before.windows === clock.windows) return;
      const windows = (time / timeline.beatsPerWindow(before)) * (clock.windows / before.windows);
      this.time.value = timeline.clamp(clock, Math.floor(windows) * timeline.beatsPerWindow(clock));
    });
  }

  /** The same moment of another output channel. @param {number} outChannel */
  chooseOutput(outChannel) {
    const clock = this.clock.peek();
    if (!clock || outChannel < 0 || outChannel >= clock.outChannels) return;
    const shift = (outChannel - this.outChannel.peek()) * clock.windows * timeline.beatsPerWindow(clock);
    const time = this.time.peek();
    this.time.value = time === 0 ? timeline.timeOf(clock, outChannel, 0) : time + shift;
    this.scroll.value = null;
  }

  /** @param {Granularity} granularity */
  chooseGranularity(granularity) {
    const clock = this.clock.peek();
    if (!clock) return;
    batch(() => {
      this.time.value = timeline.regrain(clock, { ...clock, granularity }, this.time.peek());
      this.granularity.value = granularity;
    });
  }

  /** @param {1|-1} direction */
  changeSpeed(direction) {
    const at = timeline.SPEEDS.indexOf(this.speed.peek()) + direction;
    this.speed.value = timeline.SPEEDS[Math.min(Math.max(at, 0), timeline.SPEEDS.length - 1)] ?? 1;
  }
}

/** @param {Summary} summary @returns {Granularity} */
export function usualGranularity({ shapes }) {
  return shapes.output[1] * shapes.output[2] > MANY_WINDOWS ? 'window' : 'channel';
}

/** The view of a layer that is wanted, or the stage where there is none: without weights no matrix, unless transposed no stamps. @param {Summary} summary @param {ViewName} wanted @returns {ViewName} */
export function viewFor({ operation, shapes }, wanted) {
  if (!shapes.weight || (wanted === 'scatter' && operation.kind !== 'conv_transpose2d')) return 'stage';
  return wanted;
}

/** @param {Summary} summary @param {Granularity} granularity @param {ViewName} view @returns {Clock} */
export function clockOf(summary, granularity, view) {
  const { input, output } = summary.shapes;
  const [, height, width] = viewFor(summary, view) === 'scatter' ? input : output;
  const [kH, kW] = kernelSize(summary);
  return { outChannels: output[0], windows: height * width, width, channels: inChannels(summary, 0).length, taps: kH * kW, granularity };
}

/** Three channels of 0 … 1, large enough to be seen as a picture. @param {Tensor} input */
export function isPicture(input) {
  const [channels = 0, height = 0, width = 0] = input.shape;
  return channels === 3 && Math.min(height, width) >= 24 && partOf(input).every((value) => value >= 0 && value <= 1);
}
