/** What the page says of the gradient shown. */

import { pairAt } from '../../model/gradients/direction.ts';
import { formatSumSentence, formatSumTex } from '../../model/gradients/ledger.ts';
import { formatStampTex, formatStampText, formatStepTex, formatStepText } from '../../model/step_formats.ts';
import type { GradientState } from '../../state/gradients.ts';
import type { AppContext, Gradients } from '../../views/app_context.ts';
import { describeCell, gradientValue } from '../../views/gradient/cell_description.ts';
import { describe, inputCellOf, stampLedgerOf } from '../../views/gradient/description.ts';
import type { GradientFrame } from '../../views/gradient/frame.ts';
import { isSumFrame } from '../../views/gradient/frame.ts';

/** Terms that a sum has at most in what is copied and saved: those of 20 × 20 cells. */
const MAX_TERMS = 400;

export function makeGradients({ state, t, frame, model }: AppContext, gradients: GradientState): Gradients {
  const shown = (): GradientFrame | null => {
    const now = frame();
    return now?.view === 'gradient' ? now : null;
  };
  return {
    moment: gradients.moment,
    upstream: gradients.upstream,
    describe: () => {
      const now = shown();
      return now && describe(t, now);
    },
    describeCell: (cell) => {
      const now = shown();
      return now ? describeCell(t, now, cell) : '';
    },
    valueOf: (cell) => {
      const [layer, moment] = [model(), gradients.moment.value];
      return layer && moment && gradientValue({ model: layer, moment }, cell);
    },
    sizeOf: (grid) => {
      const { shapes } = state.scene.value?.summary ?? {};
      const [channels = 1, rows = 1, cols = 1] =
        (grid === 'upstream' || state.direction.value === 'bias' ? shapes?.output : shapes?.input) ?? [];
      if (grid === 'upstream' || state.direction.value === 'input') return [rows, cols, channels];
      if (state.direction.value === 'bias') return [1, 1, channels];
      const [, inputs = 1, kH = 1, kW = 1] = shapes?.weight ?? [];
      return [kH, kW, Math.max(1, state.clock.value?.outChannels ?? inputs)];
    },
    format: (form) => {
      const now = shown();
      return now && formatShown(now, form);
    },
  };
}

/** The step as text, TeX or JSON. */
function formatShown(frame: GradientFrame, form: 'text' | 'tex' | 'json'): string | null {
  if (form === 'json') return JSON.stringify(jsonOf(frame));
  const isTex = form === 'tex';
  if (frame.kind === 'gather') {
    const { ledger } = frame.inner;
    return ledger && (isTex ? formatStepTex(ledger) : formatStepText(ledger, 'o'));
  }
  if (isSumFrame(frame))
    return frame.ledger && (isTex ? formatSumTex(frame.ledger) : formatSumSentence(frame.ledger, MAX_TERMS));
  const ledger = stampLedgerOf(frame);
  return ledger && (isTex ? formatStampTex : formatStampText)(ledger);
}

function jsonOf(frame: GradientFrame): object | null {
  const { position, moment, model } = frame;
  const scene = model.summary.id;
  if (frame.kind === 'gather') {
    const [row, col] = inputCellOf(frame);
    const { step } = moment;
    return (
      step && {
        ...{ scene, in_channel: position.outChannel, index: step.index, row, col },
        ...{
          channel_sums: [...step.channelSums],
          running_sums: [...step.runningSums],
          gradient: step.output,
        },
      }
    );
  }
  if (frame.kind === 'scatter')
    return moment.stamp && { scene, in_channel: position.outChannel, ...moment.stamp.stamp };
  if (moment.direction === 'bias')
    return { scene, out_channel: position.outChannel, gradient: moment.biasGradient?.[position.outChannel] };
  const [outChannel, inChannel] = pairAt(model.summary, position.outChannel);
  const { weightStep, row, col } = frame;
  return (
    weightStep && {
      ...{ scene, out_channel: outChannel, in_channel: inChannel, index: weightStep.index, u: row, v: col },
      ...{ row_sums: [...weightStep.rowSums], gradient: weightStep.gradient },
    }
  );
}
