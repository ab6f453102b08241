// Turns JSON from the daemon into the page's types. A missing or odd field becomes its neutral value, never an exception.
import { DUPLICATE_KINDS } from './types';
import type { Cut, DuplicateGroup, DuplicateKind, DuplicatePage, DuplicateSearch, DuplicateShot, Failure, FailurePage, Job, Model, Photo, PhotoPage, Place, Root, SearchAnswer, Status } from './types';

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const count = (value: unknown): number => number(value) ?? 0;
const id = (value: unknown): string => (typeof value === 'number' ? String(value) : text(value));
const cursor = (value: unknown): string | null => id(value) || null;

/** A time as ISO text; a number is taken for UTC milliseconds. */
function time(value: unknown): string | null {
  const ms = number(value);
  return ms === null ? text(value) || null : new Date(ms).toISOString();
}

function readPlace(value: unknown): Place | null {
  const gps = fields(value);
  const lat = number(gps['lat'] ?? gps['latitude']);
  const lon = number(gps['lon'] ?? gps['longitude']);
  return lat === null || lon === null ? null : { lat, lon };
}

function paths(value: unknown): string[] {
  return list(value).map((entry) => (typeof entry === 'string' ? entry : text(fields(entry)['path']))).filter(Boolean);
}

export function readPhoto(value: unknown): Photo {
  const photo = fields(value);
  const all = paths(photo['paths']);
  const key = id(photo['id']);
  return {
    id: key,
    path: text(photo['path']) || all[0] || '',
    paths: all,
    width: count(photo['width']),
    height: count(photo['height']),
    format: text(photo['format']).toLowerCase(),
    bytes: number(photo['bytes']),
    takenAt: time(photo['taken_at']),
    camera: text(photo['camera']),
    lens: text(photo['lens']),
    place: readPlace(photo['gps'] ?? photo['place'] ?? photo),
    thumbnail: text(photo['thumbnail']) || `/v1/photos/${encodeURIComponent(key)}/thumbnail`,
    offline: photo['offline'] === true,
    score: number(photo['score']),
  };
}

const photos = (value: unknown): Photo[] => list(value).map(readPhoto).filter((photo) => photo.id !== '');

function readCut(value: unknown): Cut | null {
  const cut = fields(value);
  const shown = number(cut['shown']);
  return shown === null ? null : { shown, found: Math.max(shown, count(cut['found'])) };
}

export function readSearchAnswer(value: unknown): SearchAnswer {
  const answer = fields(value);
  return {
    photos: photos(answer['results']),
    cut: readCut(answer['cut']),
    next: cursor(answer['next']),
    model: text(answer['model']),
    tookMs: number(answer['took_ms']),
  };
}

export function readPhotoPage(value: unknown): PhotoPage {
  const page = fields(value);
  return { photos: photos(page['photos']), next: cursor(page['next']), total: count(page['total']) };
}

export function readJob(value: unknown): Job {
  const job = fields(value);
  return {
    id: id(job['id']),
    kind: text(job['kind']),
    subject: text(job['subject']),
    note: text(job['note']),
    error: text(job['error']),
    state: text(job['state']),
    done: count(job['done']),
    failed: count(job['failed']),
    total: number(job['total']),
    rate: number(job['rate']),
    etaS: number(job['eta_s']),
  };
}

export const readJobs = (value: unknown): Job[] => list(fields(value)['jobs']).map(readJob);

const kindOf = (value: unknown): DuplicateKind => DUPLICATE_KINDS.find((kind) => kind === value) ?? 'copies';

function readShot(value: unknown): DuplicateShot {
  return { ...readPhoto(value), keep: fields(value)['keep'] === true };
}

function readGroup(value: unknown): DuplicateGroup {
  const group = fields(value);
  const shots = list(group['photos']).map(readShot).filter((shot) => shot.id !== '');
  return { kind: kindOf(group['kind']), size: Math.max(shots.length, count(group['size'])), shots };
}

function readDuplicateSearch(value: unknown): DuplicateSearch | null {
  const search = fields(value);
  const groups = fields(search['groups']);
  if (number(search['photos']) === null) return null;
  return {
    madeAt: time(search['made_at']),
    photos: count(search['photos']),
    photosSince: number(search['photos_since']),
    groups: { identical: count(groups['identical']), copies: count(groups['copies']), bursts: count(groups['bursts']) },
  };
}

export function readDuplicatePage(value: unknown): DuplicatePage {
  const page = fields(value);
  return {
    search: readDuplicateSearch(page['search']),
    running: readJob(page['running']).id || null,
    groups: list(page['groups']).map(readGroup).filter((group) => group.shots.length > 0),
    next: cursor(page['next']),
  };
}

function readFailure(value: unknown): Failure {
  const failure = fields(value);
  return {
    path: text(failure['path']),
    reason: text(failure['reason']),
    code: text(failure['code']),
    at: time(failure['at']),
    tries: count(failure['tries']),
  };
}

export function readFailurePage(value: unknown): FailurePage {
  const page = fields(value);
  return { failures: list(page['failures']).map(readFailure), next: cursor(page['next']) };
}

function readRoot(value: unknown): Root {
  const root = fields(value);
  return {
    id: id(root['id']),
    path: text(root['path']),
    state: text(root['state']) || 'online',
    photos: number(root['photos']),
  };
}

export const readRoots = (value: unknown): Root[] => list(fields(value)['roots']).map(readRoot);

/** Device and precision may stand beside the model or inside it. */
function readModel(value: unknown, status: Fields): Model | null {
  const model = typeof value === 'string' ? { name: value } : fields(value);
  const get = (key: string): string => text((model as Fields)[key]) || text(status[key]);
  const name = text((model as Fields)['name']);
  if (!name) return null;
  return {
    name,
    description: text((model as Fields)['description']),
    architecture: text((model as Fields)['architecture']),
    device: get('device'),
    precision: get('precision'),
    precisionReason: get('precision_reason'),
  };
}

export function readStatus(value: unknown): Status {
  const status = fields(value);
  return {
    photos: count(status['photos']),
    failures: count(status['failures']),
    pending: count(status['pending']),
    state: text(status['state']),
    reason: text(status['reason']),
    version: text(status['version']),
    model: readModel(status['model'], status),
    roots: readRoots(status),
  };
}
