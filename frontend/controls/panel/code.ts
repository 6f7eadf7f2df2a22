/** From PyTorch code to the scene, and back. */

import { effect } from '@preact/signals-core';
import { ApiError, type CodeLayer } from '../../data/client.ts';
import type { Translate } from '../../model/i18n.ts';
import { liftParsed } from '../../model/one_dimension.ts';
import type {
  Dimensions,
  FittingLayer,
  ParsedAnswer,
  ParsedLayer,
  TorchErrorRead,
} from '../../model/types.ts';
import type { AppState } from '../../state/app_state.ts';
import { fittingSize, makeCodeRequest, makeFittingRequest, textRangeOf } from '../../state/code_request.ts';
import type { EditSession } from '../../state/edit_session.ts';
import { findElement, makeElement, nextPaint, setText } from '../../views/shared/dom.ts';
import { copyText } from '../clipboard.ts';
import { showRandomNote } from './random_note.ts';
import { isTorchError, TorchErrorAnswer } from './torch_error_answer.ts';

export function setUpCode(state: AppState, changes: EditSession, t: Translate) {
  setUpCodeInput(state, changes, t);
  setUpCodeOutput(state, t);
}

function setUpCodeInput(state: AppState, changes: EditSession, t: Translate) {
  const area = findElement('#code-text', HTMLTextAreaElement);
  const message = findElement('#code-error', HTMLElement);
  const showError = (text: string) => {
    setText(message, text);
    message.hidden = text === '';
    area.setAttribute('aria-invalid', String(text !== ''));
  };
  const choice = new LayerChoice(area, t);
  const explanation = new TorchErrorAnswer(area, t);
  const openFitting = async (layer: FittingLayer) => {
    try {
      await changes.submit(() => makeFittingRequest(layer), undefined, changes.forgetTitle);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError(formatFailure(error, t));
    }
  };
  showRandomNote(changes, t);
  const sizeOffer = new SizeOffer(area, t);
  const show = async (parsed: ParsedLayer, size?: [number, number]) => {
    sizeOffer.hide();
    try {
      await changes.submit((scene) => makeCodeRequest(parsed, scene, size), undefined, changes.forgetTitle);
      showError('');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError(formatFailure(error, t));
      const scene = state.scene.peek();
      if (!size && scene && error.errors[0]?.at.startsWith('/operation'))
        sizeOffer.show(fittingSize(parsed, scene), parsed.dimensions, (wanted) => show(parsed, wanted));
    }
  };
  const read = async (layer?: CodeLayer) => {
    if (layer) area.setSelectionRange(...textRangeOf(area.value, layer));
    try {
      const chosen = layer && { layer_index: layer.layer_index };
      const body = { code: area.value, ...chosen };
      const answer = await state.api.post<ParsedAnswer | TorchErrorRead>('/parse', body);
      if (isTorchError(answer)) {
        showError('');
        return explanation.show(answer, state.scene.peek()?.summary, openFitting);
      }
      explanation.hide();
      await show(liftParsed(answer));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.layers.length > 0) {
        showError('');
        choice.offer(error.layers, read);
        return;
      }
      const fault = error.errors.find(({ at }) => at === '/code');
      showError(fault ? t('code.place', { line: 1, column: 1, ...fault }) : formatFailure(error, t));
      if (!fault) return;
      area.focus();
      area.setSelectionRange(...textRangeOf(area.value, fault));
    }
  };
  findElement('#code-read', HTMLButtonElement).onclick = () => read();
  area.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    read();
  });
}

/** Offers an input of the layer's own size where the scene's is too small, until the code is changed. */
class SizeOffer {
  readonly #root = findElement('#code-offers', HTMLElement);
  readonly #t: Translate;

  constructor(area: HTMLTextAreaElement, t: Translate) {
    this.#t = t;
    area.addEventListener('input', () => this.hide());
  }

  hide() {
    this.#root.hidden = true;
  }

  show(size: [number, number], dimensions: Dimensions, choose: (size: [number, number]) => void) {
    const [height, width] = size;
    const text = this.#t(dimensions === 1 ? 'code.length' : 'code.size', { height, width });
    const button = makeElement('button', '', text) as HTMLButtonElement;
    button.type = 'button';
    button.onclick = () => choose(size);
    this.#root.replaceChildren(button);
    this.#root.hidden = false;
  }
}

/** The layers of a piece of code, until it is changed. */
class LayerChoice {
  readonly #label = findElement('#code-layers', HTMLElement);
  readonly #select = findElement('#code-layer', HTMLSelectElement);
  readonly #t: Translate;

  constructor(area: HTMLTextAreaElement, t: Translate) {
    this.#t = t;
    area.addEventListener('input', () => {
      this.#label.hidden = true;
    });
  }

  /** choose: called with each layer that the reader picks. */
  offer(layers: CodeLayer[], choose: (layer?: CodeLayer) => void) {
    const options = layers.map(({ line, text }) => this.#t('code.layer', { line, text }));
    const texts = [this.#t('code.choose', { count: layers.length }), ...options];
    this.#select.replaceChildren(...texts.map((text) => makeElement('option', '', text)));
    this.#select.onchange = () => {
      const layer = layers[this.#select.selectedIndex - 1];
      if (layer) choose(layer);
    };
    this.#label.hidden = false;
    this.#select.focus();
  }
}

function formatFailure({ status, message }: ApiError, t: Translate) {
  return status === 0 ? t('error.offline') : message;
}

/** The code of the scene shown, fetched while it is looked at. */
function setUpCodeOutput(state: AppState, t: Translate) {
  const details = findElement('#code-details', HTMLDetailsElement);
  const text = findElement('#code-output', HTMLElement);
  let known = '';
  const show = async () => {
    const id = state.scene.peek()?.summary.id;
    if (!details.checkVisibility() || !details.open || !id || id === known) return;
    known = id;
    try {
      const answer: { code: string } = await (await state.api.get(`/scenes/${id}/code`)).json();
      if (known === id) setText(text, answer.code);
    } catch (error) {
      known = '';
      setText(text, error instanceof Error ? error.message : String(error));
    }
  };
  // The panel and the details may both be closed.
  new ResizeObserver(show).observe(details);
  effect(() => {
    state.scene.value;
    nextPaint().then(show);
  });
  findElement('#code-copy', HTMLButtonElement).onclick = () => copyText(text.textContent ?? '', t);
}
