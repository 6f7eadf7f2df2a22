/**
 * What the page of a network shows <-> the query of its address:
 * `?node=conv1&edge=y&cell=3,5,7&zoom=1.5,200,80&former=…`. Pure.
 */

export interface NetworkUrl {
  /** The open node, by its name or that of an input. */
  node: { kind: 'input' | 'node'; name: string } | null;
  /** The tensor that is shown of it, where it is not its first output. */
  edge: string | null;
  channel: number | null;
  cell: [channel: number, row: number, col: number] | null;
  /** How much, and the centre. */
  zoom: [scale: number, x: number, y: number] | null;
  /** The network of the former input, and whether differences from it are shown. */
  former: string | null;
  differences: boolean;
}

export function encodeNetworkQuery(shown: NetworkUrl): URLSearchParams {
  const query = new URLSearchParams();
  if (shown.node) query.set(shown.node.kind, shown.node.name);
  if (shown.edge !== null) query.set('edge', shown.edge);
  if (shown.cell) query.set('cell', shown.cell.join());
  else if (shown.channel) query.set('channel', String(shown.channel));
  if (shown.zoom) query.set('zoom', shown.zoom.map((number) => Math.round(number * 1000) / 1000).join());
  if (shown.former) query.set('former', shown.former);
  if (shown.former && shown.differences) query.set('differences', '1');
  return query;
}

/** What cannot be understood is left out. */
export function parseNetworkQuery(query: URLSearchParams): NetworkUrl {
  const kind = query.has('node') ? 'node' : 'input';
  const name = query.get(kind);
  const cell = numbers(query.get('cell'), /^\d{1,9}(,\d{1,9}){2}$/);
  const zoom = numbers(query.get('zoom'), /^\d{1,3}(\.\d{1,3})?(,-?\d{1,7}(\.\d{1,3})?){2}$/);
  const former = query.get('former');
  return {
    node: name === null ? null : { kind, name },
    edge: query.get('edge'),
    channel: numbers(query.get('channel'), /^\d{1,9}$/)?.[0] ?? cell?.[0] ?? null,
    cell: cell as NetworkUrl['cell'],
    zoom: zoom && (zoom[0] ?? 0) > 0 ? (zoom as NetworkUrl['zoom']) : null,
    former: former && /^[0-9a-f]{40}$/.test(former) ? former : null,
    differences: query.get('differences') === '1',
  };
}

function numbers(text: string | null, pattern: RegExp) {
  return text !== null && pattern.test(text) ? text.split(',').map(Number) : null;
}
