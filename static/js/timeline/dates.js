/** Going by date: the day in view, to a day, to the next month. */

import { rowAt, rowEdge, rowOf } from './layout.js';
import { dayOfOrdinal } from './library.js';
import { sectionAt, sectionOf } from './protocol.js';

/** @typedef {import('./timeline.js').Timeline} Timeline @typedef {'day' | 'month' | 'year'} Unit */

const LENGTH = { day: 10, month: 7, year: 4 };

/** "2014-06-03". @param {number} day */
export const isoDay = (day) => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** The ordinal that stands at the top of the screen, under its heading. @param {Timeline} timeline */
function topOrdinal({ geometry, scroller }) {
  return geometry ? geometry.start[rowAt(geometry, scroller.y + geometry.measure.heading + 1)] : 0;
}

/** The day at the top of the screen; null where there is no date. @param {Timeline} timeline */
export const dayInView = (timeline) => (timeline.snapshot ? dayOfOrdinal(timeline.snapshot, topOrdinal(timeline)) : null);

/** @param {Timeline} timeline @param {number} day @param {boolean} [focus] */
export function goToDay(timeline, day, focus = true) {
  if (timeline.snapshot?.index.days.length) goToSection(timeline, sectionAt(timeline.snapshot.index, day), focus);
}

/** @param {Timeline} timeline @param {number} section @param {boolean} focus */
function goToSection(timeline, section, focus) {
  const { snapshot, geometry, scroller, rows } = timeline;
  if (!snapshot || !geometry) return;
  const ordinal = snapshot.index.starts[section];
  if (ordinal >= geometry.start[geometry.rows]) return timeline.reveal(ordinal, focus);
  scroller.to(rowEdge(geometry, rowOf(geometry, ordinal)));
  rows.rove(ordinal);
  if (focus) rows.tileView(ordinal)?.link.focus({ preventScroll: true });
}

/** To the next older (by = 1) or newer (-1) day, month or year. @param {Timeline} timeline @param {Unit} unit @param {number} by */
export function step(timeline, unit, by) {
  const index = timeline.snapshot?.index;
  if (!index?.days.length) return;
  const last = index.starts.length - 2;
  const periods = (/** @type {number} */ section) => (section < index.days.length ? isoDay(index.days[section]).slice(0, LENGTH[unit]) : '');
  const here = sectionOf(index, topOrdinal(timeline));
  let section = here;
  while (section >= 0 && section <= last && periods(section) === periods(here)) section += by;
  section = Math.max(0, Math.min(last, section));
  // Upwards, a period begins with its newest day.
  while (by < 0 && section > 0 && periods(section - 1) === periods(section)) section--;
  goToSection(timeline, section, false);
}
