/** What a pointer does to the grid: open, select, extend, and a long press that sweeps. */

const LONG = 450;
const SLIP = 8;

/**
 * @param {HTMLElement} grid
 * @param {object} on
 * @param {(ordinal: number) => void} on.open
 * @param {(ordinal: number) => void} on.toggle
 * @param {(ordinal: number) => void} on.extend from the anchor to here
 * @param {(section: number) => void} on.day
 * @param {() => boolean} on.isSelecting
 */
export function watchPointer(grid, on) {
  /** @type {{ timer: ReturnType<typeof setTimeout>, x: number, y: number, sweeping: boolean, last: number } | null} */
  let press = null;
  let swallow = false;

  grid.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return;
    if (swallow) {
      swallow = false;
      return event.preventDefault();
    }
    const day = event.target.closest('[data-section]');
    if (day instanceof HTMLElement) return on.day(Number(day.dataset.section));
    const ordinal = ordinalOf(event.target);
    if (ordinal < 0) return;
    // A middle click or a real modifier on the link is the browser's own affair.
    const checked = event.target.closest('.check');
    if (event.shiftKey) on.extend(ordinal);
    else if (checked || event.ctrlKey || event.metaKey || on.isSelecting()) on.toggle(ordinal);
    else on.open(ordinal);
    event.preventDefault();
  });

  grid.addEventListener('pointerdown', (event) => {
    const ordinal = ordinalOf(event.target);
    if (event.pointerType === 'mouse' || ordinal < 0) return;
    const begin = () => {
      if (!press) return;
      press.sweeping = true;
      swallow = true;
      on.toggle(ordinal);
      navigator.vibrate?.(10);
    };
    press = { timer: setTimeout(begin, LONG), x: event.clientX, y: event.clientY, sweeping: false, last: ordinal };
  });

  grid.addEventListener('pointermove', (event) => {
    if (!press) return;
    if (!press.sweeping && Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLIP) return end();
    if (!press.sweeping) return;
    const ordinal = ordinalOf(document.elementFromPoint(event.clientX, event.clientY));
    if (ordinal < 0 || ordinal === press.last) return;
    press.last = ordinal;
    on.extend(ordinal);
  });

  // Only a sweep keeps the page from scrolling under the finger.
  grid.addEventListener('touchmove', (event) => { if (press?.sweeping) event.preventDefault(); }, { passive: false });
  grid.addEventListener('contextmenu', (event) => { if (press) event.preventDefault(); });
  for (const name of ['pointerup', 'pointercancel']) grid.addEventListener(name, end);

  function end() {
    if (!press) return;
    clearTimeout(press.timer);
    // The click that follows the long press comes first or never.
    if (press.sweeping) setTimeout(() => { swallow = false; }, 50);
    press = null;
  }
}

/** @param {EventTarget | null} target @returns {number} -1 when it is no tile */
function ordinalOf(target) {
  const tile = target instanceof Element ? target.closest('[data-ordinal]') : null;
  return tile instanceof HTMLElement ? Number(tile.dataset.ordinal) : -1;
}
