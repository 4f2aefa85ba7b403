/** The frame of a page, brought to life: navigation, theme, account, shortcuts, offline banner. */

import { send } from './api.js';
import { find, remember } from './dom.js';
import { t } from './i18n.js';
import { lettersOn, pushScope, switchLetters } from './keymap.js';
import { openKeySheet } from './keysheet.js';
import { startTheme } from './theme.js';
import { startWork } from './work.js';

export function startShell() {
  startTheme();
  startNavigation();
  startAccount();
  startOffline();
  startWork();
  pushScope({ name: 'page', bindings: [{ keys: ['?'], label: t('key.sheet'), run: openKeySheet }] });
}

function startNavigation() {
  const root = document.documentElement;
  const toggle = find('nav-toggle');
  const narrow = matchMedia('(max-width: 767px)');
  const show = () => toggle?.setAttribute('aria-expanded', String(narrow.matches ? root.dataset.drawer === 'open' : root.dataset.nav !== 'closed'));
  const closeDrawer = () => { delete root.dataset.drawer; show(); };
  toggle?.addEventListener('click', () => {
    if (narrow.matches) {
      if (root.dataset.drawer === 'open') return closeDrawer();
      root.dataset.drawer = 'open';
      find('nav-panel')?.querySelector('a')?.focus();
    } else {
      root.dataset.nav = root.dataset.nav === 'closed' ? 'open' : 'closed';
      remember('kp_nav', root.dataset.nav);
    }
    show();
  });
  document.addEventListener('click', (event) => {
    const inside = event.target instanceof Element && event.target.closest('[data-nav-panel], [data-nav-toggle]');
    if (root.dataset.drawer === 'open' && !inside) closeDrawer();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || root.dataset.drawer !== 'open') return;
    closeDrawer();
    toggle?.focus();
  });
  narrow.addEventListener('change', closeDrawer);
  show();
}

function startAccount() {
  find('sign-out')?.addEventListener('click', async () => {
    await send('POST', '/api/auth/sign-out').catch(() => null);
    location.assign('/sign-in');
  });
  find('keys-open')?.addEventListener('click', () => {
    document.getElementById('account')?.hidePopover();
    openKeySheet();
  });
  const letters = find('keys-switch');
  if (!(letters instanceof HTMLInputElement)) return;
  letters.checked = lettersOn();
  letters.addEventListener('change', () => switchLetters(letters.checked));
}

function startOffline() {
  const banner = find('offline');
  document.addEventListener('kp:online', (event) => {
    if (!banner || !(event instanceof CustomEvent)) return;
    banner.textContent = event.detail ? '' : t('offline');
    banner.hidden = event.detail;
  });
}
