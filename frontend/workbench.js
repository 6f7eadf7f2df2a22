/**
 * The controls of the workbench.
 *
 * @import {Boot} from './types.js'
 * @import {Model} from './frame.js'
 * @import {State} from './state.js'
 * @import {Translate} from './i18n.js'
 * @import {AnyFrame, ViewName} from './views.js'
 *
 * @typedef {{
 *   state: State, canvas: HTMLCanvasElement, t: Translate, boot: Boot, model: () => Model|null, shown: () => AnyFrame|null,
 * }} Parts
 *   model: a signal's; shown: the frame that the reader looks at
 */

import { effect } from '@preact/signals-core';
import { Changes } from './changes.js';
import { address } from './controls/address.js';
import { answers, terms } from './controls/answers.js';
import { caption } from './controls/caption.js';
import { cells } from './controls/cells.js';
import { code } from './controls/code.js';
import { copy } from './controls/copies.js';
import { find, setText } from './controls/dom.js';
import { Editor } from './controls/editor.js';
import { Panel } from './controls/panel.js';
import { questions } from './controls/stage.js';
import { keys, transport } from './controls/transport.js';
import { undoRedo } from './controls/undo.js';
import { views } from './controls/views.js';
import { words } from './controls/words.js';
import { zoom } from './controls/zoom.js';

/** @param {Parts} parts */
export function workbench(parts) {
  const { state, canvas, t, boot, model, shown } = parts;
  const changes = new Changes(state, state.api, boot.scene);
  trouble(state, t, boot);
  transport(state, t);
  keys(state, helper());
  tints(state, canvas, t);
  viewChoice(state, t);
  views(parts);
  caption(parts);
  cells(state, t, model, shown);
  questions(state, canvas, shown);
  zoom(state, canvas, shown);
  answers(state, t, model);
  terms(state, words(state, t, model));
  new Editor(state, changes, canvas, t, shown);
  undoRedo(changes);
  const panel = new Panel(state, changes, t);
  code(state, changes, t);
  files((file, name) => panel.sources.take(file, name));
  copies(parts);
  const named = address(parts, changes);
  if (boot.autoplay && !named && !state.still.peek()) state.togglePlay();
}

/** @param {State} state @param {Translate} t @param {Boot} boot */
function trouble(state, t, boot) {
  const box = find('#trouble', HTMLElement);
  effect(() => {
    const error = state.error.value;
    box.hidden = error === null;
    if (error) setText(find('#trouble-text', HTMLElement), error.status === 0 ? t('error.offline') : t('error.answer', error));
  });
  const retry = () => state.retry(boot.scene);
  find('#retry', HTMLButtonElement).onclick = retry;
  addEventListener('online', () => state.error.peek() && retry());
}

function helper() {
  const help = find('#help', HTMLDialogElement);
  const open = () => help.showModal();
  find('#help-open', HTMLButtonElement).onclick = open;
  return open;
}

/** A picture's channels in their own tints. @param {State} state @param {HTMLCanvasElement} canvas @param {Translate} t */
function tints(state, canvas, t) {
  const box = find('#tints', HTMLInputElement);
  const room = find('#tints-room', HTMLElement);
  box.onchange = () => {
    state.tinted.value = box.checked;
  };
  effect(() => {
    box.checked = state.tinted.value;
  });
  effect(() => {
    const shapes = state.scene.value?.summary.shapes;
    if (!shapes) return;
    room.hidden = shapes.input[0] !== 3 || Math.min(shapes.input[1], shapes.input[2]) < 24;
    canvas.setAttribute('aria-label', t(`${state.shownView.value}.label`, { input: shapes.input.join('×'), output: shapes.output.join('×') }));
  });
}

/** @param {State} state @param {Translate} t */
function viewChoice(state, t) {
  const set = find('#views', HTMLFieldSetElement);
  for (const radio of set.querySelectorAll('input')) {
    radio.onchange = () => {
      state.chooseView(/** @type {ViewName} */ (radio.value));
    };
    effect(() => {
      radio.checked = state.chosenView.value === radio.value;
    });
  }
  effect(() => {
    const linear = state.scene.value?.summary.shapes.weight !== null;
    set.disabled = !linear;
    set.title = linear ? '' : (set.dataset.none ?? '');
    const transposed = state.scene.value?.summary.operation.kind === 'conv_transpose2d';
    find('#view-scatter', HTMLElement).hidden = !transposed;
    setText(find('#view-stage', HTMLElement), t(transposed ? 'view.gather' : 'view.stage'));
  });
}

/** Files that are dropped onto the page, and pictures that are pasted. @param {(file: Blob, name?: 'input'|'weight') => void} take */
function files(take) {
  const sign = find('#drop-here', HTMLElement);
  let depth = 0;
  const has = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  const show = (/** @type {number} */ step) => {
    depth = Math.max(0, depth + step);
    sign.hidden = depth === 0;
  };
  addEventListener('dragenter', (event) => has(event) && show(1));
  addEventListener('dragleave', (event) => has(event) && show(-1));
  addEventListener('dragover', (event) => has(event) && event.preventDefault());
  addEventListener('drop', (event) => {
    if (!has(event)) return;
    event.preventDefault();
    show(-depth);
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
  addEventListener('paste', (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (!file) return;
    event.preventDefault();
    take(file, 'input');
  });
}

/** @param {Parts} parts */
function copies(parts) {
  for (const form of /** @type {const} */ (['text', 'tex', 'json', 'link'])) {
    find(`#copy-${form}`, HTMLButtonElement).onclick = () => {
      setText(find('#copied', HTMLElement), '');
      copy(form, parts);
    };
  }
}
