/** What the controls of the page share. */

import type { Translate } from '../model/i18n.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { PageData } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import type { AnyFrame } from './registry.ts';

export interface AppContext {
  state: AppState;
  canvas: HTMLCanvasElement;
  t: Translate;
  boot: PageData;

  /** A signal's. */
  model: () => SceneModel | null;

  /** The frame of this moment, which may not be painted yet. */
  frame: () => AnyFrame | null;

  /** The frame that the reader looks at. */
  shown: () => AnyFrame | null;
}
