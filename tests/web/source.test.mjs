// What can be told of the page without a browser: types, size, addresses, and how it reads odd answers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const web = fileURLToPath(new URL('../../web', import.meta.url));
const modules = process.env.FOVEA_WEB_MODULES;
const folder = mkdtempSync(path.join(tmpdir(), 'fovea-web-source-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const page = path.join(folder, 'page');
execFileSync(process.execPath, [path.join(web, 'bundle.mjs'), modules, page]);
const file = (name) => readFileSync(path.join(page, name), 'utf8');

async function load(name) {
  const esbuild = createRequire(path.join(modules, 'anchor.js'))('esbuild');
  const outfile = path.join(folder, `${path.basename(name, '.ts')}.mjs`);
  await esbuild.build({ entryPoints: [path.join(web, 'src', name)], outfile, bundle: true, format: 'esm' });
  return import(pathToFileURL(outfile).href);
}

test('the sources type-check', () => {
  const tsc = path.join(process.env.FOVEA_WEB_TEST_MODULES, 'typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--noEmit', '-p', web], { stdio: 'inherit' });
});

test('script and styles stay below 88 kB', (t) => {
  const bytes = ['app.js', 'theme.js', 'style.css'].map((name) => statSync(path.join(page, name)).size);
  const sum = bytes.reduce((a, b) => a + b);
  t.diagnostic(`script and styles: ${sum} bytes`);
  assert.ok(sum < 88_000, `${sum} bytes`);
});

test('no file names an outside address', () => {
  for (const name of readdirSync(page)) {
    const addresses = (file(name).match(/\b(https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}[^\s"'`)]*/gi) ?? []).filter((found) => found !== 'http://www.w3.org/2000/svg');
    assert.deepEqual(addresses, [], name);
  }
});

test('the document has neither inline script nor inline style', () => {
  const html = file('index.html');
  assert.doesNotMatch(html, /\sstyle=|<style|\son[a-z]+=/i);
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/i);
  assert.match(html, /Content-Security-Policy" content="default-src 'self'/);
});

test('an odd answer reads as neutral values', async () => {
  const { readDuplicatePage, readFailurePage, readJobs, readPhoto, readSearchAnswer, readStatus } = await load('api/read.ts');
  for (const odd of [null, undefined, 7, 'text', [], {}, { results: 3, photos: 'x', jobs: {}, failures: null, roots: 1 }]) {
    assert.deepEqual(readSearchAnswer(odd).photos, []);
    assert.deepEqual(readJobs(odd), []);
    assert.deepEqual(readFailurePage(odd).failures, []);
    assert.deepEqual(readStatus(odd).roots, []);
    assert.deepEqual(readDuplicatePage(odd), { search: null, running: null, groups: [], next: null });
    assert.equal(readPhoto(odd).place, null);
  }
  assert.deepEqual(readSearchAnswer({ results: [{ score: 0.5 }, { id: 9, score: Number.NaN }] }).photos.map(({ id, score }) => [id, score]), [['9', null]]);
});

test('a place in the page survives its address', async () => {
  const { addressOf, placeOf } = await load('search/query.ts');
  for (const place of [
    { query: { kind: 'browse' }, photo: null },
    { query: { kind: 'text', text: 'crème & brûlée? 100%+ 猫 🐈' }, photo: '12' },
    { query: { kind: 'similar', id: '9007199254740991' }, photo: null },
    { query: { kind: 'browse' }, photo: '4', duplicates: { kind: 'bursts', cursor: 'ZDE6MToyNQ' } },
    { query: { kind: 'browse' }, photo: null, duplicates: { kind: null, cursor: null } },
    { query: { kind: 'text', text: 'a dog', all: true, filters: { from: '2019-07-01', folder: '/p/a & b' } }, photo: null },
  ]) assert.deepEqual(placeOf(addressOf(place)), place);
  assert.deepEqual(placeOf('/?q=%20%20&picture=5&type=%20').query, { kind: 'browse' });
});

test('facts read as people write them', async () => {
  const { formatBytes, formatDuration, formatPlace, formatTaken, plural } = await load('ui/format.ts');
  assert.equal(formatTaken('2021-05-03T23:59:10-11:00'), '3 May 2021 at 23:59');
  assert.equal(formatTaken('no date'), 'no date');
  assert.equal(formatPlace(-33.8568, 151.2153), '33.8568°\u00a0S, 151.2153°\u00a0E');
  assert.deepEqual([0, 999, 1500, 12_345_678, 2.5e12].map(formatBytes), ['0 bytes', '999 bytes', '1.5 kB', '12.3 MB', '2500 GB']);
  assert.deepEqual([0.2, 59, 240, 7300].map(formatDuration), ['under a second', '59 s', '4 min', '2 h 2 min']);
  assert.deepEqual([plural(1, 'file'), plural(1200, 'file')], ['1 file', '1,200 files']);
});

test('each kind of job has words of its own, and a paused one says so', async () => {
  const { endWords, jobWords, sumOf } = await load('library/job_words.ts');
  const job = (kind, fields = {}) => ({ id: '1', kind, subject: '/photos/2024', state: 'running', note: '', error: '', done: 312, failed: 0, total: 640, rate: 41, etaS: 8, ...fields });
  const words = (kind, fields) => jobWords(sumOf([job(kind, fields)]));
  assert.equal(words('scan'), 'Indexing 312 of 640 · 41 a second · 8 s left');
  assert.equal(words('scan', { total: 0, etaS: null }), 'Indexing: 312 so far · 41 a second');
  assert.equal(words('model', { subject: 'ViT-B/32@0a1b', note: 'paused', rate: 0 }), 'Switching to the model ViT-B/32: 312 of 640 · paused');
  assert.equal(words('model', { subject: '/models/big', note: 'waits for the disk', rate: 0, etaS: null }), 'Switching to the model big: 312 of 640 · waits for the disk');
  assert.equal(words('duplicates', { rate: 0, etaS: null }), 'Looking for near-duplicates: 312 of 640');
  assert.equal(words('remove', { rate: 0, etaS: null }), 'Taking 2024 out of the search: 312 of 640');
  assert.equal(words('move', { rate: 0, etaS: null }), 'Following the renamed folder 2024: 312 of 640');
  assert.equal(words('backup', { done: 0, total: 0, rate: 0, etaS: null }), 'Backing up');
  const status = { photos: 3, model: { name: 'big' } };
  assert.equal(endWords('scan', job('scan', { state: 'done' }), status), 'Indexed: 3 pictures');
  assert.equal(endWords('backup', job('backup', { state: 'failed', error: 'the disk is full' }), status), 'Backing up: failed, the disk is full');
  assert.equal(endWords('model', job('model', { state: 'cancelled' }), status), null);
});

test('pictures that are put in front fill their rows', async () => {
  const { lastRow, leaveOut, toFill } = await load('grid/rows.ts');
  const measures = { width: 1000, gap: 10, row: 200 };
  assert.equal(lastRow([1.5, 1.5, 1.5], measures), 920);
  assert.equal(lastRow([1.5, 1.5, 1.5, 1], measures), 200);
  assert.equal(lastRow([9], measures), 1000);
  assert.equal(leaveOut([1.5, 1.5, 1.5, 1.5], measures), 1); // three fill a row, four leave one over
  assert.equal(toFill([1.5, 1.5, 1.5], 1.5, measures), 0);
  assert.equal(toFill([1.5], 1.5, measures), 689);
});
