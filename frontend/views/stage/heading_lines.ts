/** How a heading is written in the room that it has: its shape is never left out. Pure. */

export interface HeadingText {
  name: string;
  /** The name without its noun, where there is room for no more. */
  short?: string;
  /** What is said beside the name; it ends or begins with the shape. */
  detail?: string;
  /** The shape alone, where there is room for no more. */
  shape?: string;
}

export interface HeadingLines {
  name: string;
  detail: string;
  /** The size of both, in CSS pixels. */
  size: number;
  /** How far the detail's line lies below the name's; 0: beside it. */
  pitch: number;
}

/** The width of a text, in CSS pixels. weight: of its type. */
export type MeasureText = (text: string, size: number, weight: number) => number;

export const NAME_WEIGHT = 600;
/** Between a name and its detail. */
export const NAME_GAP = 6;
/** Type of two lines, against that of one, and the smallest that is read. */
const SMALLER = 0.8;
const SMALLEST = 10.5;

/** Writes name and detail in one line, in two smaller ones, or in two with less, whichever has room first. */
export function fitHeading(
  text: HeadingText,
  size: number,
  width: number,
  measure: MeasureText,
): HeadingLines {
  const { name, short = name, detail = '', shape = detail } = text;
  const nameWidth = measure(name, size, NAME_WEIGHT);
  const used = detail ? nameWidth + NAME_GAP + measure(detail, size, 400) : nameWidth;
  if (!detail || used <= width) return { name, detail, size, pitch: 0 };
  const smaller = Math.max(SMALLEST, size * SMALLER);
  const fits = (line: string, weight: number) => measure(line, smaller, weight) <= width;
  return {
    name: fits(name, NAME_WEIGHT) ? name : short,
    detail: fits(detail, 400) ? detail : shape,
    size: smaller,
    pitch: smaller * 1.08,
  };
}
