// What the page knows of the daemon's answers. Every field is read defensively in read.ts.

export interface Place {
  lat: number;
  lon: number;
}

/** A photo as a search hit, a browse entry or a full record; what an answer does not carry is null or empty. */
export interface Photo {
  id: string;
  path: string;
  paths: string[];
  width: number;
  height: number;
  format: string;
  bytes: number | null;
  takenAt: string | null;
  camera: string;
  lens: string;
  place: Place | null;
  thumbnail: string;
  offline: boolean;
  score: number | null;
}

/** Where the hits end: so many of the photos in the answer, and so many in all. */
export interface Cut {
  shown: number;
  found: number;
}

export interface SearchAnswer {
  photos: Photo[];
  cut: Cut | null;
  next: string | null;
  model: string;
  tookMs: number | null;
}

export interface PhotoPage {
  total: number; // of the whole list
  photos: Photo[];
  next: string | null;
}

export interface Job {
  id: string;
  kind: string;
  subject: string;
  state: string;
  note: string; // what a job that runs waits for
  error: string;
  done: number;
  failed: number;
  total: number | null;
  rate: number | null;
  etaS: number | null;
}

export const DUPLICATE_KINDS = ['identical', 'copies', 'bursts'] as const;
export type DuplicateKind = (typeof DUPLICATE_KINDS)[number];

/** Of an identical group each entry is the same photo at another path. */
export interface DuplicateShot extends Photo {
  keep: boolean; // the best of the group
}

export interface DuplicateGroup {
  kind: DuplicateKind;
  size: number; // all of them, of which `shots` has the first
  shots: DuplicateShot[];
}

export interface DuplicateSearch {
  madeAt: string | null;
  photos: number;
  photosSince: number | null;
  groups: Record<DuplicateKind, number>;
}

export interface DuplicatePage {
  search: DuplicateSearch | null; // none was made yet
  running: string | null; // the job of the search that runs
  groups: DuplicateGroup[];
  next: string | null;
}

export interface Failure {
  path: string;
  reason: string;
  code: string;
  at: string | null;
  tries: number;
}

export interface FailurePage {
  failures: Failure[];
  next: string | null;
}

export interface Root {
  id: string;
  path: string;
  state: string;
  photos: number | null;
}

export interface Model {
  name: string;
  description: string;
  architecture: string;
  device: string;
  precision: string;
  precisionReason: string;
}

export interface Status {
  photos: number;
  failures: number;
  pending: number;
  state: string;
  reason: string; // what has failed, when something has
  version: string;
  model: Model | null;
  roots: Root[];
}
