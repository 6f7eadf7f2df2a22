/** Kinds of text that are no block of numbers, or may be two: pointed at, never read as something else. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PasteError } from '../../../../frontend/model/number_syntax.ts';
import { parseNumberBlock } from '../../../../frontend/model/paste/parse_numbers.ts';

const CALLS = [
  'np.ones((3, 3))',
  'zeros([2 2])',
  'torch.rand((2, 2))',
  'np.transpose([[1, 2]])',
  'fliplr([1 2; 3 4])',
  'inv([1 2; 3 4])',
  'sum([1 2; 3 4])',
  'sqrt([1, 4])',
  'np.diag([1, 2])',
  'abs([-1, 2])',
  'torch.Tensor(2, 3)',
  'torch.eye(2)',
  'np.arange(4)',
  't(rbind(c(1, 2), c(3, 4)))',
  'cbind(c(1, 2), c(3, 4))',
  'c(c(1, 2), c(3, 4))',
  'rbind(1, 2)',
];

/** Of each kind: the text, the reason, and what is pointed at. */
const POINTED: Record<string, [string, string, string][]> = {
  'columns that do not follow one another': [
    ['     [,1] [,2]\n[1,]    1    2\n«     [,4]\n[1,]    3', 'sequence', '4'],
    ['     [,1]\n[1,]    1\n«     [,1]\n[1,]    2', 'sequence', '1'],
    ['     [,1]\n[1,]    1\n[2,]    2\n     [,2]\n«[1,]    3', 'ragged', '1'],
    ['     [,1]\n[1,]    1\n«[3,]    5', 'sequence', '[3,]'],
    ['  [,1]\nx    1\n  [,2]\n«y    3', 'sequence', 'y'],
    ['«Columns 3 through 4\n\n 1 2', 'sequence', '3'],
    ['Columns 1 through 3\n\n«1 2', 'ragged', '2'],
    ['[1] 1 2 3\n«[5] 4 5', 'sequence', '[5]'],
    ['ans(:,:,1) =\n\n 1\n\n«ans(:,:,3) =\n\n 2\n', 'sequence', '3'],
    ['[:, :, 1, 1] =\n 1\n\n[:, :, 2, 1] =\n 2\n\n«[:, :, 1, 2] =\n 3', 'ragged', '3'],
    ['A =\n\n 1 2\n\n«B =\n\n 3 4\n', 'after', 'B ='],
    ['x = 1\n«y = 2', 'text', 'y'],
  ],
  'calls that make other numbers': [
    ...CALLS.map((text): [string, string, string] => [`«${text}`, 'call', text.replace(/\(.*/, '(')]),
    ['np.array(«np.ones((2, 2)))', 'call', 'np.ones('],
    ['«IdentityMatrix[{2, 2}]', 'call', 'IdentityMatrix['],
    ['x = «Transpose[{{1, 2}, {3, 4}}]', 'call', 'Transpose['],
    ['{{1, 2}, {3, 4}} «// Transpose', 'after', '//'],
    ['[1, «sqrt(2)]', 'call', 'sqrt('],
    ['«new Float32Array(4)', 'call', 'new Float32Array('],
    ['«x += [1, 2]', 'text', 'x'],
    ['x = «2 * [1, 2]', 'text', '2'],
    ['«structure(c(1, 2), class = "unit")', 'call', 'structure('],
    ['«array(c(1, 2, 3, 4, 5, 6, 7, 8), dim = c(2, 2, 2))', 'call', 'array('],
  ],
  'products and powers in LaTeX': [
    ['\\begin{bmatrix} «2\\frac{1}{2} & 1 \\end{bmatrix}', 'text', '2\\frac 1  2'],
    ['\\begin{bmatrix} «1.5 \\frac12 & 1 \\end{bmatrix}', 'text', '1.5 \\frac12'],
    ['\\begin{bmatrix} «\\frac{1}{2}3 \\\\ 1 \\end{bmatrix}', 'text', '1/2        3'],
    ['\\begin{bmatrix} «1{,}5 \\\\ 2 \\end{bmatrix}', 'text', '1 , 5'],
    ['\\begin{bmatrix} «10\\,000 \\\\ 2 \\end{bmatrix}', 'text', '10  000'],
    ['\\begin{bmatrix} 1 & «2 \\end{bmatrix}^T', 'text', '2 \\end bmatrix ^T'],
    ['«\\begin{vmatrix} 1 & 2 \\end{vmatrix}', 'text', '\\begin vmatrix  1'],
  ],
  'words in place of numbers': [
    ['«r=1 2\nr=3 4', 'text', 'r=1'],
    ['«NA 1\nNA 2', 'text', 'NA'],
    ['«True 1\nFalse 2', 'text', 'True'],
    ['«pi 1', 'text', 'pi'],
    ['«top 1 2\nbottom 3 4', 'text', 'top'],
    ['x y\n«NA 1\nNA 2', 'text', 'NA'],
    ['name,a,b\n«x,1,2\ny,3,4', 'text', 'x'],
    ['\\begin{bmatrix} «a & 2 \\\\ b & 4 \\end{bmatrix}', 'text', 'a'],
    ['\\begin{bmatrix} «a & b \\\\ 1 & 2 \\end{bmatrix}', 'text', 'a'],
    ['«kernel\n1 2\n3 4', 'text', 'kernel'],
    ['«Sobel kernel\n1 0 -1\n2 0 -2\n1 0 -1', 'text', 'Sobel'],
    ['«NA NA\n1 2', 'text', 'NA'],
    ['«True False\n1 2', 'text', 'True'],
    ['| 1 | 2 |\n| 3 | 4 |\n| «- | - |', 'text', '-'],
  ],
  'sizes that do not fit': [
    ['«{"data":[1,2],"shape":[3]}', 'shape', '2'],
    ['«structure(c(1, 2, 3), dim = c(2L, 2L))', 'shape', '3'],
    ['«matrix(c(1, 2, 3, 4), 3)', 'shape', '4'],
    ['int k[2][3] = «{{1, 2}, {3, 4}};', 'shape', '2×2'],
    ['float k[9] = «{1, 2};', 'shape', '2'],
    ['std::array<float, 4> a = «{1, 2};', 'shape', '2'],
    ['«[3]float32{1, 2}', 'shape', '2'],
    ['A =\n\n«  2×3 uint8 matrix\n\n   1   2\n   4   5\n', 'shape', '2×2'],
    ['«3-element Vector{Int64}:\n 1\n 2', 'shape', '2×1'],
    ['array([1, 2], «shape=(3,))', 'shape', '2'],
  ],
  'numbers that a type or a language reads otherwise': [
    ['{«010, 2}', 'octal', '010'],
    ['uint8_t k[] = {1, «-017};', 'octal', '-017'],
    ['int k[2] = {«1.5, 2};', 'whole', '1.5'],
    ['uint8([1 «300])', 'whole', '300'],
    ['np.array([1.5, 2]«, dtype=int)', 'whole', '1.5'],
    ['torch.tensor([300.]«, dtype=torch.uint8)', 'whole', '300'],
    ['«{"dtype": "int32", "data": [1.5]}', 'whole', '1.5'],
    ['torch.IntTensor([«1.5])', 'whole', '1.5'],
    ['Int8[1 «128]', 'whole', '128'],
  ],
  'what is left out': [
    ['[1,«,2]', 'emptyCell', 'undefined'],
    ['[«,1, 2]', 'emptyCell', 'undefined'],
    ['[[1], [2], «, [3]]', 'emptyCell', 'undefined'],
    ['[1, 2, «..., 9]', 'elided', '...'],
    ['1 2 3 «...\n4 5 6 ...\n', 'elided', '...'],
    ['[1 2 «...', 'elided', '...'],
    [`[${'0.12345678901234567 '.repeat(3)}«...\n ${'0.12345678901234567 '.repeat(3)}]`, 'elided', '...'],
  ],
  'one number or two': [
    ['«1,000\n2,000', 'comma', '1,000'],
    ['«1 000 000', 'comma', '1 000'],
    ['[«12,050, 3]', 'comma', '12,050'],
    ['{1, 2 «3}', 'after', '3'],
    ['«1\u00A0000\n2\u00A0000', 'comma', '1␣000'],
    ['[«1\u202F234, 5]', 'comma', '1␣234'],
    ['«1\uFEFF2 3', 'comma', '1␣2'],
    ['[«1\u200B2]', 'comma', '1␣2'],
  ],
  'more than one block': [
    ['>>> a\n[1, 2]\n«>>> b\n[3, 4]', 'after', '>>>'],
    ['In [1]: a\nOut[1]: array([1, 2])\n\n«In [2]: b\nOut[2]: array([3, 4])', 'after', 'In'],
    ['> x\n[1] 1 2\n«> y\n[1] 3 4', 'text', '>'],
    ['julia> A\n1×2 Matrix{Int64}:\n 1  2\n\n«julia> B\n1×2 Matrix{Int64}:\n 3  4', 'text', 'julia>'],
    ['weight:\n1 2\n\n«bias:\n3 4', 'after', 'bias'],
    ['{"data": [1, 2]«, "bias": [3]}', 'after', ','],
    ['{"data": [1, 2]«, "data": [3]}', 'after', ','],
    ['«The kernel\n```\n1 2\n```', 'text', 'The'],
    ['```\n1 2\n«```\n\n```\n3 4\n```', 'text', '```'],
    ['[1 2; 3 4]\n«[5 6; 7 8]', 'after', '['],
    ['[1, 2] «[3, 4]', 'after', '['],
    ['[1, 2],\n«[3]', 'ragged', '1'],
    ['x = [1, 2]\n«[3, 4]', 'after', '['],
  ],
};

for (const [kind, members] of Object.entries(POINTED)) {
  test(`pointed at: ${kind}`, () => {
    assert.ok(members.length > 1);
    for (const [marked, reason, found] of members) {
      const before = marked.slice(0, marked.indexOf('«')).split('\n');
      const place = [before.length, (before.at(-1)?.length ?? 0) + 1];
      assert.throws(
        () => parseNumberBlock(marked.replace('«', '')),
        (error) => {
          assert.ok(error instanceof PasteError, `${marked}: ${error}`);
          const { line, column } = error.values;
          assert.deepEqual(
            [error.reason, [line, column], `${error.values.found}`],
            [reason, place, found],
            marked,
          );
          return true;
        },
        marked,
      );
    }
  });
}

/** The rows of a Markdown table: their cells, code without its marks. */
function tableRows(text: string) {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

test('the forms in the docs are read, and the others pointed at', () => {
  const docs = readFileSync(new URL('../../../../docs/pasting.md', import.meta.url), 'utf8');
  const rows = tableRows(docs);
  assert.ok(rows.length > 20);
  for (const [what, code = '', shape] of rows) {
    const text = code.slice(1, -1).replaceAll('⏎', '\n');
    if (shape === undefined) assert.throws(() => parseNumberBlock(text), PasteError, what);
    else assert.equal(parseNumberBlock(text).shape.join('×'), shape, what);
  }
});
