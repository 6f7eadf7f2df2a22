/**
 * From one scene to another while the page stays: edits, undo and redo, back and forward. The last picture stands until
 * the new numbers are there, and the timeline stays where it is.
 *
 * @import {Api} from './api.js'
 * @import {History} from './history.js'
 * @import {Moment} from './address.js'
 * @import {Scene, State} from './state.js'
 * @import {Summary, Tensor} from './types.js'
 *
 * @typedef {'input'|'weight'|'bias'} TensorName
 * @typedef {{tensor: TensorName, index: number[], value: number}} CellEdit
 * @typedef {{input?: Tensor, weight?: Tensor|null, bias?: Tensor|null}} Known  tensors that need not be fetched
 * @typedef {{path: string, body: object|FormData, known: Known}} Order
 */

import { batch, computed, signal } from '@preact/signals-core';
import { hasCell, momentAt, timeOfMoment } from './address.js';
import { magnitude } from './color.js';
import * as history from './history.js';
import { inputOf, isWhole, wholeOf } from './sketch.js';
import { clockOf, isPicture, viewFor } from './state.js';
import { position } from './timeline.js';
import { WHOLE } from './geometry.js';

/** Scenes kept whole for undo and redo, and the numbers that all their inputs may have. */
const SCENES_KEPT = 12;
const NUMBERS_KEPT = 4_000_000;

/** Output cells up to which the new picture waits for all of them. */
const FEW_WINDOWS = 65_536;

export class Changes {
  /** @type {Promise<unknown>} */
  #queue = Promise.resolve();
  #turn = 0;
  /** @type {Map<string, Scene>} in the order of last use */
  #kept = new Map();

  /** @param {State} state @param {Api} api @param {string} id  of the first scene */
  constructor(state, api, id) {
    this.state = state;
    this.api = api;
    this.history = signal(/** @type {History} */ (history.begin(id)));
    this.canUndo = computed(() => this.history.value.at > 0);
    this.canRedo = computed(() => this.history.value.at < this.history.value.ids.length - 1);
    /** Answers that are awaited. */
    this.waiting = signal(0);
  }

  /** @param {CellEdit[]} cells @returns {Promise<boolean>} */
  cells(cells) {
    return this.make((scene) => ({ path: `/scenes/${scene.summary.id}/edits`, body: { cells }, known: patched(scene, cells) }));
  }

  /**
   * Posts what `order` makes of the scene shown when its turn comes, and shows the answer.
   * @param {(scene: Scene) => Order|Promise<Order>} order @param {AbortSignal} [signal] @param {(id: string) => void} [made]  called before it is shown
   * @returns {Promise<boolean>} whether it came to be shown
   * @throws {import('./api.js').ApiError}
   */
  make(order, signal, made) {
    const turn = this.#queue.then(() => (signal?.aborted ? false : this.#make(order, signal, made)));
    this.#queue = turn.catch(() => false);
    return turn;
  }

  /** @param {(scene: Scene) => Order|Promise<Order>} order @param {AbortSignal} [signal] @param {(id: string) => void} [made] */
  async #make(order, signal, made) {
    const scene = this.state.scene.peek();
    if (!scene) return false;
    this.waiting.value += 1;
    try {
      const { path, body, known } = await order(scene);
      const summary = await this.api.post(path, body, signal);
      made?.(summary.id);
      if (!(await this.#show(summary.id, { summary, known }))) return false;
      this.history.value = history.record(this.history.peek(), summary.id);
      return true;
    } catch (error) {
      if (signal?.aborted) return false;
      throw error;
    } finally {
      this.waiting.value -= 1;
    }
  }

  /** The scene with all numbers of its input. @param {Scene} scene @returns {Promise<Scene>} */
  async entire(scene) {
    return isWhole(scene.input) ? scene : { ...scene, input: await wholeOf(this.api, scene.summary, scene.input) };
  }

  undo() {
    return this.#move(-1);
  }

  redo() {
    return this.#move(1);
  }

  /** @param {1|-1} direction */
  async #move(direction) {
    const next = history.move(this.history.peek(), direction);
    if (!next || !(await this.#fetch(history.present(next), {}))) return;
    this.history.value = next;
  }

  /** A scene that the address names. @param {string} id @param {Moment|null} moment */
  async visit(id, moment) {
    if (!(await this.#fetch(id, { moment }))) return;
    const { ids } = this.history.peek();
    const at = ids.lastIndexOf(id);
    this.history.value = at >= 0 ? { ids, at } : history.record(this.history.peek(), id);
  }

  /** @param {string} id @param {{moment?: Moment|null}} options */
  async #fetch(id, options) {
    try {
      return await this.#show(id, options);
    } catch (error) {
      this.state.fail(error);
      return false;
    }
  }

  /** @param {string} id @param {{summary?: Summary, known?: Known, moment?: Moment|null}} options  moment: undefined, that of now */
  async #show(id, { summary, known, moment }) {
    const turn = ++this.#turn;
    const before = this.state.scene.peek();
    if (before) this.#keep(before);
    const next = this.#kept.get(id) ?? (await this.#load(id, before, summary, known));
    const time = this.#timeIn(next.summary, moment);
    await ready(this.state, next, position(this.#clockOf(next.summary), time));
    if (turn !== this.#turn) return false;
    this.#put(next, this.#timeIn(next.summary, moment));
    return true;
  }

  /** @param {string} id @param {Scene|null} before @param {Summary} [given] @param {Known} [known] @returns {Promise<Scene>} */
  async #load(id, before, given, known = {}) {
    const { api, state } = this;
    const summary = given ?? (await api.scene(id));
    const { shapes } = summary;
    const tensor = (/** @type {'weight'|'bias'} */ name) => (!shapes[name] ? null : (known[name] ?? api.tensor(id, name)));
    const [taps, input, weight, bias] = await Promise.all([
      before && sameTaps(before.summary, summary) ? before.taps : api.taps(id),
      known.input ?? inputOf(api, summary), tensor('weight'), tensor('bias'),
    ]);
    return { summary, taps, input, weight, bias, ...state.lazy(summary) };
  }

  /** @param {Summary} summary */
  #clockOf(summary) {
    return clockOf(summary, this.state.granularity.peek(), this.state.view.peek());
  }

  /** @param {Summary} summary @param {Moment|null} [moment] */
  #timeIn(summary, moment) {
    const { state } = this;
    const clock = this.#clockOf(summary);
    if (moment !== undefined) return timeOfMoment(clock, clock.width, moment);
    const [now, shown] = [state.clock.peek(), state.scene.peek()];
    if (!now || !shown) return 0;
    const time = state.time.peek();
    if (JSON.stringify(now) === JSON.stringify(clock)) return time;
    return timeOfMoment(clock, clock.width, momentAt(now, now.width, time));
  }

  /** @param {Scene} scene @param {number} time */
  #put(scene, time) {
    const { state } = this;
    const before = state.scene.peek();
    const resized = before?.summary.shapes.input.join() !== scene.summary.shapes.input.join();
    const still = (/** @type {import('./questions.js').Cell|null} */ cell) => (cell && hasCell(scene.summary, cell) ? cell : null);
    batch(() => {
      state.scene.value = scene;
      state.turn.value = turns(before, scene) && !state.still.peek() ? 0 : 1;
      state.time.value = time;
      state.hover.value = still(state.hover.peek());
      state.pin.value = still(state.pin.peek());
      state.outputMax.value = Math.max(0, ...[...scene.outputs.values()].map(({ data }) => magnitude(data)));
      if (resized) {
        state.tinted.value = isPicture(scene.input);
        state.zoom.value = { input: WHOLE, output: WHOLE };
        state.scroll.value = null;
      }
      state.error.value = null;
    });
    state.loadOutput(state.outChannel.peek());
    state.sharpen();
  }

  /** Tensors are kept; steps come again from the browser's cache. @param {Scene} scene */
  #keep(scene) {
    const { steps, stamps } = this.state.lazy(scene.summary);
    this.#kept.delete(scene.summary.id);
    this.#kept.set(scene.summary.id, { ...scene, steps, stamps });
    const numbers = () => [...this.#kept.values()].reduce((sum, { input }) => sum + input.data.length, 0);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= SCENES_KEPT && numbers() <= NUMBERS_KEPT) break;
      this.#kept.delete(oldest);
    }
  }
}

/** Whether a change of `flip` alone turns the kernel that stands there. @param {Scene|null} before @param {Scene} after */
function turns(before, { summary, weight }) {
  return !!weight && before?.weight === weight && !!before.summary.operation.flip !== !!summary.operation.flip;
}

/** All that the picture at a position needs. @param {State} state @param {Scene} scene @param {import('./timeline.js').Position} position */
async function ready(state, scene, { outChannel, window }) {
  const { summary, steps, outputs } = scene;
  const few = summary.shapes.output[1] * summary.shapes.output[2] <= FEW_WINDOWS;
  const output = few && !outputs.has(outChannel) ? state.api.tensor(summary.id, 'output', { channel: outChannel }) : null;
  const [found] = await Promise.all([output, (viewFor(summary, state.view.peek()) === 'scatter' ? state.stamps(scene) : steps)?.load(outChannel, window)]);
  if (found) outputs.set(outChannel, found);
}

/** @param {Summary} a @param {Summary} b */
function sameTaps(a, b) {
  const key = (/** @type {Summary} */ { operation, shapes }) => JSON.stringify([operation, shapes.input.slice(1), shapes.weight?.slice(2)]);
  return key(a) === key(b);
}

/** The tensors after an edit, as the server rounds them; an input that is a sketch is sketched anew. @param {Scene} scene @param {CellEdit[]} cells @returns {Known} */
function patched(scene, cells) {
  const { summary, input, weight, bias } = scene;
  /** @type {Known} */
  const known = { input, weight, bias };
  if (!isWhole(input) && cells.some(({ tensor }) => tensor === 'input')) known.input = undefined;
  for (const name of new Set(cells.map(({ tensor }) => tensor))) {
    const tensor = known[name];
    if (tensor) known[name] = { shape: tensor.shape, data: tensor.data.slice() };
  }
  for (const { tensor: name, index, value } of cells) {
    const tensor = known[name];
    if (tensor) tensor.data[offsetOf(tensor.shape, index)] = (summary.dtype === 'float32' ? Math.fround(value) : value) || 0;
  }
  return known;
}

/** @param {number[]} shape @param {number[]} index */
export function offsetOf(shape, index) {
  return shape.reduce((offset, size, d) => offset * size + (index[d] ?? 0), 0);
}
