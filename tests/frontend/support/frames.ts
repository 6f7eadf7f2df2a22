/** What a frame is asked for. */

import { UNZOOMED } from '../../../frontend/model/geometry.ts';
import type { SceneModel } from '../../../frontend/model/scene_model.ts';
import { positionAt } from '../../../frontend/model/timeline.ts';
import type { ViewName } from '../../../frontend/model/types.ts';
import { DEFAULT_VIEWPORT } from '../../../frontend/views/shared/matrix_viewport.ts';
import type { FrameRequest } from '../../../frontend/views/shared/view.ts';

const COLORS = {
  text: '',
  muted: '',
  line: '',
  ground: '#ffffff',
  paper: '',
  soft: '',
  accent: '',
  onAccent: '',
};

/** The first moment of a layer on a canvas so large that all of it is in sight, unless told. */
export function makeFrameRequest(
  model: SceneModel,
  view: ViewName,
  more: Partial<FrameRequest> = {},
): FrameRequest {
  const [outChannels, rows, cols] = model.summary.shapes.output;
  const clock = {
    outChannels,
    windows: rows * cols,
    width: cols,
    channels: 1,
    taps: 1,
    granularity: 'window' as const,
  };
  return {
    view,
    model,
    position: positionAt(clock, 0),
    step: null,
    outputs: Object.assign(new Map(), { version: 0 }),
    outputMax: 1,
    firstChannel: null,
    theme: 'light',
    colors: COLORS,
    zoom: { input: UNZOOMED, output: UNZOOMED },
    kernelTurn: 1,
    gradient: null,
    stamp: null,
    tinted: false,
    width: 9000,
    height: 9000,
    ratio: 1,
    t: String,
    following: true,
    activeCell: null,
    granularity: 'window',
    flying: true,
    presenting: false,
    still: false,
    viewport: DEFAULT_VIEWPORT,
    inChannel: 0,
    transposed: false,
    ...more,
  };
}
