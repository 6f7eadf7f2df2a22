/** What of the layer shown answers a torch error that names no sizes. Pure. */

import { channelsRead } from './fitting_choices.ts';
import type { LayerShape, Operation } from './types.ts';

/** A text below `torchError.shown.`. */
interface Hint {
  key: string;
  values: Record<string, number>;
}

/** code: of the error; null: nothing of the layer answers it. */
export function findHint(
  code: string,
  layer: Pick<LayerShape, 'dimensions' | 'shapes'> & { operation: Operation },
): Hint | null {
  switch (code) {
    case 'torch_error.kernel_size_unnamed':
    case 'torch_error.output_size_unnamed':
      return kernelHint(layer);
    case 'torch_error.matrix_product_unnamed':
      return featuresHint(layer.shapes.output);
    case 'torch_error.channels_unnamed':
      return channelsHint(layer);
    default:
      return null;
  }
}

/** The largest kernel, with this padding and dilation. */
function kernelHint({ operation, dimensions, shapes }: Parameters<typeof findHint>[1]): Hint | null {
  if (operation.kind === 'conv_transpose2d') return null;
  const { top, bottom, left, right } = operation.padding;
  const [, rows, cols] = shapes.input;
  const [down = 1, across = 1] = operation.dilation ?? [];
  const height = Math.floor((rows + top + bottom - 1) / down) + 1;
  const width = Math.floor((cols + left + right - 1) / across) + 1;
  return dimensions === 1
    ? { key: 'length', values: { width } }
    : { key: 'kernel', values: { height, width } };
}

function featuresHint([channels, height, width]: LayerShape['shapes']['output']): Hint {
  return { key: 'features', values: { channels, height, width, features: channels * height * width } };
}

function channelsHint({ operation: { kind, groups = 1 }, shapes }: Parameters<typeof findHint>[1]) {
  if (!shapes.weight) return null;
  return { key: 'channels', values: { channels: channelsRead({ kind, groups, shape: shapes.weight }) } };
}
