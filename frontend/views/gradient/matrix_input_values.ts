/** The numbers of the product Kᵀ @ dY: what each window gives to the cells that it read. Pure. */

import type { GradientMoment } from '../../model/gradients/moment.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Position } from '../../model/timeline.ts';
import type { AppliedStamp, Stamp } from '../../model/types.ts';
import type { MatrixProduct } from '../matrix/product.ts';
import { inputIndexOf, splitRow } from '../matrix/product.ts';
import { fitMatrix } from '../shared/matrix_fit.ts';
import type { PaneValues } from '../shared/matrix_painting.ts';
import type { FrameRequest } from '../shared/view.ts';

/** A place in the contributions: row and column. */
export interface Entry {
  k: number;
  n: number;
}

/** Windows whose numbers decide on the decimals. */
const DECISIVE = 64;

export interface Contributions {
  moment: GradientMoment;
  unrolled: MatrixProduct;
  position: Position;
  stamp: AppliedStamp | null;
}

/** Looks up the cell of its channel's plane that a contribution goes to, -1: to padding or a hole. */
export function targetsOf(model: SceneModel, unrolled: MatrixProduct) {
  const [, height, width] = model.summary.shapes.input;
  const indexOf = inputIndexOf(model, unrolled);
  return (k: number, n: number) => {
    const index = indexOf(k, n);
    return index < 0 ? -1 : index % (height * width);
  };
}

/** What a window gives to the cell that it read through row k; null: not loaded. */
function stampOf({ contributions }: GradientMoment, unrolled: MatrixProduct, { k, n }: Entry) {
  const { index, u, v } = splitRow(unrolled, k);
  const stamp = contributions?.stampOf(unrolled.inputs[index] ?? 0, n);
  return stamp ? { stamp, u, v } : null;
}

/** A contribution as far as the output channels have been added; null: none has, or it is not loaded. */
export function contributionAt(
  { moment, unrolled, position, stamp }: Contributions,
  entry: Entry,
): number | null {
  const { u, v } = splitRow(unrolled, entry.k);
  const from: Stamp | undefined =
    (stamp?.stamp.index === entry.n ? stamp.stamp : undefined) ?? stampOf(moment, unrolled, entry)?.stamp;
  if (!from) return null;
  const { channels, active, products, place, bias } = position;
  const tap = u * unrolled.kW + v;
  const all = place > 0 || bias > 0 || channels >= unrolled.outputs.length;
  if (all || (active < 0 && products > tap)) return from.sums[u]?.[v] ?? 0;
  const added = channels + (active >= 0 && products > tap ? 1 : 0);
  if (added === 0) return null;
  return from.products.slice(0, added).reduce((sum, product) => sum + (product[u]?.[v] ?? 0), 0);
}

/**
 * All contributions that are loaded, as they are read; as they are stamped, those of channels before. at: the
 * window at work.
 */
export function contributionValues(
  { model, position }: FrameRequest,
  moment: GradientMoment,
  unrolled: MatrixProduct,
  { cell, at }: { cell: number; at: number },
): PaneValues {
  const targetOf = targetsOf(model, unrolled);
  const { reading, planeMax: max } = moment;
  const before = unrolled.inputs.indexOf(position.outChannel) * unrolled.taps;
  const valueAt = (k: number, n: number) => {
    if (targetOf(k, n) < 0 || (reading === 'scatter' && k >= before)) return null;
    const found = stampOf(moment, unrolled, { k, n });
    return found ? (found.stamp.sums[found.u]?.[found.v] ?? 0) : null;
  };
  return {
    valueAt,
    max,
    quiet: reading === 'gather',
    fit: fitMatrix(someValues(moment, unrolled, position, at), cell),
  };
}

/** Numbers that decide on the decimals: those of windows near `at`. */
function someValues(
  moment: GradientMoment,
  unrolled: MatrixProduct,
  { outChannel }: Position,
  at: number,
): number[] {
  const k = unrolled.inputs.indexOf(outChannel) * unrolled.taps;
  const first = Math.floor(at / DECISIVE) * DECISIVE;
  const values = Array.from({ length: DECISIVE }, (_, index) => {
    return stampOf(moment, unrolled, { k, n: first + index })?.stamp.sums.flat() ?? [];
  }).flat();
  return values.length > 0 ? values : [moment.planeMax];
}

/** The gradient's plane, as far as it is made. */
export function planeValues(
  { summary }: SceneModel,
  { planes, planeMax, reading }: GradientMoment,
  stamp: AppliedStamp | null,
  { outChannel, window, place }: Position,
  cell: number,
): PaneValues {
  const width = summary.shapes.input[2];
  const whole = planes.get(outChannel)?.data;
  const placed = window + (place === 1 ? 1 : 0);
  const data = reading === 'scatter' ? (place === 1 ? stamp?.after : stamp?.before) : whole;
  const max = planeMax;
  return {
    valueAt: (i, j) => {
      const at = i * width + j;
      return reading === 'scatter' || at < placed ? (data?.[at] ?? null) : null;
    },
    max,
    fit: fitMatrix([max, -max, ...(whole?.subarray(0, 1024) ?? [])], cell),
  };
}
