// LibraryWatch keeps the page's picture of the daemon fresh: it asks gently, more often while something runs, and not
// at all while the page is hidden. A daemon that is away is asked until it is back.
import { getJobs, getStatus } from '../api/client';
import { asApiError } from '../api/error';
import type { ApiError } from '../api/error';
import type { Job, Status } from '../api/types';

const IDLE_MS = 5000;
const BUSY_MS = 1000;
const AWAY_MS = 1500;
const PATIENCE_MS = 10_000;

export interface Snapshot {
  status: Status | null; // the last one known
  jobs: Job[];
  error: ApiError | null; // set while the daemon is away or answers with a fault
}

export const isActive = (job: Job): boolean => job.state === 'running' || job.state === 'queued';

export class LibraryWatch {
  now: Snapshot = { status: null, jobs: [], error: null };
  private timer = 0;
  private asking = false;
  private readonly listeners: ((now: Snapshot, before: Snapshot) => void)[] = [];

  listen(listener: (now: Snapshot, before: Snapshot) => void): void {
    this.listeners.push(listener);
  }

  start(): void {
    document.addEventListener('visibilitychange', () => this.soon());
    this.soon();
  }

  /** Asks now rather than at the next turn. */
  soon(): void {
    clearTimeout(this.timer);
    if (!document.hidden && !this.asking) void this.turn();
  }

  private async turn(): Promise<void> {
    this.asking = true;
    const before = this.now;
    const limit = new AbortController();
    const patience = setTimeout(() => limit.abort(), PATIENCE_MS);
    try {
      const [status, jobs] = await Promise.all([getStatus(limit.signal), getJobs(limit.signal)]);
      this.now = { status, jobs, error: null };
    } catch (cause) {
      this.now = { ...before, error: limit.signal.aborted ? this.silent() : asApiError(cause) };
    } finally {
      clearTimeout(patience);
      this.asking = false;
    }
    for (const listener of this.listeners) listener(this.now, before);
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = window.setTimeout(() => void this.turn(), this.pause());
  }

  private silent(): ApiError {
    return asApiError(new Error('The daemon takes very long to answer.'));
  }

  private pause(): number {
    if (this.now.error) return AWAY_MS;
    const busy = this.now.jobs.some(isActive) || (this.now.status?.pending ?? 0) > 0 || this.now.status?.state === 'loading';
    return busy ? BUSY_MS : IDLE_MS;
  }
}
