/** Opens and closes the panel, which is open where it was open on the last visit. */

import { findElement } from '../../views/shared/dom.ts';
import { rememberPanel, wasPanelOpen } from '../panel_memory.ts';
import { closeOtherSheets } from '../side_sheets.ts';

/** onOpen: is called with whether the reader opened it. Returns a function that opens or closes it. */
export function setUpPanelToggle(onOpen: (byReader: boolean) => void): (open?: boolean) => void {
  const root = findElement('#panel', HTMLElement);
  const button = findElement('#panel-open', HTMLButtonElement);
  const toggle = (open?: boolean) => {
    root.hidden = !(open ?? root.hidden);
    document.documentElement.classList.toggle('panel-open', !root.hidden);
    button.setAttribute('aria-expanded', String(!root.hidden));
    rememberPanel(root.hidden ? 'closed' : 'open');
    if (root.hidden) return;
    closeOtherSheets(button);
    onOpen(open === undefined);
    if (open === undefined) findElement('select', HTMLSelectElement, root).focus({ preventScroll: true });
  };
  const close = () => {
    toggle(false);
    button.focus();
  };
  button.onclick = () => toggle();
  findElement('#panel-close', HTMLButtonElement).onclick = close;
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  });
  if (wasPanelOpen()) toggle(true);
  return toggle;
}
