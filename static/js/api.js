/**
 * The HTTP API from the browser.
 *
 * @import {Summary, Taps, Tensor, StepPage} from './types.js'
 */

import { parseNpy } from './npy.js';

/** An answer other than 2xx: what the problem document says. */
export class ApiError extends Error {
  /** @param {number} status @param {string} detail */
  constructor(status, detail) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
  }
}

export class Api {
  /** @param {string} base  where version 1 lives, without a slash at the end */
  constructor(base) {
    this.base = base;
  }

  /** @param {string} id @returns {Promise<Summary>} */
  async scene(id) {
    return (await this.get(`/scenes/${id}`)).json();
  }

  /** @param {string} id @returns {Promise<Taps>} */
  async taps(id) {
    return (await this.get(`/scenes/${id}/taps`)).json();
  }

  /** @param {string} id @param {'input'|'weight'|'bias'|'output'} name @param {number} [channel] @returns {Promise<Tensor>} */
  async tensor(id, name, channel) {
    const only = channel === undefined ? '' : `&channel=${channel}`;
    const answer = await this.get(`/scenes/${id}/tensors/${name}?format=npy${only}`);
    if (answer.headers.get('content-type')?.includes('json')) { const j = await answer.json(); return { shape: j.shape, data: new Float64Array(j.data.flat(9)) }; }
    return parseNpy(await answer.arrayBuffer());
  }

  /** @param {string} id @param {number} outChannel @param {number} start @param {number} stop @returns {Promise<StepPage>} */
  async steps(id, outChannel, start, stop) {
    return (await this.get(`/scenes/${id}/steps?out_channel=${outChannel}&start=${start}&stop=${stop}`)).json();
  }

  /** @param {string} path */
  async get(path) {
    let answer;
    try {
      answer = await fetch(this.base + path);
    } catch (cause) {
      throw new ApiError(0, String(cause));
    }
    if (!answer.ok) throw new ApiError(answer.status, await problemDetail(answer));
    return answer;
  }
}

/** @param {Response} answer */
async function problemDetail(answer) {
  try {
    return String((await answer.json()).detail ?? answer.statusText);
  } catch {
    return answer.statusText;
  }
}
