/** A network in a notebook's widget: its graph, or the stage of a layer that was opened from it. */

import type { FrameMessage, Model } from './frame_view.ts';
import { FrameView } from './frame_view.ts';

/** Returns what closes it. */
export function openNetworkView(model: Model, element: HTMLElement): () => void {
  const stage = () => String(model.get('_stage'));
  // The kernel may learn of the trait after the question.
  const load = () => view.load({ stage: stage() });
  const change = (page: string) => {
    if (view.save({ _stage: page })) load();
  };
  const hear = ({ type, node, cell, page }: FrameMessage) => {
    if (type === 'stage' && page) change(page);
    else if (type === 'network') change('');
    else if (type === 'node') view.save({ node, cell });
  };
  const opened = () => ({ node: model.get('node'), cell: model.get('cell') });
  const state = () => (stage() ? null : opened());
  const view = new FrameView(model, element, { state, hear, edited: () => {} });
  view.watch('_stage', load);
  for (const name of ['node', 'cell']) view.watch(name, () => stage() || view.setState(opened()));
  load();
  return () => view.close();
}
