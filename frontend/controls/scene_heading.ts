/** The title and facts above the stage. */

import { effect } from '@preact/signals-core';
import { kernelSize } from '../model/geometry.ts';
import type { Translate } from '../model/i18n.ts';
import { formatCost } from '../model/output_size.ts';
import type { SceneSummary } from '../model/types.ts';
import type { AppContext } from '../views/app_context.ts';
import { findElement, setText } from '../views/shared/dom.ts';

/** What stands above the stage; the server wrote that of the first scene. */
export function updateTitles({ state, boot, t }: AppContext) {
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
    const summary = state.scene.value?.summary;
    if (!summary || summary.id === written) return;
    written = summary.id;
    write(summary);
    showFacts(summary, boot.language, t);
  });
}

/** The output's size, worked out, and how much there is to compute. */
function showFacts(summary: SceneSummary, language: string, t: Translate) {
  const { counts, formulas, operation, padding_share } = summary;
  const share = padding_share * 100;
  const padding = t(operation.kind === 'conv_transpose2d' ? 'counts.holes' : 'counts.padding', {
    share: Number(share.toPrecision(share < 10 ? 2 : 3)).toLocaleString(language),
  });
  const cost = formatCost(t, language, operation.kind, {
    parameters: counts.parameters,
    multiplyAdds: counts.multiply_adds,
  });
  setText(findElement('#formula', HTMLElement), [...new Set(formulas)].join('\n'));
  setText(findElement('#counts', HTMLElement), share > 0 ? `${cost} · ${padding}` : cost);
}
