// The page as a whole: the address says what is asked and which picture is large; everything else follows from it.
import { getPhoto } from './api/client';
import { asApiError } from './api/error';
import type { Photo } from './api/types';
import { ALL_DUPLICATES } from './duplicates/place';
import type { DuplicatesPlace } from './duplicates/place';
import { DuplicatesView } from './duplicates/view';
import { Grid } from './grid/grid';
import { Rail } from './grid/rail';
import { ModelNote } from './library/model_note';
import { Panel } from './library/panel';
import { Progress } from './library/progress';
import { LibraryWatch, isActive } from './library/watch';
import type { Snapshot } from './library/watch';
import { Address } from './search/address';
import { SearchBox } from './search/box';
import { FilterBar } from './search/filter_bar';
import { BROWSE, addressOf, sameQuery, withFilters } from './search/query';
import type { Place, Query } from './search/query';
import { MOST_BROWSED, Results } from './search/results';
import type { Answer } from './search/results';
import { byId, h, setText } from './ui/dom';
import { showHeadline } from './ui/headline';
import { icon } from './ui/icons';
import { showNotice } from './ui/notice';
import { toast } from './ui/toast';
import { Viewer } from './viewer/viewer';

const CALM_PX = 200;
const SEARCH_AGAIN_MS = 5000; // while indexing goes on, which a question slows down

export class App {
  private readonly watch = new LibraryWatch();
  private readonly results = new Results((answer, grown) => this.draw(answer, grown), (busy) => byId('busy').classList.toggle('on', busy));
  private readonly box = new SearchBox({ onQuery: (query, settled) => this.go(withFilters(query, this.filters.value), settled), onLeave: () => this.grid.focusCurrent() });
  private readonly filters = new FilterBar((filters) => this.go(withFilters(this.results.asked, filters), true));
  private readonly grid = new Grid({ onOpen: (index) => this.openAt(index), onLeave: () => this.box.focus(), onEnd: () => void this.results.more(this.grid.farAbove), onStart: () => void this.earlier(), onEdge: (last) => this.toEdge(last) });
  private readonly rail = new Rail((rank) => this.jump(rank));
  private readonly viewer = new Viewer({ onStep: (step) => void this.step(step), onSimilar: (photo) => this.similarTo(photo), onClosed: () => this.viewerClosed() });
  private readonly duplicates = new DuplicatesView(this.watch, {
    onPlace: (place, nth) => this.toDuplicates(place, nth),
    onBack: () => this.address.back(),
    onStale: (place) => {
      this.address.replace({ query: BROWSE, photo: null, duplicates: place });
      this.follow();
    },
    onOpen: (group, shot) => this.openOf(group.shots, shot),
    addressOf: (place, photo) => addressOf({ query: BROWSE, photo, duplicates: place }),
  });
  private readonly panel = new Panel(this.watch, () => this.toDuplicates(ALL_DUPLICATES));
  private readonly progress = new Progress(this.watch, { onFailures: () => this.panel.open('failures'), onDuplicates: () => (this.duplicates.shown ? this.duplicates.showFresh() : this.toDuplicates(ALL_DUPLICATES)) });
  private readonly note = new ModelNote(() => this.panel.open());
  private readonly address = new Address(() => this.rank);
  private settled = true; // the next key press begins a new entry of the history
  private outdated = false; // the library has changed since the answer on display
  private refreshed = 0;
  private focusFirst = false; // the next answer takes the focus, which stood in a picture that is gone
  private scrollTo: number | null = null; // where the next answer is to be looked at
  private focusLast = false; // as focusFirst, for the last picture
  private group: Photo[] | null = null; // the near-duplicates that the large picture is one of

  start(): void {
    this.watch.listen((now, before) => this.libraryChanged(now, before));
    window.addEventListener('popstate', () => this.follow());
    window.addEventListener('scroll', () => this.drawRail(), { passive: true });
    document.addEventListener('keydown', (event) => this.key(event));
    byId('show-rest').addEventListener('click', () => this.showRest());
    byId('search').addEventListener('focusout', () => (this.settled = true));
    document.querySelector('.brand')?.addEventListener('click', (event) => {
      event.preventDefault();
      if (this.results.answer.from > 0 && sameQuery(BROWSE, this.results.asked) && !this.duplicates.shown) this.jump(0);
      else this.go(BROWSE, true);
    });
    this.follow();
    this.watch.start();
  }

  /** Brings the page to what the address says. */
  private follow(): void {
    const { query, photo, duplicates } = this.address.place;
    const { y, nth, at } = this.address.entry;
    const left = this.duplicates.shown && !duplicates;
    this.settled = true;
    this.box.show(query);
    this.filters.show(query.filters ?? {});
    this.duplicates.show(duplicates ?? null, nth, y);
    this.drawView();
    if (!duplicates && (!sameQuery(query, this.results.asked) || this.results.answer.photos.length === 0)) {
      const place = query.kind === 'browse' ? at : 0;
      this.scrollTo = place > 0 ? 0 : y;
      void this.results.ask(query, place);
    } else if (left) {
      window.scrollTo({ top: y });
    }
    if (!photo) this.viewer.close();
    else if (this.viewer.shown?.id !== photo) void this.showById(photo);
  }

  private go(query: Query, settled: boolean): void {
    const wasSettled = this.settled;
    this.settled = settled;
    if (sameQuery(query, this.results.asked) && !this.duplicates.shown) return this.box.show(query);
    if (settled || wasSettled) this.address.push({ query, photo: null });
    else this.address.replace({ query, photo: null });
    this.box.show(query);
    this.filters.show(query.filters ?? {});
    this.duplicates.show(null);
    this.scrollTo = 0;
    this.grid.startOver();
    void this.results.ask(query);
  }

  private toDuplicates(place: DuplicatesPlace, nth = 0): void {
    this.address.push({ query: BROWSE, photo: null, duplicates: place }, { nth });
    this.follow();
  }

  private draw(answer: Answer, grown: boolean): void {
    this.grid.show(answer.photos, (photo) => addressOf({ query: answer.query, photo: photo.id }), grown && answer.query.kind === 'browse');
    if (!grown) this.grid.startOver();
    if (this.scrollTo !== null) window.scrollTo({ top: this.scrollTo });
    this.scrollTo = null;
    if (this.focusFirst && answer.photos.length > 0) this.grid.focusCurrent();
    this.focusFirst = false;
    if (this.focusLast) this.grid.focus(answer.photos.length - 1);
    this.focusLast = false;
    this.drawRail();
    this.drawView();
    byId('more').hidden = !answer.more;
    byId('rest').hidden = !answer.held;
    setText(byId('show-rest'), answer.photos.length > 0 ? 'Show more' : 'Show the nearest');
    if (answer.error?.trouble === 'problem' && answer.photos.length > 0) toast(answer.error.message, true);
    this.drawAround();
  }

  /** The place of the picture at the top in the whole list. */
  private get rank(): number {
    return this.results.answer.from + this.grid.top;
  }

  private drawRail(): void {
    const { query, total } = this.results.answer;
    const long = query.kind === 'browse' && (total ?? 0) > MOST_BROWSED && !this.duplicates.shown;
    this.rail.show(long ? (total ?? 0) : 0, long ? this.rank : 0);
  }

  /** Goes to any place in a long list. */
  private jump(rank: number): void {
    this.scrollTo = 0;
    void this.results.ask(this.results.answer.query, rank);
  }

  private toEdge(last: boolean): boolean {
    if (!this.rail.shown) return false;
    [this.focusFirst, this.focusLast] = [!last, last];
    this.jump(last ? (this.results.answer.total ?? 1) - 1 : 0);
    return true;
  }

  private async earlier(): Promise<boolean> {
    return this.results.before((photos, mayLeaveOut) => this.grid.makeRoom(photos, mayLeaveOut), this.grid.farBelow);
  }

  private drawView(): void {
    const { query } = this.results.answer;
    const { shown } = this.duplicates;
    document.title = shown ? 'Near-duplicates · fovea' : query.kind === 'text' ? `${query.text} · fovea` : 'fovea';
    document.body.dataset['view'] = shown ? 'duplicates' : query.kind;
  }

  private drawAround(): void {
    showHeadline(this.results.answer, this.watch.now);
    showNotice(this.results.answer, this.watch.now, () => this.watch.soon());
    const away = this.watch.now.error?.trouble === 'offline' && this.results.answer.photos.length > 0;
    this.showTrouble(away ? 'fovea is not answering. The page goes on by itself when it is back.' : (this.watch.now.status?.reason ?? ''));
    document.body.classList.toggle('is-away', away);
  }

  private showTrouble(words: string): void {
    const strip = byId('trouble');
    strip.hidden = words === '';
    if (words !== '' && strip.textContent !== words) strip.replaceChildren(icon('unplugged'), h('p', {}, words));
  }

  private libraryChanged(now: Snapshot, before: Snapshot): void {
    this.panel.show(now);
    this.progress.show(now);
    this.filters.offerFolders(now.status?.roots.map((root) => root.path) ?? []);
    this.note.show(now.status && now.status.photos > 0 ? now.status.model : null);
    this.drawAround();
    const back = before.error !== null && now.error === null;
    if (before.status !== null && now.status !== null && before.status.photos !== now.status.photos) this.outdated = true;
    if (back && this.results.answer.error) void this.results.ask(this.results.asked);
    else if (back || this.outdated) this.refresh(now);
  }

  /** Brings in what has been added, but not under the eyes of someone who has scrolled down or looks at a picture. */
  private refresh(now: Snapshot): void {
    const calm = window.scrollY < CALM_PX && this.viewer.shown === null && now.error === null && !this.duplicates.shown;
    const pause = now.jobs.some(isActive) && this.results.asked.kind !== 'browse' ? SEARCH_AGAIN_MS : 0;
    if (!calm || performance.now() - this.refreshed < pause) return;
    this.outdated = false;
    this.refreshed = performance.now();
    void this.results.refresh();
  }

  private openAt(index: number): void {
    const photo = this.results.answer.photos[index];
    if (!photo) return;
    this.settled = true;
    this.address.push({ query: this.results.answer.query, photo: photo.id }, { opened: true });
    this.showAt(index);
  }

  private openOf(group: Photo[], chosen: Photo): void {
    this.group = group.filter((photo, index) => group.findIndex((other) => other.id === photo.id) === index).map((photo) => ({ ...photo, score: null }));
    this.address.push({ ...this.address.place, photo: chosen.id }, { opened: true, nth: this.address.entry.nth });
    this.showAt(this.group.findIndex((photo) => photo.id === chosen.id));
  }

  /** What the viewer steps through. */
  private get row(): Photo[] {
    return this.group ?? this.results.answer.photos;
  }

  private showAt(index: number): void {
    const photos = this.row;
    const more = this.group === null && this.results.answer.more;
    const photo = photos[index];
    if (!photo) return;
    const { from, total } = this.results.answer;
    const whole = this.group === null && total !== null; // of a list it is known how long it is
    this.viewer.show(photo, whole ? { index: from + index, count: total, more: false } : { index, count: photos.length, more });
    this.viewer.prepare(photos[index + 1], photos[index - 1]);
  }

  private indexOfShown(): number {
    const id = this.viewer.shown?.id;
    return this.row.findIndex((photo) => photo.id === id);
  }

  private async step(step: 1 | -1): Promise<void> {
    const shown = this.viewer.shown?.id;
    const at = this.indexOfShown();
    if (at < 0) return;
    if (!this.row[at + step] && (this.group || !(await (step > 0 ? this.results.more() : this.earlier())))) return;
    const to = this.indexOfShown() + step;
    const photo = this.row[to];
    if (!photo || this.viewer.shown?.id !== shown) return;
    const place: Place = this.duplicates.shown ? this.address.place : { query: this.results.answer.query, photo: null };
    this.address.replace({ ...place, photo: photo.id });
    this.showAt(to);
  }

  /** A picture named by the address alone, such as a link that was opened in a tab of its own. */
  private async showById(id: string): Promise<void> {
    const known = this.duplicates.shown ? -1 : this.results.answer.photos.findIndex((photo) => photo.id === id);
    if (known >= 0) return this.showAt(known);
    try {
      const photo = await getPhoto(id);
      if (this.address.place.photo === id) this.viewer.show(photo, { index: -1, count: 0, more: false });
    } catch (cause) {
      toast(asApiError(cause).message, true);
      this.address.replace({ ...this.address.place, photo: null });
    }
  }

  /** What does not stand out as a hit too; the focus goes on to the first of it. */
  private showRest(): void {
    const hits = this.results.answer.photos.length;
    this.results.showAll();
    this.address.replace({ ...this.address.place, query: this.results.answer.query });
    this.grid.focus(hits);
  }

  private similarTo(photo: Photo): void {
    const query: Query = { kind: 'similar', id: photo.id };
    this.address.push({ query, photo: null });
    this.focusFirst = true;
    this.follow();
  }

  private viewerClosed(): void {
    const { place } = this.address;
    this.group = null;
    if (!place.photo) return;
    const index = this.results.answer.photos.findIndex((shown) => shown.id === place.photo);
    if (this.address.entry.opened) this.address.back();
    else this.address.replace({ ...place, photo: null });
    if (index >= 0 && !place.duplicates) this.grid.focus(index);
  }

  private key(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
    if ((event.key === 'Home' || event.key === 'End') && event.target === document.body && this.toEdge(event.key === 'End')) return event.preventDefault();
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    for (const dialog of document.querySelectorAll<HTMLDialogElement>('dialog[open]')) dialog.close();
    this.box.focus();
  }
}
