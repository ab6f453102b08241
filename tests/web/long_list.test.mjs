// A list too long to be scrolled through: any place in it is reached at once, and only some of it is on the page at a time.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { launch, openPage, shot } from './support/browser.mjs';
import { FoveaDaemon, environment } from './support/daemon.mjs';

const PHOTOS = 5000;
const MOST = 1000; // that the page keeps

let daemon;
let browser;
let data;

/** Made-up photos, as many as wanted in a second. */
before(async () => {
  browser = await launch();
  data = await mkdtemp(path.join(tmpdir(), 'fovea-web-long-'));
  const model = JSON.parse(execFileSync(process.env.FOVEA_BINARY, ['model', 'inspect', 'fovea-tiny'], { encoding: 'utf8', env: environment(data) }));
  const maker = path.join(path.dirname(process.env.FOVEA_BINARY), 'make_library');
  execFileSync(maker, [data, String(PHOTOS), '--dim', String(model.dim), '--model-id', model.id], { stdio: 'ignore' });
  daemon = await FoveaDaemon.start([], { data });
  await daemon.expect('the facts of all photos', 60_000, async () => (await daemon.get('/v1/photos?skip=1')).ok);
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
  if (data) await rm(data, { recursive: true, force: true });
});

const open = async (t, address = '/', options) => {
  const page = await openPage(t, browser, daemon.url + address, { mayFail: true, ...options }); // made-up photos have no thumbnails
  await page.waitForSelector('.tile');
  return page;
};
const ids = (page) => page.$$eval('.tile-link', (all) => all.map((one) => Number(new URL(one.href).searchParams.get('photo'))));
const place = (page) => page.$eval('#rail', (rail) => Number(rail.getAttribute('aria-valuenow')));
const until = (page, from, to) => page.waitForFunction(([least, most]) => {
  const now = Number(document.querySelector('#rail').getAttribute('aria-valuenow'));
  return now >= least && now <= most && !document.querySelector('#busy.on');
}, [from, to]);
const inOrder = (found) => assert.deepEqual(found, [...found].sort((a, b) => a - b));
/** The first picture that is not hidden by the bar, and where it stands. */
const topTile = (page) => page.evaluate(() => {
  const bar = document.querySelector('.bar').getBoundingClientRect().bottom;
  const tile = [...document.querySelectorAll('.tile')].find((one) => one.getBoundingClientRect().bottom > bar);
  return { id: new URL(tile.querySelector('a').href).searchParams.get('photo'), y: tile.getBoundingClientRect().top };
});

test('the rail leads to any place, and what is around it can be scrolled to', async (t) => {
  const page = await open(t);
  const box = await (await page.$('#rail')).boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await until(page, PHOTOS / 2 - 60, PHOTOS / 2 + 60);
  assert.ok((await ids(page)).some((id) => Math.abs(id - PHOTOS / 2) < 60));
  await shot(page, 'long-list');
  const before = await place(page);
  await page.mouse.move(600, 400);
  for (let i = 0; i < 12; i += 1) await page.mouse.wheel(0, -500);
  await page.waitForFunction((start) => Number(document.querySelector('#rail').getAttribute('aria-valuenow')) < start - 40, before);
  inOrder(await ids(page));
});

test('what comes in front moves nothing that is in sight', async (t) => {
  const page = await open(t);
  await page.focus('#rail');
  for (let i = 0; i < 19; i += 1) await page.keyboard.press('PageDown'); // 100 each
  await until(page, 1800, 2000);
  const stood = await place(page);
  const skipOf = (request) => Number(new URL(request.url()).searchParams.get('skip'));
  let release;
  let goal = null; // where the rail leads next: what comes in front of it is held up
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/v1\/photos\?.*skip=/, async (route) => {
    if (goal === null && skipOf(route.request()) > stood + 50) goal = skipOf(route.request());
    else if (goal !== null) await held;
    await route.continue();
  });
  const earlier = page.waitForRequest((request) => goal !== null && skipOf(request) === goal - 100);
  await page.keyboard.press('PageDown');
  await earlier;
  const first = await topTile(page);
  const rows = (all) => all.map((one) => one.offsetTop).reduce((found, top) => ({ ...found, [top]: (found[top] ?? 0) + 1 }), {});
  const shape = await page.$$eval('.tile', rows);
  release();
  await page.waitForFunction((id) => Number(new URL(document.querySelector('.tile-link').href).searchParams.get('photo')) < Number(id), first.id);
  const y = await page.$eval(`.tile-link[href$="photo=${first.id}"]`, (link) => link.parentElement.getBoundingClientRect().top);
  assert.ok(Math.abs(y - first.y) <= 1.5, `${first.y} became ${y}`);
  assert.deepEqual(Object.values(await page.$$eval('.tile', rows)).slice(-5), Object.values(shape).slice(-5));
  inOrder(await ids(page));
});

test('the end is one key away, and only some pictures are kept', async (t) => {
  const page = await open(t);
  await page.keyboard.press('End');
  await page.waitForFunction((last) => new URL([...document.querySelectorAll('.tile-link')].at(-1).href).searchParams.get('photo') === String(last), PHOTOS);
  await page.waitForFunction(() => document.activeElement === [...document.querySelectorAll('.tile-link')].at(-1));
  await page.mouse.move(600, 400);
  for (let i = 0; i < 60 && (await ids(page)).length <= MOST; i += 1) {
    await page.mouse.wheel(0, -3000);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.ok((await ids(page)).length <= MOST + 100);
    if ((await place(page)) < PHOTOS - 2000) break;
  }
  await until(page, 1, PHOTOS - 1000);
  const kept = await ids(page);
  inOrder(kept);
  assert.ok(kept.length <= MOST, `${kept.length} pictures`);
  assert.deepEqual(kept, [...new Set(kept)]);
  await page.evaluate(() => document.activeElement.blur());
  for (const toBeginning of [() => page.keyboard.press('Home'), () => page.click('.brand')]) {
    await toBeginning();
    await page.waitForFunction(() => new URL(document.querySelector('.tile-link').href).searchParams.get('photo') === '1');
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('End');
    await page.waitForFunction((last) => new URL([...document.querySelectorAll('.tile-link')].at(-1).href).searchParams.get('photo') === String(last), PHOTOS);
  }
});

test('a picture deep in the list opens with its place, and "back" and a reload lead there again', async (t) => {
  const page = await open(t);
  await page.focus('#rail');
  for (let i = 0; i < 10; i += 1) await page.keyboard.press('PageDown');
  await until(page, 900, 1100);
  const first = await topTile(page);
  await page.click(`.tile-link[href*="photo=${first.id}"]`);
  await page.waitForSelector('.viewer[open]');
  assert.equal(await page.textContent('.viewer-position'), `${first.id} of ${PHOTOS}`);
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction((words) => document.querySelector('.viewer-position').textContent === words, `${first.id - 1} of ${PHOTOS}`);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.viewer', { state: 'hidden' });
  await page.reload();
  await page.waitForSelector('.tile');
  await until(page, 800, 1200);
  await page.fill('#query', 'a red car');
  await page.waitForFunction(() => document.title.startsWith('a red car'));
  assert.ok(await page.isHidden('#rail'));
  await page.goBack();
  await until(page, 800, 1200);
});

test('the rail fits on a phone and in the dark', async (t) => {
  const page = await open(t, '/', { context: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, colorScheme: 'dark' } });
  await page.focus('#rail');
  for (let i = 0; i < 20; i += 1) await page.keyboard.press('PageDown');
  await until(page, 1900, 2100);
  await page.waitForFunction(() => document.querySelectorAll('.tile').length > 100); // what comes in front is there, too
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await shot(page, 'phone-dark-long-list');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
});
