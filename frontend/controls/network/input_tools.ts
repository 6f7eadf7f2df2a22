/** Another input: one number changed, a drawing, a file. */

import type { Signal } from '@preact/signals-core';
import { effect, signal } from '@preact/signals-core';
import { encodeNpy } from '../../data/npy.ts';
import { planesOf } from '../../model/network.ts';
import { parseNumber } from '../../model/number_syntax.ts';
import type { NumberArray, Tensor } from '../../model/types.ts';
import { rangeOf } from '../../state/shown_tensor.ts';
import { makeElement, setText } from '../../views/shared/dom.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';
import { makeButton } from './panel_part.ts';
import type { PlaneActs } from './plane_canvas.ts';
import { makePreparationForm } from './preparation_form.ts';

/** Inputs up to this size, of one channel, are drawn on. */
const MOST_DRAWN = 32;
const PICTURES = '.png,.jpg,.jpeg,.webp,.npy,.npz,.safetensors';

type Mode = 'move' | 'draw' | 'erase';

export interface InputTools extends PanelPart {
  draw: NonNullable<PlaneActs['draw']>;
}

/** drawn: what stands on the plane while somebody draws. */
export function makeInputTools(context: NetworkContext, drawn: Signal<NumberArray | null>): InputTools {
  const { state, t } = context;
  const name = state.openNode?.name ?? '';
  const mode = signal<Mode>('move');
  const element = makeElement('section');
  const status = makeElement('p', 'node-note');
  status.role = 'status';
  const told = signal('');
  element.append(makeElement('h3', '', t('input.title')));

  const change = async (edit: (tensor: Tensor) => void) => {
    const tensor = await state.client.tensor(state.id, name).catch((error) => state.report(error));
    if (!tensor) return;
    edit(tensor);
    await run(new Blob([encodeNpy(tensor)]), true);
  };
  const run = async (input: Blob, edited = false) => {
    told.value = '';
    const done = await state.runOn(input, name, edited);
    drawn.value = null;
    if (done) told.value = t('input.done');
  };
  const planes = planesOf(state.graph.peek().edges.get(name)?.edge.shape);
  const field = makeValueField(context, (value) =>
    change(({ data }) => {
      const cell = state.cell.peek();
      if (planes && cell) data[(cell.channel * planes.rows + cell.row) * planes.cols + cell.col] = value;
    }),
  );
  element.append(field.element);
  const canDraw =
    planes?.channels === 1 && planes.rows > 1 && Math.max(planes.rows, planes.cols) <= MOST_DRAWN;
  if (canDraw)
    element.append(makeModes(context, mode, () => change(({ data }) => data.fill(rangeOf(data).least))));
  element.append(makeFileField(context, (file) => run(file)));
  // A tensor of rank 3 or 4 can be a picture.
  if (planes && planes.rows > 1)
    element.append(makePreparationForm(t, state.preparation, (given) => state.prepare(given)).element);
  element.append(status);
  const dispose = effect(() => {
    setText(status, state.running.value ? t('input.busy') : told.value);
  });
  const draw = {
    isOn: () => canDraw && mode.peek() !== 'move',
    at: (row: number, col: number) => drawAt(context, drawn, mode.peek(), row, col),
    end: () => {
      const numbers = drawn.peek();
      if (numbers) change(({ data }) => data.set(numbers));
    },
  };
  const end = () => {
    dispose();
    field.dispose();
  };
  return { element, draw, dispose: end };
}

/** The first sample's plane with one more cell in ink, or without. */
function drawAt(
  { state }: NetworkContext,
  drawn: Signal<NumberArray | null>,
  mode: Mode,
  row: number,
  col: number,
) {
  const name = state.openNode?.name ?? '';
  const shape = state.graph.peek().edges.get(name)?.edge.shape;
  const sheet = shape && state.tensors.sheet(state.id, { edge: name, shape });
  if (!sheet || sheet === 'failed' || sheet.every > 1) return;
  const next = (drawn.peek() ?? sheet.data).slice();
  const { least, most } = rangeOf(sheet.data);
  next[row * sheet.cols + col] = mode === 'draw' ? most || 1 : least;
  drawn.value = next;
}

function makeValueField({ state, t }: NetworkContext, set: (value: number) => void): PanelPart {
  const form = makeElement('form', 'node-row') as HTMLFormElement;
  const field = makeElement('input') as HTMLInputElement;
  field.type = 'text';
  field.inputMode = 'text';
  field.ariaLabel = t('input.value');
  const button = makeElement('button', '', t('input.set')) as HTMLButtonElement;
  form.append(makeElement('span', '', t('input.value')), field, button);
  form.onsubmit = (event) => {
    event.preventDefault();
    const value = parseNumber(field.value);
    field.setCustomValidity(Number.isNaN(value) ? t('input.number') : '');
    if (field.reportValidity()) set(value);
  };
  field.oninput = () => field.setCustomValidity('');
  const dispose = effect(() => {
    const cell = state.cell.value;
    form.hidden = !cell || cell.edge !== state.openNode?.name;
    button.disabled = state.running.value;
  });
  return { element: form, dispose };
}

function makeModes({ t }: NetworkContext, mode: Signal<Mode>, clear: () => void): HTMLElement {
  const row = makeElement('div', 'node-row');
  const set = makeElement('fieldset', 'segments');
  set.setAttribute('aria-label', t('input.mode'));
  for (const name of ['move', 'draw', 'erase'] as const) {
    const label = makeElement('label');
    const radio = makeElement('input') as HTMLInputElement;
    radio.type = 'radio';
    radio.name = 'input-mode';
    radio.checked = name === mode.peek();
    radio.onchange = () => {
      mode.value = name;
    };
    label.append(radio, makeElement('span', '', t(`input.${name}`)));
    set.append(label);
  }
  row.append(set, makeButton(t('input.clear'), clear));
  return row;
}

function makeFileField({ t }: NetworkContext, take: (file: Blob) => void): HTMLElement {
  const label = makeElement('label', 'node-row');
  const field = makeElement('input') as HTMLInputElement;
  field.type = 'file';
  field.accept = PICTURES;
  field.onchange = () => {
    const file = field.files?.[0];
    if (file) take(file);
  };
  label.append(makeElement('span', '', t('input.file')), field);
  return label;
}
