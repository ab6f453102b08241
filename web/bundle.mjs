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
await esbuild.build({
  entryPoints: { app: path.join(here, 'src/main.ts'), style: path.join(here, 'src/style/index.css') },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
