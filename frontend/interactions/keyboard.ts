/** The keys of the page. */

import * as timeline from '../model/timeline.ts';
import type { AppState } from '../state/app_state.ts';
import { watchKeyOwner } from './key_owner.ts';

/** What keys begin that is no matter of the timeline, where a page has it. */
export interface KeyActions {
  help?: () => void;
  /** Begins or ends presenting. */
  present?: () => void;
  /** Shows the next direction. */
  turn?: () => void;
  save?: () => void;
}

/** One key, one action. */
export function setUpKeyboard(state: AppState, { help, present, turn, save }: KeyActions) {
  const ownsKey = watchKeyOwner();
  const actions: Record<string, (() => void) | undefined> = {
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
    p: present,
    d: turn,
    s: save,
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || ownsKey(event)) return;
    const action =
      actions[event.shiftKey && event.key.startsWith('Arrow') ? `shift+${event.key}` : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  // Some browsers press a button when the space bar is let go.
  addEventListener('keyup', (event) => event.key === ' ' && !ownsKey(event) && event.preventDefault());
}
