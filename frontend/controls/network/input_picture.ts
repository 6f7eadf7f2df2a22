/** An input of three channels from 0 to 1 as the picture that it is: red, green and blue. */

import { effect } from '@preact/signals-core';
import { packPixel } from '../../model/color.ts';
import type { SheetTensor } from '../../state/network_tensors.ts';
import { rangeOf } from '../../state/shown_tensor.ts';
import { fitCanvas } from '../../views/network/plane_painter.ts';
import { makeElement } from '../../views/shared/dom.ts';
import { makeHeatMap, paintHeatMap } from '../../views/shared/grid.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';
import { planeStyle } from './panel_part.ts';

/** The longer side, in CSS pixels. */
const SIDE = 128;

export function makeInputPicture(context: NetworkContext): PanelPart {
  const { state, t } = context;
  const name = state.openNode?.name ?? '';
  const element = makeElement('canvas', 'is-still') as HTMLCanvasElement;
  element.role = 'img';
  element.ariaLabel = t('input.picture', { name });
  const dispose = effect(() => {
    const shape = state.graph.value.edges.get(name)?.edge.shape;
    const sheet = shape ? state.tensors.sheet(state.id, { edge: name, shape }) : null;
    const isPicture = sheet !== null && sheet !== 'failed' && holdsPicture(sheet);
    element.hidden = !isPicture;
    if (isPicture) paintPicture(context, element, sheet);
  });
  return { element, dispose };
}

function holdsPicture({ planes, data }: SheetTensor) {
  const { least, most } = rangeOf(data);
  return planes.channels === 3 && planes.rows > 1 && least >= 0 && most <= 1;
}

function paintPicture(context: NetworkContext, canvas: HTMLCanvasElement, sheet: SheetTensor) {
  const { rows, cols, data } = sheet;
  const style = planeStyle(context);
  const side = SIDE / Math.max(rows, cols);
  const size = { width: cols * side, height: rows * side };
  const paper = fitCanvas(canvas, size, style.pixelRatio, style.colors.paper);
  const part = (channel: number, at: number) => Math.round(255 * (data[channel * rows * cols + at] ?? 0));
  const pixels = makeHeatMap(rows, cols, (row, col) => {
    const at = row * cols + col;
    return packPixel([part(0, at), part(1, at), part(2, at)]);
  });
  paintHeatMap(paper, { x: 0, y: 0, ...size }, pixels);
}
