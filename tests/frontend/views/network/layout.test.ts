import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLayout } from '../../../../frontend/views/network/choose_layout.ts';
import { cellAt, layoutSheet, tileRect } from '../../../../frontend/views/network/contact_sheet.ts';
import type { ArrowKey } from '../../../../frontend/views/network/hit_test.ts';
import { hitGraph, nextNode } from '../../../../frontend/views/network/hit_test.ts';
import { layoutGraph } from '../../../../frontend/views/network/layout.ts';
import {
  firstZoom,
  fitZoom,
  revealBox,
  seenRect,
  toCanvas,
  toGraph,
  zoomAround,
} from '../../../../frontend/views/network/viewport.ts';
import { overlap } from '../../../../frontend/views/shared/rects.ts';
import { block, graphOf, node, summaryOf } from '../../support/networks.ts';

const graph = graphOf(block());
const SIZE = { width: 800, height: 600 };

function chain(length: number) {
  const nodes = Array.from({ length }, (_, i) =>
    node(`n${i}`, 'Relu', [i ? `n${i - 1}.out` : 'x'], [1, 2, 6, 6]),
  );
  return graphOf(summaryOf(nodes));
}

for (const direction of ['right', 'down'] as const) {
  test(`nodes do not overlap and edges go ${direction}`, () => {
    const layout = layoutGraph(graph, direction);
    layout.nodes.forEach((a, i) => {
      for (const b of layout.nodes.slice(i + 1)) assert.ok(!overlap(a, b), JSON.stringify([a, b]));
      assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= layout.width && a.y + a.height <= layout.height);
    });
    for (const { connection } of layout.connections) {
      const [from, to] = [layout.nodes[connection.from], layout.nodes[connection.to]];
      assert.ok(from && to);
      if (direction === 'right') assert.ok(from.x + from.width < to.x);
      else assert.ok(from.y + from.height < to.y);
    }
  });
}

test('a graph of 175 nodes is laid out', () => {
  const layout = layoutGraph(chain(175), 'right');
  assert.equal(layout.nodes.length, 176);
});

/** Blocks of three nodes with a way around them. */
function residual(length: number) {
  const nodes = Array.from({ length }, (_, i) => {
    const before = i ? `n${i - 1}.out` : 'x';
    const around = i > 3 ? `n${i - 4}.out` : 'x';
    return i % 4 === 3
      ? node(`n${i}`, 'Add', [before, around], [1, 2, 6, 6])
      : node(`n${i}`, 'Relu', [before], [1, 2, 6, 6]);
  });
  return graphOf(summaryOf(nodes));
}

for (const direction of ['right', 'down'] as const)
  test(`a graph of 4096 nodes goes ${direction} too, each node behind what it reads`, () => {
    const large = residual(4096);
    const layout = layoutGraph(large, direction);
    const [at, size] = direction === 'right' ? (['x', 'width'] as const) : (['y', 'height'] as const);
    for (const { connection, points } of layout.connections) {
      const [from, to] = [layout.nodes[connection.from], layout.nodes[connection.to]];
      assert.ok(from && to && from[at] + from[size] < to[at]);
      assert.ok(points.length > 1);
    }
    for (const [i, box] of layout.nodes.entries()) {
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= layout.width);
      for (const other of layout.nodes.slice(i + 1, i + 20)) assert.ok(!overlap(box, other));
    }
  });

test('branches of a large graph do not overlap', () => {
  const arms = Array.from({ length: 20 }, (_, k) =>
    Array.from({ length: 20 }, (_, i) =>
      node(`a${k}_${i}`, 'Relu', [i ? `a${k}_${i - 1}.out` : 'x'], [1, 2, 6, 6]),
    ),
  ).flat();
  const layout = layoutGraph(graphOf(summaryOf(arms)), 'right');
  layout.nodes.forEach((box, i) => {
    for (const other of layout.nodes.slice(i + 1)) assert.ok(!overlap(box, other));
  });
});

test('wide graphs have taller pictures', () => {
  const nodes = [node('a', 'Conv', ['x'], [1, 16, 20, 20]), node('b', 'Relu', ['a.out'], [1, 16, 20, 20])];
  const wide = graphOf(summaryOf(nodes));
  const [tall, usual] = [layoutGraph(wide, 'right', 0.1), layoutGraph(wide, 'right', 100)];
  assert.ok(tall.height > 1.3 * usual.height);
});

test('many branches beside each other go from top to bottom on a wide screen, a chain to the right', () => {
  const branches = ['a', 'b', 'c', 'd', 'e'].map((name) => node(name, 'Conv', ['x'], [1, 2, 20, 20]));
  const all = node(
    'all',
    'Concat',
    branches.map(({ name }) => `${name}.out`),
    [1, 10, 20, 20],
  );
  const screen = { width: 1366, height: 680 };
  assert.equal(chooseLayout(graphOf(summaryOf([...branches, all])), false, screen).direction, 'down');
  assert.equal(chooseLayout(chain(12), false, screen).direction, 'right');
  assert.equal(chooseLayout(chain(12), true, screen).direction, 'down');
});

const ROOM = { width: 130, height: 240, leastTile: 24, leastNumber: 4, mostNumber: 18, mostCell: 22 };
const SHAPES = [
  [1, 28, 28], [3, 224, 224], [6, 14, 14], [16, 10, 10], [64, 56, 56], [2048, 7, 7], [10, 1, 1], [1000, 1, 1],
  [4, 1, 100], [2, 100, 1], [1, 1, 1],
] as const; // biome-ignore format: a table

test('a sheet stays in its room, and its tiles are apart', () => {
  for (const [channels, rows, cols] of SHAPES) {
    const sheet = layoutSheet({ channels, rows, cols }, ROOM);
    assert.ok(sheet.shown >= 1 && sheet.shown <= channels);
    assert.ok(sheet.width <= ROOM.width + 1e-9, `${channels},${rows},${cols}: ${sheet.width}`);
    assert.ok(sheet.height <= ROOM.height + 1e-9, `${channels},${rows},${cols}: ${sheet.height}`);
    const tiles = Array.from({ length: sheet.shown }, (_, i) => tileRect(sheet, i));
    tiles.slice(0, 60).forEach((a, i) => {
      for (const b of tiles.slice(i + 1, 60)) assert.ok(!overlap(a, b));
    });
  }
});

test('every cell of a sheet is found where it is drawn', () => {
  for (const [channels, rows, cols] of SHAPES) {
    const sheet = layoutSheet({ channels, rows, cols }, ROOM);
    for (const channel of [0, sheet.shown - 1])
      for (const [row, col] of [
        [0, 0],
        [rows - 1, cols - 1],
        [rows >> 1, cols >> 1],
      ] as const) {
        const tile = tileRect(sheet, channel);
        const [x, y] = [tile.x + (col + 0.5) * sheet.cell, tile.y + (row + 0.5) * sheet.cell];
        assert.deepEqual(cellAt(sheet, x, y), { channel, row, col });
      }
    assert.equal(cellAt(sheet, -1, 1), null);
    assert.equal(cellAt(sheet, 1, sheet.height + 5), null);
  }
});

test('a cell in the picture of a node is hit', () => {
  const layout = layoutGraph(graph, 'right');
  const box = layout.nodes[1];
  assert.ok(box?.sheet);
  const tile = tileRect(box.sheet, 2);
  const [x, y] = [box.x + box.sheetX + tile.x, box.y + box.sheetY + tile.y].map(
    (at) => at + 3.5 * (box.sheet?.cell ?? 0),
  );
  assert.deepEqual(hitGraph(graph, layout, x ?? 0, y ?? 0), {
    node: 1,
    cell: { edge: 'a.out', channel: 2, row: 3, col: 3 },
  });
  assert.deepEqual(hitGraph(graph, layout, box.x + 2, box.y + 2), { node: 1, cell: null });
  assert.equal(hitGraph(graph, layout, -5, -5), null);
});

test('arrows walk along the edges, and beside them', () => {
  const layout = layoutGraph(graph, 'right');
  const walk = (from: number, key: ArrowKey) => nextNode(graph, layout, from, key);
  assert.equal(walk(1, 'ArrowRight'), 2);
  assert.equal(walk(2, 'ArrowRight'), 4);
  assert.equal(walk(3, 'ArrowRight'), 4);
  assert.equal(walk(1, 'ArrowLeft'), 0);
  assert.equal(walk(0, 'ArrowLeft'), null);
  assert.equal(walk(4, 'ArrowRight'), null);
  const beside = [walk(3, 'ArrowUp'), walk(3, 'ArrowDown')].filter((each) => each !== null);
  assert.ok(beside.every((each) => each === 1 || each === 2));
  assert.equal(beside.length, 1);
  const down = layoutGraph(graph, 'down');
  assert.equal(nextNode(graph, down, 1, 'ArrowDown'), 2);
});

test('zooming keeps the point under the pointer, and places are found again', () => {
  const zoom = { scale: 0.8, x: 120, y: 340 };
  for (const factor of [0.5, 2, 1000]) {
    const next = zoomAround(zoom, SIZE, factor, 300, 100);
    const [before, after] = [toGraph(zoom, SIZE, 300, 100), toGraph(next, SIZE, 300, 100)];
    assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-6);
    const there = toCanvas(next, SIZE, before.x, before.y);
    assert.ok(Math.hypot(there.x - 300, there.y - 100) < 1e-6);
  }
});

test('a small graph is seen whole, a long one begins at its input', () => {
  const small = layoutGraph(graph, 'right');
  assert.deepEqual(firstZoom(small, SIZE), fitZoom(small, SIZE));
  const long = layoutGraph(chain(100), 'right');
  const zoom = firstZoom(long, SIZE);
  assert.ok(zoom.scale >= 0.5);
  const [input] = long.nodes;
  assert.ok(input && overlap(input, seenRect(zoom, SIZE)));
  assert.ok(fitZoom(long, SIZE).scale < 0.5);
});

for (const direction of ['right', 'down'] as const)
  test(`the first view begins at the input, whatever constants stand before it: ${direction}`, () => {
    const constants = Array.from({ length: 9 }, (_, i) =>
      node(`c${i}`, 'Cast', i ? [`c${i - 1}.out`] : [], [1, 2, 6, 6]),
    );
    const after = Array.from({ length: 40 }, (_, i) =>
      node(`n${i}`, 'Add', i ? [`n${i - 1}.out`] : ['x', 'c8.out'], [1, 2, 6, 6]),
    );
    const long = layoutGraph(graphOf(summaryOf([...constants, ...after])), direction);
    const [input] = long.nodes;
    const seen = seenRect(firstZoom(long, SIZE), SIZE);
    assert.ok(input && (direction === 'right' ? input.x : input.y) > 500);
    assert.ok(input.x >= seen.x && input.x < seen.x + seen.width / 2);
    assert.ok(input.y >= seen.y && input.y < seen.y + seen.height / 2);
  });

test('a node is brought into sight, and one that is there is left', () => {
  const long = layoutGraph(chain(100), 'right');
  const zoom = firstZoom(long, SIZE);
  const far = long.nodes[60];
  const near = long.nodes[1];
  assert.ok(far && near);
  const seen = seenRect(revealBox(zoom, SIZE, far), SIZE);
  assert.ok(far.x >= seen.x && far.x + far.width <= seen.x + seen.width);
  assert.deepEqual(revealBox(zoom, SIZE, near), zoom);
});
