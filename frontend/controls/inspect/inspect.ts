/** The engineer's strip: one output cell by its address, its terms, another implementation's value, files. */

import type { Signal } from '@preact/signals-core';
import { computed, effect, signal } from '@preact/signals-core';
import { listTerms } from '../../model/cell_terms.ts';
import { formatIndex } from '../../model/dimensions.ts';
import { formatExact } from '../../model/numbers.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, setText } from '../../views/shared/dom.ts';
import { closeOtherSheets } from '../side_sheets.ts';
import { setUpComparison } from './comparison.ts';
import { showDownloads } from './downloads.ts';
import { setUpGoTo } from './go_to.ts';
import { showTerms } from './term_list.ts';

export function setUpInspect(context: AppContext) {
  const { state, model } = context;
  const { open, toggle } = setUpToggle();
  /** What the strip is about, while it is open and there. */
  const cell = computed(() => {
    const [step, layer, outChannel] = [state.step.value, model(), state.outChannel.value];
    if (!open.value || !step || !layer) return null;
    return { step, layer, outChannel, terms: listTerms(step, layer, outChannel) };
  });
  effect(() => {
    const { step, outChannel, layer } = cell.value ?? {};
    const value = step && layer ? formatExact(step.output, layer.summary.dtype) : '';
    const name = step && formatIndex('Y', layer?.summary.dimensions ?? 2, [outChannel, step.row, step.col]);
    const text = step ? `${name} = ${value}` : '';
    setText(findElement('#inspect-cell', HTMLElement), text);
  });
  setUpGoTo(context, open);
  showTerms(context, cell);
  setUpComparison(context, cell);
  showDownloads(context, open);
  return { toggle };
}

function setUpToggle(): { open: Signal<boolean>; toggle: () => void } {
  const open = signal(false);
  const root = findElement('#inspect', HTMLElement);
  const button = findElement('#inspect-open', HTMLButtonElement);
  const close = () => {
    open.value = false;
    button.focus();
  };
  const toggle = () => {
    if (!open.peek()) closeOtherSheets(button);
    open.value = !open.peek();
    if (open.peek()) findElement('#inspect-address', HTMLInputElement).focus({ preventScroll: true });
  };
  button.onclick = toggle;
  findElement('#inspect-close', HTMLButtonElement).onclick = close;
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  });
  effect(() => {
    root.hidden = !open.value;
    document.documentElement.classList.toggle('inspect-open', open.value);
    button.setAttribute('aria-expanded', String(open.value));
  });
  return { open, toggle };
}
