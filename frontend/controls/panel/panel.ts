/**
 * The panel that changes the scene. Each change goes to the scenes API after a moment; what cannot be is said
 * at its field, and stays as it was typed.
 */

import { effect } from '@preact/signals-core';
import type { ApiError } from '../../data/client.ts';
import { formatError } from '../../data/error_message.ts';
import type { Translate } from '../../model/i18n.ts';
import type { LayerProblem } from '../../model/layer_validation.ts';
import { findProblems, isPooling, layerCost, outputSizes } from '../../model/layer_validation.ts';
import { formatCost } from '../../model/output_size.ts';
import type { AppState } from '../../state/app_state.ts';
import type { EditSession } from '../../state/edit_session.ts';
import type { PanelValues } from '../../state/scene_requests.ts';
import { makeSceneRequest, needsWholeInput } from '../../state/scene_requests.ts';
import { findElement, setText } from '../../views/shared/dom.ts';
import { applyFieldDependencies } from './field_dependencies.ts';
import { PanelFields } from './fields.ts';
import { FileSources } from './file_sources.ts';
import { PanelForm } from './form.ts';

const KEY = 'convscope.panel';

/** Pixels from which on the page has room for the panel beside the stage; panel.css says the same. */
const WIDE = 864;

/** A pause in typing, in milliseconds. */
const PAUSE = 250;

export class ParameterPanel {
  #timer = 0;
  #asked = new AbortController();
  #lastField = '';
  #ownId = '';
  #unsent = false;

  readonly state: AppState;
  readonly changes: EditSession;
  readonly t: Translate;
  readonly root = findElement('#panel', HTMLElement);
  readonly button = findElement('#panel-open', HTMLButtonElement);
  readonly element = findElement('#panel-form', HTMLFormElement);
  readonly form = new PanelForm(this.element);
  readonly fields: PanelFields;
  readonly sources: FileSources;

  constructor(state: AppState, changes: EditSession, t: Translate) {
    this.state = state;
    this.changes = changes;
    this.t = t;
    this.fields = new PanelFields(this.element, this.form, t);
    this.sources = new FileSources(
      this.form,
      t,
      (name, message) => this.fields.refuse(`/${name}/file`, message),
      () => this.#fileTaken(),
    );
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
      this.element.setAttribute('aria-busy', String(changes.pendingCount.value > 0));
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
    findElement('#panel-close', HTMLButtonElement).onclick = close;
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    });
  }

  toggle(open?: boolean) {
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

  #changed({ target, type }: Event, pause: number) {
    if (
      !(target instanceof HTMLInputElement || target instanceof HTMLSelectElement) ||
      target.type === 'file'
    )
      return;
    const typed = target instanceof HTMLInputElement && target.type !== 'checkbox';
    // Typing and the arrows of a number field say `input`; leaving the field says `change` once more.
    if (typed !== (type === 'input')) return;
    this.#lastField = target.closest('[data-at]')?.getAttribute('data-at') ?? '';
    applyFieldDependencies(this.form, this.sources, target.name);
    this.#plan(typed ? pause : 0);
  }

  #plan(pause: number) {
    this.#asked.abort();
    clearTimeout(this.#timer);
    this.#unsent = true;
    if (this.#check()) this.#timer = setTimeout(() => this.#send(), pause);
  }

  /** Shows what the form says, and whether it can be. */
  #check(): boolean {
    const reading = this.form.values(this.sources);
    this.fields.arrange(reading);
    this.fields.clear();
    const found = findProblems(reading.layer);
    const small = found.some(({ key }) => key === 'noHeight' || key === 'noWidth');
    const worked = found.length === 0 || small ? outputSizes(reading.layer).map(({ text }) => text) : [];
    const formula = findElement('#panel-formula', HTMLElement);
    const costs = worked.length > 0 && !small ? [this.#cost(reading)] : [];
    setText(formula, [...new Set(worked), ...costs].join('\n'));
    formula.classList.toggle('is-wrong', small);
    this.fields.ranges(reading);
    for (const problem of found)
      this.fields.refuse(this.#placeOf(problem), this.t(`parameters.${problem.key}`, problem.values));
    const own = this.#ownProblems(reading);
    for (const [at, message] of own) this.fields.refuse(at, message);
    return found.length === 0 && own.length === 0;
  }

  #cost({ layer, bias }: PanelValues) {
    return formatCost(this.t, document.documentElement.lang, layer.kind, layerCost(layer, bias !== null));
  }

  /** Too small an output is said where the reader was. */
  #placeOf({ at }: LayerProblem) {
    if (at !== '/operation') return at;
    return /stride|padding|dilation|kernel|input|kind/.test(this.#lastField) ? this.#lastField : at;
  }

  #ownProblems({ layer, input, weight, bias }: PanelValues): [string, string][] {
    const { t } = this;
    const found: [string, string][] = [];
    if (input.source === 'file' && !input.file) found.push(['/input/file', t('panel.file.choose')]);
    if (isPooling(layer.kind)) return found;
    if (weight.source === 'file' && !weight.file) found.push(['/weight/file', t('panel.file.choose')]);
    if (weight.source === 'named') found.push(...this.#kernelProblems());
    const wrong = this.form.bias()?.find(({ value }) => Number.isNaN(value));
    if (wrong) found.push(['/bias', t('panel.bias.text', { text: wrong.text.slice(0, 20) })]);
    else if (bias && bias.length !== layer.outputs)
      found.push(['/bias', t('panel.bias.count', { found: bias.length, expected: layer.outputs })]);
    return found;
  }

  #kernelProblems(): [string, string][] {
    const chosen = this.form.kernels().filter(({ checked }) => checked);
    const [first] = chosen;
    if (!first) return [['/weight/kernels', this.t('panel.kernels.choose')]];
    const size = (box: HTMLInputElement) => `${box.dataset.rows}×${box.dataset.cols}`;
    const second = chosen.find((box) => size(box) !== size(first));
    if (!second) return [];
    const name = (box: HTMLInputElement) => this.t(`panel.kernel.${box.value}`);
    return [
      [
        '/weight/kernels',
        this.t('panel.kernels.sizes', {
          first: name(first),
          a: size(first),
          second: name(second),
          b: size(second),
        }),
      ],
    ];
  }

  async #send() {
    clearTimeout(this.#timer);
    if (!this.#check()) return;
    const asked = (this.#asked = new AbortController());
    const reading = this.form.values(this.sources);
    try {
      const before = this.#ownId;
      const shown = await this.changes.submit(
        async (scene) =>
          makeSceneRequest(
            reading,
            needsWholeInput(reading, scene) ? await this.changes.withWholeInput(scene) : scene,
          ),
        asked.signal,
        (id) => {
          this.#ownId = id;
        },
      );
      if (asked.signal.aborted) return;
      if (!shown) this.#ownId = before;
      this.#unsent = false;
      this.sources.settle();
    } catch (error) {
      if (!asked.signal.aborted) this.#failed(error as ApiError, reading);
    }
  }

  #failed(error: ApiError, reading: PanelValues) {
    const at = error.errors?.[0]?.at ?? '';
    // Whether a picture is grey shows only when it is read: then it has one channel.
    if (at === '/weight' && reading.input.picture && reading.input.touched && reading.layer.input[0] === 3) {
      this.form.set('channels', 1);
      this.#send();
      return;
    }
    this.fields.refuse(this.fields.nearest(at), formatError(this.t, error));
    findElement('#panel-again', HTMLButtonElement).hidden = error.status > 0 && error.status < 500;
  }
}

function wasOpen() {
  try {
    return localStorage.getItem(KEY) === 'open';
  } catch {
    return false;
  }
}

/** Storage may be forbidden; the panel is then as it is. */
function remember(open: boolean) {
  try {
    localStorage.setItem(KEY, open ? 'open' : 'closed');
  } catch {
    return;
  }
}
