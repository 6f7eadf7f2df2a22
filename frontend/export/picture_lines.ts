/** The lines of text below a picture. Pure. */

/**
 * Breaks lines at spaces, where they are wider than there is room. most: lines that there are at most; those
 * that are left out are counted in the last one, which `left` writes.
 */
export function wrapLines(
  lines: string[],
  isWider: (text: string) => boolean,
  most: number,
  left: (count: number) => string,
): string[] {
  const wrapped = lines.map((line) => wrapLine(line, isWider));
  if (wrapped.flat().length <= most) return wrapped.flat();
  let shown = wrapped.length;
  while (shown > 1 && wrapped.slice(0, shown).flat().length >= most) shown -= 1;
  const kept = wrapped.slice(0, shown).flat();
  return kept.length < most
    ? [...kept, left(lines.length - shown)]
    : // A single sentence that is as long.
      [...kept.slice(0, most - 1), '…'];
}

/** The least size of type that is tried, in CSS pixels. */
const SMALLEST = 6;

/**
 * Breaks a text into lines of the largest type, in whole CSS pixels, that leaves room for them all. most:
 * lines that there is room for in type of the size `largest`.
 */
export function fitLines(
  text: string,
  isWider: (text: string, size: number) => boolean,
  most: number,
  largest: number,
): { size: number; lines: string[] } {
  for (let size = largest; ; size--) {
    const lines = wrapLine(text, (line) => isWider(line, size));
    if (lines.length * size <= most * largest || size <= SMALLEST) return { size, lines };
  }
}

function wrapLine(text: string, isWider: (text: string) => boolean): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )/)) {
    if (line && isWider(line + word)) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line];
}
