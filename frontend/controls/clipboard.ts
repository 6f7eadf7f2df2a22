/** To the clipboard, and a word that it is there. */

import type { Translate } from '../model/i18n.ts';
import { findElement, makeElement, setText } from '../views/shared/dom.ts';

/** How long the word stands, in milliseconds. */
const SAID = 2000;

let later = 0;

export async function copyText(text: string, t: Translate) {
  const done = await write(text);
  const said = findElement('#copy-status', HTMLElement);
  setText(said, t(done ? 'edit.copied' : 'edit.notCopied'));
  clearTimeout(later);
  later = setTimeout(() => setText(said, ''), SAID);
}

async function write(text: string) {
  // Browsers offer the clipboard to safe origins only: over plain HTTP the old way still works.
  if (!navigator.clipboard) return oldWay(text);
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => oldWay(text),
  );
}

function oldWay(text: string) {
  const before = document.activeElement;
  const area = makeElement('textarea', 'visually-hidden') as HTMLTextAreaElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}
