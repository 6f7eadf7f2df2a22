/** The workbench. */

import { openStage, readBoot } from './stage.ts';
import { nextPaint } from './views/shared/dom.ts';
import { setUpWorkbench } from './workbench.ts';

async function start() {
  const { context, opened } = openStage(await readBoot());
  // Where the address names a moment or a view, the controls read it before the first picture.
  if (!location.search) await nextPaint();
  setUpWorkbench(context);
  await opened;
  const { scene, shownView, loadDrawing } = context.state;
  const shown = scene.peek();
  // What cannot be loaded is told by the state.
  if (shown) await loadDrawing(shown.summary, shownView.peek()).catch(() => {});
  context.paintNow();
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
}

start();
