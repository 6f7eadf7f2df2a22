/** What a picture of a matrix shows: it does not scroll, so it shows all where there is room. Pure. */

import { hasAllContributions, isMatrixInput } from '../views/gradient/matrix_input.ts';
import type { AnyMatrixFrame } from '../views/registry.ts';
import { makeViewFrame, matrixFrameOf } from '../views/registry.ts';
import { visibleCells } from '../views/shared/matrix_viewport.ts';
import type { FrameRequest } from '../views/shared/view.ts';

/** A picture grows up to this side for the cells that are out of sight, in CSS pixels. */
const LARGEST_SIDE = 4096;

/** From this width on the panes of a matrix have the room that they are given. */
const WIDE = 800;

/** Panes share the room that is added, so that it may not be enough at once. */
const MOST_TRIES = 32;

/** The request for a picture as wide and as high as all its cells need, at the size that they have. */
export function showWholeMatrix(request: FrameRequest): FrameRequest {
  const frame = frameOf(request);
  if (!frame || !hasNumbersOfAll(frame)) return request;
  const { viewportKey: key, cell, layout } = frame;
  const at = request.viewport.key === key ? request.viewport.at : {};
  let grown: FrameRequest = { ...request, viewport: { key, cell, at } };
  const isCut = Object.values(missingIn(frame)).some((length) => length > 0);
  if (isCut && layout.narrow) grown = { ...grown, width: WIDE };
  for (const side of ['width', 'height'] as const) grown = grow(grown, side) ?? grown;
  return isCut ? grown : request;
}

/** null: it would be too large. */
function grow(request: FrameRequest, side: 'width' | 'height'): FrameRequest | null {
  let grown = request;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const frame = frameOf(grown);
    const missing = frame ? missingIn(frame)[side] : 0;
    if (missing === 0) return grown;
    grown = { ...grown, [side]: grown[side] + missing };
    if (grown[side] > LARGEST_SIDE) return null;
  }
  return null;
}

function frameOf(request: FrameRequest): AnyMatrixFrame | null {
  return matrixFrameOf(makeViewFrame(request));
}

/** How long the rows and the columns out of sight are, in the pane that lacks most. */
function missingIn({ panes }: AnyMatrixFrame) {
  const missing = { width: 0, height: 0 };
  for (const pane of Object.values(panes)) {
    const { top, left, bottom, right } = visibleCells(pane);
    missing.width = Math.max(missing.width, (pane.cols - right + left) * pane.size[1]);
    missing.height = Math.max(missing.height, (pane.rows - bottom + top) * pane.size[0]);
  }
  return missing;
}

/** What is out of sight may not be loaded. */
function hasNumbersOfAll(frame: AnyMatrixFrame) {
  return !isMatrixInput(frame) || hasAllContributions(frame);
}
