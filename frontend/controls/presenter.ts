/** Presenting: the stage fills the window, or the screen where it may; the keys go on working. */

import { effect } from '@preact/signals-core';
import type { AppState } from '../state/app_state.ts';
import { findElement } from '../views/shared/dom.ts';

/** What browsers of desktops have beside the standard: keys that the page gets in full screen too. */
type KeyboardNavigator = Navigator & { keyboard?: { lock(keys: string[]): Promise<void> } };

/** How long a pointer rests before the buttons go, in milliseconds. */
const REST = 2500;

/** Returns what begins or ends it. */
export function setUpPresenter(state: AppState): () => void {
  const root = document.documentElement;
  // One after the other: the end of the last full screen is not that of the next.
  let changes = 0;
  let changed = Promise.resolve();
  const toggle = () => {
    const on = !state.presenting.peek();
    state.presenting.value = on;
    changes += 1;
    changed = changed
      .then(() => setFullScreen(on))
      .finally(() => {
        changes -= 1;
      });
  };
  effect(() => {
    root.classList.toggle('presenting', state.presenting.value);
  });
  showButtonsWhenPointed(state, root);
  findElement('#present', HTMLButtonElement).onclick = toggle;
  findElement('#present-end', HTMLButtonElement).onclick = toggle;
  // What is pinned, and what is open over the stage, is closed first; this comes before they hear of it.
  const ends = ({ key, target }: KeyboardEvent) =>
    key === 'Escape' &&
    state.presenting.peek() &&
    !state.pinnedCell.peek() &&
    !(target as Element).closest?.('dialog, [popover]');
  addEventListener('keydown', (event) => ends(event) && toggle(), true);
  // A browser that keeps Escape to itself leaves the full screen without a key that the page hears.
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement && changes === 0) state.presenting.value = false;
  });
  return toggle;
}

/** A pointer that moves brings the buttons of the timeline, which go when it rests. */
function showButtonsWhenPointed(state: AppState, root: HTMLElement) {
  let timer = 0;
  const hide = () => root.classList.remove('is-pointed');
  const show = () => {
    if (!state.presenting.peek()) return;
    root.classList.add('is-pointed');
    clearTimeout(timer);
    timer = window.setTimeout(hide, REST);
  };
  addEventListener('pointerdown', show);
  // What moves under a pointer at rest is no move of the pointer.
  addEventListener('pointermove', ({ movementX, movementY }) => (movementX || movementY) && show());
}

/** Frames, and browsers of phones, may not allow it. */
async function setFullScreen(on: boolean) {
  try {
    if (on) {
      await document.documentElement.requestFullscreen();
      await (navigator as KeyboardNavigator).keyboard?.lock(['Escape']);
    } else if (document.fullscreenElement) await document.exitFullscreen();
  } catch {
    return;
  }
}
