// Says, until it is dismissed, what the small built-in model does not know, and how to get a real one.
import type { Model } from '../api/types';
import { byId, h } from '../ui/dom';
import { icon } from '../ui/icons';
import { recall, remember } from '../ui/store';

const KEY = 'fovea-model-note';
export const REAL_MODEL_COMMAND = 'fovea serve --model ~/models/clip-vit-base-patch32';

export const isSmall = (model: Model): boolean => model.name.startsWith('fovea-tiny');

export class ModelNote {
  private shown = '';

  /** `onMore` shows where the whole of it is said. */
  constructor(private readonly onMore: () => void) {}

  show(model: Model | null): void {
    const name = model?.name ?? '';
    if (name === this.shown) return;
    this.shown = name;
    const strip = byId('model-note');
    strip.hidden = !model || !isSmall(model) || recall(KEY) === name;
    if (strip.hidden) return;
    const dismiss = (): void => {
      remember(KEY, name);
      strip.hidden = true;
    };
    strip.replaceChildren(
      icon('info'),
      h(
        'p',
        {},
        'The model in use, ', h('b', {}, name), ', knows drawings of everyday things, not photographs. ',
        h('span', { class: 'note-command' }, 'For photographs: ', h('code', {}, REAL_MODEL_COMMAND)),
        h('button', { type: 'button', class: 'link note-more', onclick: () => this.onMore() }, 'More'),
      ),
      h('button', { type: 'button', class: 'icon-button small note-hide', 'aria-label': 'Hide this note', onclick: dismiss }, icon('close')),
    );
  }
}
