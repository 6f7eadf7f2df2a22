/**
 * The composition root: the picture, and then all that moves it. What the first picture does not need is fetched after
 * it (workbench.js), or when a hand first reaches for it (controls/hand.js, controls/panel.js, controls/views.js).
 *
 * @import {Boot} from './types.js'
 * @import {Inks} from './frame.js'
 * @import {AnyFrame} from './views.js'
 */

import { computed, effect } from '../vendor/signals-core-1.14.5.js';
import { Api } from './api.js';
import { find } from './controls/dom.js';
import { inks, theme } from './controls/theme.js';
import { frame, model } from './frame.js';
import { translator } from './i18n.js';
import { font } from './painters/grid.js';
import { paintMoving, paintStanding } from './painters/moving.js';
import { paintStill } from './painters/still.js';
import { everyOf } from './sketch.js';
import { State } from './state.js';
import { Surface } from './surface.js';
import { addView, frameOf, isSheet } from './views.js';

const later = import('./workbench.js');

const boot = /** @type {Boot} */ (JSON.parse(find('#boot', HTMLScriptElement).textContent ?? ''));
const t = translator(boot.messages);
const state = new State(new Api(boot.api, boot.language, { summary: boot.summary, ...boot.summary.initial }));
const current = computed(() => (state.scene.value ? model(state.scene.value) : null));
const canvas = find('#stage', HTMLCanvasElement);
const room = find('#stage-room', HTMLElement);

/** @type {Inks} */
let colors = inks();
let size = sizeOf(room);
let before = 0;
/** @type {AnyFrame|null} what the reader looks at */
let shown = null;
/** @type {typeof import('./painters/sketch.js').keepSketches|null} fetched where there is a sketch */
let keepSketches = null;

const labels = Object.fromEntries(
  ['input', 'window', 'kernel', 'products', 'values', 'sum', 'running', 'output', 'bias', 'max', 'mean', 'terms'].map((name) => [name, t(`stage.${name}`)]),
);
for (const name of ['scatter.value', 'scatter.stamp', 'matrix.kernel', 'matrix.columns', 'matrix.pixels', 'matrix.products', 'matrix.product', 'sparse.kernel', 'sparse.matrix']) labels[name] = t(name);
const finest = { ...labels, tap: 'on' };

addView('stage', { frame, paintStill, paintStanding, paintMoving });
const surface = new Surface(canvas, nextFrame);
// The first text looks for its font, which takes as long as a picture: not in the task that paints the first one.
surface.still.font = font(16);
surface.still.measureText('0');

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
  const [shownModel, position] = [current.peek(), state.position.peek()];
  if (!shownModel || !position || size.width === 0 || !(keepSketches || state.whole.peek())) return null;
  shown = frameOf({
    view: state.shownView.peek(), model: shownModel, position, step: state.step.peek(), stamp: state.stamp.peek(),
    output: state.scene.peek()?.outputs.get(position.outChannel) ?? null, outputMax: state.outputMax.peek(),
    scroll: state.scroll.peek(), theme: state.theme.peek(), inks: colors, tinted: state.tinted.peek(),
    width: size.width, height: size.height, ratio: devicePixelRatio,
    zoom: state.zoom.peek(), following: state.following.peek(), asked: state.asked.peek(),
    outputs: state.scene.peek()?.outputs ?? new Map(), granularity: state.granularity.peek(),
    sight: state.sight.peek(), inChannel: state.inChannel.peek(), turn: state.turn.peek(), transposed: state.transposed.peek(),
    labels: state.granularity.peek() === 'product' ? finest : labels,
  });
  if (!isSheet(shown)) keepSketches?.(shown, surface.bitmaps);
  return shown;
}

/** @param {HTMLElement} element */
function sizeOf({ clientWidth: width, clientHeight: height }) {
  return { width, height };
}

new ResizeObserver(() => {
  size = sizeOf(room);
  surface.requestPaint();
}).observe(room);

effect(() => {
  // A model is made where numbers arrive, not in the frame that shows them first.
  current.value;
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
  if (keepSketches || (state.whole.value && everyOf(boot.summary.shapes.input) === 1)) return;
  import('./painters/sketch.js').then((found) => {
    keepSketches = found.keepSketches;
    surface.requestPaint();
  });
});

effect(() => {
  find('.stage', HTMLElement).ariaBusy = String(!state.whole.value);
  find('#arriving', HTMLElement).hidden = state.whole.value;
});

effect(() => {
  canvas.dataset.scene = state.scene.value?.summary.id ?? '';
  canvas.dataset.view = state.shownView.value;
});

theme(state, () => {
  colors = inks();
  surface.requestPaint();
});

surface.painted.then(() => performance.mark('painted'));
// The first picture of an address that says more than the scene is the one it names.
if (location.search) await later;
await state.open(boot.scene);
if (!location.search) await surface.painted;
const { workbench } = await later;
await workbench({ state, canvas, t, boot, model: () => current.value, shown: () => shown, repaint: () => surface.repaint() });
document.documentElement.dataset.ready = 'true';
