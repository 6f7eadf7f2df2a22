/**
 * Blanks what is no number in a text: comments, prompts, the marks of Markdown. Every character keeps its
 * place, so that errors can point at it. Pure.
 */

import type { PastedText } from '../number_syntax.ts';
import { MINUS_SIGNS } from '../number_syntax.ts';
import { blank, blankComments, blankContinuations } from './comments.ts';

const INPUT_PROMPT = /^[ \t]*(?:>>>|In \[\d+\]:|julia>|octave(?:\.exe)?:\d+>|>>|>)[ \t]?/;
const MORE_PROMPT = /^[ \t]*\.\.\.:?(?:[ \t]|$)/;
const OUTPUT_PROMPT = /^[ \t]*Out\[\d+\]:/gm;
const FENCE = /^[ \t]*(?:```|~~~)[ \t]*[\w.+-]*[ \t]*$/;
const CODE_SPAN = /^[ \t]*(`{1,2})[^`]+\1[ \t]*$/;
/** A mark that no one sees, or a blank of three digits, within a number is made visible, and is no blank. */
const WITHIN_NUMBERS =
  /(?<=[\w.])[\uFEFF\u200B\u200E\u200F\u2060]+(?=[\w.])|(?<=\d)[\u00A0\u2007\u2009\u202F](?=\d{3}(?!\d))/g;
const VISIBLE_BLANK = '\u2423';
const OTHER_BLANKS = /[\u200B\u200E\u200F\u2060]|[^\S\n\t ]/g;

export function cleanPaste(text: string): PastedText {
  const source = text
    .replace(/\r\n?/g, '\n')
    .replace(WITHIN_NUMBERS, (found) => VISIBLE_BLANK.repeat(found.length))
    .replace(OTHER_BLANKS, ' ')
    .replace(MINUS_SIGNS, '-');
  const prompted = blankPrompts(blankComments(blankMarkdown(source))).replace(OUTPUT_PROMPT, blank);
  return { source, plain: blankContinuations(prompted) };
}

/** Without the fences of one block of code, and the marks of code on a line of its own. */
function blankMarkdown(text: string) {
  const lines = text.split('\n');
  const filled = lines.flatMap((line, k) => (line.trim() ? [k] : []));
  const [first, last] = [filled[0] ?? 0, filled.at(-1) ?? 0];
  const isFenced = FENCE.test(lines[first] ?? '');
  return lines
    .map((line, k) => {
      if (isFenced && (k === first || (k === last && FENCE.test(line)))) return blank(line);
      return CODE_SPAN.test(line) ? line.replaceAll('`', ' ') : line;
    })
    .join('\n');
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
  const [first, last] = [lines.findIndex(isPrinted), lines.findLastIndex(isPrinted)];
  return lines
    .map((line, k) => {
      const found = prompts[k];
      // Two results are no one block: what was typed between them is pointed at.
      if (found === undefined || (hasOutput && first < k && k < last)) return line;
      return hasOutput ? blank(line) : blank(found) + line.slice(found.length);
    })
    .join('\n');
}
