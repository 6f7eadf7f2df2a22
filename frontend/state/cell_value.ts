/** The number in a cell. */

import { weightOffset } from '../model/geometry.ts';
import type { Cell } from '../model/relations.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from './app_state.ts';

/** The number in a cell, or null while it is on its way. */
export function cellValue(
  state: AppState,
  model: SceneModel,
  { grid, channel, row, col }: Cell,
): number | null {
  const { input, output } = model.summary.shapes;
  if (grid === 'input') return model.input.data[(channel * input[1] + row) * input[2] + col] ?? null;
  if (grid === 'output') return state.scene.value?.outputs.get(channel)?.data[row * output[2] + col] ?? null;
  if (grid === 'bias') return model.bias[channel] ?? null;
  const offset = weightOffset(model.summary, state.outChannel.peek(), channel);
  return model.weight?.data[offset + row * model.subject.kernel[1] + col] ?? null;
}
