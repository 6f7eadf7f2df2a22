/** The tools of a gradient, in one line above the stage: how it is read, which pair, what upstream. */

import { effect } from '@preact/signals-core';
import { inputChannelsOf } from '../../model/geometry.ts';
import {
  borrowsPadding,
  hasDirection,
  hasScatter,
  indexOfPair,
  pairAt,
} from '../../model/gradients/direction.ts';
import type { Reading, SceneSummary } from '../../model/types.ts';
import { DescentState } from '../../state/descent.ts';
import type { EditSession } from '../../state/edit_session.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement, setText } from '../../views/shared/dom.ts';
import { makeChannelStepper } from '../channel_stepper.ts';
import type { ChooseDirection } from '../direction.ts';
import { carryOver } from '../language_switch.ts';
import { makeDescentButton } from './descent_tools.ts';
import { makeUpstreamChoice } from './upstream_choice.ts';

export function setUpGradientTools(context: AppContext, changes: EditSession, choose: ChooseDirection) {
  const { state, t } = context;
  const descent = new DescentState(state, changes);
  descent.restore(carryOver('losses', () => descent.chosen()) ?? []);
  const line = makeElement('div', 'view-tools');
  line.id = 'gradient-tools';
  line.setAttribute('role', 'group');
  line.ariaLabel = t('gradient.tools');
  line.append(
    makeReadings(context, choose),
    ...makePairChoosers(context),
    makeUpstreamChoice(context, changes, descent),
    makeDescentButton(context, descent),
    makeLayerLink(context, changes, choose),
  );
  findElement('.stage', HTMLElement).before(line);
  line.before(makeForwardNote(context));
  effect(() => {
    line.hidden = state.direction.value === 'forward';
    findElement('#inspect-open', HTMLElement).hidden = !line.hidden;
    // The tools of a matrix stand in the same line.
    const viewTools = findElement('#view-tools', HTMLElement);
    if (line.hidden) line.before(viewTools);
    else line.append(viewTools);
    // What the gradient is stands in place of what the layer does.
    for (const element of document.querySelectorAll<HTMLElement>('#scene-line, #related-scene'))
      element.classList.toggle('visually-hidden', !line.hidden);
  });
}

/** Why the forward pass is shown: the layer has no tensor that the direction leads to. */
function makeForwardNote({ state, t }: AppContext) {
  const note = makeElement('p', 'view-tools');
  note.id = 'gradient-note';
  effect(() => {
    const layer = state.scene.value?.summary;
    const wanted = state.wantedDirection.value;
    const hasNone = !!layer && (wanted === 'weight' || wanted === 'bias') && !hasDirection(layer, wanted);
    note.hidden = !hasNone;
    setText(note, hasNone ? t(`gradient.none.${wanted}`) : '');
  });
  return note;
}

function makeReadings({ state, t }: AppContext, choose: ChooseDirection) {
  const set = makeElement('fieldset', 'segments');
  set.id = 'readings';
  set.append(makeElement('legend', 'visually-hidden', t('gradient.reading')));
  for (const reading of ['gather', 'scatter'] satisfies Reading[]) {
    const label = makeElement('label');
    const radio = document.createElement('input');
    Object.assign(radio, { type: 'radio', name: 'reading', value: reading });
    radio.onchange = () => choose('input', reading);
    label.append(radio, makeElement('span', '', t(`gradient.reading.${reading}`)));
    set.append(label);
    effect(() => {
      radio.checked = state.reading.value === reading;
    });
  }
  effect(() => {
    const layer = state.scene.value?.summary;
    set.hidden = state.direction.value !== 'input' || !layer || !hasScatter(layer);
  });
  return set;
}

/** Which output and which input channel the gradient to the weight is of. */
function makePairChoosers({ state, t }: AppContext) {
  const at = () => {
    const layer = state.scene.peek()?.summary;
    return layer ? pairAt(layer, state.outChannel.peek()) : null;
  };
  const go = (outChannel: number, inChannel: number) => {
    const layer = state.scene.peek()?.summary;
    if (layer) state.chooseOutput(indexOfPair(layer, outChannel, inChannel));
  };
  const output = makeStepper('gradient-output', 'dY', t('gradient.pair.output'));
  const showOutput = makeChannelStepper(output, t, (channel) => {
    const layer = state.scene.peek()?.summary;
    const inChannel = at()?.[1] ?? 0;
    if (layer) go(channel, inputChannelsOf(layer, channel).includes(inChannel) ? inChannel : 0);
  });
  const input = makeStepper('gradient-input', 'X', t('gradient.pair.input'));
  const showInput = makeChannelStepper(input, t, (channel) => go(at()?.[0] ?? 0, channel));
  effect(() => {
    const layer = state.scene.value?.summary;
    const shown = layer && state.direction.value === 'weight';
    output.hidden = input.hidden = !shown;
    if (!shown) return;
    const [outChannel, inChannel] = pairAt(layer, state.outChannel.value);
    const { output: outputs, input: inputs } = layer.shapes;
    showOutput(outChannel, { least: 0, most: outputs[0] - 1, count: outputs[0] });
    const read = inputChannelsOf(layer, outChannel);
    showInput(inChannel, { least: read[0] ?? 0, most: read.at(-1) ?? 0, count: inputs[0] });
  });
  return [output, input];
}

function makeStepper(id: string, letter: string, name: string) {
  const root = makeElement('div', 'chooser');
  root.id = id;
  const button = (text: string, ends: string) => {
    const made = makeElement('button', '', text);
    made.ariaLabel = `${name} ${ends}`;
    return made;
  };
  const label = makeElement('label');
  const input = document.createElement('input');
  Object.assign(input, {
    type: 'number',
    step: '1',
    inputMode: 'numeric',
    autocomplete: 'off',
    ariaLabel: name,
  });
  label.append(`${letter}[`, input, ']', makeElement('span', 'channel-count'));
  root.append(button('‹', '−'), label, button('›', '+'));
  return root;
}

/** Opens the layer that this gradient is. */
function makeLayerLink({ state, t }: AppContext, changes: EditSession, choose: ChooseDirection) {
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'link', id: 'gradient-layer' });
  button.onclick = async () => {
    const id = state.scene.peek()?.summary.id;
    try {
      const { id: made } = await state.api.post<SceneSummary>(`/scenes/${id}/gradients/input/scene`);
      await choose('forward');
      await changes.visit(made, null);
    } catch (error) {
      state.reportError(error);
    }
  };
  effect(() => {
    const layer = state.scene.value?.summary;
    button.hidden = state.direction.value !== 'input' || !layer;
    if (!layer) return;
    const reason = !layer.shapes.weight ? 'pooling' : borrowsPadding(layer) ? 'borrows' : null;
    const transposed = layer.operation.kind === 'conv_transpose2d';
    button.disabled = reason !== null;
    button.title = t(reason ? `gradient.layer.${reason}` : 'gradient.layer.title');
    setText(button, t(transposed ? 'gradient.layer.conv2d' : 'gradient.layer.conv_transpose2d'));
  });
  return button;
}
