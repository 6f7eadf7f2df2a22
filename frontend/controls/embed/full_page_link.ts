/** The link to the full page, with what is shown. */

import { findElement, setText } from '../../views/shared/dom.ts';

export function setUpFullPageLink(addressNow: () => string) {
  const link = findElement('#full', HTMLAnchorElement);
  link.onclick = (event) => {
    link.href = addressNow();
    // Who asks for another window or tab by key has the browser's own way.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openOrWriteOut(link.href);
  };
}

/** Opens an address in another tab; where the page around allows none, it is written out. */
export function openOrWriteOut(address: string) {
  if (open(address, '_blank')) return;
  const line = findElement('#full-address', HTMLElement);
  setText(findElement('output', HTMLElement, line), address);
  line.hidden = false;
}
