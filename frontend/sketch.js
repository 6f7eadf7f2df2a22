/**
 * Inputs that nobody should wait for: every n-th row and column comes first and is shown; all numbers follow.
 *
 * @import {Numbers, Summary, Tensor} from './types.js'
 * @import {Api} from './api.js'
 */

/** Numbers from which on an input is sketched, and those of a sketch: a second's worth of a slow line, at most. */
const MOST = 2 ** 18;
const SKETCH = 2 ** 16;

/** Numbers that are looked through without a pause. */
const SLICE = 2 ** 18;

/** 1: all rows and columns. app/pages/context.py asks for the same beforehand. @param {number[]} shape */
export function everyOf(shape) {
  const count = shape.reduce((a, b) => a * b, 1);
  return count > MOST ? Math.ceil(Math.sqrt(count / SKETCH)) : 1;
}

/** The input, or a sketch of a large one. @param {Api} api @param {Summary} summary @returns {Promise<Tensor>} */
export async function inputOf(api, { id, shapes }) {
  const every = everyOf(shapes.input);
  if (every === 1) return api.tensor(id, 'input');
  const sketch = { ...(await api.tensor(id, 'input', { every })), every };
  return { shape: shapes.input, data: sketch.data.slice(0, 0), sketch };
}

/** All numbers of what is a sketch so far, and their range. @param {Api} api @param {Summary} summary @param {Tensor} input @returns {Promise<Tensor>} */
export async function wholeOf(api, { id }, { sketch }) {
  const { shape, data } = await api.tensor(id, 'input', { soon: true });
  return { shape, data, sketch, range: await rangeOf(data) };
}

/** Whether its numbers are there. @param {Tensor} tensor */
export function isWhole({ sketch, data }) {
  return !sketch || data.length > 0;
}

/** What stands for all numbers of a tensor where a part will do. @param {Tensor} tensor */
export function partOf({ sketch, data }) {
  return sketch ? sketch.data : data;
}

/** Lowest (0 if none is negative) and largest magnitude, with pauses. @param {Numbers} data @returns {Promise<[number, number]>} */
async function rangeOf(data) {
  let [low, max] = [0, 0];
  for (let start = 0; start < data.length; start += SLICE) {
    for (const value of data.subarray(start, start + SLICE)) {
      if (value < low) low = value;
      if (value > max) max = value;
    }
    await pause();
  }
  return [low, Math.max(max, -low)];
}

/** Lets what is due be done, a frame above all. */
export function pause() {
  return new Promise((done) => {
    setTimeout(done);
  });
}
