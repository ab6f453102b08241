// A short message at the foot of the page that goes by itself.
import { byId, h } from './dom';

const SHOWN_MS = 5000;

export function toast(message: string, trouble = false): void {
  const element = h('p', { class: trouble ? 'toast trouble' : 'toast' }, message);
  byId('toasts').append(element);
  setTimeout(() => element.remove(), SHOWN_MS);
}
