/** Edits of a scene, and what of it they leave as it is. Pure. */
import { hasAllNumbers } from '../model/numbers.ts';

import type { DType, SceneSummary, Tensor } from '../model/types.ts';
import type { KnownParts, Scene } from './scene.ts';

export type TensorName = 'input' | 'weight' | 'bias' | 'upstream';

export interface CellEdit {
  tensor: TensorName;
  index: number[];
  value: number;
}

/** The body of an edit, as far as the page looks into it. */
export interface SceneEdit {
  cells?: CellEdit[];
  operation?: object;
  input?: object;
  weight?: object | null;
  bias?: object | null;
  upstream?: object | null;
  dtype?: DType;
}

const TENSOR_NAMES: TensorName[] = ['input', 'weight', 'bias', 'upstream'];

/** What takes the place of tensors. */
export type Replaced = Partial<Record<TensorName, object | null>>;

/** The tensors whose numbers are random once others are in their place. before: those that were. */
export function randomAfter(before: TensorName[], replaced: Replaced): TensorName[] {
  return TENSOR_NAMES.filter((name) => {
    const part = replaced[name];
    return part === undefined ? before.includes(name) : part !== null && 'random' in part;
  });
}

/** Whether a change of `flip` alone turns the kernel that stands there. */
export function turnsKernel(before: Scene | null, { summary, weight }: Scene) {
  return (
    !!weight && before?.weight === weight && !!before.summary.operation.flip !== !!summary.operation.flip
  );
}

export function sameTaps(a: SceneSummary, b: SceneSummary) {
  const key = ({ operation, shapes }: SceneSummary) =>
    JSON.stringify([operation, shapes.input.slice(1), shapes.weight?.slice(2)]);
  return key(a) === key(b);
}

/** The tensors after an edit that need not be fetched; cells are rounded as the server does. */
export function partsAfterEdit(scene: Scene, { cells = [], dtype, ...replaced }: SceneEdit): KnownParts {
  const known: KnownParts = {};
  if (dtype && dtype !== scene.summary.dtype) return known;
  for (const name of ['input', 'weight', 'bias'] as const) {
    const tensor = scene[name];
    const edits = cells.filter((cell) => cell.tensor === name);
    if (name in replaced || !tensor || (edits.length > 0 && !hasAllNumbers(tensor))) continue;
    known[name] = edits.length > 0 ? setCells(tensor, edits, scene.summary.dtype) : tensor;
  }
  return known;
}

function setCells(tensor: Tensor, cells: CellEdit[], dtype: DType): Tensor {
  const data = tensor.data.slice();
  for (const { index, value } of cells)
    data[flatOffset(tensor.shape, index)] = (dtype === 'float32' ? Math.fround(value) : value) || 0;
  return { shape: tensor.shape, data };
}

export function flatOffset(shape: number[], index: number[]) {
  return shape.reduce((offset, size, d) => offset * size + (index[d] ?? 0), 0);
}
