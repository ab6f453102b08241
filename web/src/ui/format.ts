// Numbers, dates and paths in words.

const whole = new Intl.NumberFormat('en');

export const formatCount = (value: number): string => whole.format(value);

export const plural = (value: number, one: string, many = `${one}s`): string => `${formatCount(value)} ${value === 1 ? one : many}`;

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export const formatScore = (score: number): string => score.toFixed(2);

export function formatDuration(seconds: number): string {
  if (seconds < 1) return 'under a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3600);
  return `${hours} h ${Math.round((seconds - hours * 3600) / 60)} min`;
}

/** The clock of the camera, as it stood when the picture was taken, whatever zone the reader is in. */
export function formatTaken(iso: string): string {
  const wall = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})/.exec(iso);
  const date = wall ? new Date(`${wall[1]}T${wall[2]}:00Z`) : new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(date);
}

export function formatPlace(lat: number, lon: number): string {
  const side = (value: number, plus: string, minus: string): string => `${Math.abs(value).toFixed(4)}°\u00a0${value < 0 ? minus : plus}`;
  return `${side(lat, 'N', 'S')}, ${side(lon, 'E', 'W')}`;
}

export function formatSize(width: number, height: number): string {
  const megapixels = (width * height) / 1e6;
  const size = `${formatCount(width)} × ${formatCount(height)}`;
  return megapixels >= 0.95 ? `${size}, ${megapixels.toFixed(megapixels < 9.5 ? 1 : 0)} megapixels` : size;
}

export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || path;
export const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/';
