/** The tensor and the channel of the open node: a choice, a contact sheet of all channels, and a number. */

import { effect } from '@preact/signals-core';
import { formatShort } from '../../model/numbers.ts';
import { shownTensor, tensorNames } from '../../state/shown_tensor.ts';
import type { SheetLayout } from '../../views/network/contact_sheet.ts';
import { cellAt, layoutSheet, tileRect } from '../../views/network/contact_sheet.ts';
import { paintTile } from '../../views/network/node_painter.ts';
import { fitCanvas } from '../../views/network/plane_painter.ts';
import { makeElement, setText } from '../../views/shared/dom.ts';
import { strokeRoundedRect } from '../../views/shared/drawing.ts';
import { clamp, growRect } from '../../views/shared/rects.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';
import { makeButton, planeStyle } from './panel_part.ts';

const SHEET_HEIGHT = 190;
const MARGIN = 3;

export function makeTensorChoice({ state, t }: NetworkContext): HTMLElement {
  const row = makeElement('label', 'node-row');
  const choice = makeElement('select') as HTMLSelectElement;
  const { outputs, inputs, parameters } = tensorNames(state);
  for (const [kind, names] of Object.entries({ output: outputs, input: inputs, parameter: parameters }))
    for (const name of names) {
      const option = makeElement('option', '', t(`node.tensor.${kind}`, { name })) as HTMLOptionElement;
      option.value = name;
      choice.append(option);
    }
  choice.value = state.shownTensor ?? '';
  choice.onchange = () => {
    state.tensor.value = choice.value;
    state.channel.value = state.cell.peek()?.edge === choice.value ? (state.cell.peek()?.channel ?? 0) : 0;
  };
  row.append(makeElement('span', '', t('node.tensor')), choice);
  row.hidden = choice.options.length < 2;
  return row;
}

export function makeChannelChooser(context: NetworkContext): PanelPart {
  const { state, t } = context;
  const element = makeElement('div');
  const canvas = makeElement('canvas') as HTMLCanvasElement;
  canvas.role = 'img';
  const scale = makeElement('p', 'node-note');
  const stepper = makeStepper(context);
  element.append(canvas, scale, stepper.element);
  let layout: SheetLayout | null = null;
  const dispose = effect(() => {
    const shown = shownTensor(state);
    const hasChannels = shown !== null && shown !== 'failed' && !shown.isVector && shown.planes.channels > 1;
    canvas.hidden = stepper.element.hidden = !hasChannels;
    layout = null;
    setText(scale, shown === null ? t('node.loading') : '');
    if (!shown || shown === 'failed') return;
    if (hasChannels) {
      layout = sheetLayout(context, shown.planes);
      canvas.ariaLabel = t('node.sheet', { name: shown.name });
      paintSheet(context, canvas, layout, shown.sheet);
    }
    const { channels } = shown.planes;
    const values = { shown: layout?.shown ?? channels, channels, max: formatShort(shown.sheet.max) };
    const kind = shown.kind === 'parameter' ? 'kernels' : 'channels';
    const isPart = layout !== null && layout.shown < channels;
    setText(scale, t(hasChannels ? `node.${kind}${isPart ? '' : '.all'}` : 'node.scale', values));
  });
  canvas.onclick = ({ offsetX, offsetY }) => {
    const hit = layout && cellAt(layout, offsetX - MARGIN, offsetY - MARGIN);
    if (hit) state.chooseChannel(hit.channel);
  };
  const end = () => {
    dispose();
    stepper.dispose();
  };
  return { element, dispose: end };
}

function sheetLayout({ panelWidth }: NetworkContext, planes: SheetLayout['planes']) {
  const width = panelWidth.value - 2 * MARGIN;
  const sizes = { leastTile: 26, leastNumber: 6, mostNumber: 24, mostCell: 12 };
  return layoutSheet(planes, { width, height: SHEET_HEIGHT, ...sizes });
}

type Sheet = Exclude<ReturnType<typeof shownTensor>, null | 'failed'>['sheet'];

function paintSheet(context: NetworkContext, canvas: HTMLCanvasElement, layout: SheetLayout, sheet: Sheet) {
  const style = planeStyle(context);
  const size = { width: layout.width + 2 * MARGIN, height: layout.height + 2 * MARGIN };
  const paper = fitCanvas(canvas, size, style.pixelRatio, style.colors.paper);
  for (let channel = 0; channel < layout.shown; channel++) {
    const tile = tileRect(layout, channel);
    const rect = { ...tile, x: tile.x + MARGIN, y: tile.y + MARGIN };
    paintTile(paper, style, sheet, channel, rect);
    if (channel === context.state.channel.value)
      strokeRoundedRect(paper, growRect(rect, 1.5), 2, style.colors.accent, 2);
  }
}

function makeStepper({ state, t }: NetworkContext): PanelPart {
  const element = makeElement('div', 'node-row chooser');
  const field = makeElement('input') as HTMLInputElement;
  field.type = 'number';
  field.min = '0';
  const total = makeElement('span');
  const step = (by: number) => state.chooseChannel(clamp(state.channel.peek() + by, 0, Number(field.max)));
  const back = makeButton('‹', () => step(-1));
  back.ariaLabel = t('node.channel.before');
  const ahead = makeButton('›', () => step(1));
  ahead.ariaLabel = t('node.channel.after');
  field.onchange = () => {
    const wanted = Number.parseInt(field.value, 10);
    state.chooseChannel(clamp(Number.isNaN(wanted) ? 0 : wanted, 0, Number(field.max)));
    field.value = String(state.channel.peek());
  };
  const name = makeElement('span');
  element.append(name, back, field, ahead, total);
  const dispose = effect(() => {
    const shown = shownTensor(state);
    if (!shown || shown === 'failed') return;
    field.max = String(shown.planes.channels - 1);
    field.value = String(state.channel.value);
    back.disabled = state.channel.value === 0;
    ahead.disabled = state.channel.value >= shown.planes.channels - 1;
    setText(total, t('node.channel.of', { count: shown.planes.channels }));
    setText(name, t(shown.kind === 'parameter' ? 'node.kernel' : 'node.channel'));
    field.ariaLabel = name.textContent;
  });
  return { element, dispose };
}
