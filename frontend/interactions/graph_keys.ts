/** Keys on the page of a network. */

import type { GraphView } from '../views/network/graph_view.ts';
import type { ArrowKey } from '../views/network/hit_test.ts';
import { nextNode } from '../views/network/hit_test.ts';

const STEP = 1.25;

/** What the keys reach beside the graph. */
export interface GraphKeys {
  search: () => void;
  /** The open node, which a key has opened. */
  enterNode: () => void;
}

export function setUpGraphKeys(view: GraphView, { search, enterNode }: GraphKeys) {
  const { state, canvas } = view;
  canvas.addEventListener('focus', () => {
    if (canvas.matches(':focus-visible') && state.focused.peek() === null) focusNode(view, 0);
  });
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith('Arrow')) {
      const from = state.focused.peek() ?? 0;
      const next = nextNode(state.graph.peek(), view.layout.peek(), from, event.key as ArrowKey);
      if (next !== null) focusNode(view, next);
    } else if (event.key === 'Enter' || event.key === ' ') {
      const node = state.focused.peek();
      if (node === null) return;
      state.openAt(node);
      enterNode();
    } else if (event.key === 'Home') focusNode(view, 0);
    else if (event.key === 'End') focusNode(view, state.graph.peek().nodes.length - 1);
    else return;
    event.preventDefault();
  });
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const acts: Record<string, () => void> = {
      '/': search,
      '+': () => view.zoomBy(STEP),
      '=': () => view.zoomBy(STEP),
      '-': () => view.zoomBy(1 / STEP),
      '0': () => view.fit(),
      Escape: () => letGo(view),
    };
    const act = acts[event.key];
    if (!act || event.defaultPrevented) return;
    event.preventDefault();
    act();
  });
}

function focusNode(view: GraphView, node: number) {
  view.state.focused.value = node;
  view.reveal(node);
}

/** Lets go of the cell first, then of the node. */
function letGo({ state, canvas }: GraphView) {
  if (state.cell.peek()) state.choose(null);
  else if (state.open.peek() !== null) {
    state.close();
    canvas.focus();
  }
}

function isTyping(target: EventTarget | null) {
  return (
    target instanceof HTMLElement && target.matches('input:not([type="checkbox"], [type="radio"]), select')
  );
}
