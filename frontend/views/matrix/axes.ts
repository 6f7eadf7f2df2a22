/** What the rows and the columns of a matrix product stand for: short labels, and words. Pure. */

import { formatIndex, textKey } from '../../model/dimensions.ts';
import type { Translate } from '../../model/i18n.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { MatrixProduct } from './product.ts';
import { splitRow } from './product.ts';

export interface MatrixAxis {
  /** What a label is made of, as in formulas: `c,u,v`. */
  letters: string;
  /** No label is wider. */
  widest: string;
  label: (index: number, narrow: boolean) => string;
  say: (index: number) => string;
}

/** Windows, by the row and the column of their output cell. */
export function makeWindowAxis({ summary }: SceneModel, t: Translate): MatrixAxis {
  const { dimensions, shapes } = summary;
  const [, height, width] = shapes.output;
  const split = (n: number) => ({ row: Math.floor(n / width), col: n % width });
  const join = (row: number | string, col: number | string) => joinIndex(dimensions, [row, col]);
  return {
    letters: join('i', 'j'),
    widest: join(height - 1, width - 1),
    label: (n) => join(split(n).row, split(n).col),
    say: (n) => t(textKey('place.window', dimensions), split(n)),
  };
}

/** Kernel cells of one input channel after the other. */
export function makeTapAxis(
  { summary, subject }: SceneModel,
  product: MatrixProduct,
  t: Translate,
): MatrixAxis {
  const { dimensions } = summary;
  const [kH, kW] = subject.kernel;
  const join = (...index: (number | string)[]) => joinIndex(dimensions, index);
  const split = (k: number) => {
    const { index, u, v } = splitRow(product, k);
    return { channel: product.inputs[index] ?? 0, row: u, col: v };
  };
  return {
    letters: join('c', 'u', 'v'),
    widest: join(product.inputs.at(-1) ?? 0, kH - 1, kW - 1),
    label: (k) => {
      const { channel, row, col } = split(k);
      return join(channel, row, col);
    },
    say: (k) => t(textKey('place.tap', dimensions), split(k)),
  };
}

export function makeOutputAxis(channels: number[], t: Translate): MatrixAxis {
  return {
    letters: 'o',
    widest: `o=${channels.at(-1) ?? 0}`,
    label: (r, narrow) => (narrow ? String(channels[r]) : `o=${channels[r]}`),
    say: (r) => t('place.output', { channel: channels[r] ?? 0 }),
  };
}

function joinIndex(dimensions: SceneModel['summary']['dimensions'], index: (number | string)[]) {
  return formatIndex('', dimensions, index).slice(1, -1).replaceAll(' ', '');
}
