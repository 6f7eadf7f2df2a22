/** Shows what the view says beside its numbers. */

import { effect } from '@preact/signals-core';
import type { AppContext } from '../views/app_context.ts';
import { drawingNamed, shownDrawing } from '../views/registry.ts';
import { findElement, setText } from '../views/shared/dom.ts';

export function showViewCaption({ state, t, model }: AppContext) {
  const line = findElement('#view-caption', HTMLElement);
  effect(() => {
    const layer = model();
    const [direction, reading] = [state.direction.value, state.reading.value];
    const { value: outChannel } = state.outChannel;
    const view = state.shownView.value;
    const choice = { view, outChannel, transposed: state.transposed.value, direction, reading };
    // What is said of the forward pass makes room.
    line.parentElement?.classList.toggle('is-gradient', direction !== 'forward');
    const name = layer && shownDrawing(layer.summary, direction === 'forward' ? view : 'gradient');
    const drawing = name && drawingNamed(name);
    const captions = layer && drawing ? drawing.makeCaptions(layer, choice) : [];
    setText(line, captions.map(([key, values]) => t(key, values)).join(' '));
  });
}
