// Where one stands among the near-duplicates: a kind of groups, and a page of them.
import { DUPLICATE_KINDS } from '../api/types';
import type { DuplicateKind } from '../api/types';

export interface DuplicatesPlace {
  kind: DuplicateKind | null; // null: all of them
  cursor: string | null; // null: the first page
}

export const ALL_DUPLICATES: DuplicatesPlace = { kind: null, cursor: null };

export function duplicatesPlaceOf(given: URLSearchParams): DuplicatesPlace | null {
  const word = given.get('duplicates');
  if (word === null) return null;
  return { kind: DUPLICATE_KINDS.find((kind) => kind === word) ?? null, cursor: given.get('after') };
}

export function writeDuplicatesPlace({ kind, cursor }: DuplicatesPlace, params: URLSearchParams): void {
  params.set('duplicates', kind ?? 'all');
  if (cursor) params.set('after', cursor);
}
