// The daemon's HTTP interface as functions. Each throws ApiError, or the abort of its signal.
import { ApiError, isAbort, problemOf } from './error';
import { readDuplicatePage, readFailurePage, readJob, readJobs, readPhoto, readPhotoPage, readSearchAnswer, readStatus } from './read';
import type { DuplicateKind, DuplicatePage, FailurePage, Job, Photo, PhotoPage, SearchAnswer, Status } from './types';

export type SearchBody = { text: string } | { image: string } | { photo: string };

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { Accept: 'application/json', ...init.headers } });
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ApiError('offline', 'fovea is not answering', 'The daemon cannot be reached.');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function json(path: string, init: RequestInit): Promise<unknown> {
  const response = await send(path, init);
  if (response.status === 204 || response.headers.get('Content-Length') === '0') return {};
  try {
    return await response.json();
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ApiError('offline', 'fovea is not answering', 'The answer was cut off.');
  }
}

const post = (path: string, body: unknown, signal?: AbortSignal): Promise<unknown> =>
  json(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });

const photoPath = (id: string): string => `/v1/photos/${encodeURIComponent(id)}`;

/** `filter`: JSON as the interface takes it; here and below null lets everything fit. */
export async function search(body: SearchBody, k: number, filter: string | null, signal: AbortSignal): Promise<SearchAnswer> {
  if ('text' in body) {
    const query = new URLSearchParams({ q: body.text, k: String(k), cutoff: 'auto', ...(filter ? { filter } : {}) });
    return readSearchAnswer(await json(`/v1/search?${query}`, { signal }));
  }
  const photo = 'photo' in body ? { photo: Number(body.photo) } : body;
  return readSearchAnswer(await post('/v1/search', { ...photo, k, ...(filter ? { filter: JSON.parse(filter) } : {}) }, signal));
}

/** Pictures from a cursor on, or from the one with so many before it. */
export async function listPhotos(from: string | number, limit: number, filter: string | null, signal: AbortSignal): Promise<PhotoPage> {
  const query = new URLSearchParams({ limit: String(limit), ...(filter ? { filter } : {}) });
  if (from) query.set(typeof from === 'string' ? 'cursor' : 'skip', String(from));
  return readPhotoPage(await json(`/v1/photos?${query}`, { signal }));
}

export async function getPhoto(id: string, signal?: AbortSignal): Promise<Photo> {
  return readPhoto(await json(photoPath(id), signal ? { signal } : {}));
}

export const fileUrl = (id: string): string => `${photoPath(id)}/file`;
export const thumbnailUrl = (id: string, size: number): string => `${photoPath(id)}/thumbnail?size=${size}`;

export const getStatus = async (signal: AbortSignal): Promise<Status> => readStatus(await json('/v1/status', { signal }));
export const getJobs = async (signal: AbortSignal): Promise<Job[]> => readJobs(await json('/v1/jobs', { signal }));

export async function getFailures(cursor: string | null): Promise<FailurePage> {
  const query = new URLSearchParams({ limit: '100' });
  if (cursor) query.set('cursor', cursor);
  return readFailurePage(await json(`/v1/failures?${query}`, {}));
}

export async function getDuplicates(kind: DuplicateKind | null, cursor: string | null, limit: number, signal: AbortSignal): Promise<DuplicatePage> {
  const query = new URLSearchParams({ limit: String(limit), ...(kind ? { kind } : {}), ...(cursor ? { cursor } : {}) });
  return readDuplicatePage(await json(`/v1/duplicates?${query}`, { signal }));
}

/** The id of the job that searches for them. */
export const findDuplicates = async (): Promise<string> => readJob(await post('/v1/duplicates', {})).id;

const jobPath = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`;
export const pauseJob = (id: string): Promise<unknown> => post(`${jobPath(id)}/pause`, {});
export const resumeJob = (id: string): Promise<unknown> => post(`${jobPath(id)}/resume`, {});
export const cancelJob = (id: string): Promise<unknown> => json(jobPath(id), { method: 'DELETE' });

export const retryFailures = (): Promise<unknown> => post('/v1/failures/retry', {});
export const addRoot = (path: string): Promise<unknown> => post('/v1/roots', { path });
export const removeRoot = (id: string): Promise<unknown> => json(`/v1/roots/${encodeURIComponent(id)}`, { method: 'DELETE' });
