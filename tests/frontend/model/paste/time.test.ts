/** Whatever is pasted is settled in a time that grows with its length: no opener is looked after twice. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PasteError } from '../../../../frontend/model/number_syntax.ts';
import { parseNumberBlock } from '../../../../frontend/model/paste/parse_numbers.ts';

const REPETITIONS = 100_000;
/** Quadratic time is hundreds of times that of a valid block. */
const MOST = 25;

/** What begins something, and never ends it. */
const OPENERS: Record<string, string[]> = {
  comments: ['(* ', '/* ', '// ', '# ', '% ', '%a ', '/*(*'],
  brackets: ['[', '(', '{', '[1, ', '[[1],', '[1,2],\n', 'c(', 'rbind(c('],
  calls: ['array(', 'tensor(1.), ', 'new ', 'structure(c(', '[np.float32(1), ', '<tf.Tensor: ', 'shape=('],
  'names and members': ['x = ', 'a ', 'a:', 'A =\n', '"a": ', '{"a":1,', '{"data":', '"', '" '],
  LaTeX: ['\\begin{', '\\begin{bmatrix}', '\\end{bmatrix} ', '\\\\[', '\\\\ & \\phantom{', '& \\\\ \\frac{'],
  'lines of programs': ['>>> ', '... ', '1 ... a', '[,1] ', '[1,]\n', '1\n\n', 'Columns 1 ', '2×', '1 \\\n'],
  'marks of Markdown': ['```', '`', '|', '|-', '--', '**', '+-'],
  numbers: ['1_', '1`', '1/', '1e', '0x', '1\u00A0', '1\uFEFF', '...', '1 ... '],
  blanks: [' ', '\t', '\n', '\r', '\u00A0', '\uFEFF'],
};

function measure(text: string) {
  const started = performance.now();
  try {
    parseNumberBlock(text);
  } catch (error) {
    assert.ok(error instanceof PasteError, `${text.slice(0, 40)}: ${error}`);
  }
  return performance.now() - started;
}

/** How many times as long a text takes as a valid block of the same length; of three attempts the best. */
function ratio(text: string) {
  const valid = '1 2\n'.repeat(Math.ceil(text.length / 4));
  const attempts = [0, 1, 2].map(() => [measure(text), measure(valid)]);
  return (
    Math.min(...attempts.map(([taken = 0]) => taken)) / Math.min(...attempts.map(([, usual = 1]) => usual))
  );
}

const USUAL = '1 2\n'.repeat(REPETITIONS);

for (const [kind, openers] of Object.entries(OPENERS)) {
  test(`repeated without an end: ${kind}`, () => {
    const usual = measure(USUAL) / USUAL.length;
    for (const opener of openers)
      for (const [before, after] of [
        ['', 'x'],
        ['x = [', '\n1'],
      ]) {
        const text = before + opener.repeat(REPETITIONS) + after;
        if (measure(text) > (MOST / 2) * usual * text.length)
          assert.ok(ratio(text) < MOST, `${JSON.stringify(opener)} after ${JSON.stringify(before)}`);
      }
  });
}
