// A sideways stroke of one finger: the next or the previous picture.

const FAR_PX = 48;

export function onSwipe(element: HTMLElement, step: (step: 1 | -1) => void): void {
  let start: { x: number; y: number; id: number } | null = null;
  element.addEventListener('pointerdown', (event) => {
    start = event.pointerType === 'touch' && event.isPrimary ? { x: event.clientX, y: event.clientY, id: event.pointerId } : null;
  });
  element.addEventListener('pointercancel', () => (start = null));
  element.addEventListener('pointerup', (event) => {
    if (!start || start.id !== event.pointerId) return;
    const across = event.clientX - start.x;
    const down = Math.abs(event.clientY - start.y);
    start = null;
    if (Math.abs(across) > FAR_PX && Math.abs(across) > 2 * down) step(across < 0 ? 1 : -1);
  });
}
