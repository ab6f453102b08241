// The facts of a picture, as a list of terms; what is not known is left out.
import type { Photo } from '../api/types';
import { h } from '../ui/dom';
import { fileName, folderOf, formatBytes, formatPlace, formatScore, formatSize, formatTaken } from '../ui/format';

function fact(term: string, ...values: (string | Node)[]): HTMLElement {
  return h('div', { class: values.some((value) => value instanceof Node) ? 'fact wide' : 'fact' }, h('dt', {}, term), ...values.map((value) => h('dd', {}, value)));
}

function fileFacts(photo: Photo): HTMLElement[] {
  const size = photo.width > 0 && photo.height > 0 ? [fact('Size', formatSize(photo.width, photo.height))] : [];
  const kind = [photo.format.toUpperCase(), photo.bytes === null ? '' : formatBytes(photo.bytes)].filter(Boolean).join(', ');
  return kind ? [...size, fact('File', kind)] : size;
}

export function factList(photo: Photo): HTMLElement {
  const list = h('dl', { class: 'facts' });
  if (photo.takenAt) list.append(fact('Taken', formatTaken(photo.takenAt)));
  if (photo.camera) list.append(fact('Camera', photo.camera));
  if (photo.lens) list.append(fact('Lens', photo.lens));
  if (photo.place) list.append(fact('Place', formatPlace(photo.place.lat, photo.place.lon)));
  list.append(...fileFacts(photo));
  if (photo.score !== null) list.append(fact('Score', formatScore(photo.score)));
  const paths = photo.paths.length ? photo.paths : [photo.path];
  if (paths.length > 1) list.append(fact('Kept as', ...paths.map((path) => h('span', { class: 'path' }, path))));
  else list.append(fact('Folder', h('span', { class: 'path' }, folderOf(photo.path))));
  if (photo.offline) list.append(fact('State', 'its folder is not there at the moment'));
  return list;
}

export const titleOf = (photo: Photo): string => fileName(photo.path);
