/** The dialog with what shows the scene in a page of one's own. */

import type { Embedding, SnippetForm } from '../../model/embed/snippets.ts';
import { makeSnippet, SNIPPET_FORMS } from '../../model/embed/snippets.ts';
import type { Translate } from '../../model/i18n.ts';
import { findElement, makeElement, setText } from '../../views/shared/dom.ts';
import { writeToClipboard } from '../clipboard.ts';
import { makeChoice } from '../save/radio_choice.ts';

const CONTROLS = ['play', 'all', 'none'] as const;
const LOCKS = ['free', 'held'] as const;
const THEMES = ['auto', 'light', 'dark'] as const;

/** Where frames come from and may stand. server: the address that people reach it at, or nothing. */
export interface Frames {
  server: string;
  ancestors: string[];
}

/** What is to be shown in a page of one's own, and what may be chosen about it. */
export interface EmbedSubject {
  t: Translate;
  frames: Frames | undefined;
  choices: readonly ('controls' | 'lock' | 'theme')[];
  embedding: () => Pick<Embedding, 'kind' | 'id' | 'shown'>;
}

export function setUpEmbedDialog(subject: EmbedSubject): { toggle: () => void } {
  const { t, frames } = subject;
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
  const offered = Object.entries({ controls, lock, theme }).flatMap(([name, choice]) =>
    (subject.choices as string[]).includes(name) ? [choice.element] : [],
  );
  choices.append(form.element, ...offered);
  const how = makeElement('p', 'hint');
  const area = makeElement('textarea', 'embed-snippet') as HTMLTextAreaElement;
  Object.assign(area, { readOnly: true, rows: 5, spellcheck: false, ariaLabel: t('embed.snippet') });
  const copy = makeButton(t('embed.copy'), 'primary');
  const close = makeButton(t('embed.close'));
  const buttons = makeElement('p', 'save-buttons');
  buttons.append(copy, close);
  const message = makeElement('p', 'hint');
  message.setAttribute('role', 'status');
  const sites = makeElement('p', 'hint', sitesText(subject));
  dialog.append(title, choices, how, area, buttons, message, sites);
  findElement('main', HTMLElement).append(dialog);

  const show = () => {
    const { kind, id, shown } = subject.embedding();
    if (subject.choices.includes('controls')) shown.controls = controls.value();
    if (lock.value() === 'held') shown.lock = '1';
    if (theme.value() !== 'auto') shown.theme = theme.value();
    const embedding: Embedding = {
      server: frames?.server || location.origin,
      kind,
      id,
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
      show();
      dialog.showModal();
    },
  };
}

function sitesText({ t, frames }: EmbedSubject) {
  const sites = frames?.ancestors ?? [];
  const named = sites.map((site) => (site === "'self'" ? location.origin : site));
  return named.length > 0 ? t('embed.sites', { sites: named.join(', ') }) : t('embed.noSites');
}

function makeButton(text: string, className = '') {
  const button = makeElement('button', className, text) as HTMLButtonElement;
  button.type = 'button';
  return button;
}
