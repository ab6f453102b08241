// The files that could not be read, with the reason, and a button that tries them again.
import { getFailures, retryFailures } from '../api/client';
import { asApiError } from '../api/error';
import type { Failure } from '../api/types';
import { h } from '../ui/dom';
import { plural } from '../ui/format';
import { icon } from '../ui/icons';

function entry(failure: Failure): HTMLElement {
  const tries = failure.tries > 1 ? `, tried ${failure.tries} times` : '';
  return h('li', {}, h('span', { class: 'path' }, failure.path), h('small', {}, failure.reason + tries));
}

export class FailureList {
  readonly element = h('section', { class: 'panel-section', 'aria-labelledby': 'failures-title', id: 'failures' });
  private known = -1;

  constructor(private readonly onRetried: () => void) {}

  /** Draws anew when the number of failures has changed. */
  async show(count: number): Promise<void> {
    this.element.hidden = count === 0;
    if (count === this.known) return;
    this.known = count;
    if (count === 0) return this.element.replaceChildren();
    const list = h('ul', { class: 'failures', role: 'list' });
    const retry = h('button', { type: 'button', class: 'button', onclick: () => void this.retry(retry) }, icon('retry'), 'Try again');
    const title = h('h3', { id: 'failures-title' }, `${plural(count, 'file')} could not be read`);
    await this.fill(list, null);
    this.element.replaceChildren(h('div', { class: 'section-head' }, title, retry), list);
  }

  private async fill(list: HTMLElement, cursor: string | null): Promise<void> {
    try {
      const page = await getFailures(cursor);
      list.append(...page.failures.map(entry));
      if (!page.next) return;
      const more = h('button', { type: 'button', class: 'link' }, 'Show more');
      const row = h('li', {}, more);
      more.addEventListener('click', () => {
        row.remove();
        void this.fill(list, page.next);
      });
      list.append(row);
    } catch (cause) {
      this.known = -1;
      list.append(h('li', { class: 'trouble' }, asApiError(cause).message));
    }
  }

  private async retry(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      await retryFailures();
      this.known = -1;
      this.onRetried();
    } catch (cause) {
      this.element.append(h('p', { class: 'trouble', role: 'alert' }, asApiError(cause).message));
    } finally {
      button.disabled = false;
    }
  }
}
