// The viewer: one picture large in a dialog, with its facts, its neighbours in the answer, and what can be done with it.
import { fileUrl, getPhoto } from '../api/client';
import { asApiError } from '../api/error';
import type { Photo } from '../api/types';
import { byId, h, setText } from '../ui/dom';
import { icon } from '../ui/icons';
import type { IconName } from '../ui/icons';
import { factList, titleOf } from './facts';
import { Stage } from './stage';
import { onSwipe } from './swipe';

export interface ViewerEvents {
  /** The user asks for the picture `step` places further. */
  onStep(step: 1 | -1): void;
  onSimilar(photo: Photo): void;
  onClosed(): void;
}

export interface Position {
  index: number; // -1 when the picture is not in the answer
  count: number;
  more: boolean;
}

function button(name: IconName, label: string, className: string, onclick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: className, 'aria-label': label, title: label, onclick }, icon(name));
}

export class Viewer {
  private readonly dialog = byId<HTMLDialogElement>('viewer');
  private readonly stage = new Stage();
  private readonly heading = h('h2', { class: 'viewer-title', tabindex: -1 });
  private readonly position = h('p', { class: 'viewer-position' });
  private readonly side = h('div', { class: 'viewer-facts' });
  private readonly similar = h('button', { type: 'button', class: 'button primary' }, icon('similar'), 'Similar');
  private readonly open = h('a', { class: 'button', target: '_blank', rel: 'noopener' }, icon('open'), 'Open');
  private readonly download = h('a', { class: 'button' }, icon('download'), 'Download');
  private readonly previous: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private photo: Photo | null = null;
  private readonly records = new Map<string, Photo>();

  constructor(private readonly events: ViewerEvents) {
    this.previous = button('left', 'Previous picture', 'viewer-step previous', () => events.onStep(-1));
    this.next = button('right', 'Next picture', 'viewer-step next', () => events.onStep(1));
    const close = button('close', 'Close', 'icon-button viewer-close', () => this.close());
    const actions = h('div', { class: 'viewer-actions' }, this.similar, this.open, this.download);
    this.dialog.append(
      h('div', { class: 'viewer-stage' }, this.stage.element, this.previous, this.next, this.position, close),
      h('aside', { class: 'viewer-side', 'aria-label': 'Facts' }, this.heading, actions, this.side),
    );
    this.similar.addEventListener('click', () => this.photo && events.onSimilar(this.photo));
    document.addEventListener('keydown', (event) => this.key(event));
    this.dialog.addEventListener('close', () => this.closed());
    onSwipe(this.stage.element, (step) => events.onStep(step));
  }

  get shown(): Photo | null {
    return this.photo;
  }

  /** Shows a photo, opening the dialog when it is closed. */
  show(photo: Photo, { index, count, more }: Position): void {
    const known = this.records.get(photo.id);
    const full: Photo = known ? { ...known, score: photo.score, offline: photo.offline } : photo;
    this.photo = full;
    if (!this.dialog.open) {
      this.dialog.showModal();
      this.heading.focus();
    }
    this.stage.show(full);
    this.draw(full);
    this.previous.hidden = index <= 0;
    this.next.hidden = index < 0 || (index >= count - 1 && !more);
    setText(this.position, index < 0 ? '' : `${index + 1} of ${count}${more ? '+' : ''}`);
    if (!known) void this.complete(photo);
  }

  prepare(...neighbours: (Photo | undefined)[]): void {
    for (const photo of neighbours) this.stage.prepare(photo);
  }

  close(): void {
    if (this.dialog.open) this.dialog.close();
  }

  private draw(photo: Photo): void {
    setText(this.heading, titleOf(photo));
    this.dialog.setAttribute('aria-label', `Picture: ${titleOf(photo)}`);
    this.side.replaceChildren(factList(photo));
    this.open.href = fileUrl(photo.id);
    this.download.href = fileUrl(photo.id);
    this.download.download = titleOf(photo);
  }

  /** A search hit carries a few facts; the record has all of them. */
  private async complete(photo: Photo): Promise<void> {
    try {
      const record = await getPhoto(photo.id);
      this.records.set(photo.id, record);
      if (this.photo?.id !== photo.id) return;
      this.photo = { ...record, score: photo.score };
      this.draw(this.photo);
    } catch (cause) {
      if (this.photo?.id === photo.id) this.side.append(h('p', { class: 'trouble' }, asApiError(cause).message));
    }
  }

  private closed(): void {
    this.photo = null;
    this.stage.clear();
    this.events.onClosed();
  }

  private key(event: KeyboardEvent): void {
    if (!this.dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowLeft' && !this.previous.hidden) this.events.onStep(-1);
    else if (event.key === 'ArrowRight' && !this.next.hidden) this.events.onStep(1);
    else if (event.key === 's' && this.photo) this.events.onSimilar(this.photo);
    else return;
    event.preventDefault();
  }
}
