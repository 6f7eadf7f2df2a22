/** Where the ledger's lines stand: on a card, a column of addends. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import { readableCell } from '../shared/text_fit.ts';
import type { Spacing } from './spacing.ts';
import { ledgerNumberWidth } from './spacing.ts';

export interface LedgerLinePlace {
  line: Rect;
  sum: Rect;
  running: Rect;
}

export interface CardPlace {
  frame: Rect;
  lines: LedgerLinePlace[];
  /** A chart of the running sums, where not all channels have lines. */
  waterfall: Rect | null;
  bias: Rect | null;
  total: Rect;
}

/** Lines at most; of more channels those in sight. */
export const MAX_LINES = 8;

const CARD_HEADING = 24;
const CARD_MARGIN = 10;
const WATERFALL = 54;
/** Left and right of the lines, and what their names have before the numbers. */
const SIDE = 10;
const NAME = 52;
const NUMBER_GAP = 4;

/** The height of the chart of running sums, 0 where all channels have lines. */
export function waterfallHeight({ channels, perChannel }: LayoutInput, lines: number) {
  return channels > lines && !perChannel ? WATERFALL : 0;
}

/** The lines of a card: one for each channel in sight. */
export function ledgerLineCount({ channels }: LayoutInput) {
  return Math.min(channels, MAX_LINES);
}

/** The width of a card whose longest numbers can just be read. */
export function leastCardWidth({ chars }: LayoutInput, { card }: Spacing) {
  return Math.max(card, cardWidthFor(readableCell(chars.sum)));
}

/** The width of a card whose longest numbers can be read well. */
export function wantedCardWidth(input: LayoutInput, spacing: Spacing) {
  return Math.max(spacing.card, cardWidthFor(ledgerNumberWidth(input, spacing)));
}

function cardWidthFor(number: number) {
  return 2 * SIDE + NAME + 2 * number + NUMBER_GAP;
}

/** Places the card in the middle of the lanes' block, which may be lower. room: where it may stand. */
export function placeCard(
  input: LayoutInput,
  spacing: Spacing,
  room: Rect,
  block: number,
  lines = ledgerLineCount(input),
): CardPlace {
  const weights = lines + 1 + (input.biased ? 0.8 : 0);
  const chart = waterfallHeight(input, lines);
  const available = Math.min(room.height, Math.max(block, 120));
  const lineHeight = clamp(
    (available - CARD_HEADING - CARD_MARGIN - chart) / weights,
    22,
    spacing.line * 1.6,
  );
  const height = CARD_HEADING + weights * lineHeight + chart + CARD_MARGIN;
  const y = room.y + clamp((block - height) / 2, 0, Math.max(0, room.height - height));
  const frame = { x: room.x, y, width: room.width, height };
  const inner = { x: frame.x + SIDE, width: frame.width - 2 * SIDE };
  const least = clamp(inner.width * 0.26, 44, 84);
  const most = Math.max(least, (inner.width - NAME - NUMBER_GAP) / 2);
  const number = clamp(ledgerNumberWidth(input, spacing), least, most);
  const row = (top: number, high: number) => ({
    line: { x: frame.x + 4, y: top, width: frame.width - 8, height: high },
    sum: { x: inner.x + inner.width - 2 * number - NUMBER_GAP, y: top, width: number, height: high },
    running: { x: inner.x + inner.width - number, y: top, width: number, height: high },
  });
  const first = y + CARD_HEADING;
  const biasTop = first + lines * lineHeight + chart;
  const totalTop = biasTop + (input.biased ? 0.8 * lineHeight : 0) + 4;
  const wide = 2 * least + NUMBER_GAP;
  return {
    frame,
    lines: Array.from({ length: lines }, (_, k) => row(first + k * lineHeight, lineHeight - 3)),
    waterfall: chart ? { x: inner.x, y: biasTop - chart + 18, width: inner.width, height: chart - 24 } : null,
    bias: input.biased ? { ...row(biasTop, 0.8 * lineHeight - 3).sum } : null,
    total: { x: inner.x + inner.width - wide, y: totalTop, width: wide, height: lineHeight - 4 },
  };
}
