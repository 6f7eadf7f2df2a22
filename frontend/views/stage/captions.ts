/** What a picture of a layer should say beside its numbers: texts by key, with their values. Pure. */

import { kernelSize, windowAt } from '../../model/geometry.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { ViewName } from '../../model/types.ts';

type Caption = [string, Record<string, string | number>];

export function makeCaptions(model: SceneModel, view: ViewName): Caption[] {
  const { operation } = model.summary;
  if (view === 'scatter') return [['scatter.caption', {}], ...outputPadding(model)];
  if (view !== 'stage') return [];
  if (operation.kind === 'conv_transpose2d') return [['gather.caption', {}], ...outputPadding(model)];
  const flip: Caption[] = operation.flip ? [['note.flip', {}]] : [];
  return [...flip, ...overhang(model), ...unread(model, 0), ...unread(model, 1), ...divisor(model)];
}

function outputPadding({ summary: { operation } }: SceneModel): Caption[] {
  const [rows, cols] = operation.output_padding ?? [0, 0];
  return rows || cols
    ? [['note.outputPadding', { rows, cols, stride: [...new Set(operation.stride)].join('×') }]]
    : [];
}

/** Why floor drops the last rows or columns, or why cells between the windows are never read. */
function unread({ plane, idleRows, idleCols, summary }: SceneModel, axis: 0 | 1): Caption[] {
  const [idle, length] = axis === 0 ? [idleRows, plane.rows] : [idleCols, plane.cols];
  let trailing = 0;
  while (idle.includes(length - 1 - trailing)) trailing += 1;
  const stride = summary.operation.stride[axis];
  const key = axis === 0 ? 'note.rows' : 'note.columns';
  const last: Caption[] =
    trailing > 0 ? [[key, { count: trailing, stride, size: summary.shapes.output[axis + 1] ?? 0 }]] : [];
  return idle.length > trailing
    ? [...last, [`${key}.between`, { stride, reach: reach(summary, axis) }]]
    : last;
}

/** From the kernel's first cell to its last. */
function reach(summary: SceneModel['summary'], axis: 0 | 1) {
  return summary.operation.dilation[axis] * (kernelSize(summary)[axis] - 1) + 1;
}

/** Windows that ceil_mode lets hang over the padded input. */
function overhang({ summary, taps, plane }: SceneModel): Caption[] {
  const [, height, width] = summary.shapes.output;
  const { rows, cols } = windowAt(summary, taps, height - 1, width - 1);
  return Math.max(...rows) >= plane.rows || Math.max(...cols) >= plane.cols ? [['note.ceil', {}]] : [];
}

function divisor(model: SceneModel): Caption[] {
  const {
    kind,
    padding,
    count_include_pad: counted,
    kernel_size: [height, width] = [1, 1],
  } = model.summary.operation;
  if (kind !== 'avg_pool2d') return [];
  const padded = Object.values(padding).some((size) => size > 0);
  const clipped = overhang(model).length > 0;
  const key = padded && !counted ? '.inside' : clipped ? '.clipped' : padded ? '.padding' : '';
  return [[`note.divisor${key}`, { divisor: height * width }]];
}
