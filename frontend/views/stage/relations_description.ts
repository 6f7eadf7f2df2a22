/** What a cell is computed from, or takes part in, as a sentence. */

import { formatIndex } from '../../model/dimensions.ts';
import { inputChannelsOf, weightIndex } from '../../model/geometry.ts';
import type { Translate } from '../../model/i18n.ts';
import { formatExact } from '../../model/numbers.ts';
import type { Cell, CellLattice } from '../../model/relations.ts';
import { borrowedInput, findRelations, isSumCell } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { AppState } from '../../state/app_state.ts';
import { cellValue } from '../../state/cell_value.ts';

export function describeCell(state: AppState, t: Translate, model: SceneModel, cell: Cell) {
  if (isSumCell(cell)) return describeSum(state, t, model, cell);
  if (cell.grid === 'tap') return describeTap(state, t, model, cell);
  if (cell.grid === 'padding') return describePadding(state, t, model, cell);
  const { inputs, outputs } = findRelations(model, cell, { row: 0, col: 0 });
  const name = formatCell(model, cell, state.outChannel.value);
  const value = formatValue(model, cellValue(state, model, cell));
  if (cell.grid === 'bias') {
    const [, height, width] = model.summary.shapes.output;
    return t('ask.bias', { cell: name, value, cells: height * width, channel: cell.channel });
  }
  if (cell.grid === 'input') {
    const { shapes, operation } = model.summary;
    const channels = model.weight ? shapes.output[0] / (operation.groups ?? 1) : 1;
    return t(channels === 1 ? 'ask.input.one' : 'ask.input', {
      cell: name,
      value,
      cells: outputs.length,
      channels,
    });
  }
  const cells = (inputs?.plane.rows.length ?? 0) * (inputs?.plane.cols.length ?? 0);
  if (cell.grid === 'weight') return t('ask.weight', { cell: name, value, cells, channel: cell.channel });
  const channels = inputs?.channels.length ?? 0;
  const inside = countInside(model, inputs?.plane);
  if (inside < cells) {
    const [total, padding] = [inside * channels, (cells - inside) * channels];
    return t('ask.output.padded', { cell: name, value, total, channels, padding });
  }
  return t(channels === 1 ? 'ask.output.one' : 'ask.output', {
    cell: name,
    value,
    cells,
    channels,
    total: cells * channels,
  });
}

/** How many cells of a lattice of the padded plane are cells of the input. */
function countInside({ plane, summary }: SceneModel, { rows, cols }: CellLattice = { rows: [], cols: [] }) {
  const [, height, width] = summary.shapes.input;
  const isRow = (row: number) => row >= plane.top && row < plane.top + height;
  const isCol = (col: number) => col >= plane.left && col < plane.left + width;
  return rows.filter(isRow).length * cols.filter(isCol).length;
}

/** `Y[0, 1, 2]`, and the weight by the index that it has in torch. */
function formatCell({ summary }: SceneModel, { grid, channel, row, col }: Cell, outChannel: number) {
  if (grid === 'bias') return `b[${channel}]`;
  const { dimensions } = summary;
  if (grid === 'weight')
    return formatIndex('K', dimensions, [...weightIndex(summary, outChannel, channel), row, col]);
  return formatIndex(grid === 'input' ? 'X' : 'Y', dimensions, [channel, row, col]);
}

/** All digits of a number. */
function formatValue({ summary }: SceneModel, value: number | null | undefined) {
  return typeof value === 'number' ? formatExact(value, summary.dtype) : '…';
}

/** The value that padding has, or the cell that it borrows from. */
function describePadding(state: AppState, t: Translate, model: SceneModel, cell: Cell) {
  const { kind, padding_mode: mode = 'zeros', count_include_pad: counts = true } = model.summary.operation;
  const { channel } = cell;
  if (mode === 'zeros') {
    const reads = kind.startsWith('max_pool') ? 'max' : counts ? 'zero' : 'outside';
    return t(`ask.padding.${reads}`, { channel });
  }
  const source = borrowedInput(model, cell);
  if (!source) return t('ask.padding.unread', { channel });
  const [row, col] = source;
  const input = { grid: 'input', channel, row, col } as const;
  const value = formatValue(model, cellValue(state, model, input));
  return t('ask.padding.borrowed', { channel, mode, value, cell: formatCell(model, input, 0) });
}

function describeTap(state: AppState, t: Translate, model: SceneModel, { channel, row, col }: Cell) {
  const step = state.step.value;
  const index = inputChannelsOf(model.summary, state.outChannel.value).indexOf(channel);
  const tap = row * model.subject.kernel[1] + col;
  const x = formatValue(model, step?.patchOf(index)[tap]);
  const product = formatValue(model, step?.productsOf(index)[tap]);
  if (step && !step.hasInput(row, col) && !model.weight) return t('ask.tap.none');
  if (!model.weight) return product === x ? x : `${x} → ${product}`;
  const w = formatValue(model, cellValue(state, model, { grid: 'weight', channel, row, col }));
  const text = t('ask.tap', { x, product, w });
  return step && !step.hasInput(row, col) ? `${text} ${t('ask.tap.none')}` : text;
}

/** A sum without rounding. */
function describeSum(state: AppState, t: Translate, model: SceneModel, { grid, channel }: Cell) {
  const [step, outChannel] = [state.step.value, state.outChannel.value];
  const output = formatValue(model, step?.output);
  const { kind } = model.summary.operation;
  if (!model.weight) return t(kind === 'max_pool2d' ? 'now.max' : 'now.mean', { sum: output });
  if (grid === 'total') {
    const cell = { grid: 'output', channel: outChannel, row: step?.row ?? 0, col: step?.col ?? 0 } as const;
    const name = formatCell(model, cell, outChannel);
    if (!model.subject.biased) return t('now.place', { cell: name, output });
    return t('ask.total', { output: name, value: output });
  }
  const sums = grid === 'sum' ? step?.channelSums : step?.runningSums;
  const index = inputChannelsOf(model.summary, outChannel).indexOf(channel);
  return t(`ask.${grid}`, { channel, value: formatValue(model, sums?.[index]) });
}
