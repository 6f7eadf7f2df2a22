/** The words of the stage where it shows a gradient to the input: other texts for the same parts. Pure. */

import { inputChannelsOf, weightIndex } from '../../model/geometry.ts';
import { borrowsPadding, hasScatter } from '../../model/gradients/direction.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import type { Translate } from '../../model/i18n.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { SceneSummary } from '../../model/types.ts';

/** The texts of the stage that a gradient to the input says in its own way. */
const OWN = [
  'stage.input',
  'signal.input',
  'stage.products',
  'stage.values',
  'stage.output',
  'stage.outputNamed',
  'stage.makes',
  'stage.comesAfter',
  'stage.channel',
  'stage.channel.name',
  'stage.sum.channel',
  'stage.waterfall',
  'scatter.value',
  'scatter.stamp',
];

/** Whether the kernel is seen turned by 180°: not where a flip has turned it already. */
export function isTurned(summary: SceneSummary, reading: GradientMoment['reading']) {
  const { kind, flip } = summary.operation;
  return reading === 'gather' && kind === 'conv2d' && !flip && !borrowsPadding(summary);
}

/** `K[:, 0]`: the slices of all filters for one input channel, by the index that they have in torch. */
export function slicesName(summary: SceneSummary, inChannel: number) {
  if (!hasScatter(summary)) return `K[${inChannel}]`;
  const size = inputChannelsOf(summary, 0).length;
  return `K[:, ${weightIndex(summary, 0, inChannel % size)[1]}]`;
}

/** For each key of the stage that of the gradient. */
export function gradientWords(t: Translate, { summary }: SceneModel, { reading }: GradientMoment): Translate {
  const kernel = isTurned(summary, reading) ? 'gradient.stage.kernelTurned' : 'gradient.stage.kernelOf';
  const values = `gradient.stage.values.${summary.operation.kind}`;
  const own = new Map(OWN.map((key) => [key, `gradient.${key}`]));
  own.set('stage.values', values);
  if (!summary.shapes.weight) own.set('stage.products', values);
  return (key, given = {}) => {
    if (key !== 'stage.kernelOf') return t(own.get(key) ?? key, given);
    return t(kernel, { slices: slicesName(summary, Number(given.output)) });
  };
}
