// The page at work on the sample pictures: searching, looking, finding similar ones, by mouse and by keyboard.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ask, everything, labels, launch, openPage, picturesShown, shot } from './support/browser.mjs';
import { FoveaDaemon } from './support/daemon.mjs';
import { SAMPLES, sampleCount, sampleOf, samples } from './support/pictures.mjs';

const KEY_TO_PICTURE_BOUND_MS = 2000; // generous: the machine may be busy; the measured figure is printed
const QUESTIONS = ['a red car', 'two dogs', 'a cat', 'a sailboat', 'pizza', 'a snowman', 'castle', 'a guitar'];

let daemon;
let browser;

before(async () => {
  browser = await launch(); // first, so that it is closed whatever follows
  daemon = await FoveaDaemon.start([SAMPLES]);
  await daemon.indexed(sampleCount);
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const open = async (t, address = '/', options) => {
  const page = await openPage(t, browser, daemon.url + address, options);
  await picturesShown(page);
  return page;
};
const inAddress = (page, name) => new URL(page.url()).searchParams.get(name);
const firstId = (page) => page.$eval('.tile-link', (link) => new URL(link.href).searchParams.get('photo'));

test('an empty question browses the whole library, page by page', async (t) => {
  const page = await open(t);
  await shot(page, 'browse');
  assert.match(await page.textContent('#headline'), new RegExp(`^${sampleCount} pictures`));
  await page.waitForFunction((count) => {
    scrollTo(0, document.body.scrollHeight);
    return document.querySelectorAll('.tile').length === count;
  }, sampleCount);
  const ids = await page.$$eval('.tile-link', (links) => links.map((link) => link.href));
  assert.equal(new Set(ids).size, sampleCount);
});

test('typing finds pictures, and "back" undoes it', async (t) => {
  const page = await open(t);
  await page.click('#query');
  await page.keyboard.type('a sailboat', { delay: 30 });
  await page.waitForFunction(() => document.title.startsWith('a sailboat'));
  await everything(page);
  await picturesShown(page, 4);
  await page.waitForFunction(() => document.querySelector('#headline').textContent.includes('“a sailboat”'));
  await shot(page, 'search');
  assert.equal(inAddress(page, 'q'), 'a sailboat');
  const scores = (await page.$$eval('.tile-score', (all) => all.map((one) => Number(one.textContent)))).slice(0, 20);
  assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
  await page.goBack();
  await page.waitForFunction(() => document.title === 'fovea');
  assert.equal(await page.inputValue('#query'), '');
  await page.goForward();
  await page.waitForFunction(() => document.title.startsWith('a sailboat'));
});

test('an answer that a newer question has overtaken is dropped', async (t) => {
  const page = await open(t);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/v1\/search\?q=pizza&/, async (route) => {
    await held;
    await route.continue().catch(() => undefined); // the page has given this request up: that is what is tested
  });
  const asked = page.waitForRequest(/q=pizza&/);
  await page.fill('#query', 'pizza');
  await asked;
  await ask(page, 'castle');
  const shown = await labels(page);
  release();
  await ask(page, 'a guitar');
  await ask(page, 'castle');
  assert.deepEqual(await labels(page), shown);
});

/** From the last key press to the moment when every picture in sight has come. */
async function keyToPicture(page, question) {
  await page.fill('#query', '');
  await page.waitForFunction(() => document.title === 'fovea');
  await picturesShown(page);
  await page.evaluate((wanted) => {
    window.measured = new Promise((resolve) => {
      const grid = document.getElementById('grid');
      const answered = () => document.title.startsWith(`${wanted} ·`); // set when the answer is drawn
      document.getElementById('query').addEventListener('keydown', (event) => {
        const look = () => {
          const inSight = [...grid.querySelectorAll('img')].filter((img) => img.getBoundingClientRect().top < innerHeight);
          if (answered() && (inSight.length > 0 || !document.getElementById('rest').hidden) && inSight.every((img) => img.complete)) resolve(performance.now() - event.timeStamp);
          else requestAnimationFrame(look);
        };
        if (document.getElementById('query').value === wanted.slice(0, -1)) look();
      });
    });
  }, question);
  await page.fill('#query', question.slice(0, -1));
  await page.waitForFunction((title) => document.title.startsWith(title), question.slice(0, -1).trim());
  await page.focus('#query');
  await page.keyboard.press(question.at(-1));
  return page.evaluate(() => window.measured);
}

test('a picture is there soon after the key press', async (t) => {
  const page = await open(t);
  const times = [];
  for (const question of QUESTIONS) times.push(await keyToPicture(page, question));
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  t.diagnostic(`key press to picture: median ${median.toFixed(0)} ms, slowest ${times.at(-1).toFixed(0)} ms, of ${times.length}`);
  assert.ok(median < KEY_TO_PICTURE_BOUND_MS, `median ${median} ms`);
});

test('a text shows its hits, and the rest when asked to', async (t) => {
  const answers = await Promise.all(QUESTIONS.map(async (text) => [text, (await daemon.json(`/v1/search?${new URLSearchParams({ q: text, cutoff: 'auto' })}`)).cut]));
  const [text, cut] = answers.find(([, each]) => each.shown > 0 && each.shown < 30);
  const page = await open(t, `/?${new URLSearchParams({ q: text })}`);
  const shown = () => page.$$eval('.tile', (all) => all.length);
  assert.equal(await shown(), cut.shown);
  await page.waitForFunction((many) => document.querySelector('#headline').textContent.startsWith(many), cut.shown === 1 ? 'The 1 picture ' : `The ${cut.shown} pictures `);
  assert.equal(await page.textContent('#show-rest'), 'Show more');
  await shot(page, 'hits');
  await page.click('#show-rest');
  await page.waitForFunction((hits) => document.querySelectorAll('.tile').length > hits && document.activeElement.dataset.index === String(hits), cut.shown);
  assert.ok(await page.isHidden('#rest'));
  assert.equal(inAddress(page, 'all'), '1');
  await shot(page, 'hits-and-more');
  await page.reload();
  await page.waitForFunction((hits) => document.querySelectorAll('.tile').length > hits, cut.shown);
});

test('a text that nothing fits says so, and shows the nearest when asked to', async (t) => {
  const page = await openPage(t, browser, `${daemon.url}/?q=a+cat`, {
    before: (fresh) => fresh.route('**/v1/search?*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), cut: { shown: 0, found: 0, score: 0.9 } } });
    }),
  });
  await page.waitForSelector('#notice:not([hidden])');
  assert.equal(await page.textContent('.notice h2'), 'No picture stands out');
  assert.equal(await page.textContent('#show-rest'), 'Show the nearest');
  await shot(page, 'no-hits');
  await page.click('#show-rest');
  await picturesShown(page, 4);
  assert.ok(await page.isHidden('#notice'));
});

test('pictures can be narrowed down, with a question and without', async (t) => {
  const page = await open(t, '/?q=a+dog&all=1');
  const tiles = () => page.$$eval('.tile', (all) => all.length);
  const folder = path.dirname(sampleOf('.jpg'));
  const inside = Object.keys(samples).filter((name) => path.join(SAMPLES, name).startsWith(`${folder}/`)).length;
  assert.ok(inside > 0 && inside < sampleCount);
  assert.ok(await page.isHidden('#filters'));
  await page.click('#narrow');
  await page.fill('#filters [name=folder]', folder);
  await page.waitForFunction(() => new URL(location.href).searchParams.has('folder') && document.querySelector('#headline').textContent.includes('among those that fit'));
  assert.ok((await tiles()) > 0 && (await tiles()) <= inside);
  await shot(page, 'narrowed');
  await page.fill('#query', '');
  await page.waitForFunction(() => document.querySelector('#headline').textContent.includes('that fit') && document.title === 'fovea');
  assert.equal(inAddress(page, 'folder'), folder);
  await page.selectOption('#filters [name=type]', 'jxl');
  await page.waitForSelector('#notice:not([hidden])');
  assert.equal(await page.textContent('.notice h2'), 'No picture fits');
  await shot(page, 'narrowed-to-none');
  await page.goBack();
  await picturesShown(page);
  assert.equal(await page.inputValue('#filters [name=type]'), '');
  await page.click('#widen');
  await page.waitForFunction((count) => document.querySelector('#headline').textContent.startsWith(`${count} pictures`), sampleCount);
  assert.equal(new URL(page.url()).search, '');
});

test('a picture opens large with its facts, its neighbours and a way back', async (t) => {
  const page = await open(t, '/?q=a+castle&all=1');
  const [first, second] = await labels(page);
  await page.click('.tile:nth-child(1) .tile-link');
  await page.waitForSelector('.viewer .full.ready');
  const record = await daemon.json(`/v1/photos/${inAddress(page, 'photo')}`);
  assert.equal(await page.textContent('.viewer-title'), path.basename(record.path));
  assert.ok(first.startsWith(path.basename(record.path)));
  const facts = await page.textContent('.viewer-facts');
  for (const fact of [path.dirname(record.path), record.camera, record.lens].filter(Boolean)) assert.ok(facts.includes(fact), fact);
  assert.match(facts, /Score0\.\d\d/);
  await shot(page, 'viewer');
  await page.click('.viewer-step.next');
  await page.waitForFunction((name) => name.startsWith(document.querySelector('.viewer-title').textContent), second);
  await page.click('.viewer-step.previous');
  await page.waitForFunction((name) => name.startsWith(document.querySelector('.viewer-title').textContent), first);
  await page.goBack();
  await page.waitForSelector('.viewer', { state: 'hidden' });
  assert.equal(inAddress(page, 'q'), 'a castle');
});

test('a link to a picture opens it', async (t) => {
  const page = await open(t);
  const id = await firstId(page);
  await page.goto(`${daemon.url}/?photo=${id}`);
  await page.waitForSelector('.viewer .full.ready');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.viewer', { state: 'hidden' });
  await page.waitForFunction(() => !new URL(location.href).searchParams.has('photo'));
});

test('formats that browsers cannot show come as a large thumbnail', async (t) => {
  const found = await daemon.json('/v1/photos?limit=1000');
  const tiff = found.photos.find((photo) => photo.path.endsWith('.tif'));
  const page = await open(t, `/?photo=${tiff.id}`);
  await page.waitForSelector('.viewer .full.ready');
  assert.match(await page.getAttribute('.viewer .full', 'src'), /thumbnail\?size=1600$/);
});

test('similar pictures are one press away', async (t) => {
  const page = await open(t, '/?q=a+penguin&all=1');
  await page.click('.tile:nth-child(1) .tile-link');
  await page.waitForSelector('.viewer .full.ready');
  const id = inAddress(page, 'photo');
  await page.click('.viewer-actions .primary');
  await page.waitForSelector('.viewer', { state: 'hidden' });
  await page.waitForFunction(() => document.querySelector('#headline').textContent.includes('most like this one'));
  await picturesShown(page, 4);
  await shot(page, 'similar');
  assert.equal(inAddress(page, 'similar'), id);
  assert.match(await page.textContent('#chip'), /similar to this/);
  assert.notEqual(await firstId(page), id);
  await page.click('.chip-remove');
  await page.waitForFunction(() => document.querySelector('#chip').hidden);
  assert.equal(inAddress(page, 'similar'), null);
});

const expectItself = async (page, name) => {
  await page.waitForFunction((wanted) => document.querySelector('#headline').textContent.includes(`most like ${wanted}`), name);
  await picturesShown(page);
  assert.match((await labels(page))[0], new RegExp(`^${name}, score (1\\.00|0\\.9\\d)`));
};

test('a chosen picture finds itself first', async (t) => {
  const page = await open(t);
  const file = sampleOf('.jpg');
  await page.setInputFiles('#picture-file', file);
  await expectItself(page, path.basename(file));
  await shot(page, 'by-picture');
});

test('a dropped and a pasted picture find themselves first', async (t) => {
  const page = await open(t);
  const file = sampleOf('.jpg');
  const name = path.basename(file);
  const bytes = (await readFile(file)).toString('base64');
  for (const kind of ['drop', 'paste']) {
    await page.goto(daemon.url);
    await picturesShown(page);
    await page.evaluate(async ({ bytes: base64, name: called, kind: event }) => {
      const binary = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([binary], called, { type: 'image/jpeg' }));
      const init = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(event === 'drop' ? new DragEvent('drop', { ...init, dataTransfer: data }) : new ClipboardEvent('paste', { ...init, clipboardData: data }));
    }, { bytes, name, kind });
    await expectItself(page, name);
  }
});

test('everything can be done from the keyboard', async (t) => {
  const page = await open(t);
  await page.keyboard.press('/');
  await page.keyboard.type('a cat');
  await page.waitForFunction(() => document.title.startsWith('a cat'));
  await page.goto(`${daemon.url}/?q=a+cat&all=1`);
  await picturesShown(page, 4);
  await page.keyboard.press('/');
  const focused = () => page.evaluate(() => Number(document.activeElement.dataset.index ?? -1));
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 0);
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), 1);
  await page.keyboard.press('ArrowDown');
  const below = await focused();
  assert.ok(below > 1);
  await page.keyboard.press('ArrowUp');
  assert.equal(await focused(), 1);
  await shot(page, 'keyboard');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.viewer .full.ready');
  const name = await page.textContent('.viewer-title');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((before) => document.querySelector('.viewer-title').textContent !== before, name);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.viewer', { state: 'hidden' });
  await page.waitForFunction(() => document.activeElement.dataset.index === '2');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'query');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.title === 'fovea');
});

test('the page can be read by a screen reader', async (t) => {
  const page = await open(t, '/?q=a+dog&all=1');
  await page.click('#open-panel');
  await page.waitForSelector('.panel[open]');
  const nameless = await page.$$eval('button, a[href], input:not([type=file])', (all) => all.filter((one) => one.checkVisibility() && !(one.getAttribute('aria-label') || one.textContent.trim() || one.title)).map((one) => one.outerHTML));
  assert.deepEqual(nameless, []);
  assert.equal(await page.$$eval('.tile-link', (all) => all.filter((one) => one.tabIndex === 0).length), 1);
  assert.equal(await page.getAttribute('#announcer', 'aria-live'), 'polite');
  await page.waitForFunction(() => document.querySelector('#announcer').textContent.includes('a dog'));
  assert.ok(await page.$('main'));
  assert.ok(await page.$('[role=search] input[aria-label]'));
});

test('the small model says what it does not know', async (t) => {
  const status = await daemon.json('/v1/status');
  const page = await open(t);
  await page.waitForSelector('#model-note:not([hidden])');
  assert.match(await page.textContent('#model-note'), /drawings.*not photographs.*fovea serve --model/);
  await page.click('.note-hide');
  await page.reload();
  await picturesShown(page);
  assert.ok(await page.isHidden('#model-note'));
  await page.click('#open-panel');
  await page.waitForSelector('.model-name');
  await shot(page, 'panel');
  const panel = await page.textContent('.panel');
  for (const words of [status.model.name, status.model.description, status.device, status.precision]) assert.ok(panel.includes(words), words);
});
