/** The link to the full page, at the moment that is shown. */

import type { AppContext } from '../../views/app_context.ts';
import { findElement, setText } from '../../views/shared/dom.ts';
import { linkToShown } from '../copy_step.ts';

/** Where the page around allows no new tab, the address is written out. */
export function setUpFullPageLink(context: AppContext) {
  const link = findElement('#full', HTMLAnchorElement);
  const line = findElement('#full-address', HTMLElement);
  link.onclick = (event) => {
    link.href = linkToShown(context);
    // Who asks for another window or tab by key has the browser's own way.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (open(link.href, '_blank')) return;
    setText(findElement('output', HTMLElement, line), link.href);
    line.hidden = false;
  };
}
