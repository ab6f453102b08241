// Drives the page on a made-up library and prints what it took, as JSON.
//
// usage: node measure.mjs DATA; needs what tests/web/run sets. FOVEA_PAGE_SHOTS: a folder for screenshots.
import path from 'node:path';
import { launch } from '../../tests/web/support/browser.mjs';
import { FoveaDaemon } from '../../tests/web/support/daemon.mjs';
import { SAMPLES } from '../../tests/web/support/pictures.mjs';
import { Front } from './front.mjs';

const QUESTIONS = ['a red car', 'two dogs', 'a cat', 'a sailboat', 'pizza', 'a snowman', 'castle', 'a guitar', 'a beach', 'mountains', 'a bird', 'a house', 'flowers', 'a train', 'an apple', 'a boat', 'a child', 'a horse', 'the sea', 'a tower'];
const PICTURES = 60;
const WHEEL_STEPS = 120;

const [data] = process.argv.slice(2);
if (!data) throw new Error('usage: node measure.mjs DATA');

const share = (values, part) => Math.round([...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] * 10) / 10;
const spread = (values) => ({ n: values.length, p50: share(values, 0.5), p95: share(values, 0.95), most: share(values, 1) });

/** Real thumbnails, from a library of some samples. */
async function thumbnails() {
  const samples = await FoveaDaemon.start([path.join(SAMPLES, '2016')]);
  const { photos } = await samples.expect('some samples', 60_000, async () => {
    const page = await samples.json(`/v1/photos?limit=${PICTURES}`);
    return page.photos.length > 20 ? page : null;
  });
  const bytes = [];
  for (const photo of photos) bytes.push(Buffer.from(await (await samples.get(photo.thumbnail)).arrayBuffer()));
  await samples.stop();
  return bytes;
}

/** In the page: from `event` at the document to the frame after the one in which `done` holds. */
function watchFor(page, event, done) {
  return page.evaluate(([type, test]) => {
    const holds = new Function(`return ${test}`);
    window.took = new Promise((resolve) => {
      document.addEventListener(type, (begun) => {
        const look = () => (holds() ? requestAnimationFrame(() => resolve(performance.now() - begun.timeStamp)) : requestAnimationFrame(look));
        requestAnimationFrame(look);
      }, { capture: true, once: true });
    });
  }, [event, done]);
}
const took = (page) => page.evaluate(() => Promise.race([window.took, new Promise((_, refuse) => setTimeout(() => refuse(new Error('not within 30 s')), 30_000))]));
const IN_SIGHT = '[...document.querySelectorAll("#grid img")].filter((one) => { const box = one.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight; })';
const PAINTED = `${IN_SIGHT}.length > 3 && ${IN_SIGHT}.every((one) => one.complete)`;
const painted = (page) => page.waitForFunction(PAINTED);

async function questions(page) {
  const times = [];
  for (const question of QUESTIONS) {
    await page.fill('#query', '');
    await page.waitForFunction(() => document.title === 'fovea');
    await painted(page);
    await page.focus('#query');
    await page.keyboard.type(question.slice(0, -1), { delay: 90 });
    await page.waitForFunction((title) => document.title.startsWith(`${title} ·`), question.slice(0, -1).trim());
    await painted(page);
    await watchFor(page, 'keydown', `document.title.startsWith(${JSON.stringify(`${question} ·`)}) && ${PAINTED}`);
    await page.keyboard.press(question.at(-1));
    times.push(await took(page));
  }
  return times;
}

async function filters(page, folders) {
  const times = { date: [], folder: [] };
  if (await page.isHidden('#filters')) await page.click('#narrow');
  for (const [at, folder] of folders.entries()) {
    for (const [field, value] of [['from', `20${String(6 + at).padStart(2, '0')}-01-01`], ['folder', folder]]) {
      await page.click('#widen', { timeout: 500 }).catch(() => undefined);
      await page.waitForFunction(() => !location.search.includes('from') && !location.search.includes('folder'));
      await painted(page);
      const before = await page.textContent('#headline');
      await watchFor(page, 'input', `location.search.includes('${field}=') && document.querySelector('#headline').textContent !== ${JSON.stringify(before)} && ${PAINTED}`);
      await page.fill(`#filters [name=${field}]`, value);
      times[field === 'from' ? 'date' : field].push(await took(page));
    }
  }
  await page.click('#widen');
  return times;
}

async function frames(page, wheel) {
  await page.evaluate(() => {
    window.frames_ms = [];
    window.counting = true;
    let last = performance.now();
    const next = (now) => {
      window.frames_ms.push(now - last);
      last = now;
      if (window.counting) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  for (let step = 0; step < WHEEL_STEPS; step += 1) {
    await page.mouse.wheel(0, wheel);
    await page.waitForTimeout(30);
  }
  return page.evaluate(() => {
    window.counting = false;
    return window.frames_ms.slice(1);
  });
}

async function memory(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.enable').then(() => session.send('Performance.getMetrics'));
  const get = (name) => metrics.find((one) => one.name === name)?.value ?? 0;
  const heap = Math.round(get('JSHeapUsedSize') / 1e5) / 10;
  return { heap_mb: heap, nodes: get('Nodes'), tiles: await page.$$eval('.tile', (all) => all.length) };
}

async function jumps(page, total) {
  if (!(await page.$('#rail'))) return null;
  const times = [];
  const box = await (await page.$('#rail')).boundingBox();
  for (let at = 0; at < 20; at += 1) {
    const y = box.y + (box.height - 1) * (((at * 7) % 20) / 19);
    await watchFor(page, 'pointerup', `!document.querySelector('#busy.on') && ${PAINTED} && Math.abs(Number(document.querySelector('#rail').getAttribute('aria-valuenow')) - ${Math.round(((at * 7) % 20) / 19 * total)}) < 4000`);
    await page.mouse.move(box.x + box.width / 2, y);
    await page.mouse.down();
    await page.mouse.up();
    times.push(await took(page));
  }
  return times;
}

async function viewer(page) {
  const times = { open: [], back: [] };
  for (let at = 0; at < 10; at += 1) {
    const tile = (await page.$$('.tile-link'))[30 + at];
    await tile.scrollIntoViewIfNeeded();
    const y = await page.evaluate(() => scrollY);
    await watchFor(page, 'click', 'document.querySelector(".viewer .full.ready") !== null');
    await tile.click();
    times.open.push(await took(page));
    await watchFor(page, 'keydown', `document.querySelector(".viewer[open]") === null && ${PAINTED}`);
    await page.keyboard.press('Escape');
    times.back.push(await took(page));
    if (Math.abs((await page.evaluate(() => scrollY)) - y) > 250) throw new Error('the place was lost by opening a picture');
  }
  return times;
}

const pictures = await thumbnails();
const daemon = await FoveaDaemon.start([], { data });
const front = await Front.start(daemon.url, pictures);
const browser = await launch();
const result = {};
try {
  const status = await daemon.expect('the facts of all photos', 60_000, async () => ((await daemon.get('/v1/photos?limit=1&skip=1')).ok ? daemon.json('/v1/status') : null));
  result.photos = status.photos;
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, bypassCSP: true }); // conditions are sent as text
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const snap = (name) => process.env.FOVEA_PAGE_SHOTS && page.screenshot({ path: path.join(process.env.FOVEA_PAGE_SHOTS, `${name}.png`) });
  await page.goto(front.url);
  await painted(page);
  result.before = await memory(page);
  result.question_ms = spread(await questions(page));
  await page.fill('#query', '');
  await painted(page);
  const folders = (await Promise.all([...Array(8).keys()].map((at) => daemon.json(`/v1/photos?limit=1&skip=${Math.floor((at * status.photos) / 8)}`)))).map(({ photos }) => path.dirname(path.dirname(photos[0].path)));
  const narrowed = await filters(page, folders);
  result.date_ms = spread(narrowed.date);
  result.folder_ms = spread(narrowed.folder);
  await painted(page);
  await page.mouse.move(600, 500);
  front.requests = {};
  result.frame_ms = spread(await frames(page, 600));
  result.scroll_requests = { ...front.requests };
  const jumped = await jumps(page, status.photos);
  if (jumped) result.jump_ms = spread(jumped);
  await snap('middle');
  await page.mouse.move(600, 500);
  result.frame_deep_ms = spread(await frames(page, 600));
  result.frame_up_ms = spread(await frames(page, -600));
  const opened = await viewer(page);
  result.open_ms = spread(opened.open);
  result.back_ms = spread(opened.back);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('End');
  await page.waitForTimeout(1500);
  await painted(page);
  await snap('end');
  result.last = await page.$$eval('.tile-link', (all) => new URL(all.at(-1).href).searchParams.get('photo'));
  result.after = await memory(page);
  result.faults = faults;
} finally {
  console.log(JSON.stringify(result, null, 1));
  await browser.close();
  front.stop();
  await daemon.stop();
}
