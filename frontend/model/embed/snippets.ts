/** What a teacher puts into a page, a course or a book to show a scene or a network there. Pure. */

export const SNIPPET_FORMS = ['html', 'myst', 'quarto', 'moodle', 'wordpress'] as const;
export type SnippetForm = (typeof SNIPPET_FORMS)[number];

/** CSS pixels of a frame that cannot follow its contents; app/web/pages/oembed.py has the same. */
const WIDTH = 800;
const HEIGHT = 480;

export const SANDBOX = 'allow-scripts allow-popups allow-popups-to-escape-sandbox';

export interface Embedding {
  /** The server's address, without a slash at its end. */
  server: string;
  kind: 'scene' | 'network';
  id: string;
  title: string;
  /** Attributes of the element, and fields of the address: `step`, `controls`, … */
  shown: Record<string, string>;
}

export function makeSnippet(form: SnippetForm, embedding: Embedding): string {
  return SNIPPETS[form](embedding);
}

const SNIPPETS: Record<SnippetForm, (embedding: Embedding) => string> = {
  html: element,
  myst: (embedding) =>
    `:::{iframe} ${embedAddress(embedding)}\n:width: 100%\n${oneLine(embedding.title)}\n:::`,
  quarto: (embedding) => `\`\`\`{=html}\n${element(embedding)}\n\`\`\``,
  moodle: iframe,
  wordpress: (embedding) => address(PAGES[embedding.kind], embedding),
};

const PAGES = { scene: '/s/', network: '/n/' };
const EMBEDS = { scene: '/embed/', network: '/embed/n/' };

/** The link in it is seen where the script is not there. */
function element(embedding: Embedding) {
  const { server, kind, id, title, shown } = embedding;
  const attributes = Object.entries({ [kind]: id, ...shown, title });
  const text = attributes.map(([name, value]) => `${name}="${escapeHtml(value)}"`).join(' ');
  const link = `<a href="${escapeHtml(address(PAGES[kind], embedding))}">${escapeHtml(title)}</a>`;
  return `<script src="${server}/embed.js" async></script>\n<conv-scope ${text}>${link}</conv-scope>`;
}

function iframe(embedding: Embedding) {
  const source = escapeHtml(embedAddress(embedding));
  const size = `width="${WIDTH}" height="${HEIGHT}" style="max-width:100%;border:0"`;
  const title = escapeHtml(embedding.title);
  return `<iframe src="${source}" title="${title}" ${size} loading="lazy" sandbox="${SANDBOX}"></iframe>`;
}

function embedAddress(embedding: Embedding) {
  return address(EMBEDS[embedding.kind], embedding);
}

function address(path: string, { server, id, shown }: Embedding) {
  const query = new URLSearchParams(shown).toString().replaceAll('%2C', ',');
  return `${server}${path}${id}${query && `?${query}`}`;
}

const HTML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** For an attribute, on one line: a line's end would end a block of Markdown. */
function escapeHtml(text: string) {
  return text.replace(/\s+/g, ' ').replace(/[&<>"]/g, (sign) => HTML[sign] ?? sign);
}

/** A caption may be Markdown: what it would take for markup is escaped. */
function oneLine(text: string) {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>$|:]/g, '\\$&');
}
