/** Gradients on a stage, without tools: their data and their view. */

import { GradientState } from '../../state/gradients.ts';
import type { AppContext } from '../../views/app_context.ts';
import { gradientView } from '../../views/gradient/view.ts';
import { addDrawing } from '../../views/registry.ts';
import { makeGradients } from './shown_gradients.ts';

export function showGradients(context: AppContext) {
  const gradients = new GradientState(context.state);
  addDrawing('gradient', gradientView);
  context.gradients.value = makeGradients(context, gradients);
  context.state.gradientSteps.value = gradients;
}
