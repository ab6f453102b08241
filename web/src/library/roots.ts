// The watched folders: their state, adding one, taking one off the list.
import { addRoot, removeRoot } from '../api/client';
import { asApiError } from '../api/error';
import type { Root } from '../api/types';
import { h } from '../ui/dom';
import { plural } from '../ui/format';
import { icon } from '../ui/icons';

/** A form that adds a folder; `onAdded` runs after the daemon has taken it. */
export function addRootForm(onAdded: () => void): HTMLFormElement {
  const input = h('input', { type: 'text', name: 'path', placeholder: '/home/me/Pictures', 'aria-label': 'Path of a folder with pictures', autocomplete: 'off', spellcheck: 'false', required: true });
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
  const button = h('button', { class: 'button primary' }, 'Add folder');
  const form = h('form', { class: 'add-root' }, h('div', { class: 'add-root-line' }, input, button), trouble);
  const submit = async (): Promise<void> => {
    button.disabled = true;
    try {
      await addRoot(input.value.trim());
      input.value = '';
      trouble.hidden = true;
      onAdded();
    } catch (cause) {
      trouble.textContent = asApiError(cause).message;
      trouble.hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  return form;
}

function removal(root: Root, row: HTMLElement, onRemoved: () => void): HTMLElement {
  const question = h('div', { class: 'root-question', hidden: true });
  const ask = h('button', { type: 'button', class: 'icon-button small', 'aria-label': `Stop watching ${root.path}`, title: 'Stop watching this folder' }, icon('close'));
  const keep = (): void => {
    question.hidden = true;
    ask.focus();
  };
  const remove = async (): Promise<void> => {
    try {
      await removeRoot(root.id);
      question.hidden = true;
      onRemoved();
    } catch (cause) {
      question.replaceChildren(h('p', { class: 'trouble', role: 'alert' }, asApiError(cause).message));
    }
  };
  const yes = h('button', { type: 'button', class: 'button danger', onclick: () => void remove() }, 'Stop watching');
  question.append(
    h('p', {}, 'Its pictures leave the search. The files on disk stay as they are.'),
    h('div', { class: 'root-answers' }, yes, h('button', { type: 'button', class: 'button', onclick: keep }, 'Keep')),
  );
  ask.addEventListener('click', () => {
    question.hidden = !question.hidden;
    if (!question.hidden) yes.focus();
  });
  row.append(ask);
  return question;
}

export function rootList(roots: Root[], onChanged: () => void): HTMLElement {
  const list = h('ul', { class: 'roots', role: 'list' });
  for (const root of roots) {
    const words = { offline: 'offline, its pictures stay findable', removing: 'its pictures are leaving the search' }[root.state] ?? '';
    const count = root.photos === null ? '' : plural(root.photos, 'picture');
    const row = h(
      'div',
      { class: 'root-row' },
      h('span', { class: words ? 'dot bad' : 'dot good', 'aria-hidden': 'true' }),
      h('div', { class: 'root-words' }, h('span', { class: 'path' }, root.path), h('small', {}, [words, count].filter(Boolean).join(' · '))),
    );
    list.append(root.state === 'removing' ? h('li', {}, row) : h('li', {}, row, removal(root, row, onChanged)));
  }
  return list;
}
