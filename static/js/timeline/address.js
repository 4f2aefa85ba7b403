/** The address says the day in view, so that a reload, Back and a shared link come back to it. */

import { dayInView, goToDay, isoDay } from './dates.js';
import { rowOf } from './layout.js';

/** @typedef {import('./timeline.js').Timeline} Timeline */

/** Stand where the address says; to the pixel where this very tab has been there before. @param {Timeline} timeline */
export async function goFromAddress(timeline) {
  const wanted = new URLSearchParams(location.search).get('at');
  const day = wanted ? Math.floor(Date.parse(wanted) / 86_400_000) : NaN;
  if (Number.isNaN(day)) return;
  goToDay(timeline, day, false);
  const stood = history.state?.stood;
  if (typeof stood?.offset !== 'number') return;
  const ordinal = await timeline.locate(stood.id, day);
  const { geometry, scroller } = timeline;
  if (ordinal >= 0 && geometry) scroller.to(geometry.top[rowOf(geometry, ordinal)] - stood.offset);
}

/** @param {Timeline} timeline */
export function tellAddress(timeline) {
  if (location.pathname.startsWith('/photo/')) return;
  const day = timeline.scroller.y < 4 ? null : dayInView(timeline);
  const { id, offset } = timeline.anchor();
  const url = day === null ? location.pathname : `${location.pathname}?at=${isoDay(day)}`;
  const before = history.state?.stood;
  // Browsers refuse an address that changes all the time.
  if (url === location.pathname + location.search && before?.id === id && before?.offset === offset) return;
  history.replaceState({ ...history.state, stood: { id, offset } }, '', url);
}
