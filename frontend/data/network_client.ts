/** The part of the HTTP API that is about networks. */

import type {
  CellLedger,
  NetworkCell,
  NetworkReach,
  NetworkShapes,
  NetworkSummary,
  NetworkTrace,
} from '../model/network.ts';
import type { Tensor } from '../model/types.ts';
import type { ApiClient } from './client.ts';
import type { InputParts } from './input_form.ts';
import { makeInputForm } from './input_form.ts';
import { decodeNpy } from './npy.ts';

/** channel: of the second axis; every: every n-th row and column. */
export interface TensorPart {
  channel?: number;
  every?: number;
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
    return this.api.post(`/networks/${id}/inputs`, makeInputForm(parts));
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

function tensorPath(id: string, edge: string, { channel, every }: TensorPart) {
  const query = new URLSearchParams({ format: 'npy' });
  if (channel !== undefined) query.set('channel', String(channel));
  if (every !== undefined && every > 1) query.set('every', String(every));
  return `/networks/${id}/tensors/${encodeURIComponent(edge)}?${query}`;
}
