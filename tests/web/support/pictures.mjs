// Folders with pictures for the tests: the samples of the repository, or copies of a few of them.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../../', import.meta.url));
export const SAMPLES = path.join(source, 'samples/pictures');

const labels = JSON.parse(await readFile(path.join(source, 'samples/labels.json'), 'utf8'));

/** Path below SAMPLES -> the things on it, for every sample. */
export const samples = labels.pictures;
export const sampleCount = Object.keys(samples).length;

const sorted = Object.keys(samples).sort();
export const sampleOf = (ending) => {
  const found = sorted.find((name) => name.endsWith(ending));
  if (!found) throw new Error(`there is no sample *${ending}`);
  return path.join(SAMPLES, found);
};

/** A temporary folder with copies of `count` samples, and of files that are no pictures; it goes with the test. */
export async function pictureFolder(t, count, { broken = [] } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'fovea-web-pictures-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, 'album'));
  const step = Math.floor(sorted.length / Math.max(1, count));
  for (let i = 0; i < count; i += 1) {
    const name = sorted[i * step];
    await cp(path.join(SAMPLES, name), path.join(folder, 'album', `${i}-${path.basename(name)}`));
  }
  for (const name of broken) await writeFile(path.join(folder, name), 'this is not a picture\n');
  return folder;
}
