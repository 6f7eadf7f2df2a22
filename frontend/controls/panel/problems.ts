/** What is wrong with the panel's values, as places in the scene's body and sentences. */

import type { Translate } from '../../model/i18n.ts';
import type { LayerProblem } from '../../model/layer_validation.ts';
import { findProblems, isPooling } from '../../model/layer_validation.ts';
import type { PanelValues } from '../../state/scene_requests.ts';
import type { PanelForm } from './form.ts';

export interface FieldProblem {
  at: string;
  message: string;
  /** What is said over the stage, without the field and what stands beside it. */
  onStage?: string;
  /** Nothing is there yet: what is to be done, and no fault. */
  open?: boolean;
}

/** Letters of a wrong bias that a message repeats. */
const QUOTED = 20;

/** lastField: the place of the field that was changed last: too small an output is shown there. */
export function findFieldProblems(form: PanelForm, values: PanelValues, t: Translate, lastField: string) {
  return [
    ...findProblems(values.layer).map((problem) => ({
      at: placeOf(problem, lastField),
      message: t(`parameters.${problem.key}`, problem.values),
    })),
    ...sourceProblems(form, values, t),
    ...biasProblems(form, values, t),
  ];
}

function placeOf({ at }: LayerProblem, lastField: string) {
  const changesSize = /stride|padding|dilation|kernel|input|kind/.test(lastField);
  return at === '/operation' && changesSize ? lastField : at;
}

function sourceProblems(
  form: PanelForm,
  { layer, input, weight }: PanelValues,
  t: Translate,
): FieldProblem[] {
  return [
    ...(input.source === 'file' ? fileProblems('/input/file', input, t) : []),
    ...(weight.source === 'file' && !isPooling(layer.kind) ? fileProblems('/weight/file', weight, t) : []),
    ...(weight.source === 'named' && !isPooling(layer.kind) ? kernelProblems(form, t) : []),
  ];
}

function fileProblems(at: string, { file, problem }: PanelValues['input' | 'weight'], t: Translate) {
  if (problem) return [{ at, message: problem }];
  return file ? [] : [{ at, message: t('panel.file.choose'), open: true }];
}

function biasProblems(form: PanelForm, { layer, bias, biasFile }: PanelValues, t: Translate): FieldProblem[] {
  if (isPooling(layer.kind) || !bias || biasFile) return [];
  const wrong = form.bias()?.find(({ value }) => Number.isNaN(value));
  if (wrong) return [{ at: '/bias', message: t('panel.bias.text', { text: wrong.text.slice(0, QUOTED) }) }];
  return bias.length === layer.outputs
    ? []
    : [{ at: '/bias', message: t('panel.bias.count', { found: bias.length, expected: layer.outputs }) }];
}

/** Named kernels must be of one size. */
function kernelProblems(form: PanelForm, t: Translate): FieldProblem[] {
  const at = '/weight/kernels';
  const kernels = form.checkedKernels().map(({ value, dataset }) => ({
    name: t(`panel.kernel.${value}`),
    size: `${dataset.rows}×${dataset.cols}`,
  }));
  const [first] = kernels;
  if (!first) return [{ at, message: t('panel.kernels.choose'), open: true }];
  const other = kernels.find(({ size }) => size !== first.size);
  if (!other) return [];
  const values = { first: first.name, a: first.size, second: other.name, b: other.size };
  return [{ at, message: t('panel.kernels.sizes', values) }];
}
