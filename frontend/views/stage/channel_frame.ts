/**
 * What the frames of the stage and of the scatter view share: a row for each visible input channel, and what
 * of their grids is in sight. Pure.
 */

import type { KernelWindow } from '../../model/geometry.ts';
import { inputChannelsOf, interpolateWindows } from '../../model/geometry.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { Relations } from '../../model/relations.ts';
import { findRelations } from '../../model/relations.ts';
import type { LayoutInput, SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Tensor } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import type { Candidate, Family } from './candidates.ts';
import type { GridPlace, VisibleChannels } from './grid_places.ts';
import { otherChannels, placeOutputs, placePlanes } from './grid_places.ts';
import type { Lane, LayoutChoice, StageLayout } from './layout.ts';
import { chooseLayout } from './layout.ts';

export interface ChannelRow {
  slot: number;
  lane: Lane;
  channel: number;
  /** Position in the step, -1: not of this group. */
  index: number;
  active: boolean;
  /** Whether its lane stands out: the channel at work, between two the one before, at the end the last. */
  outstanding: boolean;
  /** Kernel cells multiplied so far, the last one perhaps in part. */
  products: number;
  /** How far the channel sum and the running sum have come: 0 … 1. */
  sum: number;
  accumulate: number;
}

/** Sizes whose arrangements are remembered: a drag of the window's edge has hundreds. */
const REMEMBERED_SIZES = 8;

export interface FrameChoice extends LayoutChoice {
  /** Those chosen last, by size: a stage that has its size back looks as before. */
  families: [size: string, family: Family][];
  /** The last that was not presented. */
  unpresented: Candidate | null;
}

export interface ChannelFrame extends Omit<FrameRequest, 'view' | 'stamp'> {
  view: 'stage' | 'scatter';
  choice: FrameChoice;
  layout: StageLayout;
  /** The first visible channel. */
  firstChannel: number;
  rows: ChannelRow[];
  /** The channel of the large plane. */
  planeChannel: number;
  planes: GridPlace[];
  outputPlaces: GridPlace[];
  /** The other output channels on the shelf. */
  shelfChannels: number[];
  /** Input channels of the step. */
  inChannels: number[];
  /** Output cell of the step, or input cell of the stamp. */
  row: number;
  col: number;
  /** The window where it is now, perhaps on its way. */
  window: KernelWindow;
  previousWindow: KernelWindow | null;
  targetWindow: KernelWindow;
  /** null: not loaded. */
  step: Step | null;
  /** The step as it is printed. */
  ledger: Ledger | null;
  output: Tensor | null;
  /** Output cells that are complete, in raster order. */
  placedCount: number;
  /** What the active cell is computed from, or takes part in. */
  relations: Relations | null;
  /** Changes when anything but the moving parts does. */
  staticKey: string;
}

/** windowOf: the input cells of a window, or of a stamp. outputCells: at work. */
export function makeChannelFrame(
  request: FrameRequest,
  { choice, layout, visible }: { choice: FrameChoice; layout: StageLayout; visible: VisibleChannels },
  { row, col }: { row: number; col: number },
  windowOf: (index: number) => KernelWindow,
  outputCells: KernelWindow,
) {
  const { model, position, activeCell } = request;
  const inChannels = inputChannelsOf(model.summary, position.outChannel);
  const targetWindow = windowOf(position.window);
  const planeChannel = visible.first + visible.open;
  const planes = placePlanes(request, layout, visible, targetWindow);
  const outputPlaces = placeOutputs(request, layout, visible, outputCells);
  const moving = position.slide < 1 && position.window > 0;
  return {
    ...request,
    choice,
    layout,
    firstChannel: visible.first,
    rows: makeChannelRows(layout, visible.first, inChannels, position, model.subject),
    planeChannel,
    planes,
    outputPlaces,
    shelfChannels: otherChannels(position.outChannel, model.subject.outChannels, layout.shelf.length),
    inChannels,
    row,
    col,
    window: slidingWindow(position, targetWindow, windowOf),
    previousWindow: moving ? windowOf(position.window - 1) : null,
    targetWindow,
    output: request.outputs.get(position.outChannel) ?? null,
    relations: activeCell && findRelations(model, activeCell.cell, { row, col }),
    staticKey: makeRowsKey(request, choice, visible, planes, outputPlaces),
  };
}

/** Finds the place of a channel's plane that is not a thumbnail, or null. */
export function planeOf({ planes }: Pick<ChannelFrame, 'planes'>, channel: number): GridPlace | null {
  return planes.find((plane) => plane.channel === channel && !plane.thumbnail) ?? null;
}

/** Finds the place of an output channel that is not a thumbnail, or null. */
export function outputOf(
  { outputPlaces }: Pick<ChannelFrame, 'outputPlaces'>,
  channel: number,
): GridPlace | null {
  return outputPlaces.find((place) => place.channel === channel && !place.thumbnail) ?? null;
}

/** The output channels, other than the one at work, of which the stage shows the output. */
export function shownOutputChannels({ shelfChannels, outputPlaces, position }: ChannelFrame): number[] {
  const channels = new Set([...shelfChannels, ...outputPlaces.map(({ channel }) => channel)]);
  channels.delete(position.outChannel);
  return [...channels].sort((a, b) => a - b);
}

/** The place of the output channel at work. */
export function currentOutput(frame: Pick<ChannelFrame, 'outputPlaces' | 'position'>): GridPlace {
  const place = outputOf(frame, frame.position.outChannel) ?? frame.outputPlaces[0];
  if (!place) throw new RangeError('a layout has an output');
  return place;
}

/** The layout's choice of the frame before, where the scene and the size are the same. */
export function chooseFrameLayout(
  { model, width, height, presenting }: FrameRequest,
  previous: ChannelFrame | null,
): FrameChoice {
  const { subject } = model;
  const size = sizeOf({ width, height, presenting });
  const last = previous && isAlikeSubject(previous.model.subject, subject) ? previous.choice : null;
  if (last && previous?.model.subject === subject && sizeOf(last) === size) return last;
  const neighbour = last?.presenting === presenting ? last.candidate.family : null;
  const others = last?.families.filter(([other]) => other !== size) ?? [];
  const before = last?.families.find(([other]) => other === size)?.[1] ?? neighbour;
  const unpresented = (presenting && last?.unpresented) || null;
  const choice = chooseLayout(subject, width, height, { presenting, before, unpresented });
  const { candidate } = choice;
  return {
    ...choice,
    families: [...others.slice(1 - REMEMBERED_SIZES), [size, candidate.family]],
    unpresented: presenting ? unpresented : candidate,
  };
}

function sizeOf({ width, height, presenting }: Omit<LayoutChoice, 'candidate'>) {
  return [width, height, presenting].join();
}

/** Whether two layers are of one shape, so that an edit keeps the arrangement. */
function isAlikeSubject(one: LayoutInput, other: LayoutInput) {
  const shape = ({ plane, kernel, channels, output }: LayoutInput) =>
    [plane.rows, plane.cols, kernel, channels, output].join();
  return shape(one) === shape(other);
}

/** Finds the visible channels: the reader's choice, or the screenful of the channel at work. */
export function findVisibleChannels(
  { model, position, firstChannel: wanted }: FrameRequest,
  { candidate }: LayoutChoice,
): VisibleChannels {
  const { channels, perChannel } = model.subject;
  const inChannels = inputChannelsOf(model.summary, position.outChannel);
  const total = candidate.family === 'phone' ? 1 : candidate.lanes + candidate.smallLanes;
  const count = Math.min(total, channels);
  const max = channels - count;
  const index = indexAtWork(position, inChannels.length);
  const working = position.together && !perChannel ? (inChannels[0] ?? 0) : (inChannels[index] ?? 0);
  if (wanted !== null) {
    const first = clamp(count === 1 ? wanted : Math.floor(wanted / count) * count, 0, max);
    return { first, count, open: clamp(wanted - first, 0, count - 1) };
  }
  // From the group's first channel on, so that as many of its lanes as possible are in sight.
  const start = inChannels[0] ?? 0;
  const first = Math.min(start + Math.floor((working - start) / count) * count, max);
  return { first, count, open: clamp(working - first, 0, count - 1) };
}

/** The channel at work, of so many that the step reads, or the last that was. */
function indexAtWork({ active, channels }: Position, count: number) {
  return clamp(Math.max(active, channels - 1), 0, count - 1);
}

function makeChannelRows(
  { lanes }: StageLayout,
  firstChannel: number,
  inChannels: number[],
  position: Position,
  { kernel }: LayoutInput,
): ChannelRow[] {
  return lanes.map((lane, slot) => {
    const channel = firstChannel + slot;
    const index = channel - (inChannels[0] ?? 0);
    const inGroup = index >= 0 && index < inChannels.length;
    return {
      slot,
      lane,
      channel,
      index: inGroup ? index : -1,
      active: inGroup && position.active === index,
      outstanding: inGroup && !position.together && indexAtWork(position, inChannels.length) === index,
      ...(inGroup ? channelProgress(position, index, kernel[0] * kernel[1]) : IDLE),
    };
  });
}

const IDLE = { products: 0, sum: 0, accumulate: 0 };

/** How far a channel of the step is, with so many taps. */
export function channelProgress(position: Position, index: number, taps: number) {
  if (index < position.channels) return { products: taps, sum: 1, accumulate: 1 };
  if (position.active !== -1 && position.active !== index) return IDLE;
  const { products, sum, accumulate } = position;
  return { products, sum, accumulate };
}

/** The window on its way from the previous one, if it is. */
function slidingWindow(
  { window, slide }: Position,
  target: KernelWindow,
  windowOf: (index: number) => KernelWindow,
) {
  if (slide === 1 || window === 0) return target;
  return interpolateWindows(windowOf(window - 1), target, easeInOut(slide));
}

/** Joins all that the static layer of the rows and the outputs depends on. */
function makeRowsKey(
  request: FrameRequest,
  { candidate, presenting }: LayoutChoice,
  { first, open }: VisibleChannels,
  [plane]: GridPlace[],
  [output]: GridPlace[],
) {
  const { x = 0, y = 0, cell = 0 } = plane?.view ?? {};
  const loaded = request.outputs.version;
  const sizes = Object.values(candidate).join();
  return makeStaticKey(
    request,
    sizes,
    presenting ? 1 : 0,
    first,
    open,
    indexAtWork(request.position, request.model.subject.channels),
    request.kernelTurn,
    x,
    y,
    cell,
    output?.view.cell ?? 0,
    loaded,
  );
}

/**
 * Where kernel cell (u, v) is shown: a flipped kernel is turned, so that it lies on the window as it is used.
 * Its own inverse.
 */
export function displayedTap({ summary, subject }: SceneModel, u: number, v: number): [number, number] {
  return summary.operation.flip ? [subject.kernel[0] - 1 - u, subject.kernel[1] - 1 - v] : [u, v];
}
