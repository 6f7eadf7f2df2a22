/** What the server says of an exercise, and of an answer to it. */

import type { Plane } from './number_tables.ts';

/** Of a signal the tensors have no rows. */
export interface SceneBody {
  input: { data: Plane[] | Plane };
  weight?: { data: Plane[][] | Plane[] };
  bias?: { data: number[] };
  operation: { kind: string };
}

/** A window with its numbers; null where a tap reads padding. */
export interface ExerciseStep {
  out_channel: number;
  row: number;
  col: number;
  /** None of a signal. */
  input_rows?: (number | null)[];
  input_cols: (number | null)[];
  channel_sums: number[];
  bias: number | null;
  output: number;
}

export interface Exercise {
  kind: 'cell' | 'shape' | 'inputs' | 'kernel' | 'animation';
  seed: number;
  lesson: string | null;
  scene: SceneBody;
  question: string;
  /** First where to look, then the first part of the answer. */
  hints: string[];
  cell?: number[];
  output?: Plane[] | Plane;
  wanted?: Plane[] | Plane;
  animations?: { a: ExerciseStep[]; b: ExerciseStep[] };
}

export type Answer = number | string | number[] | number[][] | Plane[] | Plane[][];

/** Channels as planes: that of a signal has one row. */
export function planesOf(channels: Plane[] | Plane | undefined): Plane[] {
  return (channels ?? []).map((channel) => (isPlane(channel) ? channel : [channel]));
}

/** The kernel's slices by output and input channel. */
export function slicesOf({ weight }: SceneBody): Plane[][] {
  return (weight?.data ?? []).map(planesOf);
}

function isPlane(channel: Plane | number[]): channel is Plane {
  return Array.isArray(channel[0]);
}

export interface Judged {
  correct: boolean;
  expected: Answer | null;
  diagnosis: { misconception: string; explanation: string; lit: string | null } | null;
  explanation: string | null;
}
