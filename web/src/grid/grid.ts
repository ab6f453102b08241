// The grid: rows of equal height filled edge to edge (the layout itself is grid.css), one tab stop, arrows to move.
import type { Photo } from '../api/types';
import { byId } from '../ui/dom';
import { neighbour } from './move';
import { makeTile, updateTile } from './tile';
import type { Tile } from './tile';

const EAGER_TILES = 16; // later ones load when they come near

export interface GridEvents {
  onOpen(index: number): void;
  /** Up from the first row: the focus goes back to the search box. */
  onLeave(): void;
  /** The end of the pictures comes into sight. */
  onEnd(): void;
}

export class Grid {
  private readonly element = byId('grid');
  private readonly end: IntersectionObserver;
  private tiles = new Map<string, Tile>();
  private shown: Tile[] = [];
  private current = 0;
  private stop: Tile | null = null; // the one tile that Tab reaches

  constructor(private readonly events: GridEvents) {
    this.element.addEventListener('click', (event) => this.click(event));
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('focusin', (event) => this.setCurrent(this.indexOf(event.target)));
    this.end = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && events.onEnd(), {
      rootMargin: '1200px',
    });
  }

  /** Shows these photos in this order. Tiles of photos already there are moved, not made again. */
  show(photos: Photo[], addressOf: (photo: Photo) => string): void {
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
    this.setCurrent(Math.min(this.current, Math.max(0, photos.length - 1)));
    if (focused && document.activeElement === document.body) this.focusCurrent();
    this.end.disconnect(); // observed anew, it tells at once whether the end is still in sight
    this.end.observe(byId('more'));
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
    for (const { element } of this.shown) {
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
    const boxes = this.shown.map((tile) => tile.element);
    const target = neighbour(boxes, index, event.key);
    if (target === null) return;
    event.preventDefault();
    if (target < 0) this.events.onLeave();
    else this.focus(target);
  }
}
