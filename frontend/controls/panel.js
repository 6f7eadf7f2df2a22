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

import { effect } from '@preact/signals-core';
import { costText } from '../formula.js';
import { cost, isPooling, lengths, problems } from '../layer.js';
import { order, waitsForInput } from '../orders.js';
import { consequences } from './consequences.js';
import { find, setText } from './dom.js';
import { Fields } from './fields.js';
import { Form } from './form.js';
import { Sources } from './sources.js';
import { troubleText } from './trouble.js';

const KEY = 'convscope.panel';

/** Pixels from which on the page has room for the panel beside the stage; panel.css says the same. */
const WIDE = 864;

/** A pause in typing, in milliseconds. */
const PAUSE = 250;

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
    this.fields = new Fields(this.element, this.form, t);
    this.sources = new Sources(this.form, t, (name, message) => this.fields.refuse(`/${name}/file`, message), () => this.#fileTaken());
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
      if (!this.root.hidden) this.#check();
    });
    effect(() => {
      this.element.setAttribute('aria-busy', String(changes.waiting.value > 0));
    });
    this.#opening();
  }

  /** At a click, and by itself where it was open on the last visit. */
  #opening() {
    this.button.onclick = () => this.toggle();
    if (wasOpen() && innerWidth >= WIDE) this.toggle(true);
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
    if (!this.root.hidden) this.#check();
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
    consequences(this.form, this.sources, target.name);
    this.#plan(typed ? pause : 0);
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
    this.fields.arrange(reading);
    this.fields.clear();
    const found = problems(reading.layer);
    const small = found.some(({ key }) => key === 'noHeight' || key === 'noWidth');
    const worked = found.length === 0 || small ? lengths(reading.layer).map(({ text }) => text) : [];
    const formula = find('#panel-formula', HTMLElement);
    const costs = worked.length > 0 && !small ? [this.#cost(reading)] : [];
    setText(formula, [...new Set(worked), ...costs].join('\n'));
    formula.classList.toggle('is-wrong', small);
    this.fields.ranges(reading);
    for (const problem of found) this.fields.refuse(this.#placeOf(problem), this.t(`parameters.${problem.key}`, problem.values));
    const own = this.#ownProblems(reading);
    for (const [at, message] of own) this.fields.refuse(at, message);
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
    this.fields.refuse(this.fields.nearest(at), troubleText(this.t, error));
    find('#panel-again', HTMLButtonElement).hidden = error.status > 0 && error.status < 500;
  }
}

function wasOpen() {
  try {
    return localStorage.getItem(KEY) === 'open';
  } catch {
    return false;
  }
}

/** Storage may be forbidden; the panel is then as it is. @param {boolean} open */
function remember(open) {
  try {
    localStorage.setItem(KEY, open ? 'open' : 'closed');
  } catch {
    return;
  }
}
