/** Gradients on a stage, without tools: their data and their view. */

import { effect } from '@preact/signals-core';
import { GradientState } from '../../state/gradients.ts';
import type { AppContext } from '../../views/app_context.ts';
import { shownContributions } from '../../views/gradient/matrix_input.ts';
import { gradientView } from '../../views/gradient/view.ts';
import { addDrawing } from '../../views/registry.ts';
import { nextPaint } from '../../views/shared/dom.ts';
import { makeGradients } from './shown_gradients.ts';

export function showGradients(context: AppContext) {
  const gradients = new GradientState(context.state);
  addDrawing('gradient', gradientView);
  context.gradients.value = makeGradients(context, gradients);
  context.state.gradientSteps.value = gradients;
  loadShownContributions(context, gradients);
}

/** Loads the contributions of the matrix product that are in sight. */
function loadShownContributions({ state, shown }: AppContext, gradients: GradientState) {
  effect(() => {
    if (!gradients.moment.value?.contributions) return;
    state.viewport.value;
    nextPaint().then(() => {
      const frame = shown();
      const inner = frame?.view === 'gradient' && 'inner' in frame ? frame.inner : null;
      if (!inner || !('entries' in inner)) return;
      const { channels, first, end } = shownContributions(inner);
      gradients.loadContributions(channels, first, end);
    });
  });
}
