// The strip that shows how far background jobs are, a line for each kind of them, while they run and for a moment after.
import { cancelJob, pauseJob, resumeJob } from '../api/client';
import { asApiError } from '../api/error';
import type { Job } from '../api/types';
import { byId, h, setText } from '../ui/dom';
import { plural } from '../ui/format';
import { toast } from '../ui/toast';
import { endWords, isPaused, jobWords, sumOf } from './job_words';
import { isActive } from './watch';
import type { LibraryWatch, Snapshot } from './watch';

const LINGER_MS = 4000;
const MAY_END: ReadonlySet<string> = new Set(['model', 'duplicates']);

export interface ProgressEvents {
  onFailures(): void;
  onDuplicates(): void;
}

class Line {
  private readonly text = h('span', { class: 'progress-text' });
  private readonly fill = h('div', { class: 'progress-fill' });
  private readonly bar = h('div', { class: 'progress-bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 }, this.fill);
  private readonly link = h('button', { type: 'button', class: 'link', hidden: true });
  private readonly pause = h('button', { type: 'button', class: 'link', onclick: () => this.turn() });
  private readonly end = h('button', { type: 'button', class: 'link', onclick: () => this.giveUp() });
  readonly element = h('div', { class: 'progress-job' }, h('div', { class: 'progress-line' }, this.text, this.link, this.pause, this.end), this.bar);
  private job: Job | null = null; // the one that the buttons are for
  timer = 0; // set while the line of an ended job lingers

  constructor(
    private readonly kind: string,
    private readonly events: ProgressEvents,
    private readonly soon: () => void,
  ) {}

  show(jobs: [Job, ...Job[]]): void {
    clearTimeout(this.timer);
    this.timer = 0;
    const sum = sumOf(jobs);
    const words = jobWords(sum);
    setText(this.text, words);
    this.job = MAY_END.has(this.kind) ? jobs[0] : null;
    this.drawButtons();
    if (this.kind === 'scan') this.offer(sum.failed, `${plural(sum.failed, 'file')} could not be read`, () => this.events.onFailures());
    const share = sum.total ? Math.min(1, (sum.done + sum.failed) / sum.total) : null;
    this.bar.classList.toggle('unknown', share === null && !sum.paused);
    this.bar.classList.toggle('paused', sum.paused);
    this.fill.style.setProperty('transform', share === null ? '' : `scaleX(${share})`);
    if (share === null) this.bar.removeAttribute('aria-valuenow');
    else this.bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    this.bar.setAttribute('aria-label', words.split(/[:·]/)[0]?.trim() ?? this.kind);
    this.bar.setAttribute('aria-valuetext', words);
  }

  /** The job has ended; `words` are shown until the line goes. */
  finish(words: string, failures: number, onGone: () => void): void {
    this.job = null;
    this.drawButtons();
    setText(this.text, words);
    if (this.kind === 'scan') this.offer(failures, `${plural(failures, 'file')} could not be read`, () => this.events.onFailures());
    if (this.kind === 'duplicates') this.offer(1, 'Show them', () => this.events.onDuplicates());
    this.bar.classList.remove('unknown', 'paused');
    this.fill.style.setProperty('transform', 'scaleX(1)');
    this.timer = window.setTimeout(onGone, LINGER_MS);
  }

  private offer(count: number, words: string, onclick: () => void): void {
    this.link.hidden = count === 0;
    this.link.onclick = onclick;
    setText(this.link, words);
  }

  private drawButtons(): void {
    const { job } = this;
    this.pause.hidden = job?.kind !== 'model';
    this.end.hidden = job === null;
    if (!job) return;
    setText(this.pause, isPaused(job) ? 'Go on' : 'Pause');
    setText(this.end, job.kind === 'model' ? 'Give up' : 'Stop');
  }

  private turn(): void {
    const { job } = this;
    if (job) void this.tell(isPaused(job) ? resumeJob(job.id) : pauseJob(job.id));
  }

  private giveUp(): void {
    const { job } = this;
    if (job) void this.tell(cancelJob(job.id), job.kind === 'model' ? 'Given up. What was encoded is kept for a while: the same switch goes on with it.' : '');
  }

  private async tell(request: Promise<unknown>, done = ''): Promise<void> {
    this.pause.disabled = this.end.disabled = true;
    try {
      await request;
      if (done) toast(done);
    } catch (cause) {
      toast(asApiError(cause).message, true);
    } finally {
      this.pause.disabled = this.end.disabled = false;
      this.soon();
    }
  }
}

export class Progress {
  private readonly strip = byId('progress');
  private readonly lines = new Map<string, Line>(); // by kind of job

  constructor(
    private readonly watch: LibraryWatch,
    private readonly events: ProgressEvents,
  ) {}

  show({ jobs, status, error }: Snapshot): void {
    this.strip.hidden = error !== null || (this.lines.size === 0 && !jobs.some(isActive));
    if (error) return;
    for (const kind of new Set(jobs.filter(isActive).map((job) => job.kind))) {
      const [first, ...others] = jobs.filter((job) => isActive(job) && job.kind === kind);
      if (first) this.lineOf(kind).show([first, ...others]);
    }
    for (const [kind, line] of this.lines) {
      if (line.timer !== 0 || jobs.some((job) => isActive(job) && job.kind === kind)) continue;
      const words = endWords(kind, jobs.find((job) => job.kind === kind), status);
      if (words === null) this.drop(kind);
      else line.finish(words, status?.failures ?? 0, () => this.drop(kind));
    }
  }

  private lineOf(kind: string): Line {
    const known = this.lines.get(kind);
    if (known) return known;
    const line = new Line(kind, this.events, () => this.watch.soon());
    this.lines.set(kind, line);
    this.strip.append(line.element);
    return line;
  }

  private drop(kind: string): void {
    this.lines.get(kind)?.element.remove();
    this.lines.delete(kind);
    if (this.lines.size === 0) this.strip.hidden = true;
  }
}
