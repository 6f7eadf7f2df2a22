/** Goes to an output cell whose address is typed. */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect } from '@preact/signals-core';
import { formatRange, isInside, parseCellAddress } from '../../model/cell_address.ts';
import { ownShape, textKey } from '../../model/dimensions.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, setText } from '../../views/shared/dom.ts';

export function setUpGoTo({ state, t }: AppContext, open: ReadonlySignal<boolean>) {
  const form = findElement('#inspect-go', HTMLFormElement);
  const field = findElement('#inspect-address', HTMLInputElement);
  const range = findElement('#inspect-range', HTMLElement);
  const outputShape = () => state.scene.value?.summary.shapes.output ?? [0, 0, 0];
  const dimensions = () => state.scene.peek()?.summary.dimensions ?? 2;
  const say = (key: string, wrong: boolean) => {
    setText(
      range,
      t(key, { text: field.value.slice(0, 40), range: formatRange(ownShape(dimensions(), outputShape())) }),
    );
    field.setAttribute('aria-invalid', String(wrong));
  };
  effect(() => {
    // The last cell stands for how an address is written.
    field.placeholder = ownShape(dimensions(), outputShape())
      .map((size) => size - 1)
      .join(', ');
    if (open.value) say('inspect.range', false);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const address = parseCellAddress(field.value, dimensions());
    if (!address) return say(textKey('inspect.notAddress', dimensions()), true);
    const shape = outputShape();
    if (!isInside(address, shape)) return say(textKey('inspect.outside', dimensions()), true);
    const [outChannel, row, col] = address;
    // The scatter view's time runs over input cells.
    if (state.shownView.peek() === 'scatter') state.chooseView('stage');
    state.seek(outChannel, row * shape[2] + col);
    say('inspect.range', false);
  });
  field.addEventListener('input', () => say('inspect.range', false));
}
