/** Sets up the gradients, once, when one is first asked for: their data, view and tools. */

import type { EditSession } from '../../state/edit_session.ts';
import type { AppContext } from '../../views/app_context.ts';
import type { ChooseDirection } from '../direction.ts';
import { setUpGradientTools } from './gradient_tools.ts';
import { showGradients } from './show_gradients.ts';

export function setUpGradients(context: AppContext, changes: EditSession, choose: ChooseDirection) {
  showGradients(context);
  setUpGradientTools(context, changes, choose);
}
