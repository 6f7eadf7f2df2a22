import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PasteError, parseNumber } from '../../../../frontend/model/number_syntax.ts';
import { nestArray } from '../../../../frontend/model/numbers.ts';
import { parseNumberBlock } from '../../../../frontend/model/paste/parse_numbers.ts';

/** What it is, the text, the grid. */
const GOOD: [string, string, unknown][] = [
  ['one number', '5', [[5]]],
  ['one number, negative', '-3.5', [[-3.5]]],
  [
    'spreadsheet',
    '1\t2\n3\t4',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'spreadsheet with a last line end',
    '1\t2\n3\t4\n',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'spreadsheet from Windows',
    '1\t2\r\n3\t4\r\n',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['spreadsheet, one row', '1\t2\t3', [[1, 2, 3]]],
  ['spreadsheet, one column', '1\n2\n3', [[1], [2], [3]]],
  [
    'spreadsheet, spaces in cells',
    ' 1 \t 2 \n3\t4',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'two blocks, an empty line between',
    '1\t2\n3\t4\n\n5\t6\n7\t8',
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
  ],
  [
    'commas',
    '1,2\n3,4',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'commas and spaces',
    '1, 2, 3\n4, 5, 6',
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    'a comma at the end of each line',
    '1, 2,\n3, 4,',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'quotes',
    '"1","2"\n"3","4"',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'semicolons and decimal commas',
    '1,5;2\n3;4,25',
    [
      [1.5, 2],
      [3, 4.25],
    ],
  ],
  [
    'spaces',
    '1 2\n3 4',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'aligned with spaces',
    '  1   2\n 30  40',
    [
      [1, 2],
      [30, 40],
    ],
  ],
  [
    'scientific',
    '1e-3 2.5E+2\n-1e0 .5',
    [
      [0.001, 250],
      [-1, 0.5],
    ],
  ],
  [
    "typography's minus",
    '−1 –2\n3 −4',
    [
      [-1, -2],
      [3, -4],
    ],
  ],
  [
    'no-break spaces',
    '1\u00a02\n3\u00a04',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'trailing dots',
    '1. 2.\n3. 4.',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['plus signs', '+1 +2', [[1, 2]]],
  ['byte order mark', '\uFEFF1\t2', [[1, 2]]],
  ['underscores', '1_000 2', [[1000, 2]]],
  [
    'NumPy, printed',
    '[[1. 2.]\n [3. 4.]]',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['NumPy, one row', '[1. 2. 3.]', [1, 2, 3]],
  [
    'NumPy, three dimensions',
    '[[[0. 1.]\n  [2. 3.]]\n\n [[4. 5.]\n  [6. 7.]]]',
    [
      [
        [0, 1],
        [2, 3],
      ],
      [
        [4, 5],
        [6, 7],
      ],
    ],
  ],
  [
    'NumPy, integers aligned',
    '[[ 0  1]\n [10 -2]]',
    [
      [0, 1],
      [10, -2],
    ],
  ],
  [
    'NumPy, scientific',
    '[[ 1.0e+00 -2.5e-03]\n [ 0.0e+00  1.0e+10]]',
    [
      [1, -0.0025],
      [0, 1e10],
    ],
  ],
  [
    'NumPy, repr',
    'array([[1., 2.],\n       [3., 4.]])',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'NumPy, repr with dtype',
    'array([[1., 2.],\n       [3., 4.]], dtype=float32)',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'NumPy, source',
    'x = np.array([[1, 2], [3, 4]])',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['NumPy, a call in a call', 'torch.from_numpy(np.array([[1, 2]], dtype=np.float32))', [[1, 2]]],
  [
    'torch',
    'tensor([[1., 2.],\n        [3., 4.]])',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'torch with dtype',
    'tensor([[1., 2.],\n        [3., 4.]], dtype=torch.float64)',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['torch on a device', "tensor([[1.5]], device='cuda:0')", [[1.5]]],
  ['torch with a gradient', 'tensor([[1.5, -2.0]], grad_fn=<AddBackward0>)', [[1.5, -2]]],
  [
    'torch, a parameter',
    'Parameter containing:\ntensor([[[[0.1, 0.2]]]], requires_grad=True)',
    [[[[0.1, 0.2]]]],
  ],
  [
    'torch, source',
    'K = torch.tensor([[0.0, 1.0], [2.0, 3.0]], dtype=torch.float32)',
    [
      [0, 1],
      [2, 3],
    ],
  ],
  [
    'torch, three dimensions',
    'tensor([[[0., 1.],\n         [2., 3.]],\n\n        [[1., 2.],\n         [3., 4.]]])',
    [
      [
        [0, 1],
        [2, 3],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ],
  [
    'Python',
    '[[1, 2], [3, 4]]',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'Python, tuples',
    '((1, 2), (3, 4))',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'Python, trailing commas',
    '[[1, 2,], [3, 4,],]',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'JSON over lines',
    '[\n  [1,\n   2],\n  [3, 4]\n]',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'four dimensions',
    '[[[[1,2],[3,4]],[[5,6],[7,8]]]]',
    [
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
    ],
  ],
  [
    "typography's minus in lists",
    '[[−1, 2], [3, −4.5]]',
    [
      [-1, 2],
      [3, -4.5],
    ],
  ],
  ['a semicolon after it', '[[1, 2]];', [[1, 2]]],
];

/** What it is, the text, the reason, line and column. */
const BAD: [string, string, string, [number, number] | null][] = [
  ['nothing', '', 'empty', null],
  ['blanks', ' \n\t\n', 'empty', null],
  ['words', 'hello world', 'text', [1, 1]],
  ['a word among numbers', '1\t2\n3\tfour', 'text', [2, 3]],
  ['a word in a list', '[[1, 2], [3, four]]', 'text', [1, 14]],
  ['a unit', '1 2px', 'text', [1, 3]],
  ['an empty cell', '1\t\t3', 'emptyCell', [1, 3]],
  ['ragged rows', '1\t2\n3', 'ragged', [2, 1]],
  ['ragged lists', '[[1, 2],\n [3]]', 'ragged', [2, 2]],
  ['ragged channels', '1 2\n3 4\n\n5 6', 'ragged', [4, 1]],
  ['ragged deep down', '[[[1,2]],[[3,4],[5,6]]]', 'ragged', [1, 10]],
  ['numbers beside lists', '[[1, 2], 3]', 'mixed', [1, 10]],
  ['lists beside numbers', '[1, [2, 3]]', 'mixed', [1, 5]],
  ['uneven depth', '[[1, 2], [[3, 4]]]', 'mixed', [1, 12]],
  ['nan', '[[1., nan]]', 'notFinite', [1, 7]],
  ['inf', '1 2\n-inf 4', 'notFinite', [2, 1]],
  ['too large for a number', '[1e999]', 'notFinite', [1, 2]],
  ['complex', '[1+2j, 3]', 'complex', [1, 2]],
  ['imaginary', '[2j, 3]', 'complex', [1, 2]],
  ['shortened', '[[0. 1. ... 8. 9.]\n [1. 2. ... 3. 4.]]', 'elided', [1, 9]],
  ['shortened in torch', 'tensor([[1., 2.,  ..., 3.]])', 'elided', [1, 19]],
  ['a bracket stays open', '[[1, 2], [3, 4]', 'open', [1, 1]],
  ['a call stays open', 'tensor([[1, 2]]', 'open', [1, 16]],
  ['something after it', '[[1, 2]] + 1', 'after', [1, 10]],
  ['an empty list', '[[], []]', 'emptyList', [1, 2]],
  ['five dimensions', '[[[[[1]]]]]', 'deep', [1, 5]],
  ['a dictionary', '{"a": [1]}', 'text', [1, 2]],
  ['decimal commas between tabs', '1,5\t2', 'comma', [1, 1]],
  ['booleans', '[[True, False]]', 'text', [1, 3]],
];

for (const [what, text, grid] of GOOD) {
  test(`read: ${what}`, () => {
    const { shape, data } = parseNumberBlock(text);
    assert.deepEqual(nestArray(shape, data), grid);
  });
}

const texts = JSON.parse(
  readFileSync(new URL('../../../../static/locales/en.json', import.meta.url), 'utf8'),
);

for (const [what, text, reason, place] of BAD) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parseNumberBlock(text),
      (error) => {
        assert.ok(error instanceof PasteError);
        assert.equal(error.reason, reason);
        const { line, column } = error.values;
        assert.deepEqual(line && [line, column], place ?? undefined);
        const message = texts[`paste.${reason}`];
        for (const [, name] of message.matchAll(/\{(\w+)\}/g))
          assert.ok(name in error.values, `${reason} says {${name}}`);
        return true;
      },
    );
  });
}

test('one number, or none', () => {
  assert.equal(parseNumber(' −2.5e1 '), -25);
  assert.equal(parseNumber('.5'), 0.5);
  assert.equal(parseNumber('－３７．５'), -37.5);
  for (const wrong of ['', '1 2', 'x', '1e999', '--1', '1.2.3', '1,5'])
    assert.ok(Number.isNaN(parseNumber(wrong)), wrong);
});
