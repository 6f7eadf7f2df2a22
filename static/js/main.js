/**
 * The composition root of the workbench.
 *
 * @import {Boot} from './types.js'
 * @import {Inks} from './frame.js'
 * @import {AnyFrame} from './views.js'
 */

import { computed, effect } from '../vendor/signals-core-1.14.5.js';
import { Api } from './api.js';
import { Changes } from './changes.js';
import { cells } from './controls/cells.js';
import { address } from './controls/address.js';
import { code } from './controls/code.js';
import { copies } from './controls/copies.js';
import { find, setText } from './controls/dom.js';
import { Editor } from './controls/editor.js';
import { Panel } from './controls/panel.js';
import { stage } from './controls/stage.js';
import { inks, theme } from './controls/theme.js';
import { keys, transport } from './controls/transport.js';
import { undoRedo } from './controls/undo.js';
import { views } from './controls/views.js';
import { words } from './controls/words.js';
import { zoom } from './controls/zoom.js';
import { costText, shapeFormulas } from './formula.js';
import { model } from './frame.js';
import { emptyShare } from './notes.js';
import { translator } from './i18n.js';
import { State } from './state.js';
import { Surface } from './surface.js';
import { frameOf } from './views.js';

const boot = /** @type {Boot} */ (JSON.parse(find('#boot', HTMLScriptElement).textContent ?? ''));
const t = translator(boot.messages);
const api = new Api(boot.api, boot.language);
const state = new State(api);
const changes = new Changes(state, api, boot.scene);
const current = computed(() => (state.scene.value ? model(state.scene.value) : null));
const canvas = find('#stage', HTMLCanvasElement);
const room = find('#stage-room', HTMLElement);

/** @type {Inks} */
let colors = inks();
let size = { width: 0, height: 0 };
let before = 0;
/** @type {AnyFrame|null} what the reader looks at */
let shownFrame = null;

const labels = Object.fromEntries(
  ['input', 'window', 'kernel', 'products', 'values', 'sum', 'running', 'output', 'bias', 'max', 'mean', 'terms'].map((name) => [name, t(`stage.${name}`)]),
);
for (const name of ['scatter.value', 'scatter.stamp', 'matrix.kernel', 'matrix.columns', 'matrix.pixels', 'matrix.products', 'matrix.product', 'sparse.kernel', 'sparse.matrix']) labels[name] = t(name);

const surface = new Surface(canvas, nextFrame);

/** @param {number} now @returns {AnyFrame|null} */
function nextFrame(now) {
  if (state.playing.peek()) {
    state.advance(Math.min((now - before) / 1000, 0.1));
    surface.requestPaint();
  }
  if (state.turn.peek() < 1) {
    state.advanceTurn(Math.min((now - before) / 1000, 0.1));
    surface.requestPaint();
  }
  before = now;
  const [shown, position] = [current.peek(), state.position.peek()];
  if (!shown || !position || size.width === 0) return null;
  shownFrame = frameOf({
    view: state.shownView.peek(), model: shown, position, step: state.step.peek(), stamp: state.stamp.peek(),
    output: state.scene.peek()?.outputs.get(position.outChannel) ?? null, outputMax: state.outputMax.peek(),
    scroll: state.scroll.peek(), theme: state.theme.peek(), inks: colors, tinted: state.tinted.peek(),
    width: size.width, height: size.height, ratio: devicePixelRatio,
    zoom: state.zoom.peek(), following: state.following.peek(), asked: state.asked.peek(),
    outputs: state.scene.peek()?.outputs ?? new Map(), granularity: state.granularity.peek(),
    sight: state.sight.peek(), inChannel: state.inChannel.peek(), turn: state.turn.peek(), transposed: state.transposed.peek(),
    labels: state.granularity.peek() === 'product' ? { ...labels, tap: 'on' } : labels,
  });
  return shownFrame;
}

new ResizeObserver(() => {
  size = { width: room.clientWidth, height: room.clientHeight };
  surface.requestPaint();
}).observe(room);

effect(() => {
  state.position.value;
  state.step.value;
  state.stamp.value;
  state.arrivals.value;
  state.theme.value;
  state.tinted.value;
  state.scroll.value;
  state.zoom.value;
  state.asked.value;
  state.shownView.value;
  state.sight.value;
  state.inChannel.value;
  state.transposed.value;
  state.following.value;
  if (state.playing.value) before = performance.now();
  surface.requestPaint();
});

effect(() => {
  state.loadOutput(state.outChannel.value);
});

effect(() => {
  const summary = state.scene.value?.summary;
  if (!summary) return;
  canvas.dataset.scene = summary.id;
  setText(find('#formula', HTMLElement), shapeFormulas(summary).join('\n'));
  const { multiply_adds, parameters } = summary.counts;
  const count = (/** @type {number} */ value) => value.toLocaleString(boot.language);
  const share = (current.value ? emptyShare(current.value) : 0) * 100;
  const empty = t(summary.operation.kind === 'conv_transpose2d' ? 'counts.holes' : 'counts.padding', { share: count(Number(share.toPrecision(share < 10 ? 2 : 3))) });
  setText(find('#counts', HTMLElement), costText(t, boot.language, summary.operation.kind, { parameters, multiplyAdds: multiply_adds }) + (share > 0 ? ` · ${empty}` : ''));
});

effect(() => {
  const error = state.error.value;
  const box = find('#trouble', HTMLElement);
  box.hidden = error === null;
  if (error) setText(find('#trouble-text', HTMLElement), error.status === 0 ? t('error.offline') : t('error.answer', error));
});
const retry = () => state.retry(boot.scene);
find('#retry', HTMLButtonElement).onclick = retry;
addEventListener('online', () => state.error.peek() && retry());

const help = find('#help', HTMLDialogElement);
const openHelp = () => help.showModal();
find('#help-open', HTMLButtonElement).onclick = openHelp;

theme(state, () => {
  colors = inks();
  surface.requestPaint();
});
transport(state, t);
keys(state, openHelp);
stage(state, canvas, t, () => shownFrame);
zoom(state, canvas, () => shownFrame);
views(state, canvas, t, () => current.value, () => shownFrame);
cells(state, t, () => current.peek(), () => shownFrame);
words(state, t, () => current.peek());
new Editor(state, changes, canvas, t, () => shownFrame);
undoRedo(changes);
new Panel(state, changes, t);
copies(state, t, () => current.peek());
code(state, changes, t);
await state.open(boot.scene);
const named = address(state, changes, boot, t);
document.documentElement.dataset.ready = 'true';
if (boot.autoplay && !named && !state.still.peek()) state.togglePlay();
