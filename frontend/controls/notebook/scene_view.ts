/** A layer in a notebook's widget: the scene, the window that is shown, and the cell that is pinned. */

import type { FrameMessage, Model } from './iframe_view.ts';
import { IframeView } from './iframe_view.ts';

/** Milliseconds for which the moment stays before the picture that is saved with the notebook follows. */
const REST = 600;

interface Moment {
  cell: number[] | null;
  beat: number | null;
  /** Of what the page has told. */
  direction?: string;
}

/** Returns what closes it. */
export function openSceneView(model: Model, element: HTMLElement): () => void {
  let rest = 0;
  const moment = () => {
    const { cell, beat } = model.get('_moment') as Moment;
    return { step: cell, beat };
  };
  const save = (traits: Record<string, unknown>) => {
    if (!view.save(traits)) return;
    clearTimeout(rest);
    rest = window.setTimeout(() => model.send({ type: 'rest' }), REST);
  };
  const hear = (message: FrameMessage) => {
    if (message.type === 'step') {
      const { step, beat, direction } = message;
      save({ direction, _moment: { cell: step, beat, direction } });
    } else if (message.type === 'pin') save({ _pin: message.pin });
  };
  let shown = '';
  const state = () => ({ ...moment(), pin: model.get('_pin') });
  const edited = (scene: string) => {
    shown = scene;
  };
  const view = new IframeView(model, element, { state, hear, edited });
  const show = () => {
    const scene = String(model.get('_scene_id'));
    // An edit in this frame, which shows its scene already.
    if (scene === shown) return;
    shown = scene;
    view.load();
  };
  view.watch('_scene_id', show);
  for (const way of ['direction', 'reading']) view.watch(way, () => view.load());
  view.watch('_moment', () => view.setState(moment()));
  view.watch('_pin', () => view.setState({ pin: model.get('_pin') }));
  show();
  return () => {
    clearTimeout(rest);
    view.close();
  };
}
