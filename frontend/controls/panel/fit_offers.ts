/** Buttons beside a weight or an input that does not fit the layer, each of which makes it fit. */

import type { FileWeight, FittingChoice } from '../../model/fitting_choices.ts';
import { channelsRead, findFittingChoices, findGroupChoices } from '../../model/fitting_choices.ts';
import type { Translate } from '../../model/i18n.ts';
import { isPooling } from '../../model/layer_validation.ts';
import type { PanelValues } from '../../state/scene_requests.ts';
import { findElements, makeElement } from '../../views/shared/dom.ts';
import type { FileChoices, PanelForm } from './form.ts';
import type { FieldProblem } from './problems.ts';

/** What does not fit, said at a field, and what would. */
interface Misfit {
  at: '/weight/file' | '/input/file' | '/input/size';
  message: string;
  choices: FittingChoice[];
}

function findMisfit(values: PanelValues, files: FileChoices, t: Translate): Misfit | null {
  const { layer, input, weight } = values;
  const isNewFile = input.source === 'file' && input.touched;
  if (isPooling(layer.kind)) return null;
  const [channels] = layer.input;
  const ofFile = weightFromFile(values, files);
  if (ofFile && findFittingChoices(ofFile).length > 0) {
    const names = { weight: ofFile.shape.join('×'), read: channelsRead(ofFile), channels };
    const ofInput = isNewFile ? '/input/file' : '/input/size';
    return {
      at: weight.touched ? '/weight/file' : ofInput,
      message: t('panel.fit', names),
      choices: offeredChoices(findFittingChoices(ofFile), values, files),
    };
  }
  // Elsewhere it is the groups, or the number of channels, that the reader has just written.
  if (!isNewFile || channels < 1 || layer.groups < 1) return null;
  const choices = findGroupChoices(channels, layer.groups, layer.outputs);
  if (choices.length === 0) return null;
  const message = t('parameters.groupsInput', { channels, groups: layer.groups });
  return { at: '/input/file', message, choices: offeredChoices(choices, values, files) };
}

/** The weight of a file and the layer it is for; null where nothing can be said before it is sent. */
function weightFromFile({ layer, weight }: PanelValues, files: FileChoices): FileWeight | null {
  const { shape } = files.weight;
  if (weight.source !== 'file' || !shape) return null;
  return { kind: layer.kind, groups: layer.groups, channels: layer.input[0], shape };
}

/** Of an input that is not shown yet only what is in a file can be repeated. */
function offeredChoices(choices: FittingChoice[], { input }: PanelValues, files: FileChoices) {
  const repeats = input.source === 'file' && input.touched ? files.canRepeat() : !input.touched;
  return choices.filter(({ kind }) => kind !== 'repeated' || repeats);
}

function nameChoice(t: Translate, choice: FittingChoice) {
  return t(`panel.fit.${choice.kind}`, { ...choice });
}

export function fitProblems(values: PanelValues, files: FileChoices, t: Translate): FieldProblem[] {
  const misfit = findMisfit(values, files, t);
  if (!misfit) return [];
  const { at, message } = misfit;
  const choices = misfit.choices.map((choice) => nameChoice(t, choice)).join(', ');
  return [{ at, message, onStage: t('panel.fit.stage', { problem: message, choices }) }];
}

/** made: called when a button has changed the form. */
export function showFitOffers(
  form: PanelForm,
  values: PanelValues,
  files: FileChoices,
  t: Translate,
  made: () => void,
) {
  const misfit = findMisfit(values, files, t);
  for (const room of findElements('[data-offers]', form.form)) {
    const choices = misfit?.at.startsWith(`/${room.dataset.offers}`) ? misfit.choices : [];
    room.hidden = choices.length === 0;
    room.replaceChildren(
      makeElement('span', '', t('panel.fit.offers')),
      ...choices.map((choice) => {
        const button = makeElement('button', '', nameChoice(t, choice)) as HTMLButtonElement;
        button.type = 'button';
        button.onclick = async () => {
          button.disabled = true;
          await applyChoice(form, files, choice);
          made();
        };
        return button;
      }),
    );
  }
}

async function applyChoice(form: PanelForm, files: FileChoices, choice: FittingChoice) {
  if (choice.kind === 'groups') return form.set('groups', choice.groups);
  form.set('channels', choice.channels);
  if (choice.kind === 'random') {
    form.set('input_source', 'random');
    files.input.touched = true;
    return;
  }
  if (form.text('input_source') === 'file' && files.input.touched) return files.repeatInput(choice.channels);
  form.set('input_source', 'keep');
  files.input.repeats = true;
  files.input.touched = false;
}
