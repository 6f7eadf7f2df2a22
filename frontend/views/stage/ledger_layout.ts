/** Where the ledger's lines stand: on a card, a column of addends. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import type { Spacing } from './spacing.ts';

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

/** The height of the chart of running sums, 0 where all channels have lines. */
export function waterfallHeight({ channels, perChannel }: LayoutInput, lines: number) {
  return channels > lines && !perChannel ? WATERFALL : 0;
}

/** The lines of a card: one for each channel in sight. */
export function ledgerLineCount({ channels }: LayoutInput) {
  return Math.min(channels, MAX_LINES);
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
  const inner = { x: frame.x + 10, width: frame.width - 20 };
  const number = clamp(inner.width * 0.26, 44, 84);
  const row = (top: number, high: number) => ({
    line: { x: frame.x + 4, y: top, width: frame.width - 8, height: high },
    sum: { x: inner.x + inner.width - 2 * number - 4, y: top, width: number, height: high },
    running: { x: inner.x + inner.width - number, y: top, width: number, height: high },
  });
  const first = y + CARD_HEADING;
  const biasTop = first + lines * lineHeight + chart;
  const totalTop = biasTop + (input.biased ? 0.8 * lineHeight : 0) + 4;
  const wide = { x: inner.x + inner.width - 2 * number - 4, width: 2 * number + 4 };
  return {
    frame,
    lines: Array.from({ length: lines }, (_, k) => row(first + k * lineHeight, lineHeight - 3)),
    waterfall: chart ? { x: inner.x, y: biasTop - chart + 18, width: inner.width, height: chart - 24 } : null,
    bias: input.biased ? { ...wide, width: number, y: biasTop, height: 0.8 * lineHeight - 3 } : null,
    total: { ...wide, x: wide.x, y: totalTop, height: lineHeight - 4 },
  };
}
