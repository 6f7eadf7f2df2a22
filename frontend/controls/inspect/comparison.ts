/** Which reading of the layer gives the value that another implementation has for the cell. */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect } from '@preact/signals-core';
import type { FaultReading } from '../../model/fault_readings.ts';
import { compareWithValue, typedValue } from '../../model/fault_readings.ts';
import { parseNumber } from '../../model/number_syntax.ts';
import { formatExact } from '../../model/numbers.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';
import type { InspectedCell } from './term_list.ts';

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
    const value = parseNumber(field.value);
    field.setAttribute('aria-invalid', String(Number.isNaN(value)));
    if (Number.isNaN(value)) return say(t('edit.notNumber', { text: field.value.slice(0, 20) }));
    if (!shown) return;
    const { step, layer, outChannel } = shown;
    const { right, readings } = compareWithValue(typedValue(field.value, value), step, layer, outChannel);
    if (right) return say(t('fault.right'));
    if (readings.length === 0) return say(t('fault.none'));
    const describe = ({ key, values, result }: FaultReading) =>
      `${t(`fault.${key}`, values)} (${formatExact(result, layer.summary.dtype)})`;
    say(t('fault.found'), readings.map(describe));
  });
  // The verdict is about the cell it was asked of.
  effect(() => {
    cell.value;
    verdict.replaceChildren();
  });
}
