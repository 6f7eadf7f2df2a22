/**
 * Bundles the page and the notebook's widget out of frontend/ and static/css.
 *
 * node scripts/build_page.ts            once and small, as it is served
 * node scripts/build_page.ts --watch    readable, and again at each change
 */

import { copyFile, readdir, rm } from 'node:fs/promises';
import { type BuildOptions, build, context } from 'esbuild';

const PAGE = 'static/build';
const NOTEBOOK = 'convscope/build';

interface Bundle extends BuildOptions {
  outdir: string;
  /** What is written, by name, and what each is made from. */
  files: Record<string, string[]>;
}

/** The files of one bundle share chunks; those of `iife` are whole scripts, which need no other. */
const BUNDLES: Bundle[] = [
  {
    outdir: PAGE,
    splitting: true,
    files: { workbench: ['frontend/main.ts', 'static/css/workbench.css'] },
  },
  {
    outdir: PAGE,
    splitting: true,
    files: { lesson: ['frontend/lesson.ts', 'static/css/lesson.css'] },
  },
  {
    outdir: PAGE,
    splitting: true,
    files: { network: ['frontend/network.ts', 'static/css/network.css'] },
  },
  {
    outdir: PAGE,
    splitting: true,
    files: {
      embed: ['frontend/embed.ts', 'static/css/embed.css'],
      network_embed: ['frontend/network_embed.ts', 'static/css/network_embed.css'],
    },
  },
  {
    outdir: PAGE,
    format: 'iife',
    files: {
      learn: ['frontend/learn.ts'],
      docs: ['frontend/docs.ts'],
      element: ['frontend/element.ts'],
      scene_widget: ['frontend/scene_widget.ts'],
      network_widget: ['frontend/network_widget.ts'],
    },
  },
  {
    outdir: NOTEBOOK,
    files: { widget: ['frontend/widget.ts', 'static/css/widget.css'] },
  },
];

/** Of the packages that are bundled: each asks that its licence comes along. */
const LICENCES: Record<string, string> = {
  dagre: '@dagrejs/dagre/LICENSE',
  graphlib: '@dagrejs/graphlib/LICENSE',
  'signals-core': '@preact/signals-core/LICENSE',
  'zip.js': '@zip.js/zip.js/LICENSE',
  gifenc: 'gifenc/LICENSE.md',
  mediabunny: 'mediabunny/LICENSE',
};

function optionsOf({ files, ...own }: Bundle, watched: boolean): BuildOptions {
  const entryPoints = Object.entries(files).flatMap(([out, paths]) =>
    paths.map((path) => ({ in: path, out })),
  );
  return {
    bundle: true,
    format: 'esm',
    target: 'es2023',
    logLevel: 'warning',
    minify: !watched,
    sourcemap: watched ? 'linked' : 'external',
    entryPoints,
    ...own,
  };
}

/** Chunks have a hash in their names, so the former ones would stay. */
async function removeFormer() {
  const names = await readdir(PAGE).catch(() => []);
  const former = names.filter((name) => /\.(js|map)$/.test(name));
  await Promise.all(former.map((name) => rm(`${PAGE}/${name}`)));
}

async function buildAll() {
  await removeFormer();
  // esbuild prints what is wrong itself.
  await Promise.all(BUNDLES.map((bundle) => build(optionsOf(bundle, false)))).catch(() => process.exit(1));
  const copies = Object.entries(LICENCES).map(([name, path]) =>
    copyFile(`node_modules/${path}`, `${PAGE}/${name}-LICENSE.txt`),
  );
  await Promise.all(copies);
}

async function watchAll() {
  const contexts = await Promise.all(BUNDLES.map((bundle) => context(optionsOf(bundle, true))));
  await Promise.all(contexts.map((one) => one.watch()));
}

await (process.argv.includes('--watch') ? watchAll() : buildAll());
