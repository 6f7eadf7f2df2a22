/** The dialog with what shows the scene in a page of one's own. */

import type { Embedding, SnippetForm } from '../../model/embed_snippets.ts';
import { makeSnippet, SNIPPET_FORMS } from '../../model/embed_snippets.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement, setText } from '../../views/shared/dom.ts';
import { writeToClipboard } from '../clipboard.ts';
import { linkToShown } from '../copy_step.ts';
import { makeChoice } from '../save/radio_choice.ts';

/** What of the page's address a frame has too. */
const SHARED = ['step', 'beat', 'by', 'view', 'pin', 'lang', 'title', 'from'];
const CONTROLS = ['play', 'all', 'none'] as const;
const LOCKS = ['free', 'held'] as const;
const THEMES = ['auto', 'light', 'dark'] as const;

export function setUpEmbedDialog(context: AppContext): { toggle: () => void } {
  const { state, t, boot } = context;
  const dialog = makeElement('dialog', 'save') as HTMLDialogElement;
  dialog.setAttribute('aria-labelledby', 'embed-title');
  const title = makeElement('h2', '', t('embed.title'));
  title.id = 'embed-title';
  const choose = <Name extends string>(name: string, values: readonly Name[]) =>
    makeChoice(
      t(`embed.${name}`),
      `embed-${name}`,
      values,
      (value) => t(`embed.${name}.${value}`),
      values[0] as Name,
    );
  const form = choose<SnippetForm>('form', SNIPPET_FORMS);
  const controls = choose('controls', CONTROLS);
  const lock = choose('lock', LOCKS);
  const theme = choose('theme', THEMES);
  const choices = makeElement('div', 'save-choices embed-choices');
  choices.append(form.element, controls.element, lock.element, theme.element);
  const how = makeElement('p', 'hint');
  const area = makeElement('textarea', 'embed-snippet') as HTMLTextAreaElement;
  Object.assign(area, { readOnly: true, rows: 5, spellcheck: false, ariaLabel: t('embed.snippet') });
  const copy = makeButton(t('embed.copy'), 'primary');
  const close = makeButton(t('embed.close'));
  const buttons = makeElement('p', 'save-buttons');
  buttons.append(copy, close);
  const message = makeElement('p', 'hint');
  message.setAttribute('role', 'status');
  const sites = makeElement('p', 'hint', sitesText(context));
  dialog.append(title, choices, how, area, buttons, message, sites);
  findElement('main', HTMLElement).append(dialog);

  const show = () => {
    const shown = sharedFields(linkToShown(context));
    shown.controls = controls.value();
    if (lock.value() === 'held') shown.lock = '1';
    if (theme.value() !== 'auto') shown.theme = theme.value();
    const embedding: Embedding = {
      server: boot.frames?.server || location.origin,
      scene: state.scene.peek()?.summary.id ?? boot.scene,
      title: findElement('h1', HTMLElement).textContent ?? '',
      shown,
    };
    area.value = makeSnippet(form.value(), embedding);
    setText(how, t(`embed.how.${form.value()}`));
    setText(message, '');
  };
  choices.addEventListener('change', show);
  copy.onclick = async () => {
    const copied = await writeToClipboard(area.value);
    if (!copied) area.select();
    setText(message, t(copied ? 'embed.copied' : 'embed.notCopied'));
  };
  area.onfocus = () => area.select();
  close.onclick = () => dialog.close();
  return {
    toggle: () => {
      if (dialog.open) return dialog.close();
      state.playing.value = false;
      show();
      dialog.showModal();
    },
  };
}

function sharedFields(link: string): Record<string, string> {
  const query = [...new URL(link).searchParams];
  return Object.fromEntries(query.filter(([name]) => SHARED.includes(name)));
}

function sitesText({ t, boot }: AppContext) {
  const sites = boot.frames?.ancestors ?? [];
  const named = sites.map((site) => (site === "'self'" ? location.origin : site));
  return named.length > 0 ? t('embed.sites', { sites: named.join(', ') }) : t('embed.noSites');
}

function makeButton(text: string, className = '') {
  const button = makeElement('button', className, text) as HTMLButtonElement;
  button.type = 'button';
  return button;
}
