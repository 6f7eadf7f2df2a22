/** The HTTP API from the browser. */

import { dimensionsOf, loadOneDimension } from '../model/dimensions.ts';
import type {
  FetchedTensor,
  SceneAnswer,
  SceneSummary,
  StampPage,
  StampsAnswer,
  TapsAnswer,
  TapTable,
  Tensor,
} from '../model/types.ts';
import { decodeNpy } from './npy.ts';

/** What is wrong at a JSON pointer into the body, and where in the text when the body is code. */
export interface Fault {
  at: string;
  message: string;
  line?: number;
  column?: number;
  end_column?: number;
}

/** One of several layers in a piece of code, and where it stands. */
export interface CodeLayer {
  layer_index: number;
  line: number;
  column: number;
  end_column: number;
  text: string;
}

/** An answer other than 2xx, or none (status 0): what the problem document says. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: Fault[];
  /** Of code with several layers: those that may be chosen. */
  readonly layers: CodeLayer[];

  constructor(status: number, detail: string, errors: Fault[] = [], layers: CodeLayer[] = []) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.errors = errors;
    this.layers = layers;
  }
}

export class ApiClient {
  readonly base: string;
  readonly language: string;

  /** base: where version 1 lives, without a slash at the end. language: of what errors say. */
  constructor(base: string, language: string) {
    this.base = base;
    this.language = language;
  }

  async scene(id: string, query: URLSearchParams): Promise<SceneSummary> {
    return readSummary(await (await this.get(`/scenes/${id}?${query}`)).json());
  }

  async taps(id: string): Promise<TapTable> {
    const taps: TapsAnswer = await (await this.get(`/scenes/${id}/taps`)).json();
    const { rows, cols } = taps;
    return rows ? { rows, cols } : (await loadOneDimension()).liftTaps(taps);
  }

  /** soon: other answers are awaited more. */
  async tensor(
    { id, dimensions }: SceneSummary,
    name: FetchedTensor,
    { channel, every, soon = false }: { channel?: number; every?: number; soon?: boolean } = {},
  ): Promise<Tensor> {
    const only = channel === undefined ? '' : `&channel=${channel}`;
    const rough = every === undefined ? '' : `&every=${every}`;
    const answer = await this.request(
      `/scenes/${id}/tensors/${name}?format=npy${only}${rough}`,
      soon ? { priority: 'low' } : {},
    );
    const tensor = decodeNpy(await answer.arrayBuffer());
    return dimensions === 1 && name !== 'bias' ? (await loadOneDimension()).liftTensor(tensor) : tensor;
  }

  /** Returns columns, as safetensors. */
  async steps(id: string, range: ItemRange): Promise<ArrayBuffer> {
    const headers = { Accept: 'application/vnd.safetensors' };
    return (await this.request(`/scenes/${id}/steps?${rangeQuery(range)}`, { headers })).arrayBuffer();
  }

  async stamps(id: string, range: ItemRange): Promise<StampPage> {
    return readStamps(await (await this.get(`/scenes/${id}/stamps?${rangeQuery(range)}`)).json());
  }

  async post<Answer>(path: string, body?: object | FormData, signal?: AbortSignal): Promise<Answer> {
    const json = body !== undefined && !(body instanceof FormData);
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

/** A summary as the page has it. */
export async function readSummary(answer: SceneAnswer): Promise<SceneSummary> {
  if (dimensionsOf(answer.operation) === 1) return (await loadOneDimension()).liftSummary(answer);
  return { ...answer, dimensions: 2 } as SceneSummary;
}

/** A page of stamps as the page has it. */
export async function readStamps(answer: StampsAnswer): Promise<StampPage> {
  const { before, stamps } = answer;
  const isSignal = stamps.some(({ output_rows }) => !output_rows);
  if (isSignal) return (await loadOneDimension()).liftStamps(answer);
  return { ...answer, before, stamps } as StampPage;
}

/** Items start … stop−1 of an output channel. */
export interface ItemRange {
  outChannel: number;
  start: number;
  stop: number;
}

function rangeQuery({ outChannel, start, stop }: ItemRange) {
  return `out_channel=${outChannel}&start=${start}&stop=${stop}`;
}

async function problem(answer: Response) {
  const problem = await answer.json().catch(() => ({}));
  const detail = String(problem.detail ?? answer.statusText);
  return new ApiError(answer.status, detail, problem.errors ?? [], problem.layers ?? []);
}
