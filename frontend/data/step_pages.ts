/** The steps of a scene, in pages of columns. */

import { inputChannelsOf, kernelSize } from '../model/geometry.ts';
import type { Step } from '../model/step.ts';
import type { SceneSummary } from '../model/types.ts';
import type { ApiClient } from './client.ts';
import { ItemPages } from './item_pages.ts';
import type { StepColumns } from './step_columns.ts';
import { decodeSteps, stepsToColumns } from './step_columns.ts';

/** Numbers in a page: small enough to arrive within a few frames. */
const PAGE_NUMBERS = 30_000;
const MAX_STEPS = 256;
const PAGES_KEPT = 24;

export type StepPages = ItemPages<StepColumns, Step>;

export function makeStepPages(
  api: ApiClient,
  summary: SceneSummary,
  reportError: (error: unknown) => void,
): StepPages {
  const { id, dtype, shapes, initial } = summary;
  const [outChannels, height, width] = shapes.output;
  const [kH, kW] = kernelSize(summary);
  const numbersPerStep = inputChannelsOf(summary, 0).length * kH * kW * 2;
  const steps = initial?.steps;
  return new ItemPages(
    {
      size: Math.max(1, Math.min(MAX_STEPS, Math.floor(PAGE_NUMBERS / numbersPerStep))),
      total: height * width,
      outChannels,
      capacity: PAGES_KEPT,
      initial: steps
        ? {
            outChannel: steps.out_channel,
            start: steps.start,
            stop: steps.stop,
            page: stepsToColumns(steps.steps, dtype, steps.start, width),
          }
        : null,
      fetch: async (range) => decodeSteps(await api.steps(id, range), range.start, width),
      read: (page, index) => page.step(index),
    },
    reportError,
  );
}
