/** The composition root of the workbench: paints the first picture, then sets up the controls. */

import { computed, effect } from '@preact/signals-core';
import { readThemeColors, setUpTheme } from './controls/theme.ts';
import { ApiClient } from './data/client.ts';
import { makeTranslate } from './model/i18n.ts';
import type { PageData } from './model/types.ts';
import { AppState } from './state/app_state.ts';
import type { AnyFrame } from './views/registry.ts';
import { isMatrixFrame, makeViewFrame } from './views/registry.ts';
import { StageCanvas } from './views/shared/canvas.ts';
import { findElement, nextPaint } from './views/shared/dom.ts';
import { makeSceneModel } from './views/shared/scene_model.ts';
import type { ThemeColors } from './views/shared/theme_colors.ts';
import { cachePreviews } from './views/stage/input_preview.ts';
import { setUpWorkbench } from './workbench.ts';

const boot: PageData = JSON.parse(findElement('#boot', HTMLScriptElement).textContent ?? '');
const t = makeTranslate(boot.messages);
const state = new AppState(
  new ApiClient(boot.api, boot.language, { summary: boot.summary, ...boot.summary.initial }),
);
const current = computed(() => (state.scene.value ? makeSceneModel(state.scene.value) : null));
const canvas = findElement('#stage', HTMLCanvasElement);
const room = findElement('#stage-room', HTMLElement);

let colors: ThemeColors = readThemeColors();
let size = sizeOf(room);
let before = 0;
/** What the reader looks at. */
let shown: AnyFrame | null = null;

const labels = Object.fromEntries(
  [
    'input',
    'window',
    'kernel',
    'products',
    'values',
    'sum',
    'running',
    'output',
    'bias',
    'max',
    'mean',
    'terms',
  ].map((name) => [name, t(`stage.${name}`)]),
);
for (const name of [
  'scatter.value',
  'scatter.stamp',
  'matrix.kernel',
  'matrix.columns',
  'matrix.pixels',
  'matrix.products',
  'matrix.product',
  'sparse.kernel',
  'sparse.matrix',
])
  labels[name] = t(name);
const finest = { ...labels, tap: 'on' };

const surface = new StageCanvas(canvas, nextFrame);

function nextFrame(now: number): AnyFrame | null {
  if (state.playing.peek()) {
    state.advance(Math.min((now - before) / 1000, 0.1));
    surface.requestPaint();
  }
  if (state.kernelTurn.peek() < 1) {
    state.advanceTurn(Math.min((now - before) / 1000, 0.1));
    surface.requestPaint();
  }
  before = now;
  const [shownModel, position] = [current.peek(), state.position.peek()];
  if (!shownModel || !position || size.width === 0) return null;
  shown = makeViewFrame({
    view: state.shownView.peek(),
    model: shownModel,
    position,
    step: state.step.peek(),
    stamp: state.stamp.peek(),
    output: state.scene.peek()?.outputs.get(position.outChannel) ?? null,
    outputMax: state.outputMax.peek(),
    scroll: state.firstChannel.peek(),
    theme: state.theme.peek(),
    colors,
    tinted: state.tinted.peek(),
    width: size.width,
    height: size.height,
    ratio: devicePixelRatio,
    zoom: state.zoom.peek(),
    following: state.following.peek(),
    activeCell: state.activeCell.peek(),
    outputs: state.scene.peek()?.outputs ?? new Map(),
    granularity: state.granularity.peek(),
    sight: state.viewport.peek(),
    inChannel: state.inChannel.peek(),
    turn: state.kernelTurn.peek(),
    transposed: state.transposed.peek(),
    labels: state.granularity.peek() === 'product' ? finest : labels,
  });
  if (!isMatrixFrame(shown)) cachePreviews(shown, surface.bitmaps);
  return shown;
}

function sizeOf({ clientWidth: width, clientHeight: height }: HTMLElement) {
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
  state.scene.value?.outputs.version;
  state.theme.value;
  state.tinted.value;
  state.firstChannel.value;
  state.zoom.value;
  state.activeCell.value;
  state.shownView.value;
  state.viewport.value;
  state.inChannel.value;
  state.transposed.value;
  state.following.value;
  if (state.playing.value) before = performance.now();
  surface.requestPaint();
});

effect(() => {
  findElement('.stage', HTMLElement).ariaBusy = String(!state.inputLoaded.value);
  findElement('#arriving', HTMLElement).hidden = state.inputLoaded.value;
});

effect(() => {
  canvas.dataset.scene = state.scene.value?.summary.id ?? '';
  canvas.dataset.view = state.shownView.value;
});

setUpTheme(state, () => {
  colors = readThemeColors();
  surface.requestPaint();
});

surface.painted.then(() => performance.mark('painted'));

async function start() {
  const opened = state.open(boot.scene).then(() => surface.paintNow());
  // Where the address names a moment or a view, the controls read it before the first picture.
  if (!location.search) await nextPaint();
  setUpWorkbench({ state, canvas, t, boot, model: () => current.value, shown: () => shown });
  await opened;
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
}

start();
