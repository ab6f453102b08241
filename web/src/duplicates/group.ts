// One group of near-duplicates: its pictures side by side, each with what tells it from the others.
import type { DuplicateGroup, DuplicateShot } from '../api/types';
import { copyText } from '../ui/copy';
import { h } from '../ui/dom';
import { fileName, folderOf, formatBytes, formatCount, formatTaken, plural } from '../ui/format';
import { icon } from '../ui/icons';
import { toast } from '../ui/toast';

const SHOWN_AT_ONCE = 8;

export interface GroupEvents {
  onOpen(group: DuplicateGroup, shot: DuplicateShot): void;
  addressOf(shot: DuplicateShot): string;
}

function titleOf({ kind, size }: DuplicateGroup): string {
  const many = formatCount(size);
  return { identical: `The same file in ${many} places`, copies: `${many} copies of one picture`, bursts: `A burst of ${many}` }[kind];
}

function factsOf(shot: DuplicateShot): string {
  const size = shot.width > 0 ? `${formatCount(shot.width)} × ${formatCount(shot.height)}` : '';
  return [size, shot.bytes === null ? '' : formatBytes(shot.bytes)].filter(Boolean).join(' · ');
}

function picture(group: DuplicateGroup, shot: DuplicateShot, events: GroupEvents): HTMLElement {
  const name = fileName(shot.path);
  const image = h('img', { loading: 'lazy', src: shot.thumbnail, alt: '', decoding: 'async', draggable: 'false' });
  const best = shot.keep && group.kind !== 'identical'; // equal files are equally good
  const words = [name, best ? 'the best of the group' : '', shot.offline ? 'folder is offline' : ''];
  const open = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    events.onOpen(group, shot);
  };
  const link = h('a', { class: 'shot-link', href: events.addressOf(shot), draggable: 'false', 'aria-label': words.filter(Boolean).join(', '), onclick: open }, image);
  image.addEventListener('error', () => link.classList.add('broken'));
  link.classList.toggle('away', shot.offline);
  if (best) link.append(h('span', { class: 'shot-best', title: 'Most pixels, then the largest file, then the oldest' }, 'Best'));
  return h(
    'li',
    { class: 'shot' },
    link,
    h('span', { class: 'shot-name path' }, name),
    h('small', { class: 'path' }, folderOf(shot.path)),
    h('small', {}, factsOf(shot)),
    shot.takenAt ? h('small', {}, formatTaken(shot.takenAt)) : null,
  );
}

async function copyPaths(group: DuplicateGroup): Promise<void> {
  const copied = await copyText(group.shots.map((shot) => `${shot.path}\n`).join(''));
  toast(copied ? `${plural(group.shots.length, 'path')} copied` : 'This browser lets no page copy', !copied);
}

export function groupElement(group: DuplicateGroup, events: GroupEvents): HTMLElement {
  const first = group.shots.slice(0, SHOWN_AT_ONCE);
  const rest = group.shots.slice(SHOWN_AT_ONCE);
  const list = h('ul', { class: 'shots', role: 'list' }, ...first.map((shot) => picture(group, shot, events)));
  const copy = h('button', { type: 'button', class: 'link', onclick: () => void copyPaths(group) }, 'Copy paths');
  const head = h('div', { class: 'group-head' }, h('h3', {}, titleOf(group)), copy);
  const element = h('section', { class: 'group', 'aria-label': titleOf(group) }, head, list);
  if (rest.length === 0) return element;
  const unseen = group.size - group.shots.length;
  const more = h('button', { type: 'button', class: 'button' }, icon('picture'), `Show ${formatCount(rest.length)} more${unseen > 0 ? `, of ${formatCount(rest.length + unseen)}` : ''}`);
  more.addEventListener('click', () => {
    const shots = rest.map((shot) => picture(group, shot, events));
    list.append(...shots);
    more.remove();
    shots[0]?.querySelector('a')?.focus();
  });
  element.append(more);
  return element;
}
