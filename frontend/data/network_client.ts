/** The part of the HTTP API that is about networks. */

import type {
  CellLedger,
  NetworkCell,
  NetworkReach,
  NetworkShapes,
  NetworkSummary,
  NetworkTrace,
  Preparation,
} from '../model/network.ts';
import type { Tensor } from '../model/types.ts';
import type { ApiClient } from './client.ts';
import { decodeNpy } from './npy.ts';

/** channel: of the second axis; every: every n-th row and column. */
export interface TensorPart {
  channel?: number;
  every?: number;
}

/** name: of several inputs, the one that is sent; prepare: of a picture. */
export interface InputParts {
  input: Blob;
  name?: string;
  prepare?: Preparation;
}

export class NetworkClient {
  readonly api: ApiClient;

  constructor(api: ApiClient) {
    this.api = api;
  }

  async summary(id: string): Promise<NetworkSummary> {
    return (await this.api.get(`/networks/${id}`)).json();
  }

  /** Throws TypeError for numbers that are not drawn here. */
  async tensor(id: string, edge: string, part: TensorPart = {}): Promise<Tensor> {
    const answer = await this.api.get(tensorPath(id, edge, part));
    return decodeNpy(await answer.arrayBuffer());
  }

  /** The address of all numbers of an edge. */
  tensorUrl(id: string, edge: string) {
    return this.api.base + tensorPath(id, edge, {});
  }

  async trace(id: string, { edge, channel, row, col }: NetworkCell): Promise<NetworkTrace> {
    const query = new URLSearchParams({ edge, channel: `${channel}`, row: `${row}`, col: `${col}` });
    return (await this.api.get(`/networks/${id}/trace?${query}`)).json();
  }

  async reach(id: string, { edge, row, col }: NetworkCell): Promise<NetworkReach> {
    const query = new URLSearchParams({ input: edge, row: `${row}`, col: `${col}` });
    return (await this.api.get(`/networks/${id}/reach?${query}`)).json();
  }

  /** How a cell of a node's output is made. */
  async cell(id: string, node: string, { channel, row, col }: NetworkCell): Promise<CellLedger> {
    const query = new URLSearchParams({ channel: `${channel}`, row: `${row}`, col: `${col}` });
    return (await this.api.get(`/networks/${id}/nodes/${encodeURIComponent(node)}/cell?${query}`)).json();
  }

  runOn(id: string, parts: InputParts): Promise<NetworkSummary> {
    return this.api.post(`/networks/${id}/inputs`, inputForm(parts));
  }

  /** A model and its first input, by the names of the parts. */
  run(model: Record<string, string | Blob>, input: InputParts): Promise<NetworkSummary> {
    const form = inputForm(input);
    for (const [name, part] of Object.entries(model)) form.set(name, part);
    return this.api.post('/networks', form);
  }

  shapes(code: string, inputShape: number[]): Promise<NetworkShapes> {
    return this.api.post('/networks/shapes', { code, input_shape: inputShape });
  }

  async shapesText(code: string, inputShape: number[], format: 'csv' | 'md'): Promise<string> {
    const body = JSON.stringify({ code, input_shape: inputShape });
    const headers = { 'Content-Type': 'application/json' };
    const options = { method: 'POST', body, headers };
    return (await this.api.request(`/networks/shapes?format=${format}`, options)).text();
  }

  /** scene: the address that the network's summary gives. */
  async scenePage(scene: string): Promise<string> {
    const answer = await this.api.get(scene.slice(this.api.base.length));
    return (await answer.json()).links.page;
  }
}

function inputForm({ input, name, prepare }: InputParts) {
  const form = new FormData();
  form.set('input', input);
  if (name !== undefined) form.set('name', name);
  // Numbers are taken as they are.
  if (prepare && Object.keys(prepare).length && input.type.startsWith('image/'))
    form.set('prepare', JSON.stringify(prepare));
  return form;
}

function tensorPath(id: string, edge: string, { channel, every }: TensorPart) {
  const query = new URLSearchParams({ format: 'npy' });
  if (channel !== undefined) query.set('channel', String(channel));
  if (every !== undefined && every > 1) query.set('every', String(every));
  return `/networks/${id}/tensors/${encodeURIComponent(edge)}?${query}`;
}
