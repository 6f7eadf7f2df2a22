/** What stands on the stage, by name. */

import type { Rect } from '../../../frontend/model/types.ts';
import type { StageLayout } from '../../../frontend/views/stage/layout.ts';

/** The parts that may neither overlap nor leave the stage, by name. */
export function partsOf(layout: StageLayout): Map<string, Rect> {
  const parts = new Map<string, Rect>();
  const add = (name: string, rect: Rect | null) => {
    if (rect) parts.set(name, rect);
  };
  for (const [k, lane] of layout.lanes.entries()) {
    add(`input ${k}`, lane.input);
    add(`loupe ${k}`, lane.loupe);
    add(`kernel ${k}`, lane.kernel);
    add(`products ${k}`, lane.products);
    add(`output ${k}`, lane.output);
    if (layout.ledger !== 'card') add(`sum ${k}`, lane.sum);
    if (layout.family === 'phone') add(`running ${k}`, lane.running);
  }
  add('plane', layout.plane);
  for (const [k, rect] of layout.thumbnails.entries()) add(`thumbnail ${k}`, rect);
  for (const [k, rect] of layout.outputThumbnails.entries()) add(`output thumbnail ${k}`, rect);
  if (!layout.lanes.some(({ output }) => output)) add('output', layout.output);
  add('card', layout.card);
  if (layout.ledger === 'equation') {
    add('bias', layout.bias);
    add('total', layout.total);
  }
  layout.shelf.forEach(({ kernels, output }, k) => {
    for (const [c, rect] of kernels.entries()) add(`filter ${k}, ${c}`, rect);
    add(`filter ${k}, output`, output);
  });
  return parts;
}
