/**
 * What share of the screen carries data: for each scene and each room that the stage has, the arrangement, its
 * cells in CSS pixels, and the area of all grids and pictures, counted once, over the viewport's. Also how long
 * the choice of the arrangement takes.
 *
 * node bench/stage_share.ts http://127.0.0.1:8000 '[{"name", "id", "viewport": [w, h], "room": [w, h]}, …]'
 */

import { ApiClient } from '../frontend/data/client.ts';
import type { Rect } from '../frontend/model/types.ts';
import { fetchParts, makePages } from '../frontend/state/scene.ts';
import { makeSceneModel } from '../frontend/views/shared/scene_model.ts';
import type { StageLayout } from '../frontend/views/stage/layout.ts';
import { chooseLayout, placeParts } from '../frontend/views/stage/layout.ts';

interface Case {
  name: string;
  id: string;
  viewport: [number, number];
  room: [number, number];
}

const REPEATS = 20;

const [server = '', cases = '[]'] = process.argv.slice(2);
const api = new ApiClient(`${server}/api/v1`, 'en');

async function loadSubject(id: string) {
  const summary = await api.scene(id, new URLSearchParams({ include: 'initial' }));
  const scene = { summary, ...(await fetchParts(api, summary)), ...makePages(api, summary, console.error) };
  return makeSceneModel(scene).subject;
}

/** Every grid and picture of a layout. */
function dataRects(layout: StageLayout): Rect[] {
  const { lanes, plane, thumbnails, outputThumbnails, output, shelf } = layout;
  const own = lanes.flatMap((lane) => [lane.input, lane.loupe, lane.kernel, lane.products, lane.output]);
  const outputs = lanes.some((lane) => lane.output) ? [] : [output];
  const filters = shelf.flatMap((filter) => [...filter.kernels, filter.output]);
  return [...own, plane, ...thumbnails, ...outputThumbnails, ...outputs, ...filters].filter(
    (rect) => rect !== null,
  );
}

for (const { name, id, viewport, room } of JSON.parse(cases) as Case[]) {
  const subject = await loadSubject(id);
  const choice = chooseLayout(subject, ...room);
  const start = performance.now();
  for (let k = 0; k < REPEATS; k++) chooseLayout(subject, ...room);
  const milliseconds = (performance.now() - start) / REPEATS;
  const area = dataRects(placeParts(subject, choice)).reduce(
    (sum, { width, height }) => sum + width * height,
    0,
  );
  const { family, cell, kernelCell, outputCell } = choice.candidate;
  const share = area / (viewport[0] * viewport[1]);
  const cells = [cell, kernelCell, outputCell].map((size) => Number(size.toFixed(1)));
  console.log(JSON.stringify({ name, viewport: viewport.join('×'), family, cells, share, milliseconds }));
}
