/**
 * Text -> numbers: what a spreadsheet, a document or a program puts on the clipboard. Pure.
 *
 * Rows (spreadsheets, CSV, Markdown, LaTeX, what MATLAB, R, Julia and pandas print) or lists in brackets.
 */

import { NestedListParser } from './bracket_numbers.ts';
import type { NumberBlock } from './number_syntax.ts';
import { PasteError } from './number_syntax.ts';
import { cleanPaste, isLatex, latexToTable } from './paste_cleaning.ts';
import { parseTable, tableLines } from './table_numbers.ts';

/** Throws PasteError that says where. */
export function parseNumberBlock(text: string): NumberBlock {
  const cleaned = cleanPaste(text);
  const latex = isLatex(cleaned.plain);
  const pasted = latex ? latexToTable(cleaned) : cleaned;
  const lines = tableLines(pasted);
  if (lines.every((line) => line.text.trim() === '')) throw new PasteError('empty');
  const hasBrackets = !latex && lines.some((line) => /[[({]/.test(line.text));
  return hasBrackets ? new NestedListParser(pasted).parse() : parseTable(pasted, lines);
}
