/** What is said about an answer, and where. */

import { findElement, setText } from '../../views/shared/dom.ts';

export type Say = (text: string, kind?: 'right' | 'wrong') => void;

export function makeFeedback(root: ParentNode): Say {
  const line = findElement('#feedback', HTMLElement, root);
  return (text, kind) => {
    line.classList.toggle('is-right', kind === 'right');
    line.classList.toggle('is-wrong', kind === 'wrong');
    setText(line, text);
    showFeedback(root);
  };
}

export function isSaidRight(root: ParentNode) {
  return findElement('#feedback', HTMLElement, root).classList.contains('is-right');
}

/** Scrolls to what is said of an answer, unless the reader is at work on the stage. */
export function showFeedback(root: ParentNode) {
  const line = findElement('#feedback', HTMLElement, root);
  if (line.textContent === '' || document.activeElement?.closest('.workspace')) return;
  // The way on lies over the end of the text, with as many lines as it needs.
  const way = findElement('.lesson-nav', HTMLElement);
  findElement('#lesson-text', HTMLElement).style.scrollPaddingBottom = `${way.offsetHeight}px`;
  line.scrollIntoView({ block: 'nearest', behavior: 'instant' });
}

/** Puts a text of the page, with its words that name things, in place of what was said. */
export function sayTemplate(root: ParentNode, selector: string, kind?: 'right' | 'wrong') {
  const template = root.querySelector<HTMLTemplateElement>(selector);
  const line = findElement('#feedback', HTMLElement, root);
  if (!template) return;
  line.classList.toggle('is-right', kind === 'right');
  line.classList.toggle('is-wrong', kind === 'wrong');
  line.replaceChildren(template.content.cloneNode(true));
  showFeedback(root);
}

/** Fills `{name}` in. */
export function fill(text: string | undefined, values: Record<string, string | number> = {}) {
  return (text ?? '').replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
