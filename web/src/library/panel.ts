// The panel at the side: the library, its folders, what failed, the model, the keys.
import type { Model, Status } from '../api/types';
import { byId, h } from '../ui/dom';
import { formatCount } from '../ui/format';
import { icon } from '../ui/icons';
import { FailureList } from './failures';
import { REAL_MODEL_COMMAND, isSmall } from './model_note';
import { addRootForm, rootList } from './roots';
import type { LibraryWatch, Snapshot } from './watch';

const KEYS: [string, string][] = [
  ['/', 'search'],
  ['← → ↑ ↓', 'move through the pictures'],
  ['Enter', 'open a picture'],
  ['← →', 'previous and next picture, when one is open'],
  ['S', 'similar pictures, when one is open'],
  ['Esc', 'close, or clear the search'],
];

function section(title: string, ...content: Node[]): HTMLElement {
  return h('section', { class: 'panel-section' }, h('h3', {}, title), ...content);
}

function modelFacts(model: Model): Node[] {
  const runs = [model.device, model.precision].filter(Boolean).join(', ');
  const parts: Node[] = [h('p', { class: 'model-name' }, model.name)];
  if (model.description) parts.push(h('p', {}, model.description));
  const named = model.description.includes('--model'); // then the description itself says what to do
  if (isSmall(model) && !named) parts.push(h('p', {}, 'For photographs, start the daemon with a CLIP model: ', h('code', {}, REAL_MODEL_COMMAND)));
  if (model.architecture) parts.push(h('p', { class: 'quiet' }, model.architecture));
  if (runs) parts.push(h('p', { class: 'quiet' }, `Runs on ${runs}${model.precisionReason ? ` (${model.precisionReason})` : ''}`));
  return parts;
}

export class Panel {
  private readonly dialog = byId<HTMLDialogElement>('panel');
  private readonly numbers = h('p', { class: 'panel-count' });
  private readonly roots = h('div');
  private readonly model = h('section', { class: 'panel-section' });
  private readonly version = h('p', { class: 'quiet' });
  private readonly failures: FailureList;
  private drawn = '';

  constructor(
    private readonly watch: LibraryWatch,
    onDuplicates: () => void,
  ) {
    this.failures = new FailureList(() => watch.soon());
    const close = h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => this.dialog.close() }, icon('close'));
    const toDuplicates = (): void => {
      this.dialog.close();
      onDuplicates();
    };
    const twice = h('button', { type: 'button', class: 'button', id: 'to-duplicates', onclick: toDuplicates }, icon('similar'), 'Near-duplicates');
    const keys = h('dl', { class: 'keys' });
    for (const [key, what] of KEYS) keys.append(h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)));
    this.dialog.append(
      h('div', { class: 'panel-head' }, h('h2', { id: 'panel-title' }, 'Library'), close),
      h('div', { class: 'panel-body' }, this.numbers, section('Folders', this.roots, addRootForm(() => watch.soon())), section('Pictures that are there twice', twice), this.failures.element, this.model, section('Keys', keys), this.version),
    );
    this.dialog.addEventListener('click', (event) => event.target === this.dialog && this.dialog.close());
    byId('open-panel').addEventListener('click', () => this.open());
  }

  open(at: 'top' | 'failures' = 'top'): void {
    if (!this.dialog.open) this.dialog.showModal();
    this.show(this.watch.now);
    this.watch.soon();
    if (at === 'failures') this.failures.element.scrollIntoView({ block: 'start' });
  }

  show({ status, error }: Snapshot): void {
    this.showButton(status, error !== null);
    if (!status || !this.dialog.open) return;
    void this.failures.show(status.failures);
    this.numbers.replaceChildren(h('b', {}, formatCount(status.photos)), ` ${status.photos === 1 ? 'picture' : 'pictures'}`);
    this.version.textContent = status.version ? `fovea ${status.version}` : '';
    const drawing = JSON.stringify([status.roots, status.model]);
    const asking = this.roots.querySelector('.root-question:not([hidden])') !== null; // is not wiped away
    if (drawing === this.drawn || asking) return;
    this.drawn = drawing;
    this.roots.replaceChildren(status.roots.length ? rootList(status.roots, () => this.watch.soon()) : h('p', { class: 'quiet' }, 'No folder is watched yet.'));
    const parts = status.model ? modelFacts(status.model) : [h('p', { class: 'quiet' }, 'The model is being loaded.')];
    this.model.replaceChildren(h('h3', {}, 'Model'), ...parts);
  }

  private showButton(status: Status | null, away: boolean): void {
    const offline = status?.roots.some((root) => root.state === 'offline') ?? false;
    const state = away || status?.state === 'failed' ? 'bad' : !status || status.state === 'loading' ? 'waiting' : offline || status.failures > 0 ? 'warn' : 'good';
    byId('status-dot').className = `dot ${state}`;
    const text = away ? 'Offline' : status ? formatCount(status.photos) : 'Library';
    byId('status-text').textContent = text;
    byId('status-unit').textContent = away || !status ? '' : status.photos === 1 ? 'picture' : 'pictures';
    byId('open-panel').setAttribute('aria-label', away ? 'Library, the daemon is not answering' : `Library and settings${status ? `, ${text} pictures` : ''}`);
  }
}
