// The page's address and the browser's history: each entry knows how far down the page stood, and whether it is there
// only for a picture shown large.
import { addressOf, placeOf } from './query';
import type { Place } from './query';

interface Entry {
  y: number;
  opened: boolean;
  nth: number; // which page of the near-duplicates
}

export class Address {
  constructor() {
    history.scrollRestoration = 'manual'; // the pictures come after the entry, so the browser would restore too early
  }

  get place(): Place {
    return placeOf(location.href);
  }

  get entry(): Entry {
    const state = (history.state ?? {}) as Partial<Entry>;
    return { y: state.y ?? 0, opened: state.opened === true, nth: state.nth ?? 0 };
  }

  /** A new entry: "back" leads here. */
  push(place: Place, { opened = false, nth = 0 } = {}): void {
    history.replaceState({ ...this.entry, y: window.scrollY }, '');
    history.pushState({ y: 0, opened, nth }, '', addressOf(place));
  }

  replace(place: Place): void {
    history.replaceState(this.entry, '', addressOf(place));
  }

  back(): void {
    history.back();
  }
}
