/** The steps of a scene, page by page: fetched before they are needed, kept while there is room. */

import { inputChannelsOf, kernelSize } from '../model/geometry.ts';
import type { Step } from '../model/step.ts';
import type { SceneSummary } from '../model/types.ts';
import type { ApiClient } from './client.ts';
import { PageCache } from './page_cache.ts';
import type { StepColumns } from './step_columns.ts';
import { decodeSteps, stepsToColumns } from './step_columns.ts';

/** Numbers in a page: small enough to arrive within a few frames. */
const PAGE_NUMBERS = 30_000;
const MOST_STEPS = 256;
const PAGES_KEPT = 24;

export class StepPages {
  readonly api: ApiClient;
  readonly summary: SceneSummary;
  readonly pages: PageCache<string, StepColumns>;
  readonly size: number;
  readonly windows: number;
  /** Those that came with the page. */
  readonly given: { outChannel: number; start: number; stop: number; columns: StepColumns } | null;

  constructor(api: ApiClient, summary: SceneSummary, reportError: (error: unknown) => void) {
    this.api = api;
    this.summary = summary;
    this.pages = new PageCache(PAGES_KEPT, reportError);
    const [kH, kW] = kernelSize(summary);
    const perStep = inputChannelsOf(summary, 0).length * kH * kW * 2;
    this.size = Math.max(1, Math.min(MOST_STEPS, Math.floor(PAGE_NUMBERS / perStep)));
    this.windows = summary.shapes.output[1] * summary.shapes.output[2];
    const steps = api.initialDataOf(summary.id)?.steps;
    this.given = steps
      ? {
          outChannel: steps.out_channel,
          start: steps.start,
          stop: steps.stop,
          columns: stepsToColumns(steps.steps, summary.dtype, steps.start, summary.shapes.output[2]),
        }
      : null;
  }

  /** The step, or null while it is on its way; asks for it and for the pages beside it. */
  get(outChannel: number, index: number): Step | null {
    const page = Math.floor(index / this.size);
    this.#want(outChannel, page);
    const step = this.pages.get(`${outChannel}/${page}`)?.step(index) ?? this.#given(outChannel, index);
    if (step) this.#want(outChannel, page + (index % this.size > this.size / 2 ? 1 : -1));
    return step;
  }

  #given(outChannel: number, index: number): Step | null {
    const given = this.given;
    const known = given?.outChannel === outChannel && index >= given.start && index < given.stop;
    return known ? given.columns.step(index) : null;
  }

  /** Fetches the page with this step. */
  async load(outChannel: number, index: number) {
    await this.#want(outChannel, Math.floor(index / this.size));
  }

  async #want(outChannel: number, page: number) {
    const start = page * this.size;
    if (page < 0) return;
    if (start >= this.windows) {
      if (outChannel + 1 < this.summary.shapes.output[0]) this.#want(outChannel + 1, 0);
      return;
    }
    if (this.#isGiven(outChannel, start)) return;
    await this.pages.load(`${outChannel}/${page}`, async () => {
      const answer = await this.api.steps(
        this.summary.id,
        outChannel,
        start,
        Math.min(start + this.size, this.windows),
      );
      return decodeSteps(answer, start, this.summary.shapes.output[2]);
    });
  }

  /** Whether the whole page is there from the start. */
  #isGiven(outChannel: number, start: number) {
    const { given } = this;
    return (
      given?.outChannel === outChannel &&
      given.start <= start &&
      given.stop >= Math.min(start + this.size, this.windows)
    );
  }
}
