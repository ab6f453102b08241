// The row that narrows the pictures down: by date, folder, camera, shape and type. Each change is a new question.
import { byId, h } from '../ui/dom';
import { FILTER_FIELDS, filtersOf, isNarrowed } from './filters';
import type { FilterField, Filters } from './filters';

const PAUSE_MS = 120; // of typing, before a text or a date counts
const SHAPES = ['landscape', 'portrait', 'square'];
const TYPES = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heic', 'avif', 'jxl'];

function choice(name: FilterField, none: string, values: string[]): HTMLSelectElement {
  const options = values.map((value) => h('option', { value }, value));
  return h('select', { name, 'aria-label': name }, h('option', { value: '' }, none), ...options);
}

const dated = (name: FilterField, words: string): HTMLElement => h('label', {}, words, h('input', { type: 'date', name }));

export class FilterBar {
  private readonly form = byId<HTMLFormElement>('filters');
  private readonly button = byId('narrow');
  private readonly folders = h('datalist', { id: 'known-folders' });
  private timer = 0;

  constructor(private readonly onChange: (filters: Filters) => void) {
    this.form.append(
      dated('from', 'From'),
      dated('to', 'to'),
      h('input', { type: 'text', name: 'folder', placeholder: 'Folder', 'aria-label': 'folder', list: 'known-folders', autocomplete: 'off', spellcheck: 'false' }),
      this.folders,
      h('input', { type: 'text', name: 'camera', placeholder: 'Camera', 'aria-label': 'camera', autocomplete: 'off', spellcheck: 'false' }),
      choice('shape', 'Any shape', SHAPES),
      choice('type', 'Any type', TYPES),
      h('button', { type: 'button', class: 'link', id: 'widen', onclick: () => this.clear() }, 'Clear'),
    );
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('input', (event) => this.changed(event.target instanceof HTMLSelectElement ? 0 : PAUSE_MS));
    this.button.addEventListener('click', () => this.toggle());
  }

  get value(): Filters {
    return filtersOf((field) => this.field(field).value);
  }

  /** Shows filters that came from the address. What is being typed into stays as it is. */
  show(filters: Filters): void {
    clearTimeout(this.timer);
    for (const field of FILTER_FIELDS) {
      const element = this.field(field);
      const value = filters[field] ?? '';
      if (element.value.trim() !== value) element.value = value;
    }
    if (isNarrowed(filters)) this.form.hidden = false;
    this.mark();
  }

  offerFolders(paths: string[]): void {
    if (paths.length !== this.folders.children.length) this.folders.replaceChildren(...paths.map((value) => h('option', { value })));
  }

  private field(name: FilterField): HTMLInputElement | HTMLSelectElement {
    return this.form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
  }

  private changed(pause: number): void {
    clearTimeout(this.timer);
    this.mark();
    this.timer = window.setTimeout(() => this.onChange(this.value), pause);
  }

  private clear(): void {
    this.form.reset();
    this.mark();
    this.onChange({});
  }

  private toggle(): void {
    this.form.hidden = !this.form.hidden;
    this.mark();
    if (!this.form.hidden) this.field('from').focus();
  }

  private mark(): void {
    this.button.setAttribute('aria-expanded', String(!this.form.hidden));
    this.button.classList.toggle('on', isNarrowed(this.value));
    byId('widen').hidden = !isNarrowed(this.value);
  }
}
