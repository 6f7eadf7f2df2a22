/** Gradients on the stage of a lesson: what they need, once a step shows one. */

import type { AppContext } from '../../views/app_context.ts';
import { showGradients } from '../gradients/show_gradients.ts';
import { makeTextLoader } from '../text_loader.ts';

export async function loadLessonGradients(context: AppContext) {
  await makeTextLoader(context.boot)();
  if (!context.gradients.peek()) showGradients(context);
}
