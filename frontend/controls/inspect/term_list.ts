/** The terms of the cell, the largest first, those in which a text stands, and the sums of both signs. */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect, signal } from '@preact/signals-core';
import type { CellTerm } from '../../model/cell_terms.ts';
import { findTerms, formatCellTerm, sortBySize, sumBySign } from '../../model/cell_terms.ts';
import { formatExact } from '../../model/numbers.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement, setText, throttle } from '../../views/shared/dom.ts';

/** What the strip is about. */
export interface InspectedCell {
  step: Step;
  layer: SceneModel;
  outChannel: number;
  terms: CellTerm[];
}

/** Terms that are listed; the search looks at all. */
const MOST_LISTED = 100;

export function showTerms(context: AppContext, cell: ReadonlySignal<InspectedCell | null>) {
  const { state } = context;
  const field = findElement('#inspect-find', HTMLInputElement);
  const wanted = signal('');
  field.addEventListener('input', () => {
    wanted.value = field.value;
  });
  const update = throttle(() => {
    const shown = cell.peek();
    if (!shown) return;
    showSums(context, shown);
    listFound(context, shown, wanted.peek());
  });
  effect(() => {
    cell.value;
    wanted.value;
    update(state.playing.value);
  });
}

function listFound({ state, t }: AppContext, { terms, layer }: InspectedCell, wanted: string) {
  const { dtype, operation } = layer.summary;
  // A transposed layer has no padding: between and beside its input's cells there is nothing to read.
  const none = t(operation.kind === 'conv_transpose2d' ? 'inspect.none' : 'legend.word.padding.name');
  const found = sortBySize(findTerms(terms, wanted, dtype, none));
  const rows = found.slice(0, MOST_LISTED).map((term) => {
    const { factors, product } = formatCellTerm(term, dtype, none);
    const row = makeElement('tr');
    const button = document.createElement('button');
    // A line each, for the eye; a space between, for who hears or copies it.
    button.append(
      ...factors.flatMap((text, k) => (k ? [' ', makeElement('span', '', `· ${text}`)] : [text])),
    );
    button.type = 'button';
    button.onclick = () => {
      const [u, v] = term.tap;
      state.firstChannel.value = term.channel;
      state.pinCell({ grid: 'tap', channel: term.channel, row: u, col: v });
    };
    const place = makeElement('td');
    place.append(button);
    row.append(place, makeElement('td', 'number', product));
    return row;
  });
  findElement('#inspect-terms', HTMLElement).replaceChildren(...rows);
  const counts = { found: found.length, all: terms.length, listed: rows.length };
  const key = found.length > rows.length ? 'inspect.count.some' : 'inspect.count';
  setText(findElement('#inspect-count', HTMLElement), t(key, counts));
}

/** Max pooling adds nothing up. */
function showSums({ t }: AppContext, { step, layer, outChannel, terms }: InspectedCell) {
  const line = findElement('#inspect-sums', HTMLElement);
  line.hidden = step.selected !== null;
  if (line.hidden) return;
  const { dtype, shapes } = layer.summary;
  const bias = layer.bias[outChannel] ?? 0;
  const sums = sumBySign(terms, bias, step.output, dtype);
  const number = (value: number) => formatExact(value, dtype);
  const values = {
    positive: number(sums.positive),
    negative: number(sums.negative),
    bias: number(bias),
    output: number(step.output),
    total: number(sums.total),
    dtype,
  };
  const parts = t(shapes.bias ? 'inspect.sums.bias' : 'inspect.sums', values);
  setText(line, sums.rounded ? `${parts} ${t('inspect.rounded', values)}` : parts);
}
