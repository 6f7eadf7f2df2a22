/**
 * Text -> numbers: what a spreadsheet, a document or a program puts on the clipboard. Pure.
 *
 * Rows (spreadsheets, CSV, Markdown, LaTeX, what MATLAB, R, Julia and pandas print) or lists in brackets.
 * What is read is what was meant; all else is pointed at.
 */

import type { NumberBlock } from '../number_syntax.ts';
import { errorAt, PasteError } from '../number_syntax.ts';
import { BracketParser } from './bracket_numbers.ts';
import { cleanPaste } from './cleaning.ts';
import { isLatex, latexToTable } from './latex_table.ts';
import { tableLines } from './table_lines.ts';
import { parseTable } from './table_numbers.ts';

/** Digits in groups of three, where the second group is no number by itself; no decimal comma. */
const GROUPED = /(?<![\w.])[1-9]\d?[ ,]0\d\d(?![\w.])/;

/** Throws PasteError that says where. */
export function parseNumberBlock(text: string): NumberBlock {
  const cleaned = cleanPaste(text);
  const grouped = cleaned.plain.includes(';') ? null : GROUPED.exec(cleaned.plain);
  if (grouped) throw errorAt(cleaned, grouped.index, 'comma', { found: grouped[0] });
  if (isLatex(cleaned.plain)) {
    const { pasted, hasNames } = latexToTable(cleaned);
    return parseTable(pasted, filledLines(tableLines(pasted)), { separator: '\t', hasNames });
  }
  const lines = filledLines(tableLines(cleaned));
  const hasBrackets = lines.some((line) => line.kind === 'row' && /[[({]/.test(line.text));
  return hasBrackets ? new BracketParser(cleaned).parse() : parseTable(cleaned, lines, { hasNames: true });
}

function filledLines(lines: ReturnType<typeof tableLines>) {
  if (!lines.some((line) => line.kind === 'row')) throw new PasteError('empty');
  return lines;
}
