/** How high the stage would like to be at a width: from there on more room is of little use. Pure. */

import type { LayoutInput } from '../../model/scene_model.ts';
import { chooseCandidate, makeWorth } from './candidates.ts';

const LOWEST = 200;
const HIGHEST = 680;
const STEP = 40;
/** What a reader would miss of the best arrangement; numbers that can be read are worth far more. */
const LITTLE = 0.7;

/** In CSS pixels. */
export function wantedStageHeight(input: LayoutInput, width: number): number {
  const heights = Array.from({ length: (HIGHEST - LOWEST) / STEP + 1 }, (_, i) => LOWEST + i * STEP);
  const worths = heights.map((height) => {
    const candidate = chooseCandidate(input, width, height);
    // Taken at one height: what is wanted of a plane grows with it.
    return candidate.overflow > 0 ? -Infinity : makeWorth(input, candidate.family, HIGHEST)(candidate);
  });
  const best = Math.max(...worths);
  const enough = worths.findIndex((worth) => worth >= best - LITTLE);
  return heights[Math.max(enough, 0)] ?? HIGHEST;
}
