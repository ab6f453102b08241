// Results holds the answer on display: asks, drops answers that a newer question has overtaken, asks for more.
import { listPhotos, search } from '../api/client';
import type { SearchBody } from '../api/client';
import { asApiError, isAbort } from '../api/error';
import type { ApiError } from '../api/error';
import type { Photo } from '../api/types';
import { BROWSE } from './query';
import type { Query } from './query';

const FIRST_K = 60;
const MOST_K = 1000; // what the daemon gives for one question
const BROWSE_PAGE = 100;
const RETRY_MS = 1000;

export interface Answer {
  query: Query;
  photos: Photo[];
  more: boolean; // another page can be had
  tookMs: number | null;
  error: ApiError | null;
}

interface Page {
  photos: Photo[];
  more: boolean;
  tookMs: number | null;
  cursor: string | null;
}

function bodyOf(query: Exclude<Query, { kind: 'browse' }>): SearchBody {
  if (query.kind === 'text') return { text: query.text };
  return query.kind === 'similar' ? { photo: query.id } : { image: query.sample.base64 };
}

export class Results {
  answer: Answer = { query: BROWSE, photos: [], more: false, tookMs: null, error: null };
  asked: Query = BROWSE;
  private running: AbortController | null = null;
  private cursor: string | null = null;
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
      const page = await this.fetch(query, FIRST_K, null, signal);
      this.take({ query, photos: page.photos, more: page.more, tookMs: page.tookMs, error: null }, page, false);
    }, (error) => this.askFailed(error));
  }

  /** Asks the same again, for when the library has changed: as many as are shown. A failure leaves things as they are. */
  async refresh(): Promise<void> {
    if (this.running) return;
    const { query, photos } = this.answer;
    await this.run(async (signal) => {
      const wanted = Math.max(photos.length, query.kind === 'browse' ? BROWSE_PAGE : FIRST_K);
      const page = await this.fetch(query, Math.min(wanted, MOST_K), null, signal);
      this.take({ query, photos: page.photos, more: page.more, tookMs: page.tookMs, error: null }, page, true);
    }, () => undefined);
  }

  /** Fetches the next page and appends it. Returns whether anything came. */
  async more(): Promise<boolean> {
    if (this.running || !this.answer.more) return false;
    const { query, photos, tookMs } = this.answer;
    let came = false;
    await this.run(async (signal) => {
      const page = await this.fetch(query, Math.min(photos.length * 3, MOST_K), this.cursor, signal);
      const known = new Set(photos.map((photo) => photo.id));
      const fresh = page.photos.filter((photo) => !known.has(photo.id));
      came = fresh.length > 0;
      this.take({ query, photos: [...photos, ...fresh], more: page.more, tookMs, error: null }, page, true);
    }, (error) => this.moreFailed(error));
    return came;
  }

  private take(answer: Answer, page: Page, grown: boolean): void {
    this.answer = answer;
    this.cursor = page.cursor;
    this.onAnswer(answer, grown);
  }

  private async fetch(query: Query, k: number, cursor: string | null, signal: AbortSignal): Promise<Page> {
    if (query.kind === 'browse') {
      const page = await listPhotos(cursor, cursor ? BROWSE_PAGE : Math.max(k, BROWSE_PAGE), signal);
      return { photos: page.photos, more: page.next !== null, tookMs: null, cursor: page.next };
    }
    const answer = await search(bodyOf(query), k, signal);
    return { photos: answer.photos, more: answer.photos.length >= k && k < MOST_K, tookMs: answer.tookMs, cursor: null };
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
    this.answer = { ...this.answer, query: this.asked, error, photos: same ? this.answer.photos : [], more: false };
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
