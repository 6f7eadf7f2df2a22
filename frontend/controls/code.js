/**
 * From PyTorch code to the scene, and back.
 *
 * @import {State} from '../state.js'
 * @import {Changes} from '../changes.js'
 * @import {Translate} from '../i18n.js'
 */

import { effect } from '@preact/signals-core';
import { ApiError } from '../api.js';
import { codeOrder, placeIn } from '../code.js';
import { copyText } from './clipboard.js';
import { find, setText } from './dom.js';

/** @param {State} state @param {Changes} changes @param {Translate} t */
export function code(state, changes, t) {
  reading(state, changes, t);
  writing(state, t);
}

/** @param {State} state @param {Changes} changes @param {Translate} t */
function reading(state, changes, t) {
  const area = find('#code-text', HTMLTextAreaElement);
  const why = find('#code-why', HTMLElement);
  const say = (/** @type {string} */ text) => {
    setText(why, text);
    why.hidden = text === '';
    area.setAttribute('aria-invalid', String(text !== ''));
  };
  const read = async () => {
    try {
      const parsed = /** @type {any} */ (await state.api.post('/parse', { code: area.value }));
      await changes.make((scene) => codeOrder(parsed, scene));
      say('');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const place = /** @type {any} */ (error.errors.find(({ at }) => at === '/code'));
      say(error.status === 0 ? t('error.offline') : place ? t('code.place', { line: place.line, column: place.column, message: place.message }) : error.message);
      if (place) {
        area.focus();
        area.setSelectionRange(...placeIn(area.value, place));
      }
    }
  };
  find('#code-read', HTMLButtonElement).onclick = read;
  area.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    read();
  });
}

/** The code of the scene shown, fetched while it is looked at. @param {State} state @param {Translate} t */
function writing(state, t) {
  const details = find('#code-shown', HTMLDetailsElement);
  const text = find('#code-of-scene', HTMLElement);
  let known = '';
  const show = async () => {
    const id = state.scene.peek()?.summary.id;
    if (!details.checkVisibility() || !details.open || !id || id === known) return;
    known = id;
    try {
      const answer = /** @type {{code: string}} */ (await (await state.api.get(`/scenes/${id}/code`)).json());
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
    show();
  });
  find('#code-copy', HTMLButtonElement).onclick = () => copyText(text.textContent ?? '', t);
}
