/** The keys of the page. */

import * as timeline from '../model/timeline.ts';
import type { AppState } from '../state/app_state.ts';

/** The keyboard: one key, one action, wherever the focus is not in a control that uses the key itself. */
export function setUpKeyboard(state: AppState, help: () => void) {
  const actions: Record<string, () => void> = {
    ' ': () => state.togglePlay(),
    ArrowRight: () => state.stepTick(1),
    ArrowLeft: () => state.stepTick(-1),
    'shift+ArrowRight': () => state.stepWindow(1),
    'shift+ArrowLeft': () => state.stepWindow(-1),
    Home: () => state.jump(() => 0),
    End: () => state.jump((clock) => timeline.duration(clock)),
    '+': () => state.changeSpeed(1),
    '=': () => state.changeSpeed(1),
    '-': () => state.changeSpeed(-1),
    1: () => state.chooseGranularity('product'),
    2: () => state.chooseGranularity('channel'),
    3: () => state.chooseGranularity('window'),
    '[': () => state.chooseOutput(state.outChannel.peek() - 1),
    ']': () => state.chooseOutput(state.outChannel.peek() + 1),
    '?': help,
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || usesKey(event)) return;
    const action =
      actions[event.shiftKey && event.key.startsWith('Arrow') ? `shift+${event.key}` : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Whether the focused control wants this key for itself. */
function usesKey({ target, key }: KeyboardEvent) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog, [popover]')) return key !== '?';
  if (target.matches('select, textarea, [contenteditable]')) return true;
  if (target.id === 'scrubber') return false;
  // A radio button that the pointer chose leaves the arrows to the timeline.
  if (target instanceof HTMLInputElement && target.type === 'radio')
    return target.matches(':focus-visible') && (key.startsWith('Arrow') || key === ' ');
  if (target instanceof HTMLInputElement) return true;
  return key === ' ' && target.matches('button, a, summary');
}
