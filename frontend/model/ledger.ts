/**
 * A step as numbers that add up as printed: what rounding leaves over is shared out, to each number less than
 * a unit of its last decimal. The bias is rounded by itself, so that it is the same in every cell of a
 * channel: what is missing then the last sum has.
 */

import { formatIndex } from './dimensions.ts';
import { inputChannelsOf, kernelSize, weightOffset } from './geometry.ts';
import { decimalsFor, formatFactor, formatNumber, LEAST_DIGITS, roundTo } from './numbers.ts';
import type { SceneModel } from './scene_model.ts';
import type { Step } from './step.ts';
import type { Dimensions } from './types.ts';

export interface LedgerTerm {
  x: string;
  w: string;
  product: string;
  tap: [number, number];
  /** The tap finds no input cell. */
  empty: boolean;
}

export interface LedgerLine {
  channel: number;
  /** In the order in which the kernel is seen. */
  terms: LedgerTerm[];
  sum: string;
  running: string;
}

export interface Ledger {
  cell: string;
  lines: LedgerLine[];
  /** Nothing where no bias is added. */
  bias: string;
  output: string;
  /** Of all printed numbers. */
  decimals: number;
  /** Every product and sum is a whole number, and printed as it is. */
  whole: boolean;
  /** No number is rounded in print. */
  exact: boolean;
  /** Max pooling, whose terms are not added up. */
  largest: boolean;
}

/** What a ledger needs of a layer; `weight` by position in the step, null where the operation has none. */
export interface LedgerLayer {
  dimensions: Dimensions;
  outChannel: number;
  inChannels: number[];
  weight: (c: number, u: number, v: number) => number | null;
  /** null: the layer, or a gradient, has none. */
  bias: number | null;
  /** What a cell is called where it is no output. */
  letter?: string | undefined;
  /** The kernel is seen turned by 180°, and so the product of its last cell is the first. */
  turned?: boolean;
}

/** Significant digits of the largest number in a ledger. */
export const LEDGER_DIGITS = 4;

/** As many digits as a float32 may need: with fewer decimals a number is rounded. */
const MOST_DIGITS = 9;

/** Decimals that a small bias may add to those of a ledger. */
const MOST_FOR_BIAS = 3;

/**
 * Rounds `values` to `decimals` so that they sum to `total` as printed: each is moved by less than one unit
 * of its last decimal (Hamilton's method of largest remainders). total: already rounded.
 */
export function apportionRounding(values: number[], total: number, decimals: number): number[] {
  const unit = 10 ** decimals;
  if (decimals === 0 && values.every(Number.isInteger)) return values;
  const scaled = values.map((value) => value * unit);
  const rounded = scaled.map(Math.floor);
  const missing = Math.round(total * unit) - rounded.reduce((a, b) => a + b, 0);
  const order = scaled
    .map((value, i) => ({ i, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder);
  if (missing < 0) order.reverse();
  const sign = Math.sign(missing);
  const shared = Math.min(Math.abs(missing), order.length);
  for (const { i } of order.slice(0, shared)) rounded[i] = (rounded[i] ?? 0) + sign;
  // Sums of large numbers, which are rounded to their own dtype, miss more: the largest is off as far.
  const largest = Math.max(...scaled.map(Math.abs));
  const largestIndex = scaled.findIndex((value) => Math.abs(value) === largest);
  if (largestIndex >= 0) rounded[largestIndex] = (rounded[largestIndex] ?? 0) + missing - sign * shared;
  return rounded.map((value) => value / unit);
}

/**
 * Every printed number of a step. wanted: the decimals there is room for; there are more where the largest
 * number would be left with fewer than three digits, or the bias with none.
 */
export function makeLedger(
  step: Step,
  layer: LedgerLayer,
  wanted: number = decimalsFor(numbersOf(step, layer.bias), LEDGER_DIGITS),
): Ledger {
  const numbers = numbersOf(step, layer.bias);
  const decimals = decimalsOfBias(layer.bias, Math.max(wanted, decimalsFor(numbers, LEAST_DIGITS)));
  const output = roundTo(step.output, decimals);
  const bias = roundTo(layer.bias ?? 0, decimals);
  const largest = step.selected !== null;
  // Running sums are rounded, and a channel's sum is the difference of two: so no error gathers.
  const last = step.runningSums.length - 1;
  let running = 0;
  const lines = Array.from(step.runningSums, (runningSum, c) => {
    const before = running;
    running = roundTo(c === last ? output - bias : runningSum, decimals);
    const sum = roundTo(running - before, decimals);
    let terms: LedgerTerm[] | undefined;
    return {
      channel: layer.inChannels[c] ?? c,
      sum: formatNumber(sum, decimals),
      running: formatNumber(running, decimals),
      // Of many channels few are looked at.
      get terms() {
        const products = [...step.productsOf(c)];
        terms ??= makeTerms(
          step,
          layer,
          c,
          largest ? products : apportionRounding(products, sum, decimals),
          decimals,
        );
        return terms;
      },
    };
  });
  return {
    cell: formatIndex(layer.letter ?? 'Y', layer.dimensions, [layer.outChannel, step.row, step.col]),
    lines,
    bias: layer.bias === null ? '' : formatBias(layer.bias, bias, decimals),
    output: formatNumber(output, decimals),
    decimals,
    whole: decimals === 0 && numbers.every(Number.isInteger),
    exact: decimalsFor(numbers, MOST_DIGITS) <= decimals,
    largest,
  };
}

/** inputs: the input channels of a step. */
export function ledgerLayerOf(
  { summary, weight, bias, names }: SceneModel,
  outChannel: number,
  inputs = inputChannelsOf(summary, outChannel),
): LedgerLayer {
  const kW = kernelSize(summary)[1];
  return {
    dimensions: summary.dimensions,
    outChannel,
    inChannels: inputs,
    bias: names ? null : (bias[outChannel] ?? null),
    letter: names?.output,
    weight: (c, u, v) =>
      weight ? (weight.data[weightOffset(summary, outChannel, inputs[c] ?? 0) + u * kW + v] ?? 0) : null,
  };
}

function numbersOf(step: Step, bias: number | null) {
  return [step.output, bias ?? 0, ...step.channelSums, ...step.products];
}

/** The decimals with which a bias is not rounded to 0, if a few more than `least` are enough. */
function decimalsOfBias(bias: number | null, least: number) {
  const needed = !bias ? 0 : Math.ceil(-Math.log10(Math.abs(bias)));
  return needed > least + MOST_FOR_BIAS ? least : Math.max(needed, least);
}

/** rounded: what is printed for it. */
function formatBias(bias: number, rounded: number, decimals: number) {
  return bias !== 0 && rounded === 0 ? '≈0' : formatNumber(rounded, decimals);
}

function makeTerms(
  step: Step,
  layer: LedgerLayer,
  c: number,
  products: number[],
  decimals: number,
): LedgerTerm[] {
  const patch = step.patchOf(c);
  const [, columns] = step.kernel;
  const terms = products.map((product, k) => {
    const [u, v] = [Math.floor(k / columns), k % columns];
    const weight = layer.weight(c, u, v);
    return {
      x: formatFactor(patch[k] ?? 0),
      w: weight === null ? '' : formatFactor(weight),
      product: formatNumber(product, decimals),
      tap: [u, v] satisfies [number, number] as [number, number],
      empty: !step.hasInput(u, v),
    };
  });
  return layer.turned ? terms.reverse() : terms;
}
