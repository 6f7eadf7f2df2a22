/** What a picture is called: as the page, with the gradient that it shows. */

import type { AppContext } from '../../views/app_context.ts';
import { findElement } from '../../views/shared/dom.ts';

export function pictureTitle({ state, t }: Pick<AppContext, 'state' | 't'>): string {
  const title = findElement('h1', HTMLElement).textContent ?? '';
  const direction = state.direction.peek();
  return direction === 'forward' ? title : t(`save.of.${direction}`, { title });
}
