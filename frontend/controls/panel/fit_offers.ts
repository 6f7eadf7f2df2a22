/** Buttons beside a weight that does not fit, each of which makes it fit. */

import type { FileWeight, FittingChoice } from '../../model/fitting_choices.ts';
import { channelsRead, findFittingChoices } from '../../model/fitting_choices.ts';
import type { Translate } from '../../model/i18n.ts';
import { isPooling } from '../../model/layer_validation.ts';
import type { PanelValues } from '../../state/scene_requests.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';
import type { FileChoices, PanelForm } from './form.ts';
import type { FieldProblem } from './problems.ts';

/** The weight of a file and the layer it is for; null where nothing can be said before it is sent. */
function weightFromFile({ layer, input, weight }: PanelValues, files: FileChoices): FileWeight | null {
  const { shape } = files.weight;
  // Whether a picture is grey shows only when it is read.
  const unknown = input.picture && input.touched;
  if (isPooling(layer.kind) || weight.source !== 'file' || !weight.touched || !shape || unknown) return null;
  return { kind: layer.kind, groups: layer.groups, channels: layer.input[0], shape };
}

/** What is in a file that is not shown yet cannot be repeated here. */
function offeredChoices(weight: FileWeight | null, { input }: PanelValues): FittingChoice[] {
  const choices = weight ? findFittingChoices(weight) : [];
  return choices.filter(({ kind }) => kind !== 'repeated' || !input.touched);
}

function nameChoice(t: Translate, choice: FittingChoice) {
  return t(`panel.fit.${choice.kind}`, { ...choice });
}

export function fitProblems(values: PanelValues, files: FileChoices, t: Translate): FieldProblem[] {
  const weight = weightFromFile(values, files);
  if (!weight || findFittingChoices(weight).length === 0) return [];
  const { shape, channels } = weight;
  const message = t('panel.fit', { weight: shape.join('×'), read: channelsRead(weight), channels });
  const choices = offeredChoices(weight, values).map((choice) => nameChoice(t, choice));
  return [
    {
      at: '/weight/file',
      message,
      onStage: t('panel.fit.stage', { problem: message, choices: choices.join(', ') }),
    },
  ];
}

/** made: called when a button has changed the form. */
export function showFitOffers(
  form: PanelForm,
  values: PanelValues,
  files: FileChoices,
  t: Translate,
  made: () => void,
) {
  const choices = offeredChoices(weightFromFile(values, files), values);
  const room = findElement('[data-offers="weight"]', HTMLElement, form.form);
  room.hidden = choices.length === 0;
  room.replaceChildren(
    makeElement('span', '', t('panel.fit.offers')),
    ...choices.map((choice) => {
      const button = makeElement('button', '', nameChoice(t, choice)) as HTMLButtonElement;
      button.type = 'button';
      button.onclick = () => {
        applyChoice(form, files, choice);
        made();
      };
      return button;
    }),
  );
}

function applyChoice(form: PanelForm, files: FileChoices, choice: FittingChoice) {
  if (choice.kind === 'groups') return form.set('groups', choice.groups);
  form.set('channels', choice.channels);
  form.set('input_source', choice.kind === 'random' ? 'random' : 'keep');
  files.input.repeats = choice.kind === 'repeated';
  files.input.touched = choice.kind === 'random';
}
