/** What the scatter view says beside its numbers. Pure. */

import type { SceneModel } from '../../model/scene_model.ts';
import type { Caption } from '../shared/view.ts';
import { outputPaddingCaptions } from '../stage/captions.ts';

export function makeCaptions(model: SceneModel): Caption[] {
  return [['scatter.caption', {}], ...outputPaddingCaptions(model)];
}
