// Runs before the first paint, so that a dark page never flashes white. The rest is in theme.ts.
(() => {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem('fovea-theme');
  } catch {
    chosen = null; // storage may be switched off; the system's wish then decides
  }
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset['theme'] = chosen === 'dark' || chosen === 'light' ? chosen : dark ? 'dark' : 'light';
})();
