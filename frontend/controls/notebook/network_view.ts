/** A network in a notebook's widget: its graph, or the stage of a layer that was opened from it. */

import type { FrameMessage, Model } from './iframe_view.ts';
import { FIRST_HEIGHT, IframeView } from './iframe_view.ts';

/** Returns what closes it. */
export function openNetworkView(model: Model, element: HTMLElement): () => void {
  const stage = () => String(model.get('_stage'));
  // The kernel may learn of the trait after the question. graph: what the graph is to show. A graph is laid
  // out for the height that it begins with, which is the same whatever was there before.
  const load = (graph = '') => view.load({ stage: stage(), graph }, FIRST_HEIGHT);
  const change = (page: string, graph = '') => {
    if (view.save({ _stage: page })) load(graph);
  };
  const hear = ({ type, node, cell, page }: FrameMessage) => {
    if (type === 'stage' && page) change(page);
    else if (type === 'network') change('', graphBefore(stage()));
    else if (type === 'node') view.save({ node, cell });
  };
  const opened = () => ({ node: model.get('node'), cell: model.get('cell') });
  const state = () => (stage() ? null : opened());
  const view = new IframeView(model, element, { state, hear, edited: () => {} });
  view.watch('_stage', () => load());
  for (const name of ['node', 'cell']) view.watch(name, () => stage() || view.setState(opened()));
  load();
  return () => view.close();
}

/** The query of the graph that a stage was opened from, which the stage's own address has. */
function graphBefore(page: string): string {
  const network = new URLSearchParams(page.split('?')[1]).get('network') ?? '';
  return network.split('?')[1] ?? '';
}
