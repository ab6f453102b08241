// The search box: typing, its chip for a picture, the buttons in it, and pictures that are dropped or pasted on the page.
import { thumbnailUrl } from '../api/client';
import { byId, h } from '../ui/dom';
import { icon } from '../ui/icons';
import { toast } from '../ui/toast';
import { pictureQuery, textQuery } from './query';
import type { Query } from './query';
import { pictureIn, sampleOf } from './sample';

const BURST_MS = 70; // key presses closer than this are one burst, asked about at its end

export interface BoxEvents {
  /** A question; `settled` when it is meant as it stands (Enter, a picture), not one key press among others. */
  onQuery(query: Query, settled: boolean): void;
  /** ArrowDown: the focus moves on to the pictures. */
  onLeave(): void;
}

export class SearchBox {
  private readonly input = byId<HTMLInputElement>('query');
  private readonly chip = byId('chip');
  private readonly clearButton = byId('clear');
  private timer = 0;
  private pressed = 0; // when the last key press was

  constructor(private readonly events: BoxEvents) {
    this.input.addEventListener('input', () => this.typed());
    this.input.addEventListener('keydown', (event) => this.key(event));
    byId('search').addEventListener('submit', (event) => {
      event.preventDefault();
      this.send(true);
    });
    this.clearButton.addEventListener('click', () => this.clear());
    this.listenForPictures();
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  /** Shows a question that came from elsewhere: the address, a "similar" button. */
  show(query: Query): void {
    clearTimeout(this.timer);
    const typed = textQuery(this.input.value);
    const text = query.kind === 'text' ? query.text : '';
    if (!(typed.kind === 'text' && typed.text === text)) this.input.value = text;
    this.chip.replaceChildren(...this.chipParts(query));
    this.chip.hidden = query.kind === 'text' || query.kind === 'browse';
    this.clearButton.hidden = query.kind === 'browse' && this.input.value === '';
    this.input.placeholder = this.chip.hidden ? 'Say what is on the picture' : '';
  }

  private chipParts(query: Query): Node[] {
    if (query.kind === 'similar') {
      const remove = h('button', { type: 'button', class: 'chip-remove', 'aria-label': 'Stop looking for similar pictures', onclick: () => this.clear() }, icon('close'));
      return [h('img', { src: thumbnailUrl(query.id, 64), alt: '', width: 24, height: 24 }), h('span', {}, 'similar to this'), remove];
    }
    if (query.kind !== 'picture') return [];
    const remove = h('button', { type: 'button', class: 'chip-remove', 'aria-label': 'Stop searching by this picture', onclick: () => this.clear() }, icon('close'));
    const preview = h('canvas', { width: 64, height: 64, class: 'chip-preview' });
    if (query.sample.preview) preview.getContext('2d')?.drawImage(query.sample.preview, 0, 0);
    return [preview, h('span', {}, `similar to ${query.sample.name}`), remove];
  }

  private typed(): void {
    this.clearButton.hidden = this.input.value === '' && this.chip.hidden;
    clearTimeout(this.timer);
    const burst = performance.now() - this.pressed < BURST_MS;
    this.pressed = performance.now();
    if (burst) this.timer = window.setTimeout(() => this.send(false), BURST_MS);
    else this.send(false);
  }

  private send(settled: boolean): void {
    clearTimeout(this.timer);
    if (!this.chip.hidden && this.input.value.trim() === '') return;
    this.events.onQuery(textQuery(this.input.value), settled);
  }

  private clear(): void {
    clearTimeout(this.timer);
    this.input.value = '';
    this.input.focus();
    this.events.onQuery(textQuery(''), true);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      this.events.onLeave();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (this.input.value !== '' || !this.chip.hidden) this.clear();
      else this.input.blur();
    } else if (event.key === 'Backspace' && this.input.value === '' && !this.chip.hidden) {
      this.clear();
    }
  }

  private listenForPictures(): void {
    const file = byId<HTMLInputElement>('picture-file');
    byId('by-picture').addEventListener('click', () => file.click());
    file.addEventListener('change', () => {
      void this.ask(file.files?.[0] ?? null);
      file.value = '';
    });
    document.addEventListener('paste', (event) => {
      const picture = pictureIn(event.clipboardData);
      if (!picture) return;
      event.preventDefault();
      void this.ask(picture);
    });
    this.listenForDrops();
  }

  private listenForDrops(): void {
    const veil = byId('drop');
    let depth = 0;
    const show = (change: number): void => {
      depth = Math.max(0, depth + change);
      veil.hidden = depth === 0;
    };
    const carriesFiles = (event: DragEvent): boolean => [...(event.dataTransfer?.types ?? [])].includes('Files');
    document.addEventListener('dragenter', (event) => carriesFiles(event) && show(1));
    document.addEventListener('dragleave', (event) => carriesFiles(event) && show(-1));
    document.addEventListener('dragover', (event) => carriesFiles(event) && event.preventDefault());
    document.addEventListener('drop', (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      show(-depth);
      void this.ask(pictureIn(event.dataTransfer));
    });
  }

  private async ask(file: File | null): Promise<void> {
    if (!file) return;
    try {
      this.events.onQuery(pictureQuery(await sampleOf(file)), true);
    } catch (cause) {
      toast(cause instanceof Error ? cause.message : String(cause), true);
    }
  }
}
