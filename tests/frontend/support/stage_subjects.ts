/** Layers of all kinds, as the stage's layout sees them, and the room that the stage has. */

import type { LayoutInput } from '../../../frontend/model/scene_model.ts';

type Chars = [input: number, kernel: number, product: number, output: number];

export function makeSubject(
  [plane, kernel, output]: [plane: number, kernel: number, output: number],
  [channels, outChannels]: [channels: number, outChannels: number],
  [input, weight, product, result]: Chars,
  more: Partial<LayoutInput> = {},
): LayoutInput {
  return {
    plane: { rows: plane, cols: plane, top: 0, left: 0 },
    kernel: [kernel, kernel],
    channels,
    slices: channels,
    output: [output, output],
    outChannels,
    weighted: true,
    gathered: false,
    perChannel: false,
    biased: false,
    picture: false,
    chars: { input, kernel: weight, product, finerProduct: product, output: result, sum: result },
    ...more,
  };
}

export const SUBJECTS: Record<string, LayoutInput> = {
  'two-channels': makeSubject([3, 2, 2], [2, 1], [1, 1, 2, 3]),
  'three-filters': makeSubject([3, 2, 2], [2, 3], [1, 1, 2, 3]),
  'one-by-one': makeSubject([3, 1, 3], [3, 2], [1, 2, 2, 2]),
  'strided-volume': makeSubject([9, 3, 4], [3, 2], [1, 2, 2, 2], { biased: true }),
  edges: makeSubject([128, 3, 126], [3, 4], [4, 2, 5, 5], { picture: true }),
  'two groups': makeSubject([2, 2, 1], [4, 2], [1, 1, 1, 1], { slices: 2 }),
  depthwise: makeSubject([5, 3, 3], [3, 3], [1, 2, 3, 3], { perChannel: true }),
  pointwise: makeSubject([3, 1, 3], [3, 2], [3, 2, 3, 3]),
  dilated: makeSubject([7, 3, 3], [1, 1], [1, 2, 3, 3]),
  transposed: makeSubject([2, 2, 4], [1, 1], [1, 1, 1, 2], { gathered: true }),
  'max-pooling': makeSubject([4, 2, 2], [2, 2], [1, 1, 1, 1], { weighted: false, perChannel: true }),
  'photograph, 3×3': makeSubject([226, 3, 224], [3, 64], [4, 4, 4, 5], { picture: true, biased: true }),
  'photograph, 7×7, stride 2': makeSubject([230, 7, 112], [3, 64], [4, 4, 4, 5], {
    picture: true,
    biased: true,
  }),
  'photograph, 11×11, stride 4': makeSubject([228, 11, 55], [3, 64], [4, 4, 4, 5], {
    picture: true,
    biased: true,
  }),
  deep: makeSubject([58, 3, 56], [64, 64], [4, 4, 4, 5]),
  'deep, 1×1': makeSubject([8, 1, 8], [64, 32], [4, 4, 4, 5]),
  'large kernel': makeSubject([12, 7, 6], [3, 2], [1, 2, 2, 3]),
  'own, 4×4×3': makeSubject([6, 3, 4], [3, 2], [1, 2, 2, 2]),
  'own, 2 groups': makeSubject([5, 3, 3], [4, 4], [1, 2, 3, 3], { slices: 2 }),
  'large numbers, 2 channels': makeSubject([3, 2, 2], [2, 1], [6, 6, 11, 12], { biased: true }),
  'large numbers, 3 channels': makeSubject([6, 3, 4], [3, 2], [5, 5, 8, 9], { biased: true }),
  'large numbers, depthwise': makeSubject([5, 3, 3], [3, 3], [6, 6, 11, 12], { perChannel: true }),
  'own, 5×5×3': makeSubject([7, 3, 3], [3, 2], [1, 2, 2, 2], { biased: true }),
};

/** CSS pixels that the stage has on screens of 1366×768, 1920×1080, 1024×768 and 360×740. */
export const STAGE_SIZES: Record<'laptop' | 'desktop' | 'tablet' | 'phone', [number, number]> = {
  laptop: [1302, 608],
  desktop: [1845, 894],
  tablet: [960, 608],
  phone: [328, 560],
};

export const OTHER_SIZES: Record<string, [number, number]> = {
  'a laptop with the panel open': [880, 560],
  '200 % zoom': [640, 260],
  'a tablet upright': [768, 800],
  'a narrow phone': [288, 480],
  'a very wide screen': [2400, 700],
};
