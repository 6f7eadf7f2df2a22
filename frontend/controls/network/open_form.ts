/** The page where a network is opened: from a file, or from code. */

import type { ApiClient } from '../../data/client.ts';
import { ApiError } from '../../data/client.ts';
import { formatError } from '../../data/error_message.ts';
import type { Translate } from '../../model/i18n.ts';
import { parseNumber } from '../../model/number_syntax.ts';
import { findElement, findElements, setText } from '../../views/shared/dom.ts';
import { setUpFileDrop } from '../file_drop.ts';
import { isModel, isWeights, sortFiles } from './dropped_files.ts';
import { openNetwork } from './open_network.ts';
import { makePreparationForm } from './preparation_form.ts';
import { setUpShapesTable } from './shapes_table.ts';

type Model = Record<string, string | Blob>;

export function setUpOpenForm(api: ApiClient, t: Translate) {
  const form = findElement('#open-form', HTMLFormElement);
  const preparation = makePreparationForm(t);
  findElement('#open-preparation', HTMLElement).append(preparation.element);
  const status = findElement('#open-status', HTMLElement);
  const submit = findElement('[type=submit]', HTMLButtonElement, form);
  const tell = makeTeller(t);
  const open = async (model: Model, input: File | null) => {
    const prepare = preparation.read();
    const shape = 'code' in model ? readShape(form) : undefined;
    if (!prepare) return;
    if (shape?.some(Number.isNaN)) return tell(t('open.noShape'));
    submit.disabled = true;
    setText(status, t('open.busy'));
    try {
      await openNetwork(api, model, { input, prepare, shape });
    } catch (problem) {
      tell(problem);
    } finally {
      submit.disabled = false;
      setText(status, '');
    }
  };
  const openChosen = () => {
    tell('');
    const [model, problem] = chosenModel(form, t);
    if (model) open(model, fileOf(form, 'input'));
    else tell(problem);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    openChosen();
  };
  setUpSource(form, () => tell(''));
  setUpShapesTable(form, api, t, () => readShape(form), tell);
  setUpFileDrop((files) => {
    const { model, input } = sortFiles(files);
    if (model) setFile(form, 'model', model);
    else if (input)
      setFile(form, sourceOf(form) === 'code' && isWeights(input.name) ? 'weights' : 'input', input);
    if (model) chooseSource(form, 'onnx');
    if (model && input) setFile(form, 'input', input);
    if (model) openChosen();
  });
}

/** Says what is wrong, or with '' that nothing is. */
function makeTeller(t: Translate) {
  const error = findElement('#open-error', HTMLElement);
  return (problem: unknown) => {
    const text = problem instanceof ApiError ? formatError(t, problem) : String(problem);
    error.hidden = text === '';
    setText(error, text);
  };
}

function chosenModel(form: HTMLFormElement, t: Translate): [Model | null, string] {
  if (sourceOf(form) === 'code') {
    const code = findElement('[name=code]', HTMLTextAreaElement, form).value.trim();
    const weights = fileOf(form, 'weights');
    return code ? [{ code, ...(weights && { weights }) }, ''] : [null, t('open.noCode')];
  }
  const model = fileOf(form, 'model');
  if (!model) return [null, t('open.noModel')];
  return isModel(model.name) ? [{ model }, ''] : [null, t('open.notModel', { name: model.name })];
}

function sourceOf(form: HTMLFormElement) {
  return findElement('[name=source]:checked', HTMLInputElement, form).value;
}

function chooseSource(form: HTMLFormElement, source: string) {
  findElement(`[name=source][value=${source}]`, HTMLInputElement, form).click();
}

function setUpSource(form: HTMLFormElement, change: () => void) {
  const show = () => {
    for (const part of findElements('[data-source]', form))
      part.hidden = part.dataset.source !== sourceOf(form);
  };
  for (const radio of findElements('[name=source]', form))
    radio.onchange = () => {
      show();
      change();
    };
  show();
}

function fileOf(form: HTMLFormElement, name: string) {
  return findElement(`[name=${name}]`, HTMLInputElement, form).files?.[0] ?? null;
}

function setFile(form: HTMLFormElement, name: string, file: File) {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  findElement(`[name=${name}]`, HTMLInputElement, form).files = transfer.files;
}

/** The shape of one sample, as it is typed: `3, 32, 32`; undefined where nothing is. */
function readShape(form: HTMLFormElement): number[] | undefined {
  const sizes = findElement('[name=shape]', HTMLInputElement, form)
    .value.split(/[\s,，×]+/)
    .filter(Boolean);
  return sizes.length ? sizes.map(parseNumber) : undefined;
}
