/** Copies the step or the stamp of the ledger as text, TeX or JSON, and the link to what is shown. */

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

type Form = 'text' | 'tex';

export async function copyShown(form: Form | 'json' | 'link', context: AppContext) {
  const text = await makeText(form, context);
  if (text) copyText(text, context.t);
}

function makeText(form: Form | 'json' | 'link', context: AppContext) {
  if (form === 'link') return linkToShown(context);
  return form === 'json' ? formatShownJson(context) : formatShown(form, context);
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
  const [step, stamp] = [state.step.peek(), state.stamp.peek()];
  const turned = state.shownView.peek() === 'stage' && (model.summary.operation.flip ?? false);
  const layer = { ...ledgerLayerOf(model, state.outChannel.peek()), turned };
  if (step) return (form === 'tex' ? formatStepTex : formatStepText)(makeLedger(step, layer));
  if (!stamp) return null;
  const ledger = makeStampLedger(stamp, { ...layer, width: model.summary.shapes.output[2] });
  return (form === 'tex' ? formatStampTex : formatStampText)(ledger);
}

/** Every number of it; null while it is on its way. */
async function formatShownJson({ state, model, gradients }: AppContext) {
  const [layer, outChannel] = [model(), state.outChannel.peek()];
  const back = state.direction.peek() !== 'forward' && gradients.peek();
  if (back) return back.format('json');
  const shown = state.step.peek()?.toJSON() ?? state.stamp.peek()?.stamp;
  if (!layer || !shown) return null;
  const { bias } = ledgerLayerOf(layer, outChannel);
  return formatStepJson(
    shown,
    layer.summary,
    outChannel,
    inputChannelsOf(layer.summary, outChannel),
    bias ?? 0,
  );
}
