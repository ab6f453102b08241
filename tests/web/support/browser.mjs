// Debian's Chromium, driven by Playwright: one browser for a test file, a fresh context for each test.
import { createRequire } from 'node:module';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import assert from 'node:assert/strict';

const modules = process.env.FOVEA_WEB_TEST_MODULES;
if (!modules) throw new Error('set FOVEA_WEB_TEST_MODULES, or run tests/web/run');
const { chromium } = createRequire(path.join(modules, 'anchor.js'))('playwright-core');

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WAIT_MS = 20_000;

export const launch = () => chromium.launch({ executablePath: process.env.FOVEA_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

const contexts = new WeakMap(); // test -> its open browser contexts

/** Closes a test's pages, for hooks that take away what the pages talk to. May be called twice. */
export async function closePages(t) {
  const open = contexts.get(t) ?? [];
  contexts.delete(t);
  for (const context of open) await context.close();
}

/**
 * Opens the page for one test. When the test ends it fails if the page reported an error, asked an address that is not
 * the daemon's, or broke its content policy; `mayFail` allows failed requests, for tests that make them fail.
 */
export async function openPage(t, browser, url, { context = {}, mayFail = false, before } = {}) {
  const opened = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context });
  const page = await opened.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const faults = [];
  const origin = new URL(url).origin;
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    const network = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !(network && mayFail)) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('blob:')) faults.push(`outside address: ${request.url()}`);
  });
  contexts.set(t, [...(contexts.get(t) ?? []), opened]);
  t.after(async () => {
    await closePages(t);
    assert.deepEqual(faults, []);
  });
  if (before) await before(page);
  await page.goto(url);
  return page;
}

/** Keeps a picture of the page as output of the test run. */
export async function shot(page, name) {
  const folder = process.env.FOVEA_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' });
}

/** Waits until the pictures in sight have come. */
export async function picturesShown(page, atLeast = 1) {
  await page.waitForFunction((least) => {
    const inSight = [...document.querySelectorAll('.tile img')].filter((img) => img.getBoundingClientRect().top < innerHeight);
    return inSight.length >= least && inSight.every((img) => img.complete && img.naturalWidth > 0);
  }, atLeast);
}

export const labels = (page) => page.$$eval('.tile-link', (links) => links.map((link) => link.getAttribute('aria-label')));

/** Shows also what the answer holds back because it does not stand out as a hit. */
export async function everything(page) {
  if (await page.isVisible('#show-rest')) await page.click('#show-rest');
}

/** Types a question and waits for its answer, hits and others, to stand in the grid. */
export async function ask(page, text) {
  const answered = page.waitForResponse((response) => response.url().includes(`/v1/search?${new URLSearchParams({ q: text })}&`));
  await page.fill('#query', text);
  await (await answered).finished();
  await page.waitForFunction((title) => document.title.startsWith(title), text);
  await everything(page);
  await picturesShown(page);
}
