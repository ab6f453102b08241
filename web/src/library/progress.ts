// The strip that shows how far indexing is, while it runs and for a moment after.
import type { Job } from '../api/types';
import { byId, h, setText } from '../ui/dom';
import { formatCount, formatDuration, plural } from '../ui/format';
import { isActive } from './watch';
import type { Snapshot } from './watch';

const LINGER_MS = 4000;
const NOT_INDEXING: ReadonlySet<string> = new Set(['remove', 'move']);

interface Sum {
  done: number;
  failed: number;
  total: number | null;
  rate: number;
  etaS: number | null;
}

function sumOf(jobs: Job[]): Sum {
  const sum: Sum = { done: 0, failed: 0, total: 0, rate: 0, etaS: null };
  for (const job of jobs) {
    sum.done += job.done;
    sum.failed += job.failed;
    sum.rate += job.rate ?? 0;
    sum.total = sum.total === null || job.total === null ? null : sum.total + job.total;
    if (job.etaS !== null) sum.etaS = Math.max(sum.etaS ?? 0, job.etaS);
  }
  return sum;
}

function words({ done, failed, total, rate, etaS }: Sum): string {
  const seen = done + failed;
  const head = total === null || total < seen ? `Indexing: ${formatCount(seen)} so far` : `Indexing ${formatCount(seen)} of ${formatCount(total)}`;
  const parts = [head];
  if (rate >= 0.05) parts.push(`${rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))} a second`);
  if (etaS !== null) parts.push(`${formatDuration(etaS)} left`);
  return parts.join(' · ');
}

export class Progress {
  private readonly strip = byId('progress');
  private readonly text = h('span', { class: 'progress-text' });
  private readonly failures: HTMLButtonElement;
  private readonly fill = h('div', { class: 'progress-fill' });
  private readonly bar = h('div', { class: 'progress-bar', role: 'progressbar', 'aria-label': 'Indexing', 'aria-valuemin': 0, 'aria-valuemax': 100 }, this.fill);
  private running = false;
  private timer = 0;

  constructor(onFailures: () => void) {
    this.failures = h('button', { type: 'button', class: 'link', onclick: onFailures });
    this.strip.append(h('div', { class: 'progress-line' }, this.text, this.failures), this.bar);
  }

  show({ jobs, status, error }: Snapshot): void {
    if (error) {
      this.strip.hidden = true;
      return;
    }
    const active = jobs.filter((job) => isActive(job) && !NOT_INDEXING.has(job.kind));
    if (active.length > 0) this.progress(sumOf(active));
    else if (this.running) this.finished(status?.photos ?? 0, status?.failures ?? 0);
  }

  private progress(sum: Sum): void {
    clearTimeout(this.timer);
    this.running = true;
    this.strip.hidden = false;
    setText(this.text, words(sum));
    this.offerFailures(sum.failed);
    const share = sum.total ? Math.min(1, (sum.done + sum.failed) / sum.total) : null;
    this.bar.classList.toggle('unknown', share === null);
    this.fill.style.setProperty('transform', share === null ? '' : `scaleX(${share})`);
    if (share === null) this.bar.removeAttribute('aria-valuenow');
    else this.bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    this.bar.setAttribute('aria-valuetext', words(sum));
  }

  private finished(photos: number, failures: number): void {
    this.running = false;
    setText(this.text, `Indexed: ${plural(photos, 'picture')}`);
    this.offerFailures(failures);
    this.bar.classList.remove('unknown');
    this.fill.style.setProperty('transform', 'scaleX(1)');
    this.timer = window.setTimeout(() => (this.strip.hidden = true), LINGER_MS);
  }

  private offerFailures(count: number): void {
    this.failures.hidden = count === 0;
    setText(this.failures, `${plural(count, 'file')} could not be read`);
  }
}
