/** The workbench. */

import { openStage, readBoot } from './stage.ts';
import type { AppState } from './state/app_state.ts';
import { nextPaint } from './views/shared/dom.ts';
import { setUpWorkbench } from './workbench.ts';

async function start() {
  const { context, opened } = openStage(await readBoot());
  // Where the address names a moment or a view, the controls read it before the first picture.
  if (!location.search) await nextPaint();
  const addressShown = setUpWorkbench(context);
  await opened;
  await addressShown();
  await loadShown(context.state);
  context.paintNow();
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
}

/** What cannot be loaded is told by the state. */
async function loadShown(state: AppState) {
  const [scene, position] = [state.scene.peek(), state.position.peek()];
  if (!scene || !position) return;
  const drawing = state.loadDrawing(scene.summary, state.shownView.peek());
  await Promise.allSettled([drawing, state.loadMoment(scene, position)]);
}

start();
