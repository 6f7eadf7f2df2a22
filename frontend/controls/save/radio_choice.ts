/** One of several values, as radio buttons in a row. */

import { makeElement } from '../../views/shared/dom.ts';

export interface Choice<Value extends string> {
  element: HTMLElement;
  value: () => Value;
  choose: (value: Value) => void;
  /** Offers the values that `is` holds for; one that is taken away is no longer chosen. */
  offer: (is: (value: Value) => boolean) => void;
}

export function makeChoice<Value extends string>(
  legend: string,
  name: string,
  values: readonly Value[],
  nameOf: (value: Value) => string,
  chosen: Value,
): Choice<Value> {
  const element = makeElement('div', 'save-choice');
  const set = makeElement('fieldset', 'segments');
  set.ariaLabel = legend;
  element.append(makeElement('span', '', legend), set);
  const radios = values.map((value) => {
    const radio = makeElement('input') as HTMLInputElement;
    Object.assign(radio, { type: 'radio', name: `save-${name}`, value, checked: value === chosen });
    const label = makeElement('label');
    label.append(radio, makeElement('span', '', nameOf(value)));
    set.append(label);
    return radio;
  });
  const value = () => values[radios.findIndex(({ checked }) => checked)] ?? chosen;
  const choose = (wanted: Value) => {
    for (const radio of radios) radio.checked = radio.value === wanted;
  };
  const offer = (is: (value: Value) => boolean) => {
    for (const [k, radio] of radios.entries()) {
      radio.disabled = !is(values[k] as Value);
      (radio.parentElement as HTMLElement).hidden = radio.disabled;
    }
    if (is(value())) return;
    const first = radios.find(({ disabled }) => !disabled);
    if (first) first.checked = true;
  };
  return { element, value, choose, offer };
}
