/** Where the cell that is followed leads: to the pixels of the input, or on to the outputs. */

import { effect } from '@preact/signals-core';
import type { PathStep } from '../../model/network.ts';
import { planesOf } from '../../model/network.ts';
import type { Followed } from '../../state/network.ts';
import { layoutSheet, tileRect } from '../../views/network/contact_sheet.ts';
import { describePlace } from '../../views/network/description.ts';
import { paintTile } from '../../views/network/node_painter.ts';
import { coverMask, fitCanvas } from '../../views/network/plane_painter.ts';
import { makeElement } from '../../views/shared/dom.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';
import { makeButton, planeStyle } from './panel_part.ts';

const ROOM = { height: 150, leastTile: 40, leastNumber: 6, mostNumber: 20, mostCell: 16 };

export function makeFollowView(context: NetworkContext): PanelPart {
  const { state, t } = context;
  const element = makeElement('section');
  const dispose = effect(() => {
    const followed = state.followed.value;
    element.hidden = followed === null;
    if (!followed) return;
    const clear = makeButton(t('node.clear'), () => state.choose(null));
    const title = makeElement('h3', '', t(followed.kind === 'trace' ? 'node.follow' : 'node.reach'));
    const parts = followed.kind === 'trace' ? traceParts(context, followed) : reachParts(context, followed);
    const row = makeElement('p', 'node-row');
    row.append(clear);
    element.replaceChildren(title, ...parts, row);
  });
  return { element, dispose };
}

function traceParts(context: NetworkContext, followed: Followed): HTMLElement[] {
  const { state, t } = context;
  const { mask, input, byEdge } = followed;
  const [cells, step] = [mask?.flat() ?? [], byEdge.get(input)];
  const reached = cells.filter(Boolean).length;
  const place = step ? placeOf(context, step) : null;
  const channels = planesOf(state.graph.value.edges.get(input)?.edge.shape)?.channels ?? 1;
  const text = place
    ? t(channels > 1 ? 'node.follow.channel' : 'node.follow.cells', {
        reached,
        cells: cells.length,
        name: input,
        place,
      })
    : `${t('network.input')} ${input}`;
  const shown = state.shownTensor;
  const here = shown !== null && shown !== followed.cell.edge && shown !== input ? byEdge.get(shown) : null;
  const parts = [makeElement('p', '', text)];
  const picture = mask && paintInput(context, input, mask);
  if (picture) parts.push(picture);
  if (here)
    parts.push(makeElement('p', '', placeText(context, here, 'node.follow.here', 'node.follow.whole')));
  return parts;
}

/** The input's channels, with what the cell does not depend on pale. */
function paintInput(context: NetworkContext, input: string, mask: number[][]): HTMLElement | null {
  const { state, t, panelWidth } = context;
  const shape = state.graph.value.edges.get(input)?.edge.shape;
  const planes = planesOf(shape);
  const sheet = shape && state.tensors.sheet(state.id, { edge: input, shape }, state.subtracted);
  if (!planes || !sheet || sheet === 'failed') return null;
  const shown = { ...planes, channels: Math.min(planes.channels, 3) };
  const layout = layoutSheet(shown, { ...ROOM, width: panelWidth.value });
  const canvas = makeElement('canvas', 'is-still') as HTMLCanvasElement;
  canvas.role = 'img';
  canvas.ariaLabel = t('node.follow.mask', { name: input });
  const style = planeStyle(context);
  const paper = fitCanvas(canvas, layout, style.pixelRatio, style.colors.paper);
  for (let channel = 0; channel < layout.shown; channel++) {
    const tile = tileRect(layout, channel);
    paintTile(paper, style, sheet, channel, tile);
    coverMask(paper, mask, tile, layout.cell, style.colors.paper);
  }
  return canvas;
}

function reachParts(context: NetworkContext, { path, byEdge }: Followed): HTMLElement[] {
  const { state, t } = context;
  const nodes = new Set(path.map(({ node }) => node)).size;
  const outputs = state.summary.value.outputs.flatMap((name) => byEdge.get(name) ?? []);
  return [
    makeElement('p', '', t('node.reach.nodes', { nodes })),
    ...outputs.map((step) =>
      makeElement('p', '', placeText(context, step, 'node.reach.outputs', 'node.reach.output')),
    ),
  ];
}

function placeText(context: NetworkContext, step: PathStep, some: string, whole: string) {
  const place = placeOf(context, step);
  return place ? context.t(some, { name: step.edge, place }) : context.t(whole, { name: step.edge });
}

function placeOf({ state, t }: NetworkContext, step: PathStep) {
  return describePlace(t, step, state.graph.value.edges.get(step.edge)?.edge.shape);
}
