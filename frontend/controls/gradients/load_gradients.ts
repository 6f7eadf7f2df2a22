/** Gradients on a stage without tools, of a lesson or in a frame: what they need, once one is shown. */

import type { AppContext } from '../../views/app_context.ts';
import { makeTextLoader } from '../text_loader.ts';
import { showGradients } from './show_gradients.ts';

export async function loadGradients(context: AppContext) {
  await makeTextLoader(context.boot)();
  if (!context.gradients.peek()) showGradients(context);
}
