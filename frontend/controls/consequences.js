/**
 * What a choice in the panel means for its other fields.
 *
 * @import {Form} from './form.js'
 * @import {Sources} from './sources.js'
 */

import { isPooling, ranges } from '../layer.js';

/** Channels up to which a bias is written out. */
const MOST_BIASES = 4096;

/** @param {Form} form @param {Sources} sources @param {string} name  of the field that was changed */
export function consequences(form, sources, name) {
  if (/^input_(source|seed|distribution)$|^sample$/.test(name)) sources.input.touched = true;
  if (/^weight_(source|seed|distribution)$|^kernels$/.test(name)) sources.weight.touched = true;
  if (name === 'input_source' && form.text(name) === 'sample') {
    form.set('channels', 3);
    if (Math.min(...form.pair('input')) < 24) form.setPair('input', [96, 96]);
  }
  if (name === 'weight_source' && form.text(name) === 'named' && form.kernels().every(({ checked }) => !checked)) {
    for (const box of form.kernels()) box.checked = box.value === 'sobel_x';
  }
  if (name === 'groups_slider') form.set('groups', ranges(form.layer()).groups[form.number(name)] ?? 1);
  if (name === 'kernels' || name === 'weight_source') namedSizes(form);
  if (name === 'kind' && isPooling(/** @type {any} */ (form.text('kind')))) form.setPair('stride', form.pair('kernel'));
  if (name === 'bias' && form.checked('bias')) form.set('bias_values', zeros(form.number('outputs')));
  if (/^(outputs|kernels|weight_source|kind)$/.test(name)) biasFollows(form);
}

/** Named kernels have their own size, and each makes an output channel. @param {Form} form */
function namedSizes(form) {
  const chosen = form.kernels().filter(({ checked }) => checked);
  const [first] = chosen;
  if (form.text('weight_source') !== 'named' || !first) return;
  form.setPair('kernel', [Number(first.dataset.rows), Number(first.dataset.cols)]);
  form.set('outputs', chosen.length);
}

/** A bias for each output channel: those there are, and zeros. @param {Form} form */
function biasFollows(form) {
  const outputs = form.number('outputs');
  if (!form.checked('bias') || !(outputs >= 1 && outputs <= MOST_BIASES)) return;
  const texts = form.text('bias_values').split(/[\s,;，；]+/).filter(Boolean);
  form.set('bias_values', Array.from({ length: outputs }, (_, o) => texts[o] ?? '0').join(', '));
}

/** @param {number} count */
function zeros(count) {
  return Array.from({ length: count >= 1 && count <= MOST_BIASES ? count : 1 }, () => '0').join(', ');
}
