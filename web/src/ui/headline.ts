// The line above the pictures: what they are an answer to. Screen readers hear it once the typing has paused.
import type { Snapshot } from '../library/watch';
import type { Answer } from '../search/results';
import { byId, setText } from './dom';
import { plural } from './format';

const PAUSE_MS = 400;
let timer = 0;

function words(answer: Answer, { status }: Snapshot): string {
  const { query, photos, more, tookMs, error } = answer;
  if (error && photos.length === 0) return '';
  if (query.kind === 'browse') return photos.length === 0 ? '' : plural(Math.max(status?.photos ?? 0, photos.length), 'picture');
  if (photos.length === 0) return '';
  const took = tookMs === null ? '' : ` · ${tookMs < 10 ? tookMs.toFixed(1) : Math.round(tookMs)} ms`;
  const what = query.kind === 'text' ? `closest to “${query.text}”` : query.kind === 'similar' ? 'most like this one' : `most like ${query.sample.name}`;
  return `The ${photos.length}${more ? '' : ''} ${photos.length === 1 ? 'picture' : 'pictures'} ${what}${took}`;
}

export function showHeadline(answer: Answer, now: Snapshot): void {
  const text = words(answer, now);
  const line = byId('headline');
  line.classList.toggle('stale', text !== line.textContent && text !== '');
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    setText(line, text);
    line.classList.remove('stale');
  }, text === '' || line.textContent === '' ? 0 : PAUSE_MS);
}
