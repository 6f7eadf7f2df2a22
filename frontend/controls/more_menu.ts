/** The menu of a phone and of a page that is enlarged: what has no room in the bar and below the stage. */

import { findElement, makeElement } from '../views/shared/dom.ts';

/** Buttons and links of the page that the menu stands for. */
const ACTIONS = [
  '#inspect-open',
  '#copy-link',
  '#copy-text',
  '#copy-tex',
  '#copy-json',
  '#save-open',
  '#embed-open',
  '#present',
  '#theme',
  '[popovertarget="legend"]',
  '.bar nav a',
];

/** Makes the menu when its button is first pressed; the same press then opens it, as every later one. */
export function openMoreMenu() {
  const button = findElement('#more', HTMLButtonElement);
  const menu = makeElement('div', 'sheet more-menu');
  menu.popover = 'auto';
  menu.setAttribute('aria-label', button.title);
  const list = makeElement('ul');
  list.append(...ACTIONS.map((selector) => makeItem(findElement(selector, HTMLElement), menu)));
  menu.append(list);
  button.after(menu);
  button.popoverTargetElement = menu;
  button.onclick = null;
}

function makeItem(source: HTMLElement, menu: HTMLElement) {
  const item = makeElement('li');
  const entry = makeElement('button', 'link', source.ariaLabel ?? source.textContent?.trim() ?? '');
  (entry as HTMLButtonElement).type = 'button';
  entry.onclick = () => {
    menu.hidePopover();
    source.click();
  };
  item.append(entry);
  return item;
}
