/** An animation of the stage: one frame for each tick of the timeline, as it stands when the tick is over. */

import type { Clock } from '../model/timeline.ts';
import { duration, ticksPerWindow } from '../model/timeline.ts';

/** Takes frames one after the other; all have the size of the first. */
export interface FrameEncoder {
  /** seconds: how long the frame stands. */
  add(canvas: HTMLCanvasElement, seconds: number): Promise<void>;
  /** The file. */
  finish(): Promise<Blob>;
  /** Gives back what it holds; nothing is left behind. */
  cancel(): Promise<void>;
}

export interface Recorder {
  /** Shows a time of the timeline; resolves when all its numbers are there. */
  show(time: number): Promise<void>;
  /** Paints what is shown. */
  paint(): HTMLCanvasElement;
}

export interface Recording {
  times: number[];
  secondsPerTick: number;
  /** Longer than the others, in seconds. */
  lastSeconds: number;
}

/** The times from the beginning of window `first` to the end of window `last`, of all windows in order. */
export function timesOfWindows(clock: Clock, first: number, last: number): number[] {
  const ticks = ticksPerWindow(clock);
  const [start, end] = [first * ticks, Math.min((last + 1) * ticks, duration(clock))];
  return Array.from({ length: end - start + 1 }, (_, k) => start + k);
}

/** Milliseconds after which the page answers and shows itself: each time costs as much as several frames. */
const LONGEST_TASK = 50;

/** onFrame: frames done of how many. Rejects with the signal's reason once it is aborted. */
export async function recordAnimation(
  recorder: Recorder,
  { times, secondsPerTick, lastSeconds }: Recording,
  encoder: FrameEncoder,
  onFrame: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  let answerAt = performance.now() + LONGEST_TASK;
  try {
    for (const [k, time] of times.entries()) {
      signal.throwIfAborted();
      await recorder.show(time);
      signal.throwIfAborted();
      await encoder.add(recorder.paint(), k === times.length - 1 ? lastSeconds : secondsPerTick);
      onFrame(k + 1, times.length);
      if (performance.now() < answerAt) continue;
      await nextTask();
      answerAt = performance.now() + LONGEST_TASK;
    }
    return await encoder.finish();
  } catch (error) {
    await encoder.cancel();
    throw error;
  }
}

/** Lets the page answer in between; a timer would wait for some milliseconds. */
function nextTask() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve(null);
    };
    port2.postMessage(null);
  });
}
