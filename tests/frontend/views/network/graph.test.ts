import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellText,
  hasNetworkCell,
  planesOf,
  searchNodes,
  shapeText,
  shortCount,
} from '../../../../frontend/model/network.ts';
import { everyOf } from '../../../../frontend/state/network_tensors.ts';
import { encodeNetworkQuery, parseNetworkQuery } from '../../../../frontend/state/network_url.ts';
import { parameterPlanes } from '../../../../frontend/state/shown_tensor.ts';
import { block, graphOf, node, summaryOf } from '../../support/networks.ts';

test('edges connect the nodes that make and read them, and parameters none', () => {
  const graph = graphOf(block());
  assert.deepEqual(
    graph.connections.map(({ from, to, edge }) => [from, to, edge.name]),
    [
      [0, 1, 'x'],
      [1, 2, 'a.out'],
      [0, 3, 'x'],
      [2, 4, 'b.out'],
      [3, 4, 'c.out'],
    ],
  );
});

test('a node that reads an edge twice is connected once', () => {
  const graph = graphOf(summaryOf([node('square', 'Mul', ['x', 'x'], [1, 2, 6, 6])]));
  assert.equal(graph.connections.length, 1);
});

test('shares are of all parameters and all multiply-adds', () => {
  const { nodes } = graphOf(block());
  assert.deepEqual(
    nodes.map(({ parameterShare, workShare }) => [parameterShare, workShare]),
    [
      [0, 0],
      [0.75, 0.9],
      [0, 0],
      [0.25, 0.1],
      [0, 0],
    ],
  );
});

test('shapes leave one sample out, planes are of the first', () => {
  assert.equal(shapeText([1, 3, 8, 8]), '3 × 8 × 8');
  assert.equal(shapeText([2, 3, 8, 8]), '2 × 3 × 8 × 8');
  assert.equal(shapeText(null), '?');
  assert.deepEqual(planesOf([2, 3, 8, 9]), { channels: 3, rows: 8, cols: 9 });
  assert.deepEqual(planesOf([1, 3, 9]), { channels: 3, rows: 1, cols: 9 });
  assert.deepEqual(planesOf([1, 10]), { channels: 10, rows: 1, cols: 1 });
  for (const shape of [[], [4], [1, 2, 3, 4, 5], [1, 0, 2, 2], null]) assert.equal(planesOf(shape), null);
});

test('a cell has as many indices as its tensor', () => {
  const cell = { channel: 1, row: 2, col: 3 };
  assert.equal(cellText(cell, 4), '1, 2, 3');
  assert.equal(cellText(cell, 3), '1, 3');
  assert.equal(cellText(cell, 2), '1');
  const graph = graphOf(block());
  assert.ok(hasNetworkCell(graph, { edge: 'd.out', channel: 3, row: 5, col: 5 }));
  for (const wrong of [{ channel: 4 }, { row: 6 }, { col: 6 }, { edge: 'w' }])
    assert.ok(!hasNetworkCell(graph, { edge: 'd.out', channel: 0, row: 0, col: 0, ...wrong }));
});

test('the search knows names, operators and shapes in several spellings', () => {
  const graph = graphOf(block());
  const names = (text: string) => searchNodes(graph, text).map(({ name }) => name);
  assert.deepEqual(names('CONV'), ['a', 'c']);
  assert.deepEqual(names('d'), ['d']);
  for (const text of ['4x6x6', '4 × 6 × 6', '4, 6, 6', '4*6*6'])
    assert.deepEqual(names(text), ['a', 'b', 'c', 'd']);
  assert.deepEqual(names('2x6'), ['x']);
  assert.deepEqual(names('  '), []);
});

test('large counts are short', () => {
  assert.deepEqual([999, 9999, 12345, 1234567, 4.1e9].map(shortCount), [
    '999',
    '9999',
    '12.3 k',
    '1.23 M',
    '4.1 G',
  ]);
});

test('a sheet is loaded with at most so many numbers, and never less than one of each channel', () => {
  assert.equal(everyOf([1, 3, 28, 28]), 1);
  assert.equal(everyOf([1, 3, 224, 224]), 4);
  for (const shape of [
    [1, 64, 112, 112],
    [1, 2048, 7, 7],
    [1, 512, 224, 224],
    [8, 256, 56, 56],
    [1, 3, 5000, 20],
  ]) {
    const every = everyOf(shape);
    const [n = 1, c = 1, h = 1, w = 1] = shape;
    const numbers = n * c * Math.ceil(h / every) * Math.ceil(w / every);
    assert.ok(numbers <= 2 ** 17 || every >= Math.max(h, w), `${shape}: ${numbers}`);
  }
});

test('parameters are shown as kernels, a matrix or a list', () => {
  assert.deepEqual(parameterPlanes([4, 3, 5, 6]), { channels: 12, rows: 5, cols: 6 });
  assert.deepEqual(parameterPlanes([4, 3, 5]), { channels: 12, rows: 1, cols: 5 });
  assert.deepEqual(parameterPlanes([10, 32]), { channels: 1, rows: 10, cols: 32 });
  assert.deepEqual(parameterPlanes([10]), { channels: 10, rows: 1, cols: 1 });
  for (const shape of [[], [0, 3], [1, 1, 1, 1, 1]]) assert.equal(parameterPlanes(shape), null);
});

test('an address is read as it was written', () => {
  const shown = {
    node: { kind: 'node', name: '/a b&c=d/Conv' },
    edge: 'x,y',
    channel: 3,
    cell: [3, 5, 7],
    zoom: [1.5, 200, -80.25],
    former: 'a'.repeat(40),
    differences: true,
  } as const;
  assert.deepEqual(
    parseNetworkQuery(encodeNetworkQuery({ ...shown, cell: [3, 5, 7], zoom: [1.5, 200, -80.25] })),
    shown,
  );
});

test('what an address has that is none is left out', () => {
  const wrong = 'cell=1,2&zoom=0,1,2&former=../x&channel=1e3&differences=yes';
  const found = parseNetworkQuery(new URLSearchParams(wrong));
  assert.deepEqual(found, {
    node: null,
    edge: null,
    channel: null,
    cell: null,
    zoom: null,
    former: null,
    differences: false,
  });
});
