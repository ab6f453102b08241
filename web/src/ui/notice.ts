// The notice in the middle of the page when there are no pictures to show: why, and what to do.
import { addRootForm } from '../library/roots';
import type { Snapshot } from '../library/watch';
import { isNarrowed } from '../search/filters';
import type { Answer } from '../search/results';
import { byId, h } from './dom';
import { icon } from './icons';
import type { IconName } from './icons';

interface Words {
  key: string; // the same key is the same notice, and is not drawn again
  picture: IconName;
  title: string;
  lines: (string | Node)[];
  form: boolean; // offers to add a folder
}

const code = (text: string): HTMLElement => h('code', {}, text);

function ofError(answer: Answer): Words | null {
  const { error } = answer;
  if (!error) return null;
  if (error.trouble === 'loading') {
    return { key: 'loading', picture: 'retry', title: 'The model is loading', lines: ['This takes a few seconds after a start. The page goes on by itself.'], form: false };
  }
  if (error.trouble === 'offline') {
    return { key: 'away', picture: 'unplugged', title: 'fovea is not answering', lines: ['Is the daemon running? ', code('fovea serve'), h('br'), 'The page goes on by itself when it is back.'], form: false };
  }
  return { key: `error ${error.message}`, picture: 'info', title: error.title, lines: [error.detail], form: false };
}

function ofEmptyLibrary({ status, jobs }: Snapshot): Words | null {
  if (!status || status.photos > 0) return null;
  if (status.roots.length === 0) {
    return { key: 'no roots', picture: 'folder', title: 'No pictures yet', lines: ['Name a folder with pictures. fovea looks through it, and keeps watching it.'], form: true };
  }
  const running = status.pending > 0 || jobs.some((job) => job.state === 'running' || job.state === 'queued');
  if (running) return { key: 'indexing', picture: 'folder', title: 'Looking through your pictures', lines: ['The first ones appear here in a moment.'], form: false };
  const lines = [`There is no picture that fovea can read in ${status.roots.map((root) => root.path).join(', ')}.`];
  return { key: `no photos ${lines.join()}`, picture: 'folder', title: 'No pictures here', lines, form: true };
}

function wordsFor(answer: Answer, now: Snapshot): Words | null {
  if (answer.photos.length > 0) return null;
  const known = ofError(answer) ?? ofEmptyLibrary(now);
  if (known) return known;
  if (isNarrowed(answer.query.filters ?? {}) && !answer.held) return { key: 'none fits', picture: 'filter', title: 'No picture fits', lines: ['Widen the dates, or clear the folder and the others above.'], form: false };
  if (answer.query.kind === 'browse') return null;
  if (answer.held) return { key: 'nothing stands out', picture: 'search', title: 'No picture stands out', lines: ['None clearly fits these words.'], form: false };
  return { key: 'nothing', picture: 'search', title: 'Nothing found', lines: ['Try other words, or fewer of them.'], form: false };
}

let drawn = '';

/** `onAdded` runs when a folder was added from the notice. */
export function showNotice(answer: Answer, now: Snapshot, onAdded: () => void): void {
  const words = wordsFor(answer, now);
  const element = byId('notice');
  element.hidden = words === null;
  const key = words?.key ?? '';
  if (key === drawn) return;
  drawn = key;
  if (!words) return element.replaceChildren();
  element.replaceChildren(
    h('div', { class: 'notice-icon' }, icon(words.picture)),
    h('h2', {}, words.title),
    h('p', {}, ...words.lines),
    ...(words.form ? [addRootForm(onAdded), h('p', { class: 'quiet' }, 'Or from a terminal: ', code('fovea serve ~/Pictures'))] : []),
  );
}
