/** Networks for tests of their page. */

import type { NetworkSummary } from '../../../frontend/model/network.ts';
import { makeGraph } from '../../../frontend/model/network.ts';

type Node = NetworkSummary['nodes'][number];

export function node(
  name: string,
  op: string,
  inputs: string[],
  shape: number[] | null,
  more: Partial<Node> = {},
) {
  const outputs = [{ name: `${name}.out`, shape, dtype: shape && 'float32' }];
  return { name, op, inputs, outputs, parameters: 0, multiply_adds: 0, scene: null, note: null, ...more };
}

export function summaryOf(nodes: Node[], shape = [1, 2, 6, 6]): NetworkSummary {
  const last = nodes.at(-1)?.outputs[0]?.name ?? 'x';
  const links = { self: '/api/v1/networks/0', inputs: '/api/v1/networks/0/inputs' };
  return {
    id: '0'.repeat(40),
    inputs: [{ name: 'x', shape, prepared: [] }],
    nodes,
    outputs: [last],
    parameters: nodes.reduce((sum, { parameters }) => sum + parameters, 0),
    weights: null,
    links,
  };
}

/** x -> a -> b, and x -> c; both into d: a block with a way around. */
export function block() {
  return summaryOf([
    node('a', 'Conv', ['x', 'w'], [1, 4, 6, 6], { parameters: 30, multiply_adds: 900 }),
    node('b', 'Relu', ['a.out'], [1, 4, 6, 6]),
    node('c', 'Conv', ['x', 'v'], [1, 4, 6, 6], { parameters: 10, multiply_adds: 100 }),
    node('d', 'Add', ['b.out', 'c.out'], [1, 4, 6, 6]),
  ]);
}

export const graphOf = (summary: NetworkSummary) => makeGraph(summary, 'Input');
