/**
 * The ledger on phones, where one channel is open: what was there before, its sum, and what that makes. Of a
 * finished window: how the others, this channel and the bias make the output. Pure.
 */

import type { Ledger } from '../../model/ledger.ts';
import { formatNumber, parsePrinted } from '../../model/numbers.ts';
import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import type { ChannelFrame } from './channel_frame.ts';
import { channelProgress } from './channel_frame.ts';

/** The share of a phase after which its number stands in its place. */
export const ARRIVED = 0.7;

export interface EquationBox {
  kind: 'before' | 'others' | 'sum' | 'running' | 'bias' | 'total';
  rect: Rect;
  /** Between the box before and this one. */
  sign: '' | '+' | '=' | '…';
  /** Whether its number is there. */
  known: boolean;
  /** What is asked where the box is pressed, and marked. */
  cell: Cell | null;
}

type EquationFrame = Pick<ChannelFrame, 'layout' | 'rows' | 'position' | 'inChannels' | 'model'>;

/** The boxes from left to right, whose numbers make a true equation at any time. */
export function placeEquation({ layout, rows: [row], position, inChannels, model }: EquationFrame) {
  const { total, bias } = layout;
  const isPlaced = Math.max(position.bias, position.place) >= ARRIVED;
  const totalCell = model.weight && sumCell('total', inChannels.at(-1));
  const end: EquationBox = { kind: 'total', rect: total, sign: '=', known: isPlaced, cell: totalCell };
  if (!row || row.index < 0) return [{ ...end, sign: '' as const }];
  const { index, channel, lane } = row;
  const isLast = index === inChannels.length - 1;
  const isAdded = row.accumulate >= ARRIVED;
  const isWhole = position.together || position.bias > 0 || position.place > 0 || (isLast && !bias);
  const boxes: EquationBox[] = [];
  if (lane.running && isWhole && (position.together || !isLast))
    boxes.push({ kind: 'others', rect: lane.running, sign: '', known: isAdded, cell: null });
  else if (lane.running) {
    const [taps, before] = [model.subject.kernel[0] * model.subject.kernel[1], inChannels[index - 1]];
    const known = index === 0 || channelProgress(position, index - 1, taps).accumulate === 1;
    const cell = sumCell('running', before);
    boxes.push({ kind: 'before', rect: lane.running, sign: '', known, cell });
  }
  const known = row.sum >= ARRIVED;
  const sign = boxes.length > 0 ? '+' : '';
  boxes.push({ kind: 'sum', rect: lane.sum, sign, known, cell: sumCell('sum', channel) });
  const running = { kind: 'running', sign: '=', known: isAdded, cell: sumCell('running', channel) } as const;
  if (isWhole || !lane.running) {
    const cell: Cell = { grid: 'bias', channel: position.outChannel, row: 0, col: 0 };
    if (bias) boxes.push({ kind: 'bias', rect: bias, sign: '+', known: true, cell });
    return [...boxes, end];
  }
  // The bias joins at the end; without one the output does.
  if (!bias) return [...boxes, { ...running, rect: total }];
  return [...boxes, { ...running, rect: bias }, { ...end, sign: '…' as const }];
}

function sumCell(grid: 'sum' | 'running' | 'total', channel: number | undefined): Cell | null {
  return channel === undefined ? null : { grid, channel, row: 0, col: 0 };
}

/** The number of a box as it is printed. index: the open channel's position in the step. */
export function formatBox({ kind }: EquationBox, { lines, bias, output, decimals }: Ledger, index: number) {
  const line = lines[index];
  switch (kind) {
    case 'before':
      return lines[index - 1]?.running ?? formatNumber(0, decimals);
    case 'others':
      return formatNumber(
        parsePrinted(lines.at(-1)?.running ?? '') - parsePrinted(line?.sum ?? ''),
        decimals,
      );
    case 'sum':
      return line?.sum ?? '';
    case 'running':
      return line?.running ?? '';
    case 'bias':
      return bias;
    case 'total':
      return output;
  }
}
