// What stands above the groups: when the library was looked through, and the kinds of groups to choose from.
import { DUPLICATE_KINDS } from '../api/types';
import type { DuplicateKind, DuplicateSearch } from '../api/types';
import { h } from '../ui/dom';
import { formatCount, formatTaken, plural } from '../ui/format';
import type { DuplicatesPlace } from './place';

const TITLES: Record<DuplicateKind, string> = { identical: 'Same file', copies: 'Copies', bursts: 'Bursts' };
const MEANINGS: Record<DuplicateKind, string> = {
  identical: 'One picture whose bytes lie in several places.',
  copies: 'The same picture saved again, in another size, format or quality.',
  bursts: 'Shots of one camera within seconds: alike, but no copies.',
};

export const groupsOf = (search: DuplicateSearch, kind: DuplicateKind | null): number =>
  kind ? search.groups[kind] : DUPLICATE_KINDS.reduce((sum, each) => sum + search.groups[each], 0);

export function searchWords({ madeAt, photos, photosSince }: DuplicateSearch): string {
  const day = madeAt ? ` on ${formatTaken(localTime(madeAt))}` : '';
  return `Looked through ${plural(photos, 'picture')}${day}${photosSince ? ` · ${plural(photosSince, 'picture')} came since` : ''}`;
}

/** The reader's clock: unlike a camera's, the time of a search is a moment. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
}

/** The kinds as links; `go` is told of a plain click. */
export function kindTabs(search: DuplicateSearch, chosen: DuplicateKind | null, addressOf: (place: DuplicatesPlace) => string, go: (place: DuplicatesPlace) => void): HTMLElement {
  const tab = (kind: DuplicateKind | null): HTMLElement => {
    const place = { kind, cursor: null };
    const onclick = (event: MouseEvent): void => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go(place);
    };
    const count = h('span', { class: 'tab-count' }, formatCount(groupsOf(search, kind)));
    return h('a', { class: 'tab', href: addressOf(place), 'aria-current': kind === chosen ? 'page' : null, onclick }, kind ? TITLES[kind] : 'All', count);
  };
  return h('nav', { class: 'tabs', 'aria-label': 'Kinds of near-duplicates' }, tab(null), ...DUPLICATE_KINDS.map(tab));
}

export const meaningOf = (kind: DuplicateKind | null): string => (kind ? MEANINGS[kind] : 'Pictures that are there more than once. fovea only shows them: it deletes no file.');
