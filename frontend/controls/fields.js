/**
 * The panel's fields: which of them there are, what they may hold, and what is said at them.
 *
 * @import {Translate} from '../i18n.js'
 * @import {Layer} from '../layer.js'
 * @import {Reading} from '../orders.js'
 * @import {Form} from './form.js'
 */

import { isPooling, ranges } from '../layer.js';
import { find, setText } from './dom.js';

export class Fields {
  /** @param {HTMLElement} element @param {Form} form @param {Translate} t */
  constructor(element, form, t) {
    this.element = element;
    this.form = form;
    this.t = t;
  }

  /** Only the fields that this kind and these sources have. @param {Reading} reading */
  arrange({ layer, input, weight }) {
    const has = (/** @type {string|undefined} */ list, /** @type {string} */ value) => list === undefined || list.split(' ').includes(value);
    for (const field of this.element.querySelectorAll('[data-kinds], [data-inputs], [data-weights]')) {
      if (!(field instanceof HTMLElement)) continue;
      const { kinds, inputs, weights } = field.dataset;
      field.hidden = !(has(kinds, layer.kind) && has(inputs, input.source) && has(weights, weight.source));
    }
    const given = { input: input.source === 'file' && !input.picture, weight: !isPooling(layer.kind) && /named|file/.test(weight.source) };
    for (const name of ['input_h', 'input_w']) this.form.control(name).disabled = given.input;
    this.form.control('channels').disabled = input.source === 'file' || input.source === 'sample';
    for (const name of ['kernel_h', 'kernel_w', 'outputs']) this.form.control(name).disabled = given.weight;
    find('.wide', HTMLElement, this.element).hidden = !this.form.checked('bias');
    this.#paddingFields();
  }

  #paddingFields() {
    const kind = this.form.text('padding_kind');
    const shown = { one: ['top'], two: ['top', 'left'], four: ['top', 'bottom', 'left', 'right'] }[kind] ?? [];
    for (const label of this.element.querySelectorAll('[data-side]')) {
      if (!(label instanceof HTMLElement)) continue;
      label.hidden = !shown.includes(label.dataset.side ?? '');
      const name = find('span', HTMLSpanElement, label);
      setText(name, name.dataset[kind] ?? name.dataset.four ?? '');
    }
    for (const option of /** @type {HTMLSelectElement} */ (this.form.control('padding_kind')).options) {
      option.hidden = option.value === 'same' && this.form.text('kind') !== 'conv2d';
    }
  }

  /** Writes at each field what it may hold. @param {Reading} reading */
  ranges({ layer }) {
    const found = ranges(layer);
    this.#groupsSlider(found.groups, layer);
    const one = (/** @type {number} */ least, /** @type {number} */ most) => (Number.isFinite(most) ? this.t('parameters.range', { least, most: Math.max(most, least) }) : this.t('parameters.from', { least }));
    const two = (/** @type {number} */ least, /** @type {[number, number]} */ [first, second]) =>
      (first === second ? one(least, first) : this.t('parameters.rangeTwo', { first: one(least, first), second: one(least, second) }));
    const any = /** @type {[number, number]} */ ([Infinity, Infinity]);
    /** @type {Record<string, string>} */
    const texts = {
      '/operation/stride': two(1, any), '/operation/padding': two(0, found.padding), '/operation/dilation': two(1, found.dilation),
      '/operation/output_padding': two(0, found.output_padding), '/operation/kernel_size': two(1, found.kernel),
      '/operation/groups': this.t('parameters.of', { values: found.groups.join(', ') }), '/outputs': two(1, any), '/input/size': two(1, any),
    };
    for (const [at, text] of Object.entries(texts)) {
      const range = this.#field(at)?.querySelector('.range');
      if (range) setText(range, text.includes('NaN') ? '' : text);
    }
  }

  /** From 1 group to as many as go, which is depthwise where each channel has its own. @param {number[]} groups @param {Layer} layer */
  #groupsSlider(groups, layer) {
    const slider = /** @type {HTMLInputElement} */ (this.form.control('groups_slider'));
    slider.max = String(groups.length - 1);
    slider.disabled = groups.length < 2;
    const at = groups.indexOf(layer.groups);
    if (at >= 0) slider.value = String(at);
    slider.setAttribute('aria-valuetext', String(layer.groups));
    const most = groups.at(-1) ?? 1;
    setText(find('#groups-most', HTMLElement, this.element), most > 1 && most === layer.input[0] ? this.t('panel.groups.depthwise', { groups: most }) : String(most));
  }

  /** The field of a pointer into the body, or of what it is a part of. @param {string} at */
  nearest(at) {
    for (let place = at; place; place = place.slice(0, place.lastIndexOf('/'))) {
      const field = this.#field(place);
      if (field && !field.hidden) return place;
    }
    return '';
  }

  /** @param {string} at @returns {HTMLElement|null} */
  #field(at) {
    const found = this.element.querySelector(`[data-at="${CSS.escape(at)}"]`);
    return found instanceof HTMLElement ? found : null;
  }

  /** Says at a field why it cannot be so. @param {string} at @param {string} message */
  refuse(at, message) {
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
    for (const why of this.element.querySelectorAll('.why')) if (why instanceof HTMLElement) why.hidden = true;
    for (const control of this.element.querySelectorAll('[aria-invalid]')) {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
    }
    find('#panel-again', HTMLButtonElement).hidden = true;
  }
}
