/** Transposes the sparse matrix, and chooses its input channel. */

import { batch, effect } from '@preact/signals-core';
import { stepChannelsOf } from '../model/gradients/direction.ts';
import type { Translate } from '../model/i18n.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import { findElement, findElements, setText } from '../views/shared/dom.ts';
import { shownChannelIndex } from '../views/sparse/channel_index.ts';
import { labelButtons, makeChannelStepper } from './channel_stepper.ts';

export function setUpTranspose(state: AppState, t: Translate) {
  const name = findElement('#transpose-option span', HTMLElement);
  const box = findElement('#transpose', HTMLInputElement);
  box.onchange = () => {
    state.transposed.value = box.checked;
  };
  effect(() => {
    const view = state.shownView.value;
    box.checked = state.transposed.value;
    // On the way back the matrix is transposed as it is.
    setText(name, t(state.direction.value === 'input' ? 'gradient.sparse.transpose' : 'sparse.transpose'));
    findElement('#view-tools', HTMLElement).hidden = view !== 'matrix' && view !== 'sparse';
    findElement('#transpose-option', HTMLElement).hidden = view !== 'sparse';
  });
}

/** Which channel of the step the sparse matrix is of: of the input, or of the upstream. */
export function setUpChannelChoice(state: AppState, t: Translate, model: () => SceneModel | null) {
  const room = findElement('#in-channel-chooser', HTMLElement);
  const [name, letter] = [...findElements('label > span', room)];
  let channels: number[] = [];
  const show = makeChannelStepper(room, t, (channel) =>
    batch(() => {
      state.following.value = false;
      state.inChannel.value = channels.indexOf(channel);
    }),
  );
  effect(() => {
    const [layer, position] = [model(), state.position.value];
    const direction = state.direction.value;
    const isChosen = direction === 'forward' || direction === 'input';
    if (!layer || !position || state.shownView.value !== 'sparse' || !isChosen) {
      room.hidden = true;
      return;
    }
    const { input, output } = layer.summary.shapes;
    channels = stepChannelsOf(layer.summary, direction, position.outChannel);
    room.hidden = channels.length < 2;
    const label = t(direction === 'input' ? 'gradient.pair.output' : 'input.choose');
    if (name && letter) {
      setText(name, label);
      setText(letter, direction === 'input' ? 'dY[' : 'X[');
    }
    room.ariaLabel = label;
    labelButtons(room, t, direction === 'input' ? 'output' : 'input');
    const request = {
      model: layer,
      position,
      activeCell: state.activeCell.value,
      following: state.following.value,
      granularity: state.granularity.value,
      inChannel: state.inChannel.value,
    };
    const index = shownChannelIndex(request, direction);
    const [least = 0, most = least] = [channels[0], channels.at(-1)];
    const count = direction === 'input' ? output[0] : input[0];
    show(channels[index] ?? least, { least, most, count });
  });
}
