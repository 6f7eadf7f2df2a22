/**
 * The controls of the workbench: those that a page has from the start, and how the others come when they are reached for.
 *
 * @import {Boot, Summary} from './types.js'
 * @import {Model} from './frame.js'
 * @import {State} from './state.js'
 * @import {Translate} from './i18n.js'
 * @import {AnyFrame, ViewName} from './views.js'
 *
 * @typedef {{
 *   state: State, canvas: HTMLCanvasElement, t: Translate, boot: Boot,
 *   model: () => Model|null, shown: () => AnyFrame|null, repaint: () => void,
 * }} Parts
 *   model: a signal's; shown: the frame that the reader looks at
 */

import { effect } from '../vendor/signals-core-1.14.5.js';
import { cells } from './controls/cells.js';
import { find, setText } from './controls/dom.js';
import { keys, transport } from './controls/transport.js';
import { words } from './controls/words.js';

/** Cells of a side from which on they may be too small for numbers. */
const LARGE = 6;

/** Keys that move within a grid of cells: they need no hand. */
const MOVES = /^(Arrow|Page|Home|End|Tab|Escape|Shift|Control|Alt|Meta)/;

/** @param {Parts} parts */
export async function workbench(parts) {
  const { state, canvas, t, boot, model, shown } = parts;
  const reached = new AbortController();
  const hand = onDemand(state, async () => {
    const { hand } = await import('./controls/hand.js');
    reached.abort();
    return hand(parts, printed);
  });
  const panel = onDemand(state, async () => {
    const [{ panel }, found] = await Promise.all([import('./controls/panel.js'), hand()]);
    return found && panel(state, found.changes, t);
  });
  const naming = onDemand(state, async () => (await import('./controls/address.js')).address(parts, hand));
  const sheets = onDemand(state, async () => (await import('./controls/views.js')).views(parts));
  const examples = find('#examples', HTMLElement);
  examples.addEventListener('beforetoggle', () => fill(examples));
  trouble(state, t, boot);
  transport(state, t);
  keys(state, helper());
  tints(state, canvas, t);
  viewChoice(state, t, sheets);
  cells(state, t, model, shown);
  const printed = words(state, t, model);
  reach([canvas, find('.ledger', HTMLElement)], hand, reached.signal);
  effect(() => {
    if (state.asked.value || isLarge(state.scene.value?.summary)) hand();
  });
  const caption = onDemand(state, async () => (await import('./controls/caption.js')).caption(parts));
  effect(() => {
    if (state.scene.value && !isPlain(state.scene.value.summary)) caption();
  });
  panelDoor(panel);
  files(async (file, name) => (await panel())?.sources.take(file, name));
  copies(parts);
  const named = location.search !== '' && (await naming())?.named;
  if (boot.autoplay && !named && !state.still.peek()) state.togglePlay();
  effect(() => {
    if (!state.playing.value || state.scene.value?.summary.id !== boot.scene) naming();
  });
}

/**
 * What is fetched once, when it is first asked for; null where it cannot be had, and the reader is told.
 * @template T @param {State} state @param {() => Promise<T>} load @returns {() => Promise<T|null>}
 */
function onDemand(state, load) {
  /** @type {Promise<T|null>|null} */
  let there = null;
  return () => (there ??= load().catch((error) => {
    there = null;
    state.fail(error instanceof TypeError ? { status: 0, message: String(error) } : error);
    return null;
  }));
}

/** Whether its grids can be zoomed. @param {Summary|undefined} summary */
function isLarge(summary) {
  return summary !== undefined && Math.max(...summary.shapes.input.slice(1), ...summary.shapes.output.slice(1)) >= LARGE;
}

/** A convolution with nothing to remark on. @param {Summary} summary */
function isPlain({ operation: { kind, flip, stride, padding } }) {
  return kind === 'conv2d' && !flip && Math.max(...stride) === 1 && Object.values(padding).every((side) => side === 0);
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

/** What is seen only when it is opened is made when it is opened. @param {HTMLElement} sheet */
function fill(sheet) {
  const template = sheet.querySelector('template');
  template?.replaceWith(template.content);
}

function helper() {
  const help = find('#help', HTMLDialogElement);
  const open = () => {
    fill(help);
    help.showModal();
  };
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

/** @param {State} state @param {Translate} t @param {() => Promise<unknown>} sheets  the views that are not the stage */
function viewChoice(state, t, sheets) {
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
  effect(() => {
    if (state.chosenView.value !== 'stage') sheets();
  });
}

/**
 * The hand comes when the pointer, a finger or a key first stirs; what they did to a number until then is done again.
 * @param {HTMLElement[]} places @param {() => Promise<unknown>} hand @param {AbortSignal} signal  the hand is there
 */
function reach(places, hand, signal) {
  /** @type {{type: string, again: () => void}[]} */
  const missed = [];
  const note = async (/** @type {string} */ type, /** @type {() => void} */ again) => {
    if (type === 'pointermove' && missed.at(-1)?.type === type) missed.pop();
    missed.push({ type, again });
    if (missed.length === 1 && (await hand())) for (const { again } of missed.splice(0)) again();
  };
  for (const kind of ['pointermove', 'pointerdown', 'keydown']) addEventListener(kind, () => hand(), { once: true, signal });
  for (const place of places) {
    for (const kind of ['pointermove', 'pointerdown', 'pointerup', 'click', 'dblclick']) {
      place.addEventListener(kind, (event) => {
        const { target } = event;
        note(kind, () => target?.dispatchEvent(sameAs(event)));
      }, { signal });
    }
  }
  for (const id of ['#cells-input', '#cells-weight']) {
    const grid = find(id, HTMLElement);
    grid.addEventListener('focus', () => hand(), { signal });
    grid.addEventListener('keydown', (event) => {
      if (MOVES.test(event.key) || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      note('keydown', () => typeAgain(event));
    }, { capture: true, signal });
    grid.addEventListener('paste', (event) => {
      const text = event.clipboardData?.getData('text') ?? '';
      note('paste', () => document.activeElement?.dispatchEvent(pasteOf(text)));
    }, { signal });
  }
}

/** @param {Event} event @returns {Event} */
function sameAs(event) {
  return new (/** @type {typeof Event} */ (event.constructor))(event.type, event);
}

/** The first key may have opened a field for those that follow. @param {KeyboardEvent} event */
function typeAgain(event) {
  const at = document.activeElement;
  if (event.key.length === 1 && at instanceof HTMLInputElement) at.value += event.key;
  else at?.dispatchEvent(sameAs(event));
}

/** @param {string} text */
function pasteOf(text) {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  return new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
}

/** The panel opens at a click, and by itself where it was open the last time. @param {() => Promise<import('./controls/panel.js').Panel|null>} panel */
function panelDoor(panel) {
  const button = find('#panel-open', HTMLButtonElement);
  const soon = () => void panel();
  button.addEventListener('pointerenter', soon, { once: true });
  button.addEventListener('focus', soon, { once: true });
  button.onclick = async () => (await panel())?.toggle();
  try {
    if (localStorage.getItem('convscope.panel') === 'open' && innerWidth > 863) panel().then((found) => found?.toggle(true));
  } catch {
    // Storage is forbidden: the panel stays closed.
  }
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
    find(`#copy-${form}`, HTMLButtonElement).onclick = async () => {
      setText(find('#copied', HTMLElement), '');
      (await import('./controls/copies.js')).copy(form, parts);
    };
  }
}
