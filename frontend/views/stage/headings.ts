/** The words on the picture: what each part is, its shape, and the scale of its numbers. */

import { cellColor, colorScale, numberedColor } from '../../model/color.ts';
import { containsPoint, weightIndex } from '../../model/geometry.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { Rect, SceneSummary } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintOutline, paintText } from '../shared/drawing.ts';
import { decimalsThatFit } from '../shared/text_fit.ts';
import { readableCellsOf } from './candidates.ts';
import type { ChannelFrame } from './channel_frame.ts';
import type { HeadingText } from './heading_lines.ts';
import { fitHeading, NAME_GAP, NAME_WEIGHT } from './heading_lines.ts';
import type { Heading, LayoutChoice } from './layout.ts';
import { CHOOSER_WIDTH } from './spacing.ts';

/** Lowest number (0 if none is negative) and largest magnitude. */
type ValueRange = [low: number, max: number];

interface StageHeading extends HeadingText {
  range?: ValueRange;
}

const TYPE = 14;

/** A scale takes what a heading leaves, between these widths. */
const SCALE_WIDTH = { least: 20, most: 54 };
const SCALE_HEIGHT = 6;

/** The size of a heading's type, in CSS pixels. */
export function headingSize({ layout }: Pick<ChannelFrame, 'layout'>) {
  return layout.family === 'phone' ? 12 : TYPE * layout.spacing.scale;
}

/** Where the scales of an arrangement were painted, by their headings. */
const scalePlaces = new WeakMap<LayoutChoice, Map<Heading['name'], Rect>>();

/** Whether a point is on the scale of a heading. */
export function hitScale({ choice }: Pick<ChannelFrame, 'choice'>, x: number, y: number) {
  return [...(scalePlaces.get(choice)?.values() ?? [])].some((rect) => containsPoint(rect, x, y));
}

const ALL: Heading['name'][] = ['input', 'window', 'kernel', 'products', 'ledger', 'output'];

export function paintHeadings(context: Context2D, frame: ChannelFrame, names = ALL) {
  for (const heading of frame.layout.headings) {
    if (!names.includes(heading.name)) continue;
    const text = headingText(frame, heading.name);
    if (text) paintHeading(context, frame, heading, text);
  }
}

/** `(2, 3, 3)`; of one size `(9,)`. */
export function formatShape(shape: readonly number[]) {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
}

export function headingText(frame: ChannelFrame, name: Heading['name']): StageHeading | null {
  const { model, position, t, outputMax, output } = frame;
  const { shapes, operation } = model.summary;
  const low = output?.data.some((value) => value < 0) ? -1 : 0;
  switch (name) {
    case 'input':
      return {
        name: t('stage.input'),
        detail:
          model.names?.input ??
          [formatShape(shapes.input), formatPadding(model.summary, t)].filter(Boolean).join(', '),
        shape: formatShape(shapes.input),
        range: [model.inputLow, model.inputMax],
      };
    case 'window':
      return { name: t('stage.window') };
    case 'kernel':
      return kernelText(frame);
    case 'products':
      return {
        ...productsText(operation.kind, model.names?.products ?? 'x · w', t),
        range: [
          Math.min(model.inputLow, model.weightLow),
          model.inputMax * (model.weight ? model.weightMax : 1),
        ],
      };
    case 'ledger':
      return { name: t('stage.ledger'), detail: t('stage.ledger.detail') };
    case 'output': {
      const [channels, ...size] = shapes.output;
      if (frame.layout.ledger === 'boxes')
        return { name: t('stage.output'), detail: formatShape(shapes.output), range: [low, outputMax] };
      const of = channels > 1 ? `${t('stage.outputOf', { count: channels })}, ` : '';
      return {
        name: t('stage.outputNamed', { output: position.outChannel }),
        short: `${model.names?.output ?? 'Y'}[${position.outChannel}]`,
        detail: of + formatShape(size),
        shape: formatShape(size),
        range: [low, outputMax],
      };
    }
  }
}

function kernelText({ model, position, t, inChannels, layout, firstChannel }: ChannelFrame): StageHeading {
  const { summary, subject, names } = model;
  // A phone shows one slice at a time, with its first two indices as torch counts them.
  const slice =
    layout.family === 'phone' && !names && inChannels.length > 1 && inChannels.includes(firstChannel);
  const index = slice
    ? weightIndex(summary, position.outChannel, firstChannel).join(', ')
    : position.outChannel;
  const shape = slice ? subject.kernel : [inChannels.length, ...subject.kernel];
  return {
    name: t('stage.kernelOf', { output: index }),
    // The slices of a gradient are named by more than a channel.
    ...(names ? {} : { short: `K[${index}]` }),
    detail: summary.shapes.weight ? formatShape(shape) : '',
    range: [model.weightLow, model.weightMax],
  };
}

function productsText(kind: string, detail: string, t: ChannelFrame['t']): StageHeading {
  if (kind === 'max_pool2d') return { name: t('stage.values') };
  if (kind === 'avg_pool2d') return { name: t('stage.terms'), detail: 'x ÷ n' };
  return { name: t('stage.products'), detail };
}

/** `padding 1 (reflect)`, `padding top 0, bottom 1, …`; nothing without padding. */
function formatPadding({ operation }: SceneSummary, t: ChannelFrame['t']) {
  const { top, bottom, left, right } = operation.padding;
  const sides = { top, bottom, left, right };
  if (!Object.values(sides).some(Boolean)) return '';
  const even = Object.values(sides).every((size) => size === top);
  const text = even ? t('stage.padding', { size: top }) : t('stage.padding.sides', sides);
  const mode = operation.padding_mode;
  return text + (mode && mode !== 'zeros' ? ` (${mode})` : '');
}

/** Paints a name in bold and its detail, muted; the scale of the numbers where there is room. */
export function paintHeading(context: Context2D, frame: ChannelFrame, place: Heading, text: StageHeading) {
  const { colors, layout } = frame;
  const chooser = place.name === 'output' && frame.model.subject.outChannels > 1 ? CHOOSER_WIDTH : 0;
  const end = Math.min(place.x + place.width, layout.width) - chooser;
  const x = paintHeadingText(context, colors, { ...place, width: end - place.x }, text, headingSize(frame));
  const { range } = text;
  const hasScale = range && range[1] > 0 && layout.family !== 'phone';
  const scale = hasScale ? paintScale(context, frame, { ...place, x, width: end - x }, range) : null;
  const places = scalePlaces.get(frame.choice) ?? new Map();
  if (scale) scalePlaces.set(frame.choice, places.set(place.name, scale));
}

/** Paints a heading's name and detail about a middle line. Returns where there is room beside them. */
export function paintHeadingText(
  context: Context2D,
  colors: ChannelFrame['colors'],
  { x, y, width }: { x: number; y: number; width: number },
  text: HeadingText,
  size: number,
) {
  const measure = (part: string, partSize: number, weight: number) => {
    context.font = cssFont(partSize, weight);
    return context.measureText(part).width;
  };
  const { name, detail, size: fitted, pitch } = fitHeading(text, size, width, measure);
  const nameWidth = Math.min(measure(name, fitted, NAME_WEIGHT), width);
  context.fillStyle = colors.text;
  paintText(context, name, 'left', x, y - pitch / 2, width);
  if (!detail) return x + nameWidth + NAME_GAP;
  const left = pitch > 0 ? x : x + nameWidth + NAME_GAP;
  const detailWidth = Math.min(measure(detail, fitted, 400), width);
  context.fillStyle = colors.muted;
  paintText(context, detail, 'left', left, y + pitch / 2, width);
  return Math.max(x + nameWidth, left + detailWidth) + 14;
}

/** Paints the scale of a tensor's numbers with its ends, if there is room. Returns where it stands. */
function paintScale(
  context: Context2D,
  frame: ChannelFrame,
  { name, x, y, width: room }: Heading,
  [low, max]: ValueRange,
): Rect | null {
  const { colors, theme, layout } = frame;
  const decimals = Number.isInteger(max) ? 0 : decimalsThatFit([max], 4);
  const [lowText, highText] = [low < 0 ? formatNumber(-max, decimals) : '0', formatNumber(max, decimals)];
  context.font = cssFont(Math.max(10.5, 11 * layout.spacing.scale));
  const lowWidth = context.measureText(lowText).width;
  const left = x + lowWidth + 5;
  const widest = Math.floor(room - lowWidth - 10 - context.measureText(highText).width);
  if (widest < SCALE_WIDTH.least) return null;
  const width = Math.min(widest, SCALE_WIDTH.most);
  const colorOf = isNumbered(frame, name) ? numberedColor : cellColor;
  const top = y - SCALE_HEIGHT / 2;
  for (let k = 0; k < width; k++) {
    const share = k / (width - 1);
    context.fillStyle = colorOf(colorScale(theme), low < 0 ? share * 2 - 1 : share, 1);
    context.fillRect(left + k, top, 1, SCALE_HEIGHT);
  }
  paintOutline(context, { x: left, y: top, width, height: SCALE_HEIGHT }, colors.line);
  context.fillStyle = colors.muted;
  paintText(context, lowText, 'left', x, y);
  paintText(context, highText, 'left', left + width + 5, y);
  return { x, y: y - 8, width: left + width - x, height: 16 };
}

/** Whether the cells below a heading have numbers, whose colours are paler. */
function isNumbered({ layout, model }: ChannelFrame, name: Heading['name']) {
  const readable = readableCellsOf(model.subject, layout.family);
  if (name === 'input') return layout.cell >= readable.input;
  if (name === 'output') return layout.outputCell >= readable.output;
  return layout.kernelCell >= readable.kernel;
}
