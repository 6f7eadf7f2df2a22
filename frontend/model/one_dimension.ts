/**
 * The one place between the API, where a layer of one dimension has no height, and the page, where it has one
 * of 1 and all that is known of two dimensions holds. Pure; loaded with the first such layer, and without
 * imports, so that what the first picture needs stays one file.
 */

import type { Column, Columns } from './step.ts';
import type {
  Dimensions,
  FittingAnswer,
  FittingLayer,
  InitialData,
  Operation,
  ParsedAnswer,
  ParsedLayer,
  ParsedOperation,
  SceneAnswer,
  SceneSummary,
  Shapes,
  StampPage,
  StampsAnswer,
  StepAnswer,
  StepsAnswer,
  TapsAnswer,
  TapTable,
  Tensor,
} from './types.ts';

/** Fields of an operation that are sizes, and the height that a layer has in each. */
const SIZES: Record<string, number> = { stride: 1, dilation: 1, kernel_size: 1, output_padding: 0 };

/** The height that a layer of one dimension has in a size of this name. */
export function heightOfSignal(name: string) {
  return SIZES[name] ?? 1;
}

function liftShape<Shape extends number[]>(shape: readonly number[] | null): Shape | null {
  return shape && ([...shape.slice(0, -1), 1, shape.at(-1) ?? 1] as Shape);
}

function isSignal({ kind }: { kind: string }) {
  return kind.endsWith('1d');
}

/** A shape or an index, of which a bias has one number. */
function dropHeight(shape: number[]) {
  return shape.length > 1 ? shape.toSpliced(-2, 1) : shape;
}

type AnyOperation = SceneAnswer['operation'] | ParsedAnswer['operation'];

function liftOperation(operation: AnyOperation): ParsedOperation {
  if (!isSignal(operation)) return operation as ParsedOperation;
  const fields = Object.entries(operation).map(([name, value]) => {
    if (name in SIZES) return [name, [SIZES[name], value]];
    if (name === 'padding' && typeof value === 'object') return [name, { top: 0, bottom: 0, ...value }];
    return [name, value];
  });
  const kind = operation.kind.replace('1d', '2d');
  return { ...Object.fromEntries(fields), kind };
}

export function liftSummary(answer: SceneAnswer): SceneSummary {
  const { initial, shapes, ...rest } = answer;
  const dimensions = isSignal(answer.operation) ? 1 : 2;
  const lifted = dimensions === 1 ? liftShapes(shapes) : (shapes as Shapes);
  return {
    idle_rows: [],
    ...rest,
    operation: liftOperation(answer.operation) as Operation,
    dimensions,
    shapes: lifted,
    ...(initial && { initial: liftInitial(initial, dimensions) }),
  };
}

function liftShapes({ input, weight, bias, output, upstream }: SceneAnswer['shapes']): Shapes {
  return {
    input: liftShape(input) ?? [1, 1, 1],
    weight: liftShape(weight),
    bias,
    output: liftShape(output) ?? [1, 1, 1],
    ...(upstream && { upstream: liftShape<[number, number, number]>(upstream) ?? [1, 1, 1] }),
  };
}

function liftInitial(
  { tensors, taps, steps, stamps }: NonNullable<SceneAnswer['initial']>,
  dimensions: Dimensions,
): InitialData {
  const lifted = Object.entries(tensors).map(([name, tensor]) => {
    const shape = dimensions === 1 && name !== 'bias' ? (liftShape(tensor.shape) ?? []) : tensor.shape;
    return [name, { ...tensor, shape }];
  });
  return {
    tensors: Object.fromEntries(lifted),
    ...(taps && { taps: liftTaps(taps) }),
    ...(steps && { steps: liftSteps(steps) }),
    ...(stamps && { stamps: liftStamps(stamps) }),
  };
}

/** One row of windows reads the one row through the one kernel row. */
export function liftTaps({ rows = [[0]], cols }: TapsAnswer): TapTable {
  return { rows, cols };
}

/** (…, L) -> (…, 1, L) */
export function liftTensor(tensor: Tensor): Tensor {
  return { ...tensor, shape: liftShape(tensor.shape) ?? [] };
}

function liftSteps(page: StepsAnswer): NonNullable<InitialData['steps']> {
  return {
    ...page,
    steps: page.steps.map((step) =>
      step.input_rows
        ? (step as StepAnswer)
        : ({
            ...step,
            input_rows: [0],
            patch: liftKernels(step.patch),
            products: liftKernels(step.products),
            ...(step.selected && { selected: [0, ...step.selected] }),
          } as StepAnswer),
    ),
  };
}

/** (C, k) -> (C, 1, k) */
function liftKernels(kernels: unknown[] | undefined) {
  return kernels?.map((kernel) => [kernel]);
}

export function liftStamps(page: StampsAnswer): StampPage {
  if (page.stamps.every(({ output_rows }) => output_rows)) return page as StampPage;
  return {
    ...page,
    before: [page.before as number[]],
    stamps: page.stamps.map((stamp) => ({
      ...stamp,
      output_rows: [0],
      products: liftKernels(stamp.products) as number[][][],
      sums: [stamp.sums as number[]],
      outputs: [stamp.outputs as number[]],
    })),
  };
}

/** Columns of steps: those of one dimension have no rows. */
export function liftColumns(columns: Columns): Columns {
  const steps = columns.get('input_cols')?.shape[0] ?? 0;
  if (columns.has('input_rows')) return columns;
  const lifted = new Map(columns).set('input_rows', { shape: [steps, 1], data: new Int32Array(steps) });
  for (const name of ['patches', 'products']) {
    const { shape, data } = columns.get(name) ?? { shape: [0, 0, 0], data: new Int32Array() };
    lifted.set(name, { shape: liftShape(shape) ?? [], data });
  }
  const selected = columns.get('selected');
  if (selected) lifted.set('selected', withRow(selected));
  return lifted;
}

/** Columns of steps of gradients, to the input or to the weight, alike. */
export function liftGradientColumns(columns: Columns): Columns {
  const gradients = columns.get('gradients');
  const toWeight = !columns.has('output_cols');
  if (!gradients || columns.has(toWeight ? 'row_sums' : 'output_rows')) return columns;
  const steps = gradients.data.length;
  // The one row of windows adds up to the gradient.
  if (toWeight) return new Map(columns).set('row_sums', { shape: [steps, 1], data: gradients.data });
  const lifted = new Map(columns).set('output_rows', { shape: [steps, 1, 1], data: new Int32Array(steps) });
  for (const name of ['upstream', 'products']) {
    const column = columns.get(name);
    if (column) lifted.set(name, { ...column, shape: liftShape(column.shape) ?? [] });
  }
  return lifted;
}

/** (n, 1) -> (n, 2), the row first. */
function withRow({ shape: [steps = 0], data }: Column): Column {
  const pairs = new Int32Array(2 * steps);
  for (let k = 0; k < steps; k++) pairs[2 * k + 1] = data[k] ?? 0;
  return { shape: [steps, 2], data: pairs };
}

export function liftParsed(answer: ParsedAnswer): ParsedLayer {
  const dimensions = isSignal(answer.operation) ? 1 : 2;
  const weight_shape = dimensions === 1 ? liftShape(answer.weight_shape) : answer.weight_shape;
  return {
    ...answer,
    operation: liftOperation(answer.operation),
    dimensions,
    weight_shape: weight_shape as Shapes['weight'],
  };
}

export function liftFitting(answer: FittingAnswer): FittingLayer {
  const dimensions = isSignal(answer.operation) ? 1 : 2;
  const lift = (shape: number[] | null) => (dimensions === 1 ? liftShape(shape) : shape);
  return {
    operation: liftOperation(answer.operation),
    dimensions,
    input_shape: lift(answer.input_shape) ?? [],
    weight_shape: lift(answer.weight_shape),
  };
}

/** An operation as the API has it. */
export function lowerOperation(operation: object, dimensions: Dimensions): object {
  if (dimensions === 2) return operation;
  const fields = Object.entries(operation).map(([name, value]) => {
    if (name in SIZES) return [name, value[1]];
    if (name === 'padding' && typeof value === 'object')
      return [name, { left: value.left, right: value.right }];
    return [name, name === 'kind' ? value.replace('2d', '1d') : value];
  });
  return Object.fromEntries(fields);
}

/** A step or a stamp of a layer of one dimension as the API has it. */
export function lowerStep(step: StepAnswer | StampPage['stamps'][number]): object {
  const fields = Object.entries(step).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'input_rows' || name === 'output_rows') return [];
    if (name === 'patch' || name === 'products')
      return [[name, (value as unknown[][]).map(([kernel]) => kernel)]];
    if (name === 'sums' || name === 'outputs') return [[name, (value as unknown[])[0]]];
    return [[name, name === 'selected' ? (value as number[]).slice(1) : value]];
  });
  return Object.fromEntries(fields);
}

/** What an edit may hold, as far as it is turned. */
interface Edit {
  cells?: { index: number[] }[];
  operation?: object;
}

/** An edit that makes a layer of one dimension as the API takes it. */
export function lowerEdit<Body extends Edit>(edit: Body): Body {
  const sources = Object.entries(edit).filter(([name]) => /^(input|weight|bias|upstream)$/.test(name));
  return {
    ...edit,
    ...(edit.cells && { cells: edit.cells.map((cell) => ({ ...cell, index: dropHeight(cell.index) })) }),
    ...(edit.operation && { operation: lowerOperation(edit.operation, 1) }),
    ...Object.fromEntries(sources.map(([name, source]) => [name, lowerSource(source, 1)])),
  };
}

/** A tensor in the body of a request: numbers in lists, or how to make them. */
export function lowerSource(source: object | null, dimensions: Dimensions): object | null {
  if (source === null || dimensions === 2) return source;
  if ('data' in source) return { ...source, data: lowerLists(source.data as NestedList) };
  if (!('random' in source)) return source;
  const random = source.random as { shape: number[] };
  return { ...source, random: { ...random, shape: dropHeight(random.shape) } };
}

type NestedList = (number | NestedList)[];

/** (…, 1, L) -> (…, L); the list of a bias stays. */
function lowerLists(lists: NestedList): NestedList {
  const [first] = lists;
  if (!Array.isArray(first)) return lists;
  return Array.isArray(first[0])
    ? lists.map((inner) => lowerLists(inner as NestedList))
    : (lists[0] as NestedList);
}
