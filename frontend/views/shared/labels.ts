/** The labels that are painted, in the page's language. */

import type { Translate } from '../../model/i18n.ts';

const STAGE = 'input window kernel products values sum running output bias max mean terms'.split(' ');
const OTHERS = [
  'scatter.value',
  'scatter.stamp',
  'matrix.kernel',
  'matrix.columns',
  'matrix.pixels',
  'matrix.products',
  'matrix.product',
  'sparse.kernel',
  'sparse.matrix',
];

/** Those of the stage by their bare names. */
export function makeLabels(t: Translate): Record<string, string> {
  return Object.fromEntries([
    ...STAGE.map((name) => [name, t(`stage.${name}`)]),
    ...OTHERS.map((name) => [name, t(name)]),
  ]);
}
