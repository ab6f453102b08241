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
const RETRY_MS = 1000;

export interface Answer {
  query: Query;
  photos: Photo[];
  more: boolean; // another page can be had
  held: boolean; // others are held back that fit less well
  tookMs: number | null;
  error: ApiError | null;
}

interface Page {
  photos: Photo[];
  cut: Cut | null;
  more: boolean;
  tookMs: number | null;
  cursor: string | null;
}

function bodyOf(query: Exclude<Query, { kind: 'browse' }>): SearchBody {
  if (query.kind === 'text') return { text: query.text };
  return query.kind === 'similar' ? { photo: query.id } : { image: query.sample.base64 };
}

export class Results {
  answer: Answer = { query: BROWSE, photos: [], more: false, held: false, tookMs: null, error: null };
  asked: Query = BROWSE;
  private running: AbortController | null = null;
  private page: Page = { photos: [], cut: null, more: false, tookMs: null, cursor: null }; // all that has come
  private retry = 0;

  /** `onAnswer` draws the answer; `onBusy` shows or hides that one is awaited. */
  constructor(
    private readonly onAnswer: (answer: Answer, grown: boolean) => void,
    private readonly onBusy: (busy: boolean) => void,
  ) {}

  /** Asks; an earlier question still under way is given up. */
  async ask(query: Query): Promise<void> {
    this.asked = query;
    await this.run(async (signal) => {
      this.take(query, await this.fetch(query, FIRST_K, null, signal), false);
    }, (error) => this.askFailed(error));
  }

  /** Asks the same again, for when the library has changed: as many as are shown. A failure leaves things as they are. */
  async refresh(): Promise<void> {
    if (this.running) return;
    const { query } = this.answer;
    await this.run(async (signal) => {
      const wanted = Math.max(this.page.photos.length, query.kind === 'browse' ? BROWSE_PAGE : FIRST_K);
      const page = await this.fetch(query, Math.min(wanted, MOST_K), null, signal);
      this.take(this.answer.query, page, true);
    }, () => undefined);
  }

  /** Fetches the next page and appends it. Returns whether anything came. */
  async more(): Promise<boolean> {
    if (this.running || !this.answer.more) return false;
    const { query } = this.answer;
    const { photos, tookMs, cursor } = this.page;
    let came = false;
    await this.run(async (signal) => {
      const page = await this.fetch(query, Math.min(photos.length * 3, MOST_K), cursor, signal);
      const known = new Set(photos.map((photo) => photo.id));
      const fresh = page.photos.filter((photo) => !known.has(photo.id));
      came = fresh.length > 0;
      this.take(this.answer.query, { ...page, photos: [...photos, ...fresh], tookMs }, true);
    }, (error) => this.moreFailed(error));
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
    this.answer = { query, photos, more, held: photos.length < page.photos.length, tookMs: page.tookMs, error: null };
    this.onAnswer(this.answer, grown);
  }

  private async fetch(query: Query, k: number, cursor: string | null, signal: AbortSignal): Promise<Page> {
    const filter = filterJson(query.filters ?? {});
    if (query.kind === 'browse') {
      const page = await listPhotos(cursor, cursor ? BROWSE_PAGE : Math.max(k, BROWSE_PAGE), filter, signal);
      return { photos: page.photos, cut: null, more: page.next !== null, tookMs: null, cursor: page.next };
    }
    const answer = await search(bodyOf(query), k, filter, signal);
    return { photos: answer.photos, cut: answer.cut, more: answer.photos.length >= k && k < MOST_K, tookMs: answer.tookMs, cursor: null };
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
  private askFailed(error: ApiError): void {
    const same = this.answer.query === this.asked;
    this.answer = { ...this.answer, query: this.asked, error, photos: same ? this.answer.photos : [], more: false, held: same && this.answer.held };
    this.onAnswer(this.answer, false);
    if (error.trouble !== 'problem') this.retry = window.setTimeout(() => void this.ask(this.asked), RETRY_MS);
  }

  private moreFailed(error: ApiError): void {
    if (error.trouble !== 'problem') {
      this.retry = window.setTimeout(() => void this.more(), RETRY_MS);
      return;
    }
    this.answer = { ...this.answer, error, more: false };
    this.onAnswer(this.answer, true);
  }
}
