/** The part of the dialog that saves an animation: which windows, in what form, how fast, and progress. */

import { effect } from '@preact/signals-core';
import type { FrameEncoder } from '../../export/animation.ts';
import { recordAnimation, timesOfWindows } from '../../export/animation.ts';
import { animationName } from '../../export/file_name.ts';
import type { Caption } from '../../export/picture.ts';
import { linesFor, makeFramePainter } from '../../export/picture.ts';
import type { VideoFormat } from '../../export/video_encoder.ts';
import { ticksPerSecond } from '../../model/timeline.ts';
import type { AppContext } from '../../views/app_context.ts';
import type { AnyFrame } from '../../views/registry.ts';
import { makeElement, setText } from '../../views/shared/dom.ts';
import type { FrameRequest } from '../../views/shared/view.ts';
import { describeShown } from '../description.ts';
import { pictureTitle } from './picture_title.ts';
import { makeChoice } from './radio_choice.ts';

const FORMATS = ['gif', 'mp4', 'webm', 'zip'] as const;
const RANGES = ['window', 'row', 'channel'] as const;
const STEPS = ['product', 'channel', 'window'] as const;
const SPEEDS = ['0.5', '1', '2', '4'] as const;
const SIZES = ['1', '2'] as const;
const LOOPS = ['loop', 'once'] as const;
const CONTENTS = ['stage', 'caption'] as const;
/** How long the last frame stands, in seconds. */
const LAST = 2;
/** Frames from which on the dialog says that this takes long. */
const MANY = 600;
/** Frames that are encoded to estimate the size of all. */
const SAMPLES = 3;

/** Each change of what is done costs the browser a layout: milliseconds between them. */
const PROGRESS_PAUSE = 100;

type Format = (typeof FORMATS)[number];

export interface AnimationPart {
  element: HTMLElement;
  /** Takes the estimate back, since another choice is made. */
  forgetEstimate(): void;
  /** Looks at which formats the browser has, and estimates. */
  update(): Promise<void>;
  /** The frame of the moment that the stage shows. */
  preview(): HTMLCanvasElement;
  /** Resolves with the file, null once it was cancelled. */
  record(): Promise<{ file: Blob; name: string } | null>;
  cancel(): void;
}

/** makeRequest: returns what asks for the picture of the moment that the stage shows. */
export function makeAnimationPart(context: AppContext, makeRequest: () => () => FrameRequest): AnimationPart {
  const { state, t } = context;
  const element = makeElement('div', 'save-choices');
  const choose = <Name extends string>(name: string, values: readonly Name[], chosen: Name) => {
    const nameOf = (value: Name) => t(`save.${name}.${value}`, { value });
    const choice = makeChoice(t(`save.${name}`), name, values, nameOf, chosen);
    element.append(choice.element);
    return choice;
  };
  const range = choose('range', RANGES, 'window');
  const steps = makeChoice(
    t('timeline.granularity'),
    'steps',
    STEPS,
    (value) => t(`timeline.${value}`),
    state.granularity.peek(),
  );
  element.append(steps.element);
  // It begins as the timeline has it; while frames are made the timeline has what is chosen here.
  effect(() => {
    const { value } = state.granularity;
    if (!state.held.peek()) steps.choose(value);
  });
  const format = choose('animation', FORMATS, 'gif');
  const contents = makeChoice(
    t('save.contents'),
    'frame-contents',
    CONTENTS,
    (value) => t(`save.contents.${value}`),
    'stage',
  );
  element.append(contents.element);
  const speed = choose('speed', SPEEDS, '1');
  const size = choose('size', SIZES, '1');
  const loop = choose('loop', LOOPS, 'loop');
  const note = makeElement('p', 'hint');
  /** What the note says while nothing is recorded. */
  let estimate = '';
  const progress = makeElement('progress') as HTMLProgressElement;
  progress.hidden = true;
  progress.ariaLabel = t('save.progress');
  element.append(note, progress);
  let abort: AbortController | null = null;
  let estimating = new AbortController();
  /** One thing after the other moves the timeline. */
  let waiting: Promise<void> = Promise.resolve();
  /** The formats that encode a picture of a size. */
  const encodable = new Map<string, Format[]>();

  const chosenClock = () => {
    const clock = state.clock.peek();
    return clock && { ...clock, granularity: steps.value() };
  };
  const times = () => {
    const clock = chosenClock();
    const position = state.position.peek();
    if (!clock || !position) return [];
    const before = position.outChannel * clock.windows;
    const row = Math.floor(position.window / clock.width) * clock.width;
    const [first, last] = {
      window: [position.window, position.window],
      row: [row, row + clock.width - 1],
      channel: [0, clock.windows - 1],
    }[range.value()] as [number, number];
    return timesOfWindows(clock, before + first, before + last);
  };
  const nameOfFile = (size: { width: number; height: number }) => {
    const [scene, clock, position] = [state.scene.peek(), state.clock.peek(), state.position.peek()];
    if (!scene || !clock || !position) return `convscope.${format.value()}`;
    const { outChannel, window } = position;
    return animationName({
      layer: scene.summary,
      view: state.shownView.peek(),
      direction: state.direction.peek(),
      range: range.value(),
      window: [outChannel, Math.floor(window / clock.width), window % clock.width],
      size,
      format: format.value(),
    });
  };
  const makePaint = () => {
    const caption = contents.value() === 'caption' ? makeCaption(context) : null;
    const painter = makeFramePainter(Number(size.value()), !isVideo(format.value()), caption);
    const request = makeRequest();
    // A cell that is asked about belongs to one moment.
    return () => painter({ ...request(), activeCell: null });
  };
  /** Encoders are large, and loaded when they are first needed. */
  const makeEncoder = async (): Promise<FrameEncoder> => {
    const chosen = format.value();
    if (chosen === 'gif')
      return (await import('../../export/gif_encoder.ts')).makeGifEncoder(loop.value() === 'loop');
    if (chosen === 'zip') return (await import('../../export/frames_encoder.ts')).makeFramesEncoder();
    return (await import('../../export/video_encoder.ts')).makeVideoEncoder(chosen);
  };
  const run = async (
    chosen: number[],
    onFrame: (done: number, total: number) => void,
    signal: AbortSignal,
  ) => {
    const clock = chosenClock();
    const secondsPerTick = clock ? 1 / ticksPerSecond(clock, Number(speed.value())) : 1;
    const recording = { times: chosen, secondsPerTick, lastSeconds: LAST };
    const [before, granularity] = [state.time.peek(), state.granularity.peek()];
    let shown = before;
    const show = (time: number) => {
      shown = time;
      return showTime(context, time, signal);
    };
    const recorder = { show, paint: makePaint() };
    state.held.value = true;
    try {
      state.chooseGranularity(steps.value());
      shown = state.time.peek();
      const file = await recordAnimation(recorder, recording, await makeEncoder(), onFrame, signal);
      const { width, height } = recorder.paint();
      return { file, size: { width, height } };
    } finally {
      const stayed = state.time.peek() === shown;
      state.chooseGranularity(granularity);
      // Unless the reader went elsewhere meanwhile.
      if (stayed) state.time.value = before;
      state.held.value = false;
    }
  };
  const makeProgress = () => {
    const start = performance.now();
    let due = start;
    return (done: number, total: number) => {
      const now = performance.now();
      if (now < due) return;
      due = now + PROGRESS_PAUSE;
      Object.assign(progress, { value: done, max: total });
      const left = Math.ceil(((now - start) / done) * (total - done) * 0.001);
      setText(note, t('save.left', { done, total, seconds: left }));
    };
  };
  /** Only what encodes a frame of this size. */
  const offerFormats = async () => {
    const { encodesVideo } = await import('../../export/video_encoder.ts');
    const { width, height } = makePaint()();
    const known = `${width}×${height}`;
    const there = encodable.get(known) ?? [];
    for (const name of encodable.has(known) ? [] : FORMATS)
      if (!isVideo(name) || (await encodesVideo(name, width, height))) there.push(name);
    encodable.set(known, there);
    format.offer((name) => there.includes(name));
  };
  /** From the first frame, which is whole, and from how much the next ones add. */
  const showEstimate = async () => {
    const all = times();
    const { signal } = estimating;
    const sizeOf = async (count: number) => (await run(all.slice(0, count), () => {}, signal)).file.size;
    const [first, few] = [await sizeOf(1), await sizeOf(SAMPLES)];
    const more = Math.max(0, few - first) / (Math.min(SAMPLES, all.length) - 1 || 1);
    const bytes = first + more * (all.length - 1);
    signal.throwIfAborted();
    const key = all.length > MANY ? 'save.estimate.many' : 'save.estimate';
    estimate = t(key, { frames: all.length, size: formatBytes(bytes) });
    setText(note, estimate);
  };
  return {
    element,
    forgetEstimate: () => {
      estimating.abort();
      estimate = '';
      setText(note, t('save.estimating'));
    },
    update: () => {
      estimating.abort();
      estimating = new AbortController();
      const { signal } = estimating;
      waiting = waiting
        .catch(() => {})
        .then(offerFormats)
        .then(showEstimate)
        .catch((error) => {
          if (signal.aborted) return;
          setText(note, '');
          throw error;
        });
      return waiting;
    },
    async record() {
      abort = new AbortController();
      const { signal } = abort;
      progress.hidden = false;
      try {
        // An estimate that is not over comes first: it stands beside the file again.
        await waiting.catch(() => {});
        const saved = await run(times(), makeProgress(), signal);
        return { file: saved.file, name: nameOfFile(saved.size) };
      } catch (error) {
        if (signal.aborted) return null;
        throw error;
      } finally {
        abort = null;
        progress.hidden = true;
        setText(note, estimate);
      }
    },
    preview: () => makePaint()(),
    cancel: () => (abort ?? estimating).abort(),
  };
}

/** The page's title, and of each moment what the line below the stage says, or the sum once it is made. */
function makeCaption(context: AppContext): Caption {
  const describe = (frame: AnyFrame | null) => {
    const description = describeShown(context, frame)?.description;
    const moment = `${description?.moment ?? ''} ${description?.terms ?? ''}`.trim();
    return [moment, description?.sentence() ?? ''] as const;
  };
  const frame = context.frame();
  const width = frame?.layout.width ?? 0;
  return {
    title: pictureTitle(context),
    lines: Math.max(...describe(frame).map((text) => linesFor(text, width))),
    textOf: (shown) => {
      const [moment, sentence] = describe(shown);
      return (context.state.position.peek()?.place ?? 1) > 0 ? sentence : moment;
    },
  };
}

function isVideo(format: Format): format is VideoFormat {
  return format === 'mp4' || format === 'webm';
}

/** Shows a time of the timeline; resolves once all its numbers are there. Rejects when they cannot be had. */
async function showTime({ state }: AppContext, time: number, signal: AbortSignal): Promise<void> {
  state.time.value = time;
  const isShown = () => state.stepLoaded.value && state.time.value === time && hasOutput(state);
  if (!state.error.value && isShown()) return;
  let stop = () => {};
  const shown = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    stop = effect(() => {
      if (state.error.value) reject(new Error(state.error.value.detail));
      else if (isShown()) resolve();
    });
  });
  await shown.finally(() => stop());
}

/** Whether the output that the stage shows is there: a gradient has its own. */
function hasOutput({ scene, direction, outChannel }: AppContext['state']) {
  const outputs = scene.value?.outputs;
  outputs?.version;
  return direction.value !== 'forward' || (outputs?.has(outChannel.value) ?? false);
}

function formatBytes(bytes: number) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
