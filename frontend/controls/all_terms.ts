/** The table of all terms, which opens over the stage, and the line above the stage where it is cut off. */

import { findElement } from '../views/shared/dom.ts';

export function setUpAllTerms() {
  const ledger = findElement('.ledger', HTMLElement);
  setUpDisclosure(findElement('#all-terms', HTMLButtonElement), ledger);
}

/** Of a line that is shorter no word is left, in CSS pixels. */
const LEAST_LINE = 96;

/** What is cut off is a line at least; descenders are less, in CSS pixels. */
const TALLER = 6;

/** A sentence that is longer than its lines can be read in whole. */
export function setUpAboutLine() {
  const line = findElement('#about-line', HTMLElement);
  const button = findElement('#about-more', HTMLButtonElement);
  setUpDisclosure(button, line);
  const update = () => {
    if (line.classList.contains('is-open')) return;
    button.hidden = line.scrollHeight <= line.clientHeight + TALLER;
    line.classList.toggle('is-squeezed', !button.hidden && line.clientWidth < LEAST_LINE);
  };
  new ResizeObserver(update).observe(line);
  new MutationObserver(update).observe(line, {
    attributes: true,
    childList: true,
    characterData: true,
    subtree: true,
  });
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
