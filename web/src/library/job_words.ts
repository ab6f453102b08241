// What the page says of jobs, by their kind: while they run, while they are paused, and once they have ended.
import type { Job, Status } from '../api/types';
import { fileName, formatCount, formatDuration, plural } from '../ui/format';

/** One job, or several of a kind that run at the same time. */
export interface Sum {
  kind: string;
  subject: string; // of the first
  paused: boolean;
  note: string;
  done: number;
  failed: number;
  total: number | null;
  rate: number;
  etaS: number | null;
}

export function sumOf(jobs: [Job, ...Job[]]): Sum {
  const [{ kind, subject, note }] = jobs;
  const sum: Sum = { kind, subject, paused: jobs.every(isPaused), note, done: 0, failed: 0, total: 0, rate: 0, etaS: null };
  for (const job of jobs) {
    sum.done += job.done;
    sum.failed += job.failed;
    sum.rate += job.rate ?? 0;
    sum.total = sum.total === null || job.total === null ? null : sum.total + job.total;
    if (job.etaS !== null) sum.etaS = Math.max(sum.etaS ?? 0, job.etaS);
  }
  if (sum.total !== null && sum.total < sum.done + sum.failed) sum.total = null;
  return sum;
}

export const isPaused = (job: Job): boolean => job.note === 'paused';

/** Of the end of a kind of job nothing is said where there is nothing to see. */
interface Words {
  doing: (subject: string) => string;
  ended: (status: Status | null) => string | null;
}

/** A folder's or a model's own name, without the fingerprint that ids have. */
const nameOf = (subject: string): string => (subject.startsWith('/') ? fileName(subject) : subject.replace(/@[0-9a-f]+$/, ''));

const WORDS: Record<string, Words> = {
  scan: { doing: () => 'Indexing', ended: (status) => `Indexed: ${plural(status?.photos ?? 0, 'picture')}` },
  model: { doing: (subject) => `Switching to the model ${nameOf(subject)}`, ended: (status) => (status?.model ? `The model in use: ${status.model.name}` : null) },
  duplicates: { doing: () => 'Looking for near-duplicates', ended: () => 'The search for near-duplicates is done' },
  remove: { doing: (subject) => `Taking ${nameOf(subject)} out of the search`, ended: () => null },
  move: { doing: (subject) => `Following the renamed folder ${nameOf(subject)}`, ended: () => null },
  backup: { doing: () => 'Backing up', ended: () => 'The backup is whole' },
};

/** The words for a job that runs, such as "Indexing 312 of 640 · 41 a second · 8 s left". */
export function jobWords({ kind, subject, paused, note, done, failed, total, rate, etaS }: Sum): string {
  const doing = (WORDS[kind]?.doing ?? (() => `At work (${kind})`))(subject);
  const seen = formatCount(done + failed);
  const between = kind === 'scan' ? ' ' : ': ';
  const head = total ? `${doing}${between}${seen} of ${formatCount(total)}` : done + failed > 0 ? `${doing}: ${seen} so far` : doing;
  if (paused) return `${head} · paused`;
  const parts = [head];
  if (note !== '') parts.push(note);
  if (rate >= 0.05) parts.push(`${rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))} a second`);
  if (etaS !== null) parts.push(`${formatDuration(etaS)} left`);
  return parts.join(' · ');
}

/** The words for one that has ended, or null when nothing is to be said. */
export function endWords(kind: string, last: Job | undefined, status: Status | null): string | null {
  if (last?.state === 'failed') return `${WORDS[kind]?.doing(last.subject) ?? kind}: failed${last.error ? `, ${last.error}` : ''}`;
  if (last?.state === 'cancelled') return null;
  return WORDS[kind]?.ended(status) ?? null;
}
