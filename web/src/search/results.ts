// Results holds the answer on display: asks, drops answers that a newer question has overtaken, asks for more. Of a text's
// answer it holds back what does not stand out as a hit until that is asked for.
import { listPhotos, search } from '../api/client';
import type { SearchBody } from '../api/client';
import { asApiError, isAbort } from '../api/error';
import type { ApiError } from '../api/error';
import type { Cut, Photo } from '../api/types';
import { filterJson } from './filters';
import { BROWSE, sameQuery, withAll } from './query';
import type { Query } from './query';

const FIRST_K = 60;
const MOST_K = 1000; // what the daemon gives for one question
const BROWSE_PAGE = 100;
export const MOST_BROWSED = 1000; // pictures of the list that are kept on the page at a time
const RETRY_MS = 1000;

export interface Answer {
  query: Query;
  photos: Photo[];
  from: number; // how many of the list come before them
  total: number | null; // of the whole list, where that is known
  more: boolean; // another page can be had
  held: boolean; // others are held back that fit less well
  tookMs: number | null;
  error: ApiError | null;
}

interface Page {
  photos: Photo[];
  from: number;
  total: number | null;
  cut: Cut | null;
  more: boolean;
  tookMs: number | null;
  cursor: string | null;
}

function bodyOf(query: Exclude<Query, { kind: 'browse' }>): SearchBody {
  if (query.kind === 'text') return { text: query.text };
  return query.kind === 'similar' ? { photo: query.id } : { image: query.sample.base64 };
}

function without(photos: Photo[], known: Photo[]): Photo[] {
  const ids = new Set(known.map((photo) => photo.id));
  return photos.filter((photo) => !ids.has(photo.id));
}

export class Results {
  answer: Answer = { query: BROWSE, photos: [], from: 0, total: null, more: false, held: false, tookMs: null, error: null };
  asked: Query = BROWSE;
  private running: AbortController | null = null;
  private page: Page = { photos: [], from: 0, total: null, cut: null, more: false, tookMs: null, cursor: null }; // all that has come
  private retry = 0;

  /** `onAnswer` draws the answer; `onBusy` shows or hides that one is awaited. */
  constructor(
    private readonly onAnswer: (answer: Answer, grown: boolean) => void,
    private readonly onBusy: (busy: boolean) => void,
  ) {}

  /** Asks, of a list for the pictures from place `at` on; an earlier question still under way is given up. */
  async ask(query: Query, at = 0): Promise<void> {
    this.asked = query;
    await this.run(async (signal) => {
      let page = await this.fetch(query, FIRST_K, at, signal);
      const end = page.total ?? 0;
      if (at > 0 && page.photos.length < BROWSE_PAGE && end > 0) page = await this.fetch(query, FIRST_K, Math.max(0, end - BROWSE_PAGE), signal);
      this.take(query, page, false);
    }, (error) => this.askFailed(error, at));
  }

  /** Asks the same again, for when the library has changed: as many as are shown. A failure leaves things as they are. */
  async refresh(): Promise<void> {
    if (this.running) return;
    const { query } = this.answer;
    await this.run(async (signal) => {
      const wanted = Math.max(this.page.photos.length, query.kind === 'browse' ? BROWSE_PAGE : FIRST_K);
      const page = await this.fetch(query, Math.min(wanted, MOST_K), this.page.from, signal);
      this.take(this.answer.query, page, true);
    }, () => undefined);
  }

  /** Fetches the next page and appends it. Returns whether anything came. The first `far` may go when there are too many. */
  async more(far = 0): Promise<boolean> {
    if (this.running || !this.answer.more) return false;
    const { query } = this.answer;
    const { photos, tookMs, cursor, from } = this.page;
    let came = false;
    await this.run(async (signal) => {
      const page = await this.fetch(query, query.kind === 'browse' ? BROWSE_PAGE : Math.min(photos.length * 3, MOST_K), cursor ?? from + photos.length, signal);
      const fresh = without(page.photos, photos);
      came = fresh.length > 0;
      const all = [...photos, ...fresh];
      const gone = query.kind === 'browse' && all.length > MOST_BROWSED ? far : 0;
      this.take(this.answer.query, { ...page, photos: all.slice(gone), from: from + gone, tookMs }, true);
    }, (error) => this.moreFailed(error, () => this.more(far)));
    return came;
  }

  /** Fetches what comes before, of which the grid leaves out as many as it says. The last `far` may go when there are too many. */
  async before(leaveOut: (photos: Photo[], mayLeaveOut: boolean) => number, far = 0): Promise<boolean> {
    const { photos, from } = this.page;
    if (this.running || from === 0 || this.answer.query.kind !== 'browse') return false;
    let came = false;
    await this.run(async (signal) => {
      const start = Math.max(0, from - BROWSE_PAGE);
      const page = await listPhotos(start, from - start, filterJson(this.answer.query.filters ?? {}), signal);
      const fresh = without(page.photos, photos);
      const out = fresh.length > 0 ? leaveOut(fresh, start > 0) : 0;
      const all = [...fresh.slice(out), ...photos];
      const gone = all.length > MOST_BROWSED ? far : 0;
      came = fresh.length > out;
      this.take(this.answer.query, { ...this.page, photos: all.slice(0, all.length - gone), from: start + out, ...(gone > 0 ? { cursor: null, more: true } : {}) }, true);
    }, (error) => this.moreFailed(error, () => this.before(leaveOut, far)));
    return came;
  }

  /** Shows what is held back. */
  showAll(): void {
    const query = withAll(this.answer.query);
    if (sameQuery(query, this.asked)) this.asked = query; // else a newer question is under way
    this.take(query, this.page, true);
  }

  private take(query: Query, page: Page, grown: boolean): void {
    this.page = page;
    const hits = page.cut === null || (query.kind === 'text' && query.all) ? null : page.cut.found;
    const photos = hits === null ? page.photos : page.photos.slice(0, hits);
    const more = page.more && (hits === null || hits > page.photos.length);
    this.answer = { query, photos, from: page.from, total: page.total, more, held: photos.length < page.photos.length, tookMs: page.tookMs, error: null };
    this.onAnswer(this.answer, grown);
  }

  /** `from`: of a list, a cursor or how many come before. */
  private async fetch(query: Query, k: number, from: string | number, signal: AbortSignal): Promise<Page> {
    const filter = filterJson(query.filters ?? {});
    if (query.kind === 'browse') {
      const page = await listPhotos(from, typeof from === 'string' ? BROWSE_PAGE : Math.min(MOST_K, Math.max(k, BROWSE_PAGE)), filter, signal);
      return { photos: page.photos, from: Number(from) || 0, total: page.total, cut: null, more: page.next !== null, tookMs: null, cursor: page.next };
    }
    const answer = await search(bodyOf(query), k, filter, signal);
    return { photos: answer.photos, from: 0, total: null, cut: answer.cut, more: answer.photos.length >= k && k < MOST_K, tookMs: answer.tookMs, cursor: null };
  }

  private async run(work: (signal: AbortSignal) => Promise<void>, onFailure: (error: ApiError) => void): Promise<void> {
    this.running?.abort();
    clearTimeout(this.retry);
    const mine = new AbortController();
    this.running = mine;
    this.onBusy(true);
    try {
      await work(mine.signal);
    } catch (cause) {
      if (!isAbort(cause)) onFailure(asApiError(cause));
    } finally {
      if (this.running === mine) {
        this.running = null;
        this.onBusy(false);
      }
    }
  }

  /** What is shown stays; a model that is still loading, or a daemon that is away, is asked again by itself. */
  private askFailed(error: ApiError, at: number): void {
    const same = this.answer.query === this.asked;
    this.answer = { ...this.answer, query: this.asked, error, photos: same ? this.answer.photos : [], more: false, held: same && this.answer.held };
    this.onAnswer(this.answer, false);
    if (error.trouble !== 'problem') this.retry = window.setTimeout(() => void this.ask(this.asked, at), RETRY_MS);
  }

  private moreFailed(error: ApiError, again: () => Promise<boolean>): void {
    if (error.trouble !== 'problem') {
      this.retry = window.setTimeout(() => void again(), RETRY_MS);
      return;
    }
    this.answer = { ...this.answer, error, more: false };
    this.onAnswer(this.answer, true);
  }
}
