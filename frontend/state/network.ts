/** What the page of a network shows. */

import type { ReadonlySignal } from '@preact/signals-core';
import { batch, computed, signal } from '@preact/signals-core';
import { ApiError } from '../data/client.ts';
import type { NetworkClient } from '../data/network_client.ts';
import type {
  Graph,
  GraphNode,
  NetworkCell,
  NetworkSummary,
  PathStep,
  Preparation,
} from '../model/network.ts';
import { hasNetworkCell, makeGraph, planesOf } from '../model/network.ts';
import { NetworkTensors } from './network_tensors.ts';
import type { NetworkUrl } from './network_url.ts';
import { ThemeState } from './theme.ts';

/** Where a cell leads: back to an input, with its cells as (rows, cols) of 0 and 1; or on to the outputs. */
export interface Followed {
  cell: NetworkCell;
  kind: 'trace' | 'reach';
  input: string;
  mask: number[][] | null;
  path: PathStep[];
  /** The same by edge. */
  byEdge: Map<string, PathStep>;
}

export class NetworkState extends ThemeState {
  readonly client: NetworkClient;
  readonly tensors: NetworkTensors;
  readonly summary;
  readonly graph: ReadonlySignal<Graph>;
  /** The network of the former input. */
  readonly former = signal<string | null>(null);
  readonly differences = signal(false);
  /** The open node, and the one that the keyboard is at. */
  readonly open = signal<number | null>(null);
  readonly focused = signal<number | null>(null);
  /** The tensor that is shown of the open node; null: its first output. */
  readonly tensor = signal<string | null>(null);
  readonly channel = signal(0);
  readonly cell = signal<NetworkCell | null>(null);
  readonly hovered = signal<NetworkCell | null>(null);
  /** One finger has scrolled the page around, and could not move the graph. */
  readonly needsTwoFingers = signal(false);
  readonly followed = signal<Followed | null>(null);
  /** Why the last thing that was asked for is not there. */
  readonly error = signal<ApiError | null>(null);
  readonly running = signal(false);
  /** How pictures become an input. */
  preparation: Preparation = {};
  /** The last picture that became an input, and the input's name. */
  #picture: { file: Blob; name: string } | null = null;
  #follow = 0;

  constructor(client: NetworkClient, summary: NetworkSummary, inputOp: string) {
    super();
    this.client = client;
    this.tensors = new NetworkTensors(client);
    this.summary = signal(summary);
    this.graph = computed(() => makeGraph(this.summary.value, inputOp));
  }

  get id() {
    return this.summary.value.id;
  }

  /** The network whose numbers are subtracted from those that are shown. */
  get subtracted() {
    return this.differences.value ? this.former.value : null;
  }

  get openNode(): GraphNode | null {
    return this.open.value === null ? null : (this.graph.value.nodes[this.open.value] ?? null);
  }

  /** The name of the tensor that is shown of the open node. */
  get shownTensor(): string | null {
    return this.tensor.value ?? this.openNode?.outputs[0]?.name ?? null;
  }

  openAt(node: number, cell: NetworkCell | null = null) {
    batch(() => {
      if (this.open.value !== node) {
        this.tensor.value = null;
        this.channel.value = 0;
      }
      this.open.value = node;
      this.focused.value = node;
      if (cell) this.choose(cell);
    });
  }

  close() {
    batch(() => {
      this.open.value = null;
      this.tensor.value = null;
    });
  }

  /** A cell is followed: one of an input to what it can reach, any other to what it depends on. */
  choose(cell: NetworkCell | null) {
    batch(() => {
      this.cell.value = cell;
      if (cell) this.channel.value = cell.channel;
      if (!cell) this.followed.value = null;
    });
    this.#followSoon();
  }

  chooseChannel(channel: number) {
    const cell = this.cell.value;
    if (cell && cell.edge === this.shownTensor) this.choose({ ...cell, channel });
    else this.channel.value = channel;
  }

  async #followSoon() {
    const request = ++this.#follow;
    const cell = this.cell.peek();
    if (!cell) return;
    try {
      const followed = await this.#followCell(cell);
      if (request === this.#follow) this.followed.value = followed;
    } catch (error) {
      if (request !== this.#follow) return;
      this.followed.value = null;
      // A cell that depends on no input has nothing to be followed to.
      if (!(error instanceof ApiError) || error.status !== 422) this.report(error);
    }
  }

  async #followCell(cell: NetworkCell): Promise<Followed> {
    const { id } = this.summary.peek();
    const isInput = this.graph.peek().nodes.some(({ kind, name }) => kind === 'input' && name === cell.edge);
    if (isInput) {
      const { input, path } = await this.client.reach(id, cell);
      return { cell, kind: 'reach', input, mask: null, path, byEdge: byEdge(path) };
    }
    const { input, rows, cols, channels, mask, path } = await this.client.trace(id, cell);
    const steps = [...path, { node: input, edge: input, rows, cols, channels }];
    return { cell, kind: 'trace', input, mask, path, byEdge: byEdge(steps) };
  }

  /** The name of the open input, or else of the first. */
  get inputName() {
    const node = this.openNode;
    return (node?.kind === 'input' ? node.name : this.summary.peek().inputs[0]?.name) ?? '';
  }

  /** Another preparation; what was a picture becomes the input anew. */
  async prepare(preparation: Preparation) {
    this.preparation = preparation;
    const picture = this.#picture;
    if (picture) await this.runOn(picture.file, picture.name);
  }

  /**
   * The same model on another input; the one before becomes the former. Of several inputs the others stay,
   * unless a file has all of them. edited: the former numbers, some of them changed.
   */
  async runOn(input: Blob, name = this.inputName, edited = false): Promise<boolean> {
    this.running.value = true;
    const isOne = this.summary.peek().inputs.length > 1 && !hasManyTensors(input);
    const parts = { input, prepare: this.preparation, edited, ...(isOne ? { name } : {}) };
    try {
      const summary = await this.client.runOn(this.id, parts);
      this.#picture = input.type.startsWith('image/') ? { file: input, name } : null;
      batch(() => {
        this.error.value = null;
        if (summary.id !== this.id) this.former.value = this.id;
        this.show(summary);
      });
      return true;
    } catch (error) {
      this.report(error);
      return false;
    } finally {
      this.running.value = false;
    }
  }

  /** Another network of the same model; what is open stays open. */
  show(summary: NetworkSummary) {
    this.summary.value = summary;
    const cell = this.cell.value;
    this.choose(cell && hasNetworkCell(this.graph.value, cell) ? cell : null);
  }

  report(error: unknown) {
    this.error.value = error instanceof ApiError ? error : new ApiError(-1, String(error));
  }

  /** Returns whether the network has all that the address names. */
  apply(url: NetworkUrl): boolean {
    const graph = this.graph.value;
    const node = graph.nodes.findIndex(({ kind, name }) => kind === url.node?.kind && name === url.node.name);
    const edge = url.edge ?? graph.nodes[node]?.outputs[0]?.name ?? '';
    const [channel = 0, row = 0, col = 0] = url.cell ?? [];
    const cell = url.cell && { edge, channel, row, col };
    const isThere = cell !== null && hasNetworkCell(graph, cell);
    batch(() => {
      this.former.value = url.former;
      this.differences.value = url.former !== null && url.differences;
      this.open.value = node < 0 ? null : node;
      this.tensor.value = url.edge !== null && this.openTensors.includes(url.edge) ? url.edge : null;
      const channels = planesOf(graph.edges.get(edge)?.edge.shape)?.channels ?? 1;
      this.channel.value = Math.min(url.channel ?? 0, channels - 1);
      this.choose(isThere ? cell : null);
    });
    return (url.node === null || node >= 0) && (!url.cell || isThere);
  }

  /** Names of all tensors of the open node. */
  get openTensors(): string[] {
    const node = this.openNode;
    return node ? [...node.outputs.map(({ name }) => name), ...node.inputs.filter(Boolean)] : [];
  }

  url(): Omit<NetworkUrl, 'zoom'> {
    const [node, cell, tensor] = [this.openNode, this.cell.value, this.tensor.value];
    const shown = this.shownTensor;
    return {
      node: node && { kind: node.kind, name: node.name },
      edge: cell && cell.edge !== (node?.outputs[0]?.name ?? '') ? cell.edge : tensor,
      channel: shown && this.channel.value ? this.channel.value : null,
      cell: cell && [cell.channel, cell.row, cell.col],
      former: this.former.value,
      differences: this.differences.value,
    };
  }
}

function hasManyTensors(input: Blob) {
  return input instanceof File && /\.(npz|safetensors)$/i.test(input.name);
}

function byEdge(path: PathStep[]) {
  return new Map(path.map((step) => [step.edge, step]));
}
