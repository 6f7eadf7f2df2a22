import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSnippet, SNIPPET_FORMS } from '../../../../frontend/model/embed/snippets.ts';

const EMBEDDING = {
  server: 'https://conv.example.org',
  kind: 'scene' as const,
  id: 'ab12',
  title: 'Two channels',
  shown: { step: '0,1,2', controls: 'play' },
};
const ADDRESS = 'https://conv.example.org/embed/ab12?step=0,1,2&controls=play';

test('each form, written out', () => {
  const element = [
    '<script src="https://conv.example.org/embed.js" async></script>',
    '<conv-scope scene="ab12" step="0,1,2" controls="play" title="Two channels">' +
      `<a href="${ADDRESS.replace('embed', 's').replace('&', '&amp;')}">Two channels</a></conv-scope>`,
  ].join('\n');
  const sandbox = 'allow-scripts allow-popups allow-popups-to-escape-sandbox';
  const expected = {
    html: element,
    myst: `:::{iframe} ${ADDRESS}\n:width: 100%\nTwo channels\n:::`,
    quarto: `\`\`\`{=html}\n${element}\n\`\`\``,
    moodle:
      `<iframe src="${ADDRESS.replace('&', '&amp;')}" title="Two channels" width="800" height="480"` +
      ` style="max-width:100%;border:0" loading="lazy" sandbox="${sandbox}"></iframe>`,
    wordpress: 'https://conv.example.org/s/ab12?step=0,1,2&controls=play',
  };
  for (const form of SNIPPET_FORMS) assert.equal(makeSnippet(form, EMBEDDING), expected[form]);
});

/** A title is whatever somebody wrote into an address. */
const TITLES = [
  '"><script>alert(1)</script>',
  "' onload='x",
  '</conv-scope>',
  ':::\n<b>',
  '```\n<b>',
  '$x$ *a* [b](c)',
];

test('no title ends its attribute or its block', () => {
  for (const title of TITLES)
    for (const form of SNIPPET_FORMS) {
      const snippet = makeSnippet(form, { ...EMBEDDING, title, shown: { title } });
      const plain = makeSnippet(form, { ...EMBEDDING, title: 'x', shown: { title: 'x' } });
      assert.equal(snippet.split('\n').length, plain.split('\n').length, `${form}: ${title}`);
      const tags = (text: string) => text.match(/<[^>]*>?/g)?.map((tag) => tag.slice(0, 5));
      if (form !== 'myst') assert.deepEqual(tags(snippet), tags(plain), `${form}: ${title}`);
    }
});

test('a caption stays text', () => {
  const [, , caption] = makeSnippet('myst', { ...EMBEDDING, title: ':::\n*a* <b> `c`' }).split('\n');
  assert.equal(caption, '\\:\\:\\: \\*a\\* \\<b\\> \\`c\\`');
});

test('a network has pages, frames and an attribute of its own', () => {
  const network = { ...EMBEDDING, kind: 'network' as const, shown: { node: 'conv1' } };
  assert.match(makeSnippet('html', network), /<conv-scope network="ab12" node="conv1" title="Two channels">/);
  assert.match(
    makeSnippet('moodle', network),
    /src="https:\/\/conv.example.org\/embed\/n\/ab12\?node=conv1"/,
  );
  assert.equal(makeSnippet('wordpress', network), 'https://conv.example.org/n/ab12?node=conv1');
});
