/** What a change of one field of the panel means for the others. */

import { fieldRanges, isPooling } from '../../model/layer_validation.ts';
import type { FileChoices, PanelForm } from './form.ts';

/** Channels up to which a bias is written out. */
const MAX_BIASES = 4096;

/** A picture is at least this high and wide, in pixels, or becomes PICTURE. */
const SMALLEST_PICTURE = 24;
const PICTURE = 96;

/** name: of the field that was changed. */
export function applyFieldDependencies(form: PanelForm, files: FileChoices, name: string) {
  if (/^input_(source|seed|distribution)$|^sample$/.test(name)) files.input.touched = true;
  if (/^weight_(source|seed|distribution)$|^kernels$/.test(name)) files.weight.touched = true;
  if (name === 'input_source' && form.text(name) === 'sample') applySampleSizes(form);
  if (name === 'weight_source' || name === 'kernels') applyKernelSizes(form, name === 'weight_source');
  if (name === 'groups_slider') form.set('groups', fieldRanges(form.layer()).groups[form.number(name)] ?? 1);
  if (name === 'kind' && isPooling(form.kind())) form.setPair('stride', form.pair('kernel_size'));
  if (name === 'bias') form.set('bias_values', '');
  if (/^(outputs|kernels|weight_source|kind|bias)$/.test(name)) resizeBias(form);
}

function applySampleSizes(form: PanelForm) {
  form.set('channels', 3);
  if (Math.min(...form.pair('input')) < SMALLEST_PICTURE) form.setPair('input', [PICTURE, PICTURE]);
}

/** Named kernels have their own size, and each makes an output channel. */
function applyKernelSizes(form: PanelForm, choosesFirst: boolean) {
  if (form.text('weight_source') !== 'named') return;
  if (choosesFirst && form.checkedKernels().length === 0)
    for (const box of form.kernels()) box.checked = box.value === 'sobel_x';
  const kernels = form.checkedKernels();
  if (!kernels[0]) return;
  form.setPair('kernel_size', [Number(kernels[0].dataset.rows), Number(kernels[0].dataset.cols)]);
  form.set('outputs', kernels.length);
}

/** A bias for each output channel: those there are, and zeros. */
function resizeBias(form: PanelForm) {
  const outputs = form.number('outputs');
  if (!form.checked('bias') || !(outputs >= 1 && outputs <= MAX_BIASES)) return;
  const texts = form.biasTexts();
  form.set('bias_values', Array.from({ length: outputs }, (_, o) => texts[o] ?? '0').join(', '));
}
