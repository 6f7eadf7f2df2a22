import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepIn } from '../../../../frontend/controls/lesson/explore.ts';

test('the way back names the step, and the exercise by its seed', () => {
  assert.equal(stepIn({ pathname: '/learn/pooling/2', search: '?lang=zh-CN' }), 'pooling/2');
  assert.equal(stepIn({ pathname: '/learn/pooling/5', search: '?lang=en&seed=7' }), 'pooling/5?seed=7');
});
