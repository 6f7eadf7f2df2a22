/** The dialog that saves what the stage shows as a picture or an animation, or copies it. */

import { canvasToPng } from '../../export/canvas_png.ts';
import { pictureName } from '../../export/file_name.ts';
import type { PictureText } from '../../export/picture.ts';
import { makePng, makeSvg } from '../../export/picture.ts';
import { showWholeMatrix } from '../../export/whole_matrix.ts';
import { formatStepText } from '../../model/step_formats.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement, setText } from '../../views/shared/dom.ts';
import type { FrameRequest } from '../../views/shared/view.ts';
import { formatShown, linkToShown } from '../copy_step.ts';
import { colorsOf } from '../theme.ts';
import { pictureTitle } from './picture_title.ts';
import { makeChoice } from './radio_choice.ts';
import { makeAnimationPart } from './save_animation.ts';

const KINDS = ['picture', 'animation'] as const;
const FORMATS = ['svg', 'png1', 'png2', 'png4'] as const;
const THEMES = ['light', 'dark'] as const;
const GROUNDS = ['paper', 'none'] as const;
const CONTENTS = ['stage', 'all'] as const;
/** Pixels in a CSS pixel. */
const RATIOS = { svg: 0, png1: 1, png2: 2, png4: 4 };
/** A copied picture is a PNG of this ratio. */
const COPIED_RATIO = 2;

export function setUpSavePicture(context: AppContext): { toggle: () => void } {
  const { state, t } = context;
  const dialog = makeElement('dialog', 'save') as HTMLDialogElement;
  dialog.setAttribute('aria-labelledby', 'save-title');
  const title = makeElement('h2', '', t('save.title'));
  title.id = 'save-title';
  const preview = makeElement('img', 'save-preview') as HTMLImageElement;
  const message = makeElement('p', 'hint');
  message.setAttribute('role', 'status');
  const choose = <Name extends string>(name: string, values: readonly Name[], chosen: Name) =>
    makeChoice(t(`save.${name}`), name, values, (value) => t(`save.${name}.${value}`), chosen);
  const kind = choose('kind', KINDS, 'picture');
  const format = choose('format', FORMATS, 'svg');
  const contents = choose('contents', CONTENTS, 'stage');
  const theme = choose('theme', THEMES, state.theme.peek());
  const ground = choose('ground', GROUNDS, 'paper');
  const lightOnNothing = makeElement('p', 'hint');
  const save = makeButton(t('save.save'), 'primary');
  const copy = makeButton(t('save.copy'));
  const cancel = makeButton(t('save.cancel'));
  const close = makeButton(t('save.close'));
  cancel.hidden = true;
  const buttons = makeElement('p', 'save-buttons');
  buttons.append(save, cancel, copy, close);
  const choices = makeElement('div', 'save-choices');
  const ofPicture = [format.element, contents.element, ground.element];
  choices.append(kind.element, theme.element, ...ofPicture);
  /** Returns what asks for the picture of a moment, in the colors that are chosen now. */
  const makeRequest = (): (() => FrameRequest) => {
    const isClear = kind.value() === 'picture' && ground.value() === 'none';
    const colors = colorsOf(theme.value());
    if (isClear) colors.ground = 'transparent';
    const chosen = { theme: theme.value(), colors };
    return () => {
      const shown = context.request();
      if (!shown) throw new Error(t('save.nothing'));
      return { ...shown, ...chosen, still: true };
    };
  };
  const animation = makeAnimationPart(context, makeRequest);
  dialog.append(title, preview, choices, animation.element, lightOnNothing, buttons, message);
  findElement('main', HTMLElement).append(dialog);
  // As the stage does, a picture keeps the result to itself until it is placed.
  const isFinished = () => (state.position.peek()?.place ?? 1) > 0;
  const momentText = () => `${textOf('#step-description')} ${textOf('#now-terms')}`.trim();
  // The lines of a step are channels, those of a stamp cells.
  const left = (count: number) => {
    const stamps =
      state.direction.peek() === 'forward' ? !state.step.peek() : state.reading.peek() === 'scatter';
    return t(stamps ? 'save.left.cells' : 'save.left.channels', { count });
  };
  const text = (): PictureText => ({
    title: pictureTitle(context),
    description: isFinished() ? textOf('#step-sentence') : momentText(),
    link: linkToShown(context),
    drawn: contents.value() === 'all',
    lines: isFinished() ? (printedText(context)?.split('\n') ?? []) : [momentText()],
    left,
  });
  const make = async (ratio: number) => {
    const shown = showWholeMatrix(makeRequest()());
    return ratio === 0 ? makeSvg(shown, text()) : makePng(shown, text(), ratio);
  };
  const attempt = (action: () => Promise<string>) => async () => {
    setText(message, '');
    try {
      setText(message, await action());
    } catch (error) {
      setText(message, t('save.failed', { reason: error instanceof Error ? error.message : String(error) }));
    }
  };
  // Only safe origins have the clipboard.
  const canCopy = 'ClipboardItem' in window && !!navigator.clipboard;
  const show = attempt(async () => {
    const moving = kind.value() === 'animation';
    for (const each of ofPicture) each.hidden = moving;
    const isUnread = !moving && theme.value() === 'dark' && ground.value() === 'none';
    setText(lightOnNothing, isUnread ? t('save.ground.dark') : '');
    animation.element.hidden = !moving;
    copy.hidden = moving || !canCopy;
    if (moving) animation.forgetEstimate();
    URL.revokeObjectURL(preview.src);
    preview.src = URL.createObjectURL(await (moving ? canvasToPng(animation.preview()) : make(0)));
    preview.alt = text().description;
    if (moving) await animation.update();
    return '';
  });
  const savePicture = async () => {
    const scene = state.scene.peek();
    if (!scene) throw new Error(t('save.nothing'));
    const name = pictureName({
      layer: scene.summary,
      view: state.shownView.peek(),
      sentence: textOf('#step-sentence'),
      format: format.value() === 'svg' ? 'svg' : 'png',
    });
    return { file: await make(RATIOS[format.value()]), name };
  };
  const saveAnimation = async () => {
    const controls = dialog.querySelectorAll<HTMLInputElement>('input, .primary');
    for (const control of controls) control.disabled = true;
    cancel.hidden = false;
    try {
      return await animation.record();
    } finally {
      for (const control of controls) control.disabled = false;
      cancel.hidden = true;
    }
  };
  save.onclick = attempt(async () => {
    const saved = await (kind.value() === 'animation' ? saveAnimation() : savePicture());
    if (!saved) return t('save.cancelled');
    download(saved.file, saved.name);
    return t('save.saved', { name: saved.name });
  });
  cancel.onclick = () => animation.cancel();
  copy.onclick = attempt(async () => {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': make(COPIED_RATIO) })]);
    return t('save.copied');
  });
  close.onclick = () => dialog.close();
  for (const each of [choices, animation.element]) each.addEventListener('change', show);
  dialog.addEventListener('close', () => {
    // It may be open again before its closing is told.
    if (dialog.open) return;
    animation.cancel();
    URL.revokeObjectURL(preview.src);
    preview.removeAttribute('src');
  });
  return {
    toggle: () => {
      if (dialog.open) return dialog.close();
      dialog.showModal();
      show();
    },
  };
}

function textOf(selector: string) {
  return findElement(selector, HTMLElement).textContent ?? '';
}

/** With the numbers of the picture, which may be rounded to the room of its cells. */
function printedText(context: AppContext) {
  const frame = context.frame();
  const isStep = frame?.view === 'stage' || frame?.view === 'signal' || frame?.view === 'matrix';
  return isStep && frame.ledger ? formatStepText(frame.ledger) : formatShown('text', context);
}

function makeButton(text: string, className = '') {
  const button = makeElement('button', className, text) as HTMLButtonElement;
  button.type = 'button';
  return button;
}

function download(file: Blob, name: string) {
  const link = makeElement('a') as HTMLAnchorElement;
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has begun to read it once this task is over.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
