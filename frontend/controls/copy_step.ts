/** Copies the step or the stamp of the ledger, in three forms, and the link to what is shown. */

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

type Form = 'text' | 'tex' | 'json';

export function copyShown(form: Form | 'link', { state, t, boot, model, gradients }: AppContext) {
  if (form === 'link') {
    const path = makeUrl(state, state.scene.peek()?.summary.id ?? boot.scene);
    copyText(new URL(path, location.href).href, t);
    return;
  }
  const layer = model();
  const back = state.direction.peek() !== 'forward' && gradients.peek();
  const text = back ? back.format(form) : layer && formatShown(form, state, layer);
  if (text) copyText(text, t);
}

function formatShown(form: Form, state: AppState, model: SceneModel) {
  const [step, stamp, outChannel] = [state.step.peek(), state.stamp.peek(), state.outChannel.peek()];
  const inputs = inputChannelsOf(model.summary, outChannel);
  const layer = ledgerLayerOf(model, outChannel, inputs);
  const toJson = (shown: Parameters<typeof formatStepJson>[0]) =>
    formatStepJson(shown, model.summary, outChannel, inputs, layer.bias);
  if (step) {
    if (form === 'json') return toJson(step.toJSON());
    return (form === 'tex' ? formatStepTex : formatStepText)(makeLedger(step, layer));
  }
  if (!stamp) return null;
  if (form === 'json') return toJson(stamp.stamp);
  const ledger = makeStampLedger(stamp, { ...layer, width: model.summary.shapes.output[2] });
  return (form === 'tex' ? formatStampTex : formatStampText)(ledger);
}
