/** Numbers as documents and other programs write them: read with the right values, or pointed at. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PasteError, parseNumber } from '../../../../frontend/model/number_syntax.ts';
import { parseNumberBlock } from '../../../../frontend/model/paste/parse_numbers.ts';

const SQUARE = '2x2: 1 2 3 4';
const CUBE = '2x2x2: 1 2 3 4 5 6 7 8';

/** What it is, the text, its shape and numbers. */
const READ: [string, string, string][] = [
  ['MATLAB, typed', 'A = [1 2; 3 4];', SQUARE],
  ['MATLAB, with commas', '[1, 2; 3, 4]', SQUARE],
  ['MATLAB, a row on each line', '[1 2\n3 4]', SQUARE],
  ['MATLAB, semicolons and lines', 'A = [1 2;\n     3 4];', SQUARE],
  ['MATLAB, commas and lines', '[1, 2\n 3, 4]', SQUARE],
  ['MATLAB, a row over two lines', 'A = [1 ...\n 2; 3 4]', SQUARE],
  ['MATLAB, a last semicolon', '[1 2; 3 4;]', SQUARE],
  ['MATLAB, a column', '[1; 2; 3]', '3x1: 1 2 3'],
  ['MATLAB, signs', '[1 -2; +3 -4e-1]', '2x2: 1 -2 3 -0.4'],
  ['MATLAB, a comment', 'A = [1 2 % the first row\n 3 4];', SQUARE],
  ['MATLAB, lists of rows', '[[1 2]; [3 4]]', SQUARE],
  ['MATLAB, one page', 'A(:,:,1) = [1 2; 3 4]', SQUARE],
  ['MATLAB, printed', 'A =\n\n     1     2\n     3     4\n\n', SQUARE],
  ['MATLAB, ans', 'ans =\n\n     1     2\n     3     4\n', SQUARE],
  [
    'MATLAB, with a factor',
    'A =\n\n   1.0e+03 *\n\n    1.2340    0.0010\n    2.0000    3.5000\n',
    '2x2: 1234 1 2000 3500',
  ],
  ['MATLAB, a session', '>> A = [1 2; 3 4]\n\nA =\n\n     1     2\n     3     4\n', SQUARE],
  [
    'MATLAB, pages',
    'A(:,:,1) =\n\n     1     2\n     3     4\n\nA(:,:,2) =\n\n     5     6\n     7     8\n',
    CUBE,
  ],
  ['MATLAB, a scalar', 'x = 5', '1x1: 5'],
  ['Octave, printed', 'ans =\n\n   1   2\n   3   4\n\n', SQUARE],
  ['Octave, a session', 'octave:1> [1 2; 3 4]', SQUARE],
  ['rows without brackets', '1 2; 3 4', SQUARE],
  ['rows without brackets, commas', '1, 2; 3, 4', SQUARE],
  ['Julia, typed', 'julia> A = [1 2; 3 4]', SQUARE],
  ['Julia, aligned', 'A = [1 2\n     3 4]', SQUARE],
  ['Julia, typed with a type', 'Float32[1 2; 3 4]', SQUARE],
  ['Julia, slices', '[1 2; 3 4;;; 5 6; 7 8]', CUBE],
  ['Julia, printed', '2×2 Matrix{Int64}:\n 1  2\n 3  4', SQUARE],
  ['Julia, a vector', '3-element Vector{Float64}:\n 1.0\n 2.5\n 3.0', '3x1: 1 2.5 3'],
  ['Julia, fractions', '2×2 Matrix{Rational{Int64}}:\n 1//2  3//1\n 0//1  1//4', '2x2: 0.5 3 0 0.25'],
  [
    'Julia, printed slices',
    '2×2×2 Array{Int64, 3}:\n[:, :, 1] =\n 1  2\n 3  4\n\n[:, :, 2] =\n 5  6\n 7  8',
    CUBE,
  ],
  ['Julia, a session', 'julia> A\n2×2 Matrix{Int64}:\n 1  2\n 3  4', SQUARE],
  ['R, a matrix', '     [,1] [,2]\n[1,]    1    2\n[2,]    3    4', SQUARE],
  ['R, a session', '> m\n     [,1] [,2]\n[1,]    1    2\n[2,]    3    4', SQUARE],
  ['R, names of rows and columns', '  a b\nx 1 2\ny 3 4', SQUARE],
  ['R, a vector', '[1] 1.5 2.0 3.0', '1x3: 1.5 2 3'],
  ['R, a vector over lines', ' [1]  1  2  3\n [4]  4  5', '1x5: 1 2 3 4 5'],
  [
    'R, an array',
    ', , 1\n\n     [,1] [,2]\n[1,]    1    2\n[2,]    3    4\n\n, , 2\n\n     [,1] [,2]\n[1,]    5    6\n[2,]    7    8\n',
    CUBE,
  ],
  ['R, source', 'c(1, 2, 3)', '3: 1 2 3'],
  ['R, rows', 'rbind(c(1, 2), c(3, 4))', SQUARE],
  ['LaTeX', '\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}', SQUARE],
  ['LaTeX over lines', '$$\nK = \\begin{pmatrix}\n  1 & 2 \\\\\n  3 & 4 \\\\\n\\end{pmatrix}\n$$', SQUARE],
  ['LaTeX, an array', '\\left[\\begin{array}{cc} 1 & 2 \\\\[2pt] 3 & 4 \\end{array}\\right]', SQUARE],
  [
    'LaTeX, fractions',
    '\\begin{bmatrix} \\frac{1}{2} & -\\frac{3}{4} \\\\ \\tfrac14 & 1 \\end{bmatrix}',
    '2x2: 0.5 -0.75 0.25 1',
  ],
  ['LaTeX, rows alone', '1 & 2 \\\\\n3 & 4 \\\\', SQUARE],
  [
    'LaTeX, a tabular',
    '\\begin{tabular}{ll}\n\\hline\n1 & 2 \\\\ \\hline\n3 & 4 \\\\\n\\end{tabular}',
    SQUARE,
  ],
  ['Mathematica', '{{1, 2}, {3, 4}}', SQUARE],
  ['Mathematica, fractions', 'K = {{1/2, -1/4}, {3, 1.5*^-3}};', '2x2: 0.5 -0.25 3 0.0015'],
  ['Mathematica, over lines', '{{1, 2},\n {3, 4}} (* the kernel *)', SQUARE],
  ['Mathematica, a form', 'MatrixForm[{{1, 2}, {3, 4}}]', SQUARE],
  ['C', 'static const float k[2][2] = {{1.0f, 2.0f}, {3.f, 4}};', SQUARE],
  ['C, comments', 'int k[2][2] = {\n  {1, 2}, // the first row\n  {3, 4}, /* and the last */\n};', SQUARE],
  ['C, hexadecimal', 'uint8_t k[] = {0x00, 0xFF, 0x7fu};', '3: 0 255 127'],
  ['C++', 'std::vector<float> v = {1.5f, -2.5f};', '2: 1.5 -2.5'],
  ['Java', 'int[][] k = new int[][] {{1, 2}, {3, 4}};', SQUARE],
  ['JavaScript', 'const k = new Float32Array([1, 2, 3]);', '3: 1 2 3'],
  ['Rust', 'let k: [[f32; 2]; 2] = [[1.0_f32, 2.0], [3.0, 4.0]];', SQUARE],
  ['Fortran', '1.0D+00 2.0d-1', '1x2: 1 0.2'],
  ['Verilog-like binary', '0b101 -0b1\n0o17 0x10', '2x2: 5 -1 15 16'],
  ['Markdown', '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |', SQUARE],
  ['Markdown, aligned', '| 1 | 2 |\n|:-:|--:|\n| 3 | 4 |', SQUARE],
  ['Markdown, no names', '|   |   |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |', SQUARE],
  ['Markdown, names of rows', '|   | a | b |\n|---|---|---|\n| x | 1 | 2 |\n| y | 3 | 4 |', SQUARE],
  ['Markdown, without borders', 'a | b\n--- | ---\n1 | 2\n3 | 4', SQUARE],
  ['a table of a terminal', '+---+---+\n| 1 | 2 |\n+---+---+\n| 3 | 4 |\n+---+---+', SQUARE],
  ['pandas', '   a  b\n0  1  2\n1  3  4', SQUARE],
  ['pandas, numbered columns', '   0  1\n0  1  2\n1  3  4', SQUARE],
  ['CSV with names', 'a,b\n1,2\n3,4', SQUARE],
  ['CSV with an index', ',a,b\n0,1,2\n1,3,4', SQUARE],
  ['a spreadsheet with names', 'x\ty\n1\t2\n3\t4', SQUARE],
  ['fractions', '1/2 -3/4\n1/16 2', '2x2: 0.5 -0.75 0.0625 2'],
  ['comments', '# the kernel\n1 2  # first\n# then\n3 4', SQUARE],
  ['labels', 'row 1: 1 2\nrow 2: 3 4', SQUARE],
  ['labels of channels', 'channel 0:\n1 2\n3 4\nchannel 1:\n5 6\n7 8', CUBE],
  ['the API, a tensor to send', '{"data": [[1, 2], [3, 4]]}', SQUARE],
  [
    'the API, a tensor',
    '{"name":"output","channel":null,"dtype":"float32","shape":[2,2],"data":[[1,2],[3,4]]}',
    SQUARE,
  ],
  ['the API, members after it', '{"data": [[1, 2], [3, 4]], "shape": [2, 2]}', SQUARE],
  ['NumPy, a broken row', `[${'100 '.repeat(18).trim()}\n 200 300]`, `20: ${'100 '.repeat(18)}200 300`],
  ['NumPy, a session', '>>> x\narray([[1, 2],\n       [3, 4]])', SQUARE],
  ['NumPy, typed in a session', '>>> np.array([[1, 2],\n...           [3, 4]])', SQUARE],
  ['IPython', 'In [1]: x\nOut[1]:\narray([[1., 2.],\n       [3., 4.]], dtype=float32)', SQUARE],
  ['NumPy, a long array with its shape', 'array([1, 2], shape=(2,), dtype=uint8)', '2: 1 2'],
  ['JAX', 'Array([[1., 2.],\n       [3., 4.]], dtype=float32)', SQUARE],
  ['TensorFlow', 'tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)', SQUARE],
  [
    'TensorFlow, eager',
    '<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\narray([[1., 2.],\n       [3., 4.]], dtype=float32)>',
    SQUARE,
  ],
  ['SymPy', 'Matrix([[1/2, 2], [3, 4]])', '2x2: 0.5 2 3 4'],
  ['SymPy, printed', '⎡1  2⎤\n⎢    ⎥\n⎣3  4⎦', SQUARE],
  ['a quotation', '> 1 2\n> 3 4', SQUARE],
];

/** What it is, the text, the reason, line and column. */
const POINTED: [string, string, string, [number, number]][] = [
  ['ragged rows of MATLAB', 'A = [1 2; 3]', 'ragged', [1, 11]],
  ['ragged slices of Julia', '[1 2; 3 4;;; 5 6]', 'ragged', [1, 14]],
  ['columns side by side', '[[1; 2], [3; 4]]', 'text', [1, 4]],
  ['two semicolons', '[1 2;; 3 4]', 'text', [1, 5]],
  ['a transposed matrix', "[1 2; 3 4]'", 'after', [1, 11]],
  ['a calculation', '[1 2; 3 4] * 2', 'after', [1, 12]],
  ['columns of R', 'cbind(c(1, 2), c(3, 4))', 'call', [1, 1]],
  ['NA', '     [,1] [,2]\n[1,]    1   NA', 'text', [2, 13]],
  ['left out by Julia', '2×3 Matrix{Int64}:\n 1  …  3\n 4  …  6', 'elided', [2, 5]],
  ['left out in LaTeX', '\\begin{bmatrix} 1 & \\cdots & 3 \\end{bmatrix}', 'elided', [1, 21]],
  ['a factor in LaTeX', '\\frac{1}{9}\\begin{bmatrix} 1 & 2 \\end{bmatrix}', 'text', [1, 1]],
  [
    'two matrices of LaTeX',
    '\\begin{bmatrix} 1 \\end{bmatrix}\n\\begin{bmatrix} 2 \\end{bmatrix}',
    'text',
    [1, 17],
  ],
  ['a letter in LaTeX', '\\begin{bmatrix} 1 & a \\\\ 3 & 4 \\end{bmatrix}', 'text', [1, 21]],
  ['a fraction of nothing', '1 2\n3 1/0', 'notFinite', [2, 3]],
  ['a cell of Markdown', '| 1 | 2 |\n|---|---|\n| 3 | x |', 'text', [3, 7]],
  ['an empty cell of Markdown', '| 1 | 2 |\n|---|---|\n| 3 |  |', 'emptyCell', [3, 8]],
  ['an error of a spreadsheet', '1\t#N/A', 'text', [1, 3]],
  ['per cent', '50 %\t20 %', 'text', [1, 1]],
  ['money', '$1.50\t$2.00', 'text', [1, 1]],
  ['thousands', '1,234.5\t2', 'text', [1, 1]],
  ['a date', '2024-01-02 1', 'text', [1, 1]],
  ['a time', '12:30 1', 'text', [1, 1]],
  ['a name within braces', 'float k[] = {1, N};', 'text', [1, 17]],
  ['a brace that stays open', 'int k[2][2] = {{1, 2}, {3, 4}', 'open', [1, 15]],
  ['a wrong bracket', '{{1, 2}, {3, 4]}', 'text', [1, 15]],
  ['a reshaped array', 'np.arange(4).reshape(2, 2)', 'call', [1, 1]],
  ['a scene', '{"input": {"data": [[[1]]]}}', 'text', [1, 2]],
  ['hexadecimal without a prefix', 'FF 00\nA0 11', 'text', [1, 1]],
  ['a number with two points', '1.2.3 4', 'text', [1, 1]],
  ['comments alone, then a word', '# nothing\nx', 'text', [2, 1]],
];

for (const [what, text, expected] of READ) {
  test(`read: ${what}`, () => {
    const { shape, data } = parseNumberBlock(text);
    assert.equal(`${shape.join('x')}: ${data.join(' ')}`, expected);
  });
}

const read = (language: string) =>
  JSON.parse(readFileSync(new URL(`../../../../static/locales/${language}.json`, import.meta.url), 'utf8'));

for (const [what, text, reason, place] of POINTED) {
  test(`pointed at: ${what}`, () => {
    assert.throws(
      () => parseNumberBlock(text),
      (error) => {
        assert.ok(error instanceof PasteError);
        assert.deepEqual([error.reason, [error.values.line, error.values.column]], [reason, place]);
        return true;
      },
    );
  });
}

test('every reason has a sentence, with its values, in both languages', () => {
  for (const language of ['en', 'zh-CN']) {
    const texts = read(language);
    for (const [, text] of POINTED) {
      try {
        parseNumberBlock(text);
      } catch (error) {
        assert.ok(error instanceof PasteError);
        const sentence: string = texts[`paste.${error.reason}`];
        for (const [, name] of sentence.matchAll(/\{(\w+)\}/g))
          assert.ok((name ?? '') in error.values, sentence);
      }
    }
    for (const name of ['Markdown', 'LaTeX', 'NumPy', 'MATLAB', 'Julia', 'R', 'Mathematica', 'C', 'JSON'])
      assert.ok(texts['paste.forms'].includes(name), name);
  }
});

/** What NumPy prints of one long row: it breaks lines, pads numbers and drops blanks at the ends of lines. */
const BROKEN_ROWS: [string, number[]][] = [
  [
    `[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47]`,
    Array.from({ length: 48 }, (_, k) => k),
  ],
  [
    `[100000      3 100000      3 100000      3 100000      3 100000      3
 100000      3 100000      3]`,
    Array.from({ length: 14 }, (_, k) => (k % 2 ? 3 : 100000)),
  ],
  [
    `[0.         0.05263158 0.10526316 0.15789474 0.21052632 0.5
 0.31578947 0.36842105 0.42105263 0.47368421 0.52631579 1.        ]`,
    [0, 0.05263158, 0.10526316, 0.15789474, 0.21052632, 0.5].concat([
      0.31578947, 0.36842105, 0.42105263, 0.47368421, 0.52631579, 1,
    ]),
  ],
];

for (const [text, data] of BROKEN_ROWS) {
  test(`one row that NumPy breaks: ${text.slice(0, 20)}`, () => {
    assert.deepEqual(parseNumberBlock(text), { shape: [data.length], data });
  });
}

test('the tables are large', () => {
  assert.ok(READ.length + POINTED.length >= 100);
});

test('one number in every notation', () => {
  const numbers = {
    '1/2': 0.5,
    '-3//4': -0.75,
    '0x1F': 31,
    '-0b11': -3,
    '1.5f': 1.5,
    '2e3': 2000,
    '1_000': 1000,
  };
  for (const [text, value] of Object.entries(numbers)) assert.equal(parseNumber(text), value, text);
  for (const text of ['1/0', '0x', '1//', '/2', '1 /2', '0b2', '1.5fx'])
    assert.ok(Number.isNaN(parseNumber(text)), text);
});

test('a long text of any one or two characters is settled soon', () => {
  const pieces = [
    '1',
    ' ',
    '\n',
    '\t',
    '[',
    '(',
    '{',
    ';',
    ',',
    '.',
    '/',
    '#',
    '%',
    '\\',
    '&',
    '|',
    '-',
    '"',
    '=',
    ':',
    'a',
    '*',
  ];
  const slowest = { seconds: 0, text: '' };
  const started = performance.now();
  parseNumberBlock('1 '.repeat(10_000));
  const usual = performance.now() - started;
  for (const one of pieces)
    for (const other of pieces) {
      const begun = performance.now();
      try {
        parseNumberBlock((one + other).repeat(5_000));
      } catch (error) {
        assert.ok(error instanceof PasteError, `${one}${other}: ${error}`);
      }
      const seconds = performance.now() - begun;
      if (seconds > slowest.seconds) Object.assign(slowest, { seconds, text: one + other });
    }
  assert.ok(slowest.seconds < 50 * Math.max(usual, 5), JSON.stringify(slowest));
});
