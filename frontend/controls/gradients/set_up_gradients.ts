/** Sets up the gradients, once, when one is first asked for: their data, view and tools. */

import type { EditSession } from '../../state/edit_session.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement } from '../../views/shared/dom.ts';
import type { ChooseDirection } from '../direction.ts';
import { pictureTitle } from '../save/picture_title.ts';
import { setUpGradientTools } from './gradient_tools.ts';
import { showGradients } from './show_gradients.ts';

export function setUpGradients(context: AppContext, changes: EditSession, choose: ChooseDirection) {
  showGradients(context);
  setUpGradientTools(context, changes, choose);
  namePrintedGradient(context);
}

/** On paper no control says which gradient it is: the title does, as that of a saved picture. */
function namePrintedGradient(context: AppContext) {
  const heading = findElement('h1', HTMLElement);
  let title: string | null = null;
  addEventListener('beforeprint', () => {
    title ??= heading.textContent;
    // Printing may be told of twice, and the picture's title is made from what stands here.
    heading.textContent = title;
    heading.textContent = pictureTitle(context);
  });
  addEventListener('afterprint', () => {
    heading.textContent = title;
    title = null;
  });
}
