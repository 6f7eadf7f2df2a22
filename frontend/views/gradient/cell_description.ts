/** What a cell of a gradient is made of, or reaches, as a sentence. Pure. */

import { formatIndex } from '../../model/dimensions.ts';
import { inputChannelsOf, weightIndex, weightOffset } from '../../model/geometry.ts';
import { outputChannelsOf, pairAt } from '../../model/gradients/direction.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import type { Translate } from '../../model/i18n.ts';
import { formatExact } from '../../model/numbers.ts';
import type { Cell } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import { forwardTerms } from './description.ts';
import type { AnySumFrame, GradientFrame, GradientScatterFrame } from './frame.ts';
import { isSumFrame } from './frame.ts';

/** The number in a cell of the upstream or of the gradient; null: on its way. */
export function gradientValue({ model, moment }: Shown, { grid, channel, row, col }: Cell): number | null {
  const { shapes } = model.summary;
  if (grid === 'upstream') {
    const [, height, width] = shapes.output;
    return moment.upstream.data[(channel * height + row) * width + col] ?? null;
  }
  if (moment.direction === 'bias') return moment.biasGradient?.[channel] ?? null;
  if (moment.direction === 'input')
    return moment.planes.get(channel)?.data[row * shapes.input[2] + col] ?? null;
  const [outChannel, inChannel] = pairAt(model.summary, channel);
  const plane = moment.planes.get(outChannel);
  const [kH, kW] = model.subject.kernel;
  const index = inChannel % inputChannelsOf(model.summary, 0).length;
  return plane?.data[(index * kH + row) * kW + col] ?? null;
}

interface Shown {
  model: SceneModel;
  moment: GradientMoment;
}

export function describeCell(t: Translate, frame: GradientFrame, cell: Cell): string {
  const { model, moment } = frame;
  const { summary } = model;
  const format = (value: number | null) => (value === null ? '…' : formatExact(value, summary.dtype));
  if (cell.grid === 'upstream') return describeUpstream(t, frame, cell, format(gradientValue(frame, cell)));
  if (cell.grid === 'gradient') {
    const name = nameOf(frame, cell);
    const value = format(gradientValue(frame, cell));
    if (moment.direction !== 'input') return t(`gradient.ask.${moment.direction}`, { cell: name, value });
    const forward = forwardTerms(t, model, [cell.channel, cell.row, cell.col]);
    return `${t('gradient.ask.input', { cell: name, value })} ${forward}`;
  }
  if (isSumFrame(frame) && cell.grid === 'tap') return describeProduct(t, frame, cell, format);
  if (isSumFrame(frame) && cell.grid === 'input') {
    const data =
      model.input.data[
        (cell.channel * summary.shapes.input[1] + cell.row) * summary.shapes.input[2] + cell.col
      ];
    const name = formatIndex('X', summary.dimensions, [cell.channel, cell.row, cell.col]);
    return `${name} = ${format(data ?? null)}`;
  }
  if (frame.kind === 'gather') return describeTap(t, frame.inner.step, cell, frame, format);
  return frame.kind === 'scatter' ? describeStamped(t, frame, cell, format) : '';
}

function nameOf({ model, moment }: Shown, { channel, row, col }: Cell) {
  if (moment.direction === 'bias') return `db[${channel}]`;
  const { dimensions } = model.summary;
  if (moment.direction === 'input') return formatIndex('dX', dimensions, [channel, row, col]);
  const [outChannel, inChannel] = pairAt(model.summary, channel);
  return formatIndex('dK', dimensions, [...weightIndex(model.summary, outChannel, inChannel), row, col]);
}

/** Which cells an upstream cell reaches: the window that its output read. */
function describeUpstream(
  t: Translate,
  { model, moment }: Shown,
  { channel, row, col }: Cell,
  value: string,
) {
  const cell = formatIndex('dY', model.summary.dimensions, [channel, row, col]);
  if (moment.direction === 'bias') return t('gradient.ask.upstream.bias', { cell, value, output: channel });
  const count = (line: number[] = []) => line.filter((index) => index >= 0).length;
  const cells = count(model.taps.rows[row]) * count(model.taps.cols[col]);
  const key = moment.direction === 'input' ? 'gradient.ask.upstream' : 'gradient.ask.upstream.weight';
  return t(key, { cell, value, cells, channels: inputChannelsOf(model.summary, channel).length });
}

type Format = (value: number | null) => string;

function describeProduct(
  t: Translate,
  { weightStep, plane, model }: AnySumFrame,
  { row, col }: Cell,
  format: Format,
) {
  const at = row * model.subject.output[1] + col;
  const [x, w, product] = [weightStep?.patch[at], plane[at], weightStep?.products[at]].map((value) =>
    format(value ?? null),
  );
  return t('ask.tap', { x: x ?? '', w: w ?? '', product: product ?? '' });
}

/** A cell of the stamp: the upstream times a weight. */
function describeStamped(
  t: Translate,
  { inner, model, position }: GradientScatterFrame,
  { grid, channel, row, col }: Cell,
  format: Format,
) {
  const stamp = inner.stamp && 'stamp' in inner.stamp ? inner.stamp.stamp : inner.stamp;
  const index = outputChannelsOf(model.summary, position.outChannel).indexOf(channel);
  if (grid !== 'tap' || !stamp || !model.weight || index < 0) return '';
  const at = weightOffset(model.summary, channel, position.outChannel) + row * model.subject.kernel[1] + col;
  const [x, w, product] = [stamp.values[index], model.weight.data[at], stamp.products[index]?.[row]?.[col]];
  return t('ask.tap', { x: format(x ?? null), w: format(w ?? null), product: format(product ?? null) });
}

function describeTap(
  t: Translate,
  step: Extract<GradientFrame, { kind: 'gather' }>['inner']['step'],
  { grid, channel, row, col }: Cell,
  { model, position }: GradientFrame,
  format: Format,
) {
  const index = outputChannelsOf(model.summary, position.outChannel).indexOf(channel);
  if (grid !== 'tap' || !step) return '';
  const tap = row * model.subject.kernel[1] + col;
  const [x, product] = [step.patchOf(index)[tap], step.productsOf(index)[tap]].map((value) =>
    format(value ?? null),
  );
  if (!model.weight) return `${x} → ${product}`;
  const offset = weightIndex(model.summary, channel, position.outChannel);
  const size = model.weight.shape[1] ?? 1;
  const kernel = model.subject.kernel[0] * model.subject.kernel[1];
  const w = format(model.weight.data[(offset[0] * size + offset[1]) * kernel + tap] ?? null);
  return t('ask.tap', { x: x ?? '', w, product: product ?? '' });
}
