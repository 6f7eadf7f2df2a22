import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const ROOT = new URL('../../frontend', import.meta.url).pathname;

/** Each folder, and the folders that its modules may import besides their own. */
const FOLDERS: Record<string, string[]> = {
  model: [],
  data: ['model'],
  state: ['model', 'data'],
  views: ['model', 'data', 'state'],
  interactions: ['model', 'data', 'state', 'views'],
  export: ['model', 'data', 'state', 'views'],
  controls: ['model', 'data', 'state', 'views', 'export'],
  '.': ['model', 'data', 'state', 'views', 'interactions', 'controls'],
};

/** Modules of views/ that know every view; a view imports itself and views/shared only. */
const ALL_VIEWS = [
  'views/registry.ts',
  'views/drawings_on_demand.ts',
  'views/app_context.ts',
  'views/shared/canvas.ts',
  'views/shared/layered_painter.ts',
];

/** The scattering stage, a gradient, and signals are the stage with other contents. */
const BUILT_ON: Record<string, string[]> = {
  scatter: ['stage'],
  gradient: ['stage', 'scatter', 'signal', 'matrix', 'sparse'],
  signal: ['stage'],
};

const modules = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
);

function importsOf(module: string) {
  const text = readFileSync(join(ROOT, module), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path]) =>
    relative(ROOT, join(ROOT, dirname(module), path ?? '')),
  );
}

const folderOf = (module: string) => (module.includes('/') ? (module.split('/')[0] ?? '') : '.');
const viewOf = (module: string) => module.split('/').slice(1, -1).join('/');

test('every module is in a folder whose imports are known', () => {
  assert.deepEqual(
    modules.filter((module) => !(folderOf(module) in FOLDERS)),
    [],
  );
});

test('folders import what is before them only', () => {
  const wrong = modules.flatMap((module) =>
    importsOf(module)
      .filter((path) => ![folderOf(module), ...(FOLDERS[folderOf(module)] ?? [])].includes(folderOf(path)))
      .map((path) => `${module} -> ${path}`),
  );
  assert.deepEqual(wrong, []);
});

test('a view imports itself and what all views share', () => {
  const wrong = modules
    .filter((module) => folderOf(module) === 'views' && !ALL_VIEWS.includes(module))
    .flatMap((module) =>
      importsOf(module)
        .filter(
          (path) =>
            folderOf(path) === 'views' &&
            ![viewOf(module), 'shared', ...(BUILT_ON[viewOf(module)] ?? [])].includes(viewOf(path)),
        )
        .map((path) => `${module} -> ${path}`),
    );
  assert.deepEqual(wrong, []);
});

test('lines have at most 110 characters', () => {
  const written = modules.filter((module) => module !== 'model/api_types.ts');
  const long = written.filter((module) =>
    readFileSync(join(ROOT, module), 'utf8')
      .split('\n')
      .some((line) => line.length > 110),
  );
  assert.deepEqual(long, []);
});
