// The page's address and the browser's history: each entry knows how far down the page stood, and whether it is there
// only for a picture shown large.
import { addressOf, placeOf } from './query';
import type { Place } from './query';

interface Entry {
  y: number;
  at: number; // of a long list: the place of the picture at the top
  opened: boolean;
  nth: number; // which page of the near-duplicates
}

export class Address {
  /** `at` tells the place of the picture at the top, which an entry keeps when it is left. */
  constructor(private readonly at: () => number) {
    history.scrollRestoration = 'manual'; // the pictures come after the entry, so the browser would restore too early
    window.addEventListener('pagehide', () => this.keep());
  }

  private keep(): void {
    history.replaceState({ ...this.entry, y: window.scrollY, at: this.at() }, '');
  }

  get place(): Place {
    return placeOf(location.href);
  }

  get entry(): Entry {
    const state = (history.state ?? {}) as Partial<Entry>;
    return { y: state.y ?? 0, at: state.at ?? 0, opened: state.opened === true, nth: state.nth ?? 0 };
  }

  /** A new entry: "back" leads here. */
  push(place: Place, { opened = false, nth = 0 } = {}): void {
    this.keep();
    history.pushState({ y: 0, at: 0, opened, nth }, '', addressOf(place));
  }

  replace(place: Place): void {
    history.replaceState(this.entry, '', addressOf(place));
  }

  back(): void {
    history.back();
  }
}
