/** The application's state, as signals, and the actions that change it. */

import { batch, computed, effect, signal, untracked } from '@preact/signals-core';
import type { ApiClient } from '../data/client.ts';
import { fetchWholeInput, isPicture } from '../data/input_preview.ts';
import type { Theme } from '../model/color.ts';
import type { Zoom } from '../model/geometry.ts';
import { UNZOOMED } from '../model/geometry.ts';
import { gradientClock, hasDirection, hasScatter } from '../model/gradients/direction.ts';
import { hasAllNumbers } from '../model/numbers.ts';
import type { Cell } from '../model/relations.ts';
import { isSameCell } from '../model/relations.ts';
import type { Clock } from '../model/timeline.ts';
import * as timeline from '../model/timeline.ts';
import type {
  Direction,
  Granularity,
  LayerShape,
  Lock,
  Reading,
  SceneSummary,
  ViewName,
  ViewportChoice,
} from '../model/types.ts';
import type { GradientSteps } from './gradient_steps.ts';
import type { Scene } from './scene.ts';
import { availableView, defaultGranularity, fetchOutput, fetchParts, makeClock, makePages } from './scene.ts';
import { SceneOrigins } from './scene_origins.ts';
import type { Moment } from './url.ts';
import { hasCell, momentAt, timeOfMoment } from './url.ts';

/** Seconds in which `flip` turns the kernel. */
const TURN = 0.9;

/** The directions that show the same cells. */
const SHOWN_IN: Record<string, Direction[]> = {
  input: ['forward', 'weight'],
  upstream: ['input', 'weight', 'bias'],
};

type LoadDrawing = (layer: LayerShape, view: ViewName) => Promise<void>;

export class AppState {
  readonly api: ApiClient;
  readonly loadDrawing: LoadDrawing;
  readonly origins: SceneOrigins;
  readonly scene = signal<Scene | null>(null);
  readonly error = signal<{ status: number; detail: string; again?: (() => unknown) | undefined } | null>(
    null,
  );
  /** Why the last change could not be made, while the picture shows what was before. */
  readonly refusal = signal<string | null>(null);
  /** A step that was asked for and is not there, and where the timeline went instead. */
  readonly absentStep = signal<{ asked: string; time: number } | null>(null);
  readonly time = signal(0);
  readonly playing = signal(false);
  /** Whether picture and texts stand, whatever the timeline does: an animation is being recorded. */
  readonly held = signal(false);
  readonly speed = signal(1);
  readonly granularity = signal<Granularity>('channel');
  readonly theme = signal<Theme>('light');
  readonly tinted = signal(false);
  readonly reducedMotion = signal(false);
  readonly locks = signal<ReadonlySet<Lock>>(new Set());
  /** Whether the stage has the whole screen. */
  readonly presenting = signal(false);
  /** How far a kernel that `flip` turns has come: 0 … 1, 1 at rest. */
  readonly kernelTurn = signal(1);
  /** First visible channel row, or null: follow the animation. */
  readonly firstChannel = signal<number | null>(null);
  /** The cell under the pointer or the cell cursor, and the one whose question stays. */
  readonly hoveredCell = signal<Cell | null>(null);
  readonly pinnedCell = signal<Cell | null>(null);
  /** What the place of a matrix under the pointer stands for, and the cell there. */
  readonly place = signal<{ text: string; cell: Cell | null } | null>(null);
  readonly zoom = signal<{ input: Zoom; output: Zoom }>({ input: UNZOOMED, output: UNZOOMED });
  /** How the layer is shown, as far as there is such a picture of it. */
  readonly wantedView = signal<ViewName>('stage');
  readonly chosenView = computed(() => {
    const view = this.scene.value ? availableView(this.scene.value.summary, this.wantedView.value) : 'stage';
    // On the way back no layer scatters by a view: it is a reading of the stage.
    return view === 'scatter' && this.direction.value !== 'forward' ? 'stage' : view;
  });
  /** Whether all numbers are there: only the stage can be shown without. */
  readonly inputLoaded = computed(() => this.scene.value === null || hasAllNumbers(this.scene.value.input));
  readonly isPicture = computed(() => this.scene.value !== null && isPicture(this.scene.value.input));
  readonly shownView = computed(() => (this.inputLoaded.value ? this.chosenView.value : 'stage'));
  /**
   * What of a matrix is in sight, and of which input channel the sparse one is, as far as the reader chose.
   */
  readonly viewport = signal<ViewportChoice>({ key: '', cell: null, at: {} });
  readonly inChannel = signal(0);
  readonly transposed = signal(false);
  /**
   * Whether what is in sight follows the window; the reader's own panning ends that until time runs again.
   */
  readonly following = signal(true);
  /** Whether the press that ends now was a drag, and so no click. */
  dragged = false;
  #openings = 0;
  /** The moment and the pinned cell of each direction that was left. */
  readonly #left: Map<Direction | Reading, { moment: Moment | null; pin: Cell | null }> = new Map();
  /** Whether the last two presses met the same cell: quick taps on neighbours are no double tap. */
  doubled = false;
  /** The gradients' data, once they are loaded: until then the direction is forward. */
  readonly gradientSteps = signal<GradientSteps | null>(null);
  readonly wantedDirection = signal<Direction>('forward');
  /** What time runs through, as far as the layer has it. */
  readonly direction = computed(() =>
    this.scene.value ? this.#directionOf(this.scene.value.summary) : 'forward',
  );
  readonly wantedReading = signal<Reading>('gather');
  readonly reading = computed<Reading>(() => {
    const scene = this.scene.value;
    return scene && hasScatter(scene.summary) ? this.wantedReading.value : 'gather';
  });
  readonly activeCell = computed(() => {
    const cell = this.hoveredCell.value ?? this.pinnedCell.value;
    return cell && { cell, pinned: isSameCell(cell, this.pinnedCell.value) };
  });
  readonly clock = computed(() => (this.scene.value ? this.clockOf(this.scene.value.summary) : null));
  readonly shownTime = computed(() => {
    const clock = this.clock.value;
    if (!clock) return 0;
    const whole = this.reducedMotion.value ? timeline.restingTime(clock, this.time.value) : this.time.value;
    return this.playing.value ? timeline.displayTime(clock, whole, this.speed.value) : whole;
  });
  readonly position = computed(() =>
    this.clock.value ? timeline.positionAt(this.clock.value, this.shownTime.value) : null,
  );
  /** Whether numbers may fly: not while ticks pass too quickly to follow. */
  readonly flying = computed(() => !this.reducedMotion.value && !this.tooFastToRead.value);
  /** Whether ticks pass too quickly for the eye. */
  readonly tooFastToRead = computed(() => {
    const clock = this.clock.value;
    return (
      this.playing.value &&
      clock !== null &&
      timeline.ticksPerSecond(clock, this.speed.value) > timeline.FASTEST_FLIGHTS
    );
  });
  readonly outChannel = computed(() => this.position.value?.outChannel ?? 0);
  readonly window = computed(() => this.position.value?.window ?? 0);
  readonly step = computed(() => {
    if (this.chosenView.value === 'scatter' || this.direction.value !== 'forward') return null;
    return this.scene.value?.steps.get(this.outChannel.value, this.window.value) ?? null;
  });
  /** In the scatter reading: the input cell's stamp in place of a window's step. */
  readonly stamp = computed(() => {
    if (this.shownView.value !== 'scatter' || this.direction.value !== 'forward') return null;
    return this.scene.value?.stamps.get(this.outChannel.value, this.window.value) ?? null;
  });
  /** Whether what the moment shows is there. */
  readonly stepLoaded = computed(() =>
    this.direction.value === 'forward'
      ? (this.step.value ?? this.stamp.value) !== null
      : (this.gradientSteps.value?.isLoaded.value ?? false),
  );
  /** The largest magnitude of the output channels seen so far. */
  readonly outputMax = computed(() =>
    Math.max(0, ...[...(this.scene.value?.outputs.values() ?? [])].map(({ range }) => range?.[1] ?? 0)),
  );
  /** The last moment that was there, and the one that was asked for when a request failed. */
  lastLoadedTime = 0;
  failedTime: number | null = null;

  /** presets: the names of the examples by scene. loadDrawing: loads what paints a view of a layer. */
  constructor(
    api: ApiClient,
    presets: Record<string, string> = {},
    loadDrawing: LoadDrawing = async () => {},
  ) {
    this.api = api;
    this.origins = new SceneOrigins(presets);
    this.loadDrawing = loadDrawing;

    effect(() => {
      const [scene, view] = [this.scene.value, this.chosenView.value];
      if (scene) this.loadDrawing(scene.summary, view).catch((error) => this.reportError(error));
    });

    effect(() => {
      if (this.stepLoaded.value) this.lastLoadedTime = this.time.value;
    });
    effect(() => {
      if (this.scene.value && this.direction.value === 'forward') this.loadOutput(this.outChannel.value);
    });
    effect(() => {
      const scene = this.scene.value;
      for (const pages of scene ? [scene.steps.pages, scene.stamps.pages, scene.outputs] : []) pages.version;
      if (this.error.peek()) untracked(() => this.#recover());
    });
  }

  async open(summary: SceneSummary) {
    const opening = ++this.#openings;
    try {
      const view = availableView(summary, this.wantedView.peek());
      const [parts] = await Promise.all([fetchParts(this.api, summary), this.loadDrawing(summary, view)]);
      // Whatever was opened last is what stays.
      if (opening !== this.#openings) return;
      batch(() => {
        this.lastLoadedTime = 0;
        this.scene.value = { summary, ...parts, ...this.makePages(summary) };
        this.granularity.value = defaultGranularity(summary);
        this.tinted.value = this.isPicture.value;
        this.time.value = 0;
        this.#left.clear();
        this.hoveredCell.value = this.pinnedCell.value = null;
        this.zoom.value = { input: UNZOOMED, output: UNZOOMED };
        this.firstChannel.value = null;
        this.error.value = null;
      });
      this.loadWholeInput();
    } catch (error) {
      this.reportError(error);
    }
  }

  /** In place of a sketch all numbers of the input. */
  async loadWholeInput() {
    const scene = this.scene.peek();
    if (!scene || hasAllNumbers(scene.input)) return;
    try {
      const input = await fetchWholeInput(this.api, scene.summary, scene.input);
      const now = this.scene.peek();
      if (now?.summary.id === scene.summary.id) this.scene.value = { ...now, input };
    } catch (error) {
      this.reportError(error);
    }
  }

  async loadOutput(channel: number) {
    const scene = this.scene.peek();
    await scene?.outputs.load(channel, () => fetchOutput(this.api, scene.summary, channel));
  }

  /** Loads the outputs of a scene that are shown in small beside the one at work, after it. */
  async loadNeighbours(id: string, channels: number[]) {
    // Another scene may have come meanwhile, which has other channels.
    const isShown = () => this.scene.peek()?.summary.id === id;
    if (this.direction.peek() !== 'forward' || !isShown()) return;
    await this.loadOutput(this.outChannel.peek());
    if (!isShown()) return;
    await Promise.all(channels.map((channel) => this.loadOutput(channel)));
  }

  makePages(summary: SceneSummary) {
    return makePages(this.api, summary, (error) => this.reportError(error));
  }

  /** The last good picture stays. again: what trying again does, beside loading what is missing. */
  reportError(error: unknown, again?: () => unknown) {
    const { status = -1, message = String(error) } = error as { status?: number; message?: string };
    batch(() => {
      this.playing.value = false;
      this.error.value = { status, detail: message, again };
      if (this.stepLoaded.peek() || !this.scene.peek()) return;
      this.failedTime = this.time.peek();
      this.time.value = this.lastLoadedTime;
    });
  }

  /** Asks once more for what failed. first: the scene to begin with, if there is none yet. */
  async retry(first: SceneSummary) {
    const scene = this.scene.peek();
    if (!scene) return this.open(first);
    const again = this.error.peek()?.again;
    batch(() => {
      if (this.failedTime !== null) this.time.value = this.failedTime;
      this.#recover();
      const position = this.position.peek();
      if (position) this.loadMoment(scene, position);
    });
    again?.();
  }

  /** What arrived shows that requests succeed again. */
  #recover() {
    this.error.value = null;
    this.failedTime = null;
    if (this.direction.peek() === 'forward') this.loadOutput(this.outChannel.peek());
    this.loadWholeInput();
  }

  /** The clock of a layer, as it is looked at now. */
  clockOf(layer: LayerShape): Clock {
    const [direction, granularity] = [this.#directionOf(layer), this.granularity.value];
    if (direction === 'forward') return makeClock(layer, granularity, this.wantedView.value);
    return gradientClock(layer, direction, this.wantedReading.value, granularity);
  }

  #directionOf(layer: LayerShape): Direction {
    const wanted = this.wantedDirection.value;
    return hasDirection(layer, wanted) ? wanted : 'forward';
  }

  /** What a position of a scene shows. */
  async loadMoment(scene: Scene, { outChannel, window }: timeline.Position): Promise<unknown> {
    if (this.#directionOf(scene.summary) !== 'forward')
      return this.gradientSteps.peek()?.load(scene, outChannel, window);
    const scatters = availableView(scene.summary, this.wantedView.peek()) === 'scatter';
    return (scatters ? scene.stamps : scene.steps).load(outChannel, window);
  }

  /** A direction goes on where it was left. The gradients are to be loaded before. */
  chooseDirection(direction: Direction, reading: Reading = this.wantedReading.peek()) {
    batch(() => {
      this.#leaveDirection();
      this.wantedDirection.value = direction;
      this.wantedReading.value = reading;
      this.hoveredCell.value = null;
      this.#returnToDirection();
      this.zoom.value = { input: UNZOOMED, output: UNZOOMED };
      this.firstChannel.value = null;
    });
  }

  /** What time runs through; the gradient to the input is read in two ways. */
  #wayOfTime(): Direction | Reading {
    const direction = this.direction.peek();
    return direction === 'input' ? this.reading.peek() : direction;
  }

  #leaveDirection() {
    const clock = this.clock.peek();
    if (!clock) return;
    const moment = momentAt(clock, clock.width, this.time.peek());
    this.#left.set(this.#wayOfTime(), { moment, pin: this.pinnedCell.peek() });
  }

  /** A cell that is pinned stays where both directions show it. */
  #returnToDirection() {
    const [clock, layer, direction] = [this.clock.peek(), this.scene.peek()?.summary, this.direction.peek()];
    const left = this.#left.get(this.#wayOfTime());
    this.time.value = clock ? timeOfMoment(clock, clock.width, left?.moment ?? null) : 0;
    const pin = left?.pin ?? this.pinnedCell.peek();
    const shown = SHOWN_IN[pin?.grid ?? ''] ?? [];
    const stays = layer && pin && (left?.pin || shown.includes(direction)) && hasCell(layer, pin, direction);
    this.pinnedCell.value = stays ? pin : null;
  }

  /** The next frame of playing. */
  advance(seconds: number) {
    const clock = this.clock.peek();
    if (!clock || !this.stepLoaded.peek()) return;
    const end = timeline.duration(clock);
    const time = this.time.peek() + seconds * timeline.ticksPerSecond(clock, this.speed.peek());
    batch(() => {
      this.time.value = Math.min(time, end);
      if (time >= end) this.playing.value = false;
    });
  }

  /** The next frame of a kernel that turns. */
  advanceTurn(seconds: number) {
    this.kernelTurn.value = Math.min(this.kernelTurn.peek() + seconds / TURN, 1);
  }

  togglePlay() {
    const clock = this.clock.peek();
    if (!clock || this.locks.peek().has('time')) return;
    batch(() => {
      if (!this.playing.peek() && this.time.peek() >= timeline.duration(clock)) this.time.value = 0;
      this.playing.value = !this.playing.peek();
      this.firstChannel.value = null;
      this.following.value = true;
    });
  }

  /** Stops and shows the moment `to` computes. */
  jump(to: (clock: Clock, time: number) => number) {
    const clock = this.clock.peek();
    if (!clock || this.locks.peek().has('time')) return;
    batch(() => {
      this.playing.value = false;
      this.time.value = timeline.clampTime(clock, to(clock, this.time.peek()));
      this.#letGoOfCell(clock);
      this.firstChannel.value = null;
      this.following.value = true;
    });
  }

  /** Shows a moment, or the nearest that there is. asked: the step as it was asked for; null: none was. */
  showMoment(moment: Moment | null, asked: string | null) {
    this.jump((clock) => timeOfMoment(clock, clock.width, moment));
    const [clock, time] = [this.clock.peek(), this.time.peek()];
    const shown = clock && momentAt(clock, clock.width, time);
    const stepOf = (each: Moment | null) => each && [each.outChannel, each.row, each.col].join();
    const isThere = asked === null || (moment && stepOf(moment) === stepOf(shown));
    this.absentStep.value = isThere ? null : { asked, time };
  }

  /** A cell that time has left would go on being told in place of the one that time is at. */
  #letGoOfCell(clock: Clock) {
    const cell = this.pinnedCell.peek();
    const made = this.#gridOfTime();
    if (cell?.grid !== made) return;
    const moment = momentAt(clock, clock.width, this.time.peek());
    const isOfChannel = made === 'input' || made === 'upstream' || moment?.outChannel === cell.channel;
    if (!moment || !isOfChannel || moment.row !== cell.row || moment.col !== cell.col)
      this.pinnedCell.value = null;
  }

  stepTick(direction: 1 | -1) {
    this.jump((clock, time) => timeline.stepTick(clock, time, direction));
  }

  stepWindow(direction: 1 | -1) {
    this.jump((clock, time) => timeline.stepWindow(clock, time, direction));
  }

  /** The window just placed. */
  seek(outChannel: number, window: number) {
    this.jump((clock) => timeline.timeOfWindow(clock, outChannel, window));
  }

  /** A cell's question stays; an output cell, or one that stamps, also takes the timeline there. */
  pinCell(cell: Cell | null) {
    if (cell && this.locks.peek().has('cells')) return;
    batch(() => {
      this.pinnedCell.value = cell;
      const made = this.#gridOfTime();
      if (cell?.grid !== made) return;
      const width = this.clock.peek()?.width ?? 1;
      const stays = made === 'input' || made === 'upstream';
      this.seek(stays ? this.outChannel.peek() : cell.channel, cell.row * width + cell.col);
    });
  }

  /** The grid whose cells time runs through. */
  #gridOfTime(): Cell['grid'] {
    if (this.direction.peek() === 'forward') return this.shownView.peek() === 'scatter' ? 'input' : 'output';
    return this.direction.peek() === 'input' && this.reading.peek() === 'scatter' ? 'upstream' : 'gradient';
  }

  /** The same output channel in another view; where time runs over other cells, the same share of them. */
  chooseView(view: ViewName) {
    const before = this.clock.peek();
    const time = this.time.peek();
    batch(() => {
      this.wantedView.value = view;
      const clock = this.clock.value;
      if (!before || !clock || before.windows === clock.windows) return;
      const windows = (time / timeline.ticksPerWindow(before)) * (clock.windows / before.windows);
      this.time.value = timeline.clampTime(clock, Math.floor(windows) * timeline.ticksPerWindow(clock));
    });
  }

  /** The same moment of another output channel. */
  chooseOutput(outChannel: number) {
    const clock = this.clock.peek();
    if (!clock || outChannel < 0 || outChannel >= clock.outChannels || this.locks.peek().has('time')) return;
    const shift = (outChannel - this.outChannel.peek()) * clock.windows * timeline.ticksPerWindow(clock);
    const time = this.time.peek();
    this.time.value = time === 0 ? timeline.timeOfWindow(clock, outChannel, 0) : time + shift;
    this.firstChannel.value = null;
  }

  chooseGranularity(granularity: Granularity) {
    const clock = this.clock.peek();
    if (!clock) return;
    batch(() => {
      this.time.value = timeline.convertTime(clock, { ...clock, granularity }, this.time.peek());
      this.granularity.value = granularity;
    });
  }

  changeSpeed(direction: 1 | -1) {
    const at = timeline.SPEEDS.indexOf(this.speed.peek()) + direction;
    this.speed.value = timeline.SPEEDS[Math.min(Math.max(at, 0), timeline.SPEEDS.length - 1)] ?? 1;
  }
}
