/** The title and facts above the stage. */

import { effect } from '@preact/signals-core';
import { kernelSize } from '../model/geometry.ts';
import type { Translate } from '../model/i18n.ts';
import { formatCost, outputSizeFormulas } from '../model/output_size.ts';
import type { SceneModel } from '../model/scene_model.ts';
import { emptyTapShare } from '../model/tap_counts.ts';
import type { SceneSummary } from '../model/types.ts';
import type { AppContext } from '../views/app_context.ts';
import { findElement, setText } from '../views/shared/dom.ts';

/** What stands above the stage; the server wrote that of the first scene. */
export function updateTitles({ state, boot, t, model }: AppContext) {
  let written = boot.scene;
  const write = (summary: SceneSummary) => {
    const { id, operation, shapes } = summary;
    const preset = boot.presets[id];
    const title = preset
      ? t(`preset.${preset}.title`)
      : t('scene.title', {
          kind: operation.kind,
          inputs: shapes.input[0],
          outputs: shapes.output[0],
          kernel: kernelSize(summary).join('×'),
        });
    const pair = document.querySelector('#pair');
    if (pair instanceof HTMLElement) pair.hidden = id !== boot.scene;
    setText(findElement('h1', HTMLHeadingElement), title);
    setText(findElement('#about-line', HTMLElement), t(preset ? `preset.${preset}.line` : 'scene.line'));
    document.title = `${title} · ${t('app.name')}`;
  };
  effect(() => {
    const [summary, layer] = [state.scene.value?.summary, model()];
    if (!summary || !layer || summary.id === written) return;
    written = summary.id;
    write(summary);
    showFacts(layer, boot.language, t);
  });
}

/** The output's size, worked out, and how much there is to compute. */
function showFacts(model: SceneModel, language: string, t: Translate) {
  const { summary } = model;
  const { multiply_adds, parameters } = summary.counts;
  const count = (value: number) => value.toLocaleString(language);
  const share = emptyTapShare(model) * 100;
  const empty = t(summary.operation.kind === 'conv_transpose2d' ? 'counts.holes' : 'counts.padding', {
    share: count(Number(share.toPrecision(share < 10 ? 2 : 3))),
  });
  setText(findElement('#formula', HTMLElement), outputSizeFormulas(summary).join('\n'));
  setText(
    findElement('#counts', HTMLElement),
    formatCost(t, language, summary.operation.kind, { parameters, multiplyAdds: multiply_adds }) +
      (share > 0 ? ` · ${empty}` : ''),
  );
}
