/** The arithmetic of a scroller that is taller than any element may be: a window of it, moved where nobody sees it. */

/** Browsers clamp an element at some 16 to 33 million pixels, Firefox collapses it; a million is safe everywhere. */
export const RUNWAY = 1_000_000;

/** @typedef {{ base: number, total: number }} Runway `base` is the true height at the runway's top */

/** @param {number} total */
export const runwayHeight = (total) => Math.min(total, RUNWAY);

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/**
 * The runway that has a true height in its middle; at the library's ends it touches them, so that they still bounce.
 * @param {number} total @param {number} y
 * @returns {Runway}
 */
export function centred(total, y) {
  const height = runwayHeight(total);
  return { total, base: Math.round(clamp(y - height / 2, 0, total - height)) };
}

/**
 * Is the position too near an edge that is not the library's own? `calm` asks more, as moving is free then.
 * @param {Runway} runway @param {number} scrollTop @param {number} screen @param {boolean} calm
 */
export function isOffCentre({ base, total }, scrollTop, screen, calm) {
  const height = runwayHeight(total);
  const edge = calm ? height * 0.2 : screen * 3;
  return (scrollTop < edge && base > 0) || (scrollTop > height - edge - screen && base + height < total);
}
