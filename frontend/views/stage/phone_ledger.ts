/** Paints the ledger of phones: boxes with their names above them, and the signs between. */

import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintCenteredText, paintText, paintTextIn, strokeRoundedRect } from '../shared/drawing.ts';
import { centerOf } from '../shared/rects.ts';
import type { StageFrame } from './frame.ts';
import { cellName, numberSize, pooledName, smallFont } from './ledger_frame.ts';
import { paintColoredBox, paintPartialSum, paintUnknown } from './ledger_sums.ts';
import type { EquationBox } from './phone_equation.ts';
import { formatBox, placeEquation } from './phone_equation.ts';
import { hueOf } from './window.ts';

const SIGN_TYPE = 16;

export function paintPhoneLedger(context: Context2D, frame: StageFrame) {
  let end = 0;
  for (const box of placeEquation(frame)) {
    context.fillStyle = frame.colors.text;
    context.font = cssFont(SIGN_TYPE);
    paintCenteredText(context, box.sign, (end + box.rect.x) / 2, centerOf(box.rect).y);
    paintName(context, frame, box);
    paintBox(context, frame, box);
    end = box.rect.x + box.rect.width;
  }
}

function paintName(context: Context2D, frame: StageFrame, { kind, rect }: EquationBox) {
  context.fillStyle = kind === 'total' ? frame.colors.accent : frame.colors.muted;
  context.font = smallFont(frame, kind === 'total' ? 600 : 400);
  paintText(context, nameOf(frame, kind), 'left', rect.x, rect.y - 8, rect.width + 12);
}

function nameOf(frame: StageFrame, kind: EquationBox['kind']) {
  const { t, model, rows } = frame;
  const sum = pooledName(model.summary) ?? 'stage.sum.channel';
  switch (kind) {
    case 'before':
    case 'running':
      return t('stage.running.short');
    case 'others':
      return t('stage.others');
    case 'sum':
      return t(sum, { channel: rows[0]?.channel ?? 0 });
    case 'bias':
      return t('stage.bias.short');
    case 'total':
      return cellName(frame);
  }
}

function paintBox(context: Context2D, frame: StageFrame, box: EquationBox) {
  const { kind, rect, known } = box;
  const { colors, ledger, step, rows } = frame;
  const [row] = rows;
  const text = known && ledger ? formatBox(box, ledger, row?.index ?? 0) : '';
  if (kind === 'total') {
    if (text && step) paintColoredBox(context, frame, rect, text, step.output);
    else paintUnknown(context, frame);
    strokeRoundedRect(context, rect, 6, colors.accent, text ? 2 : 1.5);
  } else if (kind === 'sum' && row) {
    if (text && step) paintColoredBox(context, frame, rect, text, step.channelSums[row.index] ?? 0);
    else if (ledger) paintPartialSum(context, frame, row);
    strokeRoundedRect(context, rect, 6, hueOf(frame, row.channel), row.active ? 2.5 : 1.5);
  } else {
    context.fillStyle = kind === 'bias' ? colors.text : colors.muted;
    context.font = cssFont(Math.min(numberSize(frame, rect, text), 20));
    paintTextIn(context, text, rect, 4);
    strokeRoundedRect(context, rect, 6, colors.line, 1);
  }
}
