/** The keys of the timeline: moving, opening, selecting, going to dates. */

import { t } from '../lib/i18n.js';
import { isRtl } from '../lib/dom.js';
import { pushScope } from '../lib/keymap.js';
import { step } from './dates.js';
import { place, rowOf } from './layout.js';

/** @typedef {import('./timeline.js').Timeline} Timeline */

/** @param {Timeline} timeline */
export function timelineKeys(timeline) {
  const { selecting } = timeline;
  const focused = () => {
    const tile = document.activeElement?.closest('[data-ordinal]');
    return tile instanceof HTMLElement && timeline.element.contains(tile) ? Number(tile.dataset.ordinal) : -1;
  };
  /** Only a focused tile, or nothing at all, is moved from: a key in the top bar is not the grid's. */
  const inGrid = () => document.activeElement === document.body || timeline.element.contains(document.activeElement) || document.activeElement?.id === 'main';

  /** @param {number} ordinal @param {boolean} [extending] */
  function goTo(ordinal, extending = false) {
    const to = Math.max(0, Math.min(timeline.count - 1, ordinal));
    if (extending && !selecting.active) selecting.toggle(timeline.rows.focus);
    timeline.reveal(to);
    if (extending) selecting.extend(to);
  }

  /** @param {(from: number) => number} where @param {boolean} [extending] @param {boolean} [always] */
  const move = (where, extending = false, always = false) => () => {
    if (!inGrid() || !timeline.count) return false;
    // The first arrow key takes the focus to the tile that was last on, it does not move from it.
    goTo(focused() < 0 && !always ? timeline.rows.focus : where(focused()), extending);
    return true;
  };
  const side = (/** @type {number} */ by) => (/** @type {number} */ from) => from + (isRtl() ? -by : by);
  const vertical = (/** @type {number} */ by) => (/** @type {number} */ from) => neighbour(timeline, from, by);

  const grid = (/** @type {() => void} */ run) => () => (inGrid() && timeline.count ? run() : false);
  const dated = (/** @type {'day' | 'month' | 'year'} */ unit, /** @type {number} */ by) => grid(() => step(timeline, unit, by));

  /** What is done to the selected photos, or else to the one with the focus. @param {() => void} many @param {(ordinal: number) => void} one */
  const chosen = (many, one) => () => {
    if (!inGrid() || (!selecting.active && focused() < 0)) return false;
    if (selecting.active) many();
    else one(focused());
    return true;
  };
  const rate = (/** @type {KeyboardEvent} */ { key }) => chosen(() => void selecting.rate(Number(key)), (ordinal) => timeline.act.rate(ordinal, Number(key)))();

  pushScope({
    name: 'timeline',
    bindings: [
      { keys: ['ArrowLeft'], run: move(side(-1)), label: t('key.arrows'), show: [['←', '→', '↑', '↓']] },
      { keys: ['ArrowRight'], run: move(side(1)) },
      { keys: ['ArrowUp'], run: move(vertical(-1)) },
      { keys: ['ArrowDown'], run: move(vertical(1)) },
      { keys: ['Shift+ArrowLeft'], run: move(side(-1), true), label: t('key.select.range'), show: [['⇧', '←', '→', '↑', '↓']] },
      { keys: ['Shift+ArrowRight'], run: move(side(1), true) },
      { keys: ['Shift+ArrowUp'], run: move(vertical(-1), true) },
      { keys: ['Shift+ArrowDown'], run: move(vertical(1), true) },
      { keys: ['Home'], run: move(() => 0, false, true), label: t('key.edges'), show: [['Home'], ['End']] },
      { keys: ['End'], run: move(() => timeline.count - 1, false, true) },
      { keys: ['Enter'], run: () => (focused() < 0 || document.activeElement?.matches('button') ? false : timeline.act.open(focused())), label: t('key.open') },
      { keys: ['i'], run: () => (focused() < 0 ? false : timeline.act.open(focused(), true)), label: t('key.info') },
      { keys: ['x', 'Space'], run: () => (focused() < 0 ? false : selecting.toggle(focused())), label: t('key.select'), show: [['x'], ['Space']] },
      { keys: ['X'], run: () => (focused() < 0 ? false : timeline.selectDay(focused())), label: t('key.select.day') },
      { keys: ['Ctrl+a'], run: grid(() => selecting.all(timeline.count)), label: t('key.select.all'), show: [['Ctrl', 'A']] },
      { keys: ['Escape'], run: () => (selecting.active ? selecting.clear() : false), label: t('key.escape'), show: [['Esc']] },
      { keys: ['f'], run: chosen(() => void selecting.markFavourite(), (ordinal) => timeline.act.favourite(ordinal)), label: t('key.favourite') },
      { keys: ['t'], run: chosen(() => selecting.tag(), (ordinal) => { selecting.toggle(ordinal); selecting.tag(); }), label: t('key.tag') },
      { keys: ['0', '1', '2', '3', '4', '5'], run: rate, label: t('key.rate'), show: [['0…5']] },
      { keys: ['g'], run: () => timeline.askDate(), label: t('key.goto') },
      { keys: ['d'], run: dated('day', 1), label: t('key.day'), show: [['d'], ['D']] },
      { keys: ['D'], run: dated('day', -1) },
      { keys: ['m'], run: dated('month', 1), label: t('key.month'), show: [['m'], ['M']] },
      { keys: ['M'], run: dated('month', -1) },
      { keys: ['y'], run: dated('year', 1), label: t('key.year'), show: [['y'], ['Y']] },
      { keys: ['Y'], run: dated('year', -1) },
    ],
  });
}

/** The tile above or below, nearest in the middle. @param {Timeline} timeline @param {number} from @param {number} by */
function neighbour({ geometry, snapshot }, from, by) {
  if (!geometry || !snapshot) return from;
  const tilesOf = (/** @type {number} */ row) => place(geometry, row, snapshot.index.starts, snapshot.ratios).tiles;
  const row = rowOf(geometry, from);
  const next = row + by;
  if (next < 0 || next >= geometry.rows) return from;
  const here = tilesOf(row)[from - geometry.start[row]];
  const middle = here.x + here.width / 2;
  const distance = (/** @type {import('./layout.js').Placed} */ tile) => Math.abs(tile.x + tile.width / 2 - middle);
  return tilesOf(next).reduce((best, tile) => (distance(tile) < distance(best) ? tile : best)).ordinal;
}
