/** What the stage and the scatter view say beside their numbers. Pure. */

import { textKey } from '../../model/dimensions.ts';
import { kernelSize } from '../../model/geometry.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Caption, CaptionChoice } from '../shared/view.ts';

export function makeCaptions(model: SceneModel, { view }: Pick<CaptionChoice, 'view'>): Caption[] {
  const { kind, flip } = model.summary.operation;
  if (kind === 'conv_transpose2d')
    return [[view === 'scatter' ? 'scatter.caption' : 'gather.caption', {}], ...outputPaddingCaptions(model)];
  return [
    ...(flip ? [['note.flip', {}] satisfies Caption] : []),
    ...(overhangs(model) ? [['note.ceil', {}] satisfies Caption] : []),
    ...idleCaptions(model, 0),
    ...idleCaptions(model, 1),
    ...(dropsWindow(model) ? [['note.ceil.dropped', {}] satisfies Caption] : []),
    ...divisorCaptions(model),
  ];
}

function outputPaddingCaptions({ summary: { operation, dimensions } }: SceneModel): Caption[] {
  const [rows, cols] = operation.output_padding ?? [0, 0];
  const stride = dimensions === 1 ? operation.stride[1] : [...new Set(operation.stride)].join('×');
  const key = textKey('note.outputPadding', dimensions);
  return rows || cols ? [[key, { rows, cols, stride }]] : [];
}

/** Says why the last rows or columns are dropped, or why cells between the windows are never read. */
function idleCaptions({ plane, idleRows, idleCols, summary }: SceneModel, axis: 0 | 1): Caption[] {
  const { dimensions, operation } = summary;
  const { stride: strides, dilation } = operation;
  const [idle, length] = axis === 0 ? [idleRows, plane.rows] : [idleCols, plane.cols];
  let trailing = 0;
  while (idle.includes(length - 1 - trailing)) trailing += 1;
  const stride = strides[axis];
  const reach = dilation[axis] * (kernelSize(summary)[axis] - 1) + 1;
  const key = axis === 0 ? 'note.rows' : 'note.columns';
  const captions: Caption[] = [];
  if (trailing > 0 && !operation.ceil_mode)
    captions.push([
      textKey(key, dimensions),
      { count: trailing, stride, size: summary.shapes.output[axis + 1] ?? 0 },
    ]);
  if (idle.length > trailing) captions.push([textKey(`${key}.between`, dimensions), { stride, reach }]);
  return captions;
}

/** Whether ceil_mode lets windows hang over the padded input. */
function overhangs({ summary, windowOf, plane }: SceneModel) {
  const [, height, width] = summary.shapes.output;
  const { rows, cols } = windowOf(height - 1, width - 1);
  return Math.max(...rows) >= plane.rows || Math.max(...cols) >= plane.cols;
}

/** Whether ceil_mode leaves a window out that would begin beyond the input, and with it the last cells. */
function dropsWindow({ summary, idleRows, idleCols, plane }: SceneModel) {
  if (!summary.operation.ceil_mode) return false;
  return idleRows.includes(plane.rows - 1) || idleCols.includes(plane.cols - 1);
}

function divisorCaptions(model: SceneModel): Caption[] {
  const { kind, padding, count_include_pad, kernel_size = [1, 1] } = model.summary.operation;
  if (kind !== 'avg_pool2d') return [];
  const padded = Object.values(padding).some((size) => size > 0);
  const clipped = overhangs(model);
  const key = padded && !count_include_pad ? '.inside' : clipped ? '.clipped' : padded ? '.padding' : '';
  return [[`note.divisor${key}`, { divisor: kernel_size[0] * kernel_size[1] }]];
}
