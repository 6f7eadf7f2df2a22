/** Kinds of text that are easily read as other numbers than were meant, and those that programs print. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNumberBlock } from '../../../../frontend/model/paste/parse_numbers.ts';

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
    [',0,1\n0,1,2\n1,3,4', '2x2: 1 2 3 4'],
    ['1,050;2\n3;4', '2x2: 1.05 2 3 4'],
    ['red:\n1 2\ngreen:\n3 4\nblue:\n5 6', '3x1x2: 1 2 3 4 5 6'],
    ['Diagonal Matrix\n\n   1   0\n   0   2\n', '2x2: 1 0 0 2'],
    ['000 255 000\n255 000 255', '2x3: 0 255 0 255 0 255'],
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

for (const [kind, members] of Object.entries(READ)) {
  test(`read: ${kind}`, () => {
    assert.ok(members.length > 1);
    for (const [text, expected] of members) {
      const { shape, data } = parseNumberBlock(text);
      assert.equal(`${shape.join('x')}: ${data.join(' ')}`, expected, text);
    }
  });
}
