/**
 * Gradient descent: the loss of each scene that has one, and runs of steps. Every number comes from the
 * server; what it answers becomes the scene's by edits, all those of a run one to undo.
 */

import type { ReadonlySignal } from '@preact/signals-core';
import { computed, signal } from '@preact/signals-core';
import type { ApiClient } from '../data/client.ts';
import type { Loss, Steps, Trained } from '../data/descent.ts';
import { descend, fetchGradients, LARGEST_SHOWN } from '../data/descent.ts';
import { loadOneDimension } from '../model/dimensions.ts';
import { smallerRates } from '../model/gradients/learning_rates.ts';
import { hasAllNumbers, nestArray } from '../model/numbers.ts';
import type { DescentAnswer, SceneSummary } from '../model/types.ts';
import type { AppState } from './app_state.ts';
import type { Changed, EditSession } from './edit_session.ts';
import type { Scene } from './scene.ts';
import type { SceneEdit } from './scene_edit.ts';

/** The loss of a scene, and how it came to be. */
export interface KnownLoss {
  loss: Loss;
  /** From where it was chosen, after each step, to that of the scene. */
  losses: number[];
  /** What the run that ended here came to, where its loss did not fall. */
  growth?: Growth;
}

/** Steps that went too far. */
export interface Growth {
  first: number;
  last: number;
  rate: number;
  /** After steps whose numbers are too large for the stage. */
  beyond: number[];
  /** The step, from 1, that would have left the range of the dtype. */
  divergedAt: number | null;
  /** What a smaller rate does from the same start. */
  smaller: TriedRate | null;
}

export interface TriedRate {
  rate: number;
  steps: number;
  loss: number;
}

/** A run shows so many scenes at most. */
const SCENES_OF_RUN = 20;
/** Steps after which a rate is judged. */
const STEPS_TRIED = 20;
/** Numbers of a layer that are still sent to have its loss computed. */
export const MOST_NUMBERS = 50_000;

export class DescentState {
  readonly state: AppState;
  readonly changes: EditSession;
  #latest: Loss | null = null;
  readonly #losses = signal<ReadonlyMap<string, KnownLoss>>(new Map());
  /** Of scenes whose loss is being worked out, that of the scene that was edited. */
  readonly #followed = signal<ReadonlyMap<string, KnownLoss>>(new Map());
  readonly running = signal(false);
  /** The loss of the scene shown; null: none was chosen, or another upstream was since. */
  readonly known: ReadonlySignal<KnownLoss | null>;

  constructor(state: AppState, changes: EditSession) {
    this.state = state;
    this.changes = changes;
    this.known = computed(() => this.#lossOf(state.scene.value?.summary.id ?? ''));
    changes.edited = (from, to, changed) => this.#follow(from, to, changed);
  }

  #lossOf(id: string): KnownLoss | null {
    return this.#losses.value.get(id) ?? this.#followed.value.get(id) ?? null;
  }

  /** The losses that were chosen, by scene, for another page. */
  chosen(): [string, KnownLoss][] {
    return [...this.#losses.peek()];
  }

  /** Takes over what was chosen on the page before. */
  restore(chosen: [string, KnownLoss][]) {
    for (const [id, known] of chosen) this.#remember(id, known);
  }

  /** An edited scene keeps the loss, whose gradient becomes its upstream: one edit to undo. */
  async #follow(from: SceneSummary, to: Scene, changed: Changed) {
    const known = this.#lossOf(from.id);
    const { id } = to.summary;
    const isOwn = 'upstream' in changed || changed.cells?.some(({ tensor }) => tensor === 'upstream');
    if (!known || isOwn || this.#losses.peek().has(id) || !hasLoss(to, known.loss, from)) return;
    this.#followed.value = new Map(this.#followed.peek()).set(id, known);
    // What cannot be followed is no longer known, and said so.
    await this.choose(known.loss, true).catch(() => false);
    const others = new Map(this.#followed.peek());
    others.delete(id);
    this.#followed.value = others;
  }

  /** Makes the gradient of a loss the upstream of the scene. continues: the edit before. Throws ApiError. */
  async choose(loss: Loss, continues = false) {
    const scene = this.state.scene.peek();
    if (!scene) return;
    const answer = await fetchGradients(this.state.api, await layerBody(scene), loss);
    const known = { loss, losses: [answer.loss ?? 0] };
    const upstream = part(scene.summary.shapes.output, answer.upstream);
    await this.#edit(scene, { upstream }, known, continues);
  }

  /** The loss that was chosen last, of the scene as it is now. Throws ApiError. */
  async chooseAgain() {
    if (this.#latest) await this.choose(this.#latest);
  }

  /** The same layer and loss in numbers that can be trained. Throws ApiError. */
  async makeFloats() {
    const [scene, known] = [this.state.scene.peek(), this.known.peek()];
    if (scene && known) await this.#edit(scene, { dtype: 'float32' }, known);
  }

  /** Ends a run after the scene that is on its way. */
  stop() {
    this.running.value = false;
  }

  /** Goes down the gradient; to be undone at once. Throws ApiError. */
  async run(steps: Steps) {
    const [scene, known] = [this.state.scene.peek(), this.known.peek()];
    if (!scene || !known || this.running.peek() || this.#followed.peek().has(scene.summary.id)) return;
    this.running.value = true;
    try {
      await this.#run(scene, known, steps);
    } finally {
      this.running.value = false;
    }
  }

  async #run(start: Scene, { loss, losses: before }: KnownLoss, steps: Steps) {
    const { api } = this.state;
    const layer = await layerBody(start);
    let shown = { scene: start, known: { loss, losses: before } };
    let [trained, losses] = [{}, before];
    let divergedAt: number | null = null;
    const size = Math.ceil(steps.steps / SCENES_OF_RUN);
    for (let left = steps.steps; left > 0 && divergedAt === null; left -= size) {
      if (!this.running.peek() || this.state.scene.peek() !== shown.scene) return;
      const some = { ...steps, steps: Math.min(left, size) };
      const { all, most } = await takeSteps(api, { ...layer, ...trained }, loss, some);
      const known = { loss, losses: [...losses, ...(most?.losses.slice(1) ?? [])] };
      losses = [...losses, ...all.losses.slice(1)];
      trained = { weight: { data: all.weight }, ...(all.bias && { bias: { data: all.bias } }) };
      if (all.diverged_at !== null) divergedAt = losses.length - before.length + 1;
      if (!most) continue;
      const continues = shown.scene.summary.id !== start.summary.id;
      if (!(await this.#edit(shown.scene, editOf(start.summary, most), known, continues))) return;
      shown = { scene: this.state.scene.peek() ?? start, known };
    }
    const [first = 0, last = 0] = [before.at(-1), losses.at(-1)];
    if (divergedAt === null && last <= first) return;
    const smaller = await this.tryRates(layer, loss, steps);
    const beyond = losses.slice(shown.known.losses.length);
    const growth = { first, last, rate: steps.learning_rate, beyond, divergedAt, smaller };
    this.#remember(shown.scene.summary.id, { ...shown.known, growth });
  }

  /** The best of the rates that are smaller, or null. Throws ApiError. */
  async tryRates(layer: object, loss: Loss, { learning_rate, steps, train }: Steps) {
    let best: TriedRate | null = null;
    const tried = Math.min(steps, STEPS_TRIED);
    for (const rate of smallerRates(learning_rate)) {
      const answer = await descend(this.state.api, layer, loss, { learning_rate: rate, steps: tried, train });
      const [first = 0, last = 0] = [answer.losses[0], answer.losses.at(-1)];
      const falls = answer.diverged_at === null && last < first;
      if (best && last >= best.loss) break;
      if (falls) best = { rate, steps: tried, loss: last };
    }
    return best;
  }

  /** A rate to begin with. Throws ApiError. */
  async suggestRate(from: number, train: Trained[]) {
    const [scene, known] = [this.state.scene.peek(), this.known.peek()];
    if (!scene || !known) return null;
    const steps = { learning_rate: from, steps: STEPS_TRIED, train };
    return (await this.tryRates(await layerBody(scene), known.loss, steps))?.rate ?? null;
  }

  /** Returns whether the edit of `scene` came to be shown: not where another one is shown by now. */
  #edit(scene: Scene, body: SceneEdit, known: KnownLoss, continues = false): Promise<boolean> {
    const other = new AbortController();
    return this.changes.submit(
      (shown) => {
        if (shown !== scene) other.abort();
        const { summary } = scene;
        return { path: `/scenes/${summary.id}/edits`, body, layer: summary, continues };
      },
      other.signal,
      ({ id }) => this.#remember(id, known),
    );
  }

  #remember(id: string, known: KnownLoss) {
    this.#latest = known.loss;
    this.#losses.value = new Map(this.#losses.peek()).set(id, known);
  }
}

export function hasFewNumbers({ input, weight, summary: { shapes } }: Scene) {
  const [channels, height, width] = shapes.output;
  const numbers = input.data.length + (weight?.data.length ?? 0) + channels * height * width;
  return hasAllNumbers(input) && numbers <= MOST_NUMBERS;
}

/** Whether a loss of one scene is one of another: a target has its shape. */
function hasLoss(scene: Scene, loss: Loss, { shapes }: SceneSummary) {
  const { output } = scene.summary.shapes;
  const fits =
    loss.kind === 'squared_error' ? output.join() === shapes.output.join() : loss.target < output[0];
  return fits && hasFewNumbers(scene);
}

/** What all of some steps come to, and what the most of them whose layer can be shown, or null. */
async function takeSteps(api: ApiClient, layer: object, loss: Loss, steps: Steps) {
  const all = await descend(api, layer, loss, steps);
  const fit = all.losses.findLastIndex((value) => value <= LARGEST_SHOWN);
  if (fit <= 0) return { all, most: null };
  const most = fit < steps.steps ? await descend(api, layer, loss, { ...steps, steps: fit }) : all;
  return { all, most };
}

/** The trained tensors and the upstream that they get, as the page has them: with a height. */
function editOf({ shapes }: SceneSummary, { weight, bias, upstream }: DescentAnswer): SceneEdit {
  return {
    ...(weight && { weight: part(shapes.weight ?? [], weight) }),
    ...(bias && { bias: part(shapes.bias ?? [], bias) }),
    upstream: part(shapes.output, upstream),
  };
}

function part(shape: number[], lists: unknown[]) {
  return { data: nestArray(shape, lists.flat(Infinity) as number[]) };
}

/** A layer as a request's body, without its upstream; of one dimension without a height. */
async function layerBody({ input, weight, bias, summary }: Scene): Promise<object> {
  const source = (tensor: Scene['bias']) => tensor && { data: nestArray(tensor.shape, tensor.data) };
  const body = {
    input: source(input),
    ...(weight && { weight: source(weight) }),
    ...(bias && { bias: source(bias) }),
    operation: summary.operation,
    dtype: summary.dtype,
  };
  return summary.dimensions === 1 ? (await loadOneDimension()).lowerEdit(body) : body;
}
