/** The title and facts above the stage. */

import { effect } from '@preact/signals-core';
import { ownKind, ownShape } from '../model/dimensions.ts';
import { inputChannelsOf, kernelSize } from '../model/geometry.ts';
import type { Translate } from '../model/i18n.ts';
import type { LayerShape, OperationKind, SceneSummary } from '../model/types.ts';
import type { SceneOrigins } from '../state/scene_origins.ts';
import type { AppContext } from '../views/app_context.ts';
import { findElement, findElements, setText } from '../views/shared/dom.ts';
import { fitTitle } from './all_terms.ts';
import { editTitle } from './title_editor.ts';

/** The server wrote those of the first scene. */
export function updateTitles({ state, boot, t }: AppContext) {
  const { origins } = state;
  let written = { summary: boot.summary, title: origins.titleOf(boot.scene) };
  const rename = findElement('#rename', HTMLButtonElement);
  rename.onclick = () => editTitle(state, t);
  effect(() => {
    const summary = state.scene.value?.summary;
    if (!summary) return;
    const other = summary.id !== written.summary.id;
    if (other) origins.follow(written.summary, summary);
    const title = origins.titleOf(summary.id);
    if (!other && title === written.title) return;
    written = { summary, title };
    rename.hidden = origins.presetOf(summary.id) !== null;
    showTitle(summary, origins, t);
    for (const link of findElements('#related-scene')) link.hidden = summary.id !== boot.scene;
    showFacts(summary, boot.language, t);
    fitTitle();
  });
}

function showTitle(summary: SceneSummary, origins: SceneOrigins, t: Translate) {
  const [preset, origin] = [origins.presetOf(summary.id), origins.of(summary.id)];
  const layer = layerTitle(summary, t);
  const name = origin && t(`preset.${origin}.title`);
  const own = origins.titleOf(summary.id);
  const title = own || (name ? (preset ? name : t('scene.edited', { title: name })) : layer);
  setText(findElement('h1', HTMLHeadingElement), title);
  const line = preset ? t(`preset.${preset}.line`) : origin || own ? layer : layerLine(summary, t);
  setText(findElement('#scene-line', HTMLElement), line);
  document.title = `${title} · ${t('app.name')}`;
}

/** `conv2d, 4 → 4 channels, kernel 3×3, 2 groups` */
export function layerTitle(summary: SceneSummary, t: Translate) {
  const { operation, shapes, dimensions } = summary;
  const title = t(shapes.weight ? 'scene.title' : 'scene.title.pool', {
    kind: ownKind(operation.kind, dimensions),
    inputs: shapes.input[0],
    outputs: shapes.output[0],
    kernel: ownShape(dimensions, kernelSize(summary)).join('×'),
  });
  const { groups = 1 } = operation;
  return groups > 1 ? title + t('scene.title.groups', { groups }) : title;
}

/** How a layer of this kind makes its output, in a sentence. */
export function layerLine(layer: LayerShape, t: Translate) {
  const kind = layer.operation.kind.slice(0, -2);
  const single = kind === 'conv' && inputChannelsOf(layer, 0).length === 1;
  const line = t(`scene.line.${single ? 'channel' : kind}`);
  return layer.shapes.bias ? `${line} ${t('scene.line.bias')}` : line;
}

/** The output's size, worked out, and how much there is to compute. */
function showFacts(
  { operation, counts, size_formulas: sizes, padding_share }: SceneSummary,
  language: string,
  t: Translate,
) {
  const cost = formatCost(t, language, operation.kind, {
    parameters: counts.parameters,
    multiplyAdds: counts.multiply_adds,
  });
  const percent = padding_share * 100;
  const share = Number(percent.toPrecision(percent < 10 ? 2 : 3)).toLocaleString(language);
  const empty = t(operation.kind === 'conv_transpose2d' ? 'counts.holes' : 'counts.padding', { share });
  setText(findElement('#formula', HTMLElement), formatSizes(t, sizes, 'numbers'));
  setText(findElement('#formula-symbols', HTMLElement), formatSizes(t, sizes, 'symbols'));
  setText(findElement('#parameters', HTMLElement), formatParameters(t, language, counts.parameters));
  setText(findElement('#counts', HTMLElement), percent > 0 ? `${cost} · ${empty}` : cost);
}

/** The output's sizes worked out; one line where both are alike. */
function formatSizes(t: Translate, sizes: SceneSummary['size_formulas'], form: 'numbers' | 'symbols') {
  const { height, width } = sizes;
  if (height && height.numbers === width?.numbers) return t('size.both', { formula: height[form] });
  return Object.entries(sizes)
    .map(([name, formula]) => t(`size.${name}`, { formula: formula[form] }))
    .join('\n');
}

function formatParameters(t: Translate, language: string, count: number) {
  return count
    ? t('counts.parameters', { parameters: count.toLocaleString(language) })
    : t('counts.parameters.none');
}

/** What a layer holds and does: pooling has nothing to multiply with. */
export function formatCost(
  t: Translate,
  language: string,
  kind: OperationKind,
  { parameters, multiplyAdds }: { parameters: number; multiplyAdds: number },
) {
  return t(kind.endsWith('pool2d') ? `counts.${kind}` : 'counts', {
    parameters: parameters.toLocaleString(language),
    multiplyAdds: multiplyAdds.toLocaleString(language),
  });
}
