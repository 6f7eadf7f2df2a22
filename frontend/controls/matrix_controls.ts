/** Captions and input channel of the matrix views. */

import { batch, effect } from '@preact/signals-core';
import { inputChannelsOf } from '../model/geometry.ts';
import type { Translate } from '../model/i18n.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import * as matrix from '../views/matrix/frame.ts';
import { findElement, setText } from '../views/shared/dom.ts';
import * as sparse from '../views/sparse/frame.ts';
import { makeChannelStepper } from './channel_stepper.ts';

/** What the picture says, in words. */
export function showCaptions(state: AppState, t: Translate, model: () => SceneModel | null) {
  const bar = findElement('#view-bar', HTMLElement);
  const caption = findElement('#view-caption', HTMLElement);
  const box = findElement('#transpose', HTMLInputElement);
  box.onchange = () => {
    state.transposed.value = box.checked;
  };
  effect(() => {
    const [view, layer] = [state.shownView.value, model()];
    const sheet = view === 'matrix' || view === 'sparse';
    findElement('#view-sizes', HTMLElement).hidden = !sheet;
    if (sheet) bar.hidden = false;
    box.checked = state.transposed.value;
    findElement('#transpose-option', HTMLElement).hidden = view !== 'sparse';
    if (view === 'matrix' && layer) setText(caption, matrixCaption(t, layer, state.outChannel.value));
    if (view === 'sparse' && layer) setText(caption, t(sparseCaption(layer, state.transposed.value)));
  });
}

function matrixCaption(t: Translate, model: SceneModel, o: number) {
  const { summary } = model;
  const { input, output } = summary.shapes;
  const { depth, windows, outputs } = matrix.makeProduct(model, o);
  const sizes = {
    rows: outputs.length,
    depth,
    windows,
    outputs: output[0],
    inputs: input[0],
    height: input[1],
    width: input[2],
  };
  if (matrix.isPointwise(model)) return t('matrix.caption.pointwise', sizes);
  const groups = summary.operation.groups ?? 1;
  const group =
    groups > 1 ? t('matrix.caption.group', { group: Math.floor(o / outputs.length) + 1, groups }) : '';
  return [t('matrix.caption', sizes), group].filter(Boolean).join(' ');
}

function sparseCaption({ summary: { operation } }: SceneModel, transposed: boolean) {
  if (operation.kind === 'conv_transpose2d')
    return transposed ? 'sparse.caption.forth' : 'sparse.caption.back';
  if (!transposed) return 'sparse.caption';
  const plain = operation.padding_mode === 'zeros' && !operation.flip;
  return plain ? 'sparse.caption.transposed' : 'sparse.caption.adjoint';
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
    const index = sparse.shownChannelIndex({
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
