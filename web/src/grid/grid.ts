// The grid: rows of equal height filled edge to edge (the layout itself is grid.css), one tab stop, arrows to move.
import type { Photo } from '../api/types';
import { byId, h } from '../ui/dom';
import { neighbour } from './move';
import { leaveOut, toFill } from './rows';
import type { RowMeasures } from './rows';
import { makeTile, shapeOf, updateTile } from './tile';
import type { Tile } from './tile';

const EAGER_TILES = 16; // later ones load when they come near
const FAR_PX = 3000; // from the edge of the window; what lies farther may go

export interface GridEvents {
  onOpen(index: number): void;
  /** Up from the first row: the focus goes back to the search box. */
  onLeave(): void;
  /** The end of the pictures comes into sight, or their beginning. */
  onEnd(): void;
  onStart(): void;
  /** The user wants the first or the last of all pictures; false: those of the grid will do. */
  onEdge(last: boolean): boolean;
}

export class Grid {
  private readonly element = byId('grid');
  private readonly ends: IntersectionObserver;
  private readonly breaks = new Map<string, Element>(); // what makes the photo with this id begin a row
  private width = 0;
  private tiles = new Map<string, Tile>();
  private shown: Tile[] = [];
  private current = 0;
  private stop: Tile | null = null; // the one tile that Tab reaches

  constructor(private readonly events: GridEvents) {
    this.element.addEventListener('click', (event) => this.click(event));
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('focusin', (event) => this.setCurrent(this.indexOf(event.target)));
    const sighted = (entries: IntersectionObserverEntry[]): void => {
      for (const entry of entries) if (entry.isIntersecting) entry.target.id === 'more' ? events.onEnd() : events.onStart();
    };
    this.ends = new IntersectionObserver(sighted, { rootMargin: '1200px' });
    window.addEventListener('resize', () => this.resized());
  }

  /** Shows these photos in this order. Tiles of photos already there are moved, not made again, and `still`: those in sight stay where they are. */
  show(photos: Photo[], addressOf: (photo: Photo) => string, still: boolean): void {
    const anchor = still ? this.anchor() : null;
    if (!still) this.breaks.clear();
    const next = new Map<string, Tile>();
    this.shown = photos.map((photo, index) => {
      const tile = this.tiles.get(photo.id) ?? makeTile(photo, index < EAGER_TILES ? 'eager' : 'lazy');
      updateTile(tile, photo, addressOf(photo), index);
      next.set(photo.id, tile);
      return tile;
    });
    this.tiles = next;
    const focused = this.indexOf(document.activeElement) >= 0;
    this.place();
    this.keepAt(anchor);
    this.setCurrent(Math.min(this.current, Math.max(0, photos.length - 1)));
    if (focused && document.activeElement === document.body) this.focusCurrent();
    this.ends.disconnect(); // observed anew, they tell at once whether they are still in sight
    for (const id of ['before', 'more']) this.ends.observe(byId(id));
  }

  /** The place in the grid of the first picture in sight. */
  get top(): number {
    return Math.min(this.firstBelow(this.barEnd()), Math.max(0, this.shown.length - 1));
  }

  /** How many pictures from the first on fill whole rows far above what is in sight; how many at the end lie far below. */
  get farAbove(): number {
    let at = this.firstBelow(-FAR_PX);
    const row = this.shown[at]?.element.offsetTop;
    while (at > 0 && this.shown[at - 1]?.element.offsetTop === row) at -= 1;
    return at;
  }
  get farBelow(): number {
    return this.shown.length - Math.min(this.shown.length, this.firstBelow(window.innerHeight + FAR_PX));
  }

  /** Before pictures are put in front: how many of them to leave out so that they fill their rows, for the rows in sight must stay as they are. */
  makeRoom(earlier: Photo[], mayLeaveOut: boolean): number {
    const shapes = earlier.map(shapeOf);
    const measures = this.measures();
    const out = mayLeaveOut ? leaveOut(shapes, measures) : 0;
    const [first] = this.shown;
    const fill = first ? toFill(shapes.slice(out), first.shape, measures) : 0;
    if (first && fill > 0) {
      const filler = h('li', { class: 'grid-fill', role: 'presentation' });
      filler.style.setProperty('flex-basis', `${fill}px`);
      this.breaks.set(first.id, filler);
    }
    return out;
  }

  private measures(): RowMeasures {
    const style = getComputedStyle(this.element);
    return { width: this.element.clientWidth, gap: parseFloat(style.columnGap), row: parseFloat(style.getPropertyValue('--row')) };
  }

  private barEnd(): number {
    return document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0;
  }

  /** The first tile that reaches below this height of the window. */
  private firstBelow(y: number): number {
    let [low, high] = [0, this.shown.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const tile = this.shown[middle];
      if (tile && tile.element.getBoundingClientRect().bottom > y) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private anchor(): { tile: Tile; y: number } | null {
    const tile = this.shown[this.firstBelow(this.barEnd())];
    return tile ? { tile, y: tile.element.getBoundingClientRect().top } : null;
  }

  private keepAt(anchor: { tile: Tile; y: number } | null): void {
    if (!anchor?.tile.element.isConnected) return;
    const moved = anchor.tile.element.getBoundingClientRect().top - anchor.y;
    if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: 'instant' });
  }

  /** Rows fall otherwise now: those that were broken for the sake of others need not be any more. */
  private resized(): void {
    if (this.breaks.size === 0 || this.element.clientWidth === this.width) return;
    const anchor = this.anchor();
    this.breaks.clear();
    this.place();
    this.keepAt(anchor);
  }

  get empty(): boolean {
    return this.shown.length === 0;
  }

  /** Puts the focus on a picture and brings it into sight. */
  focus(index: number): void {
    const tile = this.shown[index];
    if (!tile) return;
    tile.link.focus({ preventScroll: true });
    tile.element.scrollIntoView({ block: 'nearest' });
  }

  focusCurrent(): void {
    this.focus(Math.min(this.current, this.shown.length - 1));
  }

  startOver(): void {
    this.setCurrent(0);
  }

  private place(): void {
    let at: ChildNode | null = this.element.firstChild;
    this.width = this.element.clientWidth;
    const elements = this.shown.flatMap(({ id, element }, index) => {
      const filler = index > 0 ? this.breaks.get(id) : undefined;
      return filler ? [filler, element] : [element];
    });
    for (const element of elements) {
      if (at === element) at = at.nextSibling;
      else this.element.insertBefore(element, at);
    }
    while (at) {
      const rest: ChildNode | null = at.nextSibling;
      at.remove();
      at = rest;
    }
  }

  private setCurrent(index: number): void {
    if (index < 0) return;
    this.current = index;
    if (this.stop) this.stop.link.tabIndex = -1;
    this.stop = this.shown[index] ?? null;
    if (this.stop) this.stop.link.tabIndex = 0;
  }

  private indexOf(target: EventTarget | null): number {
    const link = target instanceof Element ? target.closest<HTMLElement>('.tile-link') : null;
    return link ? Number(link.dataset['index']) : -1;
  }

  private click(event: MouseEvent): void {
    const index = this.indexOf(event.target);
    const elsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (index < 0 || elsewhere) return;
    event.preventDefault();
    this.events.onOpen(index);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = this.indexOf(event.target);
    if (index < 0) return;
    if ((event.key === 'Home' || event.key === 'End') && this.events.onEdge(event.key === 'End')) return event.preventDefault();
    const boxes = this.shown.map((tile) => tile.element);
    const target = neighbour(boxes, index, event.key);
    if (target === null) return;
    event.preventDefault();
    if (target < 0) this.events.onLeave();
    else this.focus(target);
  }
}
