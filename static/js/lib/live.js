/** Notices that the library changed: one open tab asks each second, the others listen to it; a hidden tab asks rarely. */

import { request } from './api.js';

const VISIBLE = 1000;
const HIDDEN = 15_000;

/** @typedef {{ version: string, count: number }} Version */

/** Whether to ask now, or to trust what another tab heard. @param {number} heard ms @param {number} now ms @param {boolean} hidden */
export const isDue = (heard, now, hidden) => now - heard >= (hidden ? HIDDEN : VISIBLE) * 0.9;

/**
 * @param {string} view
 * @param {(version: Version) => void} onChange called when the version is another than the last one told
 * @returns {{ stop: () => void, now: () => Promise<void> }}
 */
export function watchVersion(view, onChange) {
  const url = `/api/timeline/version?view=${encodeURIComponent(view)}`;
  const channel = new BroadcastChannel(`kp-version-${view}`);
  let heard = 0;
  let etag = '';
  let known = '';
  let stopped = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {Version} version */
  function tell(version) {
    heard = Date.now();
    if (version.version === known) return;
    known = version.version;
    onChange(version);
    document.dispatchEvent(new CustomEvent('kp:changed'));
  }

  async function ask() {
    try {
      const response = await request(url, { headers: etag ? { 'If-None-Match': etag } : {}, cache: 'no-store' });
      heard = Date.now();
      if (response.status !== 304) {
        etag = response.headers.get('ETag') ?? '';
        tell(await response.json());
      }
      channel.postMessage({ version: known });
    } catch {
      heard = Date.now();
    }
  }

  async function tick() {
    if (isDue(heard, Date.now(), document.hidden)) await ask();
    if (!stopped) schedule();
  }

  function schedule() {
    clearTimeout(timer);
    timer = setTimeout(tick, document.hidden ? HIDDEN : VISIBLE);
  }

  channel.onmessage = (event) => {
    heard = Date.now();
    // What another tab saw is a hint: this tab asks itself, so that its own ETag stays true.
    if (event.data.version !== known) void ask();
  };
  const wake = () => { if (!document.hidden) void tick(); };
  document.addEventListener('visibilitychange', wake);
  void tick();

  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      channel.close();
      document.removeEventListener('visibilitychange', wake);
    },
    now: ask,
  };
}
