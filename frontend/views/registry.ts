/** The views of a layer by name, and what paints them; what the first picture does without comes later. */

import { signal } from '@preact/signals-core';
import type { Cell } from '../model/relations.ts';
import { isSumCell } from '../model/relations.ts';
import type { LayerShape, Rect } from '../model/types.ts';
import type { GradientFrame } from './gradient/frame.ts';
import type { MatrixFrame } from './matrix/frame.ts';
import type { ScatterFrame } from './scatter/frame.ts';
import type { PaneFrame } from './shared/matrix_viewport.ts';
import type { FrameRequest, View } from './shared/view.ts';
import type { SignalFrame } from './signal/frame.ts';
import type { SparseFrame } from './sparse/frame.ts';
import { shownOutputChannels } from './stage/channel_frame.ts';
import type { StageFrame } from './stage/frame.ts';
import { stageView } from './stage/view.ts';

export type AnyFrame = StageFrame | ScatterFrame | MatrixFrame | SparseFrame | GradientFrame | SignalFrame;

export type DrawingName = AnyFrame['view'];

type Drawings = { [Name in DrawingName]?: View<AnyFrame> };

/** Drawings that the first picture does without; each has an export of this name. */
const ON_DEMAND = {
  scatter: 'scatterView',
  matrix: 'matrixView',
  sparse: 'sparseView',
  signal: 'signalView',
} as const;

const drawings = signal<Drawings>({ stage: stageView });

export function addDrawing(name: DrawingName, view: View<AnyFrame>) {
  drawings.value = { ...drawings.peek(), [name]: view };
}

/** What paints a view of a layer: signals have a drawing of their own. */
function drawingOf({ dimensions }: Pick<LayerShape, 'dimensions'>, view: DrawingName): DrawingName {
  return dimensions === 1 && (view === 'stage' || view === 'scatter') ? 'signal' : view;
}

/** Loads what paints a view, unless it is there. */
export async function loadDrawing(layer: Pick<LayerShape, 'dimensions'>, view: DrawingName) {
  const name = drawingOf(layer, view);
  if (drawings.peek()[name] || !(name in ON_DEMAND)) return;
  const loaded = await import('./drawings_on_demand.ts');
  addDrawing(name, loaded[ON_DEMAND[name as keyof typeof ON_DEMAND]]);
}

/** What paints a view now: the stage until the view's own drawing is loaded. */
export function shownDrawing(layer: Pick<LayerShape, 'dimensions'>, view: DrawingName): DrawingName {
  const name = drawingOf(layer, view);
  return drawings.value[name] ? name : 'stage';
}

/** A frame that is made of panes. channelIndex: of the sparse matrix, its channel's position in the step. */
export type AnyMatrixFrame = PaneFrame<string> & { channelIndex?: number };

/** The frame that has the panes: of a gradient to the input the one inside; null: there are none. */
export function matrixFrameOf(frame: AnyFrame | null): AnyMatrixFrame | null {
  if (!frame) return null;
  const inner = 'inner' in frame ? frame.inner : frame;
  return 'panes' in inner ? inner : null;
}

/** A frame of the forward pass whose channels are lanes. */
export type AnyChannelFrame = Extract<AnyFrame, { planes: unknown }>;

export function isChannelFrame(frame: AnyFrame | null): frame is AnyChannelFrame {
  return frame !== null && 'planes' in frame;
}

/** The output channels, beside the one at work, of which a frame shows the output; null: it is no layer's. */
export function shownOutputs(frame: AnyFrame | null): number[] | null {
  if (frame?.view === 'signal') return frame.otherOutputs;
  return isChannelFrame(frame) ? shownOutputChannels(frame) : null;
}

/** The drawing of a name; it takes frames that it made itself. */
export function drawingNamed(name: DrawingName): View<AnyFrame> {
  const view = drawings.peek()[name];
  if (!view) throw new Error(`the drawing ${name} is not loaded`);
  return view;
}

/** previous: the frame before, of which parts that are the same are used again. */
export function makeViewFrame(request: FrameRequest, previous: AnyFrame | null = null): AnyFrame {
  const { activeCell, model } = request;
  const name = shownDrawing(model.summary, request.gradient ? 'gradient' : request.view);
  // A matrix has no boxes for the sums of a step.
  const hasCell = /stage|gradient|signal/.test(name) || !activeCell || !isSumCell(activeCell.cell);
  return drawingNamed(name).makeFrame(
    hasCell ? request : { ...request, activeCell: null },
    previous?.view === name ? previous : null,
  );
}

/** Finds the cell under a point. */
export function hitTestFrame(frame: AnyFrame, x: number, y: number): Cell | null {
  return drawingNamed(frame.view).hitTest(frame, x, y);
}

/** Finds the entry of the legend for what is written around matrices, under a point. */
export function findLegendEntry(frame: AnyFrame, x: number, y: number) {
  return drawingNamed(frame.view).findLegendEntry?.(frame, x, y) ?? null;
}

/** Finds every visible place of a cell. */
export function findCellRects(frame: AnyFrame, cell: Cell): Rect[] {
  return drawingNamed(frame.view).findCellRects(frame, cell);
}
