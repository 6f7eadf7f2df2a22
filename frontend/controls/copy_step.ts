/** Copying: the step or the stamp from the ledger, in three forms, and the link to what is shown. */

import { inputChannelsOf } from '../model/geometry.ts';
import { ledgerLayerOf, makeLedger } from '../model/ledger.ts';
import type { SceneModel } from '../model/scene_model.ts';
import { makeStampLedger } from '../model/stamp_ledger.ts';
import {
  formatStampTex,
  formatStampText,
  formatStepJson,
  formatStepTex,
  formatStepText,
} from '../model/step_formats.ts';
import type { AppState } from '../state/app_state.ts';
import type { AppContext } from '../views/app_context.ts';
import { copyText } from './clipboard.ts';
import { makeUrl } from './url_sync.ts';

interface Copies {
  text: () => string;
  tex: () => string;
  json: () => string;
}

export function copyShown(form: 'text' | 'tex' | 'json' | 'link', { state, t, boot, model }: AppContext) {
  if (form === 'link') {
    const path = makeUrl(state, state.scene.peek()?.summary.id ?? boot.scene);
    copyText(new URL(path, location.href).href, t);
    return;
  }
  const layer = model();
  const shown = layer && (ofStep(state, layer) ?? ofStamp(state, layer));
  if (shown) copyText(shown[form](), t);
}

function ofStep(state: AppState, layer: SceneModel): Copies | null {
  const [step, o] = [state.step.peek(), state.outChannel.peek()];
  if (!step) return null;
  const inputs = inputChannelsOf(layer.summary, o);
  const told = makeLedger(step, ledgerLayerOf(layer, o, inputs));
  return {
    text: () => formatStepText(told),
    tex: () => formatStepTex(told),
    json: () => formatStepJson(step.toJSON(), layer.summary, o, inputs, layer.bias[o] ?? 0),
  };
}

function ofStamp(state: AppState, layer: SceneModel): Copies | null {
  const [stamped, o] = [state.stamp.peek(), state.outChannel.peek()];
  if (!stamped) return null;
  const { summary } = layer;
  const inputs = inputChannelsOf(summary, o);
  const told = makeStampLedger(stamped, {
    ...ledgerLayerOf(layer, o, inputs),
    width: summary.shapes.output[2],
  });
  return {
    text: () => formatStampText(told),
    tex: () => formatStampTex(told),
    json: () => formatStepJson(stamped.stamp, summary, o, inputs, layer.bias[o] ?? 0),
  };
}
