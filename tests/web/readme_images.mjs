// Takes the README's pictures of the page, from the real daemon on the samples: docs/images/page.png and page-dark.png.
//
// usage: FOVEA_BINARY=… FOVEA_WEB_TEST_MODULES=… node tests/web/readme_images.mjs
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, launch, picturesShown } from './support/browser.mjs';
import { FoveaDaemon } from './support/daemon.mjs';
import { SAMPLES, sampleCount } from './support/pictures.mjs';

const QUESTION = 'a sailboat at sunset';
const folder = fileURLToPath(new URL('../../docs/images', import.meta.url));

await mkdir(folder, { recursive: true });
const daemon = await FoveaDaemon.start([SAMPLES]);
const browser = await launch();
try {
  await daemon.indexed(sampleCount);
  for (const [name, colorScheme] of [['page', 'light'], ['page-dark', 'dark']]) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
    await page.goto(daemon.url);
    await picturesShown(page);
    await ask(page, QUESTION);
    await page.waitForSelector('#model-note:not([hidden])');
    await page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' });
  }
} finally {
  await browser.close();
  await daemon.stop();
}
