// What is asked for, and how it stands in the page's address.
import { duplicatesPlaceOf, writeDuplicatesPlace } from '../duplicates/place';
import type { DuplicatesPlace } from '../duplicates/place';
import { FILTER_FIELDS, filtersOf, isNarrowed } from './filters';
import type { Filters } from './filters';

export interface PictureSample {
  name: string;
  base64: string;
  preview: ImageBitmap | null;
}

export type Query = { filters?: Filters } & Question;

type Question =
  | { kind: 'browse' }
  | { kind: 'text'; text: string; all?: boolean } // all: also what does not stand out as a hit
  | { kind: 'similar'; id: string }
  | { kind: 'picture'; key: string; sample: PictureSample };

export const BROWSE: Query = { kind: 'browse' };

/** Pictures asked with in this tab, so that "back" finds them again; an address cannot carry them. */
const samples = new Map<string, PictureSample>();

export function pictureQuery(sample: PictureSample): Query {
  const key = String(samples.size + 1);
  samples.set(key, sample);
  return { kind: 'picture', key, sample };
}

export const textQuery = (text: string): Query => (text.trim() ? { kind: 'text', text: text.trim() } : BROWSE);

export function withFilters(query: Query, filters: Filters): Query {
  const changed = { ...query, filters };
  if (!isNarrowed(filters)) delete (changed as Query).filters;
  return changed;
}

export const withAll = (query: Query): Query => (query.kind === 'text' ? { ...query, all: true } : query);

export interface Place {
  query: Query;
  photo: string | null; // the one shown large
  duplicates?: DuplicatesPlace; // instead of the question's answer
}

export function placeOf(address: string): Place {
  const given = new URL(address, 'http://page/').searchParams;
  const query = withFilters(questionOf(given), filtersOf((field) => given.get(field)));
  const duplicates = duplicatesPlaceOf(given);
  return { query, photo: given.get('photo'), ...(duplicates ? { duplicates } : {}) };
}

function questionOf(given: URLSearchParams): Query {
  const similar = given.get('similar');
  if (similar) return { kind: 'similar', id: similar };
  const key = given.get('picture');
  const sample = key === null ? undefined : samples.get(key);
  if (key !== null && sample) return { kind: 'picture', key, sample };
  const query = textQuery(given.get('q') ?? '');
  return given.has('all') ? withAll(query) : query;
}

export function addressOf({ query, photo, duplicates }: Place): string {
  const params = new URLSearchParams();
  if (duplicates) writeDuplicatesPlace(duplicates, params);
  if (query.kind === 'text') params.set('q', query.text);
  if (query.kind === 'text' && query.all) params.set('all', '1');
  if (query.kind === 'similar') params.set('similar', query.id);
  if (query.kind === 'picture') params.set('picture', query.key);
  for (const field of FILTER_FIELDS) {
    const value = query.filters?.[field];
    if (value) params.set(field, value);
  }
  if (photo) params.set('photo', photo);
  const search = params.toString();
  return search ? `/?${search}` : '/';
}

/** The same question, however many of its answers are shown. */
export const sameQuery = (a: Query, b: Query): boolean =>
  addressOf({ query: withAll(a), photo: null }) === addressOf({ query: withAll(b), photo: null });
