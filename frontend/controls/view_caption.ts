/** Shows what the view says beside its numbers. */

import { effect } from '@preact/signals-core';
import type { AppContext } from '../views/app_context.ts';
import { viewNamed } from '../views/registry.ts';
import { findElement, setText } from '../views/shared/dom.ts';

export function showViewCaption({ state, t, model }: AppContext) {
  const line = findElement('#view-caption', HTMLElement);
  effect(() => {
    const layer = model();
    const choice = { outChannel: state.outChannel.value, transposed: state.transposed.value };
    const captions = layer ? viewNamed(state.shownView.value).makeCaptions(layer, choice) : [];
    setText(line, captions.map(([key, values]) => t(key, values)).join(' '));
  });
}
