/** The views of a layer by name. */

import type { Cell } from '../model/relations.ts';
import { isSumCell } from '../model/relations.ts';
import type { Rect, ViewName } from '../model/types.ts';
import type { GradientFrame } from './gradient/frame.ts';
import { matrixView } from './matrix/view.ts';
import { scatterView } from './scatter/view.ts';
import type { FrameRequest, View } from './shared/view.ts';
import { sparseView } from './sparse/view.ts';
import { stageView } from './stage/view.ts';

const VIEWS = { stage: stageView, scatter: scatterView, matrix: matrixView, sparse: sparseView };

export type AnyFrame = ReturnType<(typeof VIEWS)[ViewName]['makeFrame']> | GradientFrame;

/** The gradients' view, once it is loaded. */
let gradientView: View<GradientFrame> | null = null;

export function addGradientView(view: View<GradientFrame>) {
  gradientView = view;
}

/** A frame of a view that is made of panes. */
export type AnyMatrixFrame = Extract<AnyFrame, { panes: unknown }>;

export function isMatrixFrame(frame: AnyFrame): frame is AnyMatrixFrame {
  return 'panes' in frame;
}

/** A frame of the forward pass whose channels are lanes. */
export type AnyChannelFrame = Extract<AnyFrame, { planes: unknown }>;

export function isChannelFrame(frame: AnyFrame | null): frame is AnyChannelFrame {
  return frame !== null && 'planes' in frame;
}

/** The view of a name; it takes frames that it made itself. */
export function viewNamed(name: AnyFrame['view']): View<AnyFrame> {
  const view: View<AnyFrame> | null = name === 'gradient' ? gradientView : VIEWS[name];
  if (!view) throw new Error(`the view ${name} is not loaded`);
  return view;
}

/** previous: the frame before, of which parts that are the same are used again. */
export function makeViewFrame(request: FrameRequest, previous: AnyFrame | null = null): AnyFrame {
  const { view, activeCell } = request;
  // A matrix has no boxes for the sums of a step.
  const hasCell = view === 'stage' || view === 'gradient' || !activeCell || !isSumCell(activeCell.cell);
  return viewNamed(view).makeFrame(
    hasCell ? request : { ...request, activeCell: null },
    previous?.view === view ? previous : null,
  );
}

/** Finds the cell under a point. */
export function hitTestFrame(frame: AnyFrame, x: number, y: number): Cell | null {
  return viewNamed(frame.view).hitTest(frame, x, y);
}

/** Finds every visible place of a cell. */
export function findCellRects(frame: AnyFrame, cell: Cell): Rect[] {
  return viewNamed(frame.view).findCellRects(frame, cell);
}
