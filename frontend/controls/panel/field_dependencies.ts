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
  if (name === 'kind') applyDimensions(form);
  if (name === 'kind' && isPooling(form.kind())) form.setPair('stride', form.pair('kernel_size'));
  if (name === 'bias') form.set('bias_values', '');
  if (/^(outputs|kernels|weight_source|kind|bias)$/.test(name)) resizeBias(form);
}

/** Cells of a signal, and of a plane's side, where the layer had other dimensions. */
const [SHORT_SIGNAL, SMALL_PLANE] = [12, 5];

/** Of one dimension there is no height, no picture and no named kernel; of two a height as the width. */
function applyDimensions(form: PanelForm) {
  const heights = ['input', 'kernel_size'];
  if (form.dimensions() === 2) {
    if (heights.some((name) => form.number(`${name}_h`) !== 1)) return;
    form.setPair('input', [SMALL_PLANE, SMALL_PLANE]);
    form.setPair('kernel_size', [form.number('kernel_size_w'), form.number('kernel_size_w')]);
    return;
  }
  if (form.text('input_source') === 'sample') form.set('input_source', 'keep');
  if (form.text('weight_source') === 'named') form.set('weight_source', 'keep');
  if (form.text('padding_kind') === 'two') form.set('padding_kind', 'one');
  if (form.number('input_h') === 1) return;
  for (const name of heights) form.set(`${name}_h`, 1);
  form.set('input_w', Math.max(form.number('input_w'), SHORT_SIGNAL));
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
