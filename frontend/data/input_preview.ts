/**
 * Inputs that nobody should wait for: every n-th row and column comes first and is shown; all numbers follow.
 */

import type { NumberArray, SceneSummary, Tensor } from '../model/types.ts';
import type { ApiClient } from './client.ts';

/** Numbers from which on an input is previewed, and those of a preview: at most a second on a slow line. */
const LARGEST_WITHOUT_PREVIEW = 2 ** 18;
const PREVIEW_SIZE = 2 ** 16;

/** Numbers that are looked through without a pause. */
const SLICE = 2 ** 18;

/** 1: all rows and columns. app/pages/context.py asks for the same beforehand. */
export function previewStride(shape: number[]) {
  const count = shape.reduce((a, b) => a * b, 1);
  return count > LARGEST_WITHOUT_PREVIEW ? Math.ceil(Math.sqrt(count / PREVIEW_SIZE)) : 1;
}

/** The input, or a sketch of a large one. */
export async function fetchInput(api: ApiClient, summary: SceneSummary): Promise<Tensor> {
  const { input: shape } = summary.shapes;
  const every = previewStride(shape);
  if (every === 1) return api.tensor(summary, 'input');
  const sketch = { ...(await api.tensor(summary, 'input', { every })), every };
  return { shape, data: sketch.data.slice(0, 0), preview: sketch };
}

/** All numbers of what is a sketch so far, and their range. */
export async function fetchWholeInput(
  api: ApiClient,
  summary: SceneSummary,
  { preview }: Tensor,
): Promise<Tensor> {
  const { shape, data } = await api.tensor(summary, 'input', { soon: true });
  return { shape, data, preview, range: await rangeOf(data) };
}

/** What stands for all numbers of a tensor where a part will do. */
export function availableNumbers({ preview, data }: Tensor) {
  return preview ? preview.data : data;
}

/** Three channels of 0 … 1, large enough to be seen as a picture. */
export function isPicture(input: Tensor) {
  const [channels = 0, height = 0, width = 0] = input.shape;
  return (
    channels === 3 &&
    Math.min(height, width) >= 24 &&
    availableNumbers(input).every((value) => value >= 0 && value <= 1)
  );
}

/** Lowest (0 if none is negative) and largest magnitude, with pauses. */
async function rangeOf(data: NumberArray): Promise<[number, number]> {
  let [low, max] = [0, 0];
  for (let start = 0; start < data.length; start += SLICE) {
    for (const value of data.subarray(start, start + SLICE)) {
      if (value < low) low = value;
      if (value > max) max = value;
    }
    await yieldToBrowser();
  }
  return [low, Math.max(max, -low)];
}

/** Lets what is due be done, a frame above all. */
export function yieldToBrowser() {
  return new Promise((done) => {
    setTimeout(done);
  });
}
