import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFittingChoices, findGroupChoices } from '../../../frontend/model/fitting_choices.ts';

const layer = { kind: 'conv2d' as const, groups: 1, channels: 64, shape: [128, 32, 3, 3] };

test('a weight of half the channels fits two groups, or another input', () => {
  assert.deepEqual(findFittingChoices(layer), [
    { kind: 'groups', groups: 2 },
    { kind: 'repeated', channels: 32 },
    { kind: 'random', channels: 32 },
  ]);
});

test('what fits needs no choice', () => {
  assert.deepEqual(findFittingChoices({ ...layer, groups: 2 }), []);
  assert.deepEqual(findFittingChoices({ ...layer, kind: 'conv_transpose2d', shape: [64, 8, 3, 3] }), []);
});

test('groups are offered only where they divide the channels on both sides', () => {
  const kinds = (other: Partial<typeof layer>) =>
    findFittingChoices({ ...layer, ...other }).map(({ kind }) => kind);
  assert.deepEqual(kinds({ channels: 65 }), ['repeated', 'random']);
  assert.deepEqual(kinds({ shape: [127, 32, 3, 3] }), ['repeated', 'random']);
  assert.deepEqual(findFittingChoices({ ...layer, channels: 1, shape: [64, 3, 7, 7] }), [
    { kind: 'repeated', channels: 3 },
    { kind: 'random', channels: 3 },
  ]);
});

test('of groups that do not divide the channels, every choice that is offered divides them', () => {
  for (let channels = 1; channels <= 12; channels++)
    for (let groups = 1; groups <= 6; groups++) {
      const outputs = groups * 2;
      const choices = findGroupChoices(channels, groups, outputs);
      assert.equal(choices.length > 0, channels % groups !== 0);
      for (const choice of choices)
        if (choice.kind === 'groups') assert.equal((channels % choice.groups) + (outputs % choice.groups), 0);
        else assert.ok(choice.channels >= channels && choice.channels % groups === 0);
    }
});
