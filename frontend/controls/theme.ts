/** The theme: the system's, or the reader's choice, which is kept. Its colours come from the style sheet. */

import type { ReadonlySignal } from '@preact/signals-core';
import { batch, signal } from '@preact/signals-core';
import type { ThemeState } from '../state/theme.ts';
import { observePrinting } from '../views/shared/display.ts';
import type { ThemeColors } from '../views/shared/theme_colors.ts';

const COOKIE = 'convscope.theme';
const YEAR = 365 * 24 * 3600;

/** Returns the theme's colors. */
export function setUpTheme(state: ThemeState, printing = observePrinting()): ReadonlySignal<ThemeColors> {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const forced = matchMedia('(forced-colors: active)');
  const apply = () => {
    const chosen = forced.matches ? undefined : document.documentElement.dataset.theme;
    const wanted = (chosen ?? (dark.matches ? 'dark' : 'light')) as 'light' | 'dark';
    // Paper is light.
    state.theme.value = printing.peek() ? 'light' : wanted;
    state.reducedMotion.value = calm.matches;
    document.documentElement.classList.toggle('is-dark', state.theme.value === 'dark');
    return printing.peek() ? colorsOf('light') : readThemeColors();
  };
  const colors = signal(apply());
  const update = () =>
    batch(() => {
      colors.value = apply();
    });
  for (const query of [dark, calm, forced]) query.addEventListener('change', update);
  printing.subscribe(update);
  // The pages of frames have no switch, and may keep nothing.
  const button = document.querySelector<HTMLButtonElement>('#theme');
  if (button)
    button.onclick = () => {
      const next = state.theme.peek() === 'dark' ? 'light' : 'dark';
      document.documentElement.dataset.theme = next;
      rememberTheme(next);
      update();
    };
  return colors;
}

/** In a cookie: the server writes it into the next page, so that no other theme is seen first. */
function rememberTheme(choice: string) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs a secure origin
  document.cookie = `${COOKIE}=${choice}; path=/; max-age=${YEAR}; samesite=lax`;
}

/** Those of a theme that may not be the page's. Nothing is painted meanwhile. */
export function colorsOf(theme: 'light' | 'dark'): ThemeColors {
  const root = document.documentElement;
  const chosen = root.dataset.theme;
  root.dataset.theme = theme;
  const colors = readThemeColors();
  if (chosen === undefined) delete root.dataset.theme;
  else root.dataset.theme = chosen;
  return colors;
}

function readThemeColors(): ThemeColors {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: color('--text'),
    muted: color('--muted'),
    line: color('--line'),
    paper: color('--paper'),
    ground: color('--paper'),
    soft: color('--soft'),
    accent: color('--accent'),
    onAccent: color('--on-accent'),
  };
}
