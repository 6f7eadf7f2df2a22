/** Copies text to the clipboard, and says so. */

import type { Translate } from '../model/i18n.ts';
import { findElement, makeElement } from '../views/shared/dom.ts';

/** How long the message stands, in milliseconds. */
const MESSAGE_TIME = 2000;

export async function copyText(text: string, t: Translate) {
  const copied = await writeToClipboard(text);
  const message = makeElement('span', '', t(copied ? 'edit.copied' : 'edit.notCopied'));
  findElement('#copy-status', HTMLElement).replaceChildren(message);
  setTimeout(() => message.remove(), MESSAGE_TIME);
}

/** Browsers offer the clipboard to safe origins only: over plain HTTP the old way still works. */
export async function writeToClipboard(text: string) {
  return (
    (await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )) || copyBySelection(text)
  );
}

function copyBySelection(text: string) {
  const focused = document.activeElement;
  const area = makeElement('textarea', 'visually-hidden') as HTMLTextAreaElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return copied;
}
