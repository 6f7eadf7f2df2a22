/** The trained numbers as text: the kernel slice of the channels shown, and the bias. */

import { effect } from '@preact/signals-core';
import { inputChannelsOf, weightIndex, weightOffset } from '../../model/geometry.ts';
import { pairAt } from '../../model/gradients/direction.ts';
import { formatShort } from '../../model/numbers.ts';
import type { SceneSummary } from '../../model/types.ts';
import type { Scene } from '../../state/scene.ts';
import type { AppContext } from '../../views/app_context.ts';
import { makeElement, setText } from '../../views/shared/dom.ts';

/** Rows and columns of a slice that are written. */
const MOST = 5;

export function showParameters({ state, t }: AppContext) {
  const text = makeElement('pre');
  text.id = 'descent-parameters';
  // Long rows are scrolled, by keyboard too.
  text.tabIndex = 0;
  text.setAttribute('role', 'group');
  text.ariaLabel = t('gradient.descent.train');
  effect(() => {
    const scene = state.scene.value;
    if (!scene?.weight || state.direction.value === 'input') return;
    const { summary } = scene;
    const channel = state.outChannel.value;
    const pair = state.direction.value === 'weight' ? pairAt(summary, channel) : firstPair(summary, channel);
    setText(text, parameterText(scene, pair));
  });
  return text;
}

function firstPair(summary: SceneSummary, outChannel: number): [number, number] {
  return [outChannel, inputChannelsOf(summary, outChannel)[0] ?? 0];
}

/** `K[0, 1] = 0.5  -0.5` row by row, and the bias of the output channel. */
function parameterText({ summary, weight, bias }: Scene, [outChannel, inChannel]: [number, number]) {
  if (!weight) return '';
  const [, , kH = 1, kW = 1] = weight.shape;
  const name = `K[${weightIndex(summary, outChannel, inChannel).join(', ')}] =`;
  const first = weightOffset(summary, outChannel, inChannel);
  const slice = [...weight.data.subarray(first, first + kH * kW)].map(formatShort);
  const width = Math.max(...slice.map(({ length }) => length));
  const rows = Array.from({ length: Math.min(kH, MOST) }, (_, u) => {
    const numbers = slice.slice(u * kW, u * kW + Math.min(kW, MOST)).map((text) => text.padStart(width));
    return `${(u ? '' : name).padEnd(name.length)} ${numbers.join('  ')}${kW > MOST ? ' …' : ''}`;
  });
  if (kH > MOST) rows.push(`${' '.repeat(name.length)} …`);
  if (bias) rows.push(`b[${outChannel}] = ${formatShort(bias.data[outChannel] ?? 0)}`);
  return rows.join('\n');
}
