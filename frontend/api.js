/**
 * The HTTP API from the browser.
 *
 * @import {First, Summary, Taps, Tensor} from './types.js'
 */

const ARRAYS = /** @type {const} */ ({ '<f4': Float32Array, '<f8': Float64Array, '<i4': Int32Array });
const OF_DTYPE = /** @type {const} */ ({ float32: '<f4', float64: '<f8', int32: '<i4' });

/** An answer other than 2xx, or none (status 0): what the problem document says. */
export class ApiError extends Error {
  /** @param {number} status @param {string} detail @param {{at: string, message: string}[]} errors  JSON pointers into the body */
  constructor(status, detail, errors = []) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.errors = errors;
  }
}

export class Api {
  /** @param {string} base  where version 1 lives, without a slash at the end @param {string} language  of what errors say @param {First} [first]  answers that came with the page */
  constructor(base, language, first) {
    this.base = base;
    this.language = language;
    this.first = first;
  }

  /** What came with the page. @param {string} id @returns {First|null} */
  given(id) {
    return this.first?.summary.id === id ? this.first : null;
  }

  /** @param {string} id @returns {Promise<Summary>} */
  async scene(id) {
    return this.given(id)?.summary ?? (await this.get(`/scenes/${id}`)).json();
  }

  /** @param {string} id @returns {Promise<Taps>} */
  async taps(id) {
    return this.given(id)?.taps ?? (await this.get(`/scenes/${id}/taps`)).json();
  }

  /** @param {string} id @param {'input'|'weight'|'bias'|'output'} name @param {{channel?: number, every?: number, soon?: boolean}} [part]  soon: other answers are awaited more @returns {Promise<Tensor>} */
  async tensor(id, name, { channel, every, soon = false } = {}) {
    const given = this.given(id)?.tensors[name];
    if (given && (channel === undefined || (channel === 0 && name === 'output'))) return { shape: given.shape, data: new ARRAYS[OF_DTYPE[given.dtype]](/** @type {number[]} */ (given.data.flat(Infinity))) };
    const only = channel === undefined ? '' : `&channel=${channel}`;
    const rough = every === undefined ? '' : `&every=${every}`;
    const answer = await this.ask(`/scenes/${id}/tensors/${name}?format=npy${only}${rough}`, soon ? { priority: 'low' } : {});
    return parseNpy(await answer.arrayBuffer());
  }

  /** @param {string} id @param {number} outChannel @param {number} start @param {number} stop @returns {Promise<ArrayBuffer>} columns, as safetensors */
  async steps(id, outChannel, start, stop) {
    const path = `/scenes/${id}/steps?out_channel=${outChannel}&start=${start}&stop=${stop}`;
    return (await this.ask(path, { headers: { Accept: 'application/vnd.safetensors' } })).arrayBuffer();
  }

  /** @param {string} id @param {number} outChannel @param {number} start @param {number} stop @returns {Promise<import('./types.js').StampsPage>} */
  async stamps(id, outChannel, start, stop) {
    return (await this.get(`/scenes/${id}/stamps?out_channel=${outChannel}&start=${start}&stop=${stop}`)).json();
  }

  /** A new scene. @param {string} path @param {object|FormData} body @param {AbortSignal} [signal] @returns {Promise<Summary>} */
  async post(path, body, signal) {
    const json = !(body instanceof FormData);
    return (await this.ask(path, {
      method: 'POST', signal,
      body: json ? JSON.stringify(body) : body,
      headers: json ? { 'Content-Type': 'application/json' } : {},
    })).json();
  }

  /** @param {string} path */
  get(path) {
    return this.ask(path, {});
  }

  /** @param {string} path @param {RequestInit} options */
  async ask(path, options) {
    let answer;
    try {
      answer = await fetch(this.base + path, { ...options, headers: { 'Accept-Language': this.language, ...options.headers } });
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw new ApiError(0, String(cause));
    }
    if (!answer.ok) throw await problem(answer);
    return answer;
  }
}

/** @param {Response} answer */
async function problem(answer) {
  const said = await answer.json().catch(() => ({}));
  return new ApiError(answer.status, String(said.detail ?? answer.statusText), said.errors ?? []);
}

/**
 * NumPy's file format, version 1 to 3, as far as the server writes it: little-endian, C order, float32, float64, int32.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @param {ArrayBuffer} buffer @returns {Tensor} @throws {TypeError} for anything else
 */
export function parseNpy(buffer) {
  const view = new DataView(buffer);
  const wide = view.getUint8(6) > 1;
  const headerAt = wide ? 12 : 10;
  const dataAt = headerAt + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder().decode(new Uint8Array(buffer, headerAt, dataAt - headerAt));
  const descr = /'descr': '([^']+)'/.exec(header)?.[1] ?? '';
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  if (!(descr in ARRAYS) || /'fortran_order': True/.test(header)) throw new TypeError(`npy of type ${descr} in this order is not read here`);
  const Numbers = ARRAYS[/** @type {keyof typeof ARRAYS} */ (descr)];
  return { shape: shape.split(',').filter((part) => part.trim()).map(Number), data: new Numbers(buffer.slice(dataAt)) };
}
