/**
 * The composition root of the workbench: paints the first picture, then sets up the controls.
 *
 * @import {Boot} from './types.js'
 * @import {Inks} from './frame.js'
 * @import {AnyFrame} from './views.js'
 */

import { computed, effect } from '@preact/signals-core';
import { Api } from './api.js';
import { find, nextPaint } from './controls/dom.js';
import { inks, theme } from './controls/theme.js';
import { model } from './frame.js';
import { translator } from './i18n.js';
import { keepSketches } from './painters/sketch.js';
import { State } from './state.js';
import { Surface } from './surface.js';
import { frameOf, isSheet } from './views.js';
import { workbench } from './workbench.js';

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

const labels = Object.fromEntries(
  ['input', 'window', 'kernel', 'products', 'values', 'sum', 'running', 'output', 'bias', 'max', 'mean', 'terms'].map((name) => [name, t(`stage.${name}`)]),
);
for (const name of ['scatter.value', 'scatter.stamp', 'matrix.kernel', 'matrix.columns', 'matrix.pixels', 'matrix.products', 'matrix.product', 'sparse.kernel', 'sparse.matrix']) labels[name] = t(name);
const finest = { ...labels, tap: 'on' };

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
  const [shownModel, position] = [current.peek(), state.position.peek()];
  if (!shownModel || !position || size.width === 0) return null;
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
  if (!isSheet(shown)) keepSketches(shown, surface.bitmaps);
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

async function start() {
  const opened = state.open(boot.scene).then(() => surface.paintNow());
  // Where the address names a moment or a view, the controls read it before the first picture.
  if (!location.search) await nextPaint();
  workbench({ state, canvas, t, boot, model: () => current.value, shown: () => shown });
  await opened;
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
}

start();
