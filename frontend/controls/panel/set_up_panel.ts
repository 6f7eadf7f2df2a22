/** The panel with all that stands in it. */

import type { Translate } from '../../model/i18n.ts';
import type { AppState } from '../../state/app_state.ts';
import type { EditSession } from '../../state/edit_session.ts';
import { setUpCode } from './code.ts';
import { setUpNewExample } from './new_example.ts';
import { ParameterPanel } from './panel.ts';

export function setUpPanel(state: AppState, changes: EditSession, t: Translate) {
  const panel = new ParameterPanel(state, changes, t);
  setUpCode(state, changes, t);
  setUpNewExample(changes, t);
  return panel;
}
