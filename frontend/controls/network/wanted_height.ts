/** Tells the page around how high a frame with a network would like to be. */

import { effect } from '@preact/signals-core';
import type { GraphView } from '../../views/network/graph_view.ts';
import { findElement } from '../../views/shared/dom.ts';
import type { Tell } from '../embed/messages.ts';

/** CSS pixels of the graph, and of a graph from top to bottom, which is longer than the screen. */
const HEIGHTS = [400, 560] as const;
const MOST_DOWN = 640;

export function tellWantedHeight(view: GraphView, tell: Tell) {
  const head = findElement('.embed-head', HTMLElement);
  let lastHeight = 0;
  effect(() => {
    const { width, height, direction } = view.layout.value;
    if (view.size.value.width === 0) return;
    const scale = Math.min(1, document.documentElement.clientWidth / width);
    const [least, most] = direction === 'right' ? HEIGHTS : [MOST_DOWN, MOST_DOWN];
    const wanted = Math.ceil(Math.min(Math.max(height * scale, least), most) + head.offsetHeight);
    if (wanted === lastHeight) return;
    lastHeight = wanted;
    tell('resize', { height: wanted });
  });
}
