/** The views of a layer behind one interface: their frames, their painters, which cell is where. */

import type { Cell, Relations } from '../model/relations.ts';
import { isSumCell } from '../model/relations.ts';
import type { Rect, ViewName } from '../model/types.ts';
import type { MatrixFrame } from './matrix/frame.ts';
import * as matrix from './matrix/frame.ts';
import * as matrixPainters from './matrix/painting.ts';
import type { ScatterFrame } from './scatter/frame.ts';
import * as scatter from './scatter/frame.ts';
import * as scatterPainters from './scatter/painting.ts';
import type { BitmapCache } from './shared/canvas.ts';
import type { FrameRequest } from './shared/matrix_viewport.ts';
import type { SparseFrame } from './sparse/frame.ts';
import * as sparse from './sparse/frame.ts';
import * as sparsePainters from './sparse/painting.ts';
import { paintAnimated, paintFinished } from './stage/animated.ts';
import type { StageFrame } from './stage/frame.ts';
import { makeFrame } from './stage/frame.ts';
import { findCellRect, hitTest } from './stage/hit_test.ts';
import { paintRelations } from './stage/relation_highlights.ts';
import { paintStatic } from './stage/static.ts';

/** A view made of panes. */
export type AnyMatrixFrame = MatrixFrame | SparseFrame;

export type AnyFrame = StageFrame | ScatterFrame | AnyMatrixFrame;

/** Methods, whose parameters may be narrower: each view is given frames of its own only. */
interface LayerView {
  makeFrame(request: FrameRequest, previous?: AnyFrame | null): AnyFrame;
  paintStatic(context: CanvasRenderingContext2D, frame: AnyFrame, bitmaps: BitmapCache): void;
  paintFinished?(context: CanvasRenderingContext2D, frame: AnyFrame, bitmaps: BitmapCache): void;
  paintAnimated(context: CanvasRenderingContext2D, frame: AnyFrame, bitmaps: BitmapCache): void;
  paintRelations?(
    context: CanvasRenderingContext2D,
    frame: AnyFrame,
    question: { cell: Cell; answer: Relations; pinned: boolean },
  ): void;
  hitTest(frame: AnyFrame, x: number, y: number): Cell | null;
  cellRects(frame: AnyFrame, cell: Cell): Rect[];
}

const VIEWS: Record<ViewName, LayerView> = {
  stage: {
    makeFrame,
    paintStatic,
    paintFinished,
    paintAnimated,
    paintRelations,
    hitTest,
    cellRects: stageRects,
  },
  scatter: { ...scatter, ...scatterPainters },
  matrix: { ...matrix, ...matrixPainters },
  sparse: { ...sparse, ...sparsePainters },
};

function stageRects(frame: StageFrame, cell: Cell) {
  const rect = findCellRect(frame, cell);
  return rect ? [rect] : [];
}

export function isMatrixFrame(frame: AnyFrame): frame is AnyMatrixFrame {
  return 'panes' in frame;
}

export function viewOfFrame(frame: AnyFrame): LayerView {
  return VIEWS[frame.view];
}

/** previous: the frame before, of which parts that are the same are used again. */
export function makeViewFrame(asked: FrameRequest, previous: AnyFrame | null = null): AnyFrame {
  // A matrix has no boxes for the sums of a step.
  const elsewhere = asked.view !== 'stage' && asked.activeCell !== null && isSumCell(asked.activeCell.cell);
  return VIEWS[asked.view].makeFrame(
    elsewhere ? { ...asked, activeCell: null } : asked,
    previous?.view === asked.view ? previous : null,
  );
}

/** The cell under a point. */
export function hitTestFrame(frame: AnyFrame, x: number, y: number): Cell | null {
  return viewOfFrame(frame).hitTest(frame, x, y);
}

/** Where a cell is, as often as it is in sight. */
export function findCellRects(frame: AnyFrame, cell: Cell): Rect[] {
  return viewOfFrame(frame).cellRects(frame, cell);
}
