/** What flows back into the layer: ones, one cell, or the gradient of a loss, whose value is shown. */

import { effect, signal } from '@preact/signals-core';
import { loadOneDimension, ownShape } from '../../model/dimensions.ts';
import type { NestedArray } from '../../model/numbers.ts';
import { hasAllNumbers, nestArray } from '../../model/numbers.ts';
import type { EditSession } from '../../state/edit_session.ts';
import type { Scene } from '../../state/scene.ts';
import type { AppContext } from '../../views/app_context.ts';
import { makeElement, setText } from '../../views/shared/dom.ts';

/** Numbers of a layer that are still sent to have its loss computed. */
const MOST_NUMBERS = 50_000;

const SOURCES = ['ones', 'cell', 'squared_error', 'cross_entropy'] as const;
type Source = (typeof SOURCES)[number];

interface Answer {
  /** Nested lists of numbers. */
  upstream: unknown[];
  loss: number | null;
}

/** The loss of the scene that it was computed for. */
interface KnownLoss {
  scene: string;
  kind: Source;
  value: number;
}

export function makeUpstreamChoice(context: AppContext, changes: EditSession) {
  const { state, t } = context;
  const room = makeElement('div', 'option');
  const label = makeElement('label', '', t('gradient.upstream'));
  const select = document.createElement('select');
  select.id = 'upstream-source';
  const options = ['own', ...SOURCES].map((source) => new Option(t(`gradient.upstream.${source}`), source));
  select.append(...options);
  label.append(' ', select);
  const target = makeTarget(context, (numbers) => apply('squared_error', numbers));
  const label2 = makeElement('label', '', t('gradient.class'));
  const wanted = document.createElement('input');
  Object.assign(wanted, {
    type: 'number',
    id: 'loss-class',
    min: '0',
    step: '1',
    value: '0',
    inputMode: 'numeric',
  });
  label2.append(' ', wanted);
  const loss = signal<KnownLoss | null>(null);
  const status = makeElement('output');
  status.id = 'loss-value';
  room.append(label, target.root, label2, status);
  const apply = async (source: Source, numbers?: NestedArray) => {
    const scene = state.scene.peek();
    if (!scene) return;
    try {
      const known = await setUpstream(changes, context, source, scene, {
        target: numbers ?? target.read(scene),
        wanted: wanted.valueAsNumber,
      });
      loss.value = known;
    } catch (error) {
      state.reportError(error);
    }
  };
  select.onchange = () => select.value !== 'own' && apply(select.value as Source);
  wanted.onchange = () => apply('cross_entropy');
  effect(() => {
    const scene = state.scene.value;
    if (!scene) return;
    const { id, shapes, dtype } = scene.summary;
    const known = loss.value?.scene === id ? loss.value : null;
    const few = hasAllNumbers(scene.input) && numbersOf(scene) <= MOST_NUMBERS;
    for (const option of options) {
      const isLoss = option.value === 'squared_error' || option.value === 'cross_entropy';
      option.disabled =
        option.value === 'own' || (isLoss && !few) || (option.value === 'cross_entropy' && dtype === 'int32');
      option.hidden = option.value === 'own' && (!shapes.upstream || known !== null);
    }
    select.title = few ? '' : t('gradient.upstream.large', { limit: MOST_NUMBERS.toLocaleString() });
    select.value = known?.kind ?? (shapes.upstream ? 'own' : 'ones');
    target.root.hidden = known?.kind !== 'squared_error';
    label2.hidden = known?.kind !== 'cross_entropy';
    wanted.max = String(shapes.output[0] - 1);
    status.hidden = known === null;
    if (known) setText(status, t(`gradient.loss.${known.kind}`, { loss: formatLoss(known.value) }));
  });
  return room;
}

function formatLoss(value: number) {
  return String(Number(value.toPrecision(6))).replace('-', '−');
}

function numbersOf({ input, weight, summary: { shapes } }: Scene) {
  const [channels, height, width] = shapes.output;
  return input.data.length + (weight?.data.length ?? 0) + channels * height * width;
}

/** Puts an upstream in place. Returns the loss that it comes from, where it comes from one. */
async function setUpstream(
  changes: EditSession,
  { state }: AppContext,
  source: Source,
  scene: Scene,
  { target, wanted }: { target: NestedArray; wanted: number },
): Promise<KnownLoss | null> {
  const { output } = scene.summary.shapes;
  if (source === 'ones') {
    await changes.setUpstream(null);
    return null;
  }
  if (source === 'cell') {
    const { grid, channel, row, col } = state.pinnedCell.peek() ?? {};
    const [, height, width] = output;
    const at = grid === 'upstream' ? ((channel ?? 0) * height + (row ?? 0)) * width + (col ?? 0) : 0;
    const numbers = new Float64Array(output[0] * height * width);
    numbers[at] = 1;
    await changes.setUpstream(nestArray(output, numbers));
    return null;
  }
  const loss = source === 'squared_error' ? { target: { data: target } } : { target: wanted || 0 };
  const body = { ...(await sceneBody(scene)), loss: { kind: source, ...loss } };
  const answer = await state.api.post<Answer>('/gradients', body);
  await changes.setUpstream(nestArray(output, answer.upstream.flat(Infinity) as number[]));
  const made = state.scene.peek()?.summary.id ?? '';
  return answer.loss === null ? null : { scene: made, kind: source, value: answer.loss };
}

/** The layer as a request's body, without its upstream. */
async function sceneBody({ input, weight, bias, summary }: Scene) {
  const part = (tensor: Scene['bias']) => tensor && { data: nestArray(tensor.shape, tensor.data) };
  const body = {
    input: part(input),
    ...(weight && { weight: part(weight) }),
    ...(bias && { bias: part(bias) }),
    operation: summary.operation,
    dtype: summary.dtype,
  };
  return summary.dimensions === 1 ? (await loadOneDimension()).lowerEdit(body) : body;
}

/** The target of the squared error: zeros until it is edited. */
function makeTarget({ t }: AppContext, apply: (numbers: NestedArray) => unknown) {
  const root = document.createElement('span');
  const button = makeElement('button', 'link', t('gradient.target'));
  const sheet = makeElement('div', 'sheet');
  sheet.id = 'loss-target';
  sheet.popover = 'auto';
  button.id = 'target-open';
  button.setAttribute('popovertarget', 'loss-target');
  const text = document.createElement('textarea');
  Object.assign(text, { rows: 8, cols: 40, spellcheck: false, ariaLabel: t('gradient.target') });
  const wrong = makeElement('p', 'field-error');
  wrong.setAttribute('role', 'alert');
  const done = makeElement('button', '', t('gradient.target.apply'));
  sheet.append(makeElement('p', '', t('gradient.target.hint')), text, wrong, done);
  root.append(button, sheet);
  let shape = '';
  const read = ({ summary }: Scene): NestedArray => {
    const output = ownShape(summary.dimensions, summary.shapes.output);
    if (shape !== output.join()) {
      shape = output.join();
      const zeros = nestArray(output, new Float64Array(output.reduce((a, b) => a * b, 1)));
      text.value = JSON.stringify(zeros).replaceAll(']],[[', ']],\n\n[[').replaceAll('],[', '],\n[');
    }
    return JSON.parse(text.value);
  };
  done.onclick = () => {
    try {
      apply(JSON.parse(text.value));
      setText(wrong, '');
      sheet.hidePopover();
    } catch {
      setText(wrong, t('gradient.target.wrong'));
    }
  };
  return { root, read };
}
