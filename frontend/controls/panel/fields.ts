/** The panel's fields: which of them are shown, which can be changed, and their ranges. */

import type { Translate } from '../../model/i18n.ts';
import type { Layer } from '../../model/layer_validation.ts';
import { fieldRanges, isPooling } from '../../model/layer_validation.ts';
import type { PanelValues } from '../../state/scene_requests.ts';
import { findElement, findElements, setText } from '../../views/shared/dom.ts';
import type { PanelForm } from './form.ts';

/** Shows the fields that this kind of operation and these sources have. */
export function arrangeFields(form: PanelForm, { layer, input, weight }: PanelValues) {
  const choices = { kinds: form.text('kind'), inputs: input.source, weights: weight.source };
  for (const field of findElements('[data-kinds], [data-inputs], [data-weights]', form.form))
    field.hidden = !Object.entries(choices).every(
      ([name, value]) => field.dataset[name]?.split(' ').includes(value) ?? true,
    );
  const fromFile = input.source === 'file';
  disableControls(form, ['channels'], fromFile || input.source === 'sample');
  disableControls(form, ['input_h', 'input_w'], fromFile && !input.picture);
  disableControls(
    form,
    ['kernel_size_h', 'kernel_size_w', 'outputs'],
    !isPooling(layer.kind) && (weight.source === 'named' || weight.source === 'file'),
  );
  findElement('.wide', HTMLElement, form.form).hidden = !form.checked('bias');
  arrangeDimensions(form);
  arrangePadding(form);
}

/** A layer of one dimension has one number where others have two, no pictures and no named kernels. */
function arrangeDimensions(form: PanelForm) {
  const flat = form.dimensions() === 1;
  for (const name of findElements('[data-flat]', form.form)) {
    setText(name, (flat ? name.dataset.flat : name.dataset.full) ?? '');
    const height = name.closest('label')?.previousElementSibling;
    if (height instanceof HTMLElement) height.hidden = flat;
  }
  for (const option of findElements('[data-planes]', form.form)) option.hidden = flat;
}

function disableControls(form: PanelForm, names: string[], disabled: boolean) {
  for (const name of names) form.control(name).disabled = disabled;
}

function arrangePadding(form: PanelForm) {
  const kind = form.text('padding_kind');
  const all = form.dimensions() === 1 ? ['left', 'right'] : ['top', 'bottom', 'left', 'right'];
  const sides = { one: ['top'], two: ['top', 'left'], four: all }[kind] ?? [];
  for (const label of findElements('[data-side]', form.form)) {
    label.hidden = !sides.includes(label.dataset.side ?? '');
    const name = findElement('span', HTMLSpanElement, label);
    setText(name, name.dataset[kind] ?? name.dataset.four ?? '');
  }
}

/** Writes at each field what it may hold. */
export function showRanges(form: PanelForm, t: Translate, layer: Layer) {
  const ranges = fieldRanges(layer);
  showGroupsSlider(form, t, ranges.groups, layer);
  const one = (least: number, most: number) =>
    Number.isFinite(most)
      ? t('parameters.range', { least, most: Math.max(most, least) })
      : t('parameters.from', { least });
  const two = (least: number, [first, second] = [Infinity, Infinity]) =>
    first === second || layer.dimensions === 1
      ? one(least, second)
      : t('parameters.rangeTwo', { first: one(least, first), second: one(least, second) });
  const texts: Record<string, string> = {
    '/operation/stride': two(1),
    '/operation/padding': two(0, ranges.padding),
    '/operation/dilation': two(1, ranges.dilation),
    '/operation/output_padding': two(0, ranges.output_padding),
    '/operation/kernel_size': two(1, ranges.kernel_size),
    '/operation/groups': t('parameters.of', { values: ranges.groups.join(', ') }),
    '/outputs': two(1),
    '/input/size': two(1),
  };
  for (const [at, text] of Object.entries(texts))
    setText(
      findElement(`[data-at="${at}"] .range`, HTMLElement, form.form),
      text.includes('NaN') ? '' : text,
    );
}

/** From 1 group to as many as the channels allow: depthwise where each channel is a group. */
function showGroupsSlider(form: PanelForm, t: Translate, groups: number[], layer: Layer) {
  const slider = form.control('groups_slider') as HTMLInputElement;
  slider.max = String(groups.length - 1);
  slider.disabled = groups.length < 2;
  const index = groups.indexOf(layer.groups);
  if (index >= 0) slider.value = String(index);
  slider.setAttribute('aria-valuetext', String(layer.groups));
  const most = groups.at(-1) ?? 1;
  setText(
    findElement('#groups-most', HTMLElement, form.form),
    most > 1 && most === layer.input[0] ? t('panel.groups.depthwise', { groups: most }) : String(most),
  );
}
