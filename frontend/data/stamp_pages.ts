/**
 * The stamps of a transposed convolution, in pages, and the output before and after each of them. Numbers are
 * the server's; here they are only looked up.
 */

import { inputChannelsOf, kernelSize } from '../model/geometry.ts';
import type { AppliedStamp, SceneSummary, Stamp, StampPage } from '../model/types.ts';
import type { ApiClient } from './client.ts';
import { ItemPages } from './item_pages.ts';

/** Numbers in a page, as far as one output channel leaves room for them. */
const PAGE_NUMBERS = 30_000;
const MAX_STAMPS = 64;
const PAGES_KEPT = 12;

export type StampPages = ItemPages<StampPage, AppliedStamp>;

export function makeStampPages(
  api: ApiClient,
  summary: SceneSummary,
  reportError: (error: unknown) => void,
): StampPages {
  const { id, shapes, initial } = summary;
  const [kH, kW] = kernelSize(summary);
  const numbersPerStamp = (inputChannelsOf(summary, 0).length + 2) * kH * kW;
  const page = initial?.stamps;
  return new ItemPages(
    {
      size: Math.max(1, Math.min(MAX_STAMPS, Math.floor(PAGE_NUMBERS / numbersPerStamp))),
      total: shapes.input[1] * shapes.input[2],
      outChannels: shapes.output[0],
      capacity: PAGES_KEPT,
      initial: page ? { outChannel: page.out_channel, start: page.start, stop: page.stop, page } : null,
      fetch: (range) => api.stamps(id, range),
      read: makeStampParser(shapes.output[2]),
    },
    reportError,
  );
}

/** width: of the output. Follows the output from stamp to stamp. */
export function makeStampParser(width: number) {
  let last: { page: StampPage; index: number; applied: AppliedStamp } | null = null;
  return (page: StampPage, index: number): AppliedStamp | null => {
    if (last?.page === page && last.index === index) return last.applied;
    const stamp = page.stamps[index - page.start];
    if (!stamp) return null;
    const follows = last?.page === page && last.index === index - 1;
    const before = last && follows ? last.applied.after : outputBeforeStamp(page, index, width);
    const applied = { stamp, before, after: applyStamp(before.slice(), stamp, width) };
    last = { page, index, applied };
    return applied;
  };
}

/** The output channel before stamp `index` of a page. */
export function outputBeforeStamp(
  page: Pick<StampPage, 'start' | 'before' | 'stamps'>,
  index: number,
  width: number,
) {
  const plane = Float64Array.from(page.before.flat());
  for (const stamp of page.stamps.slice(0, index - page.start)) applyStamp(plane, stamp, width);
  return plane;
}

/** Puts a stamp's outputs in their places. */
function applyStamp(plane: Float64Array, { output_rows, output_cols, outputs }: Stamp, width: number) {
  for (const [u, row] of output_rows.entries())
    for (const [v, col] of output_cols.entries())
      if (row !== null && col !== null) plane[row * width + col] = outputs[u]?.[v] ?? 0;
  return plane;
}
