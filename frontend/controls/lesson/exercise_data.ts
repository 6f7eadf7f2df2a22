/** What the server says of an exercise, and of an answer to it. */

import type { Plane } from './number_tables.ts';

export interface SceneBody {
  input: { data: Plane[] };
  weight?: { data: Plane[][] };
  bias?: { data: number[] };
  operation: { kind: string };
}

/** A window with its numbers; null where a tap reads padding. */
export interface ExerciseStep {
  out_channel: number;
  row: number;
  col: number;
  input_rows: (number | null)[];
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
  cell?: [number, number, number];
  output?: Plane[];
  wanted?: Plane[];
  animations?: { a: ExerciseStep[]; b: ExerciseStep[] };
}

export type Answer = number | string | number[] | number[][] | Plane[][];

export interface Judged {
  correct: boolean;
  expected: Answer | null;
  diagnosis: { misconception: string; explanation: string } | null;
  hints: string[];
  explanation: string | null;
}
