// The rail at the right edge: where one stands in a list too long to be scrolled through, and a way to any place in it.
import { byId, h, setText } from '../ui/dom';
import { formatCount } from '../ui/format';

const REST_MS = 120; // a finger that rests so long is at the place it means
const STEP = 20; // pictures, by an arrow key

export class Rail {
  private readonly element = byId('rail');
  private readonly label = h('span', { class: 'rail-label', 'aria-hidden': 'true' });
  private readonly thumb = h('div', { class: 'rail-thumb' }, this.label);
  private total = 0;
  private rank = 0; // of the picture at the top, from 0
  private dragging = false;
  private timer = 0;

  constructor(private readonly onGo: (rank: number) => void) {
    this.element.append(this.thumb);
    this.element.addEventListener('pointerdown', (event) => this.grab(event));
    this.element.addEventListener('pointermove', (event) => this.dragging && this.drag(event, false));
    this.element.addEventListener('pointerup', (event) => this.drop(event));
    this.element.addEventListener('pointercancel', () => this.hold(false));
    this.element.addEventListener('keydown', (event) => this.key(event));
  }

  get shown(): boolean {
    return !this.element.hidden;
  }

  /** `total` 0 hides the rail. */
  show(total: number, rank: number): void {
    const changed = total !== this.total;
    this.total = total;
    if (changed) {
      this.element.hidden = total === 0;
      document.documentElement.classList.toggle('has-rail', total > 0);
    }
    // Asked with every step of a scroll: what is drawn makes the browser lay the page out again.
    if (total > 0 && !this.dragging && (changed || rank !== this.rank)) this.draw(rank);
  }

  private draw(rank: number): void {
    this.rank = Math.min(Math.max(0, rank), this.total - 1);
    const words = `${formatCount(this.rank + 1)} of ${formatCount(this.total)}`;
    this.thumb.style.setProperty('top', `${(this.rank / Math.max(1, this.total - 1)) * 100}%`);
    setText(this.label, words);
    for (const [name, value] of Object.entries({ valuemin: 1, valuemax: this.total, valuenow: this.rank + 1, valuetext: words })) this.element.setAttribute(`aria-${name}`, String(value));
  }

  private go(rank: number): void {
    clearTimeout(this.timer);
    this.draw(rank);
    this.onGo(this.rank);
  }

  private hold(on: boolean): void {
    this.dragging = on;
    this.element.classList.toggle('held', on);
    clearTimeout(this.timer);
  }

  private grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    this.hold(true);
    this.drag(event, false);
  }

  private drop(event: PointerEvent): void {
    if (!this.dragging) return;
    this.hold(false);
    this.drag(event, true);
  }

  private drag(event: PointerEvent, ended: boolean): void {
    const box = this.element.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    const before = this.rank;
    this.draw(Math.round(share * (this.total - 1)));
    if (ended) return this.go(this.rank);
    if (this.rank === before) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.onGo(this.rank), REST_MS);
  }

  private key(event: KeyboardEvent): void {
    const far = Math.max(STEP, Math.round(this.total / 50));
    const steps: Record<string, number> = { ArrowUp: -STEP, ArrowLeft: -STEP, ArrowDown: STEP, ArrowRight: STEP, PageUp: -far, PageDown: far, Home: -this.total, End: this.total };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(this.rank + step);
  }
}
