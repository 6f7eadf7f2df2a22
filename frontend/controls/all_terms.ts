/** The table of all terms, which opens over the stage, and the line above the stage where it is cut off. */

import { findElement } from '../views/shared/dom.ts';

export function setUpAllTerms() {
  const ledger = findElement('.ledger', HTMLElement);
  setUpDisclosure(findElement('#all-terms', HTMLButtonElement), ledger);
}

/** A sentence that is longer than its line can be read in whole. */
export function setUpAboutLine() {
  const line = findElement('#about-line', HTMLElement);
  const button = findElement('#about-more', HTMLButtonElement);
  setUpDisclosure(button, line);
  const update = () => {
    if (!line.classList.contains('is-open')) button.hidden = line.scrollWidth <= line.clientWidth;
  };
  const observer = new ResizeObserver(update);
  for (const element of [line, ...line.children]) observer.observe(element);
  new ResizeObserver(fitTitle).observe(findElement('.about', HTMLElement));
}

/** A title that is longer than its line has two, in smaller type. */
export function fitTitle() {
  const title = findElement('h1', HTMLHeadingElement);
  title.classList.remove('is-long');
  title.classList.toggle('is-long', title.scrollWidth > title.clientWidth);
}

/** Escape closes what the button opens, from inside it or from the button. */
function setUpDisclosure(button: HTMLButtonElement, element: HTMLElement) {
  const toggle = (open: boolean) => {
    element.classList.toggle('is-open', open);
    button.setAttribute('aria-expanded', String(open));
  };
  button.onclick = () => toggle(!element.classList.contains('is-open'));
  addEventListener('keydown', ({ key }) => key === 'Escape' && toggle(false));
}
