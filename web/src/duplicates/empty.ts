// What stands in the place of groups when there are none: why, and what can be done.
import type { DuplicateKind, DuplicatePage } from '../api/types';
import { h } from '../ui/dom';
import { icon } from '../ui/icons';
import type { IconName } from '../ui/icons';
import { groupsOf } from './head';

export interface State {
  page: DuplicatePage | null; // null: none has come
  kind: DuplicateKind | null;
  searching: boolean;
  trouble: string;
  empty: boolean; // no picture is in the library
}

function notice(picture: IconName, title: string, line: string, ...more: Node[]): HTMLElement {
  return h('div', { class: 'notice' }, h('div', { class: 'notice-icon' }, icon(picture)), h('h2', {}, title), h('p', {}, line), ...more);
}

/** Null when there are groups to show, or nothing is known yet. */
export function duplicatesNotice({ page, kind, searching, trouble, empty }: State, onBegin: () => void): HTMLElement | null {
  if (page && page.groups.length > 0) return null;
  if (!page) return trouble ? notice('info', 'No answer', trouble) : null;
  if (empty) return notice('folder', 'No pictures yet', 'Add a folder first; then fovea can tell which pictures are there twice.');
  if (searching) return notice('similar', 'Looking through your pictures', 'This takes seconds to minutes, and what was found appears here. You can go on searching meanwhile.');
  if (!page.search) {
    const button = h('button', { type: 'button', class: 'button primary', onclick: onBegin }, 'Look for near-duplicates');
    return notice('similar', 'Not looked through yet', trouble || 'fovea compares all pictures with each other. It deletes no file.', button);
  }
  if (groupsOf(page.search, null) === 0) return notice('similar', 'No picture is there twice', 'Neither the same file, nor copies of a picture, nor bursts were found.');
  if (groupsOf(page.search, kind) === 0) return notice('similar', 'None of this kind', 'Other kinds are above.');
  return notice('similar', 'Nothing left here', 'The pictures of these groups have gone since.');
}
