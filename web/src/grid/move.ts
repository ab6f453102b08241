// Where an arrow key leads in the grid.

function rowsApart(boxes: HTMLElement[], from: number, step: 1 | -1): number | null {
  const start = boxes[from];
  if (!start) return null;
  const middle = start.offsetLeft + start.offsetWidth / 2;
  let row: number | null = null;
  let best: number | null = null;
  let distance = Infinity;
  for (let i = from + step; i >= 0 && i < boxes.length; i += step) {
    const box = boxes[i] as HTMLElement;
    if (box.offsetTop === start.offsetTop) continue;
    row ??= box.offsetTop;
    if (box.offsetTop !== row) break;
    const off = Math.abs(box.offsetLeft + box.offsetWidth / 2 - middle);
    if (off < distance) [best, distance] = [i, off];
  }
  return best;
}

/** The index to go to, -1 for "out at the top", null when the key means nothing here. */
export function neighbour(boxes: HTMLElement[], from: number, key: string): number | null {
  const last = boxes.length - 1;
  switch (key) {
    case 'ArrowRight': return Math.min(from + 1, last);
    case 'ArrowLeft': return Math.max(from - 1, 0);
    case 'ArrowDown': return rowsApart(boxes, from, 1) ?? last;
    case 'ArrowUp': return rowsApart(boxes, from, -1) ?? -1;
    case 'Home': return 0;
    case 'End': return last;
    default: return null;
  }
}
