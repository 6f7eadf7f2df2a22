/** How a picture becomes the input of a network. */

import type { Translate } from '../../model/i18n.ts';
import type { Preparation } from '../../model/network.ts';
import { parseNumber } from '../../model/number_syntax.ts';
import { makeElement } from '../../views/shared/dom.ts';
import { makeButton } from './panel_part.ts';

/** What torchvision does to a picture before a model that was trained on ImageNet. */
const IMAGENET: Preparation = {
  fit: 'crop',
  shorter_side: 256,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const FITS = ['stretch', 'crop', 'pad', 'none'] as const;

export interface PreparationForm {
  element: HTMLElement;
  /** Null: a field has no number; the browser has told which. */
  read: () => Preparation | null;
}

/** given: what the fields show at first; change: called with what they say once one of them was changed. */
export function makePreparationForm(
  t: Translate,
  given: Preparation = {},
  change: (preparation: Preparation) => void = () => {},
): PreparationForm {
  const element = makeElement('details', 'preparation') as HTMLDetailsElement;
  const fit = makeSelect(FITS.map((name) => [name, t(`prepare.fit.${name}`)]));
  const side = makeNumbersField(t, 1);
  const size = makeNumbersField(t, 2);
  const order = makeSelect(['RGB', 'BGR'].map((name) => [name, name]));
  const white = makeSelect([
    ['1', '0 … 1'],
    ['255', '0 … 255'],
  ]);
  const [mean, std] = [makeNumbersField(t, Infinity), makeNumbersField(t, Infinity)];
  const fields = [size, side, mean, std];
  const write = (preparation: Preparation) => {
    fit.value = preparation.fit ?? 'stretch';
    order.value = preparation.order ?? 'RGB';
    white.value = String(preparation.white ?? 1);
    size.write([preparation.size ?? []].flat());
    side.write([preparation.shorter_side ?? []].flat());
    mean.write([preparation.mean ?? []].flat());
    std.write([preparation.std ?? []].flat());
  };
  const read = () => {
    if (!fields.every(({ input }) => input.reportValidity())) return null;
    const [height, width = height] = size.read();
    const [shorter] = side.read();
    const found: Preparation = {};
    if (fit.value !== 'stretch') found.fit = FITS.find((name) => name === fit.value);
    if (fit.value === 'crop' && shorter !== undefined) found.shorter_side = shorter;
    if (height !== undefined && width !== undefined) found.size = [height, width];
    if (order.value === 'BGR') found.order = 'BGR';
    if (white.value === '255') found.white = 255;
    if (mean.read().length) found.mean = mean.read();
    if (std.read().length) found.std = std.read();
    return found;
  };
  const showSide = () => {
    sideRow.hidden = fit.value !== 'crop';
  };
  const tell = () => {
    showSide();
    const preparation = read();
    if (preparation) change(preparation);
  };
  const preset = (preparation: Preparation) => () => {
    write(preparation);
    tell();
  };
  const sideRow = makeRow(t('prepare.side'), side.input);
  const buttons = makeElement('div', 'node-row');
  buttons.append(
    makeButton(t('prepare.imagenet'), preset(IMAGENET)),
    makeButton(t('prepare.reset'), preset({})),
  );
  element.append(
    makeElement('summary', '', t('prepare.title')),
    makeRow(t('prepare.fit'), fit),
    sideRow,
    makeRow(t('prepare.size'), size.input),
    makeRow(t('prepare.order'), order),
    makeRow(t('prepare.white'), white),
    makeRow(t('prepare.mean'), mean.input),
    makeRow(t('prepare.std'), std.input),
    buttons,
  );
  write(given);
  showSide();
  element.onchange = tell;
  return { element, read };
}

function makeRow(title: string, field: HTMLElement) {
  const row = makeElement('label', 'preparation-row');
  row.append(makeElement('span', '', title), field);
  return row;
}

function makeSelect(options: [string, string][]) {
  const select = makeElement('select') as HTMLSelectElement;
  select.append(...options.map(([value, text]) => new Option(text, value)));
  return select;
}

/** A field of up to `most` numbers with commas or spaces between. */
function makeNumbersField(t: Translate, most: number) {
  const input = makeElement('input') as HTMLInputElement;
  input.type = 'text';
  const read = () =>
    input.value
      .split(/[\s,，×]+/)
      .filter(Boolean)
      .map(parseNumber);
  input.oninput = () => {
    const numbers = read();
    const isWrong = numbers.some(Number.isNaN) || numbers.length > most;
    input.setCustomValidity(isWrong ? t(most === 1 ? 'prepare.number' : 'prepare.numbers') : '');
  };
  const write = (numbers: readonly number[]) => {
    input.value = numbers.join(', ');
    input.setCustomValidity('');
  };
  return { input, read, write };
}
