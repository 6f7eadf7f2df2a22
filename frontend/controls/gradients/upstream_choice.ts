/** What flows back into the layer: ones, one cell, or the gradient of a loss, whose value is shown. */

import { effect } from '@preact/signals-core';
import { formatIndex, ownShape } from '../../model/dimensions.ts';
import type { NestedArray } from '../../model/numbers.ts';
import { nestArray } from '../../model/numbers.ts';
import type { Cell } from '../../model/relations.ts';
import type { DescentState } from '../../state/descent.ts';
import { hasFewNumbers, MOST_NUMBERS } from '../../state/descent.ts';
import type { EditSession } from '../../state/edit_session.ts';
import type { Scene } from '../../state/scene.ts';
import type { AppContext } from '../../views/app_context.ts';
import { makeElement, setText } from '../../views/shared/dom.ts';

const SOURCES = ['ones', 'cell', 'squared_error', 'cross_entropy'] as const;
type Source = (typeof SOURCES)[number];

export function makeUpstreamChoice(context: AppContext, changes: EditSession, descent: DescentState) {
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
  const status = makeElement('output');
  status.id = 'loss-value';
  const move = makeElement('button', 'link');
  move.id = 'upstream-move';
  room.append(label, move, target.root, label2, status);
  const apply = async (source: Source, numbers?: NestedArray) => {
    const scene = state.scene.peek();
    if (!scene) return;
    try {
      if (source === 'squared_error')
        await descent.choose({ kind: source, target: { data: numbers ?? target.read(scene) } });
      else if (source === 'cross_entropy')
        await descent.choose({ kind: source, target: wanted.valueAsNumber || 0 });
      else await changes.setUpstream(source === 'ones' ? null : oneCell(context, scene));
    } catch (error) {
      state.reportError(error);
    }
  };
  select.onchange = () => select.value !== 'own' && apply(select.value as Source);
  wanted.onchange = () => apply('cross_entropy');
  move.onclick = () => apply('cell');
  effect(() => {
    const scene = state.scene.value;
    if (!scene) return;
    const { shapes, dtype, dimensions } = scene.summary;
    const known = descent.known.value;
    const kind = known?.loss.kind;
    const few = hasFewNumbers(scene);
    for (const option of options) {
      const isLoss = option.value === 'squared_error' || option.value === 'cross_entropy';
      option.disabled =
        option.value === 'own' || (isLoss && !few) || (option.value === 'cross_entropy' && dtype === 'int32');
      option.hidden = option.value === 'own' && (!shapes.upstream || known !== null);
    }
    select.title = few ? '' : t('gradient.upstream.large', { limit: MOST_NUMBERS.toLocaleString() });
    const one = shapes.upstream ? indexOfOne(context.gradients.value?.upstream.value?.data ?? []) : -1;
    const source = shapes.upstream ? (one < 0 ? 'own' : 'cell') : 'ones';
    select.value = kind ?? source;
    const pinned = pinnedUpstream(context);
    move.hidden = select.value !== 'cell' || !pinned || indexIn(shapes.output, pinned) === one;
    if (pinned) {
      const { channel, row, col } = pinned;
      setText(
        move,
        t('gradient.upstream.move', { cell: formatIndex('dY', dimensions, [channel, row, col]) }),
      );
    }
    if (known?.loss.kind === 'squared_error') target.restore(scene, known.loss.target.data);
    if (known?.loss.kind === 'cross_entropy') wanted.value = String(known.loss.target);
    target.root.hidden = kind !== 'squared_error';
    label2.hidden = kind !== 'cross_entropy';
    wanted.max = String(shapes.output[0] - 1);
    status.hidden = known === null;
    if (known) setText(status, t(`gradient.loss.${kind}`, { loss: formatLoss(known.losses.at(-1) ?? 0) }));
  });
  return room;
}

function formatLoss(value: number) {
  return String(Number(value.toPrecision(6))).replace('-', '−');
}

/** An upstream of zeros but for the pinned cell, or the first. */
function oneCell(context: AppContext, { summary: { shapes } }: Scene): NestedArray {
  const [channels, height, width] = shapes.output;
  const pinned = pinnedUpstream(context);
  const numbers = new Float64Array(channels * height * width);
  numbers[pinned ? indexIn(shapes.output, pinned) : 0] = 1;
  return nestArray(shapes.output, numbers);
}

function pinnedUpstream({ state }: AppContext): Cell | null {
  const pinned = state.pinnedCell.value;
  return pinned?.grid === 'upstream' ? pinned : null;
}

function indexIn([, height, width]: [number, number, number], { channel, row, col }: Cell) {
  return (channel * height + row) * width + col;
}

/** Where the only number that is not 0 stands, if that is a 1; else -1. */
function indexOfOne(numbers: ArrayLike<number>) {
  const places = Array.from(numbers, (value, index) => (value === 0 ? -1 : index)).filter((at) => at >= 0);
  const [at = -1] = places;
  return places.length === 1 && numbers[at] === 1 ? at : -1;
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
  const shapeOf = ({ summary }: Scene) => ownShape(summary.dimensions, summary.shapes.output);
  const write = (output: readonly number[], numbers: NestedArray) => {
    shape = output.join();
    text.value = JSON.stringify(numbers).replaceAll(']],[[', ']],\n\n[[').replaceAll('],[', '],\n[');
  };
  const read = (scene: Scene): NestedArray => {
    const output = shapeOf(scene);
    if (shape !== output.join())
      write(output, nestArray(output, new Float64Array(output.reduce((a, b) => a * b, 1))));
    return JSON.parse(text.value);
  };
  // Of a loss that was chosen on the page before.
  const restore = (scene: Scene, numbers: NestedArray) => {
    if (shape === '') write(shapeOf(scene), numbers);
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
  return { root, read, restore };
}
