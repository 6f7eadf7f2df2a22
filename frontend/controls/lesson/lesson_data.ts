/** What the server says of a step, beside its texts. */

import type { Direction, Granularity, Lock, PageData, ViewName } from '../../model/types.ts';

export interface Belief {
  value: number;
  explanation: string;
}

/** Nested lists of a weight. */
export type WeightLists = number[][][][];

export interface Task {
  kind: 'predict' | 'click' | 'scrub' | 'change' | 'choose' | 'descend' | 'exercise';
  /** A thing on the stage. */
  target?: string;
  /** Of change. */
  value?: number;
  /** Of predict: the number, and what comes out under a misconception. */
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
  moment: [number, number, number] | null;
  /** Ticks of the window that are over; null: all. */
  tick: number | null;
  granularity: Granularity | null;
  view: ViewName;
  direction: Direction;
  highlight: string | null;
  lock: Lock[];
  task: Task | null;
  texts: Record<string, string>;
}

export interface LessonPage extends PageData {
  lesson: LessonData;
}
