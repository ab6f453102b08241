// Makes the page's files: one script and one style sheet out of src/, and everything in static/ as it is.
//
// usage: node bundle.mjs NODE_MODULES OUT_FOLDER
import { createRequire } from 'node:module';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [modules, out] = process.argv.slice(2);
if (!modules || !out) {
  console.error('usage: node bundle.mjs NODE_MODULES OUT_FOLDER');
  process.exit(2);
}
const here = path.dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(path.join(path.resolve(modules), 'anchor.js'))('esbuild');

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await cp(path.join(here, 'static'), out, { recursive: true });
const common = {
  outdir: out,
  bundle: true,
  minify: true,
  target: ['es2022', 'chrome110', 'firefox113', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};
const source = (name) => path.join(here, 'src', name);
await esbuild.build({ ...common, format: 'esm', entryPoints: { app: source('main.ts'), style: source('style/index.css') } });
// The theme is set by a script of its own that runs before the first paint, hence not a module.
await esbuild.build({ ...common, format: 'iife', entryPoints: { theme: source('ui/theme_start.ts') } });
