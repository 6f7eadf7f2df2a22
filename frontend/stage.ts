/** The stage of a page, and the state that it shows: what the workbench and the lessons have in common. */

import { computed, effect, signal } from '@preact/signals-core';
import { setUpTheme } from './controls/theme.ts';
import { ApiClient, readSummary } from './data/client.ts';
import { makeTranslate } from './model/i18n.ts';
import type { PageData } from './model/types.ts';
import { runAnimation } from './state/animation.ts';
import { AppState } from './state/app_state.ts';
import type { AppContext, Gradients } from './views/app_context.ts';
import { computeFrame, computeFrameRequest } from './views/current_frame.ts';
import { loadDrawing, shownDrawing, shownOutputs } from './views/registry.ts';
import { StageCanvas } from './views/shared/canvas.ts';
import { observePixelRatio, observePrinting, observeSize } from './views/shared/display.ts';
import { findElement, nextPaint } from './views/shared/dom.ts';
import { makeSceneModel } from './views/shared/scene_model.ts';

export interface Stage {
  context: AppContext;
  /** Resolves when the page's scene is there and painted. */
  opened: Promise<void>;
}

/** Begins to show the scene that the page names. */
export function openStage(boot: PageData): Stage {
  const t = makeTranslate(boot.messages, boot.language);
  const state = new AppState(new ApiClient(boot.api, boot.language), boot.presets, loadDrawing);
  const canvas = findElement('#stage', HTMLCanvasElement);
  const model = computed(() => (state.scene.value ? makeSceneModel(state.scene.value) : null));
  const gradients = signal<Gradients | null>(null);
  const printing = observePrinting();
  const surroundings = {
    size: observeSize(findElement('#stage-room', HTMLElement)),
    pixelRatio: observePixelRatio(printing),
    colors: setUpTheme(state, printing),
    printing,
  };
  const moment = () => gradients.value?.moment.value ?? null;
  const request = computeFrameRequest(state, model, t, surroundings, moment);
  const frame = computeFrame(request);
  const surface = new StageCanvas(canvas, request, frame, state.held);
  surface.painted.then(() => performance.mark('painted'));
  runAnimation(state, () => surface.paintNow());
  surface.painted.then(() => loadShownOutputs(state, surface));
  showSceneState(state, canvas);
  const context: AppContext = {
    state,
    canvas,
    t,
    boot,
    gradients,
    model: () => model.value,
    request: () => request.peek(),
    frame: () => frame.peek(),
    paintNow: () => surface.paintNow(),
    shown: () => surface.lastFrame,
    shownLayout: surface.shownLayout,
  };
  return { context, opened: state.open(boot.summary).then(() => surface.paintNow()) };
}

/** What the page was sent with. */
export async function readBoot(root: ParentNode = document): Promise<PageData> {
  const read = JSON.parse(findElement('#boot', HTMLScriptElement, root).textContent ?? '');
  return { ...read, summary: await readSummary(read.summary) };
}

/** Loads the outputs of the other channels that the stage shows in small. */
function loadShownOutputs(state: AppState, surface: StageCanvas) {
  effect(() => {
    const summary = state.scene.value?.summary;
    state.outChannel.value;
    // What draws signals may come later.
    if (summary) shownDrawing(summary, state.shownView.value);
    nextPaint().then(() => {
      const shown = surface.lastFrame;
      const channels = shownOutputs(shown);
      if (shown && channels) state.loadNeighbours(shown.model.summary.id, channels);
    });
  });
}

/** Which scene and view the canvas shows, and whether numbers are on their way. */
function showSceneState(state: AppState, canvas: HTMLCanvasElement) {
  effect(() => {
    findElement('.stage', HTMLElement).ariaBusy = String(!state.inputLoaded.value);
    findElement('#loading', HTMLElement).hidden = state.inputLoaded.value;
  });
  effect(() => {
    const summary = state.scene.value?.summary;
    canvas.dataset.scene = summary?.id ?? '';
    if (summary) canvas.dataset.view = shownDrawing(summary, state.shownView.value);
  });
}
