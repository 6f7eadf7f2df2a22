import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkClient } from '../../../frontend/data/network_client.ts';
import type { NetworkCell } from '../../../frontend/model/network.ts';
import { NetworkState } from '../../../frontend/state/network.ts';
import { block } from '../support/networks.ts';

/** A server that answers when it is told to. */
class LateClient {
  readonly asked: { kind: string; cell: NetworkCell; answer: () => Promise<void> }[] = [];

  trace = (_: string, cell: NetworkCell) =>
    this.#ask('trace', cell, { rows: [0, 1], cols: [0, 1], mask: [[1]] });
  reach = (_: string, cell: NetworkCell) => this.#ask('reach', cell, {});

  #ask(kind: string, cell: NetworkCell, more: object) {
    return new Promise((resolve) => {
      const path = [{ node: 'a', edge: 'a.out', rows: [1, 2], cols: [1, 2] }];
      const answer = async () => {
        resolve({ input: 'x', path, ...more });
        await new Promise((done) => setImmediate(done));
      };
      this.asked.push({ kind, cell, answer });
    });
  }
}

function open() {
  const client = new LateClient();
  return { client, state: new NetworkState(client as unknown as NetworkClient, block(), 'Input') };
}

const cell = (edge: string, channel = 0): NetworkCell => ({ edge, channel, row: 1, col: 1 });

test('a cell of an input is followed forwards, any other back', async () => {
  const { client, state } = open();
  state.choose(cell('x'));
  state.choose(cell('d.out'));
  assert.deepEqual(
    client.asked.map(({ kind }) => kind),
    ['reach', 'trace'],
  );
  await client.asked[1]?.answer();
  assert.deepEqual([...(state.followed.value?.byEdge.keys() ?? [])], ['a.out', 'x']);
});

test('the answer for a cell that was left is not shown', async () => {
  const { client, state } = open();
  state.choose(cell('d.out', 0));
  state.choose(cell('d.out', 2));
  await client.asked[1]?.answer();
  await client.asked[0]?.answer();
  assert.equal(state.followed.value?.cell.channel, 2);
  state.choose(cell('d.out', 1));
  state.choose(null);
  await client.asked[2]?.answer();
  assert.equal(state.followed.value, null);
});

test('another channel of the tensor takes the cell along, of another tensor it does not', () => {
  const { state } = open();
  state.openAt(4, cell('d.out'));
  state.chooseChannel(3);
  assert.deepEqual(state.cell.value, cell('d.out', 3));
  state.tensor.value = 'b.out';
  state.chooseChannel(1);
  assert.deepEqual(state.cell.value, cell('d.out', 3));
  assert.equal(state.channel.value, 1);
});

test('what an address names is opened, and what is not there is told', () => {
  const { state } = open();
  const named = { node: { kind: 'node', name: 'c' }, edge: null, channel: null, cell: [2, 5, 5] } as const;
  const others = { zoom: null, former: null, differences: true };
  assert.ok(state.apply({ ...named, ...others, cell: [2, 5, 5] }));
  assert.equal(state.openNode?.name, 'c');
  assert.deepEqual(state.cell.value, { edge: 'c.out', channel: 2, row: 5, col: 5 });
  assert.equal(state.differences.value, false);
  assert.deepEqual(state.url().cell, [2, 5, 5]);
  assert.ok(!state.apply({ ...named, ...others, cell: [2, 6, 5] }));
  assert.equal(state.cell.value, null);
  assert.ok(!state.apply({ ...named, ...others, node: { kind: 'node', name: 'nothing' }, cell: null }));
  assert.equal(state.open.value, null);
});
