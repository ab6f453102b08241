// Puts a text on the clipboard, also where the page is not served as secure and browsers offer no clipboard of their own.
import { h } from './dom';

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text); // no clipboard here, or not allowed
  }
}

function copySelected(text: string): boolean {
  const before = document.activeElement;
  const field = h('textarea', { class: 'unseen', 'aria-hidden': 'true' });
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}
