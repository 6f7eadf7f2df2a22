/** Presenting: the stage fills the window, or the screen where it may; the keys go on working. */

import { effect } from '@preact/signals-core';
import type { AppState } from '../state/app_state.ts';
import { findElement } from '../views/shared/dom.ts';

/** Returns what begins or ends it. */
export function setUpPresenter(state: AppState): () => void {
  const root = document.documentElement;
  const toggle = () => {
    state.presenting.value = !state.presenting.peek();
    setFullScreen(state.presenting.peek());
  };
  effect(() => {
    root.classList.toggle('presenting', state.presenting.value);
  });
  findElement('#present', HTMLButtonElement).onclick = toggle;
  findElement('#present-end', HTMLButtonElement).onclick = toggle;
  addEventListener('keydown', ({ key }) => key === 'Escape' && state.presenting.peek() && toggle());
  // Escape leaves the full screen without a key that the page hears.
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement) state.presenting.value = false;
  });
  return toggle;
}

/** Frames, and browsers of phones, may not allow it. */
async function setFullScreen(on: boolean) {
  try {
    if (on) await document.documentElement.requestFullscreen();
    else if (document.fullscreenElement) await document.exitFullscreen();
  } catch {
    return;
  }
}
