/**
 * The panel that changes the scene. Each change goes to the scenes API after a moment; what cannot be is said at its
 * field, and stays as it was typed.
 *
 * @import {State} from '../state.js'
 * @import {Changes} from '../changes.js'
 * @import {Translate} from '../i18n.js'
 * @import {ApiError} from '../api.js'
 * @import {Problem} from '../layer.js'
 * @import {Reading} from '../orders.js'
 */

import { effect } from '../../vendor/signals-core-1.14.5.js';
import { costText } from '../formula.js';
import { cost, isPooling, lengths, problems, ranges } from '../layer.js';
import { order, waitsForInput } from '../orders.js';
import { code } from './code.js';
import { find, setText } from './dom.js';
import { Form } from './form.js';
import { Sources } from './sources.js';
import { troubleText } from './trouble.js';

const KEY = 'convscope.panel';

/** A pause in typing, in milliseconds. */
const PAUSE = 250;

/** The panel, made of its template, once it can be shown as it should be. @param {State} state @param {Changes} changes @param {Translate} t */
export async function panel(state, changes, t) {
  const template = find('#panel-template', HTMLTemplateElement);
  const style = find('link', HTMLLinkElement, template.content);
  const ready = new Promise((done) => (style.onload = style.onerror = done));
  template.replaceWith(template.content);
  await ready;
  code(state, changes, t);
  return new Panel(state, changes, t);
}

export class Panel {
  #timer = 0;
  #asked = new AbortController();
  #lastField = '';
  #ownId = '';
  #unsent = false;

  /** @param {State} state @param {Changes} changes @param {Translate} t */
  constructor(state, changes, t) {
    this.state = state;
    this.changes = changes;
    this.t = t;
    this.root = find('#panel', HTMLElement);
    this.button = find('#panel-open', HTMLButtonElement);
    this.element = find('#panel-form', HTMLFormElement);
    this.form = new Form(this.element);
    this.sources = new Sources(this.form, t, (name, message) => this.#refuse(`/${name}/file`, message), () => this.#fileTaken());
    this.#opening();
    this.element.addEventListener('input', (event) => this.#changed(event, PAUSE));
    this.element.addEventListener('change', (event) => this.#changed(event, 0));
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    effect(() => {
      const scene = state.scene.value;
      if (!scene || scene.summary.id === this.#ownId) return;
      this.#ownId = '';
      if (this.#unsent) return;
      this.form.fill(scene);
      this.sources.forget();
      this.#check();
    });
    effect(() => {
      this.element.setAttribute('aria-busy', String(changes.waiting.value > 0));
    });
  }

  #opening() {
    const close = () => {
      this.toggle(false);
      this.button.focus();
    };
    find('#panel-close', HTMLButtonElement).onclick = close;
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    });
  }

  /** @param {boolean} [open] */
  toggle(open) {
    this.root.hidden = !(open ?? this.root.hidden);
    document.documentElement.classList.toggle('panel-open', !this.root.hidden);
    this.button.setAttribute('aria-expanded', String(!this.root.hidden));
    remember(!this.root.hidden);
    if (open === undefined && !this.root.hidden) this.form.control('kind').focus({ preventScroll: true });
  }

  #fileTaken() {
    this.toggle(true);
    this.#plan(0);
  }

  /** @param {Event} event @param {number} pause */
  #changed({ target, type }, pause) {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement) || target.type === 'file') return;
    const typed = target instanceof HTMLInputElement && target.type !== 'checkbox';
    // Typing and the arrows of a number field say `input`; leaving the field says `change` once more.
    if (typed !== (type === 'input')) return;
    this.#lastField = target.closest('[data-at]')?.getAttribute('data-at') ?? '';
    this.#consequences(target.name);
    this.#plan(typed ? pause : 0);
  }

  /** What a choice means for other fields. @param {string} name */
  #consequences(name) {
    const { form, sources } = this;
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
    if (name === 'kernels' || name === 'weight_source') this.#namedSizes();
    if (name === 'kind' && isPooling(/** @type {any} */ (form.text('kind')))) form.setPair('stride', form.pair('kernel'));
    if (name === 'bias' && form.checked('bias')) form.set('bias_values', zeros(form.number('outputs')));
    if (/^(outputs|kernels|weight_source|kind)$/.test(name)) this.#biasFollows();
  }

  #namedSizes() {
    const { form } = this;
    const chosen = form.kernels().filter(({ checked }) => checked);
    const [first] = chosen;
    if (form.text('weight_source') !== 'named' || !first) return;
    form.setPair('kernel', [Number(first.dataset.rows), Number(first.dataset.cols)]);
    form.set('outputs', chosen.length);
  }

  /** A bias for each output channel: those there are, and zeros. */
  #biasFollows() {
    const { form } = this;
    const outputs = form.number('outputs');
    if (!form.checked('bias') || !(outputs >= 1 && outputs <= 4096)) return;
    const texts = form.text('bias_values').split(/[\s,;，；]+/).filter(Boolean);
    form.set('bias_values', Array.from({ length: outputs }, (_, o) => texts[o] ?? '0').join(', '));
  }

  /** @param {number} pause */
  #plan(pause) {
    this.#asked.abort();
    clearTimeout(this.#timer);
    this.#unsent = true;
    if (this.#check()) this.#timer = setTimeout(() => this.#send(), pause);
  }

  /** Shows what the form says, and whether it can be. @returns {boolean} */
  #check() {
    const reading = this.form.reading(this.sources);
    this.#arrange(reading);
    this.#clear();
    const found = problems(reading.layer);
    const small = found.some(({ key }) => key === 'noHeight' || key === 'noWidth');
    const worked = found.length === 0 || small ? lengths(reading.layer).map(({ text }) => text) : [];
    const formula = find('#panel-formula', HTMLElement);
    const costs = worked.length > 0 && !small ? [this.#cost(reading)] : [];
    setText(formula, [...new Set(worked), ...costs].join('\n'));
    formula.classList.toggle('is-wrong', small);
    this.#ranges(reading);
    for (const problem of found) this.#refuse(this.#placeOf(problem), this.t(`parameters.${problem.key}`, problem.values));
    const own = this.#ownProblems(reading);
    for (const [at, message] of own) this.#refuse(at, message);
    return found.length === 0 && own.length === 0;
  }

  /** @param {Reading} reading */
  #cost({ layer, bias }) {
    return costText(this.t, document.documentElement.lang, layer.kind, cost(layer, bias !== null));
  }

  /** Too small an output is said where the reader was. @param {Problem} problem */
  #placeOf({ at }) {
    if (at !== '/operation') return at;
    return /stride|padding|dilation|kernel|input|kind/.test(this.#lastField) ? this.#lastField : at;
  }

  /** @param {Reading} reading @returns {[string, string][]} */
  #ownProblems({ layer, input, weight, bias }) {
    const { t } = this;
    /** @type {[string, string][]} */
    const found = [];
    if (input.source === 'file' && !input.file) found.push(['/input/file', t('panel.file.choose')]);
    if (isPooling(layer.kind)) return found;
    if (weight.source === 'file' && !weight.file) found.push(['/weight/file', t('panel.file.choose')]);
    if (weight.source === 'named') found.push(...this.#kernelProblems());
    const wrong = this.form.bias()?.find(({ value }) => Number.isNaN(value));
    if (wrong) found.push(['/bias', t('panel.bias.text', { text: wrong.text.slice(0, 20) })]);
    else if (bias && bias.length !== layer.outputs) found.push(['/bias', t('panel.bias.count', { found: bias.length, expected: layer.outputs })]);
    return found;
  }

  /** @returns {[string, string][]} */
  #kernelProblems() {
    const chosen = this.form.kernels().filter(({ checked }) => checked);
    const [first] = chosen;
    if (!first) return [['/weight/kernels', this.t('panel.kernels.choose')]];
    const size = (/** @type {HTMLInputElement} */ box) => `${box.dataset.rows}×${box.dataset.cols}`;
    const second = chosen.find((box) => size(box) !== size(first));
    if (!second) return [];
    const name = (/** @type {HTMLInputElement} */ box) => this.t(`panel.kernel.${box.value}`);
    return [['/weight/kernels', this.t('panel.kernels.sizes', { first: name(first), a: size(first), second: name(second), b: size(second) })]];
  }

  /** Only the fields that this kind and these sources have. @param {Reading} reading */
  #arrange({ layer, input, weight }) {
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

  /** @param {Reading} reading */
  #ranges({ layer }) {
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

  /** From 1 group to as many as go, which is depthwise where each channel has its own. @param {number[]} groups @param {import('../layer.js').Layer} layer */
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

  async #send() {
    clearTimeout(this.#timer);
    if (!this.#check()) return;
    const asked = (this.#asked = new AbortController());
    const reading = this.form.reading(this.sources);
    try {
      const before = this.#ownId;
      const shown = await this.changes.make(async (scene) => order(reading, waitsForInput(reading, scene) ? await this.changes.entire(scene) : scene), asked.signal, (id) => { this.#ownId = id; });
      if (asked.signal.aborted) return;
      if (!shown) this.#ownId = before;
      this.#unsent = false;
      this.sources.settle();
    } catch (error) {
      if (!asked.signal.aborted) this.#failed(/** @type {ApiError} */ (error), reading);
    }
  }

  /** @param {ApiError} error @param {Reading} reading */
  #failed(error, reading) {
    const at = error.errors?.[0]?.at ?? '';
    // Whether a picture is grey shows only when it is read: then it has one channel.
    if (at === '/weight' && reading.input.picture && reading.input.touched && reading.layer.input[0] === 3) {
      this.form.set('channels', 1);
      this.#send();
      return;
    }
    this.#refuse(this.#nearest(at), troubleText(this.t, error));
    find('#panel-again', HTMLButtonElement).hidden = error.status > 0 && error.status < 500;
  }

  /** The field of a pointer into the body, or of what it is a part of. @param {string} at */
  #nearest(at) {
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

  /** @param {string} at @param {string} message */
  #refuse(at, message) {
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

  #clear() {
    for (const why of this.element.querySelectorAll('.why')) if (why instanceof HTMLElement) why.hidden = true;
    for (const control of this.element.querySelectorAll('[aria-invalid]')) {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
    }
    find('#panel-again', HTMLButtonElement).hidden = true;
  }
}

/** @param {number} count */
function zeros(count) {
  return Array.from({ length: count >= 1 && count <= 4096 ? count : 1 }, () => '0').join(', ');
}

/** Storage may be forbidden; the panel is then as it is. @param {boolean} open */
function remember(open) {
  try {
    localStorage.setItem(KEY, open ? 'open' : 'closed');
  } catch {
    return;
  }
}
