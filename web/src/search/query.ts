// What is asked for, and how it stands in the page's address.

export interface PictureSample {
  name: string;
  base64: string;
  preview: ImageBitmap | null;
}

export type Query =
  | { kind: 'browse' }
  | { kind: 'text'; text: string }
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

export interface Place {
  query: Query;
  photo: string | null; // the one shown large
}

export function placeOf(address: string): Place {
  const given = new URL(address, 'http://page/').searchParams;
  const photo = given.get('photo');
  const similar = given.get('similar');
  if (similar) return { query: { kind: 'similar', id: similar }, photo };
  const key = given.get('picture');
  const sample = key === null ? undefined : samples.get(key);
  if (key !== null && sample) return { query: { kind: 'picture', key, sample }, photo };
  return { query: textQuery(given.get('q') ?? ''), photo };
}

export function addressOf({ query, photo }: Place): string {
  const params = new URLSearchParams();
  if (query.kind === 'text') params.set('q', query.text);
  if (query.kind === 'similar') params.set('similar', query.id);
  if (query.kind === 'picture') params.set('picture', query.key);
  if (photo) params.set('photo', photo);
  const search = params.toString();
  return search ? `/?${search}` : '/';
}

export const sameQuery = (a: Query, b: Query): boolean =>
  addressOf({ query: a, photo: null }) === addressOf({ query: b, photo: null });
