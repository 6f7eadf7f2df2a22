/**
 * Light and dark: the system's wish, or the reader's own, kept for the next visit. The colours come from the style sheet.
 *
 * @import {State} from '../state.js'
 * @import {Inks} from '../frame.js'
 */

import { find } from './dom.js';

const COOKIE = 'convscope.theme';
const YEAR = 365 * 24 * 3600;

/** @param {State} state @param {() => void} changed */
export function theme(state, changed) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const forced = matchMedia('(forced-colors: active)');
  const apply = () => {
    const chosen = forced.matches ? undefined : document.documentElement.dataset.theme;
    state.theme.value = /** @type {'light'|'dark'} */ (chosen ?? (dark.matches ? 'dark' : 'light'));
    state.still.value = calm.matches;
    changed();
  };
  for (const wish of [dark, calm, forced]) wish.addEventListener('change', apply);
  find('#theme', HTMLButtonElement).onclick = () => {
    const next = state.theme.peek() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    remember(next);
    apply();
  };
  apply();
}

/** In a cookie: the server writes it into the next page, so that no other theme is seen first. @param {string} choice */
function remember(choice) {
  document.cookie = `${COOKIE}=${choice}; path=/; max-age=${YEAR}; samesite=lax`;
}

/** @returns {Inks} */
export function inks() {
  const style = getComputedStyle(document.documentElement);
  const color = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    text: color('--text'), muted: color('--muted'), line: color('--line'), paper: color('--paper'),
    soft: color('--soft'), accent: color('--accent'), onAccent: color('--on-accent'),
  };
}
