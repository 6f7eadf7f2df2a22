/**
 * Blanks what is no number in a text: comments, prompts, the commands of LaTeX. Every character keeps its
 * place, so that errors can point at it. Pure.
 */

import type { PastedText } from './number_syntax.ts';
import { MINUS_SIGNS } from './number_syntax.ts';

const COMMENTS = [
  /\/\*[\s\S]*?\*\//g,
  /\(\*[\s\S]*?\*\)/g,
  // Not 1//2, which is a fraction of Julia's, and not a spreadsheet's #N/A.
  /(?<=^|[\s,;[\](){}])\/\/[^\n]*/g,
  /(?<=^|[\s,;[\](){}])#(?!N\/A|DIV\/0!|REF!|VALUE!|NAME\?|NUM!|NULL!)[^\n]*/g,
  // Not 50 %.
  /(?<=^|[\s;\]])%[^\n]*\p{L}[^\n]*/gu,
];
/** MATLAB's: the row goes on in the next line. */
const CONTINUATION = /(?<=[\d.,;][ \t]*)\.\.\.[ \t]*\n/g;
const INPUT_PROMPT = /^[ \t]*(?:>>>|In \[\d+\]:|julia>|octave(?:\.exe)?:\d+>|>>|>)[ \t]?/;
const MORE_PROMPT = /^[ \t]*\.\.\.:?(?:[ \t]|$)/;
const OUTPUT_PROMPT = /^[ \t]*Out\[\d+\]:/gm;

export function blank(text: string) {
  return text.replace(/[^\n]/g, ' ');
}

export function cleanPaste(text: string): PastedText {
  const source = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(MINUS_SIGNS, '-')
    .replace(/[\u00A0\u2007\u202F]/g, ' ');
  const commented = COMMENTS.reduce((plain, pattern) => plain.replace(pattern, blank), source);
  const prompted = blankPrompts(commented).replace(OUTPUT_PROMPT, blank);
  return { source, plain: prompted.replace(CONTINUATION, (found) => ' '.repeat(found.length)) };
}

/** Of a session what was printed counts, or else what was typed. */
function blankPrompts(text: string) {
  const lines = text.split('\n');
  let typed = false;
  const prompts = lines.map((line) => {
    const found = INPUT_PROMPT.exec(line)?.[0] ?? (typed ? MORE_PROMPT.exec(line)?.[0] : undefined);
    typed = found !== undefined;
    return found;
  });
  const isPrinted = (line: string, k: number) => prompts[k] === undefined && /\d/.test(line);
  const hasOutput = prompts.some((found) => found !== undefined) && lines.some(isPrinted);
  return lines
    .map((line, k) => {
      const found = prompts[k];
      if (found === undefined) return line;
      return hasOutput ? blank(line) : blank(found) + line.slice(found.length);
    })
    .join('\n');
}

export function isLatex(text: string) {
  return /\\begin\s*\{/.test(text) || (text.includes('&') && text.includes('\\\\'));
}

const LATEX_HEAD = new RegExp(
  [
    String.raw`^\s*(?:\$\$?|\\\[|\\\()?\s*(?:[A-Za-z\\][\w\\{}^]*\s*=)?\s*(?:\\left\s*[[(|.])?`,
    String.raw`\s*\\begin\s*\{[a-zA-Z*]+\}(?:\s*\{[^}\d]*\}|\s*\[[^\]]*\])?`,
  ].join(''),
);
const LATEX_TAIL = /\\end\s*\{[a-zA-Z*]+\}\s*(?:\\right\s*[\])|.])?\s*[.,;]?\s*(?:\$\$?|\\\]|\\\))?\s*$/;
const LATEX_FRACTION = /\\[dt]?frac\s*(?:\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}|(\d)\s*(\d))/g;
const LATEX_BLANKS =
  /\\(?:hline|toprule|midrule|bottomrule|q?quad|displaystyle|phantom\{[^}]*\}|[,;:! ])|[{}$]/g;

/** A matrix in LaTeX as a table: a tab between cells, a line for each row. */
export function latexToTable({ source, plain }: PastedText): PastedText {
  const table = plain
    .replace(LATEX_HEAD, blank)
    .replace(LATEX_TAIL, blank)
    .replace(/\n/g, ' ')
    .replace(/\\\\(?:\s*\[[^\]]*\])?/g, (found) => '\n'.padEnd(found.length))
    .replace(LATEX_FRACTION, (found, a, b, c, d) => `${a ?? c}/${b ?? d}`.padEnd(found.length))
    .replace(LATEX_BLANKS, blank)
    .replaceAll('&', '\t');
  return { source, plain: table };
}
