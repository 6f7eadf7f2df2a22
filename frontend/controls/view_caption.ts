/** What the stage should say beside its numbers. */

import { effect } from '@preact/signals-core';
import type { AppContext } from '../views/app_context.ts';
import { findElement, setText } from '../views/shared/dom.ts';
import { makeCaptions } from '../views/stage/captions.ts';

export function showViewCaption({ state, t, model }: AppContext) {
  const bar = findElement('#view-bar', HTMLElement);
  const line = findElement('#view-caption', HTMLElement);
  effect(() => {
    const [view, layer] = [state.shownView.value, model()];
    if (view === 'matrix' || view === 'sparse') return;
    const said = layer ? makeCaptions(layer, view).map(([key, values]) => t(key, values)) : [];
    bar.hidden = said.length === 0;
    setText(line, said.join(' '));
  });
}
