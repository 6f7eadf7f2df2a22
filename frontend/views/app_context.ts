/** What the controls of the page share. */

import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { GradientMoment } from '../model/gradients/moment.ts';
import type { Translate } from '../model/i18n.ts';
import type { Cell } from '../model/relations.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { PageData, Tensor } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import type { AnyFrame } from './registry.ts';
import type { Description } from './shared/description.ts';
import type { FrameRequest } from './shared/view.ts';

/** What is loaded when a gradient is first asked for. */
export interface Gradients {
  /** null: not loaded yet. */
  readonly moment: ReadonlySignal<GradientMoment | null>;
  readonly upstream: ReadonlySignal<Tensor | null>;
  /** What the moment says, in words and as a table. */
  describe(): Description | null;
  describeCell(cell: Cell): string;
  /** The number in a cell of the upstream or the gradient, and how many rows, columns and channels it has. */
  valueOf(cell: Cell): number | null;
  sizeOf(grid: 'upstream' | 'gradient'): [rows: number, cols: number, channels: number];
  /** The step to be copied. */
  format(form: 'text' | 'tex' | 'json'): string | null;
}

export interface AppContext {
  state: AppState;
  canvas: HTMLCanvasElement;
  t: Translate;
  boot: PageData;

  /** null until a gradient is asked for. */
  gradients: Signal<Gradients | null>;

  /** A signal's. */
  model: () => SceneModel | null;

  /** What the frame of this moment is made of. */
  request: () => FrameRequest | null;

  /** The frame of this moment, which may not be painted yet. */
  frame: () => AnyFrame | null;

  /** Paints the frame of this moment at once. */
  paintNow: () => void;

  /** The frame that the reader looks at. */
  shown: () => AnyFrame | null;
  shownLayout: ReadonlySignal<AnyFrame['layout'] | null>;
}
