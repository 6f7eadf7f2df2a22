/**
 * From one scene to another while the page stays: edits, undo and redo, back and forward. The last picture
 * stands until the new numbers are there, and the timeline stays where it is.
 */

import type { Signal } from '@preact/signals-core';
import { batch, computed, signal } from '@preact/signals-core';
import type { ApiClient } from '../data/client.ts';
import { readSummary } from '../data/client.ts';
import { fetchWholeInput } from '../data/input_preview.ts';
import { LruCache } from '../data/lru_cache.ts';
import { loadOneDimension } from '../model/dimensions.ts';
import { UNZOOMED } from '../model/geometry.ts';
import type { NestedArray } from '../model/numbers.ts';
import { hasAllNumbers, nestArray } from '../model/numbers.ts';
import type { Cell } from '../model/relations.ts';
import type { Position } from '../model/timeline.ts';
import { positionAt } from '../model/timeline.ts';
import type { Dimensions, LayerShape, SceneAnswer, SceneSummary } from '../model/types.ts';
import type { AppState } from './app_state.ts';
import type { EditHistory } from './edit_history.ts';
import * as history from './edit_history.ts';
import type { KnownParts, Scene } from './scene.ts';
import { availableView, defaultGranularity, fetchOutput, fetchParts } from './scene.ts';
import type { CellEdit, Replaced, SceneEdit, TensorName } from './scene_edit.ts';
import { partsAfterEdit, randomAfter, sameTaps, turnsKernel } from './scene_edit.ts';
import type { Moment } from './url.ts';
import { hasCell, momentAt, timeOfMoment } from './url.ts';

export interface SceneRequest {
  path: string;
  body: SceneEdit | FormData;
  /** Of the layer that the body describes, with a height even so: by default the scene's. */
  dimensions?: Dimensions;
  /** The layer that will be answered, where that is known. */
  layer?: LayerShape;
  /** What of the scene a form puts in another's place. */
  replaced?: Replaced;
  /** Another layer in place of the one shown: it stands at its beginning. */
  begins?: boolean;
  /** The edit before goes on: its scene is replaced, and undone with this one. */
  continues?: boolean;
}

/** What an edit puts in another's place; a form, as far as that is known. */
export type Changed = Replaced & Pick<SceneEdit, 'cells'>;

/** How a scene comes to be shown, and what of it is known. */
interface Shown {
  summary?: SceneSummary;
  known?: KnownParts;
  moment?: Moment | null;
  continues?: boolean;
}

/** Scenes kept whole for undo and redo, and the numbers that all their inputs may have. */
const SCENES_KEPT = 12;
const NUMBERS_KEPT = 4_000_000;

/** Output cells up to which the new picture waits for all of them. */
const FEW_WINDOWS = 65_536;

export class EditSession {
  #queue: Promise<unknown> = Promise.resolve();
  #turn = 0;
  readonly #scenes: LruCache<string, Scene> = new LruCache(
    SCENES_KEPT,
    NUMBERS_KEPT,
    ({ input }) => input.data.length,
  );

  readonly state: AppState;
  readonly api: ApiClient;
  readonly history: Signal<EditHistory>;
  /** How to drop what a form holds and no scene has, such as a refused change; null: there is none. */
  readonly dropUnsent = signal<(() => void) | null>(null);
  readonly canUndo = computed(() => this.dropUnsent.value !== null || this.history.value.at > 0);
  readonly canRedo = computed(() => this.history.value.at < this.history.value.ids.length - 1);
  readonly #random = signal<ReadonlyMap<string, TensorName[]>>(new Map());
  /** The tensors of the scene shown whose numbers are random, as far as they were made here. */
  readonly randomTensors = computed(
    () => this.#random.value.get(this.state.scene.value?.summary.id ?? '') ?? [],
  );
  /** Answers that are awaited. */
  readonly pendingCount = signal(0);
  /** Is called once an edit of a scene is shown. changed: what it puts in another's place. */
  edited: ((from: SceneSummary, to: Scene, changed: Changed) => void) | null = null;
  /** Whether the scene shown came in place of another one of the same edit. */
  continued = false;

  /** id: of the first scene. */
  constructor(state: AppState, api: ApiClient, id: string) {
    this.state = state;
    this.api = api;
    this.history = signal<EditHistory>(history.startHistory(id));
  }

  editCells(cells: CellEdit[]): Promise<boolean> {
    return this.submit(({ summary }) => {
      const { output, upstream } = summary.shapes;
      // A scene without an upstream has ones, of which some are edited.
      const needed = !upstream && cells.some(({ tensor }) => tensor === 'upstream');
      const numbers = { length: output[0] * output[1] * output[2] };
      const ones = needed && {
        upstream: {
          data: nestArray(
            output,
            Array.from(numbers, () => 1),
          ),
        },
      };
      return { path: `/scenes/${summary.id}/edits`, body: { cells, ...ones }, layer: summary };
    });
  }

  /** Puts another tensor in the place of the upstream; null: ones. */
  setUpstream(data: NestedArray | null): Promise<boolean> {
    return this.submit(({ summary }) => ({
      path: `/scenes/${summary.id}/edits`,
      body: { upstream: data && { data } },
      layer: summary,
    }));
  }

  /**
   * Posts what `order` makes of the scene shown when its turn comes, and shows the answer. made: called
   * before it is shown. Returns whether it came to be shown. Throws ApiError.
   */
  submit(
    order: (scene: Scene) => SceneRequest | Promise<SceneRequest>,
    signal?: AbortSignal,
    made?: (summary: SceneSummary) => void,
  ): Promise<boolean> {
    const turn = this.#queue.then(() => (signal?.aborted ? false : this.#make(order, signal, made)));
    this.#queue = turn.catch(() => false);
    return turn;
  }

  /** For `made` of a scene that is no edit of the one before: it does not take over the reader's title. */
  readonly forgetTitle = ({ id }: SceneSummary) => this.state.origins.rename(id, '');

  async #make(
    order: (scene: Scene) => SceneRequest | Promise<SceneRequest>,
    signal?: AbortSignal,
    made?: (summary: SceneSummary) => void,
  ) {
    const scene = this.state.scene.peek();
    if (!scene) return false;
    this.pendingCount.value += 1;
    try {
      const {
        path,
        body,
        layer,
        replaced,
        continues,
        begins,
        dimensions = scene.summary.dimensions,
      } = await order(scene);
      const query = `${path.includes('?') ? '&' : '?'}${this.#initialQuery(layer)}`;
      const lower = dimensions === 1 && (await loadOneDimension()).lowerEdit;
      const sent = body instanceof FormData || !lower ? body : lower(body);
      const summary = await readSummary(await this.api.post<SceneAnswer>(path + query, sent, signal));
      made?.(summary);
      if (begins) this.dropUnsent.peek()?.();
      const random = this.#random.peek();
      const changed = replaced ?? (body instanceof FormData ? {} : body);
      const after = randomAfter(random.get(scene.summary.id) ?? [], changed);
      this.#random.value = new Map(random).set(summary.id, after);
      const known = body instanceof FormData ? {} : partsAfterEdit(scene, body);
      if (!(await this.#show(summary.id, { summary, known, continues, ...(begins && { moment: null }) })))
        return false;
      const record = continues ? history.replaceScene : history.recordScene;
      this.history.value = record(this.history.peek(), summary.id);
      const shown = this.state.scene.peek();
      if (shown && path.startsWith(`/scenes/${scene.summary.id}/edits`))
        this.edited?.(scene.summary, shown, changed);
      return true;
    } catch (error) {
      if (signal?.aborted) return false;
      throw error;
    } finally {
      this.pendingCount.value -= 1;
    }
  }

  /** The scene with all numbers of its input. */
  async withWholeInput(scene: Scene): Promise<Scene> {
    return hasAllNumbers(scene.input)
      ? scene
      : { ...scene, input: await fetchWholeInput(this.api, scene.summary, scene.input) };
  }

  /** What the reader did last: a change that is in no scene yet, or else the last scene. */
  takeBack() {
    const drop = this.dropUnsent.peek();
    return drop ? drop() : this.undo();
  }

  undo() {
    return this.#move(-1);
  }

  redo() {
    return this.#move(1);
  }

  async #move(direction: 1 | -1) {
    const next = history.moveBy(this.history.peek(), direction);
    const again = () => this.#move(direction);
    if (!next || !(await this.#fetch(history.currentScene(next), {}, again))) return;
    this.history.value = next;
  }

  /** A scene that the address names. */
  async visit(id: string, moment: Moment | null) {
    if (!(await this.#fetch(id, { moment }, () => this.visit(id, moment)))) return;
    const { ids } = this.history.peek();
    const at = ids.lastIndexOf(id);
    this.history.value = at >= 0 ? { ids, at } : history.recordScene(this.history.peek(), id);
  }

  /** again: what trying again does. */
  async #fetch(id: string, options: { moment?: Moment | null }, again: () => unknown) {
    this.dropUnsent.peek()?.();
    try {
      return await this.#show(id, options);
    } catch (error) {
      this.state.reportError(error, again);
      return false;
    }
  }

  /** options: moment: undefined, that of now. */
  async #show(id: string, { summary, known, moment, continues = false }: Shown) {
    const { state } = this;
    const turn = ++this.#turn;
    const before = state.scene.peek();
    if (before) this.#keep(before);
    const next = this.#scenes.get(id) ?? (await this.#load(id, before, summary, known));
    const time = this.#timeIn(next.summary, moment);
    await loadFirstFrame(state, next, positionAt(state.clockOf(next.summary), time));
    // Another edit, or another step of a lesson, was faster.
    if (turn !== this.#turn || state.scene.peek()?.summary.id !== before?.summary.id) return false;
    this.continued = continues;
    this.#put(next, this.#timeIn(next.summary, moment));
    return true;
  }

  async #load(
    id: string,
    before: Scene | null,
    given?: SceneSummary,
    known: KnownParts = {},
  ): Promise<Scene> {
    const { api, state } = this;
    const summary = given ?? (await api.scene(id, this.#initialQuery()));
    const taps = before && sameTaps(before.summary, summary) ? before.taps : undefined;
    return { summary, ...(await fetchParts(api, summary, { taps, ...known })), ...state.makePages(summary) };
  }

  /** Asks for the initial data, of a layer that is known those of the moment shown. */
  #initialQuery(layer?: LayerShape) {
    const query = new URLSearchParams({ include: 'initial' });
    if (!layer || this.state.direction.peek() !== 'forward') return query;
    const { outChannel, window } = positionAt(this.state.clockOf(layer), this.#timeIn(layer));
    query.set('out_channel', String(outChannel));
    query.set('start', String(window));
    if (availableView(layer, this.state.wantedView.peek()) === 'scatter') query.set('reading', 'scatter');
    return query;
  }

  #timeIn(layer: LayerShape, moment?: Moment | null) {
    const { state } = this;
    const clock = state.clockOf(layer);
    if (moment !== undefined) return timeOfMoment(clock, clock.width, moment);
    const [now, shown] = [state.clock.peek(), state.scene.peek()];
    if (!now || !shown) return 0;
    const time = state.time.peek();
    if (JSON.stringify(now) === JSON.stringify(clock)) return time;
    return timeOfMoment(clock, clock.width, momentAt(now, now.width, time));
  }

  #put(scene: Scene, time: number) {
    const { state } = this;
    const before = state.scene.peek();
    const resized = before?.summary.shapes.input.join() !== scene.summary.shapes.input.join();
    const still = (cell: Cell | null) =>
      cell && hasCell(scene.summary, cell, state.direction.peek()) ? cell : null;
    batch(() => {
      state.scene.value = scene;
      state.kernelTurn.value = turnsKernel(before, scene) && !state.reducedMotion.peek() ? 0 : 1;
      state.time.value = time;
      // A picture in place of a few numbers plays window by window.
      const granularity = defaultGranularity(scene.summary);
      if (before && granularity !== defaultGranularity(before.summary)) state.chooseGranularity(granularity);
      state.hoveredCell.value = still(state.hoveredCell.peek());
      state.pinnedCell.value = still(state.pinnedCell.peek());
      if (resized) {
        state.tinted.value = state.isPicture.value;
        state.zoom.value = { input: UNZOOMED, output: UNZOOMED };
        state.firstChannel.value = null;
      }
      state.error.value = state.refusal.value = null;
    });
    state.loadWholeInput();
  }

  /** Tensors and outputs are kept; steps come again, from the initial data or the browser's cache. */
  #keep(scene: Scene) {
    const { steps, stamps } = this.state.makePages(scene.summary);
    this.#scenes.set(scene.summary.id, { ...scene, steps, stamps });
  }
}

/** All that the picture at a position needs. */
async function loadFirstFrame(state: AppState, scene: Scene, position: Position) {
  const { summary, outputs } = scene;
  const { outChannel } = position;
  const few = summary.shapes.output[1] * summary.shapes.output[2] <= FEW_WINDOWS;
  const needed = few && state.direction.peek() === 'forward' && !outputs.has(outChannel);
  const [output] = await Promise.all([
    needed ? fetchOutput(state.api, summary, outChannel) : null,
    state.loadMoment(scene, position),
    state.loadDrawing(summary, availableView(summary, state.wantedView.peek())),
  ]);
  if (output) outputs.set(outChannel, output);
}
