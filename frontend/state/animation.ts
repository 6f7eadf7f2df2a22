/** Moves what runs by itself with the browser's frames: playing, and a kernel that turns. */

import { computed, effect } from '@preact/signals-core';
import type { AppState } from './app_state.ts';

/** The longest time that one frame may advance, in seconds. */
const MAX_STEP = 0.1;

/** paint: paints what time has become, in the same frame of the browser. */
export function runAnimation(state: AppState, paint: () => void) {
  let last = 0;
  let request = 0;
  const advance = (now: number) => {
    request = requestAnimationFrame(advance);
    const seconds = Math.min(Math.max(now - last, 0) / 1000, MAX_STEP);
    last = now;
    if (state.playing.peek()) state.advance(seconds);
    if (state.kernelTurn.peek() < 1) state.advanceTurn(seconds);
    paint();
  };
  const moving = computed(() => state.playing.value || state.kernelTurn.value < 1);
  effect(() => {
    cancelAnimationFrame(request);
    if (!moving.value) return;
    last = performance.now();
    request = requestAnimationFrame(advance);
  });
}
