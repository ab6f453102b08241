// How pictures fall into rows, reckoned as the browser does it (grid.css), for rows that are not laid out yet.

export interface RowMeasures {
  width: number; // of the grid
  gap: number;
  row: number; // height of a row before it is stretched
}

const MOST_LEFT_OUT = 12;
const FULL_ENOUGH = 0.94;
const SPARE_PX = 1; // for what browsers round

/** How wide the last row of pictures of these shapes is before it is stretched. */
export function lastRow(shapes: number[], { width, gap, row }: RowMeasures): number {
  let used = 0;
  for (const shape of shapes) {
    const own = Math.min(shape * row, width);
    used = used > 0 && used + gap + own <= width ? used + gap + own : own;
  }
  return used;
}

/** How many of the first to leave out so that the others end with a row that is nearly full. */
export function leaveOut(shapes: number[], measures: RowMeasures): number {
  let [best, fullest] = [0, 0]; // fullest: 0 to 1
  for (let out = 0; out < Math.min(MOST_LEFT_OUT, shapes.length); out += 1) {
    const fill = lastRow(shapes.slice(out), measures) / measures.width;
    if (fill > fullest) [best, fullest] = [out, fill];
    if (fullest >= FULL_ENOUGH) break;
  }
  return best;
}

/** The width to fill so that a picture of shape `next` begins a row of its own behind these, or 0 when it does by itself. */
export function toFill(shapes: number[], next: number, measures: RowMeasures): number {
  const left = measures.width - lastRow(shapes, measures) - measures.gap;
  return left < next * measures.row + SPARE_PX ? 0 : Math.max(0, left - SPARE_PX);
}
