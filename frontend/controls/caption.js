/**
 * What the stage should say beside its numbers.
 *
 * @import {Parts} from '../workbench.js'
 */

import { effect } from '@preact/signals-core';
import { notes } from '../notes.js';
import { find, setText } from './dom.js';

/** @param {Parts} parts */
export function caption({ state, t, model }) {
  const bar = find('#view-bar', HTMLElement);
  const line = find('#view-caption', HTMLElement);
  effect(() => {
    const [view, layer] = [state.shownView.value, model()];
    if (view === 'matrix' || view === 'sparse') return;
    const said = layer ? notes(layer, view).map(([key, values]) => t(key, values)) : [];
    bar.hidden = said.length === 0;
    setText(line, said.join(' '));
  });
}
