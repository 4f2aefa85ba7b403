/** Light, dark or as the system: shown at once, and told to the server by a cookie so that no page flashes. */

import { find, remember } from './dom.js';

export function startTheme() {
  find('theme-switch')?.addEventListener('change', (event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    document.documentElement.dataset.theme = event.target.value;
    remember('kp_theme', event.target.value);
  });
}
