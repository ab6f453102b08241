// Near-duplicates on the page: the search begins by itself, its groups come page by page, and each picture can be opened.
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { launch, openPage, picturesShown, shot } from './support/browser.mjs';
import { FoveaDaemon } from './support/daemon.mjs';
import { pictureFolder, sampleOf } from './support/pictures.mjs';

const PAIRS = 30; // of equal files: more groups than a page has
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

let daemon;
let browser;
let folder;
const cleanups = [];

/** The JPEG in `file` drawn anew: at another size, a few pixels aside. */
async function drawnAnew(file, { scale = 1, aside = 0 } = {}) {
  const page = await browser.newPage();
  const base64 = await page.evaluate(async ([bytes, factor, shift]) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${bytes}`)).blob());
    const canvas = Object.assign(document.createElement('canvas'), { width: picture.width * factor, height: picture.height * factor });
    canvas.getContext('2d').drawImage(picture, shift, 0, canvas.width + shift, canvas.height);
    return canvas.toDataURL('image/jpeg', 0.85).split(',')[1];
  }, [(await readFile(file)).toString('base64'), scale, aside]);
  await page.close();
  return Buffer.from(base64, 'base64');
}

/** Equal files, a smaller copy without a date, and two shots of a camera that counts its files. */
async function makeFolder() {
  const made = await pictureFolder({ after: (cleanup) => cleanups.push(cleanup) }, PAIRS);
  await cp(path.join(made, 'album'), path.join(made, 'backup of the album'), { recursive: true });
  const [first, second] = [sampleOf('.jpg'), sampleOf('7.jpg')]; // the first is in the album
  await mkdir(path.join(made, 'mail'));
  await mkdir(path.join(made, 'camera'));
  await writeFile(path.join(made, 'mail/small.jpg'), await drawnAnew(first, { scale: 0.6 }));
  await writeFile(path.join(made, 'camera/IMG_2041.JPG'), await drawnAnew(second));
  await writeFile(path.join(made, 'camera/IMG_2042.JPG'), await drawnAnew(second, { aside: 3 }));
  return made;
}

before(async () => {
  browser = await launch();
  folder = await makeFolder();
  daemon = await FoveaDaemon.start([folder]);
  await daemon.indexed(PAIRS);
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
  for (const cleanup of cleanups) await cleanup();
});


const GROUPS = PAIRS + 2;

/** The groups are on display, and the pictures in sight have come. */
async function groupsShown(page) {
  await page.waitForSelector('.group');
  await page.waitForFunction(() => [...document.querySelectorAll('.shot img')].filter((img) => img.getBoundingClientRect().top < innerHeight).every((img) => img.complete && img.naturalWidth > 0));
}
const open = async (t, address, options) => {
  const page = await openPage(t, browser, daemon.url + address, options);
  await groupsShown(page);
  return page;
};
const groups = (page) => page.$$eval('.group', (all) => all.length);
const titles = (page) => page.$$eval('.group h3', (all) => all.map((one) => one.textContent));
const inAddress = (page, name) => new URL(page.url()).searchParams.get(name);
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('whoever asks for near-duplicates for the first time waits for a search and gets its groups', async (t) => {
  const page = await openPage(t, browser, daemon.url);
  await picturesShown(page);
  await page.click('#open-panel');
  await page.click('#to-duplicates');
  await groupsShown(page);
  assert.equal((await daemon.json('/v1/jobs')).jobs.filter((job) => job.kind === 'duplicates').length, 1);
  assert.equal(await page.title(), 'Near-duplicates · fovea');
  assert.match(await page.textContent('#duplicates > .quiet'), new RegExp(`^Looked through ${PAIRS + 3} pictures on `));
  assert.deepEqual(await page.$$eval('.tab', (all) => all.map((one) => one.textContent)), [`All${GROUPS}`, `Same file${PAIRS}`, 'Copies1', 'Bursts1']);
  assert.ok(await page.isHidden('#grid'));
  await shot(page, 'duplicates');
  await page.goBack();
  await picturesShown(page);
  assert.ok(await page.isHidden('#duplicates'));
  await page.goForward();
  await groupsShown(page);
  assert.equal((await daemon.json('/v1/jobs')).jobs.filter((job) => job.kind === 'duplicates').length, 1); // the report is not old
});

test('copies stand apart from bursts, with the best one marked', async (t) => {
  const page = await open(t, '/?duplicates=all');
  await page.click('.tab:has-text("Copies")');
  await page.waitForFunction(() => document.querySelectorAll('.group').length === 1);
  await groupsShown(page);
  assert.equal(inAddress(page, 'duplicates'), 'copies');
  assert.deepEqual(await titles(page), ['2 copies of one picture']);
  const { groups: found } = await daemon.json('/v1/duplicates?kind=copies');
  const shots = await page.$$eval('.shot', (all) => all.map((one) => ({ words: one.textContent, best: one.querySelector('.shot-best') !== null })));
  assert.deepEqual(shots.map(({ best }) => best), found[0].photos.map(({ keep }) => keep));
  for (const [at, photo] of found[0].photos.entries()) {
    for (const word of [path.basename(photo.path), path.dirname(photo.path), `${photo.width} × ${photo.height}`, `${(photo.bytes / 1000).toFixed(1)} kB`]) assert.ok(shots[at].words.includes(word), word);
  }
  await shot(page, 'duplicates-copies');
  await page.click('.tab:has-text("Bursts")');
  await page.waitForFunction(() => document.querySelector('.group h3')?.textContent === 'A burst of 2');
  assert.match(await page.textContent('.shots'), /IMG_2041\.JPG/);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('.group h3')?.textContent === '2 copies of one picture');
});

test('many groups come page by page, and a page survives a reload', async (t) => {
  const page = await open(t, '/?duplicates=identical');
  const first = await groups(page);
  assert.ok(first < PAIRS);
  const position = (words) => page.waitForFunction((wanted) => document.querySelector('.pager')?.textContent.includes(wanted), words);
  await position('Page 1 of 2');
  const shown = await page.$$eval('.shot-name', (all) => all.map((one) => one.textContent));
  assert.equal(await page.$('.shot-best'), null); // equal files are equally good
  await page.click('.pager :text("Next")');
  await position('Page 2 of 2');
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.equal(await groups(page), PAIRS - first);
  const others = await page.$$eval('.shot-name', (all) => all.map((one) => one.textContent));
  assert.deepEqual(others.filter((name) => shown.includes(name)), []);
  await shot(page, 'duplicates-last-page');
  await page.reload();
  await position('Page 2 of 2');
  await page.click('.pager :text("Previous")');
  await position('Page 1 of 2');
  assert.equal(inAddress(page, 'after'), null);
});

test('a picture of a group opens large, with the others of its group beside it', async (t) => {
  const page = await open(t, '/?duplicates=copies');
  await page.click('.shot:nth-child(1) .shot-link');
  await page.waitForSelector('.viewer .full.ready');
  const name = await page.textContent('.viewer-title');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((before) => document.querySelector('.viewer-title').textContent !== before, name);
  assert.equal(await page.textContent('.viewer-title'), 'small.jpg');
  assert.equal(await page.textContent('.viewer-position'), '2 of 2');
  assert.ok(await page.isHidden('.viewer-step.next'));
  await page.reload();
  await page.waitForSelector('.viewer .full.ready');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.viewer', { state: 'hidden' });
  await groupsShown(page);
  assert.equal(inAddress(page, 'photo'), null);
  assert.equal(inAddress(page, 'duplicates'), 'copies');
});

test('the groups can be walked through with the keyboard', async (t) => {
  const page = await open(t, '/?duplicates=identical');
  const focused = () => page.evaluate(() => [...document.querySelectorAll('.shot-link')].indexOf(document.activeElement));
  await page.focus('.shot-link');
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), 1);
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 3);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.viewer .full.ready');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.viewer', { state: 'hidden' });
  assert.equal(await focused(), 3);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  assert.ok(await page.evaluate(() => document.activeElement.classList.contains('tab')));
  await page.keyboard.press('/');
  await page.keyboard.type('a red car');
  await page.waitForFunction(() => document.title.startsWith('a red car'));
  assert.ok(await page.isHidden('#duplicates'));
  const nameless = await page.$$eval('#duplicates :is(button, a)', (all) => all.filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim())).length);
  assert.equal(nameless, 0);
});

test('the paths of a group can be copied', async (t) => {
  const page = await open(t, '/?duplicates=copies', { context: { permissions: ['clipboard-read', 'clipboard-write'] } });
  await page.click('.group-head .link');
  await page.waitForSelector('.toast');
  const { groups: [group] } = await daemon.json('/v1/duplicates?kind=copies');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), group.photos.map((photo) => `${photo.path}\n`).join(''));
});

test('a page of an earlier search becomes the first page of the newest', async (t) => {
  const { next } = await daemon.json('/v1/duplicates?kind=identical&limit=20');
  await daemon.post('/v1/duplicates', {});
  await daemon.indexed(PAIRS);
  const page = await open(t, `/?duplicates=identical&after=${next}`, { mayFail: true });
  assert.equal(inAddress(page, 'after'), null);
  assert.equal(inAddress(page, 'duplicates'), 'identical');
});

test('pictures that came after a search are searched for when the page is opened', async (t) => {
  const before = await daemon.json('/v1/duplicates?limit=1');
  await cp(path.join(folder, 'mail/small.jpg'), path.join(folder, 'mail/small again.jpg'));
  await writeFile(path.join(folder, 'mail/smaller.jpg'), await drawnAnew(sampleOf('.jpg'), { scale: 0.5 }));
  await daemon.expect('the new picture', 20_000, async () => (await daemon.json('/v1/duplicates?limit=1')).search.photos_since === 1);
  const page = await open(t, '/?duplicates=copies');
  await page.waitForFunction(() => document.querySelector('.group h3')?.textContent === '3 copies of one picture');
  assert.ok((await daemon.json('/v1/duplicates?limit=1')).search.made_at > before.search.made_at);
});

test('a search that runs shows how far it is, and can be stopped', async (t) => {
  const job = { id: 77, kind: 'duplicates', state: 'running', subject: 'whole library', note: null, error: null, done: 20_000, failed: 0, total: 1_000_000, rate: 0, eta_s: null };
  const stopped = [];
  const page = await openPage(t, browser, `${daemon.url}/?duplicates=all`, {
    before: async (fresh) => {
      await fresh.route('**/v1/jobs/77', (route) => {
        stopped.push(route.request().method());
        job.state = 'cancelled';
        return route.fulfill({ status: 202 });
      });
      await fresh.route('**/v1/jobs', (route) => route.fulfill({ json: { jobs: [job] } }));
      await fresh.route('**/v1/duplicates?*', (route) => route.fulfill({ json: { search: null, running: job.state === 'running' ? job : null, groups: [], next: null } }));
    },
  });
  await page.waitForFunction(() => document.querySelector('.progress-text')?.textContent === 'Looking for near-duplicates: 20,000 of 1,000,000');
  await page.waitForFunction(() => document.querySelector('#duplicates .notice h2')?.textContent === 'Looking through your pictures');
  await shot(page, 'duplicates-searching');
  await page.click('.progress-line .link:text("Stop")');
  await page.waitForFunction(() => document.querySelector('#duplicates .notice h2')?.textContent === 'Not looked through yet');
  assert.deepEqual(stopped, ['DELETE']);
  assert.match(await page.textContent('#duplicates .notice'), /ended before it was through/);
});

test('a library without duplicates, and one without pictures, say so', async (t) => {
  for (const [count, title, name] of [[3, 'No picture is there twice', 'duplicates-none'], [0, 'No pictures yet', 'duplicates-empty']]) {
    const single = await FoveaDaemon.start([await pictureFolder(t, count)]);
    t.after(() => single.stop());
    await single.indexed(count);
    const page = await openPage(t, browser, `${single.url}/?duplicates=all`);
    await page.waitForFunction((words) => document.querySelector('#duplicates .notice h2')?.textContent === words, title);
    await shot(page, name);
    assert.equal(await groups(page), 0);
    await page.context().close();
  }
});

test('near-duplicates fit on a phone and in the dark', async (t) => {
  for (const [name, context] of [['phone-duplicates', PHONE], ['dark-duplicates', { colorScheme: 'dark' }], ['phone-dark-duplicates', { ...PHONE, colorScheme: 'dark' }]]) {
    const page = await open(t, `/?duplicates=${name.includes('-dark-') ? 'bursts' : 'copies'}`, { context });
    await shot(page, name);
    assert.equal(await overflow(page), 0, name);
    const small = await page.$$eval('#duplicates :is(button, a)', (all) => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 20).map((one) => one.textContent));
    assert.deepEqual(small, [], name);
  }
});
