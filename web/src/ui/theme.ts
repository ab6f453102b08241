// Light or dark: as the system wishes until the button says otherwise. theme_start.ts sets it before the first paint.
import { byId } from './dom';
import { icon } from './icons';
import { recall, remember } from './store';

const KEY = 'fovea-theme';

export function startTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const button = byId('theme');
  const show = (): void => {
    const chosen = recall(KEY);
    const theme = chosen === 'dark' || chosen === 'light' ? chosen : system.matches ? 'dark' : 'light';
    document.documentElement.dataset['theme'] = theme;
    const label = theme === 'dark' ? 'Switch to light colours' : 'Switch to dark colours';
    button.setAttribute('aria-label', label);
    button.title = label;
    button.replaceChildren(icon(theme === 'dark' ? 'sun' : 'moon'));
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--page').trim();
    document.querySelector('meta[name=theme-color]')?.setAttribute('content', colour);
  };
  button.addEventListener('click', () => {
    const next = document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark';
    const asSystem = (next === 'dark') === system.matches;
    remember(KEY, asSystem ? null : next);
    show();
  });
  system.addEventListener('change', show);
  show();
}
