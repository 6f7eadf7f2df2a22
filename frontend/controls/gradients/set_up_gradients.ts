/** Sets up the gradients, once, when one is first asked for: their data, view and tools. */

import type { EditSession } from '../../state/edit_session.ts';
import { GradientState } from '../../state/gradients.ts';
import type { AppContext } from '../../views/app_context.ts';
import { gradientView } from '../../views/gradient/view.ts';
import { addDrawing } from '../../views/registry.ts';
import type { ChooseDirection } from '../direction.ts';
import { setUpGradientTools } from './gradient_tools.ts';
import { makeGradients } from './shown_gradients.ts';

export function setUpGradients(context: AppContext, changes: EditSession, choose: ChooseDirection) {
  const gradients = new GradientState(context.state);
  addDrawing('gradient', gradientView);
  context.gradients.value = makeGradients(context, gradients);
  context.state.gradientSteps.value = gradients;
  setUpGradientTools(context, changes, choose);
}
