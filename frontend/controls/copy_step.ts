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

export function copyShown(form: Form | 'link', context: AppContext) {
  const text = form === 'link' ? linkToShown(context) : formatShown(form, context);
  if (text) copyText(text, context.t);
}

/** The address of what is shown. */
export function linkToShown({ state, boot }: AppContext) {
  return new URL(makeUrl(state, state.scene.peek()?.summary.id ?? boot.scene), location.href).href;
}

/** The step or the stamp that is shown; null while it is on its way. */
export function formatShown(form: Form, { state, model, gradients }: AppContext) {
  const layer = model();
  const back = state.direction.peek() !== 'forward' && gradients.peek();
  return back ? back.format(form) : layer && formatForward(form, state, layer);
}

function formatForward(form: Form, state: AppState, model: SceneModel) {
  const [step, stamp, outChannel] = [state.step.peek(), state.stamp.peek(), state.outChannel.peek()];
  const inputs = inputChannelsOf(model.summary, outChannel);
  const turned = state.shownView.peek() === 'stage' && (model.summary.operation.flip ?? false);
  const layer = { ...ledgerLayerOf(model, outChannel, inputs), turned };
  const toJson = (shown: Parameters<typeof formatStepJson>[0]) =>
    formatStepJson(shown, model.summary, outChannel, inputs, layer.bias ?? 0);
  if (step) {
    if (form === 'json') return toJson(step.toJSON());
    return (form === 'tex' ? formatStepTex : formatStepText)(makeLedger(step, layer));
  }
  if (!stamp) return null;
  if (form === 'json') return toJson(stamp.stamp);
  const ledger = makeStampLedger(stamp, { ...layer, width: model.summary.shapes.output[2] });
  return (form === 'tex' ? formatStampTex : formatStampText)(ledger);
}
