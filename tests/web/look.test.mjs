// How the page looks: phone width, dark, reduced motion, contrast.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, picturesShown, shot } from './support/browser.mjs';
import { FoveaDaemon } from './support/daemon.mjs';
import { pictureFolder } from './support/pictures.mjs';

const PICTURES = 40;
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const LEAST_CONTRAST = 4.5; // WCAG AA for text

let daemon;
let browser;
const cleanups = [];

before(async () => {
  const folder = await pictureFolder({ after: (cleanup) => cleanups.push(cleanup) }, PICTURES);
  browser = await launch(); // first, so that it is closed whatever follows
  daemon = await FoveaDaemon.start([folder]);
  await daemon.indexed(PICTURES);
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
  for (const cleanup of cleanups) await cleanup();
});

const open = async (t, address, context) => {
  const page = await openPage(t, browser, daemon.url + address, { context });
  await picturesShown(page);
  return page;
};
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('a phone shows everything without scrolling sideways', async (t) => {
  const page = await open(t, '/?q=a+red+car&all=1', PHONE);
  await shot(page, 'phone');
  assert.equal(await overflow(page), 0);
  const small = await page.$$eval('button, .tile-link', (all) => all.filter((one) => one.checkVisibility()).map((one) => [one.id || one.className, one.getBoundingClientRect()]).filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name));
  assert.deepEqual(small, []);
  const columns = await page.$$eval('.tile', (all) => all.filter((one) => one.offsetTop === all[0].offsetTop).length);
  assert.ok(columns >= 2, `${columns} pictures in the first row`);
  await page.tap('.tile:nth-child(1) .tile-link');
  await page.waitForSelector('.viewer .full.ready');
  await shot(page, 'phone-viewer');
  assert.equal(await overflow(page), 0);
  await page.tap('.viewer-close');
  await page.waitForSelector('.viewer', { state: 'hidden' });
  await page.tap('#open-panel');
  await page.waitForSelector('.panel[open] .roots li');
  await shot(page, 'phone-panel');
  assert.equal(await overflow(page), 0);
});

/** As if so many were hits. */
const withHits = (shown) => (fresh) => fresh.route('**/v1/search?*', async (route) => {
  const response = await route.fetch();
  await route.fulfill({ response, json: { ...(await response.json()), cut: { shown, found: shown, score: 0.5 } } });
});

test('the way to what is no hit is there on a phone and in the dark', async (t) => {
  for (const [name, context, hits] of [['phone-hits', PHONE, 5], ['phone-no-hits', { ...PHONE, colorScheme: 'dark' }, 0], ['dark-hits', { colorScheme: 'dark' }, 7]]) {
    const page = await openPage(t, browser, `${daemon.url}/?q=a+red+car`, { context, before: withHits(hits) });
    await page.waitForSelector('#rest:not([hidden])');
    await picturesShown(page, 0);
    await shot(page, name);
    assert.equal(await page.$$eval('.tile', (all) => all.length), hits);
    assert.equal(await overflow(page), 0);
    assert.ok((await page.$eval('#show-rest', (button) => button.getBoundingClientRect().height)) >= 24);
  }
});

test('the row that narrows down fits on a phone and in the dark', async (t) => {
  for (const [name, context] of [['phone-narrow', PHONE], ['dark-narrow', { colorScheme: 'dark' }], ['light-narrow', {}]]) {
    const page = await open(t, '/?q=a+red+car&all=1', context);
    await page.click('#narrow');
    await shot(page, name);
    assert.equal(await overflow(page), 0);
    assert.ok(await page.isVisible('#filters [name=from]'));
  }
});

test('rows are full and of one height', async (t) => {
  const page = await open(t, '/');
  const rows = await page.$$eval('.tile', (all) => {
    const byTop = new Map();
    for (const one of all) byTop.set(one.offsetTop, [...(byTop.get(one.offsetTop) ?? []), one.getBoundingClientRect()]);
    return [...byTop.values()].map((boxes) => ({ left: boxes[0].left, right: boxes.at(-1).right, heights: boxes.map((box) => box.height) }));
  });
  assert.ok(rows.length > 2);
  for (const row of rows) assert.ok(Math.max(...row.heights) - Math.min(...row.heights) <= 1.5, JSON.stringify(row));
  for (const row of rows.slice(0, -1)) assert.ok(Math.abs(row.right - rows[0].right) <= 1 && row.left === rows[0].left, JSON.stringify(row));
});

test('the space of a picture is reserved before it comes', async (t) => {
  const page = await openPage(t, browser, daemon.url, { mayFail: true, before: (fresh) => fresh.route('**/thumbnail*', (route) => route.abort()) });
  await page.waitForSelector('.tile');
  const heights = await page.$$eval('.tile', (all) => all.map((one) => one.offsetHeight));
  assert.ok(heights.every((height) => height > 60));
});

const theme = (page) => page.evaluate(() => document.documentElement.dataset.theme);

test('dark follows the system until the button says otherwise', async (t) => {
  const page = await open(t, '/?q=a+red+car&all=1', { colorScheme: 'dark' });
  await page.waitForFunction(() => document.querySelector('#headline').textContent !== '');
  await shot(page, 'dark');
  assert.equal(await theme(page), 'dark');
  await page.click('#theme');
  assert.equal(await theme(page), 'light');
  await page.reload();
  assert.equal(await theme(page), 'light');
  await page.click('#theme');
  assert.equal(await theme(page), 'dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.click('.tile:nth-child(1) .tile-link');
  await page.waitForSelector('.viewer .full.ready');
  await shot(page, 'dark-viewer');
});

test('text can be read in both themes', async (t) => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(t, '/', { colorScheme });
    const poor = await page.evaluate((least) => {
      const style = getComputedStyle(document.documentElement);
      const light = (name) => {
        const hex = style.getPropertyValue(name).trim().slice(1);
        const [r, g, b] = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
      const pairs = [['--ink', '--page'], ['--ink-soft', '--page'], ['--ink-soft', '--sunk'], ['--ink-faint', '--raised'], ['--accent', '--page'], ['--accent-ink', '--accent'], ['--bad', '--page'], ['--ink', '--bad-wash']];
      return pairs.map(([a, b]) => [a, b, contrast(a, b)]).filter(([, , ratio]) => ratio < least);
    }, LEAST_CONTRAST);
    assert.deepEqual(poor, [], colorScheme);
  }
});

test('who wants no motion gets none', async (t) => {
  const page = await open(t, '/', { reducedMotion: 'reduce' });
  const moving = await page.$$eval('*', (all) => all.map((one) => getComputedStyle(one)).filter((style) => Math.max(parseFloat(style.transitionDuration), parseFloat(style.animationDuration)) > 0.01).length);
  assert.equal(moving, 0);
});
