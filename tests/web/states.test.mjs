// What the page shows when there is nothing to show: empty, loading, failed, gone.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ask, closePages, everything, launch, openPage, picturesShown, shot } from './support/browser.mjs';
import { FoveaDaemon } from './support/daemon.mjs';
import { SAMPLES, pictureFolder } from './support/pictures.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function start(t, roots, options) {
  const daemon = await FoveaDaemon.start(roots, options);
  t.after(async () => {
    await closePages(t);
    await daemon.stop();
  });
  return daemon;
}

test('an empty library asks for a folder, shows the progress and then the pictures', async (t) => {
  const folder = await pictureFolder(t, 30);
  const daemon = await start(t, []);
  const page = await openPage(t, browser, daemon.url, { mayFail: true });
  await page.waitForSelector('.notice form');
  assert.equal(await page.textContent('.notice h2'), 'No pictures yet');
  await shot(page, 'empty');
  await page.fill('.notice input', path.join(folder, 'not-there'));
  await page.click('.notice button');
  await page.waitForSelector('.notice .trouble:not([hidden])');
  assert.match(await page.textContent('.notice .trouble'), /not-there/);
  await page.fill('.notice input', folder);
  await page.click('.notice button');
  await picturesShown(page, 4);
  await page.waitForFunction(() => document.querySelector('#headline').textContent === '30 pictures');
  assert.ok(await page.isHidden('#notice'));
});

test('indexing shows how far it is', async (t) => {
  const folder = await pictureFolder(t, 6);
  const daemon = await start(t, [folder]);
  await daemon.indexed(6);
  const job = { id: 1, kind: 'scan', state: 'running', done: 310, failed: 2, total: 640, rate: 41.4, eta_s: 8.1 };
  const page = await openPage(t, browser, daemon.url, { before: (fresh) => fresh.route('**/v1/jobs', (route) => route.fulfill({ json: { jobs: [job] } })) });
  await page.waitForSelector('#progress:not([hidden])');
  assert.match(await page.textContent('.progress-text'), /^Indexing 312 of 640 · 41 a second · 8 s left$/);
  assert.equal(await page.getAttribute('.progress-bar', 'aria-valuenow'), '49');
  await shot(page, 'indexing');
  await page.unroute('**/v1/jobs');
  await page.waitForFunction(() => document.querySelector('.progress-text').textContent === 'Indexed: 6 pictures');
  await page.waitForSelector('#progress', { state: 'hidden' });
});

test('a switch of the model can be paused, gone on with and given up', async (t) => {
  const models = await mkdtemp(path.join(tmpdir(), 'fovea-web-models-'));
  t.after(() => rm(models, { recursive: true, force: true }));
  await cp(path.join(SAMPLES, '../../models/fovea-tiny'), path.join(models, 'other'), { recursive: true }); // another name: another model
  const daemon = await start(t, [await pictureFolder(t, 160)]); // more than are encoded before the pause comes
  await daemon.indexed(160);
  const page = await openPage(t, browser, daemon.url);
  await picturesShown(page);
  const pausedSwitch = async () => {
    const job = await daemon.post('/v1/models', { model: path.join(models, 'other') });
    await daemon.post(`/v1/jobs/${job.id}/pause`, {});
  };
  const line = (words) => page.waitForFunction((wanted) => new RegExp(wanted).test(document.querySelector('.progress-text')?.textContent ?? ''), words);
  await pausedSwitch();
  await line('^Switching to the model other.* · paused$');
  assert.ok(await page.$('.progress-bar.paused'));
  await shot(page, 'switch-paused');
  await page.click('.progress-line .link:text("Give up")');
  await page.waitForSelector('#progress', { state: 'hidden' });
  assert.ok((await daemon.json('/v1/models')).models.every((model) => model.state !== 'filling'));
  await pausedSwitch();
  await line(' · paused$');
  await page.click('.progress-line .link:text("Go on")');
  await daemon.expect('the switch to go on', 20_000, async () => (await daemon.json('/v1/models')).models.every((model) => !model.paused));
  await line('^The model in use: other$');
});

test('files that could not be read are listed with the reason and tried again', async (t) => {
  const folder = await pictureFolder(t, 3, { broken: ['letter.jpg', 'notes.png'] });
  const daemon = await start(t, [folder]);
  await daemon.indexed(3);
  const page = await openPage(t, browser, daemon.url);
  await picturesShown(page);
  await page.click('#open-panel');
  await page.waitForFunction(() => document.querySelectorAll('.failures li').length === 2);
  await shot(page, 'failures');
  const { failures } = await daemon.json('/v1/failures');
  const text = await page.textContent('.failures');
  for (const failure of failures) assert.ok(text.includes(failure.path) && text.includes(failure.reason));
  const answered = page.waitForResponse('**/v1/failures/retry');
  await page.click('.section-head .button');
  assert.equal((await answered).status(), 202);
});

test('a folder can be taken off the list', async (t) => {
  const folder = await pictureFolder(t, 3);
  const daemon = await start(t, [folder]);
  await daemon.indexed(3);
  const page = await openPage(t, browser, daemon.url);
  await picturesShown(page);
  await page.click('#open-panel');
  await page.click('.roots .icon-button');
  await page.click('.root-answers .danger');
  await page.waitForSelector('.panel .quiet:text("No folder is watched yet.")');
  assert.deepEqual((await daemon.json('/v1/roots')).roots, []);
});

test('a folder that is gone is offline, and its pictures stay', async (t) => {
  const folder = await pictureFolder(t, 3);
  const daemon = await start(t, [folder]);
  await daemon.indexed(3);
  const page = await openPage(t, browser, daemon.url);
  await picturesShown(page);
  const away = await mkdtemp(path.join(tmpdir(), 'fovea-web-away-'));
  t.after(() => rm(away, { recursive: true, force: true }));
  await rename(folder, path.join(away, 'pictures'));
  await daemon.expect('the root to be offline', 20_000, async () => (await daemon.json('/v1/roots')).roots[0].state === 'offline');
  await ask(page, 'a red car');
  await page.waitForSelector('.tile-link.away');
  await page.click('#open-panel');
  await page.waitForSelector('.root-row .dot.bad');
  await shot(page, 'root-offline');
});

test('a daemon that goes away is missed, and found again', async (t) => {
  const folder = await pictureFolder(t, 12);
  const first = await start(t, [folder]);
  await first.indexed(12);
  const page = await openPage(t, browser, first.url, { mayFail: true });
  await picturesShown(page);
  await first.kill('SIGKILL');
  await page.waitForSelector('#trouble:not([hidden])');
  assert.match(await page.textContent('#trouble'), /not answering/);
  await shot(page, 'away');
  await page.fill('#query', 'a dog');
  await page.waitForFunction(() => document.querySelector('.notice h2')?.textContent === 'fovea is not answering');
  await start(t, [folder], { listen: new URL(first.url).host, data: first.data });
  await page.waitForFunction(() => document.title.startsWith('a dog') && (document.querySelectorAll('.tile').length > 0 || !document.querySelector('#rest').hidden));
  await everything(page);
  await page.waitForFunction(() => document.querySelectorAll('.tile').length === 12);
  await page.waitForSelector('#trouble', { state: 'hidden' });
  assert.ok(await page.isHidden('#notice'));
});

test('while the model loads the page waits and goes on by itself', async (t) => {
  const folder = await pictureFolder(t, 3);
  const daemon = await start(t, [folder]);
  await daemon.indexed(3);
  let loading = true;
  const problem = { type: 'about:blank', title: 'The model is being loaded', status: 503, code: 'loading', detail: 'the model is loading' };
  const page = await openPage(t, browser, daemon.url, {
    mayFail: true,
    before: (fresh) => fresh.route('**/v1/photos?*', (route) => (loading ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }) : route.continue())),
  });
  await page.waitForFunction(() => document.querySelector('.notice h2')?.textContent === 'The model is loading');
  await shot(page, 'loading');
  loading = false;
  await picturesShown(page);
  assert.ok(await page.isHidden('#notice'));
});

test('a refusal is told in the daemon\'s own words', async (t) => {
  const folder = await pictureFolder(t, 3);
  const daemon = await start(t, [folder]);
  await daemon.indexed(3);
  const page = await openPage(t, browser, `${daemon.url}/?q=${'long '.repeat(1000)}`, { mayFail: true });
  await page.waitForSelector('.notice h2');
  const refusal = await (await daemon.get(`/v1/search?q=${'long+'.repeat(1000)}`)).json();
  assert.equal(await page.textContent('.notice h2'), refusal.title);
  assert.equal(await page.textContent('.notice h2 + p'), refusal.detail);
  await shot(page, 'refusal');
  await ask(page, 'a red car');
  assert.ok(await page.isHidden('#notice'));
});
