/** What a choice in the panel means for its other fields. */

import { fieldRanges, isPooling } from '../../model/layer_validation.ts';
import type { FileSources } from './file_sources.ts';
import type { PanelForm } from './form.ts';

/** Channels up to which a bias is written out. */
const MOST_BIASES = 4096;

/** name: of the field that was changed. */
export function applyFieldDependencies(form: PanelForm, sources: FileSources, name: string) {
  if (/^input_(source|seed|distribution)$|^sample$/.test(name)) sources.input.touched = true;
  if (/^weight_(source|seed|distribution)$|^kernels$/.test(name)) sources.weight.touched = true;
  if (name === 'input_source' && form.text(name) === 'sample') {
    form.set('channels', 3);
    if (Math.min(...form.pair('input')) < 24) form.setPair('input', [96, 96]);
  }
  if (
    name === 'weight_source' &&
    form.text(name) === 'named' &&
    form.kernels().every(({ checked }) => !checked)
  ) {
    for (const box of form.kernels()) box.checked = box.value === 'sobel_x';
  }
  if (name === 'groups_slider') form.set('groups', fieldRanges(form.layer()).groups[form.number(name)] ?? 1);
  if (name === 'kernels' || name === 'weight_source') applyKernelSizes(form);
  if (name === 'kind' && isPooling(form.text('kind') as any)) form.setPair('stride', form.pair('kernel'));
  if (name === 'bias' && form.checked('bias')) form.set('bias_values', zeros(form.number('outputs')));
  if (/^(outputs|kernels|weight_source|kind)$/.test(name)) resizeBias(form);
}

/** Named kernels have their own size, and each makes an output channel. */
function applyKernelSizes(form: PanelForm) {
  const chosen = form.kernels().filter(({ checked }) => checked);
  const [first] = chosen;
  if (form.text('weight_source') !== 'named' || !first) return;
  form.setPair('kernel', [Number(first.dataset.rows), Number(first.dataset.cols)]);
  form.set('outputs', chosen.length);
}

/** A bias for each output channel: those there are, and zeros. */
function resizeBias(form: PanelForm) {
  const outputs = form.number('outputs');
  if (!form.checked('bias') || !(outputs >= 1 && outputs <= MOST_BIASES)) return;
  const texts = form
    .text('bias_values')
    .split(/[\s,;，；]+/)
    .filter(Boolean);
  form.set('bias_values', Array.from({ length: outputs }, (_, o) => texts[o] ?? '0').join(', '));
}

function zeros(count: number) {
  return Array.from({ length: count >= 1 && count <= MOST_BIASES ? count : 1 }, () => '0').join(', ');
}
