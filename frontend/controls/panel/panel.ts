/**
 * The panel that changes the scene. A change is sent after a pause; what is wrong is said at its field, and
 * stays as it was typed.
 */

import { effect } from '@preact/signals-core';
import type { ApiError } from '../../data/client.ts';
import { formatError } from '../../data/error_message.ts';
import type { Translate } from '../../model/i18n.ts';
import type { Layer } from '../../model/layer_validation.ts';
import { findProblems, layerCost, outputSizes } from '../../model/layer_validation.ts';
import type { AppState } from '../../state/app_state.ts';
import type { EditSession } from '../../state/edit_session.ts';
import type { Scene } from '../../state/scene.ts';
import type { PanelValues } from '../../state/scene_requests.ts';
import { makeSceneRequest, needsWholeInput } from '../../state/scene_requests.ts';
import { findElement, setText } from '../../views/shared/dom.ts';
import { formatCost } from '../scene_heading.ts';
import { applyFieldDependencies } from './field_dependencies.ts';
import { FieldErrors } from './field_errors.ts';
import { arrangeFields, showRanges } from './fields.ts';
import { FileSources } from './file_sources.ts';
import { fitProblems, showFitOffers } from './fit_offers.ts';
import { PanelForm } from './form.ts';
import { setUpPanelToggle } from './panel_toggle.ts';
import { PictureNote } from './picture_note.ts';
import type { FieldProblem } from './problems.ts';
import { findFieldProblems } from './problems.ts';

/** A pause in typing, in milliseconds. */
const TYPING_PAUSE = 250;

export class ParameterPanel {
  #timer = 0;
  #request = new AbortController();
  /** The place of the field that was changed last. */
  #lastField = '';
  /** The scene that the panel itself made. */
  #ownScene = '';

  readonly state: AppState;
  readonly changes: EditSession;
  readonly t: Translate;
  readonly element = findElement('#panel-form', HTMLFormElement);
  readonly form = new PanelForm(this.element);
  readonly errors = new FieldErrors(this.element);
  readonly sources: FileSources;
  readonly pictureNote: PictureNote;
  readonly toggle: (open?: boolean) => void;

  constructor(state: AppState, changes: EditSession, t: Translate) {
    this.state = state;
    this.changes = changes;
    this.t = t;
    this.sources = new FileSources(this.form, t, state.api, () => {
      this.toggle(true);
      this.#schedule(0);
    });
    this.pictureNote = new PictureNote(t);
    this.toggle = setUpPanelToggle((byReader) => {
      if (byReader) state.playing.value = false;
      this.#check();
    });
    this.#listen();
    effect(() => {
      const scene = state.scene.value;
      if (!scene || scene.summary.id === this.#ownScene) return;
      this.#ownScene = '';
      if (!changes.dropUnsent.peek()) this.#showScene(scene);
    });
    effect(() => {
      this.element.setAttribute('aria-busy', String(changes.pendingCount.value > 0));
    });
  }

  #showScene(scene: Scene) {
    this.form.fill(scene);
    this.sources.forget();
    if (this.element.checkVisibility()) this.#check();
  }

  /** What is not in the scene is forgotten, whether it was refused or not sent yet. */
  readonly #dropUnsent = () => {
    this.#request.abort();
    clearTimeout(this.#timer);
    this.changes.dropUnsent.value = null;
    this.#ownScene = '';
    this.state.error.value = this.state.refusal.value = null;
    this.errors.clear();
    this.element.reset();
    const scene = this.state.scene.peek();
    if (scene) this.#showScene(scene);
  };

  #listen() {
    for (const type of ['input', 'change'])
      this.element.addEventListener(type, (event) => this.#applyChange(event));
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  #applyChange({ target, type }: Event) {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    if (target.type === 'file') return;
    // Typing and the arrows of a number field say `input`; leaving the field says `change` once more.
    const typed = target instanceof HTMLInputElement && target.type !== 'checkbox';
    if (typed !== (type === 'input')) return;
    this.#lastField = target.closest('[data-at]')?.getAttribute('data-at') ?? '';
    applyFieldDependencies(this.form, this.sources, target.name);
    this.#schedule(typed ? TYPING_PAUSE : 0);
  }

  #schedule(pause: number) {
    this.#request.abort();
    clearTimeout(this.#timer);
    this.changes.dropUnsent.value = this.#dropUnsent;
    if (this.#check()) this.#timer = setTimeout(() => this.#send(), pause);
  }

  /** Shows what follows from the form and what is wrong, isSent: or open; returns whether nothing is. */
  #check(isSent = false): boolean {
    const values = this.form.values(this.sources);
    const misfits = fitProblems(values, this.sources, this.t);
    const problems: FieldProblem[] = [
      ...misfits,
      ...findFieldProblems(this.form, values, this.t, this.#lastField).filter(
        ({ message }) => !misfits.some((misfit) => misfit.message === message),
      ),
    ];
    showFitOffers(this.form, values, this.sources, this.t, () => this.#schedule(0));
    arrangeFields(this.form, values);
    showRanges(this.form, this.t, values.layer);
    this.#showSize(values);
    this.pictureNote.show(values);
    this.errors.clear();
    for (const { at, message, open } of problems) this.errors.show(at, message, open && !isSent);
    const wrong = problems.filter(({ open }) => isSent || !open);
    this.state.refusal.value = wrong[0] ? (wrong[0].onStage ?? this.#named(wrong[0])) : null;
    return problems.length === 0;
  }

  /** The output's size, worked out, and what the layer costs. */
  #showSize({ layer, bias }: PanelValues) {
    const problems = findProblems(layer);
    const small = problems.some(({ at }) => at === '/operation');
    const texts = problems.length === 0 || small ? labelSizes(this.t, layer) : [];
    if (problems.length === 0)
      texts.push(
        formatCost(this.t, document.documentElement.lang, layer.kind, layerCost(layer, bias !== null)),
      );
    const formula = findElement('#panel-formula', HTMLElement);
    setText(formula, texts.join('\n'));
    formula.classList.toggle('is-wrong', small);
  }

  async #send() {
    clearTimeout(this.#timer);
    if (!this.#check(true)) return;
    const request = new AbortController();
    this.#request = request;
    const values = this.form.values(this.sources);
    try {
      const before = this.#ownScene;
      const isShown = await this.changes.submit(
        async (scene) =>
          makeSceneRequest(
            values,
            needsWholeInput(values, scene) ? await this.changes.withWholeInput(scene) : scene,
          ),
        request.signal,
        ({ id }) => {
          this.#ownScene = id;
        },
      );
      if (request.signal.aborted) return;
      if (!isShown) this.#ownScene = before;
      this.changes.dropUnsent.value = null;
      this.sources.settle();
      const scene = this.state.scene.peek();
      if (values.biasFile && scene) this.form.fillBias({ bias: scene.bias, dtype: scene.summary.dtype });
    } catch (error) {
      if (!request.signal.aborted) this.#showFailure(error as ApiError);
    }
  }

  /** The message with the name of its field: away from the panel nothing else says it. */
  #named({ at, message }: Pick<FieldProblem, 'at' | 'message'>) {
    const field = this.errors.nameOf(at);
    return field ? this.t('error.field', { field, detail: message }) : message;
  }

  #showFailure(error: ApiError) {
    const at = error.errors[0]?.at ?? '';
    const message = formatError(this.t, error);
    const place = this.errors.nearestField(at);
    this.errors.show(place, message);
    if (error.status > 0 && error.status < 500)
      this.state.refusal.value = this.#named({ at: place, message });
    else this.state.reportError(error, () => this.#send());
    findElement('#panel-retry', HTMLButtonElement).hidden = error.status > 0 && error.status < 500;
  }
}

/** The output's sizes as in the heading, too small ones as in torch; one line where both are alike. */
function labelSizes(t: Translate, layer: Layer) {
  const sizes = outputSizes(layer);
  const small = sizes.some(({ value }) => value < 1);
  const [height = '', width = ''] = sizes.map(({ text, short }) => (small ? text : short));
  if (layer.dimensions === 1) return [t('size.length', { formula: width })];
  if (height === width) return [t('size.both', { formula: height })];
  return [t('size.height', { formula: height }), t('size.width', { formula: width })];
}
