// One picture of the grid: a link, so that it can be opened in a tab of its own, with its score and name.
import type { Photo } from '../api/types';
import { h } from '../ui/dom';
import { fileName, formatScore } from '../ui/format';

const NARROWEST = 0.56;
const WIDEST = 2.4;

export interface Tile {
  id: string;
  shape: number; // width by height
  element: HTMLLIElement;
  link: HTMLAnchorElement;
}

/** The space is reserved by the picture's own shape before a byte of it has come. */
export function shapeOf(photo: Photo): number {
  if (photo.width <= 0 || photo.height <= 0) return 1;
  return Math.min(WIDEST, Math.max(NARROWEST, photo.width / photo.height));
}

/** `loading` comes before `src`: the other way round the picture is fetched at once whatever it says. */
export function makeTile(photo: Photo, loading: 'eager' | 'lazy'): Tile {
  const image = h('img', { loading, src: photo.thumbnail, alt: '', decoding: 'async', draggable: 'false' });
  image.addEventListener('error', () => link.classList.add('broken'));
  const link = h(
    'a',
    { class: 'tile-link', draggable: 'false', tabindex: -1 },
    image,
    h('span', { class: 'tile-name', 'aria-hidden': 'true' }, fileName(photo.path)),
    h('span', { class: 'tile-score', 'aria-hidden': 'true' }),
  );
  const element = h('li', { class: 'tile' }, link);
  const shape = shapeOf(photo);
  element.style.setProperty('--shape', shape.toFixed(4));
  return { id: photo.id, shape, element, link };
}

/** What may differ from one answer to the next; the element and its loaded picture stay. */
export function updateTile(tile: Tile, photo: Photo, address: string, index: number): void {
  const score = tile.link.querySelector('.tile-score');
  if (score) score.textContent = photo.score === null ? '' : formatScore(photo.score);
  const words = [fileName(photo.path), photo.score === null ? '' : `score ${formatScore(photo.score)}`, photo.offline ? 'folder is offline' : ''];
  tile.link.setAttribute('aria-label', words.filter(Boolean).join(', '));
  tile.link.href = address;
  tile.link.dataset['index'] = String(index);
  tile.link.classList.toggle('away', photo.offline);
}
