/** Which reading of the layer gives the value that another implementation has for the cell. */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect } from '@preact/signals-core';
import { textKey } from '../../model/dimensions.ts';
import { compareWithValue } from '../../model/faults/readings.ts';
import type { FaultReading } from '../../model/faults/sums.ts';
import { readTypedValue } from '../../model/faults/typed_value.ts';
import { formatExact, MINUS } from '../../model/numbers.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';
import type { InspectedCell } from './term_list.ts';

/** Readings that are listed: of many channels some agree by chance. */
const MOST_LISTED = 12;

export function setUpComparison({ t }: AppContext, cell: ReadonlySignal<InspectedCell | null>) {
  const form = findElement('#inspect-compare', HTMLFormElement);
  const field = findElement('#inspect-value', HTMLInputElement);
  const verdict = findElement('#inspect-verdict', HTMLElement);
  const say = (text: string, readings: string[] = []) => {
    const list = makeElement('ul');
    list.append(...readings.map((each) => makeElement('li', '', each)));
    verdict.replaceChildren(makeElement('p', '', text), ...(readings.length > 0 ? [list] : []));
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const shown = cell.peek();
    if (field.value.trim() === '') {
      field.setAttribute('aria-invalid', 'false');
      verdict.replaceChildren();
      return field.focus();
    }
    const typed = readTypedValue(field.value);
    field.setAttribute('aria-invalid', String(typed === null));
    if (!typed) return say(t('edit.notNumber', { text: field.value.slice(0, 20) }));
    if (!shown) return;
    const { step, layer, outChannel } = shown;
    const number = (exact: number) => formatExact(exact, layer.summary.dtype);
    const cellValue = number(step.output);
    if (!Number.isFinite(typed.value)) {
      const key = Number.isNaN(typed.value) ? 'fault.nan' : 'fault.inf';
      return say(t(key, { value: cellValue }));
    }
    const { match, difference, readings } = compareWithValue(typed, step, layer, outChannel);
    if (match === 'exact') return say(t('fault.right'));
    if (match === 'typed') return say(t('fault.typed', { value: cellValue }));
    const values = { value: cellValue, difference: formatDifference(difference) };
    if (match === 'rounded') return say(t('fault.rounded', values));
    const differs = t('fault.differs', values);
    if (match === 'near') return say(`${differs} ${t('fault.near')}`);
    if (readings.length === 0) return say(`${differs} ${t('fault.none')}`);
    const faultKey = (key: string) =>
      key === 'offByOne' ? textKey('fault.offByOne', layer.summary.dimensions) : `fault.${key}`;
    const describe = ({ key, values, result }: FaultReading) =>
      `${t(faultKey(key), values)} (${number(result)})`;
    const listed = readings.slice(0, MOST_LISTED).map(describe);
    const more = readings.length - listed.length;
    say(`${differs} ${t('fault.found')}`, more ? [...listed, t('fault.more', { count: more })] : listed);
  });
  // The verdict is about the cell it was asked of.
  effect(() => {
    cell.value;
    verdict.replaceChildren();
  });
}

/** With its sign, to three digits where it is no whole number. */
function formatDifference(difference: number) {
  const size = Math.abs(difference);
  const text = Number.isInteger(size) ? String(size) : String(Number(size.toPrecision(3)));
  return (difference < 0 ? MINUS : '+') + text.replace('-', MINUS);
}
