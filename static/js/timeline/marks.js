/** The years and months along the scrubber: which labels and dots there is room for. Pure. */

/**
 * @typedef {object} Month a month of the library, newest first
 * @property {number} day a day in it: that of its newest section
 * @property {number} year
 * @property {number} month 0-11
 * @property {number} y where it begins, in the library's height
 */

const LABEL = 22;
const DOT = 9;

/** @param {Int32Array} days newest first @param {(section: number) => number} topOf @returns {Month[]} */
export function monthsOf(days, topOf) {
  /** @type {Month[]} */
  const months = [];
  days.forEach((day, section) => {
    const date = new Date(day * 86_400_000);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    const last = months.at(-1);
    if (last?.year !== year || last.month !== month) months.push({ day, year, month, y: topOf(section) });
  });
  return months;
}

/**
 * Year labels at least 22 px apart, month dots at least 9 px apart and never under a label.
 * @param {Month[]} months @param {number} total height of the library @param {number} track height of the scrubber
 * @returns {{ labels: { year: number, y: number }[], dots: number[] }} in pixels of the track
 */
export function marksFor(months, total, track) {
  /** @type {{ year: number, y: number }[]} */
  const labels = [];
  /** @type {number[]} */
  const dots = [];
  const at = (/** @type {Month} */ month) => Math.round((month.y / Math.max(1, total)) * track);
  months.forEach((month, i) => {
    if (i && months[i - 1].year === month.year) return;
    const y = Math.max(LABEL / 2, at(month));
    if (y <= track - LABEL / 2 && (!labels.length || y - labels[labels.length - 1].y >= LABEL)) labels.push({ year: month.year, y });
  });
  for (const month of months) {
    const y = at(month);
    const free = labels.every((label) => Math.abs(label.y - y) >= LABEL / 2 + 3);
    if (free && y < track - 3 && (!dots.length || y - dots[dots.length - 1] >= DOT)) dots.push(y);
  }
  return { labels, dots };
}
