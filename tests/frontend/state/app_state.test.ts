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
