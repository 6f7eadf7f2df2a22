/**
 * Copying the step from the ledger.
 *
 * @import {State} from '../state.js'
 * @import {Model} from '../frame.js'
 * @import {Translate} from '../i18n.js'
 */

import { asJson, asTex, asText } from '../copy.js';
import { layerOf } from '../frame.js';
import { inChannels } from '../geometry.js';
import { ledger } from '../ledger.js';
import { copyText } from './clipboard.js';
import { find } from './dom.js';

/** @param {State} state @param {Translate} t @param {() => Model|null} model */
export function copies(state, t, model) {
  const shown = () => {
    const [step, layer] = [state.step.peek(), model()];
    const o = state.outChannel.peek();
    return step && layer && { step, layer, o, inputs: inChannels(layer.summary, o) };
  };
  /** @param {string} id @param {(now: NonNullable<ReturnType<typeof shown>>) => string} text */
  const button = (id, text) => {
    find(id, HTMLButtonElement).onclick = () => {
      const now = shown();
      if (now) copyText(text(now), t);
    };
  };
  button('#copy-text', ({ step, layer, o, inputs }) => asText(ledger(step, layerOf(layer, o, inputs))));
  button('#copy-tex', ({ step, layer, o, inputs }) => asTex(ledger(step, layerOf(layer, o, inputs))));
  button('#copy-json', ({ step, layer, o, inputs }) => asJson(step, layer.summary, o, inputs, layer.bias[o] ?? 0));
}
