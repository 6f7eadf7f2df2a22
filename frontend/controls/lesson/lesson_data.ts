/** What the server says of a step, beside its texts. */

import type { Direction, Granularity, Lock, PageData, ViewName } from '../../model/types.ts';

export interface Belief {
  value: number;
  explanation: string;
  /** A reference to what the mistake is made with. */
  lit: string | null;
}

/** Nested lists of a weight. */
export type WeightLists = number[][][][];

/** Channel, row and column. */
export type CellIndex = [number, number, number];

export interface Task {
  kind: 'predict' | 'click' | 'scrub' | 'change' | 'choose' | 'descend' | 'exercise';
  /** A reference. */
  target?: string;
  /** Of change. */
  value?: number;
  /** Of predict: the output cell, the number, and what comes out under a misconception. */
  cell?: CellIndex;
  expected?: number;
  beliefs?: Belief[];
  exercise?: string;
  /** Of descend: what is to be learnt, and the scene's own body. */
  weight?: WeightLists;
  rate?: number;
  scene?: object;
}

export interface LessonData {
  name: string;
  step: number;
  steps: number;
  moment: CellIndex | null;
  /** Ticks of the window that are over; null: all. */
  tick: number | null;
  granularity: Granularity | null;
  view: ViewName;
  direction: Direction;
  highlight: string | null;
  lock: Lock[];
  /** Output cells that are asked for in later steps. */
  asked_later: CellIndex[];
  task: Task | null;
  texts: Record<string, string>;
}

export interface LessonPage extends PageData {
  lesson: LessonData;
}
