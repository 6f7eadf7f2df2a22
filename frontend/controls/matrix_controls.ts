/** Transposes the sparse matrix, and chooses its input channel. */

import { batch, effect } from '@preact/signals-core';
import { inputChannelsOf } from '../model/geometry.ts';
import type { Translate } from '../model/i18n.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import { findElement } from '../views/shared/dom.ts';
import { shownChannelIndex } from '../views/sparse/channel_index.ts';
import { makeChannelStepper } from './channel_stepper.ts';

export function setUpTranspose(state: AppState) {
  const box = findElement('#transpose', HTMLInputElement);
  box.onchange = () => {
    state.transposed.value = box.checked;
  };
  effect(() => {
    const view = state.shownView.value;
    box.checked = state.transposed.value;
    findElement('#view-tools', HTMLElement).hidden = view !== 'matrix' && view !== 'sparse';
    findElement('#transpose-option', HTMLElement).hidden = view !== 'sparse';
  });
}

/** Which input channel the sparse matrix is of. */
export function setUpChannelChoice(state: AppState, t: Translate, model: () => SceneModel | null) {
  const room = findElement('#in-channel-chooser', HTMLElement);
  let inputs: number[] = [];
  const show = makeChannelStepper(room, t, (channel) =>
    batch(() => {
      state.following.value = false;
      state.inChannel.value = inputs.indexOf(channel);
    }),
  );
  effect(() => {
    const [layer, position] = [model(), state.position.value];
    if (!layer || !position || state.shownView.value !== 'sparse') {
      room.hidden = true;
      return;
    }
    inputs = inputChannelsOf(layer.summary, position.outChannel);
    room.hidden = inputs.length < 2;
    const index = shownChannelIndex({
      model: layer,
      position,
      activeCell: state.activeCell.value,
      following: state.following.value,
      granularity: state.granularity.value,
      inChannel: state.inChannel.value,
    });
    const [least = 0, most = least] = [inputs[0], inputs.at(-1)];
    show(inputs[index] ?? least, { least, most, count: layer.summary.shapes.input[0] });
  });
}
