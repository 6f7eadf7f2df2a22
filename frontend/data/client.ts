/** The HTTP API from the browser. */

import type { InitialData, SceneSummary, StampPage, TapTable, Tensor } from '../model/types.ts';
import { ARRAYS, decodeNpy } from './npy.ts';

/** What is wrong at a JSON pointer into the body, and where in the text when the body is code. */
export interface Fault {
  at: string;
  message: string;
  line?: number;
  column?: number;
  end_column?: number;
}

/** An answer other than 2xx, or none (status 0): what the problem document says. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: Fault[];

  constructor(status: number, detail: string, errors: Fault[] = []) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.errors = errors;
  }
}

export class ApiClient {
  readonly base: string;
  readonly language: string;
  readonly first: SceneSummary | undefined;

  /**
   * base: where version 1 lives, without a slash at the end. language: of what errors say. first: answers
   * that came with the page.
   */
  constructor(base: string, language: string, first?: SceneSummary) {
    this.base = base;
    this.language = language;
    this.first = first;
  }

  /** What came with the page. */
  initialDataOf(id: string): InitialData | null {
    return (this.first?.id === id && this.first.initial) || null;
  }

  async scene(id: string): Promise<SceneSummary> {
    return this.first?.id === id ? this.first : (await this.get(`/scenes/${id}`)).json();
  }

  async taps(id: string): Promise<TapTable> {
    return this.initialDataOf(id)?.taps ?? (await this.get(`/scenes/${id}/taps`)).json();
  }

  /** part: soon: other answers are awaited more. */
  async tensor(
    id: string,
    name: 'input' | 'weight' | 'bias' | 'output',
    { channel, every, soon = false }: { channel?: number; every?: number; soon?: boolean } = {},
  ): Promise<Tensor> {
    const given = this.initialDataOf(id)?.tensors[name];
    if (given && (channel === undefined || (channel === 0 && name === 'output')))
      return { shape: given.shape, data: new ARRAYS[given.dtype]([given.data].flat(Infinity) as number[]) };
    const only = channel === undefined ? '' : `&channel=${channel}`;
    const rough = every === undefined ? '' : `&every=${every}`;
    const answer = await this.request(
      `/scenes/${id}/tensors/${name}?format=npy${only}${rough}`,
      soon ? { priority: 'low' } : {},
    );
    return decodeNpy(await answer.arrayBuffer());
  }

  /** Returns columns, as safetensors. */
  async steps(id: string, outChannel: number, start: number, stop: number): Promise<ArrayBuffer> {
    const path = `/scenes/${id}/steps?out_channel=${outChannel}&start=${start}&stop=${stop}`;
    return (await this.request(path, { headers: { Accept: 'application/vnd.safetensors' } })).arrayBuffer();
  }

  async stamps(id: string, outChannel: number, start: number, stop: number): Promise<StampPage> {
    return (
      await this.get(`/scenes/${id}/stamps?out_channel=${outChannel}&start=${start}&stop=${stop}`)
    ).json();
  }

  async post<Answer>(path: string, body: object | FormData, signal?: AbortSignal): Promise<Answer> {
    const json = !(body instanceof FormData);
    return (
      await this.request(path, {
        method: 'POST',
        signal,
        body: json ? JSON.stringify(body) : body,
        headers: json ? { 'Content-Type': 'application/json' } : {},
      })
    ).json();
  }

  get(path: string) {
    return this.request(path, {});
  }

  async request(path: string, options: RequestInit) {
    let answer: Response;
    try {
      answer = await fetch(this.base + path, {
        ...options,
        headers: { 'Accept-Language': this.language, ...options.headers },
      });
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw new ApiError(0, String(cause));
    }
    if (!answer.ok) throw await problem(answer);
    return answer;
  }
}

async function problem(answer: Response) {
  const said = await answer.json().catch(() => ({}));
  return new ApiError(answer.status, String(said.detail ?? answer.statusText), said.errors ?? []);
}
