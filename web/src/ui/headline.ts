// The line above the pictures: what they are an answer to. Eyes see it at once, screen readers hear it once the typing
// has paused.
import type { Snapshot } from '../library/watch';
import { isNarrowed } from '../search/filters';
import type { Answer } from '../search/results';
import { byId, setText } from './dom';
import { plural } from './format';

const PAUSE_MS = 500;
let timer = 0;

function words(answer: Answer, { status }: Snapshot): string {
  const { query, photos } = answer;
  if (photos.length === 0) return '';
  const narrowed = isNarrowed(query.filters ?? {});
  switch (query.kind) {
    case 'browse': return narrowed ? `${plural(answer.total ?? photos.length, 'picture')} that fit` : plural(Math.max(status?.photos ?? 0, photos.length), 'picture');
    case 'text': return `The ${plural(photos.length, 'picture')} closest to “${query.text}”${narrowed ? ' among those that fit' : ''}`;
    case 'similar': return `The ${plural(photos.length, 'picture')} most like this one`;
    case 'picture': return `The ${plural(photos.length, 'picture')} most like ${query.sample.name}`;
  }
}

export function showHeadline(answer: Answer, now: Snapshot): void {
  const text = words(answer, now);
  const took = text === '' || answer.tookMs === null ? '' : ` · ${answer.tookMs < 10 ? answer.tookMs.toFixed(1) : Math.round(answer.tookMs)} ms`;
  setText(byId('headline'), text + took);
  clearTimeout(timer);
  timer = window.setTimeout(() => setText(byId('announcer'), text), PAUSE_MS);
}
