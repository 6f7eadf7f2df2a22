/** What a pasted torch error says: what does not fit, and what would, as layers that can be shown. */

import type { Translate } from '../../model/i18n.ts';
import { liftFitting } from '../../model/one_dimension.ts';
import { findHint } from '../../model/torch_error_hints.ts';
import type { FittingLayer, ParsedAnswer, SceneSummary, TorchErrorRead } from '../../model/types.ts';
import { findElement, makeElement, setText } from '../../views/shared/dom.ts';

export function isTorchError(answer: ParsedAnswer | TorchErrorRead): answer is TorchErrorRead {
  return 'torch_error' in answer;
}

export class TorchErrorAnswer {
  readonly #root = findElement('#torch-error', HTMLElement);
  readonly #t: Translate;

  constructor(area: HTMLTextAreaElement, t: Translate) {
    this.#t = t;
    area.addEventListener('input', () => this.hide());
  }

  hide() {
    this.#root.hidden = true;
  }

  /** shown: the layer on the stage. open: called with the layer that the reader picks. */
  show(
    { torch_error, remedies }: TorchErrorRead,
    shown: SceneSummary | undefined,
    open: (layer: FittingLayer) => void,
  ) {
    setText(findElement('#torch-error-text', HTMLElement), torch_error.message);
    const items = remedies.map(({ message, layer }) => {
      const item = makeElement('li', '', message);
      if (layer) item.append(' ', this.#makeButton(liftFitting(layer), open));
      return item;
    });
    const hint = shown && findHint(torch_error.code, shown);
    if (hint) items.push(makeElement('li', '', this.#t(`torchError.shown.${hint.key}`, hint.values)));
    findElement('#torch-error-remedies', HTMLElement).replaceChildren(...items);
    findElement('#torch-error-fits', HTMLElement).hidden = items.length === 0;
    this.#root.hidden = false;
  }

  #makeButton(layer: FittingLayer, open: (layer: FittingLayer) => void) {
    const button = makeElement('button', '', this.#t('torchError.show')) as HTMLButtonElement;
    button.type = 'button';
    button.onclick = () => open(layer);
    return button;
  }
}
