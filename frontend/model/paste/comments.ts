/**
 * Blanks comments, and MATLAB's marks that a row goes on in the next line. Every character keeps its place.
 * Each character is looked at a fixed number of times, whatever is pasted. Pure.
 */

const OPENER = /\/\*|\(\*|\/\/|#|%/g;
const BLOCK_ENDS: Record<string, string> = { '/*': '*/', '(*': '*)' };
const SPREADSHEET_ERROR = /#(?:N\/A|DIV\/0!|REF!|VALUE!|NAME\?|NUM!|NULL!)/y;
/** Mathematica's `list // Transpose` is a call; these show the list as it is. */
const POSTFIX = /\/\/\s*(?!(?:MatrixForm|TableForm|N)\b)[A-Z]\w*\s*$/;
const LETTER = /\p{L}/u;

export function blank(text: string) {
  return text.replace(/[^\n]/g, ' ');
}

/** The end of the line at an offset, and its last letter, each looked for once in a line. */
class LineEnds {
  readonly text: string;
  end = -1;
  lastLetter = -1;

  constructor(text: string) {
    this.text = text;
  }

  seek(offset: number) {
    if (offset <= this.end) return;
    const lineEnd = this.text.indexOf('\n', offset);
    this.end = lineEnd < 0 ? this.text.length : lineEnd;
    this.lastLetter = this.end;
    while (this.lastLetter >= offset && !LETTER.test(this.text[this.lastLetter] ?? '')) this.lastLetter -= 1;
  }
}

export function blankComments(text: string): string {
  const lines = new LineEnds(text);
  const unclosed = new Set<string>();
  const pieces: string[] = [];
  let done = 0;
  for (let found = OPENER.exec(text); found; found = OPENER.exec(text)) {
    const [opener] = found;
    const start = found.index;
    const closer = BLOCK_ENDS[opener];
    let end = -1;
    if (closer === undefined) end = lineCommentEnd(text, start, opener, lines);
    else if (!unclosed.has(opener)) {
      const at = text.indexOf(closer, start + 2);
      if (at < 0) unclosed.add(opener);
      else end = at + 2;
    }
    if (end < 0) continue;
    pieces.push(text.slice(done, start), blank(text.slice(start, end)));
    done = OPENER.lastIndex = end;
  }
  OPENER.lastIndex = 0;
  return pieces.join('') + text.slice(done);
}

/** Where the comment ends that begins at `start`, or -1: it is none. */
function lineCommentEnd(text: string, start: number, opener: string, lines: LineEnds) {
  const before = text[start - 1] ?? '\n';
  lines.seek(start);
  // Not 50 %, nor a line of numbers.
  if (opener === '%') return /[\s;\]]/.test(before) && lines.lastLetter > start ? lines.end : -1;
  // Not 1//2, which is a fraction of Julia's.
  if (!/[\s,;[\](){}]/.test(before)) return -1;
  SPREADSHEET_ERROR.lastIndex = start;
  if (opener === '#' && SPREADSHEET_ERROR.test(text)) return -1;
  if (opener === '//' && followsList(text, start) && POSTFIX.test(text.slice(start, lines.end))) return -1;
  return lines.end;
}

function followsList(text: string, start: number) {
  return /[}\]]\s?$/.test(text.slice(Math.max(start - 2, 0), start));
}

const CONTINUATION = /\.\.\.(?:[ \t]*\n|[ \t]+\p{L}[^\n[\](){}]{0,200}\n)|[[({\])}]/gu;
/** Where NumPy begins a new line. */
const NUMPY_WIDTH = 74;

/** `...` at the end of a line within brackets, alone or before a remark; not what NumPy leaves out. */
export function blankContinuations(text: string): string {
  const mayBeNumpy = !/[,;]/.test(text);
  let depth = 0;
  return text.replace(CONTINUATION, (found: string, offset: number) => {
    if (!found.startsWith('.')) {
      depth += '[({'.includes(found) ? 1 : -1;
      return found;
    }
    const before = /[\d.,;[](?=[ \t]{0,40}$)/.exec(text.slice(Math.max(offset - 41, 0), offset));
    const isWide = mayBeNumpy && isFull(text, offset, found.length);
    return depth > 0 && before && !isWide ? ' '.repeat(found.length) : found;
  });
}

/** Whether the first number of the next line would not have fitted into this one. */
function isFull(text: string, offset: number, length: number) {
  const width = offset - text.lastIndexOf('\n', offset) + 2;
  const next = /^\s{0,40}(\S{0,40})/.exec(text.slice(offset + length, offset + length + 80))?.[1] ?? '';
  return width + 1 + next.length > NUMPY_WIDTH;
}
