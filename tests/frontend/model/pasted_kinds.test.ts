/** Kinds of text that are easily read as other numbers than were meant: read right, or pointed at. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PasteError } from '../../../frontend/model/number_syntax.ts';
import { parseNumberBlock } from '../../../frontend/model/parse_numbers.ts';

/** Of each kind: the text, and its shape and numbers. */
const READ: Record<string, [string, string][]> = {
  'columns that R prints below one another': [
    [
      '     [,1] [,2]\n[1,]    1    2\n[2,]    5    6\n     [,3] [,4]\n[1,]    3    4\n[2,]    7    8',
      '2x4: 1 2 3 4 5 6 7 8',
    ],
    ['     [,1] [,2]\n[1,]    1    2\n     [,3]\n[1,]    3', '1x3: 1 2 3'],
    ['  [,1] [,2]\nx    1    2\ny    5    6\n  [,3]\nx    3\ny    7', '2x3: 1 2 3 5 6 7'],
    ['  a b\nx 1 2\ny 5 6\n  c d\nx 3 4\ny 7 8', '2x4: 1 2 3 4 5 6 7 8'],
    ['     a b\n[1,] 1 2\n     c\n[1,] 3', '1x3: 1 2 3'],
    [
      ', , 1\n\n     [,1]\n[1,]    1\n     [,2]\n[1,]    2\n\n, , 2\n\n     [,1]\n[1,]    3\n     [,2]\n[1,]    4',
      '2x1x2: 1 2 3 4',
    ],
  ],
  'columns that MATLAB and Octave print below one another': [
    [
      'A =\n\n Columns 1 and 2:\n\n   1   2\n   5   6\n\n Columns 3 and 4:\n\n   3   4\n   7   8\n',
      '2x4: 1 2 3 4 5 6 7 8',
    ],
    [
      'A =\n\n  Columns 1 through 2\n\n     1     2\n     5     6\n\n  Column 3\n\n     3\n     7\n',
      '2x3: 1 2 3 5 6 7',
    ],
    ['ans =\n\n Columns 1 through 3:\n\n   1   2   3\n\n Column 4:\n\n   4\n', '1x4: 1 2 3 4'],
    ['A =\n\n   1.0e+03 *\n\n  Columns 1 through 2\n\n 1 2.5\n\n  Column 3\n\n 3\n', '1x3: 1000 2500 3000'],
    [
      'A(:,:,1) =\n\n  Columns 1 through 2\n\n 1 2\n\n  Column 3\n\n 3\n\nA(:,:,2) =\n\n  Columns 1 through 2\n\n 4 5\n\n  Column 3\n\n 6\n',
      '2x1x3: 1 2 3 4 5 6',
    ],
  ],
  'columns that pandas prints below one another': [
    ['   a  b  \\\n0  1  2   \n1  5  6   \n\n   c  d  \n0  3  4  \n1  7  8  ', '2x4: 1 2 3 4 5 6 7 8'],
    ['   0  1  \\\n0  1  2   \n1  4  5   \n\n   2  \n0  3  \n1  6  ', '2x3: 1 2 3 4 5 6'],
  ],
  'more than three dimensions': [
    [
      '2×2×1×2 Array{Int64, 4}:\n[:, :, 1, 1] =\n 1  3\n 2  4\n\n[:, :, 1, 2] =\n 5  7\n 6  8',
      '2x1x2x2: 1 3 2 4 5 7 6 8',
    ],
    [
      'ans =\n\nans(:,:,1,1) =\n\n   1\n\nans(:,:,2,1) =\n\n   2\n\nans(:,:,1,2) =\n\n   3\n\nans(:,:,2,2) =\n\n   4\n',
      '2x2x1x1: 1 2 3 4',
    ],
    [', , 1, 1\n\n     [,1]\n[1,]    1\n\n, , 2, 1\n\n     [,1]\n[1,]    2\n', '1x2x1x1: 1 2'],
  ],
  'calls that hold their numbers': [
    ['print(np.asarray([[1, 2]], dtype=np.float32))', '1x2: 1 2'],
    ['[np.float32(1.5), np.float32(-2.0)]', '2: 1.5 -2'],
    ['[tensor(1.), tensor(2.)]', '2: 1 2'],
    ['[array([1, 2]), array([3, 4])]', '2x2: 1 2 3 4'],
    ['nn.Parameter(torch.tensor([[1., 2.]]), requires_grad=False)', '1x2: 1 2'],
    ['single([1 2; 3 4])', '2x2: 1 2 3 4'],
    ['torch::tensor({{1, 2}, {3, 4}})', '2x2: 1 2 3 4'],
    ['NumericArray[{{1, 2}, {3, 4}}, "Real32"]', '2x2: 1 2 3 4'],
    ['{{1, 2}, {3, 4}} // MatrixForm', '2x2: 1 2 3 4'],
    ['floatArrayOf(1f, 2.5f)', '2: 1 2.5'],
    ['vec![[1.0f32, 2.0], [3.0, 4.0]]', '2x2: 1 2 3 4'],
    ['[][]float64{{1, 2}, {3, 4}}', '2x2: 1 2 3 4'],
    ['uint8([0 255])', '2: 0 255'],
  ],
  'fractions of LaTeX': [
    [
      '\\begin{bmatrix} \\frac{-1}{2} & \\frac{1}{-4} \\\\ -\\frac{1}{2} & \\frac{ -3 }{ -4 } \\end{bmatrix}',
      '2x2: -0.5 -0.25 -0.5 0.75',
    ],
    ['\\begin{bmatrix} 3 \\\\ \\frac{1}{2} \\end{bmatrix}', '2x1: 3 0.5'],
    ['\\begin{bmatrix} \\cfrac{1.5}{2} & 3 \\end{bmatrix}', '1x2: 0.75 3'],
  ],
  'names beside numbers': [
    ['"","a","b"\n"1",1,2\n"2",3,4', '2x2: 1 2 3 4'],
    ['"a" "b"\n"1" 1 2\n"2" 3 4', '2x2: 1 2 3 4'],
    ['"x y" 1 2\n"z" 3 4', '2x2: 1 2 3 4'],
    ['   a b\n10 1 2\n20 3 4', '2x2: 1 2 3 4'],
    ['row1: 1 2\nrow2: 3 4', '2x2: 1 2 3 4'],
    ['\\begin{tabular}{ll} a & b \\\\ 1 & 2 \\end{tabular}', '1x2: 1 2'],
  ],
  'sizes that are given': [
    ['structure(c(1,2,3,4), dim = c(2L, 2L))', '2x2: 1 3 2 4'],
    ['structure(c(1, 2, 3, 4, 5, 6), .Dim = c(2L, 3L))', '2x3: 1 3 5 2 4 6'],
    ['structure(c(1, 2), .Dim = c(1L, 2L), .Dimnames = list(NULL, c("a", "b")))', '1x2: 1 2'],
    ['array(c(1, 2, 3, 4), dim = c(2, 2))', '2x2: 1 3 2 4'],
    ['array(c(1, 2, 3, 4, 5, 6), c(3, 2))', '3x2: 1 4 2 5 3 6'],
    ['matrix(c(1, 2, 3, 4), nrow = 2)', '2x2: 1 3 2 4'],
    ['m <- matrix(c(1, 2, 3, 4, 5, 6), ncol = 3, byrow = TRUE)', '2x3: 1 2 3 4 5 6'],
    ['matrix(c(1, 2, 3, 4), 2, 2, TRUE)', '2x2: 1 2 3 4'],
    ['{"shape":[2,2],"data":[1,2,3,4]}', '2x2: 1 2 3 4'],
    ['{"data":[[1,2]],"dims":[1,2]}', '1x2: 1 2'],
    ['float k[2][2] = {1, 2, 3, 4};', '2x2: 1 2 3 4'],
    ['float k[][2] = {1, 2, 3, 4};', '2x2: 1 2 3 4'],
    ['tf.constant([1, 2, 3, 4], shape=[2, 2])', '2x2: 1 2 3 4'],
    ['A =\n\n  2×3 single matrix\n\n     1     2     3\n     4     5     6\n', '2x3: 1 2 3 4 5 6'],
    ['A =\n\n  1×2 uint8 row vector\n\n   1   2\n', '1x2: 1 2'],
    ['x =\n\n  single\n\n    1.5000\n', '1x1: 1.5'],
    ['2x2 Matrix{Float32}:\n 1.0  2.0\n 3.0  4.0', '2x2: 1 2 3 4'],
    ['2×2 adjoint(::Matrix{Int64}) with eltype Int64:\n 1  2\n 3  4', '2x2: 1 2 3 4'],
    ['2-element Vector{Vector{Int64}}:\n [1, 2]\n [3, 4]', '2x2: 1 2 3 4'],
  ],
  'marks of a language': [
    ['Float32[1.0f0 2.0f0; 3.5f-1 4.0f2]', '2x2: 1 2 0.35 400'],
    ['{{0.5`, 1.2`16.}, {3, 4.`*^2}}', '2x2: 0.5 1.2 3 400'],
    ['0xFFu8 1i32', '1x2: 255 1'],
    ['x <- c(1, 2, 3)', '3: 1 2 3'],
    ['[07, 08, 010.5, 00]', '4: 7 8 10.5 0'],
  ],
  'marks of Markdown': [
    ['| a | b |\n|-|-|\n| 1 | 2 |', '1x2: 1 2'],
    ['|a|b|\n|:-|-:|\n|1|2|', '1x2: 1 2'],
    ['```\n1 2\n3 4\n```', '2x2: 1 2 3 4'],
    ['~~~python\n[[1, 2], [3, 4]]\n~~~\n', '2x2: 1 2 3 4'],
    ['```julia\n1 2', '1x2: 1 2'],
    ['`[1, 2]`', '2: 1 2'],
    ['``1 2``', '1x2: 1 2'],
    ['| `1` | `2` |\n|---|---|\n| `3` | **4** |', '2x2: 1 2 3 4'],
  ],
  'pieces of a document': [
    ['"weight": {"data": [[1, 2], [3, 4]]}', '2x2: 1 2 3 4'],
    ['"weight": {"data": [[1, 2], [3, 4]]},\n', '2x2: 1 2 3 4'],
    ['"weight": [[1, 2], [3, 4]],', '2x2: 1 2 3 4'],
    ['weight: [[1, 2], [3, 4]]', '2x2: 1 2 3 4'],
    ['[1, 2]\n[3, 4]', '2x2: 1 2 3 4'],
    ['[1, 2],\n[3, 4],\n', '2x2: 1 2 3 4'],
    ['{1, 2}, {3, 4}', '2x2: 1 2 3 4'],
  ],
  'marks that no one sees': [
    ['\uFEFF[1, 2]', '2: 1 2'],
    ['[\uFEFF1, 2\u200B]', '2: 1 2'],
    ['1\u00A02\n\uFEFF3\u00A04', '2x2: 1 2 3 4'],
    ['[[1,\u00A02],\u2003[3,\u30004]]', '2x2: 1 2 3 4'],
  ],
  'rows that go on': [
    ['[1, 2, ... note\n 3, 4]', '4: 1 2 3 4'],
    ['A = [1 2 ... % the first half\n 3 4]', '4: 1 2 3 4'],
    ['A = [1, 2; ...\n 3, 4]', '2x2: 1 2 3 4'],
    ['[1] 1 2 3\n[4] 4', '1x4: 1 2 3 4'],
  ],
};

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
    ['torch.IntTensor([«1.5])', 'whole', '1.5'],
    ['Int8[1 «128]', 'whole', '128'],
  ],
  'what is left out': [
    ['[1, 2, «..., 9]', 'elided', '...'],
    ['1 2 3 «...\n4 5 6 ...\n', 'elided', '...'],
    ['[1 2 «...', 'elided', '...'],
    [`[${'0.12345678901234567 '.repeat(3)}«...\n ${'0.12345678901234567 '.repeat(3)}]`, 'elided', '...'],
  ],
  'one number or two': [
    ['«1\u00A0000\n2\u00A0000', 'text', '1␣000'],
    ['[«1\u202F234, 5]', 'text', '1␣234'],
    ['«1\uFEFF2 3', 'text', '1␣2'],
    ['[«1\u200B2]', 'text', '1␣2'],
  ],
  'more than one block': [
    ['«The kernel\n```\n1 2\n```', 'text', 'The'],
    ['```\n1 2\n«```\n\n```\n3 4\n```', 'text', '```'],
    ['[1 2; 3 4]\n«[5 6; 7 8]', 'after', '['],
    ['[1, 2] «[3, 4]', 'after', '['],
    ['[1, 2],\n«[3]', 'ragged', '1'],
    ['x = [1, 2]\n«[3, 4]', 'after', '['],
  ],
};

for (const [kind, members] of Object.entries(READ)) {
  test(`read: ${kind}`, () => {
    assert.ok(members.length > 1);
    for (const [text, expected] of members) {
      const { shape, data } = parseNumberBlock(text);
      assert.equal(`${shape.join('x')}: ${data.join(' ')}`, expected, text);
    }
  });
}

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
