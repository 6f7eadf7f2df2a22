/** Computes all that the painters of the matrix product need. Pure. */

import { paddingGhost } from '../../model/geometry.ts';
import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import { fitMatrix, fitMatrixTensor, fitPrinted } from '../shared/matrix_fit.ts';
import type { PaneValues } from '../shared/matrix_painting.ts';
import { fitOutput } from '../shared/matrix_painting.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { makeOutputAxis, makeTapAxis, makeWindowAxis } from './axes.ts';
import { findHighlights } from './hit_test.ts';
import type { MatrixProduct } from './product.ts';
import { inputIndexOf, isPointwise, makeProduct, splitRow, weightIndexOf } from './product.ts';
import type { ProductFrame, ProductTerms, ProductTexts } from './product_frame.ts';
import { depthAtWork, placeProduct } from './product_frame.ts';

export interface MatrixFrame extends ProductFrame {
  view: 'matrix';
  unrolled: MatrixProduct;
  step: Step | null;
  /** The step as it is printed; null: not loaded. */
  ledger: Ledger | null;
}

export function makeFrame(request: FrameRequest, previous: MatrixFrame | null = null): MatrixFrame {
  const { model, position, outputs } = request;
  const { outChannel, window } = position;
  const { input, weight, output } = model.summary.shapes;
  const unrolled = makeProduct(model, outChannel);
  const { depth, taps, windows } = unrolled;
  const row = outChannel - (unrolled.outputs[0] ?? 0);
  const size = { rows: unrolled.outputs.length, depth, cols: windows, folded: null };
  const { scrolled, ...placed } = placeProduct(request, size, {
    key: ['matrix', input, weight, output].join('/'),
    needed: { row, depth: depthAtWork(taps, depth, position), col: window },
    findHighlights: (cell) => findHighlights(model, unrolled, cell, row, window),
  });
  const { cell, viewportKey } = placed;
  const step = request.step?.index === window ? request.step : null;
  const ledger = step && printStep(step, model, outChannel, cell, previous);
  const loadedCount = unrolled.outputs.filter((o) => o < outChannel && outputs.has(o)).length;
  return {
    ...request,
    ...placed,
    view: 'matrix',
    unrolled,
    texts: textsOf(request),
    axes: {
      row: makeOutputAxis(unrolled.outputs, request.t),
      depth: makeTapAxis(model, unrolled, request.t),
      col: makeWindowAxis(model, request.t),
    },
    taps,
    depth,
    row,
    col: window,
    left: kernelValues(model, unrolled, cell),
    right: windowValues(model, unrolled, cell),
    product: productValues(request, unrolled, cell),
    rowData: outputs.get(outChannel)?.data ?? null,
    terms: step && ledger && termsOf(model, unrolled, step, ledger, cell),
    step,
    placedCount: window + (position.place === 1 ? 1 : 0),
    ledger,
    staticKey: makeStaticKey(request, viewportKey, loadedCount, cell, ...scrolled),
  };
}

function textsOf({ model, t }: FrameRequest): ProductTexts {
  return {
    left: t('matrix.kernel'),
    right: t(isPointwise(model) ? 'matrix.pixels' : 'matrix.columns'),
    products: t('matrix.products'),
    product: t('matrix.product'),
    folded: '',
    equals: model.summary.shapes.bias ? 'Σ + b =' : 'Σ =',
  };
}

/** The kernels of a group, a row each. */
export function kernelValues(model: SceneModel, product: MatrixProduct, cell: number): PaneValues {
  const { weightLow, weightMax } = model;
  const data = model.weight?.data ?? [];
  const indexOf = weightIndexOf(model, product);
  return {
    valueAt: (r, k) => data[indexOf(r, k)] ?? 0,
    max: weightMax,
    fit: fitMatrixTensor(data, weightLow, weightMax, cell),
  };
}

/** The unrolled windows, a column each. */
export function windowValues(model: SceneModel, product: MatrixProduct, cell: number): PaneValues {
  const { inputLow, inputMax } = model;
  const { data } = model.input;
  const indexOf = inputIndexOf(model, product);
  return {
    valueAt: (k, n) => {
      const index = indexOf(k, n);
      return index < 0 ? null : (data[index] ?? null);
    },
    max: inputMax,
    fit: fitMatrixTensor(data, inputLow, inputMax, cell),
    ghost: paddingGhost(model.summary),
  };
}

/** The rows of output channels that are done; the others are empty. */
function productValues(request: FrameRequest, product: MatrixProduct, cell: number): PaneValues {
  const { outputs, outputMax, position } = request;
  return {
    valueAt: (r, n) => {
      const o = product.outputs[r] ?? 0;
      return o < position.outChannel ? (outputs.get(o)?.data[n] ?? null) : null;
    },
    max: outputMax,
    fit: fitOutput({ outputs, outputMax, position, cell }),
  };
}

function termsOf(
  model: SceneModel,
  product: MatrixProduct,
  step: Step,
  ledger: Ledger,
  cell: number,
): ProductTerms {
  return {
    values: step.products,
    textOf: (k) => {
      const { index, tap } = splitRow(product, k);
      return ledger.lines[index]?.terms[tap]?.product ?? '';
    },
    max: model.inputMax * model.weightMax,
    fit: fitPrinted([...step.products, step.output], cell, ledger.decimals),
    result: { value: step.output, text: ledger.output },
  };
}

/** Prints the step with as many decimals as a cell has room for. */
function printStep(
  step: Step,
  model: SceneModel,
  outChannel: number,
  cell: number,
  previous: MatrixFrame | null,
): Ledger {
  if (previous?.ledger && previous.step === step && previous.cell === cell) return previous.ledger;
  const { decimals } = fitMatrix(step.products, cell);
  return makeLedger(step, ledgerLayerOf(model, outChannel), decimals);
}
