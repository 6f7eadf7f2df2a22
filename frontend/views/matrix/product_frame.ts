/** What the painters of a matrix product need, forward or of a gradient, and what its frames share. Pure. */

import type { Cell } from '../../model/relations.ts';
import type { PaneValues } from '../shared/matrix_painting.ts';
import type { Highlights, PaneFrame } from '../shared/matrix_viewport.ts';
import { revealHighlights, viewportFor } from '../shared/matrix_viewport.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { MatrixAxis } from './axes.ts';
import type { MatrixLayout, PaneName, ProductSize } from './layout.ts';
import { makeLayout, makePanes } from './layout.ts';

/** What is written around the panes. */
export interface ProductTexts {
  left: string;
  right: string;
  products: string;
  product: string;
  folded: string;
  /** The sign before the product. */
  equals: string;
}

/** Of the three that are multiplied and made; panes name theirs. */
export type AxisName = 'row' | 'depth' | 'col';

/** A row times a column, as far as it is loaded. */
export interface ProductTerms {
  values: ArrayLike<number>;
  textOf: (k: number) => string;
  max: number;
  fit: NumberFit;
  /** What they add up to. */
  result: { value: number; text: string };
}

export interface ProductFrame extends PaneFrame<PaneName> {
  signs: MatrixLayout['signs'];
  footer: MatrixLayout['footer'];
  texts: ProductTexts;
  /** null: a column that stands for nothing. */
  axes: Record<AxisName, MatrixAxis | null>;
  /** The rows of the right matrix that are multiplied as one: those of a channel. */
  taps: number;
  depth: number;
  /** Of the product at work. */
  row: number;
  col: number;
  left: PaneValues;
  right: PaneValues;
  /** Rows that are complete; the row at work is `rowData`. */
  product: PaneValues;
  rowData: ArrayLike<number> | null;
  terms: ProductTerms | null;
}

/** needed: what is in sight unless the reader chose. */
export interface PlaceRequest {
  key: string;
  needed: Parameters<typeof makePanes>[3];
  findHighlights: (cell: Cell) => Highlights;
}

export type PlacedProduct = Omit<MatrixLayout, 'rects'> &
  Pick<ProductFrame, 'panes' | 'viewportKey' | 'highlights'> & { scrolled: number[] };

/** Places the panes, and scrolls to the highlighted cell. */
export function placeProduct(
  request: FrameRequest,
  size: ProductSize,
  { key, needed, findHighlights }: PlaceRequest,
): PlacedProduct {
  const { activeCell, following } = request;
  const viewport = viewportFor(request, key);
  const { rects, ...placed } = makeLayout(size, request, viewport.cell);
  const panes = makePanes(size, { ...placed, rects }, viewport.first, needed);
  const highlights = activeCell && findHighlights(activeCell.cell);
  const revealed = following ? revealHighlights(panes, highlights) : panes;
  const scrolled = Object.values(revealed).flatMap(({ top, left }) => [top, left]);
  return { ...placed, viewportKey: key, panes: revealed, highlights, scrolled };
}

/** How far row k of the right matrix has been multiplied: 0 … 1. */
export function productProgress(
  taps: number,
  { channels, active, products, place }: FrameRequest['position'],
  k: number,
) {
  const index = Math.floor(k / taps);
  if (index < channels || place > 0) return 1;
  const working = active === -1 || active === index;
  return working ? Math.min(Math.max(products - (k % taps), 0), 1) : 0;
}

/** The row of the right matrix that is being multiplied. */
export function depthAtWork(taps: number, depth: number, { active, products }: FrameRequest['position']) {
  return active < 0 ? 0 : Math.min(active * taps + Math.max(Math.ceil(products) - 1, 0), depth - 1);
}
