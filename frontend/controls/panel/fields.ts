/** The panel's fields: which of them there are, what they may hold, and what is said at them. */

import type { Translate } from '../../model/i18n.ts';
import type { Layer } from '../../model/layer_validation.ts';
import { fieldRanges, isPooling } from '../../model/layer_validation.ts';
import type { PanelValues } from '../../state/scene_requests.ts';
import { findElement, setText } from '../../views/shared/dom.ts';
import type { PanelForm } from './form.ts';

export class PanelFields {
  readonly element: HTMLElement;
  readonly form: PanelForm;
  readonly t: Translate;

  constructor(element: HTMLElement, form: PanelForm, t: Translate) {
    this.element = element;
    this.form = form;
    this.t = t;
  }

  /** Only the fields that this kind and these sources have. */
  arrange({ layer, input, weight }: PanelValues) {
    const has = (list: string | undefined, value: string) =>
      list === undefined || list.split(' ').includes(value);
    for (const field of this.element.querySelectorAll('[data-kinds], [data-inputs], [data-weights]')) {
      if (!(field instanceof HTMLElement)) continue;
      const { kinds, inputs, weights } = field.dataset;
      field.hidden = !(has(kinds, layer.kind) && has(inputs, input.source) && has(weights, weight.source));
    }
    const given = {
      input: input.source === 'file' && !input.picture,
      weight: !isPooling(layer.kind) && /named|file/.test(weight.source),
    };
    for (const name of ['input_h', 'input_w']) this.form.control(name).disabled = given.input;
    this.form.control('channels').disabled = input.source === 'file' || input.source === 'sample';
    for (const name of ['kernel_h', 'kernel_w', 'outputs']) this.form.control(name).disabled = given.weight;
    findElement('.wide', HTMLElement, this.element).hidden = !this.form.checked('bias');
    this.#paddingFields();
  }

  #paddingFields() {
    const kind = this.form.text('padding_kind');
    const shown =
      { one: ['top'], two: ['top', 'left'], four: ['top', 'bottom', 'left', 'right'] }[kind] ?? [];
    for (const label of this.element.querySelectorAll('[data-side]')) {
      if (!(label instanceof HTMLElement)) continue;
      label.hidden = !shown.includes(label.dataset.side ?? '');
      const name = findElement('span', HTMLSpanElement, label);
      setText(name, name.dataset[kind] ?? name.dataset.four ?? '');
    }
    for (const option of (this.form.control('padding_kind') as HTMLSelectElement).options) {
      option.hidden = option.value === 'same' && this.form.text('kind') !== 'conv2d';
    }
  }

  /** Writes at each field what it may hold. */
  ranges({ layer }: PanelValues) {
    const found = fieldRanges(layer);
    this.#groupsSlider(found.groups, layer);
    const one = (least: number, most: number) =>
      Number.isFinite(most)
        ? this.t('parameters.range', { least, most: Math.max(most, least) })
        : this.t('parameters.from', { least });
    const two = (least: number, [first, second]: [number, number]) =>
      first === second
        ? one(least, first)
        : this.t('parameters.rangeTwo', { first: one(least, first), second: one(least, second) });
    const any: [number, number] = [Infinity, Infinity];
    const texts: Record<string, string> = {
      '/operation/stride': two(1, any),
      '/operation/padding': two(0, found.padding),
      '/operation/dilation': two(1, found.dilation),
      '/operation/output_padding': two(0, found.output_padding),
      '/operation/kernel_size': two(1, found.kernel),
      '/operation/groups': this.t('parameters.of', { values: found.groups.join(', ') }),
      '/outputs': two(1, any),
      '/input/size': two(1, any),
    };
    for (const [at, text] of Object.entries(texts)) {
      const range = this.#field(at)?.querySelector('.range');
      if (range) setText(range, text.includes('NaN') ? '' : text);
    }
  }

  /** From 1 group to as many as go, which is depthwise where each channel has its own. */
  #groupsSlider(groups: number[], layer: Layer) {
    const slider = this.form.control('groups_slider') as HTMLInputElement;
    slider.max = String(groups.length - 1);
    slider.disabled = groups.length < 2;
    const at = groups.indexOf(layer.groups);
    if (at >= 0) slider.value = String(at);
    slider.setAttribute('aria-valuetext', String(layer.groups));
    const most = groups.at(-1) ?? 1;
    setText(
      findElement('#groups-most', HTMLElement, this.element),
      most > 1 && most === layer.input[0] ? this.t('panel.groups.depthwise', { groups: most }) : String(most),
    );
  }

  /** The field of a pointer into the body, or of what it is a part of. */
  nearest(at: string) {
    for (let place = at; place; place = place.slice(0, place.lastIndexOf('/'))) {
      const field = this.#field(place);
      if (field && !field.hidden) return place;
    }
    return '';
  }

  #field(at: string): HTMLElement | null {
    const found = this.element.querySelector(`[data-at="${CSS.escape(at)}"]`);
    return found instanceof HTMLElement ? found : null;
  }

  /** Says at a field why it cannot be so. */
  refuse(at: string, message: string) {
    const field = this.#field(at) ?? this.#field('');
    const why = field?.querySelector('.why');
    if (!field || !(why instanceof HTMLElement)) return;
    setText(why, message);
    why.hidden = false;
    if (field.contains(document.activeElement)) why.scrollIntoView({ block: 'nearest' });
    why.id ||= `why${at.replaceAll('/', '-')}`;
    for (const control of field.querySelectorAll('input, select')) {
      control.setAttribute('aria-invalid', 'true');
      control.setAttribute('aria-describedby', why.id);
    }
  }

  /** Takes back all that was said. */
  clear() {
    for (const why of this.element.querySelectorAll('.why'))
      if (why instanceof HTMLElement) why.hidden = true;
    for (const control of this.element.querySelectorAll('[aria-invalid]')) {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
    }
    findElement('#panel-again', HTMLButtonElement).hidden = true;
  }
}
