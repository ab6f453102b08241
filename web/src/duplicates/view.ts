// The near-duplicates: begins a search when there was none or it is old, waits for it, and shows its groups page by page.
import { findDuplicates, getDuplicates } from '../api/client';
import { asApiError, isAbort } from '../api/error';
import type { ApiError } from '../api/error';
import type { DuplicateGroup, DuplicatePage, DuplicateSearch, DuplicateShot } from '../api/types';
import { neighbour } from '../grid/move';
import { isActive } from '../library/watch';
import type { LibraryWatch, Snapshot } from '../library/watch';
import { byId, h, setText } from '../ui/dom';
import { formatCount } from '../ui/format';
import { icon } from '../ui/icons';
import { groupElement } from './group';
import { duplicatesNotice } from './empty';
import { groupsOf, kindTabs, meaningOf, searchWords } from './head';
import type { DuplicatesPlace } from './place';

const PER_PAGE = 25; // groups
const RETRY_MS = 1000;
const OLD_SHARE = 100; // a search is old once more than one picture in so many came after it
const CALM_PX = 200;

export interface DuplicatesEvents {
  /** The user goes to another kind, or on to the next page; `nth` counts pages from 0. */
  onPlace(place: DuplicatesPlace, nth: number): void;
  onBack(): void;
  /** The page is gone, as another search was made: the address becomes that of the first one. */
  onStale(place: DuplicatesPlace): void;
  onOpen(group: DuplicateGroup, shot: DuplicateShot): void;
  addressOf(place: DuplicatesPlace, photo: string | null): string;
}

const isOld = ({ photos, photosSince }: DuplicateSearch): boolean => (photosSince ?? 0) * OLD_SHARE > photos;

export class DuplicatesView {
  private readonly element = byId('duplicates');
  private readonly heading = h('h2', { id: 'duplicates-title', tabindex: -1 }, 'Near-duplicates');
  private readonly again = h('button', { type: 'button', class: 'button', onclick: () => void this.begin() }, icon('retry'), 'Search again');
  private readonly fresh = h('button', { type: 'button', class: 'button primary', onclick: () => this.showFresh() }, 'Show what was found anew');
  private readonly about = h('p', { class: 'quiet' });
  private readonly body = h('div');
  private place: DuplicatesPlace | null = null; // on display; null while the view is hidden
  private nth = 0;
  private scrollTo = 0; // where the page on its way is to be looked at
  private page: DuplicatePage | null = null;
  private job: string | null = null; // the search that runs
  private trouble = ''; // why there is no answer, or how the last search ended
  private mayBegin = true; // once each time the view is opened
  private running: AbortController | null = null;
  private retry = 0;

  constructor(
    private readonly watch: LibraryWatch,
    private readonly events: DuplicatesEvents,
  ) {
    this.element.append(h('div', { class: 'duplicates-head' }, this.heading, this.fresh, this.again), this.about, this.body);
    this.body.addEventListener('keydown', (event) => this.key(event));
    watch.listen((now) => this.libraryChanged(now));
  }

  get shown(): boolean {
    return this.place !== null;
  }

  /** Shows a page of groups; null hides the view. A page that is on display stays as it is. */
  show(place: DuplicatesPlace | null, nth = 0, y = 0): void {
    const before = this.place;
    this.element.hidden = place === null;
    this.place = place;
    this.nth = nth;
    if (place === null) return this.stop();
    if (before && before.kind === place.kind && before.cursor === place.cursor) return;
    if (!before) {
      [this.mayBegin, this.trouble] = [true, ''];
      this.heading.focus({ preventScroll: true });
    }
    this.scrollTo = y;
    void this.load(place);
  }

  private stop(): void {
    this.running?.abort();
    clearTimeout(this.retry);
  }

  private async load(place: DuplicatesPlace): Promise<void> {
    this.stop();
    const mine = new AbortController();
    this.running = mine;
    try {
      this.take(await getDuplicates(place.kind, place.cursor, PER_PAGE, mine.signal));
    } catch (cause) {
      if (!isAbort(cause)) this.failed(asApiError(cause), place);
    }
  }

  private take(page: DuplicatePage): void {
    this.page = page;
    this.job = page.running ?? this.job;
    this.fresh.hidden = true;
    this.draw();
    window.scrollTo({ top: this.scrollTo });
    const empty = this.watch.now.status?.photos === 0;
    const wanted = this.mayBegin && this.job === null && !empty && (page.search === null || isOld(page.search));
    this.mayBegin = false;
    if (wanted) void this.begin();
  }

  private failed(error: ApiError, place: DuplicatesPlace): void {
    if (error.code === 'invalid_cursor' && place.cursor !== null) return this.events.onStale({ ...place, cursor: null });
    this.trouble = error.message;
    this.draw();
    if (error.trouble !== 'problem') this.retry = window.setTimeout(() => this.place && void this.load(this.place), RETRY_MS);
  }

  private async begin(): Promise<void> {
    this.again.disabled = true;
    this.trouble = '';
    try {
      this.job = await findDuplicates();
    } catch (cause) {
      const error = asApiError(cause);
      if (error.trouble !== 'busy') this.trouble = error.message; // busy: one runs already
    } finally {
      this.again.disabled = false;
      this.draw();
      this.watch.soon();
    }
  }

  private libraryChanged({ jobs, error }: Snapshot): void {
    if (!this.place || error) return;
    const active = jobs.find((job) => job.kind === 'duplicates' && isActive(job));
    const before = this.job;
    this.job = active?.id ?? null;
    if (active || before === null) return before === this.job ? undefined : this.draw();
    const ended = jobs.find((job) => job.id === before);
    if (!ended) this.job = before; // this look at the jobs was older than the search
    else if (ended.state === 'done') this.searched();
    else this.draw(ended.state === 'cancelled' ? 'The search was ended before it was through.' : `The search failed: ${ended.error}`);
  }

  /** What was found is shown at once, but not under the eyes of someone who looks at what was found before. */
  private searched(): void {
    this.trouble = '';
    this.draw();
    const calm = this.nth === 0 && window.scrollY < CALM_PX && document.querySelector('dialog[open]') === null;
    if (calm || !this.page?.groups.length) this.showFresh();
    else this.fresh.hidden = false;
  }

  /** The first page, asked for again. */
  showFresh(): void {
    this.scrollTo = 0;
    if (this.place?.cursor) this.events.onStale({ ...this.place, cursor: null });
    else if (this.place) void this.load(this.place);
  }

  private draw(trouble = this.trouble): void {
    const { page, place } = this;
    this.trouble = trouble;
    if (!place) return;
    const search = page?.search ?? null;
    this.again.hidden = search === null || this.job !== null;
    setText(this.about, search ? searchWords(search) : '');
    const notice = duplicatesNotice({ page, kind: place.kind, searching: this.job !== null, trouble, empty: this.watch.now.status?.photos === 0 }, () => void this.begin());
    const groups = page?.groups ?? [];
    const parts: Node[] = search && groupsOf(search, null) > 0 ? [this.tabs(search, place), h('p', { class: 'quiet meaning' }, meaningOf(place.kind))] : [];
    if (trouble && groups.length > 0) parts.push(h('p', { class: 'trouble', role: 'alert' }, trouble));
    const events = { onOpen: this.events.onOpen, addressOf: (shot: DuplicateShot) => this.events.addressOf(place, shot.id) };
    this.body.replaceChildren(...parts, ...(notice ? [notice] : groups.map((group) => groupElement(group, events))));
    const tab = this.body.querySelector<HTMLElement>('.tab[aria-current]');
    if (tab?.parentElement) tab.parentElement.scrollLeft = tab.offsetLeft - tab.offsetWidth;
    if (page?.search && (page.next || place.cursor)) this.body.append(this.pager(page.search, page.next, place));
  }

  private tabs(search: DuplicateSearch, place: DuplicatesPlace): HTMLElement {
    return kindTabs(search, place.kind, (to) => this.events.addressOf(to, null), (to) => this.events.onPlace(to, 0));
  }

  private pager(search: DuplicateSearch, next: string | null, place: DuplicatesPlace): HTMLElement {
    const { nth } = this;
    const go = (words: string, onclick: () => void): HTMLElement => h('button', { type: 'button', class: 'button', onclick }, words);
    const first = { ...place, cursor: null };
    const pages = next ? Math.max(nth + 2, Math.ceil(groupsOf(search, place.kind) / PER_PAGE)) : nth + 1;
    const known = nth > 0 || place.cursor === null; // not in a link that was passed on
    const back = known ? go('Previous', () => this.events.onBack()) : go('First page', () => this.events.onPlace(first, 0));
    return h(
      'nav',
      { class: 'pager', 'aria-label': 'Pages of groups' },
      place.cursor ? back : null,
      h('span', {}, known ? `Page ${formatCount(nth + 1)} of ${formatCount(pages)}` : ''),
      next ? go('Next', () => this.events.onPlace({ ...place, cursor: next }, known ? nth + 1 : 0)) : null,
    );
  }

  private key(event: KeyboardEvent): void {
    const links = [...this.body.querySelectorAll<HTMLElement>('.shot-link')];
    const at = links.indexOf(event.target as HTMLElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = neighbour(links, at, event.key);
    if (target === null) return;
    event.preventDefault();
    (links[target] ?? this.body.querySelector<HTMLElement>('.tab'))?.focus();
  }
}
