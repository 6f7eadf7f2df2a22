/** The notebook's widget (anywidget): a layer on the stage, or a network. */

import type { Model } from './controls/notebook/iframe_view.ts';
import { openNetworkView } from './controls/notebook/network_view.ts';
import { openSceneView } from './controls/notebook/scene_view.ts';

export default {
  render({ model, el }: { model: Model; el: HTMLElement }) {
    return model.get('_network_id') ? openNetworkView(model, el) : openSceneView(model, el);
  },
};
