/** Sizes on the stage that do not depend on its cells, in CSS pixels. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import { clamp } from '../shared/rects.ts';

/** Room that the chooser of the output channel has beside the output's name. */
export const CHOOSER_WIDTH = 104;
/** The least width of the output's name with its shape, against type of 14 px. */
const OUTPUT_NAME = 60;

export interface Spacing {
  /** Of type, against 14 px. */
  scale: number;
  /** Heights: the line of headings, the line of a channel's name. */
  heading: number;
  tag: number;
  /** Between columns of channels, between lanes. */
  gap: number;
  laneGap: number;
  /** The rail of a channel with its name. */
  rail: number;
  /** Room of × and =, of the funnel to a sum, of the way to the output. */
  sign: number;
  funnel: number;
  way: number;
  /** The ledger: a line's height, a card's width, a sum's box. */
  line: number;
  card: number;
  box: number;
  /** The largest cell of an input, a kernel. */
  maxCell: number;
}

/** width, height: of the stage. presenting: for the back of a room. */
export function makeSpacing(width: number, height: number, presenting = false): Spacing {
  const scale = clamp(Math.min(width / 1302, height / 600), 0.92, 1.4) * (presenting ? 1.2 : 1);
  return {
    scale,
    heading: Math.round(24 * scale),
    tag: Math.round(18 * scale),
    gap: Math.round(clamp(height / 36, 12, 24)),
    laneGap: 14,
    rail: 24,
    sign: Math.round(clamp(width / 46, 18, 34)),
    funnel: Math.round(clamp(width / 21, 30, 80)),
    way: Math.round(clamp(width / 26, 28, 60)),
    line: Math.round(clamp(height / 19, 26, 44)),
    card: Math.round(clamp(width * 0.165, 176, 320)),
    box: Math.round(clamp(width / 16, 64, 104)),
    maxCell: Math.round(clamp(height / 6, 40, presenting ? 160 : 128)),
  };
}

/** The width in which a number of the ledger can be read well. */
export function ledgerNumberWidth({ chars }: LayoutInput, { scale }: Spacing) {
  return 8 * scale * chars.sum + 4;
}

/** The least width of the output's place: its heading stands above the smallest grid. */
export function leastOutputWidth({ outChannels }: LayoutInput, { scale }: Spacing) {
  return OUTPUT_NAME * scale + (outChannels > 1 ? CHOOSER_WIDTH : 0);
}
