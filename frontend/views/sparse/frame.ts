/** Computes all that the painters of the sparse matrix need. Pure. */

import { inputChannelsOf } from '../../model/geometry.ts';
import type { PaneFrame } from '../shared/matrix_viewport.ts';
import { revealHighlights, viewportFor } from '../shared/matrix_viewport.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { shownChannelIndex } from './channel_index.ts';
import { rowEntries } from './entries.ts';
import { findHighlights } from './hit_test.ts';
import type { PaneName, SparseLayout } from './layout.ts';
import { makeLayout, makePanes } from './layout.ts';

export interface SparseFrame extends PaneFrame<PaneName> {
  view: 'sparse';
  /** The input channel shown, and its position in the step. */
  channel: number;
  channelIndex: number;
  /** The output cell at work. */
  row: number;
  footer: SparseLayout['footer'];
}

export function makeFrame(request: FrameRequest): SparseFrame {
  const { model, position, transposed, activeCell, following } = request;
  const { input, weight, output } = model.summary.shapes;
  const row = position.window;
  const viewportKey = ['sparse', input, weight, output, transposed].join('/');
  const viewport = viewportFor(request, viewportKey);
  const channelIndex = shownChannelIndex(request);
  const channel = inputChannelsOf(model.summary, position.outChannel)[channelIndex] ?? 0;
  const layout = makeLayout(request, viewport.cell);
  const needed = { r: row, c: rowEntries(model, row)[0]?.col ?? 0 };
  const panes = makePanes(request, layout, viewport.first, needed);
  const highlights =
    activeCell && findHighlights({ model, position, transposed, channel, panes }, activeCell.cell);
  const revealed = following ? revealHighlights(panes, highlights) : panes;
  const scrolled = Object.values(revealed).flatMap(({ top, left }) => [top, left]);
  return {
    ...request,
    view: 'sparse',
    layout: layout.layout,
    cell: layout.cell,
    leastCell: layout.leastCell,
    panes: revealed,
    channel,
    channelIndex,
    viewportKey,
    row,
    footer: layout.footer,
    placedCount: row + (position.place === 1 ? 1 : 0),
    highlights,
    staticKey: makeStaticKey(request, viewportKey, channel, layout.cell, ...scrolled),
  };
}
