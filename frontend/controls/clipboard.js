/**
 * To the clipboard, and a word that it is there.
 *
 * @import {Translate} from '../i18n.js'
 */

import { find, make, setText } from './dom.js';

/** How long the word stands, in milliseconds. */
const SAID = 2000;

let later = 0;

/** @param {string} text @param {Translate} t */
export async function copyText(text, t) {
  const done = await write(text);
  const said = find('#copied', HTMLElement);
  setText(said, t(done ? 'edit.copied' : 'edit.notCopied'));
  clearTimeout(later);
  later = setTimeout(() => setText(said, ''), SAID);
}

/** @param {string} text */
async function write(text) {
  // Browsers offer the clipboard to safe origins only: over plain HTTP the old way still works.
  if (!navigator.clipboard) return oldWay(text);
  return navigator.clipboard.writeText(text).then(() => true, () => oldWay(text));
}

/** @param {string} text */
function oldWay(text) {
  const before = document.activeElement;
  const area = /** @type {HTMLTextAreaElement} */ (make('textarea', 'unseen'));
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}
