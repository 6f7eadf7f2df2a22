import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiClient } from '../../../frontend/data/client.ts';
import type { SceneSummary } from '../../../frontend/model/types.ts';
import { AppState } from '../../../frontend/state/app_state.ts';
import { makeScene, makeSummary } from '../support/builders.ts';

function makeState(summary: SceneSummary = makeSummary()) {
  const state = new AppState(new ApiClient('', 'en'));
  state.scene.value = makeScene(summary);
  return state;
}

test('a transposed layer scatters forward alone', () => {
  const state = makeState(makeSummary({ kind: 'conv_transpose2d' }));
  state.wantedView.value = 'scatter';
  assert.equal(state.chosenView.value, 'scatter');
  state.chooseDirection('input');
  assert.equal(state.chosenView.value, 'stage');
  state.chooseDirection('forward');
  assert.equal(state.chosenView.value, 'scatter');
});

test('a direction goes on at the moment and with the cell where it was left', () => {
  const state = makeState();
  state.seek(2, 4);
  const pin = { grid: 'input', channel: 1, row: 3, col: 3 } as const;
  state.pinCell(pin);
  const forward = state.time.value;
  state.chooseDirection('input');
  assert.equal(state.time.value, 0);
  assert.equal(state.pinnedCell.value, null);
  const back = { grid: 'gradient', channel: 1, row: 2, col: 0 } as const;
  state.pinCell(back);
  const input = state.time.value;
  state.chooseDirection('forward');
  assert.equal(state.time.value, forward);
  assert.deepEqual(state.pinnedCell.value, pin);
  state.chooseDirection('input', 'scatter');
  assert.equal(state.time.value, 0);
  state.chooseDirection('input', 'gather');
  assert.equal(state.time.value, input);
  assert.deepEqual(state.pinnedCell.value, back);
});

test('a pinned cell stays where the other direction shows it too', () => {
  const state = makeState();
  const pin = { grid: 'input', channel: 1, row: 3, col: 3 } as const;
  state.pinCell(pin);
  state.chooseDirection('weight');
  assert.deepEqual(state.pinnedCell.value, pin);
  const upstream = { grid: 'upstream', channel: 3, row: 2, col: 2 } as const;
  state.pinCell(upstream);
  state.chooseDirection('input');
  assert.deepEqual(state.pinnedCell.value, upstream);
});

test('of a smaller layer the nearest moment is gone on at, and no cell that it has not', () => {
  const state = makeState();
  state.seek(3, 8);
  state.pinCell({ grid: 'input', channel: 1, row: 4, col: 4 });
  state.chooseDirection('input');
  const smaller = makeSummary({}, { input: [1, 3, 3], weight: [2, 1, 2, 2], output: [2, 2, 2] });
  state.scene.value = makeScene(smaller);
  state.chooseDirection('forward');
  assert.equal(state.outChannel.value, 1);
  assert.equal(state.window.value, 3);
  assert.equal(state.pinnedCell.value, null);
});

test('a step that is not there is told until time goes on, of one that is there nothing', () => {
  const state = makeState();
  const clock = state.clock.value;
  assert.ok(clock);
  const [rows, cols] = [clock.windows / clock.width, clock.width];
  for (const outChannel of [0, clock.outChannels - 1, clock.outChannels])
    for (const row of [0, rows - 1, rows])
      for (const col of [0, cols - 1, cols]) {
        const isThere: boolean = outChannel < clock.outChannels && row < rows && col < cols;
        const asked = [outChannel, row, col].join();
        state.showMoment({ outChannel, row, col, tick: null }, asked);
        const absent: typeof state.absentStep.value = isThere ? null : { asked, time: state.time.value };
        assert.deepEqual(state.absentStep.value, absent, asked);
      }
  state.showMoment(null, 'first');
  assert.equal(state.absentStep.value?.asked, 'first');
  state.showMoment(null, null);
  assert.equal(state.absentStep.value, null);
});
