// The stage shows one picture large: its thumbnail at once, the picture itself over it when it has come.
import { fileUrl, thumbnailUrl } from '../api/client';
import type { Photo } from '../api/types';
import { h } from '../ui/dom';
import { fileName } from '../ui/format';

const SHOWN_BY_BROWSERS = new Set(['jpeg', 'jpg', 'png', 'webp', 'gif', 'avif', '']);
const LARGE_PX = 1600;

/** Formats that browsers cannot show come as a large thumbnail. */
function sourceOf(photo: Photo): string {
  const format = photo.format || photo.path.slice(photo.path.lastIndexOf('.') + 1).toLowerCase();
  return SHOWN_BY_BROWSERS.has(format) && !photo.offline ? fileUrl(photo.id) : thumbnailUrl(photo.id, LARGE_PX);
}

export class Stage {
  readonly element = h('div', { class: 'stage' });

  show(photo: Photo): void {
    const quick = h('img', { class: 'quick', src: photo.thumbnail, alt: '' });
    const full = h('img', { class: 'full', alt: fileName(photo.path) });
    const frame = h('div', { class: 'frame' }, quick, full);
    full.addEventListener('load', () => full.classList.add('ready'));
    full.addEventListener('error', () => this.failed(full, quick, photo));
    full.src = sourceOf(photo);
    this.element.replaceChildren(frame);
  }

  /** Asks for a neighbour's picture before it is wanted. */
  prepare(photo: Photo | undefined): void {
    if (photo) new Image().src = sourceOf(photo);
  }

  clear(): void {
    this.element.replaceChildren();
  }

  private failed(full: HTMLImageElement, quick: HTMLImageElement, photo: Photo): void {
    const large = thumbnailUrl(photo.id, LARGE_PX);
    if (!full.src.endsWith(large)) {
      full.src = large;
      return;
    }
    full.remove();
    quick.alt = fileName(photo.path);
    this.element.append(h('p', { class: 'stage-note' }, photo.offline ? 'The folder is offline: this is the stored thumbnail.' : 'The picture itself cannot be read: this is the stored thumbnail.'));
  }
}
