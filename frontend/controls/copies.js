/**
 * Copying: the step or the stamp from the ledger, in three forms, and the link to what is shown.
 *
 * @import {State} from '../state.js'
 * @import {Model} from '../frame.js'
 * @import {Parts} from '../workbench.js'
 */

import { asJson, asTex, asText } from '../copy.js';
import { layerOf } from '../frame.js';
import { inChannels } from '../geometry.js';
import { ledger } from '../ledger.js';
import { stampLedger, stampTex, stampText } from '../stampledger.js';
import { addressOf } from './address.js';
import { copyText } from './clipboard.js';

/** @typedef {{text: () => string, tex: () => string, json: () => string}} Copies */

/** @param {'text'|'tex'|'json'|'link'} form @param {Parts} parts */
export function copy(form, { state, t, boot, model }) {
  if (form === 'link') {
    const path = addressOf(state, state.scene.peek()?.summary.id ?? boot.scene);
    copyText(new URL(path, location.href).href, t);
    return;
  }
  const layer = model();
  const shown = layer && (ofStep(state, layer) ?? ofStamp(state, layer));
  if (shown) copyText(shown[form](), t);
}

/** @param {State} state @param {Model} layer @returns {Copies|null} */
function ofStep(state, layer) {
  const [step, o] = [state.step.peek(), state.outChannel.peek()];
  if (!step) return null;
  const inputs = inChannels(layer.summary, o);
  const told = ledger(step, layerOf(layer, o, inputs));
  return { text: () => asText(told), tex: () => asTex(told), json: () => asJson(step, layer.summary, o, inputs, layer.bias[o] ?? 0) };
}

/** @param {State} state @param {Model} layer @returns {Copies|null} */
function ofStamp(state, layer) {
  const [stamped, o] = [state.stamp.peek(), state.outChannel.peek()];
  if (!stamped) return null;
  const { summary } = layer;
  const inputs = inChannels(summary, o);
  const told = stampLedger(stamped, { ...layerOf(layer, o, inputs), width: summary.shapes.output[2] });
  return { text: () => stampText(told), tex: () => stampTex(told), json: () => asJson(stamped.stamp, summary, o, inputs, layer.bias[o] ?? 0) };
}
