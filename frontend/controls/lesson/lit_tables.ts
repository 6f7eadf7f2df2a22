/** The tables of an exercise that hold what a mistake is made with. */

import { findElements } from '../../views/shared/dom.ts';
import type { Exercise } from './exercise_data.ts';

/** lit: such as `sum 1`; null for none. */
export function lightTables(root: ParentNode, exercise: Exercise, lit: string | null) {
  const names = lit === null ? [] : tablesOf(lit, exercise);
  for (const table of findElements('.plane', root))
    table.classList.toggle('is-lit', names.includes(table.querySelector('caption')?.textContent ?? ''));
}

/** Their captions. A window has none. */
export function tablesOf(lit: string, { cell, scene }: Pick<Exercise, 'cell' | 'scene'>): string[] {
  const [kind = '', numbers = ''] = lit.split(' ');
  if (kind === 'bias') return ['b'];
  if (kind === 'weight') return [`K[${numbers.split(',').slice(0, 2).join(', ')}]`];
  if (kind !== 'sum') return [];
  // The weight of a transposed layer has its input channels first.
  const isTransposed = scene.operation.kind.startsWith('conv_transpose');
  const [first, second] = isTransposed ? [numbers, cell?.[0]] : [cell?.[0], numbers];
  return [`X[${numbers}]`, `K[${first}, ${second}]`];
}
