/** `fetch` where the network is out of reach: the page around passes the request on and sends the answer. */

/** What the page around answers. status 0: there is none, and the text of `error` says why. */
export interface Fetched {
  type: 'fetched';
  request: number;
  status: number;
  headers: Record<string, string>;
  body: ArrayBuffer | null;
  error: string;
}

export interface FetchRequest {
  type: 'fetch';
  request: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  /** JSON. */
  body: string | null;
}

const waiting = new Map<number, (answer: Fetched) => void>();
let requests = 0;

/** Takes what a page in a frame asks for: a path, headers and JSON. Throws TypeError as `fetch` does. */
export async function fetchByMessage(path: RequestInfo | URL, options: RequestInit = {}): Promise<Response> {
  if (requests === 0) addEventListener('message', hear);
  const request = ++requests;
  const arrived = new Promise<Fetched>((resolve) => waiting.set(request, resolve));
  const { method = 'GET' } = options;
  const headers = Object.fromEntries(new Headers(options.headers));
  const message: FetchRequest = {
    type: 'fetch',
    request,
    method,
    path: String(path),
    headers,
    body: typeof options.body === 'string' ? options.body : null,
  };
  parent.postMessage({ convscope: 1, ...message }, '*');
  const answer = await arrived;
  if (answer.status === 0) throw new TypeError(answer.error);
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

function hear({ source, data }: MessageEvent) {
  if (source !== parent || data?.type !== 'fetched') return;
  waiting.get(data.request)?.(data);
  waiting.delete(data.request);
}
