/** The terms of one output cell as a list: by size, by text, and the sums of both signs. Pure. */

import { formatIndex } from './dimensions.ts';
import { inputChannelsOf, kernelSize, weightIndex, weightOffset } from './geometry.ts';
import { formatExact } from './numbers.ts';
import type { SceneModel } from './scene_model.ts';
import type { Step } from './step.ts';

/** One product of a step. */
export interface CellTerm {
  /** The input channel. */
  channel: number;
  /** The kernel cell. */
  tap: [number, number];
  /** `X[0, 1, 2]`, or nothing where the tap reads no input. */
  input: string;
  /** `K[3, 0, 1, 1]`, as torch counts it; nothing in pooling. */
  weight: string;
  x: number;
  w: number | null;
  product: number;
}

/** All terms of a step, in the order in which they are added. */
export function listTerms(step: Step, { summary, weight }: SceneModel, outChannel: number): CellTerm[] {
  const [rows, cols] = kernelSize(summary);
  return inputChannelsOf(summary, outChannel).flatMap((channel, index) => {
    const [patch, products] = [step.patchOf(index), step.productsOf(index)];
    const offset = weightOffset(summary, outChannel, channel);
    const kernel = weightIndex(summary, outChannel, channel);
    return Array.from({ length: rows * cols }, (_, k) => {
      const [u, v] = [Math.floor(k / cols), k % cols];
      const place = [channel, step.inputRows[u], step.inputCols[v]];
      return {
        channel,
        tap: [u, v] satisfies [number, number] as [number, number],
        input: step.hasInput(u, v) ? formatIndex('X', summary.dimensions, place) : '',
        weight: weight ? formatIndex('K', summary.dimensions, [...kernel, u, v]) : '',
        x: patch[k] ?? 0,
        w: weight ? (weight.data[offset + k] ?? 0) : null,
        product: products[k] ?? 0,
      };
    });
  });
}

/** The largest first; equal ones in the order in which they are added. */
export function sortBySize(terms: CellTerm[]) {
  return [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}

/** none: what stands for an input that is not there. */
export function formatCellTerm({ input, weight, x, w, product }: CellTerm, dtype: string, none: string) {
  const number = (value: number) => formatExact(value, dtype);
  const factors = [
    [input || none, number(x)],
    [weight, w === null ? '' : number(w)],
  ];
  const texts = factors.flatMap(([name, value]) => (name ? [value ? `${name} ${value}` : name] : []));
  return { factors: texts, product: number(product) };
}

/** What torch calls the tensors, as they are called here. */
const TORCH_NAMES = [
  ['weight[', 'k['],
  ['input[', 'x['],
  ['bias[', 'b['],
] as const;

/** The terms in which a text stands; spaces and the two minus signs do not matter. */
export function findTerms(terms: CellTerm[], text: string, dtype: string, none: string) {
  const plain = (each: string) => each.replaceAll(/\s+/g, '').replaceAll('−', '-').toLowerCase();
  const wanted = TORCH_NAMES.reduce((named, [theirs, ours]) => named.replaceAll(theirs, ours), plain(text));
  if (wanted === '') return terms;
  return terms.filter((term) => {
    const { factors, product } = formatCellTerm(term, dtype, none);
    return plain(`${factors.join('·')}=${product}`).includes(wanted);
  });
}

export interface SignedSums {
  positive: number;
  negative: number;
  /** What positive, negative and bias add up to, of the scene's type. */
  total: number;
  /** Whether the output is another number: it was rounded on the way. */
  rounded: boolean;
}

/** The sums of the positive and of the negative terms, in double precision, as the scene's type has them. */
export function sumBySign(terms: CellTerm[], bias: number, output: number, dtype: string): SignedSums {
  const round = dtype === 'float32' ? Math.fround : (value: number) => value;
  let [positive, negative] = [0, 0];
  for (const { product } of terms) {
    if (product > 0) positive += product;
    else negative += product;
  }
  const total = round(positive + negative + bias);
  return { positive: round(positive), negative: round(negative), total, rounded: total !== output };
}
